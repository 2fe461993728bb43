"""What a booking's own values and neighbours say: its sites, its day, its agreement, its lane."""

from typing import Any

from directapp.declare.case import Case, Many, One
from directapp.declare.names import Row, Values
from directapp.domains.cars.fields import CARS, Cars
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
    ResourceBookings,
    Resources,
    ResourceSharing,
)

RELATED = (
    One("car", ResourceBookings.car, CARS),
    One("resource", ResourceBookings.resource, RESOURCES),
    One("provider", ResourceBookings.provider, DEALERSHIPS),
    One("consumer", ResourceBookings.consumer, DEALERSHIPS),
    # Held, so that nobody is booked at two sites at once.
    One("worker", ResourceBookings.person, USERS),
    One("type", ResourceBookings.resource_type, RESOURCE_TYPES, hold=False),
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
    return booking.get(ResourceBookings.status) in HOLDING


def others(case: Case, name: str) -> list[Row]:
    """Return the other bookings that hold their time, of a related list."""
    return [
        b
        for b in case.many(name)
        if b[ResourceBookings.id] != case.get(ResourceBookings.id)
        and b[ResourceBookings.id] not in case.lifted
        and holds(b)
    ]


def same_work(case: Case) -> list[Row]:
    """Return the car's other bookings of the same kind of work that hold their time."""
    return [
        b
        for b in others(case, "cars_bookings")
        if b.get(ResourceBookings.resource_type) == case.get(ResourceBookings.resource_type)
    ]


def overlapping(case: Case, name: str) -> list[Row]:
    """Return the other bookings that hold their time, of a related list that meet this one in time."""
    start, end = case.get(ResourceBookings.starts_at), case.get(ResourceBookings.ends_at)
    if start is None or end is None:
        return []
    return [
        b for b in others(case, name) if b[ResourceBookings.starts_at] < end and start < b[ResourceBookings.ends_at]
    ]


def decided(case: Case) -> bool:
    """Whether this write decides when or where; else a booking stays where it was booked, whatever changes around."""
    return case.before is None or (
        case.get(ResourceBookings.status) in AHEAD
        and case.changed(
            ResourceBookings.starts_at,
            ResourceBookings.ends_at,
            ResourceBookings.resource,
            ResourceBookings.resource_type,
        )
    )


def place(case: Case) -> Values:
    """Fill in the sites: the resource's site does the work, for the site that owns the car."""
    resource, car = case.one("resource"), case.one("car")
    provider = case.get(ResourceBookings.provider)
    if provider is None or decided(case):
        provider = resource.get(Resources.dealership) or provider
    owner = car.get(Cars.dealership) or car.get(Cars.prep_center) or provider
    return {
        ResourceBookings.provider: provider,
        ResourceBookings.consumer: case.get(ResourceBookings.consumer) or owner,
    }


def time(case: Case) -> Values:
    """Fill in the local day and the Monday of its week."""
    start = case.get(ResourceBookings.starts_at)
    if start is None:
        return {ResourceBookings.day: None, ResourceBookings.week: None}
    day = local_day(start)
    return {ResourceBookings.day: day, ResourceBookings.week: monday_of(day)}


def assigned(case: Case) -> Values:
    """Let a person's own resource be done by that person."""
    resource = case.one("resource")
    if resource.get(Resources.kind) == "person":
        return {ResourceBookings.person: resource.get(Resources.person)}
    return {}


def agreed(case: Case) -> Values:
    """Name the agreement under which one site works for another: the one in force when it was decided."""
    if case.get(ResourceBookings.provider) == case.get(ResourceBookings.consumer):
        return {ResourceBookings.agreement: None}
    if not decided(case):
        return {}
    found = [a for a in case.many("agreements") if a.get(ResourceSharing.enabled)]
    return {ResourceBookings.agreement: found[0][ResourceSharing.id] if found else None}


def lanes(case: Case) -> dict[Any, int]:
    """Return the lane of each booking that holds its time beside this one, this one's too."""
    beside = {
        b[ResourceBookings.id]: (
            b[ResourceBookings.starts_at],
            b[ResourceBookings.ends_at],
            b.get(ResourceBookings.lane),
        )
        for b in others(case, "beside")
    }
    start, end = case.get(ResourceBookings.starts_at), case.get(ResourceBookings.ends_at)
    if holds(case.row) and start is not None and end is not None:
        own = (
            case.get(ResourceBookings.lane)
            if case.before is not None and not case.changed(ResourceBookings.resource)
            else None
        )
        beside[case.row[ResourceBookings.id]] = (start, end, own)
    return packed(beside, int(case.one("resource").get(Resources.capacity) or 1))


def lane(case: Case) -> Values:
    """Take a lane of the resource that is free, or becomes so when the others move together."""
    chosen = (
        case.get(ResourceBookings.lane)
        if ResourceBookings.lane in case.patch
        else lanes(case).get(case.get(ResourceBookings.id), case.get(ResourceBookings.lane))
    )
    is_person = case.one("resource").get(Resources.kind) == "person"
    return {ResourceBookings.lane: chosen, ResourceBookings.person_lane: chosen if is_person else 1}


def misfit(case: Case) -> Values:
    """Mark a booking that its resource, as it has become, would not be booked for."""
    ahead = case.get(ResourceBookings.status) in AHEAD
    return {ResourceBookings.misfit: ahead and not fits(case.row, case.one("resource"))}


def fits(booking: Row, resource: Row) -> bool:
    """Whether a resource has the room, and is where and as the booking was made."""
    room = int(resource.get(Resources.capacity) or 1)
    there = booking.get(ResourceBookings.provider) == resource.get(Resources.dealership)
    return there and bool(resource.get(Resources.available)) and int(booking.get(ResourceBookings.lane) or 1) <= room


FILL = (place, time, assigned, agreed, lane, misfit)
