"""Why a booking is refused: every reason at once, in words, at the field it is about."""

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from directapp.declare.case import Case
from directapp.declare.names import NO_ROW, FieldName, Row
from directapp.domains.cars.fields import Cars
from directapp.domains.people.fields import Dealerships
from directapp.domains.planning.booking_fields import AHEAD
from directapp.domains.planning.booking_fill import holds, overlapping, same_work
from directapp.domains.planning.booking_hours import in_hours, in_minutes, minutes_of
from directapp.domains.planning.capacities import laid_out
from directapp.domains.planning.engine.lanes import most_at_once
from directapp.domains.planning.engine.refusals import Fields, time_problems
from directapp.domains.planning.engine.spans import Span
from directapp.domains.planning.engine.words import hours_text, when_text
from directapp.domains.planning.engine.workdays import Hours, Schedule
from directapp.domains.planning.fields import (
    Absences,
    ResourceBookings,
    ResourceCapacities,
    Resources,
    ResourceSharing,
    ResourceTypes,
    SharingWeeks,
    WorkingHours,
)
from directapp.kernel.dates import day_text, digits_text
from directapp.kernel.errors import Problem
from directapp.kernel.text import Text, _, verbatim

_FIELDS = Fields(start=ResourceBookings.starts_at, end=ResourceBookings.ends_at, resource=ResourceBookings.resource)
_MOST_NAMED = 5
CLOSED = frozenset({"delivered", "archived"})
_WHEN = (ResourceBookings.starts_at, ResourceBookings.ends_at, ResourceBookings.resource, ResourceBookings.person)


def _conflict(words: Text, field: FieldName[object]) -> Problem:
    return Problem(words, field=field, code="CONFLICT")


def is_asked(case: Case) -> bool:
    """Whether this write decides when, where or by whom, of a booking that is not over."""
    return case.get(ResourceBookings.status) in AHEAD and (case.before is None or case.changed(*_WHEN))


def schedule_of(resource: Row, hours: list[Row], absences: list[Row]) -> Schedule:
    """Return when a resource works, from its rows."""
    return Schedule(
        hours=tuple(
            Hours(
                int(h[WorkingHours.weekday]),
                h[WorkingHours.starts],
                h[WorkingHours.ends],
                h.get(WorkingHours.valid_from),
                h.get(WorkingHours.valid_to),
            )
            for h in hours
        ),
        absences=tuple(Span(a[Absences.starts_at], a[Absences.ends_at]) for a in absences),
        open_on_holidays=bool(resource.get(Resources.works_holidays)),
    )


def time_fits(case: Case) -> list[Problem]:
    """Demand that a booking lies ahead, within one working day of whoever does it, when nobody is away."""
    start, end = case.get(ResourceBookings.starts_at), case.get(ResourceBookings.ends_at)
    if not is_asked(case) or start is None or end is None or not case.one("resource"):
        return []
    resource = case.one("resource")
    absences = {a[Absences.id]: a for a in (*case.many("absences"), *case.many("persons_absences"))}
    schedule = schedule_of(resource, case.many("hours"), list(absences.values()))
    found = time_problems(
        start, end, now=case.now, schedule=schedule, who=str(resource.get(Resources.name)), fields=_FIELDS
    )
    if case.before is not None and not case.changed(ResourceBookings.starts_at):
        found = [p for p in found if p.code != "past"]
    if case.actor.is_system:
        # What is brought over from elsewhere happened already.
        found = [p for p in found if p.code not in {"past", "outside_hours"}]
    return found


def resource_fits(case: Case) -> list[Problem]:
    """Demand that the resource is there, does this work, and has the person that it needs."""
    resource, kind = case.one("resource"), case.one("type")
    if not resource or not kind or not is_asked(case):
        return []
    name = resource.get(Resources.name)
    problems = []
    if not resource.get(Resources.available):
        words = _("{name} is not available.").fill(name=name)
        problems.append(Problem(words, field=ResourceBookings.resource))
    if not kind.get(ResourceTypes.bookable):
        words = _("This type is not booked.")
        problems.append(Problem(words, field=ResourceBookings.resource_type))
    if kind.get(ResourceTypes.work) not in (resource.get(Resources.does) or ()):
        words = _("{name} does not do this work.").fill(name=name)
        problems.append(Problem(words, field=ResourceBookings.resource))
    if kind.get(ResourceTypes.requires_assignment) and case.get(ResourceBookings.person) is None:
        words = _("Choose who does the work.")
        problems.append(Problem(words, field=ResourceBookings.person))
    return problems


def car_fits(case: Case) -> list[Problem]:
    """Demand that the car is here to be worked on, by one at a time."""
    if not is_asked(case):
        return []
    if case.one("car").get(Cars.status) in CLOSED and not case.actor.is_system:
        words = _("The car is delivered or archived and cannot be booked.")
        return [_conflict(words, ResourceBookings.car)]
    if not case.one("type").get(ResourceTypes.is_productive):
        return []
    for booking in overlapping(case, "cars_bookings")[:1]:
        words = _("The car is booked already from {start} to {end}.").fill(
            start=when_text(booking[ResourceBookings.starts_at]), end=when_text(booking[ResourceBookings.ends_at])
        )
        return [_conflict(words, ResourceBookings.starts_at)]
    return []


def booked_already(case: Case) -> list[Problem]:
    """Ask whether a kind of work that lies ahead for the car already is to be booked once more."""
    if case.before is not None:
        return []
    same = [
        b for b in same_work(case) if b[ResourceBookings.status] in AHEAD and b[ResourceBookings.ends_at] > case.now
    ]
    words = _(
        "The car is booked for this work already, {start} to {end}, {where}. "
        "Move or cancel that booking, or add this one as well."
    )
    return [
        Problem(
            words.fill(
                start=when_text(b[ResourceBookings.starts_at]),
                end=digits_text(b[ResourceBookings.ends_at]),
                where=_where(case, b),
            ),
            field=ResourceBookings.resource_type,
            code="CONFIRM",
            extra={"booking": str(b[ResourceBookings.id])},
        )
        for b in sorted(same, key=lambda b: b[ResourceBookings.starts_at])[:_MOST_NAMED]
    ]


def _where(case: Case, booking: Row) -> Text:
    """Return who does another booking of the car, or at which site, as far as this one tells."""
    if booking[ResourceBookings.resource] == case.get(ResourceBookings.resource):
        return verbatim(str(case.one("resource").get(Resources.name)))
    if booking.get(ResourceBookings.provider) == case.get(ResourceBookings.provider):
        return verbatim(str(case.one("provider").get(Dealerships.name)))
    return _("at another site")


def room_left(case: Case) -> list[Problem]:
    """Nobody is booked twice: neither the resource beyond its room, nor the person."""
    resource, taken = case.one("resource"), case.before is None or not holds(case.before)
    start, end = case.get(ResourceBookings.starts_at), case.get(ResourceBookings.ends_at)
    if not holds(case.row) or not resource or not (taken or case.changed(*_WHEN)) or start is None or end is None:
        return []
    beside = overlapping(case, "beside")
    at_once = most_at_once(
        (max(b[ResourceBookings.starts_at], start), min(b[ResourceBookings.ends_at], end)) for b in beside
    )
    if at_once >= int(resource.get(Resources.capacity) or 1):
        first = min(beside, key=lambda b: b[ResourceBookings.starts_at])
        words = _("{name} is taken from {start} to {end}.").fill(
            name=resource.get(Resources.name),
            start=when_text(first[ResourceBookings.starts_at]),
            end=when_text(first[ResourceBookings.ends_at]),
        )
        return [_conflict(words, ResourceBookings.starts_at)]
    # A person's own resource may have room for several jobs; a bay has not for the same person twice.
    own = case.get(ResourceBookings.resource) if resource.get(Resources.kind) == "person" else None
    persons = [b for b in overlapping(case, "persons") if own is None or b.get(ResourceBookings.resource) != own]
    if not persons:
        return []
    words = _("The person is booked elsewhere from {start} to {end}.").fill(
        start=when_text(persons[0][ResourceBookings.starts_at]), end=when_text(persons[0][ResourceBookings.ends_at])
    )
    return [_conflict(words, ResourceBookings.person)]


def agreement_holds(case: Case) -> list[Problem]:
    """Another site's time is booked under an agreement, within its hours of the week."""
    if (
        not is_asked(case)
        or case.get(ResourceBookings.provider) == case.get(ResourceBookings.consumer)
        or case.get(ResourceBookings.provider) is None
    ):
        return []
    if case.get(ResourceBookings.agreement) is None:
        words = _("The sites have no agreement on this work. The administrator makes sharing agreements.")
        return [_conflict(words, ResourceBookings.resource)]
    agreement = next(
        a for a in case.many("agreements") if a[ResourceSharing.id] == case.get(ResourceBookings.agreement)
    )
    week = next(iter(case.many("weeks")), NO_ROW)
    before = _minutes_before(case, ResourceBookings.agreement, ResourceBookings.week)
    mine = minutes_of(case.row)
    used = in_hours(in_minutes(week.get(SharingWeeks.used_hours)) - before + mine)
    cap = Decimal(agreement[ResourceSharing.max_hours_per_week])
    if used <= cap or mine <= before:
        return []
    words = _("The agreement gives {cap} a week; this would make {used}.").fill(
        cap=hours_text(float(cap)), used=hours_text(float(used))
    )
    return [_conflict(words, ResourceBookings.starts_at)]


def _minutes_before(case: Case, *same: FieldName[object]) -> int:
    """Return the minutes that the stored booking counts where these fields agree with the present ones."""
    if (
        case.before is None
        or case.get(ResourceBookings.id) in case.lifted
        or any(case.was(n) != case.get(n) for n in same)
    ):
        return 0
    return minutes_of(case.before)


@dataclass(frozen=True, slots=True)
class Day:
    """A ledger that a booking counts in: of the resource (None: its team), its row if it has begun, its hours."""

    resource: UUID | None
    row: Row | None
    allocated: Decimal | None

    @property
    def used(self) -> int:
        """The minutes that are booked."""
        return in_minutes((self.row or NO_ROW).get(ResourceCapacities.used_hours))


def ledgers(case: Case) -> list[Day]:
    """Return the ledgers that the booking counts in: the team's and the resource's own, where there are any."""
    day = case.get(ResourceBookings.day)
    if day is None:
        return []
    found = []
    for resource in (None, case.get(ResourceBookings.resource)):
        row = next((d for d in case.many("days") if d.get(ResourceCapacities.resource) == resource), None)
        hours = laid_out(row, case.many("plans"), case.one("resource"), day, own=resource is not None)
        if row is not None or hours is not None:
            found.append(Day(resource, row, hours))
    return found


def capacity_left(case: Case) -> list[Problem]:
    """Demand that a day takes no more hours than are laid out for it."""
    day = case.get(ResourceBookings.day)
    if not is_asked(case) or day is None:
        return []
    mine = minutes_of(case.row)
    for ledger in ledgers(case):
        own = (ResourceBookings.resource,) if ledger.resource else ()
        before = _minutes_before(
            case, ResourceBookings.day, ResourceBookings.provider, ResourceBookings.resource_type, *own
        )
        total = in_hours(ledger.used - before + mine)
        if ledger.allocated is None or total <= ledger.allocated or mine <= before:
            continue
        words = _("{day}: {used} of {allocated} are booked; there is no room for {hours} more.").fill(
            day=day_text(day),
            used=hours_text(float(in_hours(ledger.used - before))),
            allocated=hours_text(float(ledger.allocated)),
            hours=hours_text(float(in_hours(mine))),
        )
        return [_conflict(words, ResourceBookings.starts_at)]
    return []


def started_stays(case: Case) -> list[Problem]:
    """Work that has begun is not moved to another time or resource; its end may be."""
    if case.before is None or case.was(ResourceBookings.status) in AHEAD or case.actor.is_system:
        return []
    words = _("The work has started and is not moved.")
    fixed = (ResourceBookings.starts_at, ResourceBookings.resource)
    return [_conflict(words, name) for name in fixed if case.changed(name)]


RULES = (
    time_fits,
    resource_fits,
    car_fits,
    booked_already,
    room_left,
    agreement_holds,
    capacity_left,
    started_stays,
)
