"""Every page that the router knows: each list and form looked at by axe, each other page named with who looks at it."""

import re
from collections.abc import Awaitable, Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page

from browser.test_views import DESK, PHONE
from support.axe import violations
from support.dealer import Dealer
from support.pages import build_pages, fill_yard
from support.sheets import missed

Opener = Callable[..., Awaitable[Page]]

# The pages that are visited in Chromium, and where. Those of this file are below.
SEEN = {
    "/": "test_pages",
    "/sign-in": "test_pages",
    "/forgot": "test_pages",
    "/link/{token}": "test_pages",
    "/app/me": "test_pages",
    "/app/{collection}": "test_every_page",
    "/app/{collection}/new": "test_every_page",
    "/app/{collection}/{record}": "test_pages",
    "/app/{collection}/{record}/history": "test_every_page",
    "/app/{collection}/{record}/do/{verb}": "test_every_page",
    "/app/{collection}/do/{verb}": "test_operations",
    "/app/{collection}/board": "test_views",
    "/app/{collection}/calendar": "test_views",
    "/app/{collection}/bulk": "test_every_page",
    "/app/cars/{record}/damage": "test_admin",
    "/app/branding": "test_admin",
    "/app/permissions": "test_admin",
    "/app/operations": "test_operations",
    "/app/admin": "test_administration",
    "/app/admin/people": "test_administration",
    "/app/admin/sites": "test_administration",
    "/app/admin/goals": "test_administration",
    "/app/admin/templates": "test_administration",
    "/app/admin/templates/new": "test_every_page",
    "/app/admin/templates/{record}": "test_administration",
    "/app/floor": "test_floor",
    "/app/scan": "test_floor",
    "/app/offline": "test_floor",
    "/app/cars/labels": "test_floor",
    "/app/cars/{car}/print/{kind}": "test_floor",
    "/app/imports": "test_every_page",
    "/app/import_runs": "test_every_page",
    "/app/plan": "test_every_page",
    "/app/plan/book": "test_every_page",
    "/app/plan/mine": "test_every_page",
    "/app/plan/proposals": "test_every_page",
    "/app/cars/{record}/promise": "test_every_page",
    "/app/figures": "test_every_page",
    "/app/enrichment_runs": "test_registry",
    "/app/cars/eu-control": "test_registry",
    "/app/cars/{record}/do/fill_from_registry": "test_registry",
    "/app/notifications": "test_messages",
    "/app/me/notices": "test_messages",
    "/app/letters": "test_messages",
    "/status/{token}": "test_messages",
    "/vendor/{token}": "test_messages",
}
# Parts of pages, files and data; and pages that need what only their own tests over HTTP have.
NO_PAGES = re.compile(
    r"^/static/|^/app/live|/part/|/cell/|\.(ics|csv|xlsx|js|png|webmanifest|\{kind\})$|^/(hooks|logo)/"
    r"|/(count|options|mentionable|move|preview|palette|bell|open|data|side|me|stored|board)$"
    r"|^/app/letters/|\{path:path\}|^/app/imports/(sheet/|\{run\})|^/app/plan/(room$|(booking|proposals)/\{)|/to_move$"
)
OWN = ("/app/admin/templates/new", "/app/imports", "/app/import_runs", "/app/figures")
PLAN = ("/app/plan", "/app/plan/book", "/app/plan/mine", "/app/plan/proposals")
TURNS = pytest.mark.parametrize(
    ("device", "scheme", "turn"), [(DESK, "light", 0), (PHONE, "dark", 1)], ids=["desk-light", "phone-dark"]
)


def get_routes(routes: Iterable[Any]) -> set[str]:
    """Return the paths that answer to GET."""
    found = set[str]()
    for route in routes:
        if hasattr(route, "original_router"):
            found |= get_routes(route.original_router.routes)
        elif "GET" in (getattr(route, "methods", None) or ()):
            found.add(route.path)
    return found


async def test_every_page_is_looked_at_by_somebody(dealer: Dealer) -> None:
    routes = {p for p in get_routes(build_pages(dealer.house).routes) if p == "/" or p.startswith(("/app", "/si"))}
    routes |= {p for p in SEEN if not p.startswith("/app")}
    pages = {path for path in routes if path in SEEN or not NO_PAGES.search(path)}
    assert pages == set(SEEN)
    for path, module in SEEN.items():
        fixed = path.split("{")[0] if path.count("{") == 0 or not path.startswith("/app/{") else path.rsplit("/", 1)[1]
        source = (Path(__file__).parent / f"{module}.py").read_text()
        assert fixed.startswith("{") or fixed.strip("/") in source, f"{module} does not visit {path}"


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
    names = sorted(name for name, shape in dealer.house.platform.spec.shapes.items() if shape.declared.exposed)
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
