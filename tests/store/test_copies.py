"""Rows that are seen with a car carry what decides it, whoever moves the car and whenever they are written."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from directapp.app.spec import load_spec
from directapp.declare.rules import Either, Empty, Everything, In, Is, Nothing, all_of, either
from directapp.kernel.actor import Actor, system_actor
from directapp.kernel.clock import utc_now
from directapp.kernel.ids import uuid7
from directapp.store.database import Database
from directapp.store.migrate import bring_up_to_date
from directapp.store.rule_sql import implies
from directapp.store.unit import Unit
from support.server import Server

SPEC = load_spec()
SIGHT = SPEC["cars"].declared.sight


@dataclass
class Lot:
    """A tenant with two sites, a car at the first, and whoever may write everything."""

    database: Database
    demo: Actor
    car: UUID = field(default_factory=uuid7)
    here: UUID = field(default_factory=uuid7)
    there: UUID = field(default_factory=uuid7)

    async def fill(self) -> "Lot":
        """Make the sites and the car."""
        async with self.database.unit(self.demo) as unit:
            for number, site in enumerate((self.here, self.there)):
                await unit.value(
                    "INSERT INTO dealerships (tenant_id, id, number, name) VALUES ($1, $2, $3, 'Bilhuset')",
                    self.demo.tenant,
                    site,
                    str(number),
                )
            await unit.value(
                "INSERT INTO cars (tenant_id, id, status, dealership, car_type) VALUES ($1, $2, 'draft', $3, 'new')",
                self.demo.tenant,
                self.car,
                self.here,
            )
        return self

    async def comment(self, unit: Unit, car: UUID | None = None) -> UUID:
        """Write a comment on the car."""
        record = uuid7()
        await unit.value(
            "INSERT INTO comments (tenant_id, id, car, text) VALUES ($1, $2, $3, 'Kunden ringer')",
            self.demo.tenant,
            record,
            car or self.car,
        )
        return record

    async def move(self, unit: Unit) -> None:
        """Move the car to the other site."""
        await unit.value(
            "UPDATE cars SET dealership = $3 WHERE tenant_id = $1 AND id = $2", self.demo.tenant, self.car, self.there
        )

    async def waits(self) -> None:
        """Wait until a session waits for an advisory lock."""
        sql = "SELECT EXISTS (SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted) AS it"
        while not (await self.database.plain(sql))[0]["it"]:
            await asyncio.sleep(0.01)

    async def sites(self) -> list[UUID]:
        """Return the site that each comment says the car is at."""
        async with self.database.unit(system_actor(self.demo.tenant, "pipeline"), readonly=True) as unit:
            rows = await unit.fetch(
                "SELECT car_dealership AS site FROM comments WHERE tenant_id = $1", unit.actor.tenant
            )
        return [row["site"] for row in rows]

    async def seen_at(self, site: UUID, role: str = "new_car_sales") -> int:
        """Return how many comments a seller at a site sees."""
        seller = Actor(
            tenant=self.demo.tenant, user=uuid7(), name="Nora", roles=frozenset({role}), site=site,
            sites=frozenset({site}), brands=frozenset(),
        )  # fmt: skip
        async with self.database.unit(seller, readonly=True) as unit:
            return int(await unit.value("SELECT count(*) FROM comments WHERE tenant_id = $1", seller.tenant))


@pytest.fixture(scope="module")
async def database(server: Server) -> AsyncIterator[Database]:
    name = await server.create()
    await bring_up_to_date(SPEC, server.owner(name), utc_now())
    async with Database(SPEC, server.app(name), size=6) as database:
        yield database
    await server.drop(name)


@pytest.fixture
async def lot(database: Database) -> Lot:
    return await Lot(database, system_actor(uuid7(), "demo")).fill()


async def test_rows_follow_a_car_that_moves_whoever_moves_it(lot: Lot) -> None:
    async with lot.database.unit(lot.demo) as unit:
        await lot.comment(unit)
    assert (await lot.seen_at(lot.here), await lot.seen_at(lot.there)) == (1, 0)
    # The custodian may write cars, and no comments.
    async with lot.database.unit(system_actor(lot.demo.tenant, "custodian")) as unit:
        await lot.move(unit)
        assert unit.actor.name == "system:custodian"
        assert await unit.value("SELECT current_setting('app.roles')") == "sys_custodian", "and is who it was"
    assert await lot.sites() == [lot.there]
    assert (await lot.seen_at(lot.here), await lot.seen_at(lot.there)) == (0, 1)


async def test_a_code_of_the_past_keeps_no_car_where_it_is(lot: Lot, server: Server) -> None:
    """Neither one of the car nor one of its rows: only a code that is written is asked about."""
    (here,) = await lot.database.plain("SELECT current_database() AS name")
    owner = await asyncpg.connect(server.owner(here["name"]))
    try:
        async with lot.database.unit(lot.demo) as unit:
            await unit.value(
                "INSERT INTO work_items (tenant_id, id, car, description, kind, status)"
                " VALUES ($1, $2, $3, 'x', 'technical', 'proposed')",
                lot.demo.tenant,
                uuid7(),
                lot.car,
            )
        for table, past in (("work_items", "kind = 'mechanical_then'"), ("cars", "priority = 'then'")):
            await owner.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
            await owner.execute(f"ALTER TABLE {table} DISABLE TRIGGER {table}_choices")
            await owner.execute(f"UPDATE {table} SET {past} WHERE tenant_id = $1", lot.demo.tenant)
            await owner.execute(f"ALTER TABLE {table} ENABLE TRIGGER {table}_choices")
            await owner.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    finally:
        await owner.close()
    async with lot.database.unit(lot.demo) as unit:
        await lot.move(unit)
        await unit.value("UPDATE work_items SET kind = kind, description = 'y' WHERE tenant_id = $1", lot.demo.tenant)
    pipeline = system_actor(lot.demo.tenant, "pipeline")
    async with lot.database.unit(pipeline, readonly=True) as unit:
        rows = await unit.fetch("SELECT kind, description, car_dealership FROM work_items WHERE car = $1", lot.car)
    assert [tuple(row) for row in rows] == [("mechanical_then", "y", lot.there)]
    for kind in ("another", "mechanical_Then"):
        with pytest.raises(asyncpg.CheckViolationError) as refused:
            async with lot.database.unit(lot.demo) as unit:
                await unit.value("UPDATE work_items SET kind = $2 WHERE tenant_id = $1", lot.demo.tenant, kind)
        assert refused.value.constraint_name == "ck_work_items_kind_choice"


async def test_what_copies_leave_open_is_looked_up(lot: Lot) -> None:
    """A draft of no type is seen by sellers of either kind, and no longer when it is more than a draft."""
    async with lot.database.unit(lot.demo) as unit:
        await lot.comment(unit)
        await unit.value("UPDATE cars SET car_type = NULL WHERE id = $1", lot.car)
    assert [await lot.seen_at(lot.here, f"{kind}_car_sales") for kind in ("new", "used")] == [1, 1]
    assert await lot.seen_at(lot.there) == 0
    async with lot.database.unit(lot.demo) as unit:
        await unit.value("UPDATE cars SET status = 'registered' WHERE id = $1", lot.car)
    assert [await lot.seen_at(lot.here, f"{kind}_car_sales") for kind in ("new", "used")] == [0, 0]


async def test_a_row_that_is_written_first_holds_the_car_where_it_is(lot: Lot) -> None:
    async def moving() -> None:
        async with lot.database.unit(lot.demo) as unit:
            await lot.move(unit)

    async with lot.database.unit(lot.demo) as unit:
        await lot.comment(unit)
        mover = asyncio.create_task(moving())
        await asyncio.wait_for(lot.waits(), 60)
    await mover
    assert await lot.sites() == [lot.there]


async def test_a_row_that_is_written_while_a_car_moves_waits_for_where_it_goes(lot: Lot) -> None:
    async def writing() -> None:
        async with lot.database.unit(lot.demo) as unit:
            await lot.comment(unit)

    async with lot.database.unit(lot.demo) as unit:
        await lot.move(unit)
        writer = asyncio.create_task(writing())
        await asyncio.wait_for(lot.waits(), 60)
    await writer
    assert await lot.sites() == [lot.there]


async def test_rows_written_at_once_do_not_wait_for_each_other(lot: Lot) -> None:
    async with lot.database.unit(lot.demo) as one, lot.database.unit(lot.demo) as other:
        await lot.comment(one)
        await asyncio.wait_for(lot.comment(other), 60)
    assert await lot.sites() == [lot.here, lot.here]


def test_every_copy_is_of_what_rules_look_at() -> None:
    rules = [g.rows for g in SPEC["cars"].declared.access.grants if g.full]
    text = str(rules)
    assert all(f"column='{name}'" in text for name in SIGHT)


OWN, ONCE, NEW, BANK = Is("a", "x"), Is("b", "x"), In("c", ("new",)), Empty("d")


@pytest.mark.parametrize(
    ("rule", "other", "expected"),
    [
        (OWN, OWN, True),
        (OWN, ONCE, False),
        (all_of(OWN, NEW), OWN, True),
        (OWN, all_of(OWN, NEW), False),
        (all_of(OWN, NEW), all_of(either(OWN, ONCE), NEW), True),
        (all_of(either(OWN, ONCE), NEW), all_of(OWN, NEW), False),
        (either(OWN, ONCE), either(ONCE, BANK, OWN), True),
        (either(OWN, BANK), either(OWN, ONCE), False),
        (BANK, Everything(), True),
        (Everything(), BANK, False),
        (Nothing(), BANK, True),
        (BANK, Nothing(), False),
        (Either(()), BANK, True),
    ],
)
def test_a_rule_that_another_takes_in_is_known(rule: Any, other: Any, *, expected: bool) -> None:
    assert implies(rule, other) is expected
