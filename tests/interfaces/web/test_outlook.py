"""Plan proposals, making room and the promise of a car, as pages."""

import re
from uuid import UUID

import orjson
import pytest

from directapp.store.query import Query
from support.browser import Opener
from support.dealer import Dealer
from support.plan import Plan, at, lay_plan


@pytest.fixture
async def plan(dealer: Dealer) -> Plan:
    return await lay_plan(dealer)


async def test_a_planner_asks_for_a_plan_and_takes_part_of_it(plan: Plan, signed: Opener) -> None:
    cars = [await plan.car() for _ in range(2)]
    browser = await signed("planner", "499")
    page = await browser.get("/app/plan/proposals")
    assert "Planforslag" in page.text
    answer = await browser.send("/app/plan/proposals", first_day=plan.day.isoformat(), last_day=plan.day.isoformat())
    where = answer.headers["location"]
    assert "Planen regnes ut" in (await browser.get(where)).text
    await plan.dealer.application.dispatcher.drain(plan.dealer.tenant)
    made = await browser.get(where)
    numbers = re.findall(r'name="line" value="(\d+)"', made.text)
    assert len(numbers) >= 4
    first = await plan.dealer.read(await plan.planner(), "cars", cars[0])
    assert first["status"] == "ready_to_plan"
    refused = await browser.send(f"{where}/accept", line="999")
    assert refused.status_code == 422
    assert "Velg linjer" in refused.text
    taken = await browser.send(f"{where}/accept", line=numbers)
    assert taken.status_code == 303
    assert {(await plan.dealer.read(await plan.planner(), "cars", car))["status"] for car in cars} == {"planned"}
    assert 'name="line"' not in (await browser.get(where)).text


async def test_drafts_stand_on_the_plan_and_are_changed_before_they_are_booked(plan: Plan, signed: Opener) -> None:
    for _ in range(2):
        await plan.car()
    browser, planner = await signed("planner", "499"), await plan.planner()
    days = {"first_day": plan.day.isoformat(), "last_day": plan.day.isoformat()}
    asked = (await browser.send("/app/plan/proposals", **days)).headers["location"]
    await plan.dealer.application.dispatcher.drain(plan.dealer.tenant)
    proposal = asked.rpartition("/")[2]
    shown = f"day={plan.day.isoformat()}&proposal={proposal}"
    assert f"day={plan.day}&amp;proposal={proposal}" in (await browser.get(asked)).text
    assert "4 bookinger er foreslått." in (await browser.get(f"/app/plan?{shown}")).text

    async def drafts() -> dict[str, dict[str, str]]:
        told = (await browser.get(f"/app/plan/data?{shown}")).json()["drafts"]
        return {row["id"]: row for row in told}

    before = await drafts()
    assert {row["status"] for row in before.values()} == {"draft"}
    # Everybody does the last of the day's cosmetic work an hour later.
    last = max(before.values(), key=lambda row: row["starts_at"])
    line = {"proposal": proposal, "line": last["id"].partition(":")[2]}
    clock = {"starts_at": f"{plan.day}T14:00", "ends_at": f"{plan.day}T15:30"}
    assert (await browser.send("/app/plan/judge", **line, **clock)).json()["ok"]
    assert await drafts() == before
    taken = (await plan.book(await plan.car(), "detailer", "14:30", "15:00", "cosmetic")).record
    assert taken
    refused = (await browser.send("/app/plan/put", **line, **clock)).json()
    assert "detailer" in refused["why"]
    await plan.dealer.do(planner, "resource_bookings", "cancel", taken)
    assert (await browser.send("/app/plan/put", **line, **clock)).json()["ok"]
    moved = (await drafts())[last["id"]]
    assert moved["starts_at"][:16] == at(plan.day, "14:00").isoformat()[:16]
    half = {"starts_at": f"{plan.day:%d.%m.%Y} 14:15", "ends_at": f"{plan.day:%d.%m.%Y} 15:45"}
    assert (await browser.send(f"{asked}/lines/{line['line']}", **half)).status_code == 303
    assert (await drafts())[last["id"]]["starts_at"][:16] == at(plan.day, "14:15").isoformat()[:16]
    out = next(row for row in before.values() if row["car"] != last["car"])
    page = f"{asked}/lines/{out['id'].partition(':')[2]}"
    assert "Hold utenfor" in (await browser.get(page)).text
    assert (await browser.send(page, left_out="true", back=f"/app/plan?{shown}")).status_code == 303
    assert "3 bookinger er foreslått. " in (await browser.get(f"/app/plan?{shown}")).text
    kept = await browser.send(f"{asked}/accept", line=line["line"], keep="1", back=f"/app/plan?{shown}")
    assert kept.headers["location"] == f"/app/plan?{shown}"
    assert len(await drafts()) == 3
    assert (await browser.send(f"{asked}/accept", all="1")).status_code == 303
    row = await plan.dealer.read(planner, "plan_proposals", UUID(proposal))
    assert row["status"] == "accepted"
    assert await drafts() == {}


async def test_days_that_make_no_sense_are_said_at_their_field_and_kept(plan: Plan, signed: Opener) -> None:
    browser = await signed("planner", "499")
    last = plan.day.replace(year=plan.day.year - 1).isoformat()
    answer = await browser.send("/app/plan/proposals", first_day=plan.day.isoformat(), last_day=last)
    assert answer.status_code == 422
    assert last in answer.text
    assert 'href="#last_day"' in answer.text


async def test_room_is_made_by_the_planner_who_says_so(plan: Plan, signed: Opener) -> None:
    await plan.agreement("324", max_hours_per_week=40, priority=90)
    low = (await plan.book(await plan.car(), "mechanic", "08:00", "16:00")).record
    urgent = await plan.car()
    await plan.dealer.do(plan.demo, "cars", "update", urgent, dealership=str(plan.dealer.sites["324"]))
    browser = await signed("planner", "499")
    query = {
        "car": str(urgent),
        "resource_type": str(plan.types["mechanical"]),
        "hours": "2",
        "earliest": at(plan.day, "08:00").isoformat(),
        "latest": at(plan.day, "16:00").isoformat(),
    }
    page = await browser.client.get("/app/plan/room", params=query)
    assert page.status_code == 200, page.text
    assert "kan flyttes" in page.text
    writes = re.search(r'name="writes" value="([^"]+)"', page.text)
    if writes is None:
        assert "Ingenting kan flyttes" in page.text
        return
    held = writes[1].replace("&#34;", '"').replace("&quot;", '"')
    answer = await browser.send("/app/plan/room", **query, writes=held)
    assert answer.status_code == 303, answer.text
    bookings = await plan.dealer.application.platform.reading.page(
        await plan.planner(), "resource_bookings", Query(limit=10)
    )
    assert {str(urgent)} <= {b["car"] for b in orjson.loads(bookings.json)}
    assert low is not None


async def test_a_car_says_when_it_is_ready_to_those_who_follow_it(plan: Plan, signed: Opener) -> None:
    car = await plan.car()
    seller = await signed("new_car_sales", "495")
    assert f"/app/cars/{car}/promise" in (await seller.get(f"/app/cars/{car}")).text
    assert "Forventet klar" in (await seller.get(f"/app/cars/{car}/promise")).text
    stranger = await signed("new_car_sales", "324")
    assert (await stranger.client.get(f"/app/cars/{car}/promise")).status_code == 404
