"""Branding, rights and damage in a real browser: live preview, and readable by all in both themes."""

from collections.abc import Awaitable, Callable

from playwright.async_api import Page, expect

from support.axe import violations
from support.dealer import Dealer
from support.pages import new_car

Opener = Callable[..., Awaitable[Page]]


async def test_a_colour_shows_as_it_is_chosen(dealer: Dealer, open_as: Opener) -> None:
    page = await open_as("manager", at="/app/branding")
    brand = "getComputedStyle(document.documentElement).getPropertyValue('--da-brand')"
    before = await page.evaluate(brand)
    await page.fill("#primary", "#c2fe06")
    await expect(page.locator("#brand-preview")).to_contain_text("#c2fe06")
    await expect(page.locator("#brand-preview figcaption").first).to_contain_text("Her brukes")
    await page.wait_for_function(f"was => {brand} !== was", arg=before)
    await page.get_by_role("button", name="Lagre").click()
    await expect(page.locator("#done .undo-bar")).to_contain_text("Lagret: Profilering")
    row = await dealer.read(await dealer.person("manager"), "dealerships", dealer.sites["495"])
    assert row["brand_colors"]["primary"] == "#c2fe06"


async def test_these_pages_shut_nobody_out(dealer: Dealer, open_as: Opener) -> None:
    car = await new_car(dealer, await dealer.person("new_car_sales", "495"), 1)
    reception = await dealer.person("reception", "499")
    marks = [{"view": "left", "x": 0.3, "y": 0.5, "note": "Ripe"}, {"view": "interior", "x": 0.5, "y": 0.5}]
    record = await dealer.create(reception, "inspections", car=str(car), kind="mottak", damage_marks=marks)
    page = await open_as("tenant_admin", viewport={"width": 390, "height": 844})
    found: dict[str, list[str]] = {}
    site = dealer.sites["495"]
    for address in (
        f"/app/branding?site={site}",
        f"/app/permissions?role=mechanic&collection=cars&record={car}",
        f"/app/inspections/{record}",
        f"/app/cars/{car}/damage",
    ):
        await page.goto(address)
        found[address] = await violations(page)
        wide = await page.evaluate("document.documentElement.scrollWidth")
        assert wide <= 390, (address, wide)
    told = [f"{address}: {problem}" for address, problems in found.items() for problem in problems]
    assert not told, "\n".join(told)
