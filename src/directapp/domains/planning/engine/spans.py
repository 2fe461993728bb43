"""Spans of time: as values with instants, and as half-open pairs of whole seconds for the arithmetic inside."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from math import ceil, floor

from directapp.kernel.clock import OSLO

Seconds = tuple[int, int]
HOUR = 3600


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """From an instant up to, and without, another."""

    start: datetime
    end: datetime

    @property
    def hours(self) -> float:
        """How many real hours it holds, whatever the clock on the wall did meanwhile."""
        return hours_between(self.start, self.end)

    def overlaps(self, other: "Span") -> bool:
        """Whether the two share any moment; touching is not sharing."""
        return self.start < other.end and other.start < self.end


def hours_between(start: datetime, end: datetime) -> float:
    """Return the real hours from one instant to another."""
    return (end.astimezone(UTC) - start.astimezone(UTC)) / timedelta(hours=1)


def floor_second(instant: datetime) -> int:
    """Return an instant as whole seconds since 1970, rounded down."""
    assert instant.tzinfo is not None, "an instant needs its time zone"
    return floor(instant.timestamp())


def ceil_second(instant: datetime) -> int:
    """Return an instant as whole seconds since 1970, rounded up."""
    assert instant.tzinfo is not None, "an instant needs its time zone"
    return ceil(instant.timestamp())


def instant(second: int) -> datetime:
    """Return the instant of a whole second."""
    return datetime.fromtimestamp(second, UTC)


def span(seconds: Seconds) -> Span:
    """Return a pair of seconds as a span."""
    return Span(instant(seconds[0]), instant(seconds[1]))


def local_day(moment: datetime) -> date:
    """Return the day that people in Norway write on an instant."""
    return moment.astimezone(OSLO).date()


def day_of(second: int) -> date:
    """Return the Norwegian day of a whole second."""
    return datetime.fromtimestamp(second, OSLO).date()


def monday_of(day: date) -> date:
    """Return the Monday of a day's week."""
    return day - timedelta(days=day.weekday())


def merged(pairs: Iterable[Seconds]) -> list[Seconds]:
    """Return the pairs in order, those that touch or overlap made one, and empty ones left out."""
    found: list[Seconds] = []
    for start, end in sorted(pairs):
        if start >= end:
            continue
        if found and start <= found[-1][1]:
            if end > found[-1][1]:
                found[-1] = (found[-1][0], end)
        else:
            found.append((start, end))
    return found


def without(pairs: Sequence[Seconds], taken: Sequence[Seconds]) -> list[Seconds]:
    """Return what is left of pairs in order when others in order are taken from them."""
    left: list[Seconds] = []
    for start, end in pairs:
        at = start
        for out, back in taken:
            if back <= at:
                continue
            if out >= end:
                break
            if out > at:
                left.append((at, out))
            at = max(at, back)
        if at < end:
            left.append((at, end))
    return left


def total(pairs: Iterable[Seconds]) -> int:
    """Return how many seconds pairs that do not overlap hold."""
    return sum(end - start for start, end in pairs)


def clipped(pairs: Iterable[Seconds], start: int, end: int) -> list[Seconds]:
    """Return the parts of pairs that lie between two seconds."""
    return [(max(a, start), min(b, end)) for a, b in pairs if a < end and b > start]
