"""Sums over bookings: what was booked, how it went and how cars waited, added up where the bookings lie."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from directapp.declare.case import Range, Sums
from directapp.domains.planning.booking_course import DELAYED, HELD, LATE_START, OUTCOME, OUTCOMES, OVERRUN
from directapp.domains.planning.engine.workdays import at_clock
from directapp.domains.planning.rights import SYSTEM
from directapp.services.command import CommandContext

_BOOKINGS = "resource_bookings"
_SHOWN = 50
_ONE_DAY = timedelta(days=1)
CODES = tuple(c.code for c in OUTCOMES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """The days that are asked about, both included."""

    first: date
    last: date

    @property
    def start(self) -> datetime:
        """The first moment."""
        return at_clock(self.first, "00:00")

    @property
    def end(self) -> datetime:
        """The moment after the last."""
        return at_clock(self.last + _ONE_DAY, "00:00")


def _hours(start: str, end: str) -> str:
    return f"(date_part('epoch', {end} - {start}) / 3600)"


_PLANNED = _hours("{row}.starts_at", "{row}.ends_at")
_ESTIMATED = f"coalesce(nullif({{row}}.estimated_hours, 0)::float8, {_PLANNED})"
_OWED = "round(coalesce({row}.actual_hours, extract(epoch FROM {row}.ends_at - {row}.starts_at) / 3600), 2)"
_FOR_OTHERS = "{row}.completed_at IS NOT NULL AND {row}.provider <> {row}.consumer"
_TOOK = "{row}.completed_at IS NOT NULL AND {row}.actual_hours IS NOT NULL"
# The hours that sites use of each other's are told by the week.
_BOOKED = Sums(
    by={name: f"{{row}}.{name}" for name in ("resource_type", "resource", "provider", "consumer")}
    | {"week": "CASE WHEN {row}.provider <> {row}.consumer THEN {row}.week END"},
    of={
        "jobs": "count(*)",
        **{code: f"count(*) FILTER (WHERE ({OUTCOME}) = '{code}')" for code in CODES},
        "late": f"count(*) FILTER (WHERE {DELAYED})",
        "booked": f"sum({_PLANNED})",
        "inside": f"sum({_hours('{row}.starts_at', 'least({row}.ends_at, {end})')})",
        "owed": f"sum({_OWED}) FILTER (WHERE {_FOR_OTHERS})",
    },
    where=HELD,
)
_TAKEN = Sums(
    by={"resource_type": "{row}.resource_type"},
    of={
        "estimated": f"sum({_ESTIMATED})",
        "actual": "sum({row}.actual_hours)::float8",
        "ratio": f"percentile_cont(0.5) WITHIN GROUP (ORDER BY {{row}}.actual_hours::float8 / {_ESTIMATED})",
        "n": "count(*)",
    },
    where=f"{HELD} AND {_TOOK} AND {_ESTIMATED} > 0",
)
_DELAYS = Sums(
    by={name: f"{{row}}.{name}" for name in ("id", "car", "resource", "resource_type", "starts_at")}
    | {"late_start": LATE_START, "overrun": OVERRUN},
    of={},
    where=DELAYED,
    order=f"{LATE_START} + {OVERRUN} DESC, {{row}}.id",
    most=_SHOWN,
)
_BEGAN = "coalesce({row}.started_at, {row}.starts_at)"
_ENDED = f"greatest({_BEGAN}, {{row}}.completed_at)"
_SPAN = _hours("lower(span)", "upper(span)")
# How long a car waited between its jobs: from the first to the last, without the time when any of them was done.
_IDLE = Sums(
    by={"car": "{row}.car"},
    of={
        "around": _hours(f"min({_BEGAN})", f"max({_ENDED})"),
        "within": f"range_agg(tstzrange({_BEGAN}, {_ENDED}, '[]'))",
    },
    where=f"{HELD} AND {{row}}.completed_at IS NOT NULL",
    having="count(*) > 1",
    over={
        "cars": "count(*)",
        "mean": f"avg({{row}}.around - (SELECT sum({_SPAN}) FROM unnest({{row}}.within) span))",  # noqa: S608 - constants
    },
)


async def booked(ctx: CommandContext, sites: Sequence[UUID], period: Period) -> Sequence[Mapping[str, Any]]:
    """Return what these sites book of each other in a period, by type, resource, sites and week."""
    moments = {"now": ctx.now, "end": period.end}
    return await _sums(ctx, replace(_BOOKED, moments=moments), {"provider": sites, "consumer": sites}, period)


async def taken(ctx: CommandContext, sites: Sequence[UUID], period: Period) -> Sequence[Mapping[str, Any]]:
    """Return what jobs took beside what was estimated, by type; ``ratio`` is the median of both."""
    return await _sums(ctx, _TAKEN, {"provider": sites}, period)


async def delays(ctx: CommandContext, sites: Sequence[UUID], period: Period) -> Sequence[Mapping[str, Any]]:
    """Return the jobs that began late or ran over most, in minutes, the worst first."""
    return await _sums(ctx, replace(_DELAYS, moments={"now": ctx.now}), {"provider": sites}, period)


async def idle(ctx: CommandContext, sites: Sequence[UUID], period: Period) -> Mapping[str, Any]:
    """Return of how many cars more than one job was done, and how long these waited in between, on average."""
    (row,) = await _sums(ctx, _IDLE, {"provider": sites}, period)
    return row


async def _sums(
    ctx: CommandContext, asked: Sums, either: dict[str, Any], period: Period
) -> Sequence[Mapping[str, Any]]:
    span = {"starts_at": Range(period.start, period.end)}
    return await ctx.sums(_BOOKINGS, replace(asked, either=either, within=span), system=SYSTEM)
