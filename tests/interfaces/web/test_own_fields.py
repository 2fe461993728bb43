"""Own fields on the pages: made by an administrator, filled in, found in lists, sheets and history."""

import re
from typing import Any
from uuid import UUID

from support.browser import Browser, Opener, field
from support.dealer import Dealer

PLATE = 'class="plate">EL 20001<'
FIELD = {
    "collection": "cars",
    "label_nb": "Fargekode",
    "label_en": "Colour code",
    "code": "colour_code",
    "kind": "string",
    "max_length": "8",
    "placed_in": "cars.seller_notes",
}


async def made(admin: Browser, **more: str) -> str:
    """Make a field by the form; return where it is."""
    page = (await admin.get("/app/own_fields/new")).text
    values = {n: field(page, n) for n in ("_csrf", "_key", "_fields", "_base") if f'name="{n}"' in page}
    answer = await admin.client.post("/app/own_fields/new", data={**values, **FIELD, **more})
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


async def test_a_field_is_made_filled_in_and_found_in_lists_and_history(signed: Opener, car: UUID) -> None:
    admin, seller = await signed("tenant_admin", ""), await signed("new_car_sales")
    assert 'href="/app/own_fields"' in (await admin.get("/app/admin")).text
    await made(admin)
    assert "Fargekode" in (await admin.get("/app/own_fields")).text
    page = f"/app/cars/{car}"
    wrong = await seller.client.post(page, data=await seller.form(page, "seller_notes", own_colour_code="x" * 9))
    assert wrong.status_code == 422
    assert '<a href="#own_colour_code">' in wrong.text
    assert "Fargekode" in wrong.text
    kept = await seller.client.post(page, data=await seller.form(page, "seller_notes", own_colour_code="=LY<7"))
    assert kept.status_code == 303
    assert "=LY&lt;7" in (await seller.get(page)).text
    assert 'value="own_colour_code"' in (await seller.get("/app/cars")).text
    chosen = await seller.send("/app/cars/columns", column=["license_plate", "own_colour_code"])
    assert chosen.status_code == 303
    listed = (await seller.get("/app/cars")).text
    assert "Fargekode" in listed
    assert "=LY&lt;7" in listed
    assert PLATE in (await seller.get("/app/cars?own_colour_code=ly%3C7")).text
    assert PLATE not in (await seller.get("/app/cars?own_colour_code=rx")).text
    assert PLATE in (await seller.get("/app/cars?sort=-own_colour_code")).text
    assert "Fargekode" in (await seller.get(f"{page}/history")).text
    sheet = (await seller.get("/app/cars/export.csv")).text
    assert "Fargekode" in sheet.splitlines()[0]
    assert not re.search(r"(^|;)=LY", sheet, re.MULTILINE), "a sheet would take it for a formula"


async def test_a_field_is_deleted_by_its_code_and_restored(signed: Opener, car: UUID) -> None:
    admin, seller = await signed("tenant_admin", ""), await signed("new_car_sales")
    place = await made(admin)
    page = f"/app/cars/{car}"
    await seller.client.post(page, data=await seller.form(page, "seller_notes", own_colour_code="LY7W"))
    await seller.send("/app/cars/columns", column=["license_plate", "own_colour_code"])
    asked = await admin.get(f"{place}/do/remove")
    assert "Skriv koden for å slette feltet" in asked.text
    refused = await admin.send(f"{place}/do/remove", code="other", _fields="code")
    assert refused.status_code == 422
    assert "Det er ikke koden til dette feltet." in refused.text
    assert (await admin.send(f"{place}/do/remove", code="colour_code", _fields="code")).status_code == 303
    assert "own_colour_code" not in (await seller.get(page)).text
    gone = await seller.get("/app/cars?own_colour_code=ly&sort=own_colour_code")
    assert gone.status_code == 200
    assert "LY7W" not in gone.text
    assert (await admin.send(f"{place}/do/restore")).status_code == 303
    assert "LY7W" in (await seller.get(page)).text


async def test_a_new_car_s_form_shows_a_required_field_and_keeps_what_was_typed(signed: Opener) -> None:
    admin, seller = await signed("tenant_admin", ""), await signed("new_car_sales")
    await made(admin, required="true")
    groups = re.split(r"(?=<details)", (await seller.get("/app/cars/new")).text)
    (own,) = [group for group in groups if 'id="own_colour_code"' in group]
    assert re.match(r'<details class="field-group" open>', own), "it would be refused for what nobody sees"
    assert any(re.match(r'<details class="field-group">', group) for group in groups), "the others stay folded"
    car = {"car_type": "new", "make": "Audi", "model": "Q4"}
    names = " ".join([*car, "own_colour_code"])
    refused = await seller.send("/app/cars/new", **car, _fields=names)
    assert refused.status_code == 422
    assert '<a href="#own_colour_code">Fargekode</a>' in refused.text
    # What was typed stands in the form after a look in the registry too.
    filled = await seller.send("/app/cars/new/registry/fill", **car, own_colour_code="LY7W", _fields=names)
    assert 'value="LY7W" id="own_colour_code"' in filled.text
    assert (await seller.send("/app/cars/new", **car, own_colour_code="LY7W", _fields=names)).status_code == 303


async def test_who_may_not_see_the_group_is_not_offered_the_field(dealer: Dealer, signed: Opener, car: UUID) -> None:
    admin = await signed("tenant_admin", "")
    await made(admin, placed_in="cars.own", readers="parts", label_nb="Bare deler")
    await dealer.do(admin.actor, "cars", "update", car, own_colour_code="seen")
    for role, sees in (("parts", True), ("new_car_sales", False), ("tenant_admin", True)):
        browser: Any = await signed(role, "" if role == "tenant_admin" else "495")
        for address in (f"/app/cars/{car}", "/app/cars"):
            assert ("Bare deler" in (await browser.get(address)).text) is sees, (role, address)
    seller = await signed("new_car_sales")
    assert (await seller.get("/app/own_fields")).status_code == 403
