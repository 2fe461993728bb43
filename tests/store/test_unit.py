"""A unit of work: what has no result goes along with the next statement, and nothing is undone that should stand."""

from collections.abc import AsyncIterator, Awaitable, Iterator
from contextlib import AbstractAsyncContextManager, contextmanager

import asyncpg
import pytest

from directapp.kernel.actor import Actor
from directapp.kernel.ids import uuid7
from directapp.store.database import Database
from directapp.store.unit import Unit, recorded
from support.server import Server
from support.small import SPEC, lay_out, person


@pytest.fixture(scope="module")
async def database(server: Server) -> AsyncIterator[Database]:
    name = await server.create()
    await lay_out(server.owner(name))
    async with Database(SPEC, server.app(name)) as database:
        yield database
    await server.drop(name)


@pytest.fixture
def admin() -> Actor:
    return person(uuid7(), "tenant_admin", None)


@contextmanager
def sent() -> Iterator[list[str]]:
    """Keep what is sent inside, as it was sent."""
    found: list[str] = []
    mark = recorded.set([])
    try:
        yield found
    finally:
        found += [sql for sql, _ in recorded.get() or ()]
        recorded.reset(mark)


async def holds(unit: Unit) -> list[str]:
    """Return what a transaction has set, in order."""
    return str(await unit.value("SELECT coalesce(current_setting('app.test', true), '')")).split()


async def put_within(unit: Unit) -> None:
    await put(unit, "undone")
    async with unit.savepoint():
        await put(unit, "undone too")


async def put(unit: Unit, word: str) -> None:
    held = await holds(unit)
    await unit.simple(f"SELECT set_config('app.test', '{' '.join([*held, word])}', true)")


class RefusedError(Exception):
    pass


async def refuse(inside: AbstractAsyncContextManager[object], first: Awaitable[None] | None = None) -> None:
    async with inside:
        if first:
            await first
        raise RefusedError


async def test_what_asks_the_database_nothing_sends_nothing(database: Database, admin: Actor) -> None:
    with sent() as found:
        async with database.unit(admin):
            pass
        with pytest.raises(RefusedError):
            await refuse(database.unit(admin))
    assert found == []


async def test_the_beginning_savepoints_and_settings_go_with_the_next_statement(
    database: Database, admin: Actor
) -> None:
    other = person(admin.tenant, "seller", uuid7())
    with sent() as found:
        async with database.unit(admin) as unit:
            async with unit.savepoint(become=other):
                await unit.value("SELECT 1")
            async with unit.savepoint():
                await unit.value("SELECT 2")
    begin, first, again, second, end = found
    assert begin.startswith("BEGIN")
    assert "SAVEPOINT s1" in begin
    assert "'seller'" in begin.rpartition("SAVEPOINT s1")[2]
    assert again.startswith("RELEASE SAVEPOINT s1; SAVEPOINT s1; SELECT set_config")
    assert (first, second, end) == ("SELECT 1", "SELECT 2", "COMMIT")


async def test_only_what_is_inside_is_undone(database: Database, admin: Actor) -> None:
    async with database.unit(admin) as unit:
        await put(unit, "before")
        async with unit.savepoint():
            await put(unit, "kept")
            for _ in range(2):
                with pytest.raises(RefusedError):
                    await refuse(unit.savepoint(), put_within(unit))
            with pytest.raises(RefusedError):
                await refuse(unit.savepoint())
            await put(unit, "after")
        assert await holds(unit) == ["before", "kept", "after"]


async def test_a_failure_of_the_database_is_undone_to_the_savepoint(database: Database, admin: Actor) -> None:
    async with database.unit(admin) as unit:
        await put(unit, "before")
        with pytest.raises(asyncpg.DivisionByZeroError):
            async with unit.savepoint():
                await unit.value("SELECT 1 / 0")
        assert await holds(unit) == ["before"]


async def test_what_waited_before_a_savepoint_fails_as_itself(database: Database, admin: Actor) -> None:
    async def fail() -> None:
        async with database.unit(admin) as unit:
            unit.wait("SELECT 1 / 0")
            await refuse(unit.savepoint())

    with pytest.raises(asyncpg.DivisionByZeroError):
        await fail()
