"""Questions in plain words: understood as they are meant, or refused; and only by what their person sees."""

from datetime import date

import pytest
from bench.questions import NAMES, REFUSED, TODAY, Judged, ask, judged

from directapp.app.spec import load_spec
from directapp.asking.grammar import about, understand
from directapp.asking.telling import chips_of, sentence
from directapp.derive.questions import Address, unread
from directapp.derive.shown import readable_anywhere
from directapp.kernel.actor import Actor
from directapp.kernel.ids import uuid7

RIGHT, FEWEST, TO_REFUSE = 0.85, 300, 50


def somebody(role: str) -> Actor:
    return Actor(tenant=uuid7(), user=uuid7(), name="x", roles=frozenset({role}))


@pytest.fixture(scope="module")
def results() -> list[Judged]:
    return judged()


def test_most_questions_are_understood_and_the_rest_refused(results: list[Judged]) -> None:
    assert len(results) >= FEWEST
    assert len({one.question for one in results}) == len(results)
    assert sum(one.expected == REFUSED for one in results) >= TO_REFUSE
    assert sum(one.right for one in results) >= RIGHT * len(results)
    assert [one.question for one in results if one.guessed] == []


def test_every_filter_is_one_that_the_list_reads() -> None:
    spec, admin = load_spec(), somebody("tenant_admin")
    for one in judged():
        found = ask(spec, admin, one.question)
        if found is None or not found.sure:
            continue
        readable = readable_anywhere(admin, found.meta)
        params = tuple((name, value) for name, value in found.params if value not in {"kari", "ola"} and len(value) > 3)
        told = unread(Address(f"/app/{found.meta.name}", params), found.meta, readable)
        assert told == (), one.question
        assert len(chips_of(found, "nb")) == len(found.terms)


def test_what_is_not_understood_is_said_and_nothing_is_guessed() -> None:
    found = ask(load_spec(), somebody("tenant_admin"), "forsinkede biler med blå seter")
    assert found is not None
    assert not found.sure
    assert found.unread == ["blå", "seter"]
    told = sentence(found, "nb")
    assert "Forsinket" in told
    assert "“blå”, “seter”" in told


def test_a_question_is_told_in_the_readers_language() -> None:
    found = ask(load_spec(), somebody("tenant_admin"), "brukte Audi under 200 000 kr uten skilt på 490")
    assert found is not None
    assert [(chip.label, chip.words.replace("\u00a0", " ")) for chip in chips_of(found, "nb")] == [
        ("Salgspris", "til 200 000 kr"),
        ("Skilt", "mangler"),
        ("Biltype", "Bruktbil"),
        ("Merke", "Audi"),
        ("Anlegg", "490"),
    ]
    assert sentence(found, "en").startswith("Understood as Cars; Sale price: until")


def test_who_does_not_read_a_field_cannot_ask_by_it() -> None:
    spec = load_spec()
    question = "innkjøpspris under 80 000"
    mechanic = ask(spec, somebody("mechanic"), question)
    assert mechanic is not None
    assert not mechanic.sure
    assert all("purchase_price" not in name for name, _ in mechanic.params)
    admin = ask(spec, somebody("tenant_admin"), question)
    assert admin is not None
    assert admin.params == (("purchase_price.to", "80000"),)


def test_a_question_on_a_list_is_about_that_list() -> None:
    spec, admin = load_spec(), somebody("tenant_admin")
    meta = about(spec, admin, "underveis", here="parts_orders")
    assert meta is not None
    found = understand(spec, admin, meta, "underveis", names=NAMES, today=TODAY)
    assert (found.meta.name, found.params) == ("parts_orders", (("status", "in_transit"),))


@pytest.mark.parametrize(
    ("today", "words", "first", "last"),
    [
        (date(2026, 1, 2), "i desember", "2025-12-01", "2025-12-31"),
        (date(2026, 12, 30), "i januar", "2027-01-01", "2027-01-31"),
        (date(2026, 12, 30), "neste uke", "2027-01-04", "2027-01-10"),
        (date(2026, 3, 1), "forrige måned", "2026-02-01", "2026-02-28"),
        (date(2026, 11, 25), "neste 3 dager", "2026-11-25", "2026-11-28"),
    ],
)
def test_days_turn_with_the_year(today: date, words: str, first: str, last: str) -> None:
    spec, admin = load_spec(), somebody("tenant_admin")
    found = understand(spec, admin, spec["cars"], f"lovet levering {words}", names=NAMES, today=today)
    assert dict(found.params) == {"delivery_date.from": first, "delivery_date.to": last}
