"""The lot that the tests of cars in PostgreSQL stand on."""

from collections.abc import AsyncIterator

import asyncpg
import pytest

from directapp.app.spec import load_spec
from directapp.kernel.clock import utc_now
from directapp.kernel.ids import uuid7
from directapp.services.corridor import Corridor
from directapp.services.reading import Reading
from directapp.store.database import Database
from directapp.store.schema import apply_policies, make_partitions, table_statements
from directapp.store.tables import build_metadata
from support.lot import Lot
from support.server import Server


@pytest.fixture(scope="session")
async def lot_database(server: Server) -> AsyncIterator[Database]:
    name = await server.create()
    spec = load_spec()
    connection = await asyncpg.connect(server.owner(name))
    try:
        await connection.execute(";\n".join(table_statements(build_metadata(spec))))
        await make_partitions(connection, utc_now())
        await apply_policies(connection, spec)
    finally:
        await connection.close()
    async with Database(spec, server.app(name)) as database:
        yield database
    await server.drop(name)


@pytest.fixture
async def lot(lot_database: Database) -> Lot:
    spec = load_spec()
    return await Lot(Corridor(spec, lot_database), Reading(spec, lot_database), lot_database, uuid7()).open()
