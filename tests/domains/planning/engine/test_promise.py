from dataclasses import replace
from datetime import date, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from directapp.domains.planning.engine.conflicts import Movable
from directapp.domains.planning.engine.promise import CarAhead, Promise, Remaining, promise
from directapp.domains.planning.engine.slots import Finder
from directapp.domains.planning.engine.workdays import Hours, Schedule
from directapp.domains.planning.engine.world import Booking, Busy, PlanJob, Resource, World
from support.planning_worlds import Drawn, drawn, midnight
from support.text import bilingual

MONDAY = date(2026, 2, 2)
WEEK = Schedule(tuple(Hours(day, "08:00", "16:00") for day in range(1, 6)))
STANDS = ("booked", "not booked")
INSPECTION = Remaining(label=bilingual("Mottakskontroll", "Inspection"), hours=0.5)


def at(hour: float, day: int = 0) -> datetime:
    return midnight(MONDAY + timedelta(days=day)) + timedelta(hours=hour)


def booked(start: float, end: float, *, day: int = 0, kind: str = "mechanical", name: str = "own") -> Booking:
    resource = {"mechanical": "m", "cosmetic": "c"}[kind]
    return Booking(id=name, resource=resource, type=kind, site="499", start=at(start, day), end=at(end, day), lane=1)


def step(kind: str, hours: float, **more: object) -> Remaining:
    label = {"mechanical": bilingual("Teknisk", "Technical"), "cosmetic": bilingual("Kosmetisk", "Cosmetic")}[kind]
    job = PlanJob(type=kind, hours=hours, site="499", earliest=at(0), latest=at(0, 12))
    return replace(Remaining(label=label, hours=hours, job=job), **more)


def world(*bookings: Booking) -> World:
    return World(
        resources=(
            Resource(id="m", site="499", types=("mechanical",), schedule=WEEK),
            Resource(id="c", site="499", types=("cosmetic",), schedule=WEEK),
        ),
        busy=tuple(Busy(b.resource, b.start, b.end, b.lane, b.id) for b in bookings),
    )


def car(*steps: Remaining, **more: object) -> CarAhead:
    return replace(CarAhead(steps=steps, schedule=WEEK), **more)


def asked(known: World, ahead: CarAhead, *, now: datetime | None = None, movable: tuple[Movable, ...] = ()) -> Promise:
    return promise(Finder(known), ahead, now or at(8), movable)


def test_the_steps_follow_one_another_through_what_is_booked_and_what_is_free() -> None:
    technical = booked(10, 12)
    found = asked(world(technical), car(INSPECTION, step("mechanical", 2, booked=technical), step("cosmetic", 1.5)))
    assert found.ready_at == at(13.5)
    assert [r.pick("nb") for r in found.reasons] == [
        "Mottakskontroll tar vanligvis 0,5 timer, ferdig man. 2. feb. kl. 08:30.",
        "Teknisk er booket og ferdig man. 2. feb. kl. 12:00.",
        "Kosmetisk: første ledige plass er man. 2. feb. kl. 12:00, ferdig man. 2. feb. kl. 13:30.",
    ]
    assert found.gains[0].lever == "place"
    assert found.gains[0].hours == 1.5
    assert found.gains[0].slots[0][1].start == at(8.5)
    assert found.gains[0].reason.english == "Move technical to the first free place"


def test_parts_hold_the_technical_work_and_what_is_booked_too_early_is_placed_anew() -> None:
    technical = booked(10, 12)
    waiting = step("mechanical", 2, booked=technical, needs_parts=True)
    found = asked(world(technical), car(waiting, step("cosmetic", 2), parts_eta=at(11, 1)))
    assert found.ready_at == at(15, 1)
    assert "venter på deler til tir. 3. feb. kl. 11:00" in found.reasons[0].pick("nb")
    levers = {(g.lever, g.reason.english): g.hours for g in found.gains}
    assert levers["parts", "The parts here now"] == 27
    assert levers["parts", "The parts a day earlier"] == 24
    assert found.gains[0].reason.pick("nb") == "Delene på plass nå"


def test_a_car_of_higher_priority_could_go_first() -> None:
    others = [booked(8, 16, day=n, name=f"o{n}") for n in range(3)]
    movable = [Movable(booking=b, priority=20 + 30 * n, earliest=at(0), latest=at(0, 12)) for n, b in enumerate(others)]
    ahead = car(step("mechanical", 4), priority=40)
    found = asked(world(*others), ahead, movable=tuple(movable))
    assert found.ready_at == at(12, 3)
    (gain,) = found.gains
    assert (gain.lever, gain.ready_at, gain.hours, gain.moves) == ("priority", at(12), 72, ("o0",))
    assert asked(world(*others), car(step("mechanical", 4), priority=20), movable=tuple(movable)).gains == ()


def test_work_under_way_ends_after_its_hours_and_never_before_now() -> None:
    running = step("mechanical", 2, started_at=at(9))
    assert asked(world(), car(running), now=at(10)).ready_at == at(11)
    assert asked(world(), car(running), now=at(13)).ready_at == at(13)
    assert "pågår" in asked(world(), car(running), now=at(10)).reasons[0].pick("nb")


def test_a_booking_that_nobody_began_is_placed_anew() -> None:
    missed = booked(8, 10)
    found = asked(world(missed), car(step("mechanical", 2, booked=missed)), now=at(11))
    assert found.ready_at == at(13)


def test_where_there_is_no_place_there_is_no_promise_but_a_reason() -> None:
    found = asked(world(), car(step("mechanical", 9)))
    assert found.ready_at is None
    assert "at a stretch" in found.reasons[-1].english
    assert found.gains == ()
    closed = asked(world(), replace(car(INSPECTION), schedule=Schedule()))
    assert closed.ready_at is None
    assert "no working hours" in closed.reasons[-1].english


@settings(max_examples=60, deadline=None)
@given(drawn(), st.lists(st.integers(0, 300), min_size=2, max_size=6), st.sampled_from(STANDS))
def test_the_later_the_parts_the_later_the_promise(drawn: Drawn, etas: list[int], stands: str) -> None:
    known, start = drawn.world, midnight(drawn.first)
    job = replace(drawn.job, type="mechanical", blocked=(), earliest=start, latest=start + timedelta(days=30))
    own = next((b for b in known.busy if b.end - b.start <= timedelta(hours=3)), None) if stands == "booked" else None
    booking = None
    if own is not None:
        booking = Booking(
            id=own.id, resource=own.resource, type="mechanical", site="499", start=own.start, end=own.end, lane=own.lane
        )
    steps = (
        Remaining(label=bilingual("T", "T"), hours=job.hours, job=job, booked=booking, needs_parts=True),
        Remaining(label=bilingual("C", "C"), hours=1, job=replace(job, type="cosmetic", hours=1)),
        Remaining(label=bilingual("Q", "Q"), hours=0.5),
    )
    finder = Finder(known)
    before = finder.find(drawn.job)
    ready = []
    for eta in sorted(etas):
        ahead = CarAhead(steps=steps, schedule=WEEK, parts_eta=start + timedelta(minutes=20 * eta))
        found = promise(finder, ahead, start)
        ready.append(found.ready_at or start + timedelta(days=999))
        assert all(g.hours > 0 and g.ready_at < ready[-1] for g in found.gains)
        assert [g.hours for g in found.gains] == sorted((g.hours for g in found.gains), reverse=True)
    assert ready == sorted(ready)
    assert finder.find(drawn.job) == before
