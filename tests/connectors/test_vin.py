"""What a chassis number tells by itself."""

import pytest

from directapp.connectors.vin import read_vin


@pytest.mark.parametrize(
    ("written", "make", "country", "years"),
    [
        ("WVWZZZAUZH8000001", "Volkswagen", "Germany", (2017, 1987)),
        ("5YJ3E7EB0KF000001", "Tesla", "United States", (2019, 1989)),
        ("LRWYGCEK0NC000001", "Tesla", "China", (2022, 1992)),
        ("XP7YGCEK0NB000001", "Tesla", "Netherlands", (2022, 1992)),
        ("LPSED3KA0ML000001", "Polestar", "China", (2021, 1991)),
        ("YSMED3KA0NL000001", "Polestar", "Sweden", (2022, 1992)),
        ("L1NSSGHB0NA000001", "XPENG", "China", (2022, 1992)),
        ("LGXCE4CB0N0000001", "BYD", "China", (2022, 1992)),
        ("LSJW74095NZ000001", "MG", "China", (2022, 1992)),
        ("YV1XZEHR0N2000001", "Volvo", "Sweden", (2022, 1992)),
        ("WP0ZZZY1ZNSA00001", "Porsche", "Germany", (2022, 1992)),
        ("TMBJC7NY0NF000001", "Škoda", "Czech Republic", (2022, 1992)),
        ("WF0FXXWPMFHU00001", "Ford", "Germany", (2017, 1987)),
        ("W1K2471451N000001", "Mercedes-Benz", "Germany", ()),
        ("WBY71AW000FL00001", "BMW", "Germany", ()),
        ("SB1K93BE00E000001", "Toyota", "United Kingdom", ()),
        ("1ZZTE5T00R0000001", None, "United States", (2024, 1994)),
        ("LJ1EFAUU0NG000001", None, "China", (2022, 1992)),
    ],
)
def test_maker_country_and_years(written: str, make: str | None, country: str, years: tuple[int, ...]) -> None:
    found = read_vin(written, this_year=2026)
    assert found is not None
    assert found.make == make
    assert found.country == country
    assert found.model_years == years


def test_the_first_registration_narrows_the_years() -> None:
    found = read_vin("wvwzzzauzh8000001 ", this_year=2026, registered=2017)
    assert found is not None
    assert found.model_years == (2017,)
    late = read_vin("WVWZZZAUZH8000001", this_year=2026, registered=2005)
    assert late is not None
    assert late.model_years == ()


def test_a_plant_is_named_where_it_is_known_and_else_its_letter_kept() -> None:
    renault = read_vin("VF1LM1B0H36666155", this_year=2026)
    assert renault is not None
    assert renault.plant_code
    volkswagen = read_vin("WVWZZZAUZH8000001", this_year=2026)
    assert volkswagen is not None
    assert (volkswagen.plant, volkswagen.plant_code) == (None, "8")


def test_the_check_digit_is_told_and_never_demanded() -> None:
    good, european = read_vin("1ZZTE5T00R0000001", this_year=2026), read_vin("WZZTESTXXRX000001", this_year=2026)
    assert good is not None
    assert european is not None
    assert (good.check_digit, european.check_digit) == (True, False)


@pytest.mark.parametrize("written", ["", "1234567", "1ZZTE5T00R000000I", "1ZZTE5T00R00000011"])
def test_what_is_no_vin_tells_nothing(written: str) -> None:
    assert read_vin(written, this_year=2026) is None
