"""The status that a car's facts alone lead to: for facts taken back, and for imports."""

from directapp.declare.case import Case
from directapp.domains.cars import facts
from directapp.domains.cars.fields import WORK, Cars


def replay(case: Case) -> str:
    """Return the status that the facts of the merged row lead to."""
    if case.get(Cars.delivered_to_customer_at) is not None:
        return "delivered"
    if _is_ready(case):
        return _after_ready(case)
    if case.get(Cars.inspection_approved) is True:
        return _in_preparation(case)
    if case.get(Cars.inspection_approved) is False:
        return "inspection_failed"
    return _before_decision(case)


def _is_ready(case: Case) -> bool:
    passed = case.get(Cars.quality_approved) is True or not facts.quality_is_checked(case)
    return case.get(Cars.inspection_approved) is True and passed and facts.all_done(case)


def _after_ready(case: Case) -> str:
    if facts.is_sold(case) and _sold_when_ready(case):
        return "sold"
    if case.get(Cars.reserved_at) is not None and not facts.is_sold(case):
        return "reserved"
    if case.was(Cars.status) == "reserved" and not facts.is_sold(case):
        return "ready_for_sale"
    if facts.is_for_sale(case):
        return "ready_for_sale"
    if facts.prepared_elsewhere(case) and case.get(Cars.delivered_to_dealership_at) is not None:
        return "returned_to_dealership"
    return "ready_for_delivery"


def _sold_when_ready(case: Case) -> bool:
    """Whether the sale came after the car was ready; one made earlier moves nothing."""
    if case.was(Cars.status) is not None:
        return bool(case.was(Cars.status) == "sold")
    ready = case.get(Cars.ready_for_delivery_at)
    sold = case.get(Cars.sold_at)
    return ready is not None and sold is not None and sold >= ready


def _in_preparation(case: Case) -> str:
    checked = facts.all_completed(case) and facts.needed(case)
    if checked and case.get(Cars.quality_approved) is False:
        return "qc_failed"
    begun = [kind for kind in facts.needed(case) if facts.started(case, kind)]
    if not begun and facts.parts_missing(case):
        return "waiting_parts"
    if facts.all_done(case):
        return "quality_check"
    if begun:
        return _at_work(case, begun)
    return "planned" if facts.all_planned(case) else "ready_to_plan"


def _at_work(case: Case, begun: list[str]) -> str:
    running = next((kind for kind in begun if facts.running(case, kind)), None)
    last = max(begun, key=lambda kind: case.get(WORK[kind].completed) or case.row[WORK[kind].started])
    return f"{running or last}_prep"


def _before_decision(case: Case) -> str:
    if case.get(Cars.inspection_started_at) is not None and facts.has_arrived(case):
        return "inspection"
    if facts.has_arrived(case):
        return "at_prep_center"
    if case.get(Cars.sent_at) is not None:
        return "in_transit"
    if not facts.is_complete(case):
        return "draft"
    if facts.is_appraised(case):
        return "appraised"
    return "registered"
