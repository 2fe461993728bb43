import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import asyncpg
import orjson
import pytest

from directapp.kernel.actor import Actor, system_actor
from directapp.kernel.clock import utc_now
from directapp.kernel.errors import (
    ConflictError,
    DirectAppError,
    ForbiddenError,
    InvalidError,
    NotFoundError,
    NotUniqueError,
    StaleError,
)
from directapp.kernel.ids import uuid7
from directapp.services.intent import Answer, Intent
from directapp.services.pipeline import Pipeline
from directapp.services.reading import Reading
from directapp.store.database import Database
from directapp.store.query import Aggregate, Condition, Order, Query
from directapp.store.words import question_words
from support.server import Server
from support.small import SPEC, lay_out, person


@dataclass
class World:
    pipeline: Pipeline
    reading: Reading
    tenant: UUID
    here: UUID
    there: UUID
    admin: Actor
    seller: Actor
    neighbour: Actor
    doer: Actor

    async def do(self, actor: Actor, verb: str, target: UUID | None = None, **more: object) -> Answer:
        keys = ("collection", "version", "base", "key", "reason", "dry_run", "read_back")
        options = {k: more.pop(k) for k in keys if k in more}
        options.setdefault("collection", "jobs")
        return await self.pipeline.perform(
            Intent(actor=actor, verb=verb, target=target, patch=more, origin="test", **options)  # type: ignore[arg-type]
        )

    async def job(self, actor: Actor | None = None, **values: object) -> UUID:
        answer = await self.do(actor or self.seller, "create", **({"title": "Ny jobb"} | values))
        assert answer.record is not None
        return answer.record

    async def row(self, actor: Actor, record: UUID) -> dict[str, object]:
        row: dict[str, object] = orjson.loads(await self.reading.one(actor, "jobs", record))
        return row


@pytest.fixture(scope="session")
async def database(server: Server) -> AsyncIterator[Database]:
    name = await server.create()
    await lay_out(server.owner(name))
    async with Database(SPEC, server.app(name)) as database:
        yield database
    await server.drop(name)


@pytest.fixture
async def world(database: Database) -> World:
    tenant = uuid7()
    pipeline = Pipeline(SPEC, database)
    demo = system_actor(tenant, "demo")
    made = []
    for collection, values in (("sites", {"name": "Her"}), ("sites", {"name": "Der"}), ("users", {"name": "Mia"})):
        intent = Intent(actor=demo, collection=collection, verb="create", patch=values, origin="test")
        made.append((await pipeline.perform(intent)).record)
    here, there, mia = made
    assert here
    assert there
    return World(
        pipeline,
        Reading(SPEC, database),
        tenant,
        here,
        there,
        admin=await _user(pipeline, tenant, "tenant_admin", None),
        seller=await _user(pipeline, tenant, "seller", here),
        neighbour=await _user(pipeline, tenant, "seller", there),
        doer=person(tenant, "doer", here, mia),
    )


async def _user(pipeline: Pipeline, tenant: UUID, role: str, site: UUID | None) -> Actor:
    demo = system_actor(tenant, "demo")
    intent = Intent(actor=demo, collection="users", verb="create", patch={"name": role}, origin="test")
    return person(tenant, role, site, (await pipeline.perform(intent)).record)


def names(error: pytest.ExceptionInfo[DirectAppError]) -> set[str | None]:
    return {p.field for p in error.value.problems}


async def test_a_record_is_created_with_defaults_and_read_back_masked(world: World) -> None:
    job = await world.job(customer="Kari", code="K1")
    mine = await world.row(world.seller, job)
    assert mine["customer"] == "Kari"
    assert mine["status"] == "new"
    assert mine["site"] == str(world.here)
    assert "cost" not in mine
    assert mine["version"] == 1


async def test_what_nobody_looks_at_is_not_read_back(world: World) -> None:
    answer = await world.do(world.seller, "create", title="Ny jobb", read_back=False)
    assert (answer.json, answer.changes["title"]) == (None, [None, "Ny jobb"])
    assert answer.record
    assert (await world.row(world.seller, answer.record))["title"] == "Ny jobb"


async def test_another_site_and_another_tenant_see_nothing(world: World) -> None:
    job = await world.job()
    with pytest.raises(NotFoundError):
        await world.row(world.neighbour, job)
    stranger = person(uuid7(), "tenant_admin", None)
    with pytest.raises(NotFoundError):
        await world.row(stranger, job)
    with pytest.raises(NotFoundError):
        await world.do(world.neighbour, "update", job, note="x")


async def test_the_bank_shows_only_its_fields_to_the_neighbour(world: World) -> None:
    job = await world.job(in_bank=True, customer="Kari", title="Bankbil")
    row = await world.row(world.neighbour, job)
    assert set(row) == {"id", "title", "code", "status", "in_bank"}
    page = await world.reading.page(world.neighbour, "jobs", Query(filter=Condition(("customer",), "eq", "Kari")))
    assert page.json == b"[]"
    page = await world.reading.page(world.neighbour, "jobs", Query(filter=Condition(("customer",), "null", value=True)))
    assert page.json == b"[]"
    with pytest.raises(ForbiddenError):
        await world.do(world.neighbour, "update", job, title="Min")


async def test_fields_not_allowed_are_refused_by_name_even_unchanged(world: World) -> None:
    job = await world.job()
    with pytest.raises(ForbiddenError) as refused:
        await world.do(world.seller, "update", job, cost=None, doer=None, nonsense=1)
    assert names(refused) == {"cost", "doer", "nonsense"}


async def test_every_problem_is_told_at_once(world: World) -> None:
    with pytest.raises(InvalidError) as refused:
        await world.do(world.seller, "create", title="x" * 300, kind="z", in_bank="kanskje")
    assert names(refused) == {"title", "kind", "in_bank"}
    with pytest.raises(InvalidError) as refused:
        await world.do(world.seller, "create", title=" ")
    assert names(refused) == {"title"}


async def test_facts_move_the_status_and_skipping_is_refused(world: World) -> None:
    job = await world.job()
    await world.do(world.admin, "update", job, doer=str(world.doer.user))
    with pytest.raises(ConflictError) as refused:
        await world.do(world.doer, "update", job, done_at=utc_now().isoformat())
    assert names(refused) == {"done_at"}
    await world.do(world.doer, "update", job, started_at=utc_now().isoformat())
    assert (await world.row(world.doer, job))["status"] == "started"
    with pytest.raises(ConflictError) as refused:
        await world.do(world.doer, "update", job, done_at=utc_now().isoformat())
    assert names(refused) == {"note"}
    await world.do(world.doer, "update", job, done_at=utc_now().isoformat(), note="Klar")
    assert (await world.row(world.doer, job))["status"] == "done"


async def test_a_status_word_is_judged_as_a_step(world: World) -> None:
    job = await world.job()
    with pytest.raises(ConflictError) as refused:
        await world.do(world.seller, "update", job, status="started")
    assert "started_at" in refused.value.problems[0].message.english
    with pytest.raises(InvalidError):
        await world.do(world.seller, "update", job, status="nonsense")
    await world.do(world.seller, "update", job, status="new")


async def test_a_status_that_an_act_leads_to_names_the_act(world: World) -> None:
    job = await world.job()
    with pytest.raises(ConflictError) as refused:
        await world.do(world.seller, "update", job, status="shelved")
    assert "(shelve)" in refused.value.problems[0].message.english


async def test_a_wrong_fact_is_taken_back_until_the_next_step(world: World) -> None:
    job = await world.job()
    await world.do(world.admin, "update", job, doer=str(world.doer.user), started_at=utc_now().isoformat())
    await world.do(world.doer, "update", job, started_at=None)
    assert (await world.row(world.doer, job))["status"] == "new"


async def test_facts_ahead_of_time_are_refused(world: World) -> None:
    job = await world.job()
    with pytest.raises(InvalidError) as refused:
        await world.do(world.admin, "update", job, started_at=(utc_now() + timedelta(minutes=6)).isoformat())
    assert names(refused) == {"started_at"}


async def test_locked_records_take_no_edit_but_the_cost(world: World) -> None:
    job = await world.job()
    await world.do(world.admin, "update", job, note="n", started_at=utc_now().isoformat())
    await world.do(world.admin, "shelve", job, why="Ferdig snakket")
    with pytest.raises(ConflictError):
        await world.do(world.seller, "update", job, title="Ny")
    finance = person(world.tenant, "finance", world.here, world.seller.user)
    await world.do(finance, "update", job, cost="100,50")
    assert (await world.row(finance, job))["cost"] == "100.50"


async def test_the_status_locks_by_verb_and_blocks_it_next_time(world: World) -> None:
    job = await world.job()
    with pytest.raises(InvalidError) as refused:
        await world.do(world.seller, "shelve", job)
    assert names(refused) == {"why"}
    await world.do(world.seller, "shelve", job, why="Dobbelt")
    with pytest.raises(ConflictError):
        await world.do(world.seller, "shelve", job, why="Igjen")
    with pytest.raises(ForbiddenError):
        await world.do(world.doer, "shelve", job, why="Nei")


async def test_a_hand_over_ends_out_of_sight_and_both_names_stand_in_the_audit(world: World) -> None:
    job = await world.job()
    answer = await world.do(world.seller, "hand_over", job, to=str(world.there))
    assert answer.json is None
    history = await world.reading.history(world.neighbour, "jobs", job)
    assert history[0]["verb"] == "hand_over"
    assert history[0]["actor"] == str(world.seller.user)
    assert history[0]["via"] == "system:custodian"
    assert await world.reading.history(world.seller, "jobs", job) == []


async def test_history_is_masked_by_the_readers_fields(world: World) -> None:
    job = await world.job()
    await world.do(world.admin, "update", job, cost="12", title="Dyr", reason="Rettet", collection="jobs")
    entry = (await world.reading.history(world.seller, "jobs", job))[0]
    assert entry["changes"] == {"title": ["Ny jobb", "Dyr"]}
    assert entry["hidden"] == 1
    assert entry["reason"] == "Rettet"


async def test_a_stale_version_is_refused_and_an_unchanged_value_is_nothing(world: World) -> None:
    job = await world.job()
    await world.do(world.seller, "update", job, note="En", version=1)
    with pytest.raises(StaleError):
        await world.do(world.seller, "update", job, note="To", version=1)
    await world.do(world.seller, "update", job, note="En", version=1)
    assert (await world.row(world.seller, job))["version"] == 2


async def test_what_nobody_else_changed_is_merged(world: World) -> None:
    job = await world.job(note="En", kind="a")
    await world.do(world.seller, "update", job, note="To", version=1)
    seen = {"title": "Ny jobb", "note": "En", "kind": "a", "customer": ""}
    mine = {"title": "Min", "kind": "b", "customer": "Ola", "note": "To"}
    # The note was changed to the same: nothing is written over.
    await world.do(world.seller, "update", job, **mine, version=1, base=seen)
    row = await world.row(world.seller, job)
    assert {n: row[n] for n in mine} == mine
    assert row["version"] == 3


async def test_what_somebody_else_changed_is_refused_with_both_values_told(world: World) -> None:
    job = await world.job(note="En")
    await world.do(world.admin, "update", job, note="To", cost="12", version=1)
    with pytest.raises(StaleError) as caught:
        await world.do(
            world.seller, "update", job, title="Min", note="Tre", version=1, base={"title": "Ny jobb", "note": "En"}
        )
    (problem,) = caught.value.problems
    assert (problem.field, problem.extra) == ("note", {"version": "2", "stored": "To"})
    assert (await world.row(world.seller, job))["title"] == "Ny jobb"
    # Whoever does not say what was seen of a field may not write over it; what may not be read is not told.
    with pytest.raises(StaleError) as caught:
        await world.do(world.seller, "update", job, title="Min", version=1, base={"note": "To"})
    assert [p.field for p in caught.value.problems] == ["title"]


async def test_an_idempotency_key_does_it_once(world: World) -> None:
    first = await world.do(world.seller, "create", title="En gang", key="k-1")
    again = await world.do(world.seller, "create", title="En gang", key="k-1")
    assert (again.record, again.replayed) == (first.record, True)
    with pytest.raises(InvalidError):
        await world.do(world.seller, "create", title="Noe annet", key="k-1")


async def test_the_same_key_sent_at_the_same_time_is_one_write(world: World) -> None:
    answers = await asyncio.gather(*(world.do(world.seller, "create", title="Samtidig", key="k-2") for _ in range(6)))
    assert len({a.record for a in answers}) == 1


async def test_a_dry_run_tells_and_changes_nothing(world: World) -> None:
    job = await world.job()
    answer = await world.do(world.seller, "update", job, title="Prøve", dry_run=True)
    assert answer.changes == {"title": ["Ny jobb", "Prøve"]}
    assert (await world.row(world.seller, job))["title"] == "Ny jobb"


async def test_a_taken_code_names_the_field_and_tells_no_id(world: World) -> None:
    await world.job(code="VIN1")
    with pytest.raises(NotUniqueError) as refused:
        await world.job(world.neighbour, code="VIN1")
    assert names(refused) == {"code"}
    assert "another site" in refused.value.problems[0].message.english
    with pytest.raises(NotUniqueError) as refused:
        await world.job(code="VIN1")
    assert "another site" not in refused.value.problems[0].message.english


async def test_undo_puts_back_within_a_minute_and_only_ones_own(world: World) -> None:
    job = await world.job()
    await world.do(world.admin, "update", job, doer=str(world.doer.user))
    await world.do(world.doer, "update", job, started_at=utc_now().isoformat(), note="Startet")
    with pytest.raises(ConflictError):
        await world.do(world.seller, "undo", job)
    await world.do(world.doer, "undo", job)
    row = await world.row(world.doer, job)
    assert (row["status"], row["started_at"], row["note"]) == ("new", None, None)
    with pytest.raises(ConflictError):
        await world.do(world.doer, "undo", job)


async def test_undo_is_too_late_after_a_minute(world: World) -> None:
    job = await world.job()
    await world.do(world.seller, "update", job, note="Feil")
    world.pipeline.clock = lambda: utc_now() + timedelta(seconds=61)
    with pytest.raises(ConflictError):
        await world.do(world.seller, "undo", job)


async def test_children_follow_the_record_seen_in_full_and_bring_consequences(world: World) -> None:
    job = await world.job(in_bank=True)
    await world.do(world.seller, "create", collection="lines", job=str(job), text="Linje")
    assert (await world.row(world.seller, job))["lines"] == 1
    mine = await world.reading.page(world.seller, "lines", Query())
    theirs = await world.reading.page(world.neighbour, "lines", Query())
    assert len(orjson.loads(mine.json)) == 1
    assert theirs.json == b"[]"
    with pytest.raises(ForbiddenError):
        await world.do(world.neighbour, "create", collection="lines", job=str(job), text="Min")


async def test_bulk_is_all_or_nothing_or_row_by_row(world: World) -> None:
    jobs = [await world.job(title=f"Nr {i}") for i in range(3)]
    stranger = await world.job(world.neighbour)
    intents = [
        Intent(actor=world.seller, collection="jobs", verb="update", target=j, patch={"note": "B"}, origin="test")
        for j in [*jobs, stranger]
    ]
    results = await world.pipeline.perform_all(intents)
    assert isinstance(results[3], NotFoundError)
    assert (await world.row(world.seller, jobs[0]))["note"] is None
    results = await world.pipeline.perform_all(intents, atomic=False)
    assert [isinstance(r, Answer) for r in results] == [True, True, True, False]
    assert (await world.row(world.seller, jobs[0]))["note"] == "B"


class CountingCorridor(Pipeline):
    """Counts how often many intents were begun."""

    begun = 0

    async def _together(self, *given: Any, **more: Any) -> Any:
        self.begun += 1
        return await super()._together(*given, **more)


async def wait_for_waiters(database: Database, count: int) -> None:
    """Return when as many transactions wait for a record that another holds."""
    waiting = (
        "SELECT count(*) FROM pg_locks JOIN pg_database d ON d.oid = database"
        " WHERE locktype = 'advisory' AND NOT granted AND datname = current_database()"
    )
    while await database.pool.fetchval(waiting) < count:
        await asyncio.sleep(0.01)


def notes(actor: Actor, jobs: list[UUID], note: str) -> list[Intent]:
    given: dict[str, Any] = {"collection": "jobs", "verb": "update", "patch": {"note": note}, "origin": "test"}
    return [Intent(actor=actor, target=job, **given) for job in jobs]


async def test_two_bulk_writes_in_opposite_orders_end_without_a_deadlock(world: World, database: Database) -> None:
    jobs = [await world.job(title=f"Nr {i}") for i in range(3)]
    pipeline = CountingCorridor(SPEC, database)
    async with database.unit(world.admin) as unit:
        await unit.lock(jobs[1])
        orders = ((jobs, "A"), (jobs[::-1], "B"))
        both = [asyncio.create_task(pipeline.perform_all(notes(world.seller, *order))) for order in orders]
        await wait_for_waiters(database, 2)
    for results in await asyncio.gather(*both):
        assert [type(result) for result in results] == [Answer] * 3
    assert pipeline.begun == 2
    assert len({(await world.row(world.seller, job))["note"] for job in jobs}) == 1


async def test_a_bulk_write_that_ends_a_deadlock_begins_anew(world: World, database: Database) -> None:
    jobs = sorted([await world.job(title=f"Nr {i}") for i in range(2)])
    pipeline = CountingCorridor(SPEC, database)
    # PostgreSQL turns out whichever it looks at first, nearly always the one that waited first.
    while pipeline.begun < 2:
        pipeline.begun = 0
        with suppress(asyncpg.DeadlockDetectedError):
            async with database.unit(world.admin) as unit:
                await unit.lock(jobs[1])
                bulk = asyncio.create_task(pipeline.perform_all(notes(world.seller, jobs, "A")))
                await wait_for_waiters(database, 1)
                await unit.lock(jobs[0])
        assert [type(result) for result in await bulk] == [Answer] * 2
    assert [(await world.row(world.seller, job))["note"] for job in jobs] == ["A", "A"]


async def test_lists_filter_sort_page_and_search(world: World) -> None:
    for title in ("Ærlig", "Zebra", "Åpen", "Anna", "Øst"):
        await world.job(title=title, code=title + "77")
    query = Query(sort=(Order("title"),), fields=(("title",), ("site", "name")), limit=3)
    page = orjson.loads((await world.reading.page(world.seller, "jobs", query)).json)
    assert [r["title"] for r in page] == ["Anna", "Zebra", "Ærlig"]
    assert page[0]["site"] == {"name": "Her"}
    after = Query(sort=(Order("title"),), fields=(("id",), ("title",)), after=("Ærlig", UUID(int=2**128 - 1)))
    rest = orjson.loads((await world.reading.page(world.seller, "jobs", after)).json)
    assert [r["title"] for r in rest] == ["Øst", "Åpen"]
    found = orjson.loads((await world.reading.page(world.seller, "jobs", Query(search=question_words("zeb")))).json)
    assert [r["title"] for r in found] == ["Zebra"]
    related = Query(filter=Condition(("site", "name"), "eq", "Her"), counts=frozenset({"filter_count"}))
    assert (await world.reading.page(world.seller, "jobs", related)).counts == {"filter_count": 5}


async def test_figures_count_only_what_is_read(world: World) -> None:
    await world.job(customer="Kari")
    bank = await world.job(customer="Ola", in_bank=True)
    query = Query(aggregate=(Aggregate("count", "*"), Aggregate("count", "customer")))
    with pytest.raises(ForbiddenError):
        await world.reading.page(world.seller, "jobs", Query(aggregate=(Aggregate("sum", "cost"),)))
    mixed = Query(aggregate=(Aggregate("countDistinct", "customer"),))
    seen = orjson.loads((await world.reading.page(world.neighbour, "jobs", mixed)).json)
    assert seen == [{"countDistinct": {"customer": 0}}]
    assert bank
    assert orjson.loads((await world.reading.page(world.seller, "jobs", query)).json)


async def test_only_new_jobs_are_deleted_and_only_by_the_admin(world: World) -> None:
    job = await world.job()
    with pytest.raises(ForbiddenError):
        await world.do(world.seller, "delete", job)
    await world.do(world.admin, "delete", job)
    with pytest.raises(NotFoundError):
        await world.row(world.admin, job)


async def test_secrets_are_never_read_or_audited(world: World) -> None:
    demo = system_actor(world.tenant, "demo")
    answer = await world.do(demo, "create", collection="users", name="Per", password="hemmelig")
    assert answer.record
    assert answer.changes["password"] == ["•", "•"]
    shown = await world.reading.one(world.admin, "users", answer.record)
    assert "hemmelig" not in shown
    assert "password" not in shown


async def test_the_view_tells_what_may_be_done(world: World) -> None:
    job = await world.job()
    view = await world.reading.view(world.seller, "jobs", job)
    assert "title" in view.writable
    assert "doer" not in view.writable
    assert {(o.verb.name, o.blocked is None) for o in view.offers} == {("shelve", True), ("hand_over", True)}
