"""Counts and figures: how many rows a query finds, and what their values come to."""

from directapp.declare.kinds import Kind
from directapp.declare.spec import Shape, Spec
from directapp.store.compiler import PAGE, Compiler, Plan, bounded
from directapp.store.names import ident, instant_text, json_sql, literal, value_sql
from directapp.store.query import Query
from directapp.store.rule_sql import join


def compile_count(spec: Spec, roles: frozenset[str], shape: Shape, query: Query) -> Plan:
    """Compile the number of rows a query finds, paging left out."""
    compiler = Compiler(spec, roles, few=query.few)
    return bounded(_counted(shape, compiler.where(shape, "c", query), query.most), compiler.slots)


def compile_seen(spec: Spec, roles: frozenset[str], shape: Shape, most: int) -> Plan:
    """Compile the number of records that an actor sees in full, one past ``most`` where there are more."""
    compiler = Compiler(spec, roles)
    seen = compiler.rules.entries(shape, "c", lambda g: g.rows if g.full else None)
    where = join("AND", [f"c.tenant_id = {compiler.actor_parameter('tenant')}", seen])
    return bounded(_counted(shape, where, most), compiler.slots)


def compile_counts(spec: Spec, roles: frozenset[str], shape: Shape, query: Query) -> Plan:
    """Compile the number of rows at each code of a choice, the first of ``group_by``: one JSON object, zeros included.

    Each is counted for itself, so that an index answers it and counting stops where the query says.
    """
    compiler = Compiler(spec, roles)
    item = shape.fields[query.group_by[0]]
    guard = compiler.readable(shape, item.name, "c")
    where = join("AND", [compiler.where(shape, "c", query), guard, f"{value_sql(item, 'c')} = v.code"])
    codes = ", ".join(f"({literal(choice.code)})" for choice in item.choices)
    sql = (
        f"SELECT convert_to(coalesce(json_object_agg(v.code, ({_counted(shape, where, query.most)})), '{{}}')::text,"
        f" 'UTF8') FROM (VALUES {codes}) v(code)"
    )
    return bounded(sql, compiler.slots)


def _counted(shape: Shape, where: str, most: int) -> str:
    if not most:
        return f"SELECT count(*) FROM {ident(shape.name)} c WHERE {where}"
    return f"SELECT count(*) FROM (SELECT 1 FROM {ident(shape.name)} c WHERE {where} LIMIT {most + 1}) few"


def compile_aggregate(spec: Spec, roles: frozenset[str], shape: Shape, query: Query) -> Plan:
    """Compile figures, grouped or not; a field counts only in rows where the actor reads it."""
    compiler = Compiler(spec, roles)
    where = [compiler.where(shape, "c", query)]
    groups = []
    for name in query.group_by:
        where.append(compiler.readable(shape, name, "c"))
        groups.append((name, json_sql(shape.fields[name], "c")))
    columns = [f"{sql} AS {ident(name)}" for name, sql in groups]
    for function in dict.fromkeys(a.function for a in query.aggregate):
        same = [a for a in query.aggregate if a.function == function]
        members = [f"{literal(a.field)}, {_figure(compiler, shape, function, a.field)}" for a in same]
        star = [a for a in query.aggregate if a.function == function and a.field == "*"]
        value = _figure(compiler, shape, function, "*") if star else f"json_build_object({', '.join(members)})"
        columns.append(f"{value} AS {ident(function)}")
    grouped = (
        f" GROUP BY {', '.join(sql for _, sql in groups)} ORDER BY {', '.join(str(i + 1) for i in range(len(groups)))}"
    )
    sql = (
        f"SELECT {PAGE.format('row_to_json(q)')} FROM (SELECT {', '.join(columns)}"
        f" FROM {ident(shape.name)} c WHERE {join('AND', where)}{grouped if groups else ''} LIMIT {query.limit}) q"
    )
    return bounded(sql, compiler.slots)


def _figure(compiler: Compiler, shape: Shape, function: str, name: str) -> str:
    if name == "*":
        return "count(*)"
    guard = compiler.readable(shape, name, "c")
    column = value_sql(shape.fields[name], "c")
    inner = f"DISTINCT {column}" if function == "countDistinct" else column
    call = {"countDistinct": "count"}.get(function, function)
    figure = f"{call}({inner})" + ("" if guard == "true" else f" FILTER (WHERE {guard})")
    if call == "count":
        return figure
    if call == "avg":
        return f"round({figure}, 2)::text"
    if shape.fields[name].kind is Kind.INSTANT:
        return instant_text(figure)
    return f"({figure})::text"
