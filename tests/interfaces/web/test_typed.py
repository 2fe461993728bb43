"""Days and times are typed as people say them, and mean the same whichever language they are said in."""

from datetime import UTC, datetime

import pytest

from directapp.interfaces.web.core.typed import meant_clock, meant_day, meant_moment

# A Friday, just before midnight in UTC and after it in Norway: there it is Saturday.
NOW = datetime(2026, 11, 20, 23, 30, tzinfo=UTC)

DAYS = {
    "i dag": "21.11.2026",
    "Idag": "21.11.2026",
    "today": "21.11.2026",
    "I morgen": "22.11.2026",
    " tomorrow ": "22.11.2026",
    "i går": "20.11.2026",
    "+3": "24.11.2026",
    "-1": "20.11.2026",
    "+2u": "05.12.2026",
    "+1 uke": "28.11.2026",
    "+1w": "28.11.2026",
    "+3 dager": "24.11.2026",
    "fre": "27.11.2026",
    "fredag": "27.11.2026",
    "fri": "27.11.2026",
    "lør": "28.11.2026",
    "ti": "24.11.2026",
    "26.11": "26.11.2026",
    "26.11.": "26.11.2026",
    "26/11": "26.11.2026",
    "3. jan": "03.01.2027",
    "5 januar": "05.01.2027",
    "6 January": "06.01.2027",
    "31.5": "31.05.2026",
    "2611": "26.11.2026",
    "261126": "26.11.2026",
    "26112026": "26.11.2026",
    "26.11.26": "26.11.2026",
    "26/11/2026": "26.11.2026",
    "2026-11-26": "26.11.2026",
    "26.11.2026": "26.11.2026",
}


@pytest.mark.parametrize(("typed", "meant"), DAYS.items())
def test_a_day_is_typed_from_where_one_stands(typed: str, meant: str) -> None:
    """A weekday is the next one, never this day; a day without a year is the nearest."""
    assert meant_day(typed, NOW) == meant


@pytest.mark.parametrize("typed", ["", "en gang", "f", "32.11", "31.02", "29.2", "+", "44000", "13:00", "tors tors"])
def test_what_means_no_day_stays_as_it_was_typed(typed: str) -> None:
    """So that its field can show it beside the refusal."""
    assert meant_day(typed, NOW) == typed


@pytest.mark.parametrize(
    ("typed", "meant"),
    {
        "fre 8.30": "27.11.2026 08:30",
        "i morgen 0830": "22.11.2026 08:30",
        "tomorrow at 13": "22.11.2026 13:00",
        "i morgen kl. 8": "22.11.2026 08:00",
        "26.11 13": "26.11.2026 13:00",
        "+3 13:00": "24.11.2026 13:00",
        "0830": "21.11.2026 08:30",
        "26.11": "26.11.2026 00:00",
        "i morgen": "22.11.2026 00:00",
        "26.11.2026 13:00": "26.11.2026 13:00",
        "2026-11-26T13:00:00Z": "2026-11-26T13:00:00Z",
        "i morgen 25:00": "i morgen 25:00",
        "snart 13:00": "snart 13:00",
    }.items(),
)
def test_a_moment_is_a_day_and_a_time(typed: str, meant: str) -> None:
    """A time alone is one of today, a day alone its midnight."""
    assert meant_moment(typed, NOW) == meant


@pytest.mark.parametrize(
    ("typed", "meant"),
    {
        "0830": "08:30",
        "8.30": "08:30",
        "830": "08:30",
        "8": "08:00",
        "kl 13": "13:00",
        "23:59": "23:59",
        "24:00": "24:00",
        "8.3": "8.3",
        "": "",
    }.items(),
)
def test_a_time_of_day_needs_no_colon(typed: str, meant: str) -> None:
    """What means none, and midnight at the end of a day, stay as they are."""
    assert meant_clock(typed) == meant
