"""Beside: what belongs to a record is asked for with the record's page, all of it in one transaction."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson

from directapp.declare.spec import CollectionMeta
from directapp.derive.pages import Child, children_of
from directapp.derive.shown import paths_for, readable_anywhere
from directapp.interfaces.web.core.context import RequestContext
from directapp.store.query import Aggregate, Condition, Filter, Junction, Order, Path, Query

COUNT = (Aggregate("count", "*"),)
NEWEST = Order("id", descending=True)


@dataclass(frozen=True, slots=True)
class Ask:
    """A question to a collection; None is one that the person may not ask, and finds nothing."""

    collection: str
    query: Query | None


def belonging(child: Child, target: UUID) -> Filter:
    """Return the filter of what belongs to a record."""
    return Junction("and", tuple(Condition((name,), "eq", value) for name, value in child.given(target).items()))


def child_named(ctx: RequestContext, meta: CollectionMeta, name: str) -> Child | None:
    """Return a collection that hangs on a record by its name, None where this person sees none."""
    return next((c for c in children_of(ctx.spec, ctx.person, meta) if c.meta.name == name), None)


def ask_children(
    ctx: RequestContext,
    meta: CollectionMeta,
    target: UUID,
    name: str,
    fields: Iterable[str],
    *,
    only: Iterable[Condition] = (),
    sort: Order = NEWEST,
    limit: int,
    more: Iterable[Path] = (),
) -> Ask:
    """Return the question for records that belong to one, with as many of the fields as the person may read.

    ``only`` narrows them; where the person may not read what it is about, nothing is asked. ``more`` are paths beyond.
    """
    child, only = child_named(ctx, meta, name), tuple(only)
    if child is None:
        return Ask(name, None)
    readable = readable_anywhere(ctx.person, child.meta)
    if not {c.path[0] for c in only} | {sort.field} <= readable:
        return Ask(name, None)
    names = tuple(n for n in dict.fromkeys(("id", *fields)) if n in readable)
    paths = (*paths_for(ctx.spec, ctx.person, child.meta, names), *(p for p in more if p[0] in readable))
    filter_ = Junction("and", (belonging(child, target), *only))
    return Ask(name, Query(fields=paths, filter=filter_, sort=(sort,), limit=limit))


def count_children(child: Child, target: UUID) -> Ask:
    """Return the question how many records belong to one."""
    return Ask(child.meta.name, Query(filter=belonging(child, target), aggregate=COUNT))


async def ask_all(ctx: RequestContext, asks: Sequence[Ask]) -> list[list[dict[str, Any]]]:
    """Return the rows that each question finds."""
    asked = [(a.collection, a.query) for a in asks if a.query is not None]
    answers = iter(await ctx.platform.reading.several(ctx.person, asked) if asked else ())
    return [[] if a.query is None else orjson.loads(next(answers)) for a in asks]
