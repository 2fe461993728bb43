"""A vehicle's life: read, doubted, driven, shared, repaired, and both halves of one VIN."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from directapp.declare.names import Values
from directapp.domains.vehicles.certifications import lacking, tell_of_expiry
from directapp.domains.vehicles.reservations import free_what_was_missed
from directapp.kernel.actor import Actor
from directapp.kernel.clock import oslo_day
from directapp.kernel.errors import ConflictError, DirectAppError, ForbiddenError, InvalidError, NotFoundError
from directapp.services.jobs import acting
from directapp.store.query import Query
from support.dealer import Dealer
from support.fleet import driver, rows, vehicle

VIN = "WZZTESTXXRX000001"


async def km_of(dealer: Dealer, actor: Actor, record: UUID) -> int | None:
    km: int | None = (await dealer.read(actor, "vehicles", record))["odometer_km"]
    return km


async def test_a_reading_that_cannot_be_is_kept_and_moves_nothing(dealer: Dealer) -> None:
    leader = await dealer.person("fleet_manager", "490")
    van = await vehicle(dealer, leader)
    ahead: Values = {}
    for km, counted in ((1000, 1000), (1500, 1500), (900, 1500), (9000, 1500), (1600, 1600)):
        made = await dealer.create(leader, "meter_readings", vehicle=str(van), km=km)
        assert await km_of(dealer, leader, van) == counted
        ahead[str(km)] = made
    doubted = await dealer.read(leader, "meter_readings", ahead["9000"])
    assert (doubted["suspect"], doubted["doubt"]) == (True, "too_far")
    await dealer.do(leader, "meter_readings", "void", ahead["1600"], reason="Feil bil")
    assert await km_of(dealer, leader, van) == 1500
    await dealer.do(leader, "meter_readings", "accept", ahead["9000"])
    assert await km_of(dealer, leader, van) == 9000
    with pytest.raises(DirectAppError):
        await dealer.do(leader, "meter_readings", "update", ahead["1000"], km=1001)


async def test_an_older_reading_is_doubted_where_it_says_more(dealer: Dealer) -> None:
    leader = await dealer.person("fleet_manager", "490")
    van = await vehicle(dealer, leader)
    await dealer.create(leader, "meter_readings", vehicle=str(van), km=5000)
    before = (dealer.application.platform.clock() - timedelta(days=3)).isoformat()
    late = await dealer.create(leader, "meter_readings", vehicle=str(van), km=5100, read_at=before)
    assert (await dealer.read(leader, "meter_readings", late))["doubt"] == "ahead"
    right = await dealer.create(leader, "meter_readings", vehicle=str(van), km=4800, read_at=before)
    assert (await dealer.read(leader, "meter_readings", right))["suspect"] is False
    assert await km_of(dealer, leader, van) == 5000


async def test_a_changed_meter_goes_on_from_what_was_driven(dealer: Dealer) -> None:
    leader = await dealer.person("fleet_manager", "490")
    van = await vehicle(dealer, leader)
    await dealer.create(leader, "meter_readings", vehicle=str(van), km=80_000)
    with pytest.raises(InvalidError):
        await dealer.do(leader, "vehicles", "change_meter", van, old_km=79_000)
    await dealer.do(leader, "vehicles", "change_meter", van, old_km=80_100, new_km=12)
    assert await km_of(dealer, leader, van) == 80_100
    await dealer.create(leader, "meter_readings", vehicle=str(van), km=112)
    assert await km_of(dealer, leader, van) == 80_200


async def test_one_vin_has_one_life_in_both_halves(dealer: Dealer) -> None:
    manager = await dealer.person("manager", "490")
    values = {"vin": VIN, "make": "Volkswagen", "model": "ID. Buzz", "car_type": "new", "mileage_km": 12}
    car = await dealer.create(manager, "cars", **values)
    put = {"number": "700", "vehicle_type": "van", "classification": "pool"}
    await dealer.do(manager, "cars", "put_in_service", car, **put)
    found = await dealer.application.platform.reading.page(manager, "vehicles", every())
    (made,) = rows(found)
    assert (made["vin"], made["odometer_km"], made["from_car"]["id"]) == (VIN, 12, str(car))
    van = UUID(made["id"])
    with pytest.raises(ConflictError):
        await dealer.do(manager, "cars", "put_in_service", car, **{**put, "number": "701"})
    with pytest.raises(ConflictError):
        await dealer.do(manager, "vehicles", "update", van, make="Audi")
    await dealer.do(manager, "cars", "update", car, color="Blå")
    await dealer.do(manager, "cars", "archive", car, reason="sold_to_trade")
    await dealer.application.dispatcher.drain(dealer.tenant)
    assert (await dealer.read(manager, "vehicles", van))["color"] == "Blå"
    await dealer.do(manager, "vehicles", "update", van, color="Grå")
    await dealer.do(manager, "vehicles", "activate", van)
    await dealer.create(manager, "meter_readings", vehicle=str(van), km=1900)
    await dealer.do(manager, "vehicles", "phase_out", van)
    with pytest.raises(InvalidError):
        await dealer.do(manager, "vehicles", "to_stock", van, dealership=str(dealer.sites["499"]))
    await dealer.do(manager, "vehicles", "to_stock", van, dealership=str(dealer.sites["490"]))
    await dealer.application.dispatcher.drain(dealer.tenant)
    sold = await dealer.read(manager, "vehicles", van)
    used = await dealer.read(manager, "cars", UUID(sold["stock_car"]))
    assert (sold["status"], used["car_type"], used["mileage_km"], used["color"]) == ("sold", "used", 1900, "Grå")
    assert used["previous_car"] == str(car)
    fleet = await dealer.person("dispatcher", "490")
    assert (await dealer.read(fleet, "vehicles", van))["vin"] == VIN
    with pytest.raises(ForbiddenError):
        await dealer.read(fleet, "cars", car)


def every() -> Any:
    return Query(fields=(("id",), ("vin",), ("odometer_km",), ("from_car", "id")), limit=10)


async def test_a_vehicle_is_handed_to_one_driver_at_a_time_and_only_with_the_licence(dealer: Dealer) -> None:
    leader = await dealer.person("fleet_manager", "490")
    other = await dealer.person("manager", "490")
    person, row = await driver(dealer, leader)
    van = await vehicle(dealer, leader)
    lorry = await dealer.create(leader, "vehicles", number="200", vehicle_type="truck")
    with pytest.raises(ConflictError) as lacks:
        await dealer.create(leader, "assignments", vehicle=str(lorry), driver=str(row))
    assert "C1" in str(lacks.value.problems[0].message.pick("nb"))
    given = await dealer.create(leader, "assignments", vehicle=str(van), driver=str(row))
    await dealer.do(leader, "assignments", "submit", given)
    with pytest.raises(ForbiddenError):
        await dealer.do(leader, "assignments", "approve", given)
    await dealer.do(other, "assignments", "approve", given)
    _, second = await driver(dealer, leader, "supervisor")
    again = await dealer.create(leader, "assignments", vehicle=str(van), driver=str(second))
    await dealer.do(leader, "assignments", "submit", again)
    with pytest.raises(DirectAppError):
        await dealer.do(other, "assignments", "approve", again)
    with pytest.raises(NotFoundError):
        await dealer.read(person, "vehicles", van)
    await dealer.do(person, "assignments", "hand_out", given, km=500, level=80)
    held = await dealer.read(person, "vehicles", van)
    assert (held["holder"], held["odometer_km"]) == (str(person.user), 500)
    await dealer.create(person, "meter_readings", vehicle=str(van), km=560)
    await dealer.do(person, "assignments", "hand_in", given, km=610, remarks="Ripe i dør")
    with pytest.raises(NotFoundError):
        await dealer.read(person, "vehicles", van)
    assert await km_of(dealer, leader, van) == 610
    later = (dealer.application.platform.clock() + timedelta(seconds=30)).isoformat()
    soon = await dealer.create(leader, "assignments", vehicle=str(van), driver=str(row), starts_at=later)
    await dealer.do(leader, "assignments", "submit", soon)
    await dealer.do(other, "assignments", "approve", soon)
    await dealer.do(leader, "assignments", "hand_out", soon)
    await dealer.do(leader, "assignments", "hand_in", soon)
    last = await dealer.create(leader, "assignments", vehicle=str(van), driver=str(row))
    await dealer.do(leader, "assignments", "submit", last)
    await dealer.do(other, "assignments", "approve", last)
    await dealer.do(other, "assignments", "end", last, reason="Ombestemt")
    assert (await dealer.read(leader, "assignments", last))["status"] == "ended"


async def test_what_a_driver_has_follows_when_the_driver_is_another_user(dealer: Dealer) -> None:
    leader = await dealer.person("fleet_manager", "490")
    person, row = await driver(dealer, leader)
    van = await vehicle(dealer, leader)
    given = await dealer.create(leader, "assignments", vehicle=str(van), driver=str(row))
    other = await dealer.person("supervisor", "490")
    for user in (other.user, None, person.user):
        await dealer.do(leader, "drivers", "update", row, user=user and str(user))
        await dealer.application.dispatcher.drain(dealer.tenant)
        assert (await dealer.read(leader, "assignments", given))["person"] == (user and str(user))
        held = rows(await dealer.application.platform.reading.page(leader, "certifications", Query()))
        assert {one["person"] for one in held if one["driver"] == str(row)} == {user and str(user)}


async def test_a_driver_sees_the_own_private_data_and_nobody_elses(dealer: Dealer) -> None:
    leader = await dealer.person("fleet_manager", "490")
    person, row = await driver(dealer, leader, birth_date="1990-05-17")
    _, second = await driver(dealer, leader, "supervisor", manager=str(person.user))
    await dealer.do(person, "drivers", "update", row, next_of_kin="Kari")
    assert (await dealer.read(person, "drivers", row))["birth_date"] == "1990-05-17"
    with pytest.raises(NotFoundError):
        await dealer.read(person, "drivers", second)
    for role in ("dispatcher", "safety_officer", "tenant_admin"):
        assert "birth_date" not in await dealer.read(await dealer.person(role, "490"), "drivers", row)


def test_what_a_type_of_vehicle_needs_is_asked_for_the_day(dealer: Dealer) -> None:
    today = oslo_day(dealer.application.platform.clock())
    held: list[Any] = [
        {"kind": "licence_c", "valid_to": today + timedelta(days=5)},
        {"kind": "code_95", "valid_to": today - timedelta(days=1)},
    ]
    assert lacking("van", held, today) is None
    assert "95" in str(lacking("truck", held, today))
    assert lacking("truck", held, today - timedelta(days=1)) is None
    assert lacking("van", held, today + timedelta(days=6)) is not None
    assert lacking("trailer", [], today) is None


async def test_what_expires_is_told_once_at_60_30_and_7_days(dealer: Dealer) -> None:
    leader = await dealer.person("fleet_manager", "490")
    person, row = await driver(dealer, leader)
    today = oslo_day(dealer.application.platform.clock())
    soon = await dealer.create(
        leader, "certifications", driver=str(row), kind="code_95", valid_to=(today + timedelta(days=29)).isoformat()
    )
    await sweep(dealer)
    await sweep(dealer)
    assert (await dealer.read(leader, "certifications", soon))["noticed"] == 30
    await dealer.application.dispatcher.drain(dealer.tenant)
    told = await notices(dealer, person)
    assert len(told) == 1
    await dealer.do(leader, "certifications", "update", soon, valid_to=(today + timedelta(days=7)).isoformat())
    await sweep(dealer)
    await dealer.application.dispatcher.drain(dealer.tenant)
    assert len(await notices(dealer, person)) == 2


async def sweep(dealer: Dealer) -> None:
    """Do what is done every morning."""
    async with acting(dealer.application.platform.pipeline, dealer.tenant, "fleet", "test", "", None) as ctx:
        await tell_of_expiry(ctx)


async def notices(dealer: Dealer, person: Actor) -> list[dict[str, Any]]:
    return rows(await dealer.application.platform.reading.page(person, "notifications", Query(fields=(("title",),))))


async def test_two_never_have_a_pool_vehicle_at_the_same_time(dealer: Dealer) -> None:
    leader = await dealer.person("fleet_manager", "490")
    person, _ = await driver(dealer, leader)
    van = await vehicle(dealer, leader, classification="pool")
    fixed = await vehicle(dealer, leader, "102")
    now = dealer.application.platform.clock()

    def hours(start: int, end: int) -> Values:
        return {
            "vehicle": str(van),
            "starts_at": (now + timedelta(hours=start)).isoformat(),
            "ends_at": (now + timedelta(hours=end)).isoformat(),
        }

    made = await dealer.create(person, "reservations", **hours(0, 4))
    asked = [dealer.create(leader, "reservations", **hours(n % 3, n % 3 + 2 + n)) for n in range(6)]
    refused = await asyncio.gather(*asked, return_exceptions=True)
    assert all(isinstance(answer, DirectAppError) for answer in refused)
    later = await dealer.create(leader, "reservations", **hours(4, 8))
    with pytest.raises(ConflictError):
        await dealer.create(leader, "reservations", **{**hours(20, 24), "vehicle": str(fixed)})
    with pytest.raises(DirectAppError):
        await dealer.do(person, "reservations", "extend", made, until=(now + timedelta(hours=5)).isoformat())
    await dealer.do(person, "reservations", "fetch", made, km=10)
    assert (await dealer.read(person, "vehicles", van))["holder"] == str(person.user)
    with pytest.raises(ConflictError):
        await dealer.do(leader, "reservations", "fetch", later)
    await dealer.do(person, "reservations", "bring_back", made, km=42)
    assert await km_of(dealer, leader, van) == 42
    await dealer.create(leader, "reservations", **hours(1, 3))
    with pytest.raises(InvalidError):
        await dealer.create(person, "reservations", **hours(-5, -2))


async def test_what_nobody_fetches_within_an_hour_is_free_again(dealer: Dealer) -> None:
    leader = await dealer.person("fleet_manager", "490")
    van = await vehicle(dealer, leader, classification="pool")
    now = dealer.application.platform.clock()
    times = {
        "starts_at": (now - timedelta(minutes=90)).isoformat(),
        "ends_at": (now + timedelta(hours=2)).isoformat(),
    }
    made = await dealer.create(leader, "reservations", vehicle=str(van), **times)
    async with acting(dealer.application.platform.pipeline, dealer.tenant, "fleet", "test", "", None) as ctx:
        await free_what_was_missed(ctx)
    assert (await dealer.read(leader, "reservations", made))["status"] == "missed"
    await dealer.create(leader, "reservations", vehicle=str(van), **times)
