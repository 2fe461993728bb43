"""Home: what waits for this person, what is late, how it is going; each number opens exactly what it counts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import orjson
from fastapi import APIRouter, Response

from directapp.declare.kinds import Kind
from directapp.declare.spec import Shape
from directapp.derive import pages, tables
from directapp.derive.questions import Address, build_filter
from directapp.derive.shown import readable_anywhere, writable_anywhere
from directapp.derive.tables import TableRow
from directapp.interfaces.web.desk import Desk, PersonDesk
from directapp.interfaces.web.words import WORDS
from directapp.kernel.clock import oslo_day
from directapp.kernel.text import Text
from directapp.store.query import Aggregate, Order, Query

_WORK, _TILES = 12, 6
DUE, LATE = "delivery_date", ("sla_status", "delayed")


@dataclass(frozen=True, slots=True)
class Tile:
    """A number, its name, and the list of exactly what it counts."""

    number: int
    name: str
    href: str
    phase: str | None = None
    late: bool = False


def add_home(router: APIRouter) -> None:
    """Add the front page."""
    router.add_api_route("/", show_home, methods=["GET"])


async def show_home(desk: PersonDesk) -> Response:
    """Show the front page."""
    shape = desk.spec.get(desk.main_list or "")
    if shape is None:
        return desk.page("home.html", here="home", tiles=(), stages=(), work=(), work_href=None, columns=(), verbs=())
    waiting = pages.waiting_states(shape, writable_anywhere(desk.person, shape))
    stages = await _stages(desk, shape)
    work = _address(shape, *(("status", s) for s in waiting))
    rows = await _work(desk, shape, work) if waiting else ()
    given = {v for g in shape.grants_of(desk.person.roles) for v in g.verbs}
    verbs = [v for v in shape.declared.verbs if v.on == "collection" and v.primary and v.name in given]
    return desk.page(
        "home.html",
        here="home",
        tiles=await _tiles(desk, shape, stages, waiting),
        stages=stages,
        work=rows,
        work_href=work.but(sort=DUE).text if waiting else None,
        path=f"/app/{shape.name}",
        verbs=verbs,
    )


def _address(shape: Shape, *params: tuple[str, str]) -> Address:
    return Address(f"/app/{shape.name}", params)


async def _count(desk: Desk, shape: Shape, address: Address) -> int:
    filter_ = build_filter(address, shape, readable_anywhere(desk.person, shape))
    query = Query(filter=filter_, aggregate=(Aggregate("count", "*"),), limit=1)
    rows = orjson.loads((await desk.platform.reading.page(desk.person, shape.name, query)).json)
    return int(rows[0]["count"]) if rows else 0


async def _stages(desk: Desk, shape: Shape) -> tuple[Tile, ...]:
    """Return how many stand at each status that is not the end of the way, in its order."""
    flow = shape.declared.workflow
    if flow is None:
        return ()
    query = Query(group_by=("status",), aggregate=(Aggregate("count", "*"),), limit=100)
    rows = orjson.loads((await desk.platform.reading.page(desk.person, shape.name, query)).json)
    counts = {r["status"]: int(r["count"]) for r in rows}
    return tuple(
        Tile(counts[s.code], s.label.pick(desk.language), _address(shape, ("status", s.code)).text, s.phase)
        for s in flow.states
        if counts.get(s.code) and not s.locked
    )


async def _tiles(desk: Desk, shape: Shape, stages: Sequence[Tile], waiting: Sequence[str]) -> tuple[Tile, ...]:
    flow = shape.declared.workflow
    open_states = [s.code for s in flow.states if not s.locked] if flow else []
    labels = {s.code: s.label.pick(desk.language) for s in flow.states} if flow else {}
    tiles = []
    if waiting:
        told = {labels[code] for code in waiting}
        number = sum(s.number for s in stages if s.name in told)
        href = _address(shape, *(("status", s) for s in waiting)).but(sort=DUE).text
        tiles.append(Tile(number, desk.say(WORDS["waits_for_you"]), href))
    for label, params in (*_mine(desk, shape), *_due(desk, shape)):
        address = _address(shape, *params, *(("status", s) for s in open_states))
        tiles.append(Tile(await _count(desk, shape, address), desk.say(label), address.text, late=params[0] == LATE))
    return tuple(tiles[:_TILES])


def _mine(desk: Desk, shape: Shape) -> list[tuple[Text, tuple[tuple[str, str], ...]]]:
    """Return the fields that make a record this person's, where their role works with them."""
    filters = (shape.fields[n] for n in shape.declared.views.filters)
    written = {f.name for g in shape.grants_of(desk.person.roles) for f in shape.stored if _ties(g.rows, f.name)}
    named = [f for f in filters if f.kind is Kind.REF and f.ref == "users"]
    held = [f for f in named if f.name in written or (f.name == "seller" and _sells(desk))]
    return [(WORDS["mine"], ((f.name, str(desk.person.user)),)) for f in held]


def _ties(rule: Any, name: str) -> bool:
    return getattr(rule, "column", None) == name


def _sells(desk: Desk) -> bool:
    return any(role.endswith("_sales") for role in desk.person.roles)


def _due(desk: Desk, shape: Shape) -> list[tuple[Text, tuple[tuple[str, str], ...]]]:
    readable = readable_anywhere(desk.person, shape)
    today = oslo_day(desk.now)
    found: list[tuple[Text, tuple[tuple[str, str], ...]]] = []
    if LATE[0] in shape.fields and LATE[0] in readable:
        found.append((WORDS["late"], (LATE,)))
    if DUE in shape.fields and DUE in readable:
        week = ((f"{DUE}.from", today.isoformat()), (f"{DUE}.to", (today + timedelta(days=6)).isoformat()))
        found.append((WORDS["due_week"], week))
    return found


async def _work(desk: Desk, shape: Shape, address: Address) -> tuple[TableRow, ...]:
    columns = tuple(shape.declared.views.columns[:9])
    listing = tables.list_of(desk.teller, shape, address.but(sort=DUE if DUE in shape.fields else ""), kept=columns)
    query = Query(
        fields=listing.query.fields, filter=listing.query.filter, sort=(*listing.sort, Order("id")), limit=_WORK
    )
    rows = orjson.loads((await desk.platform.reading.page(desk.person, shape.name, query)).json)
    return tables.rows_of(desk.teller, listing, rows)
