from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from directapp.domains.planning.engine.spans import Span, hours_between, local_day, monday_of
from directapp.domains.planning.engine.workdays import (
    DayException,
    Hours,
    Schedule,
    WorkingTime,
    after_hours,
    at_clock,
    free_windows,
    holiday,
    hours_problems,
    public_holidays,
    worked_hours,
)
from directapp.kernel.clock import OSLO
from directapp.kernel.errors import InvalidError
from support.text import bilingual

SPRING, AUTUMN, LEAP = date(2026, 3, 29), date(2026, 10, 25), date(2028, 2, 29)
MINUTE = timedelta(minutes=1)


def every_day(*windows: tuple[str, str]) -> tuple[Hours, ...]:
    return tuple(Hours(day, start, end) for day in range(1, 8) for start, end in windows)


def utc(day: date, clock: str) -> datetime:
    hour, minute = map(int, clock.split(":"))
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=OSLO).astimezone(UTC)


def test_an_ordinary_day_is_worked_as_written() -> None:
    week = (Hours(1, "07:30", "11:30"), Hours(1, "12:00", "16:00"))
    day = date(2026, 11, 23)
    assert free_windows(Schedule(week), day, day + timedelta(days=6)) == (
        Span(datetime(2026, 11, 23, 6, 30, tzinfo=UTC), datetime(2026, 11, 23, 10, 30, tzinfo=UTC)),
        Span(datetime(2026, 11, 23, 11, tzinfo=UTC), datetime(2026, 11, 23, 15, tzinfo=UTC)),
    )


@pytest.mark.parametrize(
    ("day", "start", "end", "hours"),
    [
        (SPRING, "01:00", "04:00", 2),
        (SPRING, "02:00", "03:00", 0),
        (SPRING, "02:30", "04:00", 1),
        (SPRING, "00:00", "24:00", 23),
        (AUTUMN, "01:00", "04:00", 4),
        (AUTUMN, "02:00", "03:00", 2),
        (AUTUMN, "01:00", "02:00", 1),
        (AUTUMN, "00:00", "24:00", 25),
        (LEAP, "08:00", "16:00", 8),
    ],
)
def test_hours_are_real_hours_when_the_clock_is_changed(day: date, start: str, end: str, hours: float) -> None:
    windows = free_windows(Schedule(every_day((start, end))), day, day)
    assert sum(w.hours for w in windows) == hours
    assert all(local_day(w.start) == local_day(w.end - MINUTE) == day for w in windows)


QUARTERS = st.integers(0, 96)


@given(
    st.sampled_from([SPRING, AUTUMN, LEAP, date(2026, 6, 10)]),
    st.tuples(QUARTERS, QUARTERS).filter(lambda pair: pair[0] < pair[1]),
    st.tuples(QUARTERS, QUARTERS).filter(lambda pair: pair[0] < pair[1]),
)
@example(AUTUMN, (4, 10), (0, 8))
def test_a_day_holds_the_minutes_that_a_walk_over_it_finds(
    day: date, window: tuple[int, int], away: tuple[int, int]
) -> None:
    clocks = [f"{q // 4:02}:{q % 4 * 15:02}" for q in window]
    midnight = utc(day, "00:00")
    absent = Span(midnight + timedelta(minutes=15 * away[0]), midnight + timedelta(minutes=15 * away[1]))
    minutes = [midnight + MINUTE * n for n in range(26 * 60) if (midnight + MINUTE * n).astimezone(OSLO).date() == day]
    wall = {m: m.astimezone(OSLO).hour * 60 + m.astimezone(OSLO).minute for m in minutes}
    begun = [m for m in minutes if wall[m] >= window[0] * 15]
    ended = [m for m in minutes if wall[m] < window[1] * 15]
    expected = {m for m in minutes if begun and ended and begun[0] <= m <= ended[-1]}
    expected -= {m for m in minutes if absent.start <= m < absent.end}
    found = free_windows(Schedule(every_day((clocks[0], clocks[1])), (absent,), open_on_holidays=True), day, day)
    assert {m for m in minutes if any(w.start <= m < w.end for w in found)} == expected
    assert all(a.end < b.start for a, b in pairwise(found))


def test_public_holidays_are_free_unless_the_resource_works_them() -> None:
    week = every_day(("08:00", "16:00"))
    for day in (date(2026, 5, 1), date(2026, 5, 17), date(2026, 4, 2), date(2027, 3, 29), date(2026, 12, 25)):
        assert holiday(day) is not None
        assert free_windows(Schedule(week), day, day) == ()
        assert len(free_windows(Schedule(week, open_on_holidays=True), day, day)) == 1
    assert holiday(date(2026, 5, 18)) is None
    assert public_holidays(date(2026, 12, 26), date(2027, 1, 1)) == {
        date(2026, 12, 26): bilingual("Andre juledag", "Second Day of Christmas"),
        date(2027, 1, 1): bilingual("Første nyttårsdag", "New Year's Day"),
    }


def test_an_exception_closes_a_day_adds_hours_or_replaces_them() -> None:
    week = every_day(("08:00", "16:00"))
    day = date(2026, 12, 24)

    def hours(*exceptions: DayException, on: date = day) -> float:
        return sum(w.hours for w in free_windows(Schedule(week, exceptions=exceptions), on, on))

    assert hours(DayException(day, closed=True)) == 0
    assert hours(DayException(day, closed=True, windows=(("09:00", "12:00"),))) == 3
    assert hours(DayException(day, windows=(("15:00", "20:00"),))) == 12
    assert hours(DayException(date(2026, 5, 1), windows=(("10:00", "14:00"),)), on=date(2026, 5, 1)) == 4
    assert hours(DayException(date(2026, 12, 23), closed=True)) == 8


def test_a_clock_time_that_does_not_exist_is_refused_and_one_that_comes_twice_can_be_told_apart() -> None:
    with pytest.raises(InvalidError) as error:
        at_clock(SPRING, "02:30", field="starts_at")
    assert error.value.problems[0].field == "starts_at"
    assert "sommertid" in error.value.problems[0].message.pick("nb")
    assert "29 March" in error.value.problems[0].message.english
    assert at_clock(SPRING, "03:00") == datetime(2026, 3, 29, 1, tzinfo=UTC)
    first, second = at_clock(AUTUMN, "02:30"), at_clock(AUTUMN, "02:30", second_time=True)
    assert hours_between(first, second) == 1
    assert at_clock(LEAP, "24:00") == utc(date(2028, 3, 1), "00:00")
    with pytest.raises(InvalidError):
        at_clock(LEAP, "25:00")


def test_weekly_hours_are_judged() -> None:
    assert hours_problems(every_day(("08:00", "11:30"), ("12:00", "24:00"))) == []
    wrong = [Hours(8, "08:00", "16:00"), Hours(1, "16:00", "08:00"), Hours(1, "8", "16:00")]
    assert len(hours_problems(wrong)) == 3
    assert len(hours_problems([Hours(1, "08:00", "12:00"), Hours(1, "11:45", "16:00")])) == 1


def test_days_and_weeks() -> None:
    assert local_day(datetime(2026, 3, 28, 23, 30, tzinfo=UTC)) == SPRING
    assert monday_of(SPRING) == date(2026, 3, 23)
    assert monday_of(date(2026, 3, 23)) == date(2026, 3, 23)
    assert hours_between(utc(SPRING, "00:00"), utc(SPRING, "12:00")) == 11


def test_work_goes_on_over_nights_weekends_and_holidays() -> None:
    week = tuple(Hours(day, "08:00", "16:00") for day in range(1, 6))
    schedule = Schedule(week)
    thursday = utc(date(2026, 4, 30), "14:00")  # Friday is the first of May
    assert after_hours(WorkingTime(schedule), thursday, 3) == utc(date(2026, 5, 4), "09:00")
    assert after_hours(WorkingTime(Schedule()), thursday, 3) is None
    assert worked_hours(schedule, thursday, utc(date(2026, 5, 4), "09:00")) == 3


def test_hours_hold_within_their_period() -> None:
    winter = Hours(1, "08:00", "16:00", last=date(2026, 3, 30))
    summer = Hours(1, "07:00", "15:00", first=date(2026, 4, 13))
    schedule = Schedule((winter, summer))
    found = [
        (w.start.astimezone(OSLO).date(), w.start.astimezone(OSLO).hour)
        for w in free_windows(schedule, date(2026, 3, 23), date(2026, 4, 20))
    ]
    assert found == [
        (date(2026, 3, 23), 8),
        (date(2026, 3, 30), 8),
        (date(2026, 4, 13), 7),
        (date(2026, 4, 20), 7),
    ]
