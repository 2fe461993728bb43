"""The plan that the solver begins from: cars put one after another, each where it is done first, in the best order.

The order is looked for by simulated annealing: it begins with the better of two simple rules, the earliest promise
first and the weightiest car first, and takes worse orders now and then, ever less so. What it returns is never later
than either rule makes it, counted by the weight of the cars.
"""

import random
import time
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from math import exp

from directapp.domains.planning.engine.plan_parts import (
    DONE,
    FAIR,
    LATE,
    MOVED,
    OUT,
    Chosen,
    Effort,
    Task,
    site_weight,
    task_day,
)

# How much of the effort goes here; so many orders for each car are enough; what a second is worth in pieces placed,
# where the effort is counted and not timed.
_SHARE = 0.8
_ORDERS = 60
_PIECES_A_SECOND = 12_000
# A worse order is taken at first where it costs about so much more, of the whole.
_WARMTH = 0.01
# How an order is changed, of all: a late car goes earlier, two change places, one goes elsewhere; else a few do.
_EARLIER, _SWAPPED, _ONE = 0.3, 0.5, 0.85
# After so many cars the state is noted: an order that differs later is gone on with from there.
_NOTED = 8

_Lane = tuple[list[int], list[int]]


@dataclass(frozen=True, slots=True)
class First:
    """A plan to begin with, and how late the better of the simple rules is, by weight: no plan is to be later.

    ``seconds`` is what it took of the effort.
    """

    chosen: Chosen
    at_most: int
    seconds: float = 0.0


def by_promise(task: Task) -> list[int]:
    """Return the cars in the order of their promises."""
    due = [task.horizon if d is None else d for d in task.due]
    return sorted(range(len(task.cars)), key=lambda n: (due[n], -task.weights[n]))


def by_weight(task: Task) -> list[int]:
    """Return the cars in the order of their weights."""
    due = [task.horizon if d is None else d for d in task.due]
    return sorted(range(len(task.cars)), key=lambda n: (-task.weights[n], due[n]))


def first_plan(task: Task, effort: Effort) -> First:
    """Return the best plan that is found among orders of the cars."""
    placing, price = Placing(task), Price(task)
    begun = [(order, placing.plan(order)) for order in (by_promise(task), by_weight(task))]
    order, plan = min(begun, key=lambda one: price.lateness(one[1]))
    at_most = price.lateness(plan)
    search = _Annealing(placing, price, at_most, effort)
    return First(search.improved(order) if len(order) > 1 else plan, at_most, search.seconds)


class _Annealing:
    """The search for a better order."""

    def __init__(self, placing: "Placing", price: "Price", at_most: int, effort: Effort) -> None:
        self.placing, self.price, self.at_most, self.effort = placing, price, at_most, effort
        self.seconds = 0.0
        self.chance = random.Random(effort.seed)  # noqa: S311 - the same plan for the same seed, nothing to guess

    def improved(self, order: list[int]) -> Chosen:
        """Return the cheapest plan of the orders that were tried, none later than it may be."""
        best = self.placing.plan(order)
        cost = least = self.price.whole(best)
        warmth, orders = cost * _WARMTH, _ORDERS * len(order)
        late = self._late(best)
        began, placed, budget = time.perf_counter(), 0, self.effort.seconds * _SHARE
        for n in range(orders):
            self.seconds = placed / _PIECES_A_SECOND if self.effort.steady else time.perf_counter() - began
            if self.seconds >= budget:
                break
            tried, same = self._changed(order, late)
            plan = self.placing.plan(tried, same)
            placed += self.placing.placed
            price = self.price.whole(plan)
            left = 1 - max(self.seconds / budget, n / orders)
            if price <= cost or self.chance.random() < exp((cost - price) / (warmth * left**2)):
                order, cost, late = tried, price, self._late(plan)
                self.placing.keep()
                if price < least and self.price.lateness(plan) <= self.at_most:
                    best, least = plan, price
        return best

    def _late(self, plan: Chosen) -> list[int]:
        """Return the cars that are late in a plan, or have no place in it."""
        return [car for car in range(len(self.placing.task.cars)) if self.placing.task.delay(car, plan)]

    def _changed(self, order: list[int], late: list[int]) -> tuple[list[int], int]:
        """Return an order with one car, or a few that follow each other, elsewhere; and how many stay at its head."""
        chance, tried = self.chance, list(order)
        here, there, how = chance.randrange(len(order)), chance.randrange(len(order)), chance.random()
        if how < _EARLIER and late:
            here = order.index(chance.choice(late))
            there = chance.randrange(here + 1)
        elif how < _SWAPPED:
            tried[here], tried[there] = tried[there], tried[here]
            return tried, min(here, there)
        length = 1 if how < _ONE else chance.randrange(2, 6)
        moved = tried[here : here + length]
        del tried[here : here + length]
        there = min(there, len(tried))
        tried[there:there] = moved
        return tried, min(here, there)


class Price:
    """What a plan costs."""

    def __init__(self, task: Task) -> None:
        self.task = task
        self.last = [pieces[-1] if pieces else None for pieces in task.by_car]
        self.sites = [(site_weight(task.finder, site), cars) for site, cars in task.sites().items()]

    def lateness(self, chosen: Chosen) -> int:
        """Return the quarters that cars are late, by their weight."""
        return self.task.lateness(chosen)

    def exact(self, chosen: Chosen) -> int:
        """Return what a plan costs, as the solver counts it."""
        task, total = self.task, self.whole(chosen)
        for n, (number, start) in chosen.items():
            piece, machine = task.pieces[n], task.machines[number]
            total += next(option.cost for option in piece.options if option.machine == number)
            booked = piece.step.booked
            if booked is not None and (machine.resource.id, task.second(start)) != (
                booked.resource,
                int(booked.start.timestamp()),
            ):
                total += task.weights[piece.car] * MOVED
        return total

    def whole(self, chosen: Chosen) -> int:
        """Return what a plan costs, but for the fine points: who does what, and what is moved."""
        task = self.task
        delays = [task.delay(car, chosen) for car in range(len(task.cars))]
        total = 0
        for car, weight in enumerate(task.weights):
            last = self.last[car]
            if last is not None and last in chosen:
                total += weight * (LATE * delays[car] + DONE * chosen[last][1])
            else:
                total += weight * (LATE * delays[car] + (LATE + DONE) * task.horizon * OUT)
        worst = max((-(-share * sum(delays[n] for n in cars) // len(cars)) for share, cars in self.sites), default=0)
        return total + FAIR * len(task.cars) * worst


@dataclass(frozen=True, slots=True)
class _Option:
    """Where a piece may be done: between which quarters it may begin, day by day, and the limits that hold there."""

    machine: int
    cost: int
    windows: tuple[tuple[int, int, tuple[int, ...]], ...]
    last: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Place:
    """A place that was found, and where it stands in its lane."""

    start: int
    cost: int
    machine: int
    lane: _Lane
    index: int
    limits: tuple[int, ...]


@dataclass(slots=True)
class _State:
    """What is taken when some cars have been placed."""

    taken: list[list[_Lane]]
    used: list[int]
    chosen: Chosen

    def copy(self) -> "_State":
        taken = [[(list(starts), list(ends)) for starts, ends in lanes] for lanes in self.taken]
        return _State(taken, list(self.used), dict(self.chosen))


class Placing:
    """Cars put one after another, each step where it is done first: an order of cars makes a plan.

    The states of the order that was kept last are noted on the way, so that an order that begins alike is not begun
    anew.
    """

    def __init__(self, task: Task) -> None:
        """Note for each piece where it may be done."""
        self.task = task
        self.options = [_options(task, n) for n in range(len(task.pieces))]
        empty: list[list[_Lane]] = [[([], []) for _ in machine.lanes] for machine in task.machines]
        self._noted = [_State(empty, [0] * len(task.limits), {})]
        self._tried: list[_State] = []
        # How many pieces the last plan took.
        self.placed = 0

    def plan(self, order: Sequence[int], same: int = 0) -> Chosen:
        """Return the plan of an order that begins with so many cars of the one that was kept."""
        known = min(same // _NOTED, len(self._noted) - 1)
        state = self._noted[known].copy()
        self._tried = self._noted[: known + 1]
        before = len(state.chosen)
        for n in range(known * _NOTED, len(order)):
            if n and n % _NOTED == 0 and n // _NOTED == len(self._tried):
                self._tried.append(state.copy())
            self._put(order[n], state)
        self.placed = len(state.chosen) - before
        return state.chosen

    def keep(self) -> None:
        """Keep the order that was planned last, to go on from."""
        self._noted = self._tried

    def _put(self, car: int, state: _State) -> None:
        """Place all steps of a car, or none."""
        at, done = 0, []
        for n in self.task.by_car[car]:
            place = self._earliest(n, at, state)
            if place is None:
                break
            self._take(n, place, state)
            done.append((n, place))
            at = place.start + self.task.pieces[n].quarters
        if len(done) == len(self.task.by_car[car]):
            state.chosen.update((n, (place.machine, place.start)) for n, place in done)
            return
        for n, place in reversed(done):
            self._give_back(n, place, state)

    def _earliest(self, n: int, at: int, state: _State) -> _Place | None:
        piece, best = self.task.pieces[n], None
        limits, used = self.task.limits, state.used
        for option in self.options[n]:
            for k in range(bisect_left(option.last, at), len(option.windows)):
                low, high, bounds = option.windows[k]
                begin = max(low, at)
                if best is not None and (begin, option.cost) >= (best.start, best.cost):
                    break
                if any(used[b] + piece.seconds > limits[b].left for b in bounds):
                    continue
                found = None
                for lane in state.taken[option.machine]:
                    start, index = _gap(lane, begin, piece.quarters)
                    if start <= high and (found is None or start < found.start):
                        found = _Place(start, option.cost, option.machine, lane, index, bounds)
                if found is not None:
                    if best is None or (found.start, found.cost) < (best.start, best.cost):
                        best = found
                    break
        return best

    def _take(self, n: int, place: _Place, state: _State) -> None:
        piece, (starts, ends) = self.task.pieces[n], place.lane
        starts.insert(place.index, place.start)
        ends.insert(place.index, place.start + piece.quarters)
        for bound in place.limits:
            state.used[bound] += piece.seconds

    def _give_back(self, n: int, place: _Place, state: _State) -> None:
        starts, ends = place.lane
        del starts[place.index], ends[place.index]
        for bound in place.limits:
            state.used[bound] -= self.task.pieces[n].seconds


def _gap(lane: _Lane, begin: int, length: int) -> tuple[int, int]:
    """Return from which quarter on a length first fits, and after how many others."""
    starts, ends = lane
    index = bisect_right(ends, begin)
    while index < len(starts) and starts[index] - begin < length:
        begin = ends[index]
        index += 1
    return begin, index


def _options(task: Task, n: int) -> tuple[_Option, ...]:
    found = []
    for option in task.pieces[n].options:
        windows = []
        for low, high in option.ranges:
            day = task_day(task, low)
            bounds = (k for k, machines, days in task.limits_of[n] if option.machine in machines and day in days)
            windows.append((low, high, tuple(bounds)))
        found.append(_Option(option.machine, option.cost, tuple(windows), tuple(high for _, high, _ in windows)))
    return tuple(found)
