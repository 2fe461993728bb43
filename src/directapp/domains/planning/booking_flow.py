"""The course of a booking: booked, confirmed, in progress, completed; or cancelled, or nobody came."""

from directapp.declare.case import Case
from directapp.declare.events import Event
from directapp.declare.workflow import Fact, Step, Workflow
from directapp.domains.planning import events
from directapp.domains.planning.booking_fields import HOLDING, STATES
from directapp.kernel.text import _

_OVER = _("The booking is {state}.")
_NOT_STARTED = _("The booking is {state}. The work is completed when it has started.")


def status_from_facts(case: Case) -> str:
    """Return the status that the facts alone say."""
    for fact, status in (
        ("cancelled_at", "cancelled"),
        ("no_show_at", "no_show"),
        ("completed_at", "completed"),
        ("started_at", "in_progress"),
        ("confirmed_at", "confirmed"),
    ):
        if case.get(fact) is not None:
            return status
    return "scheduled"


def _step(fact: str, to: str, *origins: str, event: Event) -> Step:
    return Step(origins=origins, to=to, when=lambda case: case.get(fact) is not None, fact=fact, event=event)


def is_booked(case: Case) -> bool:
    """Whether a time is taken that was not: a new booking, or one whose cancellation is undone."""
    return case.before is None or (case.get("status") in HOLDING and case.before.get("status") not in HOLDING)


def is_moved(case: Case) -> bool:
    """Whether a booking that still holds its time begins, ends or is done somewhere else, or by somebody else."""
    moved = case.before is not None and case.changed("starts_at", "ends_at", "resource", "person")
    return moved and case.get("status") in HOLDING


_AHEAD = ("scheduled", "confirmed")

WORKFLOW = Workflow(
    states=STATES,
    initial="scheduled",
    entries=("scheduled",),
    words=(("confirmed", "confirmed_at"), ("in_progress", "started_at"), ("completed", "completed_at")),
    replay=status_from_facts,
    steps=(
        _step("cancelled_at", "cancelled", *_AHEAD, "in_progress", event=events.CANCELLED),
        _step("no_show_at", "no_show", *_AHEAD, event=events.NO_SHOW),
        _step("confirmed_at", "confirmed", "scheduled", event=events.CONFIRMED),
        _step("started_at", "in_progress", *_AHEAD, event=events.STARTED),
        _step("completed_at", "completed", "in_progress", event=events.COMPLETED),
    ),
    facts=(
        Fact(field="confirmed_at", states=(*_AHEAD, "in_progress", "completed"), clears=("confirmed",), refusal=_OVER),
        Fact(
            field="started_at",
            states=("in_progress", "completed"),
            clears=("in_progress",),
            refusal=_OVER,
        ),
        Fact(field="completed_at", states=("completed",), clears=("completed",), refusal=_NOT_STARTED),
        Fact(field="cancelled_at", states=("cancelled",), refusal=_OVER),
        Fact(field="no_show_at", states=("no_show",), refusal=_OVER),
    ),
)
