"""Lanes: one resource's time as sorted arrays, one pair for each job that it holds at a time."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from itertools import accumulate
from math import ceil
from typing import Any

from directapp.domains.planning.engine.spans import Seconds, merged, without
from directapp.domains.planning.engine.workdays import WorkingTime, day_seconds
from directapp.domains.planning.engine.world import Busy, Resource

_WEEK = tuple(timedelta(days=n) for n in range(7))


Held = Mapping[Any, tuple[datetime, datetime, int | None]]


def most_at_once(spans: Iterable[tuple[datetime, datetime]]) -> int:
    """Return how many spans there are at the same time at most; one that begins where another ends follows it."""
    steps = sorted((at, step) for start, end in spans if start < end for at, step in ((start, 1), (end, -1)))
    return max(accumulate(step for _, step in steps), default=0)


def packed(held: Held, room: int) -> dict[Any, int]:
    """Return a lane from 1 for everything that holds its time (from, to, present lane), so that no two of a lane meet.

    Who has a lane keeps it where that works out within the room; else all are put anew, the first to begin first.
    That takes as many lanes as there are at once, and no more.
    """
    limit = max(room, most_at_once((start, end) for start, end, _ in held.values()))
    order = sorted(held, key=lambda name: (held[name][0], held[name][1], str(name)))
    settled = [name for name in order if held[name][2] is not None]
    kept = _placed([*settled, *(n for n in order if held[n][2] is None)], held, limit)
    return kept or _placed(order, {name: (a, b, None) for name, (a, b, _) in held.items()}, limit) or {}


def _placed(order: list[Any], held: Held, limit: int) -> dict[Any, int] | None:
    taken: list[list[tuple[datetime, datetime]]] = [[] for _ in range(limit)]
    lanes: dict[Any, int] = {}
    for name in order:
        start, end, present = held[name]
        asked = range(1, limit + 1) if present is None else [present] if 1 <= present <= limit else []
        free = (n for n in asked if not any(a < end and start < b for a, b in taken[n - 1]))
        lane = next(free, None)
        if lane is None:
            return None
        taken[lane - 1].append((start, end))
        lanes[name] = lane
    return lanes


def folded(words: Iterable[str]) -> frozenset[str]:
    """Return words as they are compared: capitals make no difference."""
    return frozenset(word.casefold() for word in words)


class Lane:
    """What is taken of one lane: starts and ends, apart from each other and in order."""

    __slots__ = ("ends", "starts")

    def __init__(self, pairs: Iterable[Seconds] = ()) -> None:
        """Put overlapping and touching pairs together."""
        self.starts: list[int] = []
        self.ends: list[int] = []
        self._set(merged(pairs))

    def _set(self, pairs: list[Seconds]) -> None:
        self.starts = [a for a, _ in pairs]
        self.ends = [b for _, b in pairs]

    def pairs(self) -> list[Seconds]:
        """Return what is taken."""
        return list(zip(self.starts, self.ends, strict=True))

    def hold(self, start: int, end: int) -> None:
        """Take some time."""
        self._set(merged([*self.pairs(), (start, end)]))

    def release(self, start: int, end: int) -> None:
        """Give some time back."""
        self._set(without(self.pairs(), [(start, end)]))

    def free(self, start: int, end: int) -> bool:
        """Whether nothing is taken between two seconds."""
        n = bisect_right(self.ends, start)
        return n == len(self.starts) or self.starts[n] >= end

    def first(self, begin: int, end: int, length: int) -> int | None:
        """Return where a length first fits between two seconds."""
        starts, ends = self.starts, self.ends
        n = bisect_right(ends, begin)
        while n < len(starts) and starts[n] - begin < length:
            begin = ends[n]
            n += 1
        return begin if begin + length <= end else None

    def left(self, windows: Iterable[Seconds]) -> list[Seconds]:
        """Return what is free of some windows, in order."""
        starts, ends, count = self.starts, self.ends, len(self.starts)
        found: list[Seconds] = []
        for begin, end in windows:
            at = begin
            n = bisect_right(ends, begin)
            while n < count and starts[n] < end:
                if starts[n] > at:
                    found.append((at, starts[n]))
                at = ends[n]
                n += 1
            if at < end:
                found.append((at, end))
        return found

    def taken(self, begin: int, end: int) -> int:
        """Return how many seconds are taken between two."""
        n, stop = bisect_right(self.ends, begin), bisect_left(self.starts, end)
        return sum(min(self.ends[i], end) - max(self.starts[i], begin) for i in range(n, stop))


class Track:
    """One resource made ready to ask."""

    def __init__(self, resource: Resource, busy: list[Busy], first_lane: int) -> None:
        """Sort what is taken into lanes."""
        self.resource = resource
        self.working = WorkingTime(resource.schedule)
        self.specialisations = folded(resource.specialisations)
        self.first_lane = first_lane
        self.lane_of: dict[str, int] = {}
        self.lanes = self._sorted(busy)
        self._loads: dict[date, float] = {}
        self._gaps: dict[date, tuple[tuple[int, int, int], ...]] = {}

    def _sorted(self, busy: list[Busy]) -> list[Lane]:
        count = max(1, self.resource.capacity)
        pairs: list[list[Seconds]] = [[] for _ in range(count)]
        loose: list[tuple[int, int, str]] = []
        for b in busy:
            start, end = int(b.start.timestamp()), ceil(b.end.timestamp())
            if count == 1:
                pairs[0].append((start, end))
            elif b.lane is None:
                loose.append((start, end, b.id))
            elif self.first_lane <= b.lane < self.first_lane + count:
                pairs[b.lane - self.first_lane].append((start, end))
        lanes = [Lane(p) for p in pairs]
        for start, end, name in sorted(loose):
            n = next((n for n, lane in enumerate(lanes) if lane.free(start, end)), None)
            if n is None:  # more is booked than the resource holds: it stays full for as long
                n = min(range(count), key=lambda k: lanes[k].taken(start, end))
            lanes[n].hold(start, end)
            self.lane_of[name] = n
        return lanes

    def lane(self, number: int | None, name: str = "") -> Lane:
        """Return a lane by its number, or the one that a booking without a number was put in."""
        if len(self.lanes) == 1:
            return self.lanes[0]
        return self.lanes[self.lane_of.get(name, 0) if number is None else number - self.first_lane]

    def gaps(self, day: date) -> tuple[tuple[int, int, int], ...]:
        """Return what is free on a day, in the order of time: from, to, and in which lane."""
        known = self._gaps.get(day)
        if known is None:
            windows = self.working.on(day)
            free = [(a, b, n + self.first_lane) for n, lane in enumerate(self.lanes) for a, b in lane.left(windows)]
            if len(self.lanes) > 1:
                free.sort()
            known = self._gaps[day] = tuple(free)
        return known

    def load(self, monday: date) -> float:
        """Return how much of a week's working time is taken, from 0 to 1."""
        known = self._loads.get(monday)
        if known is None:
            start, end = day_seconds(monday)[0], day_seconds(monday + _WEEK[-1])[1]
            open_time = sum(b - a for day in _WEEK for a, b in self.working.on(monday + day)) * len(self.lanes)
            taken = sum(lane.taken(start, end) for lane in self.lanes)
            known = self._loads[monday] = min(1.0, taken / open_time) if open_time else 1.0
        return known

    def hold(self, number: int, start: int, end: int) -> None:
        """Take time in a lane."""
        self.lane(number).hold(start, end)
        self._loads.clear()
        self._gaps.clear()

    def release(self, number: int | None, name: str, start: int, end: int) -> None:
        """Give time in a lane back."""
        self.lane(number, name).release(start, end)
        self._loads.clear()
        self._gaps.clear()
