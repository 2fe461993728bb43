"""Sums as SQL: figures over many records, in one statement that brings no more rows than there are groups."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from directapp.declare.case import Sums
from directapp.declare.spec import CollectionMeta
from directapp.store.names import ident


def sums_sql(meta: CollectionMeta, tenant: UUID, asked: Sums) -> tuple[str, list[Any]]:
    """Return the statement and its values."""
    values: list[Any] = [tenant]

    def mark(value: Any) -> str:
        values.append(value)
        return f"${len(values)}"

    named = {name: f"{mark(at)}::timestamptz" for name, at in asked.moments.items()}

    def written(sql: str) -> str:
        return sql.format_map({"row": "r", **named})

    def columns(told: Mapping[str, str]) -> str:
        return ", ".join(f"{written(sql)} AS {ident(name)}" for name, sql in told.items())

    parts = ["r.tenant_id = $1"]
    either = [f"r.{ident(name)} = ANY({mark(list(ids))}::uuid[])" for name, ids in asked.either.items()]
    parts += [f"({' OR '.join(either)})"] if either else []
    for name, span in asked.within.items():
        parts += [f"r.{ident(name)} {op} {mark(at)}" for op, at in ((">=", span.start), ("<", span.end)) if at]
    parts += [written(asked.where)] if asked.where else []
    rows, order = "r.*", ""
    if asked.latest is not None:
        same = ", ".join(f"r.{ident(name)}" for name in asked.latest[0])
        rows, order = f"DISTINCT ON ({same}) r.*", f" ORDER BY {same}, r.{ident(asked.latest[1])} DESC"
    grouped = ", ".join(str(n + 1) for n in range(len(asked.by))) if asked.of else ""
    sql = (
        f"SELECT {columns({**asked.by, **asked.of})} FROM"
        f" (SELECT {rows} FROM {ident(meta.name)} r WHERE {' AND '.join(parts)}{order}) r"
        + (f" GROUP BY {grouped}" if grouped else "")
        + (f" HAVING {written(asked.having)}" if asked.having else "")
    )
    if asked.over:
        return f"SELECT {columns(asked.over)} FROM ({sql}) r", values
    ordered = written(asked.order) or grouped
    return sql + (f" ORDER BY {ordered}" if ordered else "") + (f" LIMIT {asked.most}" if asked.most else ""), values
