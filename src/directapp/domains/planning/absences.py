"""Absences: when somebody or something is away, and what then has to be moved."""

from directapp.declare.access import Access
from directapp.declare.case import Span
from directapp.declare.collection import Collection, Views
from directapp.declare.verbs import Verb
from directapp.domains.planning.booking_fields import AHEAD
from directapp.domains.planning.resources import (
    ABSENCE,
    ABSENCE_DELETED,
    ABSENCE_GRANTS,
    ABSENCE_RELATED,
    REASON,
    absence_ends,
    absent_person,
)
from directapp.domains.planning.rights import SYSTEMS
from directapp.kernel.text import Text
from directapp.services.act import Act

_MOST = 200


async def to_move(act: Act) -> None:
    """Answer with the bookings that the absence meets: ids with their car and time, first one first."""
    absence = act.case
    span = Span(None, absence.get("ends_at"))
    found = {}
    for key in ("resource", "person"):
        if absence.get(key) is not None:
            for booking in await act.find(
                "resource_bookings", limit=_MOST, status=sorted(AHEAD), starts_at=span, **{key: absence.get(key)}
            ):
                found[booking.id] = booking.row
    meeting = [b for b in found.values() if b["ends_at"] > absence.get("starts_at")]
    act.found = [
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
    label=Text("Fravær", "Absence"),
    plural=Text("Fravær", "Absences"),
    groups=(ABSENCE, REASON),
    access=Access(systems=SYSTEMS, grants=ABSENCE_GRANTS, delete_why=ABSENCE_DELETED),
    views=Views(
        columns=("resource", "starts_at", "ends_at", "kind", "note"),
        title=("resource", "starts_at"),
        sort=("-starts_at",),
        filters=("resource", "kind"),
        icon="beach",
    ),
    verbs=(Verb(name="to_move", label=Text("Bookinger å flytte", "Bookings to move"), run=to_move, icon="list"),),
    rules=(absence_ends,),
    fill=(absent_person,),
    related=ABSENCE_RELATED,
    indexes=(("resource", "starts_at"), ("person", "starts_at")),
)
