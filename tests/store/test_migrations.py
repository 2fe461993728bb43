"""Migrations: a database in use comes up from the first release with what it holds."""

import asyncio
import io
from collections.abc import AsyncIterator
from dataclasses import dataclass

import asyncpg
import orjson
import pytest
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory

from directapp.app.spec import load_spec
from directapp.kernel.actor import system_actor
from directapp.kernel.clock import utc_now
from directapp.kernel.ids import uuid7
from directapp.services.reading import Reading
from directapp.store.database import Database
from directapp.store.migrate import FOLDER, bring_up_to_date, present_revision
from directapp.store.schema import lint
from directapp.store.tables import build_metadata
from support.server import Server

SPEC = load_spec()
TENANT, CAR = uuid7(), uuid7()


@dataclass(frozen=True)
class Old:
    """A database of the first release, in use."""

    owner: str
    app: str
    alembic: Config


@pytest.fixture
async def old(server: Server) -> AsyncIterator[Old]:
    """Bring an empty database to the first revision, put a car in it, and shut its rows in as a release does."""
    name = await server.create()
    config = Config(output_buffer=io.StringIO(), stdout=io.StringIO())
    config.set_main_option("script_location", str(FOLDER))
    config.set_main_option("path_separator", "os")
    config.attributes |= {"metadata": build_metadata(SPEC), "dsn": server.owner(name)}
    await asyncio.to_thread(command.upgrade, config, "0001")
    connection = await asyncpg.connect(server.owner(name))
    try:
        sql = (
            "INSERT INTO cars (tenant_id, id, status, make, customer_name) VALUES ($1, $2, 'draft', 'Audi', 'Nora Lie')"
        )
        await connection.execute(sql, TENANT, CAR)
        await connection.execute("ALTER TABLE cars ENABLE ROW LEVEL SECURITY")
        await connection.execute("ALTER TABLE cars FORCE ROW LEVEL SECURITY")
        assert await connection.fetchval("SELECT count(*) FROM cars") == 0, "the owner itself sees no row"
    finally:
        await connection.close()
    yield Old(server.owner(name), server.app(name), config)
    await server.drop(name)


async def test_a_database_of_the_first_release_comes_up_with_what_it_holds(old: Old) -> None:
    assert await present_revision(old.owner) == "0001"
    assert await bring_up_to_date(SPEC, old.owner, utc_now())
    assert await present_revision(old.owner) == ScriptDirectory.from_config(old.alembic).get_current_head()
    async with Database(SPEC, old.app) as database:
        row = orjson.loads(await Reading(SPEC, database).one(system_actor(TENANT, "corridor"), "cars", CAR))
    assert (row["make"], row["customer_name"]) == ("Audi", "Nora Lie")
    assert row["customer_language"] == "nb", "a car from before the choice has what was true then"
    assert not await bring_up_to_date(SPEC, old.owner, utc_now()), "the second time nothing is missing"


async def test_what_came_up_is_what_is_declared_and_stands_protected(old: Old) -> None:
    await bring_up_to_date(SPEC, old.owner, utc_now())
    await asyncio.to_thread(command.check, old.alembic)
    connection = await asyncpg.connect(old.owner)
    try:
        assert await lint(connection, SPEC) == []
    finally:
        await connection.close()
