"""When a car will be ready: from what remains to be done, and what would bring that forward most."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from directapp.domains.planning.engine.conflicts import Movable
from directapp.domains.planning.engine.slots import Finder
from directapp.domains.planning.engine.spans import hours_between
from directapp.domains.planning.engine.words import hours_text, when_text
from directapp.domains.planning.engine.workdays import Schedule, WorkingTime, after_hours
from directapp.domains.planning.engine.world import Booking, PlanJob, Slot
from directapp.kernel.text import Text, Within, _, ngettext, verbatim

_ONE_DAY = timedelta(days=1)
Lever = Literal["parts", "place", "priority"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Remaining:
    """A step that is left: as it is booked, or the job to find a place for; without either, its usual hours count.

    ``hours`` is the estimate, or the mean of the stage where nothing is booked for it. Work waits for the approvals
    that are outstanding, and what ``needs_parts`` for the parts: it does not begin, or end, before.
    """

    label: Text
    hours: float
    job: PlanJob | None = None
    booked: Booking | None = None
    started_at: datetime | None = None
    needs_parts: bool = False
    needs_approval: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CarAhead:
    """What is left of a car: steps in their order, when its last part is expected, and the site's working hours.

    ``parts_late`` says that the day of the parts has passed or is not known, and theirs is the next that is likely;
    ``approved_at`` is when what waits for somebody's yes is counted as approved. ``told`` are the sites whose free
    times whoever asks may know, None all: of others it is told when a step is done, and nothing more.
    """

    steps: tuple[Remaining, ...]
    schedule: Schedule
    parts_eta: datetime | None = None
    parts_late: bool = False
    approved_at: datetime | None = None
    priority: int = 0
    told: frozenset[str] | None = None

    def tells(self, slot: Slot) -> bool:
        """Whether a free place may be told of."""
        return self.told is None or slot.site in self.told


@dataclass(frozen=True, slots=True)
class Gain:
    """Something that would bring the car forward: what, when it would be ready, and how many hours that wins.

    ``slots`` are the places that it rests on, by the number of the step; ``moves`` the bookings that would have to
    give way.
    """

    lever: Lever
    reason: Text
    ready_at: datetime
    hours: float
    slots: tuple[tuple[int, Slot], ...] = ()
    moves: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Promise:
    """When the car is expected to be ready, why, and what would bring it forward, the most first.

    Without an instant, the last reason says what stands in the way.
    """

    ready_at: datetime | None
    reasons: tuple[Text, ...]
    gains: tuple[Gain, ...] = ()


@dataclass(slots=True)
class _Course:
    """One course of events that was thought through."""

    ready_at: datetime | None
    reasons: list[Text]
    slots: list[tuple[int, Slot]]


def promise(finder: Finder, car: CarAhead, now: datetime, movable: Iterable[Movable] = ()) -> Promise:
    """Return when a car is ready as things stand: the later its parts, never the earlier.

    The finder is left as it was.
    """
    course = _course(finder, car, now, frozenset())
    gains = _gains(finder, car, now, course.ready_at, [m for m in movable if _yields(m, car)])
    gains = [gain for gain in gains if all(car.tells(slot) for _, slot in gain.slots)]
    gains.sort(key=lambda gain: (-gain.hours, gain.lever, gain.reason.english))
    return Promise(course.ready_at, tuple(course.reasons), tuple(gains))


def _yields(movable: Movable, car: CarAhead) -> bool:
    return not movable.pinned and not movable.started and movable.priority < car.priority


def _course(finder: Finder, car: CarAhead, now: datetime, anew: frozenset[int]) -> _Course:
    """Go through the steps one after another; the bookings of some are given up for the next free place."""
    return _Walk(finder, car, anew).through(now)


class _Walk:
    """One way through the steps of a car."""

    def __init__(self, finder: Finder, car: CarAhead, anew: frozenset[int]) -> None:
        self.finder, self.car, self.anew = finder, car, anew
        self.working = WorkingTime(car.schedule)
        self.course = _Course(None, [], [])

    def through(self, now: datetime) -> _Course:
        """Return where the steps end; without an end where one of them has no place."""
        at = now
        for n, step in enumerate(self.car.steps):
            held = self._held(step, at)
            begin = at if step.started_at is not None else held
            end = self._end(n, step, begin)
            if end is None:
                return self.course
            # What is under way ends when what it waits for has come, and not before.
            at = max(at, end, held)
        self.course.ready_at = at
        return self.course

    def _held(self, step: Remaining, at: datetime) -> datetime:
        """Return until when a step is held up by parts and approvals, and say so; not before an instant."""
        eta, yes = self.car.parts_eta, self.car.approved_at
        if step.needs_parts and eta is not None and eta > at:
            words = _("{step} waits for parts until {when}.")
            if self.car.parts_late:
                words = _("{step} waits for parts that are overdue or without a date; expected {when} at the earliest.")
            self._say(words, step, eta)
            at = eta
        if step.needs_approval and yes is not None and yes > at:
            words = _("{step} waits for an approval; counted as given {when}.")
            self._say(words, step, yes)
            at = yes
        return at

    def _say(self, words: Text, step: Remaining, when: datetime, **values: object) -> None:
        self.course.reasons.append(words.fill(step=step.label, when=when_text(when), **values))

    def _end(self, n: int, step: Remaining, begin: datetime) -> datetime | None:
        booked = step.booked
        if step.started_at is not None:
            end = after_hours(self.working, step.started_at, step.hours)
            words = _("{step} is under way, done {when}.")
        elif booked is not None and booked.start >= begin and n not in self.anew:
            end, words = booked.end, _("{step} is booked and done {when}.")
        elif step.job is not None:
            return self._placed(n, step, step.job, begin)
        else:
            end = after_hours(self.working, begin, step.hours)
            words = _("{step} usually takes {h}, done {when}.")
        if end is None:
            none = _("{step}: the site has no working hours.")
            self.course.reasons.append(none.fill(step=step.label))
            return None
        end = max(begin, end)
        self._say(words, step, end, h=hours_text(step.hours))
        return end

    def _placed(self, n: int, step: Remaining, job: PlanJob, begin: datetime) -> datetime | None:
        slot, refused = _next_free(self.finder, job, step.booked, begin)
        if slot is None:
            self.course.reasons.append(_("{step}: {why}").fill(step=step.label, why=refused))
            return None
        self.course.slots.append((n, slot))
        words = _("{step}: the first free place is {start}, done {when}.")
        if not self.car.tells(slot):
            words = _("{step} is expected to be done {when}.")
        self._say(words, step, slot.end, start=when_text(slot.start))
        return slot.end


def _next_free(finder: Finder, job: PlanJob, booked: Booking | None, begin: datetime) -> tuple[Slot | None, Text]:
    """Return the next place for a job; what it has booked is given up while it is looked for, and its length kept."""
    if booked is not None and booked.resource in finder.resources:
        there, old = finder.slot_of(booked), replace(job, type=booked.type, site=booked.site)
        finder.release(booked)
        job = replace(job, hours=hours_between(booked.start, booked.end))
    else:
        booked = None
    answer = finder.find(replace(job, earliest=max(job.earliest, begin)), limit=1)
    if booked is not None:
        finder.hold(old, there)
    return (answer.slots[0], verbatim("")) if answer.slots else (None, answer.refused[0])


def _gains(
    finder: Finder, car: CarAhead, now: datetime, ready: datetime | None, movable: Sequence[Movable]
) -> list[Gain]:
    if ready is None:
        return []
    found = [*_parts_gains(finder, car, now, ready), *_place_gains(finder, car, now, ready)]
    return [*found, *_priority_gains(finder, car, now, ready, movable)]


def _gain(lever: Lever, words: Text, course: _Course, ready: datetime, moves: tuple[str, ...] = ()) -> list[Gain]:
    if course.ready_at is None or course.ready_at >= ready:
        return []
    won = hours_between(course.ready_at, ready)
    return [Gain(lever, words, course.ready_at, won, tuple(course.slots), moves)]


def _parts_gains(finder: Finder, car: CarAhead, now: datetime, ready: datetime) -> list[Gain]:
    """Think the parts earlier: a day, and here already. What is booked may be booked anew then."""
    if car.parts_eta is None or car.parts_eta <= now:
        return []
    waiting = frozenset(n for n, step in enumerate(car.steps) if step.started_at is None)
    found: list[Gain] = []
    cases = [(car.parts_eta - _ONE_DAY, _("The parts a day earlier"))]
    cases.append((now, _("The parts here now")))
    for eta, words in cases:
        if eta >= now:
            sooner = replace(car, parts_eta=eta, parts_late=False)
            courses = [_course(finder, sooner, now, anew) for anew in (frozenset[int](), waiting)]
            best = min(courses, key=lambda c: (c.ready_at is None, c.ready_at or ready))
            found += _gain("parts", words, best, ready)
    return found


def _place_gains(finder: Finder, car: CarAhead, now: datetime, ready: datetime) -> list[Gain]:
    """Give up what is booked for the next free place: of one step, and of all."""
    booked = [n for n, step in enumerate(car.steps) if step.booked and step.job and step.started_at is None]
    found: list[Gain] = []
    for n in booked:
        course = _course(finder, car, now, frozenset({n}))
        words = _("Move {step} to the first free place")
        found += _gain("place", words.fill(step=Within(car.steps[n].label)), course, ready)
    if len(booked) > 1:
        course = _course(finder, car, now, frozenset(booked))
        words = _("Move all steps to the first free place")
        found += _gain("place", words, course, ready)
    return found


def _priority_gains(
    finder: Finder, car: CarAhead, now: datetime, ready: datetime, movable: Sequence[Movable]
) -> list[Gain]:
    """Let the car go before bookings of lower priority: where to these could move, ``conflicts`` says."""
    if not movable:
        return []
    there = [(finder.slot_of(m.booking), _job_of(m.booking)) for m in movable]
    for m in movable:
        finder.release(m.booking)
    waiting = frozenset(n for n, step in enumerate(car.steps) if step.job and step.started_at is None)
    course = _course(finder, car, now, waiting)
    for slot, job in there:
        finder.hold(job, slot)
    moves = tuple(
        m.booking.id
        for m, (place, _) in zip(movable, there, strict=True)
        if any(
            s.resource == place.resource and s.lane == place.lane and s.start < place.end and place.start < s.end
            for _, s in course.slots
        )
    )
    words = ngettext(
        "Let the car go before {count} booking of lower priority",
        "Let the car go before {count} bookings of lower priority",
    )
    return _gain("priority", words.fill(count=len(moves)), course, ready, moves) if moves else []


def _job_of(booking: Booking) -> PlanJob:
    return PlanJob(
        type=booking.type,
        hours=hours_between(booking.start, booking.end),
        site=booking.site,
        earliest=booking.start,
        latest=booking.end,
    )
