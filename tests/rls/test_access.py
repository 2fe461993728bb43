"""Access proved as the weak database role, for every collection: read, change, move, insert and delete its rows."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from directapp.app.spec import load_spec
from directapp.declare.fields import SUBJECT_COLLECTION
from directapp.declare.kinds import Kind
from directapp.declare.rules import Nothing
from directapp.kernel.actor import Actor, system_actor
from directapp.kernel.ids import uuid7
from directapp.store.names import ident
from support.oracle import ERASES, READS_ALL, UNDOES, Declared, Oracle, declared_in
from support.probes import Reached, make_probes, probe, watched
from support.sample import Sample

COLLECTIONS = declared_in(load_spec())
ROLES = [r for r in load_spec().roles if not r.startswith("sys_")]
TOGETHER = ("new_car_sales+used_car_sales", "mechanic+detailer", "parts+finance")
SYSTEMS = sorted({name for d in COLLECTIONS.values() for name in d.collection.access.systems})
Rows = Mapping[UUID, Mapping[str, Any]]

each_collection = pytest.mark.parametrize("name", COLLECTIONS)


@pytest.fixture(scope="module")
async def probed(sample: Sample) -> Sample:
    await make_probes(sample, COLLECTIONS.values())
    return sample


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
    """Hold what PostgreSQL lets an actor do with the rows of a tenant against what is declared."""
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
    return expected


@each_collection
async def test_people_reach_the_rows_of_their_entries(probed: Sample, name: str) -> None:
    reached = [
        await check(probed, name, actor, probed.rows, probed.other)
        for role in (*ROLES, *TOGETHER)
        for actor in probed.actors(role)
    ]
    shown = {what for what in GIVEN for r in reached if getattr(r, what)}
    assert shown == given_to_people(COLLECTIONS[name]), "the sample has a row that shows each right"


GIVEN = ("seen", "changed", "deleted", "inserted")


def given_to_people(declared: Declared) -> set[str]:
    """Return what some entry of a collection gives to people."""
    grants = [g for g in declared.grants if g.rows != Nothing()]
    given = {
        "seen": grants,
        "changed": [g for g in grants if g.write],
        "deleted": [g for g in grants if g.delete],
        "inserted": [g for g in grants if g.create],
    }
    return {what for what, some in given.items() if some}


@each_collection
async def test_parts_of_the_system_reach_what_lists_them(probed: Sample, name: str) -> None:
    listed = COLLECTIONS[name].collection.access.systems
    reading, undoing = READS_ALL.removeprefix("sys_"), UNDOES.removeprefix("sys_")
    for system in (*listed[:1], reading, undoing):
        assert (await check(probed, name, system_actor(probed.tenant, system), probed.rows, probed.other)).seen
    for system in SYSTEMS:
        async with probed.database.unit(system_actor(probed.tenant, system), readonly=True) as unit:
            some = await unit.value(f"SELECT EXISTS (SELECT FROM {ident(name)})")
        erases = f"sys_{system}" == ERASES and COLLECTIONS[name].personal
        assert some == (system in listed or erases), system


@each_collection
async def test_nobody_reaches_a_row(probed: Sample, name: str) -> None:
    nothing = Reached(*(frozenset[UUID]() for _ in range(5)))
    site = next(iter(probed.rows["dealerships"]))
    for actor in (
        Actor(tenant=probed.tenant, user=None, name="nobody", roles=frozenset()),
        Actor(tenant=probed.tenant, user=uuid7(), name="without a role", roles=frozenset(), site=site),
    ):
        assert await check(probed, name, actor, probed.rows, probed.other) == nothing
    async with probed.database.pool.acquire() as connection:
        assert await connection.fetchval(f"SELECT count(*) FROM {ident(name)}") == 0


@each_collection
async def test_another_tenant_reaches_its_own_rows_alone(probed: Sample, name: str) -> None:
    await check(probed, name, probed.stranger(), probed.theirs, probed.tenant)


async def test_the_app_role_cannot_change_the_audit_nor_drop_its_guard(sample: Sample) -> None:
    admin = sample.actors("tenant_admin")[0]
    for statement in (
        "UPDATE audit SET reason = 'x'",
        "DELETE FROM audit",
        "TRUNCATE audit",
        "ALTER TABLE cars DISABLE ROW LEVEL SECURITY",
        "CREATE TABLE mine (id int)",
        "DELETE FROM dealerships",
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with sample.database.unit(admin) as unit:
                await unit.simple(statement)
