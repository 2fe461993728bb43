"""Why a car is late, by cause: SQL over its own row, so that it is read, filtered and counted by the same words.

``{row}`` is the row's alias. The first cause that holds is the one: what has to be put right before all else.
"""

from directapp.declare.fields import choices
from directapp.domains.cars.sla import SLA_STATUS
from directapp.domains.cars.states import BEFORE_ARRIVAL, CLOSED
from directapp.kernel.text import pgettext

LATE_CAUSES = choices(
    ("rework", pgettext("why a car is late", "Deviation or rework")),
    ("parts", pgettext("why a car is late", "Parts")),
    ("transport", pgettext("why a car is late", "Transport")),
    ("customer", pgettext("why a car is late", "Waiting for the customer")),
    ("capacity", pgettext("why a car is late", "Capacity")),
    ("unknown", pgettext("why a car is late", "Unknown")),
)


def _of(codes: tuple[str, ...]) -> str:
    return "{row}.status IN (" + ", ".join(f"'{code}'" for code in codes) + ")"


_READY = "{row}.ready_for_delivery_at IS NOT NULL"
# Work that is planned to begin on the promised day or later had no room before.
_PLANNED_LATE = (
    "(greatest({row}.scheduled_technical_start, {row}.scheduled_cosmetic_start) AT TIME ZONE 'Europe/Oslo')::date"
    " >= {row}.delivery_date"
)
_CAUSE = (
    f"CASE WHEN {_of(('inspection_failed', 'qc_failed'))} OR {{row}}.rework IS NOT NULL THEN 'rework'"
    f" WHEN {_of(('waiting_parts',))} OR (NOT {_READY} AND {{row}}.parts_status IN ('ordered', 'in_transit'))"
    " THEN 'parts'"
    # A car that nobody has ordered yet is not on its way.
    f" WHEN {_of(tuple(code for code in BEFORE_ARRIVAL if code != 'draft'))}"
    " OR ({row}.status = 'ready_for_delivery' AND {row}.prep_center <> {row}.dealership) THEN 'transport'"
    f" WHEN {_READY} THEN 'customer'"
    f" WHEN {_of(('at_prep_center', 'ready_to_plan', 'planned'))} OR {_PLANNED_LATE} THEN 'capacity'"
    " ELSE 'unknown' END"
)
LATE_CAUSE = f"CASE WHEN NOT {_of(CLOSED)} AND ({SLA_STATUS}) IN ('delayed', 'at_risk') THEN {_CAUSE} END"
