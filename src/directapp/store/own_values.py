"""The values of own fields on their way into the one column that holds them, and out of it."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from directapp.declare.kinds import restored
from directapp.declare.own_fields import COLUMN
from directapp.declare.spec import CollectionMeta
from directapp.store.changes import Change
from directapp.store.names import ident


def packed(meta: CollectionMeta, row: dict[str, Any], *, new: bool = False) -> dict[str, Any]:
    """Return the columns of a row, own values together in theirs: none of them null in a new row."""
    own = {name: _as_json(value) for name, value in row.items() if (item := meta.fields.get(name)) and item.own}
    if not own:
        return row
    kept = {name: value for name, value in own.items() if value is not None or not new}
    return {name: value for name, value in row.items() if name not in own} | ({COLUMN: kept} if kept else {})


def packed_all(meta: CollectionMeta, changes: Sequence[Change], *, new: bool = False) -> Sequence[Change]:
    """Return changes of rows of the same columns, each packed, still with the same columns."""
    rows = [packed(meta, change.row, new=new) for change in changes]
    if not any(COLUMN in row for row in rows):
        return [replace(change, row=row) for change, row in zip(changes, rows, strict=True)]
    return [replace(change, row={COLUMN: {}, **row}) for change, row in zip(changes, rows, strict=True)]


def unpack(meta: CollectionMeta, row: dict[str, Any]) -> None:
    """Put the own fields of a row that was read beside its others, None for those without a value."""
    if COLUMN in row:
        held = row.pop(COLUMN) or {}
        row |= {name: restored(item.kind, held.get(name)) for name, item in meta.own.items()}


def columns_sql(meta: CollectionMeta, names: Iterable[str]) -> str:
    """Return the columns that hold some fields of a row."""
    return ", ".join(dict.fromkeys(f"c.{ident(COLUMN if meta.fields[n].own else n)}" for n in names))


def set_sql(column: str, value: str, row: str = "") -> str:
    """Return how an update sets a column; own values are laid over those that are there, and null takes one away."""
    name = ident(column)
    if column != COLUMN:
        return f"{name} = {value}"
    return f"{name} = nullif(jsonb_strip_nulls(coalesce({row}{name}, '{{}}') || {value}::jsonb), '{{}}')"


def purge_sql(table: str, most: int) -> str:
    """Return what takes a field's values out of at most so many rows: tenant and name the parameters, ids the rows.

    It is nobody's edit: neither version nor audit tell of it.
    """
    name, own = ident(table), ident(COLUMN)
    some = f"SELECT id FROM {name} WHERE tenant_id = $1 AND {own} ? $2::text ORDER BY id LIMIT {int(most)}"
    return (
        f"UPDATE {name} t SET {own} = nullif(t.{own} - $2::text, '{{}}')"
        f" WHERE t.tenant_id = $1 AND t.id = ANY (ARRAY({some})) RETURNING t.id"
    )


# Tenant, collection, records, field.
FORGET_TOKENS = """
DELETE FROM search_tokens WHERE tenant_id = $1 AND collection = $2 AND record = ANY ($3) AND field = $4"""


def _as_json(value: Any) -> Any:
    """Return a value as answers tell it: it is read without being looked at."""
    if isinstance(value, Decimal):
        return f"{value:.2f}"
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"
    return str(value) if isinstance(value, date) else value
