"""Sums of bookings follow from the bookings, whichever act touched them."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import orjson
import pytest

from directapp.kernel.errors import ConflictError
from directapp.store.query import Query
from support.plan import Plan, at
from support.rush import Rush, audit

WEEK = ("monday", "tuesday", "wednesday", "thursday", "friday")


async def lay_out(plan: Plan, hours: float, kind: str = "mechanical", **more: Any) -> UUID:
    """Let the team of 499 have so many hours a day."""
    site, code = str(plan.dealer.sites["499"]), str(plan.types[kind])
    days = dict.fromkeys(WEEK, hours)
    return await plan.dealer.create(plan.demo, "capacity_rules", dealership=site, resource_type=code, **days | more)


async def rows(plan: Plan, collection: str) -> list[dict[str, Any]]:
    page = await plan.dealer.house.platform.reading.page(
        await plan.dealer.person("tenant_admin"), collection, Query(limit=1000)
    )
    found: list[dict[str, Any]] = orjson.loads(page.json)
    return found


async def used(plan: Plan) -> list[tuple[str, str | None, str]]:
    """Return what the days of the team count: day, allocated and used."""
    days = [d for d in await rows(plan, "resource_capacities") if d["resource"] is None]
    return sorted((d["day"], d["allocated_hours"], d["used_hours"]) for d in days)


async def proposed(plan: Plan, *lines: tuple[UUID, UUID | None, str, str, str]) -> UUID:
    """Return a proposal with these lines: car, what it moves, resource, from and to on the day (or +n days)."""
    planner = await plan.planner()
    asked = await plan.dealer.create(planner, "plan_proposals", seconds=1)

    def when(clock: str) -> str:
        time, _, ahead = clock.partition("+")
        return at(plan.day + timedelta(days=int(ahead or 0)), time).isoformat()

    whole = [
        {
            "line": n,
            "car": str(car),
            "car_title": f"car {n}",
            "resource": str(plan.resources[resource]),
            "resource_type": str(plan.types["mechanical"]),
            "moves": str(moves) if moves else None,
            "starts_at": when(start),
            "ends_at": when(end),
        }
        for n, (car, moves, resource, start, end) in enumerate(lines, 1)
    ]
    await plan.dealer.do(plan.demo, "plan_proposals", "update", asked, status="ready", lines=whole)
    return asked


async def holds(plan: Plan) -> bool:
    """Whether everything stands as the bookings say."""
    held = vars(await audit(plan, Rush()))
    held.pop("lost")
    return not any(held.values())


async def test_a_proposal_counts_each_of_its_lines_and_never_overdraws_a_day(plan: Plan) -> None:
    await lay_out(plan, 7.5)
    await plan.resource("hall", "technical", kind="bay", capacity=3)
    await plan.dealer.do(plan.demo, "resource_types", "update", plan.types["mechanical"], requires_assignment=False)
    cars = [await plan.car() for _ in range(4)]
    planner = await plan.planner()
    fits = await proposed(
        plan,
        (cars[0], None, "hall", "08:00", "10:30"),
        (cars[1], None, "hall", "08:00", "10:30"),
        (cars[2], None, "hall", "10:30", "13:00"),
    )
    await plan.dealer.do(planner, "plan_proposals", "accept", fits)
    assert await used(plan) == [(plan.day.isoformat(), "7.50", "7.50")]
    over = await proposed(plan, (cars[3], None, "hall", "13:00", "15:30"))
    with pytest.raises(ConflictError) as caught:
        await plan.dealer.do(planner, "plan_proposals", "accept", over)
    assert "7,5" in caught.value.problems[0].message.nb
    assert await holds(plan)


async def test_a_proposal_whose_lines_overdraw_a_day_together_books_none_of_them(plan: Plan) -> None:
    await lay_out(plan, 7.5)
    await plan.resource("hall", "technical", kind="bay", capacity=4)
    await plan.dealer.do(plan.demo, "resource_types", "update", plan.types["mechanical"], requires_assignment=False)
    lines = [(await plan.car(), None, "hall", "08:00", "10:30") for _ in range(4)]
    asked = await proposed(plan, *lines)
    planner = await plan.planner()
    with pytest.raises(ConflictError) as caught:
        await plan.dealer.do(planner, "plan_proposals", "accept", asked)
    assert "Linje 4" in caught.value.problems[0].message.nb
    assert await rows(plan, "resource_bookings") == []
    await plan.dealer.do(planner, "plan_proposals", "accept", asked, lines=[1, 3, 4])
    assert await used(plan) == [(plan.day.isoformat(), "7.50", "7.50")]


async def test_bookings_of_two_full_days_change_places(plan: Plan) -> None:
    await lay_out(plan, 4)
    one, two = await plan.car(), await plan.car()
    first = (await plan.book(one, "mechanic", "08:00", "12:00")).record
    second = (await plan.book(two, "mechanic", "08:00", "12:00", day=plan.day + timedelta(days=1))).record
    asked = await proposed(
        plan, (one, first, "mechanic", "08:00+1", "12:00+1"), (two, second, "mechanic", "08:00", "12:00")
    )
    await plan.dealer.do(await plan.planner(), "plan_proposals", "accept", asked)
    assert first is not None
    assert (await plan.dealer.read(await plan.planner(), "resource_bookings", first))["day"] != plan.day.isoformat()
    assert [u for _, _, u in await used(plan)] == ["4.00", "4.00"]
    assert await holds(plan)
