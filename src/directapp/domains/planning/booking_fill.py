"""What a booking's own values and neighbours say: its sites, its day, its agreement, its lane."""

from typing import Any

from directapp.declare.case import Case, Many, One, Row
from directapp.domains.cars.fields import CARS
from directapp.domains.people.fields import DEALERSHIPS, USERS
from directapp.domains.planning.booking_fields import AHEAD, HOLDING
from directapp.domains.planning.engine.lanes import packed
from directapp.domains.planning.engine.spans import local_day, monday_of
from directapp.domains.planning.fields import (
    ABSENCES,
    CAPACITY_RULES,
    RESOURCE_BOOKINGS,
    RESOURCE_CAPACITIES,
    RESOURCE_SHARING,
    RESOURCE_TYPES,
    RESOURCES,
    SHARING_WEEKS,
    TIMEBANK_ENTRIES,
    WORKING_HOURS,
)

RELATED = (
    One("car", "car", CARS),
    One("resource", "resource", RESOURCES),
    One("provider", "provider", DEALERSHIPS),
    One("consumer", "consumer", DEALERSHIPS),
    # Held, so that nobody is booked at two sites at once.
    One("worker", "person", USERS),
    One("type", "resource_type", RESOURCE_TYPES, hold=False),
    Many("hours", WORKING_HOURS, "resource", via="resource"),
    Many("absences", ABSENCES, "resource", via="resource"),
    Many("persons_absences", ABSENCES, "person", via="person"),
    Many("beside", RESOURCE_BOOKINGS, "resource", via="resource", also=(("day", "day"),)),
    Many("persons", RESOURCE_BOOKINGS, "person", via="person", also=(("day", "day"),)),
    Many("cars_bookings", RESOURCE_BOOKINGS, "car", via="car"),
    Many(
        "agreements",
        RESOURCE_SHARING,
        "provider",
        via="provider",
        also=(("consumer", "consumer"), ("resource_type", "resource_type")),
    ),
    Many("weeks", SHARING_WEEKS, "agreement", via="agreement", also=(("week", "week"),)),
    Many(
        "days",
        RESOURCE_CAPACITIES,
        "dealership",
        via="provider",
        also=(("resource_type", "resource_type"), ("day", "day")),
    ),
    Many("plans", CAPACITY_RULES, "dealership", via="provider", also=(("resource_type", "resource_type"),)),
    Many("entries", TIMEBANK_ENTRIES, "booking"),
)


def holds(booking: Row) -> bool:
    """Whether a booking holds its time."""
    return booking.get("status") in HOLDING


def others(case: Case, name: str) -> list[Row]:
    """Return the other bookings that hold their time, of a related list."""
    return [b for b in case.many(name) if b["id"] != case.get("id") and b["id"] not in case.lifted and holds(b)]


def overlapping(case: Case, name: str) -> list[Row]:
    """Return the other bookings that hold their time, of a related list that meet this one in time."""
    start, end = case.get("starts_at"), case.get("ends_at")
    if start is None or end is None:
        return []
    return [b for b in others(case, name) if b["starts_at"] < end and start < b["ends_at"]]


def decided(case: Case) -> bool:
    """Whether this write decides when or where; else a booking stays where it was booked, whatever changes around."""
    return case.before is None or (
        case.get("status") in AHEAD and case.changed("starts_at", "ends_at", "resource", "resource_type")
    )


def place(case: Case) -> dict[str, Any]:
    """Fill in the sites: the resource's site does the work, for the site that owns the car."""
    resource, car = case.one("resource"), case.one("car")
    provider = case.get("provider")
    if provider is None or decided(case):
        provider = resource.get("dealership") or provider
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
    """Name the agreement under which one site works for another: the one in force when it was decided."""
    if case.get("provider") == case.get("consumer"):
        return {"agreement": None}
    if not decided(case):
        return {}
    found = [a for a in case.many("agreements") if a.get("enabled")]
    return {"agreement": found[0]["id"] if found else None}


def lanes(case: Case) -> dict[Any, int]:
    """Return the lane of each booking that holds its time beside this one, this one's too."""
    beside = {b["id"]: (b["starts_at"], b["ends_at"], b.get("lane")) for b in others(case, "beside")}
    start, end = case.get("starts_at"), case.get("ends_at")
    if holds(case.row) and start is not None and end is not None:
        own = case.get("lane") if case.before is not None and not case.changed("resource") else None
        beside[case.get("id")] = (start, end, own)
    return packed(beside, int(case.one("resource").get("capacity") or 1))


def lane(case: Case) -> dict[str, Any]:
    """Take a lane of the resource that is free, or becomes so when the others move together."""
    chosen = case.get("lane") if "lane" in case.patch else lanes(case).get(case.get("id"), case.get("lane"))
    is_person = case.one("resource").get("kind") == "person"
    return {"lane": chosen, "person_lane": chosen if is_person else 1}


def misfit(case: Case) -> dict[str, Any]:
    """Mark a booking that its resource, as it has become, would not be booked for."""
    ahead = case.get("status") in AHEAD
    return {"misfit": ahead and not fits(case.row, case.one("resource"))}


def fits(booking: Row, resource: Row) -> bool:
    """Whether a resource has the room, and is where and as the booking was made."""
    room = int(resource.get("capacity") or 1)
    there = booking.get("provider") == resource.get("dealership")
    return there and bool(resource.get("available")) and int(booking.get("lane") or 1) <= room


FILL = (place, time, assigned, agreed, lane, misfit)
