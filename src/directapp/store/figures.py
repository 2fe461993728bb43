"""Counts and figures: how many rows a query finds, and what their values come to."""

from typing import Any

from directapp.declare.fields import Field
from directapp.declare.kinds import Kind
from directapp.declare.spec import CollectionMeta, Spec
from directapp.store.compiler import PAGE, Compiler, Plan, bounded
from directapp.store.names import ident, instant_text, join, json_sql, literal, value_sql
from directapp.store.orders import conjuncts
from directapp.store.query import Query

# So many codes are planned one by one.
_FEW_CODES = 8
# So many rows are counted in one go.
_FEW_ROWS = 10_000


def compile_count(spec: Spec, roles: frozenset[str], meta: CollectionMeta, query: Query) -> Plan:
    """Compile the number of rows a query finds, paging left out."""
    compiler = Compiler(spec, roles, few=query.few)
    return bounded(_counted(meta, compiler.where(meta, "c", query), query.most), compiler.slots)


def compile_seen(spec: Spec, roles: frozenset[str], meta: CollectionMeta, most: int) -> Plan:
    """Compile the number of records that an actor sees in full, one past ``most`` where there are more."""
    compiler = Compiler(spec, roles)
    seen = compiler.rules.entries(meta, "c", lambda g: g.rows if g.full else None)
    where = join("AND", [f"c.tenant_id = {compiler.actor_parameter('tenant')}", seen])
    return bounded(_counted(meta, where, most), compiler.slots)


def compile_counts(spec: Spec, roles: frozenset[str], meta: CollectionMeta, query: Query) -> Plan:
    """Compile the number of rows at each code of a choice, the first of ``group_by``: one JSON object, zeros included.

    Each is counted for itself, so that an index answers it and counting stops where the query says. What a workflow
    ends at holds most rows of a long past: such codes are planned one by one, and so are all of few. What is computed
    has no index: it is counted in one go.
    """
    compiler = Compiler(spec, roles)
    item = meta.fields[query.group_by[0]]
    where = join("AND", [compiler.where(meta, "c", query), compiler.readable(meta, item.name, "c")])
    among = [c.value for c in conjuncts(query.filter) if c.path == (item.name,) and c.op == "among"]
    codes = [c.code for c in item.choices if all(c.code in some for some in among)]
    if item.stored:
        counted = _each_code(meta, item, where, codes, query.most, known=among)
    else:
        counted = _in_one_go(meta, item, where, query)
    sql = f"SELECT convert_to(coalesce(json_object_agg(q.code, q.n), '{{}}')::text, 'UTF8') FROM ({counted}) q"
    return bounded(sql, compiler.slots)


def _in_one_go(meta: CollectionMeta, item: Field, where: str, query: Query) -> str:
    rows = f"SELECT {value_sql(item, 'c')} AS code FROM {ident(meta.name)} c WHERE {where} OFFSET 0"
    return f"SELECT k.code, least(count(*), {query.most + 1}) AS n FROM ({rows}) k WHERE k.code IS NOT NULL GROUP BY 1"


def _each_code(meta: CollectionMeta, item: Field, where: str, codes: list[str], most: int, *, known: list[Any]) -> str:
    column, flow = value_sql(item, "c"), meta.declared.workflow
    ended = {s.code for s in flow.states if s.locked} if flow and item.name == "status" else set()
    single = [code for code in codes if code in ended or len(codes) <= _FEW_CODES]
    others = [code for code in codes if code not in single]
    found = [
        f"SELECT {code} AS code, ({_counted(meta, join('AND', [where, f'{column} = {code}']), most)}) AS n"
        for code in map(literal, single)
    ]
    if not others:
        return " UNION ALL ".join(found)
    # Asked twice for the same codes, PostgreSQL would expect fewer rows.
    if not any({*codes} == {*others} for codes in known):
        where = join("AND", [where, f"{column} IN ({', '.join(map(literal, others))})"])
    each = _counted(meta, join("AND", [where, f"{column} = v.code"]), most)
    values = f"(VALUES {', '.join(f'({literal(code)})' for code in others)}) v(code)"
    # Of a reader's few rows each is looked at once, wherever it stands; of many, the first at each code.
    size = "(SELECT count(*) FROM few)"
    found += [
        f"SELECT few.code, least(count(*), {most + 1}) AS n FROM few WHERE {size} <= {_FEW_ROWS} GROUP BY 1",
        f"SELECT v.code, ({each}) FROM {values} WHERE {size} > {_FEW_ROWS}",
    ]
    few = f"SELECT {column} AS code FROM {ident(meta.name)} c WHERE {where} LIMIT {_FEW_ROWS + 1}"
    return f"WITH few AS MATERIALIZED ({few}) {' UNION ALL '.join(found)}"


def _counted(meta: CollectionMeta, where: str, most: int) -> str:
    if not most:
        return f"SELECT count(*) FROM {ident(meta.name)} c WHERE {where}"
    return f"SELECT count(*) FROM (SELECT 1 FROM {ident(meta.name)} c WHERE {where} LIMIT {most + 1}) few"


def compile_aggregate(spec: Spec, roles: frozenset[str], meta: CollectionMeta, query: Query) -> Plan:
    """Compile figures, grouped or not; a field counts only in rows where the actor reads it."""
    compiler = Compiler(spec, roles)
    where = [compiler.where(meta, "c", query)]
    groups = []
    for name in query.group_by:
        where.append(compiler.readable(meta, name, "c"))
        groups.append((name, json_sql(meta.fields[name], "c")))
    columns = [f"{sql} AS {ident(name)}" for name, sql in groups]
    for function in dict.fromkeys(a.function for a in query.aggregate):
        same = [a for a in query.aggregate if a.function == function]
        members = [f"{literal(a.field)}, {_figure(compiler, meta, function, a.field)}" for a in same]
        star = [a for a in query.aggregate if a.function == function and a.field == "*"]
        value = _figure(compiler, meta, function, "*") if star else f"json_build_object({', '.join(members)})"
        columns.append(f"{value} AS {ident(function)}")
    grouped = (
        f" GROUP BY {', '.join(sql for _, sql in groups)} ORDER BY {', '.join(str(i + 1) for i in range(len(groups)))}"
    )
    sql = (
        f"SELECT {PAGE.format('row_to_json(q)')} FROM (SELECT {', '.join(columns)}"
        f" FROM {ident(meta.name)} c WHERE {join('AND', where)}{grouped if groups else ''} LIMIT {query.limit}) q"
    )
    return bounded(sql, compiler.slots)


def _figure(compiler: Compiler, meta: CollectionMeta, function: str, name: str) -> str:
    if name == "*":
        return "count(*)"
    guard = compiler.readable(meta, name, "c")
    column = value_sql(meta.fields[name], "c")
    inner = f"DISTINCT {column}" if function == "countDistinct" else column
    call = {"countDistinct": "count"}.get(function, function)
    figure = f"{call}({inner})" + ("" if guard == "true" else f" FILTER (WHERE {guard})")
    if call == "count":
        return figure
    if call == "avg":
        return f"round({figure}, 2)::text"
    if meta.fields[name].kind is Kind.INSTANT:
        return instant_text(figure)
    return f"({figure})::text"
