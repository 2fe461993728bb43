"""The plan's page: the calendar with what it needs around it, its data, and the same day as a plain list."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import orjson
from fastapi import Response

from directapp.derive import present
from directapp.derive.questions import shortened
from directapp.derive.shown import Shown, page_of
from directapp.domains.cars.fields import Cars
from directapp.domains.planning.fields import ResourceBookings, Resources, ResourceTypes
from directapp.interfaces.web.core import refs
from directapp.interfaces.web.core.context import PersonContext, RequestContext
from directapp.interfaces.web.core.feature import get
from directapp.interfaces.web.core.words import WORDS as COMMON
from directapp.interfaces.web.features.plan import reads
from directapp.interfaces.web.features.plan.closed import (
    clock_limits,
    closed_spans,
    idle_of,
    offsets,
    wall,
    working_day,
)
from directapp.interfaces.web.features.plan.outlook.drafts import DRAFT, LEFT_OUT, draft_of, draft_rows
from directapp.interfaces.web.features.plan.outlook.words import speak_outlook
from directapp.interfaces.web.features.plan.reads import Rows, name_of
from directapp.interfaces.web.features.plan.scope import (
    BOOKINGS,
    CARS,
    PLAN,
    RESOURCES,
    Scope,
    may_plan,
    plan_meta,
    read_scope,
)
from directapp.interfaces.web.features.plan.waiting import waiting_of
from directapp.interfaces.web.features.plan.words import speak_plan
from directapp.kernel.clock import oslo_day

SITES = "dealerships"
MARKS = ("overrun", "held_up", "absent", "late")
_MOST_ASKED = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceLine:
    """A booking as a line of the plain list."""

    href: str
    time: str
    car: str
    plate: Shown
    kind: str
    status: Shown
    marks: tuple[str, ...]


async def show_plan(ctx: PersonContext) -> Response:
    """Show the plan: the calendar, or its day as a list."""
    meta = plan_meta(ctx)
    scope = await _opened(ctx)
    context = await _around(ctx, scope)
    listed = ctx.request.query_params.get("view") == "list"
    context["listed"] = await list_of(ctx, scope, context["kinds"]) if listed else None
    if ctx.partial and listed:
        return ctx.page("plan/list.html", **context)
    states = meta.declared.workflow.states if meta.declared.workflow else ()
    context["config"] = {
        "words": context["p"],
        "trades": {c.code: ctx.say(c.label) for c in ctx.spec[RESOURCES].fields[Resources.does].choices},
        "types": {
            str(k[ResourceTypes.id]): {"name": name_of(k, ctx), "work": k[ResourceTypes.work]} for k in context["kinds"]
        },
        "sites": context["sites"],
        "statuses": {s.code: {"label": s.label.pick(ctx.language), "hue": s.phase.hue} for s in states}
        | {code: {"label": context["o"][code], "hue": "steel"} for code in (DRAFT, LEFT_OUT)},
        "may": may_plan(ctx),
        "span": scope.span,
        "first": scope.first.isoformat(),
        "days": len(scope.days),
        "today": wall(ctx.now),
        "site": scope.site,
        "data": scope.address.but(view=None, day=scope.first.isoformat()).text.replace(PLAN, f"{PLAN}/data", 1),
        "side": context["side_href"],
        "list": context["list_href"],
    }
    return ctx.page("plan/plan.html", **context)


async def _opened(ctx: RequestContext) -> Scope:
    """Return what is asked for; where no day is, the days of the first one on which somebody works at the site."""
    scope = read_scope(ctx)
    if scope.site is None or scope.address.get("day"):
        return scope
    hours = await reads.read_site_hours(ctx, scope.site)
    return scope.at(working_day(oslo_day(ctx.now), hours))


async def _around(ctx: RequestContext, scope: Scope) -> dict[str, Any]:
    """Return what stands around the calendar."""
    kinds = await reads.read_types(ctx)
    p = speak_plan(ctx.language)
    names = {o.value: o.label for o in (await refs.options_of(ctx, (SITES,))).get(SITES, [])}
    capacity, shares, waiting, draft = await asyncio.gather(
        reads.read_capacity(ctx, scope, kinds),
        reads.read_shares(ctx, scope, kinds, names, p["share_line"]),
        reads.read_waiting(ctx, scope),
        draft_of(ctx, scope),
    )
    address = scope.address
    today = wall(ctx.now)[:10]
    return {
        "title": p["plan"],
        "here": "plan",
        "p": p,
        "o": speak_outlook(ctx.language),
        "draft": draft,
        "scope": scope,
        "left_out": [
            ctx.say(COMMON["left_out"].fill(label=p["kind" if name == "type" else name], written=shortened(written)))
            for name, written in scope.left_out
        ],
        "span_title": scope.title(ctx, p["week_of"]),
        "kinds": kinds,
        "kind_names": [(str(k[ResourceTypes.id]), name_of(k, ctx)) for k in kinds],
        "sites": names,
        "site_names": _own_sites(ctx, names),
        "may": may_plan(ctx),
        "list_href": address.but(view="list").text,
        "side_href": address.but(view=None).text.replace(PLAN, f"{PLAN}/side", 1),
        "before_href": scope.beside(-1),
        "after_href": scope.beside(1),
        "today_href": address.but(day=today).text,
        "spans": [(p[s], address.but(span=s).text, s == scope.span) for s in ("day", "week")],
        "views": [
            (p["timeline"], address.without("view").text, address.get("view") != "list", "calendar-week"),
            (p["list"], address.but(view="list").text, address.get("view") == "list", "list"),
        ],
        "capacity": [(day, _day_name(ctx, day), bars) for day, bars in capacity if bars],
        "shares": shares,
        "waiting": waiting_of(ctx, waiting[: reads.MOST_CARS], kinds),
        "waiting_more": len(waiting) > reads.MOST_CARS,
        "today": today,
        "hours": lambda value: present.input_number(f"{round(value, 2):g}", ctx.language),
    }


def _own_sites(ctx: RequestContext, names: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return the sites whose plan a person may choose between."""
    if "tenant_admin" in ctx.person.roles:
        return list(names.items())
    return [(str(s), names[str(s)]) for s in ctx.person.sites if str(s) in names]


def _day_name(ctx: RequestContext, day: str) -> str:
    read = present.read_day(day)
    return present.show_day(read, present.read_day(wall(ctx.now)[:10]) or read, ctx.language) if read else day


async def show_side(ctx: PersonContext) -> Response:
    """Show the waiting cars and the capacity again, as parts."""
    plan_meta(ctx)
    return ctx.page("plan/around.html", **await _around(ctx, await _opened(ctx)))


async def show_data(ctx: PersonContext) -> Response:
    """Answer with the rows of the calendar and what is booked on them; ``id`` asks for some bookings alone."""
    plan_meta(ctx)
    scope = read_scope(ctx)
    asked = [str(u) for i in ctx.request.query_params.getlist("id")[:_MOST_ASKED] if (u := refs.as_uuid(i))]
    if asked:
        return _json(b'{"bookings":%s}' % await reads.read_bookings(ctx, scope, only=asked))
    bookings, rest, drafts = await asyncio.gather(
        reads.read_bookings(ctx, scope), _rows(ctx, scope), draft_rows(ctx, scope)
    )
    rest["drafts"] = drafts
    return _json(b'{"bookings":%s,%s' % (bookings, orjson.dumps(rest)[1:]))


def _json(body: bytes) -> Response:
    return Response(body, media_type="application/json", headers={"Cache-Control": "no-store"})


async def _rows(ctx: RequestContext, scope: Scope) -> dict[str, Any]:
    kinds = await reads.read_types(ctx)
    resources = await reads.read_resources(ctx, scope, kinds)
    hours, absences = await asyncio.gather(
        reads.read_working(ctx, resources), reads.read_absences(ctx, scope, resources)
    )
    limits = clock_limits(hours)
    closed = closed_spans(resources, hours, absences, scope.days, limits)
    idle = idle_of(resources, closed, scope.days, limits)
    names = ("id", "name", "kind", "dealership", "does", "capacity")
    return {
        "resources": [
            {n: r.get(n) for n in names} | {"trade": work, "idle": str(r["id"]) in idle}
            for work, r in reads.by_trade(resources, kinds)
        ],
        "limits": limits,
        "closed": closed,
        "offsets": offsets(scope.days),
    }


async def list_of(
    ctx: RequestContext, scope: Scope, kinds: Sequence[Mapping[str, Any]]
) -> list[tuple[str, list[tuple[str, list[ResourceLine]]]]]:
    """Return the bookings day by day, under the name of the resource."""
    found, resources = await asyncio.gather(reads.read_bookings(ctx, scope), reads.read_resources(ctx, scope, kinds))
    rows: Rows = orjson.loads(found)
    names = {str(r["id"]): str(r["name"]) for r in resources}
    kind_names = {str(k[ResourceTypes.id]): name_of(k, ctx) for k in kinds}
    sites = await refs.names_of(ctx, {SITES: {str(r["provider"]) for r in rows if r.get("provider")}})
    p = speak_plan(ctx.language)
    days: dict[str, dict[str, list[ResourceLine]]] = {}
    for row in rows:
        name = names.get(str(row.get(ResourceBookings.resource)))
        if name is None:
            if scope.kind is not None or str(row.get(ResourceBookings.provider)) == scope.site:
                continue
            name = p["at_site"].format(site=sites.get(str(row.get(ResourceBookings.provider)), ""))
        start = present.read_instant(row[ResourceBookings.starts_at])
        if start is not None:
            days.setdefault(wall(start)[:10], {}).setdefault(name, []).append(line_of(ctx, row, kind_names))
    today = present.read_day(wall(ctx.now)[:10])
    told = []
    for day in (d for d in scope.days if d.isoformat() in days or d == today or scope.span == "day"):
        by_name = days.get(day.isoformat(), {})
        told.append((_long_day(day, today, ctx), sorted(by_name.items())))
    return told


def _long_day(day: date, today: date | None, ctx: RequestContext) -> str:
    near = today is not None and abs(day - today) <= timedelta(days=1)
    return (
        present.show_day(day, today or day, ctx.language).capitalize()
        if near
        else present.exact_day(day, ctx.language).capitalize()
    )


def line_of(ctx: RequestContext, row: Mapping[str, Any], kind_names: Mapping[str, str]) -> ResourceLine:
    """Return a booking's line."""
    car = row.get(ResourceBookings.car) or {}
    meta, cars = ctx.spec[BOOKINGS], ctx.spec[CARS]
    start, end = (
        present.read_instant(row[ResourceBookings.starts_at]),
        present.read_instant(row[ResourceBookings.ends_at]),
    )
    p = speak_plan(ctx.language)
    return ResourceLine(
        href=f"{PLAN}/booking/{row[ResourceBookings.id]}",
        time=f"{wall(start)[11:]}–{wall(end)[11:]}" if start and end else "",
        car=ctx.formatter.name(cars, car),
        plate=ctx.formatter.mark(cars, car),
        kind=kind_names.get(str(row.get(ResourceBookings.resource_type)), ""),
        status=ctx.formatter.value(meta, "status", row),
        marks=tuple(p[f"mark_{m}"] for m in MARKS if row.get(m)),
    )


def car_page(row: Mapping[str, Any]) -> str:
    """Return the address of a booking's car."""
    car = row.get(ResourceBookings.car)
    return page_of(CARS, car[Cars.id] if isinstance(car, Mapping) else car)


ROUTES = (
    get("/app/plan", show_plan),
    get("/app/plan/data", show_data),
    get("/app/plan/side", show_side),
)
