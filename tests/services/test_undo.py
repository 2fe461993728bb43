"""Undo takes back an act with all that it brought with it, or nothing, and says why."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import orjson
import pytest

from directapp.kernel.actor import system_actor
from directapp.kernel.clock import utc_now
from directapp.kernel.errors import ConflictError, ForbiddenError
from directapp.services.intent import Intent
from directapp.store.query import Condition, Query
from support.dealer import Dealer
from support.floor_cars import planned_car
from support.pages import new_car
from support.plan import Plan, at, lay_plan


async def history(dealer: Dealer) -> int:
    async with dealer.application.platform.database.unit(
        system_actor(dealer.tenant, "pipeline"), readonly=True
    ) as unit:
        return int(await unit.value("SELECT count(*) FROM audit WHERE tenant_id = $1", dealer.tenant))


async def refused(dealer: Dealer, who: str, collection: str, record: UUID, words: str) -> None:
    """Demand that undo is refused in these words, and that nothing is written."""
    before = await history(dealer)
    with pytest.raises(ConflictError) as caught:
        await dealer.do(await dealer.person(*who.split()), collection, "undo", record)
    assert words in str(caught.value)
    assert await history(dealer) == before


async def row(dealer: Dealer, collection: str, record: UUID) -> dict[str, Any]:
    async with dealer.application.platform.database.unit(
        system_actor(dealer.tenant, "pipeline"), readonly=True
    ) as unit:
        found = await unit.look_up(dealer.application.platform.spec[collection], record)
    assert found is not None
    return {name: value for name, value in found.row.items() if "#" not in name}


def told(rows: dict[str, Any]) -> dict[str, Any]:
    """Return what a record says, apart from who wrote it last and when."""
    return {n: v for n, v in rows.items() if n not in {"version", "updated_at", "updated_by", "counted_at"}}


async def rows(dealer: Dealer, collection: str, name: str, value: UUID) -> list[dict[str, Any]]:
    admin = await dealer.person("tenant_admin")
    page = await dealer.application.platform.reading.page(
        admin, collection, Query(filter=Condition((name,), "eq", value))
    )
    found: list[dict[str, Any]] = orjson.loads(page.json)
    return found


# -- work items --------------------------------------------------------------------------------------


async def test_an_approval_is_undone_on_the_work_item_with_the_cars_cost(dealer: Dealer) -> None:
    car = await planned_car(dealer, 1)
    planner = await dealer.person("planner", "499")
    item = await dealer.create(planner, "work_items", car=str(car), kind="technical", description="Dør", price=4000)
    seller = await dealer.person("new_car_sales", "495")
    before = [told(await row(dealer, "work_items", item)), told(await row(dealer, "cars", car))]
    await dealer.do(seller, "work_items", "approve", item)
    assert (await row(dealer, "cars", car))["prep_cost"] == 4000
    await refused(dealer, "new_car_sales 495", "cars", car, "elsewhere (Work item)")
    assert (await row(dealer, "cars", car))["prep_cost"] == 4000
    await dealer.do(seller, "work_items", "undo", item)
    assert [told(await row(dealer, "work_items", item)), told(await row(dealer, "cars", car))] == before


async def test_done_work_that_is_undone_leaves_no_service_history(dealer: Dealer) -> None:
    car = await planned_car(dealer, 1)
    planner, mechanic = await dealer.person("planner", "499"), await dealer.person("mechanic", "499")
    item = await dealer.create(planner, "work_items", car=str(car), kind="technical", description="Dør", price=4000)
    await dealer.do(planner, "work_items", "approve", item)
    await dealer.do(mechanic, "work_items", "complete", item)
    assert [s["withdrawn"] for s in await rows(dealer, "service_history", "work_item", item)] == [False]
    await dealer.do(mechanic, "work_items", "undo", item)
    assert (await row(dealer, "work_items", item))["status"] == "approved"
    assert [s["withdrawn"] for s in await rows(dealer, "service_history", "work_item", item)] == [True]


# -- parts -------------------------------------------------------------------------------------------


async def _part(dealer: Dealer, **levels: int) -> UUID:
    return await dealer.create(
        await dealer.person("parts", "499"), "parts_inventory", part_number="5Q0", name="Filter", **levels
    )


def _levels(part: dict[str, Any]) -> tuple[int, ...]:
    return tuple(part[n] for n in ("available", "reserved", "ordered"))


async def test_an_order_that_stands_is_not_undone_on_its_car_or_its_shelf(dealer: Dealer) -> None:
    car, parts = await planned_car(dealer, 1), await dealer.person("parts", "499")
    part = await _part(dealer, available=3)
    order = await dealer.create(parts, "parts_orders", car=str(car), part=str(part), quantity=2)
    await refused(dealer, "parts 499", "cars", car, "elsewhere (Parts order)")
    await refused(dealer, "parts 499", "parts_inventory", part, "elsewhere (Parts order)")
    await refused(dealer, "parts 499", "parts_orders", order, "nothing to undo")
    assert (await row(dealer, "cars", car))["parts_status"] == "ordered"
    assert _levels(await row(dealer, "parts_inventory", part)) == (3, 0, 2)


@pytest.mark.parametrize("quantity", [5, 3])
async def test_a_receipt_is_undone_with_stock_car_and_rest_order(dealer: Dealer, quantity: int) -> None:
    car, parts = await planned_car(dealer, 1), await dealer.person("parts", "499")
    part = await _part(dealer, available=1)
    order = await dealer.create(parts, "parts_orders", car=str(car), part=str(part), quantity=5)
    before = [
        told(await row(dealer, c, i)) for c, i in (("parts_orders", order), ("cars", car), ("parts_inventory", part))
    ]
    await dealer.do(parts, "parts_orders", "receive", order, quantity=quantity)
    await dealer.do(parts, "parts_orders", "undo", order)
    after = [
        told(await row(dealer, c, i)) for c, i in (("parts_orders", order), ("cars", car), ("parts_inventory", part))
    ]
    assert after == before
    assert len(await rows(dealer, "parts_orders", "car", car)) == 1


async def test_stock_that_others_use_meanwhile_is_counted_and_not_set_back(dealer: Dealer) -> None:
    car, parts = await planned_car(dealer, 1), await dealer.person("parts", "499")
    part = await _part(dealer, available=1)
    order = await dealer.create(parts, "parts_orders", car=str(car), part=str(part), quantity=5)
    await dealer.do(parts, "parts_orders", "receive", order)
    elsewhere = str(await planned_car(dealer, 2))
    other = await dealer.create(parts, "parts_orders", car=elsewhere, part=str(part), quantity=1, from_stock=True)
    await dealer.do(parts, "parts_orders", "undo", order)
    assert _levels(await row(dealer, "parts_inventory", part)) == (0, 1, 5)
    assert (await row(dealer, "parts_orders", other))["quantity"] == 1


# -- transfers ---------------------------------------------------------------------------------------


async def test_a_received_transfer_is_undone_whole(dealer: Dealer) -> None:
    seller = await dealer.person("new_car_sales", "495")
    car = await new_car(dealer, seller, 1)
    await dealer.do(seller, "cars", "transfer", car, to=str(dealer.sites["499"]))
    (transfer,) = [UUID(t["id"]) for t in await rows(dealer, "car_transfers", "car", car)]
    reception = await dealer.person("reception", "499")
    before = [told(await row(dealer, "car_transfers", transfer)), told(await row(dealer, "cars", car))]
    stages = len(await rows(dealer, "car_stages", "car", car))
    await dealer.do(reception, "car_transfers", "receive", transfer, code=(await row(dealer, "cars", car))["vin"])
    assert (await row(dealer, "cars", car))["current_location"] == dealer.sites["499"]
    await refused(dealer, "reception 499", "cars", car, "elsewhere (Transfer)")
    await dealer.do(reception, "car_transfers", "undo", transfer)
    assert [told(await row(dealer, "car_transfers", transfer)), told(await row(dealer, "cars", car))] == before
    assert len(await rows(dealer, "car_stages", "car", car)) == stages


async def test_a_sending_is_undone_with_its_transfer_until_it_is_received(dealer: Dealer) -> None:
    seller, reception = await dealer.person("new_car_sales", "495"), await dealer.person("reception", "499")
    car = await new_car(dealer, seller, 1)
    before = told(await row(dealer, "cars", car))
    await dealer.do(seller, "cars", "transfer", car, to=str(dealer.sites["499"]))
    await dealer.do(seller, "cars", "undo", car)
    assert told(await row(dealer, "cars", car)) == before
    assert await rows(dealer, "car_transfers", "car", car) == []
    await dealer.do(seller, "cars", "transfer", car, to=str(dealer.sites["499"]))
    (transfer,) = [UUID(t["id"]) for t in await rows(dealer, "car_transfers", "car", car)]
    await dealer.do(reception, "car_transfers", "receive", transfer, code=(await row(dealer, "cars", car))["vin"])
    await refused(dealer, "new_car_sales 495", "cars", car, "Someone else")


async def test_a_sending_that_somebody_has_said_something_of_stands(dealer: Dealer) -> None:
    seller, reception = await dealer.person("new_car_sales", "495"), await dealer.person("reception", "499")
    car = await new_car(dealer, seller, 1)
    await dealer.do(seller, "cars", "transfer", car, to=str(dealer.sites["499"]))
    (transfer,) = [t["id"] for t in await rows(dealer, "car_transfers", "car", car)]
    about = {"subject_collection": "car_transfers", "subject_id": str(transfer)}
    comment = await dealer.create(reception, "comments", **about, text="Den står utenfor.")
    await refused(dealer, "new_car_sales 495", "cars", car, "Transfer, which came with it, has been changed since")
    assert (await dealer.read(reception, "comments", comment))["text"] == "Den står utenfor."


# -- bookings ----------------------------------------------------------------------------------------


async def test_a_booking_is_undone_with_the_cars_plan_and_the_days_hours(dealer: Dealer) -> None:
    plan: Plan = await lay_plan(dealer)
    planner, car = await plan.planner(), await plan.car()
    made = await plan.book(car, "mechanic", "08:00", "10:00")
    assert made.record is not None
    await refused(dealer, "planner 499", "cars", car, "elsewhere (Booking)")
    before = [told(await row(dealer, c, i)) for c, i in (("resource_bookings", made.record), ("cars", car))]
    await dealer.do(
        planner,
        "resource_bookings",
        "update",
        made.record,
        starts_at=at(plan.day, "12:00").isoformat(),
        ends_at=at(plan.day, "14:00").isoformat(),
    )
    await refused(dealer, "planner 499", "cars", car, "elsewhere (Booking)")
    await dealer.do(planner, "resource_bookings", "undo", made.record)
    await dealer.do(planner, "resource_bookings", "cancel", made.record)
    assert (await row(dealer, "cars", car))["scheduled_technical_start"] is None
    await dealer.do(planner, "resource_bookings", "undo", made.record)
    assert [told(await row(dealer, c, i)) for c, i in (("resource_bookings", made.record), ("cars", car))] == before


async def test_a_place_that_somebody_else_took_is_not_taken_back(dealer: Dealer) -> None:
    plan = await lay_plan(dealer)
    planner, car = await plan.planner(), await plan.car()
    made = (await plan.book(car, "mechanic", "08:00", "10:00")).record
    assert made is not None
    await dealer.do(planner, "resource_bookings", "cancel", made)
    await plan.book(await plan.car(), "mechanic", "09:00", "11:00")
    await refused(dealer, "planner 499", "resource_bookings", made, "mechanic is taken")
    assert (await row(dealer, "resource_bookings", made))["status"] == "cancelled"


async def test_work_that_is_completed_and_undone_gives_no_hours(dealer: Dealer) -> None:
    plan = await lay_plan(dealer)
    mechanic, car = await dealer.person("mechanic", "499"), await plan.car()
    made = (await plan.book(car, "mechanic", "08:00", "10:00")).record
    assert made is not None
    await plan.book(car, "detailer", "11:00", "13:00", "cosmetic")
    before = [told(await row(dealer, c, i)) for c, i in (("resource_bookings", made), ("cars", car))]
    await dealer.do(mechanic, "resource_bookings", "complete", made, actual_hours=2)
    await dealer.do(mechanic, "resource_bookings", "undo", made)
    assert [told(await row(dealer, c, i)) for c, i in (("resource_bookings", made), ("cars", car))] == before
    assert sum(float(e["hours"]) for e in await rows(dealer, "timebank_entries", "booking", made)) == 0


async def test_what_an_event_handler_did_is_undone_with_the_act(dealer: Dealer) -> None:
    plan = await lay_plan(dealer)
    mechanic, car = await dealer.person("mechanic", "499"), await plan.car()
    made = (await plan.book(car, "mechanic", "08:00", "10:00")).record
    assert made is not None
    await plan.book(car, "detailer", "11:00", "13:00", "cosmetic")
    await dealer.application.dispatcher.drain(dealer.tenant)
    await dealer.do(mechanic, "cars", "update", car, technical_started_at=utc_now().isoformat())
    await dealer.application.dispatcher.drain(dealer.tenant)
    assert (await row(dealer, "resource_bookings", made))["status"] == "in_progress"
    await dealer.do(mechanic, "cars", "undo", car)
    assert (await row(dealer, "resource_bookings", made))["status"] == "scheduled"
    assert (await row(dealer, "cars", car))["status"] == "planned"


# -- who, and when -----------------------------------------------------------------------------------


async def test_nobody_undoes_what_they_may_no_longer_do(dealer: Dealer) -> None:
    seller, admin = await dealer.person("new_car_sales", "495"), await dealer.person("tenant_admin")
    car = await new_car(dealer, seller, 1)
    await dealer.do(seller, "cars", "update", car, customer_name="Ola Feil")
    weaker = {
        "tenant": seller.tenant,
        "user": seller.user,
        "name": seller.name,
        "site": seller.site,
        "sites": seller.sites,
    }
    less = type(seller)(roles=frozenset({"finance"}), **weaker)
    with pytest.raises((ForbiddenError, ConflictError)):
        await dealer.do(less, "cars", "undo", car)
    assert (await dealer.read(admin, "cars", car))["customer_name"] == "Ola Feil"
    await dealer.do(seller, "cars", "undo", car)
    assert (await dealer.read(admin, "cars", car))["customer_name"] != "Ola Feil"


async def test_many_at_once_are_undone_one_by_one(dealer: Dealer) -> None:
    seller = await dealer.person("new_car_sales", "495")
    cars = [await new_car(dealer, seller, n) for n in (1, 2)]
    for car in cars:
        await dealer.do(seller, "cars", "update", car, seller_notes="Ring kunden")
    await dealer.do(seller, "cars", "undo", cars[0])
    assert [(await row(dealer, "cars", c))["seller_notes"] for c in cars] == [None, "Ring kunden"]


async def test_a_message_to_the_customer_is_not_called_back(dealer: Dealer) -> None:
    seller = await dealer.person("new_car_sales", "495")
    car = await new_car(dealer, seller, 1)
    answer = await dealer.do(seller, "cars", "update", car, seller_notes="Klar")
    assert answer.changes
    async with dealer.application.platform.database.unit(
        system_actor(dealer.tenant, "pipeline"), readonly=True
    ) as unit:
        act = await unit.value(
            "SELECT act FROM audit WHERE tenant_id = $1 AND record = $2 ORDER BY at DESC LIMIT 1", dealer.tenant, car
        )
    async with dealer.application.platform.database.unit(system_actor(dealer.tenant, "messenger")) as unit:
        work = dealer.application.platform.pipeline.work(
            unit, Intent(actor=unit.actor, collection="", verb="create", origin="worker")
        )
        work.emitting.act = act
        await work.create(
            work.spec["messages"],
            {
                "car": car,
                "channel": "email",
                "direction": "out",
                "receiver_kind": "customer",
                "subject": "Bilen er klar",
                "to": "a@b.no",
                "status": "sent",
                "key": "k1",
            },
        )
    await refused(dealer, "new_car_sales 495", "cars", car, "Bilen er klar")


async def test_a_minute_is_a_minute(dealer: Dealer, time: Any) -> None:
    seller = await dealer.person("new_car_sales", "495")
    car = await new_car(dealer, seller, 1)
    await dealer.do(seller, "cars", "update", car, seller_notes="Feil")
    time.ahead = timedelta(seconds=61)
    try:
        await refused(dealer, "new_car_sales 495", "cars", car, "more than a minute")
    finally:
        time.ahead = timedelta()
