"""Administration and the front page in a real browser: by keyboard, readable by all in both themes, and live."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

from playwright.async_api import Page, expect

from browser.conftest import PairOpener
from directapp.kernel.clock import utc_now
from support.axe import look
from support.dealer import Dealer
from support.pages import fill_yard, new_car

Opener = Callable[..., Awaitable[Page]]
DEVICES: dict[str, dict[str, Any]] = {
    "desktop": {"viewport": {"width": 1440, "height": 900}},
    "phone": {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True},
}
TEMPLATES = "/app/admin/templates"
ITEMS = [{"code": "paint", "nb": "Lakk", "en": "Paint"}, {"code": "keys", "nb": "Nøkler", "en": "Keys"}]


async def template(dealer: Dealer) -> UUID:
    admin = await dealer.person("tenant_admin")
    named = {"name_nb": "Mottak nybil", "name_en": "New car", "car_type": "new", "items": ITEMS}
    return await dealer.create(admin, "inspection_templates", **named)


async def texts(page: Page) -> list[str]:
    found: list[str] = await page.locator("[data-point] [name=nb]").evaluate_all("all => all.map(one => one.value)")
    return found


async def test_a_template_is_edited_by_keyboard_alone(dealer: Dealer, open_as: Opener) -> None:
    record = await template(dealer)
    page = await open_as("manager", "495", at=f"{TEMPLATES}/{record}")
    await page.locator("[name=nb]").first.focus()
    await page.keyboard.press("Enter")
    await page.keyboard.type("Dekk")
    await page.keyboard.press("Tab")
    await page.keyboard.type("Tyres")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Space")
    assert await texts(page) == ["Lakk", "Dekk", "Nøkler"]
    await page.keyboard.press("Alt+ArrowDown")
    assert await texts(page) == ["Lakk", "Nøkler", "Dekk"]
    await expect(page.locator("[data-point]").nth(2).locator("[name=critical]")).to_be_focused()
    await expect(page.get_by_label("Punkt 3 på norsk")).to_have_value("Dekk")
    await page.get_by_role("button", name="Fjern punkt 1").focus()
    await page.keyboard.press("Enter")
    assert await texts(page) == ["Nøkler", "Dekk"]
    await expect(page.locator("[name=nb]").first).to_be_focused()
    await page.get_by_role("button", name="Flytt opp punkt 2").focus()
    await page.keyboard.press("Space")
    assert await texts(page) == ["Dekk", "Nøkler"]
    await page.get_by_role("button", name="Lagre").first.focus()
    await page.keyboard.press("Enter")
    await expect(page.locator("#done .undo-bar")).to_contain_text("Lagret: Mottak nybil")
    row = await dealer.read(await dealer.person("tenant_admin"), "inspection_templates", record)
    assert row["items"] == [{"code": "dekk", "nb": "Dekk", "en": "Tyres", "critical": True}, ITEMS[1]]


async def test_what_was_written_stays_after_an_error(dealer: Dealer, open_as: Opener) -> None:
    record = await template(dealer)
    page = await open_as("manager", "495", at=f"{TEMPLATES}/{record}")
    await page.get_by_role("button", name="Legg til punkt").click()
    await page.keyboard.type("Dekk")
    await page.get_by_role("button", name="Lagre").first.click()
    await expect(page.get_by_text("Skriv teksten på engelsk.")).to_be_visible()
    await page.get_by_role("alert").get_by_role("link").click()
    await expect(page.get_by_label("Punkt 3 på engelsk")).to_be_focused()
    assert await texts(page) == ["Lakk", "Nøkler", "Dekk"]
    await page.keyboard.type("Tyres")
    await page.get_by_role("button", name="Lagre").first.click()
    await expect(page.locator("#done .undo-bar")).to_contain_text("Lagret")


async def test_the_tree_is_walked_by_keyboard(dealer: Dealer, open_as: Opener) -> None:
    admin = await dealer.person("tenant_admin")
    for number in ("499", "495"):
        await dealer.do(
            admin, "dealerships", "update", dealer.sites[number], parent_dealership=str(dealer.sites["490"])
        )
    page = await open_as("tenant_admin", "490", at="/app/admin")
    await page.get_by_role("main").get_by_role("link", name="Anlegg", exact=True).click()
    await expect(page.get_by_role("link", name="499")).to_be_visible()
    await page.wait_for_load_state("load")
    for _ in range(3):
        await page.keyboard.press("j")
    await page.keyboard.press("k")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", level=1)).to_contain_text("490 Volkswagen Kristiansand")


async def test_a_goal_colours_the_board(dealer: Dealer, open_as: Opener) -> None:
    await new_car(dealer, await dealer.person("new_car_sales", "495"), 10)
    page = await open_as("manager", "499", at="/app/admin/goals")
    await page.get_by_label("Gul etter, timer: Registrert").fill("0,0000001")
    await page.get_by_label("Rød etter, timer: Registrert").fill("0,0000002")
    await page.keyboard.press("Enter")
    await expect(page.locator("#done .undo-bar")).to_contain_text("Lagret: Mål per status")
    await page.goto("/app/cars/board")
    await expect(page.locator("[data-card] .age-late")).to_have_count(1)


async def test_the_front_page_counts_what_another_does(dealer: Dealer, open_as: Opener) -> None:
    await fill_yard(dealer, 7)
    page = await open_as("reception", "499")
    tile = page.locator(".tile").filter(has_text="På vei inn")
    await expect(tile.locator(".tile-number")).to_have_text("1")
    work = page.locator("#home-work .line")
    before = await work.count()
    await page.evaluate("document.documentElement.dataset.same = 'page'")
    car = await new_car(dealer, await dealer.person("new_car_sales", "495"), 50)
    await dealer.do(await dealer.person("new_car_sales", "495"), "cars", "update", car, sent_at=utc_now().isoformat())
    await expect(tile.locator(".tile-number")).to_have_text("2")
    reception = await dealer.person("reception", "499")
    await dealer.do(reception, "cars", "update", car, arrived_prep_center_at=utc_now().isoformat())
    await expect(tile.locator(".tile-number")).to_have_text("1")
    await expect(work).to_have_count(before + 1)
    assert await page.evaluate("document.documentElement.dataset.same") == "page"


async def test_these_pages_shut_nobody_out(dealer: Dealer, open_as: Opener, open_both: PairOpener) -> None:
    await fill_yard(dealer, 14)
    record = await template(dealer)
    own = ("/app/admin", "/app/admin/sites", "/app/admin/goals", TEMPLATES, f"{TEMPLATES}/{record}", "/")
    own += ("/app/privacy", "/app/privacy/register", "/app/privacy/retention")
    found = await look(await open_both("tenant_admin", "499"), own)
    theirs = f"/app/users/{(await dealer.person('mechanic', '499')).user}/sign-ins"
    found += await look(await open_both("manager", "499"), ("/", "/app/admin/people", theirs))
    for role, scheme, device in (
        ("finance", "light", "desktop"),
        ("used_car_sales", "dark", "phone"),
        ("mechanic", "dark", "phone"),
    ):
        found += await look([await open_as(role, "499", color_scheme=scheme, **DEVICES[device])], ["/"])
    assert not found
