"""Ledger: what is kept of every import: its run, and each row with what came of it, so that nothing is lost."""

import asyncio
import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from directapp.declare.spec import CollectionMeta
from directapp.kernel.actor import Actor, system_actor
from directapp.kernel.text import _
from directapp.services.incoming import Ledger, Note, Reader, Result
from directapp.services.intent import Intent
from directapp.services.pipeline import Pipeline
from directapp.services.seen import Seen
from directapp.services.work import Work
from directapp.store.unit import Unit

IMPORTER = "importer"
MOST_ROWS = 200_000
_AT_ONCE = 25
_NEWER = _("A newer version of the row has been read since.")
OUTCOMES = ("created", "repaired", "changed", "unchanged", "held", "rejected")

_OWN = frozenset({"created_at", "created_by", "updated_at", "updated_by"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """An import that is asked for: from which source, written as whom, tried out or for good.

    ``by`` is the person who asked; with ``actor`` a system actor the rows are written as that one.
    """

    actor: Actor
    reader: Reader
    name: str
    dry_run: bool = True
    by: Actor | None = None
    collection: str | None = None
    file: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A row that an earlier import has read: what came of it, and what a person has said about it since."""

    row: UUID
    run: UUID
    collection: str
    number: int
    external: str | None
    outcome: str
    hash: str
    record: UUID | None
    data: Mapping[str, Any]
    corrected: Mapping[str, Any] | None
    decision: str | None
    notes: tuple[Mapping[str, Any], ...] = ()

    @property
    def merged(self) -> dict[str, Any]:
        """The row as it came, with its corrections."""
        return {**self.data, **(self.corrected or {})}

    @property
    def waits(self) -> bool:
        """Whether a person has to do something before the row is in."""
        return self.outcome in {"held", "rejected"}


@dataclass(slots=True)
class Report:
    """What came of an import, row by row; ``earlier`` counts what it had stored before it was stopped."""

    run: UUID
    dry_run: bool
    results: list[Result] = field(default_factory=list)
    earlier: Counter[str] = field(default_factory=Counter)

    @property
    def outcomes(self) -> Counter[str]:
        """How many rows came to what."""
        return self.earlier + Counter(result.outcome for result in self.results)

    @property
    def still_waiting(self) -> int:
        """How many rows wait for a person since an earlier import."""
        return sum(result.waits_still for result in self.results)

    def figures(self) -> dict[str, dict[str, int]]:
        """Return the outcomes of each collection, in the order they were read."""
        counted: dict[str, Counter[str]] = {}
        for result in self.results:
            counted.setdefault(result.raw.collection, Counter())[result.outcome] += 1
        return {name: {o: found[o] for o in OUTCOMES} for name, found in counted.items()}

    def statuses(self) -> dict[str, int]:
        """Return how many of the rows taken in have which status."""
        taken = (r.status for r in self.results if r.status and r.outcome in {"created", "repaired"})
        return dict(Counter(taken).most_common())


def hash_of(data: Mapping[str, Any]) -> str:
    """Return the fingerprint of a row as it came."""
    return hashlib.sha256(orjson.dumps(data, option=orjson.OPT_SORT_KEYS, default=str)).hexdigest()


@dataclass(frozen=True, slots=True)
class Bookkeeper:
    """Reads and writes the ledger of a tenant, as the importer."""

    pipeline: Pipeline
    ledger: Ledger
    tenant: UUID

    @property
    def actor(self) -> Actor:
        """Who keeps the books."""
        return system_actor(self.tenant, IMPORTER)

    async def open(self, order: Order, total: int) -> UUID:
        """Begin a run and return its id."""
        return (await self.begin(order, total, key=None, said=None))[0]

    async def begin(self, order: Order, total: int, *, key: str | None, said: str | None) -> tuple[UUID, bool]:
        """Begin a run and return its id, and whether it began now: with the same key, as in an Intent, one is begun."""
        values = {
            "source": order.reader.source,
            "name": order.name,
            "file": order.file,
            "collection": order.collection,
            "columns": order.reader.context,
            self.ledger.site: order.by.site if order.by is not None and not order.actor.is_system else None,
            "dry_run": order.dry_run,
            "rows_total": total,
            "created_by": order.by.user if order.by is not None else None,
        }
        done = await self.pipeline.perform(replace(self._intent("create", None, values), key=key, said=said))
        assert done.record is not None
        return done.record, not done.replayed

    async def opened(self, key: str | None, said: str) -> UUID | None:
        """Return the run that was begun with a key, None where none was."""
        answer = await self.pipeline.recall(replace(self._intent("create", None, {}), key=key, said=said))
        return answer.record if answer else None

    async def close(self, run: UUID, outcomes: Mapping[str, int], now: datetime, **more: Any) -> None:
        """End a run with its figures."""
        counted = {name: outcomes.get(name, 0) for name in OUTCOMES}
        values = {"status": "finished", "finished_at": now, "rows_done": sum(counted.values()), **counted, **more}
        await self.pipeline.perform(self._intent("update", run, values))

    async def fail(self, run: UUID, why: str, outcomes: Mapping[str, int], now: datetime) -> None:
        """End a run that could not go on, with the figures of what it has stored."""
        values = {"status": "failed", "failure": why[:2000], "finished_at": now}
        await self.pipeline.perform(self._intent("update", run, values | {n: outcomes.get(n, 0) for n in OUTCOMES}))

    async def tell(self, run: UUID, done: int, outcomes: Mapping[str, int]) -> None:
        """Say how far a run has come, and what it has stored."""
        values = {"status": "running", "failure": None, "finished_at": None, "rows_done": done, **outcomes}
        await self.pipeline.perform(self._intent("update", run, values))

    def _intent(self, verb: str, target: UUID | None, values: dict[str, Any]) -> Intent:
        return Intent(
            actor=self.actor, collection=self.ledger.runs, verb=verb, target=target, patch=values, origin="import"
        )

    async def run(self, run: UUID) -> Seen:
        """Return a run (NotFoundError: the tenant has none with this id)."""
        async with self.pipeline.database.unit(self.actor, readonly=True) as unit:
            return await self._work(unit).look_up(self.ledger.runs, run, system=None)

    async def known(self, **equals: Any) -> list[Known]:
        """Return the rows that imports for good have read, oldest first."""
        metas = self.pipeline.spec
        async with self.pipeline.database.unit(self.actor, readonly=True) as unit:
            runs = await unit.find(metas[self.ledger.runs], MOST_ROWS, {"dry_run": False})
            committed = [run["id"] for run in runs]
            rows = await unit.find(metas[self.ledger.rows], MOST_ROWS, {"run": committed, **equals})
        return [_known(row) for row in rows]

    async def rows_of(self, run: UUID) -> list[Known]:
        """Return every row of a run."""
        async with self.pipeline.database.unit(self.actor, readonly=True) as unit:
            rows = await unit.find(self.pipeline.spec[self.ledger.rows], MOST_ROWS, {"run": run})
        return sorted((_known(row) for row in rows), key=lambda k: (k.collection, k.number))

    async def outcomes_of(self, run: UUID) -> dict[tuple[str, int], str]:
        """Return what came of the rows that a run has stored, by collection and number."""
        only = ("collection", "row_number", "outcome")
        async with self.pipeline.database.unit(self.actor, readonly=True) as unit:
            rows = await unit.find(self.pipeline.spec[self.ledger.rows], MOST_ROWS, {"run": run}, only)
        return {(row["collection"], row["row_number"]): row["outcome"] for row in rows}

    async def keep(self, unit: Unit, run: UUID, results: Iterable[Result]) -> None:
        """Write rows down inside a transaction: new ones, or what has become of those that waited."""
        with unit.acting_as(self.actor):
            meta, work = self.pipeline.spec[self.ledger.rows], self._work(unit)
            fresh: list[dict[str, Any]] = []
            for result in results:
                made = {
                    "outcome": result.outcome,
                    "notes": [note.as_json() for note in result.notes],
                    "record": result.record,
                }
                if result.replaces is not None:
                    newer = {"outcome": "unchanged", "notes": [Note(level="info", text=_NEWER).as_json()]}
                    await work.update(meta, result.replaces, newer)
                if result.row is not None:
                    await work.update(meta, result.row, made)
                    continue
                read = {
                    "run": run,
                    "collection": result.raw.collection,
                    "row_number": result.raw.number,
                    "external_id": result.external,
                    "hash": result.hash,
                    "data": dict(result.raw.data),
                }
                fresh.append({**read, **made})
            for start in range(0, len(fresh), _AT_ONCE):
                await work.create_all(meta, fresh[start : start + _AT_ONCE], verb="create")
                await asyncio.sleep(0)

    async def keep_all(self, run: UUID, results: Sequence[Result], chunk: int) -> None:
        """Write the rows of a trial down, after it has been rolled back."""
        for start in range(0, len(results), chunk):
            async with self.pipeline.database.unit(self.actor) as unit:
                await self.keep(unit, run, results[start : start + chunk])

    def _work(self, unit: Unit) -> Work:
        intent = Intent(actor=self.actor, collection=self.ledger.rows, verb="create", origin="import")
        return self.pipeline.work(unit, intent)


def _known(row: Mapping[str, Any]) -> Known:
    return Known(
        row=row["id"],
        run=row["run"],
        collection=row["collection"],
        number=row["row_number"],
        external=row["external_id"],
        outcome=row["outcome"],
        hash=row["hash"] or "",
        record=row["record"],
        data=row["data"] or {},
        corrected=row["corrected"],
        decision=row["decision"],
        notes=tuple(row["notes"] or ()),
    )


def three_way(
    meta: CollectionMeta, stored: Mapping[str, Any], before: Mapping[str, Any], after: Mapping[str, Any]
) -> tuple[dict[str, Any], list[str]]:
    """Return what the source has changed, and of that the fields that somebody here has changed too."""
    patch: dict[str, Any] = {}
    kept: list[str] = []
    for name in dict.fromkeys([*before, *after]):
        old, new = before.get(name), after.get(name)
        if name in _OWN or old == new or stored.get(name) == new or not meta.fields[name].stored:
            continue
        if stored.get(name) == old:
            patch[name] = new
        else:
            kept.append(name)
    return patch, kept
