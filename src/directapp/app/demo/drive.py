"""Playing lives through the pipeline: each step as the person who would do it, at its own moment."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

import asyncpg
import structlog

from directapp.app.container import Application
from directapp.app.demo.life import PHOTO, Life, Scene, Stage, Step
from directapp.app.demo.messages import TOLD
from directapp.app.demo.photos import chunks, draw
from directapp.app.jobs import REACTOR
from directapp.app.spec import load_event_handlers
from directapp.connectors.storage import LocalStorage
from directapp.domains import planning
from directapp.domains.cars.handlers import archive_due
from directapp.kernel.actor import Actor
from directapp.kernel.clock import oslo_day
from directapp.kernel.errors import DirectAppError
from directapp.services.attachments import Attachments, Incoming
from directapp.services.dispatcher import Dispatcher
from directapp.services.intent import Answer, Intent
from directapp.services.jobs import acting
from directapp.services.pipeline import Pipeline
from directapp.store.database import Database
from directapp.store.kept import EveryRoleConnection

# Planning these statements takes longer than running them, on each connection anew: few connections, generic plans.
_AT_ONCE = 3
# The rows of a smaller company tell little of sizes, and each count has every statement planned anew.
_MANY_STEPS = 1000
_TUNED = "plan_cache_mode=force_generic_plan&synchronous_commit=off"
_log = structlog.get_logger(__name__)
Turn = tuple[datetime, Step]


@dataclass(slots=True, kw_only=True)
class Director:
    """Plays lives in one tenant, day by day; within a day several cars at once."""

    application: Application
    tenant: UUID
    database: Database
    stage: Stage
    cast: Mapping[str, Actor]
    refused: list[str] = field(default_factory=list)
    performed: int = 0

    def pipeline(self, at: datetime) -> Pipeline:
        """Return a pipeline in which it is a given moment."""
        return Pipeline(self.application.platform.spec, self.database, clock=lambda: at)

    async def play(self, lives: Iterable[Life], tell: Callable[[int], None]) -> None:
        """Play lives from the first day to now; ``tell`` hears each tenth, in percent of the steps."""
        days = self._by_day(lives)
        whole, done, told = sum(len(turns) for day in days.values() for turns in day.values()), 0, 0
        for day in sorted(days):
            gate = asyncio.Semaphore(_AT_ONCE)
            await asyncio.gather(*(self._live(gate, life, turns) for life, turns in days[day].items()))
            await self.close(self.stage.time.evening(day))
            done += sum(len(turns) for turns in days[day].values())
            if done * 10 // whole > told:
                if not told and whole > _MANY_STEPS:
                    await self._count_rows()
                told = done * 10 // whole
                tell(told * 10)

    async def _count_rows(self) -> None:
        """Let plans be made anew: made while tables were empty, they read all of a tenant to find one row."""
        connection = await asyncpg.connect(self.application.owner_dsn)
        try:
            await connection.execute("ANALYZE")
        finally:
            await connection.close()

    def _by_day(self, lives: Iterable[Life]) -> dict[date, dict[Life, list[Turn]]]:
        days: dict[date, dict[Life, list[Turn]]] = defaultdict(lambda: defaultdict(list))
        for life in lives:
            for step in sorted(life.steps, key=lambda s: s.hours):
                at = self.stage.time.at(life.when(step))
                days[oslo_day(at)][life].append((at, step))
        return days

    async def _live(self, gate: asyncio.Semaphore, life: Life, turns: list[Turn]) -> None:
        async with gate:
            for at, step in turns:
                if "refused" in life.facts:
                    return
                try:
                    answer = await self._perform(life, at, step)
                except (DirectAppError, KeyError) as error:
                    self._give_up(life, step, error)
                    return
                self.performed += 1
                if step.keep and answer.record:
                    life.records[step.keep] = answer.record

    async def _perform(self, life: Life, at: datetime, step: Step) -> Answer:
        if step.verb == PHOTO:
            return await self._photograph(at, step)
        scene = Scene(stage=self.stage, life=life, at=at, hours=life.when(step))
        intent = Intent(
            actor=self.cast[step.who],
            collection=step.collection,
            verb=step.verb,
            origin="web",
            target=life.records[step.on] if step.on else None,
            patch={n: scene.value(v) for n, v in step.values.items()},
            read_back=False,
        )
        return await self.pipeline(at).perform(intent)

    async def _photograph(self, at: datetime, step: Step) -> Answer:
        values = step.values
        content = draw(values["color"], values["plate"], (0.42, 0.6) if values["damage"] else None)
        platform = self.application.platform
        attachments = Attachments(self.pipeline(at), LocalStorage(platform.data / "files"), platform.short_work)
        incoming = Incoming(name=f"{values['plate']}.jpg", chunks=chunks(content))
        return await attachments.keep(self.cast[step.who], incoming, {"title": values["title"]}, origin="web")

    def _give_up(self, life: Life, step: Step, error: Exception) -> None:
        problems = getattr(error, "problems", None)
        why = "; ".join(f"{p.field}: {p.message.english}" for p in problems) if problems else repr(error)
        life.facts["refused"] = line = f"{life.target}: {step.who} {step.verb} {step.collection}: {why}"
        self.refused.append(line)
        _log.warning("demo step refused", step=line)

    async def close(self, evening: datetime) -> None:
        """End a day: what follows from its events, then the archiving that is due."""
        pipeline = self.pipeline(evening)
        time = self.stage.time
        quiet = evening < time.evening(time.day(-TOLD))
        handlers = load_event_handlers(quiet=quiet, rules=False)
        await Dispatcher(pipeline, handlers, REACTOR, alone=planning.ALONE).drain(self.tenant)
        async with acting(pipeline, self.tenant, REACTOR, "sweep", "", None) as ctx:
            await archive_due(ctx)


@asynccontextmanager
async def tuned(database: Database) -> AsyncIterator[Database]:
    """Open the same database for seeding: a crash may lose its last moments, and it is begun anew then anyway."""
    dsn = database.dsn + ("&" if "?" in database.dsn else "?") + _TUNED
    async with Database(database.spec, dsn, size=_AT_ONCE, connections=EveryRoleConnection) as fast:
        yield fast


async def perform_many(
    application: Application, actor: Actor, at: datetime, collection: str, rows: Sequence[Mapping[str, Any]]
) -> list[UUID]:
    """Create several records at a moment, in one transaction, and return their ids."""
    platform = application.platform
    pipeline = Pipeline(platform.spec, platform.database, clock=lambda: at)
    intents = [
        Intent(actor=actor, collection=collection, verb="create", origin="web", patch=dict(values), read_back=False)
        for values in rows
    ]
    made = []
    for answer in await pipeline.perform_all(intents):
        if isinstance(answer, DirectAppError):
            raise answer
        if answer.record is not None:
            made.append(answer.record)
    return made


async def perform_as(
    application: Application,
    actor: Actor,
    at: datetime,
    collection: str,
    values: Mapping[str, Any],
    *,
    target: UUID | None = None,
) -> UUID:
    """Create or change a record at a moment, outside every life, and return its id."""
    platform = application.platform
    pipeline = Pipeline(platform.spec, platform.database, clock=lambda: at)
    verb = "update" if target else "create"
    intent = Intent(
        actor=actor,
        collection=collection,
        verb=verb,
        origin="web",
        target=target,
        patch=dict(values),
        read_back=False,
    )
    record = (await pipeline.perform(intent)).record
    if record is None:
        raise AssertionError(collection)
    return record
