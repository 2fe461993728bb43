"""Tallying: sums that follow from other rows are counted anew in the transaction that touched those rows."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from directapp.declare.spec import CollectionMeta
from directapp.kernel.actor import system_actor
from directapp.store.tallies import check, settle, touched
from directapp.store.unit import Unit

Stored = Mapping[str, Any]
Pairs = Sequence[tuple[Stored | None, Stored | None]]


@dataclass(slots=True)
class Tallying:
    """The sums of one transaction's work: ``lifted`` rows count nowhere until they are written."""

    unit: Unit
    now: datetime
    lifted: set[UUID] = field(default_factory=set)
    _unchecked: bool = False

    async def check(self, depth: int) -> None:
        """Have exclusions judged once a write and all that it brought with it is done, so that the act is refused."""
        if self._unchecked and depth == 0 and not self.lifted:
            self._unchecked = False
            await check(self.unit)

    async def follow(self, meta: CollectionMeta, pairs: Pairs) -> list[tuple[str, UUID]]:
        """Count anew what some rows of a collection, before and after a write, touch; return whose sums changed."""
        self._unchecked |= bool(meta.declared.exclusions)
        done: list[tuple[str, UUID]] = []
        if any(before is None for before, _ in pairs):
            # A new row with sums of its own begins with what is there.
            for tally in meta.declared.tallies:
                keys = {tuple(after.get(ours) for ours, _ in tally.agree) for _, after in pairs if after is not None}
                place = [t for _, t in self.unit.spec.tallies[tally.of]].index(tally)
                done += await self._settle(tally.of, {place: keys}, tally.system)
        listed = self.unit.spec.tallies.get(meta.name, ())
        asked = {n: set().union(*(touched(tally, *pair) for pair in pairs)) for n, (_, tally) in enumerate(listed)}
        if any(asked.values()):
            done += await self._settle(meta.name, asked, listed[0][1].system)
        return done

    async def _settle(self, of: str, keys: dict[int, set[Any]], system: str) -> list[tuple[str, UUID]]:
        with self.unit.acting_as(system_actor(self.unit.actor.tenant, system)):
            return await settle(self.unit, of, keys, lifted=sorted(self.lifted), now=self.now)

    @asynccontextmanager
    async def lift(self, meta: CollectionMeta, records: Sequence[UUID]) -> AsyncIterator[None]:
        """Let rows count nowhere inside, each until it is written."""
        rows = await self._find(meta, {"id": list(records)})
        self.lifted |= {row["id"] for row in rows}
        await self.follow(meta, [(row, None) for row in rows])
        try:
            yield
            left = [row for row in rows if row["id"] in self.lifted]
            self.lifted.difference_update(row["id"] for row in rows)
            await self.follow(meta, [(row, None) for row in left])
            await self.check(0)
        finally:
            self.lifted.difference_update(row["id"] for row in rows)

    async def falling(self, meta: CollectionMeta, row: Stored) -> list[tuple[CollectionMeta, list[Stored]]]:
        """Return the counted rows that a deletion takes away: the record itself, and those that go with it."""
        spec = self.unit.spec
        with_it = [(spec[of], f.name) for of in spec.tallies for f in spec[of].stored if f.ref == meta.name]
        found: list[tuple[CollectionMeta, list[Stored]]] = [(meta, [row])]
        for counted, column in with_it:
            if counted.fields[column].on_delete == "cascade":
                found += [(counted, await self._find(counted, {column: row["id"]}))]
        return found

    async def _find(self, meta: CollectionMeta, equals: dict[str, Any]) -> list[Stored]:
        with self.unit.acting_as(system_actor(self.unit.actor.tenant, "pipeline")):
            return [*await self.unit.find(meta, 10_000, equals)]
