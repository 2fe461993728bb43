"""Counters: how much of something was used on a day, counted where all processes see it, in one statement each."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from directapp.kernel.actor import system_actor
from directapp.services.jobs import INSTALLATION
from directapp.store.database import Database

_ACTOR = "pipeline"

_TAKE = """
INSERT INTO counters AS c (tenant_id, name, day, used) SELECT $1, $2, $3, $4::integer WHERE $4::integer <= $5::integer
    ON CONFLICT (tenant_id, name, day) DO UPDATE SET used = c.used + excluded.used
    WHERE c.used + excluded.used <= $5::integer
RETURNING used
"""
_SETTLE = """
INSERT INTO counters AS c (tenant_id, name, day, used) VALUES ($1, $2, $3, $4::integer)
    ON CONFLICT (tenant_id, name, day) DO UPDATE SET used = greatest(c.used, $4::integer)
RETURNING used
"""
_USED = "SELECT used FROM counters WHERE tenant_id = $1 AND name = $2 AND day = $3"


@dataclass(frozen=True, slots=True)
class Counters:
    """Counts for one owner: a tenant, or the installation, as for the quota of a key that all tenants share."""

    database: Database
    owner: UUID = INSTALLATION

    async def take(self, key: str, day: date, *, amount: int, limit: int) -> bool:
        """Count an amount in one step, unless that would pass the limit; answers whether it was counted."""
        return await self._value(_TAKE, key, day, amount, limit) is not None

    async def settle(self, key: str, day: date, *, used: int) -> None:
        """Raise the count to what is known to be used; never lower it."""
        await self._value(_SETTLE, key, day, used)

    async def used(self, key: str, day: date) -> int:
        """Return what was counted."""
        return int(await self._value(_USED, key, day) or 0)

    async def _value(self, sql: str, *values: object) -> Any:
        async with self.database.unit(system_actor(self.owner, _ACTOR)) as unit:
            return await unit.value(sql, self.owner, *values)
