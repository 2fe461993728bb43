"""The stages of a car, in order, and the sets of them that rules speak about."""

from directapp.declare.workflow import Hue, Phase, State
from directapp.kernel.text import Text, _, pgettext

_DAY = 24.0


def _phase(code: str, label: Text, hue: Hue, hours: float | None = None, **more: str | bool) -> Phase:
    return Phase(code=code, label=label, hue=hue, hours=hours, **more)  # type: ignore[arg-type]


ORDER = _phase("order", pgettext("purchase", "Order"), "steel", 30 * _DAY)
MOVING = _phase("moving", _("Arrival"), "blue", 2 * _DAY)
INSPECTION = _phase("inspection", pgettext("phase", "Inspection"), "amber", _DAY, done="inspection_completed_at")
FAILED = _phase("failed", _("Deviation"), "red", _DAY, aside=True)
WAITING = _phase("waiting", _("Waiting"), "orange", 5 * _DAY, aside=True)
PLANNING = _phase("planning", _("Planning"), "indigo", 2 * _DAY)
TECHNICAL = _phase("technical", _("Technical"), "violet", _DAY, needed="needs_technical", done="technical_completed_at")
COSMETIC = _phase("cosmetic", _("Cosmetic"), "pink", _DAY, needed="needs_cosmetic", done="cosmetic_completed_at")
QUALITY = _phase("quality", _("Quality"), "olive", 8)
READY = _phase("ready", _("Ready"), "green", 5 * _DAY)
SALE = _phase("commercial", _("Sale"), "teal", 7 * _DAY)
CLOSED_PHASE = _phase("closed", _("Delivered"), "grey")


def _state(code: str, label: Text, phase: Phase, *also: str, locked: bool = False) -> State:
    return State(code=code, label=label, phase=phase, locked=locked, also=also)


STATES: tuple[State, ...] = (
    _state("draft", _("Draft"), ORDER),
    _state("registered", _("Registered"), ORDER),
    _state("appraised", _("Appraised"), ORDER),
    _state("in_transit", _("In transit"), MOVING, "på vei", "on the way", "under transport"),
    _state("at_prep_center", _("At prep centre"), MOVING, "kommet til klargjøring"),
    _state("inspection", _("Inspection"), INSPECTION, "mottak", "inspeksjon"),
    _state("inspection_failed", _("Inspection failed"), FAILED, "mottak ikke godkjent", "failed inspection", "avvik"),
    _state(
        "waiting_parts",
        _("Waiting for parts"),
        WAITING,
        "mangler deler",
        "venter deler",
        "awaiting parts",
        "missing parts",
    ),
    _state("ready_to_plan", _("Ready to plan"), PLANNING, "kan planlegges", "ready for planning", "uplanlagt"),
    _state("planned", _("Planned"), PLANNING),
    _state(
        "technical_prep",
        _("Technical preparation"),
        TECHNICAL,
        "technical prep",
    ),
    _state(
        "cosmetic_prep",
        _("Cosmetic preparation"),
        COSMETIC,
        "cosmetic prep",
    ),
    _state("quality_check", _("Quality check"), QUALITY, "kvalitetssjekk", "quality control"),
    _state(
        "qc_failed",
        pgettext("status", "Quality check failed"),
        FAILED,
        "ikke godkjent kvalitet",
        "failed quality",
        "strøket i kvalitet",
    ),
    _state(
        "ready_for_delivery",
        _("Ready for delivery"),
        READY,
        "leveringsklar",
        "klar til levering",
        "ferdig klargjort",
        "ready to deliver",
        "ferdig",
    ),
    _state("returned_to_dealership", _("Returned to the selling site"), READY),
    _state("ready_for_sale", _("Ready for sale"), READY, "salgsklar", "til salgs", "for sale", "klar til salg"),
    _state("reserved", _("Reserved"), SALE),
    _state("sold", _("Sold"), SALE),
    _state(
        "delivered",
        pgettext("to the customer", "Delivered"),
        CLOSED_PHASE,
        "levert",
        "delivered",
        "utlevert",
        "delivered to customer",
        locked=True,
    ),
    _state("archived", _("Archived"), CLOSED_PHASE, "arkiverte", locked=True),
)

CODES: tuple[str, ...] = tuple(s.code for s in STATES)
CLOSED = ("delivered", "archived")
OPEN = tuple(c for c in CODES if c not in CLOSED)
BEFORE_ARRIVAL = ("draft", "registered", "appraised", "in_transit")
IN_PREP = ("planned", "technical_prep", "cosmetic_prep")
IN_WORK = (*IN_PREP, "qc_failed")
FROM_READY = ("ready_for_delivery", "returned_to_dealership", "ready_for_sale", "reserved", "sold")


def until(last: str) -> tuple[str, ...]:
    """Return the states from the first up to and including one."""
    return CODES[: CODES.index(last) + 1]


def reached(status: object, code: str) -> bool:
    """Whether a status stands at or after a state in the order of the flow."""
    return status in CODES and CODES.index(str(status)) >= CODES.index(code)
