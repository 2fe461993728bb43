"""References: what a person points to is looked up under that person's own rights; hidden and none are one answer."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from directapp.declare.fields import Field
from directapp.declare.kinds import Kind
from directapp.declare.spec import CollectionMeta, Spec
from directapp.kernel.actor import system_actor
from directapp.kernel.errors import InvalidError, Problem
from directapp.kernel.text import _
from directapp.store.sight import Pointed, leads_to, seen_of
from directapp.store.unit import Unit

MISSING = _("{label}: there is no such record.")
_IN_A_CIRCLE = _("{label}: this would lead in a circle, back to the record itself.")
NOTHING: Mapping[str, Any] = {}
_SEEN = "seen"


def pointed(
    spec: Spec,
    fields: Mapping[str, Field],
    values: Mapping[str, Any],
    row: Mapping[str, Any],
    before: Mapping[str, Any],
) -> dict[str, list[Pointed]]:
    """Return, for each field with a value among ``values``, what it newly points to.

    A list counts for what was not in it before.
    """
    found: dict[str, list[Pointed]] = {}
    for name, value in values.items():
        item = fields.get(name)
        if item is None or not value or item.kind not in {Kind.REF, Kind.REFS}:
            continue
        target = spec.get(item.ref or str(row.get(item.ref_in or "") or ""))
        kept = set(before.get(item.name) or ()) if item.kind is Kind.REFS else set()
        ids: list[UUID] = [value] if item.kind is Kind.REF else [one for one in value if one not in kept]
        if target is not None and ids:
            found[item.name] = [(target.name, one) for one in ids]
    return found


async def refuse_unseen(
    unit: Unit,
    fields: Mapping[str, Field],
    values: Mapping[str, Any],
    *,
    row: Mapping[str, Any] = NOTHING,
    before: Mapping[str, Any] = NOTHING,
) -> None:
    """Refuse values that point to what the present actor does not see, in one statement for all of them.

    ``row`` is what the values become part of, ``before`` what was stored.

    Raises:
        InvalidError: a problem for each such field.

    """
    asked = pointed(unit.spec, fields, values, row, before)
    if not asked:
        return
    # Who has seen a record in this transaction sees it until one of its kind is written: many rows may point to it.
    pairs = {one for ones in asked.values() for one in ones}
    seen = {(name, record) for name, record in pairs if (_SEEN, unit.actor, record) in unit.recalled.get(name, {})}
    seen |= pairs & {("users", unit.actor.user)}
    wanted: dict[str, set[UUID]] = {}
    for name, record in pairs - seen:
        wanted.setdefault(name, set()).add(record)
    found = await seen_of(unit, wanted) if wanted else set()
    for name, record in found:
        unit.recalled.setdefault(name, {})[(_SEEN, unit.actor, record)] = []
    seen |= found
    hidden = [name for name, ones in asked.items() if not seen.issuperset(ones)]
    if hidden:
        raise InvalidError([Problem(MISSING.fill(label=fields[name].label), field=name) for name in hidden])


async def check(
    unit: Unit,
    meta: CollectionMeta,
    values: Mapping[str, Any],
    row: Mapping[str, Any],
    before: Mapping[str, Any] = NOTHING,
) -> None:
    """Refuse what a person points to without seeing it, and what would make a tree a circle.

    Raises:
        InvalidError: a problem for each such field.

    """
    actor = unit.actor
    if not actor.is_system:
        await refuse_unseen(unit, meta.fields, values, row=row, before=before)
    if before and any(meta.fields[n].tree and v is not None for n, v in values.items()):
        with unit.acting_as(system_actor(actor.tenant, "pipeline")):
            await refuse_circle(unit, meta, values, before["id"])


async def refuse_circle(unit: Unit, meta: CollectionMeta, values: Mapping[str, Any], record: UUID) -> None:
    """Refuse a step up a tree that would come back to the record, whoever else changes the tree meanwhile.

    Raises:
        InvalidError: a problem for each such field.

    """
    problems = []
    for item in meta.stored:
        above = values.get(item.name) if item.tree else None
        if above is not None and await leads_to(unit, meta.name, item.name, above, record):
            problems.append(Problem(_IN_A_CIRCLE.fill(label=item.label), field=item.name))
    if problems:
        raise InvalidError(problems)
