"""The small language of a rule's filter."""

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from directapp.app.spec import load_spec
from directapp.declare.fields import Field, choices, field
from directapp.declare.kinds import BadValueError, Kind
from directapp.domains.automation.conditions import holds, normal, read_conditions, vocabulary
from support.text import bilingual

PRIORITIES = choices(
    ("low", bilingual("Lav", "Low")), ("high", bilingual("Høy", "High")), ("urgent", bilingual("Haster", "Urgent"))
)
FIELDS: dict[str, Field] = {
    one.name: one
    for one in (
        field("make", bilingual("Merke", "Make")),
        field("mileage", bilingual("Kilometerstand", "Mileage"), Kind.INTEGER),
        field("price", bilingual("Pris (kr)", "Price (NOK)"), Kind.MONEY),
        field("hours", bilingual("Timer", "Hours"), Kind.DECIMAL),
        field("priority", bilingual("Prioritet", "Priority"), Kind.CHOICE, choices=PRIORITIES),
        field("customer_name", bilingual("Kundens navn", "Customer name")),
        field(
            "language",
            bilingual("Kundens språk", "Customer’s language"),
            Kind.CHOICE,
            choices=choices(("en", bilingual("Engelsk", "E"))),
        ),
        field("notes", bilingual("Selgers notat", "Seller's notes"), Kind.TEXT),
        field("delivered", bilingual("Er levert", "Is delivered"), Kind.BOOLEAN),
        field("phone", bilingual("Telefon", "Phone"), Kind.PHONE),
        field(
            "brands",
            bilingual("Merker", "Brands"),
            Kind.CHOICES,
            choices=choices(("Audi", bilingual("Audi", "Audi")), ("VW", bilingual("VW", "VW"))),
        ),
        field("promised", bilingual("Lovet levering", "Promised delivery"), Kind.DATE),
        field("arrived", bilingual("Ankommet", "Arrived"), Kind.INSTANT),
        field("site", bilingual("Forhandler", "Dealership"), Kind.REF, ref="dealerships"),
        field("extra", bilingual("Mer", "More"), Kind.JSON),
        field("key", bilingual("Hemmelig", "Secret"), secret=True),
        field("age", bilingual("Alder", "Age"), Kind.INTEGER, sql="1"),
        field(
            "status",
            bilingual("Status", "Status"),
            Kind.CHOICE,
            choices=choices(("new", bilingual("Ny", "New")), ("old", bilingual("Eldre", "Old"))),
        ),
    )
}
WORDS = vocabulary("things", FIELDS, FIELDS)
SITE, ELSEWHERE = UUID(int=499), UUID(int=490)
ROW: dict[str, Any] = {
    "make": "Audi",
    "mileage": 120_000,
    "price": Decimal("500000.50"),
    "hours": Decimal("2.50"),
    "priority": "high",
    "customer_name": None,
    "language": "en",
    "notes": "Ring Åse",
    "delivered": True,
    "phone": "+4791234567",
    "brands": ["Audi", "VW"],
    "promised": date(2026, 9, 1),
    # Half past midnight in Norway, the day before in UTC.
    "arrived": datetime(2026, 11, 28, 23, 30, tzinfo=UTC),
    "site": SITE,
    "from": "new",
    "to": "old",
    "car.make": "Škoda",
    "car.priority": "urgent",
}


def judged(text: str) -> bool:
    return holds(read_conditions(text, WORDS), ROW)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "make = audi",
        "Merke er Audi",
        "make is not BMW\nmileage > 100 000",
        "price <= 500 000,50",
        "Pris (kr) > 500.000",
        "Price (NOK) > 500 000",
        "Pris (kr) > 500\u00a0000 kr",
        "Pris (kr) > 500 000,-",
        "Pris (kr) er en av 1 000,50, 500 000,50",
        "hours = 2,5",
        "customer_name er tom",
        "Customer name is empty",
        "make er ikke tom",
        "priority er en av Lav, Høy",
        "Priority is not one of low, Urgent",
        "priority er ikke Haster",
        "brands inneholder Audi",
        "brands = VW",
        "Er levert = ja",
        "Is delivered is yes",
        "Seller's notes is not empty",
        "Seller’s notes contains åse",
        "Customer’s language = en",
        "Customer's language is Engelsk",
        "phone = 912 34 567",
        "Lovet levering = 01.09.2026",
        "Lovet levering = 1. sep 2026",
        "Lovet levering = 01.09.26",
        "promised >= 2026-09-01\nPromised delivery < 2.9.2026",
        "Ankommet = 29.11.2026",
        "Ankommet er 2026-11-29",
        "Ankommet > 28.11.2026",
        "arrived = 29.11.2026 kl. 00.30",
        "arrived < 29.11.2026 00:31",
        f"site = {SITE}",
        "Fra status = Ny",
        "to = old",
        "bil.Merke = Škoda",
        "Bil.Prioritet er en av Høy, Haster",
        "car.make is not Audi",
    ],
)
def test_it_holds(text: str) -> None:
    assert judged(text)


@pytest.mark.parametrize(
    "text",
    [
        "make = BMW",
        "mileage < 100000",
        "Pris (kr) > 500.001",
        "price < 349.900",
        "customer_name = tom",
        "Er levert = nei",
        "Lovet levering > 01.09.2026",
        "Lovet levering = 2. sep 2026",
        "Ankommet = 28.11.2026",
        "Ankommet < 29.11.2026",
        "arrived > 29.11.2026 kl. 00.30",
        "site = 499",
        f"site = {ELSEWHERE}",
        "make = Audi\npriority = low",
    ],
)
def test_it_does_not_hold(text: str) -> None:
    assert not judged(text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("make", "cannot be read"),
        ("make ~ Audi", "cannot be read"),
        ("= Audi", "cannot be read"),
        ("make =", "cannot be read"),
        ("make er tom nå", "cannot be read"),
        ("colour = red", "no field “colour”"),
        ("Merkee = Audi", "Did you mean “Make”"),
        ("key = a", "no field"),
        ("age > 3", "no field"),
        ("Pris (kr) > mye", "Price"),
        ("price > 1e3", "Price"),
        ("price > 500000 EUR", "Price"),
        ("mileage = 2,5", "Mileage"),
        ("hours > NaN", "Hours"),
        ("Lovet levering > snart", "Promised delivery"),
        ("promised = 31.02.2026", "Promised delivery"),
        ("promised = 2026-W01-1", "Promised delivery"),
        ("promised = 45000", "Promised delivery"),
        ("promised = 01/12/2026", "Promised delivery"),
        ("arrived = 29.11.2026 kl. 25.30", "Arrived"),
        ("Er levert = kanskje", "Is delivered"),
        ("priority = Middels", "Choose among: Low, High, Urgent"),
        ("priority er en av Lav, Middels", "“Middels” is no choice"),
        ("to = Ukjent", "Choose among: New, Old"),
        ("customer_name > a", "cannot be compared"),
        ("priority > Lav", "cannot be compared"),
        ("site > 4", "cannot be compared"),
        ("mileage inneholder 3", "cannot be compared"),
        ("extra = 1", "cannot be compared"),
        ("phone = 123", "Phone"),
    ],
)
def test_what_cannot_be_understood_is_refused_by_its_line(text: str, said: str) -> None:
    with pytest.raises(BadValueError, match="Line 2") as refused:
        read_conditions(f"make = Audi\n{text}", WORDS)
    assert said in refused.value.text.english


def test_no_more_than_ten_lines() -> None:
    with pytest.raises(BadValueError, match="At most 10"):
        normal("make = Audi\n" * 11)
    assert normal("  make = Audi \n\n priority = high\n\n") == "make = Audi\n\npriority = high"
    with pytest.raises(BadValueError, match="Line 3"):
        read_conditions("make = Audi\n\npriority = Middels", WORDS)


def test_a_field_of_the_car_is_suggested_where_the_event_is_about_something_else() -> None:
    spec = load_spec()
    words = vocabulary("work_items", spec["work_items"].fields, spec["cars"].fields)
    with pytest.raises(BadValueError) as refused:
        read_conditions("Merke = Audi", words)
    assert "Mente du «bil.Merke»?" in refused.value.text.pick("nb")


def test_of_a_car_the_word_for_the_car_may_stand_and_may_not() -> None:
    spec = load_spec()
    words = vocabulary("cars", spec["cars"].fields, spec["cars"].fields)
    for text in ("Merke = Audi", "bil.Merke = Audi", "car.make = Audi"):
        assert holds(read_conditions(text, words), {"make": "Audi"})


@pytest.mark.parametrize("name", ["cars", "work_items", "resource_bookings", "parts_orders", "car_transfers"])
def test_every_label_of_every_field_is_understood(name: str) -> None:
    spec = load_spec()
    words = vocabulary(name, spec[name].fields, spec["cars"].fields)
    fields = spec[name].fields
    assert fields
    for item in fields.values():
        for label in (item.label.pick("nb"), item.label.english, item.name) if item.stored and not item.secret else ():
            (read,) = read_conditions(f"{label} er tom", words)
            # A label that is the name of another field means that one.
            meant = fields.get(label.lower(), item)
            assert fields[read.field].label == meant.label


def test_the_examples_of_the_form_are_understood() -> None:
    spec = load_spec()
    told = spec["workflow_rules"].fields["conditions"].help
    assert told is not None
    examples = [*re.findall(r"«(.+?)»", told.pick("nb")), *re.findall(r"“(.+?)”", told.english)]
    assert len(examples) == 12
    cars = spec["cars"].fields
    read = [read_conditions(example, vocabulary("cars", cars, cars))[0] for example in examples]
    assert {one.field for one in read} == {
        "make",
        "sale_price",
        "customer_name",
        "priority",
        "delivery_date",
        "dealership",
    }


@pytest.mark.parametrize(
    "line",
    [
        "Skilt = EL 12345",
        "license_plate er en av el-12346, el-12345",
        "Skilt inneholder el 12",
        "Understellsnummer = *WVWZZZ1KZ4W000001*",
        "Ordrenummer = ord 1",
        "Kundens e-post = Kari@Example.NO",
        'Merke = "Audi"',
        "Merke er «Audi»",
        "Salgspris ≥ 349.900",
        "Salgspris ≤ 349 900",
        "Salgspris ≠ 349900,50",
    ],
)
def test_codes_and_quoted_words_are_compared_as_they_are_stored(line: str) -> None:
    fields = load_spec()["cars"].fields
    row = {
        "license_plate": "EL12345",
        "vin": "WVWZZZ1KZ4W000001",
        "order_number": "ORD1",
        "customer_email": "kari@example.no",
        "make": "Audi",
        "sale_price": Decimal(349900),
    }
    assert holds(read_conditions(line, vocabulary("cars", fields, fields)), row)
    with pytest.raises(BadValueError, match="Line 1, VIN"):
        read_conditions("Understellsnummer = 123", vocabulary("cars", fields, fields))
