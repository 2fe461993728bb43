"""The status that a car's facts alone lead to: for facts taken back, and for imports."""

from directapp.declare.case import Case
from directapp.domains.cars import facts


def replay(case: Case) -> str:
    """Return the status that the facts of the merged row lead to."""
    if case.get("delivered_to_customer_at") is not None:
        return "delivered"
    if _is_ready(case):
        return _after_ready(case)
    if case.get("inspection_approved") is True:
        return _in_preparation(case)
    if case.get("inspection_approved") is False:
        return "inspection_failed"
    return _before_decision(case)


def _is_ready(case: Case) -> bool:
    passed = case.get("quality_approved") is True or not facts.quality_is_checked(case)
    return case.get("inspection_approved") is True and passed and facts.all_done(case)


def _after_ready(case: Case) -> str:
    if facts.is_sold(case) and _sold_when_ready(case):
        return "sold"
    if case.get("reserved_at") is not None and not facts.is_sold(case):
        return "reserved"
    if case.was("status") == "reserved" and not facts.is_sold(case):
        return "ready_for_sale"
    if facts.is_for_sale(case):
        return "ready_for_sale"
    if facts.prepared_elsewhere(case) and case.get("delivered_to_dealership_at") is not None:
        return "returned_to_dealership"
    return "ready_for_delivery"


def _sold_when_ready(case: Case) -> bool:
    """Whether the sale came after the car was ready; one made earlier moves nothing."""
    if case.was("status") is not None:
        return bool(case.was("status") == "sold")
    ready = case.get("ready_for_delivery_at")
    sold = case.get("sold_at")
    return bool(ready is not None and sold >= ready)


def _in_preparation(case: Case) -> str:
    checked = facts.all_completed(case) and facts.needed(case)
    if checked and case.get("quality_approved") is False:
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
    last = max(begun, key=lambda kind: case.get(f"{kind}_completed_at") or case.get(f"{kind}_started_at"))
    return f"{running or last}_prep"


def _before_decision(case: Case) -> str:
    if case.get("inspection_started_at") is not None and facts.has_arrived(case):
        return "inspection"
    if facts.has_arrived(case):
        return "at_prep_center"
    if case.get("sent_at") is not None:
        return "in_transit"
    if not facts.is_complete(case):
        return "draft"
    if facts.is_used(case) and case.get("appraisal_price") is not None:
        return "appraised"
    return "registered"
