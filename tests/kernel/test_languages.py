"""Languages: what lies in ``locale/``, how a file is read, and which one a reader gets."""

from pathlib import Path

import pytest

from directapp.declare.fields import choices
from directapp.interfaces.web.core.render import own_names
from directapp.kernel.languages import CATALOGUES, languages, pick_language, read_catalogue
from directapp.kernel.text import _, language_names, ngettext
from support import pseudo

FILE = r"""
msgid ""
msgstr ""
"Language: pl\n"
"Language-Name: Polski\n"
"Plural-Forms: nplurals=3; plural=(n==1 ? 0 : n%10>=2 && n%10<=4 ? 1 : 2);\n"

# Said on the button.
msgctxt "verb"
msgid "Open"
msgstr "Otwórz"

msgid "A text \"of\" "
"two lines\n"
msgstr "Tekst "
"w dwóch\n"

#, fuzzy
msgid "Guessed"
msgstr "Zgadnięte"

msgid "Empty"
msgstr ""

#~ msgid "Gone"
#~ msgstr "Nie ma"

msgid "{count} car"
msgid_plural "{count} cars"
msgstr[0] "{count} auto"
msgstr[1] "{count} auta"
msgstr[2] "{count} aut"
"""


def test_a_file_is_read_without_what_is_guessed_or_empty_or_gone() -> None:
    polish = read_catalogue(FILE)
    assert polish.name == "Polski"
    assert dict(polish.messages) == {"verb\x04Open": "Otwórz", 'A text "of" two lines\n': "Tekst w dwóch\n"}
    assert dict(polish.plurals) == {"{count} car": ("{count} auto", "{count} auta", "{count} aut")}
    assert [polish.form(n) for n in (1, 2, 5, 22)] == [0, 1, 2, 1]


def test_norwegian_comes_first_and_calls_itself_so() -> None:
    assert languages()[:2] == ("nb", "en")
    assert (CATALOGUES["nb"].name, CATALOGUES["en"].name) == ("Norsk", "English")


@pytest.mark.parametrize(
    ("accept", "preferred", "language"),
    [
        (None, None, "nb"),
        ("de-DE,de", None, "nb"),
        ("en-GB,en;q=0.9", None, "en"),
        ("en;q=0.5,nn;q=0.9", None, "nb"),
        ("no,en", None, "nb"),
        ("en;q=x,nb;q=0.1", None, "nb"),
        ("nb", "en", "en"),
        ("en", "fr", "en"),
    ],
)
def test_a_preference_goes_before_the_browser_and_norwegian_is_what_is_left(
    accept: str | None, preferred: str | None, language: str
) -> None:
    assert pick_language(accept, preferred) == language


def test_a_file_is_all_that_a_further_language_needs(tmp_path: Path) -> None:
    with pseudo.added(tmp_path) as code:
        assert languages() == ("nb", "en", code)
        assert pick_language("fi-FI,fi;q=0.9") == code
        assert choices(*language_names())[-1].code == code
        assert [(n, name.pick(code)) for n, name in language_names()][-1] == (code, pseudo.NAME)
        assert _("Search").pick(code) == pseudo.stretched("Search")
        many = pseudo.stretched("{count} files").format(count=3)
        assert ngettext("1 file", "{count} files").fill(count=3).pick(code) == many
        assert own_names()[-1] == (code, pseudo.NAME)
    assert languages() == ("nb", "en")
    assert _("Search").pick(code) == "Søk"
