"""How it is going: stages and lead time, load and sales for those who lead; cost and margin for finance.

Times come from what was noted on the cars that became ready lately, and say how many cars they rest on.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from statistics import fmean, median
from typing import Any

from directapp.declare.kinds import Kind
from directapp.derive import board, present
from directapp.derive.questions import Address
from directapp.derive.shown import readable_anywhere
from directapp.interfaces.web.core import refs
from directapp.interfaces.web.core.context import RequestContext
from directapp.interfaces.web.core.goals import goals_of
from directapp.interfaces.web.features.home.asks import CARS, LONG_IN_STOCK
from directapp.interfaces.web.records.lists import listing_of
from directapp.kernel.clock import oslo_day
from directapp.kernel.text import Text, _, ngettext
from directapp.store.query import Aggregate, Condition, Order, Query

LEADERS = frozenset({"manager", "tenant_admin", "planner"})
SELLING = frozenset({"manager", "sales_manager", "tenant_admin"})
PEOPLE, SITES = "users", "dealerships"
SPAN = timedelta(days=90)
_MOST, _LINES = 1000, 12
_DAY = 24
_TYPES, _GROUPS = ("new", "demo", "used", "certified"), 200
_IN_WORK = ("planned", "technical_prep", "cosmetic_prep", "qc_failed")

# What is measured: the status a car then stands at, and the facts it lies between; the last fact that stands counts.
_ARRIVED, _BEGUN = "arrived_prep_center_at", ("technical_started_at", "cosmetic_started_at")
_ENDED = ("technical_completed_at", "cosmetic_completed_at")
Span = tuple[str, tuple[str, ...], tuple[str, ...]]
SPANS: tuple[Span, ...] = (
    ("at_prep_center", (_ARRIVED,), ("inspection_started_at",)),
    ("inspection", ("inspection_started_at",), ("inspection_completed_at",)),
    ("ready_to_plan", ("inspection_completed_at",), _BEGUN),
    ("technical_prep", ("technical_started_at",), ("technical_completed_at",)),
    ("cosmetic_prep", ("cosmetic_started_at",), ("cosmetic_completed_at",)),
    ("quality_check", _ENDED, ("quality_checked_at",)),
    ("ready_for_delivery", ("ready_for_delivery_at",), ("delivered_to_dealership_at", "delivered_to_customer_at")),
)
_FACTS = tuple(dict.fromkeys(n for _, start, end in SPANS for n in (*start, *end)))
WORDS: Mapping[str, Text] = {
    "planned_on": _("Inspected, until work starts"),
    "from_order": _("From registered to ready"),
    "days": _("{count} days"),
    "half": _("Half are ready within {time}."),
    "rests_on": ngettext("1 car that became ready in {days} days.", "{count} cars that became ready in {days} days."),
    "no_times": _("No car has become ready in the last {days} days."),
    "stages": _("Mean time per stage"),
    "stage": _("Stage"),
    "mean": _("Mean"),
    "goal": _("Goal"),
    "cars": _("Cars"),
    "over_goal": _("over goal"),
    "load": _("Cars in work by person"),
    "sales": _("Sold this month by seller"),
    "nobody": _("Nobody chosen"),
    "none_sold": _("None sold this month yet."),
    "none_in_work": _("No cars in work."),
    "money": _("Cost and margin, sold this month"),
    "car_type": _("Car type"),
    "total": _("In all"),
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
    roles = ctx.person.roles
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
    meta = ctx.spec[CARS]
    readable = readable_anywhere(ctx.person, meta)
    if not {"ready_for_delivery_at", "created_at", *_FACTS} <= readable:
        return {}
    query = Query(
        fields=tuple((n,) for n in ("id", "created_at", "ready_for_delivery_at", *_FACTS)),
        filter=Condition(("ready_for_delivery_at",), "gte", ctx.now - SPAN),
        sort=(Order("ready_for_delivery_at", descending=True),),
        limit=_MOST,
    )
    rows = await _rows(ctx, query)
    goals = (await goals_of(ctx)).get(str(ctx.person.site), {})
    whole = [h for r in rows if (h := _hours(r, ("created_at",), ("ready_for_delivery_at",))) is not None]
    told = WORDS["rests_on"] if whole else WORDS["no_times"]
    return {
        "lead_time": _span(ctx, fmean(whole)) if whole else "",
        "lead_half": ctx.say(WORDS["half"].fill(time=_span(ctx, median(whole)))) if whole else "",
        "lead_rests_on": ctx.say(told.fill(count=len(whole), days=SPAN.days)),
        "stage_times": [t for one in SPANS if (t := _stage_time(ctx, rows, goals, one)) is not None],
    }


def _hours(row: Mapping[str, Any], start: Sequence[str], end: Sequence[str]) -> float | None:
    """Return the hours from the last of some facts to the first of others; None where they say nothing."""
    begun = [at for n in start if (at := present.read_instant(row.get(n))) is not None]
    ended = [at for n in end if (at := present.read_instant(row.get(n))) is not None]
    if not begun or not ended or min(ended) < max(begun):
        return None
    return (min(ended) - max(begun)) / timedelta(hours=1)


def _stage_time(
    ctx: RequestContext, rows: Iterable[Mapping[str, Any]], goals: Mapping[str, Mapping[str, float]], span: Span
) -> StageTime | None:
    code, start, end = span
    flow = ctx.spec[CARS].declared.workflow
    state = flow.state(code) if flow else None
    hours = [h for row in rows if (h := _hours(row, start, end)) is not None]
    if state is None or not hours:
        return None
    mean, limits = fmean(hours), board.limits_of(state, goals)
    return StageTime(
        name=ctx.say(WORDS["planned_on"] if code == "ready_to_plan" else state.label),
        hue=state.phase.hue,
        mean=_span(ctx, mean),
        goal=_span(ctx, limits[0]) if limits else "",
        tone=None if limits is None or mean <= limits[0] else "late" if mean > limits[1] else "soon",
        cars=len(hours),
    )


def _span(ctx: RequestContext, hours: float) -> str:
    """Return a length of time with no more detail than it deserves."""
    if hours >= 2 * _DAY:
        return ctx.say(WORDS["days"].fill(count=_tenths(ctx, hours / _DAY)))
    return present.show_span(timedelta(hours=round(hours * 4) / 4 if hours >= 1 else hours), ctx.language)


def _tenths(ctx: RequestContext, number: float) -> str:
    return present.show_number(Decimal(f"{number:.1f}"), ctx.language, decimals=1)


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
    figures = (Aggregate("count", "*"), *(Aggregate("sum", n) for n in names))
    rows = await _rows(ctx, Query(filter=filter_, group_by=("car_type",), aggregate=figures, limit=_GROUPS))
    by_type = {r["car_type"]: r for r in rows}
    item = meta.fields["car_type"]
    lines = []
    for code in (c for c in (*_TYPES, None) if c in by_type):
        choice = item.choice(code)
        row, given = by_type[code], (("car_type", code or "_null"), *params)
        name = ctx.say(choice.label) if choice else "–"
        lines.append((name, int(row["count"]), Address(f"/app/{CARS}", given).text, _sums(ctx, names, [row])))
    whole = (sum(n for _, n, _, _ in lines), Address(f"/app/{CARS}", params).text, _sums(ctx, names, rows))
    return {"money_heads": [ctx.say(meta.fields[n].label) for n in names], "money": lines, "money_whole": whole}


def _sums(ctx: RequestContext, names: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> list[str]:
    rows = list(rows)
    sums = ([Decimal(v) for r in rows if (v := r["sum"].get(n)) is not None] for n in names)
    return [present.show_money(sum(s, Decimal()), ctx.language) if s else "–" for s in sums]


# -- stock ----------------------------------------------------------------------------------------------


async def _stock(ctx: RequestContext) -> dict[str, Any]:
    """Return how long the site's unsold used cars have stood, in steps that each open their list."""
    meta, today = ctx.spec[CARS], oslo_day(ctx.now)
    if ctx.person.site is None or meta.fields["created_at"].kind is not Kind.INSTANT:
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
