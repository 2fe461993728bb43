"""Lists in a real browser: cells edited in their place, columns put in order, every loaded row live."""

import re
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import pytest
from playwright.async_api import Locator, Page, expect

from browser.test_live import SOON, settled
from browser.test_views import PHONE
from directapp.store.query import Query
from support.axe import violations
from support.dealer import Dealer
from support.pages import fill_yard, new_car

Opener = Callable[..., Awaitable[Page]]
COLUMNS = "columns=status,license_plate,color,car_type,parking_spot,dealership"


def cell(page: Page, car: UUID, place: int) -> Locator:
    return page.locator(f'[data-row]:has(a[href="/app/cars/{car}"]) > *').nth(place)


async def test_a_cell_is_edited_by_keyboard(dealer: Dealer, open_as: Opener) -> None:
    seller = await dealer.person("new_car_sales", "495")
    car, other = await new_car(dealer, seller, 1), await new_car(dealer, seller, 2)
    page = await open_as("new_car_sales", at=f"/app/cars?{COLUMNS}&sort=license_plate")
    await page.locator("h1").click()
    await page.keyboard.press("j")
    for _ in range(2):
        await page.keyboard.press("ArrowRight")
    await expect(cell(page, car, 2)).to_be_focused()
    await page.keyboard.press("e")
    await expect(page.locator("#cell-color")).to_be_focused()
    await page.keyboard.type("Rød")
    await page.keyboard.press("Enter")
    await expect(cell(page, car, 2)).to_have_text("Rød")
    await expect(cell(page, car, 2)).to_be_focused()
    await expect(page.locator("#done")).to_contain_text("Lagret: Farge")
    # Down one row, another kind of input, and out again without saving.
    await page.keyboard.press("ArrowDown")
    await expect(cell(page, other, 2)).to_be_focused()
    await page.keyboard.press("ArrowRight")
    await page.keyboard.press("Enter")
    await expect(page.locator("select#cell-car_type")).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(page.locator("[data-cell-form]")).to_have_count(0)
    await expect(cell(page, other, 3)).to_be_focused()
    await page.locator("#done").get_by_role("button", name="Angre").click()
    await page.wait_for_url(f"**/app/cars?{COLUMNS.replace(',', '*')}*")
    await expect(cell(page, car, 2)).not_to_contain_text("Rød")


async def test_two_clicks_edit_and_one_opens(dealer: Dealer, open_as: Opener) -> None:
    car = await new_car(dealer, await dealer.person("new_car_sales", "495"), 1)
    page = await open_as("new_car_sales", at=f"/app/cars?{COLUMNS}")
    await cell(page, car, 4).dblclick()
    await page.locator("#cell-parking_spot").fill("B12")
    assert await violations(page) == []
    await page.get_by_role("button", name="Lagre", exact=True).click()
    await expect(cell(page, car, 4)).to_have_text("B12")
    # What one may not write opens as everything else does: the car.
    await cell(page, car, 5).locator("a, span").first.dblclick(position={"x": 1, "y": 1})
    await page.wait_for_url(lambda url: "columns" not in url)
    await page.goto(f"/app/cars?{COLUMNS}")
    await cell(page, car, 4).click()
    await page.wait_for_url(f"**/app/cars/{car}")


async def test_a_cell_loses_nothing(dealer: Dealer, open_as: Opener) -> None:
    seller, manager = await dealer.person("new_car_sales", "495"), await dealer.person("manager", "495")
    car = await new_car(dealer, seller, 1)
    page = await open_as("new_car_sales")
    await settled(page, "/app/cars?columns=status,license_plate,vin,color&sort=license_plate")
    await cell(page, car, 3).dblclick()
    await page.locator("#cell-color").fill("Rød")
    await dealer.do(manager, "cars", "update", car, color="Blå")
    await page.wait_for_timeout(SOON)
    await page.keyboard.press("Enter")
    form = page.locator("[data-cell-form]")
    await expect(form.locator(".field-theirs")).to_contain_text("Lagret nå: Blå")
    await expect(form).to_contain_text("Manager På 495 lagret i mellomtiden")
    await expect(page.locator("#cell-color")).to_have_value("Rød")
    await page.context.set_offline(True)
    await page.keyboard.press("Enter")
    await expect(form).to_contain_text("Det du skrev, står her")
    await page.context.set_offline(False)
    await page.keyboard.press("Enter")
    await expect(cell(page, car, 3)).to_have_text("Rød")
    await cell(page, car, 2).dblclick()
    await page.locator("#cell-vin").fill("KORT")
    await page.keyboard.press("Enter")
    await expect(form.locator(".field-error").first).to_be_visible()
    await expect(page.locator("#cell-vin")).to_have_value("KORT")
    await page.reload()
    await expect(page.locator("#cell-vin")).to_have_value("KORT")
    assert (await dealer.read(seller, "cars", car))["color"] == "Rød"


async def test_columns_are_put_in_order_by_hand_and_by_keyboard(dealer: Dealer, open_as: Opener) -> None:
    await new_car(dealer, await dealer.person("new_car_sales", "495"), 1)
    page = await open_as("new_car_sales", at="/app/cars")
    pop = page.locator("details.pop", has=page.locator("[data-columns]"))
    await pop.locator("summary").click()
    await page.get_by_label("Modell", exact=True).focus()
    for _ in range(2):
        await page.keyboard.press("Alt+ArrowUp")
    await expect(page.locator("[data-columns-said]")).to_have_text("Modell: plass 3")
    await page.locator(".column-line", has_text="Merke").drag_to(
        page.locator(".column-line").first, target_position={"x": 20, "y": 2}
    )
    await page.get_by_label("Kundens telefon", exact=True).check()
    assert await violations(page) == []
    await pop.get_by_role("button", name="Vis", exact=True).click()
    heads = page.locator("thead th")
    await expect(heads.last).to_have_attribute("data-field", "customer_phone")
    names = await heads.evaluate_all("cells => cells.slice(0, 4).map(c => c.dataset.field)")
    assert names == ["make", "status", "license_plate", "model"]
    other = await open_as("new_car_sales", at="/app/cars")
    assert await other.locator("thead th").evaluate_all("cells => cells.slice(0, 4).map(c => c.dataset.field)") == names


async def test_rows_beyond_the_first_page_are_live_too(dealer: Dealer, open_as: Opener) -> None:
    seller = await dealer.person("new_car_sales", "495")
    cars = [await new_car(dealer, seller, n) for n in range(55)]
    page = await open_as("new_car_sales")
    await settled(page, "/app/cars?sort=license_plate&columns=status,license_plate,color")
    await page.get_by_role("link", name="Vis flere").click()
    await expect(page.locator("[data-row]")).to_have_count(55)
    await dealer.do(seller, "cars", "update", cars[53], color="Rød")
    await expect(cell(page, cars[53], 2)).to_have_text("Rød")
    await dealer.do(seller, "cars", "archive", cars[52], reason="duplicate")
    await expect(page.locator("[data-row]")).to_have_count(54)
    late = await new_car(dealer, seller, 54, license_plate="EL20052", vin=None, order_number="O99999")
    await expect(cell(page, late, 1)).to_have_text("EL 20052")


async def test_a_colleague_is_mentioned_by_keyboard_and_on_a_phone(dealer: Dealer, open_as: Opener) -> None:
    seller = await dealer.person("new_car_sales", "495")
    reception, stranger = await dealer.person("reception", "499"), await dealer.person("reception", "490")
    car = await new_car(dealer, seller, 1)
    page = await open_as("new_car_sales", at=f"/app/cars/{car}")
    await page.locator("#comment-text").press_sequentially("Hei @rec")
    await expect(page.locator(".mention-option")).to_have_count(1)
    await expect(page.locator(".mention-option")).to_contain_text("Reception På 499")
    assert await violations(page) == []
    await page.keyboard.press("Enter")
    await expect(page.locator("#comment-text")).to_have_value("Hei @Reception På 499 ")
    await page.keyboard.type("og @Reception På 490, se på lakken.")
    await page.keyboard.press("Escape")
    await page.get_by_role("button", name="Send", exact=True).click()
    await expect(page.locator(".comment")).to_contain_text("se på lakken")
    rows = await dealer.application.platform.reading.page(seller, "comments", Query(fields=(("mentions",),)))
    assert str(reception.user) in rows.json.decode()
    assert str(stranger.user) not in rows.json.decode()
    phone = await open_as(
        "new_car_sales", viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True, at=f"/app/cars/{car}"
    )
    await phone.get_by_role("button", name="Nevn noen").tap()
    await phone.locator(".mention-option").first.tap()
    await expect(phone.locator("#comment-text")).to_have_value(re.compile(r"^@\w+ På \d+ $"))


@pytest.mark.parametrize("device", [{}, PHONE], ids=["desk", "phone"])
async def test_picked_cars_are_given_to_somebody_else(device: dict[str, Any], dealer: Dealer, open_as: Opener) -> None:
    cars = (await fill_yard(dealer, 14))[5:7]
    mechanic, planner = await dealer.person("mechanic", "499"), await dealer.person("planner", "499")
    for car in cars:
        assert not (await dealer.read(planner, "cars", car))["assigned_mechanic"]
    page = await open_as("planner", "499", at="/app/cars", **device)
    first = page.locator(".row-pick").first
    stood = await first.bounding_box()
    for car in cars:
        await page.locator(f'.row-pick[value="{car}"]').check()
    await page.evaluate("scrollTo(0, 0)")
    assert await first.bounding_box() == stood, "no row moves when what can be done is offered"
    await expect(page.get_by_role("button", name="Gjør med de valgte")).to_be_in_viewport()
    await page.get_by_role("button", name="Gjør med de valgte").click()
    await page.get_by_role("button", name="Fordel på nytt").click()
    await page.get_by_label("Til", exact=True).select_option(label="Mechanic På 499")
    await page.get_by_label("Arbeid", exact=True).select_option("technical")
    await page.get_by_role("button", name="Se hva som endres (2)").click()
    await expect(page.get_by_text("2 av 2 blir endret")).to_be_visible()
    await page.get_by_role("button", name="Fordel på nytt (2)").click()
    await expect(page.get_by_text("2 av 2 er gjort", exact=True)).to_be_visible()
    for car in cars:
        assert (await dealer.read(planner, "cars", car))["assigned_mechanic"] == str(mechanic.user)


async def test_a_note_is_spoken_where_the_browser_listens(dealer: Dealer, open_as: Opener) -> None:
    reception = await dealer.person("reception", "499")
    car = await new_car(dealer, await dealer.person("new_car_sales", "495"), 1)
    record = await dealer.create(reception, "inspections", car=str(car), kind="mottak")
    page = await open_as("reception", "499")
    await page.add_init_script("delete window.webkitSpeechRecognition; delete window.SpeechRecognition")
    await page.goto(f"/app/inspections/{record}")
    await expect(page.locator("[data-dictate]").first).to_be_hidden()
    await page.add_init_script(_SPEECH)
    await page.goto(f"/app/inspections/{record}")
    await page.fill("#damage-note", "Dør:")
    button = page.locator('[data-dictate="damage-note"]')
    await button.click()
    await expect(button).to_have_attribute("aria-pressed", "true")
    await expect(page.locator("#damage-note")).to_have_value("Dør: ripe i lakken nb-NO")
    await button.click()
    await expect(button).to_have_attribute("aria-pressed", "false")
    assert await violations(page) == []


# What a browser that understands speech does, with one sentence heard.
_SPEECH = """window.SpeechRecognition = class extends EventTarget {
  start() {
    const results = [[{ transcript: "ripe i lakken " + this.lang }]];
    setTimeout(() => {
      this.dispatchEvent(new Event("start"));
      this.dispatchEvent(Object.assign(new Event("result"), { results }));
    });
  }
  stop() { setTimeout(() => this.dispatchEvent(new Event("end"))); }
}"""
