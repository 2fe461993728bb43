"""Migrations: from whatever a database holds to the present schema, by the owner's role."""

import asyncio
import io
from datetime import datetime
from pathlib import Path

import asyncpg
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory

from directapp.declare.spec import Spec
from directapp.store.reindex import reindex
from directapp.store.schema import apply_policies, make_partitions
from directapp.store.tables import build_metadata

# Beside the package where it is installed, beside src/ where it is developed.
_PLACES = (Path(__file__).resolve().parents[1] / "migrations", Path(__file__).resolve().parents[3] / "migrations")
FOLDER = next((place for place in _PLACES if place.exists()), _PLACES[1])


def _config(spec: Spec, dsn: str) -> Config:
    config = Config(output_buffer=io.StringIO(), stdout=io.StringIO())
    config.set_main_option("script_location", str(FOLDER))
    config.set_main_option("path_separator", "os")
    config.attributes["metadata"] = build_metadata(spec)
    config.attributes["dsn"] = dsn
    return config


async def present_revision(dsn: str) -> str | None:
    """Return the revision a database stands at, None for an empty one."""
    connection = await asyncpg.connect(dsn)
    try:
        if await connection.fetchval("SELECT to_regclass('public.alembic_version')") is None:
            return None
        revision: str | None = await connection.fetchval("SELECT version_num FROM alembic_version")
        return revision
    finally:
        await connection.close()


async def bring_up_to_date(spec: Spec, dsn: str, now: datetime, *, policies: bool = True) -> bool:
    """Run missing migrations, then grants, policies, partitions and the search's index; False when nothing was missing.

    ``dsn`` is the owner's. Safe to run from several processes at once. Without ``policies`` the Spec may be ahead of
    the migrations: that is when the next one is written.
    """
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute("SELECT pg_advisory_lock(7260401)")
        config = _config(spec, dsn)
        behind = await present_revision(dsn) != ScriptDirectory.from_config(config).get_current_head()
        if behind:
            await asyncio.to_thread(command.upgrade, config, "head")
        made = await make_partitions(connection, now)
        changed = policies and await apply_policies(connection, spec)
        indexed = policies and await reindex(connection, spec)
        return behind or changed or indexed or bool(made)
    finally:
        await connection.close()


async def generate(spec: Spec, dsn: str, message: str) -> Path:
    """Write the migration from a database at the newest revision to the Spec; return its file."""
    config = _config(spec, dsn)
    number = len(list((FOLDER / "versions").glob("*.py"))) + 1
    made = await asyncio.to_thread(command.revision, config, message, autogenerate=True, rev_id=f"{number:04d}")
    script = made[0] if isinstance(made, list) else made
    if script is None:
        message = "no migration was made"
        raise RuntimeError(message)
    return Path(script.path)
