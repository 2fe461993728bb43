"""Without network: the server answers what the device keeps and takes, and tells what is stored beside what waits."""

from importlib import resources
from typing import Any

import orjson
from starlette.routing import compile_path

from directapp.interfaces.web import router as pages
from directapp.kernel.ids import uuid7
from support.browser import Browser, Opener
from support.dealer import Dealer
from support.floor_cars import planned_car
from support.pages import outside_of
from support.visits import get_routes

PLACES: dict[str, Any] = orjson.loads(
    (resources.files("directapp.interfaces.web.features.floor") / "offline.json").read_bytes()
)
KEPT = [("GET", address) for address in PLACES["kept"]]
TAKEN = [("POST", form["at"]) for form in PLACES["taken"]]


async def test_the_server_answers_what_the_device_keeps_and_takes(dealer: Dealer) -> None:
    app = dealer.application
    routes = pages.build(app.platform, app.auth, outside=outside_of(app)).routes
    known = {m: [compile_path(path)[0] for path in get_routes(routes, m)] for m in ("GET", "POST")}
    samples = [
        (method, address.format(collection=collection, subject=collection, id=uuid7(), name="comments"))
        for method, address in KEPT + TAKEN
        for collection in PLACES["parts"]["collection"].split("|")
    ]
    assert [s for s in samples if not any(path.match(s[1]) for path in known[s[0]])] == []


async def stored(hands: Browser, place: str, *names: str, kind: str = "") -> dict[str, str]:
    asked = "&".join(f"name={name}" for name in names)
    told = (await hands.get(f"/app/offline/stored?place={place}&kind={kind}&{asked}")).json()
    return {field["name"]: field["stored"] for field in told["fields"]}


async def test_what_is_stored_is_told_of_the_field_that_a_tap_sets(signed: Opener, dealer: Dealer) -> None:
    car = await planned_car(dealer, 1)
    hands = await signed("mechanic", "499")
    floor = f"/app/floor/{car}"
    assert await stored(hands, f"{floor}/start", kind="technical") == {"technical_started_at": ""}
    assert list(await stored(hands, f"{floor}/done", kind="cosmetic")) == ["cosmetic_completed_at"]
    assert list(await stored(hands, f"/app/cars/{car}/fact/parking_spot")) == ["parking_spot"]


async def test_what_is_stored_is_told_of_the_fields_that_a_form_names(signed: Opener, dealer: Dealer) -> None:
    car = await planned_car(dealer, 1)
    hands = await signed("mechanic", "499")
    assert list(await stored(hands, f"/app/cars/{car}", "make", "no_such_field")) == ["make"]
    elsewhere = await hands.get(f"/app/offline/stored?place=/app/cars/{car}/do/archive")
    assert elsewhere.status_code == 404
