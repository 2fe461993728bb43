from decimal import Decimal

import pytest

from directapp.domains.people.roles import limit_of
from directapp.domains.workshop.work_items import cost_of, sum_to_prep_cost, write_service_history
from directapp.kernel.errors import ConflictError, ForbiddenError, InvalidError
from support.floor import Floor, case


@pytest.mark.parametrize(
    ("roles", "limit"),
    [
        ({"mechanic"}, Decimal(0)),
        ({"planner"}, Decimal(5000)),
        ({"mechanic", "planner"}, Decimal(5000)),
        ({"planner", "manager"}, None),
        ({"finance"}, Decimal(0)),
        ({"tenant_admin"}, None),
    ],
)
def test_the_highest_limit_of_the_roles_counts(roles: set[str], limit: Decimal | None) -> None:
    assert limit_of(roles, {"mechanic": 0, "planner": 5000, "manager": None}) == limit


def test_an_item_costs_what_is_known_best() -> None:
    item = {"status": "approved", "estimate": Decimal(900), "price": None, "actual_cost": None}
    assert cost_of(item) == 900
    assert cost_of({**item, "price": Decimal(800)}) == 800
    assert cost_of({**item, "price": Decimal(800), "actual_cost": Decimal(0)}) == 0
    assert cost_of({**item, "status": "proposed"}) == 0
    assert cost_of({**item, "status": "declined"}) == 0


def test_prep_cost_is_left_alone_when_it_already_fits() -> None:
    car = {"prep_cost": Decimal("500.00"), "status": "technical_prep"}
    siblings = [{"id": 1, "status": "done", "actual_cost": Decimal(500)}]
    before = {"id": 2, "car": 9, "status": "proposed", "price": None}
    priced = case({**before, "price": Decimal(700)}, before=before, car=car, siblings=siblings)
    assert sum_to_prep_cost(priced) == []
    approved = case({**before, "price": Decimal(700), "status": "approved"}, before=before, car=car, siblings=siblings)
    assert [c.patch for c in sum_to_prep_cost(approved)] == [{"prep_cost": Decimal("1200.00")}]


def test_work_taken_back_withdraws_its_service_entry() -> None:
    before = {"id": 2, "car": 9, "status": "done"}
    taken_back = case({**before, "status": "in_progress"}, before=before, service=[{"id": 5}])
    assert [(c.target, c.patch) for c in write_service_history(taken_back)] == [(5, {"withdrawn": True})]


async def test_an_item_goes_from_proposal_to_service_history(floor: Floor) -> None:
    car = await floor.car()
    item = await floor.make("reception", "work_items", car=car, description="Bytt bremseklosser", kind="technical")
    assert (await floor.row("planner", "work_items", item))["status"] == "proposed"

    with pytest.raises(InvalidError):
        await floor.do("planner", "approve", "work_items", item)
    await floor.do("planner", "approve", "work_items", item, price="4 500")
    row = await floor.row("planner", "work_items", item)
    assert (row["status"], row["price"], row["approved_by"]) == (
        "approved",
        "4500.00",
        str(floor.people["planner"].user),
    )
    assert (await floor.row("planner", "cars", car))["prep_cost"] == "4500.00"

    await floor.do("mechanic", "start", "work_items", item)
    await floor.do("mechanic", "complete", "work_items", item, actual_hours="1,5")
    row = await floor.row("mechanic", "work_items", item)
    assert (row["status"], row["done_by"]) == ("done", str(floor.people["mechanic"].user))
    assert "price" not in row

    entry = (await floor.rows("planner", "service_history", "car", car))[0]
    assert (entry["vin"], entry["hours"], entry["cost"], entry["notes"]) == (
        "WVWZZZ1KZAW000001",
        "1.50",
        "4500.00",
        "Bytt bremseklosser",
    )


async def test_nobody_approves_beyond_the_limit_of_the_owning_site(floor: Floor) -> None:
    car = await floor.car()
    item = await floor.make("planner", "work_items", car=car, description="Lakkering", kind="paint", price=5001)
    with pytest.raises(ForbiddenError) as refused:
        await floor.do("planner", "approve", "work_items", item)
    said = refused.value.problems[0].message
    assert "inntil 5\u00a0000\u00a0kr;" in said.pick("nb")
    assert "up to 5,000\u00a0kr;" in said.english
    with pytest.raises(ForbiddenError):
        await floor.do("new_car_sales", "approve", "work_items", item, price=10001)
    await floor.do("new_car_sales", "approve", "work_items", item)
    assert (await floor.row("planner", "work_items", item))["status"] == "approved"


async def test_a_mechanic_approves_nothing(floor: Floor) -> None:
    item = await floor.make("mechanic", "work_items", car=await floor.car(), description="Vaskes", kind="cosmetic")
    with pytest.raises(ForbiddenError):
        await floor.do("mechanic", "approve", "work_items", item, price=0)


async def test_work_waits_for_approval_and_a_declined_item_stays_declined(floor: Floor) -> None:
    car = await floor.car()
    item = await floor.make("mechanic", "work_items", car=car, description="Ny frontrute", kind="glass")
    with pytest.raises(ConflictError):
        await floor.do("mechanic", "start", "work_items", item)
    with pytest.raises(ConflictError):
        await floor.do("mechanic", "update", "work_items", item, status="done")
    await floor.do("manager", "decline", "work_items", item, reason="Kunden tar det selv")
    assert (await floor.row("manager", "work_items", item))["decline_reason"] == "Kunden tar det selv"
    with pytest.raises(ConflictError):
        await floor.do("manager", "approve", "work_items", item, price=100)


async def test_the_approved_price_stands_while_the_actual_cost_is_recorded(floor: Floor) -> None:
    car = await floor.car()
    item = await floor.make("parts", "work_items", car=car, description="Hengerfeste", kind="equipment", price=3000)
    await floor.do("planner", "approve", "work_items", item)
    with pytest.raises(ConflictError):
        await floor.do("parts", "update", "work_items", item, price=3500)
    await floor.do("parts", "update", "work_items", item, actual_cost=3500)
    assert (await floor.row("planner", "cars", car))["prep_cost"] == "3500.00"


async def test_one_changes_only_what_one_proposed(floor: Floor) -> None:
    item = await floor.make("reception", "work_items", car=await floor.car(), description="Bulk", kind="body")
    with pytest.raises(ForbiddenError):
        await floor.do("new_car_sales", "update", "work_items", item, description="Stor bulk")
    await floor.do("reception", "update", "work_items", item, description="Liten bulk")


async def test_a_closed_car_takes_no_work(floor: Floor) -> None:
    car = await floor.car(status="delivered")
    with pytest.raises(ConflictError):
        await floor.do("planner", "create", "work_items", car=car, description="Polering", kind="cosmetic")
