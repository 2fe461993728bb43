"""Work orders from the wish to the bill: approved, worked on, settled once, released by a second person."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from directapp.kernel.actor import Actor, system_actor
from directapp.kernel.clock import oslo_day
from directapp.kernel.dates import day_text
from directapp.kernel.errors import ConflictError, DirectAppError, ForbiddenError, InvalidError, NotFoundError
from directapp.store.query import Condition, Order, Query
from support.dealer import Dealer
from support.fleet import driver, rows, vehicle

AT_ONCE = 64


async def ordered(dealer: Dealer, actor: Actor, van: UUID, **more: Any) -> UUID:
    """Return work on a vehicle that is approved: nothing is estimated."""
    made = await dealer.create(actor, "work_orders", title="Bytt bremseklosser", vehicle=str(van), **more)
    await dealer.do(actor, "work_orders", "open", made)
    await dealer.do(actor, "work_orders", "submit", made, estimate=0)
    return made


async def part(dealer: Dealer, free: int) -> UUID:
    keeper = await dealer.person("parts", "490")
    return await dealer.create(
        keeper, "parts_inventory", part_number="5Q0615301", name="Bremsekloss", available=free, cost=250
    )


async def limited(dealer: Dealer, **limits: int | None) -> None:
    admin = await dealer.person("tenant_admin")
    await dealer.do(admin, "dealerships", "update", dealer.sites["490"], approval_limits=limits)


async def levels(dealer: Dealer, record: UUID) -> tuple[int, int]:
    row = await dealer.read(await dealer.person("parts", "490"), "parts_inventory", record)
    return row["available"], row["reserved"]


async def bells(dealer: Dealer, actor: Actor, title: str) -> list[str]:
    """Return what somebody was told in the bell of an order, the latest last."""
    await dealer.application.dispatcher.drain(dealer.tenant)
    query = Query(fields=(("title",),), sort=(Order("created_at"),))
    told = rows(await dealer.application.platform.reading.page(actor, "notifications", query))
    return [one["title"] for one in told if title in one["title"]]


async def begun(dealer: Dealer) -> tuple[UUID, UUID, UUID]:
    """Return an order that is planned, approved, assigned and begun, its vehicle and its schedule."""
    planner, leader = await dealer.person("planner", "490"), await dealer.person("fleet_manager", "490")
    other, hand = await dealer.person("manager", "490"), await dealer.person("technician", "490")
    await limited(dealer, planner=1_000, fleet_manager=5_000, manager=None)
    van = await vehicle(dealer, leader)
    await dealer.create(leader, "meter_readings", vehicle=str(van), km=9_000)
    due = await dealer.create(
        leader, "maintenance_schedules", vehicle=str(van), name="Service", every_km=10_000, counted_from_km=0
    )
    await dealer.do(planner, "maintenance_schedules", "order", due)
    planned = await dealer.read(planner, "maintenance_schedules", due)
    order = UUID(planned["work_order"])
    assert planned["standing"] == "planned"
    with pytest.raises(ConflictError):
        await dealer.do(leader, "maintenance_schedules", "order", due)
    await dealer.do(planner, "work_orders", "open", order)
    with pytest.raises(InvalidError) as refused:
        await dealer.do(planner, "work_orders", "submit", order)
    assert {p.field for p in refused.value.problems} == {"estimate"}
    await dealer.do(planner, "work_orders", "submit", order, estimate=6_000)
    assert (await dealer.read(planner, "work_orders", order))["status"] == "awaiting_approval"
    with pytest.raises(ForbiddenError):
        await dealer.do(leader, "work_orders", "approve", order)
    await dealer.do(other, "work_orders", "approve", order)
    now = dealer.application.platform.clock()
    await dealer.do(
        planner,
        "work_orders",
        "assign",
        order,
        technician=str(hand.user),
        start=now.isoformat(),
        end=(now + timedelta(hours=2)).isoformat(),
    )
    await dealer.do(hand, "work_orders", "start", order)
    assert (await dealer.read(leader, "vehicles", van))["status"] == "in_workshop"
    return order, van, due


async def test_work_is_settled_before_it_is_complete_and_counts_the_schedule_anew(dealer: Dealer) -> None:
    order, van, due = await begun(dealer)
    leader, hand = await dealer.person("fleet_manager", "490"), await dealer.person("technician", "490")
    now = dealer.application.platform.clock()
    task = await dealer.create(leader, "work_order_tasks", work_order=str(order), name="Trekk til hjul")
    clock = await dealer.create(hand, "labor_entries", work_order=str(order), started_at=now.isoformat(), rate=900)
    shelf = await part(dealer, 4)
    use = await dealer.create(hand, "part_uses", work_order=str(order), part=str(shelf), quantity=2)
    bill = await dealer.create(
        leader, "vendor_lines", work_order=str(order), vendor="Glass AS", description="Rute", amount=1_500
    )
    with pytest.raises(InvalidError) as refused:
        await dealer.do(hand, "work_orders", "complete", order)
    assert {p.field for p in refused.value.problems} == {"km"}
    with pytest.raises(ConflictError) as conflict:
        await dealer.do(hand, "work_orders", "complete", order, km=9_100)
    assert len(conflict.value.problems) == 4
    assert all(p.message.pick("nb") != p.message.pick("en") for p in conflict.value.problems)
    await dealer.do(hand, "work_order_tasks", "tick", task)
    await dealer.do(hand, "part_uses", "issue", use)
    await dealer.do(hand, "labor_entries", "correct", clock, hours="1.50", reason="Glemte pausen")
    await dealer.do(leader, "vendor_lines", "update", bill, settled=True)
    await dealer.do(hand, "work_orders", "complete", order, km=9_100, findings="Slitte klosser")
    whole = await dealer.read(leader, "work_orders", order)
    assert (whole["labor_cost"], whole["parts_cost"], whole["vendor_cost"]) == ("1350.00", "500.00", "1500.00")
    assert (whole["actual_cost"], whole["approved_budget"], whole["status"]) == ("3350.00", "6000.00", "completed")
    van_now = await dealer.read(leader, "vehicles", van)
    assert (van_now["status"], van_now["odometer_km"]) == ("active", 9_100)
    planned = await dealer.read(leader, "maintenance_schedules", due)
    assert (planned["last_done_km"], planned["next_due_km"], planned["standing"]) == (9_100, 19_100, "ok")
    assert await levels(dealer, shelf) == (2, 0)
    kept = await dealer.read(leader, "labor_entries", clock)
    assert (kept["hours"], kept["why"]) == (None, "Glemte pausen")
    assert "actual_cost" not in await dealer.read(hand, "work_orders", order)
    finance = await dealer.person("finance", "490")
    await dealer.do(finance, "work_orders", "close", order)
    with pytest.raises(DirectAppError):
        await dealer.create(leader, "vendor_lines", work_order=str(order), vendor="Sent AS", description="Mer")


async def test_over_a_tenth_more_than_approved_goes_back_to_approval_and_each_is_told(dealer: Dealer) -> None:
    planner, leader = await dealer.person("planner", "490"), await dealer.person("fleet_manager", "490")
    manager, hand = await dealer.person("manager", "490"), await dealer.person("technician", "490")
    await limited(dealer, planner=1_000, fleet_manager=5_000, manager=None)
    van = await vehicle(dealer, leader)
    order = await dealer.create(planner, "work_orders", title="Bytt clutch", vehicle=str(van))
    await dealer.do(planner, "work_orders", "open", order)
    await dealer.do(planner, "work_orders", "submit", order, estimate=1_000)
    start = dealer.application.platform.clock()
    times = {"start": start.isoformat(), "end": (start + timedelta(hours=2)).isoformat()}
    await dealer.do(planner, "work_orders", "assign", order, technician=str(hand.user), **times)
    await dealer.do(hand, "work_orders", "start", order)
    bill = await dealer.create(
        planner, "vendor_lines", work_order=str(order), vendor="Gir AS", description="Clutch", amount="1100.01"
    )
    await dealer.do(planner, "vendor_lines", "update", bill, settled=True)
    with pytest.raises(ConflictError) as refused:
        await dealer.do(hand, "work_orders", "complete", order, km=10)
    assert [(p.field, "1\xa0000" in p.message.pick("nb")) for p in refused.value.problems] == [("actual_cost", True)]
    # Within the own limit, and yet nothing is waved through by who asks.
    await dealer.do(planner, "work_orders", "submit", order, estimate=1_000)
    await dealer.do(leader, "work_orders", "reject", order, reason="Spør om pris")
    # What waits together may be told in any order.
    await dealer.application.dispatcher.drain(dealer.tenant)
    await dealer.do(planner, "work_orders", "submit", order, estimate=1_050)
    await dealer.do(leader, "work_orders", "approve", order)
    await dealer.do(hand, "work_orders", "start", order)
    # Whoever approved may ask for more, and is then not who approves.
    await dealer.do(leader, "work_orders", "submit", order, estimate=1_200)
    asked = await dealer.read(leader, "work_orders", order)
    assert (asked["status"], asked["approved_by"], asked["approved_at"]) == ("awaiting_approval", None, None)
    with pytest.raises(ForbiddenError):
        await dealer.do(leader, "work_orders", "approve", order)
    await dealer.do(manager, "work_orders", "approve", order)
    await dealer.do(hand, "work_orders", "start", order)
    await dealer.do(hand, "work_orders", "complete", order, km=10)
    done = await dealer.read(leader, "work_orders", order)
    assert (done["status"], done["approved_budget"], done["actual_cost"]) == ("completed", "1200.00", "1100.01")
    assert await bells(dealer, hand, "clutch") == [f"Bytt clutch er din, fra {day_text(oslo_day(start)).pick('nb')}."]
    assert await bells(dealer, planner, "clutch") == [
        "Bytt clutch kom tilbake: Spør om pris",
        "Bytt clutch er godkjent.",
    ]
    assert await bells(dealer, leader, "clutch") == ["Bytt clutch er godkjent."]


async def test_issued_parts_come_back_to_the_shelf_at_what_they_cost(dealer: Dealer) -> None:
    leader, keeper = await dealer.person("fleet_manager", "490"), await dealer.person("parts", "490")
    van, shelf = await vehicle(dealer, leader), await part(dealer, 4)
    order = await ordered(dealer, leader, van)
    use = await dealer.create(leader, "part_uses", work_order=str(order), part=str(shelf), quantity=3)
    await dealer.do(keeper, "part_uses", "issue", use)
    assert (await dealer.read(leader, "work_orders", order))["parts_cost"] == "750.00"
    await dealer.do(keeper, "parts_inventory", "update", shelf, cost=350)
    kept = await dealer.create(leader, "part_uses", work_order=str(order), part=str(shelf))
    await dealer.do(keeper, "part_uses", "give_back", use)
    await dealer.do(keeper, "part_uses", "give_back", kept)
    with pytest.raises(DirectAppError):
        await dealer.do(keeper, "part_uses", "give_back", use)
    # One at 350 was there, three came back at 250; what was only set aside moves no cost.
    assert (await dealer.read(keeper, "parts_inventory", shelf))["cost"] == "275.00"
    assert await levels(dealer, shelf) == (4, 0)
    assert (await dealer.read(leader, "work_orders", order))["actual_cost"] == "0.00"
    query = Query(filter=Condition(("part",), "eq", str(shelf)), sort=(Order("created_at"),), limit=50)
    moves = rows(await dealer.application.platform.reading.page(leader, "stock_moves", query))
    assert [(m["kind"], m["quantity"], m["free_after"]) for m in moves] == [
        ("reserve", 3, 1),
        ("issue", 3, 1),
        ("reserve", 1, 0),
        ("return", 3, 3),
        ("return", 1, 4),
    ]


async def test_the_database_refuses_who_asks_as_who_approves(dealer: Dealer) -> None:
    leader, manager = await dealer.person("fleet_manager", "490"), await dealer.person("manager", "490")
    _, papers = await driver(dealer, leader)
    van = await vehicle(dealer, leader, classification="pool")
    order = await ordered(dealer, leader, van)
    given = await dealer.create(leader, "assignments", vehicle=str(van), driver=str(papers), kind="designated")
    database = dealer.application.platform.database
    for table, record, changes in (
        ("work_orders", order, "approved_by = submitted_by"),
        ("work_orders", order, "submitted_by = NULL, approved_by = created_by"),
        ("work_orders", order, "completed_by = submitted_by, released_by = submitted_by"),
        ("assignments", given, "status = 'approved', decided_by = created_by"),
    ):
        with pytest.raises(asyncpg.CheckViolationError):
            async with database.unit(manager) as unit:
                await unit.fetch(f"UPDATE {table} SET {changes} WHERE id = $1", record)
    system = system_actor(dealer.tenant, "fleet")
    with pytest.raises(ConflictError) as refused:
        await dealer.do(system, "work_orders", "update", order, approved_by=str(leader.user))
    assert [p.message.pick("nb") for p in refused.value.problems] == ["Den som ber, godkjenner aldri."]


async def test_of_many_at_once_one_completes_it_and_the_shelf_is_never_below_nothing(dealer: Dealer) -> None:
    leader = await dealer.person("fleet_manager", "490")
    van, shelf = await vehicle(dealer, leader), await part(dealer, 10)
    order = await ordered(dealer, leader, van)
    asked = [dealer.create(leader, "part_uses", work_order=str(order), part=str(shelf)) for _ in range(AT_ONCE)]
    taken = [one for one in await asyncio.gather(*asked, return_exceptions=True) if isinstance(one, UUID)]
    assert len(taken) == 10
    assert await levels(dealer, shelf) == (0, 10)
    issued = [dealer.do(leader, "part_uses", "issue", use) for use in taken for _ in range(3)]
    answers = await asyncio.gather(*issued, return_exceptions=True)
    assert sum(not isinstance(one, DirectAppError) for one in answers) == 10
    assert await levels(dealer, shelf) == (0, 0)
    query = Query(filter=Condition(("part",), "eq", str(shelf)), limit=50)
    moves = rows(await dealer.application.platform.reading.page(leader, "stock_moves", query))
    assert sorted(m["kind"] for m in moves) == ["issue"] * 10 + ["reserve"] * 10
    assert {m["free_after"] for m in moves if m["kind"] == "reserve"} == set(range(10))
    await limited(dealer, manager=None)
    await dealer.do(leader, "work_orders", "start", order)
    await dealer.do(leader, "work_orders", "submit", order, estimate=2_500)
    await dealer.do(await dealer.person("manager", "490"), "work_orders", "approve", order)
    await dealer.do(leader, "work_orders", "start", order)
    finished = [dealer.do(leader, "work_orders", "complete", order, km=100) for _ in range(AT_ONCE)]
    done = await asyncio.gather(*finished, return_exceptions=True)
    assert sum(not isinstance(one, DirectAppError) for one in done) == 1


async def test_after_a_critical_repair_a_second_person_releases_the_vehicle(dealer: Dealer) -> None:
    leader, hand = await dealer.person("fleet_manager", "490"), await dealer.person("technician", "490")
    second = await dealer.person("mechanic", "490")
    van = await vehicle(dealer, leader)
    order = await ordered(dealer, leader, van, priority="critical")
    for verb, values in (("start", {}), ("complete", {"km": 10}), ("reopen", {"reason": "Trekker skjevt"})):
        await dealer.do(hand, "work_orders", verb, order, **values)
    await dealer.do(hand, "work_orders", "complete", order, km=12)
    with pytest.raises(ForbiddenError):
        await dealer.do(hand, "work_orders", "release", order)
    with pytest.raises(ConflictError):
        await dealer.do(await dealer.person("finance", "490"), "work_orders", "close", order)
    assert (await dealer.read(leader, "vehicles", van))["status"] == "in_workshop"
    await dealer.do(second, "work_orders", "release", order)
    released = await dealer.read(leader, "work_orders", order)
    assert (released["released_by"], released["reopened"]) == (str(second.user), 1)
    assert (await dealer.read(leader, "vehicles", van))["status"] == "active"


async def test_what_is_broken_off_gives_back_parts_time_and_the_vehicle(dealer: Dealer) -> None:
    leader, hand = await dealer.person("fleet_manager", "490"), await dealer.person("technician", "490")
    van, shelf = await vehicle(dealer, leader), await part(dealer, 3)
    first, other = await ordered(dealer, leader, van), await ordered(dealer, leader, van)
    now = dealer.application.platform.clock()
    when = {"start": now.isoformat(), "end": (now + timedelta(hours=3)).isoformat(), "technician": str(hand.user)}
    await dealer.do(leader, "work_orders", "assign", first, **when)
    with pytest.raises(DirectAppError) as taken:
        await dealer.do(leader, "work_orders", "assign", other, **when)
    assert "annet arbeid" in taken.value.problems[0].message.pick("nb")
    await dealer.create(leader, "part_uses", work_order=str(first), part=str(shelf), quantity=3)
    await dealer.do(leader, "work_orders", "start", first)
    await dealer.do(leader, "work_orders", "cancel", first, reason="Solgt")
    assert await levels(dealer, shelf) == (3, 0)
    assert (await dealer.read(leader, "vehicles", van))["status"] == "active"
    await dealer.do(leader, "work_orders", "assign", other, **when)


async def test_a_driver_sees_the_own_wish_and_a_technician_the_own_work_and_what_nobody_has(dealer: Dealer) -> None:
    leader, hand = await dealer.person("fleet_manager", "490"), await dealer.person("technician", "490")
    van = await vehicle(dealer, leader, classification="pool")
    person, _ = await driver(dealer, leader)
    other = await ordered(dealer, leader, van)
    with pytest.raises(NotFoundError):
        await dealer.read(person, "work_orders", other)
    assert (await dealer.read(hand, "work_orders", other))["title"] == "Bytt bremseklosser"
    now = dealer.application.platform.clock()
    times = {"starts_at": now.isoformat(), "ends_at": (now + timedelta(hours=2)).isoformat()}
    await dealer.do(
        person, "reservations", "fetch", await dealer.create(person, "reservations", vehicle=str(van), **times)
    )
    mine = await dealer.create(person, "work_orders", title="Ulyd foran", vehicle=str(van))
    await dealer.do(person, "work_orders", "update", mine, description="Ved bremsing")
    with pytest.raises(ForbiddenError):
        await dealer.do(person, "work_orders", "open", mine)
    await dealer.do(leader, "work_orders", "open", mine)
    with pytest.raises(DirectAppError):
        await dealer.do(person, "work_orders", "update", mine, description="Også ellers")
    mechanic = await dealer.person("mechanic", "490")
    await dealer.do(mechanic, "work_orders", "start", other)
    with pytest.raises(NotFoundError):
        await dealer.read(hand, "work_orders", other)
