"""The calendar: a list's rows on their days, with the same filter and search."""

from typing import Any

import orjson
from fastapi import APIRouter, Response

from directapp.derive import calendar, present
from directapp.derive.calendar import Span
from directapp.derive.questions import Address
from directapp.derive.shown import paths_for
from directapp.derive.tables import Listing
from directapp.interfaces.web.desk import Desk, PersonDesk
from directapp.interfaces.web.lists import address_of, listing_of, may_create, tools_of
from directapp.interfaces.web.views.bar import bar_of
from directapp.interfaces.web.views.words import WORDS, speak_views
from directapp.kernel.clock import oslo_day
from directapp.kernel.errors import NotFoundError
from directapp.store.query import Junction, Order, Query

MONTH_EVENTS, WEEK_EVENTS, MOST = 5, 40, 1500


def add_calendar(router: APIRouter) -> None:
    """Add the route of the calendar."""
    router.add_api_route("/app/{collection}/calendar", show_calendar, methods=["GET"])


async def show_calendar(desk: PersonDesk, collection: str) -> Response:
    """Show the calendar, or the part of it that was asked for."""
    shape = desk.shape(collection)
    listing = listing_of(desk, shape, address_of(desk, collection, "/calendar"))
    context = await _context(desk, listing)
    if desk.partial:
        response = desk.page("views/days.html", **context, **await bar_of(desk, listing))
        response.headers["HX-Push-Url"] = listing.address.without("after", "with").text
        return response
    bar, tools = await bar_of(desk, listing), await tools_of(desk, listing)
    return desk.page("views/calendar.html", **context, **bar, **tools)


async def _context(desk: Desk, listing: Listing) -> dict[str, Any]:
    shape, address = listing.shape, listing.address
    dates = calendar.dates_of(shape, listing.readable)
    if not dates:
        raise NotFoundError
    item = next((f for f in dates if f.name == address.get("by")), dates[0])
    kind = "week" if address.get("span") == "week" else "month"
    span = Span(kind, present.asked_day(address.get("day")) or oslo_day(desk.now))
    inside = calendar.within(item, span)
    names = tuple(dict.fromkeys(("id", "status", item.name, *shape.declared.views.title)))
    query = Query(
        fields=paths_for(desk.spec, desk.person, shape, tuple(n for n in names if n in listing.readable)),
        filter=Junction("and", (inside, listing.query.filter)) if listing.query.filter else inside,
        search=listing.query.search,
        sort=(Order(item.name),),
        limit=MOST,
    )
    rows = orjson.loads((await desk.platform.reading.page(desk.person, shape.name, query)).json)
    most = WEEK_EVENTS if kind == "week" else MONTH_EVENTS
    return {
        "title": shape.declared.plural.pick(desk.language),
        "here": shape.name,
        "path": address.path,
        "v": speak_views(desk.language),
        "count_href": Address(f"/app/{shape.name}/count", address.without("after", "sort").params).text,
        "narrowed": bool(address.params),
        "may_create": may_create(desk, shape),
        "span_title": _title(desk, span),
        "week": kind == "week",
        "weekdays": calendar.weekday_names(desk.language),
        "weeks": calendar.weeks_of(desk.teller, shape, item, span, rows, most=most),
        "before_href": address.but(day=span.before.isoformat()).text,
        "after_href": address.but(day=span.after.isoformat()).text,
        "today_href": address.without("day").text,
        "week_address": address.but(span="week"),
        "spans": [(desk.say(WORDS[s]), address.but(span=s).text, s == kind) for s in calendar.SPANS],
        "dates": [(f.label.pick(desk.language), address.but(by=f.name).text, f is item) for f in dates],
    }


def _title(desk: Desk, span: Span) -> str:
    month = span.title(desk.language)
    if span.kind == "month":
        return month
    return desk.say(WORDS["week_of"]).format(week=span.first.isocalendar().week, month=month.lower())
