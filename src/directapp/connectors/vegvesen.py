"""Statens vegvesen's vehicle registry: one vehicle by API key, many by Maskinporten; owners are never kept."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any, Literal

import httpx2

from directapp.connectors.failures import OutsideError
from directapp.connectors.maskinporten import Maskinporten
from directapp.connectors.outgoing import (
    AT_ONCE,
    IN_BACKGROUND,
    REAL,
    Answer,
    Ask,
    Patience,
    ServiceClient,
    Timing,
    retry_after,
)
from directapp.connectors.quota import Quota, fingerprint
from directapp.connectors.vegvesen_failures import (
    BadLookUpError,
    QuotaUsedUpError,
    RegistryBusyError,
    RegistryDownError,
    RegistryRefusedError,
    RegistrySlowError,
    RegistryUnclearError,
    VehicleNotFoundError,
    midnight_after,
)
from directapp.connectors.vegvesen_mapping import compact, names_of, read_vehicle
from directapp.connectors.vegvesen_types import Vehicle
from directapp.kernel.clock import oslo_day

OPEN = "https://www.vegvesen.no/ws/no/vegvesen/kjoretoy/felles/datautlevering"
PROTECTED = "https://akfell-datautlevering.atlas.vegvesen.no"
PROTECTED_TEST = "https://akfell-datautlevering-sisdinky.utv.atlas.vegvesen.no"
SCOPE = "svv:kjoretoy/kjoretoyopplysninger"
RESOURCE = "https://www.vegvesen.no"
RESOURCE_TEST = "https://www.utv.vegvesen.no"
A_DAY = 50_000

Kind = Literal["vin", "plate"]
Outcome = Vehicle | OutsideError

_WORDS: Mapping[Kind, str] = {"vin": "understellsnummer", "plate": "kjennemerke"}
_FIELDS: Mapping[Kind, str] = {"vin": "vin", "plate": "license_plate"}
# Vehicles from before 1981 have chassis numbers of any length.
_SHAPES: Mapping[Kind, re.Pattern[str]] = {
    "vin": re.compile(r"[A-HJ-NPR-Z0-9]{1,17}"),
    "plate": re.compile(r"[A-ZÆØÅ0-9]{2,7}"),
}
_REFUSED = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN})


def _checked(kind: Kind, written: str) -> str:
    code = compact(written)
    if _SHAPES[kind].fullmatch(code) is None:
        raise BadLookUpError(_FIELDS[kind])
    return code


def _is_about(found: Mapping[str, Any], kind: Kind, code: str) -> bool:
    """Whether a vehicle goes by what was asked; one that says nothing is believed."""
    plates, vins = names_of(found)
    names = vins if kind == "vin" else plates
    return not names or code in names


@dataclass(slots=True, kw_only=True)
class _Allowance:
    """The day's quota of one key."""

    quota: Quota
    key: str
    limit: int
    timing: Timing

    async def take(self, amount: int = 1) -> None:
        now = self.timing.now()
        if not await self.quota.take(self.key, oslo_day(now), amount=amount, limit=self.limit):
            raise QuotaUsedUpError(midnight_after(now), now)

    async def used_up(self, answer: Answer) -> QuotaUsedUpError:
        now = self.timing.now()
        await self.quota.settle(self.key, oslo_day(now), used=self.limit)
        told = retry_after(answer.headers, now)
        return QuotaUsedUpError(midnight_after(now) if told is None else now + timedelta(seconds=told), now)

    async def left(self, remaining: Any) -> None:
        if isinstance(remaining, int) and not isinstance(remaining, bool):
            used = max(0, self.limit - remaining)
            await self.quota.settle(self.key, oslo_day(self.timing.now()), used=used)


class Vegvesen:
    """Looks up one vehicle by API key, for a person who waits."""

    def __init__(
        self,
        http: httpx2.AsyncClient,
        *,
        api_key: str,
        quota: Quota,
        base: str = OPEN,
        a_day: int = A_DAY,
        timing: Timing = REAL,
        patience: Patience = AT_ONCE,
    ) -> None:
        """Keep the key; the quota is counted under its fingerprint."""
        self._line = _line(http, "vegvesen", timing, patience)
        self._headers = {"SVV-Authorization": f"Apikey {api_key}", "Accept": "application/json"}
        self._url = f"{base}/enkeltoppslag/kjoretoydata"
        self._allowance = _Allowance(quota=quota, key=fingerprint(api_key), limit=a_day, timing=timing)

    async def look_up(self, *, vin: str = "", plate: str = "") -> Vehicle:
        """Return a vehicle by one of its two names.

        Raises:
            BadLookUpError: not exactly one, or it cannot be one.
            VehicleNotFoundError: the registry has none.
            QuotaUsedUpError: no look-ups left today.
            RegistryRefusedError: our key is not accepted.
            RegistryDownError: no answer.
            RegistrySlowError: no answer in time.
            RegistryBusyError: asked to wait.
            RegistryUnclearError: an answer that cannot be read, or about another vehicle.

        """
        kind: Kind = "vin" if vin else "plate"
        if bool(vin) == bool(plate):
            raise BadLookUpError
        code = _checked(kind, vin or plate)

        async def ask() -> Ask:
            await self._allowance.take()
            return Ask(method="GET", url=self._url, headers=self._headers, params={_WORDS[kind]: code})

        answer = await self._line.call(ask)
        found = await self._read(answer, kind, code)
        return read_vehicle(found, self._line.timing.now())

    async def used_today(self) -> tuple[int, int]:
        """Return how many look-ups the key has made today, and how many a day has."""
        allowance = self._allowance
        return await allowance.quota.used(allowance.key, oslo_day(self._line.timing.now())), allowance.limit

    async def _read(self, answer: Answer, kind: Kind, code: str) -> Mapping[str, Any]:
        if answer.status in {HTTPStatus.NO_CONTENT, HTTPStatus.NOT_FOUND}:
            raise VehicleNotFoundError(code)
        if answer.status == HTTPStatus.UNPROCESSABLE_ENTITY:
            raise await self._allowance.used_up(answer)
        if answer.status in _REFUSED:
            raise RegistryRefusedError
        if answer.status == HTTPStatus.BAD_REQUEST:
            raise BadLookUpError(_FIELDS[kind])
        body = answer.mapping()
        if answer.status != HTTPStatus.OK or body is None:
            raise RegistryUnclearError
        return _chosen(body.get("kjoretoydataListe"), kind, code)


def _chosen(found: Any, kind: Kind, code: str) -> Mapping[str, Any]:
    if found is not None and not isinstance(found, list):
        raise RegistryUnclearError
    vehicles = [one for one in found or () if isinstance(one, Mapping) and one]
    if not vehicles:
        raise VehicleNotFoundError(code)
    chosen = next((one for one in vehicles if _is_about(one, kind, code)), None)
    if chosen is None:
        raise RegistryUnclearError
    return chosen


def _line(http: httpx2.AsyncClient, name: str, timing: Timing, patience: Patience) -> ServiceClient:
    return ServiceClient(
        client=http,
        name=name,
        down=RegistryDownError,
        busy=RegistryBusyError,
        slow=RegistrySlowError,
        timing=timing,
        patience=patience,
    )


@dataclass(frozen=True, slots=True)
class _Batch:
    kind: Kind
    codes: tuple[str, ...] = field(repr=False)

    def halves(self) -> tuple["_Batch", "_Batch"]:
        middle = len(self.codes) // 2
        return _Batch(self.kind, self.codes[:middle]), _Batch(self.kind, self.codes[middle:])


class VegvesenBulk:
    """Looks up many vehicles with a token of Maskinporten; what the answers say of owners is dropped unread."""

    def __init__(
        self,
        http: httpx2.AsyncClient,
        *,
        maskinporten: Maskinporten,
        client_id: str,
        quota: Quota,
        base: str = PROTECTED,
        a_day: int = A_DAY,
        batch: int = 100,
        timing: Timing = REAL,
        patience: Patience = IN_BACKGROUND,
    ) -> None:
        """Keep where tokens come from; the quota is counted under the fingerprint of the client."""
        self._line = _line(http, "vegvesen_bulk", timing, patience)
        self._maskinporten, self._base, self._size = maskinporten, base, batch
        self._allowance = _Allowance(quota=quota, key=fingerprint(client_id), limit=a_day, timing=timing)

    async def look_up(self, kind: Kind, written: Iterable[str]) -> AsyncIterator[tuple[str, Outcome]]:
        """Yield every name as written with its vehicle, or with the error that is its own; batch after batch.

        Raises:
            QuotaUsedUpError: no look-ups left today; what came before stands.
            RegistryRefusedError, RegistryDownError, RegistryBusyError, RegistryUnclearError: as for one.
            MaskinportenRefusedError, MaskinportenDownError, MaskinportenBusyError: no token.

        """
        asked: dict[str, list[str]] = {}
        for one in written:
            try:
                asked.setdefault(_checked(kind, one), []).append(one)
            except BadLookUpError as bad:
                yield one, bad
        codes = tuple(asked)
        for start in range(0, len(codes), self._size):
            async for code, outcome in self._batch(_Batch(kind, codes[start : start + self._size])):
                for one in asked[code]:
                    yield one, outcome

    async def _batch(self, batch: _Batch) -> AsyncIterator[tuple[str, Outcome]]:
        answer = await self._asked(batch)
        if answer.status == HTTPStatus.BAD_REQUEST and len(batch.codes) > 1:
            for half in batch.halves():
                async for pair in self._batch(half):
                    yield pair
            return
        if answer.status == HTTPStatus.BAD_REQUEST:
            yield batch.codes[0], BadLookUpError(_FIELDS[batch.kind])
            return
        body = await self._read(answer)
        for pair in _outcomes(batch, body, self._line.timing.now()):
            yield pair

    async def _asked(self, batch: _Batch) -> Answer:
        used: list[str] = []
        answer = await self._line.call(self._ask(batch, used))
        if answer.status == HTTPStatus.UNAUTHORIZED:
            self._maskinporten.forget(used[-1])
            answer = await self._line.call(self._ask(batch, used))
        return answer

    def _ask(self, batch: _Batch, used: list[str]) -> Callable[[], Awaitable[Ask]]:
        word = _WORDS[batch.kind]

        async def ask() -> Ask:
            token = await self._maskinporten.token()
            await self._allowance.take(len(batch.codes))
            used.append(token)
            return Ask(
                method="POST",
                url=f"{self._base}/kjoretoyoppslag/bulk/{word}",
                headers={"Authorization": f"Bearer {token}", "Accept": "application/json"},
                json=[{word: code} for code in batch.codes],
            )

        return ask

    async def _read(self, answer: Answer) -> Mapping[str, Any]:
        if answer.status == HTTPStatus.UNPROCESSABLE_ENTITY:
            raise await self._allowance.used_up(answer)
        if answer.status in _REFUSED:
            raise RegistryRefusedError
        body = answer.mapping()
        if answer.status != HTTPStatus.OK or body is None or not isinstance(body.get("responser"), list):
            raise RegistryUnclearError
        await self._allowance.left(body.get("gjenstaendeKvote"))
        return body


def _outcomes(batch: _Batch, body: Mapping[str, Any], now: datetime) -> Iterator[tuple[str, Outcome]]:
    answers: Sequence[Any] = [one for one in body["responser"] if isinstance(one, Mapping)]
    by_code = {_asked_for(one, batch.kind): one for one in answers}
    for code in batch.codes:
        yield code, _outcome(by_code.get(code), batch.kind, code, now)


def _asked_for(answer: Mapping[str, Any], kind: Kind) -> str:
    request = answer.get("request")
    return compact(str(request.get(_WORDS[kind], ""))) if isinstance(request, Mapping) else ""


def _outcome(answer: Mapping[str, Any] | None, kind: Kind, code: str, now: datetime) -> Outcome:
    if answer is None:
        return RegistryUnclearError()
    listed = answer.get("kjoretoydataListe")
    wrapped = listed if isinstance(listed, list) else [answer]
    found = [one.get("kjoretoydata") for one in wrapped if isinstance(one, Mapping)]
    try:
        return read_vehicle(_chosen(found, kind, code), now)
    except OutsideError as error:
        return error
