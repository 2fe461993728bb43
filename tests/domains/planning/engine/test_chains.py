import itertools
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from directapp.domains.planning.engine.chains import Chain, find_chains
from directapp.domains.planning.engine.slots import Finder
from directapp.domains.planning.engine.workdays import Hours, Schedule
from directapp.domains.planning.engine.world import Agreement, PlanJob, Resource, World
from support.planning_worlds import TYPES, Drawn, drawn, every_quarter, midnight

MONDAY = date(2026, 2, 2)
WEEK = Schedule(tuple(Hours(day, "08:00", "16:00") for day in range(1, 6)))


def at(hour: float, day: int = 0) -> datetime:
    return midnight(MONDAY + timedelta(days=day)) + timedelta(hours=hour)


def step(kind: str, hours: float, **more: object) -> PlanJob:
    return replace(PlanJob(type=kind, hours=hours, site="499", earliest=at(0), latest=at(0, 10)), **more)


WORLD = World(
    resources=(
        Resource(id="m", site="499", types=("mechanical",), schedule=WEEK),
        Resource(id="c", site="499", types=("cosmetic",), schedule=WEEK),
        Resource(id="q", site="499", types=("quality",), schedule=WEEK),
    )
)


def test_cosmetic_follows_technical_and_quality_follows_both() -> None:
    chain = Chain(steps=(step("mechanical", 5), step("cosmetic", 2.5), step("quality", 0.5)), promised=at(10, 1))
    best = find_chains(Finder(WORLD), chain).chains[0]
    assert [(s.start, s.end) for s in best.slots] == [
        (at(8), at(13)),
        (at(13), at(15.5)),
        (at(15.5), at(16)),
    ]
    assert best.finish == at(16)
    assert best.late_hours == 0
    assert [r.pick("nb") for r in best.reasons] == [
        "Ferdig man. 2. feb. kl. 16:00.",
        "Ferdig 18 timer før lovet tid.",
        "Står 0 timer mellom stegene.",
    ]


def test_ways_that_keep_the_promise_come_first_and_the_others_say_by_how_much_they_fail() -> None:
    chain = Chain(steps=(step("mechanical", 6), step("cosmetic", 3)), promised=at(9, 1))
    chains = find_chains(Finder(WORLD), chain).chains
    assert chains[0].finish == at(11, 1)
    assert chains[0].late_hours == 2
    assert "2 timer etter lovet tid" in chains[0].reasons[1].pick("nb")
    assert all(a.late_hours <= b.late_hours for a, b in itertools.pairwise(chains))


def test_the_step_where_it_stops_is_named() -> None:
    answer = find_chains(Finder(WORLD), Chain(steps=(step("mechanical", 2), step("cosmetic", 2, latest=at(9)))))
    assert answer.chains == ()
    assert answer.stopped_at == 1
    assert answer.refused


def test_moving_the_car_between_sites_takes_its_time() -> None:
    away = Resource(id="c", site="490", types=("cosmetic",), schedule=WEEK)
    world = World(
        resources=(WORLD.resources[0], away),
        agreements=(Agreement(provider="490", consumer="499", type="cosmetic"),),
    )
    chain = Chain(steps=(step("mechanical", 2), step("cosmetic", 2)), between=timedelta(hours=1))
    assert [s.start for s in find_chains(Finder(world), chain).chains[0].slots] == [at(8), at(11)]


def test_two_steps_of_one_kind_are_not_a_chain() -> None:
    with pytest.raises(ValueError, match="kind of its own"):
        find_chains(Finder(WORLD), Chain(steps=(step("mechanical", 1), step("mechanical", 1))))


@settings(max_examples=60, deadline=None)
@given(drawn(), st.integers(1, 12))
def test_the_first_way_is_done_as_early_as_any(drawn: Drawn, quarters: int) -> None:
    world, first = drawn.world, replace(drawn.job, type=TYPES[0])
    second = replace(drawn.job, type=TYPES[1], hours=quarters / 4)
    answer = find_chains(Finder(world), Chain(steps=(first, second)))
    begun = every_quarter(world, first)
    after = begun[0][0] + timedelta(hours=first.hours) if begun else None
    ended = [
        start + timedelta(hours=second.hours)
        for start, _ in every_quarter(world, second)
        if after is not None and start >= after
    ]
    assert [c.finish for c in answer.chains[:1]] == ended[:1]
    for way in answer.chains:
        assert way.slots[0].end <= way.slots[1].start
        assert way.finish == way.slots[-1].end
