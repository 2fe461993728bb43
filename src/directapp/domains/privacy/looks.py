"""Looks: who looked at which customer, kept where a rule of retention says for how long."""

import asyncio
from datetime import datetime, timedelta
from uuid import UUID

from directapp.declare.access import Access, Grant
from directapp.declare.collection import Collection, Views
from directapp.declare.fields import Group, field
from directapp.declare.kinds import Kind
from directapp.declare.names import Values
from directapp.domains.cars.fields import CARS, Cars
from directapp.domains.people.fields import USERS
from directapp.domains.people.roles import ADMIN
from directapp.domains.privacy.fields import PERSONAL_VIEWS, RETENTION_RULES, PersonalViews, RetentionRules
from directapp.domains.privacy.retention import VIEWS as KEPT
from directapp.kernel.actor import Actor
from directapp.kernel.text import _
from directapp.services.forgetting import SYSTEM
from directapp.services.jobs import acting
from directapp.services.pipeline import Pipeline

_SAME_LOOK = timedelta(minutes=1)
_WAIT = 1.0
_MOST_KNOWN = 20_000
_GROUPS = frozenset({str(Cars.customer_name), str(Cars.customer_phone), str(Cars.customer_email)})

VIEWS_OF_CUSTOMERS = Collection(
    name=PERSONAL_VIEWS,
    label=_("Look at a customer"),
    plural=_("Looks at customers"),
    groups=(
        Group(
            "all",
            _("Look at a customer"),
            (
                field(
                    PersonalViews.person, _("Who"), Kind.REF, ref=USERS, on_delete="cascade", computed=True,
                    personal="employee",
                ),
                field(PersonalViews.car, _("Car"), Kind.REF, ref=CARS, on_delete="cascade", computed=True),
                field(PersonalViews.at, _("When"), Kind.INSTANT, computed=True),
            ),
        ),
    ),
    access=Access(systems=("eraser",), erasable=True, grants=(Grant(role=ADMIN),)),
    views=Views(
        columns=(PersonalViews.at, PersonalViews.person, PersonalViews.car),
        title=(PersonalViews.person,),
        sort=("-at",),
        filters=(PersonalViews.person, PersonalViews.car),
        icon="eye",
    ),
    indexes=(("car", "at"), ("person", "at"), ("-at", "-id")),
    history=False,
)  # fmt: skip


class Looks:
    """Notes who reads a customer's name or contact, a moment later and once a minute."""

    def __init__(self, pipeline: Pipeline) -> None:
        """Keep where it is written."""
        self._pipeline = pipeline
        self._last: dict[tuple[UUID, UUID], datetime] = {}
        self._waiting: dict[UUID, list[tuple[UUID, UUID, datetime]]] = {}
        self._writing: asyncio.Task[None] | None = None

    def note(self, actor: Actor, collection: str, record: UUID, fields: frozenset[str]) -> None:
        """Hear that somebody has read some fields of a record."""
        if collection != CARS or actor.user is None or actor.is_system or not fields & _GROUPS:
            return
        now, key = self._pipeline.clock(), (actor.user, record)
        if (last := self._last.get(key)) is not None and now - last < _SAME_LOOK:
            return
        if len(self._last) >= _MOST_KNOWN:
            self._last.clear()
        self._last[key] = now
        self._waiting.setdefault(actor.tenant, []).append((actor.user, record, now))
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write_later())

    def forget(self) -> None:
        """Forget who looked lately: the next look counts again."""
        self._last.clear()

    async def _write_later(self) -> None:
        await asyncio.sleep(_WAIT)
        await self.write()

    async def write(self) -> None:
        """Write what was noted, for the companies that keep it."""
        waiting, self._waiting = self._waiting, {}
        for tenant, looks in waiting.items():
            async with acting(self._pipeline, tenant, SYSTEM, "note looks", "", None) as ctx:
                rule: Values = {RetentionRules.subject: KEPT, RetentionRules.active: True}
                if not await ctx.find(RETENTION_RULES, rule, limit=1):
                    continue
                cars = {car.id for car in await ctx.find(CARS, {Cars.id: [c for _, c, _ in looks]}, limit=len(looks))}
                rows: list[Values] = [
                    {PersonalViews.person: person, PersonalViews.car: car, PersonalViews.at: at}
                    for person, car, at in looks
                    if car in cars
                ]
                await ctx.create_all(PERSONAL_VIEWS, rows)

    async def close(self) -> None:
        """Write what waits still."""
        if self._writing is not None:
            self._writing.cancel()
        await self.write()
