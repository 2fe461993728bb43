"""Plan proposals: made by the solver from the real rows, looked at, and accepted whole or in part."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from directapp.domains.planning.proposing import MOST_CARS
from directapp.kernel.actor import system_actor
from directapp.kernel.errors import ConflictError, InvalidError
from support.plan import Plan, at


async def proposal(plan: Plan, **more: Any) -> tuple[UUID, dict[str, Any]]:
    """Ask for a plan of the week and wait for it."""
    planner = await plan.planner()
    asked = await plan.dealer.create(
        planner,
        "plan_proposals",
        first_day=plan.day.isoformat(),
        last_day=(plan.day + timedelta(days=4)).isoformat(),
        seconds=1,
        **more,
    )
    await plan.dealer.application.dispatcher.drain(plan.dealer.tenant)
    return asked, await plan.dealer.read(planner, "plan_proposals", asked)


async def test_a_proposal_plans_every_waiting_car_and_books_nothing_until_accepted(plan: Plan) -> None:
    cars = [await plan.car() for _ in range(3)]
    asked, made = await proposal(plan)
    assert made["status"] == "ready"
    assert {line["car"] for line in made["lines"]} == {str(c) for c in cars}
    planner = await plan.planner()
    assert (await plan.dealer.read(planner, "cars", cars[0]))["status"] == "ready_to_plan"
    first = [line["line"] for line in made["lines"] if line["car"] == str(cars[0])]
    await plan.dealer.do(planner, "plan_proposals", "accept", asked, lines=first)
    assert (await plan.dealer.read(planner, "cars", cars[0]))["status"] == "planned"
    assert (await plan.dealer.read(planner, "cars", cars[1]))["status"] == "ready_to_plan"
    with pytest.raises(ConflictError):
        await plan.dealer.do(planner, "plan_proposals", "accept", asked)


async def test_a_line_that_no_longer_fits_is_named_and_nothing_is_booked(plan: Plan) -> None:
    cars = [await plan.car() for _ in range(2)]
    asked, made = await proposal(plan)
    taken = next(line for line in made["lines"] if line["resource_name"] == "mechanic")
    other = await plan.car()
    planner = await plan.planner()
    await plan.dealer.do(
        planner,
        "resource_bookings",
        "create",
        car=str(other),
        resource_type=taken["resource_type"],
        resource=taken["resource"],
        starts_at=taken["starts_at"],
        ends_at=taken["ends_at"],
    )
    with pytest.raises(ConflictError) as caught:
        await plan.dealer.do(planner, "plan_proposals", "accept", asked)
    assert taken["car_title"] in caught.value.problems[0].message.pick("nb")
    for car in cars:
        assert (await plan.dealer.read(planner, "cars", car))["status"] == "ready_to_plan"
    with pytest.raises(InvalidError):
        await plan.dealer.do(planner, "plan_proposals", "accept", asked, lines=[99])


async def test_a_line_is_moved_or_left_out_before_the_rest_is_accepted_in_parts(plan: Plan) -> None:
    cars = [await plan.car() for _ in range(2)]
    asked, made = await proposal(plan)
    planner = await plan.planner()
    first, second = (line for line in made["lines"] if line["resource_name"] == "detailer")

    async def adjust(line: dict[str, Any], **to: Any) -> list[dict[str, Any]]:
        await plan.dealer.do(planner, "plan_proposals", "adjust", asked, line=line["line"], **to)
        lines: list[dict[str, Any]] = (await plan.dealer.read(planner, "plan_proposals", asked))["lines"]
        return lines

    with pytest.raises(ConflictError) as caught:
        await adjust(first, starts_at=second["starts_at"], ends_at=second["ends_at"])
    assert second["car_title"] in caught.value.problems[0].message.pick("nb")
    await adjust(second, left_out=True)
    lines = await adjust(first, starts_at=second["starts_at"], ends_at=second["ends_at"])
    moved = next(line for line in lines if line["line"] == first["line"])
    assert (moved["starts_at"], moved["ends_at"]) == (second["starts_at"], second["ends_at"])
    with pytest.raises(ConflictError):
        await adjust(second, left_out=False)
    await plan.dealer.do(planner, "plan_proposals", "accept", asked, lines=[first["line"]], keep=True)
    row = await plan.dealer.read(planner, "plan_proposals", asked)
    assert (row["status"], len(row["lines"])) == ("ready", len(lines) - 1)
    await plan.dealer.do(planner, "plan_proposals", "accept", asked)
    assert (await plan.dealer.read(planner, "plan_proposals", asked))["status"] == "accepted"
    planned = {c: await plan.dealer.read(planner, "cars", c) for c in cars}
    taken = next(row for car, row in planned.items() if str(car) == first["car"])
    assert taken["scheduled_cosmetic_start"][:16] == moved["starts_at"][:16]
    left = next(row for car, row in planned.items() if str(car) == second["car"])
    assert left["scheduled_cosmetic_start"] is None


async def test_what_is_pinned_stays_and_what_is_not_may_be_moved_for_a_car_that_hurries(plan: Plan) -> None:
    slow, pinned, planner = await plan.car(), await plan.car(), await plan.planner()
    kept = (await plan.book(pinned, "mechanic", "08:00", "10:30", pinned=True)).record
    assert kept is not None
    await plan.book(pinned, "detailer", "11:00", "13:30", "cosmetic", pinned=True)
    await plan.book(slow, "mechanic", "10:30", "13:00")
    await plan.book(slow, "detailer", "13:30", "16:00", "cosmetic")
    urgent = await plan.car()
    promised = (plan.day + timedelta(days=1)).isoformat()
    await plan.dealer.do(plan.demo, "cars", "update", urgent, delivery_date=promised, priority="urgent")
    asked, made = await proposal(plan, move_booked=True)
    assert str(kept) not in {line["moves"] for line in made["lines"]}
    await plan.dealer.do(planner, "plan_proposals", "accept", asked)
    held = await plan.dealer.read(planner, "resource_bookings", kept)
    assert held["starts_at"].startswith(at(plan.day, "08:00").isoformat()[:16])
    assert (await plan.dealer.read(planner, "cars", urgent))["status"] == "planned"


async def test_a_proposal_refuses_days_that_make_no_sense(plan: Plan) -> None:
    with pytest.raises(InvalidError) as caught:
        await plan.dealer.create(await plan.planner(), "plan_proposals", first_day="2028-02-29", last_day="2028-02-28")
    assert caught.value.problems[0].field == "last_day"


async def test_bookings_that_change_places_are_both_moved(plan: Plan) -> None:
    planner = await plan.planner()
    one, two = await plan.car(), await plan.car()
    first = (await plan.book(one, "mechanic", "08:00", "10:00")).record
    second = (await plan.book(two, "mechanic", "10:00", "12:00")).record
    asked = await plan.dealer.create(planner, "plan_proposals", seconds=1)
    common = {"resource_type": str(plan.types["mechanical"]), "resource": str(plan.resources["mechanic"])}
    lines = [
        common
        | {
            "line": n,
            "car": str(car),
            "car_title": f"car {n}",
            "moves": str(moved),
            "starts_at": at(plan.day, start).isoformat(),
            "ends_at": at(plan.day, end).isoformat(),
        }
        for n, (car, moved, start, end) in enumerate(
            ((one, first, "10:00", "12:00"), (two, second, "08:00", "10:00")), 1
        )
    ]
    await plan.dealer.do(plan.demo, "plan_proposals", "update", asked, status="ready", lines=lines)
    await plan.dealer.do(planner, "plan_proposals", "accept", asked)
    for record, start in ((first, "10:00"), (second, "08:00")):
        assert record is not None
        seen = await plan.dealer.read(planner, "resource_bookings", record)
        assert seen["starts_at"].startswith(at(plan.day, start).isoformat()[:16])


_WAITING = """
INSERT INTO cars (tenant_id, id, status, car_type, status_since, delivery_date, dealership, prep_center, priority)
SELECT $1, ('00000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, 'ready_to_plan', 'new', now(),
  current_date + 30, $2, $3, 'normal' FROM generate_series(1, $4::int) n
"""


async def test_a_proposal_names_the_cars_that_it_leaves_out(plan: Plan) -> None:
    dealer, planner = plan.dealer, await plan.planner()
    sites = plan.dealer.sites
    async with dealer.application.platform.database.unit(system_actor(dealer.tenant, "demo")) as unit:
        await unit.value(_WAITING, dealer.tenant, sites["495"], sites["499"], MOST_CARS + 20)
    urgent = await plan.car()
    await dealer.do(await dealer.person("tenant_admin", "490"), "cars", "update", urgent, priority="urgent")
    asked = await dealer.create(
        planner, "plan_proposals", first_day=plan.day.isoformat(), last_day=plan.day.isoformat(), seconds=1
    )
    await dealer.application.dispatcher.drain(dealer.tenant)
    made = await dealer.read(planner, "plan_proposals", asked)
    out = [u for u in made["unplanned"] if u["reason"].startswith(f"Et forslag tar de {MOST_CARS}")]
    assert len(out) == 21, "what does not fit in the plan is named, not dropped"
    assert str(urgent) not in {u["car"] for u in out}, "the most urgent are taken first, whatever their id"
