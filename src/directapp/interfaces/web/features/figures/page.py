"""The figures' page and its file for payroll; the period and the site stand in the address."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from http import HTTPStatus
from typing import Any

import orjson
from fastapi import Response

from directapp.derive import present
from directapp.derive.questions import NONE, Address, shortened
from directapp.derive.sheets import CSV, Cell, csv_lines
from directapp.domains.cars.fields import Cars
from directapp.domains.people.fields import Dealerships
from directapp.interfaces.web.core import refs
from directapp.interfaces.web.core.context import PersonContext, RequestContext
from directapp.interfaces.web.core.feature import get
from directapp.interfaces.web.core.goals import goals_of
from directapp.interfaces.web.core.typed import asked_day
from directapp.interfaces.web.core.words import WORDS as COMMON
from directapp.interfaces.web.features.figures.cells import Line
from directapp.interfaces.web.features.figures.links import Links
from directapp.interfaces.web.features.figures.tables import tables_of
from directapp.interfaces.web.features.figures.tiles import tiles_of
from directapp.interfaces.web.features.figures.told import Formatter, Found
from directapp.interfaces.web.features.figures.words import PAYROLL_HEAD, WORDS
from directapp.interfaces.web.records.lists import listing_of
from directapp.kernel.clock import oslo_day
from directapp.kernel.errors import ForbiddenError, InvalidError, Problem
from directapp.kernel.languages import DEFAULT
from directapp.services.reading import MOST_COUNTED

PATH, BOOKINGS, CARS = "/app/figures", "resource_bookings", "cars"
_ONE_DAY, _WEEK = timedelta(days=1), timedelta(days=7)
_SLA = ("delayed", "at_risk", "on_time")


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for."""

    first: date
    last: date
    site: str
    wrong: bool = False

    @property
    def params(self) -> tuple[tuple[str, str], ...]:
        """The parameters of the address."""
        return (("first", self.first.isoformat()), ("last", self.last.isoformat()), ("site", self.site))


def opens_figures(ctx: RequestContext) -> bool:
    """Whether a person may see figures: those whose roles give the verb."""
    meta = ctx.spec.get(BOOKINGS)
    return meta is not None and any("figures" in g.verbs for g in meta.grants_of(ctx.person.roles))


def _asked(ctx: RequestContext) -> Asked:
    given = ctx.request.query_params
    today = oslo_day(ctx.now)
    monday = today - timedelta(days=today.weekday())
    first, last = (asked_day(given.get(name), ctx.now) for name in ("first", "last"))
    site = refs.as_uuid(given.get("site")) if given.get("site") else None
    wrong = any(given.get(n) and d is None for n, d in (("first", first), ("last", last), ("site", site)))
    first = first or monday
    last = last or max(first, monday + 6 * _ONE_DAY)
    return Asked(first, last, str(site or ""), wrong)


async def _figures(ctx: RequestContext, asked: Asked) -> Found:
    if not opens_figures(ctx):
        raise ForbiddenError
    patch: dict[str, Any] = {"first": asked.first.isoformat(), "last": asked.last.isoformat()}
    if asked.site:
        patch["site"] = asked.site
    answer = await ctx.do(ctx.meta(BOOKINGS), "figures", patch)
    found: Found = orjson.loads(answer.json or "{}")
    return found


async def show_figures(ctx: PersonContext) -> Response:
    """Show the figures of a period."""
    asked, complaint, status = _asked(ctx), "", HTTPStatus.OK
    try:
        found = await _figures(ctx, asked)
    except InvalidError as error:
        complaint, status = ctx.say(error.problems[0].message), HTTPStatus(int(error.status))
        asked = Asked(*_this_week(ctx), asked.site)
        found = await _figures(ctx, asked)
    typed, unread = _typed(ctx, asked)
    cars = await refs.names_of(ctx, {CARS: [d["car"] for d in found["delays"]]})
    links = Links(asked.first, asked.last, [s["id"] for s in found["sites"]], asked.site)
    told = Formatter(ctx, found, links, cars=cars, goals=await goals_of(ctx))
    return ctx.page(
        "figures/page.html",
        status=status,
        here="figures",
        title=told.f["figures"],
        f=told.f,
        how=told.how,
        asked=asked,
        typed=typed,
        unread=unread,
        complaint=complaint or _left_out(ctx, typed, unread) or (told.f["wrong_period"] if asked.wrong else ""),
        choices=[(c[Dealerships.id], f"{c[Dealerships.number]} {c[Dealerships.name]}") for c in found["choices"]],
        presets=_presets(ctx, asked),
        shown_period=_shown(ctx, asked),
        site_name=found["sites"][0]["name"] if len(found["sites"]) == 1 else told.f["all_sites"],
        tiles=tiles_of(told),
        tables=tables_of(told),
        bottlenecks=[b["reason"] for b in found["bottlenecks"]],
        sla=await _sla(ctx, links),
        payroll=Address(f"{PATH}/timebank.csv", asked.params).text,
    )


def _typed(ctx: RequestContext, asked: Asked) -> tuple[dict[str, str], list[str]]:
    """Return what stands in the fields of the period, its days or what was typed and is none, and which those are."""
    given = ctx.request.query_params
    days = {"first": asked.first, "last": asked.last}
    unread = [n for n in days if given.get(n) and asked_day(given.get(n), ctx.now) is None]
    return {n: given[n] if n in unread else present.input_day(day) for n, day in days.items()}, unread


def _left_out(ctx: RequestContext, typed: Mapping[str, str], unread: Iterable[str]) -> str:
    told = (COMMON["left_out"].fill(label=WORDS[n], written=shortened(typed[n])) for n in unread)
    return " ".join(map(ctx.say, told))


def _this_week(ctx: RequestContext) -> tuple[date, date]:
    today = oslo_day(ctx.now)
    monday = today - timedelta(days=today.weekday())
    return monday, monday + 6 * _ONE_DAY


def _presets(ctx: RequestContext, asked: Asked) -> list[tuple[str, str, bool]]:
    """Return the usual periods: name, address and whether it is the one shown."""
    today = oslo_day(ctx.now)
    monday, sunday = _this_week(ctx)
    month = today.replace(day=1)
    before = (month - _ONE_DAY).replace(day=1)
    after = (month + timedelta(days=32)).replace(day=1)
    spans = (
        ("today", today, today),
        ("this_week", monday, sunday),
        ("last_week", monday - _WEEK, sunday - _WEEK),
        ("this_month", month, after - _ONE_DAY),
        ("last_month", before, month - _ONE_DAY),
    )
    return [
        (
            ctx.say(WORDS[name]),
            Address(PATH, Asked(first, last, asked.site).params).text,
            (first, last) == (asked.first, asked.last),
        )
        for name, first, last in spans
    ]


def _shown(ctx: RequestContext, asked: Asked) -> str:
    first, last = (present.exact_day(day, ctx.language) for day in (asked.first, asked.last))
    return first if asked.first == asked.last else f"{first} – {last}"


async def _sla(ctx: RequestContext, links: Links) -> list[Line]:
    """Return how many open cars are overdue, at risk and on time, and of how many that cannot be said."""
    meta, counts = ctx.spec[CARS], ctx.platform.reading
    query = listing_of(ctx, meta, Address(f"/app/{CARS}", links.here)).query
    found = await counts.counts(ctx.person, CARS, query, Cars.sla_status, most=MOST_COUNTED)
    nobody = ((Cars.sla_status, NONE), *links.here)
    found[NONE] = await counts.count(ctx.person, CARS, listing_of(ctx, meta, Address(f"/app/{CARS}", nobody)).query)
    late = (Cars.sla_status, _SLA[0])
    asked = listing_of(ctx, meta, Address(f"/app/{CARS}", (late, *links.here))).query
    why = await counts.counts(ctx.person, CARS, asked, Cars.late_cause, most=MOST_COUNTED)
    causes = [
        Line(
            ctx.say(cause.label),
            links.open_cars(late, (Cars.late_cause, cause.code)),
            number=ctx.count(why[cause.code]),
            part=True,
        )
        for cause in meta.fields[Cars.late_cause].choices
        if why.get(cause.code)
    ]
    item = meta.fields[Cars.sla_status]
    names = {c.code: c.label for c in item.choices} | {NONE: WORDS["nobody_waits"]}
    lines = [
        Line(
            ctx.say(names[code]),
            links.open_cars((Cars.sla_status, code)),
            number=ctx.count(found.get(code, 0)),
            tone="late" if code == _SLA[0] and found.get(code) else "",
        )
        for code in (*_SLA, NONE)
    ]
    return [lines[0], *causes, *lines[1:]]


async def download_time_bank(ctx: PersonContext) -> Response:
    """Answer with the time bank of the period, as Norwegian Excel and payroll read it."""
    asked = _asked(ctx)
    if asked.wrong:
        raise InvalidError(Problem(WORDS["wrong_period"]))
    found = await _figures(ctx, asked)
    name = f"timebank_{asked.first.isoformat()}_{asked.last.isoformat()}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(
        "".join(csv_lines(PAYROLL_HEAD, _lines(found))), media_type=f"{CSV}; charset=utf-8", headers=headers
    )


def _lines(found: Found) -> Iterable[list[Cell]]:
    sites = {s["id"]: s for s in found["sites"]}
    people: Found = found["people"]
    lines = sorted(found["time_bank_days"], key=lambda o: (people.get(o["person"], {}).get("name", ""), o["day"]))
    for one in lines:
        person, site = people.get(one["person"], {}), sites.get(one["site"], {})
        yield [
            str(person.get("name", "")),
            str(person.get("email", "")),
            str(site.get(Dealerships.number, "")),
            str(site.get(Dealerships.name, "")),
            f"{date.fromisoformat(one['day']):%d.%m.%Y}",
            WORDS[one["kind"]].pick(DEFAULT),
            Decimal(one["hours"]),
        ]


ROUTES = (
    get(PATH, show_figures),
    get(f"{PATH}/timebank.csv", download_time_bank),
)
