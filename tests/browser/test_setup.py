"""Setting a company up in a real browser: from nothing to the first planned car, and its pages for everybody."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from browser.conftest import DESK, PATIENCE, PHONE
from directapp.app.container import Application
from directapp.connectors.brreg import Enhetsregisteret
from support.axe import look
from support.dealer import Dealer
from support.fakes.brreg import NUMBER, FakeBrreg
from support.newcomer import Hands, empty_dealer
from support.pages import PASSWORD, give_password
from support.visits import Visits

Opener = Callable[..., Awaitable[Page]]
Beginner = Callable[..., Awaitable[tuple[Dealer, Page]]]
MOST_MINUTES = 15
PEOPLE = "Kari\tHolm\tkari.{t}@example.test\tMekaniker\nOla\tNes\tola.{t}@example.test\tBilpleier"


@pytest.fixture
async def register(application: Application, visits: Visits) -> AsyncIterator[FakeBrreg]:
    """Let the pages ask a register of our own."""
    state: Any = visits.app.state  # type: ignore[attr-defined]
    asked = state.companies
    async with FakeBrreg() as fake:
        state.companies = Enhetsregisteret(application.http, base=fake.base)
        yield fake
    state.companies = asked


@pytest.fixture
async def newcomer(application: Application, chromium: Browser, address: str) -> AsyncIterator[Beginner]:
    """Sign in as the administrator of a company that has nothing."""
    contexts = []

    async def begin(**device: Any) -> tuple[Dealer, Page]:
        dealer = await empty_dealer(application)
        email = await give_password(dealer, await dealer.person("tenant_admin", ""))
        options: dict[str, Any] = {"base_url": address, "locale": "nb-NO", "timezone_id": "Europe/Oslo", **device}
        context = await chromium.new_context(**options)
        contexts.append(context)
        await context.request.post("/sign-in", form={"email": email, "password": PASSWORD}, max_redirects=0)
        page = await context.new_page()
        page.set_default_timeout(PATIENCE)
        await page.goto("/")
        return dealer, page

    yield begin
    for context in contexts:
        await context.close()


@pytest.mark.usefixtures("register")
@pytest.mark.parametrize("device", [DESK, PHONE], ids=["desk", "phone"])
async def test_from_nothing_to_the_first_planned_car(device: dict[str, Any], newcomer: Beginner) -> None:
    dealer, page = await newcomer(**device)
    hands = Hands(page)
    guide = page.get_by_role("heading", level=1, name="Oppsett steg for steg")

    hands.begin("guide")
    await expect(guide).to_be_visible()
    await hands.click(page.get_by_role("link", name=re.compile("Åpne.*Legg til anleggene")))

    hands.begin("sites")
    await hands.type(page.get_by_label("Organisasjonsnummer"), NUMBER)
    await hands.click(page.get_by_role("button", name="Finn"))
    hands.begin("places")
    await hands.click(page.get_by_role("checkbox", name="Legg til FJORDBIL KLARGJØRING"))
    await hands.type(page.get_by_label("Nummer", exact=True).first, "410")
    await hands.click(page.get_by_role("button", name="Legg til de valgte"))
    await expect(guide).to_be_visible()

    hands.begin("people")
    await hands.click(page.get_by_role("link", name=re.compile("Åpne.*Inviter folk")))
    await hands.choose(page.get_by_label("Anlegg"), "410 FJORDBIL SANDNES")
    await hands.paste(page.get_by_label("Folk, én på hver linje"), PEOPLE.format(t=dealer.tenant.hex[-8:]))
    await hands.click(page.get_by_role("button", name="Se over listen"))
    await hands.click(page.get_by_role("button", name="Inviter 2 personer"))
    await expect(guide).to_be_visible()

    hands.begin("hours")
    await hands.click(page.get_by_role("link", name=re.compile("Åpne.*Sett arbeidstider")))
    await expect(page.get_by_label("Mandag til fredag 08.00–16.00", exact=True)).to_be_checked()
    await hands.click(page.get_by_role("button", name="Sett arbeidstiden"))
    await expect(guide).to_be_visible()
    await expect(page.locator(".setup-step.is-done")).to_have_count(6)

    hands.begin("skip")
    await hands.click(page.get_by_role("button", name=re.compile("Hopp over.*Del kapasitet mellom anlegg")))
    await expect(page.locator(".setup-step.is-skipped")).to_have_count(1)

    hands.begin("car")
    await hands.click(page.get_by_role("button", name="Legg til prøvebiler"))
    await expect(page.get_by_role("button", name="Ta bort prøvebilene")).to_be_visible()

    hands.begin("plan")
    await hands.click(page.get_by_role("link", name=re.compile("Åpne.*Planlegg den første bilen")))
    await hands.type(page.locator("#car-q"), "SAMPLE-1")
    await hands.click(page.locator("form.plan-find button"))
    await hands.click(page.locator('.plan-choice[href*="car="]').first)
    hands.begin("slot")
    await hands.click(page.get_by_role("link", name=re.compile("^Teknisk")).first)
    await hands.click(page.locator("[data-slot]").first)
    await hands.click(page.get_by_role("button", name="Book"))
    await page.wait_for_url("**/app/plan?*")

    await page.goto("/app/setup")
    await expect(page.locator(".setup-step").last).to_have_class(re.compile("is-done"))
    assert hands.minutes < MOST_MINUTES, hands.steps


@pytest.mark.usefixtures("register")
async def test_these_pages_shut_nobody_out(dealer: Dealer, open_as: Opener) -> None:
    await dealer.person("mechanic", "499")
    site, found = dealer.sites["499"], list[str]()
    addresses = {
        "tenant_admin": (
            *("/app/setup", f"/app/setup/sites?number={NUMBER}", "/app/setup/people", f"/app/setup/hours?site={site}"),
            *("/app/setup/trying", "/app/admin", "/app/admin/company", "/app/admin/limits", "/app/texts"),
            *("/app/admin/steps", "/app/admin/statuses", f"/app/dealerships/{site}"),
        ),
        "manager": ("/app/setup/people", "/app/setup/hours", "/app/texts?event=customer.pickup", "/app/admin/limits"),
    }
    for role, listed in addresses.items():
        desk = await open_as(role, "499", color_scheme="light", **DESK)
        phone = await open_as(role, "499", language="en", color_scheme="dark", **PHONE)
        found += await look((desk, phone), listed)
    assert not found


async def test_a_placeholder_is_put_where_one_writes_and_shown_at_once(open_as: Opener) -> None:
    page = await open_as("tenant_admin", "", at="/app/texts?event=customer.link")
    body = page.locator("#nb-body")
    await body.fill("Hei ")
    await page.get_by_role("button", name=re.compile(r"^\{first\}")).click()
    await expect(body).to_have_value("Hei {first}")
    preview = page.locator("#form-nb ~ .text-preview")
    await expect(preview).to_contain_text("Hei Nora")
    await body.fill("Hei {kunde}")
    await expect(preview).to_contain_text("{kunde} finnes ikke i denne meldingen.")
    await page.locator("#form-nb").get_by_role("button", name="Lagre").click()
    await expect(page.get_by_role("alert")).to_contain_text("Tekst")
    await expect(page.locator("#form-nb .field").get_by_text("{kunde} finnes ikke")).to_be_visible()
    await expect(body).to_have_value("Hei {kunde}")
