"""What questions of ever new shape leave behind: on a connection, and in the process."""

import asyncio
import random
from collections.abc import AsyncIterator, Iterator
from itertools import combinations, islice, product

import asyncpg
import pytest

from directapp.kernel.actor import Actor
from directapp.kernel.errors import BadQueryError
from directapp.kernel.ids import uuid7
from directapp.services.reading import Reading
from directapp.store import kept
from directapp.store.database import Database
from directapp.store.kept import PLAN_BUDGET, STATEMENT_BUDGET, Budget
from directapp.store.query import Condition, Junction, Order, Query
from directapp.store.session import planned_for
from support.server import Server
from support.small import SPEC, lay_out, person

NAMES = sorted(SPEC["jobs"].fields)
MARK = 'FROM "jobs" c'


@pytest.fixture(scope="module")
async def database(server: Server) -> AsyncIterator[Database]:
    name = await server.create()
    await lay_out(server.owner(name))
    async with Database(SPEC, server.app(name), size=1) as database:
        yield database
    await server.drop(name)


@pytest.fixture
def admin() -> Actor:
    return person(uuid7(), "tenant_admin", None)


def metas(sort: str) -> Iterator[Query]:
    for fields, name in product(combinations(NAMES, 4), ("title", "code", "due")):
        some = Junction("or", tuple(Condition((n,), "null", value=False) for n in (name, *fields)))
        asked = Junction("and", (some, Condition(("title",), "neq", "x")))
        yield Query(fields=tuple((n,) for n in fields), filter=asked, sort=(Order(sort),))


async def prepared(database: Database) -> list[str]:
    rows = await database.plain("SELECT statement FROM pg_prepared_statements WHERE name LIKE '%stmt%'")
    return [r["statement"] for r in rows if MARK in r["statement"]]


async def test_a_shape_asked_once_is_not_prepared_one_asked_again_is(database: Database, admin: Actor) -> None:
    reading = Reading(SPEC, database)
    for query in islice(metas("title"), 300):
        await reading.page(admin, "jobs", query)
    assert await prepared(database) == []
    often = Query(fields=(("note",),), sort=(Order("due"),))
    for _ in range(3):
        await reading.page(admin, "jobs", often)
    mark, sql = planned_for(admin.roles), database.list_plan(admin.roles, SPEC["jobs"], often).sql
    assert await prepared(database) == [mark + sql]


async def test_a_list_waits_for_no_second_connection(
    database: Database, admin: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As many readers as there are connections would wait for each other."""
    monkeypatch.setattr("directapp.store.database.SIZED_SECONDS", -1.0)
    monkeypatch.setattr("directapp.services.reading.MOST_SORTED", -1)
    reading, by_cost = Reading(SPEC, database), Query(sort=(Order("cost"),))
    async with asyncio.timeout(20):
        with pytest.raises(BadQueryError):
            await reading.page(admin, "jobs", by_cost, chosen=True)


async def test_shapes_asked_again_leave_no_more_than_the_budget(database: Database, admin: Actor) -> None:
    reading = Reading(SPEC, database)
    asked = list(islice(metas("cost"), 400))
    for query in asked:
        for _ in range(2):
            await reading.page(admin, "jobs", query)
    kept = await prepared(database)
    assert 50 < len(kept) <= STATEMENT_BUDGET // 400_000
    latest = database.ids_plan(admin.roles, SPEC["jobs"], asked[-1]).sql
    assert planned_for(admin.roles) + latest in kept
    # What had to go is answered as before.
    page = await reading.page(admin, "jobs", asked[0])
    assert page.json == b"[]"


async def test_what_a_changed_table_made_invalid_is_prepared_anew(
    database: Database, server: Server, admin: Actor
) -> None:
    async def find() -> None:
        async with database.unit(admin, readonly=True) as unit:
            await unit.find(SPEC["jobs"], 1, {"title": "x"})

    for _ in range(3):
        await find()
    owner = await asyncpg.connect(server.owner((await database.plain("SELECT current_database() AS name"))[0]["name"]))
    await owner.execute("ALTER TABLE jobs ADD COLUMN later text")
    await owner.close()
    with pytest.raises(asyncpg.InvalidCachedStatementError):
        await find()
    await find()


def test_plans_in_the_process_stay_within_their_budget(admin: Actor) -> None:
    database = Database(SPEC, "postgresql://nowhere")
    fewest = PLAN_BUDGET // 2_000
    for n in range(fewest + 500):
        database.list_plan(admin.roles, SPEC["jobs"], Query(fields=(("title",),), limit=n))
    assert database.plans.weight <= PLAN_BUDGET
    assert len(database.plans) < fewest


def test_the_longest_unused_goes_and_the_latest_stays_however_heavy() -> None:
    chance = random.Random(3)
    budget: Budget[int, str] = Budget(100)
    for n in range(500):
        budget.get(0)
        gone = budget.put(n, str(n), chance.randint(1, 40))
        assert budget.weight <= 100
        assert budget.get(n) == str(n)
        assert "0" not in gone
    assert budget.get(1) is None
    assert len(budget.put(501, "heavy", 1000)) > 1
    assert budget.get(501) == "heavy"
    assert len(budget) == 1
    assert budget.clear() == ["heavy"]
    assert budget.weight == 0


async def test_a_connection_ends_when_it_has_planned_much_that_it_did_not_keep(
    database: Database, admin: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    reading, asked = Reading(SPEC, database), metas("code")
    (first,) = await database.plain("SELECT pg_backend_pid() AS pid")
    for query in islice(asked, 5):
        await reading.page(admin, "jobs", query)
    assert await database.plain("SELECT pg_backend_pid() AS pid") == [first], "a few are no reason"
    monkeypatch.setattr(kept, "MOST_PLANNED", 20_000)
    for query in islice(asked, 30):
        await reading.page(admin, "jobs", query)
    assert await database.plain("SELECT pg_backend_pid() AS pid") != [first]
    assert (await reading.page(admin, "jobs", next(asked))).json == b"[]", "another one answers"
