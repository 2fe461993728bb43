"""The set-up of a company: taken down, compared with files, and brought to what they say in one transaction."""

from collections.abc import Collection as AnyOf
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal
from uuid import UUID

from directapp.declare.names import FieldName, field_name, plain
from directapp.declare.spec import CollectionMeta, Spec
from directapp.domains.imports.set_up_files import (
    Key,
    Thing,
    Things,
    at,
    carried,
    fields_of,
    key_of,
    resolved,
    thing_of,
    written,
)
from directapp.kernel.errors import ConflictError, DirectAppError, InvalidError, Problem
from directapp.kernel.text import _
from directapp.services.command import CommandContext
from directapp.services.jobs import Ordered, acting
from directapp.services.ledger import IMPORTER
from directapp.services.pipeline import Pipeline
from directapp.services.seen import Seen
from directapp.services.validation import json_value

_COMPANY = "tenants"
_ALIKE = _("{name}: two rows are known by the same. Give one of them another name first.")
_UNNAMED = _("{name} is not in the files. Name it with --drop {name} to delete it.")
_KEPT = _("{name} cannot be deleted. Leave its file, and switch it off there.")
_NOT_GONE = _("--drop {name}: the files do not take it away.")
_CIRCLE = _("{name}: it leads back to itself.")


@dataclass(frozen=True, slots=True)
class Difference:
    """What files would do to a thing; ``fields`` has (before, after) by name."""

    act: Literal["create", "change", "drop"]
    thing: Thing
    fields: Mapping[str, tuple[Any, Any]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The thing's name, as ``--drop`` takes it."""
        return self.thing.name


@dataclass(slots=True)
class _Present:
    """The set-up as it is: its things, and the rows they are."""

    things: Things = field(default_factory=dict)
    rows: dict[tuple[str, Key], Seen] = field(default_factory=dict)
    ids: dict[tuple[str, Key], UUID] = field(default_factory=dict)
    keys: dict[UUID, Key] = field(default_factory=dict)
    # What is deleted and kept for a while.
    ended: dict[tuple[str, Key], Seen] = field(default_factory=dict)


async def snapshot(pipeline: Pipeline, tenant: UUID) -> Things:
    """Return the set-up of a company (ConflictError: two rows are known by the same)."""
    async with acting(pipeline, tenant, IMPORTER, "snapshot", _COMPANY, tenant) as ctx:
        return (await _present(ctx, pipeline.spec)).things


async def differences(pipeline: Pipeline, tenant: UUID, wanted: Things) -> list[Difference]:
    """Return what files would do to a company, in the order in which it is done."""
    async with acting(pipeline, tenant, IMPORTER, "snapshot", _COMPANY, tenant) as ctx:
        return _compare(pipeline.spec, await _present(ctx, pipeline.spec), wanted)


async def apply(
    pipeline: Pipeline, tenant: UUID, wanted: Things, drops: AnyOf[str] = (), *, by: Ordered
) -> list[Difference]:
    """Bring a company to what files say, all of it or nothing; return what was done. The history names ``by``.

    Raises:
        ConflictError: something would be deleted that ``drops`` does not name, or that is never deleted.
        InvalidError: what the product refuses, each with its file.

    """
    async with acting(pipeline, tenant, IMPORTER, "apply", _COMPANY, tenant, by=by) as ctx:
        present = await _present(ctx, pipeline.spec)
        plan = _compare(pipeline.spec, present, wanted)
        _refuse_drops(pipeline.spec, plan, drops)
        for one in plan:
            try:
                await _do(ctx, pipeline.spec[one.thing.collection], present, one)
            except DirectAppError as error:
                raise InvalidError([at(one.thing.file or one.name, problem) for problem in error.problems]) from error
    return plan


def _refuse_drops(spec: Spec, plan: Sequence[Difference], drops: AnyOf[str]) -> None:
    gone = {one.name: spec[one.thing.collection].declared for one in plan if one.act == "drop"}
    problems = [Problem(_NOT_GONE.fill(name=name), field=name) for name in drops if name not in gone]
    for name, declared in gone.items():
        if declared.access.delete_why is None:
            problems.append(Problem(_KEPT.fill(name=name), field=name, code="CONFLICT"))
        elif name not in drops:
            problems.append(Problem(_UNNAMED.fill(name=name), field=name, code="CONFLICT"))
    if problems:
        raise ConflictError(problems)


async def _present(ctx: CommandContext, spec: Spec) -> _Present:
    present = _Present()
    metas = carried(spec)
    pointed = {item.points_to for meta in metas for item in fields_of(meta)}
    named = [
        meta for meta in spec.metas.values() if meta.declared.set_up and meta not in metas and meta.name in pointed
    ]
    alike: list[Problem] = []
    for meta in [*named, *metas]:
        rows = await ctx.every(meta.name, system=IMPORTER)
        # No key leads to rows of its own collection, so that all of them are known before any row is told.
        present.keys |= {one.id: key_of(meta, _values(meta, one, present.keys)) for one in rows}
        for one in rows:
            thing = thing_of(meta, present.keys[one.id], _values(meta, one, present.keys))
            place = (meta.name, thing.key)
            if _has_ended(meta, one):
                present.ended[place] = one
                continue
            if place in present.ids:
                alike.append(Problem(_ALIKE.fill(name=thing.name), field=thing.name, code="CONFLICT"))
            present.ids[place], present.rows[place] = one.id, one
            if meta in metas:
                present.things[place] = thing
    if alike:
        raise ConflictError(alike)
    return present


def _values(meta: CollectionMeta, one: Seen, keys: Mapping[UUID, Key]) -> dict[str, Any]:
    row = plain(one.row)
    return {
        item.name: written(keys[row[item.name]])
        if item.points_to is not None and row[item.name] in keys
        else json_value(item, row[item.name])
        for item in fields_of(meta)
    }


def _compare(spec: Spec, present: _Present, wanted: Things) -> list[Difference]:
    plan, metas = [], carried(spec)
    for meta in metas:
        for place, thing in _in_order(meta, wanted):
            before = present.things.get(place)
            if before is None:
                fields = {name: (None, value) for name, value in thing.values.items() if value is not None}
                plan.append(Difference("create", thing, fields))
                continue
            fields = {n: (before.values[n], v) for n, v in thing.values.items() if not _same(before.values[n], v)}
            if fields:
                plan.append(Difference("change", thing, fields))
    for meta in reversed(metas):
        gone = [t for place, t in present.things.items() if t.collection == meta.name and place not in wanted]
        plan += [Difference("drop", thing) for thing in reversed(gone)]
    return plan


def _in_order(meta: CollectionMeta, wanted: Things) -> list[tuple[tuple[str, Key], Thing]]:
    """Return the things of a collection, each after those of the same collection that it points to."""
    own = [item.name for item in fields_of(meta) if item.points_to == meta.name]
    left = sorted(((p, t) for p, t in wanted.items() if t.collection == meta.name), key=lambda pair: repr(pair[0]))
    ordered: list[tuple[tuple[str, Key], Thing]] = []
    while left:
        waiting = {written(place[1]) if len(place[1]) == 1 else repr(place[1]) for place, _ in left}
        ready = [(p, t) for p, t in left if not any(t.values[n] in waiting for n in own if t.values[n] is not None)]
        if not ready:
            raise InvalidError(
                [at(thing.file, Problem(_CIRCLE.fill(name=thing.name), field=own[0])) for _, thing in left]
            )
        ordered += ready
        left = [pair for pair in left if pair not in ready]
    return ordered


def _ended(meta: CollectionMeta) -> FieldName[Any] | None:
    set_up = meta.declared.set_up
    return field_name(set_up.ended) if set_up and set_up.ended else None


def _has_ended(meta: CollectionMeta, one: Seen) -> bool:
    ended = _ended(meta)
    return ended is not None and one.row.get(ended) is not None


def _same(before: Any, after: Any) -> bool:
    return bool(before == after) or (before in (None, [], "") and after in (None, [], ""))


async def _do(ctx: CommandContext, meta: CollectionMeta, present: _Present, one: Difference) -> None:
    place = (meta.name, one.thing.key)
    ended = _ended(meta)
    if one.act == "drop" and ended:
        await _change(ctx, present.rows[place], {ended: ctx.now})
        return
    if one.act == "drop":
        await ctx.remove(present.rows[place], system=IMPORTER)
        return
    values = resolved(meta, one.thing.values, lambda collection, key: present.ids.get((collection, key)))
    if one.act == "create" and ended and place in present.ended:
        await _change(ctx, present.ended[place], {**values, ended: None})
        return
    if one.act == "create":
        given = {name: value for name, value in values.items() if value is not None}
        seen = await ctx.create(meta.name, given, system=IMPORTER)
        present.ids[place] = seen.id
        # What the declaration fills in where nothing is given is taken back where the file has nothing.
        row = plain(seen.row)
        await _change(
            ctx, seen, {name: None for name, value in values.items() if value is None and row[name] is not None}
        )
        return
    await _change(ctx, present.rows[place], {name: values[name] for name in one.fields})


async def _change(ctx: CommandContext, on: Seen, patch: Mapping[str, Any]) -> None:
    if patch:
        await ctx.change(dict(patch), system=IMPORTER, on=on)
