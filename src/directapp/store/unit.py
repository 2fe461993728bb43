"""The unit of work: one connection, one transaction, one actor; what a write needs, as few statements as can be."""

from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import asyncpg
import orjson

from directapp.declare.case import One, Range
from directapp.declare.rules import All, In
from directapp.declare.spec import CollectionMeta, Spec
from directapp.kernel.actor import Actor
from directapp.store.changes import AuditEntry, Change, OutboxEvent
from directapp.store.compiler import Compiler, Plan, make_plan
from directapp.store.kept import PLAN_LEAST, Budget
from directapp.store.names import copy_of, ident, literal, parameter_type, value_sql
from directapp.store.own_values import columns_sql, packed, packed_all, set_sql, unpack
from directapp.store.sealing import Sealer, sealed_all, sealed_row
from directapp.store.session import lock_key, lock_sql, planned_for, settings_of
from directapp.store.specs import NONE, OwnSpec
from directapp.store.written import (
    AUDIT_COLUMNS,
    Tokens,
    audit_marks,
    audit_values,
    audited_at,
    event_values,
    insert_sql,
    outbox_sql,
    token_values,
    tokens_sql,
    update_sql,
)
from directapp.telemetry.statements import Timed

# What ran, for the goldens and the benchmark; None outside them.
recorded: ContextVar[list[tuple[str, tuple[Any, ...]]] | None] = ContextVar("recorded", default=None)
# How many events led to what runs now: it goes along with every event, so that a circle of rules shows.
depth_of_events: ContextVar[int] = ContextVar("depth_of_events", default=0)

Plans = Budget[tuple[str, str, str, frozenset[str]], tuple[Plan, int]]
PlanOf = Callable[[Spec, frozenset[str], CollectionMeta], tuple[Plan, int]]


async def prepare(connection: asyncpg.Connection) -> None:
    """Let JSON columns arrive as values."""
    for name in ("json", "jsonb"):
        await connection.set_type_codec(
            name, encoder=lambda v: orjson.dumps(v).decode(), decoder=orjson.loads, schema="pg_catalog"
        )


@dataclass(frozen=True, slots=True)
class Found:
    """A row as the actor's look-up found it; the bits say which entries see, own and may edit it."""

    row: dict[str, Any]
    sees: tuple[bool, ...]
    owns: tuple[bool, ...]
    edits: tuple[bool, ...]


@dataclass(slots=True)
class Unit:
    """What may be done inside one transaction. Only the store makes one."""

    spec: Spec
    connection: asyncpg.Connection
    actor: Actor
    lookups: Plans = field(repr=False)
    sealer: Sealer | None = field(default=None, repr=False)
    own: OwnSpec = NONE
    depth: int = 0
    # What was read of cached things in this transaction, by collection and question.
    recalled: dict[str, dict[Any, list[dict[str, Any]]]] = field(default_factory=dict, repr=False)
    # Whose the transaction's settings are: they follow the actor when the next statement is sent.
    set_for: Actor | None = field(default=None, repr=False)
    # The records that this transaction keeps others from changing: those it locked, and those it made.
    held: set[UUID] = field(default_factory=set, repr=False)
    # The records that were to be locked, got or not.
    wanted: set[UUID] = field(default_factory=set, repr=False)
    # What has neither parameters nor result goes along with the next statement, the beginning first of all.
    waiting: list[str] = field(default_factory=list, repr=False)
    begun: bool = False

    async def fetch(self, sql: str, *values: Any) -> list[asyncpg.Record]:
        """Run a statement and return its rows."""
        await self._set_actor()
        _note(sql, *values)
        with Timed(sql, self.actor.roles):
            rows: list[asyncpg.Record] = await self.connection.fetch(planned_for(self.actor.roles) + sql, *values)
        return rows

    async def value(self, sql: str, *values: Any) -> Any:
        """Run a statement and return its first value."""
        await self._set_actor()
        _note(sql, *values)
        with Timed(sql, self.actor.roles):
            return await self.connection.fetchval(planned_for(self.actor.roles) + sql, *values)

    async def run(self, plan: Plan, values: list[Any]) -> Any:
        """Run a compiled plan for the present actor and return its first value."""
        return await self.value(plan.sql, *plan.bind(self.actor, values))

    def become(self, actor: Actor) -> None:
        """Go on as somebody else in the same transaction (nested system intents)."""
        self.actor = actor

    @contextmanager
    def acting_as(self, actor: Actor) -> Iterator[None]:
        """Go on as somebody else inside, and back afterwards."""
        present = self.actor
        self.become(actor)
        try:
            yield
        finally:
            self.become(present)

    async def _set_actor(self) -> None:
        """Send what waits, and whose the settings are from here on: in one round trip, or none."""
        self._wait_settings()
        if self.waiting:
            await self.send()

    def _wait_settings(self) -> None:
        if self.set_for is not self.actor and self.set_for != self.actor:
            self.wait(settings_of(self.actor))
            self.set_for = self.actor

    def wait(self, sql: str) -> None:
        """Let a statement without parameters or result, whose rights it does not ask, go along with the next one."""
        self.waiting.append(sql)

    async def simple(self, sql: str) -> None:
        """Run a statement without parameters or result."""
        self._wait_settings()
        self.wait(sql)
        await self.send()

    async def send(self) -> None:
        """Send what waits."""
        sql = "; ".join(self.waiting)
        self.waiting.clear()
        self.begun = True
        _note(sql)
        await self.connection.execute(sql)

    async def end(self, word: str) -> None:
        """End the transaction, where it has begun; what waits still would change nothing."""
        self.waiting.clear()
        if self.begun and not self.connection.is_closed():
            self.wait(word)
            await self.send()
        self.begun = False

    async def lock(self, record: UUID) -> None:
        """Hold the record for the rest of the transaction."""
        await self.lock_all([record])

    async def lock_all(self, records: Iterable[UUID]) -> None:
        """Hold several records, in one order whoever asks."""
        wanted = sorted(set(records) - self.held)
        self.wanted.update(wanted)
        if wanted:
            await self.simple("; ".join(map(lock_sql, wanted)))
            self.held.update(wanted)

    async def lock_free(self, records: Sequence[UUID]) -> set[UUID]:
        """Hold those of some records that nobody else holds, without waiting; return them."""
        keys = {lock_key(record): record for record in records}
        rows = await self.fetch(
            "SELECT k FROM (SELECT k, pg_try_advisory_xact_lock(k) AS got FROM unnest($1::bigint[]) AS k) t WHERE got",
            list(keys),
        )
        got = {keys[row["k"]] for row in rows}
        self.held |= got
        return got

    @asynccontextmanager
    async def savepoint(self, *, become: Actor | None = None) -> AsyncIterator[None]:
        """Undo what is inside, and only that, when it raises.

        ``become``: go on as somebody else inside, and back afterwards.
        """
        self.depth += 1
        opening, earlier = f"SAVEPOINT s{self.depth}", bool(self.waiting)
        actor, set_for, held = self.actor, self.set_for, set(self.held)
        self.wait(opening)
        self.actor = become or actor
        try:
            if earlier:
                # What fails of what waited before is not undone with what is inside.
                await self._set_actor()
            yield
        except BaseException:
            unsent = self.waiting[:1] == [opening]
            self.waiting.clear()
            if not unsent:
                # Where what waited before has failed, there is none to go back to.
                with suppress(asyncpg.InvalidSavepointSpecificationError):
                    self.wait(f"ROLLBACK TO {opening}")
                    await self.send()
            self.recalled.clear()
            self.actor, self.set_for, self.held = actor, set_for, held
            raise
        else:
            if self.waiting[:1] == [opening]:
                del self.waiting[0]
            else:
                self.wait(f"RELEASE {opening}")
            self.actor = actor if become else self.actor
        finally:
            self.depth -= 1

    # -- rows --------------------------------------------------------------------------------------

    async def look_up(self, meta: CollectionMeta, record: UUID) -> Found | None:
        """Return a row with what the actor's entries say of it; None when it is not seen."""
        return (await self.look_up_all(meta, [record])).get(record)

    async def owns(self, meta: CollectionMeta, record: UUID) -> tuple[bool, ...]:
        """Return which of the actor's entries a row is in; empty when it is not seen."""
        plan, _ = self._plan(meta, _compile_owns)
        rows = await self.fetch(plan.sql, *plan.bind(self.actor, [record]))
        return tuple(map(bool, rows[0])) if rows else ()

    def _plan(self, meta: CollectionMeta, compiled: PlanOf) -> tuple[Plan, int]:
        key = (compiled.__name__, meta.name, meta.spec.tag, self.actor.roles)
        found = self.lookups.get(key)
        if found is None:
            found = compiled(meta.spec, self.actor.roles, meta)
            self.lookups.put(key, found, PLAN_LEAST + len(found[0].sql))
        return found

    async def look_up_all(self, meta: CollectionMeta, records: Sequence[UUID]) -> dict[UUID, Found]:
        """Return those of these rows that the actor sees, with what its entries say of each."""
        plan, entries = self._plan(meta, _compile_look_up)
        found = {}
        for row in map(dict, await self.fetch(plan.sql, *plan.bind(self.actor, [list(records)]))):
            bits = [tuple(bool(row.pop(f"{word}#{i}")) for i in range(entries)) for word in ("see", "own", "edit")]
            found[row["id"]] = Found(self._bare(meta, row), *bits)
        return found

    async def find(
        self, meta: CollectionMeta, limit: int, equals: Mapping[str, Any], only: Sequence[str] = ()
    ) -> list[dict[str, Any]]:
        """Return the rows the actor sees whose columns have these values (list: any of, None: no value, Range)."""
        values: list[Any] = [self.actor.tenant]
        names = columns_sql(meta, ("id", *only)) if only else "c.*"
        sql = _find_sql(meta, names, equals, values, limit)
        return [self._bare(meta, dict(row)) for row in await self.fetch(sql, *values)]

    async def find_several(
        self, asked: Sequence[tuple[CollectionMeta, Mapping[str, Any]]], limit: int
    ) -> list[list[dict[str, Any]]]:
        """Return the rows that each of several questions finds, as their JSON, in one statement; asked as ``find``."""
        values: list[Any] = [self.actor.tenant]
        found = [_find_sql(meta, "c.*", equals, values, limit) for meta, equals in asked]
        parts = [f"(SELECT coalesce(json_agg(row_to_json(r)), '[]') FROM ({sql}) r)" for sql in found]
        return list((await self.fetch(f"SELECT {', '.join(parts)}", *values))[0].values())

    def _bare(self, meta: CollectionMeta, row: dict[str, Any]) -> dict[str, Any]:
        """Leave out of a row what is no field of it, and put a company's own fields beside the others."""
        row.pop("tenant_id", None)
        unpack(meta, row)
        for ref, parent in self.spec.copies.get(meta.name, ()):
            for name in parent.declared.sight:
                row.pop(copy_of(ref.name, name), None)
        return row

    async def insert(self, meta: CollectionMeta, change: Change, events: Sequence[OutboxEvent], tokens: Tokens) -> None:
        """Insert a row with its audit and outbox rows and its search tokens."""
        row = packed(meta, await sealed_row(self.sealer, meta, change.row["id"], change.row), new=True)
        self.recalled.pop(meta.name, None)
        values: list[Any] = [self.actor.tenant, *row.values(), *audit_values(change.audit)]
        values += event_values(events, depth_of_events.get()) if events else []
        found = any(tokens.values())
        values += [meta.name, *token_values({row["id"]: tokens})] if found else []
        await self.value(insert_sql(meta.name, tuple(row), events=bool(events), tokens=found), *values)
        self.held.add(row["id"])

    async def update(  # noqa: PLR0917 - what is written, in the order of the statement
        self,
        meta: CollectionMeta,
        record: UUID,
        version: int,
        row: dict[str, Any],
        audit: AuditEntry,
        events: Sequence[OutboxEvent],
    ) -> bool:
        """Update a row that still has its version, with audit and outbox; False when it has not."""
        row = packed(meta, await sealed_row(self.sealer, meta, record, row))
        values: list[Any] = [self.actor.tenant, record, version, *row.values()]
        return await self._write(update_sql(meta.name, tuple(row)), values, audit, events)

    async def insert_all(self, meta: CollectionMeta, changes: Sequence[Change], events: Sequence[OutboxEvent]) -> None:
        """Insert rows that have the same columns, with their audit rows and events."""
        changes = packed_all(meta, await sealed_all(self.sealer, meta, changes), new=True)
        name, columns = ident(meta.name), [ident(n) for n in changes[0].row]
        write = (
            f"INSERT INTO {name} (tenant_id, {', '.join(columns)})"
            f" SELECT $1, {', '.join(f'r.{c}' for c in columns)} FROM r"
        )
        await self._write_all(name, write, "", changes, events)

    async def update_all(self, meta: CollectionMeta, changes: Sequence[Change], events: Sequence[OutboxEvent]) -> bool:
        """Update rows in the same columns, each still at the version before its own; False when one was not."""
        name = ident(meta.name)
        changes = packed_all(meta, await sealed_all(self.sealer, meta, changes))
        sets = ", ".join(set_sql(n, f"r.{ident(n)}", "c.") for n in changes[0].row if n != "id")
        write = (
            f"UPDATE {name} c SET {sets} FROM r WHERE c.tenant_id = $1 AND c.id = r.id AND c.version = r.version - 1"
            " RETURNING c.id"
        )
        return await self._write_all(name, write, " JOIN w ON w.id = e.record", changes, events) == len(changes)

    async def work_out(self, meta: CollectionMeta, name: str, values: Mapping[UUID, Any]) -> list[UUID]:
        """Put down what was worked out of other rows, where it differs; return the records that changed.

        It is nobody's edit: neither version nor audit tell of it.
        """
        column = ident(name)
        rows = await self.fetch(
            f"UPDATE {ident(meta.name)} t SET {column} = u.value"
            f" FROM unnest($2::uuid[], $3::{parameter_type(meta.fields[name])}[]) AS u(id, value)"
            f" WHERE t.tenant_id = $1 AND t.id = u.id AND t.{column} IS DISTINCT FROM u.value RETURNING t.id",
            self.actor.tenant,
            list(values),
            list(values.values()),
        )
        self.recalled.pop(meta.name, None)
        return [row["id"] for row in rows]

    async def delete(
        self, meta: CollectionMeta, record: UUID, audit: AuditEntry, events: Sequence[OutboxEvent]
    ) -> bool:
        """Delete a row, with audit and outbox; False when there is none the actor may delete."""
        write = f"DELETE FROM {ident(meta.name)} WHERE tenant_id = $1 AND id = $2"
        done = await self._write(write, [self.actor.tenant, record], audit, events)
        await self.value(
            "DELETE FROM search_tokens WHERE tenant_id = $1 AND collection = $2 AND record = $3",
            self.actor.tenant,
            meta.name,
            record,
        )
        return done

    async def _write_all(
        self, name: str, write: str, where: str, changes: Sequence[Change], events: Sequence[OutboxEvent]
    ) -> int:
        """Write rows, and audit those of them that ``where`` leaves; return how many that are."""
        first = changes[0].audit
        self.recalled.pop(first.collection, None)
        values: list[Any] = [
            self.actor.tenant,
            orjson.dumps([c.row for c in changes], default=str).decode(),
            [c.audit.id for c in changes],
            [c.audit.record for c in changes],
            [c.audit.version for c in changes],
            [orjson.dumps(c.audit.changes, default=str).decode() for c in changes],
            *audit_values(first)[1:10],
            first.verb,
            first.act,
        ]
        sql = (
            f"WITH r AS (SELECT * FROM jsonb_populate_recordset(NULL::{name}, $2::text::jsonb)), w AS ({write}),"
            f" a AS (INSERT INTO audit (tenant_id, {AUDIT_COLUMNS})"
            f" SELECT $1, e.id, {audited_at('$7::timestamptz')}, $8::uuid, $9::text, $10::text[], $11::text, $12::text,"
            " $13::text, $14::text, $15::text, e.record, $16::text, e.version, e.changes::jsonb, $17::uuid"
            " FROM unnest($3::uuid[], $4::uuid[], $5::integer[], $6::text[])"
            f" AS e(id, record, version, changes){where})"
        )
        if events:
            n = len(values)
            values += event_values(events, depth_of_events.get())
            sql += f", o AS ({outbox_sql('$1', '', n)})"
        return int(await self.value(f"{sql} SELECT {'count(*) FROM w' if where else 'cardinality($3)'}", *values))

    async def _write(self, write: str, values: list[Any], audit: AuditEntry, events: Sequence[OutboxEvent]) -> bool:
        self.recalled.pop(audit.collection, None)
        n = len(values)
        values += audit_values(audit)
        sql = (
            f"WITH w AS ({write} RETURNING tenant_id), a AS (INSERT INTO audit (tenant_id, {AUDIT_COLUMNS})"
            f" SELECT tenant_id, {audit_marks(n)} FROM w)"
        )
        if events:
            n = len(values)
            values += event_values(events, depth_of_events.get())
            sql += f", o AS ({outbox_sql('w.tenant_id', 'w, ', n)})"
        return bool(await self.value(f"{sql} SELECT count(*) FROM w", *values) == 1)

    async def put_events(self, events: Sequence[OutboxEvent]) -> list[UUID]:
        """Write outbox rows that go with no other write, and return their ids."""
        values = event_values(events, depth_of_events.get())
        await self.value(outbox_sql("$7::uuid", "", 0), *values, self.actor.tenant)
        ids: list[UUID] = values[0]
        return ids

    async def index(self, meta: CollectionMeta, record: UUID, tokens: Tokens) -> None:
        """Replace the search tokens of some fields of a record."""
        await self.value(
            "DELETE FROM search_tokens WHERE tenant_id = $1 AND collection = $2 AND record = $3 AND field = ANY($4)",
            self.actor.tenant,
            meta.name,
            record,
            list(tokens),
        )
        await self.index_fresh(meta, {record: tokens})

    async def index_fresh(self, meta: CollectionMeta, tokens: Mapping[UUID, Tokens]) -> None:
        """Add the search tokens of records, by record and field."""
        if any(any(words.values()) for words in tokens.values()):
            await self.value(tokens_sql(1), self.actor.tenant, meta.name, *token_values(tokens))


def _find_sql(meta: CollectionMeta, names: str, equals: Mapping[str, Any], values: list[Any], limit: int) -> str:
    """Return the statement that finds rows by their values, which are added to those there are."""
    parts = ["c.tenant_id = $1"]
    for name, value in equals.items():
        column = value_sql(meta.fields[name], "c")
        compared: list[tuple[str, Any]] = []
        if value is None:
            parts.append(f"{column} IS NULL")
        elif isinstance(value, Range):
            compared = [(o, v) for o, v in ((">=", value.start), ("<", value.end)) if v is not None]
        else:
            compared = [("=", value)]
        for op, asked in compared:
            values.append(asked)
            mark = f"ANY(${len(values)})" if isinstance(asked, list) else f"${len(values)}"
            parts.append(f"{column} {op} {mark}")
    return f"SELECT {names} FROM {ident(meta.name)} c WHERE {' AND '.join(parts)} ORDER BY c.id LIMIT {int(limit)}"


def _note(sql: str, *values: Any) -> None:
    seen = recorded.get()
    if seen is not None:
        seen.append((sql, values))


def _compile_look_up(spec: Spec, roles: frozenset[str], meta: CollectionMeta) -> tuple[Plan, int]:
    compiler = Compiler(spec, roles)
    grants = meta.grants_of(roles)
    bits = []
    for i, grant in enumerate(grants):
        own = compiler.rules.rule(grant.edit_rule, "c", meta)
        edit = own
        if grant.states:
            edit = compiler.rules.rule(All((grant.edit_rule, In("status", grant.states))), "c", meta)
        see = compiler.rules.rule(grant.rows, "c", meta)
        bits += [f'{see} AS "see#{i}"', f'{own} AS "own#{i}"', f'{edit} AS "edit#{i}"']
    related = [f"{sql} AS {ident('rel#' + name)}" for name, sql in _related(meta)]
    tenant, records = compiler.actor_parameter("tenant"), compiler.value_parameter("uuid[]")
    sql = (
        f"SELECT {', '.join(['c.*', *bits, *related])} FROM {ident(meta.name)} c"
        f" WHERE c.tenant_id = {tenant} AND c.id = ANY ({records})"
    )
    return make_plan(sql, compiler.slots), len(grants)


def _compile_owns(spec: Spec, roles: frozenset[str], meta: CollectionMeta) -> tuple[Plan, int]:
    compiler = Compiler(spec, roles)
    grants = meta.grants_of(roles)
    bits = [f'{compiler.rules.rule(grant.edit_rule, "c", meta)} AS "own#{i}"' for i, grant in enumerate(grants)]
    tenant, record = compiler.actor_parameter("tenant"), compiler.value_parameter("uuid")
    sql = f"SELECT {', '.join(bits)} FROM {ident(meta.name)} c WHERE c.tenant_id = {tenant} AND c.id = {record}"
    return make_plan(sql, compiler.slots), len(grants)


def _related(meta: CollectionMeta) -> Iterable[tuple[str, str]]:
    for asked in meta.declared.related:
        other = ident(asked.collection)
        if isinstance(asked, One):
            yield (
                asked.name,
                (
                    f"(SELECT to_jsonb(r) FROM {other} r WHERE r.tenant_id = c.tenant_id"
                    f" AND r.id = c.{ident(asked.column)})"
                ),
            )
        else:
            yield (
                asked.name,
                (
                    f"(SELECT coalesce(jsonb_agg(to_jsonb(r) ORDER BY r.id), '[]') FROM {other} r"
                    f" WHERE r.tenant_id = c.tenant_id AND r.{ident(asked.column)} = c.{ident(asked.via)}"
                    + "".join(f" AND r.{ident(theirs)} = c.{ident(ours)}" for theirs, ours in asked.also)
                    + (f" AND r.{ident(asked.among[0])} IN ({_listed(asked.among[1])})" if asked.among else "")
                    + ")"
                ),
            )


def _listed(values: Iterable[str]) -> str:
    return ", ".join(map(literal, values))
