"""The manager's Monday page: the sites of a group side by side, and thirteen weeks in a row; both as files too."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from http import HTTPStatus
from typing import Any

import orjson
from fastapi import Response

from directapp.derive import present
from directapp.derive.questions import Address
from directapp.derive.sheets import CSV, XLSX, Cell, csv_lines, xlsx_bytes
from directapp.domains.cars.fields import CAR_STAGES, CARS, Cars, CarStages
from directapp.domains.planning.fields import RESOURCE_BOOKINGS
from directapp.interfaces.web.core.context import PersonContext, RequestContext
from directapp.interfaces.web.core.feature import get
from directapp.interfaces.web.features.figures.links import EVERYTHING, Links, Params, between
from directapp.interfaces.web.features.figures.monday_words import speak_monday
from directapp.interfaces.web.features.figures.side_by_side import SENT_BACK, Compared, Numbers, Span, compare
from directapp.interfaces.web.features.figures.told import Formatter
from directapp.kernel.clock import oslo_day
from directapp.kernel.errors import ForbiddenError, NotFoundError

PATH = "/app/figures/monday"
_ONE_WEEK, _SIX_DAYS = timedelta(weeks=1), timedelta(days=6)
_BY = (Cars.dealership, Cars.prep_center)


@dataclass(frozen=True)
class Monday:
    """What was asked for, and what was found; ``found`` is what the planning tells of the coming week."""

    span: Span
    by: str
    found: dict[str, Any]
    numbers: Compared
    next_week: tuple[date, date]

    @property
    def sites(self) -> list[str]:
        """The sites that the reader answers for."""
        return [s["id"] for s in self.found["sites"]]


@dataclass(frozen=True)
class Page:
    """What was asked for, told to one reader."""

    told: Formatter
    words: dict[str, str]
    asked: Monday


async def _ask(ctx: RequestContext) -> Monday:
    meta = ctx.spec.get(RESOURCE_BOOKINGS)
    if meta is None or not any("figures" in g.verbs for g in meta.grants_of(ctx.person.roles)):
        raise ForbiddenError
    today = oslo_day(ctx.now)
    monday = today - timedelta(days=today.weekday())
    coming = monday + _ONE_WEEK, monday + _ONE_WEEK + _SIX_DAYS
    patch = {"first": coming[0].isoformat(), "last": coming[1].isoformat()}
    found = orjson.loads((await ctx.do(meta, "figures", patch)).json or "{}")
    given = ctx.request.query_params.get("by")
    # Who only plans sees the cars that are prepared at the own site.
    usual = Cars.prep_center if ctx.person.works_as == {"planner"} else Cars.dealership
    by = next((name for name in _BY if name == given), usual)
    span = Span(monday - _ONE_WEEK)
    return Monday(span, by, found, await compare(ctx, span, by, [s["id"] for s in found["sites"]]), coming)


async def show_monday(ctx: PersonContext) -> Response:
    """Show the sites side by side."""
    asked = await _ask(ctx)
    told, words = Formatter(ctx, asked.found, _links(asked), cars={}, goals={}), speak_monday(ctx.language)
    page = Page(told, words, asked)
    capacity = {one["site"]: one for one in asked.found["by_site"]}
    rows = [
        _site(page, site["name"], (site["id"],), asked.numbers.sites[site["id"]], [capacity[site["id"]]])
        for site in asked.found["sites"]
    ]
    if len(rows) > 1:
        whole = _site(page, told.f["total"], asked.sites, asked.numbers.whole, list(capacity.values()))
        rows.append(whole)
    weeks = [_week(page, monday) for monday in reversed(asked.span.mondays)]
    shown = (present.exact_day(day, ctx.language) for day in (asked.span.monday, asked.span.sunday))
    return ctx.page(
        "figures/monday.html",
        status=HTTPStatus.OK,
        here="figures",
        title=words["title"],
        f=told.f,
        m=words,
        last_week=" – ".join(shown),
        ways=[(words[name], Address(PATH, (("by", name),)).text, name == asked.by) for name in _BY],
        sites=rows,
        weeks=weeks,
        several=len(rows) > 1,
        trends=_trends(page),
        files_of={
            table: [
                (kind.upper(), Address(f"{PATH}/{table}.{kind}", (("by", asked.by),)).text) for kind in ("csv", "xlsx")
            ]
            for table in ("sites", "weeks")
        },
    )


def _links(asked: Monday) -> Links:
    return Links(*asked.next_week, asked.sites)


def _cars(whose: Params, *more: tuple[str, str]) -> str:
    return Address(f"/app/{CARS}", (*whose, *more)).text


def _period(asked: Monday, sites: Sequence[str], first: date, last: date) -> dict[str, str]:
    """Return the lists of what some sites came to from one day to another."""
    whose = tuple((asked.by, site) for site in sites)
    ready = (*between(Cars.ready_for_delivery_at, first, last), EVERYTHING)
    stays = (*SENT_BACK, *whose, *between(CarStages.left_at, first, last))
    return {
        "ready": _cars(whose, *ready),
        "kept": _cars(whose, (Cars.ready_in_time, "true"), *ready),
        "sent_back": Address(f"/app/{CAR_STAGES}", stays).text,
    }


def _said(page: Page, one: Numbers) -> dict[str, Any]:
    """Return numbers in words: the share of those in time says of how many."""
    told, words = page.told, page.words
    promised = one.kept + one.missed
    return {
        "ready": told.ctx.count(one.ready),
        "days": _days(told, one.mean),
        "share": "–" if one.share is None else told.percent(one.share),
        "kept": words["kept_of"].format(kept=one.kept, promised=promised) if promised else "",
        "sent_back": told.ctx.count(one.sent_back),
    }


def _days(told: Formatter, mean: Decimal | None) -> str:
    return "–" if mean is None else present.show_number(round(mean, 1), told.ctx.language, decimals=1)


def _site(
    page: Page,
    name: str,
    sites: Sequence[str],
    one: Numbers,
    capacity: Sequence[dict[str, Any]],
) -> dict[str, Any]:
    told, asked = page.told, page.asked
    whose = tuple((asked.by, site) for site in sites)
    late = ((Cars.sla_status, "delayed"),)
    item = told.ctx.spec[CARS].fields[Cars.late_cause]
    booked, available = (sum(c[part] for c in capacity) for part in ("booked", "available"))
    return {
        "name": name,
        "links": _period(asked, sites, asked.span.monday, asked.span.sunday)
        | {
            "open": _cars(whose),
            "delayed": _cars(whose, *late),
            "capacity": Links(*asked.next_week, sites).bookings(),
        },
        **_said(page, one),
        "open": told.ctx.count(one.open),
        "delayed": one.delayed,
        "causes": [
            (told.ctx.say(c.label), one.causes[c.code], _cars(whose, *late, (Cars.late_cause, c.code)))
            for c in item.choices
            if one.causes[c.code]
        ],
        "capacity": told.bar(booked / available if available else None),
        "booked": told.f["booked_of"].format(booked=told.number(booked), available=told.number(available))
        if booked or available
        else "",
    }


def _week(page: Page, monday: date) -> dict[str, Any]:
    asked, told = page.asked, page.told
    links = _period(asked, asked.sites, monday, monday + _SIX_DAYS)
    return {"name": told.week(monday.isoformat()), "links": links, **_said(page, asked.numbers.weeks[monday])}


def _trends(page: Page) -> list[dict[str, Any]]:
    """Return what the charts draw: a name, the weeks and a value for each, None where there is none."""
    told, words, asked = page.told, page.words, page.asked
    weeks = asked.numbers.weeks
    labels = [words["week_no"].format(week=m.isocalendar().week) for m in weeks]
    values: dict[str, list[float | None]] = {
        "days": [None if one.mean is None else float(round(one.mean, 1)) for one in weeks.values()],
        "share": [None if one.share is None else round(one.share * 100) for one in weeks.values()],
        "ready": [one.ready for one in weeks.values()],
        "sent_back": [one.sent_back for one in weeks.values()],
    }
    return [
        {
            "name": words[name],
            "weeks": orjson.dumps(labels).decode(),
            "values": orjson.dumps(series).decode(),
            "last": _days(told, Decimal(str(known[-1]))) if (known := [v for v in series if v is not None]) else "–",
        }
        for name, series in values.items()
    ]


# -- files ----------------------------------------------------------------------------------------------


async def download_table(ctx: PersonContext, table: str, kind: str) -> Response:
    """Answer with one of the tables as a sheet."""
    if table not in {"sites", "weeks"} or kind not in {"csv", "xlsx"}:
        raise NotFoundError
    asked, words = await _ask(ctx), speak_monday(ctx.language)
    choices = ctx.spec[CARS].fields[Cars.late_cause].choices
    rows = list(_site_lines(asked, [c.code for c in choices]) if table == "sites" else _week_lines(asked))
    extra = [c.label.pick(ctx.language) for c in choices]
    head = [words[name] for name in ("week", "ready", "days", "kept", "missed", "sent_back")]
    if table == "sites":
        now = [words[name] for name in ("open", "delayed")]
        head = [words["number"], words["site"], *head, *now, *extra, words["hours_booked"], words["hours_available"]]
    name = f"figures_{table}_{asked.span.monday.isoformat()}.{kind}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    if kind == "xlsx":
        return Response(xlsx_bytes(head, rows, title=words["title"]), media_type=XLSX, headers=headers)
    return Response("".join(csv_lines(head, rows)), media_type=f"{CSV}; charset=utf-8", headers=headers)


def _line(monday: date, one: Numbers) -> list[Cell]:
    mean = None if one.mean is None else round(one.mean, 2)
    return [monday, one.ready, mean, one.kept, one.missed, one.sent_back]


def _site_lines(asked: Monday, causes: Sequence[str]) -> Iterable[list[Cell]]:
    capacity = {one["site"]: one for one in asked.found["by_site"]}
    for site in asked.found["sites"]:
        one, hours = asked.numbers.sites[site["id"]], capacity[site["id"]]
        known = [one.causes[code] for code in causes]
        booked = [Decimal(str(hours[part])) for part in ("booked", "available")]
        yield [site["number"], site["name"], *_line(asked.span.monday, one), one.open, one.delayed, *known, *booked]


def _week_lines(asked: Monday) -> Iterable[list[Cell]]:
    for monday, one in asked.numbers.weeks.items():
        yield _line(monday, one)


ROUTES = (
    get(PATH, show_monday),
    get(f"{PATH}/{{table}}.{{kind}}", download_table),
)
