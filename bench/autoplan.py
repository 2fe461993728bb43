"""python -m bench.autoplan [--seconds S]: a plan for 40 cars on 25 resources over 10 days, beside the first guess."""

import argparse
import random
import time
from datetime import UTC, date, datetime, timedelta

from directapp.domains.planning.engine.autoplan import Effort, PlanCar, PlanStep, autoplan
from directapp.domains.planning.engine.chains import Chain, find_chains
from directapp.domains.planning.engine.slots import Finder
from directapp.domains.planning.engine.spans import instant
from directapp.domains.planning.engine.workdays import Hours, Schedule, WorkingTime
from directapp.domains.planning.engine.world import Agreement, Busy, Job, Ledger, Resource, World

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


def main() -> None:
    """Plan once, and say what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    chance = random.Random(asked.seed)  # noqa: S311 - the same cars every time
    capacity, waiting = world(chance), cars(chance)
    until = START + timedelta(days=DAYS)
    first = autoplan(capacity, waiting, start=START, until=until, effort=Effort(seconds=0.01))
    began = time.perf_counter()
    plan = autoplan(capacity, waiting, start=START, until=until, effort=Effort(seconds=asked.seconds))
    took = time.perf_counter() - began
    alone = 0.0
    for car in waiting:
        jobs = (Job(type=s.type, hours=s.hours, site=car.site, earliest=car.earliest, latest=until) for s in car.steps)
        ways = find_chains(Finder(capacity), Chain(steps=tuple(jobs), promised=car.promised), limit=1).chains
        alone += ways[0].late_hours if ways else 0.0
    print(f"each car alone: {alone:.2f} hours late in all; no plan can be better")
    print(f"first guess: {len(waiting) - len(first.unplanned)} cars, {first.late_hours:.2f} hours late in all")
    planned = len(waiting) - len(plan.unplanned)
    print(
        f"plan: {planned} cars, {len(plan.proposals)} bookings, {plan.late_hours:.2f} hours late in all, "
        f"{'nothing better exists' if plan.proven else 'best found'}; {plan.seconds:.2f} s solving, {took:.2f} s in all"
    )
    for left in plan.unplanned:
        print(f"  {left.car}: {left.reason.en}")


if __name__ == "__main__":
    main()
