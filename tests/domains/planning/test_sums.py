"""Sums of bookings follow from the bookings, whichever act touched them."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import orjson
import pytest

from directapp.domains.planning import SYSTEM
from directapp.domains.planning.engine.workdays import public_holidays
from directapp.kernel.actor import system_actor
from directapp.kernel.clock import oslo_day, utc_now
from directapp.kernel.errors import ConflictError, InvalidError
from directapp.kernel.ids import uuid7
from directapp.services.jobs import GiveUpError, JobRun
from directapp.services.recounting import recount
from directapp.store.query import Query
from support.acts import wrong
from support.plan import Plan, at

WEEK = ("monday", "tuesday", "wednesday", "thursday", "friday")


async def lay_out(plan: Plan, hours: float, kind: str = "mechanical", **more: Any) -> UUID:
    """Let the team of 499 have so many hours a day."""
    site, code = str(plan.dealer.sites["499"]), str(plan.types[kind])
    days = dict.fromkeys(WEEK, hours)
    return await plan.dealer.create(plan.demo, "capacity_rules", dealership=site, resource_type=code, **days | more)


async def rows(plan: Plan, collection: str) -> list[dict[str, Any]]:
    page = await plan.dealer.application.platform.reading.page(
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


async def hall(plan: Plan, capacity: int) -> UUID:
    """Let 499 have a hall that takes so many cars and needs nobody by name."""
    await plan.dealer.do(plan.demo, "resource_types", "update", plan.types["mechanical"], requires_assignment=False)
    return await plan.resource("hall", "technical", kind="bay", capacity=capacity)


async def booked(plan: Plan, start: str, end: str, resource: str = "hall", **more: Any) -> UUID:
    """Book a new car."""
    record = (await plan.book(await plan.car(), resource, start, end, **more)).record
    assert record is not None
    return record


async def seen(plan: Plan, record: UUID) -> dict[str, Any]:
    return await plan.dealer.read(await plan.planner(), "resource_bookings", record)


async def test_a_proposal_counts_each_of_its_lines_and_never_overdraws_a_day(plan: Plan) -> None:
    await lay_out(plan, 7.5)
    await hall(plan, 3)
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
    assert "7,5" in caught.value.problems[0].message.pick("nb")
    assert await wrong(plan) == {}


async def test_a_proposal_whose_lines_overdraw_a_day_together_books_none_of_them(plan: Plan) -> None:
    await lay_out(plan, 7.5)
    await hall(plan, 4)
    lines = [(await plan.car(), None, "hall", "08:00", "10:30") for _ in range(4)]
    asked = await proposed(plan, *lines)
    planner = await plan.planner()
    with pytest.raises(ConflictError) as caught:
        await plan.dealer.do(planner, "plan_proposals", "accept", asked)
    assert "Linje 4" in caught.value.problems[0].message.pick("nb")
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
    assert await wrong(plan) == {}


async def test_an_agreement_that_ended_and_holds_again_still_counts_what_was_booked(plan: Plan) -> None:
    agreement = await plan.agreement("324", max_hours_per_week=4)
    car = await plan.car()
    await plan.dealer.do(plan.demo, "cars", "update", car, dealership=str(plan.dealer.sites["324"]))
    held = (await plan.book(car, "mechanic", "08:00", "12:00")).record
    assert held is not None
    await plan.dealer.do(plan.demo, "resource_sharing", "update", agreement, enabled=False)
    await plan.dealer.do(await plan.planner(), "resource_bookings", "confirm", held)
    await plan.dealer.do(plan.demo, "resource_sharing", "update", agreement, enabled=True)
    assert (await seen(plan, held))["agreement"] == str(agreement)
    other = await plan.car()
    await plan.dealer.do(plan.demo, "cars", "update", other, dealership=str(plan.dealer.sites["324"]))
    with pytest.raises(ConflictError) as caught:
        await plan.book(other, "mechanic", "12:00", "16:00")
    assert "4" in caught.value.problems[0].message.pick("nb")
    assert await wrong(plan) == {}


@pytest.mark.parametrize(("seconds", "stands"), [(17, False), (4 * 60, False), (5 * 60, True)])
async def test_a_booking_lasts_some_minutes(plan: Plan, seconds: int, *, stands: bool) -> None:
    start = at(plan.day, "09:00")
    values = {"starts_at": start.isoformat(), "ends_at": (start + timedelta(seconds=seconds)).isoformat()}
    values |= {"resource": str(plan.resources["mechanic"]), "resource_type": str(plan.types["mechanical"])}
    car = str(await plan.car())
    if stands:
        await plan.dealer.do(await plan.planner(), "resource_bookings", "create", car=car, **values)
        return
    with pytest.raises(InvalidError) as caught:
        await plan.dealer.do(await plan.planner(), "resource_bookings", "create", car=car, **values)
    assert (caught.value.problems[0].field, caught.value.problems[0].code) == ("ends_at", "too_short")


async def test_a_day_of_short_jobs_is_full_when_its_minutes_are(plan: Plan) -> None:
    await lay_out(plan, 1)
    await hall(plan, 9)
    for _ in range(9):
        await booked(plan, "08:00", "08:06")
    with pytest.raises(ConflictError):
        await booked(plan, "09:00", "09:07")
    await booked(plan, "09:00", "09:06")
    assert await used(plan) == [(plan.day.isoformat(), "1.00", "1.00")]


async def test_a_place_for_two_refuses_only_where_three_would_stand_at_once(plan: Plan) -> None:
    await hall(plan, 2)
    first = await booked(plan, "08:00", "10:00")
    await booked(plan, "08:00", "09:00")
    await booked(plan, "09:00", "11:00")
    await booked(plan, "11:00", "13:00")
    await plan.dealer.do(await plan.planner(), "resource_bookings", "cancel", first)
    across = await booked(plan, "09:30", "12:30")
    assert (await seen(plan, across))["lane"] == 2
    with pytest.raises(ConflictError):
        await booked(plan, "10:30", "11:30")
    assert await wrong(plan) == {}


async def test_an_archived_car_gives_its_time_back(plan: Plan) -> None:
    await lay_out(plan, 6)
    car = await plan.car()
    ahead = (await plan.book(car, "mechanic", "08:00", "12:00")).record
    under_way = (await plan.book(car, "detailer", "13:00", "15:00", "cosmetic")).record
    assert ahead is not None
    assert under_way is not None
    await plan.dealer.do(await plan.planner(), "resource_bookings", "start", under_way)
    admin = await plan.dealer.person("tenant_admin")
    await plan.dealer.do(admin, "cars", "archive", car, reason="scrapped")
    await plan.dealer.application.dispatcher.drain(plan.dealer.tenant)
    assert (await seen(plan, ahead))["status"] == "cancelled"
    assert (await seen(plan, under_way))["status"] == "completed"
    assert [u for _, _, u in await used(plan)] == ["0.00"]
    assert await wrong(plan) == {}


async def test_hours_stand_on_the_day_that_they_were_worked(plan: Plan) -> None:
    car = await plan.car()
    held = (await plan.book(car, "mechanic", "08:00", "10:00")).record
    await plan.book(car, "detailer", "10:00", "12:00", "cosmetic")
    assert held is not None
    planner = await plan.planner()
    await plan.dealer.do(planner, "resource_bookings", "start", held)
    await plan.dealer.do(planner, "resource_bookings", "complete", held, actual_hours="2")
    (entry,) = await rows(plan, "timebank_entries")
    assert (entry["day"], entry["hours"]) == (oslo_day(utc_now()).isoformat(), "2.00")
    manager = await plan.dealer.person("manager", "499")
    with pytest.raises(ConflictError) as caught:
        await plan.dealer.do(manager, "timebank_entries", "update", UUID(entry["id"]), hours="9")
    assert caught.value.problems[0].field == "hours"
    await plan.dealer.do(planner, "resource_bookings", "update", held, actual_hours="1,5")
    assert [e["hours"] for e in await rows(plan, "timebank_entries")] == ["1.50"]


async def test_running_over_holds_up_the_persons_and_the_cars_next_work_wherever_it_is(plan: Plan) -> None:
    await hall(plan, 3)
    mechanic = str((await plan.dealer.person("mechanic", "499")).user)
    car = await plan.car()
    over = (await plan.book(car, "mechanic", "08:00", "09:00")).record
    persons = await booked(plan, "10:00", "11:00", person=mechanic)
    cars = (await plan.book(car, "detailer", "12:00", "13:00", "cosmetic")).record
    nobodys = await booked(plan, "10:00", "11:00")
    assert over is not None
    assert cars is not None
    await plan.dealer.do(await plan.planner(), "resource_bookings", "start", over)
    early = "UPDATE resource_bookings SET starts_at = now() - interval '2 hours', ends_at = now() - interval '1 hour'"
    async with plan.dealer.application.platform.database.unit(system_actor(plan.dealer.tenant, SYSTEM)) as unit:
        await unit.value(f"{early} WHERE tenant_id = $1 AND id = $2", plan.dealer.tenant, over)
    found = [(await seen(plan, record))["held_up"] for record in (persons, cars, nobodys)]
    assert found == [True, True, False]


async def test_a_weekly_plan_that_is_ended_or_taken_away_limits_nothing_any_more(plan: Plan) -> None:
    rule = await lay_out(plan, 2)
    await hall(plan, 3)
    await booked(plan, "08:00", "10:00")
    with pytest.raises(ConflictError):
        await booked(plan, "08:00", "09:00")
    ended = (plan.day - timedelta(days=1)).isoformat()
    await plan.dealer.do(plan.demo, "capacity_rules", "update", rule, valid_to=ended)
    await booked(plan, "08:00", "09:00")
    await plan.dealer.application.dispatcher.drain(plan.dealer.tenant)
    assert await used(plan) == [(plan.day.isoformat(), None, "3.00")]
    again = await lay_out(plan, 3)
    await plan.dealer.application.dispatcher.drain(plan.dealer.tenant)
    assert await used(plan) == [(plan.day.isoformat(), "3.00", "3.00")]
    await plan.dealer.do(await plan.planner(), "capacity_rules", "delete", again)
    await plan.dealer.application.dispatcher.drain(plan.dealer.tenant)
    assert await used(plan) == [(plan.day.isoformat(), None, "3.00")]


async def test_a_plan_begins_to_count_days_that_were_booked_before_it(plan: Plan) -> None:
    await hall(plan, 3)
    await booked(plan, "08:00", "10:00")
    await lay_out(plan, 5)
    await plan.dealer.application.dispatcher.drain(plan.dealer.tenant)
    assert await used(plan) == [(plan.day.isoformat(), "5.00", "2.00")]


async def test_who_works_on_a_holiday_is_booked_then_and_the_plan_may_hold_too(plan: Plan) -> None:
    day = min(d for d in public_holidays(plan.day, plan.day + timedelta(days=400)) if d.weekday() in range(5))
    rule = await lay_out(plan, 2)
    await hall(plan, 3)
    with pytest.raises(InvalidError):
        await booked(plan, "08:00", "09:00", day=day)
    await plan.dealer.do(await plan.planner(), "resources", "update", plan.resources["hall"], works_holidays=True)
    await booked(plan, "08:00", "10:00", day=day)
    await booked(plan, "08:00", "09:00", day=day)
    await plan.dealer.do(await plan.planner(), "capacity_rules", "update", rule, on_holidays=True)
    with pytest.raises(ConflictError):
        await booked(plan, "10:00", "11:00", day=day)
    site, kind = str(plan.dealer.sites["499"]), str(plan.types["mechanical"])
    await plan.dealer.application.dispatcher.drain(plan.dealer.tenant)
    (held,) = await rows(plan, "resource_capacities")
    assert (held["dealership"], held["resource_type"], held["allocated_hours"]) == (site, kind, "3.00")
    await plan.dealer.do(await plan.planner(), "resource_capacities", "update", UUID(held["id"]), allocated_hours=4)
    await booked(plan, "10:00", "11:00", day=day)


async def test_a_draft_that_is_deleted_takes_its_hours_with_it(plan: Plan) -> None:
    await lay_out(plan, 6)
    car = await plan.dealer.create(plan.demo, "cars", make="VW", dealership=str(plan.dealer.sites["499"]))
    await plan.book(car, "mechanic", "08:00", "10:00")
    assert [u for _, _, u in await used(plan)] == ["2.00"]
    admin = await plan.dealer.person("tenant_admin")
    await plan.dealer.do(admin, "cars", "delete", car)
    assert [u for _, _, u in await used(plan)] == ["0.00"]


async def test_the_night_puts_drifted_sums_right_and_says_so(plan: Plan) -> None:
    await lay_out(plan, 6)
    await booked(plan, "08:00", "10:00", "mechanic")
    job = JobRun(
        id=uuid7(),
        pipeline=plan.dealer.application.platform.pipeline,
        tenant=plan.dealer.tenant,
        name="recount",
        collection="",
        record=plan.dealer.tenant,
        payload={},
        key="",
        attempt=1,
        last=True,
    )
    await recount(job, SYSTEM)
    async with plan.dealer.application.platform.database.unit(system_actor(plan.dealer.tenant, SYSTEM)) as unit:
        await unit.value("UPDATE resource_capacities SET used_hours = 1 WHERE tenant_id = $1", plan.dealer.tenant)
        await unit.value("UPDATE sharing_weeks SET used_hours = 0 WHERE tenant_id = $1", plan.dealer.tenant)
    with pytest.raises(GiveUpError, match=r"resource_capacities: 1 mended.*sharing_weeks: 1 mended"):
        await recount(job, SYSTEM)
    assert await wrong(plan) == {}
    await recount(job, SYSTEM)


_BEGUN = """
INSERT INTO resource_capacities (tenant_id, id, dealership, resource_type, day, exception, used_hours)
VALUES ($1, gen_random_uuid(), $2, $3, $4, false, 2)
"""
_WAITS = "SELECT count(*) FROM pg_locks WHERE NOT granted"


async def test_a_day_that_somebody_else_begins_to_count_is_waited_for(plan: Plan) -> None:
    await hall(plan, 3)
    await booked(plan, "08:00", "10:00")
    await lay_out(plan, 5)
    dealer, site = plan.dealer, plan.dealer.sites["499"]
    async with dealer.application.platform.database.unit(system_actor(dealer.tenant, SYSTEM)) as unit:
        await unit.lock(site)
        await unit.value(_BEGUN, dealer.tenant, site, plan.types["mechanical"], plan.day)
        recounts = asyncio.create_task(dealer.application.dispatcher.drain(dealer.tenant))
        while not recounts.done() and not await unit.value(_WAITS):
            await asyncio.sleep(0.05)
    await recounts
    left = await dealer.application.dispatcher.backlog(dealer.tenant)
    assert (left.due, left.running, left.waiting) == (0, 0, 0), "nothing failed that is tried again"
    assert await used(plan) == [(plan.day.isoformat(), "5.00", "2.00")]
