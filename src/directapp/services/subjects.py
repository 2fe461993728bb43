"""Subjects: what a row takes along from the record that it belongs to."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from directapp.declare.fields import Field
from directapp.declare.names import Patch
from directapp.declare.spec import CollectionMeta
from directapp.kernel.actor import Actor, system_actor
from directapp.kernel.errors import InvalidError, Problem
from directapp.kernel.text import _
from directapp.services.references import MISSING, NOTHING, check
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
    if not unit.actor.is_system:
        await _refuse_blind(unit, meta, given, {**row, **values}, before)
    return values


async def _refuse_blind(
    unit: Unit, meta: CollectionMeta, given: Mapping[str, Any], row: Mapping[str, Any], before: Mapping[str, Any]
) -> None:
    """Refuse to name people who do not see what a row belongs to, as if there were no such people (InvalidError)."""
    subject = next((f for f in meta.stored if f.ref_in), None)
    for item in (f for f in meta.stored if f.seers):
        named = set(given.get(item.name) or ()) - set(before.get(item.name) or ())
        if unit.spec[str(item.ref)].declared.actors is None or subject is None or not named:
            continue
        target, equals = unit.spec[str(row[str(subject.ref_in)])], {"id": row[subject.name]}
        for person in await actors_of(unit, unit.spec[str(item.ref)], sorted(named)):
            with unit.acting_as(person):
                named -= {person.user} if await unit.find(target, 1, equals, ("id",)) else set()
        if named:
            raise InvalidError([Problem(MISSING.fill(label=item.label), field=item.name)])


async def actors_of(unit: Unit, meta: CollectionMeta, people: Sequence[UUID]) -> list[Actor]:
    """Return the records of a collection of people as actors, as they stand now; who may not act is left out."""
    system = system_actor(unit.actor.tenant, "pipeline")

    async def find(collection: str, equals: Patch, *, limit: int) -> Sequence[Mapping[str, Any]]:
        with unit.acting_as(system):
            return await unit.find(unit.spec[collection], limit, equals)

    load = meta.declared.actors
    return [] if load is None else list(await load(find, unit.actor.tenant, people))


async def _value(unit: Unit, along: Field, collection: Any, record: Any) -> Any:
    """Return what is taken along from a subject: itself, what it points to, or nothing."""
    subject = unit.spec.get(str(collection))
    if record is None or subject is None or not subject.holds(along):
        return record if collection == along.ref else None
    with unit.acting_as(system_actor(unit.actor.tenant, "pipeline")):
        rows = await unit.find(subject, 1, {"id": record}, (along.name,))
    return rows[0][along.name] if rows else None
