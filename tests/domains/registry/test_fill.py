"""A car takes a kept answer over: what is empty by itself, what is named in the place of a person's word."""

from typing import Any
from uuid import UUID

import pytest

from directapp.kernel.errors import ConflictError, ForbiddenError, InvalidError, NotUniqueError
from directapp.kernel.ids import uuid7
from support.dealer import Dealer
from support.fakes.registry import FakeRegistry
from support.fakes.vehicles import vehicle
from support.registry import Asking

SALES = ("new_car_sales", "495")


@pytest.fixture
async def answer(dealer: Dealer, ask: Asking) -> str:
    looked = await ask().look_up(dealer.tenant, "EL 12345")
    assert looked.kept is not None
    return str(looked.kept.id)


async def a_car(dealer: Dealer, **values: Any) -> UUID:
    seller = await dealer.person(*SALES)
    return await dealer.create(seller, "cars", **{"car_type": "new", "order_number": uuid7().hex[-8:], **values})


async def fill(dealer: Dealer, car: UUID, answer: str, role: str = SALES[0], **more: Any) -> dict[str, Any]:
    actor = await dealer.person(role, SALES[1])
    await dealer.do(actor, "cars", "fill_from_registry", car, answer=answer, **more)
    return await dealer.read(actor, "cars", car)


async def test_what_is_empty_is_filled_and_a_persons_word_stands(dealer: Dealer, answer: str) -> None:
    car = await a_car(dealer, make="Audi", color="Havblå")
    row = await fill(dealer, car, answer)
    assert (row["make"], row["color"]) == ("Audi", "Havblå")
    assert (row["model"], row["vin"], row["license_plate"]) == ("Modell X", "1ZZTE5T00R0000001", "EL12345")
    assert (row["power_kw"], row["horsepower"], row["next_inspection_due"]) == ("150.00", 204, "2028-03-11")
    assert row["registry_sources"]["model"]["source"] == "registry"
    assert "make" not in row["registry_sources"]


async def test_named_fields_are_taken_over_and_only_they(dealer: Dealer, answer: str) -> None:
    car = await a_car(dealer, make="Audi", model="A3")
    row = await fill(dealer, car, answer, fields=["make", "year"])
    assert (row["make"], row["model"], row["year"]) == ("Testbil", "A3", 2024)
    assert set(row["registry_sources"]) == {"make", "year"}
    assert row["vin"] is None


async def test_a_value_typed_over_a_fetched_one_is_a_persons(dealer: Dealer, answer: str) -> None:
    car = await a_car(dealer)
    seller = await dealer.person(*SALES)
    await fill(dealer, car, answer)
    await dealer.do(seller, "cars", "update", car, color="Nattblå", license_plate=None)
    row = await dealer.read(seller, "cars", car)
    assert row["registry_sources"]["color"]["source"] == "user"
    assert "license_plate" not in row["registry_sources"]
    assert row["registry_sources"]["year"]["source"] == "registry"


async def test_it_can_be_undone(dealer: Dealer, answer: str) -> None:
    car = await a_car(dealer, make="Audi")
    seller = await dealer.person(*SALES)
    await fill(dealer, car, answer, fields=["make", "year", "vin"])
    await dealer.do(seller, "cars", "undo", car)
    row = await dealer.read(seller, "cars", car)
    assert (row["make"], row["year"], row["vin"], row["registry_sources"]) == ("Audi", None, None, None)


async def test_history_names_the_person_and_the_registry(dealer: Dealer, answer: str) -> None:
    car = await a_car(dealer)
    await fill(dealer, car, answer)
    seller = await dealer.person(*SALES)
    latest = (await dealer.application.platform.reading.history(seller, "cars", car))[0]
    assert (latest["actor_name"], latest["via"], latest["verb"]) == (
        seller.name,
        "system:registry",
        "fill_from_registry",
    )


async def test_another_cars_vin_is_refused_by_its_field(dealer: Dealer, answer: str) -> None:
    await a_car(dealer, vin="1ZZTE5T00R0000001")
    car = await a_car(dealer)
    with pytest.raises(NotUniqueError) as refused:
        await fill(dealer, car, answer)
    assert refused.value.problems[0].field == "vin"


@pytest.mark.parametrize("given", ["019a0000-0000-7000-8000-000000000001", "no id"])
async def test_an_answer_that_is_gone_is_said(dealer: Dealer, given: str) -> None:
    car = await a_car(dealer)
    with pytest.raises(InvalidError) as refused:
        await fill(dealer, car, given)
    assert refused.value.problems[0].field == "answer"


async def test_a_field_the_answer_lacks_is_refused_by_name(dealer: Dealer, answer: str) -> None:
    car = await a_car(dealer)
    with pytest.raises(InvalidError) as refused:
        await fill(dealer, car, answer, fields=["engine_size", "make"])
    assert "Slagvolum" in refused.value.problems[0].message.pick("nb")


async def test_another_tenants_answer_is_not_there(dealer: Dealer, ask: Asking) -> None:
    looked = await ask().look_up(uuid7(), "EL 12345")
    assert looked.kept is not None
    car = await a_car(dealer)
    with pytest.raises(InvalidError):
        await fill(dealer, car, str(looked.kept.id))


@pytest.mark.parametrize("role", ["reception", "planner", "mechanic", "parts", "finance"])
async def test_who_does_not_write_the_identity_does_not_fill_it(dealer: Dealer, answer: str, role: str) -> None:
    car = await a_car(dealer)
    admin = await dealer.person("tenant_admin")
    mechanic = await dealer.person("mechanic", "499")
    await dealer.do(admin, "cars", "update", car, assigned_mechanic=str(mechanic.user))
    actor = await dealer.person(role, "495" if role == "finance" else "499")
    with pytest.raises(ForbiddenError):
        await dealer.do(actor, "cars", "fill_from_registry", car, answer=answer)


async def test_a_closed_car_takes_nothing(dealer: Dealer, answer: str) -> None:
    car = await a_car(dealer)
    seller = await dealer.person(*SALES)
    await dealer.do(seller, "cars", "archive", car, reason="cancelled")
    with pytest.raises(ConflictError):
        await fill(dealer, car, answer, role="tenant_admin")


async def test_an_answer_about_another_car_fills_nothing(dealer: Dealer, ask: Asking, registry: FakeRegistry) -> None:
    """A plate that has moved: the car keeps what it has, and stays empty where it is empty."""
    registry.vehicles.append(vehicle("EL 77777", "1ZZTE5T00R0000007"))
    looked = await ask().look_up(dealer.tenant, "EL 77777")
    assert looked.kept is not None
    seller = await dealer.person(*SALES)
    for own in (
        {"vin": "WVWZZZE1ZMP000077", "license_plate": "EL77777"},
        {"vin": "WVWZZZE1ZMP000078"},
        {"license_plate": "EL12346"},
    ):
        car = await a_car(dealer, **own)
        for named in ({}, {"fields": ["color", "year"]}):
            with pytest.raises(ConflictError) as refused:
                await fill(dealer, car, str(looked.kept.id), **named)
            assert refused.value.problems[0].field == ("vin" if "vin" in own else "license_plate")
        row = await dealer.read(seller, "cars", car)
        assert {name: row[name] for name in own} == own
        assert (row["color"], row["year"], row["make"], row["registry_sources"]) == (None, None, None, None)


async def test_a_wrong_chassis_number_is_put_right_where_it_is_named(
    dealer: Dealer, ask: Asking, registry: FakeRegistry
) -> None:
    registry.vehicles.append(vehicle("EL 77777", "1ZZTE5T00R0000007"))
    looked = await ask().look_up(dealer.tenant, "EL 77777")
    assert looked.kept is not None
    car = await a_car(dealer, vin="WVWZZZE1ZMP000079", license_plate="EL77777")
    row = await fill(dealer, car, str(looked.kept.id), fields=["vin", "year"])
    assert (row["vin"], row["year"]) == ("1ZZTE5T00R0000007", 2024)


async def test_a_plate_that_was_asked_by_is_the_cars_own(dealer: Dealer, ask: Asking) -> None:
    looked = await ask().look_up(dealer.tenant, "EL 12345")
    assert looked.kept is not None
    car = await a_car(dealer, license_plate="EL12345")
    assert (await fill(dealer, car, str(looked.kept.id)))["vin"] == "1ZZTE5T00R0000001"
