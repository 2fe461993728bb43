"""The query compiler: a Query and an actor's entries become one statement that PostgreSQL answers in JSON."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from directapp.declare.access import Grant
from directapp.declare.fields import Field
from directapp.declare.kinds import Kind
from directapp.declare.rules import Who, Whose
from directapp.declare.spec import CollectionMeta, Spec
from directapp.kernel.actor import Actor
from directapp.kernel.errors import BadQueryError, ForbiddenError, Problem
from directapp.kernel.text import _
from directapp.store.names import (
    SQL_TYPES,
    TEXTUAL,
    ident,
    join,
    json_sql,
    literal,
    nullable,
    parameter_type,
    sort_sql,
    value_sql,
)
from directapp.store.query import Condition, Filter, Junction, Path, Query
from directapp.store.rule_sql import RuleSql

# Up to this many differently masked entries get a case for each union; more would make the statement long.
_MOST_SHAPES = 3
# Planning a statement takes its backend some 300 bytes a character, more where relations lie within relations: at this
# length some 60 MB. A list of every field is at most half as long, whatever roles its reader holds.
_LONGEST = 100_000
_MOST_WRITTEN = 4 * _LONGEST

_TOO_MUCH = _("That is too much at once. Name fewer fields, or fewer across relations.")

ACTOR_TYPES: dict[Who | Whose | str, str] = {
    "tenant": "uuid",
    Who.USER: "uuid",
    Who.SITE: "uuid",
    Whose.SITES: "uuid[]",
    Whose.BRANDS: "text[]",
}


def actor_value(actor: Actor, name: Who | Whose | str) -> Any:
    """Return the actor's value for a parameter of a compiled statement."""
    if name == "tenant":
        return actor.tenant
    if name is Who.USER:
        return actor.user
    if name is Who.SITE:
        return actor.site
    return list(actor.sites if name is Whose.SITES else actor.brands)


@dataclass(frozen=True, slots=True)
class Plan:
    """A compiled statement; ``slots`` tell where each parameter comes from: the actor, or value n."""

    sql: str
    slots: tuple[Who | Whose | str | int, ...]

    def bind(self, actor: Actor, values: list[Any]) -> list[Any]:
        """Return the parameters in order."""
        return [values[s] if isinstance(s, int) else actor_value(actor, s) for s in self.slots]


def make_plan(sql: str, slots: tuple[Who | Whose | str | int, ...]) -> Plan:
    """Return the plan of a statement, its parameters renumbered: a condition that decided nothing left gaps."""
    used = sorted({int(n) for n in re.findall(r"\$(\d+)", sql)})
    place = {old: new + 1 for new, old in enumerate(used)}
    return Plan(re.sub(r"\$(\d+)", lambda m: f"${place[int(m[1])]}", sql), tuple(slots[n - 1] for n in used))


def together(plans: Sequence[Plan], counts: Sequence[int]) -> Plan:
    """Return the plan that answers several questions in one statement, as an array.

    ``counts`` are how many values each of them binds.
    """
    parts: list[str] = []
    slots: list[Who | Whose | str | int] = []
    before = 0
    for plan, count in zip(plans, counts, strict=True):
        parts.append(_shifted(plan.sql, len(slots)))
        slots += [s + before if isinstance(s, int) else s for s in plan.slots]
        before += count
    return Plan(f"SELECT ARRAY[{', '.join(f'({p})' for p in parts)}]", tuple(slots))


def _shifted(sql: str, by: int) -> str:
    return re.sub(r"\$(\d+)", lambda m: f"${int(m[1]) + by}", sql)


def bounded(sql: str, slots: tuple[Who | Whose | str | int, ...]) -> Plan:
    """Return the plan of a statement (BadQueryError: it would be too long)."""
    if len(sql) > _LONGEST:
        raise BadQueryError(Problem(_TOO_MUCH, field="fields"))
    return make_plan(sql, slots)


def forbidden_field(name: str) -> ForbiddenError:
    """Return the refusal of a field by name."""
    message = _("You may not see the field {field}.").fill(field=name)
    return ForbiddenError(Problem(message, field=name))


class Compiler:
    """Writes one statement. Not reused: it numbers parameters as it goes."""

    def __init__(self, spec: Spec, roles: frozenset[str], *, few: bool = False) -> None:
        """Prepare for an actor's roles, and for rows that are found from the few records that the actor sees."""
        self._spec = spec
        self._roles = roles
        self._slots: list[Who | Whose | str | int] = []
        self._next_value = 0
        self._aliases = 0
        self._written = 0
        self.rules = RuleSql(spec, self.actor_parameter, lambda s: s.grants_of(roles), roles_in_sql=False)
        if few:
            self.rules.begin_at(self.actor_parameter("tenant"))

    @property
    def slots(self) -> tuple[Who | Whose | str | int, ...]:
        """The parameters so far."""
        return tuple(self._slots)

    def actor_parameter(self, name: Who | Whose | str) -> str:
        """Return the placeholder of an actor's value."""
        if name not in self._slots:
            self._slots.append(name)
        return f"${self._slots.index(name) + 1}::{ACTOR_TYPES[name]}"

    def value_parameter(self, sql_type: str) -> str:
        """Return the placeholder of the next value."""
        self._slots.append(self._next_value)
        self._next_value += 1
        return f"${len(self._slots)}::{sql_type}"

    def alias(self) -> str:
        """Return a fresh table alias."""
        self._aliases += 1
        return f"t{self._aliases}"

    def grants(self, meta: CollectionMeta) -> tuple[Grant, ...]:
        """Return the actor's entries for a collection."""
        return meta.grants_of(self._roles)

    def visible(self, meta: CollectionMeta, alias: str) -> str:
        """Return the condition of the rows this actor sees, by the same generator as the policies."""
        return self.rules.entries(meta, alias, lambda g: g.rows)

    def readable(self, meta: CollectionMeta, name: str, alias: str) -> str:
        """Return the condition under which a field is readable; refuses by name when it never is."""
        item = meta.fields.get(name)
        reading = [g for g in self.grants(meta) if name in meta.reads(g)]
        if item is None or item.secret or not reading:
            raise forbidden_field(name)
        condition = self.rules.entries(meta, alias, lambda g: g.rows if name in meta.reads(g) else None)
        # Rows are seen ones: it is not asked of each again whether it is seen.
        return "true" if condition == self.visible(meta, alias) else condition

    # -- shapes -----------------------------------------------------------------------------------

    def row_json(self, meta: CollectionMeta, alias: str, fields: tuple[Path, ...]) -> str:
        """Return the JSON of a row, masked per row by the entries that match it."""
        wanted = self._wanted(meta, fields)
        entries: dict[frozenset[str], list[Grant]] = {}
        for grant in self.grants(meta):
            entries.setdefault(meta.reads(grant) & set(wanted), []).append(grant)
        if not entries:
            return "NULL::json"
        conditions = {names: self._any(meta, alias, grants) for names, grants in entries.items()}
        if len(entries) > _MOST_SHAPES:
            return self._layered(meta, alias, wanted, conditions)
        unions = _unions(list(entries))
        *first, last = sorted(unions, key=lambda names: (-len(names), sorted(names)))
        if not first:
            return self._object(meta, alias, last, wanted)
        # The largest union first: a row that reaches it reads exactly it.
        whens = []
        for names in first:
            reached = join("OR", [join("AND", [conditions[n] for n in subset]) for subset in unions[names]])
            whens.append(f"WHEN {reached} THEN {self._object(meta, alias, names, wanted)}")
        return f"CASE {' '.join(whens)} ELSE {self._object(meta, alias, last, wanted)} END"

    def _layered(
        self,
        meta: CollectionMeta,
        alias: str,
        wanted: dict[str, tuple[Path, ...]],
        conditions: dict[frozenset[str], str],
    ) -> str:
        """Lay one object over the other: for actors of many roles, slower but never many cases."""
        parts = [
            f"CASE WHEN {condition} THEN to_jsonb({self._object(meta, alias, names, wanted)}) ELSE '{{}}'::jsonb END"
            for names, condition in conditions.items()
        ]
        return f"({' || '.join(parts)})::json"

    def _any(self, meta: CollectionMeta, alias: str, grants: list[Grant]) -> str:
        picked = set(map(id, grants))
        return self.rules.entries(meta, alias, lambda g: g.rows if id(g) in picked else None)

    def _wanted(self, meta: CollectionMeta, fields: tuple[Path, ...]) -> dict[str, tuple[Path, ...]]:
        allowed = frozenset[str]().union(*(meta.reads(g) for g in self.grants(meta)))
        wanted: dict[str, tuple[Path, ...]] = {}
        for path in fields or (("*",),):
            head, rest = path[0], path[1:]
            names = [n for n in meta.fields if n in allowed] if head == "*" else [head]
            for name in names:
                if name not in meta.fields or name not in allowed:
                    raise forbidden_field(name)
                target = meta.fields[name].points_to
                if rest and target is None:
                    if head == "*":
                        wanted.setdefault(name, ())
                        continue
                    raise forbidden_field(".".join(path))
                if rest and head == "*" and not self.grants(self._spec[str(target)]):
                    wanted.setdefault(name, ())
                    continue
                wanted[name] = (*wanted.get(name, ()), *((rest,) if rest else ()))
        return wanted

    def _object(
        self, meta: CollectionMeta, alias: str, names: frozenset[str], wanted: dict[str, tuple[Path, ...]]
    ) -> str:
        columns = ", ".join(
            f"{self._member(meta.fields[name], alias, nested)} AS {ident(name)}"
            for name, nested in wanted.items()
            if name in names
        )
        if not columns:
            return "'{}'::json"
        self._grow(columns, "fields")
        name = self.alias()
        return f"(SELECT row_to_json({name}) FROM (SELECT {columns}) {name})"

    def _grow(self, text: str, about: str) -> None:
        """Stop while a statement grows, before it is whole: what is refused costs little."""
        self._written += len(text)
        if self._written > _MOST_WRITTEN:
            raise BadQueryError(Problem(_TOO_MUCH, field=about))

    def _member(self, item: Field, alias: str, nested: tuple[Path, ...]) -> str:
        if not nested or item.points_to is None:
            return json_sql(item, alias)
        target = self._spec[item.points_to]
        inner = self.alias()
        visible = join("AND", [self.visible(target, inner)])
        return (
            f"(SELECT {self.row_json(target, inner, nested)} FROM {ident(target.name)} {inner}"
            f" WHERE {inner}.tenant_id = {alias}.tenant_id AND {inner}.id = {value_sql(item, alias)}"
            f" AND {visible})"
        )

    # -- conditions -------------------------------------------------------------------------------

    def condition(self, meta: CollectionMeta, alias: str, part: Filter) -> str:
        """Return the SQL of a filter; each field counts only where the actor reads it."""
        if isinstance(part, Junction):
            return join(part.word.upper(), [self.condition(meta, alias, p) for p in part.parts])
        name, rest = part.path[0], part.path[1:]
        guard = self.readable(meta, name, alias)
        item = meta.fields[name]
        if rest:
            if item.points_to is None:
                raise forbidden_field(".".join(part.path))
            target, inner = self._spec[item.points_to], self.alias()
            nested = self.condition(target, inner, Condition(rest, part.op, part.value))
            found = (
                f"EXISTS (SELECT 1 FROM {ident(target.name)} {inner} WHERE {inner}.tenant_id = {alias}.tenant_id"
                f" AND {inner}.id = {value_sql(item, alias)} AND {join('AND', [self.visible(target, inner), nested])})"
            )
        else:
            found = self._compare(item, alias, part)
        self._grow(found, "filter")
        return join("AND", [guard, found])

    def _compare(self, item: Field, alias: str, part: Condition) -> str:
        column = value_sql(item, alias)
        if part.op in {"null", "nnull"}:
            wanted = bool(part.value) == (part.op == "null")
            return f"{column} IS {'' if wanted else 'NOT '}NULL"
        if part.op == "among":
            return f"{column} IN ({', '.join(literal(code) for code in part.value)})"
        if part.op in {"empty", "nempty"}:
            text = f"coalesce({column}::text, '')"
            return f"{text} {'=' if (part.op == 'empty') == bool(part.value) else '<>'} ''"
        return _OPERATORS[part.op](self, item, column)

    # -- search, order, paging --------------------------------------------------------------------

    def search(self, meta: CollectionMeta, alias: str, query: Query) -> str:
        """Return the condition that each searched word is in a field that the actor reads of the row."""
        parts = [] if query.found is None else [f"{alias}.id = ANY({self.value_parameter('uuid[]')})"]
        entries: dict[frozenset[str], list[Grant]] = {}
        searchable = {f.name for f in meta.searchable}
        for grant in self.grants(meta):
            entries.setdefault(meta.reads(grant) & searchable, []).append(grant)
        for _word in query.search:
            ranges = f"unnest({self.value_parameter('text[]')}, {self.value_parameter('text[]')}) AS r(low, high)"
            # Row by row, by record: neither the index of tokens nor a hash of all of them is a way in here.
            hit = (
                f"EXISTS (SELECT 1 FROM search_tokens s JOIN {ranges} ON s.token || '' >= r.low"
                f" AND s.token || '' < r.high WHERE s.tenant_id = {self.actor_parameter('tenant')}"
                f" AND s.collection = {literal(meta.name)} AND s.record = {alias}.id AND s.field IN ({{}}) OFFSET 0)"
            )
            options = []
            for names, grants in entries.items():
                reached = self._any(meta, alias, grants) if len(entries) > 1 else "true"
                named = hit.format(", ".join(literal(n) for n in sorted(names)))
                options.append(join("AND", [reached, named if names else "false"]))
            parts.append(join("OR", options))
        return join("AND", parts)

    def order(self, meta: CollectionMeta, alias: str, query: Query) -> str:
        """Return the ORDER BY list, id last so that paging is stable."""
        parts = []
        for key in query.sort:
            expression, may_miss = self._sort_key(meta, key.field, alias)
            parts.append(f"{expression}{' DESC' if key.descending else ''}{' NULLS LAST' if may_miss else ''}")
        if not any(key.field == "id" for key in query.sort):
            last = query.sort[-1].descending if query.sort else False
            parts.append(f"{alias}.id{' DESC' if last else ''}")
        return ", ".join(parts)

    def _sort_key(self, meta: CollectionMeta, name: str, alias: str) -> tuple[str, bool]:
        """Return what a field is sorted by, only where the actor reads it, and whether it may be missing."""
        guard = self.readable(meta, name, alias)
        expression = sort_sql(meta.fields[name], alias)
        if guard != "true":
            return f"CASE WHEN {guard} THEN {expression} END", True
        return expression, nullable(meta.fields[name])

    def after(self, meta: CollectionMeta, alias: str, query: Query) -> str:
        """Return the condition of keyset paging: strictly after the last row seen."""
        keys = [(k.field, k.descending) for k in query.sort]
        if not any(name == "id" for name, _ in keys):
            keys.append(("id", keys[-1][1] if keys else False))
        last = query.after or ()
        sorted_by = [self._sort_key(meta, n, alias) for n, _ in keys]
        columns = [expression for expression, _ in sorted_by]
        marks = [
            None if v is None else self._sort_parameter(meta.fields[n]) for (n, _), v in zip(keys, last, strict=True)
        ]
        same_way = len({d for _, d in keys}) == 1
        if same_way and not any(may_miss for _, may_miss in sorted_by):
            sign = "<" if keys[0][1] else ">"
            return f"({', '.join(columns)}) {sign} ({', '.join(str(m) for m in marks)})"
        options = []
        for place, (_field, descending) in enumerate(keys):
            column, mark = columns[place], marks[place]
            if mark is None:
                continue
            equal = [
                f"{c} = {m}" if m is not None else f"{c} IS NULL"
                for c, m in zip(columns[:place], marks[:place], strict=True)
            ]
            beyond = f"{column} {'<' if descending else '>'} {mark}"
            if sorted_by[place][1]:
                beyond = f"({beyond} OR {column} IS NULL)"
            options.append(join("AND", [*equal, beyond]))
        return join("OR", options)

    def _sort_parameter(self, item: Field) -> str:
        if item.kind in {Kind.STRING, Kind.TEXT}:
            return f"translate(lower({self.value_parameter('text')}), 'æøåäö', '{{|}}{{|') COLLATE \"C\""
        return self.value_parameter(parameter_type(item))

    def where(self, meta: CollectionMeta, alias: str, query: Query, *, searched: bool = True) -> str:
        """Return the whole WHERE: tenant, the actor's rows, the filter, the search unless it comes later."""
        parts = [f"{alias}.tenant_id = {self.actor_parameter('tenant')}", self.visible(meta, alias)]
        if query.filter is not None:
            parts.append(self.condition(meta, alias, query.filter))
        if query.search and searched:
            parts.append(self.search(meta, alias, query))
        return join("AND", parts)


def _unions(metas: list[frozenset[str]]) -> dict[frozenset[str], list[tuple[frozenset[str], ...]]]:
    """Return every set of fields a row can be read by, with the smallest sets of entries that reach it."""
    found: dict[frozenset[str], list[tuple[frozenset[str], ...]]] = {}
    for size in range(1, len(metas) + 1):
        for subset in combinations(metas, size):
            reached = found.setdefault(frozenset[str]().union(*subset), [])
            if not any(set(smaller) <= set(subset) for smaller in reached):
                reached.append(subset)
    return found


# Bytes, not text: they go to the wire as they are, and are not decoded on the way.
PAGE = "convert_to(coalesce(json_agg({}), '[]'::json)::text, 'UTF8')"


def compile_list(spec: Spec, roles: frozenset[str], meta: CollectionMeta, query: Query) -> Plan:
    """Compile a list: one row, one column, the JSON array as UTF-8 bytes."""
    compiler = Compiler(spec, roles, few=query.few)
    where = compiler.where(meta, "c", query)
    if query.after is not None:
        where = join("AND", [where, compiler.after(meta, "c", query)])
    order = compiler.order(meta, "c", query)
    row = compiler.row_json(meta, "c", query.fields)
    page = f" LIMIT {query.limit}" + (f" OFFSET {compiler.value_parameter('bigint')}" if query.offset else "")
    sql = (
        f"SELECT {PAGE.format('q.j')} FROM (SELECT {row} AS j FROM {ident(meta.name)} c"
        f" WHERE {where} ORDER BY {order}{page}) q"
    )
    return bounded(sql, compiler.slots)


def compile_one(spec: Spec, roles: frozenset[str], meta: CollectionMeta, fields: tuple[Path, ...]) -> Plan:
    """Compile the read of one record by id (value 0): its JSON, or no row."""
    compiler = Compiler(spec, roles)
    row = compiler.row_json(meta, "c", fields)
    tenant = compiler.actor_parameter("tenant")
    visible = compiler.visible(meta, "c")
    record = compiler.value_parameter("uuid")
    where = join("AND", [f"c.tenant_id = {tenant}", f"c.id = {record}", visible])
    return bounded(f"SELECT ({row})::text FROM {ident(meta.name)} c WHERE {where}", compiler.slots)


def _plain(sign: str) -> Callable[[Compiler, Field, str], str]:
    return lambda c, f, column: f"{column} {sign} {c.value_parameter(parameter_type(f))}"


def _member_of(sign: str) -> Callable[[Compiler, Field, str], str]:
    return lambda c, f, column: f"{column} {sign}({c.value_parameter(SQL_TYPES[f.kind].partition('(')[0] + '[]')})"


def _as_text(sign: str) -> Callable[[Compiler, Field, str], str]:
    def write(compiler: Compiler, item: Field, column: str) -> str:
        text = column if item.kind in TEXTUAL else f"{column}::text"
        return f"{text} {sign} {compiler.value_parameter('text')}"

    return write


def _between(word: str) -> Callable[[Compiler, Field, str], str]:
    def write(compiler: Compiler, item: Field, column: str) -> str:
        kind = parameter_type(item)
        return f"{column} {word} {compiler.value_parameter(kind)} AND {compiler.value_parameter(kind)}"

    return write


_OPERATORS: dict[str, Callable[[Compiler, Field, str], str]] = {
    "eq": _plain("="),
    "neq": _plain("<>"),
    "lt": _plain("<"),
    "lte": _plain("<="),
    "gt": _plain(">"),
    "gte": _plain(">="),
    "in": _member_of("= ANY"),
    "nin": _member_of("<> ALL"),
    "between": _between("BETWEEN"),
    "nbetween": _between("NOT BETWEEN"),
    "like": _as_text("LIKE"),
    "alike": _as_text("~*"),
    "nlike": _as_text("NOT LIKE"),
}
OPERATORS = frozenset(_OPERATORS) | {"null", "nnull", "empty", "nempty"}
