"""Takes the pictures of docs/pictures: ``python tests/browser/pictures.py [address of a running demo]``.

Without an address a demo of its own is seeded, which takes a minute or two.
"""

import asyncio
import io
import os
import shutil
import socket
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import uvicorn
from PIL import Image
from playwright.async_api import Browser, Page, async_playwright

from directapp.app.container import open_application
from directapp.app.demo import seed_demo
from directapp.app.settings import Settings
from directapp.app.web import build_app

sys.path.insert(0, str(Path(__file__).parents[1]))

from support.behind_demo import go_on_behind
from support.chromium import CHROMIUM
from support.registry_demo import NEW_CAR, demo_registry, fill_a_night

FOLDER = Path(__file__).parents[2] / "docs/pictures"
SHEET = Path(__file__).parents[1] / "data/sheets/own_dealer_export_first40.csv"
DOMAIN, PASSWORD = "demo.directapp.no", "klargjort-2026"
DEVICES: dict[str, dict[str, Any]] = {
    "desktop": {"viewport": {"width": 1440, "height": 900}},
    "phone": {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True},
}
# What each person is pictured as: device, colours, language. Together every page is shown in both of each.
LOOKS = (("desktop", "light", "nb"), ("phone", "dark", "en"))
OTHER_LOOKS = (("desktop", "dark", "en"), ("phone", "light", "nb"))
COLOURS = 192
TALLEST = 1800


async def _first_car(page: Page, question: str) -> None:
    await page.goto(f"/app/cars?{question}")
    await page.locator("[data-row] a[href]").first.click()
    await page.wait_for_url("**/app/cars/*-*")


async def car(page: Page) -> None:
    """Open a car whose technical work is under way."""
    await _first_car(page, "status=technical_prep&sort=delivery_date")


async def inspection(page: Page) -> None:
    """Open the inspection of a car that is being inspected."""
    await _first_car(page, "status=inspection")
    await page.click("#s-inspections summary")
    await page.locator("#s-inspections .line-link").first.click()
    await page.wait_for_url("**/app/inspections/*")


async def history(page: Page) -> None:
    """Open a car's history as a page of its own."""
    await _first_car(page, "status=ready_for_delivery")
    await page.goto(f"{page.url.split('#')[0]}/history")


async def report(page: Page) -> None:
    """Open the printed report of an inspection."""
    await _first_car(page, "status=inspection")
    await page.goto(f"{page.url.split('#')[0]}/print/inspection")


async def look_up(page: Page) -> None:
    """Look a car up while a new one is filled in."""
    await page.goto("/app/cars/new")
    await page.fill("#registry-code", NEW_CAR[0])
    await page.click("[data-registry-look]")
    await page.wait_for_selector("[data-take-over]")


async def import_columns(page: Page) -> None:
    """Upload a dealer's sheet, and look at how its columns are understood."""
    await page.goto("/app/imports")
    await page.set_input_files("form[action='/app/imports/sheet'] input[type=file]", SHEET)
    await page.locator("form[action='/app/imports/sheet'] button").click()
    await page.wait_for_url("**/app/imports/sheet/*")


async def import_trial(page: Page) -> None:
    """Try the sheet out, and look at what came of each row."""
    await import_columns(page)
    await page.locator("form.import-columns .btn-primary").click()
    await page.wait_for_selector("a[href$='report.csv']")


async def plan(page: Page) -> None:
    """Open the plan and wait until its calendar, or on a phone its list, is drawn."""
    await page.goto("/app/plan")
    await page.wait_for_selector("[data-plan][data-ready], [data-plan-listed], [data-plan-empty]:not([hidden])")


async def free_times(page: Page) -> None:
    """Look for a free time for the first car that waits to be planned."""
    await page.goto("/app/plan/book")
    await page.locator("a.plan-choice").first.click()
    await page.locator("a.plan-choice").first.click()
    await page.wait_for_selector("[data-slot]")


async def communication(page: Page) -> None:
    """Open what was said about a sold car, as a page of its own."""
    await _first_car(page, "status=ready_for_delivery")
    await page.goto(f"{page.url.split('#')[0]}/part/messages")


async def rule(page: Page) -> None:
    """Open a rule that was tried on last month."""
    await page.goto("/app/workflow_rules")
    await page.locator("[data-row] a[href]").first.click()


def at(path: str) -> Callable[[Page], Awaitable[None]]:
    """Return what opens an address."""

    async def go(page: Page) -> None:
        await page.goto(path)

    return go


# name: (login, what opens it)
PAGES: dict[str, tuple[str, Callable[[Page], Awaitable[None]]]] = {
    "home-planner": ("planner.499", at("/")),
    "home-seller": ("new-car-sales.495", at("/")),
    "home-mechanic": ("mechanic.499", at("/")),
    "home-manager": ("manager.490", at("/")),
    "cars": ("new-car-sales.495", at("/app/cars")),
    "car": ("planner.499", car),
    "inspection": ("reception.499", inspection),
    "import": ("admin", at("/app/imports")),
    "import-columns": ("manager.490", import_columns),
    "import-trial": ("manager.490", import_trial),
    "users": ("manager.490", at("/app/users")),
    "board": ("planner.499", at("/app/cars/board")),
    "calendar": ("planner.499", at("/app/cars/calendar")),
    "wall": ("planner.499", at("/app/cars/board?wall=1")),
    "floor": ("mechanic.499", at("/app/floor")),
    "scan": ("mechanic.499", at("/app/scan")),
    "labels": ("mechanic.499", at("/app/cars/labels")),
    "offline": ("mechanic.499", at("/app/offline")),
    "report": ("reception.499", report),
    "branding": ("manager.490", at("/app/branding")),
    "permissions": ("manager.490", at("/app/permissions")),
    "administration": ("manager.490", at("/app/admin")),
    "sites": ("admin", at("/app/admin/sites")),
    "goals": ("manager.490", at("/app/admin/goals")),
    "checklists": ("admin", at("/app/admin/templates")),
    "look-up": ("new-car-sales.495", look_up),
    "enrichment": ("admin", at("/app/enrichment_runs")),
    "eu-control": ("used-car-sales.490", at("/app/cars/eu-control?days=90")),
    "history": ("new-car-sales.495", history),
    "plan": ("planner.499", plan),
    "plan-booking": ("planner.499", free_times),
    "plan-mine": ("mechanic.499", at("/app/plan/mine")),
    "notifications": ("planner.499", at("/app/notifications?show=all")),
    "preferences": ("planner.499", at("/app/me/notices")),
    "communication": ("new-car-sales.495", communication),
    "letters": ("manager.490", at("/app/letters?event=customer.tomorrow")),
    "operations": ("admin", at("/app/operations")),
    "webhooks": ("admin", at("/app/webhooks")),
    "deliveries": ("admin", at("/app/webhook_deliveries")),
    "rules": ("admin", at("/app/workflow_rules")),
    "rule": ("admin", rule),
}


@asynccontextmanager
async def demo() -> AsyncIterator[tuple[str, dict[str, str]]]:
    """Serve a demo of our own on a free port; name the pages that people outside have a link to."""
    folder = Path(tempfile.mkdtemp(prefix="directapp-pictures-"))
    folder.chmod(0o711)
    try:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        async with (
            demo_registry() as registry,
            open_application(
                Settings(data=folder, demo=True, vegvesen_key=registry.api_key, vegvesen_url=registry.base)
            ) as application,
        ):
            await seed_demo(application, lambda *_: None)
            await fill_a_night(application, registry)
            outside = await go_on_behind(application)
            config = uvicorn.Config(build_app(application), port=port, log_config=None, access_log=False, ws="none")
            server = uvicorn.Server(config)
            serving = asyncio.create_task(server.serve())
            while not server.started:
                await asyncio.sleep(0.05)
            yield f"http://127.0.0.1:{port}", outside
            server.should_exit = True
            await serving
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@dataclass(frozen=True, slots=True)
class Camera:
    """A browser before a running demo."""

    browser: Browser
    address: str

    async def sit(self, device: str, scheme: str, language: str, login: str | None) -> Page:
        """Return a page of somebody who sits down at a device; None is a stranger at the door."""
        locale = {"nb": "nb-NO", "en": "en-GB"}[language]
        options: dict[str, Any] = {"color_scheme": scheme, "locale": locale, "timezone_id": "Europe/Oslo"}
        context = await self.browser.new_context(base_url=self.address, **options, **DEVICES[device])
        page = await context.new_page()
        await page.goto("/sign-in")
        if login is None:
            return page
        await page.fill("#email", f"{login}@{DOMAIN}")
        await page.fill("#password", PASSWORD)
        await page.click(".stack button")
        await page.wait_for_url(lambda url: "sign-in" not in url)
        await page.goto("/app/me")
        if await page.locator("#language").input_value() != language:
            await page.select_option("#language", language)
            await page.locator("form[action='/app/me'] button").click()
            await page.wait_for_load_state("networkidle")
        await context.clear_cookies(name="done")
        return page

    async def take(self, page: Page, file: Path, *, whole: bool) -> None:
        """Keep a picture, with few colours: text and flat surfaces need no more."""
        await page.wait_for_load_state("networkidle")
        await page.evaluate("document.fonts.ready")
        if whole:
            tall: int = await page.evaluate("document.documentElement.scrollHeight")
            await page.set_viewport_size(
                {"width": DEVICES["desktop"]["viewport"]["width"], "height": min(tall, TALLEST)}
            )
        image = Image.open(io.BytesIO(await page.screenshot(animations="disabled"))).convert("RGB")
        image.quantize(COLOURS, dither=Image.Dither.NONE).save(file, optimize=True)


async def take_all(
    address: str, looks: tuple[tuple[str, str, str], ...], folder: Path, outside: Mapping[str, str]
) -> None:
    """Take every picture in some looks."""
    folder.mkdir(parents=True, exist_ok=True)
    async with async_playwright() as playwright:
        for device, scheme, language in looks:
            # Dates and file pickers speak the browser's own language, which is the machine's.
            speaks: dict[str, str | float | bool] = {**os.environ, "LANGUAGE": {"nb": "nb", "en": "en_GB"}[language]}
            browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"], env=speaks)
            camera = Camera(browser, address)
            tag = f"{device}-{scheme}-{language}"
            page = await camera.sit(device, scheme, language, None)
            await camera.take(page, folder / f"sign-in-{tag}.png", whole=False)
            for name, path in outside.items():
                await page.goto(path)
                if language == "en":
                    await page.get_by_role("link", name="English").click()
                await camera.take(page, folder / f"{name}-{tag}.png", whole=False)
            for name, (login, opens) in PAGES.items():
                page = await camera.sit(device, scheme, language, login)
                await opens(page)
                whole = name in {"car", "inspection", "report"} and device == "desktop"
                file = "cars.png" if (name, device) == ("cars", "desktop") else f"{name}-{tag}.png"
                await camera.take(page, folder / file, whole=whole)
                await page.context.close()
            await browser.close()


async def main(arguments: list[str]) -> None:
    """Take the pictures; a second argument names a folder for those in the other looks."""
    if arguments:
        await take_all(arguments[0], LOOKS, FOLDER, {})
        if len(arguments) > 1:
            await take_all(arguments[0], OTHER_LOOKS, Path(arguments[1]), {})
        return
    async with demo() as (address, outside):
        await take_all(address, LOOKS, FOLDER, outside)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
