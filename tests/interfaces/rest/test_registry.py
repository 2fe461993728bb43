"""The vehicle registry over REST: look up, compare with a car, take over; each failure with its status."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from directapp.connectors.outgoing import open_client
from support.fakes.registry import FakeRegistry
from support.fakes.server import as_text
from support.registry import asking

SALES = ("new_car_sales", "495")
PATH = "/registry/vehicle"


@pytest.fixture
async def registry(api: Any) -> AsyncIterator[FakeRegistry]:
    async with FakeRegistry() as fake, open_client() as http:
        api.app.state.registry = asking(api.dealer.application, http, fake)()
        yield fake


@pytest.mark.usefixtures("registry")
async def test_a_car_is_looked_up_compared_and_filled(api: Any) -> None:
    seller = await api.dealer.person(*SALES)
    car = await api.dealer.create(seller, "cars", car_type="new", order_number="R1", make="Audi", color="blå")
    answer = await api.ok(seller, "GET", f"{PATH}?code=el 12345&car={car}")
    fields = {f["field"]: f for f in answer["fields"]}
    assert (fields["make"]["state"], fields["make"]["now"], fields["make"]["suggested"]) == ("differs", "Audi", False)
    assert fields["make"]["now_source"] == "user"
    assert fields["color"]["state"] == "same"
    assert (fields["power_kw"]["value"], fields["power_kw"]["unit"], fields["power_kw"]["state"]) == (
        "150.00",
        "kW",
        "new",
    )
    assert answer["asked"] == {"kind": "plate", "value": "EL12345"}
    assert {"label": "Girkasse", "value": "Automat"} in answer["details"]
    taken = {"answer": answer["id"], "fields": ["vin", "power_kw"]}
    row = await api.ok(seller, "POST", f"/items/cars/{car}/fill_from_registry", json=taken)
    assert (row["vin"], row["power_kw"], row["make"]) == ("1ZZTE5T00R0000001", "150.00", "Audi")


@pytest.mark.parametrize(
    ("reply", "status", "code"),
    [
        (as_text("", 204), 404, "VEHICLE_NOT_FOUND"),
        (as_text("", 500), 503, "REGISTRY_DOWN"),
        (as_text("", 429), 503, "REGISTRY_BUSY"),
        (as_text("", 422), 429, "REGISTRY_QUOTA_USED"),
        (as_text("", 403), 502, "REGISTRY_REFUSED"),
    ],
)
async def test_each_failure_has_its_status(
    api: Any, registry: FakeRegistry, reply: Any, status: int, code: str
) -> None:
    seller = await api.dealer.person(*SALES)
    registry.then(reply)
    (problem,) = await api.refused(seller, "GET", f"{PATH}?code=EL12345", status)
    assert problem["code"] == code


async def test_what_is_asked_wrongly_is_said(api: Any, registry: FakeRegistry) -> None:
    seller = await api.dealer.person(*SALES)
    await api.refused(seller, "GET", PATH, 400)
    await api.refused(seller, "GET", f"{PATH}?code=EL12345&owner=1", 400)
    await api.refused(seller, "GET", f"{PATH}?code=EL12345&car=x", 404)
    (problem,) = await api.refused(seller, "GET", f"{PATH}?code=???", 422)
    assert problem["code"] == "BAD_LOOK_UP"
    assert registry.heard == []


async def test_who_fills_nothing_looks_nothing_up(api: Any, registry: FakeRegistry) -> None:
    for role in ("planner", "mechanic", "finance"):
        await api.refused(await api.dealer.person(role, "499"), "GET", f"{PATH}?code=EL12345", 403)
    assert registry.heard == []


async def test_without_a_key_it_is_said(api: Any) -> None:
    (problem,) = await api.refused(await api.dealer.person(*SALES), "GET", f"{PATH}?code=EL12345", 409)
    assert problem["code"] == "REGISTRY_NOT_SET_UP"
