"""python -m bench.slots [--runs R]: how long slot search takes over 100 resources, 60 days and 5,000 bookings."""

import argparse
import random
import statistics
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

from directapp.domains.planning.engine.chains import Chain, find_chains
from directapp.domains.planning.engine.slots import Finder, find_slots
from directapp.domains.planning.engine.spans import Span, floor_second, instant, monday_of
from directapp.domains.planning.engine.workdays import Hours, Schedule, WorkingTime, holiday
from directapp.domains.planning.engine.world import Agreement, Busy, Ledger, PlanJob, Resource, WeekUse, World

MONDAY = date(2026, 3, 2)
DAYS, RESOURCES, BOOKINGS = 60, 100, 5_000
TYPES = ("mechanical", "cosmetic")
SITES = ("499", "490", "332", "340")
EARLIEST = datetime(2026, 3, 2, 5, tzinfo=UTC)
LATEST = EARLIEST + timedelta(days=DAYS)


def resources() -> tuple[Resource, ...]:
    """Return people and bays, each with lunch, some away for a week, some with room for two."""
    made = []
    for n in range(RESOURCES):
        week = [Hours(d, a, b) for d in range(1, 6) for a, b in (("07:30", "11:30"), ("12:00", "16:00"))]
        away = datetime(2026, 3, 9 + n % 20, tzinfo=UTC)
        made.append(
            Resource(
                id=f"r{n:03}",
                site=SITES[n % len(SITES)],
                types=(TYPES[n % 2],) if n % 5 else TYPES,
                schedule=Schedule(tuple(week), (Span(away, away + timedelta(days=5)),) if n % 7 == 0 else ()),
                capacity=2 if n % 10 == 0 else 1,
                specialisations=("Audi",) if n % 3 == 0 else ("Škoda", "EV"),
            )
        )
    return tuple(made)


def bookings(made: tuple[Resource, ...], chance: random.Random, count: int | None = BOOKINGS) -> tuple[Busy, ...]:
    """Return bookings that do not collide, pressed towards the front; every free hour with ``count`` None."""
    found: list[Busy] = []
    working = {r.id: WorkingTime(r.schedule) for r in made}
    for n in range(DAYS):
        day = MONDAY + timedelta(days=n)
        for resource in made:
            for lane in range(1, resource.capacity + 1):
                for a, b in working[resource.id].on(day):
                    at = a
                    while at + 3600 <= b:
                        length = min(b - at, chance.choice((3600, 5400, 7200)))
                        if count is None or chance.randrange(10):
                            found.append(Busy(resource.id, instant(at), instant(at + length), lane))
                        at += length
    return tuple(found[:count])


def world(chance: random.Random, count: int | None = BOOKINGS) -> World:
    """Return a group of sites that lend each other hours."""
    made = resources()
    busy = bookings(made, chance, count)
    site_of = {r.id: r.site for r in made}
    used: dict[tuple[str, date], float] = {}
    for b in busy:
        key = site_of[b.resource], b.start.date()
        used[key] = used.get(key, 0) + (b.end - b.start) / timedelta(hours=1) / 2
    days = [MONDAY + timedelta(days=n) for n in range(DAYS)]
    ledgers = [Ledger(s, t, d, 160, used.get((s, d), 0)) for s in SITES for t in TYPES for d in days]
    lent = [Agreement(provider=p, consumer="495", type=t, hours_per_week=40, priority=60) for p in SITES for t in TYPES]
    uses = [WeekUse(p, "495", t, monday_of(d), chance.randrange(30)) for p in SITES for t in TYPES for d in days[::7]]
    return World(resources=made, busy=busy, ledgers=tuple(ledgers), agreements=tuple(lent), week_uses=tuple(uses))


def measured(name: str, runs: int, work: Callable[[], object]) -> None:
    """Print median and 95th percentile of some work, and what it took of the processor where others use it too."""
    took, used = [], []
    for _ in range(runs):
        began, spent = time.perf_counter(), time.process_time()
        work()
        took.append((time.perf_counter() - began) * 1000)
        used.append((time.process_time() - spent) * 1000)
    median, late = statistics.median(took), statistics.quantiles(took, n=20)[-1]
    print(f"{name:56} median {median:6.1f}  p95 {late:6.1f}  cpu {statistics.median(used):6.1f} ms", flush=True)


def main() -> None:
    """Measure one job, a car's chain, and the worst case: nothing free anywhere."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=100)
    runs = parser.parse_args().runs
    chance = random.Random(20260302)  # noqa: S311 - the same days every time
    usual, full = world(chance), world(chance, None)
    holiday(MONDAY)
    job = PlanJob(type="mechanical", hours=2.5, site="495", earliest=EARLIEST, latest=LATEST, specialisations=("Audi",))
    cosmetic = PlanJob(type="cosmetic", hours=2, site="495", earliest=EARLIEST, latest=LATEST)
    chain = Chain(steps=(job, cosmetic))
    print(f"{RESOURCES} resources, {DAYS} days, {len(usual.busy)} bookings; the full world has {len(full.busy)}")
    measured("one job: reading the world and searching it", runs, lambda: find_slots(usual, job))
    ready = Finder(usual)
    measured("one job: searching a world that was read", runs, lambda: ready.find(job))
    measured("technical and cosmetic: reading and searching", runs, lambda: find_chains(Finder(usual), chain))
    measured("one job where nothing is free: reading and searching", runs, lambda: find_slots(full, job))
    late = PlanJob(type="mechanical", hours=2.5, site="495", earliest=LATEST - timedelta(days=2), latest=LATEST)
    assert not find_slots(full, job).slots
    assert find_slots(usual, late).slots
    assert floor_second(find_slots(usual, job).slots[0].start) >= floor_second(EARLIEST)


if __name__ == "__main__":
    main()
