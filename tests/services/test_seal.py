"""Sealing: however much there is to seal, it goes in batches and pages, and the chain is the same."""

import hashlib
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import asyncpg
import orjson
import pytest

from directapp.kernel.actor import system_actor
from directapp.services.seal import LAG, seal, seal_all, verify
from directapp.store.unit import recorded
from support.dealer import Dealer, Time

_ROWS = """
INSERT INTO audit (tenant_id, id, at, actor_name, roles, origin, collection, record, verb, version, changes)
SELECT $1, gen_random_uuid(), $2::timestamptz + (n / 10) * interval '1 second', 'Kari', '{planner}', 'test', 'cars',
       gen_random_uuid(), 'update', n, jsonb_build_object('b', n, 'a', 'x') FROM generate_series(1, $3::int) n
"""


@pytest.fixture
async def audited(dealer: Dealer, time: Time) -> AsyncIterator[Dealer]:
    """Give a tenant with 1,300 changes of its own in the audit, ten at each instant."""
    async with dealer.application.platform.database.unit(system_actor(dealer.tenant, "pipeline")) as unit:
        await unit.value(_ROWS, dealer.tenant, time() + timedelta(minutes=1), 1300)
    time.ahead = timedelta(hours=1)
    yield dealer
    time.ahead = timedelta()


async def _seals(dealer: Dealer) -> list[asyncpg.Record]:
    async with dealer.application.platform.database.unit(system_actor(dealer.tenant, "pipeline")) as unit:
        return await unit.fetch("SELECT * FROM audit_seal WHERE tenant_id = $1 ORDER BY batch", dealer.tenant)


async def test_a_long_past_is_sealed_in_batches_that_end_between_two_instants(audited: Dealer, time: Time) -> None:
    database = audited.application.platform.database
    sizes = []
    while rows := await seal(database, audited.tenant, clock=time, most=325):
        sizes.append(rows)
    assert len(sizes) > 3
    assert max(sizes) < 325 + 10, "only what was written at the same instant goes with the last row"
    seals = await _seals(audited)
    assert [s["rows"] for s in seals] == sizes
    assert all(a["to_at"] == b["from_at"] for a, b in pairwise(seals))
    assert await verify(database, audited.tenant) == []


async def test_no_statement_brings_more_than_a_page(audited: Dealer, time: Time) -> None:
    seen: list[tuple[str, tuple[Any, ...]]] = []
    token = recorded.set(seen)
    try:
        sealed = await seal_all(audited.application.platform.database, audited.tenant, clock=time)
    finally:
        recorded.reset(token)
    assert sealed >= 1300
    reads = [values for sql, values in seen if "to_jsonb(a)" in sql]
    assert len(reads) >= 3
    assert {values[-1] for values in reads} == {500}


async def test_the_digest_is_that_of_all_rows_in_their_order(audited: Dealer, time: Time) -> None:
    database = audited.application.platform.database
    await seal_all(database, audited.tenant, clock=time)
    end: datetime = time() - LAG
    async with database.unit(system_actor(audited.tenant, "pipeline")) as unit:
        rows = await unit.fetch(
            "SELECT (CASE WHEN act IS NULL THEN to_jsonb(a) - 'act' ELSE to_jsonb(a) END)::text AS line"
            " FROM audit a WHERE tenant_id = $1 AND at <= $2 ORDER BY at, id",
            audited.tenant,
            end,
        )
    running = hashlib.sha256(b"0" * 64)
    for row in rows:
        running.update(orjson.dumps(orjson.loads(row["line"]), option=orjson.OPT_SORT_KEYS))
    (sealed,) = await _seals(audited)
    assert (sealed["rows"], sealed["digest"]) == (len(rows), running.hexdigest())
    assert await seal_all(database, audited.tenant, clock=time) == 0
