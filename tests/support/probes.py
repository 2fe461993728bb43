"""What PostgreSQL lets an actor do with each row of a table, tried row by row and taken back."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import asyncpg

from directapp.kernel.actor import Actor
from directapp.store.names import ident
from support.oracle import Declared, rule_columns
from support.sample import Sample, plain

# Every attempt ends with this, so that the next one finds the rows as they were.
_TAKEN_BACK = "ZZ000"


@dataclass(frozen=True)
class Reached:
    """The rows that were seen, changed, deleted, moved (changed in what rules look at) and inserted."""

    seen: frozenset[UUID]
    changed: frozenset[UUID]
    deleted: frozenset[UUID]
    moved: frozenset[UUID]
    inserted: frozenset[UUID]


def watched(declared: Declared) -> list[str]:
    """Return the columns that the rules of a collection's entries look at."""
    rules = [r for g in declared.grants for r in (g.rows, g.edit_rule)]
    found = {c for rule in rules for c in rule_columns(rule)} - {"id"}
    items = [declared.fields[name] for name in found]
    return sorted(found | {n for item in items for n in (item.ref_in, item.along) if n})


def _attempt(statement: str, into: str) -> str:
    """Let a statement be refused by rights; what keys and checks refuse, rights have let through."""
    return f"""
        BEGIN
          {statement}; IF FOUND THEN {into} := {into} || r.id; END IF;
          RAISE SQLSTATE '{_TAKEN_BACK}';
        EXCEPTION
          WHEN SQLSTATE '{_TAKEN_BACK}' OR insufficient_privilege THEN NULL;
          WHEN integrity_constraint_violation OR foreign_key_violation OR unique_violation OR not_null_violation
            OR check_violation OR exclusion_violation OR restrict_violation THEN {into} := {into} || r.id;
        END;"""


def probe_sql(declared: Declared) -> str:
    """Return the function that tries everything with the rows of one collection."""
    table, columns = ident(declared.name), [ident(c) for c in watched(declared)]
    sets = ", ".join(f"{c} = r.{c}" for c in columns)
    here = f"{table}.tenant_id = r.tenant_id AND {table}.id = r.id"
    move = _attempt(f"UPDATE {table} SET {sets} WHERE {here}", "moved") if columns else ""
    return f"""
    CREATE OR REPLACE FUNCTION {ident(f"probe_{declared.name}")}(old jsonb, other jsonb, new jsonb) RETURNS jsonb
    LANGUAGE plpgsql AS $$
    DECLARE
      r {table}; seen uuid[]; changed uuid[]; deleted uuid[] := '{{}}'; moved uuid[] := '{{}}'; made uuid[] := '{{}}';
    BEGIN
      SELECT array_agg(id) INTO seen FROM {table};
      BEGIN
        WITH u AS (UPDATE {table} SET version = version RETURNING id) SELECT array_agg(id) INTO changed FROM u;
        RAISE SQLSTATE '{_TAKEN_BACK}';
      EXCEPTION WHEN SQLSTATE '{_TAKEN_BACK}' THEN NULL;
      END;
      FOR r IN SELECT * FROM jsonb_populate_recordset(NULL::{table}, old) LOOP
        {_attempt(f"DELETE FROM {table} WHERE {here}", "deleted")}
      END LOOP;
      FOR r IN SELECT * FROM jsonb_populate_recordset(NULL::{table}, other) LOOP {move} END LOOP;
      FOR r IN SELECT * FROM jsonb_populate_recordset(NULL::{table}, new) LOOP
        {_attempt(f"INSERT INTO {table} VALUES (r.*)", "made")}
      END LOOP;
      RETURN jsonb_build_object(
        'seen', seen, 'changed', changed, 'deleted', deleted, 'moved', moved, 'inserted', made);
    END $$"""


async def make_probes(sample: Sample, collections: Iterable[Declared]) -> None:
    """Make the functions, as the owner: they run with the rights of whoever calls them."""
    connection = await asyncpg.connect(sample.owner)
    try:
        await connection.execute(";".join(probe_sql(declared) for declared in collections))
    finally:
        await connection.close()


Rows = Mapping[UUID, Mapping[str, Any]]


async def probe(sample: Sample, declared: Declared, actor: Actor, *, old: Rows, other: Rows, new: Rows) -> Reached:
    """Try everything as an actor. ``other``: old rows with new values; ``new``: rows to insert."""
    async with sample.database.unit(actor, rollback=True, generic_plan=True) as unit:
        # A function keeps its plans for the next caller; made for other roles, they reach nothing.
        await unit.simple("DISCARD PLANS")
        found = await unit.value(
            f"SELECT {ident(f'probe_{declared.name}')}($1, $2, $3)",
            *(plain([{"tenant_id": actor.tenant, **row} for row in rows.values()]) for rows in (old, other, new)),
        )
    return Reached(**{what: frozenset(UUID(i) for i in found[what] or ()) for what in found})
