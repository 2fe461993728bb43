"""python -m bench.heavy [--cars N] [--rows N]: what a reader of one car feels while heavy work runs; imports by size.

Each work is asked for again and again while one connection reads cars; what that one feels stands beside what it
feels when nothing else runs, measured before and after in the same run. Imports are timed in wall and processor time,
of the application with its children and of PostgreSQL.
"""

import argparse
import asyncio
import csv
import io
import re
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from PIL import Image

from bench import processes
from bench.__main__ import PASSWORD, Bench, cookie_of, email_of, prepare, put_away, start_app

SHEET = Path(__file__).parents[1] / "tests/data/sheets/own_dealer_export_first40.csv"
_LETTERS = "ABDEFHJKLNPRSTUVXYZ"
_PATIENCE = 600.0

Work = Callable[[], Awaitable[object]]


def dealer_rows(count: int, site: str, start: int = 0) -> bytes:
    """Return the dealer's export of forty rows again and again, each row with a plate, VIN and order of its own."""
    head, *rows = csv.reader(io.StringIO(SHEET.read_text("cp1252")), delimiter=";")
    made = [head]
    for n in range(start, start + count):
        row = list(rows[n % len(rows)])
        row[0] = f"{_LETTERS[n // 90_000 % 19]}{_LETTERS[n // 1_710_000 % 19]}{10_000 + n % 90_000}"
        row[1] = f"WVWZZZTR0{n:08d}"
        row[14], row[15] = site, f"{row[15] or 'ORD'}-{n}"
        made.append(row)
    text = io.StringIO()
    csv.writer(text, delimiter=";").writerows(made)
    return text.getvalue().encode("utf-8-sig")


class Browser:
    """An administrator's browser."""

    def __init__(self, bench: Bench, cookie: str) -> None:
        """Keep the session's cookie."""
        name, _, value = cookie.partition("=")
        base = f"http://127.0.0.1:{bench.port}"
        self.client = httpx.AsyncClient(base_url=base, cookies={name: value}, timeout=_PATIENCE, follow_redirects=True)

    async def get(self, path: str) -> httpx.Response:
        """Return a page."""
        return (await self.client.get(path)).raise_for_status()

    async def send(self, page: str, path: str, data: dict[str, str], files: Any = None) -> httpx.Response:
        """Send the form of a page, with what it proposes and ``data``."""
        html = (await self.get(page)).text
        proposed = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', html))
        for name, options in re.findall(r'<select[^>]* name="([^"]+)"[^>]*>(.*?)</select>', html, re.DOTALL):
            chosen = re.search(r'value="([^"]*)" selected', options)
            proposed[name] = chosen[1] if chosen else ""
        return (await self.client.post(path, data=proposed | data, files=files)).raise_for_status()

    async def run_of(self, answer: httpx.Response) -> str:
        """Return the path of a run once it has ended."""
        path = answer.url.path
        async with asyncio.timeout(_PATIENCE):
            while 'id="progress"' in (await self.get(path)).text:  # noqa: ASYNC110 - as the page itself asks
                await asyncio.sleep(0.5)
        return path

    async def tried(self, content: bytes) -> str:
        """Try a sheet and return the path of its run."""
        sent = {"files": ("biler.csv", content)}
        columns = (await self.send("/app/imports", "/app/imports/sheet", {"collection": "cars"}, sent)).url.path
        return await self.run_of(await self.send(columns, columns, {}))

    async def taken(self, run: str) -> str:
        """Take in what was tried."""
        return await self.run_of(await self.send(run, f"{run}/commit", {}))


def photo(size: tuple[int, int]) -> bytes:
    """Return a photo as phones take them."""
    target = io.BytesIO()
    Image.effect_noise((size[0] // 4, size[1] // 4), 60).convert("RGB").resize(size).save(target, "JPEG", quality=85)
    return target.getvalue()


async def works(bench: Bench, browser: Browser, rows: int) -> dict[str, Work]:
    """Return every heavy work by name."""
    cars = "&".join(f"car={bench.car(n)}" for n in range(1, 97))
    today = datetime.now(UTC).date()
    year = f"/app/figures?first={today - timedelta(days=365)}&last={today}"
    large, key = photo((4000, 3000)), {"Authorization": f"Bearer {bench.tokens['tenant_admin']}"}
    run = await browser.tried(dealer_rows(rows, "400"))

    async def pictures() -> None:
        answer = await browser.client.post("/files", headers=key, files={"file": ("bil.jpg", large)})
        file = answer.raise_for_status().json()["data"]["id"]
        paths = [f"/assets/{file}?key={size}&fit={fit}" for size in ("small", "large") for fit in ("inside", "cover")]
        await asyncio.gather(*(browser.client.get(path, headers=key) for path in paths))

    return {
        "XLSX export of every car": lambda: browser.get("/app/cars/export.xlsx?all=1"),
        "CSV export of every car": lambda: browser.get("/app/cars/export.csv?all=1"),
        "96 labels": lambda: browser.get(f"/app/cars/labels?{cars}"),
        "photos of 12 megapixels": pictures,
        f"import, trial of {rows}": lambda: browser.tried(dealer_rows(rows, "400")),
        f"report of {rows} as XLSX": lambda: browser.get(f"{run}/report.xlsx"),
        "figures of a year": lambda: browser.get(year),
    }


async def read(bench: Bench) -> dict[str, float]:
    """Return what one reader of cars feels for a while."""
    some = [bench.request("new_car_sales", "GET", f"/items/cars/{bench.car(n * 2)}") for n in range(1, 200)]
    return await asyncio.to_thread(bench.load, some, connections=1)


async def again_and_again(work: Work, done: list[float]) -> None:
    while True:
        began = time.perf_counter()
        await work()
        done.append(time.perf_counter() - began)


async def feel(bench: Bench, works: dict[str, Work]) -> None:
    """Print what the reader feels beside each work, and beside none."""
    await read(bench)
    for name, work in works.items():
        before = await read(bench)
        took: list[float] = []
        working = asyncio.create_task(again_and_again(work, took))
        beside = await read(bench)
        working.cancel()
        with suppress(asyncio.CancelledError):
            await working
        after = await read(bench)
        idle = statistics.mean((before["p99"], after["p99"]))
        print(
            f"{name:28} p50 {beside['p50']:6.1f}  p99 {beside['p99']:6.1f} ms  idle p50 {before['p50']:5.1f}"
            f"  p99 {idle:5.1f} ms  {beside['p99'] / idle:5.2f} x  {len(took)} done",
            flush=True,
        )


async def take_in(browser: Browser, server: int, postmaster: int, rows: int) -> None:
    """Print what the trial and the taking in of a sheet cost."""
    content = dealer_rows(rows, "400", 1_000_000)
    run = ""
    for name in ("trial", "taking in"):
        own, theirs, began = processes.seconds(server), processes.seconds(postmaster), time.perf_counter()
        run = await (browser.taken(run) if run else browser.tried(content))
        wall = time.perf_counter() - began
        own, theirs = processes.seconds(server) - own, processes.seconds(postmaster) - theirs
        numbers = re.findall(r'tile-number">(\d+)<', (await browser.get(run)).text)
        print(
            f"{name} of {rows} rows: {wall:.1f} s; processor: application {own:.1f} s, PostgreSQL {theirs:.1f} s;"
            f" outcomes {' '.join(numbers)}",
            flush=True,
        )


async def measure(cars: int, rows: int, seconds: int) -> None:
    """Measure one size."""
    data = Path(tempfile.mkdtemp(prefix="directapp-bench-"))
    data.chmod(0o711)
    postgres, database, seeded = await prepare(data / "postgres", cars)
    process, port = start_app(postgres, data)
    try:
        bench = Bench(postgres, database, seeded, port, {}, seconds, 1, cars)
        for role in ("new_car_sales", "tenant_admin"):
            login = {"email": await email_of(database, seeded, role), "password": PASSWORD}
            answer = httpx.post(f"http://127.0.0.1:{port}/auth/login", json=login, timeout=10).raise_for_status()
            bench.tokens[role] = answer.json()["data"]["access_token"]
        browser = Browser(bench, await cookie_of(bench, "tenant_admin"))
        await take_in(browser, process.pid, processes.postmaster(data / "postgres"), rows)
        await feel(bench, await works(bench, browser, min(rows, 1000)))
        health = (await browser.get("/server/health")).json()["checks"]["event_loop"]
        print(f"event loop, the last minute: {health}")
        await browser.client.aclose()
    finally:
        await put_away(process, database, postgres, data)


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="bench.heavy", description=__doc__)
    parser.add_argument("--cars", type=int, default=20_000)
    parser.add_argument("--rows", type=int, default=5_000)
    parser.add_argument("--seconds", type=int, default=8)
    chosen = parser.parse_args()
    asyncio.run(measure(chosen.cars, chosen.rows, chosen.seconds))


if __name__ == "__main__":
    main()
