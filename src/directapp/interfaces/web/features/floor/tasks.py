"""Floor: a person's records as tasks for one hand: what to start, what to complete, in the order of the day."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from directapp.declare.spec import CollectionMeta
from directapp.derive import present
from directapp.derive.pages import NextFact, next_facts
from directapp.domains.cars.fields import Cars
from directapp.kernel.actor import Actor

STARTED, COMPLETED = "_started_at", "_completed_at"
_URGENCY = {"urgent": 0, "high": 1, "normal": 2, "low": 3}


@dataclass(frozen=True, slots=True)
class FloorJob:
    """One kind of work on a record: its facts share a stem, as in ``technical_started_at``."""

    stem: str

    @property
    def start(self) -> str:
        """The fact that begins it."""
        return self.stem + STARTED

    @property
    def end(self) -> str:
        """The fact that completes it."""
        return self.stem + COMPLETED

    @property
    def plan(self) -> str:
        """When it is planned to begin."""
        return f"scheduled_{self.stem}_start"


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A record with one job on it: where the job stands, and what a tap may do now."""

    row: Mapping[str, Any]
    job: FloorJob
    place: str
    start: bool = False
    end: bool = False
    blocked: str | None = None

    @property
    def id(self) -> str:
        """The record's id."""
        return str(self.row[Cars.id])


# The places of a task, in the order in which the day shows them.
RUNNING, NEXT, WAITING, DONE = "running", "next", "waiting", "done"
PLACES = (RUNNING, NEXT, WAITING, DONE)


def tasks_of(
    meta: CollectionMeta, rows: Iterable[Mapping[str, Any]], jobs: Sequence[FloorJob], actor: Actor, now: datetime
) -> list[Task]:
    """Return the tasks of records that are a person's, ordered: running, next, waiting, done today."""
    made = [task_of(meta, row, job, actor, now) for row in rows for job in jobs]
    return sorted(made, key=lambda t: (PLACES.index(t.place), *_urgency(t)))


def task_of(meta: CollectionMeta, row: Mapping[str, Any], job: FloorJob, actor: Actor, now: datetime) -> Task:
    """Return where one job stands, by the facts on the record and what the workflow says of the next."""
    writable = frozenset({job.start, job.end})
    facts = {f.field.name: f for f in next_facts(meta, row, writable, actor, now)}
    again = row.get(Cars.rework) in {job.stem, "both"}
    started, done = (row.get(n) is not None and not again for n in (job.start, job.end))
    if done:
        return Task(row=row, job=job, place=DONE)
    if started:
        blocked = _blocked(facts.get(job.end))
        return Task(row=row, job=job, place=RUNNING, end=blocked is None, blocked=blocked)
    offer = facts.get(job.start)
    if offer is not None and offer.blocked is None:
        return Task(row=row, job=job, place=NEXT, start=True)
    return Task(row=row, job=job, place=WAITING, blocked=_blocked(offer))


def _blocked(offer: NextFact | None) -> str | None:
    return offer.blocked if offer else None


def _urgency(task: Task) -> tuple[int, str, str, str]:
    row = task.row
    late = "9999"
    plan = present.read_instant(row.get(task.job.plan))
    return (
        _URGENCY.get(str(row.get(Cars.priority)), 2),
        plan.isoformat() if plan else late,
        str(row.get(Cars.delivery_date) or late),
        str(row[Cars.id]),
    )
