"""Resources: the people, bays and equipment whose time is planned, when they work and when they are away."""

from typing import Any

from directapp.declare.access import Access, Grant, grants
from directapp.declare.case import Case, Consequence, Many
from directapp.declare.collection import Collection, Unique, Views
from directapp.declare.fields import Group, choices, field
from directapp.declare.kinds import BadValueError, Kind
from directapp.declare.reading import CLOCK_FORM, read_clock
from directapp.domains.people.fields import DEALERSHIPS, USERS
from directapp.domains.planning.booking_fields import AHEAD, HOLDING
from directapp.domains.planning.booking_fill import fits
from directapp.domains.planning.engine.lanes import packed
from directapp.domains.planning.fields import RESOURCE_BOOKINGS
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
_LENT = ("name", "dealership", "kind", "person", "does", "capacity", "specialisations", "available")
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
        field("name", _("Name"), required=True, max_length=80, search=True),
        field(
            "dealership",
            _("Dealership"),
            Kind.REF,
            ref=DEALERSHIPS,
            required=True,
            default=lambda case: case.actor.site,
        ),
        field("kind", _("Kind"), Kind.CHOICE, choices=KINDS, required=True, default="person"),
        field("person", _("Person"), Kind.REF, ref=USERS, on_delete="set_null"),
        field("does", _("Work"), Kind.CHOICES, choices=WORKS, required=True),
        field(
            "capacity",
            _("Jobs at a time"),
            Kind.INTEGER,
            required=True,
            default=1,
            minimum=1,
            maximum=50,
        ),
        field(
            "specialisations",
            _("Specialisations"),
            Kind.CHOICES,
            default=lambda _: [],
            parse=parse_words,
            form=WORDS_FORM,
            help=_("Makes, electric cars, paint …: a match is preferred by the slot search."),
        ),
        field("available", pgettext("resource", "Available"), Kind.BOOLEAN, default=True),
        field("works_holidays", _("Works on public holidays"), Kind.BOOLEAN, default=False),
        field("note", _("Note"), Kind.TEXT, max_length=500),
    ),
)


def person_has_name(case: Case) -> list[Problem]:
    """Demand that only a person's resource stands for a user: a bay is nobody."""
    if case.get("person") is None or case.get("kind") == "person":
        return []
    words = _("Only a person can stand for a user.")
    return [Problem(words, field="person")]


def bookings_fit(case: Case) -> list[Problem]:
    """Ask before less room, another site or no work at all leaves bookings where they no longer fit."""
    if case.before is None:
        return []
    booked = case.many("bookings")
    room = int(case.get("capacity") or 1)
    problems = []
    if room < int(case.was("capacity") or 1):
        why = _("Room for {n} at a time.").fill(n=room)
        problems += asked(why, beyond(booked, room), "capacity")
    if case.changed("dealership"):
        why = _("The resource moves to another site.")
        elsewhere = [b for b in booked if b["provider"] != case.get("dealership")]
        problems += asked(why, elsewhere, "dealership")
    if case.was("available") and not case.get("available"):
        problems += asked(_("The resource is taken out of use."), booked, "available")
    return problems


def bookings_follow(case: Case) -> list[Consequence]:
    """Let bookings beside each other take no more of the room than they need, and mark those that no longer fit."""
    if case.before is None or not case.changed("capacity", "dealership", "available"):
        return []
    booked = {b["id"]: b for b in case.many("bookings")}
    held = {name: (b["starts_at"], b["ends_at"], b.get("lane")) for name, b in booked.items()}
    lanes = packed(held, int(case.get("capacity") or 1))
    found = []
    for name, row in booked.items():
        marked = row["status"] in AHEAD and not fits({**row, "lane": lanes[name]}, case.row)
        patch = {"lane": lanes[name], "misfit": marked}
        if any(row.get(key) != value for key, value in patch.items()):
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
        columns=("name", "dealership", "kind", "person", "capacity", "specialisations", "available"),
        title=("name",),
        sort=("name",),
        filters=("dealership", "kind", "available"),
        icon="users-group",
        menu=True,
    ),
    rules=(person_has_name, bookings_fit),
    related=(Many("bookings", RESOURCE_BOOKINGS, "resource", among=("status", HOLDING)),),
    consequences=(bookings_follow,),
    unique=(
        Unique(
            fields=("person", "dealership"),
            message=_("The person is a resource of the site already."),
        ),
    ),
)

_KEPT = _("The plan is always the present one.")

# What hangs on a resource goes with it.
OF_RESOURCE = field(
    "resource", _("Resource"), Kind.REF, ref="resources", on_delete="cascade", required=True, immutable=True
)
HOURS = Group(
    "all",
    _("Working hours"),
    (
        OF_RESOURCE,
        field("weekday", _("Weekday"), Kind.CHOICE, choices=WEEKDAYS, required=True),
        field("starts", _("From"), required=True, max_length=5, parse=read_clock, form=CLOCK_FORM),
        field("ends", _("To"), required=True, max_length=5, parse=read_clock, form=CLOCK_FORM),
        *PERIOD,
    ),
)


def ends_after_start(case: Case) -> list[Problem]:
    """Demand that a working day ends after it begins; night work is two lines."""
    if case.get("starts") and case.get("ends") and case.get("ends") <= case.get("starts"):
        return [Problem(_("The end must be after the start."), field="ends")]
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
        columns=("resource", "weekday", "starts", "ends", "valid_from", "valid_to"),
        title=("weekday", "starts"),
        sort=("weekday",),
        filters=("resource", "weekday"),
        icon="clock",
    ),
    rules=(ends_after_start, period_fits),
)
