"""Somebody who works at two sites: what they do at one is not offered at the other, and nothing more is told."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import orjson
import pytest

from directapp.kernel.actor import Actor
from directapp.kernel.clock import utc_now
from directapp.kernel.errors import NotFoundError
from support.dealer import Time
from support.plan import Plan, at


async def ask(plan: Plan, verb: str, actor: Actor | None = None, **params: Any) -> tuple[dict[str, Any], str]:
    """Ask as the planner of 499, from the day's morning to its evening; return the answer and its text."""
    day = {"earliest": at(plan.day, "06:00").isoformat(), "latest": at(plan.day, "18:00").isoformat()}
    answer = await plan.dealer.do(actor or await plan.planner(), "resource_bookings", verb, **day | params)
    assert answer.json is not None
    found: dict[str, Any] = orjson.loads(answer.json)
    return found, answer.json.decode() if isinstance(answer.json, bytes) else str(answer.json)


@pytest.fixture
async def elsewhere(plan: Plan) -> UUID:
    """Let the mechanic of 499 work at 490 too; return a car of 490."""
    mechanic = (await plan.dealer.person("mechanic", "499")).user
    await plan.resource("elsewhere", "technical", site="490", person=str(mechanic))
    seller = await plan.dealer.person("new_car_sales", "490")
    made = {"make": "VW", "model": "Hemmelig", "car_type": "new", "order_number": "777"}
    return await plan.dealer.create(seller, "cars", **made)


async def book(plan: Plan, car: UUID, start: str, end: str, **more: Any) -> UUID:
    """Book the mechanic at 490, by whom 499 does not see."""
    made = (await plan.book(car, "elsewhere", start, end, actor=await plan.planner("490"), **more)).record
    assert made is not None
    return made


def starts(found: dict[str, Any]) -> list[str]:
    return [slot["start"] for slot in found["slots"]]


async def test_who_is_booked_at_the_other_site_is_not_offered(plan: Plan, elsewhere: UUID) -> None:
    booking = await book(plan, elsewhere, "08:00", "12:00")
    with pytest.raises(NotFoundError):
        await plan.dealer.read(await plan.planner(), "resource_bookings", booking)
    kind = {"resource_type": str(plan.types["mechanical"])}
    found, told = await ask(plan, "find_slots", **kind, hours=2)
    assert starts(found)[0] == at(plan.day, "12:00").isoformat()
    assert str(booking) not in told
    assert str(elsewhere) not in told
    week = {"car": str(await plan.car()), "latest": at(plan.day + timedelta(days=4), "18:00").isoformat()}
    chain, told = await ask(plan, "find_chains", **week)
    assert chain["chains"][0]["slots"][0]["start"] >= at(plan.day, "12:00").isoformat()
    assert str(booking) not in told
    room, told = await ask(plan, "make_room", **kind, hours=8)
    assert room["ways"] == []
    assert str(booking) not in told
    for slot in found["slots"][:1]:
        await plan.book(await plan.car(), "mechanic", "12:00", "14:00", actor=await plan.planner())
        assert slot["resource"] == str(plan.resources["mechanic"])


async def test_a_room_for_two_jobs_is_no_room_for_somebody_who_is_away(plan: Plan, elsewhere: UUID) -> None:
    own = plan.resources["mechanic"]
    await plan.dealer.do(plan.demo, "resources", "update", own, capacity=2)
    await book(plan, elsewhere, "08:00", "12:00")
    found, _ = await ask(plan, "find_slots", resource_type=str(plan.types["mechanical"]), hours=2)
    assert min(starts(found)) == at(plan.day, "12:00").isoformat()


async def test_a_plan_proposal_goes_round_what_is_booked_at_the_other_site(plan: Plan, elsewhere: UUID) -> None:
    await book(plan, elsewhere, "08:00", "15:00")
    await plan.car()
    planner, day = await plan.planner(), plan.day.isoformat()
    asked = await plan.dealer.create(planner, "plan_proposals", first_day=day, last_day=day, seconds=1)
    await plan.dealer.application.dispatcher.drain(plan.dealer.tenant)
    made = await plan.dealer.read(planner, "plan_proposals", asked)
    assert made["status"] == "ready"
    assert not made["lines"]
    assert len(made["unplanned"]) == 1, "2.5 hours of technical work do not fit after 15:00"


async def test_who_is_ill_at_one_site_is_ill_at_the_other(plan: Plan, elsewhere: UUID) -> None:
    del elsewhere
    times = {"starts_at": at(plan.day, "00:00").isoformat(), "ends_at": at(plan.day, "13:00").isoformat()}
    away = {"resource": str(plan.resources["elsewhere"]), "kind": "illness", "note": "privat sak", **times}
    await plan.dealer.create(plan.demo, "absences", **away)
    found, told = await ask(plan, "find_slots", resource_type=str(plan.types["mechanical"]), hours=2)
    assert starts(found)[0] == at(plan.day, "13:00").isoformat()
    assert "privat" not in told
    week = {"car": str(await plan.car()), "latest": at(plan.day + timedelta(days=4), "18:00").isoformat()}
    chain, _ = await ask(plan, "find_chains", **week)
    assert chain["chains"]
    assert all(way["slots"][0]["start"] >= at(plan.day, "13:00").isoformat() for way in chain["chains"])


async def test_somebody_elses_day_at_the_other_site_takes_nothing_here(plan: Plan, elsewhere: UUID) -> None:
    other = await plan.resource("other hands", "technical", site="490", kind="bay")
    kind, day = str(plan.types["mechanical"]), plan.day
    await plan.dealer.do(
        await plan.planner("490"),
        "resource_bookings",
        "create",
        car=str(elsewhere),
        resource_type=kind,
        resource=str(other),
        person=str((await plan.dealer.person("mechanic", "490")).user),
        starts_at=at(day, "08:00").isoformat(),
        ends_at=at(day, "12:00").isoformat(),
    )
    found, _ = await ask(plan, "find_slots", resource_type=kind, hours=2)
    assert starts(found)[0] == at(day, "08:00").isoformat()


async def test_the_week_counts_the_days_before_the_search(plan: Plan) -> None:
    for n, clock in enumerate(("08:00", "12:00")):
        await plan.book(await plan.car(), "mechanic", clock, f"{12 + 4 * n}:00")
    await plan.resource("second", "technical", person=str((await plan.dealer.person("planner", "499")).user))
    later = plan.day + timedelta(days=3)
    window = {"earliest": at(later, "06:00").isoformat(), "latest": at(later, "18:00").isoformat()}
    found, _ = await ask(plan, "find_slots", **window, resource_type=str(plan.types["mechanical"]), hours=2)
    used = {slot["resource_name"]: slot["utilisation"] for slot in found["slots"]}
    assert used == {"second": 0.0, "mechanic": 0.2}, "8 of 40 hours were booked on Monday"
    assert found["slots"][0]["resource_name"] == "second"


async def test_the_week_counts_what_is_done_and_not_the_rest_that_was_given_back(
    plan: Plan, time: Time, monkeypatch: pytest.MonkeyPatch
) -> None:
    car = await plan.car()
    held = (await plan.book(car, "mechanic", "08:00", "16:00")).record
    await plan.book(car, "detailer", "08:00", "10:00", "cosmetic", day=plan.day + timedelta(days=1))
    assert held is not None
    for clock, verb in (("08:00", "start"), ("12:00", "complete")):
        monkeypatch.setattr(time, "ahead", at(plan.day, clock) - utc_now())
        await plan.dealer.do(await plan.dealer.person("mechanic", "499"), "resource_bookings", verb, held)
    later = plan.day + timedelta(days=2)
    window = {"earliest": at(later, "06:00").isoformat(), "latest": at(later, "18:00").isoformat()}
    found, _ = await ask(plan, "find_slots", **window, resource_type=str(plan.types["mechanical"]), hours=2)
    assert {slot["utilisation"] for slot in found["slots"]} == {0.1}
