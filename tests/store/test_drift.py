"""What stands in the database beside what was made: it shows, it is taken back by nobody in passing."""

import asyncio
import subprocess
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import asyncpg
import pytest

from directapp.app.spec import load_spec
from directapp.declare.spec import Spec
from directapp.kernel.clock import utc_now
from directapp.store.database import Database, UnsafeRoleError
from directapp.store.drift import drift
from directapp.store.embedded.files import wheel_binaries
from directapp.store.migrate import (
    LOCK_SECONDS,
    OutdatedDatabaseError,
    bring_up_to_date,
    refuse_other_schema,
    undeclared,
)
from directapp.store.schema import NewerDatabaseError, lint
from support.dealer import template
from support.server import Server

SPEC = load_spec()
# What a person may do to a database by hand, and the word by which each shows.
DONE = {
    "policy": ("DROP POLICY cars_select ON cars", "policy cars.cars_select is missing"),
    "changed policy": (
        "ALTER POLICY cars_select ON cars USING (true)",
        "policy cars.cars_select is not as it was made",
    ),
    "index": ("DROP INDEX ix_outbox_due", "index outbox.ix_outbox_due is missing"),
    "column": ("ALTER TABLE cars DROP COLUMN customer_phone", "column cars.customer_phone is missing"),
    "type": ("ALTER TABLE cars ALTER COLUMN model TYPE varchar(99)", "column cars.model is not as it was made"),
    "constraint": ("ALTER TABLE cars DROP CONSTRAINT pk_cars CASCADE", "constraint cars.pk_cars is missing"),
    "trigger": ("ALTER TABLE cars DISABLE TRIGGER cars_choices", "trigger cars.cars_choices is not as it was made"),
    "right": ("REVOKE SELECT ON cars FROM directapp_app", "grant cars.directapp_app is not as it was made"),
    "given right": ("GRANT SELECT ON cars TO PUBLIC", "grant cars.public was not made by a migration"),
    "function": (
        "CREATE OR REPLACE FUNCTION cars_choices() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
        "function cars_choices() is not as it was made",
    ),
    "security": ("ALTER TABLE cars NO FORCE ROW LEVEL SECURITY", "table cars is not as it was made"),
}


@pytest.fixture(scope="module")
async def name(server: Server) -> AsyncIterator[str]:
    name = await template(server)
    yield name
    await server.drop(name)


@pytest.fixture
def owner(server: Server, name: str) -> str:
    return server.owner(name)


@pytest.fixture
async def connection(owner: str) -> AsyncIterator[asyncpg.Connection]:
    """Give the owner's connection; what a test does on it is taken back."""
    connection = await asyncpg.connect(owner)
    begun = connection.transaction()
    await begun.start()
    yield connection
    await begun.rollback()
    await connection.close()


async def test_a_database_that_nobody_touched_has_none(connection: asyncpg.Connection, owner: str) -> None:
    assert await drift(connection) == []
    assert await undeclared(SPEC, owner) == []


@pytest.mark.parametrize("done", DONE)
async def test_what_was_done_by_hand_shows(connection: asyncpg.Connection, done: str) -> None:
    statement, said = DONE[done]
    await connection.execute(statement)
    assert said in await drift(connection)


async def test_the_weak_role_sees_it_too_and_tables_of_others_are_none_of_ours(
    server: Server, name: str, owner: str
) -> None:
    connection = await asyncpg.connect(owner)
    weak = await asyncpg.connect(server.app(name))
    try:
        await connection.execute("CREATE TABLE foreign_list (id int)")
        assert await drift(weak) == []
        await connection.execute("CREATE INDEX by_hand ON cars (tenant_id)")
        assert await drift(weak) == ["index cars.by_hand was not made by a migration"]
    finally:
        await connection.execute("DROP TABLE foreign_list; DROP INDEX by_hand")
        await weak.close()
        await connection.close()


async def test_what_is_declared_and_was_never_made_shows(owner: str) -> None:
    """Even where the note itself was taken after the harm."""
    connection = await asyncpg.connect(owner)
    try:
        await connection.execute("DROP INDEX ix_outbox_due")
        assert "ix_outbox_due" in " ".join(await undeclared(SPEC, owner))
    finally:
        sql = "CREATE INDEX ix_outbox_due ON outbox (tenant_id, event, due_at) WHERE done_at IS NULL"
        await connection.execute(sql)
        await connection.close()


async def test_a_table_of_somebody_else_stops_no_start_until_our_role_may_touch_it(
    server: Server, name: str, owner: str
) -> None:
    connection = await asyncpg.connect(owner)
    try:
        await connection.execute("CREATE TABLE theirs (id int)")
        async with Database(SPEC, server.app(name)):
            pass
        await connection.execute("GRANT SELECT ON theirs TO directapp_app")
        with pytest.raises(UnsafeRoleError, match="theirs"):
            await Database(SPEC, server.app(name)).open()
        assert any("theirs" in line for line in await lint(connection, SPEC))
    finally:
        await connection.execute("DROP TABLE theirs")
        await connection.close()


def other_policies() -> Spec:
    """Return the Spec as a version before or after declared it: one collection's rows are seen by fewer."""
    spec = Spec([meta.declared for meta in SPEC.metas.values()], SPEC.events.values())
    meta = spec["cars"]
    fewer = replace(meta.declared.access, grants=meta.declared.access.grants[1:])
    declared = [replace(m.declared, access=fewer) if m is meta else m.declared for m in spec.metas.values()]
    return Spec(declared, SPEC.events.values())


async def policies(owner: str) -> list[asyncpg.Record]:
    connection = await asyncpg.connect(owner)
    try:
        found: list[asyncpg.Record] = await connection.fetch("SELECT * FROM pg_policies ORDER BY tablename, policyname")
    finally:
        await connection.close()
    return found


async def test_policies_wait_for_a_dump_in_short_tries_and_an_older_version_takes_none_back(server: Server) -> None:
    name = await template(server)
    owner, newer = server.owner(name), other_policies()
    dump, reader = await asyncpg.connect(owner), await asyncpg.connect(owner)
    try:
        before = await policies(owner)
        held = dump.transaction()
        await held.start()
        await dump.execute("LOCK TABLE cars, users IN ACCESS SHARE MODE")
        bringing = asyncio.create_task(bring_up_to_date(newer, owner, utc_now()))
        waits = []
        while sum(waits) < 3 * LOCK_SECONDS:
            began = time.perf_counter()
            await reader.execute("SELECT 1 FROM cars LIMIT 1")
            waits.append(max(time.perf_counter() - began, 0.01))
            await asyncio.sleep(0.01)
        assert max(waits) < 2 * LOCK_SECONDS, "nobody waits behind the one who waits for the dump"
        assert not bringing.done()
        assert await policies(owner) == before
        await held.rollback()
        assert await bringing
        after = await policies(owner)
        assert after != before
        with pytest.raises(NewerDatabaseError, match="--back"):
            await bring_up_to_date(SPEC, owner, utc_now())
        assert await policies(owner) == after
        assert await bring_up_to_date(SPEC, owner, utc_now(), back=True)
        assert await policies(owner) == before
        assert await bring_up_to_date(newer, owner, utc_now(), back=True)
    finally:
        await reader.close()
        await dump.close()
        await server.drop(name)


async def test_a_table_that_is_held_for_ever_ends_the_start_and_not_the_site(owner: str) -> None:
    dump = await asyncpg.connect(owner)
    held = dump.transaction()
    await held.start()
    try:
        await dump.execute("LOCK TABLE cars IN ACCESS SHARE MODE")
        with pytest.raises(TimeoutError, match="dump"):
            await bring_up_to_date(other_policies(), owner, utc_now(), patience=1)
    finally:
        await held.rollback()
        await dump.close()


async def test_what_does_not_migrate_refuses_an_older_and_a_newer_database_and_fills_none(server: Server) -> None:
    name = await server.create()
    owner = server.owner(name)
    connection = await asyncpg.connect(owner)
    try:
        assert not await refuse_other_schema(owner)
        await connection.execute(
            "CREATE TABLE alembic_version (version_num text); INSERT INTO alembic_version VALUES ('0031')"
        )
        with pytest.raises(OutdatedDatabaseError, match="schema upgrade"):
            await refuse_other_schema(owner)
        await connection.execute("UPDATE alembic_version SET version_num = '9999'")
        for refusing in (refuse_other_schema(owner), bring_up_to_date(SPEC, owner, utc_now())):
            with pytest.raises(NewerDatabaseError, match="newer version"):
                await refusing
        tables = "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'"
        assert await connection.fetchval(tables) == 1
    finally:
        await connection.close()
        await server.drop(name)


# The programs are those of the embedded server: what they write for it an older one does not read.
@pytest.mark.embedded
async def test_a_dump_that_is_restored_has_not_drifted(server: Server, owner: str, tmp_path: Path) -> None:
    restored, dump = await server.create(), tmp_path / "whole.dump"
    try:
        for program, *words in (
            ("pg_dump", "--format=custom", "--schema-only", "--no-owner", f"--file={dump}", f"--dbname={owner}"),
            ("pg_restore", "--no-owner", "--exit-on-error", f"--dbname={server.owner(restored)}", str(dump)),
        ):
            command = [str(wheel_binaries() / program), *words]
            done = await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True, check=False)
            assert done.returncode == 0, done.stderr
        source, target = await asyncpg.connect(owner), await asyncpg.connect(server.owner(restored))
        for row in await source.fetch("SELECT name, value FROM schema_state"):
            await target.execute("INSERT INTO schema_state VALUES ($1, $2)", *row)
        assert await drift(target) == []
        await target.execute("DROP TRIGGER cars_sight ON cars")
        assert await drift(target) == ["trigger cars.cars_sight is missing"]
        await source.close()
        await target.close()
    finally:
        await server.drop(restored)
