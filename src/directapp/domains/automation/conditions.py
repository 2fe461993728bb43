"""Conditions: the filter of a rule, one comparison a line, all of which must hold. Pure.

``make = Audi``, ``sale_price > 500000``, ``customer_name er tom``, ``car.priority er en av high, urgent``.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from directapp.declare.kinds import BadValueError

_MOST_LINES = 10
_WORDS = {
    "er ikke tom": "filled",
    "is not empty": "filled",
    "er tom": "empty",
    "is empty": "empty",
    "er ikke en av": "not in",
    "is not one of": "not in",
    "er en av": "in",
    "is one of": "in",
    "inneholder": "has",
    "contains": "has",
    "er ikke": "!=",
    "is not": "!=",
    "er": "=",
    "is": "=",
    ">=": ">=",
    "<=": "<=",
    "!=": "!=",
    "=": "=",
    ">": ">",
    "<": "<",
}
_ALONE = {"filled", "empty"}
_SPELT = "|".join(re.escape(w) for w in _WORDS if w[0].isalpha())
_SIGNS = "|".join(re.escape(w) for w in _WORDS if not w[0].isalpha())
_LINE = re.compile(
    rf"^(?P<field>[a-z_]+(?:\.[a-z_]+)?)(?:\s+(?P<spelt>{_SPELT})(?=\s|$)|\s*(?P<sign>{_SIGNS}))(?P<value>.*)$"
)
_TRUE, _FALSE = {"ja", "yes", "true"}, {"nei", "no", "false"}


@dataclass(frozen=True, slots=True)
class Condition:
    """One comparison of a field with a value."""

    field: str
    word: str
    value: str


def read_conditions(text: str) -> list[Condition]:
    """Understand a filter.

    Raises:
        BadValueError: a line that cannot be understood, named by its number.

    """
    lines = [(number, line.strip()) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
    if len(lines) > _MOST_LINES:
        raise BadValueError(f"Høyst {_MOST_LINES} linjer.", f"At most {_MOST_LINES} lines.")
    return [_read(number, line) for number, line in lines]


def _read(number: int, line: str) -> Condition:
    found = _LINE.match(line)
    word = _WORDS[found["spelt"] or found["sign"]] if found else ""
    value = found["value"].strip() if found else ""
    if found is None or (word in _ALONE) == bool(value):
        raise BadValueError(
            f"Linje {number} kan ikke leses. Skriv for eksempel «make = Audi» eller «customer_name er tom».",
            f"Line {number} cannot be read. Write for instance “make = Audi” or “customer_name is empty”.",
        )
    return Condition(found["field"], word, value)


def normal(text: str) -> str:
    """Check a filter and return it tidied: the parse function of its field."""
    read_conditions(text)
    return "\n".join(line.strip() for line in text.splitlines() if line.strip())


def unknown(conditions: list[Condition], row: Mapping[str, Any]) -> list[str]:
    """Return the fields that a record does not have."""
    return [c.field for c in conditions if c.field not in row]


def holds(conditions: list[Condition], row: Mapping[str, Any]) -> bool:
    """Whether every comparison holds for a record; a field that it does not have holds for nothing."""
    return all(c.field in row and _holds(c, row[c.field]) for c in conditions)


def _holds(condition: Condition, value: Any) -> bool:  # noqa: PLR0911 - one case a word
    empty = value is None or value in ("", [])
    match condition.word:
        case "empty":
            return empty
        case "filled":
            return not empty
        case "in" | "not in":
            among = any(_same(value, one.strip()) for one in condition.value.split(","))
            return among == (condition.word == "in")
        case "has":
            return not empty and condition.value.casefold() in _words(value)
        case "=":
            return _same(value, condition.value)
        case "!=":
            return not _same(value, condition.value)
        case _:
            return not empty and _ordered(condition.word, value, condition.value)


def _words(value: Any) -> str:
    return ", ".join(str(v) for v in value).casefold() if isinstance(value, list) else str(value).casefold()


def _same(value: Any, text: str) -> bool:
    if isinstance(value, bool):
        return text.casefold() in (_TRUE if value else _FALSE)
    if isinstance(value, list):
        return any(_same(one, text) for one in value)
    if isinstance(value, int | float | Decimal):
        number = _number(text)
        return number is not None and Decimal(str(value)) == number
    if isinstance(value, datetime):
        return value.date().isoformat() == text
    return value is not None and str(value).casefold() == text.casefold()


def _ordered(word: str, value: Any, text: str) -> bool:
    left: Any
    right: Any
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        left, right = Decimal(str(value)), _number(text)
    elif isinstance(value, date):
        left, right = (value.date() if isinstance(value, datetime) else value).isoformat(), text
    else:
        left, right = str(value).casefold(), text.casefold()
    if right is None:
        return False
    return bool({"<": left < right, ">": left > right, "<=": left <= right, ">=": left >= right}[word])


def _number(text: str) -> Decimal | None:
    try:
        return Decimal(text.replace(" ", "").replace(",", "."))
    except InvalidOperation:
        return None
