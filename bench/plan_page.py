"""python -m bench.plan_page: how soon a week of 100 resources and 1,500 bookings stands in a headless Chromium."""

import argparse
import asyncio
import os
import statistics
import tempfile
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import httpx
from playwright.async_api import Browser

from bench.__main__ import Bench, cookie_of, email_of, prepare, put_away, start_app
from bench.chromium import chromium
from bench.pages import sign_in
from bench.seed import Seeded, analyse
from directapp.kernel.actor import system_actor
from directapp.kernel.ids import uuid7
from directapp.store.database import Database

RESOURCES, DAYS = 100, 5
TIMES = ((7, 120), (9.5, 120), (12, 150))
_COLD, _WARM, _ASKED = 5, 10, 40
# Noted in the frame after the one in which every row in sight has its bookings; the others follow as one scrolls.
_DRAWN = """() => new Promise(done => (function look() {
  const [frame, row] = [document.querySelector(".ec-main"), document.querySelector(".ec-row-head")];
  const seen = frame && row ? Math.ceil(frame.clientHeight / row.offsetHeight) * %d : Infinity;
  if (document.querySelectorAll(".ec-event[data-id]").length < seen) return requestAnimationFrame(look);
  requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now())));
})())"""


async def lay_week(database: Database, seeded: Seeded, monday: date) -> int:
    """Give the first site its resources and fill their week."""
    demo, site, tenant = system_actor(seeded.tenant, "demo"), seeded.sites[0], seeded.tenant
    kind, resources = uuid7(), [uuid7() for _ in range(RESOURCES)]
    starts = [
        datetime(monday.year, monday.month, monday.day, tzinfo=UTC) + timedelta(days=d, hours=h)
        for d in range(DAYS)
        for h, _ in TIMES
    ]
    minutes = [m for _ in range(DAYS) for _, m in TIMES]
    async with database.unit(demo) as unit:
        await unit.fetch(_TYPE, tenant, kind)
        await unit.fetch(_RESOURCES, tenant, site, resources)
        await unit.fetch(_HOURS, tenant, resources)
        await unit.fetch(_BOOKINGS, tenant, site, kind, resources, starts, minutes)
    return RESOURCES * DAYS * len(TIMES)


_TYPE = """INSERT INTO resource_types (tenant_id, id, code, name_nb, name_en, work, default_hours, is_productive,
  bookable, requires_assignment, "order") VALUES ($1, $2, 'mechanical', 'Mekanisk', 'Mechanical', 'technical', 2, true,
  true, false, 10)"""
_RESOURCES = """INSERT INTO resources (tenant_id, id, name, dealership, kind, does, capacity, available,
  specialisations)
SELECT $1::uuid, r, 'Person ' || lpad(n::text, 3, '0'), $2::uuid, 'person', '{technical}', 1, true, '{}'
  FROM unnest($3::uuid[]) WITH ORDINALITY AS u(r, n)"""
_HOURS = """INSERT INTO working_hours (tenant_id, id, resource, weekday, starts, ends)
SELECT $1::uuid, gen_random_uuid(), r, d::text, '07:30', '16:00'
  FROM unnest($2::uuid[]) AS r, generate_series(1, 5) AS d"""
_BOOKINGS = """INSERT INTO resource_bookings (tenant_id, id, car, resource_type, resource, starts_at, ends_at, status,
  provider, consumer, day, week, lane, person_lane)
SELECT $1::uuid, gen_random_uuid(), c.id, $3::uuid, r, s, s + m * interval '1 minute',
  (ARRAY['scheduled', 'confirmed', 'completed'])[n % 3 + 1], $2::uuid, $2::uuid, s::date,
  date_trunc('week', s)::date, 1, 1
  FROM (SELECT r, s, m, row_number() OVER () AS n
          FROM unnest($4::uuid[]) AS r, unnest($5::timestamptz[], $6::int[]) AS t(s, m)) AS b
  JOIN (SELECT id, row_number() OVER (ORDER BY id) AS n FROM cars WHERE tenant_id = $1) AS c USING (n)"""


async def opened(browser: Browser, base: str, email: str, path: str) -> dict[str, list[float]]:
    """Return how soon the week stands, with an empty cache and a warm one, and the page's own processor time."""
    found: dict[str, list[float]] = {"cold": [], "warm": [], "own": []}
    for n in range(_COLD):
        context = await sign_in(browser, base, email)
        page = await context.new_page()
        cdp = await context.new_cdp_session(page)
        await cdp.send("Performance.enable", {"timeDomain": "threadTicks"})
        for turn in range(1 + (_WARM if n == 0 else 0)):
            await page.goto(path, wait_until="commit")
            found["warm" if turn else "cold"].append(await page.evaluate(_DRAWN % (DAYS * len(TIMES))))
            metrics = {m["name"]: m["value"] for m in (await cdp.send("Performance.getMetrics"))["metrics"]}
            found["own"].append(metrics["TaskDuration"] * 1000)
        await context.close()
    return found


def worked(*roots: int) -> float:
    """Return the milliseconds of processor time that processes and their children have had."""
    ticks, parents = {}, {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        parents[int(stat.parent.name)] = int(fields[1])
        ticks[int(stat.parent.name)] = int(fields[11]) + int(fields[12])
    mine = {p for p in ticks if p in roots or parents[p] in roots}
    return sum(ticks[p] for p in mine) * 1000 / os.sysconf("SC_CLK_TCK")


def asked(base: str, cookie: str, path: str, *roots: int) -> tuple[float, float, int]:
    """Return an answer's median time, one after the other, the processor time it costs, and its size."""
    took = []
    with httpx.Client(base_url=base, headers={"Cookie": cookie}) as client:
        client.get(path).raise_for_status()
        before = worked(*roots)
        for _ in range(_ASKED):
            began = time.perf_counter()
            answer = client.get(path).raise_for_status()
            took.append((time.perf_counter() - began) * 1000)
        cost = (worked(*roots) - before) / _ASKED
    return statistics.median(took), cost, len(answer.content)


async def run() -> None:
    """Fill a week, open it, print the medians."""
    data = Path(tempfile.mkdtemp(prefix="directapp-bench-"))
    data.chmod(0o711)
    postgres, database, seeded = await prepare(data / "postgres", 20_000)
    today = datetime.now(UTC).date()
    monday = today + timedelta(days=7 - today.weekday())
    count = await lay_week(database, seeded, monday)
    await analyse(postgres.owner_dsn())
    process, port = start_app(postgres, data)
    try:
        bench = Bench(postgres, database, seeded, port, {}, 1, 1, 0)
        base, path = f"http://127.0.0.1:{port}", "/app/plan"
        cookie = await cookie_of(bench, "planner")
        pid = int((data / "postgres" / "cluster" / "postmaster.pid").read_text().split()[0])
        roots = (process.pid, pid)
        for name, address in (("page", path), ("data", f"{path}/data")):
            took, cost, size = await asyncio.to_thread(asked, base, cookie, f"{address}?day={monday}", *roots)
            print(f"{name}: median {took:.1f} ms, {cost:.1f} ms of processor time, {size / 1000:.0f} kB", flush=True)
        async with chromium() as browser:
            email = await email_of(bench.database, bench.seeded, "planner")
            found = await opened(browser, base, email, f"{path}?day={monday}")
        cold, warm, own = (statistics.median(found[name]) for name in ("cold", "warm", "own"))
        print(
            f"{RESOURCES} resources, {count} bookings, the rows in sight drawn: cold {cold:.0f} ms, warm {warm:.0f} ms,"
            f" {own:.0f} ms of them the page's own work (medians); load {os.getloadavg()[0]:.1f}"
        )
    finally:
        await put_away(process, database, postgres, data)


def main() -> None:
    """Measure on a server of its own."""
    argparse.ArgumentParser(prog="bench.plan_page", description=__doc__).parse_args()
    asyncio.run(run())


if __name__ == "__main__":
    main()
