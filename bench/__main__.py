"""python -m bench [--cars N] [--seconds S] [--runs R] [--cost TEXT]: each figure beside pgbench's, as a ratio."""

import argparse
import asyncio
import hashlib
import itertools
import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import httpx

from bench import pgbench, processes
from bench.cost import measure_cost, statements
from bench.seed import Seeded, analyse, seed
from directapp.app.spec import load_spec
from directapp.domains.people.passwords import Passwords
from directapp.kernel.actor import Actor, system_actor
from directapp.kernel.clock import utc_now
from directapp.services.intent import Intent
from directapp.services.pipeline import Pipeline
from directapp.services.reading import Reading
from directapp.store.database import Database
from directapp.store.embedded.server import DATABASE, EmbeddedPostgres
from directapp.store.migrate import bring_up_to_date
from directapp.store.query import Aggregate, Query
from directapp.store.words import question_words

PASSWORD = "bench-klargjort-2026"


@dataclass
class Bench:
    """One server under measurement."""

    postgres: EmbeddedPostgres
    database: Database
    seeded: Seeded
    port: int
    tokens: dict[str, str]
    seconds: int
    runs: int
    cars: int
    name: str = DATABASE
    application: int = 0
    postmaster: int = 0

    def car(self, n: int) -> str:
        """Return the id of the n-th seeded car of the first site."""
        return str(UUID(_md5(f"{self.seeded.tenant}{n * 8}")))

    def request(self, role: str, method: str, path: str, body: object = None, more: str = "") -> str:
        """Return the raw bytes of one request, as text; ``more`` are further lines of its head."""
        payload = "" if body is None else json.dumps(body)
        head = f"{method} {path} HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {self.tokens[role]}\r\n{more}"
        return f"{head}Content-Type: application/json\r\nContent-Length: {len(payload.encode())}\r\n\r\n{payload}"

    def load(self, requests: list[str], *, runs: int = 0, connections: int = 16) -> dict[str, float]:
        """Return the median run of the load generator; ``runs``: 1 for requests that can be sent only once."""
        job = json.dumps({"port": self.port, "seconds": self.seconds, "requests": requests, "connections": connections})
        found = []
        for _ in range(runs or self.runs):
            done = subprocess.run(
                [sys.executable, "-m", "bench.load"], input=job, capture_output=True, text=True, check=True
            )
            found.append(json.loads(done.stdout))
        found.sort(key=lambda r: r["rate"])
        median: dict[str, float] = found[len(found) // 2]
        return median

    def alone(self, text: str) -> float:
        """Return the median of pgbench's rates on a script."""
        return statistics.median(
            pgbench.run(self.postgres.pgbench, self.postgres.app_dsn(self.name), text, self.seconds)
            for _ in range(self.runs)
        )


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def report(name: str, found: dict[str, float], alone: float | None, count: int) -> None:
    """Print one line."""
    ratio = f"{found['rate'] / alone:5.2f} of pgbench's {alone:7.0f}" if alone else " " * 27
    failed = f"  FAILED {found['failed']:.0f} with {found['status']:.0f}" if found["failed"] else ""
    print(
        f"{name:34} {found['rate']:8.0f}/s  {ratio}  p50 {found['p50']:6.1f}  p95 {found['p95']:6.1f}"
        f"  p99 {found['p99']:6.1f} ms  {count} statements{failed}",
        flush=True,
    )


async def measure(bench: Bench) -> None:
    """Measure every promised figure."""
    spec = load_spec()
    reading, pipeline = Reading(spec, bench.database), Pipeline(spec, bench.database)
    people = bench.seeded.people
    seller = people["new_car_sales"]

    async def listed(actor: Actor, query: Query) -> object:
        return await reading.page(actor, "cars", query)

    reads: list[tuple[str, str, str, Callable[[], Awaitable[object]]]] = [
        (f"list of 50, {role}", role, "/items/cars?limit=50", lambda a=actor: listed(a, Query(limit=50)))
        for role, actor in people.items()
    ]
    count = Query(aggregate=(Aggregate("count", "*"),), group_by=("status",))
    search = Query(limit=50, search=question_words("b1600"))
    manager = people["manager"]
    reads += [
        ("count by status", "manager", "/items/cars?aggregate[count]=*&groupBy=status", lambda: listed(manager, count)),
        ("search", "manager", "/items/cars?limit=50&search=b1600", lambda: listed(manager, search)),
    ]
    for name, role, path, work in reads:
        logged = await statements(work)
        found = bench.load([bench.request(role, "GET", path)])
        report(name, found, bench.alone(pgbench.script(logged)), len(logged))
    logged = await statements(lambda: reading.one(seller, "cars", UUID(bench.car(2))))
    some = [bench.request("new_car_sales", "GET", f"/items/cars/{bench.car(n * 2)}") for n in range(1, 400)]
    report("one car", bench.load(some), bench.alone(pgbench.script(logged)), len(logged))
    await measure_writes(bench, pipeline)
    await measure_pages(bench)


async def measure_pages(bench: Bench) -> None:
    """Measure whole pages, one reader at a time: their time is the server's."""
    for name, role, path in (
        ("page: list of cars", "planner", "/app/cars"),
        ("page: one car", "planner", f"/app/cars/{bench.car(5 * 20)}"),
        ("page: home", "manager", "/"),
    ):
        cookie = await cookie_of(bench, role)
        head = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/html\r\nCookie: {cookie}\r\n\r\n"
        report(name, bench.load([head], connections=1), None, 0)


async def measure_writes(bench: Bench, pipeline: Pipeline) -> None:
    """Measure an audited update, a create and the sign-in."""
    # What was signed in with may have run out by now.
    await sign_in(bench)
    people = bench.seeded.people
    number = itertools.count()
    alive = UUID(bench.car(5 * 20))

    async def note() -> object:
        patch = {"seller_notes": f"notat {next(number)}"}
        admin = people["tenant_admin"]
        return await pipeline.perform(
            Intent(actor=admin, collection="cars", verb="update", origin="rest", patch=patch, target=alive)
        )

    async def make() -> object:
        patch = {"make": "VW", "model": "ID.4", "car_type": "new", "order_number": f"P{next(number)}"}
        seller = people["new_car_sales"]
        return await pipeline.perform(
            Intent(actor=seller, collection="cars", verb="create", origin="rest", patch=patch)
        )

    logged = await statements(note)
    living = [n for n in range(1, 4000) if n * 40 < bench.cars]
    # Two notes in turn for each car: every request changes something.
    bodies = [
        bench.request("tenant_admin", "PATCH", f"/items/cars/{bench.car(n * 5)}", {"seller_notes": f"{turn} {n}"})
        for turn in range(40)
        for n in living
    ]
    found = bench.load(bodies)
    report("update a note (audited)", found, bench.alone(_update_script(bench, logged, alive)), len(logged))
    logged = await statements(make)
    car = {"make": "VW", "model": "ID.4", "car_type": "new"}
    cars = [
        # Not B: a dash does not tell a number from one of the cars that are there.
        bench.request("new_car_sales", "POST", "/items/cars", car | {"order_number": f"N-{n}"})
        for n in range(60_000)
    ]
    report("create a car", bench.load(cars, runs=1), None, len(logged))
    body = json.dumps({"email": await email_of(bench.database, bench.seeded, "manager"), "password": PASSWORD})
    head = f"Host: bench\r\nContent-Type: application/json\r\nContent-Length: {len(body)}"
    report("sign-in (argon2id 19 MiB)", bench.load([f"POST /auth/login HTTP/1.1\r\n{head}\r\n\r\n{body}"]), None, 0)


def _update_script(bench: Bench, logged: list[pgbench.Statement], record: UUID) -> str:
    """Let each transaction of pgbench take another living car, at the version it has."""
    some = pgbench.Expression(f"md5('{bench.seeded.tenant}' || (:n::int * 40))::uuid")
    version = f"(SELECT version FROM cars WHERE tenant_id = '{bench.seeded.tenant}' AND id = {some})"
    admin = bench.seeded.people["tenant_admin"].user
    lock = str(record.int & (2**63 - 1))
    statements = []
    for sql, values in logged:
        written = next((v for v in values if isinstance(v, int) and not isinstance(v, bool)), None)
        changed: list[object] = []
        for value in values:
            if value == record:
                changed.append(some)
            elif isinstance(value, UUID) and value not in {admin, bench.seeded.tenant}:
                changed.append(pgbench.Expression("gen_random_uuid()"))
            elif isinstance(value, int) and not isinstance(value, bool) and written is not None:
                changed.append(pgbench.Expression(version if value == written else f"{version} + 1"))
            else:
                changed.append(value)
        statements.append((sql.replace(lock, ":n::bigint"), tuple(changed)))
    return pgbench.script(statements, f"\\set n random(1, {bench.cars // 40 - 1})")


async def cookie_of(bench: Bench, role: str) -> str:
    """Return the cookie of a page session."""
    login = {"email": await email_of(bench.database, bench.seeded, role), "password": PASSWORD, "mode": "session"}
    answer = httpx.post(f"http://127.0.0.1:{bench.port}/auth/login", json=login, timeout=10).raise_for_status()
    return f"directapp_session={answer.cookies['directapp_session']}"


async def email_of(database: Database, seeded: Seeded, role: str) -> str:
    """Return the address by which a role's person signs in."""
    user = seeded.people[role].user
    rows = await database.plain("SELECT email FROM login_directory WHERE user_id = $1", user)
    return str(rows[0]["email"])


async def prepare(data: Path, cars: int) -> tuple[EmbeddedPostgres, Database, Seeded]:
    """Start PostgreSQL, bring it to the schema, fill it."""
    postgres = EmbeddedPostgres(data)
    await asyncio.to_thread(postgres.start)
    spec = load_spec()
    await bring_up_to_date(spec, postgres.owner_dsn(), utc_now())
    database = await Database(spec, postgres.app_dsn()).open()
    began = time.perf_counter()
    seeded = await seed(database, cars)
    await analyse(postgres.owner_dsn())
    print(f"{cars} cars over 8 sites in {time.perf_counter() - began:.0f} s", flush=True)
    demo = system_actor(seeded.tenant, "demo")
    stored = await Passwords().hash(PASSWORD)
    for actor in seeded.people.values():
        patch = {"user": str(actor.user), "password_hash": stored}
        await Pipeline(spec, database).perform(
            Intent(actor=demo, collection="credentials", verb="create", origin="cli", patch=patch)
        )
    return postgres, database, seeded


def start_app(
    postgres: EmbeddedPostgres, data: Path, *options: str, database: str = DATABASE
) -> tuple[subprocess.Popen[bytes], int]:
    """Start one application process and wait until it answers."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    environment = os.environ | {
        "DATABASE_URL": postgres.owner_dsn(database),
        "DATABASE_APP_URL": postgres.app_dsn(database),
        "DIRECTAPP_DATA": str(data),
        # One client asks as a hundred do.
        "DIRECTAPP_RATE_LIMITS": "off",
        "PORT": str(port),
    }
    process = subprocess.Popen([str(Path(sys.executable).with_name("directapp")), "run", *options], env=environment)
    for _ in range(200):
        try:
            httpx.get(f"http://127.0.0.1:{port}/server/ping", timeout=1).raise_for_status()
        except httpx.HTTPError:
            time.sleep(0.1)
        else:
            return process, port
    process.kill()
    raise RuntimeError("the application did not start")


async def put_away(
    process: subprocess.Popen[bytes], database: Database, postgres: EmbeddedPostgres, data: Path
) -> None:
    """End an application and its server, and delete what they kept."""
    process.terminate()
    process.wait(20)
    await database.close()
    await asyncio.to_thread(postgres.stop)
    shutil.rmtree(data, ignore_errors=True)


async def sign_in(bench: Bench) -> None:
    """Fetch a token for a person of each role."""
    for role in bench.seeded.people:
        answer = httpx.post(
            f"http://127.0.0.1:{bench.port}/auth/login",
            json={"email": await email_of(bench.database, bench.seeded, role), "password": PASSWORD},
            timeout=10,
        )
        bench.tokens[role] = answer.raise_for_status().json()["data"]["access_token"]


async def run(cars: int, seconds: int, runs: int, only: str) -> None:
    """Measure one size."""
    data = Path(tempfile.mkdtemp(prefix="directapp-bench-"))
    data.chmod(0o711)
    postgres, database, seeded = await prepare(data / "postgres", cars)
    server = processes.postmaster(data / "postgres")
    # What a request itself costs is measured where nothing works behind the scenes.
    process, port = start_app(postgres, data, "--no-worker")
    try:
        bench = Bench(
            postgres, database, seeded, port, {}, seconds, runs, cars, application=process.pid, postmaster=server
        )
        await sign_in(bench)
        await measure_cost(bench, Reading(load_spec(), database), only)
        if only:
            return
        process.terminate()
        process.wait(20)
        process, bench.port = start_app(postgres, data)
        await sign_in(bench)
        await measure(bench)
        memory = Path(f"/proc/{process.pid}/status")
        if memory.exists():
            line = next(text for text in memory.read_text().splitlines() if text.startswith("VmHWM"))
            print(f"application process: {int(line.split()[1]) // 1024} MB at its highest")
    finally:
        await put_away(process, database, postgres, data)


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--cars", type=int, default=20_000)
    parser.add_argument("--seconds", type=int, default=4)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--cost", default="", metavar="TEXT", help="measure only those costs whose name holds this")
    chosen = parser.parse_args()
    asyncio.run(run(chosen.cars, chosen.seconds, chosen.runs, chosen.cost))


if __name__ == "__main__":
    main()
