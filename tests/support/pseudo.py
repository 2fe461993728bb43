"""A third language made from the catalogue: every text in brackets, with accents, at 1.4 times its length."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path

from babel.core import Locale
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po, write_po

from directapp.app import translations
from directapp.kernel import languages

# Real to Babel, which writes days and numbers in it.
CODE, NAME = "fi", "Pseudo"
_LONGER = 1.4
_ACCENTED = str.maketrans("aeiouyAEIOUYcnsz", "àéîõüýÀÉÎÕÜÝçñšž")
_VOWELS = re.compile("[àéîõüý]", re.IGNORECASE)
_PLACES = re.compile(r"(\{\w*\}|\{\{|\}\})")
_OPEN, _SHUT = "⟦", "⟧"
# Signs of units are the same in every language.
_SIGNS = frozenset({"kwh"})
# What stands in them is no text to read: the pattern of a date, the signs of a number.
_NO_TEXT = re.compile(r"^pattern |of a number$")
_HEADER = f"""msgid ""
msgstr ""
"Language: {CODE}\\n"
"Language-Name: {NAME}\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"
"""


def stretched(text: str) -> str:
    """Return a text as the third language has it: its places stay as they are."""
    said = "".join(_longer(part) if n % 2 == 0 else part for n, part in enumerate(_PLACES.split(text)))
    return f"{_OPEN}{said}{_SHUT}"


def _longer(part: str) -> str:
    accented = part.translate(_ACCENTED)
    while len(accented) < len(part) * _LONGER and _VOWELS.search(accented):
        accented = _VOWELS.sub(lambda vowel: vowel[0] * 2, accented, count=round(len(part) * _LONGER) - len(accented))
    return accented


@cache
def catalogue() -> str:
    """Return the third language's ``.po`` file."""
    (path,) = translations.files()
    made = Catalog(locale=CODE)
    for message in read_po(BytesIO(path.read_bytes()), locale="nb"):
        if message.id:
            made.add(message.id, _said(message), context=message.context)
    written = BytesIO()
    write_po(written, made, omit_header=True)
    return f"{_HEADER}\n{written.getvalue().decode()}"


def _said(message: Message) -> str | tuple[str, ...]:
    if _NO_TEXT.search(message.context or ""):
        return str(message.id)
    return stretched(message.id) if isinstance(message.id, str) else tuple(stretched(form) for form in message.id)


def words_of_dates() -> set[str]:
    """Return what Babel calls days and months in the third language."""
    names = (
        found[kind][width]
        for found in (Locale(CODE).days, Locale(CODE).months)
        for kind in ("format", "stand-alone")
        for width in ("wide", "abbreviated")
    )
    return {word.rstrip(".").casefold() for name in names for word in name.values()}


@contextmanager
def added(folder: Path) -> Iterator[str]:
    """Add the third language as a file, and nothing but a file; its code is given."""
    file = folder / CODE / "LC_MESSAGES" / "directapp.po"
    file.parent.mkdir(parents=True)
    file.write_text(catalogue(), encoding="utf-8")
    before = languages._PLACES
    languages._PLACES = (*before, folder)
    languages._files.cache_clear()
    try:
        yield CODE
    finally:
        languages._PLACES = before
        languages._files.cache_clear()
        languages.CATALOGUES.pop(CODE, None)


class _Shown(HTMLParser):
    """What a page shows or says to screen readers."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in {"script", "style", "svg"}:
            self._silent += 1
        given = dict(attrs)
        # What somebody typed, and the languages' own names, are data.
        if given.get("lang"):
            return
        self.texts += [given[name] or "" for name in ("title", "aria-label", "placeholder", "alt") if given.get(name)]
        if tag == "input" and given.get("type") in {"submit", "button"}:
            self.texts.append(given.get("value") or "")

    def handle_endtag(self, tag: str) -> None:
        if tag in {"script", "style", "svg"}:
            self._silent -= 1

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.texts.append(data)


def untranslated(html: str, data: set[str]) -> set[str]:
    """Return the words of a page that stand outside the brackets of the third language, and are no data."""
    shown = _Shown()
    shown.feed(html)
    return {
        word
        for text in shown.texts
        for word in re.findall(r"\w{3,}", _outside(text))
        if not re.search(r"[\d_]", word) and word.casefold() not in data | _SIGNS
    }


def _outside(text: str) -> str:
    """Return what stands outside brackets; a value filled in within them is told by its own text."""
    depth, kept = 0, []
    for sign in text:
        depth += (sign == _OPEN) - (sign == _SHUT)
        kept.append(" " if depth or sign == _SHUT else sign)
    return "".join(kept)
