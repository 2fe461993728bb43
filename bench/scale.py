"""python -m bench.scale [--cars N] [--small N] [--folder F]: every read at a million cars beside twenty thousand.

Fills two databases of one server, opens every page and list as every role, and prints the milliseconds of processor
that PostgreSQL used at each size, and their ratio. With ``--folder`` what was filled stays there and is used again.
"""

import argparse
import asyncio
import contextlib
import shutil
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import asyncpg
import httpx

from bench.scale_fill import PASSWORD, ROLES, TENANT, email_of, fill
from directapp.app.container import Application, wire
from directapp.app.settings import Settings
from directapp.app.spec import load_spec
from directapp.app.web import build_app
from directapp.kernel.clock import oslo_day, utc_now
from directapp.services.seal import seal
from directapp.store.embedded.server import EmbeddedPostgres
from directapp.store.migrate import bring_up_to_date

LIMIT_MS, MOST_RATIO = 200.0, 1.3
_WARM, _RUNS, _PATIENCE_MS = 1, 2, 4000
PAGES = (
    "/", "/app/cars", "/app/cars?all=1", "/app/cars/count", "/app/cars/count?all=1", "/app/cars/board",
    "/app/cars/board?all=1", "/app/cars/calendar", "/app/cars?q=hansen", "/app/cars?q=s", "/app/palette?q=wsc0",
    "/app/palette?q=hansen", "/app/figures", "/app/plan", "/app/plan/proposals", "/app/notifications",
    "/items/cars?limit=50", "/items/cars?limit=50&sort=-delivery_date", "/items/cars?limit=50&sort=-sold_at",
    "/items/cars?limit=50&sort=-sale_price", "/items/cars?limit=1&meta=filter_count",
    "/items/cars?aggregate[count]=*&groupBy=status",
)  # fmt: skip


@dataclass
class Side:
    """One size under measurement."""

    application: Application
    client: httpx.AsyncClient
    backends: list[int] = field(default_factory=list)
    longest: tuple[float, str] = (0.0, "")

    def heard(self, query: Any) -> None:
        """Keep the statement that took longest."""
        self.longest = max(self.longest, (query.elapsed, query.query))

    def used(self) -> float:
        """Return the milliseconds of processor that the connections' backends have used: whoever else is at work."""
        texts = (Path(f"/proc/{pid}/schedstat").read_text() for pid in self.backends)
        return sum(int(text.split()[0]) for text in texts) / 1e6

    async def cookie(self, role: str) -> str:
        """Sign a role's person in."""
        login = {"email": email_of(role), "password": PASSWORD, "mode": "session"}
        answer = (await self.client.post("/auth/login", json=login)).raise_for_status()
        return f"directapp_session={answer.cookies['directapp_session']}"

    async def take(self, path: str, cookie: str) -> tuple[int, float]:
        """Open a page some times; return its status and the fewest milliseconds in PostgreSQL."""
        took = []
        status = 0
        for turn in range(_WARM + _RUNS):
            before = self.used()
            self.longest = (0.0, "")
            answer = await self.client.get(path, headers={"Cookie": cookie, "Accept": "text/html"})
            status = answer.status_code
            if status != httpx.codes.OK:
                return status, 0.0
            spent = self.used() - before
            if turn >= _WARM or spent > _PATIENCE_MS:
                took.append(spent)
            if sum(took) > _PATIENCE_MS:
                break
        return status, min(took)


@contextlib.asynccontextmanager
async def opened(postgres: EmbeddedPostgres, database: str, data: Path) -> AsyncIterator[Side]:
    """Wire an application on one of the databases, its connections listened to."""
    settings = Settings(data=data, secret="s" * 48, pool=4, rate_limits="off")
    application = await wire(settings, postgres.owner_dsn(database), postgres.app_dsn(database), spec=load_spec())
    transport = httpx.ASGITransport(build_app(application))  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=transport, base_url="http://bench", timeout=150) as client:
        side = Side(application, client)
        pool = application.platform.database.pool
        async with contextlib.AsyncExitStack() as held:
            for _ in range(4):
                connection: Any = await held.enter_async_context(pool.acquire())
                connection.add_query_logger(side.heard)
                side.backends.append(connection.get_server_pid())
        try:
            yield side
        finally:
            await application.close()


def paths_of(application: Application) -> Iterator[str]:
    """Yield every page and list to open; roles that may not are told so."""
    today = oslo_day(utc_now())
    yield from PAGES
    yield f"/app/figures?first={(today - timedelta(days=364)).isoformat()}&last={today.isoformat()}"
    yield f"/app/cars?sold_at.from={(today - timedelta(days=30)).isoformat()}&all=1"
    for name, meta in application.platform.spec.metas.items():
        if meta.declared.exposed and name != "cars":
            yield f"/app/{name}"
            yield f"/app/{name}/count"
            if meta.declared.workflow is not None:
                yield f"/app/{name}/board"


async def compare(small: Side, large: Side, only: str) -> None:
    """Open everything on both sides and print a line each."""
    print(f"{'role':16} {'page':58} {'small':>9} {'large':>9}  ratio")
    for role in ROLES:
        cookies = [await side.cookie(role) for side in (small, large)]
        for path in paths_of(large.application):
            if only and only not in f"{role} {path}":
                continue
            found = [await side.take(path, cookie) for side, cookie in zip((small, large), cookies, strict=True)]
            (status, few), (also, many) = found
            if (status, also) != (200, 200):
                if {status, also} - {403, 404}:
                    print(f"{role:16} {path:58} answered {status} and {also}", flush=True)
                continue
            mark = "  OVER" if many > LIMIT_MS else ""
            print(f"{role:16} {path[:58]:58} {few:7.1f}ms {many:7.1f}ms  {many / few:5.2f}{mark}", flush=True)
            if mark:
                print(f"    {large.longest[0] * 1000:.0f} ms in {large.longest[1]}", flush=True)


async def seals(small: Side, large: Side) -> None:
    """Print how long it takes to seal what nobody has sealed yet."""
    for name, side in (("small", small), ("large", large)):
        began, rows = time.perf_counter(), 0
        while sealed := await seal(side.application.platform.database, TENANT):
            rows += sealed
        print(f"sealing, {name}: {rows} rows in {time.perf_counter() - began:.1f} s", flush=True)


async def filled(postgres: EmbeddedPostgres, cars: int) -> str:
    """Return the name of a database of so many cars, at the present schema; fill it where that was not done yet."""
    name = f"cars_{cars}"
    if not await _is_filled(postgres.owner_dsn(name)):
        await asyncio.to_thread(postgres.drop_database, name)
        await asyncio.to_thread(postgres.create_database, name)
        began = time.perf_counter()
        await fill(postgres.owner_dsn(name), postgres.app_dsn(name), cars)
        print(f"{cars} cars in {time.perf_counter() - began:.0f} s", flush=True)
    began = time.perf_counter()
    if await bring_up_to_date(load_spec(), postgres.owner_dsn(name), utc_now()):
        print(f"{cars} cars brought to the present schema in {time.perf_counter() - began:.0f} s", flush=True)
        connection = await asyncpg.connect(postgres.owner_dsn(name))
        await connection.execute("VACUUM ANALYZE")
        await connection.close()
    return name


async def _is_filled(dsn: str) -> bool:
    """Whether a database is there and filled to the end: the passwords are the last that is written."""
    try:
        connection = await asyncpg.connect(dsn)
    except asyncpg.InvalidCatalogNameError:
        return False
    try:
        size = "SELECT reltuples > 0 FROM pg_class WHERE relname = 'credentials' AND relkind = 'r'"
        return bool(await connection.fetchval("SELECT to_regclass('public.credentials') IS NOT NULL")) and bool(
            await connection.fetchval(size)
        )
    finally:
        await connection.close()


async def run(folder: Path, small: int, large: int, only: str) -> None:
    """Fill what is not filled yet, and compare."""
    postgres = EmbeddedPostgres(folder / "postgres", durable=False)
    await asyncio.to_thread(postgres.start)
    try:
        names = [await filled(postgres, cars) for cars in (small, large)]
        async with (
            opened(postgres, names[0], folder) as few,
            opened(postgres, names[1], folder) as many,
        ):
            await compare(few, many, only)
            await seals(few, many)
    finally:
        await asyncio.to_thread(postgres.stop)


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="bench.scale", description=__doc__)
    parser.add_argument("--cars", type=int, default=1_000_000)
    parser.add_argument("--small", type=int, default=20_000)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--only", default="", help="measure only lines whose role and page hold this")
    chosen = parser.parse_args()
    folder = chosen.folder or Path(tempfile.mkdtemp(prefix="directapp-scale-"))
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o711)
    try:
        asyncio.run(run(folder, chosen.small, chosen.cars, chosen.only))
    finally:
        if chosen.folder is None:
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
