"""Cars in PostgreSQL, through the pipeline, each step by the person who does it."""

import asyncio
from uuid import UUID

import pytest

from directapp.kernel.actor import system_actor
from directapp.kernel.clock import utc_now
from directapp.kernel.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError, NotUniqueError
from support.lot import Lot

CUSTOMER = {"customer_name": "Nora Hagen", "customer_phone": "912 34 567"}
SELLER, PREP = "new_car_sales.495", "499"


async def inspected(lot: Lot, **values: object) -> UUID:
    car = await lot.car(**values)
    await lot.do(SELLER, "transfer", car, to=lot.sites[PREP])
    vin = (await lot.see(SELLER, car))["vin"]
    await lot.do("reception.499", "receive", code=vin)
    await lot.do("reception.499", "update", car, inspection_started_at=utc_now())
    await lot.do("reception.499", "update", car, inspection_approved=True)
    return car


async def planned(lot: Lot, **values: object) -> UUID:
    car = await inspected(lot, **values)
    now = utc_now()
    await lot.do("planner.499", "update", car, scheduled_technical_start=now, scheduled_cosmetic_start=now)
    return car


async def delivered(lot: Lot) -> UUID:
    car = await planned(lot, needs_cosmetic=False, **CUSTOMER)
    await lot.do("mechanic.499", "take_next")
    await lot.do("mechanic.499", "update", car, technical_started_at=utc_now())
    await lot.do("mechanic.499", "update", car, technical_completed_at=utc_now())
    await lot.do("reception.499", "update", car, quality_approved=True)
    await lot.do("planner.499", "transfer", car, to=lot.sites["495"])
    await lot.do(SELLER, "receive", vin=(await lot.see(SELLER, car))["vin"])
    await lot.do(SELLER, "update", car, sold_at=utc_now())
    await lot.do(SELLER, "hand_over", car, mileage_km=31)
    return car


async def test_a_new_car_goes_from_order_to_archive_by_many_hands(lot: Lot) -> None:
    car = await delivered(lot)
    row = await lot.see(SELLER, car)
    assert (row["status"], row["mileage_km"]) == ("delivered", 31)
    assert row["delivered_to_dealership_at"] is not None
    assert row["technical_completed_by"] == str((await lot.person("mechanic", "499")).user)
    assert row["sla_status"] is None
    await lot.run_job("archive_delivered", car)
    assert await lot.status(car) == "delivered"
    lot.pass_time(seconds=90)
    await lot.run_job("archive_delivered", car)
    assert await lot.status(car) == "archived"
    await lot.do("tenant_admin.495", "restore", car, reason="Kunden kom tilbake")
    await lot.run_job("archive_due")
    assert await lot.status(car) == "delivered"


async def test_the_sweep_archives_what_the_event_handler_missed(lot: Lot) -> None:
    car = await delivered(lot)
    lot.pass_time(seconds=90)
    await lot.run_job("archive_due")
    assert await lot.status(car) == "archived"


async def test_sending_and_receiving_keep_custody_plain(lot: Lot) -> None:
    car = await lot.car()
    await lot.do(SELLER, "transfer", car, to=lot.sites[PREP])
    assert (await lot.see(SELLER, car))["status"] == "in_transit"
    with pytest.raises(NotUniqueError):
        await lot.do(SELLER, "transfer", car, to=lot.sites["324"])
    with pytest.raises(ConflictError):
        await lot.do("reception.332", "receive", vin=(await lot.see(SELLER, car))["vin"])
    vin = (await lot.see(SELLER, car))["vin"]
    answer = await lot.do("reception.499", "receive", code=vin.lower(), parking_spot="B12")
    assert answer.record == car
    row = await lot.see("reception.499", car)
    assert (row["status"], row["current_location"], row["parking_spot"]) == (
        "at_prep_center",
        str(lot.sites[PREP]),
        "B12",
    )
    assert row["sla_status"] is None
    assert "customer_name" in row
    assert "sale_price" not in row
    assert answer.acted_on == car
    await lot.do("reception.499", "undo", car)
    assert await lot.status(car) == "in_transit"
    assert (await lot.see(SELLER, car))["parking_spot"] is None
    await lot.do("reception.499", "receive", code=vin)
    assert await lot.status(car) == "at_prep_center"


async def test_a_refused_transfer_leaves_the_car_where_it_was(lot: Lot) -> None:
    car = await lot.car()
    await lot.do(SELLER, "transfer", car, to=lot.sites[PREP])
    transfer = await only_transfer(lot, car)
    with pytest.raises(ForbiddenError):
        await lot.do(SELLER, "refuse", transfer, on="car_transfers", note="Nei")
    await lot.do("reception.499", "refuse", transfer, on="car_transfers", note="Fullt")
    assert await lot.status(car) == "registered"
    await lot.do(SELLER, "transfer", car, to=lot.sites[PREP])


async def only_transfer(lot: Lot, car: UUID) -> UUID:
    async with lot.database.unit(system_actor(lot.tenant, "custodian"), readonly=True) as unit:
        found: UUID = await unit.value("SELECT id FROM car_transfers WHERE car = $1 ORDER BY id DESC LIMIT 1", car)
        return found


async def test_a_transfer_is_received_by_the_right_code(lot: Lot) -> None:
    car = await lot.car()
    await lot.do(SELLER, "transfer", car, to=lot.sites[PREP])
    transfer = await only_transfer(lot, car)
    with pytest.raises(ConflictError):
        await lot.do("parts.499", "receive", transfer, on="car_transfers", vin="WZZTESTXXRX000001")
    await lot.do("parts.499", "receive", transfer, on="car_transfers", vin=(await lot.see(SELLER, car))["vin"])
    assert await lot.status(car) == "at_prep_center"


async def test_a_sale_between_sites_changes_the_owner_and_the_first_keeps_sight(lot: Lot) -> None:
    car = await lot.car()
    await lot.do(SELLER, "transfer", car, to=lot.sites["324"], reason="sale")
    await lot.do("new_car_sales.324", "receive", vin=(await lot.see(SELLER, car))["vin"])
    row = await lot.see("new_car_sales.324", car)
    assert (row["dealership"], row["original_dealership"]) == (str(lot.sites["324"]), str(lot.sites["495"]))
    assert row["seller"] is None
    assert (await lot.see(SELLER, car))["model"] == "Q4"
    with pytest.raises(ForbiddenError):
        await lot.do(SELLER, "update", car, color="Blå")


async def test_a_sold_car_is_not_sold_to_another_site(lot: Lot) -> None:
    car = await lot.car(sold_at=utc_now(), **CUSTOMER)
    with pytest.raises(ConflictError):
        await lot.do(SELLER, "transfer", car, to=lot.sites["324"], reason="sale")


async def test_own_prep_writes_both_arrivals(lot: Lot) -> None:
    car = await lot.car("new_car_sales.332")
    await lot.do("detailer.332", "receive", vin=(await lot.see("new_car_sales.332", car))["vin"])
    row = await lot.see("new_car_sales.332", car)
    assert row["arrived_prep_center_at"] is not None
    assert row["arrived_dealership_at"] is not None
    assert row["status"] == "at_prep_center"


async def test_an_unknown_car_becomes_a_draft_without_owner_until_claimed(lot: Lot) -> None:
    vin = lot.vin()
    draft = (await lot.do("reception.499", "receive", code=vin)).record
    row = await lot.see("reception.499", draft)
    assert (row["status"], row["dealership"], row["seller"]) == ("draft", None, None)
    with pytest.raises(NotFoundError):
        await lot.see(SELLER, draft)
    here = (await lot.do("mechanic.332", "receive", code=lot.vin())).record
    assert here is None
    plate = (await lot.do("reception.332", "receive", code="EL 12345")).record
    for role in ("new_car_sales", "used_car_sales"):
        assert (await lot.see(f"{role}.332", plate))["status"] == "draft"
    with pytest.raises(ConflictError):
        await lot.do("used_car_sales.332", "claim", plate, car_type="used")
    await lot.do("used_car_sales.332", "claim", plate, car_type="used", vin=lot.vin())
    row = await lot.see("used_car_sales.332", plate)
    assert (row["status"], row["dealership"]) == ("at_prep_center", str(lot.sites["332"]))


async def test_an_unknown_car_is_matched_to_the_order_it_belongs_to(lot: Lot) -> None:
    order = await lot.car("new_car_sales.332", vin=None)
    vin = lot.vin()
    draft = (await lot.do("reception.332", "receive", code=vin)).record
    assert draft is not None
    await lot.do("new_car_sales.332", "claim", draft, order=order)
    row = await lot.see("new_car_sales.332", order)
    assert (row["status"], row["vin"]) == ("at_prep_center", vin)
    assert await lot.status(draft) == "archived"


async def test_reception_matches_what_arrived_to_an_order_but_takes_over_nothing(lot: Lot) -> None:
    order, vin = await lot.car(vin=None), lot.vin()
    draft = (await lot.do("reception.499", "receive", code=vin)).record
    with pytest.raises(InvalidError):
        await lot.do("reception.499", "claim", draft, car_type="new")
    await lot.do("reception.499", "claim", draft, order=order)
    row = await lot.see(SELLER, order)
    assert (row["status"], row["vin"], row["dealership"]) == ("at_prep_center", vin, str(lot.sites["495"]))


async def test_the_queue_gives_the_most_urgent_car_once(lot: Lot) -> None:
    later, first = await planned(lot), await planned(lot, priority="urgent")
    assert (await lot.do("mechanic.499", "take_next")).record == first
    assert (await lot.do("mechanic.499", "take_next")).record == later
    with pytest.raises(ConflictError):
        await lot.do("mechanic.499", "take_next")
    with pytest.raises(ForbiddenError):
        await lot.do("reception.499", "take_next")
    assert (await lot.do("detailer.499", "take_next")).record == first


async def test_two_mechanics_asking_at_once_get_a_car_each(lot: Lot) -> None:
    cars = {await planned(lot), await planned(lot)}
    await lot.person("mechanic", "499")
    await lot.hire("mechanic", "499", "second")
    asked = await asyncio.gather(lot.do("mechanic.499", "take_next"), lot.do("second.499", "take_next"))
    assert {a.record for a in asked} == cars


async def test_a_planner_moves_a_sick_mechanics_cars(lot: Lot) -> None:
    car = await planned(lot)
    await lot.do("mechanic.499", "take_next")
    sick = (await lot.person("mechanic", "499")).user
    other = (await lot.person("detailer", "499")).user
    await lot.do("planner.499", "reassign", from_user=sick, to_user=other, kind="technical")
    assert (await lot.see("planner.499", car))["assigned_mechanic"] == str(other)
    with pytest.raises(ForbiddenError):
        await lot.do("mechanic.499", "reassign", from_user=other, to_user=sick)


async def test_picked_cars_are_reassigned_whoever_has_them(lot: Lot) -> None:
    car = await planned(lot)
    other = (await lot.person("mechanic", "499")).user
    for unclear in ({}, {"cars": [str(car)]}):
        with pytest.raises(InvalidError):
            await lot.do("planner.499", "reassign", to_user=other, **unclear)
    await lot.do("planner.499", "reassign", to_user=other, cars=[str(car)], kind="technical")
    row = await lot.see("planner.499", car)
    assert (row["assigned_mechanic"], row["assigned_detailer"]) == (str(other), None)
    await lot.do("planner.499", "reassign", cars=[str(car)], kind="technical")
    assert (await lot.see("planner.499", car))["assigned_mechanic"] is None
    unplanned = await lot.car()
    with pytest.raises(InvalidError, match="there is no such record"):
        await lot.do("planner.332", "reassign", to_user=other, cars=[str(unplanned)], kind="technical")


async def test_archiving_takes_a_reason_and_ends_the_transfer(lot: Lot) -> None:
    car = await lot.car()
    await lot.do(SELLER, "transfer", car, to=lot.sites[PREP])
    with pytest.raises(InvalidError):
        await lot.do(SELLER, "archive", car)
    await lot.do(SELLER, "archive", car, reason="cancelled")
    row = await lot.see(SELLER, car)
    assert (row["status"], row["archived_from"], row["archive_reason"]) == ("archived", "in_transit", "cancelled")
    with pytest.raises(ConflictError):
        await lot.do(SELLER, "update", car, color="Blå")
    await lot.car(vin=row["vin"])
    with pytest.raises(NotUniqueError):
        await lot.do("tenant_admin.495", "restore", car, reason="Feil")


async def test_a_correction_needs_a_reason_and_an_administrator(lot: Lot) -> None:
    car = await planned(lot)
    with pytest.raises(InvalidError):
        await lot.do("tenant_admin.495", "correct", car, status="at_prep_center")
    with pytest.raises(ForbiddenError):
        await lot.do("manager.499", "correct", car, status="at_prep_center", reason="x")
    await lot.do("tenant_admin.495", "correct", car, status="at_prep_center", why="Feil bil")
    row = await lot.see("tenant_admin.495", car)
    assert (row["status"], row["inspection_approved"], row["scheduled_technical_start"]) == (
        "at_prep_center",
        None,
        None,
    )
    await lot.do("tenant_admin.495", "update", car, color="Blå")
    assert await lot.status(car) == "at_prep_center"


async def test_only_drafts_are_deleted_and_only_by_the_administrator(lot: Lot) -> None:
    car, draft = await lot.car(), await lot.car(order_number=None)
    for who, record in ((SELLER, draft), ("tenant_admin.495", car)):
        with pytest.raises(ForbiddenError):
            await lot.do(who, "delete", record)
    await lot.do("tenant_admin.495", "delete", draft)


async def test_the_bank_shows_a_neighbours_car_without_its_customer(lot: Lot) -> None:
    bank = {"car_type": "used", "make": "Audi", "sale_price": 300000, "customer_name": "Nora"}
    hidden = await lot.car("used_car_sales.332", **bank)
    row = await lot.see("used_car_sales.324", hidden)
    assert {"vin", "make", "status", "dealership", "seller", "visibility"} <= set(row)
    assert not {"customer_name", "sale_price", "seller_notes", "status_since"} & set(row)
    assert (await lot.see("used_car_sales.495", hidden))["sale_price"] == "300000.00"
    with pytest.raises(NotFoundError):
        await lot.see("new_car_sales.324", hidden)
    await lot.do("used_car_sales.332", "update", hidden, in_vehicle_bank=True, visibility="global")
    assert (await lot.see("new_car_sales.324", hidden))["sale_price"] == "300000.00"


async def test_the_word_for_a_status_is_judged_as_its_step(lot: Lot) -> None:
    car = await lot.car()
    await lot.do(SELLER, "update", car, status="in_transit")
    assert (await lot.see(SELLER, car))["sent_at"] is not None
    with pytest.raises(ConflictError) as error:
        await lot.do("reception.499", "update", car, status="at_prep_center")
    assert "arrived_prep_center_at" in error.value.problems[0].message.pick("nb")
    with pytest.raises(InvalidError):
        await lot.do(SELLER, "update", car, status="flying")


async def test_accessories_changed_after_the_order_are_told(lot: Lot) -> None:
    car = await lot.car()
    made = await lot.do(SELLER, "create", on="car_accessories", car=car, name="Takboks", price=4000)
    assert made.record is not None
    await lot.do("parts.495", "update", car, parts_ordered_seller_at=utc_now())
    await lot.do(SELLER, "update", made.record, on="car_accessories", quantity=2)
    row = await lot.see("parts.495", made.record, "car_accessories")
    assert row["changed_after_order_at"] is not None
    assert "price" not in row
    await lot.do("parts.495", "update", made.record, on="car_accessories", status="arrived")
    row = await lot.see("parts.495", made.record, "car_accessories")
    assert row["ordered_at"] is not None
    assert row["arrived_at"] is not None
    with pytest.raises(ForbiddenError):
        await lot.do("parts.495", "update", made.record, on="car_accessories", quantity=3)


async def test_a_car_back_in_trade_points_to_its_past(lot: Lot) -> None:
    old = await delivered(lot)
    lot.pass_time(seconds=90)
    await lot.run_job("archive_due")
    again = await lot.car("used_car_sales.495", car_type="used", vin=(await lot.see(SELLER, old))["vin"])
    await lot.run_job("link_previous", again)
    assert (await lot.see("used_car_sales.495", again))["previous_car"] == str(old)


async def test_progress_is_told_against_the_promised_day(lot: Lot) -> None:
    car = await planned(lot, delivery_date="2020-01-01")
    assert (await lot.see(SELLER, car))["sla_status"] is None, "nobody waits for it"
    await lot.do(SELLER, "update", car, delivery_date="2099-01-01", customer_name="Kari Nordmann")
    assert (await lot.see(SELLER, car))["sla_status"] == "on_time"
    await lot.do(SELLER, "update", car, delivery_date="2020-01-01")
    assert (await lot.see(SELLER, car))["sla_status"] == "delayed"
