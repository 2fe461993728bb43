"""Service programs and schedules on a real application: made, moved by readings, done, and told of."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from directapp.domains.maintenance.review import review_page
from directapp.kernel.actor import Actor
from directapp.kernel.clock import oslo_day
from directapp.kernel.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from directapp.services.jobs import acting
from directapp.store.query import Condition, Query
from support.dealer import Dealer, Time
from support.fleet import rows, vehicle


async def schedules(dealer: Dealer, actor: Actor, van: UUID) -> list[dict[str, Any]]:
    query = Query(filter=Condition(("vehicle",), "eq", str(van)), limit=20)
    return rows(await dealer.application.platform.reading.page(actor, "maintenance_schedules", query))


async def drained(dealer: Dealer) -> None:
    await dealer.application.dispatcher.drain(dealer.tenant)


async def night(dealer: Dealer) -> None:
    async with acting(dealer.application.platform.pipeline, dealer.tenant, "fleet", "test", "", None) as ctx:
        assert await review_page(ctx, None) is None


async def driven(dealer: Dealer, actor: Actor, van: UUID, *readings: tuple[int, int]) -> None:
    """Write down readings: how many days ago, and km."""
    for ago, km in readings:
        at = (dealer.application.platform.clock() - timedelta(days=ago)).isoformat()
        await dealer.create(actor, "meter_readings", vehicle=str(van), km=km, read_at=at)


async def test_a_program_gives_the_vehicles_it_is_for_their_schedules_once(dealer: Dealer) -> None:
    leader = await dealer.person("fleet_manager", "490")
    lorry = await vehicle(dealer, leader, "300", vehicle_type="truck")
    van = await vehicle(dealer, leader, make="toyota")
    program = await dealer.create(
        leader,
        "service_programs",
        name="Service A",
        vehicle_type="van",
        make="Toyota",
        every_km=15_000,
        every_months=12,
    )
    await dealer.do(leader, "service_programs", "apply", program)
    await drained(dealer)
    (made,) = await schedules(dealer, leader, van)
    assert (made["name"], made["every_km"], made["program"]) == ("Service A", 15_000, str(program))
    assert await schedules(dealer, leader, lorry) == []
    await dealer.do(leader, "service_programs", "update", program, every_km=20_000)
    await dealer.do(leader, "service_programs", "apply", program)
    await drained(dealer)
    (changed,) = await schedules(dealer, leader, van)
    assert (changed["id"], changed["every_km"]) == (made["id"], 20_000)
    later = await vehicle(dealer, leader, "102", make="Toyota")
    await drained(dealer)
    assert len(await schedules(dealer, leader, later)) == 1
    await dealer.do(leader, "service_programs", "update", program, active=False)
    with pytest.raises(ConflictError):
        await dealer.do(leader, "service_programs", "apply", program)


async def test_a_reading_moves_what_is_due_and_whoever_has_the_vehicle_is_told_once(dealer: Dealer) -> None:
    leader = await dealer.person("fleet_manager", "490")
    person = await dealer.person("driver", "490")
    van = await vehicle(dealer, leader, classification="pool")
    row = await dealer.create(leader, "drivers", name="Kari", user=str(person.user))
    await dealer.create(leader, "certifications", driver=str(row), kind="licence_b")
    now = dealer.application.platform.clock()
    times = {"starts_at": now.isoformat(), "ends_at": (now + timedelta(hours=4)).isoformat()}
    made = await dealer.create(person, "reservations", vehicle=str(van), **times)
    await dealer.do(person, "reservations", "fetch", made)
    await driven(dealer, leader, van, (90, 1_000), (60, 4_000), (30, 7_000))
    oil = await dealer.create(
        leader, "maintenance_schedules", vehicle=str(van), name="Oljeskift", every_km=10_000, counted_from_km=0
    )
    await drained(dealer)
    foreseen = await dealer.read(person, "maintenance_schedules", oil)
    day = oslo_day(now)
    assert (foreseen["km_per_day"], foreseen["readings"], foreseen["certainty"]) == ("100.0", 3, "measured")
    assert (foreseen["forecast_on"], foreseen["standing"]) == (day.isoformat(), "due_soon")
    await driven(dealer, leader, van, (0, 10_050))
    await drained(dealer)
    assert (await dealer.read(person, "maintenance_schedules", oil))["standing"] == "overdue"
    told = await dealer.application.platform.reading.page(person, "notifications", Query(fields=(("title",),)))
    assert [one["title"] for one in rows(told) if "Oljeskift" in one["title"]] == ["Oljeskift på 101 er forfalt."]
    await dealer.do(leader, "maintenance_schedules", "done", oil, km=10_020)
    after = await dealer.read(leader, "maintenance_schedules", oil)
    assert (after["standing"], after["last_done_km"], after["next_due_km"]) == ("ok", 10_020, 20_020)
    assert after["certainty"] == "measured"


async def test_the_night_finds_what_the_calendar_made_due_and_writes_nothing_else(dealer: Dealer, moved: Time) -> None:
    leader = await dealer.person("fleet_manager", "490")
    van = await vehicle(dealer, leader)
    due = await dealer.create(
        leader, "maintenance_schedules", vehicle=str(van), name="EU", every_months=1, lead_days=7, grace_days=3
    )
    other = await dealer.create(leader, "maintenance_schedules", vehicle=str(van), name="Bremser", every_months=24)
    await drained(dealer)
    version = (await dealer.read(leader, "maintenance_schedules", other))["version"]
    for days, standing in ((0, "ok"), (26, "due_soon"), (31, "due"), (36, "overdue")):
        moved.ahead = timedelta(days=days)
        await night(dealer)
        assert (await dealer.read(leader, "maintenance_schedules", due))["standing"] == standing
    assert (await dealer.read(leader, "maintenance_schedules", other))["version"] == version
    await dealer.do(leader, "vehicles", "phase_out", van)
    await dealer.do(leader, "vehicles", "retire", van, reason="Solgt")
    await drained(dealer)
    assert (await dealer.read(leader, "maintenance_schedules", due))["standing"] == "resting"


async def test_wrong_input_is_refused_by_field_in_both_languages(dealer: Dealer) -> None:
    leader = await dealer.person("fleet_manager", "490")
    van = await vehicle(dealer, leader)
    wrong: tuple[tuple[dict[str, Any], set[str | None]], ...] = (
        ({}, {"every_months"}),
        ({"every_km": 50}, {"every_km"}),
        ({"every_km": 1_000, "lead_km": 1_000}, {"lead_km"}),
        ({"every_months": 0, "grace_days": -1}, {"every_months", "grace_days"}),
    )
    for values, names in wrong:
        with pytest.raises(InvalidError) as refused:
            await dealer.create(leader, "maintenance_schedules", vehicle=str(van), name="Olje", **values)
        assert {p.field for p in refused.value.problems} == names
        assert all(p.message.pick("nb") != p.message.pick("en") for p in refused.value.problems)
    made = await dealer.create(leader, "maintenance_schedules", vehicle=str(van), name="Olje", every_km=1_000)
    await driven(dealer, leader, van, (0, 500))
    later = (oslo_day(dealer.application.platform.clock()) + timedelta(days=2)).isoformat()
    with pytest.raises(InvalidError) as refused:
        await dealer.do(leader, "maintenance_schedules", "done", made, done_on=later, km=501)
    assert {p.field for p in refused.value.problems} == {"done_on", "km"}


async def test_a_driver_sees_the_schedules_of_the_vehicle_in_hand_and_changes_none(dealer: Dealer) -> None:
    leader, person = await dealer.person("fleet_manager", "490"), await dealer.person("driver", "490")
    van = await vehicle(dealer, leader, classification="pool")
    made = await dealer.create(leader, "maintenance_schedules", vehicle=str(van), name="Olje", every_months=6)
    with pytest.raises(NotFoundError):
        await dealer.read(person, "maintenance_schedules", made)
    mechanic = await dealer.person("mechanic", "490")
    await dealer.do(mechanic, "maintenance_schedules", "done", made)
    with pytest.raises((ForbiddenError, NotFoundError)):
        await dealer.do(person, "maintenance_schedules", "done", made)
    with pytest.raises(ForbiddenError):
        await dealer.do(mechanic, "service_programs", "create", name="Alt", every_months=1)
