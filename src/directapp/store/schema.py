"""Bringing a database to the schema of the Spec: migrations first, then grants and policies; and the lint."""

from collections.abc import Iterable
from datetime import UTC, datetime

import asyncpg
from sqlalchemy import MetaData
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.schema import AddConstraint, CreateIndex, CreateTable, ForeignKeyConstraint

from directapp.declare.spec import Spec
from directapp.store.names import ident
from directapp.store.policies import APP_ROLE, EXEMPT, fingerprint, policy_statements
from directapp.store.state import note, noted
from directapp.store.tables import MAKE_UUID_RANGE, build_metadata

_DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]
PARTITIONS_AHEAD = 12
PARTITIONS_PAST = 6


def table_statements(metadata: MetaData) -> list[str]:
    """Return the statements that make every type, table, index and foreign key, from nothing."""
    tables = metadata.tables.values()
    excluding = any(isinstance(c, ExcludeConstraint) for table in tables for c in table.constraints)
    statements: list[str] = [MAKE_UUID_RANGE] if excluding else []
    late: list[str] = []
    for table in sorted(metadata.tables.values(), key=lambda t: t.name):
        statements.append(str(CreateTable(table, include_foreign_key_constraints=[]).compile(dialect=_DIALECT)).strip())
        statements += [
            str(CreateIndex(i).compile(dialect=_DIALECT)) for i in sorted(table.indexes, key=lambda i: str(i.name))
        ]
        keys = sorted((c for c in table.constraints if isinstance(c, ForeignKeyConstraint)), key=lambda c: str(c.name))
        late += [str(AddConstraint(k).compile(dialect=_DIALECT)) for k in keys]
    return statements + late


def schema_text(spec: Spec) -> str:
    """Return the whole schema, policies included, as one SQL text: the golden."""
    metadata = build_metadata(spec)
    statements = [*table_statements(metadata), *policy_statements(spec, metadata)]
    return ";\n".join(s.strip() for s in statements) + ";\n"


class NewerDatabaseError(Exception):
    """The database was brought further by a newer version, whose work this one would take back."""


async def apply_policies(connection: asyncpg.Connection, spec: Spec, *, back: bool = False) -> bool:
    """Bring grants and policies to the Spec, in one transaction; False when they already are.

    ``back``: also to those that were replaced here before (NewerDatabaseError: they were, and it is not asked for).
    """
    metadata = build_metadata(spec)
    tables = frozenset(await _tables(connection))
    statements = policy_statements(spec, metadata, tables)
    wanted = fingerprint([*statements, *sorted(tables)])
    present = await noted(connection, "policies")
    if present == wanted:
        return False
    replaced = "policies replaced "
    if await noted(connection, replaced + wanted) and not back:
        raise NewerDatabaseError(
            "The policies of this version were replaced here by those of a newer one. Start the newer version;"
            " `directapp schema upgrade --back` takes its policies back on purpose."
        )
    async with connection.transaction():
        if present is not None:
            sql = "INSERT INTO schema_state VALUES ($1, clock_timestamp()::text) ON CONFLICT DO NOTHING"
            await connection.execute(sql, replaced + present)
        await connection.execute("DELETE FROM schema_state WHERE name = $1", replaced + wanted)
        for row in await connection.fetch("SELECT policyname, tablename FROM pg_policies WHERE schemaname = 'public'"):
            await connection.execute(f"DROP POLICY {ident(row['policyname'])} ON {ident(row['tablename'])}")
        await connection.execute(";\n".join(statements))
        await note(connection, "policies", wanted)
    return True


async def make_partitions(connection: asyncpg.Connection, now: datetime) -> list[str]:
    """Make the audit's monthly partitions from six back to twelve ahead; return the new names."""
    made = []
    for offset in range(-PARTITIONS_PAST, PARTITIONS_AHEAD + 1):
        year, month = _month(now, offset)
        after_year, after_month = _month(now, offset + 1)
        name = f"audit_{year:04d}_{month:02d}"
        if await connection.fetchval("SELECT to_regclass($1)", f"public.{name}") is None:
            await connection.execute(
                f"CREATE TABLE {ident(name)} PARTITION OF audit FOR VALUES"
                f" FROM ('{year:04d}-{month:02d}-01T00:00:00Z') TO ('{after_year:04d}-{after_month:02d}-01T00:00:00Z');"
                f"ALTER TABLE {ident(name)} ENABLE ROW LEVEL SECURITY;"
                f"ALTER TABLE {ident(name)} FORCE ROW LEVEL SECURITY;"
                f"REVOKE ALL ON {ident(name)} FROM {APP_ROLE}, PUBLIC"
            )
            made.append(name)
    return made


async def keep_partitions(owner_dsn: str, now: datetime) -> list[str]:
    """Make the partitions that are missing, as the owner."""
    connection = await asyncpg.connect(owner_dsn)
    try:
        return await make_partitions(connection, now)
    finally:
        await connection.close()


# Readable by the weak role: names of tables are no tenant's data.
MONTHS_AHEAD = (
    "SELECT count(*) AS months FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
    " WHERE n.nspname = 'public' AND c.relispartition AND c.relkind = 'r'"
    " AND c.relname > 'audit_' || to_char(now(), 'YYYY_MM') AND c.relname LIKE 'audit\\_2%'"
)


def _month(now: datetime, offset: int) -> tuple[int, int]:
    index = now.astimezone(UTC).year * 12 + now.astimezone(UTC).month - 1 + offset
    return index // 12, index % 12 + 1


async def _tables(connection: asyncpg.Connection) -> Iterable[str]:
    """Return our tables; what others keep in the schema is theirs."""
    rows = await connection.fetch(
        "SELECT relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
        " WHERE n.nspname = 'public' AND relkind IN ('r', 'p') AND NOT relispartition"
        " AND pg_has_role(c.relowner, 'USAGE')"
    )
    return [row["relname"] for row in rows]


async def lint(connection: asyncpg.Connection, spec: Spec) -> list[str]:
    """Return what is wrong with the database's protection, a sentence each; empty is good."""
    found = [
        f"{r['relname']}: row-level security is not enabled and forced"
        for r in await connection.fetch(
            "SELECT relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'public'"
            " AND relkind IN ('r', 'p') AND NOT (relrowsecurity AND relforcerowsecurity)"
            " AND (pg_has_role(relowner, 'USAGE') OR has_table_privilege($1, c.oid, 'SELECT, INSERT, UPDATE, DELETE'))"
            " ORDER BY 1",
            APP_ROLE,
        )
        if r["relname"] not in EXEMPT
    ]
    policies = await connection.fetch(
        "SELECT tablename, policyname, coalesce(qual, '') || coalesce(with_check, '') AS body FROM pg_policies"
        " WHERE schemaname = 'public' ORDER BY 1, 2"
    )
    found += [
        f"{r['tablename']}: policy {r['policyname']} does not ask for the tenant"
        for r in policies
        if "app.tenant" not in r["body"]
    ]
    found += [
        f"{r['tablename']}: policy {r['policyname']} trusts a plan that was made for other roles"
        for r in policies
        if "planned_roles() &&" in r["body"] and "= planned_roles()" not in r["body"]
    ]
    for row in await connection.fetch(
        "SELECT table_name, privilege_type FROM information_schema.role_table_grants"
        " WHERE grantee = $1 AND privilege_type IN ('DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER') ORDER BY 1",
        APP_ROLE,
    ):
        meta = spec.get(row["table_name"])
        access = meta.declared.access if meta else None
        # What is erasable is deleted where a person asks to be forgotten: that is its why.
        why = (access.delete_why or access.erasable or None) if access else _STORE_DELETES.get(row["table_name"])
        if row["privilege_type"] != "DELETE" or why is None:
            found.append(f"{row['table_name']}: {row['privilege_type']} is granted without a stated why")
    keys = await connection.fetch(
        "SELECT conrelid::regclass::text AS t, conname FROM pg_constraint k WHERE contype = 'f'"
        " AND connamespace = 'public'::regnamespace AND NOT EXISTS (SELECT 1 FROM pg_attribute a"
        " WHERE a.attrelid = k.conrelid AND a.attnum = ANY (k.conkey) AND a.attname = 'tenant_id') ORDER BY 1"
    )
    found += [f"{r['t']}: foreign key {r['conname']} does not carry the tenant" for r in keys]
    found += [
        f"{r['t']}: exclusion {r['conname']} does not carry the tenant" for r in await connection.fetch(_UNTENANTED)
    ]
    return found


_UNTENANTED = (
    "SELECT conrelid::regclass::text AS t, conname FROM pg_constraint WHERE contype = 'x'"
    " AND connamespace = 'public'::regnamespace AND pg_get_constraintdef(oid) NOT LIKE '%tenant_id%' ORDER BY 1"
)
_STORE_DELETES = {
    "search_tokens": "an index over rows, rewritten when they change",
    "idempotency": "answers are forgotten after a day",
    "outbox": "what was done long ago is forgotten",
    "login_directory": "an e-mail that changed no longer signs in",
    "login_failures": "a successful sign-in clears the count",
}
