"""One reading of a source: what each row comes to, what is known of it already, and the writing of it."""

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import Any
from uuid import UUID

import asyncpg
import structlog

from directapp.declare.names import STATUS, plain
from directapp.declare.reading import code_key
from directapp.declare.spec import CollectionMeta
from directapp.kernel.actor import Actor
from directapp.kernel.errors import DirectAppError, NotFoundError
from directapp.kernel.text import _
from directapp.services import validation
from directapp.services.drafts import TakenError
from directapp.services.emitting import Silent
from directapp.services.fitting import fitted
from directapp.services.incoming import Incoming, Note, Pointer, Raw, Reader, Result
from directapp.services.ledger import Bookkeeper, Known, hash_of, three_way
from directapp.services.many import ManyWork, Put
from directapp.services.pipeline import Pipeline
from directapp.services.seen import Seen
from directapp.services.work import Work
from directapp.store.unit import Unit

_log = structlog.get_logger(__name__)
_LONGEST_ID, _FEW, _AT_ONCE, _MOST_NAMED = 100, 3, 100, 10
_REPEATED = _("{label} {value} also stands in row {rows}. Choose which to take in.")
_TAKEN = _("{label} {value} already stands on another record. Correct the row, or skip it.")
_NO_RECORD = _("“{value}” was not found.")
_LEFT_OUT = _("“{value}” was not found; left empty.")
_THERE = _("Was there already and was not changed.")
_WAITING = _("Still waits for a decision or a correction.")
_SKIPPED = _("Skipped by decision.")
_UNFORESEEN = _("The row could not be read. Look at its values, or enter it by hand.")
_LONG_ID = _("The row has an id of more than 100 characters.")
_FITS_SEVERAL = _("{label} {value} stands on several records. Correct the row, or skip it.")
_GONE = _("The record was deleted here and does not come back.")
_KEPT = _("{label} was changed here since and stays as it is.")


@dataclass(frozen=True, slots=True)
class Plan:
    """A row about to be written: what it comes to, its hash, and what is known of it from before."""

    incoming: Incoming
    hash: str
    known: Known | None = None
    row: UUID | None = None

    @property
    def raw(self) -> Raw:
        """The row as it came."""
        return Raw(self.incoming.collection, self.incoming.number, self.incoming.data)

    @property
    def is_newer(self) -> bool:
        """Whether the row was read before and has changed in the source since."""
        return self.known is not None and self.row is None and self.known.hash != self.hash

    def result(self, outcome: str, *notes: Note, record: UUID | None = None, status: str | None = None) -> Result:
        """Return what came of it."""
        return Result(
            raw=self.raw,
            outcome=outcome,
            notes=(*self.incoming.notes, *notes),
            record=record,
            external=self.incoming.external,
            hash=self.hash,
            status=status,
            row=self.row,
            replaces=self.known.row if self.is_newer and self.known is not None and self.known.waits else None,
        )


@dataclass(slots=True)
class Session:
    """One reading of a source: what is known already, which records its ids stand for, and the writing."""

    pipeline: Pipeline
    books: Bookkeeper
    actor: Actor
    reader: Reader
    records: dict[tuple[str, str], UUID] = field(default_factory=dict)
    found: dict[Pointer, UUID | None] = field(default_factory=dict)
    touched: list[tuple[str, UUID]] = field(default_factory=list)

    # -- what is to be done ------------------------------------------------------------------------

    async def plan(self, raws: Sequence[Raw]) -> list[Plan]:
        """Understand every row, recognise those read before, and hold back what stands twice."""
        incoming = []
        for raw in raws:
            incoming.append(self._understood(fitted(raw)))
            await asyncio.sleep(0)
        known = await self._remember([i.external for i in incoming if i.external])
        plans = [
            Plan(i, hash_of(i.data), known.get((i.collection, i.external)) if i.external else None) for i in incoming
        ]
        return await self._hold_repeated(plans)

    def _understood(self, raw: Raw) -> Incoming:
        """Understand a row; what nobody foresaw in it rejects it, and never stops the others."""
        try:
            incoming = self.reader.understand(raw)
        except Exception:  # noqa: BLE001 - one row never stops the others
            _log.exception("a row could not be understood", collection=raw.collection, row=raw.number)
            note = Note(level="rejected", text=_UNFORESEEN)
            return Incoming(collection=raw.collection, number=raw.number, data=raw.data, values={}, notes=(note,))
        if incoming.external is not None and len(incoming.external) > _LONGEST_ID:
            note = Note(level="rejected", text=_LONG_ID, before=incoming.external[:_LONGEST_ID])
            return replace(incoming.noted(note), external=None)
        return incoming

    async def fresh(self, plans: Sequence[Plan]) -> list[Plan]:
        """Return the plans with what another import has read in the meantime; what it has settled is left out."""
        again = [p.row for p in plans if p.row is not None]
        waiting = {row.row for row in await self.books.known(id=again) if row.waits} if again else set()
        plans = [p for p in plans if p.row is None or p.row in waiting]
        asked = [p.incoming.external for p in plans if p.row is None and p.known is None and p.incoming.external]
        known = await self._remember(asked)
        return [
            p if p.known or p.row or not p.incoming.external
            else replace(p, known=known.get((p.incoming.collection, p.incoming.external)))
            for p in plans
        ]  # fmt: skip

    async def plan_again(self, rows: Sequence[Known]) -> list[Plan]:
        """Understand corrected and decided rows again; the others only count as repeating them."""
        await self._remember([row.external for row in rows if row.external])
        waiting = [row for row in rows if row.waits and row.decision != "skip"]
        plans = [self._plan_row(row) for row in waiting]
        answered: dict[UUID | None, str | None] = {
            row.row: row.decision for row in waiting if row.corrected is not None or row.decision
        }
        held = await self._hold_repeated(plans)
        free = [plan if answered.get(again.row) == "take" else again for plan, again in zip(plans, held, strict=True)]
        skipped = [self._plan_row(row) for row in rows if row.waits and row.decision == "skip"]
        return [plan for plan in free if plan.row in answered] + skipped

    def _plan_row(self, row: Known) -> Plan:
        raw = Raw(row.collection, row.number, row.merged)
        if row.decision == "skip":
            left = Incoming(collection=row.collection, number=row.number, data=row.data, values={})
            return Plan(left.noted(Note(level="info", text=_SKIPPED)), row.hash, row, row.row)
        incoming = self._understood(raw)
        return Plan(incoming.released() if row.decision == "take" else incoming, row.hash, None, row.row)

    async def _remember(self, externals: list[str]) -> dict[tuple[str, str], Known]:
        latest: dict[tuple[str, str], Known] = {}
        for row in await self.books.known(external_id=externals) if externals else ():
            assert row.external is not None
            key = (row.collection, row.external)
            if row.record is not None:
                self.records[key] = row.record
            if row.outcome != "unchanged" or row.decision == "skip":
                latest[key] = row
        return latest

    async def _hold_repeated(self, plans: Sequence[Plan]) -> list[Plan]:
        places: dict[tuple[str, str, str], list[int]] = defaultdict(list)
        spec = await self.pipeline.database.spec_of(self.actor.tenant)
        for place, plan in enumerate(plans):
            if place % _AT_ONCE == 0:
                await asyncio.sleep(0)
            i = plan.incoming
            once = {**i.once, "id": i.external} if i.external else i.once
            for name, value in once.items():
                item = spec[i.collection].fields[name]
                places[i.collection, name, code_key(str(value)) if item.code else str(value)].append(place)
        held = list(plans)
        for (collection, name, value), group in places.items():
            if len(group) > 1:
                await asyncio.sleep(0)
            for place in group if len(group) > 1 else ():
                rows = _others(place, group, plans)
                label = spec[collection].fields[name].label
                own = plans[place].incoming.once.get(name, value)
                text = _REPEATED.fill(label=label, value=own, rows=rows)
                note = Note(level="held", text=text, field=name, before=own)
                held[place] = replace(held[place], incoming=held[place].incoming.noted(note))
        return held

    async def write_all(self, unit: Unit, plans: Sequence[Plan]) -> list[Result]:
        """Write rows together, or fewer at a time and at last one by one, so that only what is wrong is refused."""
        results: list[Result] = []
        for _key, alike in groupby(plans, key=lambda p: (p.incoming.collection, self._alone(p))):
            results += await self._write_some(unit, list(alike))
        return results

    async def _write_some(self, unit: Unit, plans: Sequence[Plan]) -> list[Result]:
        if len(plans) <= _FEW or self._alone(plans[0]):
            return [await self.write(unit, plan) for plan in plans]
        try:
            async with unit.savepoint():
                return await self._together(unit, plans)
        except (asyncpg.PostgresConnectionError, OSError):
            raise
        except Exception:  # noqa: BLE001 - which row it was shows when they are fewer
            middle = len(plans) // 2
            return [*await self._write_some(unit, plans[:middle]), *await self._write_some(unit, plans[middle:])]

    def _alone(self, plan: Plan) -> bool:
        """Whether a row must be written by itself: it continues an earlier one, or may point to one beside it."""
        i = plan.incoming
        own = any(isinstance(v, Pointer) and v.collection == i.collection for v in i.values.values())
        return own or plan.is_newer or "id" in i.match or len(i.match) > 1

    async def _together(self, unit: Unit, plans: Sequence[Plan]) -> list[Result]:
        """Write rows of one collection in as few statements as one."""
        work = self._work(unit)
        meta = work.spec[plans[0].incoming.collection]
        there = await self._all_there(work, meta, plans)
        results: list[Result | None] = []
        puts: list[tuple[int, Plan, Put]] = []
        for place, plan in enumerate(plans):
            result, ready, put = await self._prepared(unit, meta, plan, there)
            results.append(result)
            if put is not None:
                puts.append((place, ready, put))
        done = await work.put_all(meta, [put for _, _, put in puts])
        await work.finish()
        for (place, plan, put), seen in zip(puts, done, strict=True):
            results[place] = (
                plan.result("rejected", *_refused(seen))
                if isinstance(seen, DirectAppError)
                else self._settled(plan, put, seen, there)
            )
        self.touched += work.touched
        return [result for result in results if result is not None]

    async def _prepared(
        self, unit: Unit, meta: CollectionMeta, plan: Plan, there: Mapping[Any, list[Seen]]
    ) -> tuple[Result | None, Plan, Put | None]:
        """Return what came of a row already, or what is to be put for it."""
        before = self._settled_before(plan)
        if before is not None:
            return before, plan, None
        values, notes = await self._resolve(unit, plan.incoming)
        plan = replace(plan, incoming=plan.incoming.noted(*notes))
        if plan.incoming.has("rejected"):
            return plan.result("rejected"), plan, None
        live = there.get(next(iter(plan.incoming.match.values()), None), [])
        if len(live) > 1:
            return self._fits_several(meta, plan), plan, None
        if live and not plan.incoming.update:
            plan = replace(plan, incoming=plan.incoming.noted(Note(level="info", text=_THERE)))
            self._remember_as(plan, live[0])
            return plan.result("unchanged", record=live[0].id, status=live[0].row.get(STATUS)), plan, None
        status = {} if live or plan.incoming.status is None else {"status": plan.incoming.status}
        return None, plan, Put(live[0].id if live else None, {**values, **status})

    async def _all_there(self, work: Work, meta: CollectionMeta, plans: Sequence[Plan]) -> dict[Any, list[Seen]]:
        """Return the open records that rows may mean, by the value that tells."""
        asked: dict[str, list[Any]] = defaultdict(list)
        for plan in plans:
            for name, value in plan.incoming.match.items():
                if value is not None:
                    asked[name].append(value)
        found: dict[Any, list[Seen]] = defaultdict(list)
        for name, values in asked.items():
            for seen in await work.find(meta.name, {name: values}, system=None, limit=20 * len(values)):
                if not _is_locked(meta, seen):
                    found[plain(seen.row)[name]].append(seen)
        return found

    def _settled(self, plan: Plan, put: Put, seen: Seen, there: Mapping[Any, list[Seen]]) -> Result:
        self._remember_as(plan, seen)
        if put.record is None:
            outcome = "repaired" if plan.incoming.has("repaired") else "created"
        else:
            earlier = there[next(iter(plan.incoming.match.values()))][0]
            outcome = "unchanged" if seen.version == earlier.version else "changed"
        return plan.result(outcome, record=seen.id, status=seen.row.get(STATUS))

    def _remember_as(self, plan: Plan, seen: Seen) -> None:
        if plan.incoming.external is not None:
            self.records[seen.collection, plan.incoming.external] = seen.id

    @staticmethod
    def _settled_before(plan: Plan) -> Result | None:
        """Return what came of a row of which nothing is to be written."""
        if plan.known is not None and not plan.is_newer:
            return _as_before(plan, plan.known)
        if plan.incoming.has("rejected") or plan.incoming.has("held"):
            return plan.result("rejected" if plan.incoming.has("rejected") else "held")
        return None

    @staticmethod
    def _fits_several(meta: CollectionMeta, plan: Plan) -> Result:
        notes = [
            Note(level="held", text=_FITS_SEVERAL.fill(label=meta.fields[n].label, value=v), field=n)
            for n, v in plan.incoming.match.items()
        ]
        return plan.result("held", *notes)

    async def write(self, unit: Unit, plan: Plan) -> Result:
        """Write one row, and undo it alone when it is refused."""
        before = self._settled_before(plan)
        if before is not None:
            return before
        meta = unit.spec[plan.incoming.collection]
        try:
            async with unit.savepoint():
                return await self._place(unit, meta, plan)
        except (asyncpg.PostgresConnectionError, OSError):
            raise
        except Exception as error:  # noqa: BLE001 - one row never stops the others
            return await self._refusal(meta, plan, error)

    async def _refusal(self, meta: CollectionMeta, plan: Plan, error: Exception) -> Result:
        if isinstance(error, TakenError):
            return await self._taken(meta, plan, error)
        if isinstance(error, asyncpg.PostgresError):
            error = await self.pipeline.translated(meta, self.actor, error)
        if isinstance(error, DirectAppError):
            return plan.result("rejected", *_refused(error))
        _log.error("a row could not be written", collection=meta.name, row=plan.incoming.number, exc_info=error)
        return plan.result("rejected", Note(level="rejected", text=_UNFORESEEN))

    async def _place(self, unit: Unit, meta: CollectionMeta, plan: Plan) -> Result:
        work = self._work(unit)
        incoming = plan.incoming
        values, notes = await self._resolve(unit, incoming)
        plan = replace(plan, incoming=incoming.noted(*notes))
        if plan.incoming.has("rejected"):
            return plan.result("rejected")
        if plan.known is not None and plan.known.record is not None:
            return await self._merge(unit, work, meta, plan, values)
        live = await self._there(work, incoming)
        if len(live) > 1:
            return self._fits_several(meta, plan)
        there = live[0] if live else None
        if there is None:
            seen = await work.create(meta, values if incoming.status is None else {**values, "status": incoming.status})
            outcome = "repaired" if plan.incoming.has("repaired") else "created"
        elif incoming.update:
            seen = await work.update(meta, there.id, values)
            outcome = "unchanged" if seen.version == there.version else "changed"
        else:
            plan = replace(plan, incoming=plan.incoming.noted(Note(level="info", text=_THERE)))
            seen, outcome = there, "unchanged"
        await work.finish()
        return self._settle(work, plan, outcome, seen)

    def _settle(self, work: Work, plan: Plan, outcome: str, seen: Seen) -> Result:
        self.touched += work.touched
        self._remember_as(plan, seen)
        return plan.result(outcome, record=seen.id, status=seen.row.get(STATUS))

    async def _there(self, work: Work, incoming: Incoming) -> list[Seen]:
        """Return the records that a row may mean, closed ones left out."""
        match = dict(incoming.match)
        if not match or any(value is None for value in match.values()):
            return []
        if "id" in match:
            return [await work.look_up(incoming.collection, match["id"], system=None)]
        found = await work.find(incoming.collection, match, system=None, limit=20)
        return [seen for seen in found if not _is_locked(work.spec[incoming.collection], seen)]

    async def _merge(self, unit: Unit, work: Work, meta: CollectionMeta, plan: Plan, values: dict[str, Any]) -> Result:
        """Take what the source has changed since, where nobody here has changed the same."""
        known = plan.known
        assert known is not None
        assert known.record is not None
        try:
            seen = await work.look_up(meta.name, known.record, system=None)
        except NotFoundError:
            return plan.result("unchanged", Note(level="info", text=_GONE), record=known.record)
        earlier = self.reader.understand(Raw(known.collection, known.number, known.merged))
        before, _ = await self._resolve(unit, earlier)
        patch, kept = three_way(meta, plain(seen.row), validation.understand(meta, before, None), _parsed(meta, values))
        status = seen.row.get(STATUS)
        moved = plan.incoming.status not in {None, earlier.status, status}
        if moved and status == earlier.status:
            status = plan.incoming.status
        elif moved:
            kept.append("status")
        notes = [
            Note(level="warning", text=_KEPT.fill(label=meta.fields[n].label), field=n, before=values.get(n))
            for n in kept
        ]
        flow = meta.declared.workflow is not None
        done = await work.update(meta, seen.id, patch, status=str(status) if flow else None)
        await work.finish()
        changed = done.version != seen.version
        plan = replace(plan, incoming=plan.incoming.noted(*notes))
        return self._settle(work, plan, "changed" if changed else "unchanged", done)

    async def _resolve(self, unit: Unit, incoming: Incoming) -> tuple[dict[str, Any], list[Note]]:
        values: dict[str, Any] = {}
        notes = []
        for name, value in incoming.values.items():
            if not isinstance(value, Pointer):
                values[name] = value
                continue
            record = await self._record(unit, value)
            if record is not None:
                values[name] = record
                continue
            text = (_NO_RECORD if value.required else _LEFT_OUT).fill(value=value.value)
            level: Any = "rejected" if value.required else "warning"
            notes.append(Note(level=level, text=text, field=name, before=value.value))
        return values, notes

    async def _record(self, unit: Unit, pointer: Pointer) -> UUID | None:
        if pointer.column is None:
            await self._recall(pointer)
            return self.records.get((pointer.collection, pointer.value))
        if pointer not in self.found:
            rows = await unit.find(unit.spec[pointer.collection], 2, {pointer.column: pointer.value})
            one = rows[0]["id"] if len(rows) == 1 else None
            if one is None:
                return None
            self.found[pointer] = one
        return self.found[pointer]

    async def _recall(self, pointer: Pointer) -> None:
        """Look in the ledger for a record that this reading does not hold."""
        key = (pointer.collection, pointer.value)
        if key in self.records or pointer in self.found:
            return
        self.found[pointer] = None
        for row in await self.books.known(collection=pointer.collection, external_id=pointer.value):
            if row.record is not None:
                self.records[key] = row.record

    def _work(self, unit: Unit) -> ManyWork:
        spec, now = unit.own.over(self.pipeline.spec), self.pipeline.clock()
        work = ManyWork(
            spec=spec, unit=unit, actor=self.actor, origin="import", now=now, at=self.pipeline.audited_at(now)
        )
        if self.actor.is_system:
            work.emitting = Silent(spec, work.actor)
        return work

    async def _taken(self, meta: CollectionMeta, plan: Plan, error: TakenError) -> Result:
        names = error.unique.fields if error.unique else tuple(n for n in (error.sign_in,) if n)
        waits = bool(names) and set(names) <= set(plan.incoming.once)
        if not waits:
            return plan.result("rejected", *_refused(await self.pipeline.translated(meta, self.actor, error)))
        texts = [(n, _TAKEN.fill(label=meta.fields[n].label, value=error.row.get(n))) for n in names]
        return plan.result("held", *(Note(level="held", text=text, field=n) for n, text in texts))

    async def told(self) -> None:
        """Tell the application what is safely written."""
        if self.touched and self.pipeline.after_commit:
            await self.pipeline.after_commit(self.actor, self.touched, True)
        self.touched = []


def _others(place: int, group: Sequence[int], plans: Sequence[Plan]) -> str:
    """Return the numbers of the other rows of a group, of many only the first."""
    others = [p for p in group[: _MOST_NAMED + 1] if p != place][:_MOST_NAMED]
    more = " …" if len(group) - 1 > len(others) else ""
    return ", ".join(str(plans[p].incoming.number) for p in others) + more


def _is_locked(meta: CollectionMeta, seen: Seen) -> bool:
    """Whether a record is closed, so that a row with its values means a new one."""
    state = meta.declared.workflow.state(seen.row.get(STATUS)) if meta.declared.workflow else None
    return state is not None and state.locked


def _as_before(plan: Plan, known: Known) -> Result:
    still = known.decision != "skip" and known.waits and plan.row is None
    notes = plan.incoming.notes if plan.row is not None else ()
    bare = replace(plan, incoming=replace(plan.incoming, notes=notes))
    told = (Note(level="info", text=_WAITING),) if still else ()
    return replace(bare.result("unchanged", *told, record=known.record), waits_still=still)


def _refused(error: DirectAppError) -> list[Note]:
    return [Note(level="rejected", text=p.message, field=p.field) for p in error.problems]


def _parsed(meta: CollectionMeta, values: Mapping[str, Any]) -> dict[str, Any]:
    return validation.understand(meta, values, None)
