"""Search words: how values and questions are cut into comparable beginnings."""

import re
from collections.abc import Container, Mapping
from typing import Any

from directapp.declare.fields import Field
from directapp.declare.kinds import Kind
from directapp.declare.spec import Shape

_WORD = re.compile(r"[0-9a-zæøåäöüéèáàóòšžčđŋ]+")
_LONGEST = 40
_SHORTEST = 2
_MOST_WORDS = 6


def words_of(text: str) -> list[str]:
    """Return the lower-case words of a text, in order, each at most forty characters."""
    return [w[:_LONGEST] for w in _WORD.findall(text.lower())]


def tokens_of(field: Field, value: Any) -> set[str]:
    """Return what a value is found by: its words, and for codes also their last six characters."""
    if value is None:
        return set()
    words = set(words_of(" ".join(map(str, value)) if isinstance(value, list) else str(value)))
    if field.kind is Kind.PHONE:
        digits = str(value).removeprefix("+47").removeprefix("+")
        return {digits, str(value).removeprefix("+")}
    tails = {w[-6:] for w in words if len(w) > 8 and any(c.isdigit() for c in w)}  # noqa: PLR2004 - a VIN's tail
    joined = "".join(words_of(str(value)))[:_LONGEST]
    return words | tails | ({joined} if joined else set())


def question_words(text: str) -> tuple[str, ...]:
    """Return the words of a question that are long enough to ask for, at most six."""
    return tuple(w for w in dict.fromkeys(words_of(text)) if len(w) >= _SHORTEST)[:_MOST_WORDS]


def tokens_in(shape: Shape, row: Mapping[str, Any], changed: Container[str]) -> dict[str, set[str]]:
    """Return the tokens of those searchable fields of a row that have changed."""
    return {f.name: tokens_of(f, row.get(f.name)) for f in shape.searchable if f.name in changed}
