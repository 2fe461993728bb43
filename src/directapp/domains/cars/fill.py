"""What the system writes on a car by itself: computed fields, and writable ones that follow from a fact.

Each runs before and after the workflow's walk and gives the same answer twice.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from directapp.declare.case import Case
from directapp.domains.cars import defaults, facts
from directapp.domains.cars.states import FROM_READY, reached

_WORKERS = {"technical": ("mechanic", "assigned_mechanic"), "cosmetic": ("detailer", "assigned_detailer")}
_PROGRESS = ("ordered", "in_transit", "arrived", "installed")


def ownership(case: Case) -> Mapping[str, Any]:
    """Keep the first owner, and let the owner's prep centre prepare the car where none was chosen."""
    owner = case.get("dealership")
    values: dict[str, Any] = {}
    if owner is None:
        return values
    if case.get("original_dealership") is None:
        values["original_dealership"] = owner
    if case.get("prep_center") is None:
        site = case.one("owner_site")
        values["prep_center"] = owner if site.get("does_own_prep") else site.get("prep_center")
    return values


def whereabouts(case: Case) -> Mapping[str, Any]:
    """Move the car's place with its arrivals, unless the writer says where it stands."""
    if "current_location" in case.patch:
        return {}
    if case.changed("delivered_to_customer_at") and case.get("delivered_to_customer_at") is not None:
        return {"current_location": None}
    places = {
        "arrived_prep_center_at": "prep_center",
        "arrived_dealership_at": "dealership",
        "delivered_to_dealership_at": "dealership",
    }
    newest = [place for fact, place in places.items() if case.changed(fact) and case.get(fact) is not None]
    return {"current_location": case.get(newest[-1])} if newest and case.get(newest[-1]) else {}


def estimates(case: Case) -> Mapping[str, Any]:
    """Fill empty estimates, and let untouched ones follow the car's type."""
    values: dict[str, Any] = {}
    for kind in facts.KINDS:
        name = f"estimated_{kind}_hours"
        untouched = case.get(name) == defaults.hours_for(case.was("car_type")) and name not in case.patch
        if case.get(name) is None or (case.before is not None and case.changed("car_type") and untouched):
            values[name] = defaults.hours_for(case.get("car_type"))
    return values


def own_identity(case: Case) -> Mapping[str, Any]:
    """Hold a car's plate and order number to be its own again, once either is written anew."""
    written = case.before is None or case.changed("license_plate") or case.changed("order_number")
    return {"shared_identity": False} if written and case.get("shared_identity") else {}


def customer_kind(case: Case) -> Mapping[str, Any]:
    """Call a customer with an organisation number a company."""
    is_company = case.get("customer_org_number") is not None and case.get("customer_kind") is None
    return {"customer_kind": "company"} if is_company else {}


def inspection_time(case: Case) -> Mapping[str, Any]:
    """Complete a decided inspection, now if nobody says when."""
    decided = case.get("inspection_approved") is not None and case.changed("inspection_approved")
    if not decided or case.get("inspection_completed_at") or not reached(case.get("status"), "inspection_failed"):
        return {}
    return {"inspection_completed_at": case.now}


def done_by(case: Case) -> Mapping[str, Any]:
    """Name who did completed work: the one who says so, else the one it was assigned to."""
    values: dict[str, Any] = {}
    for kind, (role, assigned) in _WORKERS.items():
        name, done = f"{kind}_completed_by", f"{kind}_completed_at"
        if case.get(done) is None:
            if case.get(name) is not None:
                values[name] = None
        elif case.get(name) is None and case.changed(done):
            mine = role in case.actor.roles
            values[name] = case.actor.user if mine else case.get(assigned)
    return values


def rework(case: Case) -> Mapping[str, Any]:
    """Open work that was sent back when it starts again; what is left to start stays in ``rework``."""
    if case.get("quality_approved") is True:
        return {"rework": None} if case.get("rework") is not None else {}
    taken_back = "quality_approved" in case.patch and case.get("quality_approved") is None
    if taken_back and case.was("quality_approved") is False:
        return {"rework": None, "quality_checked_at": None}
    again = [kind for kind in facts.KINDS if facts.restarted(case, kind)]
    if not again:
        return {}
    left = [k for k in facts.KINDS if facts.sent_back(case.was("rework"), k) and k not in again]
    values: dict[str, Any] = {"quality_approved": None, "quality_checked_at": None, "rework": next(iter(left), None)}
    for kind in again:
        if f"{kind}_completed_at" not in case.patch:
            values |= {f"{kind}_completed_at": None, f"{kind}_completed_by": None}
    return values


def quality_time(case: Case) -> Mapping[str, Any]:
    """Time a judged quality check, now if nobody says when."""
    judged = case.get("quality_approved") is not None and case.changed("quality_approved")
    if not judged or "quality_checked_at" in case.patch or not reached(case.get("status"), "qc_failed"):
        return {}
    return {"quality_checked_at": case.now}


def ready_time(case: Case) -> Mapping[str, Any]:
    """Note when the car became ready, and forget it when it no longer is."""
    was, now = case.was("status") in FROM_READY, case.get("status") in FROM_READY
    if now and not was and case.get("ready_for_delivery_at") is None:
        return {"ready_for_delivery_at": case.now}
    back = was and not reached(case.get("status"), "ready_for_delivery")
    return {"ready_for_delivery_at": None, "ready_for_pickup": False} if back else {}


def status_time(case: Case) -> Mapping[str, Any]:
    """Note when the status became what it is."""
    if "status_since" in case.patch or (case.before is not None and not case.changed("status")):
        return {}
    return {"status_since": case.now}


def parts_status(case: Case) -> Mapping[str, Any]:
    """Read how far the parts have come: that of the order furthest behind, else from the times."""
    live = {order.get("status") for order in case.many("parts")} & set(_PROGRESS)
    if live:
        return {"parts_status": next(s for s in _PROGRESS if s in live)}
    ordered = any(case.get(f"parts_ordered_{side}_at") is not None for side in facts.SIDES)
    arrived = any(case.get(f"parts_arrived_{side}_at") is not None for side in facts.SIDES)
    if facts.parts_missing(case):
        return {"parts_status": "ordered"}
    return {"parts_status": "arrived" if ordered or arrived else "none"}


def margin(case: Case) -> Mapping[str, Any]:
    """Compute the margin when both prices are known."""
    sale, purchase = case.get("sale_price"), case.get("purchase_price")
    if sale is None or purchase is None:
        return {"margin": None}
    return {"margin": sale - purchase - (case.get("prep_cost") or Decimal(0))}


FILL = (
    ownership,
    whereabouts,
    estimates,
    customer_kind,
    own_identity,
    rework,
    inspection_time,
    done_by,
    quality_time,
    ready_time,
    status_time,
    parts_status,
    margin,
)
