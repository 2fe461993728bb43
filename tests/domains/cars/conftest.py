"""The lot that the tests of cars in PostgreSQL stand on."""

from collections.abc import AsyncIterator

import pytest

from directapp.app.spec import load_spec
from directapp.kernel.ids import uuid7
from directapp.services.pipeline import Pipeline
from directapp.services.reading import Reading
from directapp.store.database import Database
from support.dealer import template
from support.lot import Lot
from support.server import Server


@pytest.fixture(scope="session")
async def lot_database(server: Server) -> AsyncIterator[Database]:
    name = await template(server)
    async with Database(load_spec(), server.app(name)) as database:
        yield database
    await server.drop(name)


@pytest.fixture
async def lot(lot_database: Database) -> Lot:
    spec = load_spec()
    return await Lot(Pipeline(spec, lot_database), Reading(spec, lot_database), lot_database, uuid7()).open()
