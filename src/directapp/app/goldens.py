"""Goldens: what the declarations come to, generated, committed and diffed."""

import shutil
import tempfile
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Any

import orjson

from directapp.app.spec import load_spec
from directapp.app.translations import files, updated
from directapp.declare.spec import Spec
from directapp.derive.events import events_text
from directapp.derive.permissions import permission_text
from directapp.derive.reference import reference_text
from directapp.interfaces.rest.openapi.document import describe
from directapp.kernel.actor import Actor, system_actor
from directapp.kernel.clock import utc_now
from directapp.kernel.ids import uuid7
from directapp.services.intent import Intent
from directapp.services.pipeline import Pipeline
from directapp.services.reading import Reading
from directapp.store.database import Database
from directapp.store.embedded.server import EmbeddedPostgres
from directapp.store.migrate import bring_up_to_date
from directapp.store.query import Query
from directapp.store.schema import schema_text
from directapp.store.unit import recorded


def goldens() -> dict[str, Callable[[], str | Awaitable[str]]]:
    """Return how each file of golden/ is made, by name."""
    spec = load_spec()
    return {
        "permissions.txt": lambda: permission_text(spec),
        "schema.sql": lambda: schema_text(spec),
        "events.txt": lambda: events_text(spec),
        "openapi.json": lambda: _json(describe(spec)),
        "../docs/reference/collections.md": lambda: reference_text(spec),
        **{f"../{path}": partial(updated, path) for path in files()},
        "query-counts.json": lambda: query_counts(spec),
    }


def _json(value: Any) -> str:
    return orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE).decode()


async def query_counts(spec: Spec) -> str:
    """Return how many statements each list, and the life of one car, sends to PostgreSQL."""
    folder = Path(tempfile.mkdtemp(prefix="directapp-golden-"))
    folder.chmod(0o711)  # noqa: ASYNC240 - before anything else runs
    try:
        with EmbeddedPostgres(folder, durable=False) as postgres:
            await bring_up_to_date(spec, postgres.owner_dsn(), utc_now())
            async with Database(spec, postgres.app_dsn()) as database:
                return _json(await _count(spec, database))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


async def _count(spec: Spec, database: Database) -> dict[str, int]:
    tenant = uuid7()
    pipeline, reading = Pipeline(spec, database), Reading(spec, database)
    admin = {"first_name": "A", "last_name": "B", "email": "a@example.test", "roles": ["tenant_admin"], "active": True}
    made = await pipeline.perform(
        Intent(actor=system_actor(tenant, "demo"), collection="users", verb="create", origin="cli", patch=admin)
    )
    actor = Actor(tenant=tenant, user=made.record, name="admin", roles=frozenset({"tenant_admin"}))
    counts = {}
    for meta in spec.exposed:
        counts[f"list {meta.name}"] = await _statements(partial(reading.page, actor, meta.name, Query()))

    def intent(verb: str, **more: Any) -> Intent:
        return Intent(actor=actor, collection="cars", verb=verb, origin="cli", **more)

    car = (await pipeline.perform(intent("create", patch={"make": "VW"}))).record
    counts["read one car"] = await _statements(lambda: reading.one(actor, "cars", car or uuid7()))
    counts["create a car"] = await _statements(lambda: pipeline.perform(intent("create", patch={"make": "Audi"})))
    update = intent("update", target=car, patch={"seller_notes": "Kunden ringer"})
    counts["update a note"] = await _statements(lambda: pipeline.perform(update))
    return counts


async def _statements(work: Callable[[], Awaitable[object]]) -> int:
    seen: list[tuple[str, tuple[Any, ...]]] = []
    token = recorded.set(seen)
    try:
        await work()
    finally:
        recorded.reset(token)
    return len(seen)
