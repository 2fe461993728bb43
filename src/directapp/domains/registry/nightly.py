"""Enrichment: what cars lack is asked for at night, batch by batch, and only what is empty is filled.

A run is a chain of jobs, one a batch. What a car's batch came to stands in its log, written in the transaction
that fills the car; so a batch that is done again goes on where it was stopped.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from directapp.connectors.failures import OutsideBusyError, OutsideDownError, OutsideError
from directapp.connectors.maskinporten import MaskinportenRefusedError
from directapp.connectors.vegvesen import Outcome
from directapp.connectors.vegvesen_failures import (
    BadLookUpError,
    QuotaUsedUpError,
    RegistryRefusedError,
    VehicleNotFoundError,
)
from directapp.connectors.vegvesen_types import Vehicle
from directapp.declare.case import Range
from directapp.declare.names import FieldName, Row, Values
from directapp.domains.cars.fields import CARS, Cars
from directapp.domains.registry.answers import REGISTRAR
from directapp.domains.registry.events import ENRICH
from directapp.domains.registry.fields import EnrichmentLogs, EnrichmentRuns
from directapp.domains.registry.found import REGISTRY, Found, empties, of_vehicle
from directapp.domains.registry.lookups import Code, Lookups, read_code
from directapp.domains.registry.runs import LOGS, RESULTS, RUNS, goes_on
from directapp.kernel.clock import oslo_day
from directapp.kernel.errors import DirectAppError, StaleError
from directapp.kernel.text import Text, join, verbatim
from directapp.services.command import CommandContext
from directapp.services.drafts import TakenError
from directapp.services.jobs import Job, JobRun, LaterError
from directapp.services.seen import Seen

CLOSED = frozenset({"delivered", "archived"})
_FIRST_WAIT, _LONGEST_WAIT = 30.0, 900.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How enrichment goes about it.

    ``fields`` are what is filled, ``states`` the cars asked for; ``again`` is how long a car that was asked for is
    left alone at night; ``most`` cars a night, so that the day keeps look-ups; ``failures`` in a row stop a run.
    """

    fields: tuple[FieldName[object], ...]
    states: tuple[str, ...]
    again: timedelta = timedelta(days=7)
    most: int = 5_000
    batch: int = 100
    failures: int = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wanted:
    car: UUID
    code: Code
    empty: int


class Enricher:
    """Runs enrichments of any tenant."""

    def __init__(self, lookups: Lookups, manner: Manner) -> None:
        """Keep whom to ask, and how."""
        self._lookups, self._manner = lookups, manner

    @property
    def job(self) -> Job:
        """The job that each batch is; one at a time in a worker, as the registry counts what we ask."""
        return Job(event=ENRICH, run=self.work, attempts=6, first=30.0, at_once=1, seconds=1800.0)

    async def begin(self, job: JobRun) -> None:
        """Begin the night's run; a second call of the same night changes nothing."""
        async with job.act(REGISTRAR) as ctx:
            night = oslo_day(ctx.now)
            if await ctx.find(RUNS, {EnrichmentRuns.night: night, EnrichmentRuns.trigger: "night"}, limit=1):
                return
            if await goes_on(ctx):
                return
            run = await ctx.create(RUNS, {EnrichmentRuns.night: night, EnrichmentRuns.trigger: "night"})
            ctx.emit(ENRICH, on=run)

    async def work(self, job: JobRun) -> None:
        """Ask for one batch of a run, fill what came, and ask for the next batch."""
        async with job.act(REGISTRAR) as ctx:
            run = ctx.seen
            if run is None or run.row[EnrichmentRuns.status] != "running":
                return
            wanted = await self._wanted(ctx, run)
            left = self._manner.most - int(run.row[EnrichmentRuns.cars_asked] or 0)
        if not wanted or left <= 0:
            await self._end(job, "finished", "most" if wanted else None)
            return
        if not self._lookups.ready:
            await self._end(job, "stopped", "not_set_up")
            return
        try:
            await self._ask(
                job, wanted[: min(self._manner.batch, left)], again=bool(run.row[EnrichmentRuns.failures_in_row])
            )
        except OutsideError as error:
            await self._failed(job, error)
            return
        async with job.act(REGISTRAR) as ctx:
            await ctx.change({EnrichmentRuns.failures_in_row: 0, **await _figures(ctx)})
            ctx.emit(ENRICH)

    async def _wanted(self, ctx: CommandContext, run: Seen) -> list[_Wanted]:
        """Return the cars to ask for: something is empty, there is something to ask by, and no log is young enough."""
        manner = self._manner
        names = tuple(dict.fromkeys((*manner.fields, Cars.vin, Cars.license_plate)))
        since = run.row[EnrichmentRuns.started_at]
        if run.row[EnrichmentRuns.trigger] == "night":
            since -= manner.again
        logs = await ctx.every(
            LOGS,
            {EnrichmentLogs.at: Range(since, None)},
            only=(
                EnrichmentLogs.car,
                EnrichmentLogs.result,
                EnrichmentLogs.run,
            ),
        )
        asked = {
            log.row[EnrichmentLogs.car]
            for log in logs
            if log.row[EnrichmentLogs.result] != "failed" or log.row[EnrichmentLogs.run] == run.id
        }
        cars = await ctx.every(CARS, {Cars.status: list(manner.states)}, only=names)
        found = []
        for car in cars:
            empty = empties(car.row, manner.fields)
            code = None if car.id in asked or not empty else code_of(car.row)
            if code is not None:
                found.append(_Wanted(car=car.id, code=code, empty=len(empty)))
        return found

    async def _ask(self, job: JobRun, batch: Sequence[_Wanted], *, again: bool) -> None:
        by_code: dict[Code, list[_Wanted]] = {}
        for wanted in batch:
            by_code.setdefault(wanted.code, []).append(wanted)
        now = self._lookups.pipeline.clock()
        unknown = []
        for code, cars in by_code.items():
            kept = await self._lookups.kept(job.tenant, code)
            if kept is None or kept.expires_at <= now:
                unknown.append(code)
                continue
            for wanted in cars:
                await self._fill(job, wanted, kept.found)
        async for code, outcome in self._lookups.many(unknown):
            if isinstance(outcome, Vehicle):
                await self._lookups.keep(job.tenant, code, outcome)
            elif isinstance(outcome, OutsideDownError | OutsideBusyError) and not again:
                raise outcome
            for wanted in by_code[code]:
                await self._settle(job, wanted, outcome)
            if isinstance(outcome, OutsideDownError | OutsideBusyError):
                raise outcome

    async def _settle(self, job: JobRun, wanted: _Wanted, outcome: Outcome) -> None:
        if isinstance(outcome, Vehicle):
            await self._fill(job, wanted, of_vehicle(outcome))
        elif isinstance(outcome, VehicleNotFoundError):
            await self._log(job, wanted, "not_found")
        elif isinstance(outcome, BadLookUpError):
            await self._log(job, wanted, "skipped", reason="unreadable")
        else:
            await self._log(job, wanted, "failed", reason="down", message=outcome.problems[0].message)

    async def _fill(self, job: JobRun, wanted: _Wanted, found: Found) -> None:
        """Fill what is empty in one car, and log it, in one transaction; what the car refuses is logged in another."""
        try:
            async with job.act(REGISTRAR) as ctx:
                car = await ctx.look_up(CARS, wanted.car)
                if car.row[Cars.status] in CLOSED:
                    result = _Result("skipped", reason="moved_on")
                elif _is_another(car.row, found):
                    result = _Result("skipped", reason="another_car")
                else:
                    names = [n for n in empties(car.row, self._manner.fields) if n in found]
                    result = _Result("filled", fields=tuple(names)) if names else _NOTHING
                    if names:
                        await ctx.change(_patch(car.row, found, names), on=car)
                await _write(ctx, wanted, result)
        except StaleError:  # somebody is at the car right now: it is taken up again in the next batch
            return
        except (DirectAppError, TakenError) as error:
            await self._log(job, wanted, "skipped", reason="refused", message=_why(error))

    async def _log(
        self, job: JobRun, wanted: _Wanted, result: str, *, reason: str | None = None, message: Text | None = None
    ) -> None:
        async with job.act(REGISTRAR) as ctx:
            await _write(ctx, wanted, _Result(result, reason=reason, message=message))

    async def _failed(self, job: JobRun, error: OutsideError) -> None:
        """Stop the run, or have the batch tried again later."""
        if isinstance(error, QuotaUsedUpError):
            await self._end(job, "stopped", "quota")
            return
        if not error.passing or isinstance(error, RegistryRefusedError | MaskinportenRefusedError):
            await self._end(job, "stopped", "refused")
            return
        async with job.act(REGISTRAR) as ctx:
            in_row = int(ctx.target.row[EnrichmentRuns.failures_in_row] or 0) + 1
            await ctx.change({EnrichmentRuns.failures_in_row: in_row, **await _figures(ctx)})
        if in_row >= self._manner.failures:
            await self._end(job, "stopped", "failures")
            return
        wait = min(_LONGEST_WAIT, _FIRST_WAIT * 2.0 ** (in_row - 1))
        raise LaterError(type(error).code, seconds=max(wait, error.retry_after or 0.0)) from error

    async def _end(self, job: JobRun, status: str, why: str | None) -> None:
        async with job.act(REGISTRAR) as ctx:
            ended: Values = {
                EnrichmentRuns.status: status,
                EnrichmentRuns.stopped_by: why,
                EnrichmentRuns.finished_at: ctx.now,
            }
            await ctx.change({**ended, **await _figures(ctx)})


@dataclass(frozen=True, slots=True)
class _Result:
    result: str
    reason: str | None = None
    fields: tuple[FieldName[object], ...] = ()
    message: Text | None = None


_NOTHING = _Result("skipped", reason="nothing_missing")


async def _write(ctx: CommandContext, wanted: _Wanted, result: _Result) -> None:
    """Log what came of a car."""
    values: Values = {
        EnrichmentLogs.run: ctx.target.id,
        EnrichmentLogs.car: wanted.car,
        EnrichmentLogs.asked_by: wanted.code.kind,
        EnrichmentLogs.result: result.result,
        EnrichmentLogs.reason: result.reason,
        EnrichmentLogs.fields: list(result.fields),
        EnrichmentLogs.fields_empty: wanted.empty,
        EnrichmentLogs.message: result.message,
    }
    await ctx.create(LOGS, values)


async def _figures(ctx: CommandContext) -> dict[str, int]:
    """Return the figures of a run, from its logs."""
    logs = await ctx.every(
        LOGS,
        {EnrichmentLogs.run: ctx.target.id},
        only=(
            EnrichmentLogs.result,
            EnrichmentLogs.fields,
            EnrichmentLogs.fields_empty,
        ),
    )
    results = Counter(log.row[EnrichmentLogs.result] for log in logs)
    return {
        "cars_asked": len(logs),
        **{choice.code: results[choice.code] for choice in RESULTS},
        "fields_empty": sum(int(log.row[EnrichmentLogs.fields_empty] or 0) for log in logs),
        "fields_filled": sum(len(log.row[EnrichmentLogs.fields] or ()) for log in logs),
    }


def code_of(car: Row) -> Code | None:
    """Return what a car is asked for by: its chassis number, else its plate."""
    for name in (Cars.vin, Cars.license_plate):
        if car.get(name):
            try:
                return read_code(car[name])
            except BadLookUpError:
                continue
    return None


def _is_another(car: Row, found: Found) -> bool:
    """Whether an answer names another chassis number than the car's: a plate that has moved."""
    told = found.get(Cars.vin, {}).get("value")
    return bool(car.get(Cars.vin) and told and told != car[Cars.vin])


def _patch(car: Row, found: Found, names: Sequence[FieldName[object]]) -> Values:
    sources = {**(car.get(Cars.registry_sources) or {})}
    for name in names:
        sources[name] = {"source": found[name].get("source", REGISTRY), "at": found[name]["at"]}
    return {**{name: found[name]["value"] for name in names}, Cars.registry_sources: sources}


def _why(error: Exception) -> Text:
    return join((p.message for p in error.problems), "; ") if isinstance(error, DirectAppError) else verbatim("VIN")
