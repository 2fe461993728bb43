"""Slot search over the real rows: what it offers can be booked, and what it says is why."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import orjson
import pytest

from directapp.kernel.errors import ForbiddenError, InvalidError, NotFoundError
from support.plan import Plan, at


async def search(plan: Plan, verb: str = "find_slots", **params: Any) -> dict[str, Any]:
    """Search as the planner of 499, from the morning of the day."""
    params = {"earliest": at(plan.day, "06:00").isoformat()} | params
    answer = await plan.dealer.do(await plan.planner(), "resource_bookings", verb, **params)
    assert answer.json is not None
    found: dict[str, Any] = orjson.loads(answer.json)
    return found


async def test_every_slot_that_is_offered_can_be_booked(plan: Plan) -> None:
    other, car = await plan.car(), await plan.car()
    await plan.book(other, "mechanic", "08:00", "10:00")
    await plan.book(other, "mechanic", "12:00", "13:00", confirmed=True)
    found = await search(plan, resource_type=str(plan.types["mechanical"]), car=str(car), hours=2)
    assert [s["start"] for s in found["slots"][:2]] == [at(plan.day, t).isoformat() for t in ("10:00", "13:00")]
    assert found["slots"][0]["reasons"][0] == "Tidligst mulig."
    assert found["slots"][0]["resource_name"] == "mechanic"
    for slot in found["slots"][:3]:
        await plan.dealer.do(
            await plan.planner(),
            "resource_bookings",
            "create",
            car=str(await plan.car()),
            resource_type=str(plan.types["mechanical"]),
            resource=slot["resource"],
            starts_at=slot["start"],
            ends_at=slot["end"],
        )


async def test_the_estimate_says_where_it_comes_from(plan: Plan) -> None:
    car = await plan.car()
    kind = str(plan.types["mechanical"])
    assert (await search(plan, resource_type=kind, car=str(car)))["basis"] == "Bilens eget anslag."
    assert (await search(plan, resource_type=kind))["hours"] == "2.50"


async def test_a_chain_does_cosmetic_after_technical_within_the_agreement(plan: Plan) -> None:
    car = await plan.car()
    found = await search(plan, "find_chains", car=str(car))
    best = found["chains"][0]
    technical, cosmetic = best["slots"][:2]
    assert (technical["resource_name"], cosmetic["resource_name"]) == ("mechanic", "detailer")
    assert technical["end"] <= cosmetic["start"]
    assert best["finish"] == best["slots"][-1]["end"]


async def test_another_sites_time_is_offered_only_under_an_agreement(plan: Plan) -> None:
    kind = str(plan.types["mechanical"])
    site = str(plan.dealer.sites["324"])
    planner = await plan.dealer.person("planner", "324")
    params = {"resource_type": kind, "earliest": at(plan.day, "06:00").isoformat(), "site": site}
    answer = await plan.dealer.do(planner, "resource_bookings", "find_slots", **params)
    assert orjson.loads(answer.json or "")["slots"] == []
    await plan.agreement("324", max_hours_per_week=3)
    answer = await plan.dealer.do(planner, "resource_bookings", "find_slots", **params, hours=2)
    slots = orjson.loads(answer.json or "")["slots"]
    assert slots[0]["hours_left"] == 3
    assert not slots[0]["own_site"]
    answer = await plan.dealer.do(planner, "resource_bookings", "find_slots", **params, hours=4)
    assert "tak" in orjson.loads(answer.json or "")["refused"][0]


async def test_a_search_refuses_what_it_cannot_do(plan: Plan) -> None:
    kind = str(plan.types["mechanical"])
    early = at(plan.day, "08:00")
    with pytest.raises(InvalidError) as caught:
        await search(plan, resource_type=kind, latest=(early - timedelta(days=1)).isoformat())
    assert caught.value.problems[0].field == "latest"
    with pytest.raises(InvalidError):
        await search(plan, resource_type=kind, latest=(early + timedelta(days=400)).isoformat())
    with pytest.raises(InvalidError) as caught:
        await search(plan, resource_type=kind, car=str(UUID(int=7)))
    assert caught.value.problems[0].field == "car"
    with pytest.raises(ForbiddenError):
        await plan.dealer.do(
            await plan.dealer.person("new_car_sales", "495"), "resource_bookings", "find_slots", resource_type=kind
        )


async def test_five_like_jobs_decide_the_estimate(plan: Plan) -> None:
    kind, planner = str(plan.types["mechanical"]), await plan.planner()
    mechanic = await plan.dealer.person("mechanic", "499")
    for n in range(5):
        car = await plan.car()
        held = (await plan.book(car, "mechanic", f"{8 + n:02d}:00", f"{9 + n:02d}:00")).record
        await plan.book(car, "detailer", f"{9 + n:02d}:00", f"{10 + n:02d}:00", "cosmetic")
        await plan.dealer.do(mechanic, "resource_bookings", "start", held)
        await plan.dealer.do(mechanic, "resource_bookings", "complete", held, actual_hours=str(n + 1))
    found = await search(plan, resource_type=kind, car=str(await plan.car()))
    assert found["hours"] == "3.00"
    assert found["basis"].startswith("Median av 5")
    assert planner.site == plan.dealer.sites["499"]


@pytest.mark.parametrize("verb", ["find_slots", "find_chains", "make_room"])
async def test_the_time_of_a_site_without_an_agreement_is_nobodys_to_search(plan: Plan, verb: str) -> None:
    car, stranger = await plan.car(), await plan.dealer.person("planner", "324")
    params: dict[str, Any] = {"earliest": at(plan.day, "06:00").isoformat()}
    params |= {} if verb == "find_chains" else {"resource_type": str(plan.types["mechanical"])}
    for site in ("495", "499"):
        named = params | {"site": str(plan.dealer.sites[site])}
        with pytest.raises((ForbiddenError, NotFoundError, InvalidError)) as caught:
            await plan.dealer.do(stranger, "resource_bookings", verb, **named | {"car": str(car)})
        assert "mechanic" not in str(caught.value.problems)
        if verb != "find_chains":
            with pytest.raises(ForbiddenError) as refused:
                await plan.dealer.do(stranger, "resource_bookings", verb, **named)
            assert [p.field for p in refused.value.problems] == ["site"]


async def test_a_site_that_one_works_for_keeps_its_own_people_to_itself(plan: Plan) -> None:
    await plan.resource(
        "own hands", "technical", site="495", person=str((await plan.dealer.person("mechanic", "495")).user)
    )
    kind, site = str(plan.types["mechanical"]), str(plan.dealer.sites["495"])
    found = await search(plan, resource_type=kind, site=site, hours=1, limit=200)
    assert {s["resource_name"] for s in found["slots"]} == {"mechanic"}
    theirs = await plan.dealer.person("planner", "495")
    params = {"resource_type": kind, "hours": 1, "limit": 200, "earliest": at(plan.day, "06:00").isoformat()}
    answer = await plan.dealer.do(theirs, "resource_bookings", "find_slots", **params)
    names = {s["resource_name"] for s in orjson.loads(answer.json or "")["slots"]}
    assert names == {"own hands", "mechanic"}


async def test_room_is_made_only_among_bookings_that_one_sees(plan: Plan) -> None:
    await plan.agreement("324", priority=90)
    await plan.agreement("490", priority=10)
    held = await plan.dealer.create(
        await plan.dealer.person("new_car_sales", "490"),
        "cars",
        make="VW",
        model="ID.4",
        car_type="new",
        order_number="777",
    )
    await plan.book(held, "mechanic", "08:00", "16:00", actor=plan.demo)
    params = {
        "resource_type": str(plan.types["mechanical"]),
        "hours": 2,
        "earliest": at(plan.day, "06:00").isoformat(),
        "latest": at(plan.day, "18:00").isoformat(),
    }
    theirs = await plan.dealer.person("planner", "324")
    answer = await plan.dealer.do(theirs, "resource_bookings", "make_room", **params)
    assert orjson.loads(answer.json or "")["ways"] == []
    assert "Volkswagen Kristiansand" not in (answer.json or "")


async def test_a_lent_resource_is_seen_while_the_agreement_is_in_force(plan: Plan) -> None:
    agreement = await plan.agreement("324")
    mechanic, planner = plan.resources["mechanic"], await plan.dealer.person("planner", "324")
    row = await plan.dealer.read(planner, "resources", mechanic)
    assert row["name"] == "mechanic"
    assert "note" not in row
    await plan.dealer.do(plan.demo, "resource_sharing", "update", agreement, enabled=False)
    with pytest.raises(NotFoundError):
        await plan.dealer.read(planner, "resources", mechanic)
