"""The outbox as the dispatcher works with it: what is due, who has claimed it, what came of it.

A claim moves ``due_at`` to the end of its lease: what a killed worker leaves behind is due again by itself.
"""

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from directapp.kernel.actor import Actor, system_actor
from directapp.kernel.clock import Clock, utc_now
from directapp.store.database import Database
from directapp.store.unit import Unit

# The database's clock counts, unless ours is ahead of it on purpose.
_NOW = "greatest(clock_timestamp(), $2::timestamptz)"
_OPEN = f"o.tenant_id = $1 AND o.done_at IS NULL AND o.due_at <= {_NOW}"
_ROW = "id, event, collection, record, payload, at, attempts, passed"
_MOST_REASON = 2_000

_TAKE = f"""
SELECT {_ROW} FROM outbox o WHERE {_OPEN} AND o.event = $3
 ORDER BY o.due_at LIMIT $4 FOR UPDATE SKIP LOCKED"""

_PEEK = f"""
SELECT k.event, o.due_at <= {_NOW} AS due, o.due_at FROM unnest($3::text[]) AS k(event) CROSS JOIN LATERAL (
  SELECT due_at FROM outbox o WHERE o.tenant_id = $1 AND o.event = k.event AND o.done_at IS NULL
   ORDER BY due_at LIMIT 1) o"""

_CLAIM = f"""
UPDATE outbox c SET claimed_by = $4, due_at = {_NOW} + make_interval(secs => $5), attempts = c.attempts + 1
 WHERE c.tenant_id = $1 AND c.id = ANY (ARRAY(
   SELECT o.id FROM outbox o WHERE {_OPEN} AND o.event = $3 ORDER BY o.due_at LIMIT $6 FOR UPDATE SKIP LOCKED))
RETURNING {_ROW}"""

_UNHEARD = f"""
UPDATE outbox SET done_at = clock_timestamp() WHERE tenant_id = $1 AND id = ANY (ARRAY(
  SELECT o.id FROM outbox o WHERE {_OPEN} AND NOT (o.event = ANY ($3)) LIMIT 2000 FOR UPDATE SKIP LOCKED))"""

_MINE = "tenant_id = $1 AND id = $2 AND claimed_by = $3 AND attempts = $4 AND done_at IS NULL"

_BACKLOG = f"""
SELECT count(*) FILTER (WHERE o.due_at <= {_NOW}) AS due,
       count(*) FILTER (WHERE o.claimed_by IS NOT NULL AND o.due_at > {_NOW}) AS running,
       count(*) FILTER (WHERE o.claimed_by IS NULL AND o.due_at > {_NOW}) AS waiting,
       min(o.due_at) FILTER (WHERE o.due_at <= {_NOW}) AS oldest,
       count(*) FILTER (WHERE o.attempts > 0 AND o.error IS NOT NULL) AS failing,
       min(o.at) FILTER (WHERE o.attempts > 0 AND o.error IS NOT NULL) AS failing_since
  FROM outbox o WHERE o.tenant_id = $1 AND o.done_at IS NULL AND o.event = ANY ($3)"""


@dataclass(frozen=True, slots=True)
class Due:
    """What waits in a tenant: the events due now, and when the next ones are."""

    events: tuple[str, ...]
    next_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Backlog:
    """Figures of a tenant's queue; ``failing`` are those of them that have failed and are tried again."""

    due: int
    running: int
    waiting: int
    oldest: datetime | None
    failing: int
    failing_since: datetime | None


def dispatcher_actor(tenant: UUID) -> Actor:
    """Return the only actor that sees the outbox."""
    return system_actor(tenant, "dispatcher")


@dataclass(frozen=True, slots=True)
class Outbox:
    """Statements on the outbox of a tenant."""

    database: Database
    clock: Clock = utc_now

    # -- looking -----------------------------------------------------------------------------------

    async def peek(self, tenant: UUID, events: Sequence[str]) -> Due:
        """Return which of these events are due."""
        async with self._reading(tenant) as unit:
            rows = await unit.fetch(_PEEK, tenant, self.clock(), list(events))
        due = tuple(row["event"] for row in rows if row["due"])
        return Due(due, min((row["due_at"] for row in rows if not row["due"]), default=None))

    async def backlog(self, tenant: UUID, events: Sequence[str]) -> Backlog:
        """Count what waits."""
        async with self._reading(tenant) as unit:
            rows = await unit.fetch(_BACKLOG, tenant, self.clock(), list(events))
        return Backlog(**rows[0])

    async def past(self, tenant: UUID, events: Sequence[str], since: datetime, limit: int) -> list[Mapping[str, Any]]:
        """Return what happened since then, oldest first; every event where none is named."""
        async with self._reading(tenant) as unit:
            rows = await unit.fetch(
                "SELECT id, event, collection, record, payload, at FROM outbox WHERE tenant_id = $1 AND at >= $2"
                " AND (cardinality($3::text[]) = 0 OR event = ANY ($3)) ORDER BY at, id LIMIT $4",
                tenant,
                since,
                list(events),
                limit,
            )
        return [dict(row) for row in rows]

    # -- event handlers: the row stays locked until what follows from it is committed ------------------------

    async def take(self, unit: Unit, event: str, most: int) -> list[Mapping[str, Any]]:
        """Lock the next due rows of an event that nobody else has locked."""
        return [dict(row) for row in await unit.fetch(_TAKE, unit.actor.tenant, self.clock(), event, most)]

    @staticmethod
    async def passed(unit: Unit, jobs: Sequence[UUID], names: Sequence[str], *, done: bool, note: str | None) -> None:
        """Note which event handlers have run for these, and whether those are all."""
        await unit.value(
            "UPDATE outbox SET passed = $3, error = coalesce($4, error),"
            " done_at = CASE WHEN $5 THEN clock_timestamp() END WHERE tenant_id = $1 AND id = ANY ($2)",
            unit.actor.tenant,
            list(jobs),
            list(names),
            note,
            done,
        )

    async def failed(self, unit: Unit, job: UUID, reason: str, delay: float) -> None:
        """Note that an event handler failed, and when it is tried again."""
        await unit.value(
            f"UPDATE outbox SET attempts = attempts + 1, error = $4, due_at = {_NOW} + make_interval(secs => $5)"
            " WHERE tenant_id = $1 AND id = $3 AND done_at IS NULL",
            unit.actor.tenant,
            self.clock(),
            job,
            reason[:_MOST_REASON],
            delay,
        )

    async def unheard(self, tenant: UUID, events: Sequence[str]) -> None:
        """Put away what nobody reacts to."""
        async with self._writing(tenant) as unit:
            await unit.value(_UNHEARD, tenant, self.clock(), list(events))

    # -- jobs: claimed for a while, run outside any transaction ------------------------------------

    async def claim(self, tenant: UUID, event: str, worker: UUID, lease: float, most: int) -> list[Mapping[str, Any]]:
        """Claim due rows of an event for a worker."""
        async with self._writing(tenant) as unit:
            rows = await unit.fetch(_CLAIM, tenant, self.clock(), event, worker, lease, most)
        return [dict(row) for row in rows]

    async def hold(self, tenant: UUID, jobs: Sequence[UUID], worker: UUID, lease: float) -> None:
        """Prolong the lease of what a worker still runs."""
        async with self._writing(tenant) as unit:
            await unit.value(
                f"UPDATE outbox SET due_at = {_NOW} + make_interval(secs => $5) WHERE tenant_id = $1"
                " AND id = ANY ($3) AND claimed_by = $4 AND done_at IS NULL",
                tenant,
                self.clock(),
                list(jobs),
                worker,
                lease,
            )

    async def done(self, tenant: UUID, jobs: Mapping[UUID, int], worker: UUID) -> None:
        """Close jobs that went well, each with its attempt, unless somebody else has it by now."""
        async with self._writing(tenant) as unit:
            await unit.value(
                "UPDATE outbox o SET done_at = clock_timestamp(), error = NULL"
                " FROM unnest($2::uuid[], $3::integer[]) AS mine(id, attempts)"
                " WHERE o.tenant_id = $1 AND o.id = mine.id AND o.attempts = mine.attempts AND o.claimed_by = $4"
                " AND o.done_at IS NULL",
                tenant,
                list(jobs),
                list(jobs.values()),
                worker,
            )

    @staticmethod
    async def _close(unit: Unit, job: UUID, worker: UUID, attempt: int, error: str | None) -> bool:
        sql = f"UPDATE outbox SET done_at = clock_timestamp(), error = $5 WHERE {_MINE} RETURNING true"
        return bool(await unit.value(sql, unit.actor.tenant, job, worker, attempt, error))

    async def give_up(self, unit: Unit, job: UUID, worker: UUID | None, attempt: int, reason: str) -> bool:
        """Close a job that is not tried any more; False when somebody else has it by now."""
        if worker is not None:
            return await self._close(unit, job, worker, attempt, reason[:_MOST_REASON])
        sql = (
            "UPDATE outbox SET done_at = clock_timestamp(), error = $3"
            " WHERE tenant_id = $1 AND id = $2 AND done_at IS NULL RETURNING true"
        )
        return bool(await unit.value(sql, unit.actor.tenant, job, reason[:_MOST_REASON]))

    async def again(  # noqa: PLR0917 - the claim, and what is known of its end
        self, tenant: UUID, job: UUID, worker: UUID, attempt: int, reason: str | None, delay: float, *, counts: bool
    ) -> None:
        """Give a job back, to be run again after a delay; ``counts``: as a failed attempt."""
        async with self._writing(tenant) as unit:
            await unit.value(
                "UPDATE outbox SET claimed_by = NULL, error = coalesce($5, error), attempts = attempts - $6,"
                " due_at = greatest(clock_timestamp(), $7::timestamptz) + make_interval(secs => $8)"
                f" WHERE {_MINE}",
                tenant,
                job,
                worker,
                attempt,
                reason[:_MOST_REASON] if reason else None,
                0 if counts else 1,
                self.clock(),
                delay,
            )

    # -- inside --------------------------------------------------------------------------------------

    def _reading(self, tenant: UUID) -> AbstractAsyncContextManager[Unit]:
        return self.database.unit(dispatcher_actor(tenant), readonly=True)

    def _writing(self, tenant: UUID) -> AbstractAsyncContextManager[Unit]:
        return self.database.unit(dispatcher_actor(tenant))
