"""The figures' page and its file for payroll; the period and the site stand in the address."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from http import HTTPStatus
from typing import Any

import orjson
from fastapi import Response

from directapp.derive import present
from directapp.derive.questions import Address
from directapp.derive.sheets import CSV, Cell, csv_lines
from directapp.interfaces.web.core import refs
from directapp.interfaces.web.core.context import PersonContext, RequestContext
from directapp.interfaces.web.core.feature import get
from directapp.interfaces.web.core.goals import goals_of
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
    first, last = present.asked_day(given.get("first")), present.asked_day(given.get("last"))
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
    cars = await refs.names_of(ctx, {CARS: [d["car"] for d in found["delays"]]})
    formatter = Formatter(ctx, found, cars=cars, goals=await goals_of(ctx))
    return ctx.page(
        "figures/page.html",
        status=status,
        here="figures",
        title=formatter.f["figures"],
        f=formatter.f,
        asked=asked,
        complaint=complaint or (formatter.f["wrong_period"] if asked.wrong else ""),
        choices=[(c["id"], f"{c['number']} {c['name']}") for c in found["choices"]],
        presets=_presets(ctx, asked),
        shown_period=_shown(ctx, asked),
        site_name=found["sites"][0]["name"] if len(found["sites"]) == 1 else formatter.f["all_sites"],
        loads=formatter.loads(),
        tables=formatter.tables(),
        bottlenecks=[b["reason"] for b in found["bottlenecks"]],
        ready=_ready(formatter, found),
        idle=_idle(formatter, found),
        sla=await _sla(ctx, asked),
        payroll=Address(f"{PATH}/timebank.csv", asked.params).text,
    )


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


def _ready(formatter: Formatter, found: Found) -> dict[str, str]:
    """Return how long cars took from order to ready, and how many were ready in time."""
    one, f = found["ready"], formatter.f
    if not one["cars"]:
        return {"mean": "", "half": "", "cars": f["no_ready"], "kept": ""}
    return {
        "mean": formatter.length(one["mean"]),
        "half": f["half"].format(time=formatter.length(one["median"])),
        "cars": f["cars_ready"].format(count=one["cars"]),
        "kept": f["kept"].format(kept=one["kept"], promised=one["promised"]) if one["promised"] else "",
    }


def _idle(formatter: Formatter, found: Found) -> dict[str, str]:
    one, f = found["idle"], formatter.f
    if one["mean"] is None:
        return {"mean": "", "note": f["no_idle"]}
    return {"mean": formatter.length(one["mean"]), "note": f["idle_note"].format(count=one["cars"])}


async def _sla(ctx: RequestContext, asked: Asked) -> list[tuple[str, str, str, str]]:
    """Return how many open cars are overdue, at risk and on time: name, number, list, tone."""
    meta = ctx.spec[CARS]
    site = (("prep_center", asked.site),) if asked.site else ()
    query = listing_of(ctx, meta, Address(f"/app/{CARS}", site)).query
    counts = await ctx.platform.reading.counts(ctx.person, CARS, query, "sla_status", most=MOST_COUNTED)
    made = []
    for code in _SLA:
        address = Address(f"/app/{CARS}", (("sla_status", code), *site))
        tone = "late" if code == "delayed" else ""
        made.append((ctx.say(WORDS[code]), ctx.count(counts.get(code, 0)), address.text, tone))
    return made


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
            str(site.get("number", "")),
            str(site.get("name", "")),
            f"{date.fromisoformat(one['day']):%d.%m.%Y}",
            WORDS[one["kind"]].pick(DEFAULT),
            Decimal(one["hours"]),
        ]


ROUTES = (
    get(PATH, show_figures),
    get(f"{PATH}/timebank.csv", download_time_bank),
)
