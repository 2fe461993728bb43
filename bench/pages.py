"""python -m bench.pages [--cars N]: what the pages weigh and how soon they show, in a headless Chromium."""

import argparse
import asyncio
import itertools
import json
import statistics
import tempfile
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, BrowserContext, Page

from bench.__main__ import PASSWORD, Bench, cookie_of, email_of, prepare, put_away, start_app
from bench.chromium import chromium
from bench.seed import Seeded, seed
from directapp.app.spec import load_spec
from directapp.domains.people.passwords import Passwords
from directapp.kernel.actor import system_actor
from directapp.services.intent import Intent
from directapp.services.pipeline import Pipeline
from directapp.store.database import Database

BOARD_CARS = 2_000
_COLD, _WARM = 5, 15
_DESK: Any = {"viewport": {"width": 1440, "height": 900}, "locale": "nb-NO"}
# Noted in the frame after the one in which the first row has its place.
_FIRST_ROW = """(function look() {
  const row = document.querySelector("[data-row]");
  if (!row || !row.getBoundingClientRect().height) return requestAnimationFrame(look);
  requestAnimationFrame(() => requestAnimationFrame(() => (window.firstRow = performance.now())));
})();"""
_FRAMES = (
    """() => { window.frames_ = []; (function next(at) { window.frames_.push(at); requestAnimationFrame(next) })() }"""
)
_FILL = """async () => {
  const wait = () => new Promise(done => setTimeout(done, 60));
  for (let more; (more = document.querySelector(".lane .card-more a")); await wait()) more.click();
  return document.querySelectorAll("[data-card]").length;
}"""


async def sign_in(browser: Browser, base: str, email: str) -> BrowserContext:
    """Return a browser with an empty cache in which somebody is signed in."""
    context = await browser.new_context(base_url=base, **_DESK)
    page = await context.new_page()
    await page.goto("/sign-in")
    await page.fill("#email", email)
    await page.fill("#password", PASSWORD)
    await page.click(".stack button")
    await page.wait_for_url(lambda url: "sign-in" not in url)
    cookies = await context.cookies()
    await context.close()
    fresh = await browser.new_context(base_url=base, **_DESK)
    await fresh.add_cookies([{**c, "url": base, "path": None, "domain": None} for c in cookies])  # type: ignore[list-item]
    return fresh


async def first_loads(browser: Browser, base: str, email: str) -> None:
    """Print what the first load of the list brings, and how soon its first row shows, cold and warm."""
    colds: list[float] = []
    for _ in range(_COLD):
        context = await sign_in(browser, base, email)
        page, weights = await _watched(context)
        colds.append(await _row_shown(page))
        await page.wait_for_load_state("networkidle")
        bytes_, requests = sum(weights), len(weights)
        if len(colds) < _COLD:
            await context.close()
    print(f"first load of the list: {bytes_ / 1000:.0f} kB over the wire, {requests} requests")
    warms = [await _row_shown(page) for _ in range(_WARM)]
    print(
        f"first row visible: cold {statistics.median(colds):.0f} ms, warm {statistics.median(warms):.0f} ms (medians)"
    )
    await context.close()


async def _watched(context: BrowserContext) -> tuple[Page, list[int]]:
    page = await context.new_page()
    await page.add_init_script(_FIRST_ROW)
    weights: list[int] = []
    cdp = await context.new_cdp_session(page)
    await cdp.send("Network.enable")
    cdp.on("Network.loadingFinished", lambda told: weights.append(told["encodedDataLength"]))
    return page, weights


async def _row_shown(page: Page) -> float:
    await page.goto("/app/cars")
    await page.wait_for_function("window.firstRow")
    shown: float = await page.evaluate("window.firstRow")
    return shown


async def scroll_board(browser: Browser, base: str, email: str) -> None:
    """Print how evenly a board of two thousand cards scrolls, column by column and across."""
    context = await sign_in(browser, base, email)
    page = await context.new_page()
    await page.goto("/app/cars/board")
    count = await page.evaluate(_FILL)
    lanes = page.locator(".lane:not(.is-bare)")
    await browser.start_tracing(page=page, categories=["disabled-by-default-devtools.timeline.frame", "cc"])
    await page.evaluate(_FRAMES)
    cdp = await context.new_cdp_session(page)
    for place in range(3):
        box = await lanes.nth(place).bounding_box()
        assert box
        await _scroll(cdp, box["x"] + 60, box["y"] + 300, down=6000)
    await _scroll(cdp, 700, 400, across=2000)
    stamps: list[float] = await page.evaluate("window.frames_.slice(1)")
    events = json.loads(await browser.stop_tracing())["traceEvents"]
    named = [e["name"] for e in events]
    gaps = sorted(b - a for a, b in itertools.pairwise(stamps))
    late = sum(gap > 1.5 * 1000 / 60 for gap in gaps)
    print(
        f"board of {count} cards, {len(gaps)} frames while scrolling: median {statistics.median(gaps):.1f} ms,"
        f" p99 {gaps[len(gaps) * 99 // 100]:.1f} ms, worst {gaps[-1]:.1f} ms, {late} later than 25 ms;"
        f" traced: {named.count('DrawFrame')} drawn, {named.count('DroppedFrame')} dropped"
    )
    await context.close()


async def _scroll(cdp: Any, x: float, y: float, *, down: int = 0, across: int = 0) -> None:
    gesture = {"x": x, "y": y, "xDistance": -across, "yDistance": -down, "speed": 2500, "preventFling": True}
    await cdp.send("Input.synthesizeScrollGesture", {**gesture, "gestureSourceType": "touch"})


async def server_times(bench: Bench) -> None:
    """Print the server's own time for whole pages, one reader at a time."""
    for name, role, path in (
        ("list", "planner", "/app/cars"),
        ("board", "planner", "/app/cars/board"),
        ("car page", "planner", f"/app/cars/{bench.car(5 * 20)}"),
        ("home", "planner", "/"),
    ):
        cookie = await cookie_of(bench, role)
        head = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/html\r\nCookie: {cookie}\r\n\r\n"
        found = bench.load([head], connections=1)
        failed = f", {found['failed']:.0f} FAILED" if found["failed"] else ""
        print(f"server time, {name:9} median {found['p50']:5.1f} ms, p95 {found['p95']:5.1f} ms{failed}")


async def full_board(database: Database) -> Seeded:
    """Return a tenant in which every one of two thousand cars is on its way."""
    seeded = await seed(database, BOARD_CARS, living=1)
    await credentialed(database, seeded, "tenant_admin")
    return seeded


async def credentialed(database: Database, seeded: Seeded, *roles: str) -> None:
    """Let the people of these roles, or of all, sign in."""
    demo, stored = system_actor(seeded.tenant, "demo"), await Passwords().hash(PASSWORD)
    for role, actor in seeded.people.items():
        if role in (roles or seeded.people):
            patch = {"user": str(actor.user), "password_hash": stored}
            await Pipeline(load_spec(), database).perform(
                Intent(actor=demo, collection="credentials", verb="create", origin="cli", patch=patch)
            )


async def run(cars: int, seconds: int, runs: int) -> None:
    """Measure the pages over so many cars."""
    data = Path(tempfile.mkdtemp(prefix="directapp-bench-"))
    data.chmod(0o711)
    postgres, database, seeded = await prepare(data / "postgres", cars)
    other = await full_board(database)
    process, port = start_app(postgres, data)
    try:
        bench = Bench(postgres, database, seeded, port, {}, seconds, runs, cars)
        await server_times(bench)
        base = f"http://127.0.0.1:{port}"
        async with chromium() as browser:
            await first_loads(browser, base, await email_of(database, seeded, "planner"))
            await scroll_board(browser, base, await email_of(database, other, "tenant_admin"))
    finally:
        await put_away(process, database, postgres, data)


def main() -> None:
    """Read the command line; what belongs to the rest of the benchmark is left alone."""
    parser = argparse.ArgumentParser(prog="bench.pages", description=__doc__)
    parser.add_argument("--cars", type=int, default=20_000)
    parser.add_argument("--seconds", type=int, default=4)
    parser.add_argument("--runs", type=int, default=3)
    chosen, _ = parser.parse_known_args()
    asyncio.run(run(chosen.cars, chosen.seconds, chosen.runs))


if __name__ == "__main__":
    main()
