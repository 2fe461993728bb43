from uuid import UUID

import pytest

from directapp.domains.cars.fields import furthest_behind
from directapp.domains.workshop.parts_effects import claim_of, side_times
from directapp.kernel.errors import ConflictError, ForbiddenError, InvalidError
from support.floor import NOW, Floor, later

STOCK = {"part_number": "5q0 129 620 d", "name": "Luftfilter"}


async def stock(floor: Floor, **levels: int) -> UUID:
    return await floor.make("parts", "parts_inventory", **STOCK, **levels)


async def levels(floor: Floor, part: UUID) -> tuple[int, int, int]:
    row = await floor.row("parts", "parts_inventory", part)
    return row["available"], row["reserved"], row["ordered"]


def test_a_side_has_arrived_when_its_last_part_has() -> None:
    first = {"ordered_by_side": "prep", "status": "arrived", "ordered_at": later(1), "arrived_at": later(5)}
    second = {"ordered_by_side": "prep", "status": "ordered", "ordered_at": NOW, "arrived_at": None}
    cancelled = {"ordered_by_side": "prep", "status": "cancelled", "ordered_at": later(-9), "arrived_at": None}
    assert side_times([first, second, cancelled], "prep") == {
        "parts_ordered_prep_at": NOW,
        "parts_arrived_prep_at": None,
    }
    second |= {"status": "arrived", "arrived_at": later(2)}
    assert side_times([first, second], "prep")["parts_arrived_prep_at"] == later(5)
    assert side_times([cancelled], "prep") == {"parts_ordered_prep_at": None, "parts_arrived_prep_at": None}


@pytest.mark.parametrize(
    ("statuses", "expected"),
    [
        ((), "none"),
        (("cancelled",), "none"),
        (("installed", "arrived"), "arrived"),
        (("arrived", "in_transit", "installed"), "in_transit"),
        (("installed",), "installed"),
    ],
)
def test_the_car_is_as_far_as_its_last_part(statuses: tuple[str, ...], expected: str) -> None:
    assert furthest_behind(statuses) == expected


def test_an_order_without_stock_item_claims_nothing() -> None:
    assert claim_of({"part": None, "quantity": 3, "status": "arrived"}) == {}


async def test_an_ordered_part_moves_stock_and_car(floor: Floor) -> None:
    car, part = await floor.car(), await stock(floor)
    order = await floor.make("parts", "parts_orders", car=car, part=part, quantity=2)
    row = await floor.row("parts", "parts_orders", order)
    assert (row["status"], row["ordered_by_side"]) == ("ordered", "prep")
    assert await levels(floor, part) == (0, 0, 2)
    on_car = await floor.row("planner", "cars", car)
    assert (on_car["parts_status"], on_car["parts_ordered_prep_at"]) == ("ordered", row["ordered_at"])

    await floor.do("parts", "receive", "parts_orders", order)
    assert await levels(floor, part) == (0, 2, 0)
    on_car = await floor.row("planner", "cars", car)
    assert on_car["parts_status"] == "arrived"
    assert on_car["parts_arrived_prep_at"] is not None

    await floor.do("parts", "install", "parts_orders", order)
    assert await levels(floor, part) == (0, 0, 0)
    assert (await floor.row("planner", "cars", car))["parts_status"] == "installed"


async def test_fewer_than_ordered_leaves_a_rest_order(floor: Floor) -> None:
    car, part = await floor.car(), await stock(floor)
    order = await floor.make("parts", "parts_orders", car=car, part=part, quantity=5)
    await floor.do("parts", "receive", "parts_orders", order, quantity=3)
    orders = await floor.rows("parts", "parts_orders", "car", car)
    assert [(o["quantity"], o["status"]) for o in orders] == [(3, "arrived"), (2, "ordered")]
    assert await levels(floor, part) == (0, 3, 2)
    assert (await floor.row("planner", "cars", car))["parts_arrived_prep_at"] is None


async def test_the_shelf_gives_what_it_has_and_takes_back_what_is_cancelled(floor: Floor) -> None:
    car, part = await floor.car(), await stock(floor, available=3)
    order = await floor.make("parts", "parts_orders", car=car, part=part, quantity=2, from_stock=True)
    assert await levels(floor, part) == (1, 2, 0)
    with pytest.raises(ConflictError):
        await floor.make("parts", "parts_orders", car=car, part=part, quantity=2, from_stock=True)
    await floor.do("parts", "cancel", "parts_orders", order)
    assert await levels(floor, part) == (3, 0, 0)
    assert (await floor.row("planner", "cars", car))["parts_ordered_prep_at"] is None


async def test_a_received_part_that_is_cancelled_is_free_for_others(floor: Floor) -> None:
    car, part = await floor.car(), await stock(floor)
    order = await floor.make("parts", "parts_orders", car=car, part=part)
    await floor.do("parts", "receive", "parts_orders", order)
    await floor.do("parts", "cancel", "parts_orders", order)
    assert await levels(floor, part) == (1, 0, 0)


async def test_a_part_is_installed_only_after_it_has_arrived(floor: Floor) -> None:
    order = await floor.make("parts", "parts_orders", car=await floor.car(), part_name="Dørlist")
    with pytest.raises(ConflictError):
        await floor.do("parts", "install", "parts_orders", order)
    with pytest.raises(ConflictError):
        await floor.do("parts", "update", "parts_orders", order, status="installed")
    with pytest.raises(InvalidError):
        await floor.do("parts", "update", "parts_orders", order, arrived_at=later(-24 * 365))


async def test_an_order_names_its_part(floor: Floor) -> None:
    with pytest.raises(InvalidError) as refused:
        await floor.make("parts", "parts_orders", car=await floor.car())
    assert [p.field for p in refused.value.problems] == ["part_name"]


@pytest.mark.parametrize("status", ["ready_for_delivery", "archived"])
async def test_a_late_part_still_arrives_without_moving_the_car_back(floor: Floor, status: str) -> None:
    car = await floor.car()
    order = await floor.make("parts", "parts_orders", car=car, part_name="Dørlist")
    await floor.system("update", "cars", car, status=status)
    await floor.do("parts", "receive", "parts_orders", order)
    on_car = await floor.row("planner", "cars", car)
    assert (on_car["parts_arrived_prep_at"], on_car["parts_status"]) == (None, "arrived")


async def test_nothing_is_ordered_for_a_car_that_has_left(floor: Floor) -> None:
    with pytest.raises(ConflictError):
        await floor.make("parts", "parts_orders", car=await floor.car(status="delivered"), part_name="Dørlist")


async def test_the_stock_of_other_sites_is_seen_without_cost_and_left_alone(floor: Floor) -> None:
    part = await floor.make("parts", "parts_inventory", **STOCK, cost=120)
    assert (await floor.row("parts", "parts_inventory", part))["cost"] == "120.00"
    assert "cost" not in await floor.row("new_car_sales", "parts_inventory", part)
    with pytest.raises(ForbiddenError):
        await floor.do("new_car_sales", "update", "parts_inventory", part, available=4)
    elsewhere = await floor.system("create", "parts_inventory", dealership=floor.seller_site, **STOCK)
    with pytest.raises(ForbiddenError):
        await floor.do("parts", "update", "parts_inventory", elsewhere.record, available=4)
