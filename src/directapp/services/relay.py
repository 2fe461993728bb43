"""Relay: what follows from committed events. Each reaction runs in its own transaction, as a named system actor."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog

from directapp.declare.case import Case
from directapp.kernel.actor import Actor, system_actor
from directapp.kernel.errors import DirectAppError, NotFoundError
from directapp.services.act import Act, Seen
from directapp.services.corridor import Corridor
from directapp.services.intent import Intent
from directapp.store.unit import Unit

Reaction = Callable[[Act], Awaitable[None]]

_BATCH = 100
_IDLE_SECONDS = 1.0
_RETRY_SECONDS = 30.0
_log = structlog.get_logger(__name__)


class Relay:
    """Takes due outbox rows tenant by tenant and runs what reacts to them."""

    def __init__(self, corridor: Corridor, reactions: Mapping[str, Sequence[Reaction]], actor_name: str) -> None:
        """``actor_name`` is the system actor that reactions work as."""
        self._corridor = corridor
        self._reactions = reactions
        self._name = actor_name
        self.last_run: datetime | None = None

    async def run(self, stop: asyncio.Event) -> None:
        """Work until told to stop; a failure is logged and tried again later."""
        while not stop.is_set():
            try:
                done = await self.once()
            except Exception:  # noqa: BLE001 - the relay outlives whatever one round meets
                _log.exception("relay failed")
                done = 0
            if done == 0:
                try:
                    await asyncio.wait_for(stop.wait(), _IDLE_SECONDS)
                except TimeoutError:
                    continue

    async def once(self) -> int:
        """Handle what is due now; return how many events were handled."""
        self.last_run = self._corridor.clock()
        return sum([await self._tenant(tenant) for tenant in await self._corridor.database.tenants()])

    async def _tenant(self, tenant: UUID) -> int:
        relay = system_actor(tenant, "relay")
        async with self._corridor.database.unit(relay) as unit:
            rows = await unit.fetch(
                "SELECT id, event, collection, record, payload FROM outbox WHERE tenant_id = $1 AND done_at IS NULL"
                " AND due_at <= clock_timestamp() ORDER BY due_at LIMIT $2 FOR UPDATE SKIP LOCKED",
                tenant,
                _BATCH,
            )
            done = [row["id"] for row in rows if await self._react(unit, tenant, dict(row))]
            later = [row["id"] for row in rows if row["id"] not in done]
            if done:
                await unit.value(
                    "UPDATE outbox SET done_at = clock_timestamp() WHERE tenant_id = $1 AND id = ANY($2)",
                    tenant,
                    done,
                )
            if later:
                await unit.value(
                    "UPDATE outbox SET due_at = clock_timestamp() + make_interval(secs => $3)"
                    " WHERE tenant_id = $1 AND id = ANY($2)",
                    tenant,
                    later,
                    _RETRY_SECONDS,
                )
        return len(rows)

    async def _react(self, unit: Unit, tenant: UUID, row: Mapping[str, Any]) -> bool:
        for reaction in self._reactions.get(row["event"], ()):
            actor = system_actor(tenant, self._name)
            try:
                async with unit.savepoint():
                    await unit.become(actor)
                    await self._run(unit, actor, reaction, row)
                await unit.become(system_actor(tenant, "relay"))
            except DirectAppError as error:
                _log.warning("reaction refused", refused=row["event"], why=str(error))
            except Exception:  # noqa: BLE001 - tried again later; the others go on
                _log.exception("reaction failed", failed=row["event"])
                return False
        return True

    async def _run(self, unit: Unit, actor: Actor, reaction: Reaction, row: Mapping[str, Any]) -> None:
        intent = Intent(actor=actor, collection=row["collection"], verb=row["event"], origin="worker")
        work = self._corridor.work(unit, intent)
        try:
            seen: Seen | None = await work.look_up(row["collection"], row["record"], system=None)
        except NotFoundError:
            seen = None
        case = Case(row=seen.row if seen else {}, actor=actor, now=work.now, verb=row["event"])
        await reaction(
            Act(
                actor=actor,
                now=work.now,
                case=case,
                verb=row["event"],
                collection=row["collection"],
                doors=work,
                seen=seen,
                params=dict(row["payload"]),
            )
        )
        await work.finish()
