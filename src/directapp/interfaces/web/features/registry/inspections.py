"""Cars whose periodic inspection falls due: the nearest first, those over it marked."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from fastapi import Response

from directapp.derive.inputs import Option
from directapp.derive.shown import page_of, paths_for, readable_anywhere
from directapp.domains.cars.fields import Cars
from directapp.interfaces.web.core.context import PersonContext, RequestContext
from directapp.interfaces.web.core.feature import get
from directapp.interfaces.web.features.registry.words import WORDS, speak
from directapp.kernel.clock import oslo_day
from directapp.store.query import Condition, Junction, Order, Query

CARS = "cars"
PATH = f"/app/{CARS}/eu-control"
DUE = "next_inspection_due"
_SHOWN = 300
_DAYS = (14, 30, 45, 60, 90)
_USUAL = 45
_FIELDS = ("license_plate", "vin", "make", "model", "status", "dealership", "seller", DUE, "last_inspection")


async def show_inspections(ctx: PersonContext, days: str = "") -> Response:
    """Show open cars whose inspection is due within some days, or overdue."""
    meta = ctx.meta(CARS)
    within = int(days) if days in map(str, _DAYS) else _USUAL
    today = oslo_day(ctx.now)
    flow = meta.declared.workflow
    still = [s.code for s in flow.states if not s.locked] if flow else []
    conditions = (
        Condition(("status",), "in", still),
        Condition((DUE,), "lte", today + timedelta(days=within)),
    )
    readable = readable_anywhere(ctx.person, meta)
    names = tuple(n for n in _FIELDS if n in readable)
    query = Query(
        fields=(("id",), *paths_for(ctx.spec, ctx.person, meta, names)),
        filter=Junction("and", conditions),
        sort=(Order(DUE), Order("id")),
        limit=_SHOWN + 1,
    )
    rows = await ctx.rows(CARS, query)
    t = speak(ctx.language)
    return ctx.page(
        "registry/inspections.html",
        here=CARS,
        t=t,
        path=PATH,
        plural=meta.declared.plural.pick(ctx.language),
        about=t["inspections_about"].format(days=within),
        nothing=t["no_inspections"].format(days=within),
        options=[Option(str(n), t["days_option"].format(count=n), n == within) for n in _DAYS],
        rows=[_row(ctx, row, today) for row in rows[:_SHOWN]],
        more=WORDS["more_than"].pick(ctx.language).format(count=_SHOWN) if len(rows) > _SHOWN else "",
    )


def _row(ctx: RequestContext, row: Mapping[str, Any], today: date) -> dict[str, Any]:
    meta = ctx.spec[CARS]
    tell = ctx.formatter.value
    names = [s for n in ("make", "model") if (s := tell(meta, n, row))]
    return {
        "href": page_of(CARS, row[Cars.id]),
        "plate": tell(meta, "license_plate", row) or tell(meta, "vin", row, short=True),
        "car": " ".join(s.text for s in names),
        "due": tell(meta, DUE, row),
        "overdue": date.fromisoformat(row[DUE]) < today,
        "status": tell(meta, "status", row),
        "site": tell(meta, "dealership", row).text,
        "last": tell(meta, "last_inspection", row),
    }


ROUTES = (get(PATH, show_inspections),)
