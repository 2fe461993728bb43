"""Search words: how values and questions are folded and cut, so that what is typed finds what is meant.

Letters are compared without case and accents, and as Norwegians write them where a letter is missing: å as aa, ø and ö
as oe, æ and ä as ae, ü as ue, each also as the plain vowel. Words are found by their beginning; one that is a single
letter or digit is found whole.
"""

import re
import unicodedata
from collections.abc import Container, Mapping
from typing import Any

from directapp.declare.fields import Field
from directapp.declare.kinds import Kind
from directapp.declare.spec import CollectionMeta

# A searched word: ranges of tokens, from the first until before the second, any of which will do. None finds nothing.
Word = tuple[tuple[str, str], ...]

# Whoever changes how values are cut changes this too: stored tokens are then made anew.
VERSION = "2"

_LETTERS = str.maketrans({"æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "ŋ": "n", "ł": "l", "þ": "th"})
_PART = re.compile(r"[^\W_]+")
_TWO_FOR_ONE = re.compile(r"a[ae]|oe|ue")
_PHONE = re.compile(r"(?:00)?47(?:0(?=\d{8}$))?|00")
# What a scanner sends before a code: the symbology's name, and the I that marks a VIN.
_SYMBOLOGY = re.compile(r"^\s*\*?\][A-Za-z]\w")
_MARKED_VIN = re.compile(r"i[a-hj-npr-z0-9]{17}")
_LONGEST = 40
_LONGEST_QUESTION = 400
_TAIL = 6
_SHORTEST_PHONE = 8
_MOST_WORDS = 6
_AFTER_ALL = "\U0010ffff"


def _chunks(text: str) -> list[list[str]]:
    """Return the words of a text without case and accents, those without space between them together."""
    plain = unicodedata.normalize("NFKD", text.casefold().translate(_LETTERS))
    bare = "".join(c for c in plain if not unicodedata.combining(c)).casefold()
    return [parts for chunk in bare.split() if (parts := _PART.findall(chunk))]


def folded(text: str) -> str:
    """Return the words of a text as they are compared: without case, accents and signs."""
    return " ".join(_squeezed(word) for parts in _chunks(text) for word in parts)


def _squeezed(word: str) -> str:
    """Return a word with one letter where two stand for one."""
    return _TWO_FOR_ONE.sub(lambda m: m[0][0], word)


def tokens_of(field: Field, value: Any) -> set[str]:
    """Return what a value is found by: its words, those that belong together as one, and the tails of long codes."""
    if value is None:
        return set()
    if field.kind is Kind.PHONE:
        digits = "".join(_PART.findall(str(value)))
        return {digits, _PHONE.sub("", digits, count=1)} if str(value).startswith("+47") else {digits}
    found = _chunks(" ".join(map(str, value)) if isinstance(value, list) else str(value))
    # In a code two letters are two: AA 12345 is not A 12345.
    chunks = [[w if any(c.isdigit() for c in w) else _squeezed(w) for w in parts] for parts in found]
    words = {word for parts in chunks for word in parts}
    joined = {"".join(parts) for parts in chunks} | {"".join(word for parts in chunks for word in parts)}
    tails = {w[-_TAIL:] for w in words if len(w) > _TAIL + 2 and any(c.isdigit() for c in w)}
    return {word[:_LONGEST] for word in words | joined | tails if word}


def tokens_in(meta: CollectionMeta, row: Mapping[str, Any], changed: Container[str]) -> dict[str, set[str]]:
    """Return the tokens of those searchable fields of a row that have changed."""
    return {f.name: tokens_of(f, row.get(f.name)) for f in meta.searchable if f.name in changed}


def question_words(text: str | None) -> tuple[Word, ...]:
    """Return the words of a question: none of an empty one, one that finds nothing of signs alone."""
    if text is None or not text.strip():
        return ()
    units: list[str] = []
    for parts in _chunks(_SYMBOLOGY.sub("", text[:_LONGEST_QUESTION])):
        # ID.4 is one word and not a 4 that stands somewhere.
        units += ["".join(parts)] if len(parts) > 1 and min(map(len, parts)) == 1 else parts
    if not units:
        return ((),)
    asked = range(min(len(units), _MOST_WORDS))
    return tuple(dict.fromkeys(_ranges(_alternatives(units, place), units[place]) for place in asked))


def _alternatives(units: list[str], place: int) -> list[str]:
    """Return how a word may be written: alone, with its neighbours, or as part of one long code or number."""
    unit = units[place]
    found = [unit, "".join(units), *("".join(units[i : i + 2]) for i in (place - 1, place) if 0 <= i < len(units) - 1)]
    if _MARKED_VIN.fullmatch(unit):
        found.append(unit[1:])
    if unit.isdigit():
        first = next(i for i in range(place, -1, -1) if i == 0 or not units[i - 1].isdigit())
        last = next(i for i in range(place, len(units)) if i + 1 == len(units) or not units[i + 1].isdigit())
        run = "".join(units[first : last + 1])
        found += [run, _PHONE.sub("", run, count=1)] if len(run) > _SHORTEST_PHONE and _PHONE.match(run) else [run]
    return [word[:_LONGEST] for word in found]


def _ranges(words: list[str], alone: str) -> Word:
    found: dict[str, str] = {}
    for word in words:
        for spelling in (word, _squeezed(word)):
            if len(spelling) > 1:
                found[spelling] = spelling + _AFTER_ALL
    if len(alone) == 1:
        found[alone] = alone + "\x01"
    return tuple(found.items())
