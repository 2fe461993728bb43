"""Signing in at a provider in a real browser: an account is linked, signed out there too, and signed in with."""

import re
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import expect

from browser.conftest import Opener
from support.axe import violations
from support.dealer import Dealer
from support.fakes.openid import CLIENT, DIRECTORY, KARI, SECRET, FakeOpenId


@pytest.fixture
async def fake(dealer: Dealer, address: str) -> AsyncIterator[FakeOpenId]:
    """Give a company a provider on this machine, which sends people back to where the pages are served."""
    application, admin = dealer.application, await dealer.person("tenant_admin", "")
    known = application.auth.base_url
    object.__setattr__(application.auth, "base_url", address)
    application.guarded.private = True
    async with FakeOpenId(directory=DIRECTORY) as fake:
        fake.asks = True
        values = {"label": "Fjordbil", "kind": "entra", "issuer": fake.issuer, "client_id": CLIENT}
        made = await dealer.create(admin, "identity_providers", **values)
        await dealer.do(admin, "identity_providers", "set_secret", made, client_secret=SECRET)
        yield fake
    application.guarded.private = False
    object.__setattr__(application.auth, "base_url", known)


async def test_an_account_is_linked_signed_out_of_and_signed_in_with(open_as: Opener, fake: FakeOpenId) -> None:
    page = await open_as("planner", "499", at="/app/me/security")
    await page.get_by_role("button", name="Koble en konto hos Fjordbil").click()
    await page.get_by_role("button", name="Kari").click()
    await expect(page).to_have_url(re.compile("/app/me/security$"))
    await expect(page.get_by_text(KARI["preferred_username"])).to_be_visible()
    assert await violations(page) == []

    await page.goto("/app/me")
    await page.locator("form[action='/sign-out'] button").last.click()
    await expect(page).to_have_url(re.compile("/sign-in$"))
    # Whoever signed in with a password has nothing to sign out of there.
    assert [h.path for h in fake.heard if h.path == "/logout"] == []
    button = page.get_by_role("link", name="Logg inn med Fjordbil")
    await expect(button).to_be_visible()
    assert await violations(page) == []

    fake.refuses = "access_denied"
    await page.get_by_role("link", name="English").click()
    await page.get_by_role("link", name="Sign in with Fjordbil").click()
    await page.get_by_role("button", name="Kari").click()
    await expect(page.get_by_role("alert")).to_have_text("You did not sign in at Fjordbil.")

    fake.refuses = ""
    await page.goto("/sign-in?next=/app/cars")
    await page.get_by_role("link", name="Sign in with Fjordbil").click()
    await page.get_by_role("button", name="Kari").click()
    await expect(page).to_have_url(re.compile("/app/cars$"))
    await page.goto("/app/me")
    await page.locator("form[action='/sign-out'] button").last.click()
    await expect(page).to_have_url(re.compile("/sign-in$"))
    assert [h.path for h in fake.heard if h.path == "/logout"] == ["/logout"]
