"""What is watched of the whole installation: how outside services are, and figures over every company's rows."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from directapp.kernel.actor import system_actor
from directapp.store.database import Database
from directapp.store.names import ident
from directapp.telemetry.outside import ServiceState

_ACTOR = "pipeline"
_KEEP = """
INSERT INTO service_states AS s (tenant_id, name, good_at, failed_at, error, detail) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (tenant_id, name) DO UPDATE SET good_at = greatest(s.good_at, $3), failed_at = greatest(s.failed_at, $4),
 error = CASE WHEN $4 IS NULL THEN s.error ELSE $5 END, detail = s.detail || $6"""
_UNSEALED = """
SELECT coalesce(extract(epoch FROM clock_timestamp() - min(a.at)), 0)::float8 FROM (SELECT at FROM audit
 WHERE tenant_id = $1 AND at > coalesce((SELECT max(to_at) FROM audit_seal WHERE tenant_id = $1), '-infinity')
 ORDER BY at LIMIT 1) a"""


@dataclass(frozen=True, slots=True)
class Watched:
    """Statements of whoever watches; ``owner`` is whose the states are: the installation."""

    database: Database
    owner: UUID = field(default=UUID(int=0))

    async def keep(self, name: str, state: ServiceState, detail: Mapping[str, Any] | None = None) -> None:
        """Keep how a service was found, beside what is known from before."""
        async with self.database.unit(system_actor(self.owner, _ACTOR)) as unit:
            values = (name, state.good_at, state.failed_at, state.error, dict(detail or {}))
            await unit.value(_KEEP, self.owner, *values)

    async def states(self) -> dict[str, tuple[ServiceState, Mapping[str, Any]]]:
        """Return every service that anything is known of, with the details kept beside."""
        async with self.database.unit(system_actor(self.owner, _ACTOR), readonly=True) as unit:
            rows = await unit.fetch("SELECT * FROM service_states WHERE tenant_id = $1 ORDER BY name", self.owner)
        return {r["name"]: (ServiceState(r["good_at"], r["failed_at"], r["error"]), r["detail"]) for r in rows}

    async def of_last_day(self, tenant: UUID, table: str, *columns: str) -> dict[tuple[str, ...], int]:
        """Return how many rows of the last day there are with each value of some columns."""
        names = ", ".join(f"{ident(name)}::text" for name in columns)
        sql = (
            f"SELECT {names}, count(*) AS number FROM {ident(table)} WHERE tenant_id = $1"
            f" AND created_at > now() - interval '1 day' GROUP BY {', '.join(map(str, range(1, len(columns) + 1)))}"
        )
        async with self.database.unit(system_actor(tenant, _ACTOR), readonly=True) as unit:
            return {tuple(map(str, list(row)[:-1])): row["number"] for row in await unit.fetch(sql, tenant)}

    async def unsealed(self, tenant: UUID) -> float:
        """Return how many seconds old the oldest row of the audit is that no seal covers yet."""
        async with self.database.unit(system_actor(tenant, _ACTOR), readonly=True) as unit:
            return float(await unit.value(_UNSEALED, tenant))
