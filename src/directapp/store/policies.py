"""Access compiled to PostgreSQL: grants and row-level security policies for every table."""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from functools import partial

from sqlalchemy import MetaData

from directapp.declare.access import Grant
from directapp.declare.collection import Apart, Limit
from directapp.declare.kinds import Kind
from directapp.declare.rules import All, In, Rule
from directapp.declare.spec import CollectionMeta, Spec
from directapp.store.copies import copy_statements
from directapp.store.forgetting import forgetting_statements
from directapp.store.names import (
    PLANNED_ROLES,
    ROLES,
    TENANT,
    TENANT_SETTING,
    ident,
    join,
    literal,
    planned_for_present,
    role_check,
    setting,
    setting_value,
)
from directapp.store.rule_sql import RuleSql, full_tree
from directapp.store.uniques import predicate

APP_ROLE = "directapp_app"

# Tables outside tenant isolation, each with its why. The list only shrinks.
EXEMPT: dict[str, str] = {
    "login_directory": "sign-in must find a user before the tenant is known",
    "login_failures": "failed sign-ins are counted for addresses that belong to no tenant",
    "encryption_keys": "the keys of the installation, each wrapped by a key that is not in the database",
    "schema_state": "what the schema was made from; holds no tenant's data",
    "alembic_version": "the migration tool's own mark; holds no tenant's data",
}

# Called immutable so that the planner asks it once and leaves out what other roles see. A plan that is kept beyond a
# change of roles shows and writes nothing: each policy compares (``planned_for_present``).
_MAKE_PLANNED_ROLES = (
    f"CREATE OR REPLACE FUNCTION {PLANNED_ROLES} RETURNS text[] LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE"
    f" AS $$ BEGIN RETURN {ROLES}; END $$"
)

_STORE_RIGHTS: dict[str, tuple[str, ...]] = {
    "audit": ("SELECT", "INSERT", "UPDATE (changes, salt, salts)"),
    "audit_seal": ("SELECT", "INSERT"),
    "outbox": ("SELECT", "INSERT", "UPDATE", "DELETE"),
    "schedules": ("SELECT", "INSERT", "UPDATE"),
    "search_tokens": ("SELECT", "INSERT", "DELETE"),
    "idempotency": ("SELECT", "INSERT", "DELETE"),
    "counters": ("SELECT", "INSERT", "UPDATE"),
    "service_states": ("SELECT", "INSERT", "UPDATE"),
    "login_directory": ("SELECT", "INSERT", "UPDATE", "DELETE"),
    "login_failures": ("SELECT", "INSERT", "UPDATE", "DELETE"),
    "encryption_keys": ("SELECT",),
    "schema_state": ("SELECT",),
}

# Store tables whose rows only a named system actor reads. Of the seals every write asks how far they go.
_READERS: dict[str, list[str]] = {
    "audit": ["sys_pipeline"],
    "audit_seal": [],
    "outbox": ["sys_dispatcher"],
    "schedules": ["sys_dispatcher"],
    "idempotency": [],
    "search_tokens": [],
    "counters": ["sys_pipeline"],
    "service_states": ["sys_pipeline"],
}


def policy_statements(spec: Spec, metadata: MetaData, existing: frozenset[str] = frozenset()) -> list[str]:
    """Return the statements that bring grants and policies to what the Spec declares.

    ``existing`` names every table of the database, so that a table the metadata has lost is shut.
    """
    statements = [f"GRANT USAGE ON SCHEMA public TO {APP_ROLE}", _MAKE_PLANNED_ROLES]
    for table in sorted(set(metadata.tables) | existing):
        if table not in EXEMPT:
            statements += [
                f"ALTER TABLE {ident(table)} ENABLE ROW LEVEL SECURITY",
                f"ALTER TABLE {ident(table)} FORCE ROW LEVEL SECURITY",
            ]
        statements.append(f"REVOKE ALL ON {ident(table)} FROM {APP_ROLE}, PUBLIC")
    trees = {meta.name: full_tree(meta) for meta in spec.metas.values()}
    for meta in spec.metas.values():
        statements += _collection(spec, meta, trees)
        statements += _choices(meta)
        for limit in meta.declared.limits:
            statements += _held(meta, limit_name(meta.name, limit), f"{ident(limit.lesser)} <= {ident(limit.greater)}")
        for apart in meta.declared.apart:
            among = predicate(spec, meta, apart.where)
            different = f"NOT ({among}) OR {ident(apart.one)} <> {ident(apart.other)}"
            statements += _held(meta, apart_name(meta.name, apart), different)
        statements += [s for f in meta.stored if f.sign_in for s in _directory(meta.name, f.name)]
    statements += copy_statements(spec)
    for table, rights in _STORE_RIGHTS.items():
        statements.append(f"GRANT {', '.join(rights)} ON {ident(table)} TO {APP_ROLE}")
        if table not in EXEMPT:
            statements += _store_table(table, rights)
    return statements + forgetting_statements()


def fingerprint(statements: list[str]) -> str:
    """Return a digest of the statements: whether the database already has them."""
    return hashlib.sha256("\n".join(statements).encode()).hexdigest()


def _store_table(table: str, rights: tuple[str, ...]) -> Iterator[str]:
    own = f"tenant_id = {TENANT}"
    for right in (words.split()[0] for words in rights):
        readers = _READERS[table] if right in {"SELECT", "UPDATE"} else []
        condition = join("AND", [own, planned_for_present(), role_check(readers)]) if readers else own
        clause = f"WITH CHECK ({condition})" if right == "INSERT" else f"USING ({condition})"
        yield _policy(table, right, clause)


def _collection(spec: Spec, meta: CollectionMeta, trees: Mapping[str, tuple[Grant, ...]]) -> list[str]:
    table = meta.name

    def where(picked: Callable[[Grant], Rule | None], *also: str, each_row: bool = True) -> str:
        value = partial(setting, each_row=each_row)
        writer = RuleSql(spec, value, lambda s: trees[s.name], roles_in_sql=True)
        own = f"{table}.tenant_id = {setting_value(TENANT_SETTING, each_row=each_row)}"
        entries = writer.entries(meta, ident(table), picked, also=also)
        return join("AND", [own, planned_for_present(each_row=each_row), entries])

    see = where(lambda g: g.rows, "sys_pipeline", each_row=False)
    insert = where(lambda g: g.edit_rule if g.create else None)
    edit = where(lambda g: _while_open(g) if g.write else None)
    after = where(lambda g: g.edit_rule if g.write or g.verbs else None)
    delete = where(lambda g: _while_open(g) if g.delete else None)
    statements = [
        _policy(table, "SELECT", f"USING ({see})"),
        _policy(table, "INSERT", f"WITH CHECK ({insert})"),
        _policy(table, "UPDATE", f"USING ({edit}) WITH CHECK ({after})"),
    ]
    rights = ["SELECT", "INSERT", "UPDATE"]
    if any(g.delete for g in trees[meta.name]):
        statements.append(_policy(table, "DELETE", f"USING ({delete})"))
        rights.append("DELETE")
    return [f"GRANT {', '.join(rights)} ON {ident(table)} TO {APP_ROLE}", *statements]


def _while_open(grant: Grant) -> Rule:
    if not grant.states:
        return grant.edit_rule
    return All((grant.edit_rule, In("status", grant.states)))


def _choices(meta: CollectionMeta) -> Iterator[str]:
    """Hold choices to their codes whenever they are written.

    A CHECK would also be asked of a row whose code is of the past while something else of it is written: it could
    neither be edited nor follow its car to another site.
    """
    held = [item for item in meta.stored if item.kind is Kind.CHOICE and item.choices]
    name, table = ident(f"{meta.name}_choices"), ident(meta.name)
    tests = []
    for item in held:
        column, check = ident(item.name), f"ck_{meta.name}_{item.name}_choice"
        codes = ", ".join(literal(choice.code) for choice in item.choices)
        yield f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {ident(check)}"
        tests.append(
            f"IF NEW.{column} NOT IN ({codes}) AND (TG_OP = 'INSERT' OR NEW.{column} IS DISTINCT FROM OLD.{column})"
            f" THEN RAISE check_violation USING CONSTRAINT = {literal(check)}; END IF;"
        )
    yield f"DROP TRIGGER IF EXISTS {name} ON {table}"
    if held:
        yield (
            f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS"
            f" $$ BEGIN {' '.join(tests)} RETURN NEW; END $$"
        )
        yield (
            f"CREATE TRIGGER {name} BEFORE INSERT OR UPDATE OF {', '.join(ident(f.name) for f in held)} ON {table}"
            f" FOR EACH ROW EXECUTE FUNCTION {name}()"
        )


def _held(meta: CollectionMeta, name: str, condition: str) -> list[str]:
    return [
        f"ALTER TABLE {ident(meta.name)} DROP CONSTRAINT IF EXISTS {ident(name)}",
        f"ALTER TABLE {ident(meta.name)} ADD CONSTRAINT {ident(name)} CHECK ({condition}) NOT VALID",
    ]


def limit_name(table: str, limit: Limit) -> str:
    """Return the name of the constraint that holds a limit."""
    return f"ck_{table}_{limit.lesser}_limit"


def apart_name(table: str, apart: Apart) -> str:
    """Return the name of the constraint that holds two references apart."""
    return f"ck_{table}_{apart.one}_apart_{apart.other}"


def _directory(table: str, column: str) -> list[str]:
    """Keep the login directory in the same transaction as the rows it finds, whoever writes them."""
    name = f"{table}_login_directory"
    function = (
        f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        " IF TG_OP <> 'INSERT' THEN DELETE FROM login_directory WHERE tenant_id = OLD.tenant_id AND user_id = OLD.id;"
        f" END IF; IF TG_OP <> 'DELETE' AND NEW.{ident(column)} IS NOT NULL THEN INSERT INTO login_directory"
        f" (email, tenant_id, user_id) VALUES (NEW.{ident(column)}, NEW.tenant_id, NEW.id); END IF;"
        " RETURN NULL; END $$"
    )
    trigger = (
        f"CREATE TRIGGER {name} AFTER INSERT OR DELETE OR UPDATE OF {ident(column)} ON {ident(table)}"
        f" FOR EACH ROW EXECUTE FUNCTION {name}()"
    )
    return [function, f"DROP TRIGGER IF EXISTS {name} ON {ident(table)}", trigger]


def _policy(table: str, verb: str, clause: str) -> str:
    name = f"{table}_{verb.lower()}"
    return f"CREATE POLICY {ident(name)} ON {ident(table)} FOR {verb} TO {APP_ROLE} {clause}"
