"""Jobs at work in one process: claimed, run side by side within bounds, closed, given back or kept as dead letters."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any, cast
from uuid import UUID

import structlog

from directapp.kernel.actor import Actor, system_actor
from directapp.kernel.errors import DirectAppError
from directapp.kernel.ids import uuid7
from directapp.kernel.text import Text, _, join
from directapp.services.command import CommandContext
from directapp.services.jobs import (
    INSTALLATION,
    AttemptError,
    DeadLetter,
    Failures,
    GiveUpError,
    Job,
    JobRun,
    LaterError,
    Run,
    RunTogether,
    act_in,
    backoff,
)
from directapp.services.pipeline import Pipeline, Touched
from directapp.store.outbox import Outbox, dispatcher_actor
from directapp.store.unit import Unit, depth_of_events
from directapp.telemetry import tracing
from directapp.telemetry.meters import JOB_SECONDS, JOBS

KeepDeadLetter = Callable[[CommandContext, DeadLetter], Awaitable[None]]
Row = Mapping[str, Any]

_SYSTEM = "jobs"
_log = structlog.get_logger(__name__)
_FAREWELL_SECONDS = 10.0
_LONGEST_NAME = 400
_KILLED = _("The worker stopped while it ran.")
_SLOW = _("It took too long.")
_SILENT = _("The service does not answer.")
_NAMED = _("{said} ({error})")
_UNEXPECTED = _("Unexpected error")


def carried(payload: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what a job that is tried again by hand brings along: its key, and which event handlers have run."""
    brought = payload.get("_job")
    return brought if isinstance(brought, dict) else {}


def named(error: BaseException) -> str:
    """Say in a line what went wrong."""
    return f"{type(error).__name__}: {error}".strip(": ")


def explained(error: BaseException) -> Text:
    """Say why a job was given up, with the technical words behind it where there are any."""
    if isinstance(error, DirectAppError):
        return join((p.message for p in error.problems), "; ")
    if isinstance(error, AttemptError):
        return error.reason
    if type(error) is TimeoutError:
        return _SLOW
    said = _SILENT if type(error) in {OSError, ConnectionError, ConnectionRefusedError} else _UNEXPECTED
    return _NAMED.fill(said=said, error=named(error)[:_LONGEST_NAME])


async def keep_dead_letter(
    pipeline: Pipeline, rows: Outbox, keep: KeepDeadLetter | None, unit: Unit, letter: DeadLetter
) -> tuple[Actor, Touched]:
    """Close a job that is not tried any more, and keep it as a dead letter in the same transaction.

    Return who wrote what, to be told of once it is committed.
    """
    job, tenant = letter.job, unit.actor.tenant
    keeper = system_actor(tenant, _SYSTEM)
    closed = await rows.give_up(unit, job["id"], job.get("worker"), job["attempts"], letter.reason.stored())
    if not closed or keep is None or tenant == INSTALLATION:
        return keeper, ()
    _log.error("job given up", job=job["event"], attempts=job["attempts"], why=letter.reason.english)
    unit.become(keeper)
    ctx = await act_in(pipeline, unit, job["event"], "", None)
    await keep(ctx, letter)
    await ctx.work.finish()
    return keeper, tuple(ctx.work.touched)


class JobRunner:
    """The jobs of one worker."""

    def __init__(
        self, pipeline: Pipeline, jobs: Iterable[Job], *, keep: KeepDeadLetter | None = None, lease: float = 30.0
    ) -> None:
        """``keep`` is where dead letters go; ``lease`` seconds after its end a killed worker's jobs run again."""
        self.kinds = {job.name: job for job in jobs}
        self.names = tuple(self.kinds)
        self._pipeline = pipeline
        self._rows = Outbox(pipeline.database, pipeline.clock)
        self._keep = keep
        self._lease = lease
        self._me = uuid7()
        self._running: dict[UUID, tuple[UUID, asyncio.Task[None]]] = {}
        self._busy: Counter[str] = Counter()
        self.freed = asyncio.Event()

    async def start(self, tenant: UUID) -> tuple[int, bool, float | None]:
        """Start what is due in a tenant and there is room for.

        Return how many were started, whether more are due than there was room for, and in how many seconds
        the next is due.
        """
        due = await self._rows.peek(tenant, self.names)
        started, full = 0, False
        for name in due.events:
            kind = self.kinds[name]
            room = kind.at_once - self._busy[name]
            if room <= 0:
                full = True
                continue
            most = room if kind.together == 1 else kind.together
            claimed = await self._rows.claim(tenant, name, self._me, self._lease, most)
            full = full or len(claimed) == most
            started += len(claimed)
            for rows in (claimed[n : n + kind.together] for n in range(0, len(claimed), kind.together)):
                self._busy[name] += 1
                task = asyncio.create_task(self._go(tenant, kind, rows))
                self._running |= {row["id"]: (tenant, task) for row in rows}
        wait = (due.next_at - self._pipeline.clock()).total_seconds() if due.next_at else None
        return started, full, wait

    @property
    def busy(self) -> int:
        """How many run now."""
        return len(self._running)

    async def finish(self) -> None:
        """Wait for everything that runs."""
        await asyncio.gather(*{task for _, task in self._running.values()})

    async def hold(self) -> None:
        """Prolong the leases of what runs, again and again."""
        while True:
            await asyncio.sleep(self._lease / 3)
            held: dict[UUID, list[UUID]] = {}
            for job, (tenant, _task) in self._running.items():
                held.setdefault(tenant, []).append(job)
            try:
                for tenant, jobs in held.items():
                    await self._rows.hold(tenant, jobs, self._me, self._lease)
            except Exception:  # noqa: BLE001 - the next round may do better; at worst a lease runs out
                _log.exception("leases not prolonged")

    async def leave(self) -> None:
        """Give what runs a moment to end, then stop it and give it back."""
        tasks = {task for _, task in self._running.values()}
        if tasks:
            await asyncio.wait(tasks, timeout=_FAREWELL_SECONDS)
        for task in tasks:
            task.cancel()
        for task in tasks:
            with suppress(asyncio.CancelledError):
                await task

    async def _go(self, tenant: UUID, kind: Job, rows: Sequence[Row]) -> None:
        try:
            await self._attempt(tenant, kind, rows)
        except asyncio.CancelledError:
            for row in rows:
                await self._rows.again(tenant, row["id"], self._me, row["attempts"], None, 0, counts=False)
            raise
        except Exception:  # noqa: BLE001 - the database is away: the lease runs out, and it is run again
            _log.exception("job left open", job=kind.name)
        finally:
            self._busy[kind.name] -= 1
            for row in rows:
                self._running.pop(row["id"], None)
            self.freed.set()

    async def _attempt(self, tenant: UUID, kind: Job, rows: Sequence[Row]) -> None:
        for row in rows:
            if row["attempts"] > kind.attempts:
                await self._give_up(tenant, row, _KILLED)
        going = {row["id"]: row for row in rows if row["attempts"] <= kind.attempts}
        if not going:
            return
        depth_of_events.set(max(int(row["payload"].get("depth", 0)) for row in going.values()) + 1)
        jobs = [self._job(tenant, kind, row) for row in going.values()]
        failures: Failures = {}
        tracing.follow(next(iter(going.values()))["payload"])
        try:
            with tracing.span("job", kind.name), JOB_SECONDS.labels(kind.name).time():
                async with asyncio.timeout(kind.seconds):
                    if kind.together > 1:
                        failures = await cast("RunTogether", kind.run)(jobs)
                    else:
                        await cast("Run", kind.run)(jobs[0])
        except Exception as error:  # noqa: BLE001 - whatever it met, it is tried again or given up
            failures = dict.fromkeys(going, error)
        done = {job: row["attempts"] for job, row in going.items() if job not in failures}
        if done:
            await self._rows.done(tenant, done, self._me)
            JOBS.labels(kind.name, "done").inc(len(done))
        for job, failure in failures.items():
            await self._failed(tenant, kind, going[job], failure)

    async def _failed(self, tenant: UUID, kind: Job, row: Row, error: Exception) -> None:
        attempt = row["attempts"]
        if isinstance(error, LaterError):
            age = (self._pipeline.clock() - row["at"]).total_seconds()
            if age + error.seconds > kind.patience:
                await self._give_up(tenant, row, error.reason)
            else:
                JOBS.labels(kind.name, "later").inc()
                seconds = max(error.seconds, 0.0)
                await self._rows.again(
                    tenant, row["id"], self._me, attempt, error.reason.stored(), seconds, counts=False
                )
            return
        if isinstance(error, GiveUpError):
            await self._give_up(tenant, row, error.reason)
            return
        _log.warning("job failed", job=kind.name, attempt=attempt, why=named(error))
        if attempt >= kind.attempts:
            await self._give_up(tenant, row, explained(error))
            return
        JOBS.labels(kind.name, "failed").inc()
        delay = backoff(attempt, kind.first, kind.longest)
        await self._rows.again(tenant, row["id"], self._me, attempt, named(error), delay, counts=True)

    async def _give_up(self, tenant: UUID, row: Row, reason: Text) -> None:
        JOBS.labels(row["event"], "given_up").inc()
        letter = DeadLetter(job={**row, "worker": self._me}, kind="job", reason=reason)
        async with self._pipeline.database.unit(dispatcher_actor(tenant)) as unit:
            who, touched = await keep_dead_letter(self._pipeline, self._rows, self._keep, unit, letter)
        if touched and self._pipeline.after_commit:
            await self._pipeline.after_commit(who, touched, True)

    def _job(self, tenant: UUID, kind: Job, row: Row) -> JobRun:
        return JobRun(
            id=row["id"],
            pipeline=self._pipeline,
            tenant=tenant,
            name=row["event"],
            collection=row["collection"],
            record=row["record"],
            payload={k: v for k, v in row["payload"].items() if k not in {"_job", "act", tracing.TRAIL}},
            key=str(carried(row["payload"]).get("key") or row["id"]),
            attempt=row["attempts"],
            last=row["attempts"] >= kind.attempts,
        )
