"""The timetable of a tenant: when every schedule is due next, and how it went last."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from directapp.store.unit import Unit

_BUSY = "EXISTS (SELECT 1 FROM outbox o WHERE o.tenant_id = s.tenant_id AND o.id = s.job AND o.done_at IS NULL)"


@dataclass(frozen=True, slots=True)
class Timetable:
    """Statements on the schedules of a transaction's tenant."""

    unit: Unit

    async def all(self) -> list[Mapping[str, Any]]:
        """Return every schedule as it stands."""
        sql = (
            "SELECT s.name, s.next_at, coalesce(o.done_at, s.last_at) AS last_at,"
            " CASE WHEN o.id IS NULL THEN s.last_error ELSE o.error END AS last_error"
            " FROM schedules s LEFT JOIN outbox o ON o.tenant_id = s.tenant_id AND o.id = s.job"
            " WHERE s.tenant_id = $1"
        )
        return [dict(row) for row in await self.unit.fetch(sql, self.unit.actor.tenant)]

    async def begin(self, name: str, next_at: datetime) -> None:
        """Enter a schedule that is new here."""
        await self.unit.value(
            "INSERT INTO schedules (tenant_id, name, next_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
            self.unit.actor.tenant,
            name,
            next_at,
        )

    async def take(self, name: str, now: datetime) -> Mapping[str, Any] | None:
        """Lock a schedule that is due; None when it is not, or somebody else has it."""
        rows = await self.unit.fetch(
            f"SELECT s.next_at, {_BUSY} AS busy FROM schedules s WHERE s.tenant_id = $1 AND s.name = $2"
            " AND s.next_at <= $3 FOR UPDATE SKIP LOCKED",
            self.unit.actor.tenant,
            name,
            now,
        )
        return dict(rows[0]) if rows else None

    async def move(self, name: str, next_at: datetime, job: UUID | None) -> None:
        """Move a schedule on; keep how its last run went, and which job runs it now."""
        await self.unit.value(
            "UPDATE schedules s SET next_at = $3, job = coalesce($4, s.job),"
            " last_at = CASE WHEN $4 IS NULL THEN s.last_at ELSE coalesce("
            "  (SELECT o.done_at FROM outbox o WHERE o.tenant_id = s.tenant_id AND o.id = s.job), s.last_at) END,"
            " last_error = CASE WHEN $4 IS NULL THEN s.last_error ELSE"
            "  (SELECT o.error FROM outbox o WHERE o.tenant_id = s.tenant_id AND o.id = s.job) END"
            " WHERE s.tenant_id = $1 AND s.name = $2",
            self.unit.actor.tenant,
            name,
            next_at,
            job,
        )
