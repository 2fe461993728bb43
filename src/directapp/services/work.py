"""Work: the life of a write inside one transaction, steps 3 to 10. The same for every interface."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from directapp.declare.case import Case, Many, One
from directapp.declare.fields import Field
from directapp.declare.names import FieldNames, plain
from directapp.declare.spec import CollectionMeta, Spec
from directapp.kernel.actor import Actor, system_actor
from directapp.kernel.errors import ConflictError, ForbiddenError, NotFoundError, StaleError
from directapp.kernel.ids import uuid7
from directapp.services import validation
from directapp.services.cached import question
from directapp.services.drafts import Batch, Draft, TakenError, equals_of, events_of, tokens_of_draft, written_values
from directapp.services.emitting import Emitting
from directapp.services.seen import Seen, Then
from directapp.services.stale import UNSEEN, Saw
from directapp.services.status_words import as_facts, demand_reached, first_status
from directapp.services.subjects import actors_of, pointed_to
from directapp.services.tallying import Tallying
from directapp.store.changes import AuditEntry, Change
from directapp.store.figures import compile_count
from directapp.store.query import Query
from directapp.store.unit import Found, Unit

_MAX_DEPTH = 6
UNASKED: Any = object()


@dataclass(slots=True, kw_only=True)
class Work:
    """One transaction's work for one intent, nested writes included.

    ``target`` is the record that it is about (None: a new one).
    """

    spec: Spec
    unit: Unit
    actor: Actor
    origin: str
    now: datetime
    # What the audit says, where this is not the present.
    at: datetime | None = None
    reason: str | None = None
    request_id: str | None = None
    confirmed: bool = False
    changes: dict[str, Any] = field(default_factory=dict)
    touched: list[tuple[str, UUID]] = field(default_factory=list)
    batch: Batch | None = None
    tallying: Tallying = field(init=False)
    emitting: Emitting = field(init=False)
    target: tuple[str, UUID | None] | None = None
    _depth: int = 0
    _hit: bool = False
    _stands: bool = False

    def __post_init__(self) -> None:
        """Begin with nothing lifted, and nothing to emit."""
        self.tallying = Tallying(self.unit, self.now)
        self.emitting = Emitting(self.spec, self.actor)

    async def update(
        self,
        meta: CollectionMeta,
        record: UUID,
        patch: Mapping[str, Any],
        *,
        verb: str = "update",
        saw: Saw = UNSEEN,
        status: str | None = None,
    ) -> Seen:
        """Change a record: look-up, fields, values, version, workflow, rules, write, consequences."""
        self._refuse_anywhere(meta, patch)
        # Whoever writes in between would make this write, or theirs, a conflict that nobody asked for.
        await self.unit.lock(record)
        found = await self.unit.look_up(meta, record)
        if found is None:
            raise NotFoundError
        draft = await self._changed(meta, found, patch, verb=verb, saw=saw, status=status)
        if not draft.case.patch:
            return Seen(meta.name, record, draft.case.row)
        await self._demand_standing(meta, record)
        return await self.store(draft)

    async def update_all(
        self, meta: CollectionMeta, patches: Mapping[UUID, Mapping[str, Any]], *, verb: str
    ) -> list[Seen]:
        """Change many records in as few statements as one: what a system actor does to a batch of them."""
        await self.unit.lock_all(patches)
        found = await self.unit.look_up_all(meta, list(patches))
        if len(found) != len(patches):
            raise NotFoundError
        drafts = []
        for record, patch in patches.items():
            self._refuse_anywhere(meta, patch)
            draft = await self._changed(meta, found[record], patch, verb=verb)
            drafts += [draft] if draft.case.patch else []
        return await self._store_all(meta, drafts)

    async def _demand_standing(self, meta: CollectionMeta, record: UUID) -> None:
        """Refuse who changes people and has lost a role meanwhile: of two who shut each other out one stays."""
        who = self.actor
        if meta.declared.actors is None or who.user in {None, record} or self._stands:
            return
        assert who.user is not None
        await self.unit.lock(who.user)
        present = await actors_of(self.unit, meta, [who.user])
        if not present or not who.roles <= present[0].roles:
            raise ForbiddenError
        self._stands = True

    def _refuse_anywhere(self, meta: CollectionMeta, patch: Mapping[str, Any]) -> None:
        who = self.unit.actor
        asked = [n for n in patch if n != "status" or not meta.declared.workflow]
        anywhere = validation.writable_anywhere(meta, meta.grants_of(who.roles), create=False)
        validation.refuse_fields(meta, asked, anywhere if not who.is_system else frozenset(meta.fields))

    async def _changed(
        self,
        meta: CollectionMeta,
        found: Found,
        patch: Mapping[str, Any],
        *,
        verb: str,
        saw: Saw = UNSEEN,
        status: str | None = None,
    ) -> Draft:
        """Judge a change; a draft without a patch changes nothing."""
        who, before = self.unit.actor, found.row
        patch = dict(patch)
        asked = patch.pop("status", None) if meta.declared.workflow else None
        related = validation.pop_related(self.spec, meta, before)
        flow = meta.declared.workflow
        if flow and asked is not None:
            patch = as_facts(flow, asked, before["status"], patch, self.now)
        if not who.is_system:
            validation.refuse_row(meta, meta.grants_of(who.roles), found, patch)
        values = validation.understand(meta, patch, before, validation.manner_of(who, self.origin))
        if status is not None and status != before.get("status"):
            values["status"] = status
        if not values:
            if flow and asked is not None:
                demand_reached(meta, flow, asked, (str(before["status"]),))
            return Draft(meta, before["id"], Case(row=before, actor=who, now=self.now), ())
        saw.refuse_stale(meta, values, found, who)
        values |= await pointed_to(self.unit, meta, values, {**before, **values}, before)
        earlier = related
        related = await self.refresh_related(meta, before, values, related)
        row = {**before, **values}
        case = self.case(row, before=before, patch=values, related=related, earlier=earlier, verb=verb)
        case, events = validation.judged(meta, case, by_verb=status is not None, asked=asked)
        return Draft(meta, before["id"], case, events)

    async def create(self, meta: CollectionMeta, values: Mapping[str, Any], *, verb: str = "create") -> Seen:
        """Create a record; its rights are asked before and, row by row, after the insert."""
        draft, given = await self._new(meta, values, verb)
        seen = await self.store(draft)
        if not self.unit.actor.is_system:
            await self._check_created(meta, seen, given)
        return seen

    async def create_all(
        self,
        meta: CollectionMeta,
        rows: Sequence[Mapping[str, Any]],
        *,
        verb: str,
        then: Then | None = None,
        later: bool = False,
    ) -> list[Seen]:
        """Create many records in as few statements as one: what a system actor puts down at once.

        A person's new records are looked at one by one after the write.
        """
        if not self.unit.actor.is_system:
            raise ForbiddenError
        # What a named system actor puts down is written while it acts.
        waiting = self.batch if later and self.unit.actor == self.actor else None
        batch = waiting or Batch()
        drafts = [(await self._new(meta, values, verb))[0] for values in rows]
        follows = [(draft, then(plain(draft.case.row))) for draft in drafts] if then else []
        batch.drafts += drafts
        batch.events += [self.emitting.row(f[0], draft.record, {}, f[1]) for draft, f in follows if f]
        return [] if waiting else await self.write(batch)

    async def write(self, batch: Batch) -> list[Seen]:
        """Write what was put down, a statement for each collection."""
        self.emitting.pending += batch.events
        alike: dict[str, list[Draft]] = {}
        for draft in batch.drafts:
            alike.setdefault(draft.meta.name, []).append(draft)
        return [seen for drafts in alike.values() for seen in await self._store_all(drafts[0].meta, drafts)]

    async def _new(self, meta: CollectionMeta, values: Mapping[str, Any], verb: str) -> tuple[Draft, set[str]]:
        """Judge a new record; return it with the names of the values that were given."""
        who = self.unit.actor
        grants = meta.grants_of(who.roles)
        values = dict(values)
        record = values.pop("id", None)
        asked = values.pop("status", None) if meta.declared.workflow else None
        if not any(g.create for g in grants):
            raise ForbiddenError
        if not who.is_system:
            validation.refuse_fields(meta, values, validation.writable_anywhere(meta, grants, create=True))
        parsed = {
            k: v
            for k, v in validation.understand(meta, values, None, validation.manner_of(who, self.origin)).items()
            if v is not None
        }
        row: dict[str, Any] = meta.columns | parsed | validation.defaults(meta, {**values, **parsed}, who, self.now)
        row["id"] = UUID(str(record)) if record and who.is_system else uuid7()
        row |= await pointed_to(self.unit, meta, parsed, row)
        flow = meta.declared.workflow
        if flow:
            row["status"] = first_status(flow, asked, system=who.is_system)
        related = await self.refresh_related(meta, {}, row, {})
        case = self.case(row, patch=parsed, related=related, verb=verb)
        case, events = validation.judged(
            meta, case, by_verb=bool(flow and asked and row["status"] == asked and who.is_system)
        )
        return Draft(meta, row["id"], case, events), set(parsed)

    async def delete(self, meta: CollectionMeta, record: UUID, *, version: int | None = None) -> None:
        """Delete a record where an entry allows it in its present state."""
        found = await self.unit.look_up(meta, record)
        if found is None:
            raise NotFoundError
        validation.pop_related(self.spec, meta, found.row)
        grants = meta.grants_of(self.unit.actor.roles)
        if version is not None and version != found.row["version"]:
            raise StaleError
        owns = [i for i, g in enumerate(grants) if g.delete and found.owns[i]]
        if not owns:
            raise ForbiddenError
        if not any(found.edits[i] for i in owns):
            raise ConflictError(validation.LOCKED.fill(state=validation.state_of(meta, found.row)))
        await self._demand_standing(meta, record)
        for one in meta.declared.events:
            if one.deletion:
                self.emitting.emit(one.event, record, {"was": validation.references(meta, found.row)})
        none, falling = dict.fromkeys(found.row), await self.tallying.falling(meta, found.row)
        entry = self._entry(meta, record, "delete", found.row["version"], validation.changes(meta, found.row, none))
        if not await self.unit.delete(meta, record, entry, self.emitting.take()):
            raise ForbiddenError
        self.touched.append((meta.name, record))
        for fallen, rows in falling:
            self.touched += await self.tallying.follow(fallen, [(row, None) for row in rows])

    # -- looking ----------------------------------------------------------------------------------

    async def look_up(self, collection: str, record: UUID, *, system: str | None, cached: bool = False) -> Seen:
        """Find a record that the actor, or the named system actor, sees."""
        found = await self.find(collection, {"id": record}, system=system, limit=1, cached=cached)
        if not found:
            raise NotFoundError
        return found[0]

    async def find(
        self,
        collection: str,
        equals: Mapping[str, Any],
        *,
        system: str | None,
        limit: int,
        only: Sequence[str] = (),
        cached: bool = False,
    ) -> list[Seen]:
        """Find records by equal values, with some of their columns or all."""
        key = question(self.unit, equals, system, limit, only)
        rows = self.unit.recalled.get(collection, {}).get(key) if cached else None
        if rows is None:
            async with self.acting(system):
                rows = await self.unit.find(self.spec[collection], limit, equals, only)
            if cached:
                self.unit.recalled.setdefault(collection, {})[key] = rows
        return [Seen(collection, row["id"], row) for row in rows]

    async def readable(self, collection: str, record: UUID, actor: Actor) -> frozenset[str]:
        """Return the fields that an actor reads of a record; none where it does not see it."""
        meta = self.spec[collection]
        with self.unit.acting_as(actor):
            found = await self.unit.look_up(meta, record)
        return frozenset() if found is None else validation.readable(meta, actor, found)

    async def count_seen(self, collection: str, actor: Actor, most: int) -> int:
        """Return how many records of a collection an actor sees, one past ``most`` where there are more."""
        meta = self.spec[collection]
        if not meta.grants_of(actor.roles):
            return 0
        with self.unit.acting_as(actor):
            plan = compile_count(self.spec, actor.roles, meta, Query(most=most))
            return int(await self.unit.run(plan, []))

    @asynccontextmanager
    async def acting(self, system: str | None) -> AsyncIterator[None]:
        """Go on as a named system actor, and back."""
        present = self.unit.actor
        if system is None or f"sys_{system}" in present.roles:
            yield
            return
        with self.unit.acting_as(system_actor(present.tenant, system)):
            yield

    async def finish(self) -> None:
        """Write the events that no write has taken along."""
        if events := self.emitting.take():
            await self.unit.put_events(events)

    def case(self, row: Mapping[str, Any], **known: Any) -> Case:
        """Return a row to be judged, as the present actor's; ``known`` as in Case."""
        lifted = frozenset(self.tallying.lifted)
        return Case(
            row=row,
            actor=self.unit.actor,
            now=self.now,
            lifted=lifted,
            confirmed=self.confirmed,
            fields=self.fields,
            **known,
        )

    def fields(self, collection: str) -> Mapping[str, Field]:
        """Return the fields of a collection by name, a company's own among them; {} for no collection."""
        meta = self.spec.get(collection)
        return meta.fields if meta else {}

    async def refresh_related(
        self, meta: CollectionMeta, before: Mapping[str, Any], values: Mapping[str, Any], related: dict[str, Any]
    ) -> dict[str, Any]:
        """Return the related records as they are to the row with new values laid over it."""
        row: Mapping[str, Any] = {**before, **values}
        asked = meta.declared.related
        keyed = any(isinstance(a, Many) and a.also for a in asked)
        stale = [a for a in asked if keyed or (a.column if isinstance(a, One) else a.via) in values]
        # Sums and levels that consequences write are judged on what nobody else is about to change.
        holds = meta.declared.consequences or meta.declared.tallies
        held = [a for a in asked if holds and isinstance(a, One) and a.hold]
        if not keyed and not held:
            known = {a.name: answer for a in stale if (answer := self._known(a, row, new=not before)) is not UNASKED}
            related, stale = {**related, **known}, [a for a in stale if a.name not in known]
        if not stale and not held:
            return related
        related, whole = dict(related), row
        who: dict[str, Any] = {"actor": self.actor, "now": self.now, "fields": self.fields}

        async def ask(these: Sequence[One | Many]) -> None:
            """Ask until what is found leads to nothing else: what must agree may itself be filled in from it."""
            nonlocal row
            answered: dict[str, Mapping[str, Any]] = {}
            for _ in range(len(these)):
                if keyed:
                    case = Case(row=whole, before=before or None, patch=values, **who, related=related)
                    row = plain(validation.filled(meta, case).row)
                wanted = [(one, equals) for one in these if (equals := equals_of(one, row)) != answered.get(one.name)]
                if not wanted:
                    return
                related.update(await self._ask(wanted))
                answered |= {one.name: equals for one, equals in wanted}
                if not keyed:
                    return

        async with self.acting("pipeline"):
            if keyed:
                await ask([a for a in asked if isinstance(a, One)])
            await self.unit.lock_all({ref for a in held for r in (before, row) if (ref := r.get(a.column))})
            await ask(asked if held else stale)
        return related

    def _known(self, asked: One | Many, _row: Mapping[str, Any], *, new: bool) -> Any:
        # Nothing can point to a new record yet.
        return [] if isinstance(asked, Many) and asked.via == "id" and new else UNASKED

    async def _ask(self, asked: Sequence[tuple[One | Many, Mapping[str, Any]]]) -> dict[str, Any]:
        """Return the related records by name, each as its JSON gives it, in one statement."""
        real = [(one, equals) for one, equals in asked if None not in equals.values()]
        rows = await self.unit.find_several([(self.spec[one.collection], e) for one, e in real], 500) if real else []
        found = {one.name: raw for (one, _), raw in zip(real, rows, strict=True)}
        return validation.related(self.spec, {one: found.get(one.name, ()) for one, _ in asked})

    def _written(self, draft: Draft) -> Change:
        """Return what is written of a draft; its events wait for the write."""
        meta, record, case = draft.meta, draft.record, draft.case
        values = written_values(draft, self.now, self.actor.user)
        for event, payload in events_of(draft, values).items():
            self.emitting.emit(event, record, payload)
        diff = validation.changes(meta, plain(case.before) if case.before else None, values)
        return Change(values, self._entry(meta, record, case.verb, values["version"], diff))

    async def store(self, draft: Draft) -> Seen:
        """Write a draft, with its audit row and events, and what follows from it."""
        meta, record, before, change = draft.meta, draft.record, draft.case.before, self._written(draft)
        try:
            if before is None:
                await self.unit.insert(meta, change, self.emitting.take(), tokens_of_draft(draft, change))
            elif not await self.unit.update(
                meta, record, before[FieldNames.version], change.row, change.audit, self.emitting.take()
            ):
                raise StaleError
        except asyncpg.UniqueViolationError as error:
            raise TakenError(meta, str(error.constraint_name), plain(draft.case.row)) from error
        return await self._stored(draft, change, indexed=before is None)

    async def _store_all(self, meta: CollectionMeta, drafts: Sequence[Draft]) -> list[Seen]:
        """Write drafts that are all new, or all changes, of one collection."""
        alike: dict[frozenset[str], list[tuple[Draft, Change]]] = {}
        for draft in drafts:
            change = self._written(draft)
            whole = Change({**change.row, "id": draft.record}, change.audit)
            alike.setdefault(frozenset(change.row), []).append((draft, whole))
        for pairs in alike.values():
            changes, events = [change for _, change in pairs], self.emitting.take()
            try:
                if pairs[0][0].case.before is None:
                    await self.unit.insert_all(meta, changes, events)
                elif not await self.unit.update_all(meta, changes, events):
                    raise StaleError
            except asyncpg.UniqueViolationError as error:
                raise TakenError(meta, str(error.constraint_name), plain(pairs[0][0].case.row)) from error
        written = [pair for pairs in alike.values() for pair in pairs]
        fresh = {d.record: tokens_of_draft(d, change) for d, change in written if d.case.before is None}
        await self.unit.index_fresh(meta, fresh)
        return [await self._stored(draft, change, indexed=draft.record in fresh) for draft, change in written]

    async def _stored(self, draft: Draft, change: Change, *, indexed: bool = False) -> Seen:
        """Do what follows a write: the index of the search, consequences."""
        meta, record, case, diff = draft.meta, draft.record, draft.case, change.audit.changes
        row = {**plain(case.row), **change.row}
        if not indexed and (tokens := tokens_of_draft(draft, change)):
            await self.unit.index(meta, record, tokens)
        if self._depth == 0:
            self.changes |= diff
        self.touched.append((meta.name, record))
        await self._follow_up(meta, case.merged(**change.row))
        self.tallying.lifted.discard(record)
        self.touched += await self.tallying.follow(meta, [(plain(case.before) if case.before else None, row)])
        await self.tallying.check(self._depth)
        return Seen(meta.name, record, row)

    async def _follow_up(self, meta: CollectionMeta, case: Case) -> None:
        if self._depth >= _MAX_DEPTH:
            raise RuntimeError(f"consequences of {meta.name} never end")
        self._depth += 1
        for brings in meta.declared.consequences:
            for item in brings(case):
                async with self.acting(item.system):
                    if item.target is None:
                        await self.create(self.spec[item.collection], item.patch)
                    else:
                        await self.update(self.spec[item.collection], item.target, item.patch)
        self._depth -= 1

    async def _check_created(self, meta: CollectionMeta, seen: Seen, given: set[str]) -> None:
        grants = meta.grants_of(self.unit.actor.roles)
        # By one entry alone the insert itself was let in, and its fields were judged before.
        if sum(g.create for g in grants) > 1:
            validation.refuse_created(meta, grants, await self.unit.owns(meta, seen.id), given)

    def _entry(self, meta: CollectionMeta, record: UUID, verb: str, version: int, diff: dict[str, Any]) -> AuditEntry:
        present = self.unit.actor
        first = not self._hit and self.target in {(meta.name, record), (meta.name, None)}
        self._hit = self._hit or first
        return AuditEntry(
            id=self.emitting.act if first else uuid7(),
            act=self.emitting.act,
            actor=self.actor,
            at=self.at,
            collection=meta.name,
            record=record,
            verb=verb,
            version=version,
            changes=diff,
            origin=self.origin,
            via=present.name if present.is_system and present != self.actor else None,
            request_id=self.request_id,
            reason=self.reason,
        )
