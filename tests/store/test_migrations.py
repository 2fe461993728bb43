"""Migrations: a database in use comes up from the first release with what it holds."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

import asyncpg
import orjson
import pytest
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory

from directapp.app.spec import load_spec
from directapp.kernel.actor import system_actor
from directapp.kernel.clock import utc_now
from directapp.kernel.ids import uuid7
from directapp.services.reading import Reading
from directapp.store.database import Database
from directapp.store.migrate import bring_up_to_date, present_revision
from directapp.store.query import Query
from directapp.store.schema import lint
from support.migrations import config_for
from support.server import Server

SPEC = load_spec()
TENANT, CAR = uuid7(), uuid7()


@dataclass(frozen=True)
class Old:
    """A database of the first release, in use."""

    owner: str
    app: str
    alembic: Config


@pytest.fixture(scope="module")
async def first(server: Server) -> AsyncIterator[str]:
    """Bring an empty database to the first revision, put a car in it, and shut its rows in as a release does."""
    name = await server.create()
    await asyncio.to_thread(command.upgrade, config_for(SPEC, server.owner(name)), "0001")
    connection = await asyncpg.connect(server.owner(name))
    try:
        sql = (
            "INSERT INTO cars (tenant_id, id, status, make, customer_name) VALUES ($1, $2, 'draft', 'Audi', 'Nora Lie')"
        )
        await connection.execute(sql, TENANT, CAR)
        await connection.execute("ALTER TABLE cars ENABLE ROW LEVEL SECURITY")
        await connection.execute("ALTER TABLE cars FORCE ROW LEVEL SECURITY")
        assert await connection.fetchval("SELECT count(*) FROM cars") == 0, "the owner itself sees no row"
    finally:
        await connection.close()
    yield name
    await server.drop(name)


@pytest.fixture
async def old(server: Server, first: str) -> AsyncIterator[Old]:
    """Copy the database of the first release for one test."""
    name = await server.create(first)
    yield Old(server.owner(name), server.app(name), config_for(SPEC, server.owner(name)))
    await server.drop(name)


async def test_a_database_of_the_first_release_comes_up_with_what_it_holds(old: Old) -> None:
    assert await present_revision(old.owner) == "0001"
    assert await bring_up_to_date(SPEC, old.owner, utc_now())
    assert await present_revision(old.owner) == ScriptDirectory.from_config(old.alembic).get_current_head()
    async with Database(SPEC, old.app) as database:
        row = orjson.loads(await Reading(SPEC, database).one(system_actor(TENANT, "pipeline"), "cars", CAR))
    assert (row["make"], row["customer_name"]) == ("Audi", "Nora Lie")
    assert row["customer_language"] == "nb", "a car from before the choice has what was true then"
    assert not await bring_up_to_date(SPEC, old.owner, utc_now()), "the second time nothing is missing"


async def test_events_under_way_know_their_handlers_by_their_present_names(old: Old) -> None:
    """Else each that is behind an event would hear of it again after the upgrade."""
    await asyncio.to_thread(command.upgrade, old.alembic, "0016")
    connection = await asyncpg.connect(old.owner)
    try:
        await connection.execute(
            "INSERT INTO outbox (tenant_id, id, event, collection, record, payload, passed)"
            " VALUES ($1, $2, 'car.sent', 'cars', $2, '{}', ARRAY['directapp.domains.cars.reactions.follow'])",
            TENANT,
            uuid7(),
        )
        payload = '{"_job": {"passed": ["directapp.domains.cars.reactions.follow"], "key": "a"}}'
        await connection.execute(
            "INSERT INTO failed_jobs (tenant_id, id, job, kind, payload) VALUES ($1, $2, 'car.sent', 'reaction', $3)",
            TENANT,
            uuid7(),
            payload,
        )
        await asyncio.to_thread(command.upgrade, old.alembic, "0017")
        assert await connection.fetchval("SELECT passed FROM outbox") == ["directapp.domains.cars.handlers.follow"]
        kept = orjson.loads(await connection.fetchval("SELECT payload FROM failed_jobs"))
        assert kept["_job"] == {"passed": ["directapp.domains.cars.handlers.follow"], "key": "a"}
    finally:
        await connection.close()


async def test_failed_jobs_are_called_what_they_are(old: Old) -> None:
    await asyncio.to_thread(command.upgrade, old.alembic, "0019")
    connection = await asyncpg.connect(old.owner)
    try:
        for kind in ("errand", "reaction"):
            await connection.execute(
                "INSERT INTO failed_jobs (tenant_id, id, job, kind) VALUES ($1, $2, 'car.sent', $3)",
                TENANT,
                uuid7(),
                kind,
            )
        await asyncio.to_thread(command.upgrade, old.alembic, "0020")
        kinds = await connection.fetch("SELECT kind FROM failed_jobs ORDER BY id")
        assert [row["kind"] for row in kinds] == ["job", "event_handler"]
    finally:
        await connection.close()


async def test_what_belonged_to_a_car_says_so_and_what_named_another_record_is_kept_with_its_car(old: Old) -> None:
    await asyncio.to_thread(command.upgrade, old.alembic, "0017")
    item, elsewhere, gone = uuid7(), uuid7(), uuid7()
    about = {"cars": CAR, "work_items": item, "inspections": gone, "car_files": elsewhere}
    connection = await asyncpg.connect(old.owner)
    try:
        await connection.execute(
            "INSERT INTO work_items (tenant_id, id, car, status) VALUES ($1, $2, $3, 'done')", TENANT, item, CAR
        )
        for collection, record in about.items():
            await connection.execute(
                "INSERT INTO comments (tenant_id, id, car, collection, record, text) VALUES ($1, $2, $3, $4, $5, $4)",
                TENANT,
                uuid7(),
                CAR,
                collection,
                record,
            )
        for table, column in (("messages", "body"), ("car_files", "title")):
            for car in (CAR, None):
                sql = f"INSERT INTO {table} (tenant_id, id, car, {column}) VALUES ($1, $2, $3, 'x')"
                await connection.execute(sql, TENANT, uuid7(), car)
        sql = (
            "INSERT INTO notifications (tenant_id, id, title, collection, record) VALUES ($1, $2, 'x', 'webhooks', $3)"
        )
        await connection.execute(sql, TENANT, uuid7(), gone)
        await bring_up_to_date(SPEC, old.owner, utc_now())
        await connection.execute(f"SET app.tenant = '{TENANT}'")
        sql = "SELECT text, subject_collection, subject_id FROM comments WHERE car = $1"
        found = {row["text"]: tuple(row)[1:] for row in await connection.fetch(sql, CAR)}
        for table in ("messages", "car_files"):
            rows = await connection.fetch(f"SELECT car, subject_collection, subject_id FROM {table}")
            assert {tuple(row) for row in rows} == {(CAR, "cars", CAR), (None, None, None)}, table
    finally:
        await connection.close()
    on_car = ("cars", CAR)
    assert found == {"cars": on_car, "work_items": ("work_items", item), "inspections": on_car, "car_files": on_car}
    async with Database(SPEC, old.app) as database:
        reader = system_actor(TENANT, "pipeline")
        (note,) = orjson.loads((await Reading(SPEC, database).page(reader, "notifications", Query())).json)
    assert (note["subject_collection"], note["subject_id"]) == ("webhooks", str(gone))


async def test_what_came_up_is_what_is_declared_and_stands_protected(old: Old) -> None:
    await bring_up_to_date(SPEC, old.owner, utc_now())
    await asyncio.to_thread(command.check, old.alembic)
    connection = await asyncpg.connect(old.owner)
    try:
        assert await lint(connection, SPEC) == []
    finally:
        await connection.close()


async def test_what_was_written_oddly_comes_up_composed_and_what_was_double_is_marked(old: Old) -> None:
    """Nothing is lost: of the cars that share a plate or an order number, the oldest alone is not marked."""
    cars = {
        "first": ("EL12345", "ORD-1", "A\u030ase"),
        "same_plate": ("EL12345", None, "Kari"),
        "same_order": (None, "ORD\u200b1", None),
        "both_alike": ("EL\u200b12345", "0RD 1", None),
        "odd": ("A\u030aSE12", "\uff2f\uff12", None),
    }
    ids = {name: uuid7() for name in cars}
    connection = await asyncpg.connect(old.owner)
    try:
        await connection.execute("ALTER TABLE cars NO FORCE ROW LEVEL SECURITY")
        for name, values in cars.items():
            columns = "tenant_id, id, status, license_plate, order_number, customer_name"
            sql = f"INSERT INTO cars ({columns}) VALUES ($1, $2, 'draft', $3, $4, $5)"
            await connection.execute(sql, TENANT, ids[name], *values)
        await connection.execute("ALTER TABLE cars FORCE ROW LEVEL SECURITY")
        await bring_up_to_date(SPEC, old.owner, utc_now())
        await connection.execute("ALTER TABLE cars NO FORCE ROW LEVEL SECURITY")
        found = {
            row["id"]: (row["license_plate"], row["order_number"], row["customer_name"], row["shared_identity"])
            for row in await connection.fetch("SELECT * FROM cars")
        }
    finally:
        await connection.close()
    assert {name: found[record] for name, record in ids.items()} == {
        "first": ("EL12345", "ORD-1", "\u00c5se", False),
        "same_plate": ("EL12345", None, "Kari", True),
        "same_order": (None, "ORD1", None, True),
        "both_alike": ("EL12345", "0RD 1", None, True),
        "odd": ("\u00c5SE12", "O2", None, False),
    }


async def test_rows_of_a_car_with_a_code_of_the_past_learn_who_sees_them(old: Old) -> None:
    await asyncio.to_thread(command.upgrade, old.alembic, "0010")
    connection = await asyncpg.connect(old.owner)
    try:
        await connection.execute(
            "INSERT INTO car_transfers (tenant_id, id, car, reason) VALUES ($1, $2, $3, 'preparation')",
            TENANT,
            uuid7(),
            CAR,
        )
        codes = "ADD CONSTRAINT ck_car_transfers_reason_choice CHECK (reason IN ('prep', 'sale')) NOT VALID"
        await connection.execute(f"ALTER TABLE car_transfers {codes}")
        await connection.execute("ALTER TABLE cars NO FORCE ROW LEVEL SECURITY")
        await connection.execute("UPDATE cars SET car_type = 'used'")
        await connection.execute("ALTER TABLE cars FORCE ROW LEVEL SECURITY")
        await asyncio.to_thread(command.upgrade, old.alembic, "0011")
        await connection.execute("ALTER TABLE car_transfers NO FORCE ROW LEVEL SECURITY")
        rows = await connection.fetch("SELECT reason, car_car_type FROM car_transfers")
        assert [tuple(row) for row in rows] == [("preparation", "used")]
        with pytest.raises(asyncpg.CheckViolationError):
            await connection.execute("UPDATE car_transfers SET reason = 'other'")
    finally:
        await connection.close()
