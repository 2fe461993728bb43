"""Past: what records held when something happened, by walking the audit back from what they hold now."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID

import orjson

from directapp.declare.kinds import restored
from directapp.declare.names import plain, row_of
from directapp.declare.spec import CollectionMeta
from directapp.kernel.actor import system_actor
from directapp.services.seen import Seen
from directapp.store.database import Database
from directapp.store.unit import Unit

Moment = tuple[UUID, UUID]
"""A record and an event: the record as it was when the write that told of the event was done."""

_CHUNK = 500
# An audit row bears the instant at which its transaction began, which is before the event's own.
_SLACK = timedelta(days=1)
_STEPS = """
SELECT a.id, a.at, a.record, (SELECT jsonb_object_agg(c.key, c.value -> 0) FROM jsonb_each(a.changes) AS c
                               WHERE c.key = ANY ($5))::text AS before
  FROM audit a
 WHERE a.tenant_id = $1 AND a.collection = $2 AND a.record = ANY ($3) AND a.at >= $4
 ORDER BY a.record, a.id"""

_LATER = """
SELECT changes::text AS changes FROM audit
 WHERE tenant_id = $1 AND collection = $2 AND record = $3 AND version > $4 AND at > (
       SELECT max(at) FROM audit WHERE tenant_id = $1 AND collection = $2 AND record = $3 AND version = $4)
 ORDER BY version"""


async def as_of(unit: Unit, meta: CollectionMeta, seen: Seen, version: int) -> Seen:
    """Return a record as the transaction that wrote a version of it left it; without audit as it is now."""
    if seen.version <= version:
        return seen
    tenant = unit.actor.tenant
    with unit.acting_as(system_actor(tenant, "pipeline")):
        rows = await unit.fetch(_LATER, tenant, meta.name, seen.id, version)
    held: dict[str, Any] = {}
    for row in rows:
        for name, (before, _) in orjson.loads(row["changes"]).items():
            item = meta.fields.get(name)
            if item is not None and item.stored and not item.secret:
                held.setdefault(name, None if before is None else restored(item.kind, before))
    return Seen(seen.collection, seen.id, row_of({**plain(seen.row), **held}))


@dataclass(frozen=True, slots=True)
class Step:
    """One audited write: what it found in the fields asked for and changed."""

    id: UUID
    at: datetime
    before: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Past:
    """Looks back, as the pipeline itself: who asks has to see the records."""

    database: Database

    async def differing(
        self, tenant: UUID, collection: str, moments: Sequence[Moment], fields: Collection[str], since: datetime
    ) -> dict[Moment, dict[str, Any]]:
        """Return for each moment those of the fields that held something else than now; ``since`` is before all."""
        meta = (await self.database.spec_of(tenant))[collection]
        names = [n for n in fields if n in meta.fields and meta.fields[n].stored and not meta.fields[n].secret]
        found: dict[Moment, dict[str, Any]] = {}
        if not names:
            return found
        records = list(dict.fromkeys(record for record, _ in moments))
        steps: dict[UUID, list[Step]] = {}
        for start in range(0, len(records), _CHUNK):
            async with self.database.unit(system_actor(tenant, "pipeline"), readonly=True) as unit:
                rows = await unit.fetch(
                    _STEPS, tenant, collection, records[start : start + _CHUNK], since - _SLACK, names
                )
            for row in rows:
                before = orjson.loads(row["before"] or "{}")
                steps.setdefault(row["record"], []).append(Step(row["id"], row["at"], before))
        for record, event in moments:
            if differs := rewound(meta, steps.get(record, ()), event):
                found[record, event] = differs
        return found


def rewound(meta: CollectionMeta, steps: Sequence[Step], event: UUID) -> dict[str, Any]:
    """Return what fields held at an event, for those that were changed after it; ``steps`` are oldest first.

    Ids grow with time, and a write's own id comes before those of the events that it tells of. What the same
    transaction wrote after the event belongs to the event.
    """
    first = next((i for i, step in enumerate(steps) if step.id > event), len(steps))
    if first:
        same = pairwise(steps[first - 1 :])
        first += next((i for i, (one, other) in enumerate(same) if one.at != other.at), len(steps) - first)
    held: dict[str, Any] = {}
    for step in steps[first:]:
        for name, value in step.before.items():
            item = meta.fields.get(name)
            held.setdefault(name, restored(item.kind, value) if item else value)
    return held
