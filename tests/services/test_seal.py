"""Sealing: however much there is to seal, it goes in batches and pages, and the chain is the same."""

import hashlib
import re
from datetime import timedelta
from itertools import pairwise
from typing import Any

import asyncpg
import orjson
import pytest

from directapp.kernel.actor import system_actor
from directapp.kernel.clock import utc_now
from directapp.services.intent import Intent
from directapp.services.jobs import acting
from directapp.services.pipeline import Pipeline
from directapp.services.seal import Verified, seal, seal_all, verify
from directapp.store.unit import recorded
from support.dealer import Dealer

_ROWS = """
INSERT INTO audit (tenant_id, id, at, actor_name, roles, origin, collection, record, verb, version, changes)
SELECT $1, gen_random_uuid(), $2::timestamptz + (n / 10) * interval '1 second', 'Kari', '{planner}', 'test', 'cars',
       gen_random_uuid(), 'update', n, jsonb_build_object('b', n, 'a', 'x') FROM generate_series(1, $3::int) n
"""


@pytest.fixture
async def audited(dealer: Dealer) -> Dealer:
    """Give a tenant with 1,300 changes of its own in the audit, ten at each instant."""
    async with dealer.application.platform.database.unit(system_actor(dealer.tenant, "pipeline")) as unit:
        await unit.value(_ROWS, dealer.tenant, utc_now() - timedelta(hours=1), 1300)
    return dealer


async def _seals(dealer: Dealer) -> list[asyncpg.Record]:
    async with dealer.application.platform.database.unit(system_actor(dealer.tenant, "pipeline")) as unit:
        return await unit.fetch("SELECT * FROM audit_seal WHERE tenant_id = $1 ORDER BY batch", dealer.tenant)


async def test_a_long_past_is_sealed_in_batches_that_end_between_two_instants(audited: Dealer) -> None:
    database = audited.application.platform.database
    sizes = []
    while rows := await seal(database, audited.tenant, lag=timedelta(), most=325):
        sizes.append(rows)
    assert len(sizes) > 3
    assert max(sizes) < 325 + 10, "only what was written at the same instant goes with the last row"
    seals = await _seals(audited)
    assert [s["rows"] for s in seals] == sizes
    assert all(a["to_at"] == b["from_at"] for a, b in pairwise(seals))
    assert await verify(database, audited.tenant) == Verified([], sum(sizes), len(sizes), 0)


async def test_no_statement_brings_more_than_a_page(audited: Dealer) -> None:
    seen: list[tuple[str, tuple[Any, ...]]] = []
    token = recorded.set(seen)
    try:
        sealed = await seal_all(audited.application.platform.database, audited.tenant, lag=timedelta())
    finally:
        recorded.reset(token)
    assert sealed >= 1300
    reads = [values for sql, values in seen if "audit_line" in sql]
    assert len(reads) >= 3
    assert {values[-1] for values in reads} == {500}


async def test_the_digest_is_that_of_all_rows_in_their_order(audited: Dealer) -> None:
    database = audited.application.platform.database
    await seal_all(database, audited.tenant, lag=timedelta())
    async with database.unit(system_actor(audited.tenant, "pipeline")) as unit:
        rows = await unit.fetch(
            "SELECT audit_line(to_jsonb(a))::text AS line FROM audit a WHERE tenant_id = $1 ORDER BY at, id",
            audited.tenant,
        )
    running = hashlib.sha256(b"0" * 64)
    for row in rows:
        running.update(orjson.dumps(orjson.loads(row["line"]), option=orjson.OPT_SORT_KEYS))
    (sealed,) = await _seals(audited)
    assert (sealed["rows"], sealed["digest"]) == (len(rows), running.hexdigest())
    assert await seal_all(database, audited.tenant, lag=timedelta()) == 0


@pytest.mark.parametrize("way", ["create", "create_all"])
async def test_a_clock_that_jumped_ahead_and_back_leaves_nothing_behind_the_seals(dealer: Dealer, way: str) -> None:
    """What was sealed in the hour that never was stays sealed; what is written after it is sealed after it."""
    platform, admin = dealer.application.platform, await dealer.person("tenant_admin")
    database = platform.database
    async with database.unit(system_actor(dealer.tenant, "pipeline")) as unit:
        await unit.value(_ROWS, dealer.tenant, utc_now() + timedelta(hours=1), 30)
    sealed = await seal_all(database, dealer.tenant, lag=timedelta(hours=-2))
    assert sealed >= 30
    real = Pipeline(platform.spec, database)
    if way == "create":
        await real.perform(Intent(actor=admin, collection="cars", verb="create", origin="test", patch={"make": "VW"}))
    else:
        async with acting(real, dealer.tenant, "workflow", "test", "", None) as ctx:
            lines = [{"receiver": admin.user, "title": title, "event": "x"} for title in "ab"]
            await ctx.create_all("notifications", lines)
    assert await seal_all(database, dealer.tenant, lag=timedelta(hours=-2)) > 0
    found = await verify(database, dealer.tenant)
    assert (found.flaws, found.unsealed) == ([], 0)
    assert found.rows > sealed


async def test_the_database_says_when_a_change_was_written(dealer: Dealer) -> None:
    """The clock of the machine that runs the application tells of fields, never of the audit."""
    platform, admin = dealer.application.platform, await dealer.person("tenant_admin")
    seen: list[tuple[str, tuple[Any, ...]]] = []
    token = recorded.set(seen)
    try:
        real = Pipeline(platform.spec, platform.database)
        await real.perform(Intent(actor=admin, collection="cars", verb="create", origin="test", patch={"make": "VW"}))
    finally:
        recorded.reset(token)
    (written,) = [(sql, values) for sql, values in seen if "INSERT INTO audit" in sql]
    mark = re.search(r"coalesce\(\$(\d+)::timestamptz, now\(\)\)", written[0])
    assert mark
    assert written[1][int(mark[1]) - 1] is None
