"""What follows in planning: bookings follow the car's own times, and what happened to them is told."""

from typing import Any

from directapp.declare.case import Span
from directapp.domains.planning.booking_fields import AHEAD
from directapp.domains.planning.booking_verbs import worked_hours
from directapp.domains.planning.engine.spans import local_day
from directapp.domains.planning.full_week import tell_full_week
from directapp.domains.planning.types import seed_types
from directapp.kernel.errors import ConflictError
from directapp.services.act import Act, Seen


async def give_types(act: Act) -> None:
    """Give a new company the types to begin with; one that has any keeps what it has."""
    if not await act.find("resource_types", system="importer", limit=1):
        for values in seed_types():
            await act.create("resource_types", values, system="importer")


async def _bookings(act: Act, work: str, statuses: list[str]) -> list[Seen]:
    types = await act.find("resource_types", system="planning", work=work)
    found = await act.find(
        "resource_bookings",
        system="planning",
        car=act.target.id,
        resource_type=[t.id for t in types],
        status=statuses,
    )
    return sorted(found, key=lambda b: b.row["starts_at"])


def _follows(work: str, fact: str) -> Any:
    async def follow(act: Act) -> None:
        """Let the booking that the car's start or end is about say the same."""
        if act.seen is None:
            return
        car = (await act.look_up("cars", act.target.id, system="workflow")).row
        at = car.get(f"{work}_{fact}")
        ended = fact == "completed_at"
        bookings = await _bookings(act, work, [*sorted(AHEAD), "in_progress"] if ended else sorted(AHEAD))
        if at is None or not bookings:
            return
        booking = next((b for b in bookings if b.row["status"] == "in_progress"), bookings[0])
        patch: dict[str, Any] = {fact: at}
        if ended:
            if booking.row["started_at"] is None:
                # Both happened since the last round, and the end is heard of first.
                patch["started_at"] = car.get(f"{work}_started_at") or at
            case = act.case.merged(**{**booking.row, **patch})
            patch["actual_hours"] = booking.row.get("actual_hours") or worked_hours(case, at)
        await act.change(patch, on=booking, system="planning")

    return follow


async def recount(act: Act) -> None:
    """Let the days ahead follow a changed weekly plan; a day that is booked beyond it keeps what it has."""
    if act.seen is None:
        return
    rule = (await act.look_up("capacity_rules", act.target.id, system="planning")).row
    days = await act.every(
        "resource_capacities",
        system="planning",
        dealership=rule["dealership"],
        resource_type=rule["resource_type"],
        resource=rule["resource"],
        day=Span(local_day(act.now)),
    )
    for day in days:
        try:
            await act.change({"counted_at": act.now}, on=day, system="planning")
        except ConflictError:
            continue


REACTIONS: dict[str, Any] = {
    "tenant.named": give_types,
    "booking.created": tell_full_week,
    "booking.moved": tell_full_week,
    "technical.started": _follows("technical", "started_at"),
    "technical.completed": _follows("technical", "completed_at"),
    "cosmetic.started": _follows("cosmetic", "started_at"),
    "cosmetic.completed": _follows("cosmetic", "completed_at"),
    "capacity.changed": recount,
}
