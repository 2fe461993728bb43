"""A real browser on real pages: one server, one Chromium, a context for each person."""

import asyncio
import shutil
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from playwright.async_api import Browser, Page, async_playwright

from directapp.app.house import House
from support.dealer import Dealer
from support.pages import PASSWORD, build_pages, give_password

# The shell without a window is Chromium too, and lighter.
CHROMIUM = shutil.which("chromium-headless-shell") or shutil.which("chromium") or shutil.which("google-chrome")
DESK: dict[str, Any] = {"viewport": {"width": 1440, "height": 900}}
PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}

Opener = Callable[..., Awaitable[Page]]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)
            if CHROMIUM is None:
                item.add_marker(pytest.mark.skip(reason="there is no Chromium here"))


@pytest.fixture(scope="session")
async def address(house: House) -> AsyncIterator[str]:
    """Serve the pages on a free port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    config = uvicorn.Config(build_pages(house), port=port, log_config=None, access_log=False, ws="none")
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


@pytest.fixture
async def open_as(address: str, chromium: Browser, dealer: Dealer) -> AsyncIterator[Opener]:
    """Sign a person in, in a context of their own; what the browser complains of fails the test."""
    complaints: list[str] = []
    contexts = []

    async def open_page(role: str, site: str = "495", *, language: str = "nb", **device: Any) -> Page:
        email = await give_password(dealer, await dealer.person(role, site))
        locale = {"nb": "nb-NO", "en": "en-GB"}[language]
        options = {"locale": locale, "timezone_id": "Europe/Oslo", "base_url": address, **(device or DESK)}
        context = await chromium.new_context(**options)
        contexts.append(context)
        page = await context.new_page()
        page.set_default_timeout(8000)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda said: complaints.append(said.text) if "Content Security" in said.text else None)
        await page.goto("/sign-in")
        await page.fill("#email", email)
        await page.fill("#password", PASSWORD)
        await page.click(".stack button")
        await page.wait_for_url(lambda url: "sign-in" not in url)
        return page

    yield open_page
    for context in contexts:
        await context.close()
    assert not complaints
