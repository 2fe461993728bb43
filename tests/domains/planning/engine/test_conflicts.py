from dataclasses import replace
from datetime import date, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from directapp.domains.planning.engine.conflicts import Movable, ways_to_fit
from directapp.domains.planning.engine.slots import Finder, find_slots
from directapp.domains.planning.engine.workdays import Hours, Schedule
from directapp.domains.planning.engine.world import Agreement, Booking, Busy, Ledger, PlanJob, Resource, World
from support.planning_worlds import Drawn, drawn, may, midnight, with_slot

DAY = timedelta(days=1)
MONDAY = date(2026, 2, 2)
WEEK = Schedule(tuple(Hours(day, "08:00", "16:00") for day in range(1, 6)))


def at(hour: float, day: int = 0) -> datetime:
    return midnight(MONDAY + timedelta(days=day)) + timedelta(hours=hour)


def booking(name: str, start: float, end: float, *, resource: str = "a", day: int = 0, site: str = "324") -> Booking:
    return Booking(
        id=name, resource=resource, type="mechanical", site=site, start=at(start, day), end=at(end, day), lane=1
    )


def movable(one: Booking, priority: int = 30, **more: object) -> Movable:
    return replace(Movable(booking=one, priority=priority, earliest=at(0), latest=at(0, 5)), **more)


def world(*bookings: Booking, resources: tuple[str, ...] = ("a",), ledgers: tuple[Ledger, ...] = ()) -> World:
    return World(
        resources=tuple(Resource(id=r, site="499", types=("mechanical",), schedule=WEEK) for r in resources),
        busy=tuple(Busy(b.resource, b.start, b.end, b.lane, b.id) for b in bookings),
        agreements=tuple(
            Agreement(provider="499", consumer=c, type="mechanical", priority=p) for c, p in (("495", 80), ("324", 30))
        ),
        ledgers=ledgers,
    )


def job_of(one: Booking, sign: int) -> PlanJob:
    """Return the job that a booking was made for, or with a minus what is given back when it goes."""
    hours = sign * ((one.end - one.start) / timedelta(hours=1))
    return PlanJob(type=one.type, hours=hours, site=one.site, earliest=one.start - 9 * DAY, latest=one.end + 9 * DAY)


REQUEST = PlanJob(type="mechanical", hours=3, site="495", earliest=at(8), latest=at(16))


def test_the_booking_that_is_disturbed_least_is_proposed_first_and_nothing_moves() -> None:
    first, second = booking("x", 8, 12), booking("y", 12, 16)
    finder = Finder(world(first, second))
    before = finder.find(replace(REQUEST, latest=at(0, 5)))
    ways = ways_to_fit(finder, REQUEST, 80, [movable(first), movable(second)])
    assert [[m.booking.id for m in way.moves] for way in ways] == [["y"], ["x"], ["x", "y"]][: len(ways)]
    assert ways[0].slot.start == at(12)
    assert ways[0].moves[0].to.start == at(8, 1)
    assert (
        ways[0].moves[0].reason.pick("nb") == "Fra man. 2. feb. kl. 12:00 til tir. 3. feb. kl. 08:00, 20 timer senere."
    )
    assert ways[0].reason.english == "Mon 2 Feb 12:00, if 1 booking is moved."
    assert finder.find(replace(REQUEST, latest=at(0, 5))) == before


def test_what_is_pinned_started_or_of_no_lower_priority_stays() -> None:
    one = booking("x", 8, 16)
    finder = Finder(world(one))
    for stays in (movable(one, pinned=True), movable(one, started=True), movable(one, 80), movable(one, 90)):
        assert ways_to_fit(finder, REQUEST, 80, [stays]) == ()
    assert len(ways_to_fit(finder, REQUEST, 80, [movable(one)])) == 1


def test_a_booking_moves_only_within_what_its_car_allows() -> None:
    one = booking("x", 8, 16)
    finder = Finder(world(one, resources=("a",)))
    assert ways_to_fit(finder, REQUEST, 80, [movable(one, latest=at(16))]) == ()
    late = ways_to_fit(finder, REQUEST, 80, [movable(one, promised=at(10, 1))])[0].moves[0]
    assert late.late_hours == 6
    assert "6 hours after the promised time" in late.reason.english


def test_another_resource_at_the_same_time_disturbs_least() -> None:
    one = booking("x", 8, 12)
    other = Resource(id="b", site="490", types=("mechanical",), schedule=WEEK)
    made = world(one, booking("z", 12, 16))
    made = replace(
        made,
        resources=(*made.resources, other),
        agreements=(*made.agreements, Agreement(provider="490", consumer="324", type="mechanical")),
    )
    (way,) = ways_to_fit(Finder(made), REQUEST, 80, [movable(one)])
    assert (way.moves[0].to.resource, way.moves[0].hours_later) == ("b", 0)


def test_a_full_day_gives_way_too() -> None:
    one = booking("x", 8, 12)
    finder = Finder(world(one, ledgers=(Ledger("499", "mechanical", MONDAY, 6, 4),)))
    (way,) = ways_to_fit(finder, REQUEST, 80, [movable(one)], limit=1)
    assert [m.booking.id for m in way.moves] == ["x"]
    assert way.moves[0].to.start >= at(0, 1)


def test_a_free_place_needs_no_moves() -> None:
    ways = ways_to_fit(Finder(world(booking("x", 8, 12))), REQUEST, 80, [movable(booking("x", 8, 12))])
    assert ways[0].moves == ()
    assert ways[0].slot.start == at(12)
    assert "ingenting må flyttes" in ways[0].reason.pick("nb")


@settings(max_examples=80, deadline=None)
@given(
    drawn(), st.lists(st.integers(0, 100), min_size=12, max_size=12), st.lists(st.booleans(), min_size=12, max_size=12)
)
def test_every_way_can_be_carried_out_and_leaves_no_trace(
    drawn: Drawn, priorities: list[int], pins: list[bool]
) -> None:
    job = replace(drawn.job, type="mechanical", blocked=(), specialist_required=False)
    world = replace(drawn.world, ledger_required=False)
    resources = {r.id: r for r in world.resources}
    doing = [b for b in world.busy if "mechanical" in resources[b.resource].types]
    others = [
        Movable(
            booking=Booking(
                id=b.id, resource=b.resource, type="mechanical", site="499", start=b.start, end=b.end, lane=b.lane
            ),
            priority=priorities[n],
            earliest=midnight(drawn.first),
            latest=midnight(drawn.first + timedelta(days=4)),
            pinned=pins[n],
        )
        for n, b in enumerate(doing)
    ]
    finder = Finder(world)
    before = finder.find(job)
    ways = ways_to_fit(finder, job, 50, others)
    assert finder.find(job) == before == find_slots(world, job)
    if before.slots:
        assert ways[0].moves == ()
    for way in ways:
        moved = {m.booking.id: m for m in way.moves}
        assert all(o.priority < 50 and not o.pinned for o in others if o.booking.id in moved)
        left = world
        for move in way.moves:
            left = with_slot(left, job_of(move.booking, -1), finder.slot_of(move.booking))
        left = replace(left, busy=tuple(b for b in world.busy if b.id not in moved))
        for wanted, slot in [(job, way.slot), *((job_of(m.booking, 1), m.to) for m in way.moves)]:
            assert slot.lane in may(left, wanted, resources[slot.resource], slot.start)
            left = with_slot(left, wanted, slot)
