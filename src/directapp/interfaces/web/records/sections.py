"""Sections: what hangs on a record, loaded when it is opened: its children, comments, files and history."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from fastapi import Response

from directapp.declare.kinds import Kind
from directapp.declare.spec import CollectionMeta
from directapp.declare.verbs import Verb
from directapp.derive import pages, tables
from directapp.derive.pages import Child
from directapp.derive.questions import Address
from directapp.derive.shown import paths_for, readable_anywhere
from directapp.interfaces.web.core import refs
from directapp.interfaces.web.core.beside import ask_all, belonging, child_named
from directapp.interfaces.web.core.context import PersonContext, RequestContext
from directapp.interfaces.web.core.feature import Features, get
from directapp.interfaces.web.core.words import WORDS
from directapp.interfaces.web.records.feed import MANY, ask_feed, feed_of
from directapp.interfaces.web.records.lists import collection_verbs, may_create
from directapp.interfaces.web.records.record import record_id
from directapp.interfaces.web.records.record_view import look_up
from directapp.kernel.errors import NotFoundError
from directapp.store.query import Order, Query

MOST = 50
_COLUMNS = 5


async def seen_record(ctx: RequestContext, collection: str, record: str) -> tuple[CollectionMeta, UUID]:
    """Return which record an address means (NotFoundError: this person sees none there)."""
    meta, target = ctx.meta(collection), record_id(record)
    if not await ctx.platform.reading.seen(ctx.person, [(meta.name, target)]):
        raise NotFoundError
    return meta, target


async def show_history(ctx: PersonContext, collection: str, record: str) -> Response:
    """Show what was changed, by whom, when, field by field."""
    meta, target = await seen_record(ctx, collection, record)
    entries = await ctx.platform.reading.history(ctx.person, collection, target)
    names = await refs.names_of(ctx, pages.ids_in(meta, entries))
    told = pages.history_of(ctx.formatter, meta, entries, names)
    context = {"happenings": told, "title": ctx.say(WORDS["history"])}
    return section_page(ctx, "parts/history.html", meta, target, context)


async def show_feed(ctx: PersonContext, collection: str, record: str) -> Response:
    """Show a record's feed: in its place on the record's page, or as a page of its own with more of it."""
    seen = await look_up(ctx, ctx.meta(collection), record_id(record))
    most = {} if ctx.partial else {"most": MANY}
    asked = ask_feed(ctx, seen, ctx.request.query_params.get("kind", ""), **most)
    feed = await feed_of(ctx, seen, asked, await ask_all(ctx, asked.asks))
    if feed is None:
        raise NotFoundError
    context = {"feed": feed, "alone": not ctx.partial, "title": ctx.say(WORDS["feed"])}
    return section_page(ctx, "parts/feed.html", seen.meta, seen.id, context)


def section_page(
    ctx: RequestContext,
    template: str,
    meta: CollectionMeta,
    target: UUID,
    context: dict[str, Any],
    *,
    status: int = 200,
) -> Response:
    """Answer with a section of a record's page, alone or as a page of its own."""
    path = f"/app/{meta.name}/{target}"
    context = {"here": meta.name, "path": path, "plural": meta.declared.plural.pick(ctx.language), **context}
    if ctx.partial:
        return ctx.page(template, status=status, **context)
    return ctx.page("section.html", status=status, part=template, **context)


def child_of(ctx: RequestContext, meta: CollectionMeta, name: str) -> Child:
    """Return a collection that hangs on a record by its name (NotFoundError: there is none)."""
    found = child_named(ctx, meta, name)
    if found is None:
        raise NotFoundError
    return found


async def show_child(ctx: PersonContext, collection: str, record: str, child: str) -> Response:
    """Show the records of one kind that hang on a record."""
    meta, target = await seen_record(ctx, collection, record)
    found = child_of(ctx, meta, child)
    show = ctx.services.get(Features).child_panel(child) or _rows
    return await show(ctx, meta, target, found)


async def read_children(
    ctx: RequestContext, child: Child, target: UUID, names: tuple[str, ...], sort: Order
) -> list[dict[str, Any]]:
    """Return rows that belong to a record, at most MOST."""
    query = Query(
        fields=paths_for(ctx.spec, ctx.person, child.meta, ("id", *names)),
        filter=belonging(child, target),
        sort=(sort,),
        limit=MOST,
    )
    return await ctx.rows(child.meta.name, query)


async def _rows(ctx: RequestContext, meta: CollectionMeta, target: UUID, child: Child) -> Response:
    readable = readable_anywhere(ctx.person, child.meta)
    own = child.meta.declared.views
    columns = tuple(n for n in own.columns if n in readable and n not in child.given(target))[:_COLUMNS]
    titles = tuple(n for n in child.meta.called if n in readable)
    rows = await read_children(
        ctx, child, target, tuple(dict.fromkeys((*columns, *titles))), Order("id", descending=True)
    )
    listing = tables.Listing(
        meta=child.meta,
        address=Address(f"/app/{child.meta.name}"),
        columns=columns,
        sort=(),
        readable=readable,
        query=Query(),
    )
    path = f"/app/{meta.name}/{target}"
    which = urlencode(child.given(target))
    context = {
        "columns": tables.columns_of(listing, ctx.language),
        "rows": tables.rows_of(ctx.formatter, listing, rows),
        "all_href": f"/app/{child.meta.name}?{which}",
        "new_href": f"/app/{child.meta.name}/new?{which}&back={path}" if may_create(ctx, child.meta) else None,
        "begin": _beginnings(ctx, child, meta.name),
        "child": child,
        "child_path": f"/app/{child.meta.name}",
        "target": target,
        "title": child.meta.declared.plural.pick(ctx.language),
    }
    return section_page(ctx, "parts/children.html", meta, target, context)


def _beginnings(ctx: RequestContext, child: Child, parent: str) -> list[tuple[Verb, str, bool]]:
    """Return the verbs that make a child for this record: verb, the parameter that names it, nothing else asked."""
    found = []
    for verb in collection_verbs(ctx, child.meta):
        column = next((p.name for p in verb.params if p.ref == parent and p.kind is Kind.REF), None)
        if column is not None:
            found.append((verb, column, len(verb.params) == 1))
    return found


ROUTES = (
    get("/app/{collection}/{record}/feed", show_feed),
    get("/app/{collection}/{record}/history", show_history),
    get("/app/{collection}/{record}/part/{child}", show_child),
)
