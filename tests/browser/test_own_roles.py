"""A role of the company's own in a real browser: chosen, compared, put into use and rolled back, in both themes."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from playwright.async_api import Page, expect

from browser.conftest import DESK, PHONE
from support.axe import problems
from support.dealer import Dealer
from support.own_roles import holder, make_role
from support.pages import fill_yard

Opener = Callable[..., Awaitable[Page]]


@pytest.mark.parametrize("device", [DESK, PHONE], ids=["desk", "phone"])
async def test_a_role_is_put_together_and_rolled_back(device: dict[str, Any], dealer: Dealer, open_as: Opener) -> None:
    await fill_yard(dealer, 2)
    await holder(dealer, await make_role(dealer, "vikar", "planner"), name="Ida")
    page = await open_as("tenant_admin", "", at="/app/admin/roles", **device)
    assert await problems(page) == []
    await page.get_by_role("link", name="Vikar").click()
    await page.get_by_role("link", name="Endre hva den gir").click()
    assert await problems(page) == []
    await page.locator("#note").fill("Første")
    await page.get_by_role("button", name="Lagre og se hva den endrer").click()
    await expect(page.get_by_role("heading", name="Ida Vik")).to_be_visible()
    assert await problems(page) == []
    await page.get_by_role("button", name="Ta i bruk").click()
    await expect(page.get_by_text("Versjon 1 i bruk").first).to_be_visible()
    assert await problems(page) == []
    await page.get_by_role("link", name="Endre hva den gir").click()
    cars = page.get_by_role("region", name="Biler", exact=True)
    for box in await cars.locator("th input").all():
        await box.uncheck()
    await page.get_by_role("button", name="Lagre og se hva den endrer").click()
    await expect(page.get_by_text("2 før, 0 etter").first).to_be_visible()
    await page.get_by_role("button", name="Ta i bruk").click()
    await expect(page.get_by_text("Versjon 2 i bruk").first).to_be_visible()
    await page.get_by_role("link", name="Versjon 1").click()
    await page.get_by_role("button", name="Se hva den endrer").click()
    await page.get_by_role("button", name="Gå tilbake til denne versjonen").click()
    await expect(page.get_by_text("Versjon 1 i bruk").first).to_be_visible()
