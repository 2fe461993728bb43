"""Conditions: the filter of a rule, one comparison a line, all of which must hold. Pure.

``Merke = Audi``, ``Salgspris > 500000``, ``Kundens navn er tom``, ``bil.Prioritet er en av Høy, Haster``: fields and
choices by their labels in either language, or by their codes.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from directapp.declare.fields import Field
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
    rf"^(?P<field>\w[\w .,/()-]*?)(?:\s+(?P<spelt>{_SPELT})(?=\s|$)|\s*(?P<sign>{_SIGNS}))(?P<value>.*)$"
)
_PREFIX = re.compile(r"^(?:bil|car)\.", re.IGNORECASE)
_TRUE, _FALSE = {"ja", "yes", "true"}, {"nei", "no", "false"}


@dataclass(frozen=True, slots=True)
class Condition:
    """One comparison of a field with a value."""

    field: str
    word: str
    value: str


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What people call fields and choices, casefolded, and the codes these stand for."""

    fields: Mapping[str, str]
    choices: Mapping[tuple[str, str], str]

    def coded(self, condition: Condition) -> Condition:
        """Return a condition with codes in place of labels; what is no label stays as it is."""
        field = self.fields.get(condition.field.casefold(), condition.field)
        said = [part.strip() for part in condition.value.split(",")]
        meant = [self.choices.get((field, part.casefold()), part) for part in said]
        return Condition(field, condition.word, condition.value if meant == said else ", ".join(meant))


def vocabulary(fields: Mapping[str, Field], car: Mapping[str, Field]) -> Vocabulary:
    """Return the words for a record's fields, and with ``bil.`` or ``car.`` before them for those of its car."""
    names: dict[str, str] = {}
    codes: dict[tuple[str, str], str] = {}
    for prefix, known in (("car.", car), ("", fields)):
        for name, one in known.items():
            names |= {f"{prefix}{label.casefold()}": f"{prefix}{name}" for label in (one.label.nb, one.label.en)}
            for choice in one.choices:
                labels = (choice.label.nb, choice.label.en)
                codes |= {(f"{prefix}{name}", label.casefold()): choice.code for label in labels}
        # A code is never taken for somebody else's label.
        names |= {f"{prefix}{name}": f"{prefix}{name}" for name in known}
    return Vocabulary(names, codes)


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
            f"Linje {number} kan ikke leses. Skriv for eksempel «Merke = Audi» eller «Kundens navn er tom».",
            f"Line {number} cannot be read. Write for instance “Make = Audi” or “Customer name is empty”.",
        )
    return Condition(_PREFIX.sub("car.", found["field"].strip()), word, value)


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
