"""What the glossary promises: no text and no page holds a word under "Never", but for those that it names."""

import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

TOP = Path(__file__).parents[2]
GLOSSARY = (TOP / "docs/glossary.md").read_text()
NORWEGIAN = TOP / "locale/nb/LC_MESSAGES/directapp.po"
PAGES = sorted((TOP / "src/directapp").rglob("templates/**/*.html"))
_ENDINGS = r"(?:[sne]|en|et|er|ene|ens|ers|[’']s)?"
_CODE = re.compile(r"\{[{%#].*?[}%#]\}|<[^>]*>", re.DOTALL)


def tables(column: str) -> Iterator[dict[str, str]]:
    """Return the rows of the tables that have a column, by heading."""
    heads: list[str] = []
    for line in GLOSSARY.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")] if line.startswith("|") else []
        if not cells or not heads:
            heads = cells
        elif column in heads and not line.startswith("| ---"):
            yield dict(zip(heads, cells, strict=True))


WORDS = [word.strip() for row in tables("Never") for word in re.split("[,;]", row["Never"]) if word.strip()]
ALLOWED = {row["Text"] for row in tables("Text")}


def never(language: str) -> re.Pattern[str]:
    """Return what finds the words of a language that are never used, whatever their ending."""
    words = [re.escape(word) for word in WORDS if word[0].isupper() == (language == "nb")]
    return re.compile(rf"(?<!\w)(?:{'|'.join(words)}){_ENDINGS}(?!\w)", re.IGNORECASE)


def texts() -> Iterator[tuple[str, str, str]]:
    """Return the English of each text, which is its id, its forms and its Norwegian forms."""
    for message in read_po(BytesIO(NORWEGIAN.read_bytes()), locale="nb"):
        if message.id:
            english, norwegian = ((m,) if isinstance(m, str) else m for m in (message.id, message.string))
            yield english[0], "\n".join(english), "\n".join(norwegian)


def misused(language: str) -> list[str]:
    """Return the texts that hold a word of a language that is never used."""
    pattern = never(language)
    return [name for name, english, told in texts() if pattern.search(told if language == "nb" else english)]


def test_the_words_are_read_and_found_with_their_endings() -> None:
    assert {"Forhandler", "dealership", "Mekanisk", "Utsatt"} <= set(WORDS)
    for wrong in ("Velg forhandleren", "Mekaniske arbeider", "tekstmeldinger", "Utsatt"):
        assert never("nb").search(wrong), wrong
    assert not never("nb").search("Planforslaget for anlegget")
    assert never("en").search("The dealership’s name")


@pytest.mark.parametrize("language", ["nb", "en"])
def test_no_text_holds_a_word_that_is_never_used(language: str) -> None:
    assert set(misused(language)) - ALLOWED == set()


def test_each_text_that_is_let_through_is_there_and_needs_it() -> None:
    assert {*misused("nb"), *misused("en")} >= ALLOWED


def test_no_page_holds_a_word_that_is_never_used() -> None:
    assert PAGES
    found = {
        f"{page.name}: {hit}"
        for page in PAGES
        for language in ("nb", "en")
        for hit in never(language).findall(_CODE.sub(" ", page.read_text()))
    }
    assert found == set()
