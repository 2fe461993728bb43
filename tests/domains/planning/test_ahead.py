"""Looking ahead: what could give way for a job, and when a car will be ready."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import orjson
import pytest

from directapp.kernel.actor import Actor
from directapp.kernel.clock import utc_now
from directapp.kernel.errors import InvalidError
from support.pages import new_car
from support.plan import Plan, at


async def ask(plan: Plan, verb: str, actor: Actor | None = None, **params: Any) -> dict[str, Any]:
    answer = await plan.dealer.do(actor or await plan.planner(), "resource_bookings", verb, **params)
    assert answer.json is not None
    found: dict[str, Any] = orjson.loads(answer.json)
    return found


async def test_lower_priority_gives_way_and_nothing_moves_by_itself(plan: Plan) -> None:
    for name in ("mechanical", "cosmetic"):
        await plan.agreement("324", name, max_hours_per_week=40, priority=90)
    low = (await plan.book(await plan.car(), "mechanic", "08:00", "12:00")).record
    pinned = (await plan.book(await plan.car(), "mechanic", "12:00", "16:00", pinned=True)).record
    assert low is not None
    urgent = await new_car(plan.dealer, await plan.dealer.person("new_car_sales", "324"), 950)
    found = await ask(
        plan,
        "make_room",
        resource_type=str(plan.types["mechanical"]),
        car=str(urgent),
        hours=2,
        earliest=at(plan.day, "08:00").isoformat(),
        latest=at(plan.day + timedelta(days=2), "16:00").isoformat(),
    )
    assert found["priority"] == 90
    best = found["ways"][0]
    moved = {m["booking"] for way in found["ways"] for m in way["moves"]}
    assert str(pinned) not in moved
    squeezed = [w for w in found["ways"] if w["slot"]["start"] == at(plan.day, "08:00").isoformat()]
    assert [m["booking"] for m in squeezed[0]["moves"]] == [str(low)]
    assert squeezed[0]["moves"][0]["consumer_name"] == "Audi"
    assert best["reason"]
    held = await plan.dealer.read(await plan.planner(), "resource_bookings", low)
    assert held["starts_at"].startswith(at(plan.day, "08:00").isoformat()[:16])


async def test_the_promise_follows_bookings_and_parts_and_says_what_would_help(plan: Plan) -> None:
    car = await plan.car()
    first = await ask(plan, "promise", car=str(car))
    assert first["ready_at"] is not None
    assert any("første ledige" in reason for reason in first["reasons"])
    late = plan.day + timedelta(days=3)
    await plan.book(car, "mechanic", "08:00", "10:00", day=late)
    await plan.book(car, "detailer", "10:00", "12:00", "cosmetic", day=late)
    booked = await ask(plan, "promise", car=str(car))
    assert booked["ready_at"] >= at(late, "12:00").isoformat()
    assert booked["gains"][0]["hours"] > 0
    assert {g["lever"] for g in booked["gains"]} >= {"place"}


async def test_a_salesperson_asks_for_their_own_car_only(plan: Plan) -> None:
    car = await plan.car()
    seller = await plan.dealer.person("new_car_sales", "495")
    assert (await ask(plan, "promise", seller, car=str(car)))["ready_at"] > utc_now().isoformat()
    with pytest.raises(InvalidError, match="Car: there is no such record"):
        await ask(plan, "promise", await plan.dealer.person("new_car_sales", "490"), car=str(car))
    with pytest.raises(InvalidError, match="Car: there is no such record"):
        await ask(plan, "promise", seller, car=str(UUID(int=9)))
