import random
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from bench.autoplan import bound, instance
from hypothesis import given, settings
from hypothesis import strategies as st

from directapp.domains.planning.engine.autoplan import Effort, Plan, PlanCar, PlanStep, autoplan, planned
from directapp.domains.planning.engine.plan_first import Placing, by_promise, by_weight
from directapp.domains.planning.engine.spans import Span
from directapp.domains.planning.engine.workdays import Hours, Schedule
from directapp.domains.planning.engine.world import Agreement, Booking, Busy, Ledger, PlanJob, Resource, World
from support.planning_worlds import DAYS, Drawn, drawn, may, meet, midnight, with_slot

MONDAY = date(2026, 2, 2)
WEEK = Schedule(tuple(Hours(day, "08:00", "16:00") for day in range(1, 6)))
STEADY = Effort(seconds=0.3, steady=True)


def at(hour: float, day: int = 0) -> datetime:
    return midnight(MONDAY + timedelta(days=day)) + timedelta(hours=hour)


def resource(name: str, *types: str, site: str = "499", capacity: int = 1) -> Resource:
    return Resource(id=name, site=site, types=types or ("mechanical",), schedule=WEEK, capacity=capacity)


def car(name: str, *steps: PlanStep, site: str = "499", **more: object) -> PlanCar:
    steps = steps or (PlanStep(type="mechanical", hours=4),)
    return replace(PlanCar(id=name, site=site, steps=steps, earliest=at(0)), **more)


def plan(world: World, *cars: PlanCar, days: int = 5) -> Plan:
    return autoplan(world, cars, start=at(0), until=at(0, days), effort=STEADY)


def starts(found: Plan) -> dict[str, datetime]:
    return {p.car: p.slot.start for p in found.proposals if p.step == 0}


def test_the_most_urgent_car_goes_first_and_each_has_its_reason() -> None:
    world = World(resources=(resource("a"),))
    found = plan(world, car("later", promised=at(16)), car("urgent", promised=at(16), priority=3), car("none"), days=2)
    assert starts(found) == {"urgent": at(8), "later": at(12), "none": at(8, 1)}
    assert found.proven
    assert found.late_hours == 0
    reasons = {p.car: p.reason for p in found.proposals}
    assert reasons["urgent"].pick("nb") == "Ferdig man. 2. feb. kl. 12:00, 4 timer før lovet tid. Prioritet: haster."
    assert reasons["none"].english == "Done Tue 3 Feb 12:00. Priority: normal."


def test_cosmetic_follows_technical_and_quality_follows_both() -> None:
    steps = (
        PlanStep(type="mechanical", hours=2),
        PlanStep(type="cosmetic", hours=1.5),
        PlanStep(type="quality", hours=0.5),
    )
    world = World(resources=(resource("m"), resource("c", "cosmetic"), resource("q", "quality")))
    found = plan(world, *(car(f"c{n}", *steps) for n in range(3)))
    assert len(found.proposals) == 9
    for name in ("c0", "c1", "c2"):
        one, two, three = sorted((p for p in found.proposals if p.car == name), key=lambda p: p.step)
        assert one.slot.end <= two.slot.start
        assert two.slot.end <= three.slot.start


def test_what_is_pinned_stands_and_the_rest_keeps_to_it() -> None:
    pinned = Booking(id="p", resource="c", type="cosmetic", site="499", start=at(12), end=at(13), lane=1)
    steps = (
        PlanStep(type="mechanical", hours=2),
        PlanStep(type="cosmetic", hours=1, booked=pinned, pinned=True),
        PlanStep(type="quality", hours=1),
    )
    world = World(
        resources=(resource("m"), resource("c", "cosmetic"), resource("q", "quality")),
        busy=(Busy("c", at(12), at(13), 1, "p"), Busy("m", at(8), at(9), 1, "x")),
    )
    found = plan(world, car("a", *steps))
    assert {p.type for p in found.proposals} == {"mechanical", "quality"}
    assert starts(found)["a"] == at(9)
    assert next(p.slot.start for p in found.proposals if p.type == "quality") == at(13)
    tight = replace(pinned, start=at(9.5), end=at(10.5))
    late = plan(
        replace(world, busy=(Busy("c", at(9.5), at(10.5), 1, "p"), Busy("m", at(8), at(9), 1, "x"))),
        car("a", steps[0], replace(steps[1], booked=tight), steps[2]),
    )
    assert late.proposals == ()
    assert late.unplanned[0].car == "a"


def test_a_booking_that_is_not_pinned_moves_only_where_something_is_won() -> None:
    booked = Booking(id="b", resource="a", type="mechanical", site="499", start=at(8), end=at(12), lane=1)
    step = PlanStep(type="mechanical", hours=4, booked=booked)
    world = World(
        resources=(resource("a"),),
        busy=(Busy("a", at(8), at(12), 1, "b"),),
        ledgers=(Ledger("499", "mechanical", MONDAY, 4, 4),),
    )
    assert plan(world, car("a", step)).proposals == ()
    urgent = car("u", promised=at(12), priority=3)
    moved = {p.car: p for p in plan(world, car("a", step), urgent).proposals}
    assert moved["u"].slot.start == at(8)
    assert moved["a"].slot.start == at(8, 1)
    assert moved["a"].moves == booked


def test_lanes_ledgers_and_caps_are_not_overdrawn() -> None:
    world = World(
        resources=(resource("a", site="490", capacity=3), resource("b", site="490", capacity=3)),
        ledgers=(Ledger("490", "mechanical", MONDAY, 12, 4),),
        agreements=(Agreement(provider="490", consumer="499", type="mechanical", hours_per_week=16),),
    )
    found = plan(world, *(car(f"c{n}") for n in range(6)))
    assert len(found.proposals) == 4
    assert sum(p.slot.start < at(0, 1) for p in found.proposals) == 2
    assert len(found.unplanned) == 2
    assert "haster mer" in found.unplanned[0].reason.pick("nb")


def test_a_car_is_not_planned_while_it_is_elsewhere() -> None:
    away = (Span(at(0), at(13)), Span(at(15), at(0, 1)))
    found = plan(World(resources=(resource("a"),)), car("c", PlanStep(type="mechanical", hours=2), blocked=away))
    assert starts(found) == {"c": at(13)}


def test_why_a_car_is_left_out_is_said() -> None:
    world = World(resources=(resource("a"), resource("p", "paint", site="490")))
    found = plan(
        world,
        car("long", PlanStep(type="mechanical", hours=9)),
        car("paint", PlanStep(type="paint", hours=1)),
        car("body", PlanStep(type="body", hours=1)),
    )
    reasons = {u.car: u.reason.english for u in found.unplanned}
    assert "No free time of 9 hours at a stretch" in reasons["long"]
    assert "no agreement" in reasons["paint"]
    assert "No resource" in reasons["body"]


def test_sites_wait_by_what_their_agreements_say() -> None:
    lent = tuple(
        Agreement(provider="490", consumer=site, type="mechanical", priority=priority)
        for site, priority in (("495", 90), ("324", 10))
    )
    world = World(resources=(resource("a", site="490"),), agreements=lent)
    cars = [car(f"{site}-{n}", site=site, promised=at(16)) for site in ("324", "495") for n in range(2)]
    found = plan(world, *cars)
    assert {p.car for p in found.proposals if p.slot.start < at(0, 1)} == {"495-0", "495-1"}


def test_the_same_seed_gives_the_same_plan() -> None:
    world = World(resources=(resource("a"), resource("b", capacity=2)))
    cars = [
        car(f"c{n}", PlanStep(type="mechanical", hours=1 + n % 3), promised=at(10 + n % 5), priority=n % 4)
        for n in range(9)
    ]
    first, again = plan(world, *cars), plan(world, *reversed(cars))
    assert (first.proposals, first.unplanned) == (again.proposals, again.unplanned)


@settings(max_examples=15, deadline=None)
@given(drawn(), st.lists(st.tuples(st.integers(1, 10), st.integers(1, 10), st.integers(0, 3)), min_size=1, max_size=5))
def test_a_plan_can_be_booked_piece_by_piece(drawn: Drawn, sizes: list[tuple[int, int, int]]) -> None:
    """Every proposal is judged by the oracle of the slot search, in a world where the others are booked already."""
    world, until = drawn.world, midnight(drawn.first + timedelta(days=DAYS))
    resources = {r.id: r for r in world.resources}
    cars = [
        PlanCar(
            id=f"c{n}",
            site="499",
            steps=(PlanStep(type="mechanical", hours=a / 4), PlanStep(type="cosmetic", hours=b / 4)),
            earliest=drawn.job.earliest,
            promised=drawn.job.latest,
            priority=priority,
        )
        for n, (a, b, priority) in enumerate(sizes)
    ]
    found = autoplan(world, cars, start=midnight(drawn.first), until=until, effort=replace(STEADY, seconds=0.05))
    by_car: dict[str, list[Span]] = {}
    for proposal in found.proposals:
        step = next(c for c in cars if c.id == proposal.car).steps[proposal.step]
        job = PlanJob(type=step.type, hours=step.hours, site="499", earliest=drawn.job.earliest, latest=until)
        assert proposal.slot.lane in may(world, job, resources[proposal.slot.resource], proposal.slot.start)
        world = with_slot(world, job, proposal.slot)
        by_car.setdefault(proposal.car, []).append(Span(proposal.slot.start, proposal.slot.end))
    for spans in by_car.values():
        assert len(spans) == 2
        assert not meet(*spans)
        assert spans == sorted(spans)
    assert {*by_car, *(u.car for u in found.unplanned)} == {c.id for c in cars}


@pytest.mark.parametrize("seconds", [0.001, 0.3])
def test_however_short_the_effort_there_is_a_plan(seconds: float) -> None:
    world = World(resources=(resource("a", capacity=2),))
    cars = [car(f"c{n}", PlanStep(type="mechanical", hours=2)) for n in range(8)]
    found = autoplan(world, cars, start=at(0), until=at(0, 5), effort=Effort(seconds=seconds, threads=1))
    assert len(found.proposals) == 8


@pytest.mark.parametrize(
    ("seed", "times", "resources"), [(1, 1, 25), (1, 1, 13), (2, 1, 9), (3, 1, 9), (4, 2, 13), (5, 2, 25)]
)
def test_a_plan_is_never_later_than_a_simple_rule_and_much_less_so_where_it_is_tight(
    seed: int, times: int, resources: int
) -> None:
    task = instance(seed, times, resources)
    placing = Placing(task)
    rules = [task.lateness(placing.plan(order(task))) for order in (by_promise, by_weight)]
    late = task.lateness(planned(task, Effort(seconds=0.5 if times == 1 else 4, steady=True)).chosen)
    assert late <= min(rules)
    assert late >= bound(task) - 1
    if bound(task) < 0.5 * min(rules):
        assert late <= 0.9 * min(rules)


def test_an_order_that_begins_alike_is_planned_as_if_anew() -> None:
    task = instance(1, 1, 9)
    placing, chance = Placing(task), random.Random(1)
    order = by_promise(task)
    placing.plan(order)
    placing.keep()
    for _ in range(30):
        here, there = sorted(chance.sample(range(len(order)), 2))
        order[here], order[there] = order[there], order[here]
        assert placing.plan(order, here) == Placing(task).plan(order)
        placing.keep()


def test_where_no_car_waits_the_plan_is_empty() -> None:
    found = plan(World(resources=(resource("a"),)))
    assert (found.proposals, found.unplanned, found.late_hours) == ((), (), 0)
