"""Sealing the audit: hash-chained batches per tenant, so that tampering shows. No lock on the write path.

A batch holds so many rows at most, and rows are read and added up a page at a time: whatever there is to seal,
neither memory nor the event loop notices. What is sealed of a row is its line: a digest in the place of each value, so
that values can be forgotten (``store.forgetting``).
"""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import orjson

from directapp.kernel.actor import system_actor
from directapp.store.database import Database
from directapp.store.unit import Unit

# No transaction lives this long (statement and idle time-outs are below it), so nothing older can still appear.
LAG = timedelta(minutes=6)
MOST_IN_BATCH, _PAGE = 20_000, 500
_GENESIS = "0" * 64


@dataclass(frozen=True, slots=True)
class Verified:
    """What the seals say of a tenant's audit: ``flaws`` a sentence each, empty is good; counts of rows and batches."""

    flaws: list[str]
    rows: int
    batches: int
    unsealed: int


async def seal_all(database: Database, tenant: UUID, *, lag: timedelta = LAG) -> int:
    """Seal whatever is older than the lag, a batch and a transaction at a time; return how many rows that were."""
    whole = 0
    while rows := await seal(database, tenant, lag=lag):
        whole += rows
    return whole


async def seal(database: Database, tenant: UUID, *, lag: timedelta = LAG, most: int = MOST_IN_BATCH) -> int:
    """Seal the oldest rows that are older than the lag; return how many the new batch holds (0: nothing new).

    A batch ends with its last row: after ``most`` of them, and those that were written at the same instant. What time
    it is PostgreSQL says, as it does of the rows.
    """
    async with database.unit(system_actor(tenant, "pipeline")) as unit:
        await unit.value("SELECT pg_advisory_xact_lock(hashtextextended($1, 7))", str(tenant))
        last = await unit.fetch(
            "SELECT batch, to_at, digest FROM audit_seal WHERE tenant_id = $1 ORDER BY batch DESC LIMIT 1", tenant
        )
        batch, start, chain = (
            (last[0]["batch"] + 1, last[0]["to_at"], last[0]["digest"]) if last else (1, None, _GENESIS)
        )
        end = await unit.value(_END, tenant, start or _BEFORE_ALL, lag, most)
        if end is None:
            return 0
        digest, rows = await _digest(unit, tenant, start, end, chain)
        await unit.value(
            "INSERT INTO audit_seal (tenant_id, batch, sealed_at, from_at, to_at, rows, digest)"
            " VALUES ($1, $2, clock_timestamp(), coalesce($3, '-infinity'::timestamptz), $4, $5, $6)",
            tenant,
            batch,
            start,
            end,
            rows,
            digest,
        )
    return rows


async def verify(database: Database, tenant: UUID) -> Verified:
    """Compare the audit of a tenant with its seals."""
    found = []
    async with database.unit(system_actor(tenant, "pipeline"), readonly=True) as unit:
        chain, start, expected, whole = _GENESIS, None, 1, 0
        seals = await unit.fetch(
            "SELECT batch, to_at, rows, digest FROM audit_seal WHERE tenant_id = $1 ORDER BY batch", tenant
        )
        for row in seals:
            if row["batch"] != expected:
                found.append(f"batch {expected} is missing")
            digest, rows = await _digest(unit, tenant, start, row["to_at"], chain)
            if rows != row["rows"]:
                found.append(f"batch {row['batch']}: {row['rows']} rows were sealed, {rows} are there")
            elif digest != row["digest"]:
                found.append(f"batch {row['batch']}: a row has been changed")
            chain, start, expected, whole = row["digest"], row["to_at"], row["batch"] + 1, whole + rows
        later = await unit.value(_LATER, tenant, start or _BEFORE_ALL)
    return Verified(flaws=found, rows=whole, batches=len(seals), unsealed=later)


async def _digest(unit: Unit, tenant: UUID, start: datetime | None, end: datetime, chain: str) -> tuple[str, int]:
    running, rows = hashlib.sha256(chain.encode()), 0
    async for page in _pages(unit, tenant, start or _BEFORE_ALL, end):
        rows += len(page)
        await asyncio.to_thread(_add, running, page)
    return running.hexdigest(), rows


async def _pages(unit: Unit, tenant: UUID, start: datetime, end: datetime) -> AsyncIterator[list[str]]:
    """Yield the rows after one instant, up to another, in their order."""
    at, last = start, _LAST_ID
    while True:
        rows = await unit.fetch(_ROWS, tenant, at, last, end, _PAGE)
        if rows:
            yield [row["line"] for row in rows]
        if len(rows) < _PAGE:
            return
        at, last = rows[-1]["at"], rows[-1]["id"]


def _add(running: Any, lines: list[str]) -> None:
    for line in lines:
        running.update(orjson.dumps(orjson.loads(line), option=orjson.OPT_SORT_KEYS))


_BEFORE_ALL = datetime(1, 1, 1, tzinfo=UTC)
# After every id of its instant: what was written at the start belongs to the batch before.
_LAST_ID = UUID(int=2**128 - 1)
_LATER = "SELECT count(*) FROM audit WHERE tenant_id = $1 AND at > $2"
# Up to which row a batch goes: no further than there are any, so that no seal lies ahead of what was written.
_END = """
SELECT max(at) FROM (SELECT at FROM audit WHERE tenant_id = $1 AND at > $2 AND at <= now() - $3::interval
                      ORDER BY at LIMIT $4) AS oldest
"""
_ROWS = """
SELECT a.at, a.id, audit_line(to_jsonb(a))::text AS line
  FROM audit a WHERE a.tenant_id = $1 AND a.at <= $4
   AND (a.at, a.id) > ($2, $3) ORDER BY a.at, a.id LIMIT $5
"""
