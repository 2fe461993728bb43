"""Access proved as the weak database role, for every collection: read, change, move, insert and delete its rows."""

from uuid import UUID

import asyncpg
import pytest

from directapp.app.spec import load_spec
from directapp.declare.rules import Nothing
from directapp.kernel.actor import Actor, system_actor
from directapp.kernel.ids import uuid7
from directapp.store.names import ident
from support.access import COLLECTIONS, check
from support.oracle import ERASES, READS_ALL, UNDOES, Declared
from support.probes import Reached, make_probes
from support.sample import Sample

ROLES = [r for r in load_spec().roles if not r.startswith("sys_")]
TOGETHER = ("new_car_sales+used_car_sales", "mechanic+detailer", "parts+finance")
SYSTEMS = sorted({name for d in COLLECTIONS.values() for name in d.collection.access.systems})

each_collection = pytest.mark.parametrize("name", COLLECTIONS)


@pytest.fixture(scope="module")
async def probed(sample: Sample) -> Sample:
    await make_probes(sample, COLLECTIONS.values())
    return sample


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
