"""No page or list reads what it does not show: the rows that each statement touched, as PostgreSQL counted them.

The cars are few thousand, the planner is kept from reading whole tables where there is another way, and what is read
all the same is told by the counters of the transaction: whoever reads a table to its end reads it at a million, too.
"""

import contextlib
import re
from collections.abc import AsyncIterator, Iterator
from typing import Any

import asyncpg
import httpx
import orjson
import pytest
from fastapi import FastAPI

from directapp.domains.people.roles import LABELS, OPERATOR
from directapp.services import reading
from directapp.store import steps
from directapp.store.unit import Unit
from support.dealer import Dealer, Time, built_application, settle, template
from support.many import BIG, CARS, fill_past
from support.pages import PASSWORD, build_pages, give_password
from support.server import Server

PAGES = (
    "/", "/app/cars", "/app/cars?all=1", "/app/cars/board", "/app/cars/board?all=1", "/app/cars/calendar",
    "/app/cars?q=el10777", "/app/cars?q=hansen+el10777", "/app/palette?q=wsc", "/app/palette?q=s12",
    "/app/notifications", "/app/floor", "/app/plan", "/app/figures",
)  # fmt: skip
# Of three thousand: a page of fifty for somebody who sees a twelfth of them, and a search through half of them.
MOST = 2000
# Who sees half of so few cars has PostgreSQL put them in order; at a million it reads them in order (bench.scale).
FEWER_THAN_ASKED = {("used_car_sales", "/app/cars?all=1")}
_COUNTERS = "SELECT relname, seq_tup_read + idx_tup_fetch AS read FROM pg_stat_xact_user_tables WHERE relname = ANY($1)"
_CAPPED = re.compile(r"SELECT count\(\*\) FROM \(SELECT 1 FROM ")


class Reads:
    """What each statement read of each big table, while pages are opened."""

    def __init__(self) -> None:
        self.found: list[tuple[str, str, int]] = []

    async def counters(self, unit: Unit) -> dict[str, int]:
        """Return what the transaction has read so far."""
        return {r["relname"]: r["read"] for r in await unit.connection.fetch(_COUNTERS, list(BIG))}

    def note(self, sql: str, answer: Any, before: dict[str, int], after: dict[str, int]) -> None:
        """Keep what one statement read, beyond what it counted one by one."""
        counted = 0
        if _CAPPED.search(sql):
            counted = answer if isinstance(answer, int) else sum(orjson.loads(answer).values())
        for name, read in after.items():
            # A row that is counted may be asked for by the query and by a policy.
            more = read - before.get(name, 0) - 2 * counted
            if more > MOST:
                self.found.append((name, sql, more))


@pytest.fixture(autouse=True)
def in_proportion(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let these tables count as large, and somebody who sees a tenth of the cars as one who sees many."""
    monkeypatch.setattr(reading, "LARGE", 1000)
    monkeypatch.setattr(reading, "FEW_LISTED", 300)
    monkeypatch.setattr(reading, "FEW_COUNTED", 1000)
    monkeypatch.setattr(reading, "FEW_AND_MANY", (50, 500))
    monkeypatch.setattr(steps, "MOST_LOOKED_AT", 1000)


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> Iterator[Reads]:
    reads = Reads()

    def watched(name: str) -> None:
        real = getattr(Unit, name)

        async def run(unit: Unit, sql: str, *values: Any) -> Any:
            before = await reads.counters(unit)
            answer = await real(unit, sql, *values)
            reads.note(sql, answer, before, await reads.counters(unit))
            return answer

        monkeypatch.setattr(Unit, name, run)

    watched("fetch")
    watched("value")
    return reads


@pytest.fixture(scope="module")
async def past(server: Server, time: Time) -> AsyncIterator[Dealer]:
    """Give a dealer with a long past, in a database of its own where whole tables are read only for want of a way."""
    name = await template(server)
    owner = await asyncpg.connect(server.owner(name))
    await owner.execute(f'ALTER DATABASE "{name}" SET enable_seqscan = off')
    async with built_application(server, name, time) as application:
        dealer = await settle(application)
        await fill_past(dealer)
        await owner.execute("ANALYZE")
        yield dealer
    await owner.close()
    await server.drop(name)


@pytest.fixture(scope="module")
def pages(past: Dealer) -> FastAPI:
    return build_pages(past.application)


@contextlib.asynccontextmanager
async def opened(pages: FastAPI, dealer: Dealer, role: str, site: str) -> AsyncIterator[httpx.AsyncClient]:
    """Give a client in which a person is signed in."""
    transport = httpx.ASGITransport(app=pages)
    async with httpx.AsyncClient(transport=transport, base_url="http://pages.test", timeout=60) as client:
        email = await give_password(dealer, await dealer.person(role, site))
        answer = await client.post("/sign-in", data={"email": email, "password": PASSWORD})
        assert answer.status_code == 303, answer.text
        yield client


@pytest.mark.parametrize("role", sorted(set(LABELS) - {OPERATOR}))
async def test_no_page_of_a_role_reads_a_table_to_its_end(
    past: Dealer, pages: FastAPI, reads: Reads, role: str
) -> None:
    lists = [f"/app/{name}{end}" for name in BIG for end in ("", "/count")]
    wrong, shown = [], 0
    # Who works where cars are prepared, and somebody new at a site that has had no car.
    for site in ("499", "490"):
        async with opened(pages, past, role, site) as client:
            for path in (*PAGES, *lists):
                if (role, path) in FEWER_THAN_ASKED:
                    continue
                reads.found.clear()
                status = (await client.get(path)).status_code
                assert status < 500, (path, status)
                shown += status == 200
                wrong += [f"{site} {path} read {n} rows of {name}: {sql[:250]}" for name, sql, n in reads.found]
    assert shown > 8, "the role opens something"
    assert not wrong, "\n\n".join(wrong)


async def test_what_reads_to_the_end_is_noticed(past: Dealer, reads: Reads) -> None:
    admin = await past.person("tenant_admin", "499")
    async with past.application.platform.database.unit(admin, readonly=True) as unit:
        await unit.fetch("SELECT id FROM cars c WHERE c.seller_notes = 'x' ORDER BY c.id LIMIT 5")
        assert [(name, read) for name, _, read in reads.found] == [("cars", CARS)]
        reads.found.clear()
        await unit.value("SELECT count(*) FROM (SELECT 1 FROM cars c LIMIT 10001) few")
        await unit.fetch("SELECT id FROM cars c WHERE c.tenant_id = $1 ORDER BY c.updated_at LIMIT 50", past.tenant)
    assert reads.found == []
