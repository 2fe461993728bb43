"""Schedules: when something's time has come, it becomes a job: once, whatever the number of workers."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

import structlog

from directapp.kernel.text import Text
from directapp.services.jobs import INSTALLATION, Schedule
from directapp.services.pipeline import Pipeline
from directapp.store.changes import OutboxEvent
from directapp.store.outbox import dispatcher_actor
from directapp.store.timetable import Timetable
from directapp.store.unit import Unit

_TICK_SECONDS = 1.0
_LOOK_ROUND_SECONDS = 60.0
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Appointment:
    """How a schedule stands in a tenant."""

    name: str
    label: Text
    next_at: datetime | None
    last_at: datetime | None
    last_error: str | None


class Schedules:
    """Asks for the job of every occurrence, tenant by tenant."""

    def __init__(
        self, pipeline: Pipeline, schedules: Sequence[Schedule], *, asked: Callable[[UUID], None] | None = None
    ) -> None:
        """``asked`` hears of tenants in which a job has just been asked for."""
        self.schedules = tuple(schedules)
        self._pipeline = pipeline
        self._asked = asked
        self._next: dict[UUID, datetime] = {}

    async def run(self, stop: asyncio.Event) -> None:
        """Watch the clock until told to stop."""
        loop = asyncio.get_running_loop()
        look_round = 0.0
        while not stop.is_set():
            try:
                if loop.time() >= look_round:
                    self._next.clear()
                    look_round = loop.time() + _LOOK_ROUND_SECONDS
                    await self._round([INSTALLATION, *await self._pipeline.database.tenants()])
                else:
                    now = self._pipeline.clock()
                    await self._round([tenant for tenant, at in self._next.items() if at <= now])
            except Exception:  # noqa: BLE001 - the next tick may do better
                _log.exception("schedules failed")
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), _TICK_SECONDS)

    async def once(self, tenant: UUID | None = None) -> int:
        """Ask for what is due now, in one tenant or all; return how many jobs that were."""
        return await self._round([tenant] if tenant else [INSTALLATION, *await self._pipeline.database.tenants()])

    async def appointments(self, tenant: UUID) -> list[Appointment]:
        """Return how every schedule of a tenant stands."""
        async with self._pipeline.database.unit(dispatcher_actor(tenant), readonly=True) as unit:
            kept = {row["name"]: row for row in await Timetable(unit).all()}
        return [
            Appointment(
                name=schedule.name,
                label=schedule.label,
                next_at=row["next_at"] if row else None,
                last_at=row["last_at"] if row else None,
                last_error=row["last_error"] if row else None,
            )
            for schedule in self._of(tenant)
            for row in [kept.get(schedule.name)]
        ]

    def _of(self, tenant: UUID) -> list[Schedule]:
        return [s for s in self.schedules if s.tenants != (tenant == INSTALLATION)]

    async def _round(self, tenants: Sequence[UUID]) -> int:
        asked = 0
        for tenant in tenants:
            schedules = self._of(tenant)
            if schedules:
                asked += await self._tenant(tenant, schedules)
        return asked

    async def _tenant(self, tenant: UUID, schedules: Sequence[Schedule]) -> int:
        now = self._pipeline.clock()
        async with self._pipeline.database.unit(dispatcher_actor(tenant)) as unit:
            timetable = Timetable(unit)
            kept = {row["name"]: row["next_at"] for row in await timetable.all()}
            missing = {s.name: s.when.next(now) for s in schedules if s.name not in kept}
            for name, instant in missing.items():
                await timetable.begin(name, instant)
            kept |= missing
            due = [s for s in schedules if kept[s.name] <= now]
            done = [await self._occurs(unit, timetable, schedule, now) for schedule in due]
            for schedule in due:
                kept[schedule.name] = schedule.when.next(now)
        self._next[tenant] = min((kept[s.name] for s in schedules), default=datetime.max.replace(tzinfo=UTC))
        asked = sum(done)
        if asked and self._asked:
            self._asked(tenant)
        return asked

    async def _occurs(self, unit: Unit, timetable: Timetable, schedule: Schedule, now: datetime) -> bool:
        """Ask for one occurrence, in the transaction that moves the schedule on; False when somebody else has."""
        row = await timetable.take(schedule.name, now)
        if row is None:
            return False
        job: UUID | None = None
        if not row["busy"]:
            event = OutboxEvent(schedule.event.name, "", unit.actor.tenant, {"due": row["next_at"].isoformat()})
            (job,) = await unit.put_events([event])
        else:
            _log.warning("schedule left out: the last run goes on", schedule=schedule.name)
        await timetable.move(schedule.name, schedule.when.next(now), job)
        return job is not None


async def forget(pipeline: Pipeline, tenant: UUID) -> None:
    """Drop answers kept for resends after a day, and sign-in failures nobody counts any more."""
    async with pipeline.database.unit(dispatcher_actor(tenant)) as unit:
        await unit.value(
            "DELETE FROM idempotency WHERE tenant_id = $1 AND at < $2::timestamptz - interval '1 day'",
            tenant,
            pipeline.clock(),
        )
        await unit.value(
            "DELETE FROM outbox WHERE tenant_id = $1 AND at < $2 AND done_at IS NOT NULL",
            tenant,
            pipeline.clock() - OUTBOX_KEPT,
        )
    await pipeline.database.plain(
        "DELETE FROM login_failures WHERE last_at < $1::timestamptz - interval '2 days'", pipeline.clock()
    )


# A month back is what rules are tried on before they are switched on.
OUTBOX_KEPT = timedelta(days=35)
