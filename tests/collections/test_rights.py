"""The pipeline's answers to every kind of reader and writer, for every collection, held against what is declared.

Business rules, workflows and what verbs do are left out of the declarations here: what is left is who may do what.
PostgreSQL's own answers are proved in ``tests/rls/test_access.py``.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any
from uuid import UUID

import orjson
import pytest

from directapp.app.spec import load_spec
from directapp.declare.access import Grant
from directapp.declare.collection import Collection
from directapp.declare.fields import Field, Group
from directapp.declare.kinds import Kind
from directapp.declare.spec import Spec
from directapp.declare.verbs import Verb
from directapp.kernel.actor import Actor
from directapp.kernel.errors import ConflictError, DirectAppError, ForbiddenError, InvalidError, NotFoundError
from directapp.kernel.ids import uuid7
from directapp.services.intent import Intent
from directapp.services.pipeline import Pipeline
from directapp.store.query import Condition, Query
from support.oracle import Declared, Oracle, declared_in
from support.sample import Sample

SPEC = load_spec()
ROLES = [r for r in SPEC.roles if not r.startswith("sys_")]
TOGETHER = ("new_car_sales+used_car_sales", "mechanic+detailer", "parts+finance")
COLLECTIONS = declared_in(SPEC)
EXPOSED = [name for name, declared in COLLECTIONS.items() if declared.collection.exposed]
WITH_VERBS = [name for name in EXPOSED if COLLECTIONS[name].collection.verbs]
# Values of these kinds are written as they are stored, whatever a field makes of what is typed.
PLAIN = {Kind.BOOLEAN, Kind.CHOICE, Kind.INTEGER, Kind.CHOICES, Kind.REFS}

Row = Mapping[str, Any]

each_collection = pytest.mark.parametrize("name", EXPOSED)


class ReachedError(Exception):
    """A verb was let through to what it does."""


async def reached(_: object) -> None:
    raise ReachedError


LOOSE: dict[str, Any] = dict.fromkeys(("minimum", "maximum", "form", "parse")) | {"required": False, "fact": False}


def first_status(collection: Collection) -> str | None:
    return collection.workflow.initial if collection.workflow else None


def bare(collection: Collection) -> Collection:
    """Return a collection of which nothing is asked but rights."""

    def loose(item: Field) -> Field:
        first = first_status(collection) if item.name == "status" else None
        return replace(item, **LOOSE, default=first)

    return replace(
        collection,
        groups=tuple(Group(g.code, g.label, tuple(map(loose, g.fields))) for g in collection.groups),
        rules=(),
        fill=(),
        consequences=(),
        tallies=(),
        actors=None,
        verbs=tuple(replace(v, run=reached, params=(), blocked=None, secrets=()) for v in collection.verbs),
    )


BARE = Spec((bare(declared.collection) for declared in COLLECTIONS.values()), SPEC.events.values())
WITHOUT_FLOW = Spec(
    (replace(bare(declared.collection), workflow=None) for declared in COLLECTIONS.values()), SPEC.events.values()
)


@dataclass(frozen=True)
class Way:
    """An actor to a collection, with its rows by what the actor's entries say of them."""

    actor: Actor
    oracle: Oracle
    declared: Declared
    rows: Mapping[UUID, Mapping[str, Any]]

    def kinds(self, says: Callable[[Row], object] | None = None) -> Iterator[tuple[UUID, Row]]:
        """Yield a row of each kind: of those that an oracle says the same of."""
        kinds: dict[object, UUID] = {}
        for record, row in self.rows.items():
            kinds.setdefault((says or self.rights)(row), record)
        for record in kinds.values():
            yield record, self.rows[record]

    def rights(self, row: Row) -> object:
        """Return whether a row is seen, and what may be written of it, ever and now."""
        writes = self.declared.writes
        owned, open_ = self.oracle.owned(self.declared, row), self.oracle.open(self.declared, row)
        return self.oracle.sees(self.declared, row), union(owned, writes), union(open_, writes)

    def intent(self, verb: str, target: UUID | None = None, patch: dict[str, Any] | None = None) -> Intent:
        return Intent(
            actor=self.actor,
            collection=self.declared.name,
            verb=verb,
            origin="test",
            target=target,
            patch=patch or {},
            dry_run=True,
        )


def ways(sample: Sample, name: str, *, once: bool = True) -> list[Way]:
    """Return somebody of every role; ``once``: of roles that are given the same, one."""
    declared = COLLECTIONS[name]
    known: set[object] = set()
    found = []
    for role in (*ROLES, *TOGETHER):
        given = frozenset(repr(replace(g, role="")) for g in declared.grants if g.role in role.split("+"))
        if once and given in known:
            continue
        known.add(given)
        actor = sample.actors(role)[0]
        found.append(Way(actor, Oracle(COLLECTIONS, actor, sample.rows), declared, sample.rows[name]))
    assert found
    return found


async def refusal(answer: Any) -> tuple[type[Exception] | None, set[str]]:
    """Return what an intent is refused with, and the fields that are named; None where it is done."""
    try:
        await answer
    except DirectAppError as error:
        return type(error), {p.field for p in error.problems if p.field}
    except ReachedError:
        pass
    return None, set()


def union(grants: tuple[Grant, ...], of: Callable[[Grant], frozenset[str]]) -> frozenset[str]:
    return frozenset[str]().union(*map(of, grants))


@each_collection
async def test_a_page_shows_the_rows_and_fields_of_the_entries(sample: Sample, name: str) -> None:
    for way in ways(sample, name, once=False):
        if not way.oracle.grants(way.declared):
            assert await refusal(sample.reading.page(way.actor, name, Query())) == (ForbiddenError, set())
            continue
        page = orjson.loads((await sample.reading.page(way.actor, name, Query(limit=1000))).json)
        expected = {i: way.oracle.reads(way.declared, row) for i, row in way.rows.items()}
        assert {UUID(row["id"]): set(row) for row in page} == {i: set(names) for i, names in expected.items() if names}


@each_collection
async def test_a_filter_finds_nothing_in_fields_that_are_masked(sample: Sample, name: str) -> None:
    for way in ways(sample, name):
        shown = {i: way.oracle.reads(way.declared, row) for i, row in way.rows.items()}
        anywhere = frozenset[str]().union(*shown.values())
        masked = {n for n in anywhere if any(names and n not in names for names in shown.values())}
        for field in sorted(n for n in masked if way.declared.fields[n].sql is None)[:4]:
            for wanted in (True, False):
                query = Query(filter=Condition((field,), "null", wanted), limit=1000, fields=(("id",),))
                found = orjson.loads((await sample.reading.page(way.actor, name, query)).json)
                expected = {
                    i for i, names in shown.items() if field in names and (way.rows[i][field] is None) is wanted
                }
                assert {UUID(row["id"]) for row in found} == expected, f"{way.actor.name} {field}"


@each_collection
async def test_one_record_is_shown_or_not_there(sample: Sample, name: str) -> None:
    for way in ways(sample, name):
        for record, row in way.kinds(lambda row, w=way: w.oracle.sees(w.declared, row)):
            answer = await refusal(sample.reading.one(way.actor, name, record))
            nothing = NotFoundError if way.oracle.grants(way.declared) else ForbiddenError
            assert answer[0] == (None if way.oracle.sees(way.declared, row) else nothing), way.actor.name


@each_collection
async def test_strangers_find_nothing_and_change_nothing(sample: Sample, name: str) -> None:
    pipeline, stranger = Pipeline(BARE, sample.database), sample.stranger()
    declared = COLLECTIONS[name]
    way = Way(stranger, Oracle(COLLECTIONS, stranger, sample.theirs), declared, sample.rows[name])
    assert way.rows
    for record in list(way.rows)[:2]:
        assert (await refusal(sample.reading.one(stranger, name, record)))[0] == NotFoundError
        for verb in ("update", "delete", *(v.name for v in declared.collection.verbs if v.on == "record")):
            given = verb in {"update", "delete"} or any(verb in g.verbs for g in declared.grants)
            expected = NotFoundError if given else ForbiddenError
            assert (await refusal(pipeline.perform(way.intent(verb, record))))[0] == expected, verb


@each_collection
async def test_a_change_is_refused_by_row_by_field_and_by_state(sample: Sample, name: str) -> None:
    pipeline = Pipeline(BARE, sample.database)
    for way in ways(sample, name):
        declared, grants = way.declared, way.oracle.grants(way.declared)
        anywhere = union(grants, declared.writes)
        never = declared.fields.keys() - anywhere - {"status"}
        for record, row in way.kinds():
            where = f"{way.actor.name} {record}"
            if never:
                answer = await refusal(pipeline.perform(way.intent("update", record, dict.fromkeys(never))))
                assert answer == (ForbiddenError, never), where
            owned, open_ = way.oracle.owned(declared, row), way.oracle.open(declared, row)
            mine = union(owned, declared.writes) - {"status"}
            now = union(open_, declared.writes) - {"status"}
            answer = await refusal(pipeline.perform(way.intent("update", record, dict.fromkeys(anywhere - {"status"}))))
            if not way.oracle.sees(declared, row):
                assert answer[0] == NotFoundError, where
            elif not any(g.write for g in owned):
                assert answer == (ForbiddenError, set()), where
            elif anywhere - mine - {"status"}:
                assert answer == (ForbiddenError, set(anywhere - mine - {"status"})), where
            elif mine - now:
                assert answer == (ConflictError, set(mine - now)), where
            if way.oracle.sees(declared, row) and now:
                same = {n: row[n] for n in now if row[n] is None or declared.fields[n].kind in PLAIN}
                assert await refusal(pipeline.perform(way.intent("update", record, same))) == (None, set()), where


@each_collection
async def test_a_new_record_is_refused_by_role_by_field_and_by_row(sample: Sample, name: str) -> None:
    pipeline = Pipeline(WITHOUT_FLOW, sample.database)
    for way in ways(sample, name):
        declared = way.declared
        creating = tuple(g for g in way.oracle.grants(declared) if g.create)
        if not creating:
            assert await refusal(pipeline.perform(way.intent("create"))) == (ForbiddenError, set())
            continue
        allowed = union(creating, declared.writes)
        never = declared.fields.keys() - allowed
        answer = await refusal(pipeline.perform(way.intent("create", patch=dict.fromkeys(never))))
        assert answer == (ForbiddenError, never) if never else answer[0] != ForbiddenError
        for _, row in way.kinds():
            await new_as(way, pipeline, allowed, row)


async def new_as(way: Way, pipeline: Pipeline, allowed: frozenset[str], like: Mapping[str, Any]) -> None:
    """Create a record with values of another one; it is refused exactly where no entry allows it."""
    declared, oracle = way.declared, way.oracle
    looked_at = {n: like[n] for n in allowed if like[n] is not None and declared.fields[n].kind in {*PLAIN, Kind.REF}}
    hidden = {n for n, v in looked_at.items() if hides(oracle, declared.fields[n], like, v)}
    filled = {"id": uuid7(), "created_by": way.actor.user, "status": first_status(declared.collection)}
    row = dict.fromkeys(declared.fields) | filled | looked_at
    answer, fields = await refusal(pipeline.perform(way.intent("create", patch=looked_at)))
    if hidden:
        assert answer is not None, "what one does not see is not pointed to"
        return
    matching = tuple(g for g in oracle.owned(declared, row) if g.create)
    mine = looked_at.keys() <= union(matching, declared.writes) and bool(matching)
    if mine:
        assert answer not in {ForbiddenError, NotFoundError, InvalidError}, f"{way.actor.name} {answer} {fields}"
    else:
        assert answer == ForbiddenError, f"{way.actor.name} {fields}"


def hides(oracle: Oracle, item: Field, row: Row, value: Any) -> bool:
    """Whether a field points to what the actor does not see."""
    name = item.ref or row[item.ref_in] if item.kind in {Kind.REF, Kind.REFS} else None
    targets = value if item.kind is Kind.REFS else [value]
    return name is not None and any(not oracle.sees(COLLECTIONS[name], oracle.rows[name][t]) for t in targets)


@each_collection
async def test_a_deletion_is_refused_by_row_and_by_state(sample: Sample, name: str) -> None:
    pipeline = Pipeline(BARE, sample.database)
    for way in ways(sample, name):
        for record, row in way.kinds(partial(deletion, way)):
            answer, fields = await refusal(pipeline.perform(way.intent("delete", record)))
            expected = deletion(way, row)
            if expected is None:
                assert answer not in {ForbiddenError, NotFoundError}, (
                    "rights let it through; what others point to stays"
                )
            else:
                assert answer == expected, way.actor.name
            assert not fields


def deletion(way: Way, row: Row) -> type[Exception] | None:
    """Return what a deletion is refused with."""
    if not way.oracle.sees(way.declared, row):
        return NotFoundError
    if not any(g.delete for g in way.oracle.owned(way.declared, row)):
        return ForbiddenError
    return None if way.oracle.deletes(way.declared, row) else ConflictError


@pytest.mark.parametrize("name", WITH_VERBS)
async def test_a_verb_is_for_those_who_are_given_it_in_its_states(sample: Sample, name: str) -> None:
    pipeline = Pipeline(BARE, sample.database)
    verbs = COLLECTIONS[name].collection.verbs
    assert verbs
    for way in ways(sample, name):
        for verb in verbs:
            if verb.on == "collection":
                expected = None if is_given(verb, way.oracle.grants(way.declared)) else ForbiddenError
                assert await refusal(pipeline.perform(way.intent(verb.name))) == (expected, set()), verb.name
                continue
            for record, row in way.kinds(partial(refused, verb, way)):
                answer = await refusal(pipeline.perform(way.intent(verb.name, record)))
                assert answer[0] == refused(verb, way, row), f"{way.actor.name} {verb.name} {record}"


def is_given(verb: Verb, grants: Iterable[Grant]) -> bool:
    return any(verb.name in g.verbs for g in grants)


def refused(verb: Verb, way: Way, row: Row) -> type[Exception] | None:
    """Return what a verb on a record is refused with."""
    if not is_given(verb, way.oracle.grants(way.declared)):
        return ForbiddenError
    if not way.oracle.sees(way.declared, row):
        return NotFoundError
    if not is_given(verb, way.oracle.matching(way.declared, row)):
        return ForbiddenError
    return ConflictError if verb.states and row["status"] not in verb.states else None
