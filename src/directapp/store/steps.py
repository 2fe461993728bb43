"""A list in steps: which records a search may mean, which of them are asked for, and what is in those.

Each step has the plan that suits it (decision 0021): the wide one, which masks, hangs on no value and is planned once.
"""

from directapp.declare.spec import CollectionMeta, Spec
from directapp.store.compiler import PAGE, Compiler, Plan, bounded
from directapp.store.names import ident, join
from directapp.store.query import Path, Query

# How many records of a word are looked for, few first: most questions have a word that is rare.
FEW_AND_MANY = (300, 5_000)
# A word in more is no way in: rows are then looked at in the order asked for, the first so many.
MOST_LOOKED_AT = 10_000
# What follows in the transaction hangs on no value.
_GENERIC_PLAN = "set_config('plan_cache_mode', 'force_generic_plan', true)"

# The records of the rarest word where they are at most $8, else none: by tenant, collection, fields, and the ranges of
# each word ($6: which one, of $7).
RAREST = """
SELECT CASE WHEN cardinality(ids) <= $8::int THEN ids END FROM (
  SELECT ARRAY(
    SELECT hit.record FROM unnest($4::text[], $5::text[], $6::int[]) AS r(low, high, word), LATERAL (
      SELECT s.record FROM search_tokens s WHERE s.tenant_id = $1::uuid AND s.collection = $2::text
      AND s.token >= r.low AND s.token < r.high AND s.field = ANY($3::text[]) ORDER BY s.token LIMIT $8::int + 1
    ) AS hit WHERE r.word = n LIMIT $8::int + 1
  ) AS ids FROM generate_series(1, $7::int) AS n OFFSET 0
) AS found ORDER BY cardinality(ids) LIMIT 1
"""


def compile_ids(spec: Spec, roles: frozenset[str], meta: CollectionMeta, query: Query) -> Plan:
    """Compile the ids of a page, in order: one row, an array."""
    compiler = Compiler(spec, roles, few=query.few)
    table = f"{ident(meta.name)} c"
    window = bool(query.search) and query.found is None
    plain = compiler.where(meta, "c", query, searched=not window)
    if query.after is not None and not window:
        plain = join("AND", [plain, compiler.after(meta, "c", query)])
    order = compiler.order(meta, "c", query)
    where = plain
    if window:
        table = f"(SELECT c.* FROM {table} WHERE {plain} ORDER BY {order} LIMIT {MOST_LOOKED_AT}) c"
        where = compiler.search(meta, "c", query)
        if query.after is not None:
            where = join("AND", [where, compiler.after(meta, "c", query)])
    offset = f" OFFSET {compiler.value_parameter('bigint')}" if query.offset else ""
    sql = (
        f"SELECT coalesce(array_agg(q.id), '{{}}') AS ids, {_GENERIC_PLAN} FROM"
        f" (SELECT c.id FROM {table} WHERE {where} ORDER BY {order} LIMIT {query.limit}{offset}) q"
    )
    return bounded(sql, compiler.slots)


def compile_rows(spec: Spec, roles: frozenset[str], meta: CollectionMeta, fields: tuple[Path, ...]) -> Plan:
    """Compile the rows of some ids (value 0), in the order of these: one row, the JSON array as UTF-8 bytes."""
    compiler = Compiler(spec, roles)
    tenant, ids = compiler.actor_parameter("tenant"), compiler.value_parameter("uuid[]")
    row = compiler.row_json(meta, "c", fields)
    sql = (
        f"SELECT {PAGE.format('q.j')} FROM (SELECT {row} AS j FROM {ident(meta.name)} c"
        f" WHERE c.tenant_id = {tenant} AND c.id = ANY({ids}) AND {compiler.visible(meta, 'c')}"
        f" ORDER BY array_position({ids}, c.id)) q"
    )
    return bounded(sql, compiler.slots)
