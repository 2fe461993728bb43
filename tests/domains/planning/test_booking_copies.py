"""Bookings by template, copied and split: each part is judged as any other booking, and counts in the ledgers."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import orjson
import pytest

from directapp.kernel.errors import ConflictError, InvalidError
from directapp.store.query import Condition, Query
from support.plan import Plan, at


async def used(plan: Plan) -> list[float]:
    """Return the hours that are used of the mechanics' days."""
    asked = Query(filter=Condition(("resource_type",), "eq", plan.types["mechanical"]), limit=50)
    reading = plan.dealer.application.platform.reading
    rows = orjson.loads((await reading.page(await plan.planner(), "resource_capacities", asked)).json)
    return sorted(float(row["used_hours"]) for row in rows if row["resource"] is None and row["used_hours"])


async def read(plan: Plan, booking: UUID) -> dict[str, Any]:
    return await plan.dealer.read(await plan.planner(), "resource_bookings", booking)


async def test_a_booking_split_in_two_is_as_long_as_before_in_all(plan: Plan) -> None:
    await plan.dealer.create(plan.demo, "capacity_rules", **_rule(plan))
    booking = (await plan.book(await plan.car(), "mechanic", "08:00", "12:00", estimated_hours="4")).record
    assert booking
    planner, tomorrow = await plan.planner(), plan.day + timedelta(days=1)
    before = await used(plan)
    cut = {"at": at(plan.day, "09:00").isoformat(), "starts_at": at(tomorrow, "13:00").isoformat()}
    wrong = cut | {"at": at(plan.day, "12:00").isoformat()}
    with pytest.raises(InvalidError):
        await plan.dealer.do(planner, "resource_bookings", "split", booking, **wrong)
    rest = (await plan.dealer.do(planner, "resource_bookings", "split", booking, **cut)).record
    assert rest not in {None, booking}
    first, second = await read(plan, booking), await read(plan, UUID(str(rest)))
    assert first["ends_at"][:16] == at(plan.day, "09:00").isoformat()[:16]
    assert (second["starts_at"][:16], second["ends_at"][:16]) == tuple(
        at(tomorrow, clock).isoformat()[:16] for clock in ("13:00", "16:00")
    )
    assert [float(part["estimated_hours"]) for part in (first, second)] == [1, 3]
    assert second["car"] == first["car"]
    assert (before, await used(plan)) == ([4.0], [1.0, 3.0])


async def test_a_split_whose_rest_has_no_room_leaves_the_booking_whole(plan: Plan) -> None:
    booking = (await plan.book(await plan.car(), "mechanic", "08:00", "12:00")).record
    await plan.book(await plan.car(), "mechanic", "13:00", "15:00")
    assert booking
    cut = {"at": at(plan.day, "10:00").isoformat(), "starts_at": at(plan.day, "12:30").isoformat()}
    with pytest.raises(ConflictError):
        await plan.dealer.do(await plan.planner(), "resource_bookings", "split", booking, **cut)
    assert (await read(plan, booking))["ends_at"][:16] == at(plan.day, "12:00").isoformat()[:16]


async def test_a_booking_is_copied_to_another_time_and_another_car(plan: Plan) -> None:
    car, other, planner = await plan.car(), await plan.car(), await plan.planner()
    booking = (await plan.book(car, "mechanic", "08:00", "10:00", note="Krok")).record
    assert booking
    taken = at(plan.day, "09:00").isoformat()
    with pytest.raises(ConflictError):
        await plan.dealer.do(planner, "resource_bookings", "copy", booking, starts_at=taken, car=str(other))
    again = await plan.dealer.do(
        planner, "resource_bookings", "copy", booking, starts_at=at(plan.day, "10:00").isoformat()
    )
    theirs = await plan.dealer.do(
        planner, "resource_bookings", "copy", booking, starts_at=at(plan.day, "12:00").isoformat(), car=str(other)
    )
    copies = [await read(plan, UUID(str(made.record))) for made in (again, theirs)]
    assert [(c["car"], c["note"]) for c in copies] == [(str(car), "Krok"), (str(other), None)]
    assert copies[0]["ends_at"][:16] == at(plan.day, "12:00").isoformat()[:16]


async def test_a_template_says_what_is_booked_and_for_how_long(plan: Plan) -> None:
    planner, car = await plan.planner(), await plan.car()
    made = await plan.dealer.create(planner, "booking_templates", name="Nybil")
    for order, (kind, hours) in enumerate((("mechanical", "2"), ("cosmetic", "3")), 1):
        step = {"template": str(made), "resource_type": str(plan.types[kind]), "hours": hours, "order": order}
        await plan.dealer.create(planner, "booking_template_steps", **step)
    when = {"earliest": at(plan.day, "08:00").isoformat(), "latest": at(plan.day, "16:00").isoformat()}
    answer = await plan.dealer.do(planner, "resource_bookings", "find_chains", car=str(car), template=str(made), **when)
    found = orjson.loads(answer.json or "{}")
    assert [float(step["hours"]) for step in found["steps"]] == [2, 3]
    slots = found["chains"][0]["slots"]
    assert [slot["resource_type"] for slot in slots] == [str(plan.types[k]) for k in ("mechanical", "cosmetic")]
    clocks = [at(plan.day, clock).isoformat()[:16] for clock in ("08:00", "10:00", "13:00")]
    assert [slots[0]["start"][:16], slots[1]["start"][:16], slots[1]["end"][:16]] == clocks


def _rule(plan: Plan) -> dict[str, Any]:
    days = ("monday", "tuesday", "wednesday", "thursday", "friday")
    site, kind = str(plan.dealer.sites["499"]), str(plan.types["mechanical"])
    return {"dealership": site, "resource_type": kind, **dict.fromkeys(days, 30)}
