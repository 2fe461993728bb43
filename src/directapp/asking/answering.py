"""A question answered: the rows, the number or the groups that its filter finds, by the person's own rights."""

from dataclasses import dataclass
from typing import Any

import orjson

from directapp.asking.grammar import Question, about, understand
from directapp.asking.known import names_known
from directapp.declare.kinds import Kind
from directapp.declare.spec import CollectionMeta
from directapp.derive.board import open_only
from directapp.derive.questions import Address, build_filter, build_sort, filtered
from directapp.derive.shown import readable_anywhere
from directapp.kernel.actor import Actor
from directapp.kernel.clock import oslo_day
from directapp.services.platform import Platform
from directapp.store.query import Aggregate, Query
from directapp.store.words import question_words

MOST_GROUPS = 50
_COUNT = Aggregate("count", "*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What a question found: rows where a list is asked for, else how many in all or of each group."""

    question: Question
    rows: tuple[dict[str, Any], ...] = ()
    count: int | None = None
    groups: tuple[tuple[Any, int], ...] = ()

    @property
    def address(self) -> str:
        """The address of the list that shows the same rows, where its filter can be changed and kept as a view."""
        return Address(f"/app/{self.question.meta.name}", self.question.params).text


async def read_question(platform: Platform, actor: Actor, text: str, *, here: str | None = None) -> Question | None:
    """Return how a question is understood by an actor; None where there is no collection that it may be about."""
    spec = await platform.reading.spec_of(actor)
    meta = about(spec, actor, text, here=here)
    if meta is None:
        return None
    names = await names_known(platform.reading, actor, meta)
    return understand(spec, actor, meta, text, names=names, today=oslo_day(platform.clock()))


async def answer(platform: Platform, actor: Actor, question: Question, *, limit: int) -> Answered:
    """Return what a question finds; nothing where not all of it was understood."""
    if not question.sure:
        return Answered(question=question)
    meta, readable = question.meta, readable_anywhere(actor, question.meta)
    address = Address(f"/app/{meta.name}", question.params)
    spelled = open_only(address, meta)
    asked: dict[str, Any] = {"filter": build_filter(spelled, meta, readable), "search": question_words(question.search)}
    if question.shape == "list":
        paths = tuple((name,) for name in _fields(meta, readable, address))
        sort = build_sort(address, meta, readable)
        query = Query(fields=paths, sort=sort, limit=min(question.limit or limit, limit), **asked)
        page = await platform.reading.page(actor, meta.name, query, chosen=True)
        return Answered(question=question, rows=tuple(orjson.loads(page.json)))
    if question.shape == "count":
        count = await platform.reading.count(actor, meta.name, Query(**asked))
        return Answered(question=question, count=count)
    query = Query(aggregate=(_COUNT,), group_by=(question.group,), limit=MOST_GROUPS, **asked)
    rows = orjson.loads((await platform.reading.page(actor, meta.name, query)).json)
    groups = sorted(((row[question.group], int(row["count"])) for row in rows), key=lambda pair: -pair[1])
    return Answered(question=question, count=sum(n for _, n in groups), groups=tuple(groups))


def _fields(meta: CollectionMeta, readable: frozenset[str], address: Address) -> list[str]:
    """Return what a row of the answer tells: what it is called, the list's columns, and what was asked for."""
    sorted_by = address.get("sort").lstrip("-")
    names = ("id", *meta.called, *meta.declared.views.columns, *filtered(address, meta, readable), sorted_by)
    shown = (name for name in dict.fromkeys(names) if name in readable | {"id"})
    return [name for name in shown if meta.fields[name].kind is not Kind.JSON]
