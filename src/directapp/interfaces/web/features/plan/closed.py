"""Closed: when the rows of the plan do not work, told as the spans that are greyed. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from directapp.derive.present import read_day, read_instant
from directapp.domains.planning.engine.workdays import holiday
from directapp.domains.planning.fields import Resources, WorkingHours
from directapp.kernel.clock import OSLO

Row = Mapping[str, Any]
Span = tuple[str, str, str, bool]
EARLIEST, LATEST = "07:00", "17:00"
_FARTHEST = 21


def clock_limits(hours: Iterable[Row]) -> tuple[str, str]:
    """Return the clock times between which anyone works."""
    known = [(str(h[WorkingHours.starts]), str(h[WorkingHours.ends])) for h in hours]
    if not known:
        return EARLIEST, LATEST
    return min(k[0] for k in known), max(k[1] for k in known)


def closed_spans(
    resources: Iterable[Row],
    hours: Iterable[Row],
    absences: Iterable[Row],
    days: Sequence[date],
    limits: tuple[str, str],
) -> list[Span]:
    """Return (resource, start, end, away) for what is not worked between the limits, on Norway's wall clock."""
    by_resource: dict[str, list[Row]] = {}
    for one in hours:
        by_resource.setdefault(str(one[WorkingHours.resource]), []).append(one)
    found: list[Span] = []
    for resource in resources:
        mine = by_resource.get(str(resource[Resources.id]), [])
        for day in days:
            shut = holiday(day) is not None and not resource.get(Resources.works_holidays)
            worked = [] if shut else sorted(_on(mine, day))
            found += [
                (str(resource[Resources.id]), f"{day}T{start}", f"{day}T{end}", False)
                for start, end in _gaps(worked, *limits)
            ]
    return [*found, *_away(absences, days)]


def working_day(first: date, hours: Sequence[Row]) -> date:
    """Return the first day, from this one on, on which anyone works; this one where nobody's hours are known."""
    ahead = (first + timedelta(days=n) for n in range(_FARTHEST))
    return next((day for day in ahead if any(_works(one, day) for one in hours)), first)


def _works(one: Row, day: date) -> bool:
    shut = holiday(day) is not None and not (one.get(WorkingHours.resource) or {}).get(Resources.works_holidays)
    return not shut and any(_on((one,), day))


def idle_of(
    resources: Iterable[Row], closed: Iterable[Span], days: Sequence[date], limits: tuple[str, str]
) -> set[str]:
    """Return the resources that do not work at all in these days, between the limits."""
    by_resource: dict[str, list[tuple[str, str]]] = {}
    for resource, start, end, _ in closed:
        by_resource.setdefault(resource, []).append((start, end))
    whole = [(f"{day}T{limits[0]}", f"{day}T{limits[1]}") for day in days]
    ids = [str(r[Resources.id]) for r in resources]
    return {i for i in ids if not any(_gaps(sorted(by_resource.get(i, ())), *day) for day in whole)}


def _on(hours: Iterable[Row], day: date) -> Iterable[tuple[str, str]]:
    for one in hours:
        first, last = read_day(one.get(WorkingHours.valid_from)), read_day(one.get(WorkingHours.valid_to))
        holds = (first is None or first <= day) and (last is None or day <= last)
        if holds and int(one[WorkingHours.weekday]) == day.isoweekday():
            yield str(one[WorkingHours.starts]), str(one[WorkingHours.ends])


def _gaps(worked: Iterable[tuple[str, str]], low: str, high: str) -> list[tuple[str, str]]:
    gaps, reached = [], low
    for start, end in worked:
        if start > reached:
            gaps.append((reached, start))
        reached = max(reached, end)
    return [*gaps, (reached, high)] if reached < high else gaps


def _away(absences: Iterable[Row], days: Sequence[date]) -> list[Span]:
    first = datetime.combine(days[0], time(), OSLO)
    last = datetime.combine(days[-1] + timedelta(days=1), time(), OSLO)
    told = []
    for one in absences:
        start, end = read_instant(one["starts_at"]), read_instant(one["ends_at"])
        if start is not None and end is not None:
            told.append((str(one["resource"]), wall(max(start, first)), wall(min(end, last)), True))
    return told


def wall(instant: datetime) -> str:
    """Return an instant as Norway's wall clock shows it, to the minute."""
    return f"{instant.astimezone(OSLO):%Y-%m-%dT%H:%M}"


def offsets(days: Sequence[date]) -> list[tuple[int, int]]:
    """Return (from this millisecond on, so many minutes ahead of UTC) for the days and those around them."""
    told: list[tuple[int, int]] = []
    begin = datetime.combine(days[0] - timedelta(days=2), time(), OSLO).timestamp()
    for hour in range((len(days) + 4) * 24):
        at = datetime.fromtimestamp(begin + hour * 3600, OSLO)
        ahead = int((at.utcoffset() or timedelta()).total_seconds() // 60)
        if not told or told[-1][1] != ahead:
            told.append((int(at.timestamp() * 1000), ahead))
    return told
