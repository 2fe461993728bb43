"""The whole matrix, proved as the weak database role: every collection, every role, rows and fields."""

from uuid import UUID

import asyncpg
import orjson
import pytest

from directapp.app.spec import load_spec
from directapp.declare.spec import CollectionMeta, Spec
from directapp.kernel.actor import Actor
from directapp.kernel.errors import DirectAppError, ForbiddenError, NotFoundError
from directapp.kernel.ids import uuid7
from directapp.services.intent import Intent
from directapp.services.pipeline import Pipeline
from directapp.store.database import Database
from directapp.store.names import ident
from directapp.store.query import Condition, Query
from support.oracle import Oracle
from support.sample import Sample

SPEC = load_spec()
ROLES = [r for r in SPEC.roles if not r.startswith("sys_")]
EXPOSED = [s.name for s in SPEC.exposed]


async def visible(database: Database, actor: Actor, meta: CollectionMeta) -> set[UUID]:
    async with database.unit(actor, readonly=True) as unit:
        return {r["id"] for r in await unit.fetch(f"SELECT id FROM {ident(meta.name)}")}


@pytest.mark.parametrize("name", list(SPEC.metas))
async def test_nobody_and_strangers_see_no_row(sample: Sample, name: str) -> None:
    meta = SPEC[name]
    nobody = Actor(tenant=sample.tenant, user=None, name="nobody", roles=frozenset())
    assert await visible(sample.database, nobody, meta) == set()
    stranger = Actor(tenant=uuid7(), user=uuid7(), name="stranger", roles=frozenset(ROLES))
    assert await visible(sample.database, stranger, meta) == set()
    async with sample.database.pool.acquire() as connection:
        assert await connection.fetchval(f"SELECT count(*) FROM {ident(name)}") == 0


@pytest.mark.parametrize("role", [*ROLES, "new_car_sales+used_car_sales", "mechanic+detailer", "parts+finance"])
async def test_rows_and_fields_are_what_the_declaration_says(sample: Sample, role: str) -> None:
    for actor in sample.actors(role):
        oracle = Oracle(SPEC, actor, sample.rows)
        for meta in SPEC.metas.values():
            rows = sample.rows[meta.name]
            expected = {i for i, row in rows.items() if oracle.sees(meta, row)}
            assert await visible(sample.database, actor, meta) == expected, f"{role} {meta.name}"
            if not meta.declared.exposed:
                assert expected == set()
                continue
            if not oracle.grants(meta):
                with pytest.raises(ForbiddenError):
                    await sample.reading.page(actor, meta.name, Query())
                continue
            page = orjson.loads((await sample.reading.page(actor, meta.name, Query(limit=1000))).json)
            shown = {UUID(row["id"]): set(row) for row in page}
            assert shown == {i: set(oracle.reads(meta, rows[i])) for i in expected}, f"{role} {meta.name}"


@pytest.mark.parametrize("role", ROLES)
async def test_writes_touch_only_what_the_declaration_says(sample: Sample, role: str) -> None:
    for actor in sample.actors(role):
        oracle = Oracle(SPEC, actor, sample.rows)
        for meta in SPEC.metas.values():
            expected = {
                i for i, row in sample.rows[meta.name].items() if oracle.edits(meta, row) and oracle.sees(meta, row)
            }
            async with sample.database.unit(actor, rollback=True) as unit:
                touched = await unit.fetch(f"UPDATE {ident(meta.name)} SET version = version RETURNING id")
            assert {r["id"] for r in touched} == expected, f"{role} {meta.name}"


@pytest.mark.parametrize("role", ROLES)
async def test_the_corridor_refuses_every_field_that_is_not_written(sample: Sample, role: str) -> None:
    pipeline = Pipeline(SPEC, sample.database)
    actor = sample.actors(role)[0]
    oracle = Oracle(SPEC, actor, sample.rows)
    for meta in SPEC.exposed:
        allowed = frozenset[str]().union(*(meta.writes(g) for g in oracle.grants(meta)))
        some = next(iter(sample.rows[meta.name]))
        for item in meta.fields.values():
            if item.name in allowed or item.name == "status":
                continue
            intent = Intent(
                actor=actor, collection=meta.name, verb="update", origin="test", target=some, patch={item.name: None}
            )
            with pytest.raises(ForbiddenError):
                await pipeline.perform(intent)


@pytest.mark.parametrize("role", ROLES)
async def test_a_filter_finds_nothing_in_fields_that_are_masked(sample: Sample, role: str) -> None:
    for actor in sample.actors(role):
        oracle = Oracle(SPEC, actor, sample.rows)
        meta = SPEC["cars"]
        for name in ("customer_name", "purchase_price", "sale_price", "seller_notes", "vin"):
            readable = {
                i for i, r in sample.rows["cars"].items() if oracle.sees(meta, r) and name in oracle.reads(meta, r)
            }
            for op, wanted in (("null", True), ("null", False)):
                query = Query(filter=Condition((name,), op, wanted), limit=1000, fields=(("id",),))
                expected = {i for i in readable if (sample.rows["cars"][i][name] is None) is wanted}
                try:
                    found = orjson.loads((await sample.reading.page(actor, "cars", query)).json)
                except ForbiddenError:
                    assert not any(name in meta.reads(g) for g in oracle.grants(meta))
                    continue
                assert {UUID(r["id"]) for r in found} == expected, f"{role} {name}"


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


async def test_another_tenants_record_is_not_found(sample: Sample) -> None:
    admin = sample.actors("tenant_admin")[0]
    stranger = Actor(tenant=sample.other, user=uuid7(), name="stranger", roles=frozenset({"tenant_admin"}))
    for meta in SPEC.exposed:
        oracle = Oracle(SPEC, admin, sample.rows)
        some = next(iter(sample.rows[meta.name]))
        for seen in [i for i, row in sample.rows[meta.name].items() if oracle.sees(meta, row)][:1]:
            await sample.reading.one(admin, meta.name, seen)
        with pytest.raises((NotFoundError, ForbiddenError)):
            await sample.reading.one(stranger, meta.name, some)


def test_every_collection_and_role_is_in_these_tests() -> None:
    spec: Spec = SPEC
    assert {s.name for s in spec.exposed} == set(EXPOSED)
    assert issubclass(ForbiddenError, DirectAppError)
