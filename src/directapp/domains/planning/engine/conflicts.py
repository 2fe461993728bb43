"""When there is no room: which bookings of lower priority could give way, and where to. Nothing moves by itself."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from directapp.domains.planning.engine.slots import Finder, next_quarter
from directapp.domains.planning.engine.spans import (
    HOUR,
    Seconds,
    ceil_second,
    day_of,
    floor_second,
    hours_between,
    instant,
    merged,
    monday_of,
    without,
)
from directapp.domains.planning.engine.words import about_text, when_text
from directapp.domains.planning.engine.workdays import day_seconds
from directapp.domains.planning.engine.world import Booking, PlanJob, Resource, Slot
from directapp.kernel.text import Text, _, join, ngettext

# Enough to find the least disturbance among; a provider's calendar has thousands of combinations.
_TRIED, _PLACES = 60, 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Movable:
    """A booking that might give way, the priority of its consumer, and between which instants it must stay.

    The caller knows the car: ``earliest`` is when what comes before is done, ``latest`` when what follows begins.
    """

    booking: Booking
    priority: int
    earliest: datetime
    latest: datetime
    promised: datetime | None = None
    pinned: bool = False
    started: bool = False


@dataclass(frozen=True, slots=True)
class Move:
    """Where a booking would go; hours are negative where it comes earlier."""

    booking: Booking
    to: Slot
    hours_later: float
    late_hours: float
    reason: Text


@dataclass(frozen=True, slots=True)
class Way:
    """A place for the request, and the moves that make it; none where it is free already."""

    slot: Slot
    moves: tuple[Move, ...]
    reason: Text


@dataclass(frozen=True, slots=True)
class _Place:
    """A stretch of a lane that would be free if some bookings were not there."""

    resource: Resource
    lane: int
    start: int
    away: tuple[int, ...]


def ways_to_fit(
    finder: Finder, job: PlanJob, priority: int, bookings: Iterable[Movable], *, limit: int = 5, most_moves: int = 3
) -> tuple[Way, ...]:
    """Return how a request could be served by moving bookings of lower priority, the least disturbance first.

    The fewest bookings moved, then the fewest hours after a promise, then the shortest way that they are moved, then
    the earliest place for the request. The finder is left as it was.
    """
    others = [
        m
        for m in bookings
        if not m.pinned and not m.started and m.priority < priority and m.booking.resource in finder.resources
    ]
    places = sorted(_places(finder, job, others, most_moves), key=lambda p: (len(p.away), p.start, p.resource.id))
    found: list[Way] = []
    for place in places[:_TRIED]:
        way = _way(finder, job, place, [others[n] for n in place.away])
        if way is not None:
            found.append(way)
    found.sort(key=_disturbance)
    return tuple(found[:limit])


def _disturbance(way: Way) -> tuple[int, float, float, datetime, str]:
    late = sum(move.late_hours for move in way.moves)
    shifted = sum(abs(move.hours_later) for move in way.moves)
    return len(way.moves), late, shifted, way.slot.start, way.slot.resource


def _places(finder: Finder, job: PlanJob, others: Sequence[Movable], most: int) -> list[_Place]:
    """Return, for each set of bookings that could be moved away, the earliest place that it makes."""
    found: dict[tuple[str, tuple[int, ...]], _Place] = {}
    length = max(1, round(job.hours * HOUR))
    for resource in finder.able(job):
        track = finder.track(resource.id)
        begin = next_quarter(ceil_second(job.earliest))
        windows = track.working.between(begin, floor_second(job.latest))
        for lane in range(finder.world.first_lane, finder.world.first_lane + len(track.lanes)):
            mine = [
                (n, (floor_second(m.booking.start), ceil_second(m.booking.end)))
                for n, m in enumerate(others)
                if m.booking.resource == resource.id and finder.lane_number(m.booking) == lane
            ]
            fixed = without(track.lane(lane).pairs(), merged(span for _, span in mine))
            for start in _starts(without(windows, fixed), [span for _job, span in mine], length):
                away = [n for n, (a, b) in mine if a < start + length and start < b]
                more = _for_the_ledgers(finder, _Place(resource, lane, start, tuple(away)), job, others)
                if more is None:
                    continue
                key = resource.id, tuple(sorted(away + more))
                if len(key[1]) <= most and (key not in found or start < found[key].start):
                    found[key] = _Place(resource, lane, start, key[1])
    return list(found.values())


def _starts(free: Sequence[Seconds], mine: Sequence[Seconds], length: int) -> list[int]:
    """Return the starts worth trying: the quarter at which a free stretch or a movable booking begins, or one ends."""
    edges = {edge for pair in mine for edge in pair}
    tried = ((next_quarter(start), b) for a, b in free for start in {a, *(e for e in edges if a < e < b)})
    return sorted({start for start, b in tried if start + length <= b})


def _for_the_ledgers(finder: Finder, place: _Place, job: PlanJob, others: Sequence[Movable]) -> list[int] | None:
    """Return what else must leave the day for its hours to suffice, the lowest priority first; None: in vain."""
    day, resource, ledgers = day_of(place.start), place.resource, finder.ledgers
    length = max(1, round(job.hours * HOUR))
    away = [others[n].booking for n in place.away]
    given = [b for b in away if b.type == job.type and b.resource == resource.id]
    own = ledgers.resource_left(resource.id, job.type, day)
    if own is not None and own + sum(map(_length, given)) < length:
        return None
    if resource.site != job.site:
        week = ledgers.week_left(resource.site, job.site, job.type, day)
        if week is not None and week + sum(_length(b) for b in given if b.site == job.site) < length:
            return None
    left = ledgers.site_left(resource.site, job.type, day)
    if left is None:
        return []
    left += sum(map(_length, given))
    alike = [
        (m.priority, -_length(m.booking), n)
        for n, m in enumerate(others)
        if m.booking.type == job.type
        and n not in place.away
        and finder.resources[m.booking.resource].site == resource.site
        and day_of(floor_second(m.booking.start)) == day
    ]
    more = []
    for _rank, length_of, n in sorted(alike):
        if left < length:
            more.append(n)
            left -= length_of
    return more if left >= length else None


def _length(booking: Booking) -> int:
    return ceil_second(booking.end) - floor_second(booking.start)


def _way(finder: Finder, job: PlanJob, place: _Place, away: Sequence[Movable]) -> Way | None:
    """Try a place for real: take the bookings away, put the request there, and find a new place for each."""
    put_back = [(_job(m), finder.slot_of(m.booking)) for m in away]
    for movable in away:
        finder.release(movable.booking)
    held: list[tuple[PlanJob, Slot]] = []
    try:
        if not finder.fits_at(job, place.resource.id, place.lane, place.start):
            return None
        slot = _slot(finder, job, place)
        finder.hold(job, slot)
        held.append((job, slot))
        moves = []
        for movable in sorted(away, key=lambda m: (-m.priority, m.latest, m.booking.id)):
            to = _new_place(finder, movable)
            if to is None:
                return None
            finder.hold(_job(movable), to)
            held.append((_job(movable), to))
            moves.append(_move(movable, to))
        return Way(slot, tuple(moves), _reason(slot, moves))
    finally:
        for wanted, taken in reversed(held):
            finder.give_back(wanted, taken)
        for wanted, taken in put_back:
            finder.hold(wanted, taken)


def _job(movable: Movable, earliest: datetime | None = None) -> PlanJob:
    booking = movable.booking
    return PlanJob(
        type=booking.type,
        hours=hours_between(booking.start, booking.end),
        site=booking.site,
        earliest=movable.earliest if earliest is None else earliest,
        latest=movable.latest,
    )


def _new_place(finder: Finder, movable: Movable) -> Slot | None:
    """Return the place nearest to where a booking was, from the beginning of its day on."""
    booking = movable.booking
    morning = instant(day_seconds(day_of(floor_second(booking.start)))[0])
    answer = finder.find(_job(movable, max(movable.earliest, morning)), limit=_PLACES)
    return min(
        answer.slots,
        key=lambda s: (
            _late(movable, s),
            abs(hours_between(booking.start, s.start)),
            s.resource != booking.resource,
            s.resource,
        ),
        default=None,
    )


def _late(movable: Movable, slot: Slot) -> float:
    return 0.0 if movable.promised is None else max(0.0, hours_between(movable.promised, slot.end))


def _slot(finder: Finder, job: PlanJob, place: _Place) -> Slot:
    shared = place.resource.site != job.site
    day = day_of(place.start)
    left = finder.ledgers.week_left(place.resource.site, job.site, job.type, day) if shared else None
    return Slot(
        resource=place.resource.id,
        site=place.resource.site,
        lane=place.lane,
        start=instant(place.start),
        end=instant(place.start + max(1, round(job.hours * HOUR))),
        own_site=not shared,
        specialised=False,
        utilisation=finder.track(place.resource.id).load(monday_of(day)),
        hours_left=None if left is None else left / HOUR,
    )


def _move(movable: Movable, to: Slot) -> Move:
    booking = movable.booking
    later, late = hours_between(booking.start, to.start), _late(movable, to)
    values = {"a": when_text(booking.start), "b": when_text(to.start), "h": about_text(abs(later))}
    if later == 0:
        words = _("Keeps its time {a}, on another resource.")
    elif later > 0:
        words = _("From {a} to {b}, {h} later.")
    else:
        words = _("From {a} to {b}, {h} earlier.")
    words = words.fill(**values)
    if late:
        after = _("{h} after the promised time.").fill(h=about_text(late))
        words = join((words, after))
    return Move(booking, to, later, late, words)


def _reason(slot: Slot, moves: Sequence[Move]) -> Text:
    when = when_text(slot.start)
    if not moves:
        return _("Free {when}; nothing has to move.").fill(when=when)
    words = ngettext("{when}, if 1 booking is moved.", "{when}, if {count} bookings are moved.")
    return words.fill(when=when, count=len(moves))
