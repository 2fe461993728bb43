"""Tables as they are made in a real PostgreSQL."""

import asyncpg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import create_async_engine  # noqa: TID251 - to hold the tables against the metadata

from directapp.declare.access import Access, Grant
from directapp.declare.collection import Collection, Views
from directapp.declare.fields import Group, field
from directapp.declare.kinds import Kind
from directapp.declare.spec import Spec
from directapp.kernel.ids import uuid7
from directapp.store.schema import table_statements
from directapp.store.tables import build_metadata
from support.server import Server
from support.small import SITES, USERS
from support.text import bilingual

RESERVED = Collection(
    name="desks",
    label=bilingual("Pult", "Desk"),
    plural=bilingual("Pulter", "Desks"),
    groups=(
        Group(
            "all",
            bilingual("Alt", "All"),
            tuple(
                field(name, bilingual("Person", "Person"), Kind.REF, ref="users", on_delete="set_null")
                for name in ("user", "order", "by", "owner")
            ),
        ),
    ),
    access=Access(grants=(Grant(role="tenant_admin", write=("*",), create=True),)),
    views=Views(columns=("user",), title=("user",)),
)
METADATA = build_metadata(Spec((SITES, USERS, RESERVED)))


# SQLAlchemy reflects a CHECK that is NOT VALID with an option it does not know itself.
@pytest.mark.filterwarnings("ignore:Can't validate argument 'dialect_options'")
async def test_a_reference_may_be_named_by_a_reserved_word(server: Server) -> None:
    name = await server.create()
    dsn = server.owner(name)
    try:
        plain = await asyncpg.connect(dsn)
        await plain.execute(";\n".join(table_statements(METADATA)))
        tenant, person, desk = uuid7(), uuid7(), uuid7()
        await plain.execute("INSERT INTO users (tenant_id, id, name) VALUES ($1, $2, 'Kari')", tenant, person)
        await plain.execute(
            'INSERT INTO desks (tenant_id, id, "user", "order", "by", owner) VALUES ($1, $2, $3, $3, $3, $3)',
            tenant,
            desk,
            person,
        )
        await plain.execute("DELETE FROM users")
        left = await plain.fetchrow('SELECT tenant_id, "user", "order", "by", owner FROM desks')
        assert left is not None
        assert tuple(left) == (tenant, None, None, None, None)
        await plain.close()
        assert await _differences(dsn) == []
    finally:
        await server.drop(name)


async def _differences(dsn: str) -> list[object]:
    async def connect(*_: object, **__: object) -> asyncpg.Connection:
        return await asyncpg.connect(dsn)

    def compared(connection: Connection) -> list[object]:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, METADATA))

    engine = create_async_engine("postgresql+asyncpg://", async_creator=connect)
    try:
        async with engine.connect() as connection:
            return await connection.run_sync(compared)
    finally:
        await engine.dispose()
