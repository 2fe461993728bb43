"""The time bank: hours that people have worked, for payroll and for settling between sites."""

from directapp.declare.access import Access, Grant, grants
from directapp.declare.case import Case
from directapp.declare.collection import Collection, Unique, Views
from directapp.declare.fields import Group, choices, field
from directapp.declare.kinds import Kind
from directapp.declare.names import Values
from directapp.declare.rules import In, Is, Who, Whose
from directapp.domains.people.fields import DEALERSHIPS, USERS
from directapp.domains.planning.fields import RESOURCE_BOOKINGS, RESOURCE_TYPES, TimebankEntries
from directapp.domains.planning.rights import SYSTEMS
from directapp.kernel.errors import Problem
from directapp.kernel.text import _

KINDS = choices(
    ("work", _("Work")),
    ("correction", _("Correction")),
)

ENTRY = Group(
    "all",
    _("Hours"),
    (
        field(
            TimebankEntries.person,
            _("Person"),
            Kind.REF,
            ref=USERS,
            on_delete="set_null",
            required=True,
            personal="employee",
        ),
        field(TimebankEntries.day, _("Day"), Kind.DATE, required=True),
        field(TimebankEntries.hours, _("Hours"), Kind.DECIMAL, required=True, minimum=-24, maximum=24, unit="t"),
        field(TimebankEntries.kind, _("Kind"), Kind.CHOICE, choices=KINDS, required=True, default="correction"),
        field(TimebankEntries.provider, _("Done at"), Kind.REF, ref=DEALERSHIPS, default=lambda c: c.actor.site),
        field(TimebankEntries.consumer, _("For"), Kind.REF, ref=DEALERSHIPS),
        field(TimebankEntries.resource_type, _("Type"), Kind.REF, ref=RESOURCE_TYPES),
        field(
            TimebankEntries.booking, _("Booking"), Kind.REF, ref=RESOURCE_BOOKINGS, on_delete="set_null", computed=True
        ),
        field(TimebankEntries.note, _("Note"), Kind.TEXT, max_length=500, personal="employee"),
    ),
)


def correction_is_explained(case: Case) -> list[Problem]:
    """Hours that no booking stands behind say why."""
    explained = case.get(TimebankEntries.booking) is not None or bool(case.get(TimebankEntries.note))
    if case.actor.is_system or explained:
        return []
    return [Problem(_("Say why the hours are corrected."), field=TimebankEntries.note)]


_OF_BOOKING = (
    TimebankEntries.hours,
    TimebankEntries.day,
    TimebankEntries.person,
    TimebankEntries.provider,
    TimebankEntries.consumer,
    TimebankEntries.resource_type,
)


def work_follows_the_booking(case: Case) -> list[Problem]:
    """Hours that a booking stands behind are those of the booking."""
    if case.before is None or case.was(TimebankEntries.booking) is None or case.actor.is_system:
        return []
    words = _("The hours follow the booking. Correct its actual hours there, or enter a correction.")
    return [Problem(words, field=name, code="CONFLICT") for name in _OF_BOOKING if case.changed(name)]


def corrections_are_corrections(case: Case) -> Values:
    """Work is what a booking wrote; all else is a correction."""
    return {TimebankEntries.kind: "work" if case.get(TimebankEntries.booking) is not None else "correction"}


_SITES = In(TimebankEntries.provider, Whose.SITES)
_WORKERS = "new_car_sales used_car_sales parts reception mechanic detailer sales_manager"

TIMEBANK_ENTRIES = Collection(
    name="timebank_entries",
    label=_("Time entry"),
    plural=_("Time bank"),
    groups=(ENTRY,),
    access=Access(
        systems=SYSTEMS,
        grants=(
            *grants(_WORKERS, rows=Is(TimebankEntries.person, Who.USER)),
            Grant(role="planner", rows=Is(TimebankEntries.provider, Who.SITE)),
            Grant(role="finance", rows=_SITES),
            Grant(role="manager", rows=_SITES, write=("all",), create=True),
            Grant(role="tenant_admin", write=("all",), create=True),
        ),
    ),
    views=Views(
        columns=(
            TimebankEntries.day,
            TimebankEntries.person,
            TimebankEntries.hours,
            TimebankEntries.kind,
            TimebankEntries.provider,
            TimebankEntries.consumer,
            TimebankEntries.resource_type,
            TimebankEntries.note,
        ),
        title=(TimebankEntries.day, TimebankEntries.person),
        sort=("-day",),
        filters=(
            TimebankEntries.person,
            TimebankEntries.provider,
            TimebankEntries.consumer,
            TimebankEntries.kind,
            TimebankEntries.day,
        ),
        icon="hourglass",
    ),
    rules=(correction_is_explained, work_follows_the_booking),
    fill=(corrections_are_corrections,),
    unique=(Unique(fields=(TimebankEntries.booking,), message=_("The booking is entered already.")),),
    indexes=(("person", "day"), ("provider", "day")),
)
