"""The small language of a rule's filter."""

import re
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from directapp.app.spec import load_spec
from directapp.declare.fields import choices, field
from directapp.declare.kinds import BadValueError, Kind
from directapp.domains.automation.conditions import holds, normal, read_conditions, unknown, vocabulary

CAR = {
    "make": "Audi",
    "mileage": 120_000,
    "price": Decimal("99000.50"),
    "priority": "high",
    "customer_name": None,
    "sold": True,
    "brands": ["Audi", "Volkswagen"],
    "promised": date(2026, 11, 20),
    "sent_at": datetime(2026, 11, 20, 9, 30, tzinfo=UTC),
    "car.status": "ready",
}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "make = audi",
        "make er Audi",
        "make is not BMW\nmileage > 100 000",
        "price <= 99000,50",
        "customer_name er tom",
        "customer_name is empty",
        "make er ikke tom",
        "priority er en av low, high",
        "priority is not one of low, urgent",
        "brands inneholder volks",
        "brands = Audi",
        "sold = ja",
        "promised >= 2026-11-20",
        "sent_at = 2026-11-20",
        "car.status = ready",
    ],
)
def test_it_holds(text: str) -> None:
    assert holds(read_conditions(text), CAR)


@pytest.mark.parametrize(
    "text",
    [
        "make = BMW",
        "mileage < 100000",
        "mileage > lots",
        "customer_name = tom",
        "customer_name > a",
        "sold = nei",
        "no_such_field is empty",
        "make = Audi\npriority = low",
    ],
)
def test_it_does_not_hold(text: str) -> None:
    assert not holds(read_conditions(text), CAR)


@pytest.mark.parametrize(
    "text", ["make", "make ~ Audi", "= Audi", "make =", "make er tom nå", "makeer Audi", "?make = Audi"]
)
def test_what_cannot_be_read_is_refused_by_its_line(text: str) -> None:
    with pytest.raises(BadValueError, match="Line 2"):
        read_conditions(f"make = Audi\n{text}")


def test_no_more_than_ten_lines() -> None:
    with pytest.raises(BadValueError, match="At most 10"):
        normal("make = Audi\n" * 11)


def test_it_is_tidied_and_names_what_it_does_not_know() -> None:
    assert normal("  make = Audi \n\n priority = high") == "make = Audi\npriority = high"
    assert unknown(read_conditions("make = Audi\ncolour = red"), CAR) == ["colour"]


WORDS = vocabulary(
    {one.name: one for one in (field("kind", "Slag", "Kind"), field("price", "Pris (kr)", "Price (NOK)", Kind.MONEY))},
    {
        one.name: one
        for one in (
            field("make", "Merke", "Make"),
            field(
                "kind",
                "Type",
                "Type",
                Kind.CHOICE,
                choices=choices(("new", "Ny bil", "New car"), ("used", "Brukt", "Used")),
            ),
        )
    },
)


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("bil.Merke = Audi", ("car.make", "=", "Audi")),
        ("Bil.type er en av Ny bil, brukt", ("car.kind", "in", "new, used")),
        ("car.Type is not New car", ("car.kind", "!=", "new")),
        ("car.kind = used", ("car.kind", "=", "used")),
        ("Pris (kr) >= 1 000,50", ("price", ">=", "1 000,50")),
        ("kind = Ny bil", ("kind", "=", "Ny bil")),
        ("Slag er tom", ("kind", "empty", "")),
        ("Ukjent ting = 1", ("Ukjent ting", "=", "1")),
    ],
)
def test_fields_and_choices_have_names(said: str, meant: tuple[str, str, str]) -> None:
    (read,) = read_conditions(said)
    coded = WORDS.coded(read)
    assert (coded.field, coded.word, coded.value) == meant


def test_the_examples_of_the_form_are_understood() -> None:
    spec = load_spec()
    told = spec["workflow_rules"].fields["conditions"].help
    assert told is not None
    examples = [*re.findall(r"«(.+?)»", told.nb), *re.findall(r"“(.+?)”", told.en)]
    assert len(examples) == 8
    cars = spec["cars"].fields
    coded = [vocabulary(cars, cars).coded(read_conditions(example)[0]) for example in examples]
    assert {one.field for one in coded} == {"make", "sale_price", "customer_name", "priority"}
    assert {one.value for one in coded if one.field == "priority"} == {"high, urgent"}
