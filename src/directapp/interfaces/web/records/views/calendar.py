"""The calendar: a list's rows on their days, with the same filter and search."""

from typing import Any

from fastapi import Response

from directapp.derive import calendar
from directapp.derive.calendar import CalendarPeriod
from directapp.derive.questions import Address, shortened
from directapp.derive.shown import paths_for
from directapp.derive.tables import Listing
from directapp.interfaces.web.core.context import PersonContext, RequestContext
from directapp.interfaces.web.core.feature import get
from directapp.interfaces.web.core.typed import asked_day
from directapp.interfaces.web.core.words import WORDS as COMMON
from directapp.interfaces.web.records.lists import address_of, listing_of, may_create, tools_of
from directapp.interfaces.web.records.views.bar import bar_of
from directapp.interfaces.web.records.views.words import WORDS, speak_views
from directapp.kernel.clock import oslo_day
from directapp.kernel.errors import NotFoundError
from directapp.store.query import Junction, Order, Query

MONTH_EVENTS, WEEK_EVENTS, MOST = 5, 40, 1500


async def show_calendar(ctx: PersonContext, collection: str) -> Response:
    """Show the calendar, or the part of it that was asked for."""
    meta = ctx.meta(collection)
    listing = listing_of(ctx, meta, address_of(ctx, collection, "/calendar"))
    context = await _context(ctx, listing)
    if ctx.partial:
        response = ctx.page("views/days.html", **context, **await bar_of(ctx, listing))
        response.headers["HX-Push-Url"] = listing.address.without("after", "with").text
        return response
    bar, tools = await bar_of(ctx, listing), await tools_of(ctx, listing)
    return ctx.page("views/calendar.html", **context, **bar, **tools)


async def _context(ctx: RequestContext, listing: Listing) -> dict[str, Any]:
    meta, address = listing.meta, listing.address
    dates = calendar.dates_of(meta, listing.readable)
    if not dates:
        raise NotFoundError
    item = next((f for f in dates if f.name == address.get("by")), dates[0])
    kind = "week" if address.get("span") == "week" else "month"
    asked, day = address.get("day"), asked_day(address.get("day"), ctx.now)
    span = CalendarPeriod(kind, day or oslo_day(ctx.now))
    inside = calendar.within(item, span)
    names = tuple(dict.fromkeys(("id", "status", item.name, *meta.called)))
    query = Query(
        fields=paths_for(ctx.spec, ctx.person, meta, tuple(n for n in names if n in listing.readable)),
        filter=Junction("and", (inside, listing.query.filter)) if listing.query.filter else inside,
        search=listing.query.search,
        sort=(Order(item.name),),
        limit=MOST,
    )
    rows = await ctx.rows(meta.name, query)
    most = WEEK_EVENTS if kind == "week" else MONTH_EVENTS
    return {
        "title": meta.declared.plural.pick(ctx.language),
        "here": meta.name,
        "path": address.path,
        "v": speak_views(ctx.language),
        "count_href": Address(f"/app/{meta.name}/count", address.without("after", "sort").params).text,
        "narrowed": bool(address.params),
        "may_create": may_create(ctx, meta),
        "left_out": ctx.say(COMMON["left_out"].fill(label=COMMON["day"], written=shortened(asked)))
        if asked and day is None
        else "",
        "span_title": _title(ctx, span),
        "week": kind == "week",
        "weekdays": calendar.weekday_names(ctx.language),
        "weeks": calendar.weeks_of(ctx.formatter, meta, item, span, rows, most=most),
        "before_href": address.but(day=span.before.isoformat()).text,
        "after_href": address.but(day=span.after.isoformat()).text,
        "today_href": address.without("day").text,
        "week_address": address.but(span="week"),
        "spans": [(ctx.say(WORDS[s]), address.but(span=s).text, s == kind) for s in calendar.SPANS],
        "dates": [(f.label.pick(ctx.language), address.but(by=f.name).text, f is item) for f in dates],
    }


def _title(ctx: RequestContext, span: CalendarPeriod) -> str:
    month = span.title(ctx.language)
    if span.kind == "month":
        return month
    return ctx.say(WORDS["week_of"]).format(week=span.first.isocalendar().week, month=month.lower())


ROUTES = (get("/app/{collection}/calendar", show_calendar),)
