"""Every row of workflow.csv: a legal case and a refused one."""

import csv
from pathlib import Path
from typing import Any

import pytest

from directapp.domains.cars.states import CODES
from directapp.domains.cars.workflow import WORKFLOW
from support.forecourt import PREP, SYSTEM, Car, car, driven, new_car, used_car

DATA = Path(__file__).parent / "data"
CUSTOMER = {"customer_name": "Nora Hagen", "customer_phone": "912 34 567"}


def rows() -> list[dict[str, str]]:
    with (DATA / "workflow.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def moved(start: Car, to: str, **patch: Any) -> Car:
    patch = {n: (start.now if v == "now" else v) for n, v in patch.items()}
    done = start.then(**patch)
    assert done.status == to
    return done


def stays(start: Car, *fields: str, **patch: Any) -> None:
    patch = {n: (start.now if v == "now" else v) for n, v in patch.items()}
    done = start.set(**patch)
    assert set(fields) <= done.fields, [(p.field, p.message.pick("nb")) for p in done.problems]


def test_the_declared_steps_are_those_of_the_table() -> None:
    wanted: set[tuple[str, str]] = set()
    for row in rows():
        if row["from"] not in {"any", "archived", "any but delivered archived"}:
            wanted |= {(origin, row["to"]) for origin in row["from"].split()}
        elif row["to"] == "archived":
            wanted |= {(origin, "archived") for origin in CODES if origin not in {"delivered", "archived"}}
    assert {(o, s.to) for s in WORKFLOW.steps for o in s.origins} == wanted


def test_automatic_steps_follow_facts_and_the_others_verbs() -> None:
    automatic = {(o, r["to"]) for r in rows() if r["kind"] == "auto" for o in r["from"].split()}
    by_itself = {(o, s.to) for s in WORKFLOW.steps if s.when is not None for o in s.origins}
    assert automatic - {("delivered", "archived")} <= by_itself
    assert {s.to for s in WORKFLOW.steps if s.when is None} == {"archived"}


@pytest.mark.parametrize("missing", ["make", "model", "order_number", "car_type"])
def test_a_new_car_registers_when_its_fields_are_there(missing: str) -> None:
    full = {"make": "Audi", "model": "Q4", "order_number": "10", "car_type": "new"}
    draft = car(**{n: v for n, v in full.items() if n != missing})
    assert draft.status == "draft"
    moved(draft, "registered", **{missing: full[missing]})


@pytest.mark.parametrize("known", [{"license_plate": "AB 12345"}, {"vin": "1ZZTE5T00R0000001"}])
def test_a_used_car_registers_by_plate_or_vin(known: dict[str, str]) -> None:
    assert car(car_type="used").status == "draft"
    moved(car(car_type="used"), "registered", **known)


def test_a_trade_in_is_appraised_by_its_price_and_a_new_car_is_not() -> None:
    moved(used_car(), "appraised", appraisal_price=80_000)
    moved(new_car(), "registered", appraisal_price=80_000)


def test_sending_starts_transit_and_a_sold_car_is_not_sent_to_another_owner() -> None:
    for start in (new_car(), car(), used_car(appraisal_price=1)):
        moved(start, "in_transit", sent_at="now")
    stays(new_car(sold_at="2026-11-20T08:00Z", **CUSTOMER), "dealership", sent_at="now", dealership=PREP)
    stays(driven(new_car(), "at_prep_center"), "sent_at", sent_at="2026-11-20T08:00Z")


def test_a_car_arrives_from_anywhere_before_and_needs_its_vin() -> None:
    for start in (new_car(), car(vin="1ZZTE5T00R0000001"), driven(used_car(), "appraised")):
        moved(start, "at_prep_center", arrived_prep_center_at="now")
    stays(new_car(vin=None), "vin", arrived_prep_center_at="now")
    stays(driven(new_car(), "planned"), "arrived_prep_center_at", arrived_prep_center_at="now")


def test_a_car_without_owner_stays_a_draft_until_it_is_matched() -> None:
    start = car(vin="1ZZTE5T00R0000001").then(SYSTEM, dealership=None, original_dealership=None)
    arrived = moved(start, "draft", arrived_prep_center_at="now")
    moved(arrived, "at_prep_center", dealership=PREP, car_type="used")


def test_the_inspection_starts_after_arrival() -> None:
    moved(driven(new_car(), "at_prep_center"), "inspection", inspection_started_at="now")
    stays(new_car(), "inspection_started_at", inspection_started_at="now")


@pytest.mark.parametrize("start", ["at_prep_center", "inspection"])
def test_a_failed_inspection_needs_its_why(start: str) -> None:
    here = driven(new_car(), start)
    moved(here, "inspection_failed", inspection_approved=False, inspection_notes="Bulk i dør")
    stays(here, "inspection_notes", inspection_approved=False)
    stays(new_car(), "inspection_approved", inspection_approved=False, inspection_notes="Bulk")


@pytest.mark.parametrize("start", ["at_prep_center", "inspection", "inspection_failed"])
def test_an_approved_inspection_leads_to_parts_or_planning(start: str) -> None:
    here = driven(new_car(), "at_prep_center" if start == "at_prep_center" else "inspection")
    if start == "inspection_failed":
        here = moved(here, start, inspection_approved=False, inspection_notes="Bulk")
    done = moved(here, "ready_to_plan", inspection_approved=True)
    assert done.row["inspection_completed_at"] is not None
    waiting = moved(here, here.status, parts_ordered_seller_at="now")
    moved(waiting, "waiting_parts", inspection_approved=True)
    stays(new_car(), "inspection_approved", inspection_approved=True)


def test_the_last_part_ends_the_waiting() -> None:
    here = driven(new_car(), "inspection").then(parts_ordered_seller_at=None)
    here = moved(
        here, "waiting_parts", parts_ordered_seller_at="now", parts_ordered_prep_at="now", inspection_approved=True
    )
    here = moved(here, "waiting_parts", parts_arrived_seller_at="now")
    moved(here, "ready_to_plan", parts_arrived_prep_at="now")
    stays(here, "technical_started_at", technical_started_at="now")


def test_a_part_sends_a_planned_car_back_to_waiting_until_work_starts() -> None:
    moved(driven(new_car(), "ready_to_plan"), "waiting_parts", parts_ordered_prep_at="now")
    planned = driven(new_car(), "planned")
    waiting = moved(planned, "waiting_parts", parts_ordered_prep_at="now")
    moved(waiting, "planned", parts_arrived_prep_at="now")
    moved(driven(new_car(), "technical_prep"), "technical_prep", parts_ordered_prep_at="now")


def test_planned_means_every_needed_kind_of_work_has_a_start() -> None:
    ready = driven(new_car(), "ready_to_plan")
    half = moved(ready, "ready_to_plan", scheduled_technical_start="2026-11-25T08:00Z")
    whole = moved(half, "planned", scheduled_cosmetic_start="2026-11-26T08:00Z")
    moved(whole, "ready_to_plan", scheduled_technical_start=None)
    moved(
        driven(new_car(needs_cosmetic=False), "ready_to_plan"), "planned", scheduled_technical_start="2026-11-25T08:00Z"
    )


def test_technical_work_starts_when_planned_and_needed() -> None:
    planned = driven(new_car(), "planned")
    moved(planned, "technical_prep", technical_started_at="now")
    cosmetic = moved(planned, "cosmetic_prep", cosmetic_started_at="now")
    moved(cosmetic, "technical_prep", technical_started_at="now")
    stays(driven(new_car(), "ready_to_plan"), "technical_started_at", technical_started_at="now")
    stays(driven(new_car(needs_technical=False), "planned"), "needs_technical", technical_started_at="now")


def test_cosmetic_work_shows_when_technical_is_not_running() -> None:
    technical = driven(new_car(), "technical_prep")
    both = moved(technical, "technical_prep", cosmetic_started_at="now")
    moved(both, "cosmetic_prep", technical_completed_at="now")
    done = moved(technical, "technical_prep", technical_completed_at="now")
    moved(done, "cosmetic_prep", cosmetic_started_at="now")
    stays(driven(new_car(), "ready_to_plan"), "cosmetic_started_at", cosmetic_started_at="now")
    stays(driven(new_car(needs_cosmetic=False), "planned"), "needs_cosmetic", cosmetic_started_at="now")


def test_all_work_completed_leads_to_the_quality_check() -> None:
    cosmetic = driven(new_car(), "cosmetic_prep")
    moved(cosmetic, "quality_check", cosmetic_completed_at="now")
    moved(
        cosmetic.at(PREP, quality_check=False), "ready_for_delivery", cosmetic_completed_at="now", customer_name="Kari"
    )
    technical = driven(new_car(needs_cosmetic=False), "technical_prep")
    moved(technical, "quality_check", technical_completed_at="now")
    stays(technical.then(parts_ordered_prep_at=technical.now), "technical_completed_at", technical_completed_at="now")
    stays(driven(new_car(), "planned"), "technical_started_at", "technical_completed_at", technical_completed_at="now")


def test_a_car_that_needs_no_work_goes_from_planning_to_the_quality_check() -> None:
    here = driven(new_car(needs_technical=False, needs_cosmetic=False), "inspection")
    done = moved(here, "quality_check", inspection_approved=True)
    assert done.walked[-4:] == ("inspection", "ready_to_plan", "planned", "quality_check")


def test_a_failed_quality_check_needs_notes_and_rework() -> None:
    check = driven(new_car(), "quality_check")
    failed = moved(check, "qc_failed", quality_approved=False, quality_notes="Ripe", rework="cosmetic")
    assert failed.row["quality_checked_at"] is not None
    stays(check, "quality_notes", "rework", quality_approved=False)
    stays(driven(new_car(), "technical_prep"), "quality_approved", quality_approved=True)


def failed_check(rework: str) -> Car:
    check = driven(new_car(customer_name="Kari"), "quality_check")
    return moved(check, "qc_failed", quality_approved=False, quality_notes="Ripe", rework=rework)


def test_the_named_work_starts_again_and_loses_its_completion() -> None:
    failed = failed_check("cosmetic")
    again = moved(failed, "cosmetic_prep", cosmetic_started_at="now")
    assert (again.row["cosmetic_completed_at"], again.row["quality_approved"], again.row["rework"]) == (
        None,
        None,
        None,
    )
    assert again.row["technical_completed_at"] is not None
    check = moved(again, "quality_check", cosmetic_completed_at="now")
    moved(check, "ready_for_delivery", quality_approved=True)
    stays(failed, "rework", technical_started_at="now")


@pytest.mark.parametrize("order", [("technical", "cosmetic"), ("cosmetic", "technical")])
def test_both_kinds_sent_back_are_both_done_again(order: tuple[str, str]) -> None:
    first, second = order
    here = moved(failed_check("both"), f"{first}_prep", **{f"{first}_started_at": "now"})
    assert here.row["rework"] == second
    here = moved(here, f"{first}_prep", **{f"{first}_completed_at": "now"})
    here = moved(here, f"{second}_prep", **{f"{second}_started_at": "now"})
    moved(here, "quality_check", **{f"{second}_completed_at": "now"})


def test_rework_reported_in_one_go_comes_back_to_the_check() -> None:
    failed = failed_check("technical")
    moved(failed, "quality_check", technical_started_at=failed.now, technical_completed_at=failed.now)


def test_quality_approves_after_a_small_fix() -> None:
    done = moved(failed_check("cosmetic"), "ready_for_delivery", quality_approved=True)
    assert done.row["rework"] is None
    assert done.row["ready_for_delivery_at"] is not None


def test_the_car_returns_only_from_another_site() -> None:
    ready = driven(new_car(customer_name="Kari"), "ready_for_delivery")
    moved(ready, "returned_to_dealership", delivered_to_dealership_at="now")
    own = driven(new_car(customer_name="Kari", dealership=PREP), "ready_for_delivery")
    stays(own, "delivered_to_dealership_at", delivered_to_dealership_at="now")


def test_stock_is_offered_for_sale_by_itself() -> None:
    assert driven(used_car(dealership=PREP), "ready_for_sale").walked[-3:] == (
        "quality_check",
        "ready_for_delivery",
        "ready_for_sale",
    )
    away = driven(used_car(), "ready_for_delivery")
    moved(away, "ready_for_sale", delivered_to_dealership_at="now")
    assert driven(new_car(dealership=PREP), "ready_for_sale").status == "ready_for_sale"
    assert driven(new_car(dealership=PREP, customer_name="Kari"), "ready_for_delivery").status == "ready_for_delivery"


def test_a_reservation_needs_a_name_and_can_be_given_up() -> None:
    offered = driven(used_car(dealership=PREP), "ready_for_sale")
    held = moved(offered, "reserved", reserved_at="now", customer_name="Kari")
    moved(held, "ready_for_sale", reserved_at=None)
    stays(offered, "customer_name", reserved_at="now")
    stays(used_car(), "reserved_at", reserved_at="now", customer_name="Kari")
    away = driven(used_car(), "ready_for_delivery")
    moved(away, "reserved", reserved_at="now", customer_name="Kari")


def test_a_sale_moves_a_ready_car_and_an_early_one_moves_nothing() -> None:
    early = moved(new_car(), "registered", sold_at="now", **CUSTOMER)
    ready = driven(early, "ready_for_delivery")
    moved(ready, "delivered", delivered_to_customer_at="now")
    for start in ("ready_for_delivery", "returned_to_dealership"):
        moved(driven(new_car(customer_name="Kari"), start), "sold", sold_at="now", **CUSTOMER)
    offered = driven(used_car(dealership=PREP), "ready_for_sale")
    moved(offered, "sold", sold_at="now", **CUSTOMER)
    held = moved(offered, "reserved", reserved_at="now", customer_name="Kari")
    moved(held, "sold", sold_at="now", **CUSTOMER)
    stays(offered, "customer_name", "customer_phone", sold_at="now")
    stays(new_car(), "customer_phone", sold_at="now", customer_name="Kari")


def test_delivery_needs_a_sale_and_locks_the_car() -> None:
    ready = driven(new_car(customer_name="Kari"), "returned_to_dealership")
    stays(ready, "sold_at", delivered_to_customer_at="now")
    stays(new_car(sold_at="2026-11-20T08:00Z", **CUSTOMER), "delivered_to_customer_at", delivered_to_customer_at="now")
    sold = moved(ready, "sold", sold_at="now", **CUSTOMER)
    delivered = moved(sold, "delivered", delivered_to_customer_at="now")
    assert delivered.row["current_location"] is None
    stays(delivered, "color", color="Blå")
    stays(delivered, "delivered_to_customer_at", delivered_to_customer_at=None)


@pytest.mark.parametrize("start", ["ready_for_sale", "reserved", "sold"])
def test_a_late_return_is_recorded_without_moving(start: str) -> None:
    here = driven(used_car(dealership=PREP), "ready_for_sale")
    if start != "ready_for_sale":
        here = here.then(reserved_at=here.now, customer_name="Kari")
    if start == "sold":
        here = here.then(sold_at=here.now, **CUSTOMER)
    moved(here, start, delivered_to_dealership_at="now")
