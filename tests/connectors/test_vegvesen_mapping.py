"""From the answer to the car's fields: units, codes, sources, and whatever may be missing or odd."""

from copy import deepcopy
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from directapp.connectors.vegvesen_codes import Code
from directapp.connectors.vegvesen_mapping import fuel_of, names_of, read_vehicle, without_owner
from directapp.connectors.vegvesen_names import make_name, model_name
from directapp.connectors.vegvesen_types import Details, Vehicle
from directapp.domains.cars.groups import IDENTITY
from directapp.domains.registered.naming import REGISTRY
from support.fakes.vehicles import ELECTRIC, OWNER, code, hybrid, vehicle
from support.text import bilingual

NOW = datetime(2026, 6, 15, 10, 0, tzinfo=UTC)


def read(found: dict[str, Any]) -> Vehicle:
    return read_vehicle(found, NOW)


def test_an_electric_car_fills_its_fields() -> None:
    assert read(ELECTRIC).values() == {
        "vin": "1ZZTE5T00R0000001",
        "license_plate": "EL12345",
        "make": "Testbil",
        "model": "Modell X",
        "variant": "V1",
        "color": "Blå",
        "year": 2024,
        "fuel_type": "electric",
        "power_kw": Decimal("150.0"),
        "horsepower": 204,
        "co2_emissions": 0,
        "electric_range_km": 410,
        "first_registered": date(2024, 3, 11),
        "registration_status": "registered",
        "next_inspection_due": date(2028, 3, 11),
        "curb_weight": 1700,
        "total_weight": 2170,
        "payload": 470,
        "trailer_weight_braked": 1000,
        "trailer_weight_unbraked": 750,
        "length": 4300,
        "width": 1800,
        "height": 1550,
    }


def test_a_hybrid_from_abroad_fills_its_fields() -> None:
    found = read(hybrid())
    assert found.registration.fuel_type == "plug_in_hybrid"
    assert found.registration.power_kw == 110
    assert found.registration.engine_size == 1498
    assert found.registration.co2_emissions == 29
    assert found.registration.electric_range_km == 71
    assert found.registration.first_registered == date(2021, 9, 30)
    assert found.registration.year == 2021
    assert found.registration.last_inspection == date(2025, 9, 12)
    details = found.details
    assert (details.imported_from, details.import_mileage_km) == ("TYSKLAND", 48_200)
    assert (details.cylinders, details.gears) == (4, 6)
    assert details.registered_in_norway == date(2024, 3, 11)
    assert details.consumption_l_100km == Decimal("1.2")
    assert details.electric_consumption_wh_km == 165
    assert [one.label.english for one in details.fuels] == ["Petrol", "Electric"]


def test_a_model_year_is_taken_where_the_answer_says_one() -> None:
    other = [{"datafeltNavn": "ANNET", "datafeltVerdi": "7"}, {"datafeltNavn": "Årsmodell", "datafeltVerdi": "2023"}]
    assert read(vehicle("EL 12345", "1ZZTE5T00R0000001", ovrigeTekniskeData=other)).values()["model_year"] == 2023
    other[1]["datafeltVerdi"] = "ukjent"
    unread = read(vehicle("EL 12345", "1ZZTE5T00R0000001", ovrigeTekniskeData=other))
    assert "model_year" not in unread.values()
    assert "datafeltVerdi" in unread.unreadable


def test_details_hold_what_a_car_has_no_field_for() -> None:
    details = read(ELECTRIC).details
    assert details.manufacturer == "TESTBIL AS"
    assert (details.type_designation, details.approval_variant, details.approval_version) == ("T1", "V1", "S1")
    assert (details.doors, details.seats, details.seats_in_front) == (5, 5, 2)
    assert (details.axles, details.driven_axles) == (2, 2)
    assert details.tyres == ("215/55R17",)
    assert details.remarks == ("Egenvekt er veiledende",)
    assert details.use == Code("EGENTRANSP", bilingual("Egentransport", "Own transport"), known=True)
    assert details.body is not None
    assert details.body.label == bilingual("Flerbruksbil", "Multi-purpose vehicle")


DECLARED = {one.name: one for one in (*IDENTITY.fields, *REGISTRY.fields)}


def fits(found: Vehicle) -> None:
    for name, value in found.values().items():
        field = DECLARED[name]
        if field.choices:
            assert value in {one.code for one in field.choices}
        if field.maximum is not None:
            assert (field.minimum or 0) <= value <= field.maximum
        if field.parse:
            assert field.parse(value) == value
        if isinstance(value, str):
            assert value.strip() == value
            assert value.isprintable()
            assert len(value) <= (field.max_length or 99)


def test_every_value_is_a_field_of_the_car_and_fits_it() -> None:
    fits(read(ELECTRIC))
    fits(read(hybrid()))
    mapped = set(read(ELECTRIC).values()) | set(read(hybrid()).values())
    assert set(DECLARED) - mapped == {"model_year", "car_type", "mileage_km", "registry_sources"}


@pytest.mark.parametrize(
    ("fuels", "category", "expected"),
    [
        (("1",), "INGEN", "petrol"),
        (("11", "1"), "", "petrol"),
        (("2",), "", "diesel"),
        (("10",), "", "diesel"),
        (("5",), "INGEN", "electric"),
        (("ELEKTRISK",), "", "electric"),
        (("6", "5"), "", "hydrogen"),
        (("1", "5"), "", "hybrid"),
        (("1", "5"), "IKKE_LADBAR", "hybrid"),
        (("2", "5"), "LADBAR", "plug_in_hybrid"),
        (("7",), "", "hybrid"),
        (("1", "13"), "", "gas"),
        (("9",), "", None),
        ((), "", None),
    ],
)
def test_fuels_and_category_make_one_fuel(fuels: tuple[str, ...], category: str, expected: str | None) -> None:
    named = bilingual("x", "x")
    hybrids = Code(category, named, known=True) if category else None
    details = Details(fuels=tuple(Code(one, named, known=True) for one in fuels), hybrid=hybrids)
    assert fuel_of(details) == expected


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("REGISTRERT", "registered"),
        ("AVREGISTRERT", "deregistered"),
        ("UREGISTRERT", "not_registered"),
        ("UTFORT", "deregistered"),
        ("VRAKET", "scrapped"),
    ],
)
def test_registration_statuses(status: str, expected: str) -> None:
    found = deepcopy(ELECTRIC)
    found["registrering"]["registreringsstatus"] = code(status)
    assert read(found).registration.registration_status == expected


def test_power_stands_where_older_answers_put_it_and_motors_add_up() -> None:
    electric = {"drivstoffKode": code("5"), "maksEffektPrTime": 100.0}
    two = {"motor": [{"drivstoff": [electric]}, {"drivstoff": [electric]}]}
    assert read(vehicle("EL 1", "V", motorOgDrivverk=two)).registration.power_kw == 200
    both = {"motor": [{"drivstoff": [{"drivstoffKode": code("1"), "maksNettoEffekt": 72}, electric]}]}
    assert read(vehicle("EL 1", "V", motorOgDrivverk=both)).registration.power_kw == 72


@pytest.mark.parametrize(
    ("measured", "expected"),
    [
        ({"co2BlandetKjoring": 129.5}, 130),
        ({"vektetKombinertDrivstoffCO2": 33, "co2BlandetKjoring": 129}, 33),
        ({"wltpKjoretoyspesifikk": {"nedcCo2BlandetKjoringGPrKm": 99.4}}, 99),
        ({}, None),
    ],
)
def test_emissions_stand_in_several_places(measured: dict[str, Any], expected: int | None) -> None:
    group = {"drivstoffKodeMiljodata": code("2"), "forbrukOgUtslipp": [measured]}
    found = vehicle("AB 1", "V", miljodata={"miljoOgdrivstoffGruppe": [group]}, motorOgDrivverk={})
    assert read(found).registration.co2_emissions == expected


def test_a_short_chassis_number_is_kept_but_is_no_vin() -> None:
    car = read(vehicle("AB 1234", "1234567"))
    assert car.identity.vin is None
    assert car.details.chassis_number == "1234567"


def test_owners_are_taken_out_at_any_depth() -> None:
    found = ELECTRIC | {"eierskap": OWNER, "annet": [{"eierskap": OWNER, "a": 1}]}
    kept = without_owner(found)
    assert "eierskap" not in str(kept)
    assert "49.320" not in str(kept)
    assert kept["annet"] == [{"a": 1}]
    assert found["eierskap"] is OWNER
    car = read(found)
    assert read_vehicle(car.raw, NOW) == car


def test_no_depth_is_too_deep() -> None:
    deep: Any = {"eierskap": OWNER}
    for _ in range(5_000):
        deep = {"a": [deep]}
    assert "TESTESEN" not in str(read(ELECTRIC | {"annet": deep}).raw)


def test_a_vehicle_goes_by_all_its_plates() -> None:
    plates, vins = names_of(hybrid())
    assert plates == {"AB12345", "TESTE1"}
    assert vins == {"WZZTESTXXRX000001"}
    assert names_of({}) == (frozenset(), frozenset())


def test_odd_values_are_left_out_and_named() -> None:
    found = deepcopy(ELECTRIC)
    technical = found["godkjenning"]["tekniskGodkjenning"]["tekniskeData"]
    technical["vekter"] |= {"egenvekt": "ukjent", "nyttelast": -4, "tillattTotalvekt": 10**9, "tillattTaklast": True}
    technical["dimensjoner"] = {"lengde": "4300", "bredde": "", "hoyde": None}
    technical["generelt"] = "x"
    found["periodiskKjoretoyKontroll"] = {"kontrollfrist": "snart", "sistGodkjent": "2025-09-12T00:30:00+02:00"}
    car = read(found)
    assert car.registration.curb_weight == 1775
    assert (car.registration.payload, car.registration.total_weight, car.details.roof_load) == (None, None, None)
    assert (car.registration.length, car.registration.width) == (4300, None)
    assert car.identity.make is None
    assert car.registration.next_inspection_due is None
    assert car.registration.last_inspection == date(2025, 9, 12)
    assert [path.rsplit(".", 1)[-1] for path in car.unreadable] == [
        "tillattTaklast",
        "kontrollfrist",
        "egenvekt",
        "tillattTotalvekt",
        "nyttelast",
    ]


def paths(found: Any, here: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    parts = found.items() if isinstance(found, dict) else enumerate(found) if isinstance(found, list) else ()
    return [here, *(path for name, part in parts for path in paths(part, (*here, name)))]


PATHS = [path for path in paths(hybrid()) if path]
ODD = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.builds(list), st.builds(dict))


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from(PATHS), ODD, max_size=6))
def test_no_answer_breaks_the_reading(changes: dict[tuple[Any, ...], Any]) -> None:
    found = hybrid()
    for path, value in changes.items():
        here: Any = found
        for name in path[:-1]:
            known = isinstance(here, dict) and name in here
            here = (
                here[name] if known or (isinstance(here, list) and isinstance(name, int) and name < len(here)) else {}
            )
        if isinstance(here, dict):
            here[path[-1]] = value
    car = read(found)
    car.sources()
    car.unknown_codes()
    fits(car)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("VOLKSWAGEN", "Volkswagen"),
        ("MERCEDES-BENZ", "Mercedes-Benz"),
        ("BMW", "BMW"),
        ("BMW I", "BMW"),
        ("SKODA", "Škoda"),
        ("LAND  ROVER", "Land Rover"),
        ("MG", "MG"),
        ("TESLA MOTORS", "Tesla"),
        ("CITROEN", "Citroën"),
        ("Polestar", "Polestar"),
    ],
)
def test_makes_are_spelled_as_the_trade_does(written: str, expected: str) -> None:
    assert make_name(written) == expected


@pytest.mark.parametrize(
    ("written", "make", "expected"),
    [
        ("GOLF", "Volkswagen", "Golf"),
        ("ID.4", "Volkswagen", "ID.4"),
        ("XC60", "Volvo", "XC60"),
        ("MODEL Y", "Tesla", "Model Y"),
        ("YARIS CROSS", "Toyota", "Yaris Cross"),
        ("Q4 E-TRON", "Audi", "Q4 e-tron"),
        ("NISSAN LEAF", "Nissan", "Leaf"),
        ("BZ4X", "Toyota", "bZ4X"),
    ],
)
def test_models_are_spelled_as_the_trade_does(written: str, make: str, expected: str) -> None:
    assert model_name(written, make) == expected
