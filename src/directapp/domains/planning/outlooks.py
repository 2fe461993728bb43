"""Outlooks: when cars will be ready. The one computation behind the promise and the expected time of a car."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from directapp.declare.names import NO_ROW, Row, plain
from directapp.domains.cars.fields import PARTS, PARTS_ORDERS, WORK, Cars, PartsOrders
from directapp.domains.people.fields import Dealerships
from directapp.domains.planning.booking_fields import HOLDING
from directapp.domains.planning.car_work import ENDS, STARTS
from directapp.domains.planning.engine.estimates import Completed
from directapp.domains.planning.engine.promise import CarAhead, Promise, Remaining, promise
from directapp.domains.planning.engine.slots import Finder
from directapp.domains.planning.engine.spans import Span, instant, local_day
from directapp.domains.planning.engine.words import when_text
from directapp.domains.planning.engine.workdays import Hours, Schedule, WorkingTime, at_clock
from directapp.domains.planning.engine.world import PlanJob
from directapp.domains.planning.estimating import completed, hours_for
from directapp.domains.planning.fields import RESOURCE_BOOKINGS, ResourceBookings, ResourceTypes
from directapp.domains.planning.movable import booking_of, movables, priority_of
from directapp.domains.planning.rights import SYSTEM
from directapp.domains.planning.search_verbs import CHAIN, is_left, kind_of, wanted_by
from directapp.domains.planning.survey import Survey, survey
from directapp.domains.workshop.fields import WORK_ITEMS, WorkItems
from directapp.kernel.text import _, name_of
from directapp.services.command import CommandContext

# Where a car may be before it is ready; what is beyond has no time of becoming so any more.
ARRIVED = (
    *("at_prep_center", "inspection", "inspection_failed", "waiting_parts", "ready_to_plan", "planned"),
    *("technical_prep", "cosmetic_prep", "quality_check", "qc_failed"),
)
COMING = ("draft", "registered", "appraised", "in_transit")
_OFFICE = Schedule(tuple(Hours(day, "07:30", "16:00") for day in range(1, 6)))
_NOON = "12:00"
_AHEAD = timedelta(days=60)
_ONE_DAY = timedelta(days=1)
_READY = _("The car is ready.")
_BEYOND = _("The car is not being prepared any more.")
_NOT_COME = _("The car has not come to be prepared; counted as there {when}.")


@dataclass(slots=True)
class _Around:
    """What cars are judged by: what they are booked for, their parts on order and what waits for a yes, by car."""

    now: datetime
    told: frozenset[str] | None
    gains: bool
    held: Mapping[Any, list[Row]] = field(default_factory=dict)
    parts: Mapping[Any, list[Row]] = field(default_factory=dict)
    asked: Mapping[Any, list[Row]] = field(default_factory=dict)
    done: list[Completed] = field(default_factory=list)

    @property
    def until(self) -> datetime:
        """How far ahead places are looked for."""
        return self.now + _AHEAD


async def outlooks(
    ctx: CommandContext, cars: Sequence[Row], *, told: frozenset[str] | None = None, gains: bool = False
) -> dict[UUID, Promise]:
    """Return when cars will be ready and why: whole rows in, a promise for each.

    ``told`` are the sites whose free times may be named, None all. ``gains``: what would bring it forward, too.
    """
    found: dict[UUID, Promise] = {}
    sites: dict[tuple[UUID, ...], list[Row]] = {}
    for car in cars:
        own, prep = car.get(Cars.dealership) or car.get(Cars.prep_center), car.get(Cars.prep_center)
        if car.get(Cars.ready_for_delivery_at) is not None:
            found[car[Cars.id]] = Promise(car[Cars.ready_for_delivery_at], (_READY,))
        elif car[Cars.status] not in {*ARRIVED, *COMING} or own is None:
            found[car[Cars.id]] = Promise(None, (_BEYOND,))
        else:
            sites.setdefault((own,) if prep in {None, own} else (own, prep), []).append(car)
    around = await _around(ctx, [car[Cars.id] for group in sites.values() for car in group], told, gains=gains)
    for places, group in sites.items():
        seen = await survey(ctx, places, ctx.now, around.until)
        around.done = await completed(ctx, [t[ResourceTypes.id] for t in seen.types.values()])
        found |= await asyncio.to_thread(_promises, seen, group, around)
    return found


async def _around(ctx: CommandContext, cars: list[UUID], told: frozenset[str] | None, *, gains: bool) -> _Around:
    around = _Around(ctx.now, told, gains)
    if cars:
        held = await ctx.every(
            RESOURCE_BOOKINGS, {ResourceBookings.car: cars, ResourceBookings.status: list(HOLDING)}, system=SYSTEM
        )
        parts = await ctx.every(
            PARTS_ORDERS,
            {PartsOrders.car: cars, PartsOrders.arrived_at: None, PartsOrders.cancelled_at: None},
            system="workflow",
        )
        asked = await ctx.every(
            WORK_ITEMS, {WorkItems.car: cars, WorkItems.status: "proposed"}, system="workflow", only=(WorkItems.car,)
        )
        around.held, around.parts, around.asked = (_by_car(s.row for s in rows) for rows in (held, parts, asked))
    return around


def _by_car(rows: Iterable[Row]) -> dict[Any, list[Row]]:
    found: dict[Any, list[Row]] = {}
    for row in rows:
        found.setdefault(row[ResourceBookings.car], []).append(row)
    return found


def _promises(seen: Survey, cars: Sequence[Row], around: _Around) -> dict[UUID, Promise]:
    """Return the promises of some cars of a site, in a thread: a search for each step that is not booked."""
    finder = Finder(seen.world)
    return {car[Cars.id]: _promise(finder, seen, car, around) for car in cars}


def _promise(finder: Finder, seen: Survey, car: Row, around: _Around) -> Promise:
    site = str(car.get(Cars.dealership) or car[Cars.prep_center])
    schedule = _hours_of(seen, str(car.get(Cars.prep_center) or site))
    eta, late = _parts_eta(car, around, schedule)
    ahead = CarAhead(
        steps=tuple(_steps(car, seen, around)),
        schedule=schedule,
        parts_eta=eta,
        parts_late=late,
        approved_at=_next_day(schedule, around.now) if around.asked.get(car[Cars.id]) else None,
        priority=max((priority_of(seen, r.site, site, t) for r in seen.world.resources for t in r.types), default=0),
        told=around.told,
    )
    begins = _begins(car, schedule, around.now)
    others = [m for m in movables(seen, around.now, around.until) if m.booking.site != site] if around.gains else []
    made = promise(finder, ahead, begins, others)
    if begins == around.now:
        return made
    first = _NOT_COME.fill(when=when_text(begins))
    return Promise(made.ready_at, (first, *made.reasons), made.gains)


def _begins(car: Row, schedule: Schedule, now: datetime) -> datetime:
    """Return when the car is here: now, on the day that it is expected, or the next day where that has passed."""
    expected = car.get(Cars.eta)
    if car.get(Cars.arrived_prep_center_at) is not None or expected is None:
        return now
    at = at_clock(expected, _NOON)
    return at if at > now else _next_day(schedule, now)


def _next_day(schedule: Schedule, now: datetime) -> datetime:
    """Return when work begins on the next day that there is any."""
    working = WorkingTime(schedule)
    days = (local_day(now) + n * _ONE_DAY for n in range(1, _AHEAD.days))
    return next((instant(hours[0][0]) for day in days if (hours := working.on(day))), now + _ONE_DAY)


def _parts_eta(car: Row, around: _Around, schedule: Schedule) -> tuple[datetime | None, bool]:
    """Return when the last part is expected, and whether its day has passed or is not known.

    Such a part is counted on for noon of the next working day: it is not here today, and no other day is known.
    """
    orders = [o for o in around.parts.get(car[Cars.id], []) if o[PartsOrders.status] not in {"cancelled", "installed"}]
    sides = [parts for parts in PARTS.values() if car.get(parts.ordered) and not car.get(parts.arrived)]
    if not orders and not sides:
        return None, False
    expected = [o.get(PartsOrders.eta) for o in orders] or [None]
    days = [None if day is None else at_clock(day, _NOON) for day in expected]
    known = [at for at in days if at is not None and at > around.now]
    if len(known) == len(days):
        return max(known), False
    likely = at_clock(local_day(_next_day(schedule, around.now)), _NOON)
    last = max([likely, *known])
    return last, last == likely


def _steps(car: Row, seen: Survey, around: _Around) -> Iterable[Remaining]:
    """Return what is left of a car: the inspection until it is approved, the work, and the check where there is one."""
    prep = seen.sites.get(str(car.get(Cars.prep_center) or car.get(Cars.dealership)), NO_ROW)
    if car.get(Cars.inspection_approved) is not True:
        yield from _step(car, "inspection", seen, around)
    for work in CHAIN:
        checked = work != "quality" or prep.get(Dealerships.quality_check) is not False
        if is_left(car, work) and checked:
            yield from _step(car, work, seen, around)


def _step(car: Row, work: str, seen: Survey, around: _Around) -> Iterable[Remaining]:
    held = around.held.get(car[Cars.id], [])
    of_work = [
        b
        for b in held
        if seen.types.get(str(b[ResourceBookings.resource_type]), NO_ROW).get(ResourceTypes.work) == work
    ]
    booked = min(of_work, key=lambda b: b[ResourceBookings.starts_at], default=None)
    somebody = kind_of(seen, work)
    kind = (
        seen.types[str(booked[ResourceBookings.resource_type])]
        if booked
        else somebody or kind_of(seen, work, able=False)
    )
    if kind is None:
        return
    hours, _ = hours_for(car, kind, around.done)
    job = PlanJob(
        type=str(kind[ResourceTypes.id]),
        hours=hours,
        site=str(car.get(Cars.dealership) or car.get(Cars.prep_center)),
        earliest=around.now,
        latest=around.until,
        specialisations=wanted_by(car),
        blocked=tuple(
            Span(b[ResourceBookings.starts_at], b[ResourceBookings.ends_at])
            for b in held
            if booked is None or b[ResourceBookings.id] != booked[ResourceBookings.id]
        ),
    )
    begun = booked.get(ResourceBookings.started_at) if booked else None
    if work in STARTS and car.get(ENDS[work]) is None:
        begun = car.get(STARTS[work]) or begun
    yield Remaining(
        label=name_of(plain(kind)),
        hours=hours,
        # What nobody's time is laid out for takes its usual hours.
        job=job if somebody is not None else None,
        booked=booking_of(booked) if booked else None,
        # What is done again begins anew.
        started_at=begun,
        needs_parts=work == "technical",
        needs_approval=work in WORK,
    )


def _hours_of(found: Survey, site: str) -> Schedule:
    schedules = [r.schedule for r in found.world.resources if r.site == site and r.schedule.hours]
    return Schedule(schedules[0].hours) if schedules else _OFFICE
