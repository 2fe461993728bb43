"""Tallies: how many rows each table of each company has and what they come to, at one point of the log.

What a restored copy holds is compared with this, row for row, without keeping the rows.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

import asyncpg

from directapp.declare.spec import Spec
from directapp.kernel.actor import system_actor
from directapp.store.database import Database
from directapp.store.embedded.repository import BackupError
from directapp.store.names import ident
from directapp.store.unit import Unit

Tally = dict[str, dict[str, list[str]]]
INSTALLATION = UUID(int=0)
# Store tables, by the system actor that reads them.
_OF_STORE = {
    "audit": "pipeline",
    "audit_seal": "pipeline",
    "outbox": "dispatcher",
    "schedules": "dispatcher",
    "search_tokens": "pipeline",
    "counters": "pipeline",
}
_ATTEMPTS = 20
_SUM = "count(*)::text, coalesce(sum(hashtextextended(t::text, 0)::numeric), 0)::text"


@asynccontextmanager
async def counting(database: Database) -> AsyncIterator[Unit]:
    """Open what is counted in: it sees everything as it stands at its first statement."""
    async with database.unit(system_actor(INSTALLATION, "pipeline"), readonly=True) as unit:
        yield unit


async def look(unit: Unit) -> None:
    """Take the picture of everything that is counted."""
    await unit.simple("SET LOCAL statement_timeout = 0")
    await unit.value("SELECT 1")


async def tally(unit: Unit) -> Tally:
    """Return count and sum of every table by company, as all of it stood at the picture."""
    rows = await unit.fetch("SELECT DISTINCT tenant_id FROM login_directory ORDER BY 1")
    found: Tally = {}
    for tenant in (INSTALLATION, *(row["tenant_id"] for row in rows)):
        tables = found[str(tenant)] = {}
        for table, reader in _readers(unit.spec).items():
            unit.become(system_actor(tenant, reader))
            (row,) = await unit.fetch(f"SELECT {_SUM} FROM {ident(table)} t WHERE tenant_id = $1", tenant)
            tables[table] = list(row)
    return found


def _readers(spec: Spec) -> dict[str, str]:
    return dict.fromkeys(sorted(spec.metas), "pipeline") | _OF_STORE


def differences(before: Tally, after: Tally) -> list[str]:
    """Return what differs, a sentence each."""
    found = []
    for tenant, tables in before.items():
        for table, (count, total) in tables.items():
            there = after.get(tenant, {}).get(table)
            if there is None or there[0] != count:
                found.append(f"{table} of {tenant}: {count} rows were there, {there[0] if there else 'none'} are")
            elif there[1] != total:
                found.append(f"{table} of {tenant}: what its {count} rows hold differs")
    return found


@asynccontextmanager
async def standing_still(owner_dsn: str, tables: list[str]) -> AsyncIterator[asyncpg.Connection]:
    """Keep writers waiting while the context is open, for moments (BackupError: somebody holds a table)."""
    connection = await asyncpg.connect(owner_dsn)
    try:
        for attempt in range(_ATTEMPTS):
            try:
                await connection.execute(
                    f"BEGIN; SET LOCAL lock_timeout = '1s'; LOCK TABLE {', '.join(map(ident, tables))} IN SHARE MODE"
                )
                break
            except (asyncpg.LockNotAvailableError, asyncpg.DeadlockDetectedError):
                await connection.execute("ROLLBACK")
                if attempt == _ATTEMPTS - 1:
                    raise BackupError("somebody holds a table; the backup was not finished") from None
        yield connection
        await connection.execute("COMMIT")
    finally:
        await connection.close()


def locked_tables(spec: Spec) -> list[str]:
    """Return the tables whose writers wait, in one order."""
    return sorted(_readers(spec))
