"""Values as people in the trade read them."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from directapp.declare.reading import show_phone
from directapp.derive import present
from directapp.kernel.money import amount_text

NOW = datetime(2026, 11, 20, 11, 0, tzinfo=UTC)
TODAY = date(2026, 11, 20)


@pytest.mark.parametrize(
    ("day", "nb", "en"),
    [
        (TODAY, "i dag", "today"),
        (date(2026, 11, 21), "i morgen", "tomorrow"),
        (date(2026, 11, 19), "i går", "yesterday"),
        (date(2026, 11, 26), "tor 26. nov", "Thu 26 Nov"),
        (date(2026, 5, 1), "fre 1. mai", "Fri 1 May"),
        (date(2027, 1, 4), "4. jan 2027", "4 Jan 2027"),
    ],
)
def test_days_are_named_by_their_distance(day: date, nb: str, en: str) -> None:
    assert (present.show_day(day, TODAY, "nb"), present.show_day(day, TODAY, "en")) == (nb, en)


def test_moments_stand_on_norways_wall_clock() -> None:
    assert present.show_moment(datetime(2026, 11, 20, 12, 0, tzinfo=UTC), NOW, "nb") == "i dag 13:00"
    assert present.show_moment(datetime(2026, 11, 20, 23, 30, tzinfo=UTC), NOW, "nb") == "i morgen 00:30"
    assert present.exact_moment(datetime(2026, 7, 1, 12, 0, tzinfo=UTC), "nb") == "onsdag 1. juli 2026 kl. 14:00"
    assert present.exact_moment(datetime(2026, 7, 1, 12, 0, tzinfo=UTC), "en") == "Wednesday 1 July 2026 at 14:00"


@pytest.mark.parametrize(
    ("minutes", "nb", "en"), [(150, "2 t 30 min", "2 h 30 min"), (60, "1 t", "1 h"), (0, "0 min", "0 min")]
)
def test_spans(minutes: int, nb: str, en: str) -> None:
    length = timedelta(minutes=minutes)
    assert (present.show_span(length, "nb"), present.show_span(length, "en")) == (nb, en)


def test_ages_grow_from_minutes_to_days() -> None:
    assert present.show_age(NOW - timedelta(minutes=12), NOW, "nb") == "12 min"
    assert present.show_age(NOW - timedelta(hours=5, minutes=50), NOW, "nb") == "5 t"
    assert present.show_age(NOW - timedelta(days=1), NOW, "nb") == "1 dag"
    assert present.show_age(NOW - timedelta(days=3), NOW, "en") == "3 days"
    assert present.show_age(NOW + timedelta(minutes=3), NOW, "nb") == "0 min"


def test_stays_are_told_in_days_and_hours() -> None:
    assert present.show_stay(NOW - timedelta(minutes=12), NOW, "nb") == "12 min"
    assert present.show_stay(NOW - timedelta(hours=5, minutes=50), NOW, "nb") == "5 t"
    assert present.show_stay(NOW - timedelta(days=3, hours=4), NOW, "nb") == "3 d 4 t"
    assert present.show_stay(NOW - timedelta(days=3, minutes=5), NOW, "en") == "3 d"
    assert present.show_stay(NOW + timedelta(minutes=3), NOW, "nb") == "0 min"


def test_money_numbers_and_sizes() -> None:
    assert present.show_money("349900.00", "nb") == "349\u00a0900\u00a0kr"
    assert present.show_money(Decimal("-12.50"), "nb").replace("\u2212", "-") == "-12,50\u00a0kr"
    assert present.show_money("349900", "en") == "349,900\u00a0kr"
    assert present.show_size(1_234_567, "nb") == "1,2 MB"
    assert present.show_size(12, "nb") == "12 B"
    assert present.input_number("1.50", "nb") == "1,50"
    assert present.input_number("2.00", "nb") == "2"
    assert present.input_number("2500", "nb") == "2500"


def test_plates_and_phones_are_grouped() -> None:
    assert present.show_plate("EL12345") == "EL 12345"
    assert present.show_plate("AB1234") == "AB 1234"
    assert present.show_plate("KONGEN") == "KONGEN"
    assert show_phone("+4738000000") == "38 00 00 00"
    assert show_phone("+46701234567") == "+46 70 123 45 67"
    assert show_phone("what") == "what"


def test_what_cannot_be_read_is_nothing() -> None:
    assert present.read_instant("x") is None
    assert present.read_day("") is None
    assert present.read_number("x") is None
    assert present.input_instant(None) == ""
    assert present.input_instant("2026-07-01T12:00:00.000Z") == "01.07.2026 14:00"


@pytest.mark.parametrize(
    ("amount", "nb", "en"),
    [
        ("5000.00", "5 000 kr", "5,000 kr"),
        ("5000.50", "5 000,50 kr", "5,000.50 kr"),
        ("0", "0 kr", "0 kr"),
        ("-1234567.5", "-1 234 567,50 kr", "-1,234,567.50 kr"),
    ],
)
def test_a_sentence_tells_money_as_the_pages_do(amount: str, nb: str, en: str) -> None:
    told = amount_text(amount)
    assert (told.pick("nb").replace("\u00a0", " "), told.english.replace("\u00a0", " ")) == (nb, en)
    assert (told.pick("nb"), told.english) == (present.show_money(amount, "nb"), present.show_money(amount, "en"))
