"""The database: one pool, one driver, units of work on it; and the tables outside tenant isolation."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from typing import Any, Self, cast
from uuid import UUID

import asyncpg
import structlog

from directapp.declare.spec import CollectionMeta, Spec
from directapp.kernel.actor import Actor, system_actor
from directapp.kernel.errors import UnavailableError, without_room
from directapp.store.compiler import Plan, compile_list, compile_one
from directapp.store.figures import compile_aggregate, compile_count, compile_counts, compile_seen
from directapp.store.kept import (
    IDLE_SECONDS,
    MOST_STATEMENTS,
    PLAN_BUDGET,
    PLAN_LEAST,
    Budget,
    LeanConnection,
    PooledConnection,
)
from directapp.store.policies import EXEMPT
from directapp.store.query import Path, Query
from directapp.store.sealing import Sealer
from directapp.store.session import settings_sql
from directapp.store.specs import MOST_OWN, OwnSpec, OwnSpecs
from directapp.store.steps import compile_ids, compile_rows
from directapp.store.unit import Plans, Unit, prepare, recorded

# For the driver's own look-ups of types.
_DRIVER_STATEMENTS = 4
CHANNEL = "directapp"
_log = structlog.get_logger(__name__)
_AGAIN_SECONDS = 0.5
# Who has waited so long for a connection is told to come again, and so is whoever finds so many a connection waiting.
_LENT_SECONDS, _MOST_QUEUED = 5.0, 16
SIZED_SECONDS = 300.0


class UnsafeRoleError(Exception):
    """The application's database role could bypass row-level security; it refuses to start.

    A table of somebody else's in the same schema is nothing to it, as long as the role may not touch it.
    """


class Database:
    """The pool, the plan cache, and the transactions: ``unit`` opens one."""

    def __init__(
        self,
        spec: Spec,
        dsn: str,
        *,
        size: int = 16,
        connections: type[LeanConnection] = LeanConnection,
        direct: str = "",
    ) -> None:
        """Keep the address of the weak role's database; ``size`` connections at most.

        ``direct``: its own address where ``dsn`` is that of a pooler which lends a server for one transaction only.
        """
        self.spec = spec
        self.dsn = dsn
        self._size = size
        self._connections = PooledConnection if direct else connections
        self.direct = direct or dsn
        self._limits = f"SET LOCAL {'; SET LOCAL '.join(f'{k} = {v!r}' for k, v in _LIMITS.items())}" if direct else ""
        self._pool: asyncpg.Pool | None = None
        self.sealer: Sealer | None = None
        self.plans: Budget[tuple[object, ...], Plan] = Budget(PLAN_BUDGET)
        self.lookups: Plans = Budget(PLAN_BUDGET)
        self._own = OwnSpecs(spec)
        self._listening: asyncio.Task[None] | None = None
        self._connected = asyncio.Event()
        self._queued = 0
        self._sizes: dict[str, int] = {}
        self._sized_at = -SIZED_SECONDS

    async def open(self) -> Self:
        """Connect, and refuse a role that owns tables, is superuser or bypasses RLS."""
        self._pool = await asyncpg.create_pool(
            self.dsn,
            min_size=min(2, self._size),
            max_size=self._size,
            connection_class=self._connections,
            init=prepare,
            statement_cache_size=_DRIVER_STATEMENTS,
            max_queries=MOST_STATEMENTS,
            max_inactive_connection_lifetime=IDLE_SECONDS,
            server_settings=_SESSION if self._limits else _SESSION | _LIMITS,
        )
        try:
            await self._refuse_danger()
        except BaseException:
            await self.close()
            raise
        return self

    async def _refuse_danger(self) -> None:
        async with self.pool.acquire() as connection:
            strong = await connection.fetchval(_STRONG)
            bare = await connection.fetch(_UNPROTECTED)
        if strong:
            raise UnsafeRoleError(f"The database role is not allowed to run the application: {strong}.")
        naked = sorted({r["relname"] for r in bare} - set(EXEMPT))
        if naked:
            raise UnsafeRoleError(f"Tables without forced row-level security: {', '.join(naked)}.")

    async def close(self) -> None:
        """Give every connection back."""
        if self._listening is not None:
            self._listening.cancel()
            with suppress(asyncio.CancelledError):
                await self._listening
            self._listening = None
        if self._pool is not None:
            await self._pool.close()
            self._pool = None

    async def __aenter__(self) -> Self:
        """Open."""
        return await self.open()

    async def __aexit__(self, *_: object) -> None:
        """Close."""
        await self.close()

    @property
    def pool(self) -> "asyncpg.Pool":
        """The open pool."""
        if self._pool is None:
            message = "the database is not open"
            raise RuntimeError(message)
        return self._pool

    @asynccontextmanager
    async def unit(
        self,
        actor: Actor,
        *,
        readonly: bool = False,
        hold: set[UUID] | None = None,
        rollback: bool = False,
        generic_plan: bool | None = None,
    ) -> AsyncIterator[Unit]:
        """Open one transaction for an actor; commit at the end, roll back on any error or when asked to.

        ``generic_plan`` is for statements whose best plan does not hang on the values bound; False where it does.
        ``hold``: the records to hold from the beginning; those that are to be held later are added to it.
        """
        own = await self.own_of(actor.tenant)
        async with self._lent(readonly=readonly) as connection:
            wanted = set() if hold is None else hold
            unit = Unit(own.over(self.spec), connection, actor, self.lookups, self.sealer, own=own, wanted=wanted)
            unit.wait(settings_sql(actor, readonly=readonly, hold=wanted, generic_plan=generic_plan, more=self._limits))
            unit.set_for = actor
            unit.held.update(wanted)
            try:
                yield unit
            except BaseException:
                await unit.end("ROLLBACK")
                raise
            await unit.end("ROLLBACK" if rollback else "COMMIT")
            if cast("LeanConnection", unit.connection).worn:
                await unit.connection.close()

    async def own_of(self, tenant: UUID) -> OwnSpec:
        """Return a company's own fields."""
        return self._own.known(tenant) or await self._own.read(tenant, self._own_rows)

    async def spec_of(self, tenant: UUID) -> Spec:
        """Return the declarations with a company's own fields."""
        return (await self.own_of(tenant)).over(self.spec)

    async def _own_rows(self, tenant: UUID, collection: str) -> list[dict[str, Any]]:
        """Return the rows in which a company declares its own fields, as the pipeline itself."""
        actor = system_actor(tenant, "pipeline")
        async with self._lent() as connection:
            unit = Unit(self.spec, connection, actor, self.lookups)
            unit.wait(settings_sql(actor, readonly=True))
            unit.set_for = actor
            rows = await unit.find(self.spec[collection], MOST_OWN, {})
            await unit.end("COMMIT")
        return rows

    def forget_own(self, tenant: UUID) -> None:
        """Read a company's own fields anew."""
        self._own.forget(tenant)

    @asynccontextmanager
    async def _lent(self, *, readonly: bool = False) -> AsyncIterator[asyncpg.Connection]:
        """Lend a connection (UnavailableError: none is free for some seconds, too many wait, or PostgreSQL is away).

        Who only reads is told to come again when half as many wait: there is room left for what somebody has typed.
        """
        if self._queued >= _MOST_QUEUED * self._size // (2 if readonly else 1):
            raise UnavailableError
        self._queued += 1
        try:
            connection = await self.pool.acquire(timeout=_LENT_SECONDS)
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            _log.warning("no connection to the database", error=repr(error), queued=self._queued)
            raise UnavailableError from error
        finally:
            self._queued -= 1
        try:
            yield cast("asyncpg.Connection", connection)
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            if not _is_away(error):
                raise
            _log.warning("the database went away", error=repr(error))
            raise UnavailableError from error
        finally:
            await self.pool.release(connection)

    @property
    def queued(self) -> int:
        """How many wait for a connection."""
        return self._queued

    async def size(self, table: str) -> int:
        """Return how many rows a table has, as PostgreSQL believed within the last minutes."""
        if time.monotonic() - self._sized_at > SIZED_SECONDS:
            self._sizes = {row["relname"]: row["reltuples"] for row in await self.pool.fetch(_SIZES)}
            self._sized_at = time.monotonic()
        return self._sizes.get(table, 0)

    # -- compiled reads -----------------------------------------------------------------------------

    def _plan(self, kind: str, meta: CollectionMeta, key: tuple[object, ...], make: Callable[[], Plan]) -> Plan:
        full = (kind, meta.name, meta.spec.tag, *key)
        plan = self.plans.get(full)
        if plan is None:
            plan = make()
            self.plans.put(full, plan, PLAN_LEAST + len(plan.sql))
        return plan

    def list_plan(self, roles: frozenset[str], meta: CollectionMeta, query: Query) -> Plan:
        """Return the (cached) plan of a list, or of the figures that are asked of one."""
        kind, compiled = ("aggregate", compile_aggregate) if query.aggregate else ("list", compile_list)
        key = (roles, query.meta(), query.limit)
        return self._plan(kind, meta, key, lambda: compiled(meta.spec, roles, meta, query))

    def ids_plan(self, roles: frozenset[str], meta: CollectionMeta, query: Query) -> Plan:
        """Return the (cached) plan of the ids of a list."""
        query = replace(query, fields=())
        key = (roles, query.meta(), query.limit)
        return self._plan("ids", meta, key, lambda: compile_ids(meta.spec, roles, meta, query))

    def rows_plan(self, roles: frozenset[str], meta: CollectionMeta, fields: tuple[Path, ...]) -> Plan:
        """Return the (cached) plan of rows by their ids."""
        return self._plan("rows", meta, (roles, fields), lambda: compile_rows(meta.spec, roles, meta, fields))

    def one_plan(self, roles: frozenset[str], meta: CollectionMeta, fields: tuple[Path, ...]) -> Plan:
        """Return the (cached) plan of one record."""
        return self._plan("one", meta, (roles, fields), lambda: compile_one(meta.spec, roles, meta, fields))

    def count_plan(self, roles: frozenset[str], meta: CollectionMeta, query: Query) -> Plan:
        """Return the (cached) plan of a count."""
        key = (roles, query.meta())
        return self._plan("count", meta, key, lambda: compile_count(meta.spec, roles, meta, query))

    def seen_plan(self, roles: frozenset[str], meta: CollectionMeta, most: int) -> Plan:
        """Return the (cached) plan of a count of what is seen in full."""
        return self._plan("seen", meta, (roles, most), lambda: compile_seen(meta.spec, roles, meta, most))

    def counts_plan(self, roles: frozenset[str], meta: CollectionMeta, query: Query) -> Plan:
        """Return the (cached) plan of a count at each code of a choice."""
        key = (roles, query.meta())
        return self._plan("counts", meta, key, lambda: compile_counts(meta.spec, roles, meta, query))

    # -- outside tenant isolation ---------------------------------------------------------------------

    async def plain(self, sql: str, *values: Any) -> list[asyncpg.Record]:
        """Run one statement outside any tenant: only tables of the exemption list answer."""
        seen = recorded.get()
        if seen is not None:
            seen.append((sql, values))
        async with self._lent() as connection:
            rows: list[asyncpg.Record] = await connection.fetch(sql, *values)
        return rows

    async def tenants(self) -> list[UUID]:
        """Return every tenant that somebody can sign in to, in no order."""
        return [row["tenant_id"] for row in await self.plain("SELECT DISTINCT tenant_id FROM login_directory")]

    async def notify(self, payload: str) -> None:
        """Tell every process something, after a commit."""
        await self.plain("SELECT pg_notify($1, $2)", CHANNEL, payload)

    async def listen(self, notify: Callable[[str], None]) -> None:
        """Call back for every notification, on a connection of its own that is made again when it breaks."""
        self._listening = asyncio.create_task(self._listen(notify))
        await self._connected.wait()

    async def _listen(self, notify: Callable[[str], None]) -> None:
        def received(*args: object) -> None:
            notify(str(args[-1]))

        while True:
            try:
                connection = await asyncpg.connect(self.direct)
                gone = asyncio.Event()
                connection.add_termination_listener(lambda _, gone=gone: gone.set())
                await connection.add_listener(CHANNEL, received)
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
                await asyncio.sleep(_AGAIN_SECONDS)
                continue
            self._connected.set()
            try:
                await gone.wait()
            finally:
                if not connection.is_closed():
                    await connection.close()


def _is_away(error: Exception) -> bool:
    """Whether it is the server that could not, for the moment, and not the statement that was wrong."""
    if isinstance(error, asyncpg.InterfaceError):
        return "clos" in str(error) or "terminat" in str(error)
    return isinstance(error, _AWAY) or without_room(error)


# It is gone, stops, is full, or somebody held what was asked for; a statement that took too long was stopped.
_AWAY = (
    ConnectionError,
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.LockNotAvailableError,
    asyncpg.PostgresSystemError,
)

# Well below the lag after which the audit is sealed: nothing older than that can still be on its way.
_SESSION = {
    "timezone": "UTC",
    "application_name": "directapp",
}
_LIMITS = {
    "statement_timeout": "120s",
    # Who waits for a table that somebody holds gives the connection back before all of them wait.
    "lock_timeout": "20s",
    "idle_in_transaction_session_timeout": "60s",
    # To start a worker costs more than to read fewer pages than these.
    "min_parallel_table_scan_size": "64MB",
    "min_parallel_index_scan_size": "16MB",
}

_SIZES = "SELECT relname, reltuples::bigint FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"

_STRONG = """
SELECT CASE WHEN r.rolsuper THEN 'it is superuser' WHEN r.rolbypassrls THEN 'it bypasses row-level security'
            WHEN EXISTS (SELECT 1 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                         WHERE n.nspname = 'public' AND pg_has_role(current_user, c.relowner, 'USAGE'))
            THEN 'it owns tables' END
  FROM pg_roles r WHERE r.rolname = current_user
"""

_UNPROTECTED = """
SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND NOT (c.relrowsecurity AND c.relforcerowsecurity)
   AND (c.relispartition OR has_table_privilege(c.oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE'))
"""
