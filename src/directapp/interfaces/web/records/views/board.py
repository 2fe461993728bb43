"""The board: a list's rows as cards under their status, with the same filter and search."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from fastapi import Response

from directapp.declare.names import STATUS
from directapp.declare.spec import CollectionMeta
from directapp.declare.workflow import State
from directapp.derive import board
from directapp.derive.board import Card, Goals, Lane
from directapp.derive.questions import Address, mark_of, read_mark
from directapp.derive.shown import writable_anywhere
from directapp.derive.tables import ROWS, Listing, size_of
from directapp.interfaces.web.core.context import PersonContext, RequestContext
from directapp.interfaces.web.core.feature import get
from directapp.interfaces.web.core.goals import goals_of
from directapp.interfaces.web.records.lists import address_of, listing_of, may_create, tools_of
from directapp.interfaces.web.records.views.bar import bar_of
from directapp.interfaces.web.records.views.words import speak_views
from directapp.kernel.errors import NotFoundError
from directapp.store.query import Condition, Filter, Junction, Order, Query

# What a screen shows of a column at first, and how many follow each time somebody scrolls to its end.
CARDS, FURTHER, WALL_CARDS = 12, 40, 12


async def find_board(ctx: PersonContext) -> Response:
    """Go to the board of the main list."""
    if ctx.main_list is None:
        raise NotFoundError
    params = tuple(ctx.request.query_params.multi_items())
    return ctx.go(Address(f"/app/{ctx.main_list}/board", params).text)


async def show_board(ctx: PersonContext, collection: str) -> Response:
    """Show the board, the part of it that was asked for, or the further cards of one column."""
    meta = ctx.meta(collection)
    if meta.declared.workflow is None:
        raise NotFoundError
    listing = listing_of(ctx, meta, address_of(ctx, collection, "/board"))
    if listing.address.get("lane"):
        return await _more(ctx, listing)
    wall = bool(listing.address.get("wall"))
    context = await board_context(ctx, listing, most=WALL_CARDS if wall else CARDS)
    if wall:
        return ctx.page("views/wall_lanes.html" if ctx.partial else "views/wall.html", **context)
    if ctx.partial:
        response = ctx.page("views/lanes.html", **context, **await bar_of(ctx, listing))
        response.headers["HX-Push-Url"] = listing.address.without("after", "with").text
        return response
    return ctx.page("views/board.html", **context, **await bar_of(ctx, listing), **await tools_of(ctx, listing))


async def board_context(ctx: RequestContext, listing: Listing, *, most: int) -> dict[str, Any]:
    """Return what the board shows."""
    meta, address = listing.meta, listing.address
    counts = await _counts(ctx, listing)
    writable = writable_anywhere(ctx.person, meta)
    states = board.lanes_reached(meta, ctx.person, writable, counts, address.all(STATUS))
    goals = await goals_of(ctx)
    filled = await asyncio.gather(*(_lane(ctx, listing, s, counts.get(s.code, 0), goals, most=most) for s in states))
    return {
        "title": meta.declared.plural.pick(ctx.language),
        "here": meta.name,
        "path": address.path,
        "v": speak_views(ctx.language),
        "lanes": filled,
        "count_href": Address(f"/app/{meta.name}/count", address.without("after", "sort").params).text,
        "narrowed": bool(address.params),
        "may_create": may_create(ctx, meta),
        "wall_href": address.but(wall="1").text,
        "leave_href": address.without("wall").text,
        "here_href": address.text,
    }


async def _counts(ctx: RequestContext, listing: Listing) -> dict[str, int]:
    reading = ctx.platform.reading
    return await reading.counts(ctx.person, listing.meta.name, listing.query, STATUS)


async def _lane(ctx: RequestContext, listing: Listing, state: State, count: int, goals: Goals, *, most: int) -> Lane:
    if not count:
        return board.lane_of(state, ctx.language, count=0)
    cards, more = await _cards(ctx, listing, state, goals, most=most)
    return board.lane_of(state, ctx.language, count=count, cards=cards, more_href=more)


async def _cards(
    ctx: RequestContext, listing: Listing, state: State, goals: Goals, *, most: int
) -> tuple[tuple[Card, ...], str | None]:
    """Return the next cards of a column in its order, and where those after them are."""
    meta, address = listing.meta, listing.address
    sort = _sort(meta, listing, state)
    here: Filter = Condition((STATUS,), "eq", state.code)
    query = Query(
        fields=board.card_paths(ctx.formatter, meta, listing.readable),
        filter=Junction("and", (here, listing.query.filter)) if listing.query.filter else here,
        search=listing.query.search,
        sort=sort,
        limit=most + 1,
        after=read_mark(address.get("after"), meta, sort) if address.get("lane") else None,
    )
    rows = await ctx.rows(meta.name, query)
    shown: Sequence[dict[str, Any]] = rows[:most]
    more = address.without(ROWS).but(lane=state.code, after=mark_of(shown[-1], sort)).text if len(rows) > most else None
    return board.cards_of(ctx.formatter, meta, shown, listing.readable, goals), more


def _sort(meta: CollectionMeta, listing: Listing, state: State) -> tuple[Order, ...]:
    """Return what is due first, and the newest first where nothing is due any more."""
    due = None if state.locked else board.faces_of(meta, listing.readable).due
    return (Order(due),) if due else (Order("id", descending=True),)


async def _more(ctx: RequestContext, listing: Listing) -> Response:
    """Answer a column's "show more": its next cards, or without a script the list of all that stand there."""
    meta, address = listing.meta, listing.address
    flow = meta.declared.workflow
    state = flow.state(address.get("lane")) if flow else None
    if state is None:
        raise NotFoundError
    if not ctx.partial:
        there = address.without("lane", "after", STATUS).but(**{STATUS: state.code})
        return ctx.go(replace(there, path=f"/app/{meta.name}").text)
    most = size_of(address) if address.get(ROWS) else FURTHER
    cards, more = await _cards(ctx, listing, state, await goals_of(ctx), most=most)
    lane = board.lane_of(state, ctx.language, count=len(cards), cards=cards, more_href=more)
    return ctx.page("views/cards.html", lane=lane, v=speak_views(ctx.language), here=meta.name)


ROUTES = (
    get("/app/board", find_board),
    get("/app/{collection}/board", show_board),
)
