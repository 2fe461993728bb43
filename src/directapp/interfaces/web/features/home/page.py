"""Home: what waits for this person, what is late, how it is going; each number opens exactly what it counts."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import Any

import orjson
from fastapi import Response

from directapp.declare.names import STATUS
from directapp.declare.spec import CollectionMeta
from directapp.derive import board
from directapp.derive.board import Card
from directapp.derive.questions import Address, filtered
from directapp.derive.shown import NOTHING, Shown, readable_anywhere
from directapp.domains.people.roles import ADMIN, LABELS
from directapp.interfaces.web.core.branding import SITES
from directapp.interfaces.web.core.context import PersonContext, RequestContext
from directapp.interfaces.web.core.feature import Features, get
from directapp.interfaces.web.core.goals import goals_of
from directapp.interfaces.web.core.words import WORDS
from directapp.interfaces.web.features.home.ask import CARS, Ask, Front, Params
from directapp.interfaces.web.features.home.asks import FRONTS, address_of_ask
from directapp.interfaces.web.features.home.figures import figures_of
from directapp.interfaces.web.records.lists import listing_of
from directapp.kernel.clock import oslo_day
from directapp.store.query import Order, Query

_WORK, _TILES = 12, 6
DUE: Mapping[str, str] = {CARS: "delivery_date", "parts_orders": "eta"}


@dataclass(frozen=True, slots=True)
class Tile:
    """A number, its name, and the list of exactly what it counts."""

    number: int
    name: str
    href: str
    hue: str | None = None
    late: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueLine:
    """A record of the work queue: what it is, where it stands and when it is due."""

    card: Card
    chip: Shown


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """What waits for a person in a role, what is due first on top, and the list of all of it."""

    code: str
    name: str
    role: str
    count: int
    href: str
    lines: tuple[QueueLine, ...]


async def go_home(ctx: PersonContext) -> Response:
    """Go to the front page."""
    return ctx.go("/")


async def _is_new(ctx: RequestContext) -> bool:
    """Whether this is the administrator of a company that has no site yet, and so begins with setting one up."""
    if ADMIN not in ctx.person.roles or ctx.person.site is not None:
        return False
    return not await ctx.rows(SITES, Query(fields=(("id",),), sort=(Order("id"),), limit=1))


async def show_home(ctx: PersonContext) -> Response:
    """Show the front page, or the part of it that keeps up with what others do."""
    if not ctx.partial and await _is_new(ctx):
        return ctx.go("/app/setup")
    fronts = [front for role, front in FRONTS.items() if role in ctx.person.works_as]
    tiles, queues, stages = await asyncio.gather(_tiles(ctx, fronts), _queues(ctx), _stages(ctx, fronts))
    now: dict[str, Any] = {
        "tiles": tiles,
        "queues": queues,
        "stages": stages,
        "most": max((s.number for s in stages), default=1),
    }
    if ctx.partial:
        return ctx.page("home/now.html", **now)
    return ctx.page(
        "home/page.html", here="home", **now, **_verbs(ctx), links=_links(ctx), figures=await figures_of(ctx)
    )


def _verbs(ctx: RequestContext) -> dict[str, Any]:
    """Return what is begun from here: the verbs on the main list that this person has."""
    meta = ctx.spec.get(ctx.main_list or "")
    if meta is None:
        return {"path": "", "verbs": ()}
    given = {v for g in meta.grants_of(ctx.person.roles) for v in g.verbs}
    verbs = [v for v in meta.declared.verbs if v.on == "collection" and v.primary and v.name in given]
    return {"path": f"/app/{meta.name}", "verbs": verbs}


def _links(ctx: RequestContext) -> list[tuple[str, str]]:
    """Return the pages that this person's day begins with: where they are, and what they are called."""
    links = ctx.services.get(Features).home_links
    return [(link.href(ctx), ctx.say(link.label(ctx))) for link in links if link.visible(ctx)]


# -- counting -------------------------------------------------------------------------------------------


def _listed(ctx: RequestContext, ask: Ask) -> tuple[CollectionMeta, Address] | None:
    """Return the list that is asked for; None where this person could not be shown exactly that."""
    meta = ctx.spec.get(ask.collection)
    if meta is None or not meta.grants_of(ctx.person.roles):
        return None
    if ctx.person.site is None and any("{site}" in value for _, value in ask.params):
        return None
    sort = DUE.get(ask.collection, "")
    today = oslo_day(ctx.now)
    address = address_of_ask(ask, me=ctx.person.user, site=ctx.person.site, today=today, sort=sort)
    names = {n.removesuffix(".from").removesuffix(".to") for n, _ in ask.params} - {"all"}
    return (meta, address) if names <= set(filtered(address, meta, readable_anywhere(ctx.person, meta))) else None


async def _count(ctx: RequestContext, meta: CollectionMeta, address: Address) -> int:
    """Return how many rows the list at an address has."""
    return await ctx.platform.reading.count(ctx.person, meta.name, listing_of(ctx, meta, address).query)


async def _tiles(ctx: RequestContext, fronts: Sequence[Front]) -> tuple[Tile, ...]:
    """Return the tiles of a person's roles: the first of each, then the second of each, each once."""
    wanted: dict[str, tuple[Ask, CollectionMeta, Address]] = {}
    for row in zip_longest(*(front.tiles for front in fronts)):
        for ask in row:
            found = _listed(ctx, ask) if ask else None
            if ask and found:
                wanted.setdefault(found[1].text, (ask, *found))
    chosen = list(wanted.values())[:_TILES]
    counts = await asyncio.gather(*(_count(ctx, meta, address) for _, meta, address in chosen))
    return tuple(
        Tile(count, ctx.say(ask.label), address.text, late=ask.late)
        for (ask, _, address), count in zip(chosen, counts, strict=True)
    )


# -- stages ---------------------------------------------------------------------------------------------


async def _stages(ctx: RequestContext, fronts: Sequence[Front]) -> tuple[Tile, ...]:
    """Return how many stand at each status that is not the end of the way, in its order."""
    meta = ctx.spec.get(CARS)
    flow = meta.declared.workflow if meta else None
    counted: Params | None = next((f.stages for f in fronts if f.stages is not None), None)
    if meta is None or flow is None or counted is None:
        return ()
    found = _listed(ctx, Ask(label=WORDS["by_stage"], params=counted))
    if found is None:
        return ()
    address = found[1].without("sort")
    query = listing_of(ctx, meta, address).query
    counts = await ctx.platform.reading.counts(ctx.person, meta.name, query, STATUS)
    return tuple(
        Tile(counts[s.code], ctx.say(s.label), _at(address, s.code), s.phase.hue)
        for s in flow.states
        if counts.get(s.code) and not s.locked
    )


def _at(address: Address, state: str) -> str:
    return replace(address, params=(*address.params, (STATUS, state))).text


# -- the work queue -------------------------------------------------------------------------------------


async def _queues(ctx: RequestContext) -> tuple[Queue, ...]:
    """Return what waits for a person, role by role; the same list is told once."""
    wanted: dict[str, tuple[str, Ask, tuple[CollectionMeta, Address]]] = {}
    for role, front in FRONTS.items():
        found = _listed(ctx, front.work) if role in ctx.person.works_as else None
        if found is not None:
            wanted.setdefault(found[1].text, (role, front.work, found))
    goals = await goals_of(ctx) if wanted else {}
    return tuple(await asyncio.gather(*(_queue(ctx, *one, goals) for one in wanted.values())))


async def _queue(
    ctx: RequestContext, role: str, ask: Ask, found: tuple[CollectionMeta, Address], goals: board.Goals
) -> Queue:
    meta, address = found
    listing = listing_of(ctx, meta, address)
    query = Query(
        fields=board.card_paths(ctx.formatter, meta, listing.readable),
        filter=listing.query.filter,
        sort=(*listing.sort, Order("id")),
        limit=_WORK,
    )
    page = await ctx.platform.reading.page(ctx.person, meta.name, query)
    rows: list[dict[str, Any]] = orjson.loads(page.json)
    count = len(rows) if len(rows) < _WORK else await _count(ctx, meta, address)
    cards = board.cards_of(ctx.formatter, meta, rows, listing.readable, goals)
    return Queue(
        code=role,
        name=ctx.say(ask.label),
        role=ctx.say(LABELS[role]),
        count=count,
        href=address.text,
        lines=tuple(
            QueueLine(card=card, chip=ctx.formatter.value(meta, STATUS, row) if STATUS in meta.fields else NOTHING)
            for card, row in zip(cards, rows, strict=True)
        ),
    )


ROUTES = (get("/", show_home), get("/app", go_home), get("/app/", go_home))
