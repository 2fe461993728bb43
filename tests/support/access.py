"""What PostgreSQL lets an actor do with the rows of a collection, held against what is declared."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from directapp.app.spec import load_spec
from directapp.declare.fields import SUBJECT_COLLECTION
from directapp.declare.kinds import Kind
from directapp.kernel.actor import Actor
from directapp.kernel.ids import uuid7
from support.oracle import Declared, Oracle, declared_in
from support.probes import Reached, probe, watched
from support.sample import Sample

COLLECTIONS = declared_in(load_spec())
Rows = Mapping[UUID, Mapping[str, Any]]


def some(declared: Declared, oracle: Oracle, rows: Rows) -> Rows:
    """Return the first and the last row of those that are alike to the same entries: the others show nothing else."""
    alike: dict[object, list[UUID]] = {}
    for record, row in rows.items():
        found = (oracle.matching(declared, row), oracle.owned(declared, row), oracle.open(declared, row))
        alike.setdefault(tuple(tuple(map(id, grants)) for grants in found), []).append(record)
    return {record: rows[record] for records in alike.values() for record in {records[0], records[-1]}}


def moved(declared: Declared, rows: Rows) -> Rows:
    """Return rows with what rules look at as it stands on another one."""
    columns, others = watched(declared), list(rows.values())
    return {
        record: {**row, **{c: other[c] for c in columns}}
        for (record, row), other in zip(rows.items(), others[1:] + others[:1], strict=True)
    }


def copies(declared: Declared, rows: Rows, tenant: UUID) -> Rows:
    """Return rows like those there are, new ones, and one that claims to be a tenant's."""
    fresh = [{**row, "id": uuid7()} for row in rows.values()]
    # It points to nothing: that another tenant's record is not there would be another reason.
    pointing = {
        n
        for n, item in declared.fields.items()
        if item.kind is Kind.REF or item.ref_in or item.name == SUBJECT_COLLECTION
    }
    claimed = {**fresh[0], **dict.fromkeys(pointing & fresh[0].keys()), "id": uuid7(), "tenant_id": tenant}
    return {row["id"]: row for row in (*fresh, claimed)}


async def check(sample: Sample, name: str, actor: Actor, rows: Mapping[str, Rows], other: UUID) -> Reached:
    """Hold what PostgreSQL lets an actor do with the rows of a tenant against what is declared, and return it.

    Of rows inserted, it names those that they are like: each check tries new ones.
    """
    declared, oracle = COLLECTIONS[name], Oracle(COLLECTIONS, actor, rows)
    old = rows[name]
    tried = some(declared, oracle, old)
    changed, new = moved(declared, tried), copies(declared, tried, other)
    expected = Reached(
        seen=frozenset(i for i, row in old.items() if oracle.sees(declared, row)),
        changed=frozenset(i for i, row in old.items() if oracle.sees(declared, row) and oracle.edits(declared, row)),
        deleted=frozenset(
            i for i, row in tried.items() if oracle.sees(declared, row) and oracle.deletes(declared, row)
        ),
        moved=frozenset(i for i, row in changed.items() if watched(declared) and oracle.moves(declared, old[i], row)),
        inserted=frozenset(i for i, row in new.items() if "tenant_id" not in row and oracle.creates(declared, row)),
    )
    assert await probe(sample, declared, actor, old=tried, other=changed, new=new) == expected, f"{actor.name} {name}"
    like = dict(zip(new, tried, strict=False))
    return replace(expected, inserted=frozenset(like[one] for one in expected.inserted))
