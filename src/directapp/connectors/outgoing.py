"""Outgoing calls: one line to one outside service, with time-outs, repeats, a breaker, and nothing secret logged."""

import asyncio
import logging
import random
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any

import httpx2
import orjson
import structlog

from directapp.connectors.failures import OutsideBusyError, OutsideDownError
from directapp.kernel.clock import Clock, utc_now
from directapp.telemetry import tracing
from directapp.telemetry.outside import BROKEN, TIMEOUT, TOO_LARGE, UNREACHABLE, fault_of, note_failure, note_good

_log = structlog.get_logger(__name__)

# The client logs each address it calls, and addresses carry plates and chassis numbers.
for _logger in ("httpx2", "httpcore2"):
    logging.getLogger(_logger).setLevel(logging.WARNING)

AGENT = "DirectApp"
_LARGEST = 8 * 1024 * 1024
_CONNECT = 5.0
_chance = random.SystemRandom()


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """Everything that depends on time or chance, so that a test can hold it still."""

    now: Clock = utc_now
    monotonic: Callable[[], float] = time.monotonic
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    chance: Callable[[], float] = _chance.random


REAL = Timing()


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long one call may take, in seconds: ``each`` try, the ``most`` for one wait, and in ``total``."""

    tries: int = 5
    first: float = 0.5
    most: float = 30.0
    each: float = 15.0
    total: float = 90.0


AT_ONCE = Patience(tries=2, first=0.3, most=2.0, each=6.0, total=10.0)
IN_BACKGROUND = Patience()


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One request; its parts are kept out of every print."""

    method: str
    url: str = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    params: Mapping[str, str] | None = field(default=None, repr=False)
    json: Any = field(default=None, repr=False)
    form: Mapping[str, str] | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, read to its end."""

    status: int
    headers: httpx2.Headers = field(repr=False)
    body: bytes = field(repr=False)

    @property
    def well(self) -> bool:
        """Whether it was done."""
        return HTTPStatus.OK <= self.status < HTTPStatus.MULTIPLE_CHOICES

    def mapping(self) -> dict[str, Any] | None:
        """Return the JSON object of the body; None where it is none."""
        try:
            found = orjson.loads(self.body)
        except orjson.JSONDecodeError:
            return None
        return found if isinstance(found, dict) else None


@dataclass(frozen=True, slots=True)
class Fault:
    """No answer: why, and whether the request may have arrived."""

    reason: str
    sent: bool


def retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    """Return the seconds that ``Retry-After`` asks for, given as seconds or as a date; None where it says nothing."""
    said = headers.get("retry-after", "").strip()
    try:
        return max(0.0, float(said)) if said else None
    except ValueError:
        pass
    try:
        then = parsedate_to_datetime(said)
    except ValueError:
        return None
    return max(0.0, (then - now).total_seconds()) if then.tzinfo else None


def is_passing(answer: Answer) -> bool:
    """Whether the same request may be answered better later."""
    return answer.status == HTTPStatus.TOO_MANY_REQUESTS or answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR


class Breaker:
    """Stops calling a service that keeps failing; after a rest one call tries whether it is back."""

    def __init__(self, timing: Timing, *, failures: int = 5, rest: float = 30.0) -> None:
        """Keep how many failures in a row open it, and for how many seconds."""
        self._timing, self._limit, self._rest = timing, failures, rest
        self._failed = 0
        self._until = 0.0
        self._trying = False

    @property
    def closed_for(self) -> float:
        """How many seconds no call is let through; 0 where one is."""
        if self._failed < self._limit:
            return 0.0
        left = self._until - self._timing.monotonic()
        return max(left, 1.0 if self._trying else 0.0)

    def enter(self) -> None:
        """Say that a call begins."""
        self._trying = self._failed >= self._limit

    def passed(self) -> None:
        """Say that the service answered."""
        self._failed, self._trying = 0, False

    def failed(self) -> bool:
        """Say that it did not; answers whether this opened the breaker."""
        self._failed += 1
        self._trying = False
        if self._failed >= self._limit:
            self._until = self._timing.monotonic() + self._rest
        return self._failed == self._limit

    def left(self) -> None:
        """Say that a call ended without telling anything about the service."""
        self._trying = False


def open_client(*, connections: int = 20) -> httpx2.AsyncClient:
    """Return the client that the connectors of a process share; the caller closes it."""
    limits = httpx2.Limits(max_connections=connections, max_keepalive_connections=connections)
    return httpx2.AsyncClient(limits=limits, headers={"User-Agent": AGENT}, follow_redirects=False)


@dataclass(slots=True, kw_only=True)
class ServiceClient:
    """A client of one service; its name stands in the log, its errors are the connector's own.

    ``slow`` is raised in the place of ``down`` where the answer took too long.
    """

    client: httpx2.AsyncClient = field(repr=False)
    name: str
    down: type[OutsideDownError] = OutsideDownError
    busy: type[OutsideBusyError] = OutsideBusyError
    slow: type[OutsideDownError] | None = None
    timing: Timing = REAL
    patience: Patience = IN_BACKGROUND
    breaker: Breaker = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self.breaker = Breaker(self.timing)

    async def call(
        self,
        build: Callable[[], Awaitable[Ask]],
        *,
        repeatable: bool = True,
        passing: Callable[[Answer], bool] = is_passing,
    ) -> Answer:
        """Return the first answer that is not ``passing``; ``build`` makes a fresh request for each try.

        A call that is not ``repeatable`` is tried again only where it certainly was not done.

        Raises:
            OutsideDownError: no answer, or only broken ones.
            OutsideBusyError: still asked to wait when the patience ran out.

        """
        start, tried = self.timing.monotonic(), 0
        while True:
            outcome = await self._try(build)
            if isinstance(outcome, Answer) and not passing(outcome):
                return outcome
            tried += 1
            certain = repeatable or _not_done(outcome)
            wait = self._wait(outcome, tried, start) if certain else None
            if wait is None:
                raise self._failure(outcome, uncertain=not certain)
            _log.info("outside_repeat", service=self.name, reason=_reason(outcome), tried=tried, wait=round(wait, 2))
            await self.timing.sleep(wait)

    async def _try(self, build: Callable[[], Awaitable[Ask]]) -> Answer | Fault:
        if rest := self.breaker.closed_for:
            raise self.down(retry_after=rest)
        ask = await build()
        self.breaker.enter()
        try:
            with tracing.span("call", self.name):
                outcome = await self._send(ask)
        except BaseException:
            self.breaker.left()
            raise
        _note(self.name, outcome)
        if isinstance(outcome, Answer) and outcome.status < HTTPStatus.INTERNAL_SERVER_ERROR:
            self.breaker.passed()
        elif self.breaker.failed():
            _log.warning("outside_breaker_opened", service=self.name, reason=_reason(outcome))
        return outcome

    async def _send(self, ask: Ask) -> Answer | Fault:
        each = self.patience.each
        request = self.client.build_request(
            ask.method,
            ask.url,
            headers=dict(ask.headers),
            params=None if ask.params is None else dict(ask.params),
            json=ask.json,
            data=None if ask.form is None else dict(ask.form),
            timeout=httpx2.Timeout(each, connect=min(each, _CONNECT)),
        )
        try:
            async with asyncio.timeout(each):
                return await self._read(request)
        except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout):
            return Fault(UNREACHABLE, sent=False)
        except (TimeoutError, httpx2.TimeoutException):
            return Fault(TIMEOUT, sent=True)
        except httpx2.RequestError:
            return Fault(BROKEN, sent=True)

    async def _read(self, request: httpx2.Request) -> Answer | Fault:
        response = await self.client.send(request, stream=True)
        try:
            body = bytearray()
            async for chunk in response.aiter_bytes():
                body += chunk
                if len(body) > _LARGEST:
                    return Fault(TOO_LARGE, sent=True)
            return Answer(response.status_code, response.headers, bytes(body))
        finally:
            await response.aclose()

    def _wait(self, outcome: Answer | Fault, tried: int, start: float) -> float | None:
        patience = self.patience
        if tried >= patience.tries:
            return None
        told = retry_after(outcome.headers, self.timing.now()) if isinstance(outcome, Answer) else None
        step: float = min(patience.most, patience.first * 2.0 ** (tried - 1))
        wait = (told or step / 2) + self.timing.chance() * step / 2
        spent = self.timing.monotonic() - start
        fits = (told or 0.0) <= patience.most and spent + wait < patience.total
        return wait if fits else None

    def _failure(self, outcome: Answer | Fault, *, uncertain: bool) -> OutsideDownError | OutsideBusyError:
        told = retry_after(outcome.headers, self.timing.now()) if isinstance(outcome, Answer) else None
        _log.warning("outside_failed", service=self.name, reason=_reason(outcome), uncertain=uncertain)
        if isinstance(outcome, Answer) and outcome.status == HTTPStatus.TOO_MANY_REQUESTS:
            return self.busy(retry_after=told)
        if self.slow is not None and isinstance(outcome, Fault) and outcome.reason == TIMEOUT:
            return self.slow(uncertain=uncertain)
        return self.down(retry_after=told, uncertain=uncertain)


def _not_done(outcome: Answer | Fault) -> bool:
    if isinstance(outcome, Fault):
        return not outcome.sent
    return outcome.status == HTTPStatus.TOO_MANY_REQUESTS


def _note(service: str, outcome: Answer | Fault) -> None:
    error = outcome.reason if isinstance(outcome, Fault) else fault_of(outcome.status)
    if error:
        note_failure(service, error)
    else:
        note_good(service)


def _reason(outcome: Answer | Fault) -> str:
    return outcome.reason if isinstance(outcome, Fault) else str(outcome.status)


class Pacer:
    """Lets calls begin at a steady rate, and holds them back for as long as the service asks."""

    def __init__(self, per_second: float, timing: Timing) -> None:
        """Keep the rate."""
        self._gap, self._timing = 1.0 / per_second, timing
        self._next = 0.0

    async def turn(self) -> None:
        """Wait for the next free place."""
        now = self._timing.monotonic()
        place = max(now, self._next)
        self._next = place + self._gap
        if place > now:
            await self._timing.sleep(place - now)

    def hold(self, seconds: float) -> None:
        """Let nothing begin for a while."""
        self._next = max(self._next, self._timing.monotonic() + seconds)
