"""Copies of what decides who sees a record, on the rows that are seen with it: triggers that keep them true.

A row that is written takes its copies from the record, holding it against moving meanwhile; a record that moves takes
its rows along, in the same transaction. Both hold one advisory lock, shared and alone, so that no row is written
beside a move with what was true before. Whoever writes neither sees the record nor may change its rows, perhaps: both
are done as the pipeline.
"""

from collections.abc import Iterator

from directapp.declare.spec import CollectionMeta, Spec
from directapp.store.names import TENANT, copy_of, ident

_SEED = 12
_AS_OWNER = "RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS"


def copy_statements(spec: Spec) -> list[str]:
    """Return the statements that make the triggers."""
    statements: list[str] = []
    followers: dict[str, list[tuple[CollectionMeta, str]]] = {}
    for name, kept in spec.copies.items():
        for ref, parent in kept:
            statements += _taken(spec[name], ref.name, parent)
            followers.setdefault(parent.name, []).append((spec[name], ref.name))
    for name, rows in followers.items():
        statements += _moved(spec[name], rows)
    return statements + [_owner_policy(name) for name in sorted({*spec.copies, *followers})]


def _owner_policy(table: str) -> str:
    name, own = ident(f"{table}_copies"), f"{ident(table)}.tenant_id = {TENANT}"
    return f"CREATE POLICY {name} ON {ident(table)} TO CURRENT_USER USING ({own})"


def _lock(word: str, record: str) -> str:
    key = f"hashtextextended(NEW.tenant_id::text || {record}::text, {_SEED})"
    return f"PERFORM pg_advisory_xact_lock{word}({key});"


def _taken(meta: CollectionMeta, column: str, parent: CollectionMeta) -> Iterator[str]:
    """Take the copies whenever a row is written or points elsewhere."""
    name, ref = f"{meta.name}_{column}_copies", ident(column)
    ours = ", ".join(f"NEW.{ident(copy_of(column, n))}" for n in parent.declared.sight)
    theirs = ", ".join(f"p.{ident(n)}" for n in parent.declared.sight)
    yield (
        f"CREATE OR REPLACE FUNCTION {name}() {_AS_OWNER} $$ BEGIN {_lock('_shared', f'NEW.{ref}')}"
        f" SELECT {theirs} INTO {ours} FROM {ident(parent.name)} p"
        f" WHERE p.tenant_id = NEW.tenant_id AND p.id = NEW.{ref}; RETURN NEW; END $$"
    )
    yield f"DROP TRIGGER IF EXISTS {name} ON {ident(meta.name)}"
    yield (
        f"CREATE TRIGGER {name} BEFORE INSERT OR UPDATE OF {ref} ON {ident(meta.name)}"
        f" FOR EACH ROW EXECUTE FUNCTION {name}()"
    )


def _moved(parent: CollectionMeta, rows: list[tuple[CollectionMeta, str]]) -> Iterator[str]:
    """Take the rows along whenever what decides who sees the record changes."""
    name, sight = f"{parent.name}_sight", parent.declared.sight
    writes = []
    for meta, column in rows:
        sets = ", ".join(f"{ident(copy_of(column, n))} = NEW.{ident(n)}" for n in sight)
        writes.append(
            f"UPDATE {ident(meta.name)} SET {sets} WHERE tenant_id = NEW.tenant_id AND {ident(column)} = NEW.id;"
        )
    before, after = (f"({', '.join(f'{word}.{ident(n)}' for n in sight)})" for word in ("OLD", "NEW"))
    yield (
        f"CREATE OR REPLACE FUNCTION {name}() {_AS_OWNER} $$ BEGIN"
        f" {_lock('', 'NEW.id')} {' '.join(writes)} RETURN NULL; END $$"
    )
    yield f"DROP TRIGGER IF EXISTS {name} ON {ident(parent.name)}"
    yield (
        f"CREATE TRIGGER {name} AFTER UPDATE OF {', '.join(map(ident, sight))} ON {ident(parent.name)}"
        f" FOR EACH ROW WHEN ({before} IS DISTINCT FROM {after}) EXECUTE FUNCTION {name}()"
    )
