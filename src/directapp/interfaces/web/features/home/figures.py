"""How it is going: stages and lead time, load and sales for those who lead; cost and margin for finance.

Times are those of the figures page, and say how many cars they rest on and where they are told in full.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

import orjson

from directapp.declare.kinds import Kind
from directapp.derive import board, present
from directapp.derive.questions import NONE, Address
from directapp.derive.shown import readable_anywhere
from directapp.domains.cars.fields import Cars
from directapp.interfaces.web.core import refs
from directapp.interfaces.web.core.context import RequestContext
from directapp.interfaces.web.core.goals import goals_of
from directapp.interfaces.web.features.home.ask import CARS
from directapp.interfaces.web.features.home.asks import LONG_IN_STOCK
from directapp.interfaces.web.records.lists import listing_of
from directapp.kernel.clock import oslo_day
from directapp.kernel.text import Text, Within, _, ngettext
from directapp.store.query import Aggregate, Query

LEADERS = frozenset({"manager", "tenant_admin", "planner"})
SELLING = frozenset({"manager", "sales_manager", "tenant_admin"})
BOOKINGS, FIGURES = "resource_bookings", "/app/figures"
PEOPLE, SITES = "users", "dealerships"
SPAN_DAYS = 90
_LINES = 12
_TYPES, _GROUPS = ("new", "demo", "used", "certified"), 200
_IN_WORK = ("planned", "technical_prep", "cosmetic_prep", "qc_failed")

# The stages of the preparation, in the order of the flow.
_STAGES = (
    *("at_prep_center", "inspection", "waiting_parts", "ready_to_plan", "planned"),
    *("technical_prep", "cosmetic_prep", "quality_check", "ready_for_delivery"),
)
WORDS: Mapping[str, Text] = {
    "from_order": _("From order to ready"),
    "half": _("Half are ready within {time}."),
    "rests_on": ngettext("1 car that became ready in {days} days.", "{count} cars that became ready in {days} days."),
    "no_times": _("No car has become ready in the last {days} days."),
    "stages": _("Mean time per stage"),
    "stage": _("Stage"),
    "mean": _("Mean"),
    "goal": _("Goal"),
    "cars": _("Cars"),
    "over_goal": _("over goal"),
    "in_figures": _("In the figures"),
    "load": _("Cars in work by person"),
    "sales": _("Sold this month by seller"),
    "nobody": _("Nobody chosen"),
    "none_sold": _("None sold this month yet."),
    "none_in_work": _("No cars in work."),
    "money": _("Cost and margin, sold this month"),
    "car_type": _("Car type"),
    "total": _("In all"),
    "have": _("{count} of {all} have a {field}."),
    "how": _("How it is computed"),
    "how_money": _(
        "Sums over the cars that were sold this month, each of those that have the value. The links lead to the cars "
        "that a sum leaves out. The margin is the sale price less purchase price and prep cost."
    ),
    "stock": _("Days in stock"),
    "days_to": _("Up to {last} days"),
    "days_between": _("{first} to {last} days"),
    "days_over": _("Over {last} days"),
    "find_in_group": _("Search the group's used cars"),
}


@dataclass(frozen=True, slots=True)
class Bar:
    """A figure with a name, the list it counts, and how large it is beside the largest."""

    name: str
    number: int
    href: str


@dataclass(frozen=True, slots=True)
class StageTime:
    """How long cars stood at a stage on average, beside the goal there."""

    name: str
    hue: str
    mean: str
    goal: str
    tone: str | None
    cars: int


async def figures_of(ctx: RequestContext) -> dict[str, Any]:
    """Return the figures of a person's roles."""
    roles = ctx.person.works_as
    parts: list[Any] = []
    if roles & LEADERS:
        parts += [_times(ctx), _load(ctx)]
    if roles & SELLING:
        parts.append(_sales(ctx))
    if "finance" in roles:
        parts.append(_money(ctx))
    if "used_car_sales" in roles:
        parts.append(_stock(ctx))
    found: dict[str, Any] = {"h": {n: t.pick(ctx.language) for n, t in WORDS.items()}}
    for part in await asyncio.gather(*parts):
        found |= part
    return found


async def _rows(ctx: RequestContext, query: Query) -> list[dict[str, Any]]:
    return await ctx.rows(CARS, query)


# -- time -----------------------------------------------------------------------------------------------


async def _times(ctx: RequestContext) -> dict[str, Any]:
    """Return the times of the figures page, for as many days as the page says."""
    last = oslo_day(ctx.now)
    span = {"first": (last - timedelta(days=SPAN_DAYS - 1)).isoformat(), "last": last.isoformat()}
    answer = await ctx.do(ctx.meta(BOOKINGS), "times", span)
    found = orjson.loads(answer.json or "{}")
    goals = (await goals_of(ctx)).get(str(ctx.person.site), {})
    ready = found["ready"]
    told = WORDS["rests_on"] if ready["cars"] else WORDS["no_times"]
    return {
        "lead_time": _length(ctx, ready["mean"]) if ready["cars"] else "",
        "lead_half": ctx.say(WORDS["half"].fill(time=_length(ctx, ready["median"]))) if ready["cars"] else "",
        "lead_rests_on": ctx.say(told.fill(count=ready["cars"], days=SPAN_DAYS)),
        "lead_href": Address(FIGURES, tuple(span.items())).text,
        "stage_times": list(_stage_times(ctx, found["stages"], goals)),
    }


def _stage_times(
    ctx: RequestContext, stays: Iterable[Mapping[str, Any]], goals: Mapping[str, Mapping[str, float]]
) -> Iterable[StageTime]:
    flow, by_code = ctx.spec[CARS].declared.workflow, {one["status"]: one for one in stays}
    for code in (c for c in _STAGES if c in by_code):
        state, one = flow.state(code) if flow else None, by_code[code]
        if state is None:
            continue
        limits, mean = board.limits_of(state, goals), float(one["mean"])
        yield StageTime(
            name=ctx.say(state.label),
            hue=state.phase.hue,
            mean=_length(ctx, mean),
            goal=_length(ctx, limits[0]) if limits else "",
            tone=None if limits is None or mean <= limits[0] else "late" if mean > limits[1] else "soon",
            cars=one["n"],
        )


def _length(ctx: RequestContext, hours: float) -> str:
    return present.show_length(float(hours), ctx.language)


# -- people ---------------------------------------------------------------------------------------------


async def _load(ctx: RequestContext) -> dict[str, Any]:
    states = tuple(("status", s) for s in _IN_WORK)
    both = [await _by_person(ctx, column, states) for column in ("assigned_mechanic", "assigned_detailer")]
    return {"load": sorted((bar for bars in both for bar in bars), key=lambda b: (-b.number, b.name))[:_LINES]}


async def _sales(ctx: RequestContext) -> dict[str, Any]:
    month = oslo_day(ctx.now).replace(day=1).isoformat()
    return {"sales": (await _by_person(ctx, "seller", (("sold_at.from", month), ("all", "1"))))[:_LINES]}


async def _by_person(ctx: RequestContext, column: str, params: tuple[tuple[str, str], ...]) -> list[Bar]:
    """Return how many cars each person has, most first."""
    meta = ctx.spec[CARS]
    address = Address(f"/app/{CARS}", params)
    filter_ = listing_of(ctx, meta, address).query.filter
    query = Query(filter=filter_, group_by=(column,), aggregate=(Aggregate("count", "*"),), limit=_GROUPS)
    rows = [r for r in await _rows(ctx, query) if r[column]]
    names = await refs.names_of(ctx, {PEOPLE: [str(r[column]) for r in rows]})
    bars = [
        Bar(names.get(str(r[column]), "–"), int(r["count"]), Address(address.path, ((column, r[column]), *params)).text)
        for r in rows
    ]
    return sorted(bars, key=lambda b: (-b.number, b.name))


# -- money ----------------------------------------------------------------------------------------------


async def _money(ctx: RequestContext) -> dict[str, Any]:
    """Return sums of what was sold this month, by car type and in all, for the fields the reader sees."""
    meta = ctx.spec[CARS]
    readable = readable_anywhere(ctx.person, meta)
    names = [n for n in ("sale_price", "purchase_price", "prep_cost", "margin") if n in readable]
    month = oslo_day(ctx.now).replace(day=1).isoformat()
    params = (("sold_at.from", month), ("all", "1"))
    filter_ = listing_of(ctx, meta, Address(f"/app/{CARS}", params)).query.filter
    # ``id`` is had by all: so many are sold, of which so many have each of the values that are added up.
    figures = (*(Aggregate("count", n) for n in (Cars.id, *names)), *(Aggregate("sum", n) for n in names))
    rows = await _rows(ctx, Query(filter=filter_, group_by=("car_type",), aggregate=figures, limit=_GROUPS))
    by_type = {r[Cars.car_type]: r for r in rows}
    item = meta.fields[Cars.car_type]
    lines = []
    for code in (c for c in (*_TYPES, None) if c in by_type):
        choice = item.choice(code)
        row, given = by_type[code], (("car_type", code or "_null"), *params)
        name = ctx.say(choice.label) if choice else "–"
        lines.append((name, _having([row], Cars.id), Address(f"/app/{CARS}", given).text, _sums(ctx, names, [row])))
    whole = (sum(n for _, n, _, _ in lines), Address(f"/app/{CARS}", params).text, _sums(ctx, names, rows))
    return {
        "money_heads": [ctx.say(meta.fields[n].label) for n in names],
        "money": lines,
        "money_whole": whole,
        "money_left_out": list(_left_out(ctx, names, rows, params)),
    }


def _having(rows: Iterable[Mapping[str, Any]], name: str) -> int:
    return sum(int(row["count"][name]) for row in rows)


def _left_out(
    ctx: RequestContext, names: Sequence[str], rows: Sequence[Mapping[str, Any]], params: tuple[tuple[str, str], ...]
) -> Iterable[tuple[str, str]]:
    """Return of how many cars each sum is, where that is not all, and the list of the others."""
    fields, all_of_them = ctx.spec[CARS].fields, _having(rows, Cars.id)
    for name in names:
        if (count := _having(rows, name)) < all_of_them:
            told = WORDS["have"].fill(count=count, all=all_of_them, field=Within(fields[name].label))
            yield ctx.say(told), Address(f"/app/{CARS}", ((name, NONE), *params)).text


def _sums(ctx: RequestContext, names: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> list[str]:
    rows = list(rows)
    sums = ([Decimal(v) for r in rows if (v := r["sum"].get(n)) is not None] for n in names)
    return [present.show_money(sum(s, Decimal()), ctx.language) if s else "–" for s in sums]


# -- stock ----------------------------------------------------------------------------------------------


async def _stock(ctx: RequestContext) -> dict[str, Any]:
    """Return how long the site's unsold used cars have stood, in steps that each open their list."""
    meta, today = ctx.spec[CARS], oslo_day(ctx.now)
    if ctx.person.site is None or meta.fields[Cars.created_at].kind is not Kind.INSTANT:
        return {}
    half = LONG_IN_STOCK // 2
    steps = ((0, half), (half + 1, LONG_IN_STOCK), (LONG_IN_STOCK + 1, None))
    stock = (("dealership", str(ctx.person.site)), ("car_type", "used"), ("car_type", "certified"))
    bars = []
    for first, last in steps:
        word = "days_to" if not first else "days_between" if last else "days_over"
        since = (("created_at.to", (today - timedelta(days=first)).isoformat()),)
        until = (("created_at.from", (today - timedelta(days=last)).isoformat()),) if last else ()
        address = Address(f"/app/{CARS}", (*stock, ("sold_at", "_null"), *since, *until))
        filter_ = listing_of(ctx, meta, address).query.filter
        count = await ctx.platform.reading.count(ctx.person, CARS, Query(filter=filter_))
        name = ctx.say(WORDS[word].fill(first=first, last=last or first - 1))
        bars.append(Bar(name, count, address.text))
    return {"stock": bars}
