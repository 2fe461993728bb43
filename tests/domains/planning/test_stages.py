"""The stages that cars leave behind: written with every change of status, once each, whatever is taken back."""

from datetime import timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID

import orjson

from directapp.kernel.actor import Actor
from directapp.store.query import Query
from support.dealer import Time
from support.plan import Plan


async def stages(plan: Plan, car: UUID, reader: Actor | None = None) -> list[dict[str, Any]]:
    """Return the stages of a car, as somebody sees them."""
    reader = reader or await plan.planner()
    page = await plan.dealer.application.platform.reading.page(reader, "car_stages", Query(limit=1000))
    found = [r for r in orjson.loads(page.json) if r["car"] == str(car)]
    return sorted(found, key=lambda r: r["entered_at"])


async def test_each_stage_is_written_when_it_is_left(plan: Plan, time: Time) -> None:
    car = await plan.car()
    before = await stages(plan, car)
    time.ahead += timedelta(hours=2)
    try:
        booked = await plan.book(car, "mechanic", "08:00", "10:30")
        await plan.book(car, "detailer", "11:00", "13:00", "cosmetic")
        time.ahead += timedelta(hours=3)
        mechanic = await plan.dealer.person("mechanic", "499")
        assert booked.record is not None
        await plan.dealer.do(mechanic, "resource_bookings", "start", booked.record)
    finally:
        time.ahead = timedelta()
    told = await stages(plan, car)
    assert [s["status"] for s in told[len(before) :]] == ["ready_to_plan", "planned"]
    assert [round(float(s["hours"])) for s in told[-2:]] == [2, 3]
    row = await plan.dealer.read(await plan.planner(), "cars", car)
    assert row["status"] == "technical_prep"
    assert all(one["left_at"] == two["entered_at"] for one, two in pairwise(told))
    assert row["status_since"] == told[-1]["left_at"]
    assert {(s["dealership"], s["prep_center"]) for s in told} == {
        (str(plan.dealer.sites["495"]), str(plan.dealer.sites["499"]))
    }


async def test_a_step_that_is_taken_back_leaves_no_stage(plan: Plan, time: Time) -> None:
    car, planner = await plan.car(), await plan.planner()
    before = await stages(plan, car)
    time.ahead += timedelta(minutes=10)
    try:
        values = {"scheduled_technical_start": plan.day.isoformat() + "T08:00:00Z"}
        values["scheduled_cosmetic_start"] = plan.day.isoformat() + "T11:00:00Z"
        await plan.dealer.do(planner, "cars", "update", car, **values)
        time.ahead += timedelta(seconds=30)
        await plan.dealer.do(planner, "cars", "undo", car)
        assert await stages(plan, car) == before
        time.ahead += timedelta(hours=1)
        await plan.dealer.do(planner, "cars", "update", car, **values)
    finally:
        time.ahead = timedelta()
    again = (await stages(plan, car))[len(before) :]
    assert [s["status"] for s in again] == ["ready_to_plan"]
    assert again[0]["entered_at"] == before[-1]["left_at"]


async def test_stages_follow_the_car_and_nobody_writes_them(plan: Plan) -> None:
    car = await plan.car()
    assert await stages(plan, car, await plan.dealer.person("new_car_sales", "495"))
    assert await stages(plan, car, await plan.dealer.person("manager", "499"))
    assert await stages(plan, car, await plan.dealer.person("finance", "495"))
    assert not await stages(plan, car, await plan.dealer.person("new_car_sales", "324"))
    assert not await stages(plan, car, await plan.dealer.person("planner", "490"))
    spec = plan.dealer.application.platform.spec["car_stages"]
    assert not any(g.create or g.delete or g.write or g.verbs for g in spec.declared.access.grants)
