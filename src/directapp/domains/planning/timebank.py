"""The time bank: hours that people have worked, for payroll and for settling between sites."""

from typing import Any

from directapp.declare.access import Access, Grant, grants
from directapp.declare.case import Case
from directapp.declare.collection import Collection, Unique, Views
from directapp.declare.fields import Group, choices, field
from directapp.declare.kinds import Kind
from directapp.declare.rules import In, Is, Who, Whose
from directapp.domains.people.fields import DEALERSHIPS, USERS
from directapp.domains.planning.fields import RESOURCE_BOOKINGS, RESOURCE_TYPES
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
        field("person", _("Person"), Kind.REF, ref=USERS, on_delete="set_null", required=True),
        field("day", _("Day"), Kind.DATE, required=True),
        field("hours", _("Hours"), Kind.DECIMAL, required=True, minimum=-24, maximum=24, unit="t"),
        field("kind", _("Kind"), Kind.CHOICE, choices=KINDS, required=True, default="correction"),
        field("provider", _("Done at"), Kind.REF, ref=DEALERSHIPS, default=lambda c: c.actor.site),
        field("consumer", _("For"), Kind.REF, ref=DEALERSHIPS),
        field("resource_type", _("Type"), Kind.REF, ref=RESOURCE_TYPES),
        field("booking", _("Booking"), Kind.REF, ref=RESOURCE_BOOKINGS, on_delete="set_null", computed=True),
        field("note", _("Note"), Kind.TEXT, max_length=500),
    ),
)


def correction_is_explained(case: Case) -> list[Problem]:
    """Hours that no booking stands behind say why."""
    if case.actor.is_system or case.get("booking") is not None or case.get("note"):
        return []
    return [Problem(_("Say why the hours are corrected."), field="note")]


def work_follows_the_booking(case: Case) -> list[Problem]:
    """Hours that a booking stands behind are those of the booking."""
    if case.before is None or case.was("booking") is None or case.actor.is_system:
        return []
    words = _("The hours follow the booking. Correct its actual hours there, or enter a correction.")
    names = ("hours", "day", "person", "provider", "consumer", "resource_type")
    return [Problem(words, field=name, code="CONFLICT") for name in names if case.changed(name)]


def corrections_are_corrections(case: Case) -> dict[str, Any]:
    """Work is what a booking wrote; all else is a correction."""
    return {"kind": "work" if case.get("booking") is not None else "correction"}


_SITES = In("provider", Whose.SITES)
_WORKERS = "new_car_sales used_car_sales parts reception mechanic detailer sales_manager"

TIMEBANK_ENTRIES = Collection(
    name="timebank_entries",
    label=_("Time entry"),
    plural=_("Time bank"),
    groups=(ENTRY,),
    access=Access(
        systems=SYSTEMS,
        grants=(
            *grants(_WORKERS, rows=Is("person", Who.USER)),
            Grant(role="planner", rows=Is("provider", Who.SITE)),
            Grant(role="finance", rows=_SITES),
            Grant(role="manager", rows=_SITES, write=("all",), create=True),
            Grant(role="tenant_admin", write=("all",), create=True),
        ),
    ),
    views=Views(
        columns=("day", "person", "hours", "kind", "provider", "consumer", "resource_type", "note"),
        title=("day", "person"),
        sort=("-day",),
        filters=("person", "provider", "consumer", "kind", "day"),
        icon="hourglass",
    ),
    rules=(correction_is_explained, work_follows_the_booking),
    fill=(corrections_are_corrections,),
    unique=(Unique(fields=("booking",), message=_("The booking is entered already.")),),
    indexes=(("person", "day"), ("provider", "day")),
)
