"""Live: a change by one person shows to another within a second, and never in what they are writing."""

import re
from collections.abc import Awaitable, Callable

from playwright.async_api import Page, expect

from directapp.kernel.clock import utc_now
from support.dealer import Dealer
from support.pages import new_car

Opener = Callable[..., Awaitable[Page]]
SOON = 5_000


async def settled(page: Page, address: str) -> None:
    """Open a page and wait until it listens."""
    async with page.expect_response(re.compile(r"/app/live\?")):
        await page.goto(address)


async def test_a_list_shows_what_another_changes(dealer: Dealer, open_as: Opener) -> None:
    seller = await dealer.person("new_car_sales", "495")
    car = await new_car(dealer, seller, 1)
    one = await open_as("new_car_sales")
    await settled(one, "/app/cars")
    row = one.locator(f'[data-row]:has(a[href="/app/cars/{car}"])')
    await expect(row.locator(".chip")).to_have_text("Registrert")
    reception = await dealer.person("reception", "499")
    await dealer.do(reception, "cars", "update", car, arrived_prep_center_at=utc_now().isoformat())
    await expect(row.locator(".chip")).to_have_text("Ankommet klargjøring")
    await expect(row.locator(".is-changed").first).to_be_attached()
    await expect(row.locator(".is-changed")).to_have_count(0)
    await new_car(dealer, seller, 2)
    await expect(one.locator("[data-row]")).to_have_count(2)


async def test_a_card_moves_on_the_board_of_another(dealer: Dealer, open_as: Opener) -> None:
    car = await new_car(dealer, await dealer.person("new_car_sales", "495"), 1)
    page = await open_as("new_car_sales")
    await settled(page, "/app/cars/board")
    card = page.locator(f'[data-card="{car}"]')
    await expect(page.locator('[data-lane="registered"]').locator(card)).to_be_visible()
    await card.locator("a").first.focus()
    reception = await dealer.person("reception", "499")
    await dealer.do(reception, "cars", "update", car, arrived_prep_center_at="2026-01-05T08:00:00+01:00")
    await expect(page.locator('[data-lane="at_prep_center"]').locator(card)).to_be_visible()
    await expect(card).to_have_count(1)
    await expect(card.locator("a").first).to_be_focused()
    await expect(page.locator(".is-changed")).to_have_count(1)


async def test_a_car_shows_what_another_changes_within_a_second(dealer: Dealer, open_as: Opener) -> None:
    seller, reception = await dealer.person("new_car_sales", "495"), await dealer.person("reception", "499")
    car = await new_car(dealer, seller, 1)
    page = await open_as("new_car_sales")
    await settled(page, f"/app/cars/{car}")
    await dealer.do(reception, "cars", "update", car, arrived_prep_center_at="2026-01-05T08:00:00+01:00")
    await expect(page.locator(".status-line")).to_contain_text("Ankommet klargjøring")
    await dealer.create(reception, "comments", car=car, text="Står på B12.")
    await expect(page.locator("#last-comments")).to_contain_text("Står på B12.")
    await expect(page.locator("#live-banner")).to_have_count(0)


async def test_what_is_being_written_stays_and_who_changed_it_is_told(dealer: Dealer, open_as: Opener) -> None:
    seller, manager = await dealer.person("new_car_sales", "495"), await dealer.person("manager", "495")
    car = await new_car(dealer, seller, 1)
    page = await open_as("new_car_sales")
    await settled(page, f"/app/cars/{car}")
    await page.fill("#color", "Rød")
    await dealer.do(manager, "cars", "update", car, color="Blå", customer_name="Ny Kunde")
    await expect(page.locator("#live-banner")).to_contain_text("Manager På 495 endret dette nå.")
    await expect(page.locator("#color")).to_have_value("Rød")
    await expect(page.locator("#color")).to_be_focused()
    await expect(page.locator("#customer_name")).to_have_value("Ny Kunde")
    await page.click("#g-identity button[type=submit]")
    await expect(page.locator(".field-theirs")).to_contain_text("Lagret nå: Blå")


async def test_ones_own_change_is_no_news(dealer: Dealer, open_as: Opener) -> None:
    car = await new_car(dealer, await dealer.person("new_car_sales", "495"), 1)
    page = await open_as("new_car_sales")
    await settled(page, f"/app/cars/{car}")
    await page.fill("#color", "Rød")
    await page.click("#g-identity button[type=submit]")
    await expect(page.locator("#done .undo-bar")).to_contain_text("Lagret: Farge")
    await page.wait_for_timeout(SOON)
    await expect(page.locator("#live-banner")).to_have_count(0)
    await expect(page.locator("#color")).to_have_value("Rød")


async def test_a_hidden_page_rests_and_catches_up(dealer: Dealer, open_as: Opener) -> None:
    seller = await dealer.person("new_car_sales", "495")
    car = await new_car(dealer, seller, 1)
    page = await open_as("new_car_sales")
    await settled(page, f"/app/cars/{car}")
    show = "h => { Object.defineProperty(document, 'hidden', { value: h, configurable: true }); "
    show += "document.dispatchEvent(new Event('visibilitychange')) }"
    await page.evaluate(show, True)
    await dealer.do(seller, "cars", "update", car, color="Grønn")
    await page.wait_for_timeout(SOON)
    await expect(page.locator("#color")).to_have_value("")
    await page.evaluate(show, False)
    await expect(page.locator("#color")).to_have_value("Grønn")


async def test_damage_is_marked_by_a_tap_and_by_the_arrows(dealer: Dealer, open_as: Opener) -> None:
    car = await new_car(dealer, await dealer.person("new_car_sales", "495"), 1)
    actor = await dealer.person("reception", "499")
    record = await dealer.create(actor, "inspections", car=str(car), kind="mottak")
    page = await open_as("reception", "499", viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    watcher = await open_as("reception", "499")
    await settled(page, f"/app/inspections/{record}")
    await settled(watcher, f"/app/inspections/{record}")
    await page.locator('[data-outline="rear"] svg').tap(position={"x": 40, "y": 30})
    await expect(page.locator('[data-outline="rear"] .damage-draft')).to_have_attribute("visibility", "visible")
    await page.keyboard.type("Bulk")
    await page.keyboard.press("Enter")
    await expect(page.locator(".damage-item")).to_contain_text("Bulk")
    await expect(watcher.locator('[data-outline="rear"] .damage-mark')).to_have_count(1)
    await page.locator("#damage-view").select_option("top")
    await page.locator("#damage-x").focus()
    for _ in range(5):
        await page.keyboard.press("ArrowRight")
    await expect(page.locator("#damage-x")).to_have_value("0.55")
    await page.locator("#damage-note").press("Enter")
    await expect(page.locator('[data-outline="top"] .damage-mark circle')).to_have_attribute("cx", "132.0")
    await page.get_by_role("button", name="Fjern skade 1").click()
    await expect(page.locator(".damage-item")).to_have_count(1)
