"""What a list and the search box save one from doing: opening each row, and typing the same words again."""

from collections.abc import Awaitable, Callable

from playwright.async_api import Page, expect

from support.axe import violations
from support.dealer import Dealer
from support.pages import fill_yard

Opener = Callable[..., Awaitable[Page]]


async def test_a_row_is_looked_at_without_leaving_the_list(dealer: Dealer, open_as: Opener) -> None:
    await fill_yard(dealer, 12)
    page = await open_as("new_car_sales", at="/app/cars")
    rows = page.locator("[data-row]")
    names = await rows.locator(".plate").all_inner_texts()
    await page.keyboard.press("j")
    await page.keyboard.press("p")
    view = page.get_by_role("dialog", name="Hurtigvisning")
    await expect(view.locator("h1 .plate")).to_have_text(names[0])
    await expect(view).to_contain_text("Neste steg")
    assert await view.locator(".peek-shown :is(form, input, [id])").count() == 0
    assert await violations(page) == []
    await page.keyboard.press("ArrowDown")
    await expect(view.locator("h1 .plate")).to_have_text(names[1])
    await page.keyboard.press("Escape")
    await expect(view).to_be_hidden()
    await expect(rows.nth(1).locator("a").first).to_be_focused()
    # By mouse: the eye of the row that one points at.
    await rows.nth(2).hover()
    await rows.nth(2).get_by_role("button", name="Hurtigvisning").click()
    await expect(view.locator("h1 .plate")).to_have_text(names[2])
    assert page.url.endswith("/app/cars")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/app/cars/*-*")
    await expect(page.locator("h1 .plate")).to_have_text(names[2])


async def test_the_search_box_offers_what_was_searched_for_last(dealer: Dealer, open_as: Opener) -> None:
    await fill_yard(dealer, 12)
    page = await open_as("new_car_sales", at="/app/cars?q=EL+20007")
    for words in ("EL 20005", "el 20007"):
        await page.goto("/")
        await page.keyboard.press("Control+k")
        await page.locator("[data-palette-text]").fill(words)
        await expect(page.get_by_role("option").filter(has_not_text="Spør:")).to_have_count(1)
        await page.keyboard.press("Enter")
        await page.wait_for_url("**/app/cars/*-*")
    await page.goto("/")
    await page.keyboard.press("Control+k")
    lately = page.get_by_role("option").filter(has_text="Nylig søkt")
    await expect(lately.locator(".palette-label")).to_have_text(["el 20007", "EL 20005"])
    await lately.nth(1).click()
    await expect(page.locator("[data-palette-text]")).to_have_value("EL 20005")
    await expect(page.get_by_role("option").filter(has_not_text="Spør:")).to_have_count(1)
