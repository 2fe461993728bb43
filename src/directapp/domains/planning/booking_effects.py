"""What a booking brings with it: the car's plan and times, the ledgers it counts in, the time bank."""

from decimal import Decimal
from typing import Any

from directapp.declare.case import Case, Consequence
from directapp.declare.names import NO_ROW, Patch, Values, plain
from directapp.domains.cars.fields import CARS, WORK, Cars
from directapp.domains.planning.booking_fields import HOLDING
from directapp.domains.planning.booking_fill import lanes, others, same_work
from directapp.domains.planning.booking_rules import CLOSED, ledgers
from directapp.domains.planning.car_work import ENDS, STARTS
from directapp.domains.planning.engine.spans import local_day
from directapp.domains.planning.fields import (
    RESOURCE_BOOKINGS,
    RESOURCE_CAPACITIES,
    SHARING_WEEKS,
    TIMEBANK_ENTRIES,
    ResourceBookings,
    ResourceCapacities,
    ResourceTypes,
    SharingWeeks,
    TimebankEntries,
)

_COUNTED = (
    ResourceBookings.starts_at,
    ResourceBookings.ends_at,
    ResourceBookings.status,
    ResourceBookings.resource,
    ResourceBookings.agreement,
)


def _plan(case: Case, work: str) -> Values:
    """Return the car's planned time and person: those of the first booking that still holds its time."""
    holding = same_work(case)
    if case.get(ResourceBookings.status) in HOLDING:
        holding.append(case.row)
    first = min(holding, key=lambda b: b[ResourceBookings.starts_at], default=None)
    start, worker = WORK[work].scheduled, WORK[work].assigned
    if first is None:
        was_mine = case.one("car").get(worker) in {
            None,
            case.was(ResourceBookings.person),
            case.get(ResourceBookings.person),
        }
        return {start: None, **({worker: None} if was_mine else {})}
    patch: Values = {start: first[ResourceBookings.starts_at]}
    return patch | ({worker: first[ResourceBookings.person]} if first.get(ResourceBookings.person) else {})


def car_follows(case: Case) -> list[Consequence]:
    """Carry the plan, the start and the end of the work to the car; what the car knows already stays."""
    car, work = case.one("car"), str(case.one("type").get(ResourceTypes.work))
    patch: Values = {}
    moved = (
        case.changed(ResourceBookings.starts_at, ResourceBookings.person, ResourceBookings.status)
        or case.before is None
    )
    if car.get(Cars.status) in CLOSED:
        return []
    planned = moved and case.get(ResourceBookings.status) not in {"in_progress", "completed"}
    if work in WORK and planned:
        patch |= _plan(case, work)
    begun = case.changed(ResourceBookings.started_at) and case.get(ResourceBookings.started_at) is not None
    if begun and work in STARTS and (car.get(STARTS[work]) is None or car.get(Cars.status) == "qc_failed"):
        patch[STARTS[work]] = case.get(ResourceBookings.started_at)
    ended = case.changed(ResourceBookings.completed_at) and case.get(ResourceBookings.completed_at) is not None
    if ended and work in ENDS and car.get(ENDS[work]) is None and not same_work(case):
        patch[ENDS[work]] = case.get(ResourceBookings.completed_at)
        if work in WORK and case.get(ResourceBookings.person) is not None:
            patch[WORK[work].completed_by] = case.get(ResourceBookings.person)
    patch = {name: value for name, value in patch.items() if value != plain(car).get(name)}
    return (
        [Consequence(collection=CARS, system="workflow", patch=patch, target=case.get(ResourceBookings.car))]
        if patch
        else []
    )


def ledgers_follow(case: Case) -> list[Consequence]:
    """Begin the days and the agreement's week that the booking counts in; their sums follow by themselves."""
    if case.before is not None and not case.changed(*_COUNTED):
        return []
    found = []
    for ledger in ledgers(case):
        begun: Values = {
            ResourceCapacities.dealership: case.get(ResourceBookings.provider),
            ResourceCapacities.resource_type: case.get(ResourceBookings.resource_type),
            ResourceCapacities.resource: ledger.resource,
            ResourceCapacities.day: case.get(ResourceBookings.day),
        }
        row = ledger.row
        if row is None:
            found.append(_planned(RESOURCE_CAPACITIES, begun))
        elif not row.get(ResourceCapacities.exception) and _grown(
            row.get(ResourceCapacities.allocated_hours), ledger.allocated
        ):
            found.append(
                _planned(RESOURCE_CAPACITIES, {ResourceCapacities.counted_at: case.now}, row[ResourceCapacities.id])
            )
    if case.get(ResourceBookings.agreement) is not None and not case.many("weeks"):
        found.append(
            _planned(
                SHARING_WEEKS,
                {
                    SharingWeeks.agreement: case.get(ResourceBookings.agreement),
                    SharingWeeks.week: case.get(ResourceBookings.week),
                },
            )
        )
    return found


def _planned(collection: str, patch: Patch, target: Any = None) -> Consequence:
    return Consequence(collection=collection, system="planning", patch=patch, target=target)


def _grown(stored: Decimal | None, hours: Decimal | None) -> bool:
    """Whether a day has more room by the weekly plan than when it was last looked at; without one it has all."""
    return stored is not None and (hours is None or hours > stored)


def lanes_follow(case: Case) -> list[Consequence]:
    """Let others beside the booking change lanes, where the resource has room for all but each kept its own."""
    if case.before is not None and not case.changed(
        ResourceBookings.starts_at, ResourceBookings.ends_at, ResourceBookings.resource, ResourceBookings.status
    ):
        return []
    present = {b[ResourceBookings.id]: b.get(ResourceBookings.lane) for b in others(case, "beside")} | {
        case.get(ResourceBookings.id): case.get(ResourceBookings.lane)
    }
    return [
        _planned(RESOURCE_BOOKINGS, {ResourceBookings.lane: lane}, booking)
        for booking, lane in lanes(case).items()
        if lane != present[booking]
    ]


def time_bank_follows(case: Case) -> list[Consequence]:
    """Enter the hours of completed work on the person and the day it was done; work taken back takes them with it."""
    entry = next(iter(case.many("entries")), None)
    done = case.get(ResourceBookings.status) == "completed" and case.get(ResourceBookings.person) is not None
    if not done and entry is None:
        return []
    worked = case.get(ResourceBookings.started_at) or case.get(ResourceBookings.completed_at)
    values: Values = {
        TimebankEntries.person: case.get(ResourceBookings.person) or (entry or NO_ROW).get(TimebankEntries.person),
        TimebankEntries.day: local_day(worked) if worked is not None else case.get(ResourceBookings.day),
        TimebankEntries.hours: (case.get(ResourceBookings.actual_hours) or Decimal(0)) if done else Decimal(0),
        TimebankEntries.provider: case.get(ResourceBookings.provider),
        TimebankEntries.consumer: case.get(ResourceBookings.consumer),
        TimebankEntries.resource_type: case.get(ResourceBookings.resource_type),
        TimebankEntries.booking: case.get(ResourceBookings.id),
    }
    if entry is None:
        return [_planned(TIMEBANK_ENTRIES, values)]
    patch = {name: value for name, value in values.items() if value != plain(entry).get(name)}
    return [_planned(TIMEBANK_ENTRIES, patch, entry[TimebankEntries.id])] if patch else []


CONSEQUENCES = (car_follows, lanes_follow, ledgers_follow, time_bank_follows)
