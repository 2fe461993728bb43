"""Letters as mail programs answer them: what is quoted is cut, what the vendor wrote stays."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from directapp.domains.messages.quoted import own_words, plain_words

QUOTED = "Hei Lakk og Lim,\n\nVi ønsker hjelp med dette: «Lakkere støtfanger».\nSvar FERDIG, PRIS 4500 eller FORSINKET."

US = "DirectApp <x@da.example.test>"
MARKED = "\n".join(f"> {line}" for line in QUOTED.split("\n"))
LETTERS = {
    "gmail in English": f"PRIS 4500\n\nOn Tue, 24 Nov 2026 at 13:00, {US} wrote:\n{MARKED}",
    "gmail in Norwegian": f"PRIS 4500\n\nDen tir. 24. nov. 2026 kl. 13:00 skrev {US}:\n\n{QUOTED}",
    "gmail without «den»": f"PRIS 4500\r\n\r\n24. nov. 2026 kl. 13:00 skrev {US}:\r\n\r\n{QUOTED}",
    "gmail with the weekday": f"PRIS 4500\n\ntir. 24. nov. 2026 kl. 13:00 skrev {US}:\n\n{QUOTED}",
    "broken over lines": "PRIS 4500\n\nOn Tue, 24 Nov 2026 at 13:00, DirectApp\n"
    f"<svar+abcdefghijklmnopqrstuvwxyz@inn.example.test>\nwrote:\n\n{QUOTED}",
    "outlook in Norwegian": f"PRIS 4500\n\nFra: {US}\nSendt: tirsdag 24. november 2026 13:00\n"
    f"Til: Lakk <lakk@example.test>\nEmne: Oppdrag fra Audi\n\n{QUOTED}",
    "outlook in English": f"PRIS 4500\n\n________________________________\nFrom: {US}\n"
    f"Sent: Tuesday\nTo: Lakk\nSubject: Work\n\n{QUOTED}",
    "old outlook": f"PRIS 4500\n\n-----Original Message-----\nFrom: DirectApp\n{QUOTED}",
    "old outlook in Norwegian": f"PRIS 4500\n\n-----Opprinnelig melding-----\nFra: DirectApp\n{QUOTED}",
    "apple mail": f"PRIS 4500\n\n> Den 24. nov. 2026 kl. 13:00 skrev {US}:\n>\n{MARKED}",
    "bold heads": f"PRIS 4500\n\n*Fra:* {US}\n*Dato:* 24. november\n*Til:* Lakk\n\n{QUOTED}",
}


@pytest.mark.parametrize("name", LETTERS)
def test_only_what_the_vendor_wrote_is_left(name: str) -> None:
    assert own_words(LETTERS[name]) == "PRIS 4500"


def test_words_between_quoted_lines_are_kept() -> None:
    assert own_words("> Når blir den klar?\nFredag.\n> Og prisen?\n4500 kr") == "Fredag.\n4500 kr"


@pytest.mark.parametrize(
    "text",
    [
        "Fra: verkstedet har vi fått nye deler",
        "Den er ferdig",
        "On Friday it is ready",
        "Ferdig.\n\nFra nå av ring Per",
        "Kunden skrev at bilen er ripet:\nhva gjør vi?",
    ],
)
def test_words_that_only_look_like_a_head_are_kept(text: str) -> None:
    assert own_words(text) == text


def test_a_page_becomes_its_words_without_what_it_quotes() -> None:
    page = (
        "<html><head><title>x</title><style>p{color:red}</style></head><body><div>PRIS&nbsp;4500<br>Mvh Ola</div>"
        '<div class="gmail_quote"><div>On Tue wrote:</div><blockquote>FERDIG</blockquote></div>'
        "<script>alert(1)</script></body></html>"
    )
    assert plain_words(page) == "PRIS 4500\nMvh Ola"
    assert plain_words('<p>Ferdig</p><div id="divRplyFwdMsg"><b>Fra:</b> x<br>PRIS 1</div>') == "Ferdig"
    assert plain_words("<p>Ferdig<p>Takk") == "Ferdig\nTakk"


@given(st.text(max_size=400))
def test_whatever_comes_is_cut_and_never_added_to(text: str) -> None:
    kept = own_words(text)
    assert len(kept) <= len(text)
    assert own_words(kept) == kept
    plain_words(text)


@given(st.text(alphabet="abcæøå 123.\n", max_size=120))
def test_plain_sentences_stay_whole(text: str) -> None:
    assert own_words(text).split() == text.split()
