"""Days and times in a browser that writes them the American way: shown, typed and picked as Norway does."""

import re
from collections.abc import Awaitable, Callable
from datetime import timedelta

from playwright.async_api import Page, expect

from directapp.kernel.clock import oslo_day, utc_now
from support.axe import violations
from support.dealer import Dealer
from support.pages import new_car

Opener = Callable[..., Awaitable[Page]]


async def test_a_moment_is_typed_and_picked_whatever_the_browsers_language(dealer: Dealer, open_as: Opener) -> None:
    seller = await dealer.person("new_car_sales", "495")
    car = await new_car(dealer, seller, 1)
    page = await open_as(
        "new_car_sales", at=f"/app/cars/{car}#g-responsibility", timezone_id="America/New_York", locale="en-US"
    )
    field = page.locator("#handover_at")
    await expect(field).to_have_attribute("placeholder", "dd.mm.åååå tt:mm")
    tomorrow = oslo_day(utc_now()) + timedelta(days=1)

    # What was typed is shown as it is understood; what is not stays, and the refusal names its field.
    await field.fill("i morgen 0830")
    await field.press("Tab")
    await expect(field).to_have_value(f"{tomorrow:%d.%m.%Y} 08:30")
    await field.fill("en gang")
    await page.locator("#g-responsibility button[type=submit]").click()
    await expect(page.locator("#handover_at-about .field-error")).to_be_visible()
    await expect(page.locator("#handover_at")).to_have_value("en gang")
    await expect(page.get_by_role("alert")).to_contain_text("Avtalt overlevering")

    # By keyboard alone: the calendar opens on today, a week ahead is one key, the time of day is typed at once.
    await field.fill("i dag")
    await field.press("Alt+ArrowDown")
    calendar = page.get_by_role("dialog", name="Velg dag")
    today = calendar.locator("[aria-current=date]")
    await expect(today).to_be_focused()
    assert await violations(page) == []
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("ArrowRight")
    await page.keyboard.press("Enter")
    await expect(calendar).to_have_count(0)
    await expect(field).to_be_focused()
    await page.keyboard.type("14:15")
    await expect(field).to_have_value(f"{tomorrow + timedelta(days=7):%d.%m.%Y} 14:15")
    await page.locator("#g-responsibility button[type=submit]").click()
    await expect(page.locator("#done .undo-bar")).to_contain_text("Lagret")
    row = await dealer.read(seller, "cars", car)
    assert re.match(rf"{tomorrow + timedelta(days=7)}T1[23]:15:00", row["handover_at"])


async def test_an_amount_stands_whole_on_a_phone(open_as: Opener) -> None:
    device = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
    page = await open_as("tenant_admin", "499", at="/app/admin/limits", **device)
    amount = page.locator(".goals-table .form-control").first
    await amount.fill("150000")
    assert await amount.evaluate("e => e.scrollWidth <= e.clientWidth")
