"""The look-up over plain requests: a car's page, a new car's form, the nights and the inspections due."""

import html
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx2
import orjson
import pytest
from fastapi import FastAPI

from directapp.connectors.outgoing import open_client
from directapp.kernel.clock import oslo_day
from support.browser import Browser, Opener, field
from support.dealer import Dealer
from support.fakes.registry import FakeRegistry
from support.fakes.server import as_text
from support.pages import new_car
from support.registry import asking, enriching, night

SALES = ("new_car_sales", "495")


@pytest.fixture
async def http() -> AsyncIterator[httpx2.AsyncClient]:
    async with open_client() as client:
        yield client


@pytest.fixture
async def registry(dealer: Dealer, pages: FastAPI, http: httpx2.AsyncClient) -> AsyncIterator[FakeRegistry]:
    """Let the pages look cars up at a fake registry."""
    async with FakeRegistry() as fake:
        pages.state.registry = asking(dealer.application, http, fake)()
        yield fake
        pages.state.registry = dealer.application.registry.lookups


@pytest.fixture
async def car(dealer: Dealer) -> UUID:
    return await new_car(dealer, await dealer.person(*SALES), 1, license_plate="EL12345", vin=None, color=None)


def boxes(text: str, name: str) -> dict[str, bool]:
    """Return the boxes of a preview: which field, and whether it is ticked."""
    found = re.findall(rf'<input[^>]*name="{name}" value="(\w+)"[^>]*?(checked)?>', text)
    return {field: bool(ticked) for field, ticked in found}


async def looked(browser: Browser, car: UUID, code: str = "EL 12345", **more: str) -> str:
    answer = await browser.send(f"/app/cars/{car}/registry", _code=code, **more)
    assert answer.status_code == 200
    return html.unescape(answer.text)


async def test_the_car_offers_the_look_up_in_its_place(signed: Opener, car: UUID, registry: FakeRegistry) -> None:
    browser = await signed(*SALES)
    page = (await browser.get(f"/app/cars/{car}")).text
    assert f'hx-get="/app/cars/{car}/do/fill_from_registry"' in page
    part = (await browser.part(f"/app/cars/{car}/do/fill_from_registry")).text
    assert 'value="EL12345"' in part
    assert 'hx-trigger="submit, load"' in part
    assert "<html" not in part
    assert "<html" in (await browser.get(f"/app/cars/{car}/do/fill_from_registry")).text
    assert registry.heard == []


@pytest.mark.usefixtures("registry")
async def test_the_preview_ticks_what_is_empty_and_leaves_a_persons_word(signed: Opener, car: UUID) -> None:
    browser = await signed(*SALES)
    text = await looked(browser, car)
    ticked = boxes(text, "fields")
    assert ticked["vin"]
    assert ticked["color"]
    assert ticked["power_kw"]
    assert not ticked["make"]
    assert not ticked["variant"]
    assert "Skrevet av en person" in text
    assert "Ett felt stemmer allerede" in text
    assert "150 kW" in text
    assert "Hentet i dag" in text


@pytest.mark.usefixtures("registry")
async def test_what_is_chosen_is_taken_over_and_can_be_undone(signed: Opener, car: UUID) -> None:
    browser = await signed(*SALES)
    text = await looked(browser, car)
    address = f"/app/cars/{car}/do/fill_from_registry"
    done = await browser.send(address, answer=field(text, "answer"), fields=["vin", "year", "make"], _code="EL12345")
    assert done.status_code == 303
    row = await browser.dealer.read(browser.actor, "cars", car)
    assert (row["vin"], row["year"], row["make"], row["color"]) == ("1ZZTE5T00R0000001", 2024, "Testbil", None)
    page = (await browser.get(f"/app/cars/{car}")).text
    assert "Fylt inn fra Kjøretøyregisteret" in page
    assert f'action="/app/cars/{car}/undo"' in page


async def test_nothing_chosen_is_said_and_the_preview_stays(signed: Opener, car: UUID, registry: FakeRegistry) -> None:
    browser = await signed(*SALES)
    text = await looked(browser, car)
    again = await browser.send(f"/app/cars/{car}/do/fill_from_registry", answer=field(text, "answer"), _code="EL12345")
    assert again.status_code == 422
    assert "Velg minst ett felt." in again.text
    assert not any(boxes(again.text, "fields").values())
    assert len(registry.heard) == 1


@pytest.mark.usefixtures("registry")
async def test_a_value_another_car_has_is_refused_and_the_choice_stays(
    signed: Opener, dealer: Dealer, car: UUID
) -> None:
    await new_car(dealer, await dealer.person(*SALES), 2, vin="1ZZTE5T00R0000001")
    browser = await signed(*SALES)
    text = await looked(browser, car)
    address = f"/app/cars/{car}/do/fill_from_registry"
    again = await browser.send(address, answer=field(text, "answer"), fields=["vin", "year"], _code="EL12345")
    assert again.status_code == 409
    assert "En annen bil har dette understellsnummeret." in again.text
    assert [n for n, ticked in boxes(again.text, "fields").items() if ticked] == ["vin", "year"]


@pytest.mark.parametrize(
    ("code", "reply", "said"),
    [
        ("ZZ 99999", None, "har ingen bil med ZZ99999"),
        ("EL 12345", as_text("", 500), "svarer ikke nå"),
        ("EL 12345", as_text("", 403), "godtar ikke nøkkelen"),
        ("EL 12345", as_text("Brukt opp", 422, retry_after="60"), "Dagens oppslag i Kjøretøyregisteret er brukt opp"),
        ("EL 12345", as_text("{", 200), "lot seg ikke lese"),
        ("!", None, "Skriv et skilt eller et understellsnummer"),
        ("", None, "Skriv et skilt eller et understellsnummer."),
    ],
)
async def test_each_failure_has_its_own_words(
    *, signed: Opener, car: UUID, registry: FakeRegistry, code: str, reply: Any, said: str
) -> None:
    if reply is not None:
        registry.then(reply)
    text = await looked(await signed(*SALES), car, code)
    assert said in text
    assert f'value="{code}"' in text
    assert 'role="alert"' in text


async def test_without_a_key_it_says_so(signed: Opener, car: UUID) -> None:
    assert "nøkkelen fra Statens vegvesen mangler" in await looked(await signed(*SALES), car)


@pytest.mark.usefixtures("registry")
async def test_a_vin_the_registry_lacks_offers_what_it_tells_itself(signed: Opener, car: UUID) -> None:
    text = await looked(await signed(*SALES), car, "WVWZZZE1ZMP000001")
    assert "har ingen bil med WVWZZZE1ZMP000001" in text
    assert "leses ut av understellsnummeret alene" in text
    assert boxes(text, "fields") == {"vin": True, "make": False, "model_year": True}


async def test_who_may_not_fill_in_may_not_look_up(signed: Opener, car: UUID, registry: FakeRegistry) -> None:
    browser = await signed("planner", "499")
    assert "do/fill_from_registry" not in (await browser.get(f"/app/cars/{car}")).text
    for answer in (
        await browser.get(f"/app/cars/{car}/do/fill_from_registry"),
        await browser.send(f"/app/cars/{car}/registry", _code="EL12345"),
        await browser.send("/app/cars/new/registry", _code="EL12345"),
    ):
        assert answer.status_code == 403
    assert registry.heard == []


async def test_an_answer_is_one_cars_alone(signed: Opener, car: UUID) -> None:
    page = (await (await signed(*SALES)).get(f"/app/cars/bulk?record={car}")).text
    assert "transfer" in page
    assert "fill_from_registry" not in page


async def form_of(browser: Browser, **typed: Any) -> dict[str, Any]:
    page = (await browser.get("/app/cars/new")).text
    return {n: field(page, n) for n in ("_csrf", "_key", "_base", "_fields")} | typed


@pytest.mark.usefixtures("registry")
async def test_a_new_car_is_filled_without_a_script(signed: Opener) -> None:
    browser = await signed(*SALES)
    typed = {"car_type": "new", "order_number": "A77", "customer_name": "Kari", "license_plate": "el 12345"}
    form = await form_of(browser, **typed, color="Havblå")
    shown = await browser.client.post("/app/cars/new/registry", data=form)
    assert shown.status_code == 200
    assert 'value="Kari"' in shown.text
    assert 'value="Havblå"' in shown.text
    ticked = boxes(shown.text, "_take")
    assert (ticked["vin"], ticked["make"], ticked["color"]) == (True, True, False)
    assert "felter til fylles inn når bilen opprettes" in shown.text
    chosen = [name for name, on in ticked.items() if on]
    filled = await browser.client.post("/app/cars/new/registry/fill", data=form | {"_take": chosen})
    assert 'value="1ZZTE5T00R0000001"' in filled.text
    assert 'value="Havblå"' in filled.text
    assert "Fylt inn. Se over og opprett bilen." in filled.text
    kept = {n: html.unescape(field(filled.text, n)) for n in ("_registry", "_registry_values", "_registry_later")}
    values = orjson.loads(kept["_registry_values"])
    created = await browser.client.post("/app/cars/new", data=form | kept | values | {"model": "Noe annet"})
    assert created.status_code == 303
    row = await browser.dealer.read(browser.actor, "cars", UUID(created.headers["location"].rpartition("/")[2]))
    assert (row["vin"], row["model"], row["color"], row["year"]) == (
        "1ZZTE5T00R0000001",
        "Noe annet",
        "Havblå",
        2024,
    )
    sources = row["registry_sources"]
    assert sources["vin"]["source"] == sources["year"]["source"] == "registry"
    assert "model" not in sources
    assert "color" not in sources


@pytest.mark.usefixtures("registry")
async def test_a_new_car_that_is_refused_keeps_what_was_fetched(signed: Opener) -> None:
    browser = await signed(*SALES)
    form = await form_of(browser, car_type="new", vin="kort", _registry="x", _registry_values="{}", _registry_later="a")
    again = await browser.client.post("/app/cars/new", data=form)
    assert again.status_code == 422
    assert [field(again.text, n) for n in ("_registry", "_registry_later")] == ["x", "a"]


@pytest.mark.usefixtures("registry")
async def test_the_part_that_a_script_swaps_holds_no_form(signed: Opener) -> None:
    browser = await signed(*SALES)
    form = await form_of(browser, _code="EL12345")
    part = (await browser.client.post("/app/cars/new/registry", data=form, headers={"HX-Request": "true"})).text
    assert "<form" not in part
    assert "data-take-over" in part


@pytest.mark.usefixtures("car")
async def test_the_nights_tell_what_they_came_to(
    signed: Opener, dealer: Dealer, registry: FakeRegistry, http: httpx2.AsyncClient
) -> None:
    await night(dealer, enriching(asking(dealer.application, http, registry)()))
    browser = await signed("tenant_admin", "490")
    page = html.unescape((await browser.get("/app/enrichment_runs")).text)
    assert "Fyll ut nå" in page
    assert "Nattjobben" in page
    assert re.search(r'<span class="tile-number">1</span><span class="tile-name">Fylt ut', page)
    assert "oppslag brukt i dag" in page
    logs = (await browser.get(re.search(r'href="(/app/enrichment_logs\?run=[^"&]+)"', page)[1])).text  # type: ignore[index]
    assert "EL 12345" in logs
    started = await browser.send("/app/enrichment_runs/do/run_now")
    assert started.status_code == 303
    assert "En utfylling pågår" in (await browser.get("/app/enrichment_runs")).text
    assert (await browser.send("/app/enrichment_runs/do/run_now")).status_code == 409
    assert (await (await signed("manager", "490")).get("/app/enrichment_runs")).status_code == 403


async def test_the_nights_say_that_nothing_is_set_up(signed: Opener) -> None:
    page = (await (await signed("tenant_admin", "490")).get("/app/enrichment_runs")).text
    assert "DIRECTAPP_VEGVESEN_KEY" in page
    assert "do/run_now" not in page


async def test_inspections_due_are_listed_nearest_first(signed: Opener, dealer: Dealer) -> None:
    admin = await dealer.person("tenant_admin")
    today = oslo_day(dealer.application.platform.clock())
    for number, days in enumerate((20, -2, 80)):
        due = (today + timedelta(days=days)).isoformat()
        await new_car(
            dealer, admin, number, dealership=str(dealer.sites["495"]), next_inspection_due=due, car_type="new"
        )
    browser = await signed(*SALES)
    elsewhere = await signed("used_car_sales", "324")
    assert "Ingen biler har frist innen 45 dager." in (await elsewhere.get("/app/cars/eu-control")).text
    page = (await browser.get("/app/cars/eu-control")).text
    assert re.findall(r"EL 2000\d", page) == ["EL 20001", "EL 20000"]
    assert page.count("Over fristen") == 1
    assert re.findall(r"EL 2000\d", (await browser.get("/app/cars/eu-control?days=90")).text)[-1] == "EL 20002"
    assert 'href="/app/cars/eu-control"' in (await browser.get("/app/cars")).text
