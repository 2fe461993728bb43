"""python -m bench.autoplan [--seconds S] [--seeds N] [--steady]: plans beside two simple rules and a bound.

Over 10 days, for 40 and more cars on 25 resources and fewer: the hours that cars are late, by their weight (a car that
is left out is late by twice the whole time), when each is put where it is done first in the order of their promises, in
that of their weights, and as auto-plan has it; and what no plan can come below.
"""

import argparse
import random
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from directapp.domains.planning.engine.autoplan import Effort, PlanCar, PlanStep, planned
from directapp.domains.planning.engine.plan_first import Placing, by_promise, by_weight
from directapp.domains.planning.engine.plan_parts import Option, Task, task_day, task_of
from directapp.domains.planning.engine.slots import Finder
from directapp.domains.planning.engine.spans import instant
from directapp.domains.planning.engine.workdays import Hours, Schedule, WorkingTime
from directapp.domains.planning.engine.world import Agreement, Busy, Ledger, Resource, World

MONDAY = date(2026, 3, 2)
START = datetime(2026, 3, 2, 5, tzinfo=UTC)
DAYS = 10
KINDS = ("mechanical", "cosmetic", "quality")
WEEK = Schedule(
    tuple(Hours(d, a, b) for d in range(1, 6) for a, b in (("07:30", "11:30"), ("12:00", "16:00"))),
)


def world(chance: random.Random) -> World:
    """Return a prep centre that is half booked, and another site that lends some hours."""
    resources = tuple(
        Resource(
            id=f"r{n:02}",
            site="499" if n % 5 else "490",
            types=(KINDS[n % 2],) if n % 6 else ("quality",),
            schedule=WEEK,
            capacity=2 if n % 8 == 0 else 1,
            specialisations=("Audi",) if n % 3 else (),
        )
        for n in range(25)
    )
    busy: list[Busy] = []
    for resource in resources:
        working = WorkingTime(resource.schedule)
        for n in range(DAYS):
            for a, b in working.on(MONDAY + timedelta(days=n)):
                if chance.random() < max(0.2, 0.8 - n / 12):
                    length = chance.choice((2, 3, 4)) * 3600
                    at = a + chance.randrange(0, 5) * 900
                    busy.append(Busy(resource.id, instant(at), instant(min(b, at + length)), 1, f"b{len(busy)}"))
    days = [MONDAY + timedelta(days=n) for n in range(DAYS)]
    ledgers = [Ledger("499", "mechanical", d, 20, chance.randrange(12)) for d in days]
    ledgers += [Ledger("499", "cosmetic", d, 20, chance.randrange(12)) for d in days]
    lent = [
        Agreement(provider=p, consumer=c, type=k, priority=w, hours_per_week=h)
        for p, c, w, h in (
            ("499", "495", 80, 40),
            ("499", "324", 50, 25),
            ("499", "326", 30, 15),
            ("490", "495", 40, 8),
        )
        for k in KINDS
    ]
    return World(resources=resources, busy=tuple(busy), ledgers=tuple(ledgers), agreements=tuple(lent))


def cars(chance: random.Random) -> list[PlanCar]:
    """Return 40 cars of four sites."""
    found = []
    for n in range(40):
        promised = START + timedelta(days=chance.choice((1, 2, 3, 4, 7, 8, 9)), hours=10)
        steps = [
            PlanStep(type="mechanical", hours=chance.choice((1, 1.5, 2, 2.5, 3.5)), specialisations=("Audi",)),
            PlanStep(type="cosmetic", hours=chance.choice((1, 1.5, 2.5))),
            PlanStep(type="quality", hours=0.5),
        ]
        found.append(
            PlanCar(
                id=f"c{n:02}",
                site=chance.choice(("495", "324", "326", "499")),
                steps=tuple(steps if n % 4 else steps[1:]),
                earliest=START + timedelta(hours=chance.randrange(0, 48)),
                promised=promised if n % 7 else None,
                priority=chance.choice((0, 1, 1, 1, 2, 3)),
            )
        )
    return found


# Of the cars that there are (40 each time), and of the resources.
CLASSES = {"usual": (1, 25), "tight": (2, 25), "half the people": (2, 13), "crowded": (3, 25)}


def instance(seed: int, times: int, resources: int) -> Task:
    """Return what is to be planned: so many times 40 cars on some of the resources."""
    chance = random.Random(seed)  # noqa: S311 - the same cars every time
    made = world(chance)
    made = replace(made, resources=made.resources[:resources])
    waiting = [replace(car, id=f"{n}{car.id}") for n in range(times) for car in cars(chance)]
    return task_of(Finder(made), sorted(waiting, key=lambda car: car.id), START, START + timedelta(days=DAYS))


def bound(task: Task) -> float:
    """Return the weighted quarters that no plan can come below.

    A kind of work at a time: its hours may be cut up and done on any day that has some of the free time, each part no
    earlier than that day's work begins, with what the car needs after it; or the car is left out. No plan is earlier.
    """
    placing = Placing(task)
    alone = [task.delay(car, placing.plan([car])) for car in range(len(task.cars))]
    return max(_bound_of(task, kind, alone) for kind in KINDS)


def _bound_of(task: Task, kind: str, alone: Sequence[int]) -> float:
    from ortools.linear_solver import pywraplp  # type: ignore[import-untyped]  # noqa: PLC0415 - it loads for a second

    solver = pywraplp.Solver.CreateSolver("GLOP")
    taken: dict[Any, list[Any]] = {}
    whole: list[Any] = []
    for car, pieces in enumerate(task.by_car):
        mine = [n for n in pieces if task.pieces[n].step.type == kind]
        if not mine or not all(task.pieces[n].options for n in pieces):
            whole.append(solver.NumVar(1, 1, "") * (task.weights[car] * alone[car]))
            continue
        n, due = mine[0], task.due[car]
        piece, after = task.pieces[n], sum(task.pieces[k].quarters for k in pieces if k > n)
        left = solver.NumVar(0, 1, "")
        parts = [left]
        whole.append(left * (2 * task.horizon * task.weights[car]))
        for (day, site), (begin, machines) in _places(task, piece.options).items():
            part = solver.NumVar(0, 1, "")
            late = 0 if due is None else max(alone[car], begin + after - max(due, -task.horizon))
            parts.append(part)
            whole.append(part * (task.weights[car] * late))
            taken.setdefault((day, site), []).append(part * piece.seconds)
            for k, within, days in task.limits_of[n]:
                if day in days and machines <= within:
                    taken.setdefault(k, []).append(part * piece.seconds)
        solver.Add(sum(parts) == 1)
    for key, used in taken.items():
        room = task.limits[key].left if isinstance(key, int) else _free(task, kind, *key)
        solver.Add(sum(used) <= room)
    solver.Minimize(sum(whole))
    solver.Solve()
    return float(solver.Objective().Value())


def _places(task: Task, options: Iterable[Option]) -> dict[tuple[int, str], tuple[int, set[int]]]:
    """Return the days and sites at which some work can be done: the first quarter there, and on which machines."""
    found: dict[tuple[int, str], tuple[int, set[int]]] = {}
    for option in options:
        site = task.machines[option.machine].resource.site
        for low, _ in option.ranges:
            key = task_day(task, low), site
            first, machines = found.get(key, (low, set()))
            found[key] = min(first, low), machines | {option.machine}
    return found


def _free(task: Task, kind: str, day: int, site: str) -> int:
    """Return the seconds that are free for a kind of work on a day at a site, whoever does it."""
    found = 0
    for machine in task.machines:
        if kind in machine.resource.types and machine.resource.site == site:
            track = task.finder.track(machine.resource.id)
            for lane in machine.lanes:
                found += sum(b - a for a, b in track.lane(lane).left(track.working.on(task.days[day])))
    return found


def main() -> None:
    """Plan some instances of each kind, and say how the plans stand to the rules."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--steady", action="store_true", help="count the seconds in steps, not on the clock")
    asked = parser.parse_args()
    effort = Effort(seconds=asked.seconds, steady=asked.steady)
    for name, (times, resources) in CLASSES.items():
        print(f"{name}: {40 * times} cars, {resources} resources; weighted hours late, {asked.seconds:g} s a plan")
        ratios = []
        for seed in range(1, asked.seeds + 1):
            task = instance(seed, times, resources)
            placing = Placing(task)
            rules = [task.lateness(placing.plan(order(task))) / 4 for order in (by_promise, by_weight)]
            solved = planned(task, effort)
            late, least = task.lateness(solved.chosen) / 4, bound(task) / 4
            ratios.append(late / min(rules))
            print(
                f"  seed {seed}: by promise {rules[0]:.0f}, by weight {rules[1]:.0f}, plan {late:.0f}: "
                f"{late / min(rules):.3f} of the better, {late / max(rules):.3f} of the other; "
                f"no plan below {least / min(rules):.3f}",
                flush=True,
            )
        print(f"  median {statistics.median(ratios):.3f}, worst {max(ratios):.3f} of the better rule", flush=True)


if __name__ == "__main__":
    main()
