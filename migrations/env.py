"""Alembic's environment: the schema is declared in the Spec; lock and statement time-outs keep a live site alive."""

import asyncio
import warnings
from typing import Any

import asyncpg
from alembic import context
from alembic.operations import ops
from sqlalchemy import Connection, MetaData
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.ext.asyncio import create_async_engine

from directapp.store.tables import MAKE_UUID_RANGE

# SQLAlchemy reflects a CHECK that is NOT VALID with an option it does not know itself.
warnings.filterwarnings("ignore", message="Can't validate argument 'dialect_options'")

config = context.config
metadata: MetaData = config.attributes["metadata"]
IF_MISSING = "DO $$ BEGIN {}; EXCEPTION WHEN duplicate_object THEN NULL; END $$"
dsn: str = config.attributes["dsn"]


def include(_item: object, name: str | None, kind: str, reflected: bool, _other: object) -> bool:  # noqa: FBT001
    """Leave the audit's monthly partitions to the job that makes them."""
    return not (kind == "table" and reflected and str(name).startswith("audit_20"))


def add_foreign_keys(_context: object, _revision: object, directives: list[ops.MigrationScript]) -> None:
    """Add the keys of new tables after all of them: they point in circles, so Alembic leaves them out."""
    for script in directives:
        upgrade = script.upgrade_ops
        if upgrade is None:
            continue
        created = sorted(op.table_name for op in upgrade.ops if isinstance(op, ops.CreateTableOp))
        if any(isinstance(c, ExcludeConstraint) for name in created for c in metadata.tables[name].constraints):
            upgrade.ops.insert(0, ops.ExecuteSQLOp(IF_MISSING.format(MAKE_UUID_RANGE)))
        for name in created:
            keys = sorted(metadata.tables[name].foreign_key_constraints, key=lambda key: str(key.name))
            upgrade.ops += [ops.CreateForeignKeyOp.from_constraint(key) for key in keys if key.use_alter]


def migrate(connection: Connection) -> None:
    """Run the migrations, each in a transaction of its own."""
    context.configure(
        connection=connection,
        target_metadata=metadata,
        include_object=include,
        compare_type=True,
        compare_server_default=False,
        transaction_per_migration=True,
        process_revision_directives=add_foreign_keys,
    )
    connection.exec_driver_sql("SET lock_timeout = '1s'")
    connection.exec_driver_sql("SET statement_timeout = '10min'")
    connection.commit()
    with context.begin_transaction():
        context.run_migrations()


async def connect() -> None:
    """Open the owner's connection and migrate through it."""

    async def creator(*_: Any, **__: Any) -> asyncpg.Connection:
        return await asyncpg.connect(dsn)

    engine = create_async_engine("postgresql+asyncpg://", async_creator=creator)
    async with engine.connect() as connection:
        await connection.run_sync(migrate)
    await engine.dispose()


asyncio.run(connect())
