"""Text: told in the reader's language, whether it is said now or was stored."""

import pickle
from datetime import UTC, date, datetime

import orjson
import pytest

from directapp.kernel.dates import clock_text, day_text, short_day_text
from directapp.kernel.languages import CATALOGUES
from directapp.kernel.money import amount_text
from directapp.kernel.text import (
    MARK,
    Name,
    Number,
    Text,
    Within,
    _,
    in_language,
    join,
    listed,
    name_of,
    ngettext,
    pgettext,
    text_of,
    verbatim,
)

REQUIRED = _("{label} is required.")
HOURS = ngettext("{count} hour", "{count} hours")


def test_the_id_is_the_english_and_the_catalogue_has_the_rest() -> None:
    assert (_("Search").pick("en"), _("Search").pick("nb")) == ("Search", "Søk")
    assert pgettext("car type", "New").pick("nb") == "Nybil"
    assert _("New").pick("nb") == "Ny"
    # Who reads a language that there is no file for reads Norwegian; a text without an entry stands in English.
    assert _("Search").pick("fr") == "Søk"
    assert _("No catalogue has this.").pick("nb") == "No catalogue has this."


def test_places_are_filled_and_a_text_in_them_is_told_in_the_same_language() -> None:
    filled = REQUIRED.fill(label=_("Plan"))
    assert (filled.english, filled.pick("nb")) == ("Plan is required.", "Plan må fylles ut.")
    assert REQUIRED.fill(label="{none}").english == "{none} is required."
    assert REQUIRED.english == "{label} is required."
    assert REQUIRED.fill().fill(label="A").english == "A is required."


@pytest.mark.parametrize(
    ("count", "nb", "en"),
    [
        (0, "0 timer", "0 hours"),
        (1, "1 time", "1 hour"),
        (Number("1"), "1 time", "1 hour"),
        (Number("1.5"), "1,5 timer", "1.5 hours"),
        (Number("1,000"), "1\u00a0000 timer", "1,000 hours"),
        ("10 000+", "10 000+ timer", "10 000+ hours"),
    ],
)
def test_a_count_takes_its_form(count: object, nb: str, en: str) -> None:
    assert (HOURS.fill(count=count).pick("nb"), HOURS.fill(count=count).english) == (nb, en)
    if not isinstance(count, Number):
        assert HOURS.pick("nb").format(count=count) == nb


def test_several_texts_stand_one_after_the_other() -> None:
    three = [verbatim("a"), verbatim("b"), verbatim("c")]
    assert (listed(three).english, listed(three).pick("nb")) == ("a, b and c", "a, b og c")
    assert (listed(three[:2]).pick("nb"), listed(three[:1]).pick("nb"), listed([]).pick("nb")) == ("a og b", "a", "")
    assert join([three[0], verbatim(""), three[1]]).english == "a b"


def test_a_name_is_data_in_the_languages_that_it_has_columns_for() -> None:
    both = name_of({"name_nb": "Mekanisk", "name_en": "Mechanical", "named": "x"})
    assert [both.pick(code) for code in ("nb", "en", "fi")] == ["Mekanisk", "Mechanical", "Mechanical"]
    assert name_of({"name_nb": "Mekanisk", "name_en": None}).pick("en") == "Mekanisk"
    assert Within(both).english == "mechanical"


def test_amounts_and_days_are_written_as_a_language_does() -> None:
    assert (amount_text("5000.5").pick("nb"), amount_text("5000.5").english) == (
        "5\u00a0000,50\u00a0kr",
        "5,000.50\u00a0kr",
    )
    day = date(2026, 9, 3)
    assert (day_text(day).pick("nb"), day_text(day).english) == ("torsdag 3. september", "Thursday 3 September")
    assert (short_day_text(day).pick("nb"), short_day_text(day).english) == ("tor. 3. sep.", "Thu 3 Sept")
    noon = datetime(2026, 1, 5, 11, 5, tzinfo=UTC)
    assert (clock_text(noon).pick("nb"), clock_text(noon).english) == ("12.05", "12:05")


STORED = [
    _("Search"),
    pgettext("car type", "New"),
    HOURS.fill(count=Number("1.5")),
    REQUIRED.fill(label=pgettext("car type", "New")),
    join([REQUIRED.fill(label="Navn"), verbatim("x")], "; "),
    listed([_("Search"), _("Plan")]),
    Name((("nb", "Mekanisk"), ("en", "Mechanical"))),
    Within(_("Search")),
    amount_text(5000),
]


@pytest.mark.parametrize("text", STORED, ids=lambda text: text.english)
def test_a_stored_text_is_told_in_its_readers_language(text: Text) -> None:
    kept = text.stored()
    assert kept.startswith(MARK)
    for language in ("nb", "en"):
        assert in_language(kept, language) == text.pick(language)
        whole = {"why": [kept, 1, "as it stands"]}
        assert in_language(whole, language) == {"why": [text.pick(language), 1, "as it stands"]}
    assert pickle.loads(pickle.dumps(text)) == text  # noqa: S301 - errors travel between our own processes


def test_what_was_stored_as_words_is_shown_as_it_stands() -> None:
    assert verbatim("Ripe i lakk").stored() == "Ripe i lakk"
    assert in_language("Nei. / No.", "en") == "Nei. / No."
    assert text_of(None).english == ""
    assert in_language(MARK + "broken", "nb") == "{broken"


@pytest.mark.parametrize("place", ["{a:>999999999}", "{a.__class__}", "{a[0]}", "{a!r}"])
def test_a_stored_text_asks_for_plain_places_only(place: str) -> None:
    kept = MARK[0] + orjson.dumps({"text": f"x {place}", "values": {"a": "1"}}).decode()
    assert in_language(kept, "nb") == f"x {place}"


def test_the_catalogue_has_both_forms_of_each_count() -> None:
    assert all(len(forms) == 2 for forms in CATALOGUES["nb"].plurals.values())
