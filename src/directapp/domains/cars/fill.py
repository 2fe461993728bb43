"""What the system writes on a car by itself: computed fields, and writable ones that follow from a fact.

Each runs before and after the workflow's walk and gives the same answer twice.
"""

from decimal import Decimal

from directapp.declare.case import Case
from directapp.declare.names import Patch, Values
from directapp.domains.cars import defaults, facts
from directapp.domains.cars.fields import PARTS, SUPPLY, WORK, Cars, PartsOrders, furthest_behind
from directapp.domains.cars.states import FROM_READY, reached
from directapp.domains.people.fields import Dealerships


def ownership(case: Case) -> Patch:
    """Keep the first owner, and let the owner's prep centre prepare the car where none was chosen."""
    owner = case.get(Cars.dealership)
    values: Values = {}
    if owner is None:
        return values
    if case.get(Cars.original_dealership) is None:
        values[Cars.original_dealership] = owner
    if case.get(Cars.prep_center) is None:
        site = case.one("owner_site")
        values[Cars.prep_center] = owner if site.get(Dealerships.does_own_prep) else site.get(Dealerships.prep_center)
    return values


def whereabouts(case: Case) -> Patch:
    """Move the car's place with its arrivals, unless the writer says where it stands."""
    if Cars.current_location in case.patch:
        return {}
    if case.changed(Cars.delivered_to_customer_at) and case.get(Cars.delivered_to_customer_at) is not None:
        return {Cars.current_location: None}
    places = {
        Cars.arrived_prep_center_at: Cars.prep_center,
        Cars.arrived_dealership_at: Cars.dealership,
        Cars.delivered_to_dealership_at: Cars.dealership,
    }
    newest = [place for fact, place in places.items() if case.changed(fact) and case.get(fact) is not None]
    place = case.get(newest[-1]) if newest else None
    return {} if place is None else {Cars.current_location: place}


def seen_again(case: Case) -> Patch:
    """Forget that a car was not in its place, or its mileage not read, once somebody says where it is or what it is."""
    said = {
        Cars.misplaced_at: (Cars.current_location, Cars.parking_spot, Cars.key_location),
        Cars.mileage_unread_at: (Cars.mileage_km,),
    }
    return {
        report: None
        for report, names in said.items()
        if report not in case.patch and case.get(report) is not None and any(case.changed(n) for n in names)
    }


def estimates(case: Case) -> Patch:
    """Fill empty estimates, and let untouched ones follow the car's type."""
    values: Values = {}
    for kind in facts.KINDS:
        name = WORK[kind].hours
        untouched = case.get(name) == defaults.hours_for(case.was(Cars.car_type)) and name not in case.patch
        if case.get(name) is None or (case.before is not None and case.changed(Cars.car_type) and untouched):
            values[name] = defaults.hours_for(case.get(Cars.car_type))
    return values


def own_identity(case: Case) -> Patch:
    """Hold a car's plate and order number to be its own again, once either is written anew."""
    written = case.before is None or case.changed(Cars.license_plate) or case.changed(Cars.order_number)
    return {Cars.shared_identity: False} if written and case.get(Cars.shared_identity) else {}


def customer_kind(case: Case) -> Patch:
    """Call a customer with an organisation number a company."""
    is_company = case.get(Cars.customer_org_number) is not None and case.get(Cars.customer_kind) is None
    return {Cars.customer_kind: "company"} if is_company else {}


def inspection_time(case: Case) -> Patch:
    """Complete a decided inspection, now if nobody says when."""
    decided = case.get(Cars.inspection_approved) is not None and case.changed(Cars.inspection_approved)
    completed = case.get(Cars.inspection_completed_at) is not None
    if not decided or completed or not reached(case.get(Cars.status), "inspection_failed"):
        return {}
    return {Cars.inspection_completed_at: case.now}


def done_by(case: Case) -> Patch:
    """Name who did completed work: the one who says so, else the one it was assigned to."""
    values: Values = {}
    for work in WORK.values():
        name, done = work.completed_by, work.completed
        if case.get(done) is None:
            if case.get(name) is not None:
                values[name] = None
        elif case.get(name) is None and case.changed(done):
            mine = work.role in case.actor.works_as
            values[name] = case.actor.user if mine else case.get(work.assigned)
    return values


def rework(case: Case) -> Patch:
    """Open work that was sent back when it starts again; what is left to start stays in ``rework``."""
    if case.get(Cars.quality_approved) is True:
        return {Cars.rework: None} if case.get(Cars.rework) is not None else {}
    taken_back = Cars.quality_approved in case.patch and case.get(Cars.quality_approved) is None
    if taken_back and case.was(Cars.quality_approved) is False:
        return {Cars.rework: None, Cars.quality_checked_at: None}
    again = [kind for kind in facts.KINDS if facts.restarted(case, kind)]
    if not again:
        return {}
    left = [k for k in facts.KINDS if facts.sent_back(case.was(Cars.rework), k) and k not in again]
    values: Values = {
        Cars.quality_approved: None,
        Cars.quality_checked_at: None,
        Cars.rework: next(iter(left), None),
    }
    for kind in again:
        if WORK[kind].completed not in case.patch:
            values |= {WORK[kind].completed: None, WORK[kind].completed_by: None}
    return values


def quality_time(case: Case) -> Patch:
    """Time a judged quality check, now if nobody says when."""
    judged = case.get(Cars.quality_approved) is not None and case.changed(Cars.quality_approved)
    if not judged or Cars.quality_checked_at in case.patch or not reached(case.get(Cars.status), "qc_failed"):
        return {}
    return {Cars.quality_checked_at: case.now}


def ready_time(case: Case) -> Patch:
    """Note when the car became ready, and forget it when it no longer is."""
    was, now = case.was(Cars.status) in FROM_READY, case.get(Cars.status) in FROM_READY
    if now and not was and case.get(Cars.ready_for_delivery_at) is None:
        return {Cars.ready_for_delivery_at: case.now}
    back = was and not reached(case.get(Cars.status), "ready_for_delivery")
    return {Cars.ready_for_delivery_at: None, Cars.ready_for_pickup: False} if back else {}


def status_time(case: Case) -> Patch:
    """Note when the status became what it is."""
    if Cars.status_since in case.patch or (case.before is not None and not case.changed(Cars.status)):
        return {}
    return {Cars.status_since: case.now}


def parts_status(case: Case) -> Patch:
    """Read how far the parts have come: that of the order furthest behind, and from the times of a side without any."""
    live = [order for order in case.many("parts") if order.get(PartsOrders.status) in SUPPLY]
    told = {order.get(PartsOrders.ordered_by_side) for order in live}
    by_time = [
        "arrived" if case.get(parts.arrived) is not None else "ordered"
        for side, parts in PARTS.items()
        if side not in told and (case.get(parts.ordered) or case.get(parts.arrived)) is not None
    ]
    return {Cars.parts_status: furthest_behind([*by_time, *(order.get(PartsOrders.status) for order in live)])}


def margin(case: Case) -> Patch:
    """Compute the margin when both prices are known."""
    sale, purchase = case.get(Cars.sale_price), case.get(Cars.purchase_price)
    if sale is None or purchase is None:
        return {Cars.margin: None}
    return {Cars.margin: sale - purchase - (case.get(Cars.prep_cost) or Decimal(0))}


FILL = (
    ownership,
    whereabouts,
    seen_again,
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
