"""A search answers the same at every door: list, palette, REST, combos, exports."""

import re
from typing import Any
from urllib.parse import quote
from uuid import UUID

import orjson
import pytest

from directapp.interfaces.web.core.context import SPOKEN_COOKIE
from directapp.store.query import Query
from directapp.store.words import question_words
from support.browser import Browser, Opener
from support.dealer import Dealer
from support.pages import new_car

CARS: tuple[dict[str, Any], ...] = (
    {"make": "Škoda", "model": "Enyaq", "customer_name": "Håkon Bjørnstad"},
    {"make": "Citroën", "model": "ë-C4", "customer_name": "Иван Петров"},
    {"make": "Volkswagen", "model": "ID.3", "customer_name": "Kjærsti Øye", "customer_phone": "91234567"},
    {"make": "Volkswagen", "model": "ID.4", "customer_name": "A Müller"},
)
ASKED = {
    "skoda": {0}, "ŠKODA enyaq": {0}, "haakon bjoernstad": {0}, "hakon": {0}, "citroen": {1}, "Иван": {1}, "пет": {1},
    "ID.3": {2}, "id 3": {2}, "ID.4": {3}, "id4": {3}, "volkswagen": {2, 3}, "kjaersti oeye": {2},
    "912 34 567": {2}, "+47 91 23 45 67": {2}, "mueller": {3}, "A": {3}, "EL 20001": {1}, "el-20001": {1},
    "%": set(), "_": set(), "!": set(), "x": set(), "4": {3}, "И": set(),
}  # fmt: skip


async def lot(dealer: Dealer) -> list[UUID]:
    seller = await dealer.person("new_car_sales", "495")
    return [await new_car(dealer, seller, n, **values) for n, values in enumerate(CARS)]


async def at_every_door(dealer: Dealer, browser: Browser, asked: str) -> dict[str, set[str]]:
    q = quote(asked)
    page = await dealer.application.platform.reading.page(
        browser.actor, "cars", Query(fields=(("id",),), search=question_words(asked))
    )
    listed = (await browser.get(f"/app/cars?q={q}")).text
    told = (await browser.get(f"/app/palette?q={q}")).json()["items"]
    return {
        "reading": {r["id"] for r in orjson.loads(page.json)},
        "list": set(re.findall(r'href="/app/cars/([0-9a-f-]{36})"', listed)),
        "palette": {i["href"].rpartition("/")[2] for i in told if re.fullmatch(r"/app/cars/[0-9a-f-]{36}", i["href"])},
        "combo": {o["value"] for o in (await browser.get(f"/app/cars/options?q={q}")).json()},
    }


async def test_what_is_typed_finds_the_same_at_every_door(dealer: Dealer, signed: Opener) -> None:
    cars = await lot(dealer)
    browser = await signed("new_car_sales", "495")
    for asked, places in ASKED.items():
        expected = {str(cars[place]) for place in places}
        assert await at_every_door(dealer, browser, asked) == dict.fromkeys(
            ("reading", "list", "palette", "combo"), expected
        ), asked
    plates = (await browser.get(f"/app/cars/export.csv?q={quote('škoda')}")).text
    assert "EL20000" in plates
    assert "EL20001" not in plates


@pytest.mark.parametrize("role", ["new_car_sales", "manager"])
async def test_a_word_in_very_many_records_finds_the_latest(
    dealer: Dealer, signed: Opener, monkeypatch: pytest.MonkeyPatch, role: str
) -> None:
    monkeypatch.setattr("directapp.services.reading.FEW_AND_MANY", (1, 2))
    cars = await lot(dealer)
    browser = await signed(role, "495")
    assert (await at_every_door(dealer, browser, "el"))["reading"] == {str(c) for c in cars}
    assert (await at_every_door(dealer, browser, "el volks"))["list"] == {str(c) for c in cars[2:]}
    assert (await at_every_door(dealer, browser, "el volks id3"))["list"] == {str(cars[2])}


async def pages_found(browser: Browser, asked: str) -> set[str]:
    items = (await browser.get(f"/app/palette?q={quote(asked)}")).json()["items"]
    return {i["href"] for i in items}


async def test_the_search_box_finds_registered_pages_that_one_may_open(signed: Opener) -> None:
    planner, mechanic = await signed("planner", "499"), await signed("mechanic", "499")
    for asked in ("planforslag", "PLANFÖRSLAG", "forslag"):
        assert "/app/plan/proposals" in await pages_found(planner, asked), asked
        assert "/app/plan/proposals" not in await pages_found(mechanic, asked), asked
    admin = await signed("tenant_admin", "")
    assert "/app/branding" in await pages_found(admin, "logo og farger")
    assert "/app/branding" not in await pages_found(mechanic, "logo og farger")
    planner.client.cookies.set(SPOKEN_COOKIE, f"en.{planner.actor.user}")
    assert "/app/plan/proposals" in await pages_found(planner, "plan prop")
