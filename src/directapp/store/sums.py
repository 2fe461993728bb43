"""Sums as SQL: figures over many records, in one statement that brings no more rows than there are groups."""

from typing import Any
from uuid import UUID

from directapp.declare.case import Sums
from directapp.declare.spec import Shape
from directapp.store.names import ident


def sums_sql(shape: Shape, tenant: UUID, asked: Sums) -> tuple[str, list[Any]]:
    """Return the statement and its values."""
    values: list[Any] = [tenant]

    def mark(value: Any) -> str:
        values.append(value)
        return f"${len(values)}"

    parts = ["r.tenant_id = $1"]
    named = [f"r.{ident(name)} = ANY({mark(list(ids))}::uuid[])" for name, ids in asked.either.items()]
    parts += [f"({' OR '.join(named)})"] if named else []
    for name, span in asked.within.items():
        parts += [f"r.{ident(name)} {op} {mark(at)}" for op, at in ((">=", span.start), ("<", span.end)) if at]
    rows, order = "r.*", ""
    if asked.latest is not None:
        same = ", ".join(f"r.{ident(name)}" for name in asked.latest[0])
        rows, order = f"DISTINCT ON ({same}) r.*", f" ORDER BY {same}, r.{ident(asked.latest[1])} DESC"
    told = {**asked.by, **asked.of}
    columns = ", ".join(f"{sql.replace('{row}', 'r')} AS {ident(name)}" for name, sql in told.items())
    grouped = ", ".join(str(n + 1) for n in range(len(asked.by)))
    return (
        f"SELECT {columns} FROM (SELECT {rows} FROM {ident(shape.name)} r WHERE {' AND '.join(parts)}{order}) r"
        + (f" GROUP BY {grouped} ORDER BY {grouped}" if grouped else ""),
        values,
    )
