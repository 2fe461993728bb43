"""Dispatcher: what follows from committed events. Event handlers in a transaction each; jobs outside any.

Several dispatchers, in one process or many, work on the same outbox: a row that one has locked or claimed is passed
over by the others.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
import structlog

from directapp.declare.events import Event
from directapp.kernel.actor import Actor, system_actor
from directapp.kernel.errors import DirectAppError, StaleError
from directapp.services.cached import prefetch
from directapp.services.command import CommandContext
from directapp.services.drafts import Batch, TakenError
from directapp.services.intent import Intent
from directapp.services.job_runner import JobRunner, KeepDeadLetter, carried, explained, keep_dead_letter, named
from directapp.services.jobs import INSTALLATION, DeadLetter, Job, act_in, backoff
from directapp.services.past import as_of
from directapp.services.pipeline import Pipeline, Touched
from directapp.store.outbox import Backlog, Outbox, dispatcher_actor
from directapp.store.unit import Unit, depth_of_events
from directapp.telemetry import tracing
from directapp.telemetry.meters import HANDLED

EventHandler = Callable[[CommandContext], Awaitable[None]]
Row = Mapping[str, Any]

_LANES = 4
_TURNS = 5
_TOGETHER = 25
_ATTEMPTS = 10
_FIRST_SECONDS, _LONGEST_SECONDS = 1.0, 600.0
# Commits are heard of; this is for what was missed, and for what comes due by itself.
_LOOK_ROUND_SECONDS = 5.0
_UNHEARD_SECONDS = 2.0
_BREATH_SECONDS = 0.05
_GATHER_SECONDS = 0.01
_MOST_ROUNDS = 1000
_DEADLOCKS = 3
_log = structlog.get_logger(__name__)


def name_of(handler: EventHandler) -> str:
    """Return the name by which the outbox remembers that an event handler has run."""
    return f"{handler.__module__}.{handler.__qualname__}"


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an event's event handlers went: those that have run, what they wrote, what was refused, what failed."""

    passed: tuple[str, ...]
    touched: Touched
    note: str | None
    failure: Exception | None

    @property
    def succeeded(self) -> bool:
        """Whether all went well."""
        return self.note is None and self.failure is None


class Dispatcher:
    """Takes due outbox rows and runs what follows from them."""

    def __init__(
        self,
        pipeline: Pipeline,
        handlers: Mapping[Event, Sequence[EventHandler]],
        actor_name: str,
        *,
        jobs: Iterable[Job] = (),
        keep: KeepDeadLetter | None = None,
        lease: float = 30.0,
        alone: Collection[Event] = (),
    ) -> None:
        """``actor_name`` is the system actor that event handlers work as; ``keep`` is where dead letters go.

        ``alone`` are the events that have a transaction each: their handlers write records that wait for shared ones.
        """
        self._pipeline = pipeline
        self._rows = Outbox(pipeline.database, pipeline.clock)
        self._handlers = {event.name: found for event, found in handlers.items()}
        self._alone = frozenset(event.name for event in alone)
        self._name = actor_name
        self._keep = keep
        self.jobs = JobRunner(pipeline, jobs, keep=keep, lease=lease)
        both = set(self._handlers) & set(self.jobs.kinds)
        if both:
            message = f"an event is a job or has event handlers, not both: {', '.join(sorted(both))}"
            raise ValueError(message)
        self._handled = tuple(self._handlers)
        self._due: set[UUID] = set()
        self._asked: set[UUID] = set()
        self._woken = (asyncio.Event(), self.jobs.freed)
        self._tidied: dict[UUID, float] = {}
        self.last_run: datetime | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """Every event that something follows from."""
        return (*self._handled, *self.jobs.names)

    def wake(self, tenant: UUID) -> None:
        """Look at a tenant's outbox at once: something was committed there."""
        self._due.add(tenant)
        self._asked.add(tenant)
        for woken in self._woken:
            woken.set()

    async def run(self, stop: asyncio.Event) -> None:
        """Work until told to stop; a failure is logged and tried again later."""
        loops = [
            asyncio.create_task(loop)
            for loop in (
                self._loop(stop, self._woken[0], self._due, self._react_round),
                self._loop(stop, self._woken[1], self._asked, self._job_round),
                self.jobs.hold(),
            )
        ]
        await stop.wait()
        for woken in self._woken:
            woken.set()
        await asyncio.gather(*loops[:2])
        await self.jobs.leave()
        loops[2].cancel()
        with suppress(asyncio.CancelledError):
            await loops[2]

    async def once(self, tenant: UUID | None = None) -> int:
        """Handle what is due now, in one tenant or all; return how many events were handled."""
        self.last_run = self._pipeline.clock()
        tenants = [tenant] if tenant else await self.tenants()
        done, _ = await self._react_round(tenants)
        for each in tenants:
            started, _, _ = await self.jobs.start(each)
            done += started
            await self.jobs.finish()
        return done

    async def drain(self, tenant: UUID | None = None) -> int:
        """Go on until nothing is due; return how many events were handled."""
        whole = 0
        for _ in range(_MOST_ROUNDS):
            done = await self.once(tenant)
            whole += done
            if done == 0:
                return whole
        message = "the jobs never end"
        raise RuntimeError(message)

    async def tenants(self) -> list[UUID]:
        """Return every tenant that has an outbox."""
        return [INSTALLATION, *await self._pipeline.database.tenants()]

    async def backlog(self, tenant: UUID) -> Backlog:
        """Count what waits in a tenant."""
        return await self._rows.backlog(tenant, self.names)

    async def backlogs(self) -> list[Backlog]:
        """Count what waits, tenant by tenant."""
        return [await self.backlog(tenant) for tenant in await self.tenants()]

    # -- the loops ----------------------------------------------------------------------------------

    async def _loop(
        self,
        stop: asyncio.Event,
        woken: asyncio.Event,
        marked: set[UUID],
        work: Callable[[Sequence[UUID]], Awaitable[tuple[int, float]]],
    ) -> None:
        loop = asyncio.get_running_loop()
        look_round = 0.0
        while not stop.is_set():
            woken.clear()
            wait = _LOOK_ROUND_SECONDS
            try:
                if loop.time() >= look_round:
                    marked.update(await self.tenants())
                    look_round = loop.time() + _LOOK_ROUND_SECONDS
                tenants = list(marked)
                marked.clear()
                _, wait = await work(tenants)
            except Exception:  # noqa: BLE001 - the dispatcher outlives whatever one round meets
                _log.exception("outbox dispatcher failed")
                wait = 1.0
            self.last_run = self._pipeline.clock()
            wait = min(wait, max(look_round - loop.time(), _BREATH_SECONDS))
            with suppress(TimeoutError):
                await asyncio.wait_for(woken.wait(), wait)
                await asyncio.sleep(_GATHER_SECONDS)

    async def _job_round(self, tenants: Sequence[UUID]) -> tuple[int, float]:
        """Start jobs; a tenant with more than there was room for stays marked, and a freed place wakes us."""
        whole, wait = 0, _LOOK_ROUND_SECONDS
        for tenant in tenants:
            started, full, soon = await self.jobs.start(tenant)
            whole += started
            if full:
                self._asked.add(tenant)
            if soon is not None and soon < _LOOK_ROUND_SECONDS:
                self._asked.add(tenant)
                wait = min(wait, max(soon, _BREATH_SECONDS))
        return whole, wait

    async def _react_round(self, tenants: Sequence[UUID]) -> tuple[int, float]:
        """Run what is due, a few lanes side by side, a turn each; return how many, and when to look again."""
        pairs: deque[tuple[UUID, str, int]] = deque()
        wait = _LOOK_ROUND_SECONDS
        for tenant in tenants:
            await self._tidy(tenant)
            due = await self._rows.peek(tenant, self._handled)
            pairs.extend((tenant, event, 0) for event in due.events)
            if due.events:
                self._due.add(tenant)
            elif due.next_at:
                soon = (due.next_at - self._pipeline.clock()).total_seconds()
                if soon < _LOOK_ROUND_SECONDS:
                    self._due.add(tenant)
                    wait = min(wait, max(soon, _BREATH_SECONDS))
        if not pairs:
            return 0, wait
        handled = sum(await asyncio.gather(*(self._lane(pairs) for _ in range(_LANES))))
        return handled, 0.0 if handled else _BREATH_SECONDS

    async def _lane(self, pairs: deque[tuple[UUID, str, int]]) -> int:
        handled = 0
        while pairs:
            tenant, event, turns = pairs.popleft()
            pairs.append((tenant, event, turns + 1))
            done = await self._visit(tenant, event) if turns < _TURNS else 0
            handled += done
            if done < self._together(event):
                with suppress(ValueError):
                    pairs.remove((tenant, event, turns + 1))
        return handled

    async def _tidy(self, tenant: UUID) -> None:
        """Put away what nobody hears of, every now and then."""
        now = asyncio.get_running_loop().time()
        if now - self._tidied.get(tenant, -_UNHEARD_SECONDS) >= _UNHEARD_SECONDS:
            self._tidied[tenant] = now
            await self._rows.unheard(tenant, self.names)

    # -- some events ------------------------------------------------------------------------------------

    async def _visit(self, tenant: UUID, event: str) -> int:
        """Take the next events of a kind and run what reacts to them; return how many were handled.

        Whom the database chose to end a deadlock begins anew: nothing of it was written.
        """
        for _ in range(_DEADLOCKS):
            with suppress(asyncpg.DeadlockDetectedError):
                return await self._handle(tenant, event)
        return await self._handle(tenant, event)

    async def _handle(self, tenant: UUID, event: str) -> int:
        """Take and run them once.

        Event handlers have a savepoint each; they share the transaction, and what they look up of cached things.
        """
        async with self._pipeline.database.unit(dispatcher_actor(tenant), generic_plan=True) as unit:
            rows = await self._held(unit, await self._rows.take(unit, event, self._together(event)))
            if not rows:
                return 0
            dispatcher, who = unit.actor, system_actor(tenant, self._name)
            unit.become(who)
            outcomes, wrote = await self._outcomes(unit, rows, who)
            told = [(who, wrote), *((who, outcome.touched) for outcome in outcomes)]
            unit.become(dispatcher)
            succeeded: dict[tuple[str, ...], list[UUID]] = {}
            for row, outcome in zip(rows, outcomes, strict=True):
                if outcome.succeeded:
                    succeeded.setdefault(outcome.passed, []).append(row["id"])
                else:
                    told += await self._note_failures(unit, row, outcome)
                    unit.become(dispatcher)
            HANDLED.labels(event, "done").inc(sum(map(len, succeeded.values())))
            for names, jobs in succeeded.items():
                await self._rows.passed(unit, jobs, names, done=True, note=None)
        if self._pipeline.after_commit:
            for who in dict.fromkeys(who for who, _ in told):
                touched = dict.fromkeys(one for actor, wrote in told if actor == who for one in wrote)
                if touched:
                    await self._pipeline.after_commit(who, tuple(touched), True)
        return len(rows)

    def _together(self, event: str) -> int:
        return 1 if event in self._alone else _TOGETHER

    @staticmethod
    async def _held(unit: Unit, rows: Sequence[Row]) -> list[Row]:
        """Return those rows whose records nobody else is about to change, held until the transaction ends.

        What reacts to a record looks at it before it acts: two at a time would both find nothing done. Waiting for
        one record with others in hand could be waited for in turn: only the first is waited for, with none in hand.
        """
        held = await unit.lock_free([row["record"] for row in rows]) if len(rows) > 1 else set()
        if held:
            return [row for row in rows if row["record"] in held]
        for row in rows[:1]:
            await unit.lock(row["record"])
        return list(rows[:1])

    async def _prefetch(self, unit: Unit, rows: Sequence[Row]) -> None:
        """Read the records of several events in one go."""
        metas = unit.spec.metas
        for name in {row["collection"] for row in rows} & set(metas):
            await prefetch(unit, metas[name], [row["record"] for row in rows if row["collection"] == name])

    async def _outcomes(self, unit: Unit, rows: Sequence[Row], who: Actor) -> tuple[list[Outcome], Touched]:
        """Run what reacts to some events; what they put down for later is written at once, or else one by one."""
        if len(rows) > 1:
            work = self._pipeline.work(unit, Intent(actor=who, collection="", verb="create", origin="worker"))
            try:
                async with unit.savepoint():
                    await self._prefetch(unit, rows)
                    batch = Batch()
                    outcomes = [await self._react(unit, row, who, batch) for row in rows]
                    depth_of_events.set(max(int(row["payload"].get("depth", 0)) for row in rows) + 1)
                    await work.write(batch)
                    await work.finish()
            except (DirectAppError, TakenError, asyncpg.PostgresError) as error:
                _log.info("events not handled together", why=named(error))
            else:
                return outcomes, tuple(work.touched)
        return [await self._react(unit, row, who, None) for row in rows], ()

    async def _react(self, unit: Unit, row: Row, who: Actor, batch: Batch | None) -> Outcome:
        """Run each event handler that has not run."""
        done_before = {*row["passed"], *carried(row["payload"]).get("passed", ())}
        passed: list[str] = list(row["passed"])
        touched: list[tuple[str, UUID]] = []
        note: str | None = None
        failure: Exception | None = None
        for handler in self._handlers.get(row["event"], ()):
            name = name_of(handler)
            if name in done_before:
                continue
            tracing.follow(row["payload"])
            try:
                with tracing.span("job", name):
                    touched += await self._one(unit, row, handler, who, batch)
            except Exception as error:  # noqa: BLE001 - tried again later; the others go on
                if isinstance(error, StaleError) or not isinstance(error, DirectAppError):
                    HANDLED.labels(row["event"], "failed").inc()
                    failure = error
                    continue
                note = f"{name}: {error}"
                HANDLED.labels(row["event"], "refused").inc()
                _log.warning("event handler refused", refused=row["event"], why=str(error))
            passed.append(name)
        return Outcome(tuple(passed), tuple(touched), note, failure)

    async def _note_failures(self, unit: Unit, row: Row, outcome: Outcome) -> list[tuple[Actor, Touched]]:
        """Note how an event's event handlers went where not all went well."""
        failure = outcome.failure
        await self._rows.passed(unit, [row["id"]], outcome.passed, done=failure is None, note=outcome.note)
        return [await self._failed(unit, {**row, "passed": list(outcome.passed)}, failure)] if failure else []

    async def _one(self, unit: Unit, row: Row, handler: EventHandler, who: Actor, batch: Batch | None) -> Touched:
        """Run one event handler inside a savepoint of its own."""
        depth_of_events.set(int(row["payload"].get("depth", 0)) + 1)
        mark = batch.mark() if batch is not None else (0, 0)
        try:
            async with unit.savepoint(become=who):
                ctx = await act_in(self._pipeline, unit, row["event"], row["collection"], row["record"], batch)
                ctx.params = {k: v for k, v in row["payload"].items() if k not in {"_job", "act", tracing.TRAIL}}
                # What follows from an act is taken back with it.
                ctx.work.emitting.act = UUID(row["payload"].get("act", str(ctx.work.emitting.act)))
                told = ctx.params.get("version")
                if ctx.seen is not None and told is not None:
                    # What follows is judged and worded by what was so then, whatever has been written since.
                    ctx.seen = await as_of(unit, unit.spec[row["collection"]], ctx.seen, int(told))
                await handler(ctx)
                await ctx.work.finish()
                return tuple(ctx.work.touched)
        except BaseException:
            if batch is not None:
                batch.cut(mark)
            raise

    async def _failed(self, unit: Unit, row: Row, error: Exception) -> tuple[Actor, Touched]:
        attempts = row["attempts"] + 1
        if isinstance(error, StaleError | asyncpg.DeadlockDetectedError | asyncpg.SerializationError):
            _log.info("event handler met another write", on=row["event"])
        else:
            _log.error("event handler failed", failed=row["event"], attempt=attempts, why=named(error), exc_info=error)
        if attempts >= _ATTEMPTS:
            letter = DeadLetter(job={**row, "attempts": attempts}, kind="event_handler", reason=explained(error))
            return await keep_dead_letter(self._pipeline, self._rows, self._keep, unit, letter)
        delay = backoff(attempts, _FIRST_SECONDS, _LONGEST_SECONDS)
        await self._rows.failed(unit, row["id"], named(error), delay)
        return unit.actor, ()
