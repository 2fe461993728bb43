"""Bookings: who holds whose time, what it brings with it, and why it is refused."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import orjson
import pytest

from directapp.kernel.clock import utc_now
from directapp.kernel.errors import ConflictError, DirectAppError, InvalidError, UnconfirmedError
from directapp.services.intent import Answer
from directapp.store.query import Query
from support.plan import Plan, at


def row(answer: Answer) -> dict[str, Any]:
    assert answer.json is not None
    values: dict[str, Any] = orjson.loads(answer.json)
    return values | {"id": UUID(values["id"])}


async def refused(plan: Plan, field: str, word: str, **how: Any) -> DirectAppError:
    """Book and be refused, in both languages, at a field; nothing is left behind."""
    before = await ledger(plan)
    with pytest.raises((InvalidError, ConflictError)) as caught:
        await plan.book(**how)
    problem = next(p for p in caught.value.problems if p.field == field)
    assert word in problem.message.pick("nb")
    assert problem.message.english
    assert problem.message.english != problem.message.pick("nb")
    assert await ledger(plan) == before
    return caught.value


async def ledger(plan: Plan) -> list[tuple[str, str]]:
    page = await plan.dealer.application.platform.reading.page(await plan.planner(), "sharing_weeks", _all())
    return sorted((r["agreement"], r["used_hours"]) for r in orjson.loads(page.json))


def _all() -> Query:
    return Query(limit=1000)


async def test_a_booking_plans_the_car_and_its_end_fills_the_time_bank(plan: Plan) -> None:
    car = await plan.car()
    planner = await plan.planner()
    technical = row(await plan.book(car, "mechanic", "08:00", "10:30"))
    assert (technical["status"], technical["lane"], technical["day"]) == ("scheduled", 1, plan.day.isoformat())
    assert technical["provider"] == str(plan.dealer.sites["499"])
    assert technical["consumer"] == str(plan.dealer.sites["495"])
    mechanic, detailer = await plan.dealer.person("mechanic", "499"), await plan.dealer.person("detailer", "499")
    seen = await plan.dealer.read(planner, "cars", car)
    assert (seen["status"], seen["assigned_mechanic"]) == ("ready_to_plan", str(mechanic.user))
    cosmetic = row(await plan.book(car, "detailer", "11:00", "13:00", "cosmetic"))
    seen = await plan.dealer.read(planner, "cars", car)
    assert (seen["status"], seen["assigned_detailer"]) == ("planned", str(detailer.user))

    await plan.dealer.do(mechanic, "resource_bookings", "start", technical["id"])
    assert (await plan.dealer.read(planner, "cars", car))["status"] == "technical_prep"
    done = row(await plan.dealer.do(mechanic, "resource_bookings", "complete", technical["id"], actual_hours="2,25"))
    assert (done["status"], done["actual_hours"]) == ("completed", "2.25")
    seen = await plan.dealer.read(planner, "cars", car)
    assert seen["technical_completed_by"] == str(mechanic.user)
    await plan.dealer.do(detailer, "resource_bookings", "start", cosmetic["id"])
    await plan.dealer.do(detailer, "resource_bookings", "complete", cosmetic["id"])
    assert (await plan.dealer.read(planner, "cars", car))["status"] == "quality_check"
    page = await plan.dealer.application.platform.reading.page(mechanic, "timebank_entries", _all())
    assert [(e["hours"], e["kind"], e["person"]) for e in orjson.loads(page.json)] == [
        ("2.25", "work", str(mechanic.user))
    ]


async def test_nobody_is_booked_twice_and_a_cancelled_time_is_free(plan: Plan) -> None:
    one, two = await plan.car(), await plan.car()
    held = row(await plan.book(one, "mechanic", "09:00", "11:00"))
    await refused(plan, "starts_at", "opptatt", car=two, resource="mechanic", start="10:59", end="12:00")
    await refused(plan, "starts_at", "opptatt", car=two, resource="mechanic", start="08:00", end="09:01")
    await plan.book(two, "mechanic", "11:00", "12:00")
    await plan.dealer.do(await plan.planner(), "resource_bookings", "cancel", held["id"], reason="Kunden utsatte")
    await plan.book(two, "mechanic", "09:00", "11:00", confirmed=True)
    car = await plan.dealer.read(await plan.planner(), "cars", one)
    assert car["scheduled_technical_start"] is None
    assert car["assigned_mechanic"] is None


async def test_a_bay_with_room_for_two_takes_two_and_one_person_only_once(plan: Plan) -> None:
    await plan.resource("hall", "technical", kind="bay", capacity=2)
    cars = [await plan.car() for _ in range(4)]
    mechanic = str((await plan.dealer.person("mechanic", "499")).user)
    other = str((await plan.dealer.person("reception", "499")).user)
    await plan.book(cars[0], "hall", "08:00", "10:00", person=mechanic)
    with pytest.raises(ConflictError) as caught:
        await plan.book(cars[1], "mechanic", "09:00", "11:00")
    assert caught.value.problems[0].field == "person"
    second = row(await plan.book(cars[1], "hall", "09:00", "11:00", person=other))
    assert second["lane"] == 2
    with pytest.raises(ConflictError):
        await plan.book(cars[2], "hall", "09:30", "09:45", person=other)
    assert row(await plan.book(cars[2], "hall", "10:00", "11:00", person=mechanic))["lane"] == 1


async def test_the_bad_cases_are_refused_in_words_and_change_nothing(plan: Plan) -> None:
    car = await plan.car()
    common: dict[str, Any] = {"car": car, "resource": "mechanic"}
    await refused(plan, "starts_at", "passert", **common, start="09:00", end="10:00", day=plan.day - timedelta(days=70))
    await refused(plan, "starts_at", "arbeidstiden", **common, start="06:00", end="07:00")
    await refused(plan, "ends_at", "varighet", **common, start="09:00", end="09:00")
    await refused(plan, "ends_at", "slutter før", **common, start="10:00", end="09:00")
    planner = await plan.planner()
    with pytest.raises(InvalidError) as caught:
        await plan.dealer.do(
            planner,
            "resource_bookings",
            "create",
            car=str(car),
            resource_type=str(plan.types["mechanical"]),
            resource=str(plan.resources["mechanic"]),
            starts_at=at(plan.day, "08:00").isoformat(),
            ends_at=(at(plan.day, "08:00") + timedelta(hours=25)).isoformat(),
        )
    assert "24 timer" in caught.value.problems[0].message.pick("nb")
    await plan.dealer.create(
        plan.demo,
        "absences",
        resource=str(plan.resources["mechanic"]),
        starts_at=at(plan.day, "12:00").isoformat(),
        ends_at=at(plan.day, "16:00").isoformat(),
        kind="illness",
    )
    await refused(plan, "resource", "fraværende", **common, start="11:00", end="13:00")
    await refused(plan, "resource", "gjør ikke", **common, start="09:00", end="10:00", kind="cosmetic")
    await plan.book(car, "mechanic", "08:00", "09:00")
    await refused(
        plan, "starts_at", "allerede booket", car=car, resource="detailer", start="08:30", end="10:00", kind="cosmetic"
    )


async def test_another_site_needs_an_agreement_and_stays_within_its_week(plan: Plan) -> None:
    await plan.resource("at 490", "technical", site="490", kind="bay")
    car = await plan.car()
    planner = await plan.planner()
    person = str(planner.user)
    with pytest.raises(InvalidError) as caught:
        await plan.book(car, "at 490", "09:00", "10:00", person=person)
    assert caught.value.problems[0].field == "resource", "not a word of what another site has"
    held = [
        row(await plan.book(await plan.car(), "mechanic", "08:00", "16:00", day=plan.day + timedelta(n)))
        for n in range(5)
    ]
    await plan.resource("hall", "technical", kind="bay")
    error = await refused(plan, "starts_at", "40", car=car, resource="hall", start="08:00", end="09:00", person=person)
    assert isinstance(error, ConflictError)
    await plan.dealer.do(planner, "resource_bookings", "cancel", held[0]["id"])
    await plan.book(car, "hall", "08:00", "09:00", person=person)
    moved = at(plan.day + timedelta(days=7), "08:00")
    await plan.dealer.do(
        planner,
        "resource_bookings",
        "update",
        held[1]["id"],
        starts_at=moved.isoformat(),
        ends_at=(moved + timedelta(hours=8)).isoformat(),
    )
    assert sorted(used for _, used in await ledger(plan)) == ["25.00", "8.00"]


async def test_a_day_takes_what_is_laid_out_and_an_exception_overrules_the_week(plan: Plan) -> None:
    site, kind = str(plan.dealer.sites["499"]), str(plan.types["mechanical"])
    planner = await plan.planner()
    week = dict.fromkeys(("monday", "tuesday", "wednesday", "thursday", "friday"), 6)
    await plan.dealer.create(planner, "capacity_rules", dealership=site, resource_type=kind, **week)
    await plan.resource("hall", "technical", kind="bay", capacity=9)
    person = str((await plan.dealer.person("reception", "499")).user)
    first = row(await plan.book(await plan.car(), "mechanic", "08:00", "12:00"))
    await refused(
        plan,
        "starts_at",
        "ikke plass",
        car=await plan.car(),
        resource="hall",
        start="08:00",
        end="10:15",
        person=person,
    )
    await plan.book(await plan.car(), "hall", "08:00", "10:00", person=person)
    page = await plan.dealer.application.platform.reading.page(planner, "resource_capacities", _all())
    (day,) = orjson.loads(page.json)
    assert (day["allocated_hours"], day["used_hours"], day["available_hours"]) == ("6.00", "6.00", "0.00")
    with pytest.raises(ConflictError):
        await plan.dealer.do(
            planner, "resource_capacities", "update", UUID(day["id"]), allocated_hours=5, reason="Kurs"
        )
    await plan.dealer.do(
        planner, "resource_capacities", "update", UUID(day["id"]), allocated_hours=8, reason="Ekstra folk"
    )
    await plan.book(await plan.car(), "hall", "12:00", "14:00", person=person)
    await plan.dealer.do(planner, "resource_bookings", "cancel", first["id"])
    seen = await plan.dealer.read(planner, "resource_capacities", UUID(day["id"]))
    assert (seen["exception"], seen["used_hours"]) == (True, "4.00")


async def test_an_absence_lists_the_bookings_to_move(plan: Plan) -> None:
    car = await plan.car()
    held = row(await plan.book(car, "mechanic", "13:00", "14:00"))
    await plan.book(await plan.car(), "mechanic", "08:00", "09:00")
    planner = await plan.planner()
    absence = await plan.dealer.create(
        planner,
        "absences",
        resource=str(plan.resources["mechanic"]),
        starts_at=at(plan.day, "12:00").isoformat(),
        ends_at=at(plan.day, "16:00").isoformat(),
        kind="illness",
    )
    answer = await plan.dealer.do(planner, "absences", "to_move", absence)
    assert [b["id"] for b in orjson.loads(answer.json or "[]")] == [str(held["id"])]
    assert (await plan.dealer.read(planner, "resource_bookings", held["id"]))["absent"] is True


async def test_the_cars_own_times_carry_the_booking(plan: Plan) -> None:
    car = await plan.car()
    held = row(await plan.book(car, "mechanic", "08:00", "10:00"))
    await plan.book(car, "detailer", "10:00", "12:00", "cosmetic")
    mechanic = await plan.dealer.person("mechanic", "499")
    await plan.dealer.do(mechanic, "cars", "update", car, technical_started_at=utc_now().isoformat())
    await plan.dealer.application.dispatcher.drain(plan.dealer.tenant)
    assert (await plan.dealer.read(mechanic, "resource_bookings", held["id"]))["status"] == "in_progress"
    await plan.dealer.do(mechanic, "cars", "update", car, technical_completed_at=utc_now().isoformat())
    await plan.dealer.application.dispatcher.drain(plan.dealer.tenant)
    assert (await plan.dealer.read(mechanic, "resource_bookings", held["id"]))["status"] == "completed"


async def test_work_that_is_booked_for_the_car_already_is_named_and_booked_again_on_purpose(plan: Plan) -> None:
    car = await plan.car()
    first = row(await plan.book(car, "mechanic", "08:00", "09:00"))
    with pytest.raises(UnconfirmedError) as asked:
        await plan.book(car, "mechanic", "11:00", "12:00")
    (problem,) = asked.value.problems
    assert problem.extra == {"booking": str(first["id"])}
    assert "kl. 08:00 til 09:00, mechanic" in problem.message.pick("nb")
    assert "08:00 to 09:00, mechanic" in problem.message.pick("en")
    await plan.book(car, "detailer", "11:00", "12:00", "cosmetic")
    await plan.book(car, "mechanic", "13:00", "14:00", actor=plan.demo)
    again = row(await plan.book(car, "mechanic", "15:00", "16:00", confirmed=True))
    await plan.dealer.do(await plan.planner(), "resource_bookings", "update", again["id"], note="Hjulskift")


async def test_the_same_work_elsewhere_is_told_by_its_site(plan: Plan) -> None:
    car = await plan.car()
    await plan.resource("Bukk", "technical", kind="bay")
    await plan.book(car, "mechanic", "08:00", "09:00")
    person = str((await plan.dealer.person("mechanic", "499")).user)
    with pytest.raises(UnconfirmedError) as asked:
        await plan.book(car, "Bukk", "11:00", "12:00", person=person)
    assert "Skade og bilpleie" in asked.value.problems[0].message.pick("nb")
