"""Absences: when somebody or something is away, and what then has to be moved."""

from typing import Any

from directapp.declare.access import Access, Grant, grants
from directapp.declare.case import Case, One, Range
from directapp.declare.collection import Collection, Views
from directapp.declare.fields import Group, choices, field
from directapp.declare.kinds import Kind
from directapp.declare.verbs import Verb
from directapp.domains.people.fields import USERS
from directapp.domains.planning.booking_fields import AHEAD
from directapp.domains.planning.fields import RESOURCE_BOOKINGS, RESOURCES
from directapp.domains.planning.resources import OF_RESOURCE
from directapp.domains.planning.rights import RESOURCE_HERE, RESOURCE_MINE, RESOURCE_WITHIN, SYSTEMS, TEAM
from directapp.kernel.errors import Problem
from directapp.kernel.text import _
from directapp.services.command import CommandContext

KINDS = choices(
    ("holiday", _("Holiday")),
    ("illness", _("Illness")),
    ("course", _("Course")),
    ("maintenance", _("Maintenance")),
    ("other", _("Other")),
)
_MOST = 200

_TIME = Group(
    "time",
    _("Absence"),
    (
        OF_RESOURCE,
        field("person", _("Person"), Kind.REF, ref=USERS, on_delete="cascade", computed=True),
        field("starts_at", _("From"), Kind.INSTANT, required=True),
        field("ends_at", _("To"), Kind.INSTANT, required=True),
    ),
)
# Why somebody is away may be a matter of health.
_REASON = Group(
    "reason",
    _("Reason"),
    (
        field("kind", _("Kind"), Kind.CHOICE, choices=KINDS, required=True, default="other"),
        field("note", _("Note"), Kind.TEXT, max_length=500),
    ),
)


def ends_after_start(case: Case) -> list[Problem]:
    """Demand that an absence ends after it begins."""
    if case.get("starts_at") and case.get("ends_at") and case.get("ends_at") <= case.get("starts_at"):
        return [Problem(_("The end must be after the start."), field="ends_at")]
    return []


def person_of_resource(case: Case) -> dict[str, Any]:
    """Carry the person of the resource, so that whatever the person is booked on is seen."""
    return {"person": case.one("resource").get("person")}


_GRANTS = (
    *grants(TEAM, rows=RESOURCE_HERE, read=("time",)),
    *grants(TEAM, rows=RESOURCE_MINE, read=("*",)),
    Grant(role="planner", rows=RESOURCE_HERE, write=("time", "reason"), create=True, delete=True, verbs=("to_move",)),
    Grant(role="manager", rows=RESOURCE_WITHIN, write=("time", "reason"), create=True, delete=True, verbs=("to_move",)),
    Grant(role="tenant_admin", write=("*",), create=True, delete=True, verbs=("to_move",)),
)


async def to_move(ctx: CommandContext) -> None:
    """Answer with the bookings that the absence meets: ids with their car and time, first one first."""
    absence = ctx.case
    span = Range(None, absence.get("ends_at"))
    found = {}
    for key in ("resource", "person"):
        if absence.get(key) is not None:
            for booking in await ctx.find(
                RESOURCE_BOOKINGS, limit=_MOST, status=sorted(AHEAD), starts_at=span, **{key: absence.get(key)}
            ):
                found[booking.id] = booking.row
    meeting = [b for b in found.values() if b["ends_at"] > absence.get("starts_at")]
    ctx.found = [
        {
            "id": str(b["id"]),
            "car": str(b["car"]),
            "starts_at": b["starts_at"].isoformat(),
            "ends_at": b["ends_at"].isoformat(),
        }
        for b in sorted(meeting, key=lambda b: b["starts_at"])
    ]


ABSENCES = Collection(
    name="absences",
    label=_("Absence"),
    plural=_("Absences"),
    groups=(_TIME, _REASON),
    access=Access(
        systems=SYSTEMS,
        grants=_GRANTS,
        delete_why=_("An absence that came to nothing is taken away."),
    ),
    views=Views(
        columns=("resource", "starts_at", "ends_at", "kind", "note"),
        title=("resource", "starts_at"),
        sort=("-starts_at",),
        filters=("resource", "kind"),
        icon="beach",
    ),
    verbs=(Verb(name="to_move", label=_("Bookings to move"), run=to_move, icon="list"),),
    rules=(ends_after_start,),
    fill=(person_of_resource,),
    related=(One("resource", "resource", RESOURCES, hold=False),),
    indexes=(("resource", "starts_at"), ("person", "starts_at")),
)
