"""A third language made from the catalogue: every text in brackets, with accents, at 1.4 times its length."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache, lru_cache
from html import unescape
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


# Our templates escape what stands in an attribute: a tag ends at its first sign for that.
_TAG = re.compile(r"<(/?)([a-zA-Z][\w-]*)([^>]*)>|<!--.*?-->|<![^>]*>", re.DOTALL)
_ATTRIBUTE = re.compile(r"""([\w:-]+)(?:="([^"]*)"|='([^']*)')?""")
_SPOKEN = ("title", "aria-label", "placeholder", "alt")
_SILENT = frozenset({"script", "style", "svg"})
_BRACKETS = re.compile(f"{_OPEN}[^{_OPEN}{_SHUT}]*{_SHUT}")


def _shown(html: str) -> Iterator[str]:
    """Give what a page shows or says to screen readers."""
    silent, at = 0, 0
    for tag in _TAG.finditer(html):
        if not silent and tag.start() > at:
            yield html[at : tag.start()]
        at = tag.end()
        shut, name, attributes = tag[1], tag[2], tag[3]
        if name in _SILENT:
            silent += -1 if shut else 1
        elif name and not shut:
            yield from _spoken(name, attributes)
    yield html[at:]


@lru_cache(10_000)
def _spoken(tag: str, attributes: str) -> tuple[str, ...]:
    given = {found[1]: found[2] or found[3] or "" for found in _ATTRIBUTE.finditer(attributes)}
    # What somebody typed, and the languages' own names, are data.
    if given.get("lang"):
        return ()
    names = (*_SPOKEN, "value") if tag == "input" and given.get("type") in {"submit", "button"} else _SPOKEN
    return tuple(given[name] for name in names if given.get(name))


def untranslated(html: str, data: set[str]) -> set[str]:
    """Return the words of a page that stand outside the brackets of the third language, and are no data."""
    found = {word for text in _shown(html) for word in _words_outside(text)}
    return {word for word in found if word.casefold() not in data and word.casefold() not in _SIGNS}


@lru_cache(50_000)
def _words_outside(text: str) -> frozenset[str]:
    words = re.findall(r"\w{3,}", _outside(unescape(text)))
    return frozenset(word for word in words if not re.search(r"[\d_]", word))


def _outside(text: str) -> str:
    """Return what stands outside brackets; a value filled in within them is told by its own text."""
    while (less := _BRACKETS.sub(" ", text)) != text:
        text = less
    # A text that was cut short ends without its bracket.
    return text.partition(_OPEN)[0].replace(_SHUT, " ")
