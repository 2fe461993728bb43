"""What must hold on a car beside the workflow: pure functions of a Case, each naming its field."""

from directapp.declare.case import Case
from directapp.domains.cars import facts
from directapp.domains.cars.deciding import decided_by_checklist
from directapp.domains.cars.fields import PARTS, WORK, Cars, PartsOrders
from directapp.domains.cars.groups import GROUPS
from directapp.domains.cars.states import CODES, reached
from directapp.domains.people.fields import PREPARING, Dealerships
from directapp.kernel.errors import Problem
from directapp.kernel.text import _

_LABELS = {f.name: f.label for g in GROUPS for f in g.fields}
_REQUIRED = _("{label} is required on a registered car.")
_PLATE_OR_VIN = _("A registered used car needs a plate or a VIN.")
_VIN_NEEDED = _("The car needs a VIN once it has arrived at the prep centre.")
_OWNER_NEEDED = _("Only a draft may have no site.")
_BEFORE_START = _("{done} is before {started}.")
_NO_PREP_SITE = _("The site does not prepare cars. Choose a prep centre.")
_FOLLOWS_ORDERS = _("{label} follows from the parts orders. Change the order instead.")
_NO_STATUS = _("There is no status “{status}”.")
_TAKEN = _("Someone else has already taken the car.")


def goals_have_statuses(case: Case) -> list[Problem]:
    """Refuse the goals of a site for what is no status of a car, each by name."""
    goals = case.get(Dealerships.stage_goals) or {} if case.changed(Dealerships.stage_goals) else {}
    unknown = [code for code in goals if code not in CODES]
    return [Problem(_NO_STATUS.fill(status=code), field=Dealerships.stage_goals) for code in unknown]


def keeps_required(case: Case) -> list[Problem]:
    """From registered on, what registering needed is not emptied; a new type asks for its own."""
    if case.before is None or case.get(Cars.status) in {"draft", "archived"}:
        return []
    names = [n for n in facts.missing_to_register(case) if case.changed(n, Cars.car_type)]
    if names == [Cars.license_plate]:
        return [Problem(_PLATE_OR_VIN, field=Cars.license_plate)]
    return [Problem(_REQUIRED.fill(label=_LABELS[n]), field=n) for n in names]


def keeps_plate_or_vin(case: Case) -> list[Problem]:
    """Keep the VIN of a used car without plate: it is its only name."""
    lost = case.was(Cars.vin) is not None and not case.get(Cars.vin) and not case.get(Cars.license_plate)
    registered = reached(case.get(Cars.status), "registered") and case.get(Cars.status) != "archived"
    return [Problem(_PLATE_OR_VIN, field=Cars.vin)] if lost and registered and facts.is_used(case) else []


def keeps_vin(case: Case) -> list[Problem]:
    """From arrival at the prep centre on the VIN is not emptied."""
    lost = case.was(Cars.vin) is not None and not case.get(Cars.vin)
    return [Problem(_VIN_NEEDED, field=Cars.vin)] if lost and reached(case.get(Cars.status), "at_prep_center") else []


def has_owner(case: Case) -> list[Problem]:
    """Only a draft may wait without an owner."""
    ownerless = case.get(Cars.dealership) is None and case.get(Cars.status) not in {"draft", "archived"}
    return [Problem(_OWNER_NEEDED, field=Cars.dealership)] if ownerless else []


def ends_after_start(case: Case) -> list[Problem]:
    """Work and inspection do not end before they start."""
    pairs = [(Cars.inspection_started_at, Cars.inspection_completed_at)]
    pairs += [(work.started, work.completed) for work in WORK.values()]
    return [
        Problem(_BEFORE_START.fill(done=_LABELS[done], started=_LABELS[start]), field=done)
        for start, done in pairs
        if (begun := case.get(start)) and (ended := case.get(done)) and ended < begun and case.changed(start, done)
    ]


def prepared_by_a_prep_site(case: Case) -> list[Problem]:
    """Choose a prep centre that prepares cars."""
    site = case.one("prep_site")
    wrong = "prep_center" in case.patch and site.get(Dealerships.dealership_type, "sales_and_prep") not in PREPARING
    return [Problem(_NO_PREP_SITE, field=Cars.prep_center)] if wrong else []


def follows_orders(case: Case) -> list[Problem]:
    """Where parts orders exist, people change the orders and the times follow."""
    if case.actor.is_system:
        return []
    sides = {o.get(PartsOrders.ordered_by_side) for o in case.many("parts") if o.get(PartsOrders.status) != "cancelled"}
    names = [name for side, parts in PARTS.items() if side in sides for name in (parts.ordered, parts.arrived)]
    return [Problem(_FOLLOWS_ORDERS.fill(label=_LABELS[n]), field=n, code="CONFLICT") for n in names if case.changed(n)]


def takes_free_work(case: Case) -> list[Problem]:
    """Take from the queue only what nobody has: two people may ask at once."""
    if case.verb != "take_next":
        return []
    names = [work.assigned for work in WORK.values()]
    return [Problem(_TAKEN, field=n, code="CONFLICT") for n in names if case.was(n) is not None and case.changed(n)]


RULES = (
    keeps_required,
    keeps_plate_or_vin,
    keeps_vin,
    has_owner,
    ends_after_start,
    prepared_by_a_prep_site,
    follows_orders,
    takes_free_work,
    decided_by_checklist,
)
