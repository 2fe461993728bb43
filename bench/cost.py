"""What a request costs: processor time of the application and of PostgreSQL, one session, request after request.

Time by the clock says how busy the machine is; this says what the work takes. What follows later, behind the scenes, is
measured by ``bench.jobs``.
"""

import itertools
import secrets
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING
from uuid import UUID

import httpx

from bench import pgbench, processes
from directapp.services.reading import Reading
from directapp.store.query import Aggregate, Query
from directapp.store.unit import recorded
from directapp.store.words import question_words

if TYPE_CHECKING:
    from bench.__main__ import Bench

# Milliseconds for each request, application and PostgreSQL together.
AIMS = {
    "list of 50": 3.0,
    "one car": 1.1,
    "count by status": 1.0,
    "count kept": 1.0,
    "unchanged list": 1.0,
    "search": 3.0,
    "update": 2.5,
    "create": 2.5,
}
_ROLES = ("new_car_sales", "tenant_admin")
_MOST = 20_000
_SPELLINGS = 1 << 13
# Until the server has counted what its ended backends used.
_REAPED = 0.5


@dataclass(frozen=True, slots=True)
class Row:
    """A kind of request, as it is sent, and the same work in this process: its statements are pgbench's (None: not)."""

    name: str
    role: str
    requests: list[str]
    work: Callable[[], Awaitable[object]] | None = None


def rows_of(bench: "Bench", reading: Reading) -> Iterator[Row]:
    """Yield what is measured, by a seller and by an administrator."""
    mark = secrets.token_hex(3)
    living = [bench.car(n * 5) for n in range(1, 4000) if n * 40 < bench.cars]
    count = Query(aggregate=(Aggregate("count", "*"),), group_by=("status",))
    search = Query(limit=50, search=question_words("b1600"))
    for role in _ROLES:
        actor, send = bench.seeded.people[role], partial(bench.request, role)
        page = partial(reading.page, actor, "cars")
        notes = ((turn, car) for turn in range(_MOST) for car in living)
        patches = [
            send("PATCH", f"/items/cars/{car}", {"seller_notes": f"{mark} {turn}"})
            for turn, car in itertools.islice(notes, _MOST)
        ]
        new = {"make": "VW", "model": "ID.4", "car_type": "new"}
        new |= {"dealership": str(bench.seeded.sites[0])} if role == "tenant_admin" else {}
        posts = [send("POST", "/items/cars", new | {"order_number": f"C-{mark}-{role[0]}{n}"}) for n in range(_MOST)]
        lists = send("GET", "/items/cars?limit=50")
        counts = send("GET", "/items/cars?aggregate[count]=*&groupBy=status")
        searches = send("GET", "/items/cars?limit=50&search=b1600")
        yield from (
            Row("list of 50", role, [lists], partial(page, Query(limit=50))),
            Row(
                "one car",
                role,
                [send("GET", f"/items/cars/{car}") for car in living],
                partial(reading.one, actor, "cars", UUID(living[0])),
            ),
            Row("count by status", role, [send("GET", path) for path in _counts()], partial(page, count)),
            Row("count kept", role, [counts]),
            Row("search", role, [searches], partial(page, search)),
            Row("unchanged list", role, [_asked_again(bench, role, "/items/cars?limit=50&fields=id,vin,make,status")]),
            Row("update", role, patches),
            Row("create", role, posts),
        )


def _counts() -> Iterator[str]:
    """Yield addresses of one meaning, each spelt in its own way: no answer is kept for them."""
    for n in range(_SPELLINGS):
        name = "".join(f"%{ord(sign):02X}" if n >> place & 1 else sign for place, sign in enumerate("groupBy=status"))
        yield f"/items/cars?aggregate[count]=*&{name.replace('%3D', '=')}"


def _asked_again(bench: "Bench", role: str, path: str) -> str:
    """Return the request of somebody who has the answer already."""
    head = {"Authorization": f"Bearer {bench.tokens[role]}"}
    tag = httpx.get(f"http://127.0.0.1:{bench.port}{path}", headers=head, timeout=10).raise_for_status().headers["ETag"]
    return bench.request(role, "GET", path, more=f"If-None-Match: {tag}\r\n")


async def measure_cost(bench: "Bench", reading: Reading, only: str = "") -> None:
    """Print a line for each kind of request."""
    print(f"{'processor time a request':34} {'together':>11} {'application':>13} {'PostgreSQL':>13}", flush=True)
    for row in rows_of(bench, reading):
        name = f"{row.name}, {row.role}"
        if only not in name:
            continue
        application, postgres, failed = _spent(bench, row)
        line = f"{name:34} {application + postgres:8.2f} ms {application:10.2f} ms {postgres:10.2f} ms"
        line += f"  (aim {AIMS[row.name]:.1f})"
        if row.work is not None:
            alone = await _alone(bench, row.work)
            line += f"  {alone / postgres:5.2f} of it in pgbench"
        print(line + (f"  FAILED {failed:.0f}" if failed else ""), flush=True)


def _spent(bench: "Bench", row: Row) -> tuple[float, float, float]:
    """Return milliseconds a request of the application and of PostgreSQL, and how many requests failed."""
    requests = iter(row.requests)
    once = len(row.requests) >= _SPELLINGS
    tries = []
    for turn in range(bench.runs + 1):
        # What writes is never sent twice, nor what is to be answered anew.
        sent = list(itertools.islice(requests, len(row.requests) // (bench.runs + 1))) if once else row.requests
        before = processes.seconds(bench.application), processes.seconds(bench.postmaster)
        done = bench.load(sent, runs=1, connections=1)
        after = processes.seconds(bench.application), processes.seconds(bench.postmaster)
        if turn:
            ours, theirs = (1000 * (b - a) / done["count"] for a, b in zip(before, after, strict=True))
            tries.append((ours, theirs, done["failed"]))
    tries.sort(key=sum)
    return tries[len(tries) // 2]


async def statements(work: Callable[[], Awaitable[object]]) -> list[pgbench.Statement]:
    """Return what a piece of work sends to PostgreSQL, its plans warm."""
    await work()
    seen: list[pgbench.Statement] = []
    token = recorded.set(seen)
    try:
        await work()
    finally:
        recorded.reset(token)
    return seen


async def _alone(bench: "Bench", work: Callable[[], Awaitable[object]]) -> float:
    """Return milliseconds of PostgreSQL for each transaction of pgbench with the same statements."""
    script = pgbench.script(await statements(work))
    pgbench.run(bench.postgres.pgbench, bench.postgres.app_dsn(), script, 1, clients=1)
    time.sleep(_REAPED)
    before = processes.seconds(bench.postmaster)
    rate = pgbench.run(bench.postgres.pgbench, bench.postgres.app_dsn(), script, bench.seconds, clients=1)
    time.sleep(_REAPED)
    return 1000 * (processes.seconds(bench.postmaster) - before) / (rate * bench.seconds)
