"""What follows in planning: bookings follow the car's own times, and what happened to them is told."""

from datetime import datetime
from typing import Any
from uuid import UUID

from directapp.declare.case import Range
from directapp.declare.events import Event
from directapp.declare.names import FieldName, Values, plain, row_of
from directapp.domains.cars import events as car_events
from directapp.domains.cars.fields import CARS, Cars
from directapp.domains.people import events as people_events
from directapp.domains.planning import events
from directapp.domains.planning.booking_fields import AHEAD, HOLDING
from directapp.domains.planning.booking_hours import hours_of
from directapp.domains.planning.booking_rules import CLOSED
from directapp.domains.planning.booking_verbs import worked_hours
from directapp.domains.planning.car_work import ENDS, STARTS
from directapp.domains.planning.engine.spans import local_day
from directapp.domains.planning.fields import (
    RESOURCE_BOOKINGS,
    RESOURCE_CAPACITIES,
    RESOURCE_TYPES,
    CapacityRules,
    ResourceBookings,
    ResourceCapacities,
    ResourceTypes,
)
from directapp.domains.planning.full_week import tell_full_week
from directapp.domains.planning.outlook_jobs import OF_CAR, OF_OTHERS, ask, then_ask
from directapp.domains.planning.types import seed_types
from directapp.services.command import CommandContext
from directapp.services.seen import Seen


async def give_types(ctx: CommandContext) -> None:
    """Give a new company the types to begin with; one that has any keeps what it has."""
    if not await ctx.find(RESOURCE_TYPES, system="importer", limit=1):
        for values in seed_types():
            await ctx.create(RESOURCE_TYPES, values, system="importer")


async def _bookings(ctx: CommandContext, work: str, statuses: list[str]) -> list[Seen]:
    types = await ctx.find(RESOURCE_TYPES, {ResourceTypes.work: work}, system="planning")
    found = await ctx.find(
        RESOURCE_BOOKINGS,
        {
            ResourceBookings.car: ctx.target.id,
            ResourceBookings.resource_type: [t.id for t in types],
            ResourceBookings.status: statuses,
        },
        system="planning",
    )
    return sorted(found, key=lambda b: b.row[ResourceBookings.starts_at])


def _follows(work: str, fact: FieldName[datetime]) -> Any:
    async def follow(ctx: CommandContext) -> None:
        """Let the booking that the car's start or end is about say the same."""
        if ctx.seen is None:
            return
        car = (await ctx.look_up(CARS, ctx.target.id, system="workflow")).row
        ended = fact == ResourceBookings.completed_at
        at = car.get((ENDS if ended else STARTS)[work])
        bookings = await _bookings(ctx, work, [*sorted(AHEAD), "in_progress"] if ended else sorted(AHEAD))
        if at is None or not bookings:
            return
        booking = next((b for b in bookings if b.row[ResourceBookings.status] == "in_progress"), bookings[0])
        patch: Values = {fact: at}
        if ended:
            if booking.row.get(ResourceBookings.started_at) is None:
                # Both happened since the last round, and the end is heard of first.
                patch[ResourceBookings.started_at] = car.get(STARTS[work]) or at
            case = ctx.case.merged(**{**plain(booking.row), **patch})
            patch[ResourceBookings.actual_hours] = booking.row.get(ResourceBookings.actual_hours) or worked_hours(
                case, at
            )
        await ctx.change(patch, on=booking, system="planning")

    return follow


async def free(ctx: CommandContext) -> None:
    """Give back the time of a car that is delivered or archived; what was under way ends now, with its hours."""
    if ctx.seen is None:
        return
    await free_car(ctx, ctx.target.id)


async def booked(ctx: CommandContext) -> None:
    """Tell of a full week; give the time back where the car was closed while it was being booked."""
    await tell_full_week(ctx)
    car = None if ctx.seen is None else ctx.seen.row.get(ResourceBookings.car)
    if car is not None:
        await free_car(ctx, car)


async def free_car(ctx: CommandContext, car: UUID) -> None:
    """Give back what a car is booked for, if it still is delivered or archived."""
    row = (await ctx.look_up(CARS, car, system="workflow")).row
    if row[Cars.status] not in CLOSED:
        return
    found = await ctx.every(
        RESOURCE_BOOKINGS, {ResourceBookings.car: car, ResourceBookings.status: list(HOLDING)}, system="planning"
    )
    for booking in sorted(found, key=lambda b: b.row[ResourceBookings.starts_at]):
        if booking.row[ResourceBookings.status] == "in_progress":
            hours = booking.row.get(ResourceBookings.actual_hours) or worked_hours(
                ctx.case.merged(**plain(booking.row)), ctx.now
            )
            patch: Values = {ResourceBookings.completed_at: ctx.now, ResourceBookings.actual_hours: hours}
        else:
            patch = {
                ResourceBookings.cancelled_at: ctx.now,
                ResourceBookings.cancel_reason: _CLOSED_REASONS[row[Cars.status]],
            }
        await ctx.change(patch, on=booking, system="planning")


_CLOSED_REASONS = {"delivered": "Bilen er levert.", "archived": "Bilen er arkivert."}


async def free_closed(ctx: CommandContext) -> None:
    """Give back the time of every car that is delivered or archived and still booked."""
    held = await ctx.every(
        RESOURCE_BOOKINGS, {ResourceBookings.status: list(HOLDING)}, system="planning", only=(ResourceBookings.car,)
    )
    cars = sorted({b.row[ResourceBookings.car] for b in held})
    closed = await ctx.find(
        CARS, {Cars.id: cars, Cars.status: sorted(CLOSED)}, system="workflow", limit=len(cars), only=(Cars.status,)
    )
    for car in closed:
        await free_car(ctx, car.id)


async def recount(ctx: CommandContext) -> None:
    """Let the days ahead follow a weekly plan that was made, changed or taken away; what is booked keeps its room."""
    was = ctx.params.get("was")
    rule = row_of(was or {}) if ctx.seen is None else ctx.seen.row
    if not rule:
        return
    # What a deletion tells of stands in words of JSON.
    site, kind = UUID(str(rule[CapacityRules.dealership])), UUID(str(rule[CapacityRules.resource_type]))
    own = rule.get(CapacityRules.resource)
    resource = None if own is None else UUID(str(own))
    keys: Values = {
        ResourceCapacities.dealership: site,
        ResourceCapacities.resource_type: kind,
        ResourceCapacities.resource: resource,
    }
    today = Range(local_day(ctx.now))
    # Whoever begins to count a day holds its site: two never begin the same one.
    await ctx.hold([site])
    days = await ctx.every(RESOURCE_CAPACITIES, {**keys, ResourceCapacities.day: today}, system="planning")
    for counted in days:
        await ctx.change({ResourceCapacities.counted_at: ctx.now}, on=counted, system="planning")
    if ctx.seen is None:
        return
    booked: Values = {
        ResourceBookings.provider: site,
        ResourceBookings.resource_type: kind,
        ResourceBookings.day: today,
    }
    if resource is not None:
        booked[ResourceBookings.resource] = resource
    only = (ResourceBookings.day, ResourceBookings.status, ResourceBookings.starts_at, ResourceBookings.ends_at)
    bookings = [b.row for b in await ctx.every(RESOURCE_BOOKINGS, booked, system="planning", only=only)]
    for day in sorted({b[ResourceBookings.day] for b in bookings} - {d.row[ResourceCapacities.day] for d in days}):
        # What is booked beyond the plan already keeps its room.
        used = hours_of(*(b for b in bookings if b[ResourceBookings.day] == day))
        await ctx.create(
            RESOURCE_CAPACITIES,
            {**keys, ResourceCapacities.day: day, ResourceCapacities.used_hours: used},
            system="planning",
        )


BOOKING_HANDLERS: dict[Event, Any] = {
    people_events.TENANT_NAMED: give_types,
    events.BOOKED: booked,
    events.MOVED: tell_full_week,
    car_events.TECHNICAL_STARTED: _follows("technical", ResourceBookings.started_at),
    car_events.TECHNICAL_COMPLETED: _follows("technical", ResourceBookings.completed_at),
    car_events.COSMETIC_STARTED: _follows("cosmetic", ResourceBookings.started_at),
    car_events.COSMETIC_COMPLETED: _follows("cosmetic", ResourceBookings.completed_at),
    events.CAPACITY_CHANGED: recount,
    car_events.ARCHIVED: free,
    car_events.DELIVERED: free,
}

# These change bookings, and with each of them its site is held: several in one transaction, and two such transactions
# side by side, would wait for each other's sites, people and resources in turn.
ALONE = tuple(
    event for event in BOOKING_HANDLERS if event not in {people_events.TENANT_NAMED, events.BOOKED, events.MOVED}
)

# What moves the time at which a car will be ready has it worked out anew.
EVENT_HANDLERS: dict[Event, Any] = BOOKING_HANDLERS | {
    event: then_ask(BOOKING_HANDLERS[event]) if event in BOOKING_HANDLERS else ask for event in (*OF_CAR, *OF_OTHERS)
}
