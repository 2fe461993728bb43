"""When maintenance is due and foreseen, worked out by hand."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from directapp.declare.names import row_of
from directapp.domains.maintenance.outlook import Paces, counted_anew, months_after, outlook, pace_of

TODAY = date(2026, 6, 1)
READ = datetime(2026, 6, 1, 8, tzinfo=UTC)
STEADY = Paces(km=pace_of([0, 30, 60, 90], [0, 3000, 6000, 9000]), readings=4)


def seen(paces: Paces = STEADY, odometer: int = 9_000, *, running: bool = True, **schedule: Any) -> dict[str, Any]:
    row = {"active": True, "counted_from_km": 0, "counted_from_on": date(2026, 1, 31), **schedule}
    vehicle = {"odometer_km": odometer, "metered_at": READ}
    return dict(outlook(row_of(row), row_of(vehicle), TODAY, paces, running=running))


def test_a_pace_needs_three_readings_over_two_weeks() -> None:
    assert pace_of([0, 30], [0, 3000]) is None
    assert pace_of([0, 5, 10], [0, 500, 1000]) is None
    pace = pace_of([0, 10, 20], [0, 1000, 1600])
    assert pace is not None
    assert (pace.per_day, pace.readings, pace.days) == (80, 3, 20)
    # Steps of 1,000 and 600 km, each 200 from the 800 of the pace, over 10 days: 2 × 200² / 10, over one step fewer.
    assert pace.variance == pytest.approx(8_000)


def test_the_interval_grows_with_the_distance_and_with_unsteady_driving() -> None:
    unsteady = pace_of([0, 10, 20, 30], [0, 1900, 2000, 3000])
    assert unsteady is not None
    near, far = unsteady.reach(500), unsteady.reach(5_000)
    assert near is not None
    assert far is not None
    assert near[0] == pytest.approx(5)
    assert far[0] == pytest.approx(50)
    assert far[2] - far[1] > near[2] - near[1] > 0
    assert STEADY.km is not None
    assert STEADY.km.reach(1_000) == (10, 10, 10)


def test_whichever_comes_first_is_the_day_that_is_told() -> None:
    due = seen(every_km=15_000, every_months=12, lead_days=30, lead_km=1_000)
    assert (due["next_due_km"], due["next_due_on"]) == (15_000, date(2027, 1, 31))
    assert (due["due_by"], due["forecast_on"], due["certainty"]) == ("km", date(2026, 7, 31), "measured")
    assert (due["standing"], due["km_per_day"], due["readings"]) == ("ok", Decimal("100.0"), 4)
    sooner = seen(every_km=15_000, every_months=5, lead_days=30)
    assert (sooner["due_by"], sooner["forecast_on"]) == ("months", date(2026, 6, 30))
    assert (sooner["standing"], sooner["certainty"]) == ("due_soon", "calendar")


@pytest.mark.parametrize(
    ("odometer", "standing", "certainty"),
    [
        (13_000, "ok", "too_little"),
        (14_200, "due_soon", "too_little"),
        (15_000, "due", "reached"),
        (15_400, "due", "reached"),
        (15_501, "overdue", "reached"),
    ],
)
def test_lead_and_grace_decide_between_soon_due_and_overdue(odometer: int, standing: str, certainty: str) -> None:
    found = seen(Paces(), odometer, every_km=15_000, lead_km=800, grace_km=500)
    assert (found["standing"], found["certainty"]) == (standing, certainty)


def test_what_is_foreseen_within_the_lead_in_days_is_due_soon_before_the_km_say_so() -> None:
    assert seen(every_km=11_000, lead_days=30)["standing"] == "due_soon"
    assert seen(Paces(), every_km=11_000, lead_days=30)["standing"] == "ok"


def test_too_little_data_foresees_nothing_and_says_so() -> None:
    found = seen(Paces(readings=1), every_km=15_000)
    assert (found["forecast_on"], found["certainty"], found["readings"]) == (None, "too_little", 1)


def test_a_vehicle_that_has_left_and_a_schedule_out_of_use_rest() -> None:
    assert seen(every_km=1_000, running=False)["standing"] == "resting"
    assert seen(every_km=1_000, active=False)["standing"] == "resting"


def test_engine_hours_count_as_km_do() -> None:
    row = row_of(
        {"active": True, "every_engine_hours": 250, "counted_from_hours": Decimal("100.0"), "grace_engine_hours": 10}
    )
    stood = row_of({"engine_hours": Decimal("355.5"), "metered_at": READ})
    found = outlook(row, stood, TODAY, Paces())
    assert (found["next_due_hours"], found["standing"], found["due_by"]) == (Decimal("350.0"), "due", "engine_hours")


def test_a_fixed_plan_goes_on_from_what_was_due_and_a_rolling_one_from_when_it_was_done() -> None:
    plan = {"every_months": 12, "every_km": 10_000, "counted_from_on": date(2025, 3, 31), "counted_from_km": 0}
    rolling = counted_anew(row_of({**plan, "basis": "rolling"}), TODAY, 11_200, None)
    assert (rolling["counted_from_on"], rolling["counted_from_km"]) == (TODAY, 11_200)
    fixed = counted_anew(row_of({**plan, "basis": "fixed"}), TODAY, 11_200, None)
    assert (fixed["counted_from_on"], fixed["counted_from_km"]) == (date(2026, 3, 31), 10_000)
    early = counted_anew(row_of({**plan, "basis": "fixed"}), date(2026, 3, 1), 9_500, None)
    assert (early["counted_from_on"], early["counted_from_km"]) == (date(2026, 3, 31), 10_000)
    twice = counted_anew(row_of({**plan, "basis": "fixed"}), date(2027, 6, 1), 31_000, None)
    assert (twice["counted_from_on"], twice["counted_from_km"]) == (date(2027, 3, 31), 30_000)


def test_months_end_where_a_month_is_shorter() -> None:
    assert months_after(date(2026, 1, 31), 1) == date(2026, 2, 28)
    assert months_after(date(2027, 11, 30), 3) == date(2028, 2, 29)
