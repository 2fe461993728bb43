"""Cars of other sites in the vehicle bank: one asks for a car, the site that has it answers, a transfer follows."""

from typing import Any
from uuid import UUID

import orjson
import pytest

from directapp.kernel.actor import Actor
from directapp.kernel.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from directapp.store.query import Query
from support.dealer import Dealer
from support.post import rows, told


async def bank_car(dealer: Dealer, number: int = 1, **more: Any) -> UUID:
    """Return a used car of 490 that others see in the vehicle bank."""
    seller = await dealer.person("used_car_sales", "490")
    values = {"car_type": "used", "make": "Audi", "model": "A4", "license_plate": f"EL3000{number}", **more}
    return await dealer.create(seller, "cars", **values, in_vehicle_bank=True, visibility="global")


async def requests_of(dealer: Dealer, actor: Actor) -> list[dict[str, Any]]:
    page = await dealer.application.platform.reading.page(actor, "car_requests", Query(limit=10))
    rows: list[dict[str, Any]] = orjson.loads(page.json)
    return rows


async def titles(dealer: Dealer, actor: Actor) -> list[str]:
    await told(dealer, actor)
    return [note["title"] for note in await rows(dealer, actor, "notifications")]


async def test_a_request_is_accepted_and_the_car_is_on_its_way(dealer: Dealer) -> None:
    car = await bank_car(dealer)
    asker, seller = await dealer.person("used_car_sales", "324"), await dealer.person("used_car_sales", "490")
    await dealer.create(asker, "car_requests", car=str(car), note="Kunde venter")
    (request,) = await requests_of(dealer, asker)
    assert (request["status"], request["owner"], request["site"]) == (
        "asked",
        str(dealer.sites["490"]),
        str(dealer.sites["324"]),
    )
    assert "Bedt om: EL 30001 Audi A4" in await titles(dealer, seller)
    with pytest.raises(ConflictError, match="already asked"):
        await dealer.create(asker, "car_requests", car=str(car))
    made = UUID(request["id"])
    with pytest.raises(ForbiddenError):
        await dealer.do(asker, "car_requests", "accept", made, purpose="sale")
    await dealer.do(seller, "car_requests", "accept", made, purpose="sale", note="Sendes i dag")
    answered = await dealer.read(asker, "car_requests", made)
    assert (answered["status"], answered["answer"]) == ("accepted", "Sendes i dag")
    transfer = await dealer.read(seller, "car_transfers", UUID(answered["transfer"]))
    assert (transfer["to"], transfer["reason"], transfer["status"]) == (str(dealer.sites["324"]), "sale", "in_transit")
    assert "Dere får den: EL 30001 Audi A4" in await titles(dealer, asker)
    await dealer.do(asker, "car_transfers", "receive", UUID(answered["transfer"]), code="EL30001", mileage_km=41200)
    owned = await dealer.read(asker, "cars", car)
    assert (owned["dealership"], owned["mileage_km"]) == (str(dealer.sites["324"]), 41200)


async def test_a_request_is_declined_with_a_reason_or_withdrawn(dealer: Dealer) -> None:
    first, second = await bank_car(dealer), await bank_car(dealer, 2)
    asker, seller = await dealer.person("used_car_sales", "324"), await dealer.person("used_car_sales", "490")
    for car in (first, second):
        await dealer.create(asker, "car_requests", car=str(car))
    by_car = {r["car"]: UUID(r["id"]) for r in await requests_of(dealer, asker)}
    await dealer.do(seller, "car_requests", "decline", by_car[str(first)], reason="Solgt i helgen")
    assert (await dealer.read(asker, "car_requests", by_car[str(first)]))["answer"] == "Solgt i helgen"
    assert "Dere får den ikke: EL 30001 Audi A4" in await titles(dealer, asker)
    with pytest.raises(ConflictError, match="already answered"):
        await dealer.do(seller, "car_requests", "accept", by_car[str(first)], purpose="sale")
    with pytest.raises(ForbiddenError):
        await dealer.do(seller, "car_requests", "withdraw", by_car[str(second)])
    await dealer.do(asker, "car_requests", "withdraw", by_car[str(second)])
    assert (await dealer.read(seller, "car_requests", by_car[str(second)]))["status"] == "withdrawn"


async def test_only_the_two_sites_see_a_request_and_only_anothers_car_is_asked_for(dealer: Dealer) -> None:
    car = await bank_car(dealer)
    asker, seller = await dealer.person("used_car_sales", "324"), await dealer.person("used_car_sales", "490")
    third = await dealer.person("used_car_sales", "495")
    await dealer.create(asker, "car_requests", car=str(car))
    (request,) = await requests_of(dealer, seller)
    assert await requests_of(dealer, third) == []
    with pytest.raises(NotFoundError):
        await dealer.read(third, "car_requests", UUID(request["id"]))
    with pytest.raises(NotFoundError):
        await dealer.do(third, "car_requests", "decline", UUID(request["id"]), reason="Nei")
    with pytest.raises(ConflictError):
        await dealer.create(seller, "car_requests", car=str(car))
    hidden = await dealer.create(
        await dealer.person("new_car_sales", "495"),
        "cars",
        car_type="new",
        make="Audi",
        model="A3",
        order_number="O1",
    )
    with pytest.raises(InvalidError):
        await dealer.create(asker, "car_requests", car=str(hidden))
