"""Lists: the derived table of any collection, its count, its export, and the options of combos."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

import orjson
from fastapi import Response

from directapp.declare.kinds import Kind
from directapp.declare.names import STATUS
from directapp.declare.spec import CollectionMeta
from directapp.declare.verbs import Verb
from directapp.derive import board, pages, tables
from directapp.derive.questions import Address, filtered, mark_of
from directapp.derive.shown import writable_anywhere
from directapp.derive.tables import Listing
from directapp.domains.imports.ledger import LEDGER
from directapp.interfaces.web.core import refs
from directapp.interfaces.web.core.context import PersonContext, RequestContext
from directapp.interfaces.web.core.feature import get
from directapp.interfaces.web.core.goals import goals_of
from directapp.interfaces.web.core.typed import asked_day
from directapp.interfaces.web.core.words import WORDS
from directapp.interfaces.web.records.columns import column_options, kept_columns
from directapp.interfaces.web.records.views.bar import bar_of
from directapp.interfaces.web.records.views.words import WORDS as VIEW_WORDS
from directapp.kernel.text import Within
from directapp.store.query import Condition, Filter, Junction
from directapp.store.words import question_words

_FIRST_COLUMNS = 11


def address_of(ctx: RequestContext, collection: str, view: str = "") -> Address:
    """Return a list's address as it was asked for, or that of another view of it."""
    meta = ctx.spec.get(collection)
    asked = ctx.request.query_params.multi_items()
    return Address(f"/app/{collection}{view}", tuple((n, _meant(ctx, meta, n, v)) for n, v in asked))


def _meant(ctx: RequestContext, meta: CollectionMeta | None, name: str, value: str) -> str:
    """Return a filter's value, a day that was typed from where one stands in the form that links carry."""
    item = meta.fields.get(name.partition(".")[0]) if meta else None
    if item is None or item.kind not in {Kind.DATE, Kind.INSTANT}:
        return value
    day = asked_day(value, ctx.now)
    return day.isoformat() if day else value


def listing_of(ctx: RequestContext, meta: CollectionMeta, address: Address, kept: Sequence[str] = ()) -> Listing:
    """Understand a list's address; ``kept`` are the columns that the person chose earlier."""
    words = question_words(address.get("q")) if meta.searchable else ()
    columns = kept or meta.declared.views.columns[:_FIRST_COLUMNS]
    listing = tables.list_of(ctx.formatter, meta, address, kept=columns, words=words)
    flow = meta.declared.workflow
    if flow is None or STATUS not in listing.readable or not board.hides_closed(address, meta):
        return listing
    here: Filter = Condition((STATUS,), "among", tuple(s.code for s in flow.states if not s.locked))
    asked = listing.query.filter
    return replace(listing, query=replace(listing.query, filter=Junction("and", (here, asked)) if asked else here))


async def show_list(ctx: PersonContext, collection: str) -> Response:
    """Show a collection's list, or the part of it that was asked for."""
    meta = ctx.meta(collection)
    address = address_of(ctx, collection)
    listing = listing_of(ctx, meta, address, await kept_columns(ctx, meta))
    page = await ctx.platform.reading.page(ctx.person, collection, listing.query, chosen=True)
    rows: list[dict[str, Any]] = orjson.loads(page.json)
    context = await _table(ctx, listing, rows)
    if ctx.partial and address.get("after"):
        return ctx.page("parts/rows.html", **context)
    if ctx.partial:
        response = ctx.page("parts/table.html", **context)
        response.headers["HX-Push-Url"] = address.without("after", "with", tables.ROWS).text
        return response
    return ctx.page("list.html", **context, **await tools_of(ctx, listing))


async def _table(ctx: RequestContext, listing: Listing, rows: list[dict[str, Any]]) -> dict[str, Any]:
    meta, address = listing.meta, listing.address
    size = tables.size_of(address)
    more, shown = len(rows) > size, rows[:size]
    goals = await goals_of(ctx) if pages.since_of(meta) in listing.columns else {}
    return {
        "title": meta.declared.plural.pick(ctx.language),
        "here": meta.name,
        "path": address.path,
        "columns": tables.columns_of(listing, ctx.language, writable_anywhere(ctx.person, meta)),
        "rows": tables.rows_of(ctx.formatter, listing, shown, goals),
        "next_href": address.without(tables.ROWS).but(after=mark_of(shown[-1], listing.sort)).text if more else None,
        "count_href": Address(f"{address.path}/count", address.without("after", "sort").params).text,
        "pick_all": f"{address.path}/bulk?{urlencode({'filter': urlencode(address.without('after', 'sort').params)})}",
        "narrowed": bool(filtered(address, meta, listing.readable) or address.get("q")),
        "pick": ctx.say(VIEW_WORDS["pick"]) if record_verbs(ctx, meta) else "",
        **await bar_of(ctx, listing),
        "may_create": may_create(ctx, meta),
    }


async def tools_of(ctx: RequestContext, listing: Listing) -> dict[str, Any]:
    """Return what stands above a list, whichever view of it: filters, columns, exports, verbs."""
    meta, address = listing.meta, listing.address
    wanted = {meta.fields[n].ref for n in meta.declared.views.filters if meta.fields[n].kind is Kind.REF}
    small = await refs.options_of(ctx, sorted(w for w in wanted if w in refs.SMALL))
    options = {n: small[f.ref] for n, f in meta.fields.items() if f.kind is Kind.REF and f.ref in small}
    named = {f.ref: address.all(n) for n, f in meta.fields.items() if f.ref and address.all(n) and n not in options}
    names = await refs.names_of(ctx, named)
    filters = tables.filters_of(listing, ctx.language, refs=options, names=names)
    names_of_filters = {f.name + end for f in filters for end in ("", ".from", ".to")}
    kept = [(n, v) for n, v in address.params if v and n not in {"q", "after", "with", *names_of_filters}]
    spelled = board.open_only(address, meta)
    return {
        "q": address.get("q"),
        "filters": filters,
        "active": sum(f.active for f in filters),
        "more": tables.more_filters(listing, filters, ctx.language),
        "kept_params": kept,
        "column_options": column_options(ctx, listing),
        "columns_back": address.without("after", "columns", "with").text,
        "exports": [
            (kind.upper(), Address(f"/app/{meta.name}/export.{kind}", spelled.without("after").params).text)
            for kind in ("csv", "xlsx")
        ],
        "imports_href": _imports(ctx, meta),
        "verbs": collection_verbs(ctx, meta),
    }


def _imports(ctx: RequestContext, meta: CollectionMeta) -> str | None:
    """Return where rows of this collection are taken in, for those who create here and see imports."""
    runs = ctx.spec.get(LEDGER.runs)
    if runs is None or not runs.grants_of(ctx.person.roles) or not may_create(ctx, meta):
        return None
    return f"/app/imports?collection={meta.name}"


def may_create(ctx: RequestContext, meta: CollectionMeta) -> bool:
    """Whether this person may create a record here through the form."""
    return any(g.create and meta.writes(g) for g in meta.grants_of(ctx.person.roles))


def record_verbs(ctx: RequestContext, meta: CollectionMeta) -> list[Verb]:
    """Return the verbs on single records that this person may use somewhere."""
    return [v for v in meta.verbs_of(meta.grants_of(ctx.person.roles)) if v.on == "record"]


def collection_verbs(ctx: RequestContext, meta: CollectionMeta) -> list[Verb]:
    """Return the verbs on the collection as a whole that this person may use."""
    return [v for v in meta.verbs_of(meta.grants_of(ctx.person.roles)) if v.on == "collection"]


async def show_count(ctx: PersonContext, collection: str) -> Response:
    """Tell how many rows a list has."""
    meta = ctx.meta(collection)
    listing = listing_of(ctx, meta, address_of(ctx, collection))
    count = await ctx.platform.reading.count(ctx.person, collection, listing.query)
    things = meta.declared.label if count == 1 else meta.declared.plural
    text = WORDS["count_of"].fill(count=ctx.count(count), things=Within(things)).pick(ctx.language)
    return Response(text, media_type="text/html")


async def show_options(ctx: PersonContext, collection: str, q: str = "") -> Response:
    """Answer a combo: the records that what was typed may mean."""
    found = await refs.search_titles(ctx, ctx.meta(collection), q)
    body = orjson.dumps([{"value": o.value, "label": o.label} for o in found])
    return Response(body, media_type="application/json")


ROUTES = (
    get("/app/{collection}", show_list),
    get("/app/{collection}/count", show_count),
    get("/app/{collection}/options", show_options),
)
