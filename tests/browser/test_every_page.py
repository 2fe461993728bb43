"""Every page that the router knows: each list and form looked at by axe, each other page named with who looks at it."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any

import pytest
from playwright.async_api import Page

from browser.test_views import DESK, PHONE
from directapp.interfaces.web import router as pages
from support.axe import violations
from support.dealer import Dealer
from support.pages import fill_yard, outside_of
from support.sheets import missed
from support.visits import NO_PAGES, SEEN, get_routes

Opener = Callable[..., Awaitable[Page]]

OWN = ("/app/admin/templates/new", "/app/imports", "/app/figures")
PLAN = ("/app/plan", "/app/plan/book", "/app/plan/mine", "/app/plan/proposals")
ON = {"desk-light": (DESK, "light"), "phone-dark": (PHONE, "dark")}
DEVICES = pytest.mark.parametrize(("device", "scheme"), ON.values(), ids=ON)
# Each list and each form on one of the two.
TURNS = pytest.mark.parametrize(("device", "scheme", "turn"), [(*on, n) for n, on in enumerate(ON.values())], ids=ON)


async def test_every_page_is_looked_at_by_somebody(dealer: Dealer) -> None:
    application = dealer.application
    built = pages.build(application.platform, application.auth, outside=outside_of(application))
    routes = set(get_routes(built.routes))
    assert set(SEEN) - routes == set(), "these are no pages any more"
    assert {path for path in routes - set(SEEN) if not NO_PAGES.search(path)} == set(), "nobody looks at these"


async def look(page: Page, addresses: Iterable[str], dropped: Sequence[str]) -> dict[str, Any]:
    """Visit pages, and return what is wrong with each."""
    found: dict[str, Any] = {}
    for address in addresses:
        answer = await page.goto(address)
        assert answer is not None
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
    lists, forms = [], []
    for meta in dealer.application.platform.spec.exposed:
        given = [grant for grant in meta.declared.access.grants if grant.role == "tenant_admin"]
        lists += [f"/app/{meta.name}"] if given else []
        forms += [f"/app/{meta.name}/new"] if any(grant.create for grant in given) else []
    assert not await look(page, [*lists[turn::2], *forms[1 - turn :: 2], *OWN], dropped)


@DEVICES
async def test_no_page_of_the_plan_or_of_a_record_shuts_anyone_out(
    *, device: dict[str, Any], scheme: str, dealer: Dealer, open_as: Opener, dropped: list[str]
) -> None:
    cars = await fill_yard(dealer, 7)
    page = await open_as("planner", "499", color_scheme=scheme, **device)
    of_car = [f"/app/cars/{cars[4]}{rest}" for rest in ("/history", "/promise", "/do/transfer")]
    assert not await look(page, [*PLAN, *of_car, f"/app/cars/bulk?record={cars[4]}&record={cars[5]}"], dropped)
