"""The course of a booking: booked, confirmed, in progress, completed; or cancelled, or nobody came."""

from datetime import datetime

from directapp.declare.case import Case
from directapp.declare.events import Event
from directapp.declare.names import FieldName
from directapp.declare.workflow import Fact, Step, Workflow
from directapp.domains.planning import events
from directapp.domains.planning.booking_fields import HOLDING, STATES
from directapp.domains.planning.fields import ResourceBookings
from directapp.kernel.text import _

_OVER = _("The booking is {state}.")
_NOT_STARTED = _("The booking is {state}. The work is completed when it has started.")


def status_from_facts(case: Case) -> str:
    """Return the status that the facts alone say."""
    for fact, status in (
        (ResourceBookings.cancelled_at, "cancelled"),
        (ResourceBookings.no_show_at, "no_show"),
        (ResourceBookings.completed_at, "completed"),
        (ResourceBookings.started_at, "in_progress"),
        (ResourceBookings.confirmed_at, "confirmed"),
    ):
        if case.get(fact) is not None:
            return status
    return "scheduled"


def _step(fact: FieldName[datetime], to: str, *origins: str, event: Event) -> Step:
    return Step(origins=origins, to=to, when=lambda case: case.get(fact) is not None, fact=fact, event=event)


def is_booked(case: Case) -> bool:
    """Whether a time is taken that was not: a new booking, or one whose cancellation is undone."""
    return case.before is None or (
        case.get(ResourceBookings.status) in HOLDING and case.before.get(ResourceBookings.status) not in HOLDING
    )


def is_moved(case: Case) -> bool:
    """Whether a booking that still holds its time begins, ends or is done somewhere else, or by somebody else."""
    moved = case.before is not None and case.changed(
        ResourceBookings.starts_at, ResourceBookings.ends_at, ResourceBookings.resource, ResourceBookings.person
    )
    return moved and case.get(ResourceBookings.status) in HOLDING


_AHEAD = ("scheduled", "confirmed")

WORKFLOW = Workflow(
    states=STATES,
    initial="scheduled",
    entries=("scheduled",),
    words=(
        ("confirmed", ResourceBookings.confirmed_at),
        ("in_progress", ResourceBookings.started_at),
        ("completed", ResourceBookings.completed_at),
    ),
    replay=status_from_facts,
    steps=(
        _step(ResourceBookings.cancelled_at, "cancelled", *_AHEAD, "in_progress", event=events.CANCELLED),
        _step(ResourceBookings.no_show_at, "no_show", *_AHEAD, event=events.NO_SHOW),
        _step(ResourceBookings.confirmed_at, "confirmed", "scheduled", event=events.CONFIRMED),
        _step(ResourceBookings.started_at, "in_progress", *_AHEAD, event=events.STARTED),
        _step(ResourceBookings.completed_at, "completed", "in_progress", event=events.COMPLETED),
    ),
    facts=(
        Fact(
            field=ResourceBookings.confirmed_at,
            states=(*_AHEAD, "in_progress", "completed"),
            clears=("confirmed",),
            refusal=_OVER,
        ),
        Fact(
            field=ResourceBookings.started_at,
            states=("in_progress", "completed"),
            clears=("in_progress",),
            refusal=_OVER,
        ),
        Fact(field=ResourceBookings.completed_at, states=("completed",), clears=("completed",), refusal=_NOT_STARTED),
        Fact(field=ResourceBookings.cancelled_at, states=("cancelled",), refusal=_OVER),
        Fact(field=ResourceBookings.no_show_at, states=("no_show",), refusal=_OVER),
    ),
)
