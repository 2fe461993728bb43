"""A plan is made for the roles of who asks first; kept and asked by others, it shows and writes nothing."""

from typing import Any

import asyncpg
import pytest

from directapp.app.spec import load_spec
from directapp.kernel.actor import Actor, system_actor
from directapp.store.names import ident
from directapp.store.session import settings_of
from directapp.store.unit import prepare
from support.oracle import READS_ALL, declared_in
from support.sample import Sample, plain

COLLECTIONS = declared_in(load_spec())


async def begin(connection: asyncpg.Connection, actor: Actor) -> None:
    await connection.execute(f"BEGIN; SET LOCAL plan_cache_mode = force_generic_plan; {settings_of(actor)}")


async def test_a_plan_kept_for_other_roles_reaches_no_row_of_any_collection(sample: Sample) -> None:
    reader, admin = system_actor(sample.tenant, READS_ALL.removeprefix("sys_")), sample.actors("tenant_admin")[0]
    connection = await asyncpg.connect(sample.database.dsn)
    for name in COLLECTIONS:
        await begin(connection, reader)
        statement = await connection.prepare(f"SELECT count(*) FROM {ident(name)}")
        assert await statement.fetchval() == len(sample.rows[name])
        await connection.execute("COMMIT")
        await begin(connection, admin)
        assert await statement.fetchval() == 0
        await connection.execute("COMMIT")
    await connection.close()


async def test_a_plan_kept_for_other_roles_writes_nothing(sample: Sample) -> None:
    admin, mechanic = sample.actors("tenant_admin")[0], sample.actors("mechanic")[0]
    connection = await asyncpg.connect(sample.database.dsn)
    await prepare(connection)
    row: dict[str, Any] = next(iter(sample.rows["resource_types"].values()))
    await begin(connection, admin)
    update = await connection.prepare("UPDATE cars SET color = color RETURNING id")
    given = "jsonb_populate_recordset(NULL::resource_types, $1::jsonb)"
    insert = await connection.prepare(f"INSERT INTO resource_types SELECT * FROM {given} RETURNING id")
    new = plain([{**row, "tenant_id": sample.tenant, "id": sample.other, "code": "new", "work": None}])
    assert await update.fetch()
    assert await insert.fetch(new)
    await connection.execute("ROLLBACK")
    await begin(connection, mechanic)
    assert await connection.fetch("UPDATE cars SET color = color RETURNING id"), "a mechanic has cars to work on"
    assert not await update.fetch()
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await insert.fetch(new)
    await connection.close()


async def test_one_connection_asks_for_each_of_many_roles(sample: Sample) -> None:
    admin, mechanic = sample.actors("tenant_admin")[0], sample.actors("mechanic")[0]
    found: dict[str, set[int]] = {}
    for actor in (admin, mechanic) * 4:
        async with sample.database.unit(actor, generic_plan=True) as unit:
            found.setdefault(actor.name, set()).add(await unit.value("SELECT count(*) FROM cars"))
            unit.become(system_actor(sample.tenant, "pipeline"))
            assert await unit.value("SELECT count(*) FROM cars") == len(sample.rows["cars"])
    assert found["tenant_admin"] == {len(sample.rows["cars"])}
    (seen,) = found["mechanic"]
    assert 0 < seen < len(sample.rows["cars"])
