from datetime import date, timedelta
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
    daily_hours,
    lent_hours,
    settlements,
    time_bank,
)
from directapp.domains.planning.engine.workdays import Hours, Schedule
from directapp.domains.planning.engine.world import Agreement, Resource
from support.text import bilingual

MONDAY = date(2026, 2, 2)
WEEK = Schedule(tuple(Hours(day, "08:00", "16:00") for day in range(1, 6)))


def test_utilisation_counts_the_hours_of_every_lane() -> None:
    resources = [
        Resource(id="a", site="499", types=("mechanical",), schedule=WEEK),
        Resource(id="b", site="499", types=("mechanical",), schedule=WEEK, capacity=2),
    ]
    hours = daily_hours(resources, MONDAY, MONDAY + timedelta(days=4))
    found = {u.key: (u.booked, u.available, u.share) for u in by_resource(hours, {"a": 16, "b": 2})}
    assert found == {"a": (16, 40, 0.4), "b": (2, 80, 0.025)}
    kinds = by_type({"mechanical": 18}, {"mechanical": [{"person": 20.0}], "quality": [{"laid_out": 5.0}]})
    assert [(u.key, u.share) for u in kinds] == [("mechanical", 0.9), ("quality", 0)]
    assert bottlenecks(kinds) == []
    narrowed = by_type({"mechanical": 18}, {"mechanical": [{"person": 19.0}]})
    (narrow,) = bottlenecks(narrowed, {"mechanical": bilingual("Mek", "Mech")})
    assert narrow.reason == bilingual("Mek: 95 % belegg (18 av 19 timer).", "Mech: 95 % utilised (18 of 19 hours).")


def test_a_resource_without_hours_is_full_as_soon_as_something_is_booked() -> None:
    (none,) = by_type({}, {"mechanical": [{"person": 0}]})
    (some,) = by_type({"mechanical": 1}, {})
    assert (none.share, some.share) == (0, 1)


def test_no_more_of_a_trade_can_be_done_than_a_site_has_of_the_scarcest() -> None:
    small, large = {"person": 40.0, "bay": 30.0}, {"person": 80.0, "bay": 200.0, "laid_out": 90.0}
    (one,) = by_type({"mechanical": 27}, {"mechanical": [small]})
    assert (one.available, one.limit, one.share) == (30, "bay", 0.9)
    (both,) = by_type({"mechanical": 27}, {"mechanical": [small, large, small, {"person": 0.0, "bay": 0.0}]})
    assert (both.available, both.limit) == (140, "bay")


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


@pytest.mark.parametrize(("sunday", "hours"), [(date(2026, 3, 29), 7), (date(2026, 10, 25), 9)])
def test_hours_are_real_hours_when_the_clock_is_changed(sunday: date, hours: int) -> None:
    night = Schedule((Hours(7, "00:00", "08:00"),))
    resource = Resource(id="n", site="499", types=("mechanical",), schedule=night)
    assert daily_hours([resource], sunday, sunday) == {"n": {sunday: hours}}
