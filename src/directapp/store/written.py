"""What every write puts down beside its rows, as SQL: the audit and the outbox."""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any
from uuid import UUID

import orjson

from directapp.kernel.ids import uuid7
from directapp.store.changes import AuditEntry, OutboxEvent
from directapp.store.names import ident
from directapp.store.own_values import set_sql
from directapp.telemetry.tracing import TRAIL, request_id

# Search tokens by field.
Tokens = Mapping[str, set[str]]


def audit_values(audit: AuditEntry) -> list[Any]:
    """Return the values of an audit row, in the order of its columns."""
    return [
        audit.id,
        audit.at,
        audit.actor.user,
        audit.actor.name,
        sorted(audit.actor.roles),
        audit.via,
        audit.origin,
        audit.request_id,
        audit.reason,
        audit.collection,
        audit.record,
        audit.verb,
        audit.version,
        audit.changes,
        audit.act,
    ]


def event_values(events: Sequence[OutboxEvent], depth: int) -> list[Any]:
    """Return the values of outbox rows, a list for each column; ``depth`` says how many events led to them."""
    trail: dict[str, Any] = {"depth": depth} if depth else {}
    if request := request_id.get():
        trail[TRAIL] = request
    return [
        [uuid7() for _ in events],
        [e.event for e in events],
        [e.collection for e in events],
        [e.record for e in events],
        [orjson.dumps(e.payload | trail).decode() for e in events],
        [e.delay for e in events],
    ]


def outbox_sql(tenant: str, source: str, n: int) -> str:
    """Return the insert of outbox rows, their values in the parameters after the first ``n``."""
    return (
        "INSERT INTO outbox (tenant_id, id, event, collection, record, payload, due_at)"
        f" SELECT {tenant}, e.id, e.event, e.collection, e.record, e.payload::jsonb,"
        f" clock_timestamp() + make_interval(secs => e.delay) FROM {source}unnest("
        f"${n + 1}::uuid[], ${n + 2}::text[], ${n + 3}::text[], ${n + 4}::uuid[], ${n + 5}::text[],"
        f" ${n + 6}::float8[]) AS e(id, event, collection, record, payload, delay)"
    )


def tokens_sql(n: int) -> str:
    """Return the insert of search tokens: tenant the first parameter, the rest after the first ``n``."""
    return (
        "INSERT INTO search_tokens (tenant_id, collection, record, field, token)"
        f" SELECT $1, ${n + 1}, * FROM unnest(${n + 2}::uuid[], ${n + 3}::text[], ${n + 4}::text[])"
    )


def token_values(tokens: Mapping[UUID, Tokens]) -> Iterable[list[Any]]:
    """Return the values of search tokens of some records, in the order of their columns."""
    rows = [(r, name, token) for r, words in tokens.items() for name in words for token in sorted(words[name])]
    return (list(column) for column in zip(*rows, strict=True))


@lru_cache(maxsize=256)
def insert_sql(table: str, columns: tuple[str, ...], *, events: bool, tokens: bool) -> str:
    """Return the insert of a row with its audit row, with or without events and search tokens."""
    n = len(columns) + 1
    names = ", ".join(["tenant_id", *map(ident, columns)])
    # Without RETURNING, which would have the row judged by the policies for reading too.
    sql = f"WITH w AS (INSERT INTO {ident(table)} ({names}) VALUES ({_marks(n)}))"
    sql += f", a AS (INSERT INTO audit (tenant_id, {AUDIT_COLUMNS}) VALUES ($1, {audit_marks(n)}))"
    n += len(_AUDIT_TYPES)
    sql += f", o AS ({outbox_sql('$1', '', n)})" if events else ""
    sql += f", s AS ({tokens_sql(n + (_OUTBOX_VALUES if events else 0))})" if tokens else ""
    return f"{sql} SELECT 1"


@lru_cache(maxsize=1024)
def update_sql(table: str, columns: tuple[str, ...]) -> str:
    """Return the update of a row that still has its version: tenant, record and version the first parameters."""
    sets = ", ".join(set_sql(name, f"${i + 4}") for i, name in enumerate(columns))
    return f"UPDATE {ident(table)} SET {sets} WHERE tenant_id = $1 AND id = $2 AND version = $3"


AUDIT_COLUMNS = (
    "id, at, actor, actor_name, roles, via, origin, request_id, reason, collection, record, verb, version, changes, act"
)
_AUDIT_TYPES = (
    "::uuid", "::timestamptz", "::uuid", "::text", "::text[]", "::text", "::text", "::text", "::text", "::text",
    "::uuid", "::text", "::integer", "::jsonb", "::uuid",
)  # fmt: skip
_OUTBOX_VALUES = 6


def _marks(count: int) -> str:
    return ", ".join(f"${i + 1}" for i in range(count))


@lru_cache(maxsize=256)
def audit_marks(before: int) -> str:
    """Return the marks of an audit row's parameters, after those before."""
    marks = [f"${before + i + 1}{t}" for i, t in enumerate(_AUDIT_TYPES)]
    marks[1] = audited_at(marks[1])
    return ", ".join(marks)


def audited_at(given: str) -> str:
    """Return when an audit row is said to be written: the instant given, else now; after all that is sealed.

    A clock that was set back can therefore put nothing behind a seal. Tenant the first parameter.
    """
    sealed = "SELECT s.to_at + interval '1 microsecond' FROM audit_seal s WHERE s.tenant_id = $1"
    return f"greatest(coalesce({given}, now()), ({sealed} ORDER BY s.batch DESC LIMIT 1))"
