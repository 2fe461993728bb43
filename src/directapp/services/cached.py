"""Cached: what was read in a transaction and may be answered from again, until something writes to its collection."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from directapp.declare.spec import CollectionMeta
from directapp.store.unit import Unit


def question(unit: Unit, equals: Mapping[str, Any], system: str | None, limit: int, only: Sequence[str] = ()) -> Any:
    """Return what names a search: who asks for which values, how many and which columns."""
    asked = tuple((name, tuple(v) if isinstance(v, list) else v) for name, v in equals.items())
    return system or unit.actor, limit, tuple(only), asked


async def prefetch(unit: Unit, meta: CollectionMeta, records: Sequence[UUID]) -> None:
    """Read at once what the present actor will look up one by one."""
    rows = {row["id"]: row for row in await unit.find(meta, len(records), {"id": list(records)})}
    kept = unit.recalled.setdefault(meta.name, {})
    for record in records:
        kept[question(unit, {"id": record}, None, 1)] = [rows[record]] if record in rows else []
