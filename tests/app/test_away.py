"""What is away for the moment: the answer says so, and what is wrong with one part takes no other out of service."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import asyncpg
import httpx
import pytest

from directapp.app.container import RELEASED, Application, background_jobs
from directapp.app.spec import load_spec
from directapp.app.web import build_app
from directapp.interfaces.rest.endpoint import SESSION_COOKIE
from directapp.kernel.actor import system_actor
from directapp.kernel.errors import UnavailableError
from directapp.kernel.ids import uuid7
from directapp.kernel.tokens import Token, TokenKind
from directapp.services.jobs import FOR_DAYS, attempts_within, backoff
from directapp.store import database as store
from directapp.store.database import Database
from directapp.store.outbox import dispatcher_actor
from directapp.store.quiet import hold, release
from support.dealer import Dealer, Time, built_application, settle, template
from support.pages import give_password
from support.server import Server

DAY = 86_400.0
INITIALIZE = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "away", "version": "1"}},
}


@pytest.fixture(scope="module")
async def name(server: Server) -> AsyncIterator[str]:
    name = await template(server)
    yield name
    await server.drop(name)


@pytest.fixture(scope="module")
async def application(server: Server, name: str, time: Time) -> AsyncIterator[Application]:
    async with built_application(server, name, time) as application:
        yield application


@pytest.fixture
async def dealer(application: Application) -> Dealer:
    return await settle(application)


@pytest.fixture
async def small(server: Server, name: str) -> AsyncIterator[Database]:
    """Give a database with one connection."""
    async with Database(load_spec(), server.app(name), size=1) as small:
        yield small


ANYONE = system_actor(uuid7(), "demo")


async def run(database: Database, *statements: str) -> Any:
    async with database.unit(ANYONE) as unit:
        return [await unit.value(sql) for sql in statements][-1]


async def ask(database: Database) -> Any:
    return await run(database, "SELECT 1")


async def test_who_waits_for_a_connection_is_told_and_too_many_at_once(
    small: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "_LENT_SECONDS", 0.3)
    monkeypatch.setattr(store, "_MOST_QUEUED", 3)
    async with small.unit(ANYONE) as unit:
        await unit.value("SELECT 1")
        began = asyncio.get_running_loop().time()
        asked = [asyncio.create_task(ask(small)) for _ in range(4)]
        done, waiting = await asyncio.wait(asked, timeout=0.1)
        assert (len(done), len(waiting)) == (1, 3), "the fourth is not kept waiting"
        refused = await asyncio.gather(*asked, return_exceptions=True)
        assert [type(one) for one in refused] == [UnavailableError] * 4
        assert asyncio.get_running_loop().time() - began < 2
    assert await ask(small) == 1


async def test_reads_are_shed_before_writes(small: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "_MOST_QUEUED", 4)

    async def read() -> Any:
        async with small.unit(ANYONE, readonly=True) as unit:
            return await unit.value("SELECT 1")

    async with small.unit(ANYONE) as unit:
        await unit.value("SELECT 1")
        waiting = [asyncio.create_task(read()) for _ in range(2)]
        await asyncio.sleep(0)
        with pytest.raises(UnavailableError):
            await read()
        waiting.append(asyncio.create_task(ask(small)))
        await asyncio.sleep(0)
        assert small.queued == 3, "a write is let wait where a read is not"
    assert await asyncio.gather(*waiting) == [1, 1, 1]


async def test_a_table_that_somebody_holds_gives_the_connection_back(
    server: Server, name: str, small: Database
) -> None:
    holder = await asyncpg.connect(server.owner(name))
    held = holder.transaction()
    await held.start()
    try:
        await holder.execute("LOCK TABLE cars IN ACCESS EXCLUSIVE MODE")
        with pytest.raises(UnavailableError):
            await run(small, "SET LOCAL lock_timeout = '100ms'", "SELECT count(*) FROM cars")
    finally:
        await held.rollback()
        await holder.close()
    assert await run(small, "SELECT current_setting('lock_timeout')") == "20s"


async def test_a_connection_that_was_cut_is_not_our_fault_and_a_wrong_statement_is(small: Database) -> None:
    with pytest.raises(asyncpg.UndefinedTableError):
        await run(small, "SELECT 1 FROM nowhere")
    with pytest.raises(UnavailableError):
        await run(small, "SELECT pg_terminate_backend(pg_backend_pid())")
    assert await ask(small) == 1


async def cut_off(server: Server, name: str) -> None:
    """Let a database take no connections, and end those that the application has."""
    owner, weak = await asyncpg.connect(server.owner("postgres")), await asyncpg.connect(server.app(name))
    await owner.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
    ended = (
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = $1 AND usename = current_user"
    )
    assert await weak.fetchval(f"{ended} AND pid <> pg_backend_pid()", name) > 0
    await weak.close()
    await owner.close()


async def test_without_its_database_the_process_lives_is_not_ready_and_says_when_to_come_again(
    server: Server, time: Time
) -> None:
    name = await template(server)
    async with built_application(server, name, time) as application:
        transport = httpx.ASGITransport(app=build_app(application))
        async with httpx.AsyncClient(transport=transport, base_url="http://away.test") as client:
            assert (await client.get("/server/ready")).status_code == 200
            token = application.auth.signer.access_token(uuid7(), uuid7(), uuid7(), time())
            await cut_off(server, name)
            bearer = {"authorization": f"Bearer {token}"}
            cookie = {"cookie": f"{SESSION_COOKIE}={Token(TokenKind.SESSION, uuid7(), uuid7(), 'x').text}"}
            directory = {"authorization": f"Bearer {Token(TokenKind.DIRECTORY, uuid7(), uuid7(), 'x').text}"}
            sign_in = {"email": "kari@example.test", "password": "x"}
            answers = {
                "ping": await client.get("/server/ping"),
                "ready": await client.get("/server/ready"),
                "health": await client.get("/server/health"),
                "api": await client.post("/auth/login", json=sign_in),
                "page": await client.post("/sign-in", data=sign_in, headers={"accept": "text/html"}),
                "rows": await client.get("/items/cars", headers=bearer),
                "write": await client.post("/items/cars", headers=bearer, json={"make": "Audi"}),
                "list": await client.get("/app/cars", headers=cookie),
                "form": await client.post("/app/cars/new", headers=cookie, data={"make": "Audi"}),
                "scim": await client.get("/scim/v2/Users", headers=directory),
                "assistant": await client.post("/mcp", headers=bearer, json=INITIALIZE),
            }
    assert {what: answer.status_code for what, answer in answers.items()} == {
        what: 200 if what == "ping" else 503 for what in answers
    }
    assert answers["api"].json()["errors"][0]["extensions"]["code"] == "SERVICE_UNAVAILABLE"
    told = {what: answer.headers.get("retry-after") for what, answer in answers.items()}
    assert told == {what: None if what in {"ping", "ready", "health"} else "5" for what in answers}


async def checks(application: Application) -> tuple[int, dict[str, Any], int]:
    """Return the status of health, what it says by part, and whether requests are served meanwhile."""
    transport = httpx.ASGITransport(app=build_app(application))
    async with httpx.AsyncClient(transport=transport, base_url="http://away.test") as client:
        health, ready = await client.get("/server/health"), await client.get("/server/ready")
    return health.status_code, health.json()["checks"], ready.status_code


async def test_what_fails_again_and_again_is_seen_and_takes_nobody_out_of_service(dealer: Dealer) -> None:
    application = dealer.application
    sql = (
        "INSERT INTO outbox (tenant_id, id, at, due_at, event, collection, record, payload, attempts, error)"
        " VALUES ($1, $2, now() - $3::interval, now() + interval '1 hour', 'NAME', 'messages', $2, '{}', 4, 'away')"
    )
    name = next(one for one in application.dispatcher.jobs.names if "message" in one)
    sql = sql.replace("NAME", name)
    await give_password(dealer, await dealer.person("tenant_admin"))
    async with application.platform.database.unit(dispatcher_actor(dealer.tenant)) as unit:
        await unit.value(sql, dealer.tenant, uuid7(), timedelta(minutes=5))
    status, parts, _ = await checks(application)
    assert (status, parts["jobs"]["status"], parts["jobs"]["failing"]) == (200, "ok", 1)
    async with application.platform.database.unit(dispatcher_actor(dealer.tenant)) as unit:
        await unit.value(sql, dealer.tenant, uuid7(), timedelta(hours=2))
    status, parts, ready = await checks(application)
    assert (status, parts["jobs"]["status"], parts["jobs"]["failing"], ready) == (503, "error", 2, 200)
    async with application.platform.database.unit(dispatcher_actor(dealer.tenant)) as unit:
        await unit.value("DELETE FROM outbox WHERE tenant_id = $1 AND error = 'away'", dealer.tenant)


async def test_a_database_that_drifted_is_seen_and_takes_nobody_out_of_service(application: Application) -> None:
    owner = await asyncpg.connect(application.owner_dsn)
    try:
        await owner.execute("CREATE INDEX by_hand ON cars (tenant_id)")
        application._drift = None
        status, parts, ready = await checks(application)
        assert (status, parts["schema"]["status"], parts["schema"]["differences"], ready) == (503, "error", 1, 200)
    finally:
        await owner.execute("DROP INDEX by_hand")
        await owner.close()
        application._drift = None


async def test_a_restored_copy_runs_and_sends_nothing_before_a_person_releases_it(dealer: Dealer) -> None:
    application = dealer.application
    database = application.platform.database
    await hold(application.owner_dsn)
    assert await application.look_whether_quiet()
    await give_password(dealer, await dealer.person("tenant_admin"))
    put = (
        "INSERT INTO outbox (tenant_id, id, event, collection, record, payload) VALUES ($1, $2, 'x', 'cars', $2, '{}')"
    )
    async with database.unit(dispatcher_actor(dealer.tenant)) as unit:
        await unit.value(put, dealer.tenant, uuid7())

    async def waits() -> int:
        sql = "SELECT count(*) FROM outbox WHERE tenant_id = $1 AND event = 'x' AND done_at IS NULL"
        async with database.unit(dispatcher_actor(dealer.tenant)) as unit:
            return int(await unit.value(sql, dealer.tenant))

    async with background_jobs(application):
        await asyncio.sleep(1)
        assert await waits() == 1
        _, parts, ready = await checks(application)
        assert (parts["jobs"]["status"], ready) == ("warn", 200)
        await release(application.owner_dsn)
        await database.notify(RELEASED)
        async with asyncio.timeout(60):
            while await waits():
                await asyncio.sleep(0.1)
    assert not application.platform.quiet


def test_what_has_a_service_on_the_other_side_is_tried_for_days() -> None:
    first, longest = FOR_DAYS["first"], FOR_DAYS["longest"]
    waits = [backoff(n, first, longest, chance=lambda: 0.0) for n in range(1, FOR_DAYS["attempts"])]
    assert 1.4 * DAY < sum(waits) < 3 * DAY, "with the shortest waits there are"
    assert max(waits) <= 1800
    assert attempts_within(10, 2.0, 4.0) == 4, "2 + 4 + 4 seconds"


@pytest.mark.parametrize("job", ["sign-in letters", "messages"])
def test_letters_are_among_it(application: Application, job: str) -> None:
    wanted = {"sign-in letters": ("reset", "invited", "second_factor"), "messages": ("message",)}[job]
    found = [one for name, one in application.dispatcher.jobs.kinds.items() if any(word in name for word in wanted)]
    assert found
    assert all(one.attempts >= FOR_DAYS["attempts"] for one in found if "came" not in one.name), [o.name for o in found]
