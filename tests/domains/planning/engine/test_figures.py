from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from directapp.domains.planning.engine.figures import (
    Accuracy,
    Delay,
    Lent,
    Settlement,
    TimeEntry,
    TimeSum,
    Work,
    accuracy,
    bottlenecks,
    by_resource,
    by_type,
    delays,
    idle_hours,
    lent_hours,
    settlements,
    time_bank,
)
from directapp.domains.planning.engine.workdays import Hours, Schedule
from directapp.domains.planning.engine.world import Agreement, Resource
from directapp.kernel.text import Text

MONDAY = datetime(2026, 2, 2, tzinfo=UTC) - timedelta(hours=1)
WEEK = Schedule(tuple(Hours(day, "08:00", "16:00") for day in range(1, 6)))
FRIDAY = MONDAY + timedelta(days=5)


def at(hour: float, day: int = 0) -> datetime:
    return MONDAY + timedelta(days=day, hours=hour)


def work(start: float, end: float, *, day: int = 0, name: str = "w", **more: object) -> Work:
    values: dict[str, object] = {"type": "mechanical", "resource": "a", "provider": "499", "consumer": "499"}
    return Work(id=name, start=at(start, day), end=at(end, day), **(values | more))  # type: ignore[arg-type]


def test_utilisation_counts_hours_inside_the_period_and_every_lane() -> None:
    resources = [
        Resource(id="a", site="499", types=("mechanical",), schedule=WEEK),
        Resource(id="b", site="499", types=("mechanical",), schedule=WEEK, capacity=2),
    ]
    works = [work(8, 16), work(8, 16, day=1), work(8, 16, day=7), work(10, 12, resource="b")]
    found = {u.key: (u.booked, u.available, u.share) for u in by_resource(resources, works, MONDAY, FRIDAY)}
    assert found == {"a": (16, 40, 0.4), "b": (2, 80, 0.025)}
    kinds = by_type(works, {"mechanical": 20.0, "quality": 5.0}, MONDAY, FRIDAY)
    assert [(u.key, u.share) for u in kinds] == [("mechanical", 0.9), ("quality", 0)]
    assert bottlenecks(kinds) == []
    (narrow,) = bottlenecks(by_type(works, {"mechanical": 19.0}, MONDAY, FRIDAY), {"mechanical": Text("Mek", "Mech")})
    assert narrow.reason == Text("Mek: 95 % belagt (18 av 19 timer).", "Mech: 95 % utilised (18 of 19 hours).")


def test_a_resource_without_hours_is_full_as_soon_as_something_is_booked() -> None:
    (none,) = by_type([], {"mechanical": 0}, MONDAY, FRIDAY)
    (some,) = by_type([work(8, 9)], {}, MONDAY, FRIDAY)
    assert (none.share, some.share) == (0, 1)


def test_actual_beside_estimated_is_a_median() -> None:
    works = [
        work(8, 10, estimated=2, actual=3),
        work(8, 10, estimated=2, actual=2),
        work(8, 10, estimated=2, actual=8),
        work(8, 10, estimated=0, actual=8),
        work(8, 10, estimated=2),
    ]
    assert accuracy(works) == [Accuracy("mechanical", 1.5, 3)]


def test_delays_are_told_in_minutes_the_worst_first() -> None:
    works = [
        work(8, 10, name="done late", started_at=at(8.5), completed_at=at(11)),
        work(8, 10, name="runs over", started_at=at(8), completed_at=None),
        work(9, 10, name="not begun"),
        work(8, 9, name="well", started_at=at(8), completed_at=at(9)),
        work(13, 14, name="later"),
        work(10, 11, name="early", started_at=at(9), completed_at=at(9.5)),
    ]
    assert delays(works, at(12)) == [
        Delay("not begun", 180, 0),
        Delay("runs over", 0, 120),
        Delay("done late", 30, 30),
    ]
    assert delays(works, at(12), tolerance=120) == [Delay("not begun", 180, 0)]


def test_lent_hours_stand_beside_their_agreement_week_by_week() -> None:
    works = [
        work(8, 10, consumer="495"),
        work(8, 12, day=4, consumer="495"),
        work(8, 9, day=7, consumer="495"),
        work(8, 9, consumer="324", type="cosmetic"),
        work(8, 16),
    ]
    agreed = [Agreement(provider="499", consumer="495", type="mechanical", hours_per_week=12)]
    found = lent_hours(works, agreed)
    assert found == [
        Lent("499", "324", "cosmetic", date(2026, 2, 2), 1, None),
        Lent("499", "495", "mechanical", date(2026, 2, 2), 6, 12),
        Lent("499", "495", "mechanical", date(2026, 2, 9), 1, 12),
    ]
    assert [one.share for one in found[:2]] == [None, 0.5]


def test_what_is_done_for_others_is_settled_by_the_hours_it_took() -> None:
    works = [
        work(8, 10, consumer="495", completed_at=at(10), actual=2.333),
        work(10, 12, consumer="495", completed_at=at(12), type="cosmetic"),
        work(12, 13, consumer="495"),
        work(8, 10, completed_at=at(10)),
    ]
    assert settlements(works) == [
        Settlement("499", "495", Decimal("4.33"), (("cosmetic", Decimal("2.00")), ("mechanical", Decimal("2.33"))))
    ]


def test_the_time_bank_sums_a_period_with_both_its_days() -> None:
    entries = [
        TimeEntry("ida", date(2028, 2, 28), Decimal("7.50")),
        TimeEntry("ida", date(2028, 2, 29), Decimal("2.25"), "overtime"),
        TimeEntry("ida", date(2028, 3, 1), Decimal(1)),
        TimeEntry("per", date(2028, 2, 29), Decimal("0.10")),
    ]
    assert time_bank(entries, date(2028, 2, 28), date(2028, 2, 29)) == [
        TimeSum("ida", Decimal("9.75"), (("overtime", Decimal("2.25")), ("work", Decimal("7.50")))),
        TimeSum("per", Decimal("0.10"), (("work", Decimal("0.10")),)),
    ]


def test_a_car_waits_between_its_stages() -> None:
    assert idle_hours([work(8, 10), work(9, 11), work(13, 14), work(14, 15)]) == 2
    assert idle_hours([work(8, 10, completed_at=at(12)), work(13, 14)]) == 1
    assert idle_hours([]) == 0


@pytest.mark.parametrize(
    "clock_change", [datetime(2026, 3, 28, 23, tzinfo=UTC), datetime(2026, 10, 24, 22, tzinfo=UTC)]
)
def test_hours_are_real_hours_when_the_clock_is_changed(clock_change: datetime) -> None:
    night = Schedule((Hours(7, "00:00", "08:00"),))
    resource = Resource(id="n", site="499", types=("mechanical",), schedule=night)
    (found,) = by_resource([resource], [], clock_change, clock_change + timedelta(hours=25))
    assert found.available == (7 if clock_change.month == 3 else 9)
