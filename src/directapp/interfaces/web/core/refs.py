"""Refs: what the records are called that a form or a filter may point to; few queries, small answers."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from directapp.declare.spec import CollectionMeta
from directapp.derive.inputs import Option
from directapp.derive.tables import title_query
from directapp.interfaces.web.core.context import RequestContext
from directapp.kernel.errors import ForbiddenError
from directapp.store.query import Condition, Filter
from directapp.store.words import question_words

# Collections that a plain select holds: all of them, or those of the own site.
WHOLE = ("dealerships", "inspection_templates")
OF_OWN_SITE = {"users": "dealership"}
SMALL = (*WHOLE, *OF_OWN_SITE)
_MOST = 200
_FOUND = 12


async def options_of(ctx: RequestContext, collections: Iterable[str]) -> dict[str, list[Option]]:
    """Return the options of small collections; one that turns out not to be small is left out."""
    return {name: found for name in dict.fromkeys(collections) if (found := await _small(ctx, name)) is not None}


async def choices_of(ctx: RequestContext, collection: str, chosen: object) -> list[Option]:
    """Return the options of a small collection with one chosen, none of a collection that is not small."""
    options = (await options_of(ctx, [collection])).get(collection, [])
    return [Option(o.value, o.label, o.value == str(chosen)) for o in options]


async def _small(ctx: RequestContext, name: str) -> list[Option] | None:
    meta = ctx.spec.get(name)
    if meta is None or not meta.grants_of(ctx.person.roles):
        return None
    column = OF_OWN_SITE.get(name)
    filter_: Filter | None = None
    if column is not None and ctx.person.site is not None and column in meta.fields:
        filter_ = Condition((column,), "eq", ctx.person.site)
    found = await _titles(ctx, meta, limit=_MOST + 1, filter=filter_)
    return None if len(found) > _MOST else found


async def _titles(ctx: RequestContext, meta: CollectionMeta, *, limit: int, **asked: Any) -> list[Option]:
    query = title_query(ctx.formatter, meta, limit=limit, **asked)
    try:
        rows = await ctx.rows(meta.name, query)
    except ForbiddenError:
        return []
    return [Option(str(r["id"]), ctx.formatter.title(meta, r)) for r in rows]


async def search_titles(ctx: RequestContext, meta: CollectionMeta, text: str) -> list[Option]:
    """Return the records that a typed word finds, a dozen at most."""
    return await _titles(ctx, meta, limit=_FOUND, words=question_words(text))


async def names_of(ctx: RequestContext, wanted: Mapping[str, Iterable[str]]) -> dict[str, str]:
    """Return what records are called, by id; ``wanted`` are ids by collection."""
    names: dict[str, str] = {}
    for collection, ids in wanted.items():
        meta, known = ctx.spec.get(collection), [u for i in ids if (u := as_uuid(i)) is not None]
        if meta is None or not known or not meta.declared.exposed or not meta.grants_of(ctx.person.roles):
            continue
        found = await _titles(ctx, meta, limit=_MOST, filter=Condition(("id",), "in", known[:_MOST]))
        names |= {o.value: o.label for o in found}
    return names


def as_uuid(text: object) -> UUID | None:
    """Return an id, None when it is none."""
    try:
        return UUID(str(text))
    except ValueError:
        return None


def labels_in(options: Mapping[str, Sequence[Option]]) -> dict[str, str]:
    """Return the labels of options by their value."""
    return {o.value: o.label for found in options.values() for o in found}
