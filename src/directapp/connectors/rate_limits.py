"""How often anyone may ask: counted in this process, or in a Valkey or Redis that several processes share.

Each budget counts for itself, by GCRA: so many at once, and then as they come back evenly over a minute.
"""

import math
import time
from collections.abc import Callable, Iterable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Literal

import structlog
from redis.exceptions import RedisError
from throttled.asyncio import MemoryStore, RedisStore, Throttled
from throttled.asyncio.rate_limiter import per_duration
from throttled.exceptions import BaseThrottledError

from directapp.kernel.errors import TooManyError
from directapp.kernel.text import ngettext

_log = structlog.get_logger(__name__)

Subject = Literal["address", "person", "tenant", "link"]
SUBJECTS: tuple[Subject, ...] = ("address", "person", "tenant", "link")
# Who is remembered in this process, the latest ones.
_MOST_KEYS = 100_000
_MINUTE = timedelta(minutes=1)
_ANSWER_SECONDS = 0.5
# A store that did not answer is left alone for so long; what comes meanwhile is counted here.
_APART_SECONDS = 5.0

_TOO_MANY = ngettext(
    "Too many requests. Try again in {count} second.", "Too many requests. Try again in {count} seconds."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """How many requests a minute of one kind come through: of an address, a person, a company, and at one link.

    0: that subject is not counted.
    """

    name: str
    address: int = 0
    person: int = 0
    tenant: int = 0
    link: int = 0

    def of(self, subject: Subject) -> int:
        """Return how many a minute one subject may make."""
        most: int = getattr(self, subject)
        return most


@dataclass(frozen=True, slots=True)
class Left:
    """What is left of a budget: at most so many, so many now, and the seconds until all of it is back."""

    most: int
    remaining: int
    reset: int

    @property
    def share(self) -> float:
        """How much of the budget that is, 0 to 1."""
        return self.remaining / self.most

    @property
    def headers(self) -> list[tuple[bytes, bytes]]:
        """The headers that say so (draft-ietf-httpapi-ratelimit-headers-06)."""
        return [
            (b"ratelimit-limit", b"%d" % self.most),
            (b"ratelimit-remaining", b"%d" % self.remaining),
            (b"ratelimit-reset", b"%d" % self.reset),
            (b"ratelimit-policy", b"%d;w=60" % self.most),
        ]


class RateLimits:
    """The counters of an installation."""

    def __init__(
        self, budgets: Iterable[Budget], store: str = "", *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Count in this process; with ``store``, the address of a Valkey or Redis, in there."""
        budgets = tuple(budgets)
        self._here = _counters(budgets, MemoryStore(options={"MAX_SIZE": _MOST_KEYS}))
        self._shared: Mapping[tuple[str, Subject], Throttled] = {}
        self._store = _shared_store(store) if store else None
        if self._store is not None:
            self._shared = _counters(budgets, self._store)
        self._clock = clock
        self._apart_until = 0.0

    async def count(self, budget: Budget, subject: Subject, key: str) -> Left | None:
        """Count one more request of a subject, and return what is left; None where it is not counted.

        Raises:
            TooManyError: there is nothing left; it says when there will be.

        """
        counter = self._here.get((budget.name, subject))
        if counter is None:
            return None
        result = await self._shared_result(budget, subject, key)
        if result is None:
            result = await counter.limit(key)
        if result.limited:
            seconds = max(1, math.ceil(result.state.retry_after))
            raise TooManyError(_TOO_MANY.fill(count=seconds), retry_after=seconds)
        return Left(budget.of(subject), result.state.remaining, math.ceil(result.state.reset_after))

    async def _shared_result(self, budget: Budget, subject: Subject, key: str) -> Any:
        """Return what the shared store counts, None where there is none or it does not answer."""
        if not self._shared or self._clock() < self._apart_until:
            return None
        try:
            return await self._shared[budget.name, subject].limit(key)
        except (RedisError, OSError, BaseThrottledError) as error:
            _log.warning("rate limits counted apart", error=type(error).__name__)
            self._apart_until = self._clock() + _APART_SECONDS
            return None

    async def state(self) -> dict[str, object]:
        """Tell where requests are counted; a warning while a shared store does not answer."""
        apart = self._clock() < self._apart_until
        return {"status": "warn" if apart else "ok", "counted": "shared" if self._shared and not apart else "here"}

    async def close(self) -> None:
        """Give the connections back."""
        if self._store is not None:
            # The library has no way of its own, and hands out its client as less than it is.
            client: Any = self._store._backend.get_client()  # noqa: SLF001
            await client.aclose(close_connection_pool=True)


def _shared_store(address: str) -> RedisStore:
    scheme, mark, rest = address.partition("://")
    known = {"valkey": "redis", "valkeys": "rediss"}.get(scheme, scheme)
    return RedisStore(
        server=f"{known}{mark}{rest}",
        options={"SOCKET_TIMEOUT": _ANSWER_SECONDS, "SOCKET_CONNECT_TIMEOUT": _ANSWER_SECONDS},
    )


def _counters(budgets: Iterable[Budget], store: MemoryStore | RedisStore) -> dict[tuple[str, Subject], Throttled]:
    return {
        (budget.name, subject): Throttled(
            using="gcra",
            quota=per_duration(_MINUTE, budget.of(subject), budget.of(subject)),
            store=store,
            key_prefix=f"directapp:{budget.name}:{subject}",
        )
        for budget in budgets
        for subject in SUBJECTS
        if budget.of(subject)
    }


@dataclass(slots=True)
class Spending:
    """What one request takes of its budget: of its address at first, and of its person once that is known.

    ``left`` is the scarcest of what is left.
    """

    limits: RateLimits
    budget: Budget
    left: Left | None = None
    counted: set[Subject] = field(default_factory=set)

    async def count(self, subject: Subject, key: str) -> None:
        """Count this request for a subject, once (TooManyError: there is nothing left of it)."""
        if subject in self.counted:
            return
        self.counted.add(subject)
        try:
            left = await self.limits.count(self.budget, subject, key)
        except TooManyError as error:
            self.left = Left(self.budget.of(subject), 0, error.retry_after)
            raise
        if left is not None and (self.left is None or left.share < self.left.share):
            self.left = left


# The request that is being answered; None where nobody counts.
SPENDING: ContextVar[Spending | None] = ContextVar("spending", default=None)
