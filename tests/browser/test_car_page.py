"""A car's page as a person sees it: everything that matters on one screen, at a desk and on a phone."""

import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.async_api import Page, expect

from browser.test_live import settled
from browser.test_pages import SHIFT
from browser.test_views import DESK, PHONE
from support.axe import violations
from support.dealer import Dealer
from support.pages import fill_yard, new_car
from support.plan import lay_plan

Opener = Callable[..., Awaitable[Page]]
ON = pytest.mark.parametrize(("device", "language"), [(DESK, "nb"), (PHONE, "en")], ids=["desk", "phone"])
_BOTTOM = """(part) => {
  const bar = document.querySelector(".bottombar, .primary-action");
  const below = [...document.querySelectorAll(".bottombar, .primary-action")]
    .filter((e) => getComputedStyle(e).position === "fixed" && e.offsetHeight)
    .map((e) => e.getBoundingClientRect().top);
  return part.getBoundingClientRect().bottom - Math.min(innerHeight, ...below);
}"""


@ON
async def test_the_first_screen_tells_all_that_matters(
    *, device: dict[str, Any], language: str, dealer: Dealer, open_as: Opener
) -> None:
    cars = await fill_yard(dealer, 7)
    planner, parts = await dealer.person("planner", "499"), await dealer.person("parts", "499")
    car = cars[4]
    await dealer.do(planner, "cars", "update", car, parking_spot="K31", key_location="Skap 7")
    await dealer.create(parts, "parts_orders", car=str(car), part_name="Bremseskive")
    await dealer.create(planner, "work_items", car=str(car), description="Bytt bremser")
    for number in range(3):
        await dealer.create(planner, "comments", car=str(car), text=f"Beskjed {number}")
    await dealer.do(planner, "users", "update", planner.user, language=language)
    page = await open_as("planner", "499", at=f"/app/cars/{car}", language=language, **device)
    own = {"nb": ("Neste steg", "Kunde", "Kommentarer"), "en": ("Next step", "Customer", "Comments")}[language]
    words = (*own, "Kunde 4", "K31", "Skap 7", "Bremseskive", "Bytt bremser", "Beskjed 0", "Beskjed 2")
    for text in words:
        shown = page.locator(".overview").get_by_text(text, exact=False).first
        await expect(shown).to_be_visible()
        assert await shown.evaluate(_BOTTOM) <= 0, text
    for part in (".status-line", "#s-promise summary", "#comment-text", "a[href^='tel:']"):
        shown = page.locator(f".overview {part}").first
        await expect(shown).to_be_visible()
        assert await shown.evaluate(_BOTTOM) <= 0, part
    assert await page.evaluate(SHIFT) == 0
    assert await violations(page) == []
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")


async def test_the_reasons_behind_a_promise_open_in_their_place(dealer: Dealer, open_as: Opener) -> None:
    cars = await fill_yard(dealer, 5)
    page = await open_as("planner", "499", at=f"/app/cars/{cars[4]}", **DESK)
    await page.locator("#s-promise summary").focus()
    await page.keyboard.press("Enter")
    await expect(page.locator("#s-promise .outlook-ready")).to_contain_text(re.compile("Forventet klar|Kan ikke si"))


async def test_what_others_do_turns_up_in_the_feed_and_is_filtered(dealer: Dealer, open_as: Opener) -> None:
    seller, reception = await dealer.person("new_car_sales", "495"), await dealer.person("reception", "499")
    car = await new_car(dealer, seller, 1)
    page = await open_as("new_car_sales", **DESK)
    await settled(page, f"/app/cars/{car}")
    feed = page.locator("#feed")
    await dealer.create(reception, "comments", car=str(car), text="Står på B12.")
    await expect(feed).to_contain_text("Står på B12.")
    await dealer.do(reception, "cars", "update", car, arrived_prep_center_at="2026-01-05T08:00:00+01:00")
    await expect(feed).to_contain_text("Ankommet klargjøring")
    await feed.get_by_role("link", name="Kommentarer").click()
    await expect(feed).not_to_contain_text("Ankommet klargjøring")
    await expect(feed).to_contain_text("Står på B12.")
    await page.fill("#comment-text", "Den er solgt.")
    await page.keyboard.press("Tab")
    await page.get_by_role("button", name="Send", exact=True).click()
    await expect(feed).to_contain_text("Den er solgt.")
    await expect(feed).not_to_contain_text("Ankommet klargjøring")
    assert await violations(page) == []


async def test_a_photo_is_sent_from_the_box_on_a_phone(dealer: Dealer, open_as: Opener, tmp_path: Path) -> None:
    car = await new_car(dealer, await dealer.person("new_car_sales", "495"), 1)
    photo = tmp_path / "skade.jpg"
    Image.new("RGB", (640, 480), "#336699").save(photo)
    reception = await dealer.person("reception", "499")
    await dealer.do(reception, "users", "update", reception.user, language="en")
    page = await open_as("reception", "499", at=f"/app/cars/{car}", language="en", **PHONE)
    await page.set_input_files(".attach input", photo)
    await expect(page.locator("[data-attached]")).to_have_text("1 file")
    await page.fill("#comment-text", "Look here.")
    await page.get_by_role("button", name="Send", exact=True).tap()
    await expect(page.locator("#last-comments")).to_contain_text("Look here.")
    await page.reload()
    await expect(page.locator(".thumbs img")).to_have_count(1)
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")


async def test_a_link_to_a_folded_part_opens_it(dealer: Dealer, open_as: Opener) -> None:
    planner = await dealer.person("planner", "499")
    car = await new_car(dealer, await dealer.person("new_car_sales", "495"), 1)
    await dealer.create(planner, "work_items", car=str(car), description="Bytt bremser")
    page = await open_as("planner", "499", at=f"/app/cars/{car}", **DESK)
    await page.locator(".anchors").get_by_role("link", name="Arbeidspunkter").click()
    await expect(page.locator("#s-work_items .line-link")).to_contain_text("Bytt bremser")


_CUT = """() => [...document.querySelectorAll(".plan-plate")].filter((e) => e.checkVisibility()).map((plate) => {
  const event = plate.closest(".ec-event");
  const [mine, its] = [plate.getBoundingClientRect(), event.getBoundingClientRect()];
  return [plate.textContent, plate.scrollWidth > plate.clientWidth + 1 || mine.right > its.right + 1];
})"""


async def test_a_plate_in_the_plan_is_told_in_full_or_not_at_all(dealer: Dealer, open_as: Opener) -> None:
    plan = await lay_plan(dealer)
    short, long = await plan.car(), await plan.car()
    await plan.book(short, "mechanic", "08:00", "09:00")
    await plan.book(long, "mechanic", "09:00", "12:00")
    for span, shown in (("week", 1), ("day", 2)):
        page = await open_as("planner", "499", at=f"/app/plan?span={span}&day={plan.day}", **DESK)
        await expect(page.locator(".plan-plate:visible")).to_have_count(shown)
        cut = await page.evaluate(_CUT)
        assert [plate for plate, is_cut in cut if is_cut] == []
        assert len(cut) == shown


async def test_cars_without_a_plate_are_told_apart_in_the_list_of_a_phone(dealer: Dealer, open_as: Opener) -> None:
    """A code is left out only where a plate tells which car it is."""
    seller = await dealer.person("new_car_sales", "495")
    for number, plate in ((1, None), (2, None), (3, "EK12345")):
        await new_car(dealer, seller, number, vin=f"WVWZZZE1ZMP00010{number}", license_plate=plate)
    page = await open_as("new_car_sales", "495", at="/app/cars?sort=vin", **PHONE)
    for number, shown in ((1, True), (2, True), (3, False)):
        await expect(page.get_by_text(f"…00010{number}")).to_be_visible(visible=shown)
    await expect(page.locator(".plate", has_text="EK 12345")).to_be_visible()


async def test_the_step_that_a_car_stands_at_is_not_broken_within_a_word(dealer: Dealer, open_as: Opener) -> None:
    cars = await fill_yard(dealer, 7)
    page = await open_as("planner", "499", at=f"/app/cars/{cars[3]}", **DESK)
    here = page.locator(".stage[aria-current] .stage-name")
    await expect(here).to_have_text(re.compile("Mottakskontroll"))
    lines, words = await here.evaluate(
        """(name) => {
          const text = document.createRange();
          text.selectNode(name.firstChild);
          return [text.getClientRects().length, name.firstChild.data.trim().split(" ").length];
        }"""
    )
    assert 0 < lines <= words
