"""Goldens: what the declarations come to, generated, committed and diffed."""

import hashlib
import shutil
import tempfile
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Any

import orjson
from mcp_types import Tool

from directapp.app.spec import load_spec
from directapp.app.translations import files, updated
from directapp.declare.spec import Spec
from directapp.derive.events import events_text
from directapp.derive.permissions import permission_text
from directapp.derive.reference import reference_text
from directapp.domains.people.roles import ADMIN
from directapp.domains.privacy.register import register_text
from directapp.interfaces.mcp.catalogue import tools_of
from directapp.interfaces.mcp.tools import Dialect
from directapp.interfaces.rest.dialect.query import parse_query
from directapp.interfaces.rest.openapi.document import describe
from directapp.interfaces.rest.openapi.records import written
from directapp.kernel.actor import Actor, system_actor
from directapp.kernel.clock import utc_now
from directapp.kernel.ids import uuid7
from directapp.services.intent import Intent
from directapp.services.pipeline import Pipeline
from directapp.services.reading import Reading
from directapp.store.database import Database
from directapp.store.embedded.server import EmbeddedPostgres
from directapp.store.migrate import FOLDER, bring_up_to_date
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
        "mcp-tools.json": lambda: _json(_tools(spec)),
        "../docs/reference/collections.md": lambda: reference_text(spec),
        "../docs/reference/personal-data.md": lambda: register_text(spec),
        **{f"../{path}": partial(updated, path) for path in files()},
        "../migrations/digests.txt": digests_text,
        "query-counts.json": lambda: query_counts(spec),
    }


def digests_text() -> str:
    """Return a digest of every migration: those that are told stay, those that are new come after them.

    A migration that has landed has run somewhere. Written anew, it would leave two databases at the same revision that
    are not alike: ``tests/repository/test_migrations.py`` holds the files against this list.
    """
    path = FOLDER / "digests.txt"
    told = path.read_text() if path.exists() else ""
    known = {line.split()[0] for line in told.splitlines()}
    fresh = [file for file in sorted((FOLDER / "versions").glob("*.py")) if file.name not in known]
    return told + "".join(f"{file.name} {hashlib.sha256(file.read_bytes()).hexdigest()}\n" for file in fresh)


def _json(value: Any) -> str:
    return orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE).decode()


def _tools(spec: Spec) -> dict[str, Any]:
    """Return the tools of each role by name, and how an administrator's are described."""
    dialect = Dialect(parse=parse_query, written=written)

    def of(role: str) -> list[Tool]:
        someone = Actor(tenant=uuid7(), user=uuid7(), name="golden", roles=frozenset({role}), language="en")
        return tools_of(spec, dialect, someone)

    return {
        "roles": {role: [tool.name for tool in of(role)] for role in spec.roles},
        "tools": [tool.model_dump(mode="json", by_alias=True, exclude_none=True) for tool in of(ADMIN)],
    }


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
