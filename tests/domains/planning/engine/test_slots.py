from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from directapp.domains.planning.engine.slots import Finder, find_slots
from directapp.domains.planning.engine.spans import Span
from directapp.domains.planning.engine.workdays import Hours, Schedule
from directapp.domains.planning.engine.world import Agreement, Busy, Ledger, PlanJob, Resource, WeekUse, World
from support.planning_worlds import Drawn, booked, day_of, drawn, every_quarter, may, midnight, utilised, with_slot

WEEK = Schedule(tuple(Hours(day, "08:00", "16:00") for day in range(1, 6)))
MONDAY = date(2026, 2, 2)


def at(hour: float, day: int = 0) -> datetime:
    return midnight(MONDAY + timedelta(days=day)) + timedelta(hours=hour)


def person(name: str, *, site: str = "499", **more: object) -> Resource:
    return replace(Resource(id=name, site=site, types=("mechanical",), schedule=WEEK), **more)


def job(hours: float = 2, *, site: str = "499", **more: object) -> PlanJob:
    return replace(PlanJob(type="mechanical", hours=hours, site=site, earliest=at(0), latest=at(0, 5)), **more)


@settings(max_examples=100, deadline=None)
@given(drawn())
def test_the_search_finds_what_a_walk_over_every_quarter_finds(drawn: Drawn) -> None:
    world, wanted = drawn.world, drawn.job
    answer = find_slots(world, wanted, limit=1000, per_day=1000)
    resources = {r.id: r for r in world.resources}
    possible = every_quarter(world, wanted)
    first: dict[str, datetime] = {}
    for start, name in possible:
        first.setdefault(name, start)
    found: dict[str, datetime] = {}
    for slot in answer.slots:
        found.setdefault(slot.resource, slot.start)
        assert slot.lane in may(world, wanted, resources[slot.resource], slot.start)
        assert slot.end - slot.start == timedelta(hours=wanted.hours)
        assert slot.reasons
    assert found == first
    assert bool(answer.slots) != bool(answer.refused)
    days = {(name, day_of(start)) for start, name in possible}
    assert {(s.resource, day_of(s.start)) for s in answer.slots} == days


@settings(max_examples=60, deadline=None)
@given(drawn())
def test_slots_are_ranked_by_time_then_load_then_specialisation_then_site(drawn: Drawn) -> None:
    world, wanted = drawn.world, drawn.job
    resources = {r.id: r for r in world.resources}
    words = {w.lower() for w in wanted.specialisations}
    ranks = []
    for slot in find_slots(world, wanted, limit=50).slots:
        resource = resources[slot.resource]
        load = utilised(world, resource, day_of(slot.start))
        matches = bool(words & {w.lower() for w in resource.specialisations})
        assert slot.specialised == matches
        assert slot.own_site == (resource.site == wanted.site)
        assert abs(slot.utilisation - load) <= 0.005 + 1e-9
        ranks.append((slot.start, slot.utilisation, bool(words) and not matches, not slot.own_site))
    assert all(a <= b for a, b in pairwise(ranks))


@settings(max_examples=60, deadline=None)
@given(drawn(), st.lists(st.integers(0, 5), min_size=1, max_size=6))
def test_held_slots_never_collide_nor_overdraw_and_given_back_leave_no_trace(drawn: Drawn, picks: list[int]) -> None:
    world, wanted = drawn.world, drawn.job
    finder, before = Finder(world), find_slots(world, wanted)
    held = []
    for pick in picks:
        slots = finder.find(wanted).slots
        assert slots == find_slots(world, wanted).slots
        if not slots:
            break
        slot = slots[pick % len(slots)]
        assert finder.fits(wanted, slot)
        resource = next(r for r in world.resources if r.id == slot.resource)
        assert slot.lane in may(world, wanted, resource, slot.start)
        finder.hold(wanted, slot)
        assert not finder.fits(wanted, slot)
        world = with_slot(world, wanted, slot)
        held.append(slot)
    for n, slot in enumerate(held):
        finder.release(booked(wanted, slot, f"n{n}"))
    assert finder.find(wanted) == before


def test_a_full_lane_does_not_take_what_the_other_has_room_for() -> None:
    # At no moment are both lanes taken, and still no lane is free from 9 to 11.
    taken = (Busy("a", at(8), at(10), 1), Busy("a", at(10), at(16), 2))
    world = World(resources=(person("a", capacity=2),), busy=taken)
    assert not Finder(world).fits_at(job(), "a", None, int(at(9).timestamp()))
    first = find_slots(world, job()).slots[0]
    assert (first.start, first.lane) == (at(8), 2)
    second = find_slots(world, job(earliest=at(9))).slots[0]
    assert (second.start, second.lane) == (at(10), 1)


def test_bookings_without_a_lane_are_put_where_they_fit() -> None:
    loose = (
        Busy("a", at(8), at(10), None, "x"),
        Busy("a", at(9), at(12), None, "y"),
        Busy("a", at(10), at(11), None, "z"),
    )
    world = World(resources=(person("a", capacity=2),), busy=loose)
    assert find_slots(world, job(1, earliest=at(9))).slots[0].start == at(11)


def test_a_slot_begins_on_a_quarter_whenever_the_work_before_it_ends() -> None:
    odd = timedelta(minutes=7)
    taken = (Busy("a", at(8), at(10) + odd, 1), Busy("a", at(12) + odd, at(13) + odd, 1))
    blocked = (Span(at(14), at(14) + odd),)
    starts = [s.start for s in find_slots(World(resources=(person("a"),), busy=taken), job(0.5, blocked=blocked)).slots]
    assert all(start.minute % 15 == 0 for start in starts)
    assert starts[0] == at(10.25)
    alone = find_slots(World(resources=(person("a"),), busy=taken), job(1.75, earliest=at(12), blocked=blocked)).slots
    assert alone[0].start == at(14.25)


def test_the_reasons_are_said_in_words() -> None:
    world = World(
        resources=(
            person("a", site="499"),
            person("b", site="490", specialisations=("Audi",)),
        ),
        busy=(Busy("a", at(9), at(15), 1),),
        agreements=(Agreement(provider="490", consumer="499", type="mechanical", hours_per_week=10, priority=40),),
        week_uses=(WeekUse("490", "499", "mechanical", MONDAY, 3.5),),
    )
    slots = find_slots(world, job(1, specialisations=("audi",))).slots
    assert [(s.resource, s.start) for s in slots[:3]] == [("b", at(8)), ("a", at(8)), ("b", at(9))]
    assert [r.pick("nb") for r in slots[0].reasons] == [
        "Tidligst mulig.",
        "Lavest belegg den uken: 0 %.",
        "Spesialområdet passer: Audi.",
        "Deles etter avtale: 6,5 timer igjen den uken.",
    ]
    assert [r.english for r in slots[1].reasons] == ["The earliest possible.", "Utilised 15 % that week.", "Own site."]
    assert "02:00" not in slots[2].reasons[0].pick("nb")
    assert "kl. 09:00" in slots[2].reasons[0].pick("nb")


def test_equal_resources_are_ranked_own_site_first() -> None:
    lent = (Agreement(provider="490", consumer="499", type="mechanical"),)
    world = World(resources=(person("a", site="490"), person("b")), agreements=lent)
    assert [s.resource for s in find_slots(world, job(), limit=2).slots] == ["b", "a"]


def test_what_stands_in_the_way_is_said() -> None:
    alone = World(resources=(person("a", site="490"),))
    assert "ingen avtale" in find_slots(alone, job()).refused[0].pick("nb")
    assert "No resource" in find_slots(alone, replace(job(), type="paint")).refused[0].english
    own = World(
        resources=(person("a"),),
        ledgers=tuple(Ledger("499", "mechanical", MONDAY + timedelta(days=n), 8, 7) for n in range(5)),
    )
    assert "capacity" in find_slots(own, job()).refused[0].english
    assert find_slots(own, job(1)).slots
    lent = Agreement(provider="490", consumer="499", type="mechanical", hours_per_week=1)
    assert "cap" in find_slots(replace(alone, agreements=(lent,)), job()).refused[0].english
    assert "no length" in find_slots(own, job(0)).refused[0].english
    assert "between" in find_slots(own, job(2, latest=at(1))).refused[0].english
    assert "at a stretch" in find_slots(World(resources=(person("a"),)), job(9)).refused[0].english
    wanted = job(specialisations=("paint",), specialist_required=True)
    assert "specialisation" in find_slots(World(resources=(person("a"),)), wanted).refused[0].english


def test_people_are_offered_times_from_the_next_quarter_on() -> None:
    world = World(resources=(person("a"),), busy=(Busy("a", at(10), at(11) + timedelta(minutes=7), 1),))
    now = at(8) + timedelta(minutes=3, seconds=20)
    slots = find_slots(world, job(1, earliest=now)).slots
    assert slots[0].start == at(8.25)
    assert slots[1].start == at(11.25)


def test_a_resource_may_be_asked_for_by_name() -> None:
    world = World(resources=(person("a"), person("b")))
    assert {s.resource for s in find_slots(world, job(resources=("b",))).slots} == {"b"}


def test_the_week_of_an_agreement_is_the_local_week() -> None:
    # Sunday evening in UTC is Monday in Norway: the hours count on the week that people see.
    night = Schedule((Hours(1, "00:00", "04:00"),))
    lent = Agreement(provider="490", consumer="499", type="mechanical", hours_per_week=4)
    world = World(
        resources=(person("a", site="490", schedule=night),),
        agreements=(lent,),
        week_uses=(WeekUse("490", "499", "mechanical", MONDAY, 4.0),),
    )
    first = find_slots(world, job(latest=at(0, 14))).slots[0]
    assert first.start == datetime(2026, 2, 8, 23, tzinfo=UTC)
