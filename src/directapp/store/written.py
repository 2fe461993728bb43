"""What every write puts down beside its rows, as SQL: the audit and the outbox."""

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from directapp.store.names import ident

if TYPE_CHECKING:
    from directapp.store.unit import AuditEntry


def audit_values(audit: "AuditEntry") -> list[Any]:
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
    sets = ", ".join(f"{ident(name)} = ${i + 4}" for i, name in enumerate(columns))
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
    return ", ".join(f"${before + i + 1}{t}" for i, t in enumerate(_AUDIT_TYPES))
