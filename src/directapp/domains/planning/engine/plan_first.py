"""The plan that the solver begins from: one car after another, each where it is done first."""

import random

from directapp.domains.planning.engine.lanes import Lane
from directapp.domains.planning.engine.plan_parts import DONE, FAIR, LATE, OUT, Chosen, Task, task_day

TRIES = 100


def first_plan(task: Task, seed: int, tries: int = TRIES) -> Chosen:
    """Return the best of some plans made one car at a time: the solver improves on it.

    It begins with the earliest promise first or the weightiest car first, whichever costs less, and then lets one car
    after another change its turn.
    """
    chance = random.Random(seed)  # noqa: S311 - the same plan for the same seed, nothing to guess
    far = task.horizon
    cars = range(len(task.cars))
    due = [far if d is None else d for d in task.due]
    orders = [
        sorted(cars, key=lambda n: (due[n], -task.weights[n])),
        sorted(cars, key=lambda n: (-task.weights[n], due[n])),
        sorted(cars, key=lambda n: (due[n] - far * task.weights[n] / max(task.weights), n)),
    ]
    plans = [_one_by_one(task, order) for order in orders]
    cost, n = min((_cost(task, plan), n) for n, plan in enumerate(plans))
    order, best = orders[n], plans[n]
    for _ in range(tries if len(order) > 1 else 0):
        changed = list(order)
        changed.insert(chance.randrange(len(changed)), changed.pop(chance.randrange(len(changed))))
        plan = _one_by_one(task, changed)
        if (price := _cost(task, plan)) <= cost:
            order, best, cost = changed, plan, price
    return best


def _cost(task: Task, chosen: Chosen) -> int:
    """Return what a plan costs, but for the fine points that only the solver weighs."""
    total = FAIR * len(task.cars) * task.worst_share(chosen)
    for car, weight in enumerate(task.weights):
        pieces = task.by_car[car]
        total += weight * LATE * task.delay(car, chosen)
        if pieces and pieces[-1] in chosen:
            total += weight * DONE * chosen[pieces[-1]][1]
        else:
            total += weight * (LATE + DONE) * task.horizon * OUT
    return total


def _one_by_one(task: Task, order: list[int]) -> Chosen:
    taken = [[Lane() for _ in machine.lanes] for machine in task.machines]
    used = [0] * len(task.limits)
    chosen: Chosen = {}
    for car in order:
        tried: Chosen = {}
        at = 0
        for n in task.by_car[car]:
            place = _earliest(task, n, at, taken, used)
            if place is None:
                break
            tried[n] = place
            at = place[1] + task.pieces[n].quarters
        if len(tried) == len(task.by_car[car]):
            _take(task, tried, taken, used)
            chosen |= tried
    return chosen


def _earliest(task: Task, n: int, at: int, taken: list[list[Lane]], used: list[int]) -> tuple[int, int] | None:
    piece = task.pieces[n]
    best: tuple[int, int, int] | None = None
    for option in piece.options:
        for low, high in option.ranges:
            begin = max(low, at)
            if begin > high or (best is not None and begin > best[0]):
                continue
            if not _within_limits(task, n, option.machine, task_day(task, low), used):
                continue
            lanes = taken[option.machine]
            starts = [
                s for lane in lanes if (s := lane.first(begin, high + piece.quarters, piece.quarters)) is not None
            ]
            if starts and (best is None or (min(starts), option.cost) < best[:2]):
                best = min(starts), option.cost, option.machine
    return None if best is None else (best[2], best[0])


def _within_limits(task: Task, n: int, machine: int, day: int, used: list[int]) -> bool:
    return all(used[k] + task.pieces[n].seconds <= task.limits[k].left for k in _limits_at(task, n, machine, day))


def _limits_at(task: Task, n: int, machine: int, day: int) -> list[int]:
    return [k for k, machines, days in task.limits_of[n] if machine in machines and day in days]


def _take(task: Task, tried: Chosen, taken: list[list[Lane]], used: list[int]) -> None:
    for n, (machine, start) in tried.items():
        end = start + task.pieces[n].quarters
        next(lane for lane in taken[machine] if lane.free(start, end)).hold(start, end)
        day = task_day(task, start)
        for k in _limits_at(task, n, machine, day):
            used[k] += task.pieces[n].seconds
