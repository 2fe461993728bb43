"""A planning task in parts that a solver understands: quarters of an hour, machines, pieces of work, and limits."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from directapp.domains.planning.engine.lanes import Lane, folded
from directapp.domains.planning.engine.slots import QUARTER, Finder
from directapp.domains.planning.engine.spans import (
    Seconds,
    Span,
    ceil_second,
    day_of,
    floor_second,
    merged,
    monday_of,
    without,
)
from directapp.domains.planning.engine.workdays import day_seconds
from directapp.domains.planning.engine.world import Booking, PlanJob, Resource
from directapp.kernel.text import Text

OWN_PRIORITY = 100
# What a quarter of an hour costs: after the promised time, and before the car is done. Fairness: the share of the site
# that waits most. A booking that is moved. Leaving a car out costs more than any delay of it.
LATE, DONE, FAIR, MOVED, OUT = 10, 1, 2, 4, 2
_FOREIGN, _UNSKILLED = 1, 2
_URGENT = 3
_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """How hard to look: seconds, the seed of chance, and threads.

    ``steady`` counts the seconds in steps of the search instead of on the clock, so that one thread gives the same
    plan again on any machine; that is for tests.
    """

    seconds: float = 5.0
    seed: int = 1
    threads: int = 2
    steady: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanStep:
    """One kind of work that a car needs. What is booked already is moved only where it is not pinned."""

    type: str
    hours: float
    specialisations: tuple[str, ...] = ()
    booked: Booking | None = None
    pinned: bool = False
    label: Text | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanCar:
    """A car that is ready to plan, its steps in the order in which they must be done; priority 0 (low) to 3.

    ``blocked`` is when the car is elsewhere.
    """

    id: str
    site: str
    steps: tuple[PlanStep, ...]
    earliest: datetime
    promised: datetime | None = None
    priority: int = 1
    blocked: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Machine:
    """Lanes of one resource that are free for the same time: one with bookings in it, or all that have none."""

    resource: Resource
    lanes: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Option:
    """That a piece may be done on a machine, and between which quarters it may begin, both included."""

    machine: int
    ranges: tuple[tuple[int, int], ...]
    cost: int


@dataclass(slots=True)
class Piece:
    """One step of one car."""

    car: int
    step: PlanStep
    job: PlanJob
    seconds: int
    quarters: int
    options: list[Option] = field(default_factory=list)


@dataclass(slots=True)
class Limit:
    """Seconds that pieces may use together: of each, when it lies on one of some machines and one of some days."""

    left: int
    members: list[tuple[int, frozenset[int], frozenset[int]]] = field(default_factory=list)


@dataclass(slots=True)
class Task:
    """Everything in parts. ``weights`` and ``due`` stand by car, ``limits_of`` by piece; days are numbered."""

    cars: tuple[PlanCar, ...]
    finder: Finder
    origin: int
    until: int
    days: list[date]
    weights: list[int]
    due: list[int | None]
    machines: list[Machine] = field(default_factory=list)
    pieces: list[Piece] = field(default_factory=list)
    by_car: list[list[int]] = field(default_factory=list)
    limits: list[Limit] = field(default_factory=list)
    limits_of: list[list[tuple[int, frozenset[int], frozenset[int]]]] = field(default_factory=list)

    @property
    def horizon(self) -> int:
        """How many quarters there are."""
        return (self.until - self.origin) // QUARTER + 1

    def delay(self, car: int, chosen: "Chosen") -> int:
        """Return how many quarters late a car is in a plan; one that is left out waits longer than any other."""
        pieces, due = self.by_car[car], self.due[car]
        if not all(self.pieces[n].options for n in pieces):
            return 0
        if not all(n in chosen for n in pieces):
            return 2 * self.horizon
        if due is None or not pieces:
            return 0
        return max(0, chosen[pieces[-1]][1] + self.pieces[pieces[-1]].quarters - max(due, -self.horizon))

    def lateness(self, chosen: "Chosen") -> int:
        """Return how many quarters cars are late, each by its weight."""
        return sum(weight * self.delay(car, chosen) for car, weight in enumerate(self.weights))

    def sites(self) -> dict[str, list[int]]:
        """Return the cars of each site."""
        found: dict[str, list[int]] = {}
        for n, car in enumerate(self.cars):
            found.setdefault(car.site, []).append(n)
        return found

    def worst_share(self, chosen: "Chosen") -> int:
        """Return the delay of the site whose cars are latest on average, by the weight of its agreement."""
        delays = {s: sum(self.delay(n, chosen) for n in cars) for s, cars in self.sites().items()}
        return max((-(-site_weight(self.finder, s) * d // len(self.sites()[s])) for s, d in delays.items()), default=0)

    def day_quarters(self, day: int) -> tuple[int, int]:
        """Return the first quarter of a day and the first of the next."""
        start, end = day_seconds(self.days[day])
        return (start - self.origin) // QUARTER, (end - self.origin) // QUARTER

    def second(self, quarter: int) -> int:
        """Return the second at which a quarter begins."""
        return self.origin + quarter * QUARTER


# A chosen machine and the quarter at which the work begins there, by piece.
Chosen = dict[int, tuple[int, int]]


def task_of(finder: Finder, cars: Iterable[PlanCar], start: datetime, until: datetime) -> Task:
    """Take a planning task apart; what is booked and not pinned is given up first, so that it can be placed anew."""
    ordered = tuple(cars)
    begin, end = ceil_second(start), floor_second(until)
    first, last = day_of(begin), day_of(max(begin, end - 1))
    task = Task(
        cars=ordered,
        finder=finder,
        origin=day_seconds(first)[0],
        until=end,
        days=[first + timedelta(days=n) for n in range((last - first).days + 1)],
        weights=[2 ** max(0, min(_URGENT, car.priority)) * site_weight(finder, car.site) for car in ordered],
        due=[],
    )
    task.due = [None if c.promised is None else (floor_second(c.promised) - task.origin) // QUARTER for c in ordered]
    for car in ordered:
        for step in car.steps:
            if step.booked is not None and not step.pinned and step.booked.resource in finder.resources:
                finder.release(step.booked)
    _make_machines(task, begin)
    for n, car in enumerate(ordered):
        task.by_car.append(_make_pieces(task, n, car, max(begin, ceil_second(car.earliest))))
    _make_limits(task)
    return task


def site_weight(finder: Finder, site: str) -> int:
    """Return what a site's cars count for, 5 to 15: as its agreements say, and most where it does the work itself."""
    if any(r.site == site for r in finder.resources.values()):
        priority = OWN_PRIORITY
    else:
        priority = max((a.priority for a in finder.ledgers.agreements.values() if a.consumer == site), default=0)
    return 5 + priority // 10


def _make_machines(task: Task, begin: int) -> None:
    for resource in task.finder.resources.values():
        lanes = task.finder.track(resource.id).lanes
        first = task.finder.world.first_lane
        clean = tuple(n + first for n, lane in enumerate(lanes) if lane.free(begin, max(begin + 1, task.until)))
        task.machines += [Machine(resource, (n + first,)) for n in range(len(lanes)) if n + first not in clean]
        if clean:
            task.machines.append(Machine(resource, clean))


def _make_pieces(task: Task, number: int, car: PlanCar, begin: int) -> list[int]:
    """Make the pieces of a car, kept before and after what is pinned."""
    found: list[int] = []
    for n, step in enumerate(car.steps):
        if step.pinned and step.booked is not None:
            continue
        before = [s.booked.end for s in car.steps[:n] if s.pinned and s.booked is not None]
        after = [s.booked.start for s in car.steps[n + 1 :] if s.pinned and s.booked is not None]
        earliest = max([begin, *map(ceil_second, before)])
        latest = min([task.until, *map(floor_second, after)])
        job = PlanJob(
            type=step.type,
            hours=step.hours,
            site=car.site,
            earliest=datetime.fromtimestamp(earliest, car.earliest.tzinfo),
            latest=datetime.fromtimestamp(latest, car.earliest.tzinfo),
            specialisations=step.specialisations,
            blocked=car.blocked,
        )
        seconds = max(1, round(step.hours * 3600))
        piece = Piece(number, step, job, seconds, -(-seconds // QUARTER))
        piece.options = _options(task, piece, earliest, latest)
        found.append(len(task.pieces))
        task.pieces.append(piece)
    return found


def _options(task: Task, piece: Piece, earliest: int, latest: int) -> list[Option]:
    able = {r.id for r in task.finder.able(piece.job)}
    wanted = folded(piece.job.specialisations)
    blocked = merged((floor_second(b.start), ceil_second(b.end)) for b in piece.job.blocked)
    found = []
    for n, machine in enumerate(task.machines):
        resource = machine.resource
        if resource.id not in able:
            continue
        ranges: list[tuple[int, int]] = []
        for day in task.days:
            if task.finder.has_room(piece.job, resource.id, day):
                for window in _free(task, machine, day, (earliest, latest), blocked):
                    low = -(-(window[0] - task.origin) // QUARTER)
                    high = (window[1] - piece.seconds - task.origin) // QUARTER
                    if low <= high:
                        ranges.append((low, high))
        if ranges:
            cost = _FOREIGN * (resource.site != piece.job.site)
            cost += _UNSKILLED * bool(wanted and not wanted & folded(resource.specialisations))
            found.append(Option(n, tuple(ranges), cost))
    return found


def _free(task: Task, machine: Machine, day: date, within: Seconds, blocked: list[Seconds]) -> list[Seconds]:
    track = task.finder.track(machine.resource.id)
    windows = merged((max(a, within[0]), min(b, within[1])) for a, b in track.working.on(day))
    return without(without(windows, track.lane(machine.lanes[0]).pairs()), blocked)


def _make_limits(task: Task) -> None:
    """Note the ledgers and weeks that could be overdrawn by what is to be planned."""
    limits: dict[tuple[object, ...], Limit] = {}
    for n, piece in enumerate(task.pieces):
        places: dict[tuple[object, ...], tuple[int, set[int], set[int]]] = {}
        for option in piece.options:
            for day in {task_day(task, low) for low, _ in option.ranges}:
                for key, left in _ledgers_at(task, piece, task.machines[option.machine].resource, task.days[day]):
                    _, machines, days = places.setdefault(key, (left, set(), set()))
                    machines.add(option.machine)
                    days.add(day)
        for key, (left, machines, days) in places.items():
            limits.setdefault(key, Limit(left)).members.append((n, frozenset(machines), frozenset(days)))
    task.limits = [
        limit for limit in limits.values() if sum(task.pieces[n].seconds for n, _, _ in limit.members) > limit.left
    ]
    task.limits_of = [[] for _ in task.pieces]
    for k, limit in enumerate(task.limits):
        for n, on, during in limit.members:
            task.limits_of[n].append((k, on, during))


def _ledgers_at(task: Task, piece: Piece, resource: Resource, day: date) -> list[tuple[tuple[object, ...], int]]:
    job, ledgers = piece.job, task.finder.ledgers
    found: list[tuple[tuple[object, ...], int | None]] = [
        (("site", resource.site, job.type, day), ledgers.site_left(resource.site, job.type, day)),
        (("resource", resource.id, job.type, day), ledgers.resource_left(resource.id, job.type, day)),
    ]
    if resource.site != job.site:
        week = ledgers.week_left(resource.site, job.site, job.type, day)
        found.append((("week", resource.site, job.site, job.type, monday_of(day)), week))
    return [(key, left) for key, left in found if left is not None]


def task_day(task: Task, quarter: int) -> int:
    """Return the number of the day that a quarter lies on."""
    return (day_of(task.second(quarter)) - task.days[0]).days


def lane_numbers(task: Task, chosen: Chosen) -> dict[int, int]:
    """Return the lane of each placed piece: lanes without bookings are dealt out in the order of time."""
    taken = [[Lane() for _ in machine.lanes] for machine in task.machines]
    found: dict[int, int] = {}
    for n, (machine, start) in sorted(chosen.items(), key=lambda item: (item[1][1], item[0])):
        end = start + task.pieces[n].quarters
        k = next(k for k, lane in enumerate(taken[machine]) if lane.free(start, end))
        taken[machine][k].hold(start, end)
        found[n] = task.machines[machine].lanes[k]
    return found
