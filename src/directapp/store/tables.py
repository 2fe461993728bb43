"""Tables: the Spec as SQLAlchemy metadata, and the tables that the store itself needs."""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    Numeric,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, UUID, ExcludeConstraint
from sqlalchemy.sql.elements import ColumnElement, TextClause
from sqlalchemy.types import TypeEngine

from directapp.declare.collection import Exclusion
from directapp.declare.collection import Index as Declared
from directapp.declare.fields import Field
from directapp.declare.kinds import Kind
from directapp.declare.own_fields import COLUMN
from directapp.declare.rules import Rule
from directapp.declare.spec import CollectionMeta, Spec, columns_of
from directapp.store.names import copy_of, ident, nullable
from directapp.store.uniques import indexed, predicate, unique_name

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_1_name)s",
    "pk": "pk_%(table_name)s",
}

_TYPES: dict[Kind, TypeEngine[Any]] = {
    Kind.STRING: Text(),
    Kind.TEXT: Text(),
    Kind.CHOICE: Text(),
    Kind.CHOICES: ARRAY(Text()),
    Kind.BOOLEAN: Boolean(),
    Kind.INTEGER: Integer(),
    Kind.MONEY: Numeric(12, 2),
    Kind.DATE: Date(),
    Kind.INSTANT: DateTime(timezone=True),
    Kind.REF: UUID(),
    Kind.REFS: ARRAY(UUID()),
    Kind.JSON: JSONB(),
    Kind.EMAIL: Text(),
    Kind.PHONE: Text(),
}

UUID_RANGE = "uuidrange"
MAKE_UUID_RANGE = f"CREATE TYPE {UUID_RANGE} AS RANGE (subtype = uuid)"

# As SQLAlchemy and PostgreSQL quote: reserved words only, so that what a database holds reads as what is declared.
_quoted = postgresql.dialect().identifier_preparer.quote  # type: ignore[no-untyped-call]
_NOT_NULL_SYSTEM = {"version", "created_at", "updated_at"}


def build_metadata(spec: Spec) -> MetaData:
    """Return the whole schema: a table a collection, and the store's own."""
    metadata = MetaData(naming_convention=NAMING)
    for meta in spec.metas.values():
        _collection_table(metadata, spec, meta)
    own_tables(metadata)
    return metadata


def _collection_table(metadata: MetaData, spec: Spec, meta: CollectionMeta) -> None:
    columns: list[Column[Any]] = [Column("tenant_id", UUID(), nullable=False)]
    columns += [_column(meta, f) for f in meta.stored]
    for ref, parent in spec.copies.get(meta.name, ()):
        columns += [Column(copy_of(ref.name, n), _type(parent.fields[n])) for n in parent.declared.sight]
    columns += [Column(COLUMN, JSONB())] if meta.declared.own_fields else []
    table = Table(meta.name, metadata, *columns, PrimaryKeyConstraint("tenant_id", "id"), **_storage(meta))
    for item in meta.stored:
        if item.points_to is not None:
            table.append_constraint(_foreign_key(meta, item))
    for unique in meta.declared.unique:
        where = None if unique.where is None else _predicate(spec, meta, unique.where)
        held = [indexed(unique, table.c[name]) for name in unique.fields]
        Index(unique_name(meta.name, unique), table.c.tenant_id, *held, unique=True, postgresql_where=where)
    for exclusion in meta.declared.exclusions:
        table.append_constraint(_exclusion(spec, meta, exclusion))
    for index in indexes_of(meta):
        where = None if index.where is None else _predicate(spec, meta, index.where)
        Index(
            f"ix_{meta.name}_{index.name}",
            table.c.tenant_id,
            *(_index_column(meta, table, name) for name in index.fields),
            postgresql_where=where,
            postgresql_include=sorted(_looked_at(meta) - {*index.fields}) if index.sight else [],
        )


def _storage(meta: CollectionMeta) -> dict[str, Any]:
    """Return how rows are stored: own values in their row and as they are, since each is looked up in all of them."""
    return {"postgresql_with": {"toast_tuple_target": 8160}} if meta.declared.own_fields else {}


def _looked_at(meta: CollectionMeta) -> set[str]:
    """Return the columns that decide who sees a row."""
    return {column for grant in meta.declared.access.grants for column in columns_of(grant.rows)}


def _predicate(spec: Spec, meta: CollectionMeta, rule: Rule) -> TextClause:
    return text(predicate(spec, meta, rule))


def _exclusion(spec: Spec, meta: CollectionMeta, exclusion: Exclusion) -> ExcludeConstraint:
    # A range of one value each: plain PostgreSQL has no operator class for equality here.
    ranges = {Kind.REF: UUID_RANGE, Kind.INTEGER: "int4range"}
    kinds = {"tenant_id": Kind.REF} | {n: meta.fields[n].kind for n in exclusion.same}
    same = [(f"{ranges[kind]}({ident(n)}, {ident(n)}, '[]')", "=") for n, kind in kinds.items()]
    start, end = map(ident, exclusion.span)
    parts = [(text(sql), op) for sql, op in (*same, (f"tstzrange({start}, {end})", "&&"))]
    where = _predicate(spec, meta, exclusion.where)
    name = exclusion_name(meta.name, exclusion)
    return ExcludeConstraint(*parts, where=where, name=name, deferrable=True, initially="DEFERRED")


def exclusion_name(table: str, exclusion: Exclusion) -> str:
    """Return the name of the constraint that holds an exclusion."""
    return f"ex_{table}_{'_'.join(exclusion.same)}"


def _index_column(meta: CollectionMeta, table: Table, name: str) -> ColumnElement[Any]:
    if not name.startswith("-"):
        return table.c[name]
    falling = table.c[name[1:]].desc()
    return falling.nulls_last() if nullable(meta.fields[name[1:]]) else falling


def indexes_of(meta: CollectionMeta) -> list[Declared]:
    """Return every index of a collection behind the tenant, those that are made by themselves included."""
    declared = [i if isinstance(i, Declared) else Declared(i) for i in meta.declared.indexes]
    refs = [f.name for f in meta.stored if f.points_to is not None and f.name not in {"created_by", "updated_by"}]
    # An index that begins with a reference finds the rows that refer, too.
    begun = {i.fields[0] for i in declared if i.where is None}
    return list(dict.fromkeys([*declared, *(Declared((n,)) for n in refs if n not in begun), *_sorted(meta)]))


def _sorted(meta: CollectionMeta) -> list[Declared]:
    """Return the index that a list needs in its declared order."""
    first = next(iter(meta.declared.views.sort), "id")
    name = first.lstrip("-")
    if name == "id" or not meta.fields[name].stored:
        return []
    return [Declared((first, "-id") if first.startswith("-") and nullable(meta.fields[name]) else (name, "id"))]


def _type(item: Field) -> TypeEngine[Any]:
    return Numeric(8 + item.scale, item.scale) if item.kind is Kind.DECIMAL else _TYPES[item.kind]


def _column(meta: CollectionMeta, item: Field) -> Column[Any]:
    always = item.name == "id" or item.name in _NOT_NULL_SYSTEM or (item.name == "status" and meta.declared.workflow)
    server_default: Any = None
    if item.kind is Kind.BOOLEAN and isinstance(item.default, bool):
        server_default = text("true" if item.default else "false")
    if item.name == "version":
        server_default = text("1")
    if item.name in {"created_at", "updated_at"}:
        server_default = func.now()
    return Column(item.name, _type(item), nullable=not always, server_default=server_default)


def _foreign_key(meta: CollectionMeta, item: Field) -> ForeignKeyConstraint:
    action = {"restrict": None, "cascade": "CASCADE", "set_null": f"SET NULL ({_quoted(item.name)})"}[item.on_delete]
    return ForeignKeyConstraint(
        ["tenant_id", item.name],
        [f"{item.ref}.tenant_id", f"{item.ref}.id"],
        name=f"fk_{meta.name}_{item.name}",
        ondelete=action,
        use_alter=True,
    )


def _last_of_audit() -> tuple[Column[Any], ...]:
    """Return the act that a row of the audit belongs to, and the salts of its values."""
    return (
        Column("act", UUID()),
        Column("salt", UUID(), server_default=func.gen_random_uuid()),
        Column("salts", JSONB()),
    )


def own_tables(metadata: MetaData) -> None:
    """Add what the store itself needs: audit, outbox, search, idempotency, counters, sign-in directory, state."""
    instant = DateTime(timezone=True)
    Table(
        "audit",
        metadata,
        Column("tenant_id", UUID(), nullable=False),
        Column("id", UUID(), nullable=False),
        Column("at", instant, nullable=False, server_default=func.clock_timestamp()),
        Column("actor", UUID()),
        Column("actor_name", Text(), nullable=False),
        Column("roles", ARRAY(Text()), nullable=False),
        Column("via", Text()),
        Column("origin", Text(), nullable=False),
        Column("request_id", Text()),
        Column("reason", Text()),
        Column("collection", Text(), nullable=False),
        Column("record", UUID(), nullable=False),
        Column("verb", Text(), nullable=False),
        Column("version", Integer(), nullable=False),
        Column("changes", JSONB(), nullable=False),
        *_last_of_audit(),
        PrimaryKeyConstraint("tenant_id", "at", "id"),
        Index("ix_audit_record", "tenant_id", "collection", "record", "at"),
        postgresql_partition_by="RANGE (at)",
    )
    Table(
        "audit_seal",
        metadata,
        Column("tenant_id", UUID(), nullable=False),
        Column("batch", BigInteger(), nullable=False),
        Column("sealed_at", instant, nullable=False),
        Column("from_at", instant, nullable=False),
        Column("to_at", instant, nullable=False),
        Column("rows", Integer(), nullable=False),
        Column("digest", Text(), nullable=False),
        PrimaryKeyConstraint("tenant_id", "batch"),
    )
    Table(
        "outbox",
        metadata,
        Column("tenant_id", UUID(), nullable=False),
        Column("id", UUID(), nullable=False),
        Column("at", instant, nullable=False, server_default=func.clock_timestamp()),
        Column("due_at", instant, nullable=False, server_default=func.clock_timestamp()),
        Column("event", Text(), nullable=False),
        Column("collection", Text(), nullable=False),
        Column("record", UUID(), nullable=False),
        Column("payload", JSONB(), nullable=False),
        Column("attempts", Integer(), nullable=False, server_default=text("0")),
        Column("passed", ARRAY(Text()), nullable=False, server_default=text("'{}'")),
        Column("claimed_by", UUID()),
        Column("error", Text()),
        Column("done_at", instant),
        PrimaryKeyConstraint("tenant_id", "id"),
        Index("ix_outbox_due", "tenant_id", "event", "due_at", postgresql_where=text("done_at IS NULL")),
        Index("ix_outbox_at", "tenant_id", "at"),
    )
    Table(
        "schedules",
        metadata,
        Column("tenant_id", UUID(), nullable=False),
        Column("name", Text(), nullable=False),
        Column("next_at", instant, nullable=False),
        Column("job", UUID()),
        Column("last_at", instant),
        Column("last_error", Text()),
        PrimaryKeyConstraint("tenant_id", "name"),
    )
    search = Table(
        "search_tokens",
        metadata,
        Column("tenant_id", UUID(), nullable=False),
        Column("collection", Text(), nullable=False),
        Column("record", UUID(), nullable=False),
        Column("field", Text(), nullable=False),
        Column("token", Text(collation="C"), nullable=False),
        PrimaryKeyConstraint("tenant_id", "collection", "record", "field", "token"),
    )
    Index("ix_search_tokens_token", search.c.tenant_id, search.c.collection, search.c.token, search.c.record)
    _memory_tables(metadata, instant)


def _memory_tables(metadata: MetaData, instant: DateTime) -> None:
    Table(
        "idempotency",
        metadata,
        Column("tenant_id", UUID(), nullable=False),
        Column("actor", Text(), nullable=False),
        Column("key", Text(), nullable=False),
        Column("fingerprint", Text(), nullable=False),
        Column("status", Integer(), nullable=False),
        Column("answer", Text(), nullable=False),
        Column("at", instant, nullable=False, server_default=func.now()),
        PrimaryKeyConstraint("tenant_id", "actor", "key"),
    )
    Table(
        "counters",
        metadata,
        Column("tenant_id", UUID(), nullable=False),
        Column("name", Text(), nullable=False),
        Column("day", Date(), nullable=False),
        Column("used", Integer(), nullable=False),
        PrimaryKeyConstraint("tenant_id", "name", "day"),
    )
    Table(
        "service_states",
        metadata,
        Column("tenant_id", UUID(), nullable=False),
        Column("name", Text(), nullable=False),
        Column("good_at", instant),
        Column("failed_at", instant),
        Column("error", Text(), nullable=False, server_default=text("''")),
        Column("detail", JSONB(), nullable=False, server_default=text("'{}'")),
        PrimaryKeyConstraint("tenant_id", "name"),
    )
    Table(
        "login_directory",
        metadata,
        Column("email", Text(), nullable=False),
        Column("tenant_id", UUID(), nullable=False),
        Column("user_id", UUID(), nullable=False),
        PrimaryKeyConstraint("email"),
        UniqueConstraint("tenant_id", "user_id"),
    )
    Table(
        "login_failures",
        metadata,
        Column("key", Text(), nullable=False),
        Column("failures", Integer(), nullable=False),
        Column("last_at", instant, nullable=False),
        PrimaryKeyConstraint("key"),
    )
    Table(
        "encryption_keys",
        metadata,
        Column("name", Text(), nullable=False),
        Column("master", Text(), nullable=False),
        Column("wrapped", Text(), nullable=False),
        Column("made_at", instant, nullable=False, server_default=func.clock_timestamp()),
        PrimaryKeyConstraint("name"),
    )
    Table(
        "schema_state",
        metadata,
        Column("name", Text(), nullable=False),
        Column("value", Text(), nullable=False),
        PrimaryKeyConstraint("name"),
    )
