"""The stages of a car, in order, and the sets of them that rules speak about."""

from directapp.declare.workflow import State
from directapp.kernel.text import Text


def _state(code: str, nb: str, en: str, phase: str, *, locked: bool = False) -> State:
    return State(code=code, label=Text(nb, en), phase=phase, locked=locked)


STATES: tuple[State, ...] = (
    _state("draft", "Kladd", "Draft", "order"),
    _state("registered", "Registrert", "Registered", "order"),
    _state("appraised", "Vurdert", "Appraised", "order"),
    _state("in_transit", "Underveis", "In transit", "moving"),
    _state("at_prep_center", "Ankommet klargjøring", "At prep centre", "moving"),
    _state("inspection", "Mottakskontroll", "Inspection", "inspection"),
    _state("inspection_failed", "Avvik i mottak", "Inspection failed", "failed"),
    _state("waiting_parts", "Venter på deler", "Waiting for parts", "waiting"),
    _state("ready_to_plan", "Klar for planlegging", "Ready to plan", "planning"),
    _state("planned", "Planlagt", "Planned", "planning"),
    _state("technical_prep", "Teknisk klargjøring", "Technical preparation", "technical"),
    _state("cosmetic_prep", "Kosmetisk klargjøring", "Cosmetic preparation", "cosmetic"),
    _state("quality_check", "Kvalitetskontroll", "Quality check", "quality"),
    _state("qc_failed", "Ikke godkjent", "Quality check failed", "failed"),
    _state("ready_for_delivery", "Klar for levering", "Ready for delivery", "ready"),
    _state("returned_to_dealership", "Levert selgerforhandler", "Returned to dealership", "ready"),
    _state("ready_for_sale", "Klar for salg", "Ready for sale", "ready"),
    _state("reserved", "Reservert", "Reserved", "commercial"),
    _state("sold", "Solgt", "Sold", "commercial"),
    _state("delivered", "Levert til kunde", "Delivered", "closed", locked=True),
    _state("archived", "Arkivert", "Archived", "closed", locked=True),
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
