"""Every page that the router knows: each list and form looked at by axe, each other page named with who looks at it."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any

import pytest
from playwright.async_api import Page

from browser.test_views import DESK, PHONE
from support.axe import violations
from support.dealer import Dealer
from support.pages import build_pages, fill_yard
from support.sheets import missed
from support.visits import NO_PAGES, SEEN, get_routes

Opener = Callable[..., Awaitable[Page]]

OWN = ("/app/admin/templates/new", "/app/imports", "/app/figures")
PLAN = ("/app/plan", "/app/plan/book", "/app/plan/mine", "/app/plan/proposals")
TURNS = pytest.mark.parametrize(
    ("device", "scheme", "turn"), [(DESK, "light", 0), (PHONE, "dark", 1)], ids=["desk-light", "phone-dark"]
)


async def test_every_page_is_looked_at_by_somebody(dealer: Dealer) -> None:
    routes = {
        p for p in get_routes(build_pages(dealer.application).routes) if p == "/" or p.startswith(("/app", "/si"))
    }
    routes |= {p for p in SEEN if not p.startswith("/app")}
    assert {path for path in routes if path in SEEN or not NO_PAGES.search(path)} == set(SEEN)


async def look(page: Page, addresses: Iterable[str], dropped: Sequence[str]) -> dict[str, Any]:
    """Visit pages, and return what is wrong with each; those that the reader may not open are passed over."""
    found: dict[str, Any] = {}
    for address in addresses:
        answer = await page.goto(address)
        assert answer is not None
        if answer.status in {403, 404, 405}:
            continue
        assert answer.status == 200, (address, answer.status)
        found[address] = await violations(page)
        found[f"{address} has no rule"] = await missed(page, dropped)
        wide = await page.evaluate("document.documentElement.scrollWidth - innerWidth")
        found[f"{address} is too wide"] = wide if wide > 0 else None
    return {address: problem for address, problem in found.items() if problem}


@pytest.mark.slow
@TURNS
async def test_no_list_and_no_form_shuts_anyone_out(
    *, device: dict[str, Any], scheme: str, turn: int, dealer: Dealer, open_as: Opener, dropped: list[str]
) -> None:
    await fill_yard(dealer, 7)
    page = await open_as("tenant_admin", color_scheme=scheme, **device)
    names = sorted(name for name, meta in dealer.application.platform.spec.metas.items() if meta.declared.exposed)
    places = [f"/app/{name}{'/new' if (number + turn) % 2 else ''}" for number, name in enumerate(names)]
    assert not await look(page, [*places, *OWN], dropped)


@TURNS
async def test_no_page_of_the_plan_or_of_a_record_shuts_anyone_out(
    *, device: dict[str, Any], scheme: str, turn: int, dealer: Dealer, open_as: Opener, dropped: list[str]
) -> None:
    del turn
    cars = await fill_yard(dealer, 7)
    page = await open_as("planner", "499", color_scheme=scheme, **device)
    of_car = [f"/app/cars/{cars[4]}{rest}" for rest in ("/history", "/promise", "/do/transfer")]
    assert not await look(page, [*PLAN, *of_car, f"/app/cars/bulk?record={cars[4]}&record={cars[5]}"], dropped)
