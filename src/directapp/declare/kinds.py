"""The kinds a field can be of: how a value is understood from the wire. Data, at most fifteen."""

import json
import re
from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from typing import Any
from uuid import UUID

from email_validator import EmailNotValidError, validate_email

from directapp.declare.reading import (
    TYPED,
    BadValueError,
    Manner,
    clean_address,
    clean_line,
    clean_structure,
    clean_text,
    read_date,
    read_instant,
    read_number,
    read_phone,
    read_whole,
)
from directapp.kernel.money import CENT, LARGEST
from directapp.kernel.text import _, ngettext

__all__ = ["BadValueError", "Kind", "read", "relative_now", "restored", "scaled"]


class Kind(StrEnum):
    """What a field holds."""

    STRING = "string"
    TEXT = "text"
    CHOICE = "choice"
    CHOICES = "choices"
    BOOLEAN = "boolean"
    INTEGER = "integer"
    DECIMAL = "decimal"
    MONEY = "money"
    DATE = "date"
    INSTANT = "instant"
    REF = "ref"
    REFS = "refs"
    JSON = "json"
    EMAIL = "email"
    PHONE = "phone"


_INTEGER_LIMIT = 2**31 - 1
_DECIMAL_LIMIT = Decimal("99999999.99")
_JSON_LIMIT = 200_000


def _boolean(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    word = value.strip().lower() if isinstance(value, str) else None
    if word in {"true", "1", "on", "yes", "ja"}:
        return True
    if word in {"false", "0", "off", "no", "nei"}:
        return False
    raise BadValueError(_("Must be yes or no."))


def _integer(value: Any, manner: Manner) -> int:
    number = read_whole(value, manner.numbers)
    if abs(number) > _INTEGER_LIMIT:
        raise BadValueError(_("The number is too large."))
    return number


def _decimal(value: Any, manner: Manner) -> Decimal:
    return _below(read_number(value, manner.numbers), _DECIMAL_LIMIT)


def _money(value: Any, manner: Manner) -> Decimal:
    return scaled(_below(read_number(value, manner.numbers, currency=True), LARGEST), 2)


def _below(number: Decimal, limit: Decimal) -> Decimal:
    if abs(number) > limit:
        raise BadValueError(_("The number is too large."))
    return number


def scaled(number: Decimal, scale: int) -> Decimal:
    """Return a number with so many decimals (BadValueError: it has more)."""
    place = Decimal(1).scaleb(-scale)
    if number != number.quantize(place):
        raise BadValueError(ngettext("At most {count} decimal.", "At most {count} decimals.").fill(count=scale))
    return number.quantize(place)


def _ref(value: Any) -> UUID:
    if isinstance(value, dict):
        value = value.get("id")
    try:
        return value if isinstance(value, UUID) else UUID(str(value))
    except ValueError:
        raise BadValueError(_("Must be a valid id.")) from None


def _list(value: Any) -> list[Any]:
    if isinstance(value, str) and value.lstrip()[:1] == "[":
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            value = None
    if isinstance(value, str):
        value = [part.strip() for part in value.split(",") if part.strip()]
    if not isinstance(value, list | tuple):
        raise BadValueError(_("Must be a list."))
    return list(value)


def _refs(value: Any, _manner: Manner) -> list[UUID]:
    return list(dict.fromkeys(_ref(v) for v in _list(value)))


def _choices(value: Any, manner: Manner) -> list[str]:
    return list(dict.fromkeys(clean_line(v, manner) for v in _list(value)))


def _json(value: Any, _manner: Manner) -> Any:
    try:
        if isinstance(value, str) and value[:1] in {"{", "["}:
            value = json.loads(value, object_pairs_hook=_members)
        # A text of the product counts by its words, not by what it is kept as.
        too_long = len(json.dumps(value, allow_nan=False, default=lambda text: text.english)) > _JSON_LIMIT
        value = clean_structure(value)
    except BadValueError:
        raise
    except (AttributeError, TypeError, ValueError, RecursionError):
        raise BadValueError(_("Must be valid JSON.")) from None
    if too_long:
        raise BadValueError(_("Too much text."))
    return value


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    twice = next((name for name, count in Counter(name for name, _ in pairs).items() if count > 1), None)
    if twice is not None:
        raise BadValueError(_("“{twice}” stands twice.").fill(twice=twice))
    return dict(pairs)


def _email(value: Any) -> str:
    try:
        return _normal_email(clean_address(value))
    except EmailNotValidError:
        raise BadValueError(_("Must be a valid e-mail address.")) from None


# A value is often read twice, when it comes in and when it is judged.
@lru_cache(maxsize=4096)
def _normal_email(text: str) -> str:
    return validate_email(text, check_deliverability=False, test_environment=True).normalized.lower()


def relative_now(word: str, now: datetime) -> datetime | None:
    """Understand ``$NOW`` and ``$NOW(-7 days)``; None when it is neither.

    Raises:
        BadValueError: the distance cannot be read.

    """
    if not word.startswith("$NOW"):
        return None
    if word == "$NOW":
        return now
    match = re.fullmatch(r"\$NOW\(\s*([+-]?\d{1,6})\s*(second|minute|hour|day|week|month|year)s?\s*\)", word)
    if match is None:
        raise BadValueError(_("Cannot read {word}; for example $NOW(-7 days).").fill(word=word))
    days = {"second": 1 / 86400, "minute": 1 / 1440, "hour": 1 / 24, "day": 1, "week": 7, "month": 30, "year": 365}
    return now + timedelta(days=int(match[1]) * days[match[2]])


_READERS: dict[Kind, Callable[[Any, Manner], Any]] = {
    Kind.STRING: clean_line,
    Kind.TEXT: clean_text,
    Kind.CHOICE: clean_line,
    Kind.CHOICES: _choices,
    Kind.BOOLEAN: lambda value, _manner: _boolean(value),
    Kind.INTEGER: _integer,
    Kind.DECIMAL: _decimal,
    Kind.MONEY: _money,
    Kind.DATE: lambda value, manner: read_date(value, manner.dates),
    Kind.INSTANT: lambda value, manner: read_instant(value, manner.dates),
    Kind.REF: lambda value, _manner: _ref(value),
    Kind.REFS: _refs,
    Kind.JSON: _json,
    Kind.EMAIL: lambda value, _manner: _email(value),
    Kind.PHONE: lambda value, _manner: read_phone(value),
}


def read(kind: Kind, value: Any, manner: Manner = TYPED) -> Any:
    """Return a value from outside as its kind understands it.

    Raises:
        BadValueError: it does not fit.

    """
    return _READERS[kind](value, manner)


# What the store's own JSON holds needs no judgement, only its type back.
_RESTORERS: dict[Kind, Callable[[Any], Any]] = {
    Kind.DECIMAL: lambda value: Decimal(str(value)),
    Kind.MONEY: lambda value: Decimal(str(value)).quantize(CENT),
    Kind.DATE: lambda value: date.fromisoformat(str(value)),
    Kind.INSTANT: lambda value: datetime.fromisoformat(str(value)).astimezone(UTC),
    Kind.REF: _ref,
    Kind.REFS: lambda value: [_ref(v) for v in value],
}


def restored(kind: Kind, value: Any) -> Any:
    """Return a value that JSON of a stored row carries as its column holds it; None stays None."""
    restore = _RESTORERS.get(kind)
    return value if restore is None or value is None else restore(value)
