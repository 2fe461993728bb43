"""The bar over a list: its views over one filter, what it leaves out, and the views people saved."""

from dataclasses import dataclass
from typing import Any

import orjson

from directapp.declare.kinds import Kind
from directapp.declare.spec import CollectionMeta
from directapp.derive import board, calendar, questions
from directapp.derive.questions import Address
from directapp.derive.shown import readable_anywhere
from directapp.derive.tables import Listing
from directapp.domains.people.roles import ADMIN
from directapp.interfaces.web.core.context import Pin, RequestContext
from directapp.interfaces.web.records.views.words import WORDS
from directapp.kernel.text import Text
from directapp.store.query import Condition, Order, Query

SAVED = "saved_views"
PATHS = {"table": "", "board": "/board", "calendar": "/calendar"}
ICONS = {"table": "table", "board": "layout-kanban", "calendar": "calendar"}
OWN = ("after", "with", "rows", *questions.OF_VIEWS)
_MOST, _MOST_PINS = 100, 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Tab:
    """One view of the list and where it is."""

    code: str
    label: str
    icon: str
    href: str
    present: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedView:
    """A view somebody saved: where it leads, and whether the reader may take it away."""

    id: str
    name: str
    icon: str
    href: str
    own: bool
    shared: bool
    pinned: bool


def view_of(address: Address) -> str:
    """Return which view an address shows."""
    return next((code for code, end in PATHS.items() if end and address.path.endswith(end)), "table")


def offered_views(meta: CollectionMeta, readable: frozenset[str]) -> tuple[str, ...]:
    """Return the views that a collection has: a board needs a workflow, a calendar a date to go by."""
    dated = any(f.kind is Kind.DATE for n, f in meta.fields.items() if n in readable)
    possible = {
        "table": True,
        "board": meta.declared.workflow is not None,
        "calendar": dated and bool(calendar.dates_of(meta, readable)),
    }
    return tuple(code for code, fits in possible.items() if fits)


async def bar_of(ctx: RequestContext, listing: Listing) -> dict[str, Any]:
    """Return what the bar over a list shows."""
    meta, address = listing.meta, listing.address
    here, base = view_of(address), address.without(*OWN)
    views = offered_views(meta, listing.readable)
    hidden = board.hides_closed(address, meta)
    saved = await saved_views(ctx, meta)
    return {
        "unread": [ctx.say(unread_words(one)) for one in questions.unread(address, meta, listing.readable)],
        "tabs": tuple(
            Tab(
                code=code,
                label=ctx.say(WORDS[code]),
                icon=ICONS[code],
                href=Address(f"/app/{meta.name}{PATHS[code]}", base.params).text,
                present=code == here,
            )
            for code in views
        )
        if len(views) > 1
        else (),
        "closed_hidden": hidden,
        "closed_shown": bool(address.get(board.EVERYTHING)),
        "closed_href": address.without("after", board.EVERYTHING)
        .but(**({board.EVERYTHING: "1"} if hidden else {}))
        .text,
        "saved": saved,
        "may_save": SAVED in ctx.spec.metas and meta.declared.views.menu,
        "save_query": orjson.dumps([p for p in base.params if p[1] and p[0] != "columns"]).decode(),
        "save_columns": orjson.dumps(list(listing.columns)).decode(),
        "view": here,
        "shares": _shares(ctx),
    }


def unread_words(one: questions.Unread) -> Text:
    """Say which filter cannot be read, and why."""
    return WORDS["unread_filter"].fill(label=one.label, written=one.written, why=one.why)


def _shares(ctx: RequestContext) -> tuple[tuple[str, str], ...]:
    """Return with whom a view may be shared, as (value, label)."""
    meta = ctx.spec.get(SAVED)
    if meta is None:
        return ()
    roles = [(c.code, c.label.pick(ctx.language)) for c in meta.fields["shared_role"].choices]
    shares = [("", ctx.say(WORDS["only_me"]))]
    if ctx.person.site is not None:
        shares += [("site", ctx.say(WORDS["my_site"]))]
        shares += [(f"site:{code}", ctx.say(WORDS["at_my_site"]).format(role=label)) for code, label in roles]
    if ADMIN in ctx.person.roles:
        shares += [(f"role:{code}", ctx.say(WORDS["at_all_sites"]).format(role=label)) for code, label in roles]
    return tuple(shares)


async def saved_views(ctx: RequestContext, meta: CollectionMeta) -> tuple[SavedView, ...]:
    """Return the views of a list that this person saved or is shown."""
    store = ctx.spec.get(SAVED)
    if store is None or not store.grants_of(ctx.person.roles) or not readable_anywhere(ctx.person, store):
        return ()
    names = ("id", "name", "query", "columns", "view", "shared_role", "shared_site", "pinned", "created_by")
    query = Query(
        fields=tuple((n,) for n in names),
        filter=Condition(("collection",), "eq", meta.name),
        sort=(Order("name"),),
        limit=_MOST,
    )
    rows = await ctx.rows(SAVED, query)
    return tuple(_saved(ctx, meta, row) for row in rows)


async def pinned_views(ctx: RequestContext) -> tuple[Pin, ...]:
    """Return the views that stand pinned in this person's menu, whatever list they are of."""
    store = ctx.spec.get(SAVED)
    if store is None or not store.grants_of(ctx.person.roles):
        return ()
    query = Query(
        fields=tuple((n,) for n in ("id", "name", "collection", "query", "columns", "view")),
        filter=Condition(("pinned",), "eq", value=True),
        sort=(Order("name"),),
        limit=_MOST_PINS,
    )
    rows = await ctx.rows(SAVED, query)
    return tuple(Pin(r["collection"], str(r["name"]), _href(str(r["collection"]), r)) for r in rows)


def _href(collection: str, row: dict[str, Any]) -> str:
    view = row.get("view") or "table"
    params = tuple((str(n), str(v)) for n, v in row.get("query") or ())
    if view == "table" and row.get("columns"):
        params = (*params, ("columns", ",".join(row["columns"])))
    return Address(f"/app/{collection}{PATHS.get(view, '')}", params).text


def _saved(ctx: RequestContext, meta: CollectionMeta, row: dict[str, Any]) -> SavedView:
    view = row.get("view") or "table"
    return SavedView(
        id=str(row["id"]),
        name=str(row["name"]),
        icon=ICONS.get(view, "table"),
        href=_href(meta.name, row),
        own=str(row.get("created_by")) == str(ctx.person.user),
        shared=bool(row.get("shared_role") or row.get("shared_site")),
        pinned=bool(row.get("pinned")),
    )
