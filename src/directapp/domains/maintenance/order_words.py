"""The states of work orders and of the parts they use, and the choices that their fields offer."""

from directapp.declare.fields import choices
from directapp.declare.workflow import Hue, Phase, State, Step, state
from directapp.domains.maintenance import events
from directapp.kernel.text import Text, _, pgettext


def _aside(code: str, label: Text, hue: Hue, *, locked: bool = False) -> State:
    """Return a state that is shown only while an order stands there."""
    return State(code=code, label=label, phase=Phase(code=code, label=label, hue=hue, aside=True), locked=locked)


KINDS = choices(
    ("corrective", pgettext("work order", "Repair")),
    ("preventive", pgettext("work order", "Maintenance")),
    ("inspection", pgettext("work order", "Inspection")),
    ("recall", pgettext("work order", "Recall")),
    ("warranty", pgettext("work order", "Warranty")),
    ("tyres", pgettext("work order", "Tyres")),
)
PRIORITIES = choices(
    ("low", pgettext("work order", "Low")),
    ("medium", pgettext("work order", "Medium")),
    ("high", pgettext("work order", "High")),
    ("critical", pgettext("work order", "Critical")),
    tones={"critical": "late", "high": "soon"},
)
HOLDS = choices(
    ("parts", pgettext("waits for", "Parts")),
    ("vendor", pgettext("waits for", "Vendor")),
    ("customer", pgettext("waits for", "Customer")),
)
STATES = (
    state("draft", _("Draft"), "steel"),
    state("open", pgettext("work order", "Open"), "blue"),
    _aside("awaiting_approval", pgettext("work order", "Awaits approval"), "amber"),
    state("approved", pgettext("work order", "Approved"), "teal"),
    state("scheduled", pgettext("work order", "Scheduled"), "indigo"),
    state("in_progress", pgettext("work order", "In progress"), "violet"),
    _aside("on_hold", pgettext("work order", "On hold"), "orange"),
    state("completed", pgettext("work order", "Completed"), "green"),
    state("closed", pgettext("work order", "Closed"), "grey", locked=True),
    _aside("cancelled", pgettext("work order", "Cancelled"), "grey", locked=True),
)
# What lines are added to.
BEFORE_DONE = ("draft", "open", "awaiting_approval", "approved", "scheduled", "in_progress", "on_hold")
# States in which a technician's time is taken.
TAKING = ("scheduled", "in_progress", "on_hold")
_MOVES = (
    ("draft", "open", None),
    ("open", "awaiting_approval", events.ORDER_SUBMITTED),
    ("open", "approved", events.ORDER_APPROVED),
    ("awaiting_approval", "approved", events.ORDER_APPROVED),
    ("awaiting_approval", "open", events.ORDER_REJECTED),
    ("approved", "scheduled", events.ORDER_ASSIGNED),
    ("approved", "in_progress", None),
    ("scheduled", "in_progress", None),
    ("in_progress", "on_hold", None),
    ("on_hold", "in_progress", None),
    ("in_progress", "awaiting_approval", events.ORDER_SUBMITTED),
    ("on_hold", "awaiting_approval", events.ORDER_SUBMITTED),
    ("in_progress", "completed", events.ORDER_COMPLETED),
    ("completed", "in_progress", events.ORDER_REOPENED),
    ("completed", "closed", None),
    *((origin, "cancelled", events.ORDER_CANCELLED) for origin in BEFORE_DONE),
)
STEPS = tuple(Step(origins=(origin,), to=to, event=event) for origin, to, event in _MOVES)

PART_STATES = (
    state("reserved", pgettext("parts", "Reserved"), "amber"),
    state("issued", pgettext("parts", "Issued"), "green"),
    state("returned", pgettext("parts", "Returned"), "grey", locked=True),
)
PART_STEPS = (
    Step(origins=("reserved",), to="issued"),
    Step(origins=("reserved", "issued"), to="returned"),
)
MOVES = choices(
    ("reserve", pgettext("stock move", "Reserved")),
    ("issue", pgettext("stock move", "Issued")),
    ("return", pgettext("stock move", "Returned")),
)
