"""When a car is ready: the expected time of a car and the promise are one computation, and follow what happens."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
import pytest

from directapp.domains.planning.outlook_jobs import by_the_clock
from directapp.kernel.actor import Actor
from directapp.kernel.clock import utc_now
from directapp.kernel.ids import uuid7
from directapp.services.jobs import JobRun
from directapp.services.worked_out import put_down
from support.dealer import Time
from support.plan import OSLO, Plan, at


async def expected(plan: Plan, car: UUID) -> datetime | None:
    """Let everything follow; return when the car is expected to be ready, and hold it against the promise."""
    await plan.dealer.application.dispatcher.drain(plan.dealer.tenant)
    row = await plan.dealer.read(await plan.dealer.person("tenant_admin"), "cars", car)
    told, _ = await promised(plan, car)
    said = row["expected_ready_at"]
    if said is None:
        assert told is None
        return None
    found = datetime.fromisoformat(said)
    assert told is not None
    assert abs(told - found) < timedelta(minutes=16), "one computation: a quarter of an hour may pass between"
    assert found > utc_now() - timedelta(minutes=1)
    return found


async def promised(plan: Plan, car: UUID, actor: Actor | None = None) -> tuple[datetime | None, dict[str, Any]]:
    """Ask when the car is ready."""
    actor = replace(actor or await plan.dealer.person("tenant_admin"), language="en")
    answer = await plan.dealer.do(actor, "resource_bookings", "promise", car=str(car))
    found: dict[str, Any] = orjson.loads(answer.json or "")
    return (datetime.fromisoformat(found["ready_at"]) if found["ready_at"] else None), found


def job_of(plan: Plan) -> JobRun:
    tenant, pipeline = plan.dealer.tenant, plan.dealer.application.platform.pipeline
    said: dict[str, Any] = {"name": "clock", "collection": "", "payload": {}, "key": "", "attempt": 1, "last": True}
    return JobRun(id=uuid7(), pipeline=pipeline, tenant=tenant, record=tenant, **said)


async def the_hour_passes(plan: Plan, *, coming: bool = False) -> None:
    """Work out the cars that wait, as the clock has it done."""
    await by_the_clock(coming=coming)(job_of(plan))


def minute(at: datetime | None) -> str:
    assert at is not None
    return at.astimezone(OSLO).strftime("%Y-%m-%d %H:%M")


async def done(plan: Plan, car: UUID, time: Time, monkeypatch: pytest.MonkeyPatch) -> None:
    """Do the technical and cosmetic work of a car on the day."""
    lines = (("mechanic", "08:00", "10:00", "mechanical"), ("detailer", "10:00", "12:00", "cosmetic"))
    booked = [(await plan.book(car, name, a, b, kind)).record for name, a, b, kind in lines]
    for record, (name, start, end, _) in zip(booked, lines, strict=True):
        for clock, verb in ((start, "start"), (end, "complete")):
            monkeypatch.setattr(time, "ahead", at(plan.day, clock) - utc_now())
            await plan.dealer.do(await plan.dealer.person(name, "499"), "resource_bookings", verb, record)


async def test_a_car_without_a_plan_is_expected_where_it_first_fits_and_a_booking_moves_it(plan: Plan) -> None:
    car = await plan.car()
    unplanned = await expected(plan, car)
    assert unplanned is not None
    held = (await plan.book(car, "mechanic", "08:00", "10:00")).record
    await plan.book(car, "detailer", "13:00", "15:00", "cosmetic")
    assert minute(await expected(plan, car)) == f"{plan.day} 15:30", "and half an hour of checking"
    later = plan.day + timedelta(days=1)
    moved = {"starts_at": at(later, "08:00").isoformat(), "ends_at": at(later, "10:00").isoformat()}
    assert held is not None
    await plan.dealer.do(await plan.planner(), "resource_bookings", "update", held, **moved)
    assert (await expected(plan, car) or utc_now()) >= at(later, "12:30"), "the cosmetic work follows the technical"
    await plan.dealer.do(await plan.planner(), "resource_bookings", "cancel", held)
    assert (await expected(plan, car) or utc_now()) < at(later, "10:00")


async def test_a_car_in_quality_check_is_never_expected_in_the_past_and_rework_counts(
    plan: Plan, time: Time, monkeypatch: pytest.MonkeyPatch
) -> None:
    car = await plan.car()
    await done(plan, car, time, monkeypatch)
    row = await plan.dealer.read(await plan.dealer.person("tenant_admin"), "cars", car)
    assert row["status"] == "quality_check"
    checking = await expected(plan, car)
    assert minute(checking) == f"{plan.day} 12:30"
    monkeypatch.setattr(time, "ahead", at(plan.day, "14:00") - utc_now())
    reception, now = await plan.dealer.person("reception", "499"), at(plan.day, "14:00").isoformat()
    failed = {"quality_checked_at": now, "quality_approved": False, "rework": "technical", "quality_notes": "Rister"}
    await plan.dealer.do(reception, "cars", "update", car, **failed)
    again = await expected(plan, car)
    assert again is not None
    assert again >= at(plan.day + timedelta(days=1), "10:30"), "2.5 hours do not fit after two, then the check"
    _, told = await promised(plan, car)
    assert told["reasons"][0].split(":")[0] == "Technical"
    await plan.dealer.do(reception, "cars", "update", car, quality_approved=True)
    row = await plan.dealer.read(await plan.dealer.person("tenant_admin"), "cars", car)
    assert row["expected_ready_at"] == row["ready_for_delivery_at"]


async def test_parts_that_are_overdue_move_the_time_as_the_clock_goes(
    plan: Plan, time: Time, monkeypatch: pytest.MonkeyPatch
) -> None:
    car = await plan.car()
    parts = await plan.dealer.person("parts", "499")
    free = await expected(plan, car)
    due = {"car": str(car), "part_name": "Hengerfeste", "eta": plan.day.isoformat()}
    order = await plan.dealer.create(parts, "parts_orders", **due)
    waiting = await expected(plan, car)
    assert free is not None
    assert waiting is not None
    assert free < at(plan.day, "12:00") < waiting
    monkeypatch.setattr(time, "ahead", at(plan.day + timedelta(days=1), "08:00") - utc_now())
    await the_hour_passes(plan)
    overdue = await expected(plan, car)
    assert overdue is not None
    assert overdue > at(plan.day + timedelta(days=2), "12:00"), "noon of the next working day"
    _, told = await promised(plan, car)
    assert any("overdue" in reason for reason in told["reasons"])
    now = at(plan.day + timedelta(days=1), "08:00").isoformat()
    await plan.dealer.do(parts, "parts_orders", "update", order, arrived_at=now)
    here = await expected(plan, car)
    assert here is not None
    assert here < at(plan.day + timedelta(days=2), "12:00")


async def test_a_changed_day_estimate_or_need_moves_the_time_at_once(plan: Plan) -> None:
    """Not by the clock: all that `expected` lets follow are the events of the change itself."""
    car = await plan.car()
    planner, parts = await plan.planner(), await plan.dealer.person("parts", "499")
    free = minute(await expected(plan, car))
    await plan.dealer.do(planner, "cars", "update", car, estimated_technical_hours="6")
    longer = minute(await expected(plan, car))
    assert longer > free
    await plan.dealer.do(planner, "cars", "update", car, estimated_technical_hours=None)
    assert minute(await expected(plan, car)) == free
    order = await plan.dealer.create(parts, "parts_orders", car=str(car), part_name="Hengerfeste", eta=str(plan.day))
    waiting = minute(await expected(plan, car))
    later = plan.day + timedelta(days=3)
    await plan.dealer.do(parts, "parts_orders", "update", order, eta=later.isoformat())
    assert minute(await expected(plan, car)) > f"{later} 12:00" > waiting
    seller = await plan.dealer.person("new_car_sales", "495")
    await plan.dealer.do(seller, "cars", "update", car, needs_technical=False)
    assert minute(await expected(plan, car)) < f"{later} 12:00", "only the work on parts waits for them"


async def test_work_that_waits_for_a_yes_begins_after_it(plan: Plan) -> None:
    car = await plan.car()
    free = await expected(plan, car)
    mechanic = plan.demo
    item = {"car": str(car), "description": "Ny støtfanger", "kind": "technical", "estimate": "9000"}
    made = await plan.dealer.create(mechanic, "work_items", **item)
    asked = await expected(plan, car)
    assert free is not None
    assert asked is not None
    _, told = await promised(plan, car)
    assert any("waits for an approval" in reason for reason in told["reasons"])
    assert asked >= free
    await plan.dealer.do(await plan.dealer.person("manager", "499"), "work_items", "approve", made)
    await expected(plan, car)
    _, told = await promised(plan, car)
    assert not any("approval" in reason for reason in told["reasons"])


async def test_what_was_worked_out_is_nobodys_edit_and_what_has_passed_is_read_as_now(
    plan: Plan, time: Time, monkeypatch: pytest.MonkeyPatch
) -> None:
    car, admin = await plan.car(), await plan.dealer.person("tenant_admin")
    await plan.dealer.application.dispatcher.drain(plan.dealer.tenant)
    before = await plan.dealer.read(admin, "cars", car)
    monkeypatch.setattr(time, "ahead", timedelta(days=30))
    await the_hour_passes(plan, coming=True)
    after = await plan.dealer.read(admin, "cars", car)
    assert after["outlook_at"] > before["outlook_at"]
    assert (after["version"], after["updated_at"]) == (before["version"], before["updated_at"])
    await put_down(job_of(plan), "workflow", "cars", "outlook_at", {car: utc_now() - timedelta(days=2)})
    row = await plan.dealer.read(admin, "cars", car)
    assert datetime.fromisoformat(row["expected_ready_at"]) > utc_now() - timedelta(minutes=1)


async def test_the_promise_tells_no_free_times_of_sites_without_an_agreement(plan: Plan) -> None:
    mechanic = (await plan.dealer.person("mechanic", "490")).user
    await plan.resource("theirs", "technical", site="490", person=str(mechanic))
    sites, kind = plan.dealer.sites, str(plan.types["mechanical"])
    lends = {"provider": str(sites["490"]), "consumer": str(sites["495"]), "resource_type": kind}
    await plan.dealer.create(plan.demo, "resource_sharing", **lends, max_hours_per_week=40, priority=50)
    car, own = await plan.car(), plan.resources["mechanic"]
    away = {"starts_at": utc_now().isoformat(), "ends_at": at(plan.day + timedelta(days=2), "00:00").isoformat()}
    await plan.dealer.create(plan.demo, "absences", resource=str(own), kind="holiday", **away)
    theirs, found = await promised(plan, car, await plan.planner())
    assert not any("first free" in reason and "Technical" in reason for reason in found["reasons"])
    assert any("is expected to be done" in reason for reason in found["reasons"])
    own_answer, found = await promised(plan, car, await plan.dealer.person("new_car_sales", "495"))
    assert any("Technical" in reason and "first free" in reason for reason in found["reasons"])
    assert theirs == own_answer, "the time is the same, whoever asks"
    assert await expected(plan, car) == own_answer
