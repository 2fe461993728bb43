"""Schedules: what is done again and again, tenant by tenant. Every task may run twice without harm."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

import structlog

from directapp.declare.case import Case
from directapp.kernel.actor import system_actor
from directapp.services.act import Act
from directapp.services.corridor import Corridor
from directapp.services.intent import Intent

Sweep = Callable[[Act], Awaitable[None]]
_log = structlog.get_logger(__name__)
_TICK_SECONDS = 5.0


@dataclass(slots=True, kw_only=True)
class Task:
    """A task and how often it is done, in seconds; ``run`` gets each tenant in turn."""

    name: str
    every: float
    run: Callable[[UUID], Awaitable[object]]
    last_run: datetime | None = None
    last_error: str | None = None


@dataclass(slots=True, kw_only=True)
class Schedules:
    """Runs tasks when their time has come, until told to stop."""

    corridor: Corridor
    tasks: Sequence[Task] = field(default_factory=list)

    async def run(self, stop: asyncio.Event) -> None:
        """Work until told to stop; a failure is kept and logged, and the others go on."""
        while not stop.is_set():
            now = self.corridor.clock()
            for task in self.tasks:
                if task.last_run is None or (now - task.last_run).total_seconds() >= task.every:
                    await self._run(task, now)
            try:
                await asyncio.wait_for(stop.wait(), _TICK_SECONDS)
            except TimeoutError:
                continue

    async def _run(self, task: Task, now: datetime) -> None:
        task.last_run, task.last_error = now, None
        try:
            for tenant in await self.corridor.database.tenants():
                await task.run(tenant)
        except Exception as error:  # noqa: BLE001 - the other tasks go on
            task.last_error = type(error).__name__
            _log.exception("task failed", task=task.name)


async def sweep(corridor: Corridor, tenant: UUID, name: str, run: Sweep) -> None:
    """Let a domain's sweep work in one transaction of a tenant, as a named system actor."""
    actor = system_actor(tenant, name)
    async with corridor.database.unit(actor) as unit:
        work = corridor.work(unit, Intent(actor=actor, collection="", verb="sweep", origin="worker"))
        case = Case(row={}, actor=actor, now=work.now, verb="sweep")
        await run(Act(actor=actor, now=work.now, case=case, verb="sweep", collection="", doors=work))
        await work.finish()


async def forget(corridor: Corridor, tenant: UUID) -> None:
    """Drop answers kept for resends after a day, and sign-in failures nobody counts any more."""
    async with corridor.database.unit(system_actor(tenant, "corridor")) as unit:
        await unit.value(
            "DELETE FROM idempotency WHERE tenant_id = $1 AND at < $2::timestamptz - interval '1 day'",
            tenant,
            corridor.clock(),
        )
    await corridor.database.plain(
        "DELETE FROM login_failures WHERE last_at < $1::timestamptz - interval '2 days'", corridor.clock()
    )
