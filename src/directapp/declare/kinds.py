"""The kinds a field can be of: how a value is understood from the wire. Data, at most fifteen."""

import json
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any
from uuid import UUID

import phonenumbers
from email_validator import EmailNotValidError, validate_email

from directapp.kernel.clock import OSLO
from directapp.kernel.money import LARGEST
from directapp.kernel.text import Text


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


class BadValueError(ValueError):
    """A value that a field cannot hold; the message is for people."""

    def __init__(self, nb: str, en: str) -> None:
        """Keep the message in both languages."""
        self.text = Text(nb, en)
        super().__init__(en)


_INTEGER_LIMIT = 2**31 - 1
_DECIMAL_LIMIT = Decimal("99999999.99")
_EARLIEST, _LATEST = 1900, 2200
_JSON_LIMIT = 200_000
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def _string(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise BadValueError("Skal være tekst.", "Must be text.")
    return _CONTROL.sub("", str(value)).strip()


def _string_line(value: Any) -> str:
    return " ".join(_string(value).split())


def _boolean(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    word = value.strip().lower() if isinstance(value, str) else None
    if word in {"true", "1", "on", "yes", "ja"}:
        return True
    if word in {"false", "0", "off", "no", "nei"}:
        return False
    raise BadValueError("Skal være ja eller nei.", "Must be yes or no.")


def _integer(value: Any) -> int:
    number = None
    if not isinstance(value, bool):
        try:
            number = int(re.sub(r"\s", "", value)) if isinstance(value, str) else int(value)
        except (TypeError, ValueError, OverflowError):
            number = None
    if number is None or (isinstance(value, float) and number != value):
        raise BadValueError("Skal være et helt tall.", "Must be a whole number.")
    if abs(number) > _INTEGER_LIMIT:
        raise BadValueError("Tallet er for stort.", "The number is too large.")
    return number


def _number(value: Any, limit: Decimal) -> Decimal:
    text = re.sub(r"\s", "", str(value).strip().lower().removesuffix("kr")).replace(",", ".")
    try:
        number = Decimal("NaN") if isinstance(value, bool) else Decimal(text)
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite():
        raise BadValueError("Skal være et tall.", "Must be a number.")
    if abs(number) > limit:
        raise BadValueError("Tallet er for stort.", "The number is too large.")
    if number != number.quantize(Decimal("0.01")):
        raise BadValueError("Høyst to desimaler.", "At most two decimals.")
    return number.quantize(Decimal("0.01"))


def _date(value: Any) -> date:
    text = str(value.date() if isinstance(value, datetime) else value).strip()
    norwegian = re.fullmatch(r"(\d{1,2})\.(\d{1,2})\.(\d{4})", text)
    try:
        if norwegian:
            day = date(int(norwegian[3]), int(norwegian[2]), int(norwegian[1]))
        else:
            day = date.fromisoformat(text[:10])
    except ValueError:
        raise BadValueError(
            "Skal være en dato, for eksempel 2026-11-26.", "Must be a date, for example 2026-11-26."
        ) from None
    if not _EARLIEST <= day.year <= _LATEST:
        raise BadValueError("Datoen er utenfor kalenderen.", "The date is outside the calendar.")
    return day


def _instant(value: Any) -> datetime:
    if not isinstance(value, datetime):
        try:
            value = datetime.fromisoformat(str(value).strip())
        except ValueError:
            raise BadValueError(
                "Skal være et tidspunkt, for eksempel 2026-11-26T13:00.",
                "Must be a time, for example 2026-11-26T13:00.",
            ) from None
    if not _EARLIEST <= value.year <= _LATEST:
        raise BadValueError("Tidspunktet er utenfor kalenderen.", "The time is outside the calendar.")
    if value.tzinfo is None:
        local = value.replace(tzinfo=OSLO)
        if local.astimezone(UTC).astimezone(OSLO).replace(tzinfo=None) != value:
            raise BadValueError(
                "Klokkeslettet finnes ikke (overgang til sommertid).",
                "That time does not exist (change to summer time).",
            )
        value = local
    result: datetime = value.astimezone(UTC)
    return result.replace(microsecond=result.microsecond // 1000 * 1000)


def _ref(value: Any) -> UUID:
    if isinstance(value, dict):
        value = value.get("id")
    try:
        return value if isinstance(value, UUID) else UUID(str(value))
    except ValueError:
        raise BadValueError("Skal være en gyldig id.", "Must be a valid id.") from None


def _list(value: Any) -> list[Any]:
    if isinstance(value, str):
        value = [part.strip() for part in value.split(",") if part.strip()]
    if not isinstance(value, list | tuple):
        raise BadValueError("Skal være en liste.", "Must be a list.")
    return list(value)


def _refs(value: Any) -> list[UUID]:
    return list(dict.fromkeys(_ref(v) for v in _list(value)))


def _choices(value: Any) -> list[str]:
    return list(dict.fromkeys(_string_line(v) for v in _list(value)))


def _json(value: Any) -> Any:
    if isinstance(value, str) and value[:1] in {"{", "["}:
        try:
            value = json.loads(value)
        except ValueError:
            raise BadValueError("Skal være gyldig JSON.", "Must be valid JSON.") from None
    try:
        too_long = len(json.dumps(value)) > _JSON_LIMIT
    except (TypeError, ValueError, RecursionError):
        raise BadValueError("Skal være gyldig JSON.", "Must be valid JSON.") from None
    if too_long:
        raise BadValueError("For mye tekst.", "Too much text.")
    return value


def _email(value: Any) -> str:
    try:
        return validate_email(_string_line(value), check_deliverability=False, test_environment=True).normalized.lower()
    except EmailNotValidError:
        raise BadValueError("Skal være en gyldig e-postadresse.", "Must be a valid e-mail address.") from None


def parse_phone(value: Any) -> str:
    """Return an E.164 phone number; eight digits are read as Norwegian.

    Raises:
        BadValueError: it is not a number that can be called.

    """
    text = _string_line(value)
    text = "+" + text[2:] if text.startswith("00") else text
    try:
        number = phonenumbers.parse(text, "NO")
    except phonenumbers.NumberParseException:
        number = None
    # Norway hands out new series before the library knows them: eight digits from 2 on are a subscriber's.
    norwegian = number is not None and re.fullmatch(r"47[2-9]\d{7}", f"{number.country_code}{number.national_number}")
    if number is None or not (norwegian or phonenumbers.is_valid_number(number)):
        raise BadValueError(
            "Skal være et gyldig telefonnummer: åtte sifre, eller med landkode.",
            "Must be a valid phone number: eight Norwegian digits, or with a country code.",
        )
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


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
        raise BadValueError(
            f"Forstår ikke {word}; for eksempel $NOW(-7 days).",
            f"Cannot read {word}; for example $NOW(-7 days).",
        )
    days = {"second": 1 / 86400, "minute": 1 / 1440, "hour": 1 / 24, "day": 1, "week": 7, "month": 30, "year": 365}
    return now + timedelta(days=int(match[1]) * days[match[2]])


PARSERS: dict[Kind, Callable[[Any], Any]] = {
    Kind.STRING: _string_line,
    Kind.TEXT: _string,
    Kind.CHOICE: _string_line,
    Kind.CHOICES: _choices,
    Kind.BOOLEAN: _boolean,
    Kind.INTEGER: _integer,
    Kind.DECIMAL: lambda value: _number(value, _DECIMAL_LIMIT),
    Kind.MONEY: lambda value: _number(value, LARGEST),
    Kind.DATE: _date,
    Kind.INSTANT: _instant,
    Kind.REF: _ref,
    Kind.REFS: _refs,
    Kind.JSON: _json,
    Kind.EMAIL: _email,
    Kind.PHONE: parse_phone,
}
