"""What a booking's own values and neighbours say: its sites, its day, its agreement, its lane."""

from typing import Any

from directapp.declare.case import Case, Many, One, Row
from directapp.domains.planning.booking_fields import HOLDING
from directapp.domains.planning.engine.spans import local_day, monday_of

RELATED = (
    One("car", "car", "cars"),
    One("resource", "resource", "resources"),
    One("provider", "provider", "dealerships"),
    One("consumer", "consumer", "dealerships"),
    One("type", "resource_type", "resource_types", hold=False),
    Many("hours", "working_hours", "resource", via="resource"),
    Many("absences", "absences", "resource", via="resource"),
    Many("persons_absences", "absences", "person", via="person"),
    Many("beside", "resource_bookings", "resource", via="resource", also=(("day", "day"),)),
    Many("persons", "resource_bookings", "person", via="person", also=(("day", "day"),)),
    Many("cars_bookings", "resource_bookings", "car", via="car"),
    Many(
        "agreements",
        "resource_sharing",
        "provider",
        via="provider",
        also=(("consumer", "consumer"), ("resource_type", "resource_type")),
    ),
    Many("weeks", "sharing_weeks", "agreement", via="agreement", also=(("week", "week"),)),
    Many(
        "days",
        "resource_capacities",
        "dealership",
        via="provider",
        also=(("resource_type", "resource_type"), ("day", "day")),
    ),
    Many("plans", "capacity_rules", "dealership", via="provider", also=(("resource_type", "resource_type"),)),
    Many("entries", "timebank_entries", "booking"),
)


def holds(booking: Row) -> bool:
    """Whether a booking holds its time."""
    return booking.get("status") in HOLDING


def others(case: Case, name: str) -> list[Row]:
    """Return the other bookings that hold their time, of a related list."""
    return [b for b in case.many(name) if b["id"] != case.get("id") and holds(b)]


def overlapping(case: Case, name: str) -> list[Row]:
    """Return the other bookings that hold their time, of a related list that meet this one in time."""
    start, end = case.get("starts_at"), case.get("ends_at")
    if start is None or end is None:
        return []
    return [b for b in others(case, name) if b["starts_at"] < end and start < b["ends_at"]]


def place(case: Case) -> dict[str, Any]:
    """Fill in the sites: the resource's site does the work, for the site that owns the car."""
    resource, car = case.one("resource"), case.one("car")
    provider = resource.get("dealership") or case.get("provider")
    owner = car.get("dealership") or car.get("prep_center") or provider
    return {"provider": provider, "consumer": case.get("consumer") or owner}


def time(case: Case) -> dict[str, Any]:
    """Fill in the local day and the Monday of its week."""
    start = case.get("starts_at")
    if start is None:
        return {"day": None, "week": None}
    day = local_day(start)
    return {"day": day, "week": monday_of(day)}


def assigned(case: Case) -> dict[str, Any]:
    """Let a person's own resource be done by that person."""
    resource = case.one("resource")
    if resource.get("kind") == "person":
        return {"person": resource.get("person")}
    return {}


def agreed(case: Case) -> dict[str, Any]:
    """Name the agreement under which one site works for another."""
    if case.get("provider") == case.get("consumer"):
        return {"agreement": None}
    found = [a for a in case.many("agreements") if a.get("enabled")]
    return {"agreement": found[0]["id"] if found else None}


def lane(case: Case) -> dict[str, Any]:
    """Take the first lane of the resource that is free; one lane too many says that there is none."""
    taken = {b.get("lane") for b in overlapping(case, "beside")}
    own = case.get("lane") if case.before is not None and not case.changed("resource") else None
    room = int(case.one("resource").get("capacity") or 1)
    free = next((n for n in range(1, room + 1) if n not in taken), room + 1)
    chosen = own if own and own not in taken and own <= room else free
    is_person = case.one("resource").get("kind") == "person"
    return {"lane": chosen, "person_lane": chosen if is_person else 1}


FILL = (place, time, assigned, agreed, lane)
