from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from directapp.declare.kinds import BadValueError
from directapp.domains.registered.identifiers import (
    Code,
    PlateKind,
    check_digit,
    parse_code,
    parse_order_number,
    parse_org_number,
    parse_plate,
    parse_vin,
    plate_kind,
    show_plate,
    vin_warning,
)

VINS = {
    "1ZZTE5T00R0000001": "1ZZTE5T00R0000001",
    " wzztestxxrx000001 ": "WZZTESTXXRX000001",
    "WAUZZZR1C D7742947": "WAUZZZR1CD7742947",
    "WAUZZZHHXK787827": None,
    "TMBZZZ1KOH4530642": None,
    "IAUZZZHHXK7878270": None,
    "WAUZZZHHXK787827Æ": None,
    "WAUZZZHHXK78782701": None,
}


@pytest.mark.parametrize(("written", "stored"), VINS.items())
def test_a_vin_is_normalised_or_refused(written: str, stored: str | None) -> None:
    if stored is None:
        with pytest.raises(BadValueError) as error:
            parse_vin(written)
        assert error.value.text.pick("nb")
        assert error.value.text.english
    else:
        assert parse_vin(written) == stored


def test_the_check_digit_is_information_only() -> None:
    assert check_digit("1ZZTE5T00R0000001") == "0"
    assert vin_warning("1ZZTE5T00R0000001") is None
    assert vin_warning("WZZTESTXXRX000001") is not None


PLATES = {
    "AB 12345": ("AB12345", PlateKind.CAR),
    "ab-12345": ("AB12345", PlateKind.CAR),
    "AB\u00a012345": ("AB12345", PlateKind.CAR),
    "AB 1234": ("AB1234", PlateKind.MOTORCYCLE_OR_TRAILER),
    "EL 12345": ("EL12345", PlateKind.ELECTRIC),
    "EH12345": ("EH12345", PlateKind.ELECTRIC),
    "HY 12345": ("HY12345", PlateKind.HYDROGEN),
    "GA 12345": ("GA12345", PlateKind.GAS),
    "GI 12345": ("GI12345", PlateKind.PERSONAL),
    "AB 01234": ("AB01234", PlateKind.PERSONAL),
    "A 1": ("A1", PlateKind.PERSONAL),
    "BLÅBÆR": ("BLÅBÆR", PlateKind.PERSONAL),
    "12345 EL": ("EL12345", PlateKind.ELECTRIC),
    "12345EK": ("EK12345", PlateKind.ELECTRIC),
    "AB 12345 EL": ("AB12345", PlateKind.CAR),
}


@pytest.mark.parametrize(("written", "expected"), PLATES.items())
def test_a_plate_is_understood(written: str, expected: tuple[str, PlateKind]) -> None:
    plate = parse_plate(written)
    assert (plate.value, plate.kind) == expected
    assert plate_kind(plate.value) == plate.kind


@pytest.mark.parametrize(
    "written", ["AB 123456", "ABC 999999", "A", "", "ukjent", "Ingen", "mang-ler", "AB*1234", "ÅÄÖ 12345", "AAAAAAAA"]
)
def test_what_fits_no_plate_is_refused(written: str) -> None:
    with pytest.raises(BadValueError):
        parse_plate(written)


def test_an_odd_way_of_writing_is_told_back() -> None:
    understood = parse_plate("12345 EL").understood
    assert understood is not None
    assert understood.pick("nb") == "«12345EL» er forstått som EL 12345."
    assert parse_plate("EL 12345").understood is None


_SIGNS = st.text(st.characters() | st.sampled_from("AEFGHLWZ0189 -.*]\u00a0\u200b\0"), max_size=30)


@given(_SIGNS | st.from_regex(r"I?[A-HJ-NPR-Z0-9]{17}\s?", fullmatch=True))
@example("ß" * 9)
@example("ŉ" * 9)
@pytest.mark.parametrize("parse", [parse_vin, parse_plate, parse_order_number, parse_org_number, parse_code])
def test_any_text_is_a_code_that_reads_back_as_itself_or_is_refused(parse: Any, written: str) -> None:
    try:
        found = parse(written)
    except BadValueError:
        return
    stored = getattr(found, "value", found)
    assert getattr(parse(stored), "value", stored) == stored


@given(st.text(alphabet="ABCDEFGHIJKLMNOPQRSTUVWXYZÆØÅ0123456789 -", max_size=12))
def test_a_stored_plate_reads_back_as_itself(written: str) -> None:
    try:
        plate = parse_plate(written)
    except BadValueError:
        return
    assert parse_plate(plate.shown).kind == plate.kind or plate.understood is None
    assert show_plate(plate.value).replace(" ", "") == plate.value


@pytest.mark.parametrize(
    ("written", "stored"), [("310 000 019", "310000019"), ("NO 310000027 MVA", "310000027"), ("310000000", "310000000")]
)
def test_an_organisation_number_is_nine_digits(written: str, stored: str) -> None:
    assert parse_org_number(written) == stored


@pytest.mark.parametrize("written", ["310000018", "31000001", "31000001X", "3100000190", "٣10000019"])
def test_a_wrong_organisation_number_is_refused(written: str) -> None:
    with pytest.raises(BadValueError):
        parse_org_number(written)


def test_order_numbers_are_text_without_spaces() -> None:
    assert parse_order_number(" ab 400 000 ") == "AB400000"
    assert parse_order_number(400000) == "400000"


def test_a_scanned_code_is_a_vin_or_a_plate() -> None:
    assert parse_code("wzztestxxrx000001") == Code("vin", "WZZTESTXXRX000001")
    assert parse_code("el 12345") == Code("license_plate", "EL12345")
    for before, after in (
        ("I", ""),
        ("*", "*"),
        ("*I", "*"),
        ("]C1", ""),
        ("]A0*", "*"),
        ("]C1I", ""),
        ("", "\u200b\r\n"),
    ):
        assert parse_code(f"{before}WZZTESTXXRX000001{after}") == Code("vin", "WZZTESTXXRX000001")
    assert parse_code("*EL 12345*") == parse_code("]Q1EL12345") == Code("license_plate", "EL12345")
    assert parse_vin("IWZZTESTXXRX000001") == "WZZTESTXXRX000001"
    assert parse_code("A\u030aSE12") == Code("license_plate", "\u00c5SE12")
    with pytest.raises(BadValueError):
        parse_code("WZZTESTXXRX00000")
