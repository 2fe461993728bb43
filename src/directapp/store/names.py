"""SQL text pieces: quoting, column types and the settings that carry the actor into the database."""

from collections.abc import Sequence

from directapp.declare.fields import Field
from directapp.declare.kinds import Kind
from directapp.declare.own_fields import COLUMN
from directapp.declare.rules import Who, Whose

SQL_TYPES: dict[Kind, str] = {
    Kind.STRING: "text",
    Kind.TEXT: "text",
    Kind.CHOICE: "text",
    Kind.CHOICES: "text[]",
    Kind.BOOLEAN: "boolean",
    Kind.INTEGER: "integer",
    Kind.DECIMAL: "numeric(10,2)",
    Kind.MONEY: "numeric(12,2)",
    Kind.DATE: "date",
    Kind.INSTANT: "timestamptz",
    Kind.REF: "uuid",
    Kind.REFS: "uuid[]",
    Kind.JSON: "jsonb",
    Kind.EMAIL: "text",
    Kind.PHONE: "text",
}

TEXTUAL = {Kind.STRING, Kind.TEXT, Kind.CHOICE, Kind.EMAIL, Kind.PHONE}

TENANT_SETTING = "NULLIF(current_setting('app.tenant', true), '')::uuid"
TENANT = f"(SELECT {TENANT_SETTING})"
ROLES = "string_to_array(current_setting('app.roles', true), ',')"
# The roles that a statement was planned for, as a constant of its plan: what other roles see is not in the plan at all.
PLANNED_ROLES = "planned_roles()"
BRAND_SEPARATOR = "|"


def ident(name: str) -> str:
    """Quote an identifier."""
    return '"' + name.replace('"', '""') + '"'


def copy_of(column: str, name: str) -> str:
    """Return the column that holds a copy of a field of the record that a reference points to."""
    return f"{column}_{name}"


def literal(value: str) -> str:
    """Quote a text literal (standard_conforming_strings is on in every supported server)."""
    return "'" + value.replace("\0", "").replace("'", "''") + "'"


def parameter_type(field: Field) -> str:
    """Return the type a parameter compared with this field is cast to."""
    return SQL_TYPES[field.kind].partition("(")[0]


def nullable(field: Field) -> bool:
    """Whether a stored value of this field may be missing."""
    return field.name not in {"id", "created_at", "updated_at", "version", "status"}


def value_sql(field: Field, alias: str) -> str:
    """Return the SQL of a field's value in a row: its column, its place among a company's own, or its expression."""
    if field.own:
        return own_value_sql(field, f"{alias}.{ident(COLUMN)}")
    if field.sql is not None:
        return f"({field.sql.replace('{row}', alias)})"
    return f"{alias}.{ident(field.name)}"


def own_value_sql(field: Field, column: str) -> str:
    """Return the SQL of a value that stands, as JSON tells it, in a column for all own fields."""
    name = literal(field.name)
    if field.kind is Kind.CHOICES:
        return f"(SELECT array_agg(e) FROM jsonb_array_elements_text({column} -> {name}) e)"
    text = f"({column} ->> {name})"
    return text if field.kind in TEXTUAL else f"{text}::{parameter_type(field)}"


def json_sql(field: Field, alias: str) -> str:
    """Return the SQL of a field as it stands in JSON: money as text, times in UTC with Z."""
    if field.own:
        return f"{alias}.{ident(COLUMN)} -> {literal(field.name)}"
    value = value_sql(field, alias)
    if field.kind in {Kind.MONEY, Kind.DECIMAL}:
        return f"{value}::text"
    if field.kind is Kind.INSTANT:
        return instant_text(value)
    return value


def instant_text(value: str) -> str:
    """Return the SQL of an instant as ISO 8601 in UTC."""
    return f"""to_char({value} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')"""


def sort_sql(field: Field, alias: str) -> str:
    """Return the SQL a field is sorted by: Norwegian order for words, the plain value otherwise."""
    value = value_sql(field, alias)
    if field.kind in {Kind.STRING, Kind.TEXT}:
        return f"translate(lower({value}), 'æøåäö', '{{|}}{{|') COLLATE \"C\""
    return value


def setting_value(value: str, *, each_row: bool) -> str:
    """Return a value of the transaction's settings, read once a statement or in each row.

    Where a row or few are written, reading in each costs less than to make ready what a sub-select is asked with.
    """
    return f"({value})" if each_row else f"(SELECT {value})"


def setting(value: Who | Whose, *, each_row: bool = False) -> str:
    """Return the actor's value as a policy reads it: from the transaction's settings."""
    read = f"NULLIF(current_setting('{value.value}', true), '')"
    if isinstance(value, Who):
        return setting_value(f"{read}::uuid", each_row=each_row)
    if value is Whose.SITES:
        return setting_value(f"string_to_array({read}, ',')::uuid[]", each_row=each_row) + "::uuid[]"
    return setting_value(f"string_to_array({read}, '{BRAND_SEPARATOR}')", each_row=each_row) + "::text[]"


def role_check(roles: Sequence[str]) -> str:
    """Return the condition that the actor holds one of these roles."""
    return f"{PLANNED_ROLES} && ARRAY[{', '.join(map(literal, roles))}]"


def planned_for_present(*, each_row: bool = False) -> str:
    """Return the condition that a statement was planned for the roles that the actor holds."""
    present = f"{ROLES} = {PLANNED_ROLES}"
    # As a number, since the planner takes a condition that it knows nothing of to leave half of the rows.
    return f"({present})" if each_row else f"(SELECT ({present})::integer) <> 0"


def join(word: str, parts: list[str]) -> str:
    """Join conditions with AND or OR, dropping what decides nothing."""
    neutral, decisive = ("true", "false") if word == "AND" else ("false", "true")
    kept = list(dict.fromkeys(p for p in parts if p != neutral))
    if decisive in kept:
        return decisive
    if not kept:
        return neutral
    return kept[0] if len(kept) == 1 else "(" + f" {word} ".join(f"({p})" if " " in p else p for p in kept) + ")"
