"""A real browser on real pages: one server, one Chromium, a context for each person."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from playwright.async_api import Browser, Page, async_playwright, expect

from directapp.app.container import Application
from support.chromium import CHROMIUM
from support.dealer import Dealer
from support.pages import PASSWORD, build_pages, give_password
from support.sheets import built_sheet, dropped_selectors, missed, whole_sheet
from support.visits import Visits

# The shell without a window is Chromium too, and lighter.
DESK: dict[str, Any] = {"viewport": {"width": 1440, "height": 900}}
PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
# A slow machine takes its time; whoever waits, waits for something.
PATIENCE = 30_000
expect.set_options(timeout=PATIENCE)

# The files from which tests were left out.
NARROWED = pytest.StashKey[set[Path]]()
Opener = Callable[..., Awaitable[Page]]
PairOpener = Callable[..., Awaitable[tuple[Page, Page]]]


@pytest.fixture(scope="session")
def visits(application: Application) -> Visits:
    pages = build_pages(application)
    return Visits(pages, pages.routes)


@pytest.fixture(scope="session")
async def address(visits: Visits) -> AsyncIterator[str]:
    """Serve the pages on a free port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    config = uvicorn.Config(visits, port=port, log_config=None, access_log=False, ws="none")
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.02)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    await serving


@pytest.fixture(scope="session")
async def chromium() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        await browser.close()


@pytest.fixture(scope="session")
async def dropped(chromium: Browser) -> list[str]:
    """Return the selectors that the build has left out of the sheet."""
    return await dropped_selectors(chromium, await whole_sheet(), built_sheet())


def pytest_deselected(items: list[pytest.Item]) -> None:
    for item in items:
        item.config.stash.setdefault(NARROWED, set()).add(item.path)


@pytest.fixture(scope="module")
def promised(request: pytest.FixtureRequest, visits: Visits) -> Iterator[list[str]]:
    """Hold a module to the pages that it is said to visit, where all of its tests have run here and passed."""
    ran: list[str] = []
    yield ran
    path, session = request.path, request.session
    whole = sum(item.path == path and "promised" in item.fixturenames for item in session.items)
    narrowed = path in session.config.stash.get(NARROWED, set()) or any("::" in one for one in session.config.args)
    missing = visits.missing(path.stem)
    visits.opened.clear()
    if len(ran) == whole and not narrowed and not session.testsfailed:
        assert not missing


@pytest.fixture
async def open_as(
    address: str, chromium: Browser, dealer: Dealer, dropped: list[str], promised: list[str]
) -> AsyncIterator[Opener]:
    """Sign a person in, in a context of their own; what the browser complains of fails the test.

    So does a page that is left in a state for which the sheet has a rule no more.
    """
    complaints: list[str] = []
    contexts = []

    async def open_page(
        role: str, site: str = "495", *, language: str = "nb", at: str = "/", motion: bool = False, **device: Any
    ) -> Page:
        email = await give_password(dealer, await dealer.person(role, site))
        options: dict[str, Any] = {"timezone_id": "Europe/Oslo", "base_url": address, **(device or DESK)}
        options["locale"] = {"nb": "nb-NO", "en": "en-GB"}[language]
        # What moves is drawn sixty times a second, by a machine without a graphics card.
        options["reduced_motion"] = "no-preference" if motion else "reduce"
        context = await chromium.new_context(**options)
        contexts.append(context)
        # As the form does; the form itself is filled in by the tests of signing in.
        typed = {"email": email, "password": PASSWORD}
        signed = await context.request.post("/sign-in", form=typed, max_redirects=0)
        assert signed.status == 303, await signed.text()
        page = await context.new_page()
        page.set_default_timeout(PATIENCE)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda said: complaints.append(said.text) if "Content Security" in said.text else None)
        await page.goto(at)
        return page

    yield open_page
    promised.append(dealer.tenant.hex)
    for context in contexts:
        for page in context.pages:
            complaints.extend(f"no rule: {selector} ({page.url})" for selector in await missed(page, dropped))
        await context.close()
    assert not complaints


@pytest.fixture
def open_both(open_as: Opener) -> PairOpener:
    """Sign a person in at a desk in light, and on a phone in the dark."""

    async def open_pages(role: str, site: str = "495", **options: Any) -> tuple[Page, Page]:
        options["at"] = "about:blank"
        desk = await open_as(role, site, **options, color_scheme="light", **DESK)
        return desk, await open_as(role, site, **options, color_scheme="dark", **PHONE)

    return open_pages
