"""When a person's week is full: the booking that fills it is told of."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from directapp.declare.case import Range
from directapp.declare.names import row_of
from directapp.domains.planning.booking_fields import HOLDING
from directapp.domains.planning.booking_hours import hours_of
from directapp.domains.planning.booking_rules import schedule_of
from directapp.domains.planning.engine.spans import local_day, monday_of
from directapp.domains.planning.engine.workdays import at_clock, worked_hours
from directapp.domains.planning.events import TIMEBANK_FULL
from directapp.domains.planning.fields import (
    ABSENCES,
    RESOURCE_BOOKINGS,
    RESOURCES,
    WORKING_HOURS,
    Absences,
    ResourceBookings,
    Resources,
    WorkingHours,
)
from directapp.domains.planning.rights import SYSTEM
from directapp.services.command import CommandContext

_WEEK = timedelta(days=7)
_MANY = 500


async def tell_full_week(ctx: CommandContext) -> None:
    """Say so when this booking brings its person's week up to the hours that the person works in it."""
    if ctx.seen is None:
        return
    booking = (await ctx.look_up(RESOURCE_BOOKINGS, ctx.target.id, system=SYSTEM)).row
    person, week = booking.get(ResourceBookings.person), booking.get(ResourceBookings.week)
    if person is None or week is None or booking[ResourceBookings.status] not in HOLDING:
        return
    found = await ctx.find(
        RESOURCE_BOOKINGS,
        {
            ResourceBookings.person: person,
            ResourceBookings.week: week,
            ResourceBookings.status: [*HOLDING, "completed"],
        },
        system=SYSTEM,
        limit=_MANY,
        only=(
            ResourceBookings.id,
            ResourceBookings.starts_at,
            ResourceBookings.ends_at,
            ResourceBookings.status,
        ),
    )
    booked = hours_of(*(b.row for b in found))
    given = await _hours_of_week(ctx, person, week)
    if booked - hours_of(booking) + _before(ctx.params.get("was") or {}, person, week) < given <= booked:
        ctx.emit(TIMEBANK_FULL, person=str(person), week=week.isoformat(), booked=str(booked), hours=str(given))


def _before(was: Mapping[str, Any], person: UUID, week: date) -> Decimal:
    """Return the hours that the booking took of this person's week before it was moved."""
    times = (ResourceBookings.starts_at, ResourceBookings.ends_at)
    starts, ends = (datetime.fromisoformat(was[name]) if was.get(name) else None for name in times)
    if starts is None or ends is None or was.get(ResourceBookings.person) != str(person):
        return Decimal(0)
    if monday_of(local_day(starts)) != week:
        return Decimal(0)
    return hours_of(row_of({ResourceBookings.starts_at: starts, ResourceBookings.ends_at: ends}))


async def _hours_of_week(ctx: CommandContext, person: UUID, monday: date) -> Decimal:
    """Return the hours that a person works in a week: those of the resource that stands for the person."""
    start, end = at_clock(monday, "00:00"), at_clock(monday + _WEEK, "00:00")
    whole = Decimal(0)
    for resource in await ctx.find(RESOURCES, {Resources.person: person, Resources.available: True}, system=SYSTEM):
        hours = await ctx.find(WORKING_HOURS, {WorkingHours.resource: resource.id}, system=SYSTEM, limit=_MANY)
        away = await ctx.find(
            ABSENCES,
            {
                Absences.resource: resource.id,
                Absences.starts_at: Range(None, end),
                Absences.ends_at: Range(start),
            },
            system=SYSTEM,
            limit=_MANY,
        )
        worked = worked_hours(schedule_of(resource.row, [h.row for h in hours], [a.row for a in away]), start, end)
        whole = max(whole, Decimal(worked).quantize(Decimal("0.01")))
    return whole
