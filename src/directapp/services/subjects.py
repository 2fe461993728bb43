"""Subjects: what a row takes along from the record that it belongs to."""

from collections.abc import Mapping
from typing import Any

from directapp.declare.fields import Field
from directapp.declare.spec import CollectionMeta
from directapp.kernel.actor import system_actor
from directapp.kernel.errors import InvalidError, Problem
from directapp.kernel.text import _
from directapp.services.references import NOTHING, check
from directapp.store.unit import Unit

_ANOTHER = _("{label} belongs to another record.")


async def pointed_to(
    unit: Unit,
    meta: CollectionMeta,
    given: Mapping[str, Any],
    row: Mapping[str, Any],
    before: Mapping[str, Any] = NOTHING,
) -> dict[str, Any]:
    """Judge what the values of a write point to, and return what a row belongs to and takes along from it.

    ``given`` is what the write says, ``row`` all there is, ``before`` what was stored. Whoever names only what is taken
    along means a record of its collection. A system actor that names both is trusted.

    Raises:
        InvalidError: a person points to what they do not see; what is taken along is another record's.

    """
    await check(unit, meta, given, row, before)
    values: dict[str, Any] = {}
    for item in meta.stored:
        if not item.along or given.keys().isdisjoint({item.name, item.along}):
            continue
        which, along = str(item.ref_in), meta.fields[item.along]
        if item.name not in given:
            values |= {which: along.ref, item.name: row[along.name]} if row.get(which) in {None, along.ref} else {}
        elif not (unit.actor.is_system and along.name in given):
            value = await _value(unit, along, row.get(which), row[item.name])
            if given.get(along.name) not in {None, value}:
                raise InvalidError([Problem(_ANOTHER.fill(label=along.label), field=along.name)])
            values[along.name] = value
    return values


async def _value(unit: Unit, along: Field, collection: Any, record: Any) -> Any:
    """Return what is taken along from a subject: itself, what it points to, or nothing."""
    subject = unit.spec.get(str(collection))
    if record is None or subject is None or along.name not in subject.fields:
        return record if collection == along.ref else None
    with unit.acting_as(system_actor(unit.actor.tenant, "pipeline")):
        rows = await unit.find(subject, 1, {"id": record}, (along.name,))
    return rows[0][along.name] if rows else None
