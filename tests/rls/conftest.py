"""A tenant with rows of every collection, and another tenant beside it."""

from collections.abc import AsyncIterator
from uuid import UUID

import pytest

from directapp.app.spec import load_spec
from directapp.declare.spec import CollectionMeta
from directapp.kernel.actor import Actor, system_actor
from directapp.kernel.ids import uuid7
from directapp.services.reading import Reading
from directapp.store.database import Database
from support.dealer import template
from support.sample import Sample, Sampler, pour
from support.server import Server

SPEC = load_spec()
COUNTS = {"cars": 240, "users": 24, "dealerships": 5}


def writer(tenant: UUID, meta: CollectionMeta) -> Actor:
    systems = meta.declared.access.systems
    if systems:
        return system_actor(tenant, systems[0])
    return Actor(tenant=tenant, user=uuid7(), name="admin", roles=frozenset({"tenant_admin"}))


@pytest.fixture(scope="session")
async def sample(server: Server) -> AsyncIterator[Sample]:
    name = await template(server)
    tenant, other = uuid7(), uuid7()
    async with Database(SPEC, server.app(name)) as database:
        rows, theirs = Sampler(SPEC, tenant, 1).fill(COUNTS, 12), Sampler(SPEC, other, 2).fill({}, 3)
        for owner, poured in ((tenant, rows), (other, theirs)):
            await pour(database, SPEC, {n: writer(owner, s) for n, s in SPEC.metas.items()}, poured)
        yield Sample(database, Reading(SPEC, database), tenant, other, rows, theirs)
    await server.drop(name)
