"""The pages in a real browser: readable by all, steady, light, quick by keyboard, whole without a script."""

import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.async_api import Page, expect

from browser.conftest import PairOpener
from support.axe import look, problems, violations
from support.dealer import Dealer
from support.pages import PASSWORD, fill_yard, give_password, new_car
from support.plan import lay_plan

Opener = Callable[..., Awaitable[Page]]
DESK: dict[str, Any] = {"viewport": {"width": 1440, "height": 900}}
PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
NARROW: dict[str, Any] = {"viewport": {"width": 320, "height": 640}}

SHIFT = """() => new Promise(done => {
  let sum = 0;
  new PerformanceObserver(list => { for (const e of list.getEntries()) if (!e.hadRecentInput) sum += e.value })
    .observe({ type: "layout-shift", buffered: true });
  setTimeout(() => done(sum), 400);
})"""

# What a phone has in a hall of sheet metal: 800 kbit/s, and 300 ms to everything.
SLOW = {"offline": False, "latency": 300, "downloadThroughput": 100_000, "uploadThroughput": 50_000}


async def test_no_page_shuts_anyone_out(dealer: Dealer, open_both: PairOpener) -> None:
    cars = await fill_yard(dealer, 14)
    admin = await dealer.person("tenant_admin")
    await dealer.do(admin, "dealerships", "update", dealer.sites["495"], brand_colors={"primary": "#c2fe06"})
    desk, phone = await open_both("new_car_sales")
    found = await look((desk, phone), ("/", "/app/cars", f"/app/cars/{cars[3]}", "/app/cars/new", "/app/me"))
    await desk.goto("/app/cars")
    await desk.click("details.pop summary")
    found += await problems(desk)
    await phone.goto(f"/app/cars/{cars[3]}")
    for section in ("car_files", "history", "car_accessories"):
        await phone.click(f"#s-{section} summary")
    await phone.get_by_text("Arkiver").first.click()
    await phone.wait_for_selector("#act form")
    found += await problems(phone)
    given = await dealer.do(admin, "users", "hand_over_link", (await dealer.person("parts", "495")).user)
    (link,) = given.shown_once.values()
    await phone.goto("/app/cars/none")
    found += await problems(phone)
    for page in (desk, phone):
        await page.context.clear_cookies()
    await desk.goto("/link/x")
    found += await problems(desk)
    found += await look((desk, phone), ("/sign-in", "/forgot", f"/link/{link.rpartition('/')[2]}"))
    assert not found, "\n".join(found)


async def test_problems_are_told_to_all(dealer: Dealer, open_as: Opener) -> None:
    car = await new_car(dealer, await dealer.person("new_car_sales", "495"), 1)
    page = await open_as("new_car_sales", at=f"/app/cars/{car}")
    await page.fill("#vin", "KORT")
    await page.fill("#color", "Rød")
    await page.click("#g-identity button[type=submit]")
    await expect(page.locator("#g-identity [data-focus]")).to_be_focused()
    await expect(page.locator("#color")).to_have_value("Rød")
    assert await violations(page) == []
    await page.get_by_role("link", name=re.compile("Understellsnummer")).click()
    await expect(page.locator("#vin")).to_be_focused()


async def test_nothing_moves_and_little_is_sent(dealer: Dealer, open_as: Opener) -> None:
    cars = await fill_yard(dealer, 60)
    page = await open_as("new_car_sales", motion=True)
    for address in ("/", "/app/cars", f"/app/cars/{cars[0]}"):
        weights: list[int] = []
        await page.context.clear_cookies(name="done")
        cdp = await page.context.new_cdp_session(page)
        await cdp.send("Network.enable")
        await cdp.send("Network.setCacheDisabled", {"cacheDisabled": True})
        cdp.on("Network.loadingFinished", lambda told, into=weights: into.append(told["encodedDataLength"]))
        await page.goto(address)
        assert await page.evaluate(SHIFT) < 0.01, address
        await page.wait_for_load_state("networkidle")
        assert len(weights) < 25, address
        assert sum(weights) < 250_000, (address, sum(weights))
        await cdp.detach()


async def test_nothing_moves_on_a_slow_line(dealer: Dealer, open_as: Opener) -> None:
    plan = await lay_plan(dealer)
    car = await plan.car()
    await plan.book(car, "mechanic", "08:00", "10:00")
    page = await open_as("manager", "499", motion=True)
    cdp = await page.context.new_cdp_session(page)
    await cdp.send("Network.enable")
    await cdp.send("Network.setCacheDisabled", {"cacheDisabled": True})
    await cdp.send("Network.emulateNetworkConditions", SLOW)
    for address in ("/", "/app/cars", f"/app/cars/{car}", f"/app/plan?day={plan.day}"):
        await page.goto(address, wait_until="networkidle")
        if "plan" in address:
            await expect(page.locator(".ec-event").first).to_be_visible()
        assert await page.evaluate(SHIFT) < 0.01, address


async def test_nothing_is_lost_on_a_narrow_screen(dealer: Dealer, open_as: Opener) -> None:
    cars = await fill_yard(dealer, 7)
    page = await open_as("new_car_sales", **NARROW)
    for address in ("/", "/app/cars", f"/app/cars/{cars[3]}", "/app/cars/new", "/app/me"):
        await page.goto(address)
        wide = await page.evaluate("document.documentElement.scrollWidth")
        assert wide <= 320, (address, wide)


async def test_a_list_answers_the_keyboard_as_one_types(dealer: Dealer, open_as: Opener) -> None:
    await fill_yard(dealer, 12)
    page = await open_as("new_car_sales", at="/app/cars")
    await page.keyboard.press("/")
    await page.keyboard.type("el20007")
    await expect(page.locator("[data-row]")).to_have_count(1)
    await expect(page.locator("#count")).to_have_text("1 bil")
    assert page.url.endswith("/app/cars?q=el20007")
    await page.keyboard.press("Tab")
    await page.locator("h1").click()
    await page.keyboard.press("j")
    await page.keyboard.press("Enter")
    await expect(page.locator("h1 .plate")).to_have_text("EL 20007")


async def test_a_filter_narrows_at_once_and_stands_in_the_address(dealer: Dealer, open_as: Opener) -> None:
    await fill_yard(dealer, 12)
    page = await open_as("new_car_sales", at="/app/cars")
    await page.get_by_text("Filter", exact=True).click()
    await page.get_by_label("Registrert", exact=True).check()
    await expect(page.locator("[data-row]")).to_have_count(2)
    assert "status=registered" in page.url
    await page.reload()
    await expect(page.locator("[data-row]")).to_have_count(2)
    await expect(page.get_by_text("1 filter i bruk")).to_be_visible()


async def test_two_people_on_one_car_keep_both_what_they_typed(dealer: Dealer, open_as: Opener) -> None:
    car = await new_car(dealer, await dealer.person("new_car_sales", "495"), 1)
    one, other = await open_as("new_car_sales"), await open_as("manager")
    for page in (one, other):
        await page.goto(f"/app/cars/{car}")
    # What is being typed is held still while the other's change comes in; what is untouched would follow it.
    await other.fill("#color", "Blå")
    await one.fill("#color", "Rød")
    await one.click("#g-identity button[type=submit]")
    await expect(one.locator("#done .undo-bar")).to_contain_text("Lagret: Farge")
    await other.click("#g-identity button[type=submit]")
    await expect(other.locator(".field-theirs")).to_contain_text("Lagret nå: Rød")
    await expect(other.locator("#color")).to_have_value("Blå")
    await other.click("[data-take]")
    await expect(other.locator("#color")).to_have_value("Rød")


async def test_what_is_typed_survives_a_sign_in_that_ran_out(dealer: Dealer, open_as: Opener) -> None:
    car = await new_car(dealer, await dealer.person("new_car_sales", "495"), 1)
    page = await open_as("new_car_sales", at=f"/app/cars/{car}")
    email = await give_password(dealer, await dealer.person("new_car_sales", "495"))
    await page.fill("#color", "Rød")
    await page.context.clear_cookies(name="directapp_session")
    await page.click("#g-identity button[type=submit]")
    await page.wait_for_url(re.compile("/sign-in"))
    await page.fill("#email", email)
    await page.fill("#password", PASSWORD)
    await page.click(".stack button")
    await expect(page.locator("#color")).to_have_value("Rød")
    await page.click("#g-identity button[type=submit]")
    await expect(page.locator("#done .undo-bar")).to_contain_text("Lagret")
    await page.reload()
    await expect(page.locator("#color")).to_have_value("Rød")


async def test_a_photo_is_one_choice_away(dealer: Dealer, open_as: Opener, tmp_path: Path) -> None:
    car = await new_car(dealer, await dealer.person("new_car_sales", "495"), 1)
    photo = tmp_path / "skade.jpg"
    Image.new("RGB", (640, 480), "#336699").save(photo)
    page = await open_as("reception", "499", **PHONE, at=f"/app/cars/{car}")
    await page.click("#s-car_files summary")
    await page.set_input_files("#file-input", photo)
    await expect(page.locator(".file-grid img")).to_have_count(1)
    loaded = await page.locator(".file-grid img").evaluate("async i => (await i.decode(), i.naturalWidth)")
    assert loaded > 0


async def test_a_combo_is_chosen_by_keyboard(dealer: Dealer, open_as: Opener) -> None:
    seller = await dealer.person("new_car_sales", "495")
    first, second = await new_car(dealer, seller, 1), await new_car(dealer, seller, 2)
    page = await open_as("new_car_sales", at=f"/app/cars/{first}")
    await page.fill("#trade_in_for", "el20002")
    await expect(page.locator(".combo-option")).to_have_text(["EL 20002 Volkswagen ID.4"])
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await page.click("#g-order button[type=submit]")
    await expect(page.locator("#done .undo-bar")).to_contain_text("Innbytte for")
    assert (await dealer.read(seller, "cars", first))["trade_in_for"] == str(second)


async def test_everything_needed_works_without_a_script(dealer: Dealer, open_as: Opener) -> None:
    car = await new_car(dealer, await dealer.person("new_car_sales", "495"), 1)
    page = await open_as("reception", "499", java_script_enabled=False, **DESK, at="/app/cars?q=el20001")
    await page.locator("[data-row] a").first.click()
    await page.get_by_role("link", name="Ta imot bil").click()
    await page.get_by_role("button", name="Ta imot bil").click()
    await expect(page.locator(".status-line")).to_contain_text("Ankommet klargjøring")
    for spot in ("B11", "B12"):
        await page.locator("#g-location summary").click()
        await page.fill("#parking_spot", spot)
        await page.locator("#g-location button[type=submit]").click()
    await page.get_by_role("button", name="Angre").click()
    await expect(page.locator("#parking_spot")).to_have_value("B11")
    await page.locator("#g-location summary").click()
    await page.fill("#parking_spot", "B12")
    await page.locator("#g-location button[type=submit]").click()
    await expect(page.locator("#parking_spot")).to_have_value("B12")
    assert (await dealer.read(await dealer.person("reception", "499"), "cars", car))["parking_spot"] == "B12"
