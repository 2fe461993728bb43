"""Jobs as they are declared: jobs to the outside, and schedules. The dispatcher runs both.

A job is asked for by an event of its own, so it exists with the write's commit and not without it.
It runs outside any transaction, at least once, each time with the same ``key``, and opens the pipeline itself
to write down what came of it.
"""

import random
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from typing import Any, Protocol, TypedDict
from uuid import UUID
from zoneinfo import ZoneInfo

from directapp.declare.case import Case
from directapp.declare.events import Event
from directapp.declare.names import NO_ROW
from directapp.kernel.actor import Actor, system_actor
from directapp.kernel.clock import OSLO
from directapp.kernel.errors import NotFoundError
from directapp.kernel.text import Text, verbatim
from directapp.services.command import CommandContext
from directapp.services.drafts import Batch
from directapp.services.intent import Intent
from directapp.services.pipeline import Pipeline
from directapp.services.seen import Seen
from directapp.store.unit import Unit

DAYS = frozenset(range(7))
_THREE_DAYS = 3 * 86_400.0


class AttemptError(Exception):
    """An attempt that failed, with its reason in words."""

    def __init__(self, reason: Text | str) -> None:
        """Keep why."""
        self.reason = reason if isinstance(reason, Text) else verbatim(reason)
        super().__init__(self.reason.english)


class LaterError(AttemptError):
    """Not now: try again in ``seconds``. It costs no attempt, only patience (a quota, a Retry-After)."""

    def __init__(self, reason: Text | str, *, seconds: float) -> None:
        """Keep why, and how long to wait."""
        super().__init__(reason)
        self.seconds = seconds


class GiveUpError(AttemptError):
    """Trying again is of no use: a dead letter at once, with this reason."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobRun:
    """One run of a job.

    ``key`` is the same in every run of the same job, after a crash and after a retry by hand too: send it
    along as the idempotency key. ``attempt`` counts from 1; ``last`` says that no further one follows by itself.
    """

    id: UUID
    pipeline: Pipeline
    tenant: UUID
    name: str
    collection: str
    record: UUID
    payload: Mapping[str, Any]
    key: str
    attempt: int
    last: bool

    @asynccontextmanager
    async def act(self, system: str) -> AsyncIterator[CommandContext]:
        """Open one transaction of the pipeline as a named system actor; it commits when the context ends well.

        ``ctx.seen`` is the record that the job is about, None where that actor sees no such record.
        """
        async with acting(self.pipeline, self.tenant, system, self.name, self.collection, self.record) as ctx:
            ctx.params = dict(self.payload)
            yield ctx


Run = Callable[[JobRun], Awaitable[None]]
Failures = Mapping[UUID, Exception]
RunTogether = Callable[[Sequence[JobRun]], Awaitable[Failures]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Work that talks to the outside, run for every ``event`` of a kind. An event is a job or has event handlers.

    ``attempts`` in all, waiting ``first`` seconds after the first failure, then twice as long each time, at most
    ``longest``, always with some chance in it. ``at_once`` runs of this kind go on side by side in a worker;
    one that takes longer than ``seconds`` is stopped and counts as failed. After ``patience`` seconds since it was
    asked for, waiting for better times (LaterError) ends too.

    With ``together`` above 1, ``run`` is given as many as are due, up to that number, of one tenant, and says by id
    which of them failed and how; what it raises befell them all.
    """

    event: Event
    run: Run | RunTogether
    together: int = 1
    attempts: int = 8
    first: float = 2.0
    longest: float = 3600.0
    at_once: int = 4
    seconds: float = 60.0
    patience: float = _THREE_DAYS

    @property
    def name(self) -> str:
        """The name of its event."""
        return self.event.name


class When(Protocol):
    """A rule for when something is done again."""

    def next(self, after: datetime) -> datetime:
        """Return the first instant later than ``after``."""


@dataclass(frozen=True, slots=True)
class Every:
    """At multiples of some seconds, counted from the epoch."""

    seconds: float

    def next(self, after: datetime) -> datetime:
        """Return the first instant later than ``after``."""
        step = self.seconds
        return datetime.fromtimestamp((after.timestamp() // step + 1) * step, UTC)


@dataclass(frozen=True, slots=True)
class Daily:
    """At a time of day on the clocks of a place, on some days of the week (Monday is 0)."""

    at: time
    days: frozenset[int] = DAYS
    zone: ZoneInfo = OSLO

    def next(self, after: datetime) -> datetime:
        """Return the first instant later than ``after``; once a day, whatever the clocks do that night."""
        day = after.astimezone(self.zone).date()
        for ahead in range(-1, 9):
            date = day + timedelta(days=ahead)
            instant = datetime.combine(date, self.at, self.zone).astimezone(UTC)
            if date.weekday() in self.days and instant > after:
                return instant
        message = "no day of the week is allowed"
        raise ValueError(message)


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """Something done again and again in every tenant: each occurrence is one job, whatever the number of workers.

    What was missed while no worker ran is done once. An occurrence that comes while the one before still runs is left
    out. ``job.payload["due"]`` tells which occurrence it is. ``tenants`` False: once for the whole installation,
    with the tenant ``INSTALLATION``, in which nobody works.
    """

    name: str
    label: Text
    when: When
    run: Run
    attempts: int = 4
    seconds: float = 900.0
    tenants: bool = True

    @property
    def event(self) -> Event:
        """The event that each occurrence is; it is about no record."""
        return Event(name=f"schedule:{self.name}", collection="", label=self.label, internal=True)

    @property
    def job(self) -> Job:
        """The job that each occurrence is."""
        return Job(
            event=self.event,
            run=self.run,
            attempts=self.attempts,
            first=10.0,
            longest=600.0,
            at_once=2,
            seconds=self.seconds,
        )


INSTALLATION = UUID(int=0)


def attempts_within(seconds: float, first: float, longest: float) -> int:
    """Return how many attempts fit into so many seconds, by the longest waits there are between them."""
    attempts, waited = 1, 0.0
    while waited < seconds:
        waited += min(longest, first * 2.0 ** min(attempts - 1, 60))
        attempts += 1
    return attempts


class Persistent(TypedDict):
    """How long a job goes on trying."""

    attempts: int
    first: float
    longest: float


# For what has a service on the other side that may be away for days: a mail server, a receiver of webhooks.
FOR_DAYS = Persistent(attempts=attempts_within(_THREE_DAYS, 5.0, 1800.0), first=5.0, longest=1800.0)


def sweep(run: Callable[[CommandContext], Awaitable[None]], system: str) -> Run:
    """Return the run of a schedule that is one transaction of a domain, as a named system actor."""

    async def swept(job: JobRun) -> None:
        async with job.act(system) as ctx:
            await run(ctx)

    return swept


def sweep_all(run: Callable[[CommandContext, UUID | None], Awaitable[UUID | None]], system: str) -> Run:
    """Return the run of a schedule that goes through any number of records, a transaction for each page of them.

    ``run`` begins after the id it is given, and returns the last of its page, None when nothing is left.
    """

    async def swept(job: JobRun) -> None:
        after: UUID | None = None
        while True:
            async with job.act(system) as ctx:
                after = await run(ctx, after)
            if after is None:
                return

    return swept


def backoff(attempt: int, first: float, longest: float, chance: Callable[[], float] = random.random) -> float:
    """Return how many seconds to wait after a failed attempt: doubling, capped, between half and the whole of it."""
    whole: float = min(longest, first * 2.0 ** min(attempt - 1, 60))
    return whole * (0.5 + chance() / 2)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetter:
    """A job that nobody tries any more: what is handed to whoever keeps dead letters."""

    job: Mapping[str, Any] = field(repr=False)
    kind: str
    reason: Text


@dataclass(frozen=True, slots=True)
class Ordered:
    """Who ordered what a system actor does, and with which words."""

    actor: Actor
    reason: str


@asynccontextmanager
async def acting(  # noqa: PLR0917 - who does what to which record
    pipeline: Pipeline,
    tenant: UUID,
    system: str,
    verb: str,
    collection: str,
    record: UUID | None,
    *,
    by: Ordered | None = None,
) -> AsyncIterator[CommandContext]:
    """Open a transaction as a named system actor, about a record; tell of it once it is committed.

    ``by`` is who ordered it at the command line: the history names them, and the system actor beside them.
    """
    actor = system_actor(tenant, system)
    async with pipeline.database.unit(actor, generic_plan=True) as unit:
        ctx = await act_in(pipeline, unit, verb, collection, record, by=by)
        yield ctx
        await ctx.work.finish()
    if ctx.work.touched and pipeline.after_commit:
        await pipeline.after_commit(actor, tuple(ctx.work.touched), True)


async def act_in(  # noqa: PLR0917 - who does what to which record
    pipeline: Pipeline,
    unit: Unit,
    verb: str,
    collection: str,
    record: UUID | None,
    batch: Batch | None = None,
    *,
    by: Ordered | None = None,
) -> CommandContext:
    """Return what the present actor of a transaction may do in it, about a record if that actor sees it."""
    whole: dict[str, Any] = {"actor": unit.actor, "origin": "worker"}
    if by is not None:
        whole = {"actor": by.actor, "origin": "cli", "reason": by.reason}
    work = pipeline.work(unit, Intent(collection=collection, verb=verb, **whole), batch)
    seen: Seen | None = None
    if record is not None and collection in pipeline.spec.metas:
        try:
            seen = await work.look_up(collection, record, system=None, cached=True)
        except NotFoundError:
            seen = None
    case = Case(row=seen.row if seen else NO_ROW, actor=unit.actor, now=work.now, verb=verb)
    return CommandContext(case=case, collection=collection, work=work, seen=seen)
