"""Databases of every landed state come up: each revision is met by rows that were written at every one before it."""

import asyncio
import subprocess
from pathlib import Path

import asyncpg
import pytest
from alembic import command
from alembic.script import ScriptDirectory

from directapp.app.spec import load_spec
from directapp.kernel.clock import utc_now
from directapp.kernel.ids import uuid7
from directapp.store.database import Database
from directapp.store.drift import drift
from directapp.store.migrate import bring_up_to_date, undeclared
from directapp.store.names import ident
from directapp.store.schema import lint
from support.migrations import config_for
from support.server import Server

SPEC = load_spec()
TOP = Path(__file__).parents[2]
TENANT = uuid7()
# Of columns that have to hold something and have nothing to begin with, what the type takes.
_VALUE = {
    "uuid": "gen_random_uuid()",
    "boolean": "false",
    "date": "current_date",
    "jsonb": "'{}'",
    "bytea": "'\\x00'",
    "timestamp with time zone": "now()",
}
_TABLES = """
SELECT relname AS name,
       (SELECT array_agg(ARRAY[attname, format_type(atttypid, NULL)] ORDER BY attnum) FROM pg_attribute
         WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped AND attnotnull AND NOT atthasdef
           AND attidentity = '') AS must
  FROM pg_class c WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition
   AND relname NOT IN ('alembic_version', 'schema_state', 'search_tokens') ORDER BY 1
"""


async def put_rows(connection: asyncpg.Connection, tables: set[str]) -> set[str]:
    """Put a row with what it has to hold in each table that has none yet; return those that took one.

    What refuses so bare a row (a rule between columns) is left out: `make nightly` has an installation in use.
    """
    taken = set()
    for row in await connection.fetch(_TABLES):
        if row["name"] in tables:
            continue
        must = dict(row["must"] or [])
        values = [
            f"'{TENANT}'" if name == "tenant_id" else _VALUE.get(kind, "'0'" if "[]" not in kind else "'{}'")
            for name, kind in must.items()
        ]
        names = ", ".join(map(ident, must))
        try:
            async with connection.transaction():
                await connection.execute(f"INSERT INTO {ident(row['name'])} ({names}) VALUES ({', '.join(values)})")
        except asyncpg.IntegrityConstraintViolationError:
            continue
        taken.add(row["name"])
    return taken


async def held(connection: asyncpg.Connection, tables: set[str]) -> dict[str, int]:
    """Return how many rows of the tenant each table holds, by whoever reads past its policies."""
    return {name: await connection.fetchval(f"SELECT count(*) FROM {ident(name)}") for name in sorted(tables)}


async def test_head_starts_on_a_database_that_was_written_at_every_landed_revision(server: Server) -> None:
    name = await server.create()
    owner = server.owner(name)
    config = config_for(SPEC, owner)
    scripts = list(ScriptDirectory.from_config(config).walk_revisions())[::-1]
    # A table's row is written where the table is made, so that every later one meets it.
    making = [one.revision for one in scripts[:-1] if "create_table(" in Path(one.path).read_text()]
    connection, taken = await asyncpg.connect(owner), set[str]()
    try:
        for revision in making:
            await asyncio.to_thread(command.upgrade, config, revision)
            taken |= await put_rows(connection, taken)
        before = await held(connection, taken)
        assert len(taken) > 50, "most tables take a bare row"
        assert await bring_up_to_date(SPEC, owner, utc_now())
        forced = await connection.fetch("SELECT relname FROM pg_class WHERE relforcerowsecurity AND NOT relispartition")
        for row in forced:
            await connection.execute(f"ALTER TABLE {ident(row['relname'])} NO FORCE ROW LEVEL SECURITY")
        after = await held(connection, taken)
        for row in forced:
            await connection.execute(f"ALTER TABLE {ident(row['relname'])} FORCE ROW LEVEL SECURITY")
        assert {table: rows for table, rows in after.items() if rows < before[table]} == {}
        assert await drift(connection) == []
        assert await lint(connection, SPEC) == []
        assert await undeclared(SPEC, owner) == []
        async with Database(SPEC, server.app(name)):
            pass
    finally:
        await connection.close()
        await server.drop(name)


def git(*words: str) -> str:
    done = subprocess.run(["git", *words], cwd=TOP, capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else ""


def test_what_landed_since_migrations_are_held_is_what_stands_here() -> None:
    """So that each database made by an earlier landed state is one of those above."""
    begun = git("log", "--reverse", "--format=%H", "--diff-filter=A", "--", "migrations/digests.txt").split()
    if not begun:
        pytest.skip("there is no history here to look into")
    changed = git("log", "--format=%h %s", "--diff-filter=MDR", f"{begun[0]}..HEAD", "--", "migrations/versions")
    assert changed == ""
