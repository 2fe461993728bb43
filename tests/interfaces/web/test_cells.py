"""Cells: one field of a row edited in its place in the list, by whom it may be, and never over another's change."""

import re
from uuid import UUID

from support.browser import Browser, Opener, field
from support.dealer import Dealer
from support.pages import new_car

COLUMNS = "status,license_plate,color,parking_spot"


async def typed(browser: Browser, car: UUID, name: str, **values: str) -> dict[str, str]:
    """Return a cell's form as it opens, with values typed over."""
    form = (await browser.part(f"/app/cars/{car}/cell/{name}")).text
    found = {n: field(form, n) for n in ("_csrf", "_key", "_version", "_base", "_fields")}
    return found | {"_columns": COLUMNS, "_back": "/app/cars?make=audi"} | values


async def put(browser: Browser, car: UUID, name: str, form: dict[str, str]) -> tuple[int, str]:
    answer = await browser.client.post(f"/app/cars/{car}/cell/{name}", data=form, headers={"HX-Request": "true"})
    return answer.status_code, answer.text


async def test_a_cell_is_saved_and_answers_with_its_row(dealer: Dealer, signed: Opener, car: UUID) -> None:
    browser = await signed("new_car_sales")
    form = await typed(browser, car, "color", color="Rød")
    status, text = await put(browser, car, "color", form)
    assert status == 200
    assert len(re.findall(r"<t[dh]\b", text)) == len(COLUMNS.split(","))
    assert "Rød" in text
    assert "Lagret: Farge" in text
    assert 'name="back" value="/app/cars?make=audi"' in text
    assert (await dealer.read(browser.actor, "cars", car))["color"] == "Rød"
    # Sent twice, done once.
    assert (await put(browser, car, "color", form))[0] == 200
    history = await dealer.application.platform.reading.history(browser.actor, "cars", car)
    assert sum("color" in entry["changes"] for entry in history) == 1
    undone = await browser.send(f"/app/cars/{car}/undo", back="/app/cars?make=audi")
    assert undone.headers["location"] == "/app/cars?make=audi"
    assert (await dealer.read(browser.actor, "cars", car))["color"] is None


async def test_only_what_one_may_write_in_that_row_is_edited(dealer: Dealer, signed: Opener, car: UUID) -> None:
    seller, reception = await signed("new_car_sales"), await signed("reception", "499")
    head = (await seller.get("/app/cars?columns=status,color,parking_spot,technical_notes")).text
    assert re.findall(r'data-field="(\w+)" data-edit', head) == ["color", "parking_spot"]
    assert (await reception.part(f"/app/cars/{car}/cell/color")).status_code == 404
    assert (await reception.part(f"/app/cars/{car}/cell/status")).status_code == 404
    assert (await reception.part(f"/app/cars/{car}/cell/parking_spot")).status_code == 200
    assert (await (await signed("new_car_sales", "490")).part(f"/app/cars/{car}/cell/color")).status_code == 404
    await dealer.do(seller.actor, "cars", "archive", car, reason="duplicate")
    shut = await seller.part(f"/app/cars/{car}/cell/color")
    assert shut.status_code == 409
    assert "Arkivert: kan ikke endres." in shut.text
    assert (await seller.get(f"/app/cars/{car}/cell/color")).headers["location"] == f"/app/cars/{car}#color"


async def test_what_is_wrong_stands_at_the_cell(dealer: Dealer, signed: Opener, car: UUID) -> None:
    browser = await signed("new_car_sales")
    status, text = await put(browser, car, "vin", await typed(browser, car, "vin", vin="KORT"))
    assert status == 422
    assert 'value="KORT"' in text
    assert "field-error" in text
    form = await typed(browser, car, "car_type", car_type="sykkel")
    status, text = await put(browser, car, "car_type", form)
    # By what they are called here; over REST by their codes.
    assert (status, "velg blant: Nybil, Bruktbil" in text) == (422, True)
    other = await new_car(dealer, browser.actor, 2)
    taken = (await dealer.read(browser.actor, "cars", other))["order_number"]
    form = await typed(browser, car, "order_number", order_number=taken)
    assert (await put(browser, car, "order_number", form))[0] == 409


async def test_a_stale_cell_shows_both_values(dealer: Dealer, signed: Opener, car: UUID) -> None:
    browser, manager = await signed("new_car_sales"), await dealer.person("manager", "495")
    form = await typed(browser, car, "color", color="Rød")
    await dealer.do(manager, "cars", "update", car, color="Blå")
    status, text = await put(browser, car, "color", form)
    assert status == 409
    assert 'value="Rød"' in text
    assert "Lagret nå: Blå" in text
    assert "Manager På 495 lagret i mellomtiden" in text
    again = form | {n: field(text, n) for n in ("_key", "_version", "_base")}
    assert (await put(browser, car, "color", again))[0] == 200
    # A change of something else is nobody's conflict.
    form = await typed(browser, car, "parking_spot", parking_spot="B12")
    await dealer.do(manager, "cars", "update", car, color="Grønn")
    assert (await put(browser, car, "parking_spot", form))[0] == 200
    row = await dealer.read(browser.actor, "cars", car)
    assert (row["color"], row["parking_spot"]) == ("Grønn", "B12")


async def test_other_collections_are_edited_in_their_lists_too(dealer: Dealer, signed: Opener) -> None:
    admin = await signed("tenant_admin")
    person = await dealer.person("mechanic", "499")
    page = (await admin.get("/app/users")).text
    assert 'data-field="phone" data-edit' in page
    form = (await admin.part(f"/app/users/{person.user}/cell/phone")).text
    found = {n: field(form, n) for n in ("_csrf", "_key", "_version", "_base", "_fields")}
    saved = await admin.client.post(
        f"/app/users/{person.user}/cell/phone",
        data={**found, "phone": "91234567", "_columns": "first_name,phone"},
        headers={"HX-Request": "true"},
    )
    assert saved.status_code == 200
    assert "tel:+4791234567" in saved.text
