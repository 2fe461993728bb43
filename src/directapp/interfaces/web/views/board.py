"""The board: a list's rows as cards under their status, with the same filter and search."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import orjson
from fastapi import APIRouter, Response

from directapp.declare.spec import Shape
from directapp.declare.workflow import State
from directapp.derive import board
from directapp.derive.board import Card, Goals, Lane
from directapp.derive.questions import Address, mark_of, read_mark
from directapp.derive.shown import writable_anywhere
from directapp.derive.tables import ROWS, Listing, size_of
from directapp.interfaces.web.desk import Desk, PersonDesk
from directapp.interfaces.web.goals import goals_of
from directapp.interfaces.web.lists import address_of, listing_of, may_create, tools_of
from directapp.interfaces.web.views.bar import bar_of
from directapp.interfaces.web.views.words import speak_views
from directapp.kernel.errors import NotFoundError
from directapp.store.query import Condition, Filter, Junction, Order, Query

# What a screen shows of a column at first, and how many follow each time somebody scrolls to its end.
CARDS, FURTHER, WALL_CARDS = 12, 40, 12


def add_board(router: APIRouter) -> None:
    """Add the routes of the board; they stand before those of records, whose addresses take any word."""
    router.add_api_route("/app/board", find_board, methods=["GET"])
    router.add_api_route("/app/{collection}/board", show_board, methods=["GET"])


async def find_board(desk: PersonDesk) -> Response:
    """Go to the board of the main list."""
    if desk.main_list is None:
        raise NotFoundError
    params = tuple(desk.request.query_params.multi_items())
    return desk.go(Address(f"/app/{desk.main_list}/board", params).text)


async def show_board(desk: PersonDesk, collection: str) -> Response:
    """Show the board, the part of it that was asked for, or the further cards of one column."""
    shape = desk.shape(collection)
    if shape.declared.workflow is None:
        raise NotFoundError
    listing = listing_of(desk, shape, address_of(desk, collection, "/board"))
    if listing.address.get("lane"):
        return await _more(desk, listing)
    wall = bool(listing.address.get("wall"))
    context = await board_context(desk, listing, most=WALL_CARDS if wall else CARDS)
    if wall:
        return desk.page("views/wall_lanes.html" if desk.partial else "views/wall.html", **context)
    if desk.partial:
        response = desk.page("views/lanes.html", **context, **await bar_of(desk, listing))
        response.headers["HX-Push-Url"] = listing.address.without("after", "with").text
        return response
    return desk.page("views/board.html", **context, **await bar_of(desk, listing), **await tools_of(desk, listing))


async def board_context(desk: Desk, listing: Listing, *, most: int) -> dict[str, Any]:
    """Return what the board shows."""
    shape, address = listing.shape, listing.address
    counts = await _counts(desk, listing)
    writable = writable_anywhere(desk.person, shape)
    states = board.lanes_met(shape, desk.person, writable, counts, address.all(board.STATUS))
    goals = await goals_of(desk)
    filled = await asyncio.gather(*(_lane(desk, listing, s, counts.get(s.code, 0), goals, most=most) for s in states))
    return {
        "title": shape.declared.plural.pick(desk.language),
        "here": shape.name,
        "path": address.path,
        "v": speak_views(desk.language),
        "lanes": filled,
        "count_href": Address(f"/app/{shape.name}/count", address.without("after", "sort").params).text,
        "narrowed": bool(address.params),
        "may_create": may_create(desk, shape),
        "wall_href": address.but(wall="1").text,
        "leave_href": address.without("wall").text,
        "here_href": address.text,
    }


async def _counts(desk: Desk, listing: Listing) -> dict[str, int]:
    reading = desk.platform.reading
    return await reading.counts(desk.person, listing.shape.name, listing.query, board.STATUS)


async def _lane(desk: Desk, listing: Listing, state: State, count: int, goals: Goals, *, most: int) -> Lane:
    if not count:
        return board.lane_of(state, desk.language, count=0)
    cards, more = await _cards(desk, listing, state, goals, most=most)
    return board.lane_of(state, desk.language, count=count, cards=cards, more_href=more)


async def _cards(
    desk: Desk, listing: Listing, state: State, goals: Goals, *, most: int
) -> tuple[tuple[Card, ...], str | None]:
    """Return the next cards of a column in its order, and where those after them are."""
    shape, address = listing.shape, listing.address
    sort = _sort(shape, listing, state)
    here: Filter = Condition((board.STATUS,), "eq", state.code)
    query = Query(
        fields=board.card_paths(desk.teller, shape, listing.readable),
        filter=Junction("and", (here, listing.query.filter)) if listing.query.filter else here,
        search=listing.query.search,
        sort=sort,
        limit=most + 1,
        after=read_mark(address.get("after"), shape, sort) if address.get("lane") else None,
    )
    rows = orjson.loads((await desk.platform.reading.page(desk.person, shape.name, query)).json)
    shown: Sequence[dict[str, Any]] = rows[:most]
    more = address.without(ROWS).but(lane=state.code, after=mark_of(shown[-1], sort)).text if len(rows) > most else None
    return board.cards_of(desk.teller, shape, shown, listing.readable, goals), more


def _sort(shape: Shape, listing: Listing, state: State) -> tuple[Order, ...]:
    """Return what is due first, and the newest first where nothing is due any more."""
    due = None if state.locked else board.faces_of(shape, listing.readable).due
    return (Order(due),) if due else (Order("id", descending=True),)


async def _more(desk: Desk, listing: Listing) -> Response:
    """Answer a column's "show more": its next cards, or without a script the list of all that stand there."""
    shape, address = listing.shape, listing.address
    flow = shape.declared.workflow
    state = flow.state(address.get("lane")) if flow else None
    if state is None:
        raise NotFoundError
    if not desk.partial:
        there = address.without("lane", "after", board.STATUS).but(**{board.STATUS: state.code})
        return desk.go(replace(there, path=f"/app/{shape.name}").text)
    most = size_of(address) if address.get(ROWS) else FURTHER
    cards, more = await _cards(desk, listing, state, await goals_of(desk), most=most)
    lane = board.lane_of(state, desk.language, count=len(cards), cards=cards, more_href=more)
    return desk.page("views/cards.html", lane=lane, v=speak_views(desk.language), here=shape.name)
