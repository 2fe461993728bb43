"""What makes a unique rule hold: the columns or keys of its index, and which row stands in the way of another."""

from sqlalchemy import Column, TextClause, text

from directapp.declare.collection import Unique
from directapp.declare.reading import ALIKE, SAME, SEPARATORS
from directapp.declare.rules import Rule
from directapp.declare.spec import CollectionMeta, Spec
from directapp.store.names import ident, setting
from directapp.store.rule_sql import RuleSql


def unique_name(table: str, unique: Unique) -> str:
    """Return the name of the index that holds a unique rule."""
    return f"uq_{table}_{'_'.join(unique.fields)}"


def key_sql(column: str) -> str:
    """Return the key by which codes are compared that people take for one (``reading.code_key``)."""
    return f"translate(upper({column}), '{ALIKE}{SEPARATORS}', '{SAME}')"


def indexed(unique: Unique, column: "Column[str]") -> "Column[str] | TextClause":
    """Return what the index of a unique rule holds of a column."""
    return text(key_sql(ident(column.name))) if unique.alike else column


def predicate(spec: Spec, meta: CollectionMeta, rule: Rule) -> str:
    """Return a rule as an index or a constraint holds it."""
    # {row}. is cut: an index predicate names its columns bare.
    sql = RuleSql(spec, setting, lambda s: s.declared.access.grants, roles_in_sql=True)
    return sql.rule(rule, "row", meta).replace("row.", "")


def in_the_way(spec: Spec, meta: CollectionMeta, unique: Unique) -> str:
    """Return the statement that finds the row which has the values already; $1 is the tenant, then the values."""
    marks = [f"${place}" for place in range(2, len(unique.fields) + 2)]
    columns = [ident(name) for name in unique.fields]
    if unique.alike:
        marks, columns = [key_sql(f"{mark}::text") for mark in marks], [key_sql(column) for column in columns]
    parts = ["tenant_id = $1", *(f"{column} = {mark}" for column, mark in zip(columns, marks, strict=True))]
    parts += [] if unique.where is None else [predicate(spec, meta, unique.where)]
    return f"SELECT id FROM {ident(meta.name)} WHERE {' AND '.join(parts)} LIMIT 1"
