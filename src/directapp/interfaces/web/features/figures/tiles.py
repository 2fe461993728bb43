"""The tiles of the figures: how full it is, how long cars take, how long they wait, and how they stand now."""

from datetime import date, timedelta

from directapp.derive.questions import NONE
from directapp.domains.cars.fields import Cars
from directapp.domains.planning.fields import ResourceBookings
from directapp.interfaces.web.features.figures.cells import Line, Tile
from directapp.interfaces.web.features.figures.told import FULL, Formatter, Found
from directapp.kernel.clock import oslo_day

_OUTCOMES = ("completed", "in_progress", "ahead", "unreported")
_SOON = ("late", "unreported")


def tiles_of(told: Formatter) -> list[Tile]:
    """Return the tiles, in the order of the page."""
    today = oslo_day(told.ctx.now)
    monday = today - timedelta(days=today.weekday())
    return [
        _load(told, "today", "today", (today, today)),
        _load(told, "week", "this_week", (monday, monday + timedelta(days=6))),
        _load(told, "period", "chosen", (told.links.first, told.links.last)),
        _ready(told),
        _idle(told),
    ]


def _load(told: Formatter, name: str, word: str, days: tuple[date, date]) -> Tile:
    one, f = told.found[name], told.f
    share = one["booked"] / one["available"] if one["available"] else float(bool(one["booked"]))
    booked = f["booked_of"].format(booked=told.number(one["booked"]), available=told.number(one["available"]))
    parts = [
        Line(
            f[f"n_{code}"].format(count=one[code]),
            told.links.bookings((ResourceBookings.outcome, code), days=days),
            "soon" if code in _SOON else "",
        )
        for code in _OUTCOMES
        if one[code]
    ]
    late = told.links.bookings((ResourceBookings.delayed, "true"), days=days)
    return Tile(
        code=name,
        name=f[word],
        number=told.percent(share),
        lines=[
            Line(booked),
            Line(f["jobs_in_all"].format(count=one["jobs"]), told.links.bookings(days=days)),
            *parts,
            *([Line(f["jobs_late"].format(late=one["late"]), late, "soon")] if one["late"] else []),
        ],
        how=told.how["load"],
        tone="late" if share > FULL else "",
    )


def _ready(told: Formatter) -> Tile:
    """Return how long cars took from order to ready, and how many were ready in time."""
    one, f, links = told.found["ready"], told.f, told.links
    after, unpromised = one["promised"] - one["kept"], one["cars"] - one["promised"]
    lines = [Line(f["no_ready"])]
    if one["cars"]:
        lines = [
            Line(f["half"].format(time=told.length(one["median"]))),
            Line(f["cars_ready"].format(count=one["cars"]), links.ready()),
            Line(f["in_time"].format(count=one["kept"]), links.ready((Cars.ready_in_time, "true"))),
            Line(f["after"].format(count=after), links.ready((Cars.ready_in_time, "false")), "soon" if after else ""),
            Line(f["unpromised"].format(count=unpromised), links.ready((Cars.delivery_date, NONE))),
        ]
    number = told.length(one["mean"]) if one["cars"] else ""
    return Tile(code="ready", name=f["lead_time"], number=number, lines=lines, how=told.how["lead_time"])


def _idle(told: Formatter) -> Tile:
    one: Found = told.found["idle"]
    f, known = told.f, told.found["idle"]["mean"] is not None
    done = told.links.bookings((ResourceBookings.outcome, "completed"))
    line = Line(f["idle_note"].format(count=one["cars"]), done, counted=False) if known else Line(f["no_idle"])
    number = told.length(one["mean"]) if known else ""
    return Tile(code="idle", name=f["idle"], number=number, lines=[line], how=told.how["idle"])
