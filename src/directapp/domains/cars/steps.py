"""The legal steps of a car, row by row as workflow.csv has them; what is not here is refused."""

from directapp.declare.case import Case
from directapp.declare.workflow import Step
from directapp.domains.cars import events, facts, guards
from directapp.domains.cars.facts import given
from directapp.domains.cars.fields import PARTS_TIMES, WORK, Cars
from directapp.domains.cars.states import OPEN

_PLAN = tuple(name for work in WORK.values() for name in (work.scheduled, work.needed))


def _approved(case: Case) -> bool:
    return case.get(Cars.inspection_approved) is True


def _quality_passed(case: Case) -> bool:
    return case.get(Cars.quality_approved) is True


def _technical_begins(case: Case) -> bool:
    first = case.get(Cars.status) == "planned" and facts.started(case, "technical")
    again = facts.restarted(case, "technical") and case.get(Cars.status) == "qc_failed"
    return facts.needs(case, "technical") and (first or again or facts.running(case, "technical"))


def _cosmetic_begins(case: Case) -> bool:
    if not facts.needs(case, "cosmetic") or facts.running(case, "technical"):
        return False
    first = case.get(Cars.status) == "planned" and facts.started(case, "cosmetic")
    again = facts.restarted(case, "cosmetic") and case.get(Cars.status) == "qc_failed"
    return first or again or facts.running(case, "cosmetic")


def _sold_now(case: Case) -> bool:
    return facts.is_sold(case) and case.changed(Cars.sold_at)


def _steps_to_inspection() -> tuple[Step, ...]:
    return (
        Step(origins=("draft",), to="registered", when=facts.is_complete, event=events.REGISTERED),
        Step(
            origins=("registered",),
            to="appraised",
            when=facts.is_appraised,
            fact=Cars.appraisal_price,
        ),
        Step(
            origins=("draft", "registered", "appraised"),
            to="in_transit",
            when=given(Cars.sent_at),
            guards=(guards.not_sold_to_another_site,),
            fact=Cars.sent_at,
        ),
        Step(
            origins=("draft", "registered", "appraised", "in_transit"),
            to="at_prep_center",
            when=facts.has_arrived,
            guards=(guards.vin_known,),
            fact=Cars.arrived_prep_center_at,
        ),
        Step(
            origins=("at_prep_center",),
            to="inspection",
            when=given(Cars.inspection_started_at),
            fact=Cars.inspection_started_at,
        ),
    )


def _steps_of_inspection() -> tuple[Step, ...]:
    inspected = ("inspection", "inspection_failed", "at_prep_center")
    return (
        Step(
            origins=("at_prep_center", "inspection"),
            to="inspection_failed",
            when=lambda case: case.get(Cars.inspection_approved) is False,
            guards=(guards.inspection_explained,),
            fact=Cars.inspection_approved,
        ),
        Step(
            origins=inspected,
            to="waiting_parts",
            when=lambda case: _approved(case) and facts.parts_missing(case),
            fact=Cars.inspection_approved,
        ),
        Step(
            origins=inspected,
            to="ready_to_plan",
            when=lambda case: _approved(case) and not facts.parts_missing(case),
            fact=Cars.inspection_approved,
            event=events.READY_TO_PLAN,
        ),
        Step(
            origins=("waiting_parts",),
            to="ready_to_plan",
            when=lambda case: case.changed(*PARTS_TIMES) and not facts.parts_missing(case),
            fact=Cars.parts_arrived_prep_at,
            event=events.READY_TO_PLAN,
        ),
        Step(
            origins=("ready_to_plan", "planned"),
            to="waiting_parts",
            when=lambda case: facts.parts_missing(case) and not facts.work_begun(case),
            fact=Cars.parts_ordered_prep_at,
        ),
    )


def _steps_of_work() -> tuple[Step, ...]:
    in_prep = ("planned", "technical_prep", "cosmetic_prep")
    return (
        Step(
            origins=("ready_to_plan",),
            to="planned",
            when=facts.all_planned,
            fact=Cars.scheduled_technical_start,
            event=events.PLANNED,
        ),
        Step(
            origins=("planned",),
            to="ready_to_plan",
            when=lambda case: case.changed(*_PLAN) and not facts.all_planned(case) and not facts.work_begun(case),
            fact=Cars.scheduled_technical_start,
            event=events.UNPLANNED,
        ),
        Step(
            origins=("planned", "cosmetic_prep", "qc_failed"),
            to="technical_prep",
            when=_technical_begins,
            fact=Cars.technical_started_at,
        ),
        Step(
            origins=("planned", "technical_prep", "qc_failed"),
            to="cosmetic_prep",
            when=_cosmetic_begins,
            fact=Cars.cosmetic_started_at,
        ),
        Step(
            origins=in_prep,
            to="quality_check",
            when=lambda case: facts.all_done(case) and facts.quality_is_checked(case),
            guards=(guards.parts_here,),
            fact=Cars.technical_completed_at,
        ),
        Step(
            origins=in_prep,
            to="ready_for_delivery",
            when=lambda case: facts.all_done(case) and not facts.quality_is_checked(case),
            guards=(guards.parts_here, guards.inspection_approved),
            fact=Cars.technical_completed_at,
        ),
        Step(
            origins=("quality_check",),
            to="qc_failed",
            when=lambda case: case.get(Cars.quality_approved) is False,
            guards=(guards.quality_explained, guards.rework_named),
            fact=Cars.quality_approved,
        ),
        Step(
            origins=("quality_check", "qc_failed"),
            to="ready_for_delivery",
            when=_quality_passed,
            guards=(guards.inspection_approved, guards.work_completed),
            fact=Cars.quality_approved,
        ),
    )


def _steps_of_sale() -> tuple[Step, ...]:
    ready = ("ready_for_delivery", "returned_to_dealership")
    return (
        Step(
            origins=("ready_for_delivery",),
            to="returned_to_dealership",
            when=lambda case: facts.prepared_elsewhere(case) and case.get(Cars.delivered_to_dealership_at) is not None,
            fact=Cars.delivered_to_dealership_at,
        ),
        Step(
            origins=("ready_for_sale", *ready),
            to="reserved",
            when=lambda case: case.get(Cars.reserved_at) is not None and case.get(Cars.sold_at) is None,
            guards=(guards.customer_named,),
            fact=Cars.reserved_at,
        ),
        Step(
            origins=("ready_for_sale", *ready, "reserved"),
            to="sold",
            when=_sold_now,
            guards=(guards.customer_named, guards.customer_phone_known),
            fact=Cars.sold_at,
        ),
        Step(
            origins=("sold", *ready),
            to="delivered",
            when=given(Cars.delivered_to_customer_at),
            guards=(guards.sold, guards.inspection_approved, guards.technical_completed),
            fact=Cars.delivered_to_customer_at,
        ),
        Step(origins=ready, to="ready_for_sale", when=facts.is_for_sale, event=events.FOR_SALE),
        Step(
            origins=("reserved",),
            to="ready_for_sale",
            when=lambda case: case.changed(Cars.reserved_at) and facts.is_free(case),
            fact=Cars.reserved_at,
        ),
    )


STEPS: tuple[Step, ...] = (
    *_steps_to_inspection(),
    *_steps_of_inspection(),
    *_steps_of_work(),
    *_steps_of_sale(),
    Step(origins=("delivered",), to="archived", event=events.ARCHIVED),
    Step(origins=OPEN, to="archived", event=events.ARCHIVED),
)
