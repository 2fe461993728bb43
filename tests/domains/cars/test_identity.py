"""One car, one plate and one order number: at every door, whatever is written at the same time."""

import asyncio
from typing import Any
from uuid import UUID

import pytest

from directapp.kernel.actor import system_actor
from directapp.kernel.errors import InvalidError, NotUniqueError
from directapp.services.intent import Answer, Intent
from support.dealer import Dealer, settle
from support.pages import new_car

USED = {"car_type": "used", "make": "Volvo", "model": "V60"}


async def words(doing: Any) -> tuple[list[str | None], str]:
    """Return the fields and the Norwegian words of a refusal for a value that stands elsewhere."""
    with pytest.raises(NotUniqueError) as refused:
        await doing
    return [p.field for p in refused.value.problems], " ".join(p.message.pick("nb") for p in refused.value.problems)


async def restored(dealer: Dealer, car: UUID) -> Answer:
    """Take a car back out of the archive."""
    admin = await dealer.person("tenant_admin", "490")
    intent = Intent(actor=admin, collection="cars", verb="restore", target=car, reason="Kom tilbake", origin="test")
    return await dealer.application.platform.pipeline.perform(intent)


async def test_a_second_car_with_the_same_plate_is_refused_and_told_where(dealer: Dealer) -> None:
    """In sight it is named; elsewhere only that it stands there is told."""
    seller, other = await dealer.person("used_car_sales", "495"), await dealer.person("new_car_sales", "324")
    await dealer.create(seller, "cars", license_plate="EL 12345", **USED)
    for written in ("EL12345", "el-12345", "EL\u200b12345", "12345EL", "]C1EL12345"):
        fields, said = await words(dealer.create(seller, "cars", license_plate=written, **USED))
        assert fields == ["license_plate"]
        assert "har dette skiltet. Arkiver den, eller rett skiltet der først. (EL12345, Volvo, V60)" in said
    fields, said = await words(new_car(dealer, other, 1, license_plate="EL12345"))
    assert fields == ["license_plate"]
    assert "på et annet anlegg" in said
    assert "Volvo" not in said
    second = await dealer.create(seller, "cars", license_plate="EL12346", **USED)
    fields, _ = await words(dealer.do(seller, "cars", "update", second, license_plate="EL 12345"))
    assert fields == ["license_plate"]
    assert (await dealer.read(seller, "cars", second))["license_plate"] == "EL12346"


async def test_a_plate_is_free_again_when_its_car_is_archived_and_not_after(dealer: Dealer) -> None:
    """Sold here once, and back in trade; the first one cannot be restored beside it."""
    seller = await dealer.person("used_car_sales", "495")
    first = await dealer.create(seller, "cars", license_plate="EL12345", **USED)
    await dealer.do(seller, "cars", "archive", first, reason="duplicate")
    second = await dealer.create(seller, "cars", license_plate="EL12345", **USED)
    fields, _ = await words(restored(dealer, first))
    assert fields == ["license_plate"]
    await dealer.do(seller, "cars", "archive", second, reason="duplicate")
    await restored(dealer, first)
    assert (await dealer.read(seller, "cars", first))["status"] != "archived"


async def test_plates_are_each_tenants_own(dealer: Dealer) -> None:
    """A car that moves on inside the tenant keeps its plate; another tenant's is nobody's matter here."""
    seller = await dealer.person("used_car_sales", "495")
    await dealer.create(seller, "cars", license_plate="EL12345", **USED)
    elsewhere = await settle(dealer.application)
    await elsewhere.create(await elsewhere.person("used_car_sales", "495"), "cars", license_plate="EL12345", **USED)


async def test_of_many_at_once_one_gets_the_plate(dealer: Dealer) -> None:
    """The database decides, whatever the concurrency."""
    seller = await dealer.person("used_car_sales", "495")
    cars = [await dealer.create(seller, "cars", **USED, vin=f"WVWZZZTR00960000{n}") for n in range(4)]
    doing: list[Any] = [dealer.do(seller, "cars", "update", car, license_plate="EL12345") for car in cars]
    doing += [dealer.create(seller, "cars", license_plate="EL 12345", **USED) for _ in range(4)]
    came = await asyncio.gather(*doing, return_exceptions=True)
    assert sum(not isinstance(one, BaseException) for one in came) == 1
    assert {type(one) for one in came if isinstance(one, BaseException)} == {NotUniqueError}


async def test_an_unknown_car_that_arrives_twice_is_one_draft(dealer: Dealer) -> None:
    """Two at the gate scan the same plate."""
    reception = await dealer.person("reception", "499")
    came = await asyncio.gather(
        *(dealer.do(reception, "cars", "receive", code=code) for code in ("EL 54321", "*EL54321*", "el54321")),
        return_exceptions=True,
    )
    made = {one.record for one in came if not isinstance(one, BaseException)}
    assert len(made) == 1


ALIKE = (
    "ORD-1001",
    "ord 1001",
    "ORD1001\u200b",
    "0RD-1OO1",
    "\uff2f\uff32\uff24\uff11\uff10\uff10\uff11",
    "ORD/I00I",
    "\u041eRD1001",
)


@pytest.mark.parametrize("written", ALIKE)
async def test_order_numbers_that_look_alike_are_one(dealer: Dealer, written: str) -> None:
    """Whatever they are written with; the stored one keeps its hyphens for people."""
    seller = await dealer.person("new_car_sales", "495")
    car = await new_car(dealer, seller, 1, order_number="ord-1001")
    assert (await dealer.read(seller, "cars", car))["order_number"] == "ORD-1001"
    fields, said = await words(new_car(dealer, seller, 2, order_number=written))
    assert fields == ["order_number"]
    assert "En annen bil har dette ordrenummeret. (EL20001" in said
    await new_car(dealer, seller, 3, order_number="ORD-1002")
    other = await dealer.person("new_car_sales", "324")
    _, said = await words(new_car(dealer, other, 4, order_number=written))
    assert "på et annet anlegg" in said


async def test_an_order_number_says_something(dealer: Dealer) -> None:
    """Nothing but signs is none, nor what a spreadsheet made of one."""
    seller = await dealer.person("new_car_sales", "495")
    for written in ("--", "4,01E+11", "4.01E+11", 2**53 + 1, "\x00"):
        with pytest.raises(InvalidError):
            await new_car(dealer, seller, 1, order_number=written)


async def shared(dealer: Dealer, car: UUID, plate: str) -> None:
    """Let a car share a plate, as it may have before that was refused."""
    async with dealer.application.platform.database.unit(system_actor(dealer.tenant, "demo")) as unit:
        sql = "UPDATE cars SET shared_identity = true, license_plate = $3 WHERE tenant_id = $1 AND id = $2"
        await unit.value(sql, dealer.tenant, car, plate)


async def test_a_plate_that_was_shared_before_stays_until_it_is_written_anew(dealer: Dealer) -> None:
    """Work on such a car goes on; a plate that is corrected is the car's own from then on."""
    seller = await dealer.person("used_car_sales", "495")
    await dealer.create(seller, "cars", license_plate="EL12345", **USED)
    car = await dealer.create(seller, "cars", license_plate="EL12346", **USED)
    await shared(dealer, car, "EL12345")
    await dealer.do(seller, "cars", "update", car, color="Rød")
    assert (await dealer.read(seller, "cars", car))["shared_identity"] is True
    await dealer.do(seller, "cars", "update", car, license_plate="EL12347")
    assert (await dealer.read(seller, "cars", car))["shared_identity"] is False
    fields, _ = await words(dealer.do(seller, "cars", "update", car, license_plate="EL12345"))
    assert fields == ["license_plate"]
