"""The board, the palette and saved views in a real browser: by mouse, by keyboard, without a script."""

import re
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from playwright.async_api import Page, expect

from browser.conftest import PairOpener
from directapp.interfaces.web.core.context import SPOKEN_COOKIE
from support.axe import look, problems, violations
from support.dealer import Dealer
from support.floor_cars import planned_car
from support.pages import fill_yard, new_car

Opener = Callable[..., Awaitable[Page]]
DESK: dict[str, Any] = {"viewport": {"width": 1440, "height": 900}}
PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


BOARD = "/app/cars/board?status=planned&status=technical_prep"


def lane(page: Page, code: str) -> Any:
    return page.locator(f'[data-lane="{code}"]')


async def test_a_card_is_dragged_where_it_may_go(dealer: Dealer, open_as: Opener) -> None:
    await planned_car(dealer, 1)
    page = await open_as("mechanic", "499", at=BOARD)
    await page.locator("[data-card]").drag_to(lane(page, "technical_prep"))
    await expect(lane(page, "technical_prep").locator("[data-card]")).to_have_count(1)
    await expect(page.locator("#done")).to_contain_text("Flyttet til Teknisk")
    await page.locator("#done").get_by_role("button", name="Angre").click()
    await page.goto(BOARD)
    await expect(lane(page, "planned").locator("[data-card]")).to_have_count(1)


async def test_a_drag_to_what_an_act_covers_leads_to_the_act(dealer: Dealer, open_as: Opener) -> None:
    await new_car(dealer, await dealer.person("new_car_sales", "495"), 1)
    page = await open_as("reception", "499", at="/app/cars/board")
    await page.locator("[data-card]").drag_to(lane(page, "at_prep_center"))
    await page.locator("[data-move-dialog]").get_by_role("link", name="Ankommet klargjøring").click()
    await page.get_by_role("button", name="Ta imot bil").click()
    await expect(page.locator(".status-line")).to_contain_text("Ankommet klargjøring")


async def test_a_drag_that_needs_more_asks_for_it(dealer: Dealer, open_as: Opener) -> None:
    car = (await fill_yard(dealer, 5))[4]
    page = await open_as("planner", "499", at="/app/cars/board?status=ready_to_plan&status=planned")
    await page.locator("[data-card]").drag_to(lane(page, "planned"))
    dialog = page.locator("[data-move-dialog]")
    for label in ("Planlagt teknisk", "Planlagt kosmetisk"):
        await dialog.get_by_label(label).fill("2030-01-02T08:00")
    await dialog.get_by_role("button", name="Planlagt").click()
    await expect(lane(page, "planned").locator(f'[data-card="{car}"]')).to_have_count(1)


async def test_a_refused_drag_says_why(dealer: Dealer, open_as: Opener) -> None:
    await new_car(dealer, await dealer.person("new_car_sales", "495"), 1)
    page = await open_as("reception", "499", at="/app/cars/board")
    card = page.locator("[data-card]")
    await card.hover()
    await page.mouse.down()
    await lane(page, "inspection").hover()
    await lane(page, "inspection").hover()
    await expect(lane(page, "at_prep_center")).to_have_class(re.compile("is-target"))
    await expect(lane(page, "inspection")).to_have_class(re.compile("is-refused"))
    await expect(lane(page, "inspection").locator(".lane-why")).to_contain_text("går det ikke an")
    await page.mouse.up()
    await expect(page.locator("[data-said]")).to_contain_text("Mottakskontroll: Fra «Registrert»")
    await expect(lane(page, "registered").locator("[data-card]")).to_have_count(1)


async def test_a_card_is_moved_by_keyboard(dealer: Dealer, open_as: Opener) -> None:
    await planned_car(dealer, 1)
    page = await open_as("mechanic", "499", at=BOARD)
    await page.locator("h1").click()
    await page.keyboard.press("j")
    await page.keyboard.press("m")
    await expect(page.get_by_role("button", name="Teknisk klargjøring")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(lane(page, "technical_prep").locator("[data-card]")).to_have_count(1)
    await page.locator("[data-card] a").first.focus()
    await page.keyboard.press("m")
    await expect(page.locator("[data-move-dialog]")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.locator("[data-move-dialog]")).to_be_hidden()


async def test_a_card_is_moved_without_a_script(dealer: Dealer, open_as: Opener) -> None:
    await planned_car(dealer, 1)
    page = await open_as("mechanic", "499", java_script_enabled=False, **DESK, at="/app/cars/board?make=audi")
    assert await page.locator("[data-card]").count() == 1
    await page.get_by_role("link", name=re.compile("Flytt til")).click()
    await page.get_by_role("button", name="Teknisk klargjøring").click()
    assert page.url.endswith("/app/cars/board?make=audi")
    assert await lane(page, "technical_prep").locator("[data-card]").count() == 1


async def test_a_filter_follows_from_view_to_view_and_is_saved_and_shared(dealer: Dealer, open_as: Opener) -> None:
    await fill_yard(dealer, 8)
    page = await open_as("planner", "499", at="/app/cars?make=audi")
    await page.get_by_role("link", name="Tavle").click()
    await expect(page.locator("[data-card]")).to_have_count(4)
    await page.locator("[data-saved] summary").click()
    await page.get_by_label("Navn på visningen").fill("Audi hos oss")
    await page.get_by_label("Del med").select_option(label="Hele anlegget mitt")
    await page.get_by_label("Fest i menyen").check()
    await page.get_by_role("button", name="Lagre denne visningen").click()
    await expect(page.locator(".rail-pin")).to_have_text("Audi hos oss")
    other = await open_as("reception", "499", at="/app/cars")
    await other.locator(".rail-pin").click()
    await expect(other.locator("[data-card]")).to_have_count(4)
    assert other.url.endswith("/app/cars/board?make=audi")


async def test_a_plate_or_vin_opens_the_car_from_anywhere(dealer: Dealer, open_as: Opener) -> None:
    seller = await dealer.person("new_car_sales", "495")
    cars = [await new_car(dealer, seller, n) for n in (1, 2)]
    vin = (await dealer.read(seller, "cars", cars[1]))["vin"]
    page = await open_as("new_car_sales")
    for key, typed in (("/", vin), ("Control+k", "el 20002"), ("Control+k", "O00002")):
        await page.goto("/")
        await page.keyboard.press(key)
        await expect(page.locator("[data-palette]")).to_be_visible()
        await page.keyboard.type(typed)
        await page.keyboard.press("Enter")
        await page.wait_for_url(f"**/app/cars/{cars[1]}")
    await page.goto("/app/me")
    await page.keyboard.press("Control+k")
    await page.keyboard.type("kalender")
    await expect(page.locator("[role=option]").first).to_contain_text("Biler: Kalender")
    assert await violations(page) == []
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/app/cars/calendar")


@pytest.mark.parametrize(("language", "kind"), [("nb", "Nylig åpnet"), ("en", "Opened lately")])
async def test_what_was_opened_last_is_offered_before_anything_is_typed(
    language: str, kind: str, dealer: Dealer, open_as: Opener
) -> None:
    seller = await dealer.person("new_car_sales", "495")
    cars = [await new_car(dealer, seller, n) for n in (1, 2)]
    page = await open_as("new_car_sales")
    spoken = f"{language}.{seller.user}"
    await page.context.add_cookies([{"name": SPOKEN_COOKIE, "value": spoken, "url": page.url}])
    for car in cars:
        await page.goto(f"/app/cars/{car}")
        await page.wait_for_load_state("load")
    await page.goto("/app/cars/00000000-0000-7000-8000-000000000000")
    await page.goto("/app/me")
    await page.keyboard.press("Control+k")
    await expect(page.locator("[data-palette]")).to_be_visible()
    offered = page.locator("[role=option]", has_text=kind)
    await expect(offered).to_have_count(2)
    await expect(offered.first).to_contain_text("EL 20002")
    await page.keyboard.press("Enter")
    await page.wait_for_url(f"**/app/cars/{cars[1]}")


async def test_no_view_shuts_anyone_out(dealer: Dealer, open_both: PairOpener) -> None:
    cars = await fill_yard(dealer, 14)
    desk, phone = await open_both("planner", "499")
    views = ("board", "calendar", "board?wall=1", "calendar?span=week", f"{cars[3]}/move")
    found = await look((desk, phone), [f"/app/cars/{view}" for view in views])
    for page in (desk, phone):
        await page.goto("/app/cars/board")
    await desk.locator("[data-saved] summary").click()
    found += await problems(desk)
    await phone.locator("[data-move-menu]").first.click()
    await expect(phone.locator("[data-moves]")).to_be_visible()
    found += await problems(phone)
    assert not found, "\n".join(found)
