"""A field of the company's own in a real browser: made by an administrator, filled in on a car, found in its list."""

from collections.abc import Awaitable, Callable

from playwright.async_api import Page, expect

from support.axe import problems
from support.dealer import Dealer
from support.pages import new_car

Opener = Callable[..., Awaitable[Page]]


async def test_a_field_is_made_filled_in_and_found(dealer: Dealer, open_as: Opener) -> None:
    car = await new_car(dealer, await dealer.person("new_car_sales", "495"), 1)
    admin = await open_as("tenant_admin", "", at="/app/own_fields/new")
    assert await problems(admin) == []
    await admin.select_option("#collection", "cars")
    await admin.fill("#label_nb", "Fargekode")
    await admin.fill("#label_en", "Colour code")
    await admin.fill("#code", "colour_code")
    await admin.select_option("#kind", "string")
    await admin.select_option("#placed_in", "cars.seller_notes")
    await admin.locator("main form button[type=submit]").last.click()
    await expect(admin.locator("h1")).to_contain_text("Fargekode")
    assert await problems(admin) == []
    seller = await open_as("new_car_sales", at=f"/app/cars/{car}")
    await seller.evaluate("document.querySelectorAll('details.field-group').forEach((e) => (e.open = true))")
    await seller.get_by_label("Fargekode").fill("LY7W")
    await seller.locator("#g-seller_notes button[type=submit]").click()
    await expect(seller.locator("#done .undo-bar")).to_contain_text("Lagret")
    await seller.goto("/app/cars")
    await seller.get_by_text("Kolonner", exact=True).click()
    await seller.get_by_role("checkbox", name="Fargekode").check()
    assert await problems(seller) == []
    await seller.locator("button.btn-primary[form=columns-form]").click()
    await expect(seller.get_by_role("columnheader", name="Fargekode")).to_be_visible()
    await expect(seller.get_by_text("LY7W")).to_be_visible()
