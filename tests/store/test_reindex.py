"""The search's index of rows that were there before values were cut as they are now."""

from collections.abc import AsyncIterator

import asyncpg
import orjson
import pytest

from directapp.kernel.actor import system_actor
from directapp.kernel.ids import uuid7
from directapp.services.intent import Intent
from directapp.services.pipeline import Pipeline
from directapp.services.reading import Reading
from directapp.store.database import Database
from directapp.store.query import Query
from directapp.store.reindex import reindex
from directapp.store.words import question_words
from support.server import Server
from support.small import SPEC, lay_out, person


@pytest.fixture
async def database(server: Server) -> AsyncIterator[str]:
    name = await server.create()
    await lay_out(server.owner(name))
    yield name
    await server.drop(name)


async def test_rows_of_an_older_index_are_found_as_they_are_cut_today(server: Server, database: str) -> None:
    tenant = uuid7()
    demo, admin = system_actor(tenant, "demo"), person(tenant, "tenant_admin", None)
    owner = await asyncpg.connect(server.owner(database))
    async with Database(SPEC, server.app(database)) as store:
        pipeline, reading = Pipeline(SPEC, store), Reading(SPEC, store)
        for title in ("Škoda til Håkon", "Иван", "ID.4"):
            await pipeline.perform(
                Intent(actor=demo, collection="jobs", verb="create", origin="test", patch={"title": title})
            )

        async def found(text: str) -> list[str]:
            page = await reading.page(admin, "jobs", Query(fields=(("title",),), search=question_words(text)))
            return [r["title"] for r in orjson.loads(page.json)]

        # As an older release cut them: without accents, without other letters than Norwegian ones.
        async with store.unit(demo) as unit:
            await unit.fetch("DELETE FROM search_tokens WHERE tenant_id = $1", tenant)
            await unit.fetch("INSERT INTO search_tokens SELECT tenant_id, 'jobs', id, 'title', lower(title) FROM jobs")
        await owner.execute("INSERT INTO schema_state VALUES ('search.jobs', '1 title code')")
        assert await found("skoda") == await found("иван петров") == await found("id4") == []
        assert await reindex(owner, SPEC)
        assert await found("skoda haakon") == ["Škoda til Håkon"]
        assert await found("иван") == ["Иван"]
        assert await found("id4") == ["ID.4"]
        assert not await reindex(owner, SPEC)
    naked = await owner.fetch(
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'"
        " AND relname IN ('jobs', 'search_tokens', 'sites') AND NOT relforcerowsecurity"
    )
    await owner.close()
    assert naked == []


async def test_a_field_that_becomes_searchable_is_indexed_and_others_are_left(server: Server, database: str) -> None:
    owner = await asyncpg.connect(server.owner(database))
    assert await reindex(owner, SPEC)
    await owner.execute("UPDATE schema_state SET value = '2 title' WHERE name = 'search.jobs'")
    await owner.execute("ALTER TABLE search_tokens NO FORCE ROW LEVEL SECURITY")
    tenant = uuid7()
    await owner.executemany(
        "INSERT INTO search_tokens VALUES ($1, $2, $3, 'name', 'stays')",
        [(tenant, n, uuid7()) for n in ("jobs", "users")],
    )
    assert await reindex(owner, SPEC)
    await owner.execute("ALTER TABLE search_tokens NO FORCE ROW LEVEL SECURITY")
    assert [r["collection"] for r in await owner.fetch("SELECT collection FROM search_tokens")] == ["users"]
    await owner.close()
