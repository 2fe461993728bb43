"""The car's workflow: its states, steps and facts, and what is said when a fact comes too early."""

from datetime import datetime

from directapp.declare.names import FieldName
from directapp.declare.workflow import Fact, Guard, Workflow
from directapp.domains.cars import guards
from directapp.domains.cars.fields import WORK, Cars
from directapp.domains.cars.replay import replay
from directapp.domains.cars.states import CODES, FROM_READY, OPEN, STATES, reached
from directapp.domains.cars.steps import STEPS
from directapp.kernel.text import _

_DECIDED = ("inspection_failed", "waiting_parts", "ready_to_plan")
# An imported car may stand here without its inspection: the approval can be recorded late.
_LATER = tuple(c for c in OPEN if reached(c, "planned"))
_WORKING = ("technical_prep", "cosmetic_prep")
_JUDGED = ("qc_failed", "ready_for_delivery", "ready_for_sale")

_NOT_ARRIVED = _("The car has status “{state}”. Arrival is set before the inspection has started.")
_NOT_PLANNED = _("The car has status “{state}”. The work can start when the car is planned.")
_NOT_STARTED = _("The car has status “{state}”. The work can be completed when it has started.")
_NOT_READY = _("The car has status “{state}”. It must be ready for delivery first.")
_CLOSED = _("The car has status “{state}”.")


def _parts(name: FieldName[datetime]) -> Fact:
    return Fact(field=name, states=OPEN, refusal=_CLOSED, clears=OPEN)


def _started(kind: str) -> Fact:
    name = WORK[kind].started
    mine: tuple[Guard, ...] = (guards.work_needed(kind), guards.asked_to_redo(kind), guards.recorded_once(name))
    return Fact(field=name, states=(*_WORKING, *FROM_READY), refusal=_NOT_PLANNED, clears=_WORKING, guards=mine)


def _completed(kind: str) -> Fact:
    mine: tuple[Guard, ...] = (guards.work_started(kind), guards.recorded_once(WORK[kind].completed))
    if kind == "technical":
        mine = (*mine, guards.parts_here)
    return Fact(
        field=WORK[kind].completed,
        states=(*_WORKING, *FROM_READY),
        refusal=_NOT_STARTED,
        clears=(*_WORKING, "quality_check", "ready_for_delivery", "ready_for_sale"),
        guards=mine,
    )


FACTS: tuple[Fact, ...] = (
    Fact(field=Cars.appraisal_price, states=CODES, refusal=_CLOSED, clears=CODES),
    Fact(
        field=Cars.sent_at,
        states=("in_transit",),
        refusal=_("The car has status “{state}”. It has already arrived; move it by changing where it stands."),
        clears=("in_transit",),
    ),
    Fact(
        field=Cars.arrived_prep_center_at,
        states=("draft", "at_prep_center"),
        refusal=_NOT_ARRIVED,
        clears=("draft", "at_prep_center"),
    ),
    Fact(
        field=Cars.inspection_started_at,
        states=("inspection",),
        refusal=_(
            "The car has status “{state}”. The inspection can start when the car has arrived at the prep centre."
        ),
        clears=("inspection",),
    ),
    Fact(
        field=Cars.inspection_completed_at,
        states=("inspection", *_DECIDED, *_LATER),
        refusal=_("The car has status “{state}”. The inspection can be completed once the car is at the prep centre."),
        clears=("inspection", *_DECIDED),
        guards=(guards.recorded_once(Cars.inspection_completed_at, since="planned"),),
    ),
    Fact(
        field=Cars.inspection_approved,
        states=(*_DECIDED, *_LATER),
        refusal=_("The car has status “{state}”. The inspection is decided from arrival until the work is planned."),
        clears=_DECIDED,
        guards=(
            guards.failed_in_time,
            lambda case: guards.inspection_explained(case) if not case.get(Cars.inspection_approved) else None,
        ),
    ),
    _parts(Cars.parts_ordered_seller_at),
    _parts(Cars.parts_arrived_seller_at),
    _parts(Cars.parts_ordered_prep_at),
    _parts(Cars.parts_arrived_prep_at),
    _started("technical"),
    _completed("technical"),
    _started("cosmetic"),
    _completed("cosmetic"),
    Fact(
        field=Cars.quality_checked_at,
        states=("quality_check", *_JUDGED),
        refusal=_NOT_STARTED,
        clears=("quality_check", *_JUDGED),
    ),
    Fact(
        field=Cars.quality_approved,
        states=("qc_failed", "ready_for_delivery"),
        refusal=_("The car has status “{state}”. Quality is judged when all needed work is completed."),
        clears=_JUDGED,
        guards=(
            lambda case: guards.quality_explained(case) if not case.get(Cars.quality_approved) else None,
            lambda case: guards.rework_named(case) if not case.get(Cars.quality_approved) else None,
        ),
    ),
    Fact(field=Cars.ready_for_delivery_at, states=FROM_READY, refusal=_NOT_READY, clears=FROM_READY),
    Fact(
        field=Cars.delivered_to_dealership_at,
        states=("returned_to_dealership", "ready_for_sale", "reserved", "sold"),
        refusal=_(
            "The car has status “{state}”. It is delivered to the selling site when another site has prepared it."
        ),
        clears=("returned_to_dealership", "ready_for_sale", "reserved", "sold"),
    ),
    Fact(
        field=Cars.reserved_at,
        states=("reserved",),
        refusal=_NOT_READY,
        clears=("reserved",),
        guards=(guards.customer_named,),
    ),
    Fact(field=Cars.sold_at, states=OPEN, refusal=_CLOSED, clears=OPEN),
    Fact(
        field=Cars.delivered_to_customer_at,
        states=("delivered",),
        refusal=_(
            "The car has status “{state}”. It can be delivered to the customer when it is ready for delivery and sold."
        ),
        guards=(guards.sold, guards.inspection_approved, guards.technical_completed),
    ),
)

# What may still be written on a delivered or archived car: finance its prices, the system what follows from
# other records. A guard keeps people to the former.
UNLOCKED = frozenset(
    {
        Cars.purchase_price,
        Cars.holding_cost_per_day,
        Cars.sale_price,
        Cars.appraisal_price,
        Cars.prep_cost,
        Cars.parts_status,
        Cars.previous_car,
    }
)

WORKFLOW = Workflow(
    states=STATES,
    steps=STEPS,
    replay=replay,
    initial="draft",
    facts=FACTS,
    words=(("in_transit", "sent_at"),),
    entries=("draft", "registered"),
    unlocked=UNLOCKED,
    guards=guards.ALWAYS,
    again=lambda case: case.get(Cars.rework) is not None,
    since="status_since",
    sites=("prep_center", "dealership"),
)
