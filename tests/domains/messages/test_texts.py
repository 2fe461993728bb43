"""Own words: which placeholders a message has, what is refused by name, and whose words go before whose."""

from uuid import UUID

import pytest

from directapp.domains.messages.editable import COLLEAGUES, OUTWARD
from directapp.domains.messages.places import COLLEAGUE_PLACES, PLACES
from directapp.domains.messages.texts import PARTS, flaws, merged, places_in, places_of, words_of
from directapp.kernel.languages import languages
from directapp.kernel.text import verbatim

PICKUP, READY = OUTWARD["customer.pickup"], OUTWARD["customer.ready"]
SITE, OTHER = UUID(int=1), UUID(int=2)


def refusals(part: str, text: str, code: str = "customer.pickup") -> list[str]:
    return [problem.message.pick("nb") for problem in flaws(OUTWARD[code], part, text)]


def test_the_products_own_texts_hold_what_they_may() -> None:
    for entry in (*OUTWARD.values(), *COLLEAGUES.values()):
        for part in PARTS:
            text = getattr(entry, part)
            if text is not None:
                assert set(places_of(entry, part)) <= set(COLLEAGUE_PLACES if entry.code in COLLEAGUES else PLACES)
                assert [p for one in languages() for p in flaws(entry, part, text.pick(one))] == []


def test_unknown_placeholders_are_refused_by_name() -> None:
    (said,) = refusals("body", "Hei {first}. {kunde} venter.")
    assert said.startswith("{kunde} finnes ikke i denne meldingen.")
    assert "{first}" in said
    assert len(refusals("body", "{en} {to} {tre}")) == 3
    # A letter has a button; the address itself stands in text messages alone.
    assert refusals("body", "{link}")[0].startswith("{link} finnes ikke")
    assert refusals("sms", "Hei {first}! {link}") == []
    assert refusals("subject", "Bilen {model} er klar") == []


@pytest.mark.parametrize(
    "text", ["{first", "first}", "{}", "{0.__class__}", "{first!r}", "{first:>9999999}", "{first.real}"]
)
def test_what_is_more_than_a_placeholder_is_refused(text: str) -> None:
    assert len(refusals("body", text)) == 1


def test_a_text_message_leads_to_the_page() -> None:
    assert refusals("sms", "Hei {first}!") == ["SMS-en må inneholde {link}: uten den finner ingen siden."]
    assert refusals("sms", "Hei", "customer.ready") == ["Denne meldingen sendes ikke på SMS."]


def test_a_sites_words_go_before_the_companys_part_by_part() -> None:
    company = {"dealership": None, "subject": "Konsern", "body": "Konsern", "sms": None}
    site = {"dealership": SITE, "subject": None, "body": "Sted", "sms": None}
    assert merged([site, company], SITE) == {"subject": "Konsern", "body": "Sted"}
    assert merged([site, company], OTHER) == {"subject": "Konsern", "body": "Konsern"}
    assert merged([site, company], None) == {"subject": "Konsern", "body": "Konsern"}


def test_own_words_are_filled_and_the_rest_is_the_products() -> None:
    fills = {name: verbatim(f"<{name}>") for name in PLACES}
    assert words_of(PICKUP, "sms", {"sms": "Kom, {first}: {link}"}, fills, "nb") == "Kom, <first>: <link>"
    assert words_of(READY, "subject", {"body": "x"}, fills, "en") == "Your <model> is prepared"


def test_braces_that_are_doubled_are_braces() -> None:
    assert places_in("{{first}}") == frozenset()
