"""Reading: lists, single records, figures and history, masked by the same entries as everything else."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from directapp.declare.case import Case
from directapp.declare.kinds import Kind
from directapp.declare.rules import Everything
from directapp.declare.spec import CollectionMeta, Spec
from directapp.declare.verbs import Verb
from directapp.kernel.actor import Actor, system_actor
from directapp.kernel.clock import Clock, utc_now
from directapp.kernel.errors import BadQueryError, ForbiddenError, NotFoundError, Problem
from directapp.kernel.text import _, in_language
from directapp.services import validation
from directapp.services.pipeline import why_blocked
from directapp.services.stored_texts import in_words
from directapp.services.tags import Revisit, tag_of
from directapp.store.compiler import together
from directapp.store.database import Database
from directapp.store.forgetting import ERASED
from directapp.store.kept import PLAN_LEAST, Budget
from directapp.store.orders import served
from directapp.store.query import Order, Path, Query
from directapp.store.steps import FEW_AND_MANY, RAREST
from directapp.store.unit import Found, Unit

# Pages count no further: what is beyond is told as "10,000+".
MOST_COUNTED = 10_000
# Where each of many codes is counted: the columns of a board, the stages of the front page.
MOST_AT_EACH = 1_000
# Programs are told how many there are up to this, and that there are more.
MOST_REPORTED = 50_000
# An order that no index gives is made by looking at every row: of so many at most.
MOST_SORTED = 25_000
# In a table of at least so many rows, those of the few records that an actor sees are found from these: few for a list,
# which else meets fifty soon enough, and more for a count.
LARGE, FEW_LISTED, FEW_COUNTED = 50_000, 2_000, 20_000
_SEEN_SECONDS, _SEEN_KEPT = 300.0, 5_000

_ERASED, _WORDS = _("Erased"), frozenset({Kind.STRING, Kind.TEXT, Kind.EMAIL, Kind.PHONE})
_TOO_LONG = _("There are more than {most} rows, and they cannot be sorted by {field}. Narrow them with a filter first.")
# So far back it is looked for what somebody does most.
_LAST_WRITES = 5_000
# Bytes of figures that are kept by their tags: those of a front page that many look at.
_FIGURES_BUDGET = 4_000_000


@dataclass(frozen=True, slots=True)
class Page:
    """A list as PostgreSQL wrote it, in UTF-8, and the counts that were asked for; ``more``: those that stopped.

    ``tag`` is its entity tag, None where it has none; ``same``: the reader has it already, and it is left out.
    """

    json: bytes
    counts: dict[str, int]
    more: tuple[str, ...] = ()
    tag: str | None = None
    same: bool = False


@dataclass(frozen=True, slots=True)
class Offer:
    """A verb the actor may use on a record, and why not right now (None: now)."""

    verb: Verb
    blocked: Problem | None


@dataclass(frozen=True, slots=True)
class View:
    """What an actor may do with one record: its values, the fields read and written, the verbs offered."""

    row: dict[str, Any]
    readable: frozenset[str]
    writable: frozenset[str]
    full: bool
    offers: tuple[Offer, ...]


class Reading:
    """The reading half of the pipeline."""

    def __init__(self, spec: Spec, database: Database, *, clock: Clock = utc_now) -> None:
        """Keep the wiring."""
        self.spec = spec
        self.database = database
        self.clock = clock
        # Who hears of every record that is read alone, with the personal fields that the reader sees of it.
        self.looked: Callable[[Actor, str, UUID, frozenset[str]], None] | None = None
        # Who hears of every list, as JSON, with the personal fields that the reader may see in it.
        self.listed: Callable[[Actor, str, bytes, frozenset[str]], None] | None = None
        self._seen: Budget[tuple[object, ...], tuple[int, float]] = Budget(_SEEN_KEPT)
        self._figures: Budget[str, Page] = Budget(_FIGURES_BUDGET)

    async def spec_of(self, actor: Actor) -> Spec:
        """Return every collection with the own fields of an actor's company."""
        return (await self.database.own_of(actor.tenant)).over(self.spec)

    async def meta(self, actor: Actor, collection: str) -> CollectionMeta:
        """Return a collection the actor may read at all (ForbiddenError: none of the roles may)."""
        meta = (await self.spec_of(actor)).get(collection)
        if meta is None or not meta.declared.exposed or not meta.grants_of(actor.roles):
            raise ForbiddenError
        return meta

    async def page(
        self, actor: Actor, collection: str, query: Query, *, again: Revisit | None = None, chosen: bool = False
    ) -> Page:
        """Return the rows that a query finds, as JSON; ``again``: with a tag, and not what the reader already has.

        ``chosen``: the reader has chosen the order, which is refused where it asks too much (BadQueryError).
        """
        meta = await self.meta(actor, collection)
        if not query.sort and not query.aggregate:
            query = replace(query, sort=self.default_sort(actor, meta))
        # A search begins at its records: only what a filter finds hangs on its values.
        valued = query.filter is not None and any(True for _ in query.filter.values())
        generic_plan = not query.aggregate and (bool(query.search) or not valued)
        seen = await self._records_seen(actor, meta)
        query = replace(query, few=seen <= FEW_LISTED)
        # Beside what is found from few records there may be a way of its own, which hangs on whose it is.
        generic_plan = generic_plan and not query.few
        # Asked before the transaction, which would else hold one connection while it waits for another.
        long = chosen and await self.database.size(meta.name) >= MOST_SORTED
        async with self.database.unit(actor, readonly=True, generic_plan=generic_plan) as unit:
            tag = None if again is None else await self._tag(unit, meta, query, again)
            if tag and again and tag in again.known:
                return Page(b"", {}, tag=tag, same=True)
            known = self._figures.get(tag) if tag and query.aggregate else None
            if known is not None:
                return known
            query = await self._narrowed(unit, meta, query)
            if long:
                await self._refuse_long_sort(unit, meta, query)
            counts = {}
            for name in query.counts:
                asked = replace(
                    _only_rows(Query() if name == "total_count" else query, MOST_REPORTED), few=seen <= FEW_COUNTED
                )
                counts[name] = await unit.run(self.database.count_plan(actor.roles, meta, asked), asked.values())
            json = await self._rows(unit, meta, query, stepped=bool(query.search) or valued)
        if self.listed is not None and not query.aggregate:
            names = frozenset(path[0] for path in query.fields) or meta.readable_names
            if personal := self._personal(actor, meta, names):
                self.listed(actor, meta.name, json, personal)
        told = {name: min(count, MOST_REPORTED) for name, count in counts.items()}
        page = Page(
            in_words(json, actor), told, tuple(name for name in sorted(told) if counts[name] > MOST_REPORTED), tag
        )
        if tag and query.aggregate:
            self._figures.put(tag, page, PLAN_LEAST + len(json))
        return page

    async def several(self, actor: Actor, asked: Sequence[tuple[str, Query]]) -> list[bytes]:
        """Return what several questions about one record find, each as JSON, in one statement.

        Their filters name the record by an indexed field: their plans are the same for every record.
        """
        plans, values = [], []
        for collection, query in asked:
            plans.append(self.database.list_plan(actor.roles, await self.meta(actor, collection), query))
            values.append(query.values())
        plan = together(plans, [len(v) for v in values])
        async with self.database.unit(actor, readonly=True, generic_plan=True) as unit:
            found = await unit.run(plan, [v for one in values for v in one])
        return [in_words(json, actor) for json in found]

    async def _rows(self, unit: Unit, meta: CollectionMeta, query: Query, *, stepped: bool) -> bytes:
        roles, database = unit.actor.roles, self.database
        json = b"[]"
        if query.aggregate or not stepped:
            json = await unit.run(database.list_plan(roles, meta, query), query.values())
        else:
            if query.search and query.found is None:
                # Which rows are looked at hangs on whose they are.
                unit.wait("SET LOCAL plan_cache_mode = auto")
            if ids := await unit.run(database.ids_plan(roles, meta, query), query.values()):
                json = await unit.run(database.rows_plan(roles, meta, query.fields), [ids])
        return json

    async def _tag(self, unit: Unit, meta: CollectionMeta, query: Query, again: Revisit) -> str | None:
        """Return the tag of a list or of figures, whichever way they are read: what is asked says all of it."""
        return await tag_of(unit, again.question, [self.database.list_plan(unit.actor.roles, meta, query)])

    async def _refuse_long_sort(self, unit: Unit, meta: CollectionMeta, query: Query) -> None:
        """Refuse an order of a large table that no index gives, for very many rows (BadQueryError)."""
        roles, declared = unit.actor.roles, self.default_sort(unit.actor, meta)
        if query.aggregate or query.found is not None or query.sort == declared:
            return
        if served(meta, roles, query.sort, query.filter):
            return
        asked = Query(filter=query.filter, most=MOST_SORTED)
        if await unit.run(self.database.count_plan(roles, meta, asked), asked.values()) > MOST_SORTED:
            name = query.sort[0].field
            raise BadQueryError(Problem(_TOO_LONG.fill(most=MOST_SORTED, field=name), field="sort"))

    async def count(self, actor: Actor, collection: str, query: Query, *, most: int = MOST_COUNTED) -> int:
        """Return how many rows a query finds, ``most`` + 1 where there are more than that."""
        meta, asked = await self.meta(actor, collection), _only_rows(query, most)
        asked = replace(asked, few=await self._records_seen(actor, meta) <= FEW_COUNTED)
        async with self.database.unit(actor, readonly=True, generic_plan=False) as unit:
            asked = await self._narrowed(unit, meta, asked)
            return int(await unit.run(self.database.count_plan(actor.roles, meta, asked), asked.values()))

    async def counts(
        self, actor: Actor, collection: str, query: Query, name: str, *, most: int = MOST_AT_EACH
    ) -> dict[str, int]:
        """Return how many rows a query finds at each code of a choice, ``most`` + 1 where there are more."""
        meta, asked = await self.meta(actor, collection), replace(_only_rows(query, most), group_by=(name,))
        async with self.database.unit(actor, readonly=True, generic_plan=False) as unit:
            asked = await self._narrowed(unit, meta, asked)
            found = await unit.run(self.database.counts_plan(actor.roles, meta, asked), asked.values())
        return {code: count for code, count in orjson.loads(found).items() if count}

    async def _records_seen(self, actor: Actor, meta: CollectionMeta) -> int:
        """Return how many records an actor sees in full, of those that rows of a large table are or follow.

        It is as of the last minutes, and decides how rows are found, not which: one past FEW_COUNTED stands for many,
        and for what follows nothing.
        """
        many = FEW_COUNTED + 1
        parent = meta if meta.declared.sight else meta.spec.followed.get(meta.name)
        if parent is None or any(isinstance(g.rows, Everything) for g in meta.grants_of(actor.roles)):
            return many
        if await self.database.size(meta.name) < LARGE:
            return many
        now = time.monotonic()
        key = (parent.name, actor.tenant, actor.user, actor.site, actor.sites, actor.roles)
        known = self._seen.get(key)
        if known is None or known[1] < now:
            async with self.database.unit(actor, readonly=True, generic_plan=False) as unit:
                # Whoever sees few has an index to find them by; for many, any way is quick.
                unit.wait("SET LOCAL enable_seqscan = off")
                count = await unit.run(self.database.seen_plan(actor.roles, parent, FEW_COUNTED), [])
            known = (int(count), now + _SEEN_SECONDS)
            self._seen.put(key, known, 1)
        return known[0]

    @staticmethod
    async def _narrowed(unit: Unit, meta: CollectionMeta, query: Query) -> Query:
        """Name the records that the rarest word searched for is in, where they are few enough to begin with."""
        words = query.search
        if not words:
            return query
        if not all(words):
            return replace(query, found=())
        grants = meta.grants_of(unit.actor.roles)
        fields = sorted({f.name for f in meta.searchable if any(f.name in meta.reads(g) for g in grants)})
        ranges = [(low, high, place) for place, word in enumerate(words, 1) for low, high in word]
        lows, highs, places = map(list, zip(*ranges, strict=True))
        asked = (unit.actor.tenant, meta.name, fields, lows, highs, places, len(words))
        for most in FEW_AND_MANY:
            ids = await unit.value(RAREST, *asked, most)
            if ids is not None:
                return replace(query, found=tuple(dict.fromkeys(ids)))
        return query

    def default_sort(self, actor: Actor, meta: CollectionMeta) -> tuple[Order, ...]:
        """Return the declared order; newest first by id for actors who may not read it in every row they see."""
        keys = tuple(Order(name.lstrip("-"), name.startswith("-")) for name in meta.declared.views.sort)
        grants = meta.grants_of(actor.roles)
        if all(key.field in meta.reads(grant) for key in keys for grant in grants):
            return keys
        return (Order("id", descending=True),)

    async def one(self, actor: Actor, collection: str, record: UUID, fields: tuple[Path, ...] = ()) -> str:
        """Return one record as JSON text (NotFoundError: unseen)."""
        return (await self.one_page(actor, collection, record, fields)).json.decode()

    async def one_page(
        self,
        actor: Actor,
        collection: str,
        record: UUID,
        fields: tuple[Path, ...] = (),
        *,
        again: Revisit | None = None,
    ) -> Page:
        """Return one record (NotFoundError: unseen); ``again``: with a tag, and not what the reader already has."""
        meta = await self.meta(actor, collection)
        plan = self.database.one_plan(actor.roles, meta, fields)
        async with self.database.unit(actor, readonly=True, generic_plan=True) as unit:
            tag = None if again is None else await tag_of(unit, again.question, [plan])
            if tag and again and tag in again.known:
                return Page(b"", {}, tag=tag, same=True)
            json = await unit.run(plan, [record])
        if json is None:
            raise NotFoundError
        self._note_look(actor, meta, record, frozenset(path[0] for path in fields) or meta.readable_names)
        return Page(in_words(json, actor).encode(), {}, tag=tag)

    def _note_look(self, actor: Actor, meta: CollectionMeta, record: UUID, fields: frozenset[str]) -> None:
        """Tell who keeps it that somebody has read what is personal of a record."""
        if self.looked is not None and (personal := self._personal(actor, meta, fields)):
            self.looked(actor, meta.name, record, personal)

    @staticmethod
    def _personal(actor: Actor, meta: CollectionMeta, fields: frozenset[str]) -> frozenset[str]:
        """Return which of these fields are personal, and read by some entry of the actor."""
        personal = frozenset(name for name in fields if (item := meta.fields.get(name)) and item.personal)
        if not personal:
            return personal
        return personal & frozenset[str]().union(*(meta.reads(grant) for grant in meta.grants_of(actor.roles)))

    async def seen(self, actor: Actor, changes: Sequence[tuple[str, UUID]]) -> list[tuple[str, UUID]]:
        """Return those of the records that the actor sees."""
        by_collection: dict[str, list[UUID]] = {}
        spec = await self.spec_of(actor)
        for collection, record in changes:
            meta = spec.get(collection)
            if meta is not None and meta.declared.exposed and meta.grants_of(actor.roles):
                by_collection.setdefault(collection, []).append(record)
        found: list[tuple[str, UUID]] = []
        if by_collection:
            async with self.database.unit(actor, readonly=True, generic_plan=True) as unit:
                for collection, records in by_collection.items():
                    rows = await unit.find(spec[collection], len(records), {"id": records})
                    found += [(collection, row["id"]) for row in rows]
        return found

    async def view(self, actor: Actor, collection: str, record: UUID) -> View:
        """Return one record with what the actor may read, write and do (NotFoundError: unseen)."""
        meta = await self.meta(actor, collection)
        async with self.database.unit(actor, readonly=True, generic_plan=True) as unit:
            found = await unit.look_up(meta, record)
            json = await unit.run(self.database.one_plan(actor.roles, meta, ()), [record])
        if found is None or json is None:
            raise NotFoundError
        related = validation.pop_related(meta.spec, meta, found.row)
        case = Case(row=found.row, before=found.row, actor=actor, now=self.clock(), related=related)
        rights = self.rights(actor, meta, found)
        self._note_look(actor, meta, record, rights[0])
        return View(orjson.loads(in_words(json, actor)), *rights, self._offers(actor, meta, found, case))

    @staticmethod
    def rights(actor: Actor, meta: CollectionMeta, found: Found) -> tuple[frozenset[str], frozenset[str], bool]:
        """Return the fields read and written in a row, and whether it is seen in full."""
        grants = meta.grants_of(actor.roles)
        seeing = [g for g, bit in zip(grants, found.sees, strict=True) if bit]
        editing = [g for g, bit in zip(grants, found.edits, strict=True) if bit]
        writable = frozenset[str]().union(*(meta.writes(g) for g in editing))
        flow, status = meta.declared.workflow, found.row.get("status")
        state = flow.state(status) if flow else None
        if flow and state and state.locked:
            writable &= flow.unlocked
        return validation.readable(meta, actor, found), writable, any(g.full for g in seeing)

    @staticmethod
    def _offers(actor: Actor, meta: CollectionMeta, found: Found, case: Case) -> tuple[Offer, ...]:
        grants = meta.grants_of(actor.roles)
        verbs = meta.verbs_of(g for g, bit in zip(grants, found.sees, strict=True) if bit)
        return tuple(Offer(v, why_blocked(meta, v, case)) for v in verbs if v.on == "record")

    async def history(self, actor: Actor, collection: str, record: UUID, *, limit: int = 200) -> list[dict[str, Any]]:
        """Return the changes of a record seen in full, newest first, masked by today's rights."""
        meta = await self.meta(actor, collection)
        async with self.database.unit(actor, readonly=True, generic_plan=True) as unit:
            found = await unit.look_up(meta, record)
            if found is None or not meta.declared.history:
                return []
            readable, _, full = self.rights(actor, meta, found)
            if not full:
                return []
            unit.become(system_actor(actor.tenant, "pipeline"))
            rows = await unit.fetch(_HISTORY, actor.tenant, collection, record, limit)
        return [in_language(_entry(row, readable, meta), actor.language) for row in rows]

    async def touched(self, actor: Actor, collection: str, request: str, since: datetime) -> list[UUID]:
        """Return the records that a request of an actor itself changed since a moment."""
        async with self.database.unit(system_actor(actor.tenant, "pipeline"), readonly=True) as unit:
            rows = await unit.fetch(_TOUCHED, actor.tenant, since, collection, actor.user, request)
        return [row["record"] for row in rows]

    async def acts_done(self, actor: Actor) -> dict[str, int]:
        """Return in which collections an actor has written among the last writes of the company, and how often."""
        async with self.database.unit(system_actor(actor.tenant, "pipeline"), readonly=True) as unit:
            rows = await unit.fetch(_ACTS_DONE, actor.tenant, actor.user, _LAST_WRITES)
        return {row["collection"]: row["n"] for row in rows}


def _only_rows(query: Query, most: int) -> Query:
    return Query(filter=query.filter, search=query.search, found=query.found, most=most)


def _entry(row: Any, readable: frozenset[str], meta: CollectionMeta) -> dict[str, Any]:
    seen = {n: _remembered(meta, n, c) for n, c in row["changes"].items() if n in readable}
    return {
        "id": str(row["id"]),
        "at": row["at"],
        "actor": str(row["actor"]) if row["actor"] else None,
        "actor_name": row["actor_name"],
        "roles": row["roles"],
        "via": row["via"],
        "origin": row["origin"],
        "request_id": row["request_id"],
        "reason": row["reason"],
        "verb": row["verb"],
        "version": row["version"],
        "changes": seen,
        "hidden": len(row["changes"]) - len(seen),
    }


def _remembered(meta: CollectionMeta, name: str, change: list[Any]) -> list[Any]:
    """Return a change as it is told: where its values are forgotten, that they are, in words as far as words fit."""
    if not isinstance(change[1], dict) or ERASED not in change[1]:
        return change
    return [None, _ERASED.stored() if meta.fields[name].kind in _WORDS else None]


_HISTORY = """
SELECT a.id, a.at, a.actor, a.actor_name, a.roles, a.via, a.origin, a.request_id, a.reason, a.verb, a.version, a.changes
  FROM audit a WHERE a.tenant_id = $1 AND a.collection = $2 AND a.record = $3 ORDER BY a.at DESC, a.id DESC LIMIT $4
"""
_ACTS_DONE = """
SELECT a.collection, count(*) AS n FROM
 (SELECT collection, actor, id, act FROM audit WHERE tenant_id = $1 ORDER BY at DESC LIMIT $3) AS a
 WHERE a.actor = $2 AND a.id = a.act GROUP BY a.collection
"""
_TOUCHED = """
SELECT record FROM audit WHERE tenant_id = $1 AND at >= $2 AND collection = $3 AND actor = $4 AND request_id = $5
 AND id = act ORDER BY at, id"""
