"""A passkey in a real browser, by Chromium's virtual authenticator: set up, shown, confirmed with, signed in with."""

import re
from datetime import timedelta

from playwright.async_api import Browser, Page, expect

from browser.test_views import DESK
from directapp.kernel.clock import utc_now
from support.axe import violations
from support.dealer import Dealer
from support.factors import demand
from support.pages import PASSWORD, give_password


async def authenticator(page: Page) -> None:
    client = await page.context.new_cdp_session(page)
    await client.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    await client.send("WebAuthn.addVirtualAuthenticator", {"options": options})


async def test_a_passkey_from_the_first_sign_in_to_signing_in_with_it_alone(
    dealer: Dealer, chromium: Browser, address: str, promised: list[str]
) -> None:
    await demand(dealer, "tenant_admin")
    promised.append(dealer.tenant.hex)
    email = await give_password(dealer, await dealer.person("tenant_admin", ""))
    # Browsers make no passkeys for an address of numbers.
    context = await chromium.new_context(**DESK, base_url=address.replace("127.0.0.1", "localhost"), locale="nb-NO")
    page = await context.new_page()
    await authenticator(page)
    await page.goto("/sign-in?next=/app/cars")
    await page.get_by_label("E-post").fill(email)
    await page.get_by_label("Passord").fill(PASSWORD)
    await page.get_by_role("button", name="Logg inn", exact=True).click()
    await expect(page.get_by_role("heading", name="Sett opp totrinnsbekreftelse")).to_be_visible()
    assert await violations(page) == []
    await page.get_by_role("button", name="Sett opp en app").click()
    await expect(page.get_by_role("img", name="QR-kode med nøkkelen")).to_be_visible()
    assert await violations(page) == []
    await page.go_back()
    await page.get_by_role("button", name="Lag en passnøkkel").click()
    await expect(page.locator("[data-recovery-codes] li")).to_have_count(10)
    assert await violations(page) == []
    await page.get_by_role("link", name="Jeg har lagret dem").click()
    await expect(page).to_have_url(re.compile("/app/cars$"))
    await page.goto("/app/me/security")
    await expect(page.get_by_role("button", name="Fjern: Passnøkkel")).to_be_visible()
    assert await violations(page) == []

    await page.goto("/app/me")
    await page.locator("form[action='/sign-out'] button").last.click()
    await expect(page).to_have_url(re.compile("/sign-in"))
    await page.get_by_role("button", name="Logg inn med passnøkkel").click()
    await expect(page.locator("#main")).to_be_visible()
    await expect(page).not_to_have_url(re.compile("/sign-in"))

    # Six minutes later roles ask for it again, and the passkey shows it; what was chosen is kept.
    target = await dealer.person("mechanic", "499")
    async with dealer.application.auth.open(dealer.tenant) as rows:
        begun = await rows.find("sessions", {"kind": "page", "ended_at": None}, limit=10)
        for session in begun:
            await rows.change({"second_factor_at": utc_now() - timedelta(minutes=6)}, on=session)
    dealer.application.principals.forget(dealer.tenant)
    await page.goto(f"/app/users/{target.user}/do/set_roles")
    await page.get_by_label("Bilpleier").check()
    await page.get_by_role("button", name="Endre roller").last.click()
    await expect(page.get_by_role("heading", name="Bekreft at det er deg")).to_be_visible()
    assert await violations(page) == []
    await page.get_by_role("button", name="Bruk passnøkkel").click()
    await expect(page.get_by_role("heading", name="Bekreft at det er deg")).to_have_count(0)
    assert set((await dealer.read(await dealer.person("tenant_admin", ""), "users", target.user))["roles"]) == {
        "mechanic",
        "detailer",
    }
    await context.close()
