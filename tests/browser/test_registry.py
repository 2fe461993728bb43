"""The look-up in a real browser: on a desk and a phone, with what is typed kept whatever the registry says."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import pytest
from playwright.async_api import Page, expect

from browser.conftest import PairOpener
from browser.test_views import DESK, PHONE, Opener
from directapp.connectors.outgoing import open_client
from support.axe import look, problems
from support.dealer import Dealer
from support.fakes.registry import FakeRegistry
from support.fakes.server import Reply, as_text
from support.pages import new_car
from support.registry import asking, enriching, night

DEVICES = pytest.mark.parametrize("device", [DESK, PHONE], ids=["desk", "phone"])


@pytest.fixture
async def registry(dealer: Dealer, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[FakeRegistry]:
    """Let the served pages look cars up at a fake registry."""
    async with FakeRegistry() as fake, open_client() as http:
        lookups = asking(dealer.application, http, fake)()
        monkeypatch.setattr(dealer.application.registry.lookups, "_single", vars(lookups)["_single"])
        yield fake


@pytest.fixture
async def car(dealer: Dealer) -> UUID:
    seller = await dealer.person("new_car_sales", "495")
    return await new_car(dealer, seller, 1, license_plate="EL12345", vin=None)


def box(page: Page, name: str) -> Any:
    return page.locator(f'#registry input[type=checkbox][value="{name}"]')


@DEVICES
async def test_a_car_is_looked_up_and_filled_in(
    device: dict[str, Any], dealer: Dealer, car: UUID, registry: FakeRegistry, open_as: Opener
) -> None:
    page = await open_as("new_car_sales", **device, at=f"/app/cars/{car}")
    await page.locator("#g-identity #color").fill("Havblå, ikke lagret")
    await page.locator("#g-order #order_number").fill("ORD-77")
    await page.get_by_role("link", name="Slå opp i Kjøretøyregisteret").click()
    await expect(page.locator("#registry")).to_contain_text("Dette kan fylles inn")
    assert [one.query for one in registry.heard] == [{"kjennemerke": "EL12345"}], "it asks by the car's own plate"
    await expect(box(page, "vin")).to_be_checked()
    await expect(box(page, "make")).not_to_be_checked()
    await expect(page.locator("#registry-title")).to_be_focused()
    await box(page, "color").uncheck()
    await page.get_by_role("button", name="Fyll inn valgte").click()
    await expect(page.locator("#done")).to_contain_text("Fylt inn fra Kjøretøyregisteret")
    await expect(page.locator("#g-identity #vin")).to_have_value("1ZZTE5T00R0000001")
    await expect(page.locator("#g-identity #color")).to_have_value("Havblå, ikke lagret")
    await expect(page.locator("#g-order #order_number")).to_have_value("ORD-77")
    row = await dealer.read(await dealer.person("new_car_sales", "495"), "cars", car)
    assert (row["year"], row["make"], row["color"]) == (2024, "Audi", None)
    await page.locator("#done").get_by_role("button", name="Angre").click()
    await expect(page.locator("#g-identity #vin")).to_have_value("")


@DEVICES
async def test_a_new_car_is_filled_while_it_is_typed(
    device: dict[str, Any], dealer: Dealer, registry: FakeRegistry, open_as: Opener
) -> None:
    page = await open_as("new_car_sales", **device, at="/app/cars/new")
    await page.get_by_label("Ordrenummer").fill("A-1001")
    await page.locator("#color").fill("Havblå")
    await page.locator("#registry-code").fill("el 12345")
    await page.locator("#registry-code").press("Enter")
    await expect(page.locator("#registry")).to_contain_text("Dette kan fylles inn")
    await expect(box(page, "color")).not_to_be_checked()
    await page.get_by_role("button", name="Fyll inn i skjemaet").click()
    await expect(page.get_by_label("Modell", exact=True)).to_have_value("Modell X")
    await expect(page.locator("#color")).to_have_value("Havblå")
    await expect(page.get_by_label("Ordrenummer")).to_have_value("A-1001")
    await expect(page.locator("[data-registry-done]")).to_be_visible()
    await page.locator("#car_type").select_option("new")
    await page.locator(".primary-action").get_by_role("button", name="Opprett").click()
    await page.wait_for_url("**/app/cars/*-*")
    row = await dealer.read(await dealer.person("new_car_sales", "495"), "cars", UUID(page.url.rpartition("/")[2]))
    assert (row["vin"], row["color"], row["power_kw"]) == ("1ZZTE5T00R0000001", "Havblå", "150.00")
    assert row["registry_sources"]["model"]["source"] == row["registry_sources"]["power_kw"]["source"] == "registry"
    assert "color" not in row["registry_sources"]
    assert registry.heard[0].query == {"kjennemerke": "EL12345"}


@pytest.mark.parametrize(
    ("code", "reply", "said"),
    [
        ("ZZ 99999", None, "har ingen bil med ZZ99999"),
        ("EL 12345", as_text("", 503), "svarer ikke nå"),
        ("EL 12345", Reply(hang=20), "brukte for lang tid"),
        ("EL 12345", as_text("", 422, retry_after="600"), "Dagens oppslag i Kjøretøyregisteret er brukt opp"),
        ("EL 12345", as_text("", 401), "godtar ikke nøkkelen"),
        ("?", None, "Skriv et skilt eller et understellsnummer"),
    ],
)
async def test_every_refusal_is_clear_and_nothing_typed_is_lost(
    *, code: str, reply: Reply | None, said: str, registry: FakeRegistry, open_as: Opener
) -> None:
    if reply is not None:
        registry.then(reply)
    page = await open_as("new_car_sales", **PHONE, at="/app/cars/new")
    typed = {"Ordrenummer": "A-1001", "Merke": "Audi", "Kundens navn": "Kari"}
    for label, value in typed.items():
        field = page.get_by_label(label, exact=True)
        await field.evaluate("input => input.closest('details').open = true")
        await field.fill(value)
    await page.locator("#registry-code").fill(code)
    await page.get_by_role("button", name="Slå opp").click()
    await expect(page.locator("#registry [role=alert]")).to_contain_text(said)
    await expect(page.locator("#registry-code")).to_have_value(code)
    for label, value in typed.items():
        await expect(page.get_by_label(label, exact=True)).to_have_value(value)
    await page.reload()
    for label, value in typed.items():
        await expect(page.get_by_label(label, exact=True)).to_have_value(value)


async def test_a_lost_network_keeps_what_is_typed(registry: FakeRegistry, open_as: Opener) -> None:
    page = await open_as("new_car_sales", **PHONE, at="/app/cars/new")
    await page.get_by_label("Ordrenummer").fill("A-1001")
    await page.locator("#registry-code").fill("EL12345")
    await page.context.set_offline(True)
    await page.get_by_role("button", name="Slå opp").click()
    await expect(page.get_by_label("Ordrenummer")).to_have_value("A-1001")
    await page.context.set_offline(False)
    await page.get_by_role("button", name="Slå opp").click()
    await expect(page.locator("#registry")).to_contain_text("Dette kan fylles inn")
    assert len(registry.heard) == 1


@pytest.mark.usefixtures("registry")
async def test_a_vin_that_the_registry_lacks_still_helps(open_as: Opener) -> None:
    page = await open_as("new_car_sales", **PHONE, at="/app/cars/new")
    await page.locator("#registry-code").fill("WVWZZZE1ZMP000001")
    await page.get_by_role("button", name="Slå opp").click()
    await expect(page.locator("#registry")).to_contain_text("leses ut av understellsnummeret alene")
    await page.get_by_role("button", name="Fyll inn i skjemaet").click()
    await expect(page.locator("#make")).to_have_value("Volkswagen")
    await expect(page.locator("#model_year")).to_have_value("2021")


async def test_no_page_of_the_registry_shuts_anyone_out(
    dealer: Dealer, car: UUID, registry: FakeRegistry, open_both: PairOpener
) -> None:
    async with open_client() as http:
        await night(dealer, enriching(asking(dealer.application, http, registry)()))
    desk, phone = await open_both("new_car_sales")
    await desk.goto(f"/app/cars/{car}")
    await desk.get_by_role("link", name="Slå opp i Kjøretøyregisteret").click()
    await expect(desk.locator("#registry details").first).to_be_visible()
    found = await problems(desk)
    await phone.goto("/app/cars/new")
    await phone.locator("#registry-code").fill("AB 12345")
    await phone.get_by_role("button", name="Slå opp").click()
    await expect(phone.locator("#registry")).to_contain_text("Dette kan fylles inn")
    found += await problems(phone)
    found += await look(
        await open_both("tenant_admin", "490"), ("/app/enrichment_runs", "/app/cars/eu-control?days=90")
    )
    assert not found
