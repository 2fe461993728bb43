"""Boot: from nothing to a database at the present schema, ours or one that was named."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit

import asyncpg
import structlog

from directapp.app.backups import ship_log, ship_rest
from directapp.app.settings import ConfigurationError, Settings, kept_secret
from directapp.app.spec import load_spec
from directapp.app.upgrades import may_run_beside, note_beside
from directapp.kernel.clock import utc_now
from directapp.store.embedded.server import AlreadyRunningError, EmbeddedPostgres, EmbeddedPostgresError
from directapp.store.migrate import bring_up_to_date, refuse_other_schema
from directapp.store.policies import APP_ROLE
from directapp.store.schema import NewerDatabaseError

_log = structlog.get_logger(__name__)
_LOOK_SECONDS = 0.5


@asynccontextmanager
async def served_database(
    settings: Settings, *, policies: bool = True, beside: bool = False, migrate: bool = True
) -> AsyncIterator[tuple[str, str]]:
    """Yield the addresses (owner, weak role) of a database at the present schema (``policies``: and rights).

    What does not ``migrate`` finds the schema as it needs it, or refuses; an empty database alone is filled by any.
    Beside a newer version that allows it nothing is changed: its schema and policies stay.
    """
    async with named_database(settings, beside=beside) as (owner, weak):
        try:
            if migrate or not await refuse_other_schema(owner):
                await bring_up_to_date(load_spec(), owner, utc_now(), policies=policies)
                await note_beside(owner)
        except NewerDatabaseError:
            if not await may_run_beside(owner):
                raise
            _log.warning("this version works beside a newer one, on its schema")
        yield owner, weak


@asynccontextmanager
async def named_database(settings: Settings, *, beside: bool = False) -> AsyncIterator[tuple[str, str]]:
    """Yield the addresses (owner, weak role) of the database that the settings mean, whatever it holds.

    ``beside``: a command may work on the embedded database that a running installation has started.

    Raises:
        ConfigurationError: nobody said which installation is meant.

    """
    settings.demand_named()
    _log.info("opening", which=settings.place)
    if settings.database_url:
        owner = settings.database_url
        yield owner, settings.database_app_url or await _weak_role(owner, settings.data)
        return
    try:
        settings.data.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        why = f"DIRECTAPP_DATA: there can be no folder {settings.data}: {error.strerror}."
        raise ConfigurationError(why) from error
    postgres = EmbeddedPostgres(settings.data / "postgres", log=_log.info, archive=settings.backs_up)
    mine = await asyncio.to_thread(_start, postgres, beside=beside)
    beating = [_keep_running(postgres), *([ship_log(settings)] if settings.backs_up else ())] if mine else []
    tasks = [asyncio.create_task(one) for one in beating]
    try:
        yield postgres.owner_dsn(), postgres.app_dsn()
    finally:
        for task in tasks:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        if mine:
            await asyncio.to_thread(postgres.stop)
            if settings.backs_up:
                await ship_rest(settings)


async def _keep_running(postgres: EmbeddedPostgres) -> None:
    """Start the server again when it has died under us; it recovers what was committed."""
    while True:
        await asyncio.sleep(_LOOK_SECONDS)
        if not postgres.running:
            _log.error("PostgreSQL has died and is started again")
            try:
                await asyncio.to_thread(postgres.start)
            except EmbeddedPostgresError:
                _log.exception("PostgreSQL could not be started")


def _start(postgres: EmbeddedPostgres, *, beside: bool) -> bool:
    try:
        postgres.start()
    except AlreadyRunningError:
        if not beside:
            raise
        return False
    return True


async def _weak_role(owner: str, data: Path) -> str:
    """Return the weak role's address; the role is made where it is missing."""
    path = data / "database-password"
    connection = await asyncpg.connect(owner)
    try:
        fresh = not path.exists()
        password = kept_secret(path)
        exists = await connection.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", APP_ROLE)
        if not exists:
            await connection.execute(f"CREATE ROLE {APP_ROLE} LOGIN NOSUPERUSER NOBYPASSRLS PASSWORD '{password}'")
        elif fresh:
            await connection.execute(f"ALTER ROLE {APP_ROLE} PASSWORD '{password}'")
        database = await connection.fetchval("SELECT current_database()")
        await connection.execute(f'GRANT CONNECT ON DATABASE "{database}" TO {APP_ROLE}')
    finally:
        await connection.close()
    parts = urlsplit(owner)
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{APP_ROLE}:{quote(password)}@{host}"))
