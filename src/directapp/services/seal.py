"""Sealing the audit: hash-chained batches per tenant, so that tampering shows. No lock on the write path."""

import hashlib
from datetime import timedelta
from uuid import UUID

import orjson

from directapp.kernel.actor import system_actor
from directapp.kernel.clock import Clock, utc_now
from directapp.store.database import Database
from directapp.store.unit import Unit

# No transaction lives this long (statement and idle time-outs are below it), so nothing older can still appear.
LAG = timedelta(minutes=6)
_GENESIS = "0" * 64


async def seal(database: Database, tenant: UUID, *, clock: Clock = utc_now) -> int:
    """Seal what is older than the lag; return how many rows the new batch holds (0: nothing new)."""
    async with database.unit(system_actor(tenant, "corridor")) as unit:
        await unit.value("SELECT pg_advisory_xact_lock(hashtextextended($1, 7))", str(tenant))
        last = await unit.fetch(
            "SELECT batch, to_at, digest FROM audit_seal WHERE tenant_id = $1 ORDER BY batch DESC LIMIT 1", tenant
        )
        batch, start, chain = (
            (last[0]["batch"] + 1, last[0]["to_at"], last[0]["digest"]) if last else (1, None, _GENESIS)
        )
        end = clock() - LAG
        digest, rows = await _digest(unit, tenant, start, end, chain)
        if rows == 0:
            return 0
        await unit.value(
            "INSERT INTO audit_seal (tenant_id, batch, sealed_at, from_at, to_at, rows, digest)"
            " VALUES ($1, $2, $3, coalesce($4, '-infinity'::timestamptz), $5, $6, $7)",
            tenant,
            batch,
            clock(),
            start,
            end,
            rows,
            digest,
        )
    return rows


async def verify(database: Database, tenant: UUID) -> list[str]:
    """Return what does not fit the seals, a sentence each; empty is good."""
    found = []
    async with database.unit(system_actor(tenant, "corridor"), readonly=True) as unit:
        chain, start, expected = _GENESIS, None, 1
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
            chain, start, expected = row["digest"], row["to_at"], row["batch"] + 1
    return found


async def _digest(unit: Unit, tenant: UUID, start: object, end: object, chain: str) -> tuple[str, int]:
    rows = await unit.fetch(
        "SELECT to_jsonb(a)::text AS line FROM audit a WHERE tenant_id = $1 AND ($2::timestamptz IS NULL OR at > $2)"
        " AND at <= $3 ORDER BY at, id",
        tenant,
        start,
        end,
    )
    running = hashlib.sha256(chain.encode())
    for row in rows:
        running.update(orjson.dumps(orjson.loads(row["line"]), option=orjson.OPT_SORT_KEYS))
    return running.hexdigest(), len(rows)
