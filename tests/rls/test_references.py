"""What a person points to is looked up under that person's own rights: the cases follow from the declaration."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest

from directapp.app.spec import load_spec
from directapp.declare.fields import Field
from directapp.declare.kinds import Kind
from directapp.declare.spec import CollectionMeta
from directapp.kernel.actor import Actor
from directapp.kernel.errors import DirectAppError, InvalidError
from directapp.kernel.ids import uuid7
from directapp.services.intent import Intent
from directapp.services.pipeline import Pipeline
from directapp.services.references import MISSING
from directapp.store.unit import recorded
from support.oracle import Oracle, declared_in
from support.sample import Sample, Sampler

SPEC = load_spec()
COLLECTIONS = declared_in(SPEC)
ROLES = [r for r in SPEC.roles if not r.startswith("sys_")]
KINDS = {Kind.REF, Kind.REFS}


@dataclass(frozen=True)
class Door:
    """A way for a person to write a reference: to which collection, and the intent without it."""

    meta: CollectionMeta
    item: Field
    target: str
    verb: str
    record: UUID | None
    patch: dict[str, Any]

    def intent(self, actor: Actor, record: UUID) -> Intent:
        value: Any = [str(record)] if self.item.kind is Kind.REFS else str(record)
        return Intent(
            actor=actor,
            collection=self.meta.name,
            verb=self.verb,
            origin="test",
            target=self.record,
            patch=self.patch | {self.item.name: value},
            dry_run=True,
        )


def doors(sample: Sample, actor: Actor) -> Iterator[Door]:
    oracle = Oracle(COLLECTIONS, actor, sample.rows)
    for meta in SPEC.exposed:
        declared = COLLECTIONS[meta.name]
        grants = oracle.grants(declared)
        for item in meta.fields.values():
            if item.kind not in KINDS:
                continue
            own = (
                i
                for i, row in sample.rows[meta.name].items()
                if oracle.sees(declared, row) and item.name in oracle.writes(declared, row) and not item.immutable
            )
            ways = [("update", record) for record in list(own)[:1]]
            if any(g.create and item.name in declared.writes(g) for g in grants):
                ways.append(("create", None))
            for target, named in _targets(meta, item):
                yield from (Door(meta, item, target, verb, record, named) for verb, record in ways)
        for verb in meta.declared.verbs:
            if any(verb.name in g.verbs for g in grants):
                yield from _verb_doors(sample, meta, verb)


def _targets(meta: CollectionMeta, item: Field) -> list[tuple[str, dict[str, str]]]:
    """Return where a reference may lead, with what else has to be said for it to lead there."""
    if item.ref_in is None:
        return [(item.ref, {})] if item.ref else []
    return [(choice.code, {item.ref_in: choice.code}) for choice in meta.fields[item.ref_in].choices]


def _verb_doors(sample: Sample, meta: CollectionMeta, verb: Any) -> Iterator[Door]:
    sampler = Sampler(SPEC, sample.tenant, 3)
    needed = {f.name: sampler._value(f, set(), {}) or str(uuid7()) for f in verb.params if f.required}
    for item in verb.params:
        if item.kind in KINDS and item.ref is not None:
            others = {n: v for n, v in needed.items() if n != item.name}
            yield Door(meta, item, item.ref, verb.name, None, others)


async def said(pipeline: Pipeline, door: Door, actor: Actor, record: UUID) -> list[tuple[str | None, str, str]]:
    """Return what is answered about the reference: its field, code and words."""
    try:
        await pipeline.perform(door.intent(actor, record))
    except DirectAppError as error:
        return [
            (p.field, type(error).__name__, p.message.pick("nb")) for p in error.problems if p.field == door.item.name
        ]
    return []


@pytest.mark.parametrize("role", ROLES)
async def test_hidden_and_none_are_one_answer_at_every_door(sample: Sample, role: str) -> None:
    pipeline = Pipeline(SPEC, sample.database)
    actor = sample.actors(role)[0]
    oracle = Oracle(COLLECTIONS, actor, sample.rows)
    tried = 0
    for door in doors(sample, actor):
        held = sample.rows[door.meta.name][door.record][door.item.name] if door.record else None
        rows = sample.rows[door.target].items()
        hidden = [i for i, row in rows if not oracle.sees(COLLECTIONS[door.target], row) and i != held][:1]
        missing = [(door.item.name, InvalidError.__name__, MISSING.fill(label=door.item.label).pick("nb"))]
        for record in (*(hidden or [next(iter(sample.theirs[door.target]))]), uuid7()):
            answer = await said(pipeline, door, actor, record)
            assert answer == missing, f"{role} {door.meta.name} {door.verb} {door.item.name}"
            tried += 1
    assert tried > 10


async def test_every_reference_of_the_declaration_has_a_door_here(sample: Sample) -> None:
    found = {(d.meta.name, d.item.name) for role in ROLES for d in doors(sample, sample.actors(role)[0])}
    written = {
        (meta.name, item.name)
        for meta in SPEC.exposed
        for item in meta.fields.values()
        if item.kind in KINDS and any(item.name in meta.writes(g) for g in meta.declared.access.grants)
    }
    assert written <= found
    assert all(
        item.ref or item.ref_in or not item.writable
        for meta in SPEC.exposed
        for item in meta.stored
        if item.name != "id" and item.kind in KINDS
    )


async def test_what_the_row_held_already_stays_however_hidden(sample: Sample) -> None:
    pipeline, actor = Pipeline(SPEC, sample.database), sample.actors("new_car_sales")[0]
    oracle, cars = Oracle(COLLECTIONS, actor, sample.rows), COLLECTIONS["cars"]
    record, row = next(
        (i, row)
        for i, row in sample.rows["cars"].items()
        if row["trade_in_for"] is not None
        and oracle.sees(cars, row)
        and {"trade_in_for", "seller_notes"} <= oracle.writes(cars, row)
        and not oracle.sees(cars, sample.rows["cars"][row["trade_in_for"]])
    )
    patch = {"trade_in_for": str(row["trade_in_for"]), "seller_notes": "Ny"}
    intent = Intent(
        actor=actor, collection="cars", verb="update", origin="test", target=record, patch=patch, dry_run=True
    )
    answer = await pipeline.perform(intent)
    assert set(answer.changes) >= {"seller_notes"}
    assert "trade_in_for" not in answer.changes


async def test_references_cost_one_statement_however_many_collections(sample: Sample) -> None:
    pipeline, actor = Pipeline(SPEC, sample.database), sample.actors("tenant_admin")[0]
    hidden = {"dealership": str(uuid7()), "seller": str(uuid7()), "trade_in_for": str(uuid7())}
    intent = Intent(actor=actor, collection="cars", verb="create", origin="test", patch=hidden)
    statements: list[tuple[str, tuple[Any, ...]]] = []
    mark = recorded.set(statements)
    try:
        with pytest.raises(InvalidError) as refused:
            await pipeline.perform(intent)
    finally:
        recorded.reset(mark)
    assert {p.field for p in refused.value.problems} == set(hidden)
    assert len([s for s, _ in statements if "UNION ALL" in s]) == 1
    assert len(statements) == 3, "begin, the look-up, and the end"
