"""Figures over the real rows: what was booked, how it went, what is owed, and who may know."""

from datetime import timedelta
from typing import Any

import pytest

from directapp.kernel.actor import system_actor
from directapp.kernel.errors import ForbiddenError, InvalidError
from directapp.store.outbox import dispatcher_actor
from directapp.store.unit import recorded
from support.dealer import Time
from support.plan import Plan, at


async def work_a_day(plan: Plan, time: Time) -> None:
    """Book two cars of 495, do the first 45 minutes late and 30 minutes too long, and leave the clock at four."""
    cars = [await plan.car(), await plan.car()]
    planner = await plan.planner()
    first = await plan.book(cars[0], "mechanic", "08:00", "10:00", estimated_hours=2)
    second = await plan.book(cars[0], "detailer", "12:00", "13:00", "cosmetic", estimated_hours=1)
    gone = await plan.book(cars[1], "mechanic", "13:00", "14:00")
    await plan.book(cars[1], "mechanic", "10:30", "12:30", confirmed=True)
    await plan.dealer.do(planner, "resource_bookings", "cancel", gone.record, reason="Utsatt")
    for booking, start, end in ((first, "08:45", "11:15"), (second, "12:00", "12:45")):
        for verb, clock in (("start", start), ("complete", end)):
            time.ahead += at(plan.day, clock) - time()
            await plan.dealer.do(planner, "resource_bookings", verb, booking.record)
    time.ahead += at(plan.day, "15:00") - time()


async def test_a_day_of_work_in_figures(plan: Plan, time: Time) -> None:
    try:
        await work_a_day(plan, time)
        found = await plan.figures()
        own = await plan.figures(await plan.dealer.person("finance", "495"))
    finally:
        time.ahead = timedelta()
    mechanical, cosmetic = (str(plan.types[k]) for k in ("mechanical", "cosmetic"))
    assert [s["number"] for s in found["sites"]] == ["499"]
    assert (found["period"]["jobs"], found["period"]["completed"], found["period"]["booked"]) == (3, 2, 5.0)
    assert found["period"]["available"] == 80.0
    assert found["today"]["jobs"] == 3
    used = {r["name"]: (r["booked"], r["available"]) for r in found["resources"]}
    assert used == {"mechanic": (4.0, 40.0), "detailer": (1.0, 40.0)}
    assert {t["key"]: t["booked"] for t in found["by_type"] if t["booked"]} == {mechanical: 4.0, cosmetic: 1.0}
    took = {a["type"]: (a["estimated"], a["actual"], a["ratio"]) for a in found["accuracy"]}
    assert took == {mechanical: (2.0, 2.5, 1.25), cosmetic: (1.0, 0.75, 0.75)}
    late = [d[word] for d in found["delays"] for word in ("late_start", "overrun")]
    # What nobody has started by its end is without outcome, and not late as well.
    assert late == pytest.approx([45, 30], abs=1)
    assert found["idle"] == {"cars": 1, "mean": 0.75}
    names = found["people"]
    bank = {names[b["person"]]["name"]: b["hours"] for b in found["time_bank"]}
    assert bank == {"Mechanic På 499": "2.50", "Detailer På 499": "0.75"}
    assert {d["day"] for d in found["time_bank_days"]} == {plan.day.isoformat()}
    provider, consumer = (str(plan.dealer.sites[n]) for n in ("499", "495"))
    owed = [(s["provider"], s["consumer"], s["hours"]) for s in found["settlements"]]
    assert owed == [(provider, consumer, "3.25")]
    assert found["settlements"][0]["types"] == {mechanical: "2.50", cosmetic: "0.75"}
    assert {(one["type"], one["hours"], one["cap"]) for one in found["lent"]} == {
        (mechanical, 4.0, 40.0),
        (cosmetic, 1.0, 40.0),
    }
    assert "planned" in {s["status"] for s in found["stages"]}
    assert [found["period"][code] for code in ("completed", "in_progress", "unreported", "ahead")] == [2, 0, 1, 0]
    # The consumer sees what it owes, and nothing of the provider's own.
    assert [s["hours"] for s in own["settlements"]] == ["3.25"]
    assert (own["resources"], own["time_bank"], own["period"]["jobs"]) == ([], [], 0)


_STAGES = """
INSERT INTO car_stages (tenant_id, id, car, status, entered_at, left_at, prep_center)
SELECT $1::uuid, gen_random_uuid(), $2::uuid, 'quality_check', $3::timestamptz,
       $3::timestamptz + h * interval '1 hour', $4::uuid
  FROM unnest(ARRAY[2, 3, 4]) h UNION ALL
SELECT $1::uuid, gen_random_uuid(), $2::uuid, 'quality_check', $3::timestamptz + h * interval '1 minute',
       $3::timestamptz + h * interval '61 minutes', $4::uuid FROM unnest(ARRAY[1, 6]) h
"""


async def test_a_years_stages_are_added_up_where_they_lie(plan: Plan) -> None:
    """Stays of 4, 1 and 6 hours: the first was written three times, and goes on to its latest end."""
    dealer, car = plan.dealer, await plan.car()
    async with dealer.application.platform.database.unit(system_actor(dealer.tenant, "demo")) as unit:
        await unit.value(_STAGES, dealer.tenant, car, at(plan.day, "08:00"), dealer.sites["499"])
    seen: list[tuple[str, tuple[Any, ...]]] = []
    token = recorded.set(seen)
    try:
        found = await plan.figures(first=(plan.day - timedelta(days=300)).isoformat())
    finally:
        recorded.reset(token)
    (stage,) = [s for s in found["stages"] if s["status"] == "quality_check"]
    assert stage == {"status": "quality_check", "mean": 3.67, "median": 4.0, "n": 3}
    big = ("car_stages", "timebank_entries")
    assert all("GROUP BY" in sql for sql, _ in seen if any(f'FROM "{name}"' in sql for name in big))
    assert any("car_stages" in sql for sql, _ in seen)
    (ready,) = [sql for sql, _ in seen if "ready_for_delivery_at" in sql and "percentile_cont" in sql]
    assert "count(*)" in ready
    assert found["ready"] == {"cars": 0, "mean": None, "median": None, "promised": 0, "kept": 0}


async def test_what_is_nearly_full_is_named(plan: Plan) -> None:
    for hour in range(8, 16, 2):
        await plan.book(await plan.car(), "mechanic", f"{hour:02d}:00", f"{hour + 2:02d}:00")
    found = await plan.figures(last=plan.day.isoformat())
    assert sorted(b["reason"] for b in found["bottlenecks"]) == [
        "Teknisk: 100 % belegg (8 av 8 timer).",
        "mechanic: 100 % belegg (8 av 8 timer).",
    ]
    assert not (await plan.figures())["bottlenecks"]


async def test_everyone_sees_the_own_sites_figures_and_no_others(plan: Plan) -> None:
    outside = str(plan.dealer.sites["490"])
    with pytest.raises(ForbiddenError) as caught:
        await plan.figures(site=outside)
    assert caught.value.problems[0].field == "site"
    with pytest.raises(ForbiddenError):
        await plan.figures(await plan.dealer.person("mechanic", "499"))
    admin = await plan.dealer.person("tenant_admin", "490")
    assert len((await plan.figures(admin))["sites"]) == 4
    assert [s["number"] for s in (await plan.figures(admin, site=outside))["sites"]] == ["490"]
    for first, last in ((plan.day, plan.day - timedelta(days=1)), (plan.day, plan.day + timedelta(days=400))):
        with pytest.raises(InvalidError) as wrong:
            await plan.figures(first=first.isoformat(), last=last.isoformat())
        assert wrong.value.problems[0].field == "last"


async def test_a_week_that_is_filled_is_told_of_once(plan: Plan) -> None:
    database, tenant = plan.dealer.application.platform.database, plan.dealer.tenant

    async def told() -> list[dict[str, Any]]:
        await plan.dealer.application.dispatcher.drain(tenant)
        async with database.unit(dispatcher_actor(tenant), readonly=True) as unit:
            sql = "SELECT payload FROM outbox WHERE event = 'timebank.full' AND tenant_id = $1"
            return [r["payload"] for r in await unit.fetch(sql, tenant)]

    for day in range(5):
        for hour in (8, 12):
            assert not await told()
            when = plan.day + timedelta(days=day)
            await plan.book(await plan.car(), "mechanic", f"{hour:02d}:00", f"{hour + 4:02d}:00", day=when)
    person = (await plan.dealer.person("mechanic", "499")).user
    found = await told()
    assert [(f["person"], f["week"], f["booked"]) for f in found] == [(str(person), plan.day.isoformat(), "40.00")]
