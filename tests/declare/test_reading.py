"""What is written at any door is read as it was meant, or refused: numbers, dates, phone numbers, text and codes."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from directapp.declare.fields import Field, field
from directapp.declare.kinds import Kind, read, restored
from directapp.declare.reading import (
    FOREIGN,
    SHEET,
    AmbiguousDateError,
    AmbiguousNumberError,
    BadValueError,
    DateFormat,
    Manner,
    NumberFormat,
    clean_code,
    code_key,
    format_of,
    read_clock,
    read_date,
    read_instant,
    read_phone,
)
from directapp.derive.inputs import stored_text
from directapp.kernel.money import LARGEST
from support.text import bilingual

PRICE = field("price", bilingual("Pris", "Price"), Kind.MONEY)

MONEY = {
    "349.900": "349900",
    "1.250": "1250",
    "349 900": "349900",
    "349\u00a0900": "349900",
    "349\u202f900": "349900",
    "349\u2009900,50": "349900.50",
    "349.900,00": "349900",
    "kr 349 900,00": "349900",
    "kr. 349.900": "349900",
    "KR349900": "349900",
    "349 900,-": "349900",
    "349.900,-": "349900",
    "349 900.-": "349900",
    "349 900,\u2013": "349900",
    "349900,--": "349900",
    "349,900,-": "349900",
    "349 900 kr": "349900",
    "349900 NOK": "349900",
    "NOK 349.900,50": "349900.50",
    "1.234.567,50": "1234567.50",
    "1,234,567.50": "1234567.50",
    "1 033 000": "1033000",
    "1'033'000": "1033000",
    "1,234,567": "1234567",
    "1.5": "1.50",
    "12.34": "12.34",
    "0.500": "0.50",
    "0,500": "0.50",
    "1234,5": "1234.50",
    ",5": "0.50",
    "-1.250": "-1250",
    "\u22121 250,50": "-1250.50",
    "kr -500": "-500",
    "+500": "500",
    " 42 ": "42",
    "\u200e349900\u200b": "349900",
    "59.97000000000001": "59.97",
    "0.30000000000000004": "0.30",
}


@pytest.mark.parametrize(("written", "meant"), MONEY.items())
def test_an_amount_is_what_people_in_norway_mean(written: str, meant: str) -> None:
    """A dot or space before exactly three digits parts thousands; a lone dot elsewhere parts decimals."""
    assert PRICE.understand(written) == Decimal(meant)


@pytest.mark.parametrize(
    "written",
    [
        *(
            "2_024",
            "1e3",
            "1E5",
            "NaN",
            "Infinity",
            "-inf",
            "0x10",
            "tull",
            "12 34",
            "1 23",
            "12.34.567",
            "1.234,567,8",
        ),
        *("\uff11\uff12\uff13", "\u0661\u0662", "\u00bd", "12\u00b2", "€ 100", "100 EUR", "SEK 100", "$5", "100 %"),
        *("1 234.567.890,5.", "(500)", "500-", "--500", "+-5", "5.", "5,", "349.90,-", "kr", ",-", "1.234 567", "349k"),
        *("349\t900", "349\n900", "349\u2028900", "349\r\n900,-"),
        *("1234.567", "1.2345", "10000000000", "9" * 61, "0 500", "1 mill"),
    ],
)
def test_what_is_no_amount_is_refused(written: str) -> None:
    """Python's and Excel's spellings, foreign money, other scripts' digits and broken grouping are no numbers."""
    with pytest.raises(BadValueError):
        PRICE.understand(written)


@pytest.mark.parametrize(
    ("written", "readings"),
    [
        ("1,234", ("1234", "1.234")),
        ("349,900", ("349900", "349.9")),
        ("kr 12,500", ("12500", "12.5")),
        ("1 234.567", ("1234567", "1234.567")),
    ],
)
def test_a_number_that_may_mean_two_says_both(written: str, readings: tuple[str, str]) -> None:
    """Whoever typed it is asked; a column whose format is known is not."""
    with pytest.raises(AmbiguousNumberError) as refused:
        PRICE.understand(written)
    assert refused.value.readings == tuple(map(Decimal, readings))
    assert readings[0] in refused.value.text.english
    assert readings[1].replace(".", ",") in refused.value.text.pick("nb")


@pytest.mark.parametrize(
    ("written", "style", "meant"),
    [
        ("349,900", NumberFormat.ENGLISH, "349900"),
        ("349,900", NumberFormat.NORWEGIAN, "349.9"),
        ("349.900", NumberFormat.ENGLISH, "349.9"),
        ("349.900", NumberFormat.NORWEGIAN, "349900"),
        ("1,234.50", NumberFormat.ENGLISH, "1234.5"),
        ("1.234,50", NumberFormat.NORWEGIAN, "1234.5"),
        ("1.234,50", NumberFormat.ENGLISH, None),
        ("1,234.50", NumberFormat.NORWEGIAN, None),
        ("1,5", NumberFormat.ENGLISH, None),
        ("1.234.567", NumberFormat.ENGLISH, None),
        ("1,234,567", NumberFormat.NORWEGIAN, None),
    ],
)
def test_a_column_may_have_a_format(written: str, style: NumberFormat, meant: str | None) -> None:
    """What does not fit the chosen format is refused rather than read otherwise."""
    manner = Manner(numbers=style)
    if meant is not None:
        assert PRICE.understand(written, manner) == Decimal(meant)
        return
    with pytest.raises(BadValueError):
        PRICE.understand(written, manner)


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("1,50", NumberFormat.NORWEGIAN),
        ("1.234,50", NumberFormat.NORWEGIAN),
        ("kr 1.234.567,-", NumberFormat.NORWEGIAN),
        ("12,3456", NumberFormat.NORWEGIAN),
        ("1.50", NumberFormat.ENGLISH),
        ("1,234.50", NumberFormat.ENGLISH),
        ("1,234,567", NumberFormat.ENGLISH),
        ("349.900", None),
        ("349,900", None),
        ("349 900", None),
        ("tull", None),
    ],
)
def test_some_numbers_tell_their_format(written: str, told: NumberFormat | None) -> None:
    """A column's format can be found from those of its numbers that can only be written in one."""
    assert format_of(written) is told


def test_numbers_of_json_and_sheets_are_exact_or_refused() -> None:
    """A double carries fifteen digits; what a computation left behind them is noise, what lies beyond them is lost."""
    assert PRICE.understand(59.97000000000001) == Decimal("59.97")
    assert PRICE.understand(0.1 + 0.2) == Decimal("0.30")
    assert PRICE.understand(349900) == PRICE.understand(349900.0) == PRICE.understand(Decimal(349900))
    assert PRICE.understand(float(LARGEST)) == LARGEST
    for wrong in (float("nan"), float("inf"), 1e300, 12.345, 2.0**53 + 2, 10**10, True, [1], {"a": 1}):
        with pytest.raises(BadValueError):
            PRICE.understand(wrong)


def test_whole_numbers_have_no_decimals() -> None:
    """Thousands are read as for amounts; currency belongs to amounts alone, a unit to the field that has it."""
    year = field("model_year", bilingual("Årsmodell", "Model year"), Kind.INTEGER)
    assert [year.understand(v) for v in ("2024", "2.024", "2 024", 2024.0, "2024,0")] == [2024] * 5
    for wrong in ("2_024", "2e3", "2024,5", 2024.5, "kr 2024", "2147483648", "2024-01"):
        with pytest.raises(BadValueError):
            year.understand(wrong)
    driven = field("driven", bilingual("Kjørt", "Driven"), Kind.INTEGER, unit="km")
    assert [driven.understand(v) for v in ("45 000 km", "45.000km", "45000 KM")] == [45000] * 3
    with pytest.raises(BadValueError):
        driven.understand("45 000 mil")


DATES = {
    "2026-02-01": date(2026, 2, 1),
    "01.02.2026": date(2026, 2, 1),
    "1.2.2026": date(2026, 2, 1),
    "09.07.2027 00:00": date(2027, 7, 9),
    "2026-03-01T23:30:00Z": date(2026, 3, 2),
    "2026-03-01T00:30:00+02:00": date(2026, 2, 28),
    "2026-07-01T22:30:00+0000": date(2026, 7, 2),
    "2026-03-01T23:30": date(2026, 3, 1),
}
SHEET_DATES = {
    "1. feb 2026": date(2026, 2, 1),
    "1.feb.2026": date(2026, 2, 1),
    "01. februar 2026": date(2026, 2, 1),
    "9. jun 2027": date(2027, 6, 9),
    "09-Jun-27": date(2027, 6, 9),
    "tirsdag 2. februar 2027": date(2027, 2, 2),
    "lør. 6. mars 2027": date(2027, 3, 6),
    "01.02.26": date(2026, 2, 1),
    "12.05.98": date(1998, 5, 12),
    "1/2-2026": date(2026, 2, 1),
    "1/2-26": date(2026, 2, 1),
    "20260201": date(2026, 2, 1),
    "2026/02/01": date(2026, 2, 1),
    "31/12/2026": date(2026, 12, 31),
    "12/31/2026": date(2026, 12, 31),
    "02/02/2026": date(2026, 2, 2),
}


@pytest.mark.parametrize(
    ("written", "meant"), [*DATES.items(), (datetime(2026, 3, 1, 23, 30, tzinfo=UTC), date(2026, 3, 2))]
)
def test_a_day_is_norways(written: Any, meant: date) -> None:
    """An instant with a zone is the day that Norway has then; a wall clock's is its own."""
    assert read_date(written) == read_date(written, DateFormat.SHEET) == meant


@pytest.mark.parametrize(
    ("written", "meant"), [*SHEET_DATES.items(), ("46054", date(2026, 2, 1)), (46054, date(2026, 2, 1))]
)
def test_sheets_write_dates_in_more_ways(written: Any, meant: date) -> None:
    """Forms and the interface take the two strict ones."""
    assert read_date(written, DateFormat.SHEET) == meant
    with pytest.raises(BadValueError):
        read_date(written)


@pytest.mark.parametrize(
    "written",
    [
        *(
            "2026-W01-1",
            "2026-060",
            "2026-12-31tull",
            "2026-02-30",
            "31.02.2026",
            "2026-2-1",
            "32. jan 2026",
            "1. tull 2026",
        ),
        *(
            "01.02.202",
            "\uff12\uff10\uff12\uff16-01-01",
            "1. feb",
            "i morgen",
            "12:30",
            "1899-12-31",
            "0001-01-01T00:00:00Z",
            "9999-12-31T23:59:59Z",
            "9999-12-31T23:59:59-12:00",
            "2201-01-01",
            "0",
            "12",
        ),
        *("2026-01-01T25:00", "2026-01-01T12:00+99:00", "2026-13-01", "", "1e5", "100000"),
        *(True, 5, 5.5, None, time(13), timedelta(hours=3), ["2026-01-01"]),
    ],
)
@pytest.mark.parametrize("style", DateFormat)
def test_what_is_no_day_is_refused(written: Any, style: DateFormat) -> None:
    """Week and day-of-year forms, trailing words, clock times, durations and days that do not exist."""
    with pytest.raises(BadValueError):
        read_date(written, style)


def test_a_date_that_may_mean_two_days_is_asked_about() -> None:
    """The column's format settles it."""
    with pytest.raises(AmbiguousDateError) as refused:
        read_date("01/02/2026", DateFormat.SHEET)
    assert "01.02.2026 eller 02.01.2026" in refused.value.text.pick("nb")
    assert read_date("01/02/2026", DateFormat.DAY_FIRST) == date(2026, 2, 1)
    assert read_date("01/02/2026", DateFormat.MONTH_FIRST) == date(2026, 1, 2)
    assert read_date("01-02-26", DateFormat.DAY_FIRST) == date(2026, 2, 1)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2026-11-26T13:00", datetime(2026, 11, 26, 12, tzinfo=UTC)),
        ("2026-11-26 13:00:30", datetime(2026, 11, 26, 12, 0, 30, tzinfo=UTC)),
        ("2026-11-26", datetime(2026, 11, 25, 23, tzinfo=UTC)),
        ("26.11.2026 13:00", datetime(2026, 11, 26, 12, tzinfo=UTC)),
        ("26.11.2026 kl. 13.00", datetime(2026, 11, 26, 12, tzinfo=UTC)),
        ("2026-11-26T13:00:00.123456Z", datetime(2026, 11, 26, 13, 0, 0, 123000, tzinfo=UTC)),
        ("2026-11-26T13:00+02", datetime(2026, 11, 26, 11, tzinfo=UTC)),
        ("2026-07-01T13:00", datetime(2026, 7, 1, 11, tzinfo=UTC)),
    ],
)
def test_an_instant_is_norways_unless_it_says_otherwise(written: str, meant: datetime) -> None:
    """A day alone is its midnight."""
    assert read_instant(written) == meant


@pytest.mark.parametrize(
    "written", ["20260101", "2026-W01-1", "2026-01-01T", "2026-03-29T02:30", "2026-01-01T1200", 1767225600]
)
def test_what_is_no_instant_is_refused(written: Any) -> None:
    """Compact forms, and the hour that a spring night does not have."""
    with pytest.raises(BadValueError):
        read_instant(written)


def test_the_hour_that_comes_twice_stays_where_it_was() -> None:
    """What a form shows of a stored instant, sent back, is that instant; its neighbours keep to its hour."""
    first, second = datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    assert read_instant("2026-10-25T02:30") == first
    assert read_instant("2026-10-25T02:30", near=second) == second
    assert read_instant("2026-10-25T02:45", near=second) == second + timedelta(minutes=15)
    assert read_instant("2026-10-25T02:30", near=first) == first
    assert read_instant("2026-10-25T02:30+01:00", near=first) == second
    assert read_instant("25.10.2026 02:30", near=second) == second


def test_sheets_count_days_and_parts_of_them() -> None:
    """Excel's number of a moment is a wall clock's."""
    assert read_instant(46054.5625, DateFormat.SHEET) == datetime(2026, 2, 1, 12, 30, tzinfo=UTC)
    assert read_instant("46054,5625", DateFormat.SHEET) == datetime(2026, 2, 1, 12, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("7:30", "07:30"),
        ("07.30", "07:30"),
        ("0730", "07:30"),
        ("kl. 22:00", "22:00"),
        ("24:00", "24:00"),
        (time(7, 30), "07:30"),
    ],
)
def test_a_time_of_day(written: Any, meant: str) -> None:
    """However it is parted."""
    assert read_clock(written) == meant


@pytest.mark.parametrize("written", ["25:00", "7", "730", "07:60", "24:01", "tull", "07:30:15", 0.5])
def test_what_is_no_time_of_day_is_refused(written: Any) -> None:
    """Hours alone may be a length."""
    with pytest.raises(BadValueError):
        read_clock(written)


PHONES = {
    "0 91 23 45 67": "+4791234567",
    "+47 (0) 91234567": "+4791234567",
    "+47 0 91234567": "+4791234567",
    "004747320215": "+4747320215",
    "(+47) 423 64 056": "+4742364056",
    "912.34.567": "+4791234567",
    "912-34-567": "+4791234567",
    "Tlf. 912 34 567": "+4791234567",
    "Mob: 91234567": "+4791234567",
    "\u202a+47 912 34 567\u202c": "+4791234567",
    "912\u00a034\u00a0567": "+4791234567",
    "\uff19\uff11\uff12\uff13\uff14\uff15\uff16\uff17": "+4791234567",
    "+46 (0)70 123 45 67": "+46701234567",
    "+44 (0) 20 7946 0958": "+442079460958",
    "4791234567": "+4791234567",
}


@pytest.mark.parametrize(("written", "meant"), PHONES.items())
def test_a_phone_number_can_be_called(written: str, meant: str) -> None:
    """Whatever stands between its digits, with the nought that is not dialled from abroad or without."""
    assert read_phone(written) == meant
    assert read_phone(meant) == meant


@pytest.mark.parametrize(
    "written",
    [
        *("91234567 ext 12", "912 34 567 x12", "91234567x12", "91234567 int. 5", "22123456,,12", "91234567#1"),
        *(
            "91234567 / 92345678",
            "91234567 Kari",
            "1234",
            "9123456",
            "0 9123456",
            "+4709",
            "+47 0 0 91234567",
            "9.1234567e7",
        ),
        *("0800FLOWERS", "12345678", "", True, 91234567.5),
    ],
)
def test_what_cannot_be_called_is_refused(written: Any) -> None:
    """Nothing of it is dropped: an extension, a second number, a name."""
    with pytest.raises(BadValueError):
        read_phone(written)


NAME = field("name", bilingual("Navn", "Name"))
NOTE = field("note", bilingual("Notat", "Note"), Kind.TEXT)


def test_text_is_composed_on_entry() -> None:
    """A decomposed letter is the letter."""
    assert NAME.understand("A\u030ase Bj\u00f8rn") == "\u00c5se Bj\u00f8rn"
    assert (
        NOTE.understand("Ring A\u030ase\r\nFo\u0308r lunsj\u000bTakk\u2028Hei")
        == "Ring \u00c5se\nF\u00f6r lunsj\nTakk\nHei"
    )
    assert read(Kind.JSON, {"A\u030a": ["e\u0301"]}) == {"\u00c5": ["\u00e9"]}
    assert read(Kind.CHOICES, ["A\u030a"]) == ["\u00c5"]


@pytest.mark.parametrize(
    "sign",
    ["\u200b", "\u00ad", "\ufeff", "\u2060", "\u202e", "\u202a", "\u2067", "\u200f", "\u061c", "\u3164", "\u2800"],
)
def test_what_nobody_sees_is_refused_in_text_and_left_out_of_codes(sign: str) -> None:
    """The refusal says where; what nobody can be asked about loses it."""
    for item in (NAME, NOTE):
        with pytest.raises(BadValueError) as refused:
            item.understand(f"Kari {sign}Nordmann")
        assert f"«Kari» står et usynlig tegn (U+{ord(sign):04X})" in refused.value.text.pick("nb")
        assert item.understand(f"Kari {sign}Nordmann", FOREIGN) == "Kari Nordmann"
    assert clean_code(f"{sign}ORD{sign}-1") == "ORD-1"


def test_emoji_and_other_scripts_keep_their_joiners() -> None:
    """They are part of what is written there; between Latin letters they are not."""
    for text in (
        "Ferdig \U0001f468\u200d\U0001f469\u200d\U0001f467!",
        "Takk \u2764\ufe0f",
        "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
        "1\ufe0f\u20e3",
    ):
        assert NOTE.understand(text) == text
    for text in (
        "\u26a0\ufe0fSjekk",
        "ok\u2714\ufe0fok",
        "\u2764\ufe0f/",
        "\xa9\ufe0f 2026",
        "\U0001f3f4\U000e0067\U000e007f",
    ):
        assert NOTE.understand(text) == text
    for text in ("Ka\u200dri", "Ka\ufe0fri", "Ka\U000e0067ri"):
        with pytest.raises(BadValueError):
            NAME.understand(text)


@pytest.mark.parametrize("sign", ["\x00", "\x01", "\x1b", "\x7f", "\x92", "\ud800", "\uffff"])
def test_what_cannot_be_stored_is_refused(sign: str) -> None:
    """One cell must not stop a run, so the refusal is the field's; no sign is taken out in silence."""
    for item in (NAME, NOTE, field("code", bilingual("Kode", "Code"), code=True)):
        for manner in (FOREIGN, SHEET):
            with pytest.raises(BadValueError):
                item.understand(f"a{sign}b", manner)
    for wrong in ({"a": f"x{sign}"}, [f"{sign}"], {f"{sign}": 1}):
        if sign in {"\x00", "\ud800"}:
            with pytest.raises(BadValueError):
                read(Kind.JSON, wrong)


@pytest.mark.parametrize(
    "written",
    [
        *('{"a":NaN}', '{"a":-Infinity}', '{"a":1e400}', {"a": float("nan")}, '{"a":', {1: object()}),
        *('{"a":1,"a":2}', '[{"b":{"a":1,"a":1}}]'),
    ],
)
def test_json_holds_no_number_that_is_none_and_no_name_twice(written: Any) -> None:
    """PostgreSQL could not keep them, or would keep the last one."""
    with pytest.raises(BadValueError):
        read(Kind.JSON, written)


def test_codes_are_written_in_one_way() -> None:
    """Full width, other alphabets' twins of Latin letters and the many dashes are what they look like."""
    assert clean_code("\uff2f\uff32\uff24\uff11\uff12") == "ORD12"
    assert clean_code("\u0410\u0412 \u2013 12") == "AB - 12"
    assert clean_code(12345) == "12345"
    assert clean_code("A\u030aS-1") == "\u00c5S-1"
    assert clean_code("'00123") == "00123"
    for wrong in ("\u200b", "4,01E+11", "4.01e+11", "1E+05", 2**53 + 1, 12.5, True):
        with pytest.raises(BadValueError):
            clean_code(wrong)


def test_codes_that_people_take_for_one_have_one_key() -> None:
    """Case, spaces, hyphens and what stands between do not part them, nor O and 0, I and 1."""
    alike = (
        "ORD-1001",
        "ord 1001",
        "0RD1OO1",
        "ORD/1001",
        "\uff2f\uff32\uff241001",
        "ORD\u200b1001",
        "ORDI00I",
        "\u041eRD1001",
    )
    assert {code_key(code) for code in alike} == {"0RD1001"}
    assert code_key("ORD-1002") != code_key("ORD-1001")
    assert code_key("\u00c51") != code_key("A1")


def test_a_list_may_come_as_text() -> None:
    """Joined with commas, or as JSON; what begins as JSON and is none is refused."""
    assert (
        read(Kind.CHOICES, "a, b") == read(Kind.CHOICES, '["a", "b"]') == read(Kind.CHOICES, ["a", "b"]) == ["a", "b"]
    )
    for wrong in ('["a", "b"', "[a, b]", 5):
        with pytest.raises(BadValueError):
            read(Kind.CHOICES, wrong)


def test_an_email_address_has_nothing_unseen() -> None:
    """As pasted from a letter."""
    assert read(Kind.EMAIL, "\u200bKari@Example.no\ufeff") == "kari@example.no"


@pytest.mark.parametrize("address", ["иван@почта.рф", "kari@αβγ.gr"])
def test_an_address_in_another_alphabet_keeps_its_letters(address: str) -> None:
    """Letters drawn like Latin ones are Latin where that makes the whole address so, and only there."""
    assert read(Kind.EMAIL, address) == address
    assert read(Kind.EMAIL, "k\u0430ri@example.no") == "kari@example.no"


_TURN = datetime(2026, 10, 25, tzinfo=UTC).replace(tzinfo=None)
FORM_FIELDS: dict[Kind, tuple[Field, st.SearchStrategy[Any]]] = {
    Kind.MONEY: (PRICE, st.decimals(-LARGEST, LARGEST, places=2)),
    Kind.DECIMAL: (field("n", bilingual("N", "N"), Kind.DECIMAL), st.decimals(-99999999, 99999999, places=2)),
    Kind.INTEGER: (field("n", bilingual("N", "N"), Kind.INTEGER), st.integers(-(2**31) + 1, 2**31 - 1)),
    Kind.DATE: (field("n", bilingual("N", "N"), Kind.DATE), st.dates(date(1900, 1, 1), date(2200, 12, 31))),
    Kind.INSTANT: (
        field("n", bilingual("N", "N"), Kind.INSTANT),
        st.datetimes(_TURN - timedelta(days=10_000), _TURN + timedelta(days=4_000)).map(
            lambda t: t.replace(second=0, microsecond=0, tzinfo=UTC)
        ),
    ),
}


@pytest.mark.parametrize("kind", FORM_FIELDS)
@given(data=st.data())
def test_what_a_form_shows_it_reads_again(kind: Kind, data: st.DataObject) -> None:
    """In either language, also in the hour that comes twice."""
    item, values = FORM_FIELDS[kind]
    value = data.draw(values)
    for language in ("nb", "en"):
        shown = stored_text(item, value.isoformat() if isinstance(value, date) else value, language)
        assert item.understand(shown, stored=value) == value


def test_what_is_stored_comes_back_as_it_is() -> None:
    """Also where nobody could enter it any more."""
    assert restored(Kind.MONEY, 349.9) == Decimal("349.90")
    assert restored(Kind.STRING, "Ka\u200bri") == "Ka\u200bri"
    assert restored(Kind.DATE, "2026-02-01") == date(2026, 2, 1)
    assert restored(Kind.INSTANT, "2026-02-01T12:00:00+01:00") == datetime(2026, 2, 1, 11, tzinfo=UTC)
    assert restored(Kind.DATE, None) is None


_WRITTEN = st.text(st.characters() | st.sampled_from("0123456789 +-.,:/()TZ@ekr%\u00a0\u200f\0"), max_size=30)
_READ_FROM_TEXT = (
    Kind.STRING,
    Kind.TEXT,
    Kind.BOOLEAN,
    Kind.INTEGER,
    Kind.DECIMAL,
    Kind.MONEY,
    Kind.DATE,
    Kind.INSTANT,
    Kind.EMAIL,
    Kind.PHONE,
)


@given(_WRITTEN)
@pytest.mark.parametrize("manner", [Manner(), SHEET], ids=["typed", "sheet"])
@pytest.mark.parametrize("kind", _READ_FROM_TEXT)
def test_any_text_is_read_and_stays_as_it_was_read_or_is_refused(kind: Kind, manner: Manner, written: str) -> None:
    try:
        found = read(kind, written, manner)
    except BadValueError:
        return
    assert read(kind, found) == found
