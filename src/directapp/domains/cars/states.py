"""The stages of a car, in order, and the sets of them that rules speak about."""

from directapp.declare.workflow import Hue, Phase, State
from directapp.kernel.text import Text

_DAY = 24.0


def _phase(code: str, nb: str, en: str, hue: Hue, hours: float | None = None, **more: str | bool) -> Phase:
    return Phase(code=code, label=Text(nb, en), hue=hue, hours=hours, **more)  # type: ignore[arg-type]


ORDER = _phase("order", "Bestilling", "Order", "steel", 30 * _DAY)
MOVING = _phase("moving", "Ankomst", "Arrival", "blue", 2 * _DAY)
INSPECTION = _phase("inspection", "Mottak", "Inspection", "amber", _DAY, done="inspection_completed_at")
FAILED = _phase("failed", "Avvik", "Deviation", "red", _DAY, aside=True)
WAITING = _phase("waiting", "Venter", "Waiting", "orange", 5 * _DAY, aside=True)
PLANNING = _phase("planning", "Planlegging", "Planning", "indigo", 2 * _DAY)
TECHNICAL = _phase(
    "technical", "Teknisk", "Technical", "violet", _DAY, needed="needs_technical", done="technical_completed_at"
)
COSMETIC = _phase(
    "cosmetic", "Kosmetisk", "Cosmetic", "pink", _DAY, needed="needs_cosmetic", done="cosmetic_completed_at"
)
QUALITY = _phase("quality", "Kvalitet", "Quality", "olive", 8)
READY = _phase("ready", "Klar", "Ready", "green", 5 * _DAY)
SALE = _phase("commercial", "Salg", "Sale", "teal", 7 * _DAY)
CLOSED_PHASE = _phase("closed", "Levert", "Delivered", "grey")


def _state(code: str, nb: str, en: str, phase: Phase, *, locked: bool = False) -> State:
    return State(code=code, label=Text(nb, en), phase=phase, locked=locked)


STATES: tuple[State, ...] = (
    _state("draft", "Kladd", "Draft", ORDER),
    _state("registered", "Registrert", "Registered", ORDER),
    _state("appraised", "Vurdert", "Appraised", ORDER),
    _state("in_transit", "Underveis", "In transit", MOVING),
    _state("at_prep_center", "Ankommet klargjøring", "At prep centre", MOVING),
    _state("inspection", "Mottakskontroll", "Inspection", INSPECTION),
    _state("inspection_failed", "Avvik i mottak", "Inspection failed", FAILED),
    _state("waiting_parts", "Venter på deler", "Waiting for parts", WAITING),
    _state("ready_to_plan", "Klar for planlegging", "Ready to plan", PLANNING),
    _state("planned", "Planlagt", "Planned", PLANNING),
    _state("technical_prep", "Teknisk klargjøring", "Technical preparation", TECHNICAL),
    _state("cosmetic_prep", "Kosmetisk klargjøring", "Cosmetic preparation", COSMETIC),
    _state("quality_check", "Kvalitetskontroll", "Quality check", QUALITY),
    _state("qc_failed", "Ikke godkjent", "Quality check failed", FAILED),
    _state("ready_for_delivery", "Klar for levering", "Ready for delivery", READY),
    _state("returned_to_dealership", "Levert selgerforhandler", "Returned to dealership", READY),
    _state("ready_for_sale", "Klar for salg", "Ready for sale", READY),
    _state("reserved", "Reservert", "Reserved", SALE),
    _state("sold", "Solgt", "Sold", SALE),
    _state("delivered", "Levert til kunde", "Delivered", CLOSED_PHASE, locked=True),
    _state("archived", "Arkivert", "Archived", CLOSED_PHASE, locked=True),
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
