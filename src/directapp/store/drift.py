"""Drift: what the database's catalogue holds beside, or without, what was made of it at the last migration.

The catalogue is kept as a digest a line in ``schema_state``, so that it travels with a backup. A policy, an index or a
column that somebody dropped by hand shows, and so does one that somebody made.
"""

import hashlib

import asyncpg
import orjson

from directapp.store.state import note, noted

KEPT = "catalogue of the schema"


async def drift(connection: asyncpg.Connection) -> list[str]:
    """Return what is not as the last migration left it, a sentence each; empty is good. Any role may ask."""
    kept = await noted(connection, KEPT)
    if kept is None:
        return ["the catalogue was never noted: directapp schema upgrade notes it"]
    wanted, present = orjson.loads(kept), await _catalogue(connection)
    tables = {name.split()[1] for name in wanted if name.startswith("table ")}
    found = [f"{name} is missing" for name in wanted if name not in present]
    found += [f"{name} is not as it was made" for name in wanted if present.get(name, wanted[name]) != wanted[name]]
    found += [f"{name} was not made by a migration" for name in present if name not in wanted and _of(name) in tables]
    return sorted(found)


async def note_catalogue(connection: asyncpg.Connection) -> None:
    """Keep the present catalogue as what is to be."""
    text = orjson.dumps(await _catalogue(connection), option=orjson.OPT_SORT_KEYS).decode()
    await note(connection, KEPT, text)


def _of(name: str) -> str:
    """Return the table that a line is about; functions and types are nobody's."""
    return name.split()[1].partition(".")[0]


async def _catalogue(connection: asyncpg.Connection) -> dict[str, str]:
    """Return a digest of each thing in the schema, by its kind and name."""
    rows = await connection.fetch(_CATALOGUE)
    return {row["name"]: hashlib.sha256((row["made"] or "").encode()).hexdigest()[:16] for row in rows}


# The audit's months come and go: they are its own job's. A restored dump nests the conditions of triggers otherwise.
_CATALOGUE = """
WITH t AS (SELECT * FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
              AND NOT relispartition)
SELECT 'table ' || relname AS name, relrowsecurity::text || relforcerowsecurity::text AS made FROM t
UNION ALL
SELECT 'column ' || relname || '.' || attname,
       concat_ws(' ', format_type(atttypid, atttypmod), attnotnull, attgenerated, attcollation::regcollation,
                 pg_get_expr(adbin, adrelid))
  FROM t JOIN pg_attribute a ON attrelid = t.oid AND attnum > 0 AND NOT attisdropped
  LEFT JOIN pg_attrdef ON adrelid = t.oid AND adnum = attnum
UNION ALL
SELECT 'index ' || relname || '.' || indexrelid::regclass, concat_ws(' ', pg_get_indexdef(indexrelid), indisvalid)
  FROM t JOIN pg_index ON indrelid = t.oid
UNION ALL
SELECT 'constraint ' || relname || '.' || conname, concat_ws(' ', pg_get_constraintdef(c.oid), convalidated)
  FROM t JOIN pg_constraint c ON conrelid = t.oid AND contype <> 'n'
UNION ALL
SELECT 'policy ' || relname || '.' || polname,
       concat_ws(' ', polcmd, polpermissive, (SELECT string_agg(r::regrole::text, ',') FROM unnest(polroles) r),
                 pg_get_expr(polqual, polrelid), '/', pg_get_expr(polwithcheck, polrelid))
  FROM t JOIN pg_policy ON polrelid = t.oid
UNION ALL
SELECT 'trigger ' || relname || '.' || tgname, concat_ws(' ', translate(pg_get_triggerdef(g.oid), '()', ''), tgenabled)
  FROM t JOIN pg_trigger g ON tgrelid = t.oid AND NOT tgisinternal
UNION ALL
SELECT 'grant ' || relname || '.' || coalesce(nullif(grantee, 0)::regrole::text, 'public'),
       string_agg(privilege_type, ' ' ORDER BY privilege_type)
  FROM t, aclexplode(relacl) WHERE grantee <> relowner GROUP BY relname, grantee
UNION ALL
SELECT 'function ' || p.oid::regprocedure, pg_get_functiondef(p.oid)
  FROM pg_proc p WHERE pronamespace = 'public'::regnamespace AND prokind = 'f' AND NOT EXISTS (
       SELECT FROM pg_depend WHERE classid = 'pg_proc'::regclass AND objid = p.oid AND deptype IN ('e', 'i'))
"""
