"""The floor that the tests of workshop, records and imports stand on."""

from collections.abc import AsyncIterator

import pytest

from directapp.kernel.ids import uuid7
from directapp.services.pipeline import Pipeline
from directapp.services.reading import Reading
from directapp.store.database import Database
from support.floor import SPEC, Floor, lay_out
from support.server import Server


@pytest.fixture(scope="session")
async def floor_database(server: Server) -> AsyncIterator[Database]:
    name = await server.create()
    await lay_out(server.owner(name))
    async with Database(SPEC, server.app(name)) as database:
        yield database
    await server.drop(name)


@pytest.fixture
async def floor(floor_database: Database) -> Floor:
    return await Floor(Pipeline(SPEC, floor_database), Reading(SPEC, floor_database), uuid7()).open()
