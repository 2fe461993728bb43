"""When a vehicle's maintenance is due, and when it will be: pure arithmetic of dates, kilometres and engine hours.

A meter is taken to move as a walk with a steady pace and independent steps: the pace is what was driven between the
first and the last reading, its spread what the steps between readings show. Below three readings over two weeks nothing
is foreseen.
"""

from calendar import monthrange
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from math import ceil, floor, sqrt
from typing import Any

from directapp.declare.names import Row, Values
from directapp.domains.maintenance.fields import MaintenanceSchedules as S
from directapp.domains.vehicles.fields import Vehicles
from directapp.kernel.clock import oslo_day

FEWEST, SHORTEST = 3, 14.0
# Of ten forecasts eight fall between the first and the last day told.
_EIGHTY = 1.2816
# Later than this nothing is foreseen: the pace will have changed.
_FARTHEST = 3_650
_LEVELS = ("ok", "due_soon", "due", "overdue")


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast a meter moves: units a day, variance of a day's step, over how many days and readings."""

    per_day: float
    variance: float
    days: float
    readings: int

    def reach(self, left: float) -> tuple[float, float, float] | None:
        """Return in how many days ``left`` units will have been driven: likely, early, late; None: never foreseen."""
        if self.per_day <= 0:
            return None
        likely = max(left, 0.0) / self.per_day
        if likely > _FARTHEST:
            return None
        spread = _EIGHTY * sqrt(self.variance * (likely + likely * likely / self.days)) / self.per_day
        return likely, max(likely - spread, 0.0), min(likely + spread, float(_FARTHEST))


@dataclass(frozen=True, slots=True)
class Paces:
    """The paces of a vehicle's two meters, None where there is too little data, and how many readings there are."""

    km: Pace | None = None
    engine_hours: Pace | None = None
    readings: int = 0


UNKNOWN = Paces()


def pace_of(days: Sequence[float], totals: Sequence[float]) -> Pace | None:
    """Return the pace of readings in the order of time (days since any beginning); None: too little data."""
    steps = [(b - a, v - u) for a, b, u, v in zip(days, days[1:], totals, totals[1:], strict=False) if b > a]
    if len(steps) < FEWEST - 1:
        return None
    span = sum(time for time, _ in steps)
    if span < SHORTEST:
        return None
    per_day = sum(way for _, way in steps) / span
    variance = sum((way - per_day * time) ** 2 / time for time, way in steps) / (len(steps) - 1)
    return Pace(per_day, variance, span, len(steps) + 1)


def months_after(day: date, months: int) -> date:
    """Return the same day so many months later, the last of the month where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def counted_anew(row: Row, on: date, km: int | None, hours: Decimal | None) -> Values:
    """Return what the next time is counted from, once it was done: then, or when it was due where that is fixed."""
    fixed = row.get(S.basis) == "fixed"
    months, start = row.get(S.every_months), row.get(S.counted_from_on)
    day = on
    if fixed and months and start:
        turns = 1
        while months_after(start, months * (turns + 1)) <= on:
            turns += 1
        day = months_after(start, months * turns)
    values: Values = {S.counted_from_on: day}
    meters: tuple[tuple[Any, Any, Any, Any], ...] = (
        (S.counted_from_km, row.get(S.counted_from_km), row.get(S.every_km), km),
        (S.counted_from_hours, row.get(S.counted_from_hours), row.get(S.every_engine_hours), hours),
    )
    for name, since, every, reached in meters:
        if fixed and every and since is not None and reached is not None:
            values[name] = since + every * max(1, floor((reached - since) / every))
        elif reached is not None:
            values[name] = reached
    return values


def due_at(row: Row) -> Values:
    """Return the day, the kilometre and the engine hour at which it is next due, each None where it does not count."""
    months, km, hours = row.get(S.every_months), row.get(S.every_km), row.get(S.every_engine_hours)
    day, from_km, from_hours = row.get(S.counted_from_on), row.get(S.counted_from_km), row.get(S.counted_from_hours)
    return {
        S.next_due_on: months_after(day, months) if months and day else None,
        S.next_due_km: from_km + km if km and from_km is not None else None,
        S.next_due_hours: from_hours + hours if hours and from_hours is not None else None,
    }


@dataclass(frozen=True, slots=True)
class _Sight:
    """One of the three ways to be due: how urgent it is, and when it will be; ``known`` is False without a pace."""

    by: str
    level: int
    on: date | None = None
    early: date | None = None
    late: date | None = None
    known: bool = True


def _level(left: float, lead: float, grace: float) -> int:
    return 3 if left < -grace else 2 if left <= 0 else 1 if left <= lead else 0


def _calendar(row: Row, due: date, today: date) -> _Sight:
    left = (due - today).days
    level = _level(left, row.get(S.lead_days) or 0, row.get(S.grace_days) or 0)
    return _Sight("months", level, due, due, due)


def _metered(  # noqa: PLR0917 - one way to be due, in full
    by: str, row: Row, left: float | None, read_on: date | None, pace: Pace | None, today: date
) -> _Sight:
    if left is None or read_on is None:
        return _Sight(by, 0, known=False)
    lead, grace = (row.get(S.lead_km), row.get(S.grace_km)) if by == "km" else (None, None)
    if by == "engine_hours":
        lead, grace = row.get(S.lead_engine_hours), row.get(S.grace_engine_hours)
    level = _level(left, lead or 0, grace or 0)
    if left <= 0:
        return _Sight(by, level, read_on, read_on, read_on)
    reached = pace.reach(left) if pace else None
    if reached is None:
        return _Sight(by, level, known=pace is not None)
    likely, early, late = (read_on + timedelta(days=ceil(round(days, 6))) for days in reached)
    if likely <= today + timedelta(days=row.get(S.lead_days) or 0):
        level = max(level, 1)
    return _Sight(by, level, likely, early, late)


def outlook(row: Row, vehicle: Row, today: date, paces: Paces = UNKNOWN, *, running: bool = True) -> Values:
    """Return how a schedule stands on a day, and what is foreseen, by whichever comes first.

    ``running`` says that the vehicle is in the fleet.
    """
    due = due_at(row)
    metered = vehicle.get(Vehicles.metered_at)
    read_on = oslo_day(metered) if metered else None
    sights = [_calendar(row, due[S.next_due_on], today)] if due[S.next_due_on] else []
    meters: tuple[tuple[str, Any, Any, Any, Pace | None], ...] = (
        ("km", row.get(S.every_km), due[S.next_due_km], vehicle.get(Vehicles.odometer_km), paces.km),
        (
            "engine_hours",
            row.get(S.every_engine_hours),
            due[S.next_due_hours],
            vehicle.get(Vehicles.engine_hours),
            paces.engine_hours,
        ),
    )
    for by, every, at, stands, pace in meters:
        if every:
            left = float(at - stands) if at is not None and stands is not None else None
            sights.append(_metered(by, row, left, read_on, pace, today))
    seen = [s for s in sights if s.on is not None]
    first = min(seen, key=lambda s: (-s.level, s.on or date.max), default=None)
    active = bool(row.get(S.active)) and running
    return {
        **due,
        S.standing: _standing(row, max((s.level for s in sights), default=0)) if active else "resting",
        S.due_by: first.by if first else None,
        S.forecast_on: first.on if first else None,
        S.forecast_from: first.early if first else None,
        S.forecast_to: first.late if first else None,
        S.certainty: _certainty(sights, first),
        S.km_per_day: _rounded(paces.km),
        S.hours_per_day: _rounded(paces.engine_hours),
        S.readings: paces.readings,
    }


def _standing(row: Row, level: int) -> str:
    return "planned" if row.get(S.work_order) is not None else _LEVELS[level]


def _certainty(sights: Sequence[_Sight], first: _Sight | None) -> str:
    if first is not None and first.level >= _LEVELS.index("due"):
        return "reached"
    if any(not s.known for s in sights):
        return "too_little"
    return "calendar" if first is None or first.by == "months" else "measured"


def _rounded(pace: Pace | None) -> Decimal | None:
    return Decimal(pace.per_day).quantize(Decimal("0.1"), ROUND_HALF_EVEN) if pace else None


def differing(row: Mapping[str, Any], values: Values) -> Values:
    """Return those of some values that a row does not hold."""
    return {name: value for name, value in values.items() if row.get(name) != value}
