"""Working days: weekly hours, absences, public holidays and exceptions, turned into the hours that can be worked.

A clock time that does not exist on the day that summer time begins is moved to the moment the clock was put to; where
a clock time comes twice in autumn, a window begins at the first and ends at the second, so that whoever works from one
to four that night works four real hours. A person who *writes* a time that does not exist is told so (``at_clock``).
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, lru_cache
from types import MappingProxyType

from directapp.domains.planning.engine.spans import (
    HOUR,
    Seconds,
    Span,
    ceil_second,
    day_of,
    floor_second,
    instant,
    merged,
    span,
    without,
)
from directapp.kernel.clock import OSLO
from directapp.kernel.dates import day_text
from directapp.kernel.errors import InvalidError, Problem
from directapp.kernel.text import Name, Text, _

_CLOCK = re.compile(r"(?:([01]\d|2[0-3]):([0-5]\d)|(24):00)(?::00)?")
_SUNDAY = 7
_FARTHEST_DAYS = 366
_ONE_DAY = timedelta(days=1)
_PLAIN_DAY = 24 * HOUR
_ONE_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Hours:
    """One window of every week: Monday is 1, clock times are local, ``24:00`` is the end of a day.

    It holds from ``first`` to ``last``, both included; None holds for ever.
    """

    weekday: int
    start: str
    end: str
    first: date | None = None
    last: date | None = None


@dataclass(frozen=True, slots=True)
class DayException:
    """How one day differs: ``closed`` takes the ordinary hours away, ``windows`` adds some, on a holiday too."""

    day: date
    closed: bool = False
    windows: tuple[tuple[str, str], ...] = ()
    label: Text | None = None


@dataclass(frozen=True, slots=True)
class Schedule:
    """When one resource works."""

    hours: tuple[Hours, ...] = ()
    absences: tuple[Span, ...] = ()
    exceptions: tuple[DayException, ...] = ()
    open_on_holidays: bool = False


@lru_cache(maxsize=2048)
def clock_minutes(clock: str) -> int:
    """Return the minutes from midnight of ``HH:MM``.

    Raises:
        InvalidError: it is no clock time.

    """
    match = _CLOCK.fullmatch(clock.strip())
    if match is None:
        message = _("“{clock}” is no time of day.")
        raise InvalidError(message.fill(clock=clock))
    return 24 * 60 if match[3] else int(match[1]) * 60 + int(match[2])


def hours_problems(hours: Sequence[Hours], *, field: str = "working_hours") -> list[Problem]:
    """Return what is wrong with weekly hours: weekdays, clocks, an end before its start, windows that overlap."""
    found: list[Problem] = []
    taken: dict[int, list[Seconds]] = {}
    for window in hours:
        if not 1 <= window.weekday <= _SUNDAY:
            found.append(Problem(_("The weekday must be 1 to 7."), field))
            continue
        try:
            start, end = clock_minutes(window.start), clock_minutes(window.end)
        except InvalidError as error:
            found += [Problem(p.message, field) for p in error.problems]
            continue
        values = {"start": window.start, "end": window.end}
        if end <= start:
            message = _("The hours {start}–{end} end before they begin. Split a shift over midnight in two.")
            found.append(Problem(message.fill(**values), field))
        elif any(a < end and start < b for a, b in taken.get(window.weekday, [])):
            message = _("The hours {start}–{end} overlap others on the same day.")
            found.append(Problem(message.fill(**values), field))
        else:
            taken.setdefault(window.weekday, []).append((start, end))
    return found


def at_clock(day: date, clock: str, *, field: str | None = None, second_time: bool = False) -> datetime:
    """Return the instant of a clock time that a person wrote for a day, in UTC.

    Raises:
        InvalidError: the clock skips that time on that day, or it is no clock time.

    """
    minutes = clock_minutes(clock)
    wall = datetime.combine(day, time()) + timedelta(minutes=minutes)
    found = wall.replace(tzinfo=OSLO, fold=1 if second_time else 0).astimezone(UTC)
    if found.astimezone(OSLO).replace(tzinfo=None) != wall:
        message = _("{clock} does not exist on {day}: the clock is put forward to summer time.")
        raise InvalidError(Problem(message.fill(clock=clock, day=day_text(day)), field))
    return found


@lru_cache(maxsize=8192)
def _second_of(day: date, minutes: int, last: bool) -> int:  # noqa: FBT001 - positional, for the cache
    wall = datetime.combine(day, time()) + timedelta(minutes=minutes)
    early, late = wall.replace(tzinfo=OSLO, fold=0), wall.replace(tzinfo=OSLO, fold=1)
    gained = early.utcoffset(), late.utcoffset()
    assert gained[0] is not None
    assert gained[1] is not None
    if gained[1] <= gained[0]:
        # The hour that comes twice begins at its first clock time: what ends there, ends before it.
        before = (wall - _ONE_MINUTE).replace(tzinfo=OSLO)
        again = last and before.utcoffset() != before.replace(fold=1).utcoffset()
        return int((late if again else early).timestamp())
    low, high = int(late.timestamp()), int(early.timestamp())
    while low < high:  # the clock skips this time: find the moment it was put forward
        middle = (low + high) // 2
        if datetime.fromtimestamp(middle, OSLO).utcoffset() == gained[1]:
            high = middle
        else:
            low = middle + 1
    return low


@lru_cache(maxsize=4096)
def day_seconds(day: date) -> Seconds:
    """Return a local day as seconds: 23 hours long in spring and 25 in autumn, once a year."""
    return _second_of(day, 0, False), _second_of(day + _ONE_DAY, 0, False)


@cache
def _year(year: int) -> Mapping[date, Text]:
    # Imported here: the library loads every country of the world, and the server starts quicker without.
    from holidays import country_holidays  # noqa: PLC0415

    nb = country_holidays("NO", years=year, language="no")
    en = country_holidays("NO", years=year, language="en_US")
    return MappingProxyType({day: Name((("nb", nb[day]), ("en", en[day]))) for day in sorted(nb)})


def holiday(day: date) -> Text | None:
    """Return what public holiday a day is in Norway, if any."""
    return _year(day.year).get(day)


def public_holidays(first: date, last: date) -> dict[date, Text]:
    """Return the Norwegian public holidays from one day to another, both included."""
    years = range(first.year, last.year + 1)
    return {day: name for year in years for day, name in _year(year).items() if first <= day <= last}


class WorkingTime:
    """A schedule made ready to ask, one local day at a time."""

    def __init__(self, schedule: Schedule) -> None:
        """Read the clocks once; days are worked out when they are asked for."""
        self.schedule = schedule
        self._week: dict[int, list[tuple[date, date, Seconds]]] = {}
        for hours in schedule.hours:
            window = clock_minutes(hours.start), clock_minutes(hours.end)
            held = hours.first or date.min, hours.last or date.max, window
            self._week.setdefault(hours.weekday, []).append(held)
        self._exceptions: dict[date, list[DayException]] = {}
        for exception in schedule.exceptions:
            self._exceptions.setdefault(exception.day, []).append(exception)
        self._away = merged((floor_second(a.start), ceil_second(a.end)) for a in schedule.absences)
        self._days: dict[date, tuple[Seconds, ...]] = {}

    def on(self, day: date) -> tuple[Seconds, ...]:
        """Return what can be worked on a day: apart from each other, in order, within that day."""
        known = self._days.get(day)
        if known is None:
            planned = self.planned(day)
            known = self._days[day] = tuple(without(planned, self._away)) if self._away and planned else tuple(planned)
        return known

    def planned(self, day: date) -> list[Seconds]:
        """Return the hours of a day as if nobody were absent."""
        exceptions = self._exceptions.get(day, ())
        windows = [] if self.shut(day) else self._ordinary(day)
        begin, end = day_seconds(day)
        if end - begin == _PLAIN_DAY and not exceptions:
            return [(begin + a * 60, begin + b * 60) for a, b in windows]
        for exception in exceptions:
            windows += [(clock_minutes(start), clock_minutes(end)) for start, end in exception.windows]
        return merged((_second_of(day, a, False), _second_of(day, b, True)) for a, b in windows)

    def _ordinary(self, day: date) -> list[Seconds]:
        return merged(window for first, last, window in self._week.get(day.isoweekday(), ()) if first <= day <= last)

    def shut(self, day: date) -> Text | None:
        """Return why the ordinary hours of a day do not hold, if so."""
        for exception in self._exceptions.get(day, ()):
            if exception.closed:
                return exception.label or _("Closed")
        return None if self.schedule.open_on_holidays or not self._ordinary(day) else holiday(day)

    def away(self, start: int, end: int) -> Seconds | None:
        """Return the first absence that a stretch meets."""
        return next(((a, b) for a, b in self._away if a < end and b > start), None)

    def between(self, start: int, end: int) -> list[Seconds]:
        """Return what can be worked between two seconds."""
        if start >= end:
            return []
        found: list[Seconds] = []
        day, last = day_of(start), day_of(end - 1)
        while day <= last:
            found += [(max(a, start), min(b, end)) for a, b in self.on(day) if a < end and b > start]
            day += _ONE_DAY
        return found


def free_windows(schedule: Schedule, first: date, last: date) -> tuple[Span, ...]:
    """Return when a resource can be worked from one local day to another, both included; no window crosses midnight."""
    working = WorkingTime(schedule)
    days = (first + timedelta(days=n) for n in range((last - first).days + 1))
    return tuple(span(window) for day in days for window in working.on(day))


def worked_hours(schedule: Schedule, start: datetime, end: datetime) -> float:
    """Return how many hours of work lie between two instants."""
    return sum(b - a for a, b in WorkingTime(schedule).between(floor_second(start), floor_second(end))) / HOUR


def after_hours(working: WorkingTime, start: datetime, hours: float) -> datetime | None:
    """Return when so many hours have been worked from an instant; None where a year does not hold them."""
    left, at = round(hours * HOUR), ceil_second(start)
    if left <= 0:
        return instant(at)
    day = day_of(at)
    for _ahead in range(_FARTHEST_DAYS):
        for a, b in working.on(day):
            begin = max(a, at)
            if b - begin >= left:
                return instant(begin + left)
            left -= max(0, b - begin)
        day += _ONE_DAY
    return None
