"""Matching: which field a column goes to, and how its numbers and dates are written."""

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from directapp.declare.fields import Field
from directapp.declare.kinds import Kind
from directapp.declare.reading import DateFormat, Manner, format_among
from directapp.declare.spec import CollectionMeta
from directapp.derive.sheet.cells import shown
from directapp.derive.sheet.layout import Table
from directapp.derive.sheet.words import closed_up, heading_words, plain_word
from directapp.kernel.text import in_every_language

How = Literal["name", "label", "heading", "similar"]

_CLOSE = 0.75
_NUMBERS = frozenset({Kind.INTEGER, Kind.DECIMAL, Kind.MONEY})
_DAYS = frozenset({Kind.DATE, Kind.INSTANT})
_SLASHED = re.compile(r"\s*(\d{1,2})[/-](\d{1,2})[/-](\d{2}|\d{4})\b.*")
_MONTHS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A column of a sheet and the field it goes to (None: it is left out); ``similar`` is only a guess."""

    place: int
    header: str
    field: str | None = None
    how: How | None = None


def match_columns(
    meta: CollectionMeta, header: Sequence[str], allowed: Iterable[str] | None = None
) -> tuple[Match, ...]:
    """Find the field of each column: by its name, its label in either language, what else people call it, likeness.

    ``allowed`` are the fields that may be written (default: all that can be). No field is taken twice.
    """
    fields = _fields(meta, allowed)
    found: dict[int, tuple[str, How]] = {}
    names = {closed_up(plain_word(f.name)): f.name for f in fields}
    labels = _once((text, f.name) for f in fields for text in _labels(f))
    called = _once((text, f.name) for f in fields for text in f.headings)
    ways: tuple[tuple[Mapping[str, str], How], ...] = ((names, "name"), (labels, "label"), (called, "heading"))
    for words, how in ways:
        _take(found, header, words, how)
    _guess(found, header, called | labels | names, known_words(meta, allowed))
    return tuple(
        Match(place=place, header=text, field=found[place][0], how=found[place][1])
        if place in found
        else Match(place=place, header=text)
        for place, text in enumerate(header)
    )


def known_words(meta: CollectionMeta, allowed: Iterable[str] | None = None) -> frozenset[str]:
    """Return every word by which a column may be known, as ``heading_words`` gives them."""
    fields = _fields(meta, allowed)
    return frozenset(
        closed_up(plain_word(text)) for f in fields for text in (f.name, *in_every_language(f.label), *f.headings)
    )


def _fields(meta: CollectionMeta, allowed: Iterable[str] | None) -> list[Field]:
    names = set(allowed) if allowed is not None else {f.name for f in meta.fields.values() if f.writable}
    return [f for f in meta.fields.values() if f.name in names or f.name == "id"]


def _labels(item: Field) -> Iterable[str]:
    for label in in_every_language(item.label):
        yield label
        yield f"{label} ({item.name})"


def _once(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return fields by word, words that mean several left out."""
    words: dict[str, set[str]] = {}
    for text, name in pairs:
        words.setdefault(closed_up(plain_word(text)), set()).add(name)
    return {word: next(iter(names)) for word, names in words.items() if len(names) == 1}


def _take(found: dict[int, tuple[str, How]], header: Sequence[str], known: Mapping[str, str], how: How) -> None:
    for place, text in enumerate(header):
        taken = {name for name, _ in found.values()}
        name = next((known[word] for word in heading_words(text) if known.get(word, "") not in {"", *taken}), None)
        if place not in found and name is not None:
            found[place] = (name, how)


def _guess(
    found: dict[int, tuple[str, How]], header: Sequence[str], known: Mapping[str, str], exact: frozenset[str]
) -> None:
    """Find a likely field for the columns left; a heading that plainly means a field means no other."""
    for place, text in enumerate(header):
        if place in found or not exact.isdisjoint(heading_words(text)):
            continue
        taken = {name for name, _ in found.values()}
        free = {word: name for word, name in known.items() if name not in taken}
        likely = difflib.get_close_matches(closed_up(plain_word(text)), free, n=1, cutoff=_CLOSE)
        if likely:
            found[place] = (free[likely[0]], "similar")


def keys_of(meta: CollectionMeta, names: Iterable[str]) -> tuple[str, ...]:
    """Return the fields among some that tell which record a row means: the id, what is unique, what else tells it."""
    mapped = set(names)
    unique = [u.fields[0] for u in meta.declared.unique if len(u.fields) == 1]
    told = dict.fromkeys(("id", *unique, *meta.declared.views.keys))
    return tuple(name for name in told if name in mapped)


def manner_of(meta: CollectionMeta, table: Table, columns: Mapping[str, str]) -> Manner:
    """Return how the numbers and dates of a sheet are written, as far as its own values tell."""
    numbers: set[str] = set()
    days: set[DateFormat] = set()
    for place, column in enumerate(table.columns):
        item = meta.fields.get(columns.get(column.key, ""))
        if item is None or item.kind not in _NUMBERS | _DAYS:
            continue
        texts = {line.cells[place] for line in table.lines if isinstance(line.cells[place], str)}
        if item.kind in _NUMBERS:
            numbers |= texts
        else:
            days |= {day for text in texts if (day := _days_of(shown(text))) is not None}
    return Manner(numbers=format_among(numbers), dates=days.pop() if len(days) == 1 else DateFormat.SHEET)


def _days_of(text: str) -> DateFormat | None:
    found = _SLASHED.fullmatch(text)
    if found is None or int(found[1]) > _MONTHS == int(found[2]) > _MONTHS:
        return None
    if int(found[1]) > _MONTHS:
        return DateFormat.DAY_FIRST
    return DateFormat.MONTH_FIRST if int(found[2]) > _MONTHS else None
