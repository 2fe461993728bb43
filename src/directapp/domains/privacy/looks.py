"""Looks: who looked at which customer, alone or in a list, kept where a rule of retention says for how long."""

import asyncio
import time
from datetime import datetime, timedelta
from uuid import NAMESPACE_OID, UUID, uuid5

import orjson

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
_MOST_KNOWN, _MOST_LISTS, _MOST_LISTED = 20_000, 1000, 2000
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
                field(PersonalViews.listed, _("Rows of a list"), Kind.INTEGER, computed=True),
                field(PersonalViews.records, _("Cars of a list"), Kind.JSON, computed=True),
            ),
        ),
    ),
    access=Access(systems=("eraser",), erasable=True, grants=(Grant(role=ADMIN),)),
    views=Views(
        columns=(PersonalViews.at, PersonalViews.person, PersonalViews.car, PersonalViews.listed),
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
        self._lists: list[tuple[UUID, UUID, bytes, datetime]] = []
        # Until when a company is known to keep no looks.
        self._unkept: dict[UUID, float] = {}
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
        self._begin()

    def note_list(self, actor: Actor, collection: str, rows: bytes, fields: frozenset[str]) -> None:
        """Hear that somebody has read some fields of a list; what stands in it is looked at later."""
        if collection != CARS or actor.user is None or actor.is_system or not fields & _GROUPS:
            return
        if self._unkept.get(actor.tenant, 0.0) > time.monotonic() or len(self._lists) >= _MOST_LISTS:
            return
        self._lists.append((actor.tenant, actor.user, rows, self._pipeline.clock()))
        self._begin()

    def _begin(self) -> None:
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write_later())

    def forget(self) -> None:
        """Forget who looked lately, and who keeps no looks: the next look counts again."""
        self._last.clear()
        self._unkept.clear()

    async def _write_later(self) -> None:
        await asyncio.sleep(_WAIT)
        await self.write()

    async def write(self) -> None:
        """Write what was noted, for the companies that keep it."""
        waiting, self._waiting, lists, self._lists = self._waiting, {}, self._lists, []
        for tenant in {*waiting, *(one[0] for one in lists)}:
            looks = waiting.get(tenant, [])
            async with acting(self._pipeline, tenant, SYSTEM, "note looks", "", None) as ctx:
                rule: Values = {RetentionRules.subject: KEPT, RetentionRules.active: True}
                if not await ctx.find(RETENTION_RULES, rule, limit=1):
                    self._unkept[tenant] = time.monotonic() + _SAME_LOOK.total_seconds()
                    continue
                cars = {car.id for car in await ctx.find(CARS, {Cars.id: [c for _, c, _ in looks]}, limit=len(looks))}
                rows: list[Values] = [
                    {PersonalViews.person: person, PersonalViews.car: car, PersonalViews.at: at}
                    for person, car, at in looks
                    if car in cars
                ]
                rows += self._listed([one[1:] for one in lists if one[0] == tenant])
                await ctx.create_all(PERSONAL_VIEWS, rows)

    def _listed(self, lists: list[tuple[UUID, bytes, datetime]]) -> list[Values]:
        """Return a row for each list: how many of its rows named a customer, and which cars; once within a minute."""
        rows: list[Values] = []
        for person, content, at in lists:
            named = [row for row in orjson.loads(content) if any(row.get(name) for name in _GROUPS)]
            ids = sorted(str(row["id"]) for row in named if row.get("id"))
            key = (person, uuid5(NAMESPACE_OID, " ".join(ids)))
            if not named or ((last := self._last.get(key)) is not None and at - last < _SAME_LOOK):
                continue
            self._last[key] = at
            kept = ids[:_MOST_LISTED] or None
            rows.append(
                {
                    PersonalViews.person: person,
                    PersonalViews.at: at,
                    PersonalViews.listed: len(named),
                    PersonalViews.records: kept,
                }
            )
        return rows

    async def close(self) -> None:
        """Write what waits still."""
        if self._writing is not None:
            self._writing.cancel()
        await self.write()
