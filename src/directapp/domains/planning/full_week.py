"""When a person's week is full: the booking that fills it is told of."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from directapp.declare.case import Span
from directapp.domains.planning.booking_fields import HOLDING
from directapp.domains.planning.booking_hours import hours_of
from directapp.domains.planning.booking_rules import schedule_of
from directapp.domains.planning.engine.workdays import at_clock, worked_hours
from directapp.domains.planning.rights import SYSTEM
from directapp.services.act import Act

FULL = "timebank.full"
_WEEK = timedelta(days=7)
_MANY = 500


async def tell_full_week(act: Act) -> None:
    """Say so when this booking brings its person's week up to the hours that the person works in it."""
    booking = (await act.look_up("resource_bookings", act.target.id, system=SYSTEM)).row
    person, week = booking["person"], booking["week"]
    if person is None or week is None or booking["status"] not in HOLDING:
        return
    found = await act.find(
        "resource_bookings",
        system=SYSTEM,
        limit=_MANY,
        only=("id", "starts_at", "ends_at", "status"),
        person=person,
        week=week,
        status=[*HOLDING, "completed"],
    )
    booked = hours_of(*(b.row for b in found))
    given = await _hours_of_week(act, person, week)
    if booked - hours_of(booking) < given <= booked:
        act.emit(FULL, person=str(person), week=week.isoformat(), booked=str(booked), hours=str(given))


async def _hours_of_week(act: Act, person: UUID, monday: date) -> Decimal:
    """Return the hours that a person works in a week: those of the resource that stands for the person."""
    start, end = at_clock(monday, "00:00"), at_clock(monday + _WEEK, "00:00")
    whole = Decimal(0)
    for resource in await act.find("resources", system=SYSTEM, person=person, available=True):
        mine: dict[str, Any] = {"system": SYSTEM, "limit": _MANY, "resource": resource.id}
        hours = [h.row for h in await act.find("working_hours", **mine)]
        away = [a.row for a in await act.find("absences", **mine, starts_at=Span(None, end), ends_at=Span(start))]
        worked = worked_hours(schedule_of(resource.row, hours, away), start, end)
        whole = max(whole, Decimal(worked).quantize(Decimal("0.01")))
    return whole
