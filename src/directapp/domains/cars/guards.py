"""What must be in place before a step or a fact: each guard says what is missing, or nothing."""

from collections.abc import Callable
from typing import Any

from directapp.declare.case import Case
from directapp.declare.names import FieldName
from directapp.declare.workflow import Guard
from directapp.domains.cars import facts
from directapp.domains.cars.fields import WORK, Cars
from directapp.domains.cars.states import CLOSED, reached
from directapp.kernel.errors import Problem
from directapp.kernel.text import Text, _

_WORK = {"technical": _("Technical work"), "cosmetic": _("Cosmetic work")}
_PRICES = frozenset({Cars.purchase_price, Cars.holding_cost_per_day, Cars.sale_price, Cars.appraisal_price})


def _unless(holds: Callable[[Case], bool], text: Text, field: str) -> Guard:
    problem = Problem(text, field=field)
    return lambda case: None if holds(case) else problem


vin_known = _unless(
    lambda case: bool(case.get(Cars.vin)),
    _("The VIN is missing. The car needs one before it can arrive at the prep centre."),
    "vin",
)
inspection_explained = _unless(
    lambda case: bool(case.get(Cars.inspection_notes) or case.get(Cars.inspection_remarks)),
    _("Write what is wrong before the inspection is failed."),
    "inspection_notes",
)
quality_explained = _unless(
    lambda case: bool(case.get(Cars.quality_notes)),
    _("Write what is not good enough."),
    "quality_notes",
)
rework_named = _unless(
    lambda case: bool(case.get(Cars.rework)),
    _("Choose which work has to be done again."),
    "rework",
)
customer_named = _unless(
    lambda case: bool(case.get(Cars.customer_name)),
    _("The customer's name is missing."),
    Cars.customer_name,
)
customer_phone_known = _unless(
    lambda case: bool(case.get(Cars.customer_phone)),
    _("The customer's phone number is missing."),
    Cars.customer_phone,
)
sold = _unless(
    facts.is_sold,
    _("The car is not sold. Set it sold before it is delivered to the customer."),
    "sold_at",
)
inspection_approved = _unless(
    lambda case: case.get(Cars.inspection_approved) is True,
    _("The inspection is not approved."),
    "inspection_approved",
)
parts_here = _unless(
    lambda case: not (facts.needs(case, "technical") and facts.parts_missing(case)),
    _("Parts are ordered but have not arrived. Technical work can be completed when parts has confirmed arrival."),
    "technical_completed_at",
)
not_sold_to_another_site = _unless(
    lambda case: not (facts.is_sold(case) and case.before is not None and case.changed(Cars.dealership)),
    _("The car is sold and cannot change site."),
    "dealership",
)


def work_completed(case: Case) -> Problem | None:
    """Every kind of work that the car needs is completed."""
    left = next((k for k in facts.needed(case) if not facts.completed(case, k)), None)
    if left is None:
        return None
    message = _("{work} is not completed.").fill(work=_WORK[left])
    return Problem(message, field=WORK[left].completed)


def technical_completed(case: Case) -> Problem | None:
    """Technical work is completed where the car needs it (guard 1)."""
    if not facts.needs(case, "technical") or facts.completed(case, "technical"):
        return None
    message = _("{work} is not completed.").fill(work=_WORK["technical"])
    return Problem(message, field=Cars.technical_completed_at)


def work_needed(kind: str) -> Guard:
    """Only work that the car needs is started."""
    message = _("The car does not need this work.")
    problem = Problem(message, field=f"needs_{kind}")
    return lambda case: None if facts.needs(case, kind) else problem


def asked_to_redo(kind: str) -> Guard:
    """After a failed quality check only the work it named starts again."""
    message = _("The quality check did not send this work back.")
    problem = Problem(message, field=Cars.rework)

    def validation(case: Case) -> Problem | None:
        return problem if case.was(Cars.status) == "qc_failed" and not facts.restarted(case, kind) else None

    return validation


def work_started(kind: str) -> Guard:
    """Work completes only after it has started."""
    message = _("{work} has not started.").fill(work=_WORK[kind])
    problem = Problem(message, field=WORK[kind].started)
    return lambda case: None if facts.started(case, kind) else problem


def recorded_once(name: FieldName[Any], since: str = "ready_for_delivery") -> Guard:
    """Let what was never recorded, as on an imported car, be recorded late; what was, stays."""
    message = _("This is already recorded and closed.")
    problem = Problem(message, field=name)
    return lambda case: problem if reached(case.was(Cars.status), since) and case.was(name) is not None else None


def failed_in_time(case: Case) -> Problem | None:
    """Fail an inspection only until the work is planned; a yes may be recorded late."""
    if case.get(Cars.inspection_approved) is not False or not reached(case.was(Cars.status), "planned"):
        return None
    message = _("The work is already planned. Report it as work.")
    return Problem(message, field=Cars.inspection_approved)


# -- guards that hold for any write ----------------------------------------------------------------


def sold_car_stays(case: Case) -> Problem | None:
    """Keep a sold car at its dealership (guard 3)."""
    return None if case.was(Cars.sold_at) is None else not_sold_to_another_site(case)


def when_sold(name: FieldName[Any], guard: Guard) -> Guard:
    """Ask a sold car for its customer's name and phone (guard 4) when either side of it changes."""
    return lambda case: guard(case) if facts.is_sold(case) and case.changed(Cars.sold_at, name) else None


def pickup_is_ready(case: Case) -> Problem | None:
    """Ask a car ready for pick-up for an approved inspection and completed technical work (guard 1)."""
    if case.get(Cars.ready_for_pickup) is not True or not case.changed(Cars.ready_for_pickup):
        return None
    return inspection_approved(case) or technical_completed(case)


def delivered_has_sale(case: Case) -> Problem | None:
    """Ask a delivery to a customer for a sale (guard 5)."""
    if case.get(Cars.delivered_to_customer_at) is None or not case.changed(Cars.delivered_to_customer_at, Cars.sold_at):
        return None
    return sold(case)


def start_stays(case: Case) -> Problem | None:
    """Keep the start of completed work."""
    for kind in facts.KINDS:
        taken = case.was(WORK[kind].started) is not None and not facts.started(case, kind)
        if taken and facts.completed(case, kind):
            message = _("{work} is completed; take that back first.")
            return Problem(message.fill(work=_WORK[kind]), field=WORK[kind].started)
    return None


def judged_work_stays(case: Case) -> Problem | None:
    """Completed work is not taken back once its quality has been judged."""
    if case.get(Cars.quality_approved) is not True:
        return None
    for kind in facts.KINDS:
        if case.was(WORK[kind].completed) is not None and not facts.completed(case, kind):
            message = _("The quality is already approved; take that back first.")
            return Problem(message, field=WORK[kind].completed)
    return None


def closed_takes_prices_only(case: Case) -> Problem | None:
    """Delivered and archived cars take cost and prices from finance and nothing else (guard 6)."""
    person = not case.actor.is_system
    if not person or case.was(Cars.status) not in CLOSED or not case.patch:
        return None
    name = next(iter(case.patch))
    if "finance" in case.actor.works_as and set(case.patch) <= _PRICES:
        return None
    message = _("The car is delivered or archived. Only finance may change cost and prices.")
    return Problem(message, field=name)


ALWAYS: tuple[Guard, ...] = (
    sold_car_stays,
    when_sold(Cars.customer_name, customer_named),
    when_sold(Cars.customer_phone, customer_phone_known),
    pickup_is_ready,
    delivered_has_sale,
    start_stays,
    judged_work_stays,
    closed_takes_prices_only,
)
