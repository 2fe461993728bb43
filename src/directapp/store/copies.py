"""Copies of what decides who sees a record, on the rows that are seen with it: triggers that keep them true.

A row that is written takes its copies from the record, holding it against moving meanwhile; a record that moves takes
its rows along, in the same transaction. Both hold one advisory lock, shared and alone, so that no row is written
beside a move with what was true before. Whoever writes neither sees the record nor may change its rows, perhaps: both
are done as the pipeline.
"""

from collections.abc import Iterator

from directapp.declare.fields import Field
from directapp.declare.spec import CollectionMeta, Spec
from directapp.store.names import TENANT, copy_of, ident, literal

_SEED = 12
_AS_OWNER = "RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS"


def copy_statements(spec: Spec) -> list[str]:
    """Return the statements that make the triggers."""
    statements = [s for subject in spec.subjects for s in _gone(spec, subject)]
    followers: dict[str, list[tuple[CollectionMeta, str]]] = {}
    for name, kept in spec.copies.items():
        for ref, parent in kept:
            statements += _taken(spec, spec[name], ref.name, parent)
            followers.setdefault(parent.name, []).append((spec[name], ref.name))
    for name, rows in followers.items():
        statements += _moved(spec[name], rows)
    told = {*spec.copies, *followers, *(subject.name for subject in spec.subjects)}
    return statements + [_owner_policy(name) for name in sorted(told)]


def _owner_policy(table: str) -> str:
    name, own = ident(f"{table}_copies"), f"{ident(table)}.tenant_id = {TENANT}"
    return f"CREATE POLICY {name} ON {ident(table)} TO CURRENT_USER USING ({own})"


def _lock(word: str, record: str) -> str:
    key = f"hashtextextended(NEW.tenant_id::text || {record}::text, {_SEED})"
    return f"PERFORM pg_advisory_xact_lock{word}({key});"


def _taken(spec: Spec, meta: CollectionMeta, column: str, parent: CollectionMeta) -> Iterator[str]:
    """Take the copies whenever a row is written or points elsewhere."""
    name, ref = f"{meta.name}_{column}_copies", ident(column)
    subjects = [item for item in meta.stored if item.along == column]
    led = "".join(_led(spec, meta, item, parent) for item in subjects)
    told = ", ".join([ref, *(ident(n) for item in subjects for n in (str(item.ref_in), item.name))])
    ours = ", ".join(f"NEW.{ident(copy_of(column, n))}" for n in parent.declared.sight)
    theirs = ", ".join(f"p.{ident(n)}" for n in parent.declared.sight)
    yield (
        f"CREATE OR REPLACE FUNCTION {name}() {_AS_OWNER} $$ BEGIN{led} {_lock('_shared', f'NEW.{ref}')}"
        f" SELECT {theirs} INTO {ours} FROM {ident(parent.name)} p"
        f" WHERE p.tenant_id = NEW.tenant_id AND p.id = NEW.{ref}; RETURN NEW; END $$"
    )
    yield f"DROP TRIGGER IF EXISTS {name} ON {ident(meta.name)}"
    yield (
        f"CREATE TRIGGER {name} BEFORE INSERT OR UPDATE OF {told} ON {ident(meta.name)}"
        f" FOR EACH ROW EXECUTE FUNCTION {name}()"
    )


def _led(spec: Spec, meta: CollectionMeta, item: Field, parent: CollectionMeta) -> str:
    """Take along from the subject what decides who sees the row, and demand that there is such a record.

    A row that names only what is taken along belongs to that.
    """
    source = meta.fields[str(item.along)]
    which, record, along = (f"NEW.{ident(n)}" for n in (str(item.ref_in), item.name, str(item.along)))
    missing = f"RAISE foreign_key_violation USING CONSTRAINT = {literal(f'fk_{meta.name}_{item.name}')};"
    cases = []
    for subject in spec.subjects:
        taken = f"p.{ident(str(item.along))}" if subject.holds(source) else "NULL"
        held = (
            f"SELECT {taken} INTO {along} FROM {ident(subject.name)} p WHERE p.tenant_id = NEW.tenant_id"
            f" AND p.id = {record} FOR KEY SHARE; IF NOT FOUND THEN {missing} END IF;"
        )
        does = f"{along} := {record};" if subject is parent else held
        cases.append(f"WHEN {literal(subject.name)} THEN {does}")
    return (
        f" IF {record} IS NULL AND {along} IS NOT NULL THEN {which} := {literal(parent.name)}; {record} := {along};"
        f" END IF; IF {record} IS NOT NULL THEN CASE {which} {' '.join(cases)} ELSE {missing} END CASE; END IF;"
    )


def _gone(spec: Spec, subject: CollectionMeta) -> Iterator[str]:
    """Take with a record that is deleted what belongs to it, or leave that without."""
    name, statements = f"{subject.name}_subject", []
    for meta, item in spec.attached:
        if meta.fields[str(item.along)].ref == subject.name:
            continue
        table, which, record = ident(meta.name), ident(str(item.ref_in)), ident(item.name)
        mine = f"WHERE tenant_id = OLD.tenant_id AND {which} = {literal(subject.name)} AND {record} = OLD.id;"
        alone = f"UPDATE {table} SET {which} = NULL, {record} = NULL"
        statements.append(f"{f'DELETE FROM {table}' if item.on_delete == 'cascade' else alone} {mine}")
    if not statements:
        return
    yield f"CREATE OR REPLACE FUNCTION {name}() {_AS_OWNER} $$ BEGIN {' '.join(statements)} RETURN NULL; END $$"
    yield f"DROP TRIGGER IF EXISTS {name} ON {ident(subject.name)}"
    yield f"CREATE TRIGGER {name} AFTER DELETE ON {ident(subject.name)} FOR EACH ROW EXECUTE FUNCTION {name}()"


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
