from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from directapp.domains.planning.engine.figures import (
    Lent,
    Settlement,
    TimeEntry,
    TimeSum,
    bottlenecks,
    by_resource,
    by_type,
    lent_hours,
    settlements,
    time_bank,
)
from directapp.domains.planning.engine.workdays import Hours, Schedule
from directapp.domains.planning.engine.world import Agreement, Resource
from support.text import bilingual

MONDAY = datetime(2026, 2, 2, tzinfo=UTC) - timedelta(hours=1)
WEEK = Schedule(tuple(Hours(day, "08:00", "16:00") for day in range(1, 6)))
FRIDAY = MONDAY + timedelta(days=5)


def test_utilisation_counts_the_hours_of_every_lane() -> None:
    resources = [
        Resource(id="a", site="499", types=("mechanical",), schedule=WEEK),
        Resource(id="b", site="499", types=("mechanical",), schedule=WEEK, capacity=2),
    ]
    found = {u.key: (u.booked, u.available, u.share) for u in by_resource(resources, {"a": 16, "b": 2}, MONDAY, FRIDAY)}
    assert found == {"a": (16, 40, 0.4), "b": (2, 80, 0.025)}
    kinds = by_type({"mechanical": 18}, {"mechanical": 20.0, "quality": 5.0})
    assert [(u.key, u.share) for u in kinds] == [("mechanical", 0.9), ("quality", 0)]
    assert bottlenecks(kinds) == []
    (narrow,) = bottlenecks(by_type({"mechanical": 18}, {"mechanical": 19.0}), {"mechanical": bilingual("Mek", "Mech")})
    assert narrow.reason == bilingual("Mek: 95 % belagt (18 av 19 timer).", "Mech: 95 % utilised (18 of 19 hours).")


def test_a_resource_without_hours_is_full_as_soon_as_something_is_booked() -> None:
    (none,) = by_type({}, {"mechanical": 0})
    (some,) = by_type({"mechanical": 1}, {})
    assert (none.share, some.share) == (0, 1)


def test_lent_hours_stand_beside_their_agreement_week_by_week() -> None:
    monday, next_monday = date(2026, 2, 2), date(2026, 2, 9)
    hours = {
        ("499", "495", "mechanical", next_monday): 1.0,
        ("499", "495", "mechanical", monday): 6.0,
        ("499", "324", "cosmetic", monday): 1.0,
    }
    agreed = [Agreement(provider="499", consumer="495", type="mechanical", hours_per_week=12)]
    found = lent_hours(hours, agreed)
    assert found == [
        Lent("499", "324", "cosmetic", monday, 1, None),
        Lent("499", "495", "mechanical", monday, 6, 12),
        Lent("499", "495", "mechanical", next_monday, 1, 12),
    ]
    assert [one.share for one in found[:2]] == [None, 0.5]


def test_what_is_done_for_others_is_settled_by_type() -> None:
    owed = {("499", "495", "mechanical"): Decimal("2.33"), ("499", "495", "cosmetic"): Decimal("2.00")}
    assert settlements(owed) == [
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


@pytest.mark.parametrize(
    "clock_change", [datetime(2026, 3, 28, 23, tzinfo=UTC), datetime(2026, 10, 24, 22, tzinfo=UTC)]
)
def test_hours_are_real_hours_when_the_clock_is_changed(clock_change: datetime) -> None:
    night = Schedule((Hours(7, "00:00", "08:00"),))
    resource = Resource(id="n", site="499", types=("mechanical",), schedule=night)
    (found,) = by_resource([resource], {}, clock_change, clock_change + timedelta(hours=25))
    assert found.available == (7 if clock_change.month == 3 else 9)
