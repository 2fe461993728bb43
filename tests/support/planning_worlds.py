"""Small worlds drawn by chance, all on the quarter, and an oracle that tries every quarter of an hour in them."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any

from hypothesis import strategies as st

from directapp.domains.planning.engine.spans import Span, monday_of
from directapp.domains.planning.engine.workdays import Hours, Schedule, free_windows
from directapp.domains.planning.engine.world import (
    Agreement,
    Booking,
    Busy,
    Ledger,
    PlanJob,
    Resource,
    Slot,
    WeekUse,
    World,
)
from directapp.kernel.clock import OSLO

QUARTER = timedelta(minutes=15)
FIRST_DAYS = [date(2026, 3, 27), date(2026, 10, 23), date(2028, 2, 28), date(2026, 5, 12), date(2026, 9, 4)]
DAYS = 4
TYPES = ("mechanical", "cosmetic")
SITES = ("499", "495", "490")
WINDOWS = (("01:00", "04:00"), ("08:00", "11:30"), ("08:00", "12:00"), ("12:00", "16:00"), ("22:00", "24:00"))


@cache
def windows_of(schedule: Schedule, day: date) -> tuple[Span, ...]:
    return free_windows(schedule, day, day)


def midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=OSLO).astimezone(UTC)


def day_of(moment: datetime) -> date:
    return moment.astimezone(OSLO).date()


@st.composite
def schedules(draw: Any) -> Schedule:
    chosen = draw(st.lists(st.sampled_from(WINDOWS[1:] if draw(st.booleans()) else WINDOWS), min_size=1, max_size=3))
    days = draw(st.sets(st.integers(1, 7), min_size=3))
    return Schedule(tuple(Hours(d, a, b) for d in sorted(days) for a, b in chosen))


@dataclass(frozen=True)
class Drawn:
    """A world, the job to place in it, and the first day of both."""

    world: World
    job: PlanJob
    first: date


@st.composite
def drawn(draw: Any, *, shared: bool = True) -> Drawn:
    first = draw(st.sampled_from(FIRST_DAYS))
    start = midnight(first)
    quarters = DAYS * 96

    def moment(low: int = 0, high: int = quarters) -> datetime:
        return start + QUARTER * draw(st.integers(low, high))

    resources = tuple(
        Resource(
            id=f"r{n}",
            site=draw(st.sampled_from(SITES if shared else SITES[:1])),
            types=tuple(draw(st.lists(st.sampled_from(TYPES), min_size=1, unique=True))),
            schedule=draw(schedules()),
            capacity=draw(st.integers(1, 2)),
            specialisations=tuple(draw(st.lists(st.sampled_from(("Audi", "paint")), unique=True))),
        )
        for n in range(draw(st.integers(1, 3)))
    )
    busy: list[Busy] = []
    for n in range(draw(st.integers(0, 12))):
        resource = draw(st.sampled_from(resources))
        at = moment()
        taken = Busy(resource.id, at, at + QUARTER * draw(st.integers(1, 40)), draw(st.integers(1, resource.capacity)))
        if not any(b.resource == taken.resource and b.lane == taken.lane and meet(b, taken) for b in busy):
            busy.append(Busy(taken.resource, taken.start, taken.end, taken.lane, f"b{n}"))
    days = [first + timedelta(days=n) for n in range(DAYS + 1)]
    ledgers: list[Ledger] = []
    for site, kind, day in draw(
        st.lists(st.tuples(st.sampled_from(SITES), st.sampled_from(TYPES), st.sampled_from(days)), unique=True)
    ):
        allocated = draw(st.integers(0, 16)) / 4
        ledgers.append(Ledger(site, kind, day, allocated, min(allocated, draw(st.integers(0, 8)) / 4)))
    for resource, day in draw(
        st.lists(st.tuples(st.sampled_from(resources), st.sampled_from(days)), unique=True, max_size=4)
    ):
        ledgers.append(Ledger(resource.site, TYPES[0], day, draw(st.integers(0, 12)) / 4, 0, resource.id))
    agreements = tuple(
        Agreement(
            provider=provider,
            consumer="499",
            type=kind,
            hours_per_week=draw(st.none() | st.integers(1, 16).map(lambda q: q / 4)),
            enabled=draw(st.sampled_from((True, True, False))),
            priority=draw(st.integers(0, 100)),
        )
        for provider in SITES[1:]
        for kind in TYPES
        if draw(st.booleans())
    )
    uses = tuple(
        WeekUse(a.provider, a.consumer, a.type, monday, draw(st.integers(0, 8)) / 4)
        for a in agreements
        for monday in sorted({monday_of(d) for d in days})
    )
    earliest = moment(0, quarters // 2)
    blocked_at = moment()
    job = PlanJob(
        type=draw(st.sampled_from(TYPES)),
        hours=draw(st.integers(1, 16)) / 4,
        site="499",
        earliest=earliest,
        latest=earliest + QUARTER * draw(st.integers(1, quarters // 2)),
        specialisations=draw(st.sampled_from([(), ("audi",), ("paint",)])),
        specialist_required=draw(st.sampled_from((False, False, True))),
        blocked=draw(st.sampled_from([(), (Span(blocked_at, blocked_at + 6 * QUARTER),)])),
    )
    world = World(
        resources=resources,
        busy=tuple(busy),
        ledgers=tuple(ledgers),
        agreements=agreements,
        week_uses=uses,
        ledger_required=draw(st.sampled_from((False, False, True))),
    )
    return Drawn(world, job, first)


def meet(a: Any, b: Any) -> bool:
    return bool(a.start < b.end and b.start < a.end)


def may(world: World, job: PlanJob, resource: Resource, start: datetime) -> list[int]:
    """Return the lanes of a resource that a job may take from an instant on: written as the trade says it."""
    end = start + timedelta(hours=job.hours)
    piece = Span(start, end)
    day = day_of(start)
    if job.type not in resource.types or start < job.earliest or end > job.latest:
        return []
    if job.specialist_required and not {s.lower() for s in job.specialisations} & {
        s.lower() for s in resource.specialisations
    }:
        return []
    if any(meet(b, piece) for b in job.blocked):
        return []
    windows = windows_of(resource.schedule, day)
    if not any(w.start <= start and end <= w.end for w in windows):
        return []
    if not _ledgers_allow(world, job, resource, day) or not _agreement_allows(world, job, resource, day):
        return []
    taken = {b.lane for b in world.busy if b.resource == resource.id and meet(b, piece)}
    return [lane for lane in range(1, resource.capacity + 1) if lane not in taken]


def _ledgers_allow(world: World, job: PlanJob, resource: Resource, day: date) -> bool:
    rows = [r for r in world.ledgers if r.day == day and r.type == job.type]
    of_site = [r for r in rows if r.site == resource.site and r.resource is None]
    of_resource = [r for r in rows if r.resource == resource.id]
    if world.ledger_required and not of_site:
        return False
    return all(r.used + job.hours <= r.allocated for r in of_site + of_resource)


def _agreement_allows(world: World, job: PlanJob, resource: Resource, day: date) -> bool:
    if resource.site == job.site:
        return True
    pair = resource.site, job.site, job.type
    agreed = [a for a in world.agreements if (a.provider, a.consumer, a.type) == pair and a.enabled]
    if not agreed:
        return False
    used = sum(
        u.used for u in world.week_uses if (u.provider, u.consumer, u.type) == pair and u.monday == monday_of(day)
    )
    return agreed[0].hours_per_week is None or used + job.hours <= agreed[0].hours_per_week


def every_quarter(world: World, job: PlanJob) -> list[tuple[datetime, str]]:
    """Return every start, on the quarter, at which some resource may take a job."""
    found, at = [], job.earliest
    while at < job.latest:
        found += [(at, r.id) for r in world.resources if may(world, job, r, at)]
        at += QUARTER
    return found


def utilised(world: World, resource: Resource, day: date) -> float:
    """Return how much of a week's working time is taken, counted by the quarter."""
    monday = monday_of(day)
    week = Span(midnight(monday), midnight(monday + timedelta(days=7)))
    windows = [w for n in range(7) for w in windows_of(resource.schedule, monday + timedelta(days=n))]
    available = sum(w.hours for w in windows) * resource.capacity
    taken = sum(
        max(timedelta(0), min(b.end, week.end) - max(b.start, week.start)) / timedelta(hours=1)
        for b in world.busy
        if b.resource == resource.id
    )
    return min(1.0, taken / available) if available else 1.0


def with_slot(world: World, job: PlanJob, slot: Slot) -> World:
    """Return a world in which a slot is booked: its time, its ledgers and its agreement's week."""
    site = next(r.site for r in world.resources if r.id == slot.resource)
    day = day_of(slot.start)

    def used(row: Ledger) -> Ledger:
        mine = row.site == site and row.type == job.type and row.day == day and row.resource in {None, slot.resource}
        return Ledger(row.site, row.type, row.day, row.allocated, row.used + job.hours, row.resource) if mine else row

    uses = list(world.week_uses)
    if site != job.site:
        uses.append(WeekUse(site, job.site, job.type, monday_of(day), job.hours))
    return World(
        resources=world.resources,
        busy=(*world.busy, Busy(slot.resource, slot.start, slot.end, slot.lane, f"new{len(world.busy)}")),
        ledgers=tuple(map(used, world.ledgers)),
        agreements=world.agreements,
        week_uses=tuple(uses),
        ledger_required=world.ledger_required,
    )


def booked(job: PlanJob, slot: Slot, name: str) -> Booking:
    return Booking(
        id=name, resource=slot.resource, type=job.type, site=job.site, start=slot.start, end=slot.end, lane=slot.lane
    )
