"""My cars today: the queue of a mechanic, a detailer or a reception, in the order of the day."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from fastapi import Response

from directapp.declare.spec import CollectionMeta
from directapp.derive import present
from directapp.derive.shown import Shown, page_of, readable_anywhere
from directapp.domains.cars.fields import Cars
from directapp.interfaces.web.core import refs
from directapp.interfaces.web.core.context import PersonContext, RequestContext
from directapp.interfaces.web.core.feature import get
from directapp.interfaces.web.features.floor.tasks import DONE, NEXT, RUNNING, WAITING, FloorJob, Task, tasks_of
from directapp.interfaces.web.features.floor.words import WORDS, say, speak_floor
from directapp.kernel.actor import Actor
from directapp.kernel.clock import OSLO
from directapp.store.query import Condition, Filter, Junction, Query

CARS, SITES = "cars", "dealerships"
# Where a car and its key are, in the words of who saw them.
PLACES = (Cars.parking_spot, Cars.key_location)
# Who works on the floor, with the work they do and the column that makes a car theirs.
HANDS: Mapping[str, tuple[FloorJob, str]] = {
    "mechanic": (FloorJob("technical"), "assigned_mechanic"),
    "detailer": (FloorJob("cosmetic"), "assigned_detailer"),
}
RECEPTION = "reception"
INSPECTED = ("at_prep_center", "inspection", "inspection_failed")
CHECKED = ("quality_check",)
_SECTIONS = (RUNNING, NEXT, WAITING, DONE)
_MOST = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A car on the floor: what it is, where it and its key are, and what a tap does."""

    id: str
    href: str
    version: int
    plate: Shown
    name: str
    chip: Shown
    place: str
    key: str
    times: tuple[tuple[str, Shown], ...]
    places: str = ""
    misplaced: bool = False
    asks_mileage: bool = False
    kind: str = ""
    steps: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    blocked: str | None = None
    reports: bool = True


@dataclass(frozen=True, slots=True)
class Section:
    """One part of the day: its name and its cars."""

    code: str
    label: str
    cards: tuple[Card, ...]


def on_floor(actor: Actor) -> bool:
    """Whether a person's own page is the floor."""
    return bool(actor.works_as & {*HANDS, RECEPTION})


def jobs_of(actor: Actor) -> tuple[tuple[FloorJob, str], ...]:
    """Return the work a person does, with the column that makes a car theirs."""
    return tuple(HANDS[role] for role in HANDS if role in actor.works_as)


async def show_mine(ctx: PersonContext) -> Response:
    """Show my cars today; whoever sees no cars begins on the front page, where the installed app opens here."""
    if not ctx.spec[CARS].grants_of(ctx.person.roles):
        return ctx.go("/")
    return await mine_page(ctx)


@dataclass(frozen=True, slots=True)
class Unsaid:
    """What was typed for a car and refused: it stands in its form again."""

    car: str = ""
    tap: str = ""
    text: str = ""


async def mine_page(
    ctx: RequestContext, *, problems: Sequence[str] = (), unsaid: Unsaid | None = None, status: int = 200
) -> Response:
    """Return the page, with what was refused above the cars."""
    meta = ctx.meta(CARS)
    sections = [*await _assigned(ctx, meta), *await _received(ctx, meta)]
    return ctx.page(
        "floor/mine.html",
        status=status,
        here="floor",
        f=speak_floor(ctx.language),
        sections=[s for s in sections if s.cards],
        problems=problems,
        unsaid=unsaid or Unsaid(),
        free=await _free(ctx) if jobs_of(ctx.person) else None,
        takes=bool(jobs_of(ctx.person)),
    )


async def _assigned(ctx: RequestContext, meta: CollectionMeta) -> list[Section]:
    jobs = jobs_of(ctx.person)
    found: list[Task] = []
    for job, column in jobs:
        rows = await _rows(ctx, meta, _mine(ctx, meta, job, column))
        found += tasks_of(meta, rows, (job,), ctx.person, ctx.now)
    cards = await _cards(ctx, meta, found)
    return [
        Section(
            place, say(place, ctx.language), tuple(c for t, c in zip(found, cards, strict=True) if t.place == place)
        )
        for place in _SECTIONS
    ]


def _mine(ctx: RequestContext, meta: CollectionMeta, job: FloorJob, column: str) -> Filter:
    """Return what is mine and open, and what I completed today."""
    today = ctx.now.astimezone(OSLO).replace(hour=0, minute=0, second=0, microsecond=0)
    open_states = [s.code for s in meta.declared.workflow.states if not s.locked] if meta.declared.workflow else []
    unfinished = Junction(
        "or",
        (
            Condition((job.end,), "null", value=True),
            Condition((job.end,), "gte", today),
            Condition(("rework",), "in", [job.stem, "both"]),
        ),
    )
    owned = Condition((column,), "eq", ctx.person.user)
    return Junction("and", (owned, Condition(("status",), "in", open_states), unfinished))


async def _received(ctx: RequestContext, meta: CollectionMeta) -> list[Section]:
    if RECEPTION not in ctx.person.works_as:
        return []
    made = []
    for code, states in (("to_check", CHECKED), ("to_inspect", INSPECTED)):
        here = Condition(("prep_center",), "eq", ctx.person.site)
        rows = await _rows(ctx, meta, Junction("and", (here, Condition(("status",), "in", list(states)))))
        rows.sort(key=lambda r: (str(r.get(Cars.delivery_date) or "9999"), str(r[Cars.id])))
        tasks = [Task(row=r, job=FloorJob("inspection"), place=NEXT) for r in rows]
        made.append(Section(code, say(code, ctx.language), await _cards(ctx, meta, tasks)))
    return made


async def _rows(ctx: RequestContext, meta: CollectionMeta, filter_: Filter) -> list[dict[str, Any]]:
    readable = readable_anywhere(ctx.person, meta)
    fields = tuple((n,) for n in meta.fields if n in readable)
    query = Query(fields=fields, filter=filter_, limit=_MOST)
    return await ctx.rows(CARS, query)


async def _free(ctx: RequestContext) -> int:
    """Return how many planned cars of the site nobody has."""
    count = 0
    for _, column in jobs_of(ctx.person):
        nobody = Condition((column,), "null", value=True)
        count += await ctx.platform.reading.count(ctx.person, CARS, Query(filter=nobody))
    return count


async def _cards(ctx: RequestContext, meta: CollectionMeta, tasks: Sequence[Task]) -> tuple[Card, ...]:
    sites = await refs.names_of(ctx, {SITES: _sites(tasks)})
    return tuple(_card(ctx, meta, task, sites) for task in tasks)


def _sites(tasks: Iterable[Task]) -> set[str]:
    return {str(t.row[Cars.current_location]) for t in tasks if t.row.get(Cars.current_location)}


def _card(ctx: RequestContext, meta: CollectionMeta, task: Task, sites: Mapping[str, str]) -> Card:
    row, tell = task.row, ctx.formatter.value
    away = row.get(Cars.current_location) is not None and str(row[Cars.current_location]) != str(ctx.person.site)
    site = sites.get(str(row.get(Cars.current_location)), "") if away else ""
    steps, after = _steps(task)
    return Card(
        id=task.id,
        href=page_of(CARS, task.id),
        version=int(row[Cars.version]),
        plate=ctx.formatter.mark(meta, row),
        name=ctx.formatter.name(meta, row),
        chip=tell(meta, "status", row),
        place=", ".join(filter(None, (str(row.get(Cars.parking_spot) or ""), site))),
        key=str(row.get(Cars.key_location) or ""),
        times=_times(ctx, meta, task),
        places=orjson.dumps({n: row.get(n) for n in PLACES if row.get(n)}).decode(),
        misplaced=row.get(Cars.misplaced_at) is not None,
        asks_mileage=row.get(Cars.mileage_km) is None and row.get(Cars.mileage_unread_at) is None,
        kind=task.job.stem,
        steps=steps,
        after=after,
        blocked=task.blocked,
        reports=task.place != DONE,
    )


def _steps(task: Task) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the taps offered now, and the one that follows when the first has been tapped without network."""
    status = str(task.row.get("status"))
    if task.job.stem == "inspection":
        if status in CHECKED:
            return ("approve",), ()
        return ("begin" if status == INSPECTED[0] else "resume",), ()
    if task.start:
        return ("start",), ("done",)
    return (("done",), ()) if task.end else ((), ())


def _times(ctx: RequestContext, meta: CollectionMeta, task: Task) -> tuple[tuple[str, Shown], ...]:
    f = {n: WORDS[n].pick(ctx.language) for n in ("planned", "promised", "estimate")}
    named = (
        (f["planned"], task.job.plan),
        (f["estimate"], f"estimated_{task.job.stem}_hours"),
        (f["promised"], "delivery_date"),
        (ctx.spec[CARS].fields[Cars.mileage_km].label.pick(ctx.language), Cars.mileage_km),
        (ctx.spec[CARS].fields[Cars.mileage_unread_at].label.pick(ctx.language), Cars.mileage_unread_at),
    )
    shown = ((label, ctx.formatter.value(meta, n, task.row)) for label, n in named if n in meta.fields)
    return tuple((label, value) for label, value in shown if value)


def moment_of(ctx: RequestContext, text: object) -> str:
    """Return a stored instant as people say it, empty where there is none."""
    at = present.read_instant(text)
    return present.show_moment(at, ctx.now, ctx.language) if at else ""


ROUTES = (get("/app/floor", show_mine),)
