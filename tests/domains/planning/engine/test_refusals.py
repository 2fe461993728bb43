from datetime import UTC, date, datetime, timedelta

import pytest

from directapp.domains.planning.engine.refusals import Fields, time_problems
from directapp.domains.planning.engine.spans import Span
from directapp.domains.planning.engine.workdays import DayException, Hours, Schedule
from directapp.kernel.clock import OSLO
from support.text import bilingual

NOW = datetime(2026, 2, 2, 8, tzinfo=UTC)
SCHEDULE = Schedule(
    tuple(Hours(day, a, b) for day in range(1, 7) for a, b in (("08:00", "12:00"), ("12:30", "16:00"))),
    (Span(datetime(2026, 2, 9, 23, tzinfo=UTC), datetime(2026, 2, 11, 23, tzinfo=UTC)),),
    (DayException(date(2026, 2, 20), closed=True, label=bilingual("Kurs", "Course")),),
)


def at(day: date, clock: str) -> datetime:
    hour, minute = map(int, clock.split(":"))
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=OSLO).astimezone(UTC)


def codes(start: datetime, end: datetime, schedule: Schedule | None = SCHEDULE) -> list[str | None]:
    problems = time_problems(start, end, now=NOW, schedule=schedule, who="Ida Berg")
    assert all(
        p.field and p.message.pick("nb") and p.message.english and p.message.pick("nb") != p.message.english
        for p in problems
    )
    return [p.code for p in problems]


TUESDAY = date(2026, 2, 3)


@pytest.mark.parametrize(
    ("day", "start", "end", "expected"),
    [
        (TUESDAY, "08:00", "12:00", []),
        (TUESDAY, "12:30", "16:00", []),
        (TUESDAY, "07:59", "09:00", ["outside_hours"]),
        (TUESDAY, "15:30", "16:01", ["outside_hours"]),
        (TUESDAY, "11:30", "12:31", ["outside_hours"]),
        (TUESDAY, "09:00", "09:00", ["length"]),
        (TUESDAY, "09:00", "08:00", ["length"]),
        (TUESDAY, "08:00", "12:15", ["too_long"]),
        (date(2026, 2, 2), "08:00", "08:30", ["past"]),
        (date(2026, 2, 8), "09:00", "10:00", ["outside_hours"]),
        (date(2026, 2, 10), "09:00", "10:00", ["absent"]),
        (date(2026, 2, 20), "09:00", "10:00", ["outside_hours"]),
        (date(2026, 5, 14), "09:00", "10:00", ["outside_hours"]),
        (date(2028, 2, 29), "09:00", "10:00", []),
        (date(2026, 1, 1), "09:00", "08:00", ["past", "length"]),
    ],
)
def test_each_wrong_time_is_refused_in_words(day: date, start: str, end: str, expected: list[str]) -> None:
    assert codes(at(day, start), at(day, end)) == expected


def test_a_booking_of_25_hours_or_over_midnight_is_refused() -> None:
    start = at(TUESDAY, "09:00")
    assert codes(start, start + timedelta(hours=25)) == ["too_long"]
    assert codes(at(TUESDAY, "23:00"), at(date(2026, 2, 4), "01:00"), None) == ["other_day"]
    assert codes(at(TUESDAY, "23:00"), at(date(2026, 2, 4), "00:00"), None) == []
    # A day has 25 hours once a year, and no booking is longer than 24.
    autumn = date(2026, 10, 25)
    assert codes(at(autumn, "00:00"), at(date(2026, 10, 26), "00:00"), None) == ["too_long"]
    assert codes(at(autumn, "00:00"), at(autumn, "23:00"), None) == []


def test_the_form_may_take_some_minutes() -> None:
    assert codes(NOW - timedelta(minutes=4), NOW + timedelta(minutes=26)) == []


def test_the_words_name_the_day_the_person_and_the_field() -> None:
    (problem,) = time_problems(
        at(date(2026, 5, 14), "09:00"),
        at(date(2026, 5, 14), "10:00"),
        now=NOW,
        schedule=SCHEDULE,
        who="Ida Berg",
        fields=Fields(start="starts_at"),
    )
    assert problem.field == "starts_at"
    assert problem.message == bilingual(
        "Ida Berg arbeider ikke torsdag 14. mai: Kristi himmelfartsdag.",
        "Ida Berg does not work on Thursday 14 May: Ascension Day.",
    )
