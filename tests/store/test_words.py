"""What is typed finds what is meant: values and questions are cut alike."""

import pytest

from directapp.declare.fields import Field
from directapp.declare.kinds import Kind
from directapp.store.words import question_words, tokens_of
from support.text import bilingual

PLAIN = Field(name="x", label=bilingual("x", "x"))
PHONE = Field(name="p", label=bilingual("p", "p"), kind=Kind.PHONE)


def finds(asked: str, value: str, field: Field = PLAIN) -> bool:
    tokens = tokens_of(field, value)
    return all(any(low <= t < high for t in tokens for low, high in word) for word in question_words(asked))


@pytest.mark.parametrize(
    ("asked", "value"),
    [
        ("skoda", "Škoda"), ("Škoda", "Skoda"), ("SKODA", "Škoda"), ("s\u030ckoda", "Škoda"), ("škod", "SKODA"),
        ("citroen", "Citroën"), ("citroën", "Citroen"), ("cit", "Citroën"),
        ("haakon", "Håkon"), ("håkon", "Haakon"), ("hakon", "Håkon"), ("Ha\u030akon", "Haakon"), ("aas", "Åse"),
        ("bjørn", "Bjoern"), ("bjoern", "Bjørn"), ("bjorn", "Bjørn"), ("björn", "Bjørn"), ("bjo", "Bjørn"),
        ("kjær", "Kjaer"), ("kjaer", "Kjær"), ("kjär", "Kjær"), ("mueller", "Müller"), ("müller", "Mueller"),
        ("strasse", "Straße"), ("saab", "Saab"), ("saa", "Saab"), ("saab95", "Saab 9-5"), ("saab 9-5", "Saab 9-5"),
        ("иван", "Иван Петров"), ("ПЕТ", "Иван Петров"), ("李", "李"), ("Å", "Å"),
        ("ID.4", "ID.4"), ("id4", "ID.4 GTX"), ("id 4", "ID.4"), ("id.4 gtx", "ID.4 GTX"), ("ev 6", "Kia EV6"),
        ("EL 12345", "EL12345"), ("el-12345", "EL12345"), ("e l 12345", "EL12345"), ("aa 12345", "AA12345"),
        ("654321", "WVWZZZE1ZMP654321"), ("wvwzzze1z mp654321", "WVWZZZE1ZMP654321"),
        ("]C1WVWZZZE1ZMP654321", "WVWZZZE1ZMP654321"), ("IWVWZZZE1ZMP654321", "WVWZZZE1ZMP654321"),
        (" *]A0IWVWZZZE1ZMP654321*", "WVWZZZE1ZMP654321"), ("]C1EL 12345", "EL12345"), ("[C1", "C1"),
        ("o'brien", "O'Brien"), ("obrien", "O'Brien"), ("hansen olsen", "Hansen-Olsen"), ("hansenol", "Hansen-Olsen"),
        ("Kari 5", "Kari 5"), ("A", "A Hansen"), ("ola@x.no", "ola@x.no"),
    ],
)  # fmt: skip
def test_it_is_found_as_written_as_shown_and_without_its_accents(asked: str, value: str) -> None:
    assert finds(asked, value)


@pytest.mark.parametrize(
    ("asked", "value"),
    [
        ("ID.4", "ID.3"), ("id 4", "ID.3"), ("ID.4", "ID.3 4Motion"), ("A", "Audi"), ("4", "400"), ("%", "Audi"),
        ("_", "a_b"), ("!?", "Hva!?"), ("иван", "Ivan"), ("И", "Иван"), ("skodax", "Škoda"), ("kari nord", "Kari"),
        ("EL 12346", "EL12345"),
    ],
)  # fmt: skip
def test_it_is_not_found_by_what_it_is_not(asked: str, value: str) -> None:
    assert not finds(asked, value)


@pytest.mark.parametrize(
    "asked",
    ["+47 912 34 567", "912 34 567", "91234567", "91 23 45 67", "0047 91234567", "+47 (0) 91234567", "4791234567",
     "(+47) 912-34-567", "9123"],
)  # fmt: skip
def test_a_phone_is_found_however_it_is_written(asked: str) -> None:
    assert finds(asked, "+4791234567", PHONE)
    assert not finds(asked, "+4699999999", PHONE)


def test_an_empty_question_asks_nothing_and_one_of_signs_finds_nothing() -> None:
    assert question_words(None) == question_words("") == question_words("  ") == ()
    assert question_words("%") == question_words("_ !") == ((),)
