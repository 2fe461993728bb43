"""Calendar: a list's rows on the days of a month or a week, by one of its dates. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from babel.dates import format_date, get_day_names

from directapp.declare.fields import Field
from directapp.declare.kinds import Kind
from directapp.declare.spec import CollectionMeta
from directapp.derive import present
from directapp.derive.present import locale_of
from directapp.derive.shown import Formatter, page_of
from directapp.kernel.clock import OSLO
from directapp.kernel.languages import Language
from directapp.store.query import Condition, Junction

WEEK = 7
SPANS = ("month", "week")
_SHORT = 4


@dataclass(frozen=True, slots=True)
class CalendarEntry:
    """A record on a day: at what time, what it is called, how it stands."""

    time: str
    title: str
    href: str
    status: str
    hue: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarDay:
    """One day of the calendar and what is on it; ``outside`` belongs to another month."""

    date: str
    number: int
    spoken: str
    today: bool
    outside: bool
    events: tuple[CalendarEntry, ...]
    more: int = 0


@dataclass(frozen=True, slots=True)
class CalendarPeriod:
    """The days that a calendar shows: whole weeks, of a month or one alone."""

    kind: str
    day: date

    @property
    def first(self) -> date:
        """The Monday it begins on."""
        start = self.day if self.kind == "week" else self.day.replace(day=1)
        return start - timedelta(days=start.weekday())

    @property
    def end(self) -> date:
        """The Monday after its last day."""
        if self.kind == "week":
            return self.first + timedelta(days=WEEK)
        following = (self.day.replace(day=1) + timedelta(days=31)).replace(day=1)
        return following + timedelta(days=-following.weekday() % WEEK)

    @property
    def before(self) -> date:
        """A day of the span before it."""
        return self.first - timedelta(days=1) if self.kind == "week" else self.day.replace(day=1) - timedelta(days=1)

    @property
    def after(self) -> date:
        """A day of the span after it."""
        return self.end if self.kind == "week" else (self.day.replace(day=1) + timedelta(days=31)).replace(day=1)

    def title(self, language: Language) -> str:
        """Return the month's name and year."""
        return format_date(self.day, "LLLL y", locale=locale_of(language)).capitalize()


def dates_of(meta: CollectionMeta, readable: frozenset[str]) -> tuple[Field, ...]:
    """Return the dates that a calendar may go by: promised days, and plans; not what has happened already."""
    flow = meta.declared.workflow
    set_by_work = {f.field for f in flow.facts} if flow else set[str]()
    fields = (f for n, f in meta.fields.items() if n in readable and f.writable and n not in set_by_work)
    planned = (f for f in fields if f.kind is Kind.DATE or (f.kind is Kind.INSTANT and not f.fact))
    declared = set(meta.declared.views.columns)
    found = sorted(planned, key=lambda f: f.name not in declared)
    return tuple(f for f in found if f.name in declared or f.kind is Kind.INSTANT or len(found) <= _SHORT)


def within(item: Field, span: CalendarPeriod) -> Junction:
    """Return the condition that a date lies in the span."""
    if item.kind is Kind.INSTANT:
        low: Any = datetime.combine(span.first, time(), OSLO)
        high: Any = datetime.combine(span.end, time(), OSLO)
    else:
        low, high = span.first, span.end
    return Junction("and", (Condition((item.name,), "gte", low), Condition((item.name,), "lt", high)))


def weeks_of(
    formatter: Formatter,
    meta: CollectionMeta,
    item: Field,
    span: CalendarPeriod,
    rows: Iterable[Mapping[str, Any]],
    *,
    most: int,
) -> tuple[tuple[CalendarDay, ...], ...]:
    """Return the weeks of a span with the rows on their days."""
    by_day: dict[date, list[CalendarEntry]] = {}
    for row in rows:
        day, clock = _when(item, row.get(item.name))
        if day is not None:
            by_day.setdefault(day, []).append(_entry(formatter, meta, row, clock))
    days = [span.first + timedelta(days=n) for n in range((span.end - span.first).days)]
    made = [_day(formatter, span, day, by_day.get(day, []), most) for day in days]
    return tuple(tuple(made[start : start + WEEK]) for start in range(0, len(made), WEEK))


def _when(item: Field, value: object) -> tuple[date | None, str]:
    if item.kind is Kind.DATE:
        return present.read_day(str(value)), ""
    instant = present.read_instant(value)
    local = instant.astimezone(OSLO) if instant else None
    return (local.date(), f"{local:%H:%M}") if local else (None, "")


def _entry(formatter: Formatter, meta: CollectionMeta, row: Mapping[str, Any], clock: str) -> CalendarEntry:
    flow = meta.declared.workflow
    state = flow.state(row.get("status")) if flow else None
    status = state.label.pick(formatter.language) if state else ""
    hue = state.phase.hue if state else "steel"
    return CalendarEntry(clock, formatter.title(meta, row), page_of(meta.name, row["id"]), status, hue)


def _day(
    formatter: Formatter, span: CalendarPeriod, day: date, events: Sequence[CalendarEntry], most: int
) -> CalendarDay:
    return CalendarDay(
        date=day.isoformat(),
        number=day.day,
        spoken=present.exact_day(day, formatter.language),
        today=day == formatter.now.astimezone(OSLO).date(),
        outside=span.kind == "month" and day.month != span.day.month,
        events=tuple(events[:most]),
        more=max(0, len(events) - most),
    )


def weekday_names(language: Language) -> tuple[str, ...]:
    """Return the days of the week from Monday on."""
    names = get_day_names("abbreviated", locale=locale_of(language))
    return tuple(str(names[n]).rstrip(".") for n in range(WEEK))
