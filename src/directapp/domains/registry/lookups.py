"""Looking a car up for somebody who waits: kept answers first, then the registry, then what the VIN itself tells.

No transaction is open while the registry is asked.
"""

import re
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from directapp.connectors.failures import OutsideError
from directapp.connectors.vegvesen import Kind, Outcome, Vegvesen, VegvesenBulk
from directapp.connectors.vegvesen_failures import (
    BadLookUpError,
    NotSetUpError,
    RegistryBusyError,
    RegistryDownError,
    RegistryUnclearError,
    VehicleNotFoundError,
)
from directapp.connectors.vegvesen_types import Vehicle
from directapp.connectors.vin import read_vin
from directapp.declare.case import Range
from directapp.declare.names import Patch, Values
from directapp.domains.cars.fields import REGISTRY_ANSWERS, RegistryAnswers
from directapp.domains.registry import found as holds
from directapp.domains.registry.answers import REGISTRAR
from directapp.domains.registry.found import REGISTRY, VIN, Found, Line
from directapp.kernel.errors import StaleError
from directapp.services.command import CommandContext
from directapp.services.drafts import TakenError
from directapp.services.jobs import acting
from directapp.services.pipeline import Pipeline
from directapp.services.seen import Seen

KEPT = timedelta(hours=24)
# An answer that has run out still helps while the registry is down.
_KEPT_AFTER = timedelta(days=30)
_MANY = 1000
_NOISE = re.compile(r"[\s\-\u2010-\u2015.·]+")
_LONGEST_PLATE = 7
_TRAILING = re.compile(r"(?:([A-Z]{2}[1-9]\d{3,4})E[LK]|([1-9]\d{3,4})(E[LK]))")
# What may be wrong with one car alone; anything else is wrong with the set-up or the day.
_OWN = (VehicleNotFoundError, BadLookUpError, RegistryUnclearError, RegistryDownError, RegistryBusyError)
_SHAPES: Mapping[str, re.Pattern[str]] = {
    "vin": re.compile(r"[A-HJ-NPR-Z0-9]{8,17}"),
    "plate": re.compile(r"[A-ZÆØÅ0-9]{2,7}"),
}


@dataclass(frozen=True, slots=True)
class Code:
    """What a car is asked for by."""

    kind: Kind
    value: str


def read_code(written: str) -> Code:
    """Understand what was typed: up to seven signs are a plate, more a chassis number.

    Raises:
        BadLookUpError: it can be neither.

    """
    compact = _NOISE.sub("", written).upper()
    if match := _TRAILING.fullmatch(compact):
        compact = match[1] or match[3] + match[2]
    kind: Kind = "plate" if len(compact) <= _LONGEST_PLATE else "vin"
    if _SHAPES[kind].fullmatch(compact) is None:
        raise BadLookUpError
    return Code(kind, compact)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """An answer as it is kept."""

    id: UUID
    source: str
    found: Found = field(repr=False)
    details: Sequence[Line] = field(repr=False)
    fetched_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What came of a look-up: an answer, or why there is none; both where the registry failed and something else helps.

    ``old`` says that the answer has run out.
    """

    code: Code
    kept: Kept | None = None
    problem: OutsideError | None = None
    old: bool = False


class Lookups:
    """Asks the registry for one tenant or another; without keys it only says so."""

    def __init__(
        self,
        pipeline: Pipeline,
        *,
        single: Vegvesen | None = None,
        bulk: VegvesenBulk | None = None,
        keep: timedelta = KEPT,
    ) -> None:
        """Keep whom to ask and for how long answers are good."""
        self.pipeline, self._single, self._bulk, self._keep_for = pipeline, single, bulk, keep

    @property
    def ready(self) -> bool:
        """Whether anybody can be asked."""
        return self._single is not None or self._bulk is not None

    async def used_today(self) -> tuple[int, int] | None:
        """Return how many look-ups the key has made today, and how many a day has; None without a key of that kind."""
        return None if self._single is None else await self._single.used_today()

    async def look_up(self, tenant: UUID, written: str, *, fresh: bool = False) -> Looked:
        """Look one car up; ``fresh`` asks the registry although an answer is kept.

        Raises:
            BadLookUpError: what was typed is neither a plate nor a chassis number.

        """
        code = read_code(written)
        now = self.pipeline.clock()
        kept = await self.kept(tenant, code)
        if kept is not None and kept.expires_at > now and not fresh:
            return Looked(code=code, kept=kept)
        try:
            vehicle = await self._ask(code)
        except OutsideError as problem:
            if kept is not None and problem.passing:
                return Looked(code=code, kept=kept, problem=problem, old=kept.expires_at <= now)
            return Looked(code=code, kept=await self._from_vin(tenant, code, now), problem=problem)
        return Looked(code=code, kept=await self.keep(tenant, code, vehicle))

    async def many(self, codes: Sequence[Code]) -> AsyncIterator[tuple[Code, Outcome]]:
        """Yield every code with its vehicle or the error that is its own, in batches where the key allows them.

        Raises:
            OutsideError: what stops them all; what came before stands.

        """
        if self._bulk is None:
            for code in codes:
                yield code, await self._one(code)
            return
        for kind in ("vin", "plate"):
            wanted = {code.value: code for code in codes if code.kind == kind}
            if wanted:
                async for written, outcome in self._bulk.look_up(kind, wanted):
                    yield wanted[written], outcome

    async def _one(self, code: Code) -> Outcome:
        try:
            return await self._ask(code)
        except _OWN as error:
            return error

    async def _ask(self, code: Code) -> Vehicle:
        if self._single is not None:
            return await self._single.look_up(**{code.kind: code.value})
        if self._bulk is not None:
            async for _, outcome in self._bulk.look_up(code.kind, [code.value]):
                if isinstance(outcome, OutsideError):
                    raise outcome
                return outcome
        raise NotSetUpError

    async def kept(self, tenant: UUID, code: Code) -> Kept | None:
        """Return what the registry answered earlier, run out or not."""
        async with acting(self.pipeline, tenant, REGISTRAR, "look_up", REGISTRY_ANSWERS, None) as ctx:
            seen = await _find(ctx, code, REGISTRY)
        return _read(seen) if seen else None

    async def keep(self, tenant: UUID, code: Code, vehicle: Vehicle) -> Kept:
        """Keep an answer in the place of the one before."""
        values: Values = {
            RegistryAnswers.chassis_number: vehicle.details.chassis_number,
            RegistryAnswers.found: holds.of_vehicle(vehicle),
            RegistryAnswers.details: holds.details_of(vehicle),
        }
        return await self._store(tenant, code, REGISTRY, values, vehicle.fetched_at)

    async def _from_vin(self, tenant: UUID, code: Code, now: datetime) -> Kept | None:
        facts = read_vin(code.value, this_year=now.year) if code.kind == "vin" else None
        if facts is None or not (facts.make or facts.model_years):
            return None
        values: Values = {
            RegistryAnswers.chassis_number: facts.vin,
            RegistryAnswers.found: holds.of_vin(facts, now),
            RegistryAnswers.details: holds.details_of_vin(facts),
        }
        return await self._store(tenant, code, VIN, values, now)

    async def _store(self, tenant: UUID, code: Code, source: str, values: Patch, at: datetime) -> Kept:
        written = {
            **values,
            RegistryAnswers.fetched_at: at,
            RegistryAnswers.expires_at: at + self._keep_for,
        }
        try:
            return await self._write(tenant, code, source, written)
        except (TakenError, StaleError):  # somebody else has just kept the same answer
            return await self._write(tenant, code, source, written)

    async def _write(self, tenant: UUID, code: Code, source: str, written: Patch) -> Kept:
        async with acting(self.pipeline, tenant, REGISTRAR, "look_up", REGISTRY_ANSWERS, None) as ctx:
            seen = await _find(ctx, code, source)
            if seen is None:
                seen = await ctx.create(REGISTRY_ANSWERS, {**_key(code, source), **written})
            else:
                seen = await ctx.change(written, on=seen)
        return _read(seen)


async def _find(ctx: CommandContext, code: Code, source: str) -> Seen | None:
    rows = await ctx.find(REGISTRY_ANSWERS, _key(code, source), limit=1)
    return rows[0] if rows else None


def _key(code: Code, source: str) -> Patch:
    """Return what no two answers share."""
    return {RegistryAnswers.kind: code.kind, RegistryAnswers.asked: code.value, RegistryAnswers.source: source}


def _read(seen: Seen) -> Kept:
    row = seen.row
    return Kept(
        id=seen.id,
        source=row[RegistryAnswers.source],
        found=row[RegistryAnswers.found] or {},
        details=row[RegistryAnswers.details] or [],
        fetched_at=row[RegistryAnswers.fetched_at],
        expires_at=row[RegistryAnswers.expires_at],
    )


async def forget_answers(ctx: CommandContext) -> None:
    """Delete the answers that ran out long ago."""
    for old in await ctx.find(
        REGISTRY_ANSWERS,
        {RegistryAnswers.expires_at: Range(None, ctx.now - _KEPT_AFTER)},
        limit=_MANY,
        only=(RegistryAnswers.id,),
    ):
        await ctx.remove(old)
