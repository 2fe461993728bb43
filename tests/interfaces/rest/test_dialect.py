"""What random questions answer, against a judge of its own that knows the rights by heart."""

import json
import re
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from directapp.declare.reading import alike
from directapp.interfaces.rest.dialect.input import nest
from directapp.interfaces.rest.dialect.query import parse_query
from directapp.kernel.actor import Actor, system_actor
from directapp.kernel.errors import BadQueryError, DirectAppError, ForbiddenError
from directapp.kernel.ids import uuid7
from directapp.services.intent import Intent
from directapp.services.pipeline import Pipeline
from directapp.services.reading import Reading
from directapp.store.compiler import compile_list
from directapp.store.database import Database
from directapp.store.figures import compile_aggregate, compile_count
from directapp.store.query import Query
from support.server import Server
from support.small import SPEC, lay_out, person

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
JOBS = SPEC["jobs"]
BASIC = {"title", "code", "site", "kind", "in_bank", "customer", "note"}
WORK = {"doer", "started_at", "done_at", "due"}
SYSTEM = {"status", "lines", "version", "created_at", "created_by", "updated_at", "updated_by"}
RELATIONS = {"site": "name", "doer": "name"}


@dataclass(repr=False)
class World:
    def __repr__(self) -> str:
        return "World"

    reading: Reading
    actors: dict[str, Actor]
    jobs: list[dict[str, Any]]
    names: dict[UUID, str]

    def readable(self, who: str, job: dict[str, Any]) -> set[str]:
        """The rights of support/small.py, written down once more by hand."""
        actor = self.actors[who]
        if "admin" in who:
            return {"id", *BASIC, *WORK, *SYSTEM, "cost"}
        found: set[str] = set()
        if "seller" in who and job["site"] == actor.site:
            found |= {"id", *BASIC, *WORK, *SYSTEM}
        if "seller" in who and job["in_bank"] and job["site"] != actor.site:
            found |= {"id", "title", "code", "status", "in_bank"}
        if "doer" in who and job["doer"] == actor.user:
            found |= {"id", *BASIC, *WORK, *SYSTEM}
        if "finance" in who:
            found |= {"id", "title", "cost", *SYSTEM}
        return found

    def related_readable(self, who: str, field: str) -> bool:
        return field in RELATIONS and who != "finance"


@pytest.fixture(scope="module")
async def world(server: Server) -> AsyncIterator[World]:
    name = await server.create()
    await lay_out(server.owner(name))
    async with Database(SPEC, server.app(name)) as database:
        yield await _filled(database)
    await server.drop(name)


async def _filled(database: Database) -> World:
    tenant = uuid7()
    pipeline = Pipeline(SPEC, database)
    demo = system_actor(tenant, "demo")

    async def make(collection: str, **values: Any) -> UUID:
        answer = await pipeline.perform(
            Intent(actor=demo, collection=collection, verb="create", patch=values, origin="test")
        )
        assert answer.record
        return answer.record

    names = {await make("sites", name=n): n for n in ("Her", "Der")}
    here, there = names
    mia, ola = await make("users", name="Mia"), await make("users", name="Ola")
    names |= {mia: "Mia", ola: "Ola"}
    jobs = []
    for n in range(24):
        values: dict[str, Any] = {
            "title": ["Lakk", "lakk 50%", "Bil_vask", "a\\b", "Æble"][n % 5],
            "code": f"K{n:02}" if n % 3 else None,
            "site": here if n % 2 else there,
            "kind": [None, "a", "b"][n % 3],
            "in_bank": n % 4 < 2,
            "customer": [None, "Kari", "Ola", "100%"][n % 4],
            "note": [None, "haster", "Haster ikke"][n % 3],
            "doer": [None, mia, ola][n % 3],
            "started_at": None if n % 4 == 3 else NOW - timedelta(days=n, milliseconds=7),
            "due": None if n % 5 == 0 else date(2026, 11, 1 + n),
            "cost": None if n % 3 == 2 else f"{n * 10}.50",
        }
        record = await make("jobs", **values)
        row = orjson.loads(await Reading(SPEC, database).one(demo_reader(tenant), "jobs", record))
        jobs.append(_typed(row))
    actors = {
        "admin": person(tenant, "tenant_admin", None),
        "seller": person(tenant, "seller", here),
        "doer": person(tenant, "doer", here, mia),
        "finance": person(tenant, "finance", None),
        "seller finance": person(tenant, "seller finance", here),
        "doer seller": person(tenant, "doer seller", there, ola),
    }
    return World(Reading(SPEC, database), actors, jobs, names)


def demo_reader(tenant: UUID) -> Actor:
    return system_actor(tenant, "demo")


def _typed(row: dict[str, Any]) -> dict[str, Any]:
    typed = dict(row)
    for name, value in row.items():
        item = JOBS.fields[name]
        typed[name] = None if value is None else item.understand(value)
    return typed


# -- the judge ----------------------------------------------------------------------------------------

COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "_eq": lambda a, b: a == b,
    "_neq": lambda a, b: a != b,
    "_lt": lambda a, b: a < b,
    "_lte": lambda a, b: a <= b,
    "_gt": lambda a, b: a > b,
    "_gte": lambda a, b: a >= b,
    "_in": lambda a, b: a in b,
    "_nin": lambda a, b: a not in b,
    "_between": lambda a, b: b[0] <= a <= b[1],
    "_nbetween": lambda a, b: not b[0] <= a <= b[1],
    "_contains": lambda a, b: b in a,
    "_icontains": lambda a, b: bool(re.search(alike(b), a, re.IGNORECASE)),
    "_starts_with": lambda a, b: a.startswith(b),
    "_istarts_with": lambda a, b: bool(re.match(alike(b), a, re.IGNORECASE)),
    "_ends_with": lambda a, b: a.endswith(b),
    "_iends_with": lambda a, b: bool(re.search(alike(b) + r"\Z", a, re.IGNORECASE)),
}
NEGATED = {"_ncontains": "_contains", "_nstarts_with": "_starts_with", "_nends_with": "_ends_with"}


def holds(op: str, value: Any, given: Any) -> bool:
    if op in {"_null", "_nnull", "_empty", "_nempty"}:
        return (value is None) == ((op in {"_null", "_empty"}) == given)
    if op in NEGATED:
        return value is not None and not COMPARE[NEGATED[op]](value, given)
    if op == "_nin" and given == []:
        return True
    return value is not None and COMPARE[op](value, given)


def judged(world: World, who: str, job: dict[str, Any], asked: dict[str, Any]) -> bool:
    for name, inner in asked.items():
        if name in {"_and", "_or"}:
            parts = [judged(world, who, job, part) for part in inner]
            if not (all(parts) if name == "_and" else any(parts)):
                return False
            continue
        if name not in world.readable(who, job):
            return False
        for op, given_value in inner.items():
            if op in RELATIONS.values():
                ((nested, value),) = given_value.items()
                if job[name] is None or not holds(nested, world.names[job[name]], value):
                    return False
            elif not holds(op, job[name], _understood(name, given_value)):
                return False
    return True


def _understood(name: str, value: Any) -> Any:
    if isinstance(value, list):
        return [_understood(name, one) for one in value]
    if isinstance(value, bool) or name in {"title", "code", "note", "customer", "status", "kind"}:
        return value
    return JOBS.fields[name].understand(value)


# -- questions ----------------------------------------------------------------------------------------

TEXTS = st.sampled_from(
    ["Lakk", "lakk", "50%", "%", "_", "\\", "a\\b", "Kari", "haster", "K0", "K13", "Æ", "ikke", "x"]
)
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "title": TEXTS,
    "code": TEXTS,
    "customer": TEXTS,
    "note": TEXTS,
    "kind": st.sampled_from(["a", "b"]),
    "status": st.sampled_from(["new", "started", "done", "shelved"]),
    "in_bank": st.booleans(),
    "cost": st.sampled_from(["0.50", "50.50", "120", 200.5, 0]),
    "due": st.sampled_from(["2026-11-05", "2026-11-12", "2026-11-20"]),
    "started_at": st.sampled_from(["2026-11-10T12:00:00Z", "2026-11-13T11:59:59.993Z", "2026-11-01"]),
    "lines": st.sampled_from([0, 1, "0"]),
}
EQUAL = ["_eq", "_neq"]
ORDERED = ["_lt", "_lte", "_gt", "_gte"]
LIKE = [op for op in (*COMPARE, *NEGATED) if "with" in op or "contains" in op]
FLAGS = ["_null", "_nnull", "_empty", "_nempty"]
TEXT_OPS = [*EQUAL, *LIKE, *FLAGS, "_in", "_nin"]
NUMBER_OPS = [*EQUAL, *ORDERED, *FLAGS, "_in", "_nin", "_between", "_nbetween"]
OPERATORS = {
    **dict.fromkeys(("title", "code", "customer", "note"), TEXT_OPS),
    **{name: [*EQUAL, *FLAGS, "_in", "_nin"] for name in ("kind", "status")},
    "in_bank": [*EQUAL, *FLAGS],
    **dict.fromkeys(("cost", "due", "started_at", "lines"), NUMBER_OPS),
}


@st.composite
def conditions(draw: st.DrawFn) -> dict[str, Any]:
    name = draw(st.sampled_from([*VALUES, *RELATIONS]))
    if name in RELATIONS:
        op = draw(st.sampled_from([*EQUAL, *LIKE]))
        return {name: {"name": {op: draw(st.sampled_from(["Her", "Der", "Mia", "er", "%"]))}}}
    op = draw(st.sampled_from(OPERATORS[name]))
    if op in FLAGS:
        return {name: {op: draw(st.booleans())}}
    if op in {"_in", "_nin"}:
        return {name: {op: draw(st.lists(VALUES[name], max_size=3))}}
    if "between" in op:
        return {name: {op: draw(st.lists(VALUES[name], min_size=2, max_size=2))}}
    return {name: {op: draw(VALUES[name])}}


FILTERS = st.recursive(
    conditions(),
    lambda inner: st.builds(
        lambda word, parts: {word: parts}, st.sampled_from(["_and", "_or"]), st.lists(inner, min_size=1, max_size=3)
    ),
    max_leaves=6,
)
SORTS = st.lists(
    st.sampled_from(["title", "-title", "cost", "-cost", "due", "-started_at", "customer", "status", "-in_bank"]),
    max_size=2,
)
WHO = st.sampled_from(["admin", "seller", "doer", "finance", "seller finance", "doer seller"])
# A question that a role may never ask is refused by name; these fields such a role reads in no row.
NEVER = {
    "seller": {"cost"},
    "doer": {"cost"},
    "doer seller": {"cost"},
    "finance": {*BASIC, *WORK} - {"title"},
}
PROPERTY = settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def names_in(asked: dict[str, Any]) -> set[str]:
    found: set[str] = set()
    for name, inner in asked.items():
        if name in {"_and", "_or"}:
            found |= {n for part in inner for n in names_in(part)}
        else:
            found.add(name)
    return found


def sort_key(world: World, who: str, sort: list[str]) -> Callable[[dict[str, Any]], Any]:
    class Reversed:
        def __init__(self, value: Any) -> None:
            self.value = value

        def __lt__(self, other: "Reversed") -> bool:
            return bool(other.value < self.value)

        def __eq__(self, other: object) -> bool:
            return isinstance(other, Reversed) and self.value == other.value

        __hash__ = None  # type: ignore[assignment]

    def key(job: dict[str, Any]) -> list[Any]:
        found: list[Any] = []
        for word in sort:
            name = word.lstrip("-")
            value = job[name] if name in world.readable(who, job) else None
            if isinstance(value, str) and name in {"title", "customer"}:
                value = value.lower().translate(str.maketrans("æøå", "{|}"))
            shown = Reversed(value) if word.startswith("-") else value
            found += [value is None, None if value is None else shown]
        return found

    return key


@PROPERTY
@given(who=WHO, asked=FILTERS, sort=SORTS)
async def test_a_filter_finds_what_the_judge_finds_and_shows_no_masked_field(
    world: World, who: str, asked: dict[str, Any], sort: list[str]
) -> None:
    actor = world.actors[who]
    used = names_in(asked) | {word.lstrip("-") for word in sort}
    raw = {"filter": asked, "sort": sort, "limit": 1000, "meta": "filter_count"}
    if used & NEVER.get(who, set()):
        with pytest.raises(ForbiddenError):
            parse_query(SPEC, JOBS, actor, raw, now=NOW)
        return
    question = parse_query(SPEC, JOBS, actor, raw, now=NOW)
    page = await world.reading.page(actor, "jobs", question.query)
    rows = orjson.loads(page.json)
    expected = [j for j in world.jobs if world.readable(who, j) and judged(world, who, j, asked)]
    assert {row["id"] for row in rows} == {str(job["id"]) for job in expected}
    assert page.counts["filter_count"] == len(expected)
    by_id = {str(job["id"]): job for job in world.jobs}
    for row in rows:
        assert set(row) == world.readable(who, by_id[row["id"]])
    if sort:
        keys = [sort_key(world, who, sort)(by_id[row["id"]]) for row in rows]
        assert keys == sorted(keys, key=_comparable)


def _comparable(key: list[Any]) -> list[Any]:
    return [(part is None, part) if not isinstance(part, bool) else part for part in key]


@PROPERTY
@given(who=WHO, asked=FILTERS, group=st.sampled_from(["status", "in_bank", "kind", "title"]))
async def test_figures_count_only_rows_in_which_the_fields_are_read(
    world: World, who: str, asked: dict[str, Any], group: str
) -> None:
    actor = world.actors[who]
    if (names_in(asked) | {group}) & NEVER.get(who, set()):
        return
    raw = {"filter": asked, "aggregate": {"count": "*"}, "groupBy": group}
    question = parse_query(SPEC, JOBS, actor, raw, now=NOW)
    rows = orjson.loads((await world.reading.page(actor, "jobs", question.query)).json)
    counted: dict[Any, int] = {}
    for job in world.jobs:
        if group in world.readable(who, job) and judged(world, who, job, asked):
            counted[job[group]] = counted.get(job[group], 0) + 1
    assert {row[group]: row["count"] for row in rows} == counted


# -- nonsense -----------------------------------------------------------------------------------------

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=12)
    | st.sampled_from(["$NOW(-9 years)"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
WORDS = st.sampled_from(
    ["_and", "_or", "_eq", "_in", "_between", "_null", "_some", "title", "site", "doer", "cost", "due", "started_at"]
)
SHAPED = st.recursive(
    JSON,
    lambda inner: st.dictionaries(WORDS | st.text(max_size=6), inner, max_size=3) | st.lists(inner, max_size=3),
    max_leaves=12,
)
NAMES = st.lists(st.sampled_from([*JOBS.fields, "*", "*.*", "site.*", "site.name", "*.*.*.*"]) | st.text(max_size=6))
FIGURE = st.sampled_from(["count", "countDistinct", "sum", "avg", "min", "max", "year", "x"])


@st.composite
def questions(draw: st.DrawFn) -> dict[str, Any]:
    choices: dict[str, st.SearchStrategy[Any]] = {
        "fields": NAMES | JSON,
        "filter": SHAPED | SHAPED.map(json.dumps) | st.text(),
        "search": st.text(max_size=20) | JSON,
        "sort": NAMES | st.text(max_size=10) | JSON,
        "limit": st.integers() | st.text(max_size=5) | JSON,
        "offset": st.integers() | JSON,
        "page": st.integers() | JSON,
        "cursor": st.text(max_size=40) | JSON,
        "aggregate": st.dictionaries(FIGURE, NAMES | st.just("*") | JSON, max_size=2) | JSON,
        "groupBy": NAMES | JSON,
        "meta": st.sampled_from(["*", "cursor", "total_count"]) | JSON,
    }
    names = draw(st.lists(st.sampled_from(list(choices)), unique=True, max_size=4))
    return {name: draw(choices[name]) for name in names} | draw(
        st.dictionaries(st.text(max_size=8), JSON, max_size=1) if draw(st.integers(0, 9)) == 0 else st.just({})
    )


ACTOR = person(uuid7(), "seller", uuid7())


@settings(max_examples=600, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(raw=questions())
def test_no_question_raises_anything_but_a_refusal(raw: dict[str, Any]) -> None:
    try:
        question = parse_query(SPEC, JOBS, ACTOR, raw, now=NOW)
    except (BadQueryError, ForbiddenError) as error:
        unnamed = [p for p in error.problems if p.field is None]
    else:
        unnamed = []
        _compiles(question.query)
    assert not unnamed


def _compiles(query: Query) -> None:
    make = compile_aggregate if query.aggregate else compile_list
    plan = make(SPEC, ACTOR.roles, JOBS, query)
    assert len([s for s in plan.slots if isinstance(s, int)]) == len(query.values())
    compile_count(SPEC, ACTOR.roles, JOBS, query)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(raw=questions())
async def test_every_question_that_is_understood_is_answered(world: World, raw: dict[str, Any]) -> None:
    actor = world.actors["seller"]
    try:
        question = parse_query(SPEC, JOBS, actor, raw, now=NOW)
    except DirectAppError:
        return
    page = await world.reading.page(actor, "jobs", question.query)
    assert isinstance(orjson.loads(page.json), list)


@settings(max_examples=300)
@given(pairs=st.lists(st.tuples(st.text(max_size=12) | st.from_regex(r"(filter|a)(\[[a-c0-2]?\]){0,4}"), st.text())))
def test_no_query_string_raises_anything_but_a_refusal(pairs: list[tuple[str, str]]) -> None:
    try:
        found = nest(pairs)
    except BadQueryError:
        return
    assert all(re.fullmatch(r"[^\[\]]+", name, re.DOTALL) for name in found)


def test_brackets_lists_and_repeated_names_are_nested() -> None:
    assert nest(
        [("filter[_and][0][a][_eq]", "1"), ("filter[_and][1][b][_in][]", "x"), ("fields", "a"), ("fields", "b")]
    ) == {
        "filter": {"_and": [{"a": {"_eq": "1"}}, {"b": {"_in": ["x"]}}]},
        "fields": ["a", "b"],
    }
