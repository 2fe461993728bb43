"""Absences: when somebody or something is away, and what then has to be moved."""

from directapp.declare.access import Access, Grant, grants
from directapp.declare.case import Case, One, Range
from directapp.declare.collection import Collection, Views
from directapp.declare.fields import Group, choices, field
from directapp.declare.kinds import Kind
from directapp.declare.names import Values
from directapp.declare.verbs import Verb
from directapp.domains.people.fields import USERS
from directapp.domains.planning.booking_fields import AHEAD
from directapp.domains.planning.fields import RESOURCE_BOOKINGS, RESOURCES, Absences, ResourceBookings, Resources
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
        field(
            Absences.person, _("Person"), Kind.REF, ref=USERS, on_delete="cascade", computed=True, personal="employee"
        ),
        field(Absences.starts_at, _("From"), Kind.INSTANT, required=True),
        field(Absences.ends_at, _("To"), Kind.INSTANT, required=True),
    ),
)
# Why somebody is away may be a matter of health.
_REASON = Group(
    "reason",
    _("Reason"),
    (
        field(Absences.kind, _("Kind"), Kind.CHOICE, choices=KINDS, required=True, default="other"),
        field(Absences.note, _("Note"), Kind.TEXT, max_length=500, personal="employee"),
    ),
)


def ends_after_start(case: Case) -> list[Problem]:
    """Demand that an absence ends after it begins."""
    start, end = case.get(Absences.starts_at), case.get(Absences.ends_at)
    if start and end and end <= start:
        return [Problem(_("The end must be after the start."), field=Absences.ends_at)]
    return []


def person_of_resource(case: Case) -> Values:
    """Carry the person of the resource, so that whatever the person is booked on is seen."""
    return {Absences.person: case.one("resource").get(Resources.person)}


_GRANTS = (
    *grants(TEAM, rows=RESOURCE_HERE, read=("time",)),
    *grants(TEAM, rows=RESOURCE_MINE, read=("*",)),
    Grant(role="planner", rows=RESOURCE_HERE, write=("time", "reason"), create=True, delete=True, verbs=("to_move",)),
    Grant(role="manager", rows=RESOURCE_WITHIN, write=("time", "reason"), create=True, delete=True, verbs=("to_move",)),
    Grant(role="tenant_admin", write=("*",), create=True, delete=True, verbs=("to_move",)),
)


async def to_move(ctx: CommandContext) -> None:
    """Answer with the bookings that the absence meets: ids with their car and time, first one first."""
    absence = ctx.case.row
    start, end = absence[Absences.starts_at], absence[Absences.ends_at]
    found = {}
    for key, whose in (
        (ResourceBookings.resource, absence.get(Absences.resource)),
        (ResourceBookings.person, absence.get(Absences.person)),
    ):
        if whose is not None:
            for booking in await ctx.find(
                RESOURCE_BOOKINGS,
                {ResourceBookings.status: sorted(AHEAD), ResourceBookings.starts_at: Range(None, end), key: whose},
                limit=_MOST,
            ):
                found[booking.id] = booking.row
    meeting = [b for b in found.values() if b[ResourceBookings.ends_at] > start]
    ctx.found = [
        {
            "id": str(b[ResourceBookings.id]),
            "car": str(b[ResourceBookings.car]),
            "starts_at": b[ResourceBookings.starts_at].isoformat(),
            "ends_at": b[ResourceBookings.ends_at].isoformat(),
        }
        for b in sorted(meeting, key=lambda b: b[ResourceBookings.starts_at])
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
        columns=(Absences.resource, Absences.starts_at, Absences.ends_at, Absences.kind, Absences.note),
        title=(Absences.resource, Absences.starts_at),
        sort=("-starts_at",),
        filters=(Absences.resource, Absences.kind),
        icon="beach",
    ),
    verbs=(Verb(name="to_move", label=_("Bookings to move"), run=to_move, icon="list"),),
    rules=(ends_after_start,),
    fill=(person_of_resource,),
    related=(One("resource", Absences.resource, RESOURCES, hold=False),),
    indexes=(("resource", "starts_at"), ("person", "starts_at")),
)
