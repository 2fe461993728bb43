"""Resources: the people, bays and equipment whose time is planned, when they work and when they are away."""

from typing import Any

from directapp.declare.access import Access, Grant, grants
from directapp.declare.case import Case, Consequence, Many
from directapp.declare.collection import Collection, Unique, Views
from directapp.declare.fields import Group, choices, field
from directapp.declare.kinds import BadValueError, Kind
from directapp.declare.names import Values, plain, row_of
from directapp.declare.reading import CLOCK_FORM, read_clock
from directapp.domains.people.fields import DEALERSHIPS, USERS
from directapp.domains.planning.booking_fields import AHEAD, HOLDING
from directapp.domains.planning.booking_fill import fits
from directapp.domains.planning.engine.lanes import packed
from directapp.domains.planning.fields import RESOURCE_BOOKINGS, ResourceBookings, Resources, WorkingHours
from directapp.domains.planning.fitting import asked, beyond
from directapp.domains.planning.periods import PERIOD, period_fits
from directapp.domains.planning.rights import (
    LENT_BELOW,
    LENT_HERE,
    OWN_SITE,
    OWN_SITES,
    RESOURCE_HERE,
    RESOURCE_WITHIN,
    SYSTEM,
    SYSTEMS,
    TEAM,
)
from directapp.domains.planning.types import WORKS
from directapp.kernel.errors import Problem
from directapp.kernel.text import _, pgettext

KINDS = choices(
    ("person", _("Person")),
    ("bay", _("Bay")),
    ("equipment", _("Equipment")),
)
WEEKDAYS = choices(
    ("1", _("Monday")),
    ("2", _("Tuesday")),
    ("3", _("Wednesday")),
    ("4", _("Thursday")),
    ("5", _("Friday")),
    ("6", _("Saturday")),
    ("7", _("Sunday")),
)
# What those who book under an agreement know of another site's.
_LENT = (
    Resources.name,
    Resources.dealership,
    Resources.kind,
    Resources.person,
    Resources.does,
    Resources.capacity,
    Resources.specialisations,
    Resources.available,
)
_MOST_WORDS = 20


WORDS_FORM = {"type": "array", "maxItems": _MOST_WORDS, "items": {"type": "string", "maxLength": 40}}


def parse_words(value: Any) -> list[str]:
    """Understand a short list of words: specialisations."""
    words = [" ".join(str(word).split())[:40] for word in value if str(word).strip()]
    if len(words) > _MOST_WORDS:
        raise BadValueError(_("At most {most_words}.").fill(most_words=_MOST_WORDS))
    return list(dict.fromkeys(words))


RESOURCE = Group(
    "all",
    _("Resource"),
    (
        field(Resources.name, _("Name"), required=True, max_length=80, search=True, personal="employee"),
        field(
            Resources.dealership,
            _("Site"),
            Kind.REF,
            ref=DEALERSHIPS,
            required=True,
            default=lambda case: case.actor.site,
        ),
        field(Resources.kind, _("Kind"), Kind.CHOICE, choices=KINDS, required=True, default="person"),
        field(Resources.person, _("Person"), Kind.REF, ref=USERS, on_delete="set_null", personal="employee"),
        field(Resources.does, _("Work"), Kind.CHOICES, choices=WORKS, required=True),
        field(
            Resources.capacity,
            _("Jobs at a time"),
            Kind.INTEGER,
            required=True,
            default=1,
            minimum=1,
            maximum=50,
        ),
        field(
            Resources.specialisations,
            _("Specialisations"),
            Kind.CHOICES,
            default=lambda _: [],
            parse=parse_words,
            form=WORDS_FORM,
            help=_("Makes, electric cars, paint …: a match is preferred by the slot search."),
        ),
        field(Resources.available, pgettext("resource", "Available"), Kind.BOOLEAN, default=True),
        field(Resources.works_holidays, _("Works on public holidays"), Kind.BOOLEAN, default=False),
        field(Resources.note, _("Note"), Kind.TEXT, max_length=500),
    ),
)


def person_has_name(case: Case) -> list[Problem]:
    """Demand that only a person's resource stands for a user: a bay is nobody."""
    if case.get(Resources.person) is None or case.get(Resources.kind) == "person":
        return []
    words = _("Only a person can stand for a user.")
    return [Problem(words, field=Resources.person)]


def bookings_fit(case: Case) -> list[Problem]:
    """Ask before less room, another site or no work at all leaves bookings where they no longer fit."""
    if case.before is None:
        return []
    booked = case.many("bookings")
    room = int(case.get(Resources.capacity) or 1)
    problems = []
    if room < int(case.was(Resources.capacity) or 1):
        why = _("Room for {n} at a time.").fill(n=room)
        problems += asked(why, beyond(booked, room), Resources.capacity)
    if case.changed(Resources.dealership):
        why = _("The resource moves to another site.")
        elsewhere = [b for b in booked if b[ResourceBookings.provider] != case.get(Resources.dealership)]
        problems += asked(why, elsewhere, Resources.dealership)
    if case.was(Resources.available) and not case.get(Resources.available):
        problems += asked(_("The resource is taken out of use."), booked, Resources.available)
    return problems


def bookings_follow(case: Case) -> list[Consequence]:
    """Let bookings beside each other take no more of the room than they need, and mark those that no longer fit."""
    if case.before is None or not case.changed(Resources.capacity, Resources.dealership, Resources.available):
        return []
    booked = {b[ResourceBookings.id]: b for b in case.many("bookings")}
    held = {
        name: (b[ResourceBookings.starts_at], b[ResourceBookings.ends_at], b.get(ResourceBookings.lane))
        for name, b in booked.items()
    }
    lanes = packed(held, int(case.get(Resources.capacity) or 1))
    found = []
    for name, row in booked.items():
        laid = row_of({**plain(row), ResourceBookings.lane: lanes[name]})
        marked = row[ResourceBookings.status] in AHEAD and not fits(laid, case.row)
        patch: Values = {ResourceBookings.lane: lanes[name], ResourceBookings.misfit: marked}
        if any(plain(row).get(key) != value for key, value in patch.items()):
            found.append(Consequence(collection=RESOURCE_BOOKINGS, system=SYSTEM, patch=patch, target=name))
    return found


RESOURCES = Collection(
    name="resources",
    label=_("Resource"),
    plural=_("Resources"),
    groups=(RESOURCE,),
    access=Access(
        systems=SYSTEMS,
        grants=(
            *grants(TEAM, rows=OWN_SITE, read=("all",)),
            Grant(role="planner", rows=OWN_SITE, write=("all",), create=True),
            Grant(role="manager", rows=OWN_SITES, write=("all",), create=True),
            Grant(role="planner", rows=LENT_HERE, read=_LENT, full=False),
            Grant(role="manager", rows=LENT_BELOW, read=_LENT, full=False),
            Grant(role="finance", rows=OWN_SITES),
            Grant(role="tenant_admin", write=("all",), create=True),
        ),
    ),
    views=Views(
        columns=(
            Resources.name,
            Resources.dealership,
            Resources.kind,
            Resources.person,
            Resources.capacity,
            Resources.specialisations,
            Resources.available,
        ),
        title=(Resources.name,),
        sort=(Resources.name,),
        filters=(Resources.dealership, Resources.kind, Resources.available),
        icon="users-group",
        menu=True,
    ),
    rules=(person_has_name, bookings_fit),
    related=(Many("bookings", RESOURCE_BOOKINGS, "resource", among=("status", HOLDING)),),
    consequences=(bookings_follow,),
    unique=(
        Unique(
            fields=(Resources.person, Resources.dealership),
            message=_("The person is a resource of the site already."),
        ),
    ),
)

_KEPT = _("The plan is always the present one.")

# What hangs on a resource goes with it.
OF_RESOURCE = field(
    WorkingHours.resource, _("Resource"), Kind.REF, ref="resources", on_delete="cascade", required=True, immutable=True
)
HOURS = Group(
    "all",
    _("Working hours"),
    (
        OF_RESOURCE,
        field(WorkingHours.weekday, _("Weekday"), Kind.CHOICE, choices=WEEKDAYS, required=True),
        field(WorkingHours.starts, _("From"), required=True, max_length=5, parse=read_clock, form=CLOCK_FORM),
        field(WorkingHours.ends, _("To"), required=True, max_length=5, parse=read_clock, form=CLOCK_FORM),
        *PERIOD,
    ),
)


def ends_after_start(case: Case) -> list[Problem]:
    """Demand that a working day ends after it begins; night work is two lines."""
    start, end = case.get(WorkingHours.starts), case.get(WorkingHours.ends)
    if start and end and end <= start:
        return [Problem(_("The end must be after the start."), field=WorkingHours.ends)]
    return []


WORKING_HOURS = Collection(
    name="working_hours",
    label=_("Working hours"),
    plural=pgettext("several", "Working hours"),
    groups=(HOURS,),
    access=Access(
        systems=SYSTEMS,
        grants=(
            *grants(TEAM, rows=RESOURCE_HERE, read=("all",)),
            Grant(role="planner", rows=RESOURCE_HERE, write=("all",), create=True, delete=True),
            Grant(role="manager", rows=RESOURCE_WITHIN, write=("all",), create=True, delete=True),
            Grant(role="tenant_admin", write=("all",), create=True, delete=True),
        ),
        delete_why=_KEPT,
    ),
    views=Views(
        columns=(
            WorkingHours.resource,
            WorkingHours.weekday,
            WorkingHours.starts,
            WorkingHours.ends,
            WorkingHours.valid_from,
            WorkingHours.valid_to,
        ),
        title=(WorkingHours.weekday, WorkingHours.starts),
        sort=(WorkingHours.weekday,),
        filters=(WorkingHours.resource, WorkingHours.weekday),
        icon="clock",
    ),
    rules=(ends_after_start, period_fits),
)
