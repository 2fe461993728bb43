"""Phone numbers in the one form in which they are stored and called: E.164."""

import re
from functools import lru_cache
from typing import Any

import phonenumbers

from directapp.declare.reading.manner import BadValueError
from directapp.declare.reading.text import clean_code
from directapp.kernel.text import _

_NORWAY = 47
_LABEL = re.compile(r"^(?:tlf|tel|telefon|phone|mob|mobil|mobile)\b[.:]? ?", re.IGNORECASE)
_EXTENSION = re.compile(r" ?(?:,|;|#|\b(?:ext|x|int|internt?|linje|lokal)\b)\.? ?\d+$|(?<=\d)x\d+$", re.IGNORECASE)
_SPELT = re.compile(r"\(?\+?[\d ().\-]+")
_SUBSCRIBER = re.compile(r"0?(?P<number>[2-9]\d{7})")


def phone_part(text: str) -> str:
    """Return a part of a number as it stands in a stored one: digits alone, behind a plus where it begins abroad."""
    digits = re.sub(r"[^\d+]", "", clean_code(text))
    return re.sub(r"^0", "", re.sub(r"^00", "+", digits))


def read_phone(value: Any) -> str:
    """Return an E.164 number; eight digits are Norwegian, with or without the ``(0)`` that is not dialled from abroad.

    Raises:
        BadValueError: it is not a number that can be called, or one with an extension, which E.164 does not hold.

    """
    text = _LABEL.sub("", clean_code(value))
    if _EXTENSION.search(text):
        raise BadValueError(_("Write the number without its extension, which may stand in a note."))
    number = _parsed(text)
    if number is None:
        raise BadValueError(_("Must be a valid phone number: eight Norwegian digits, or with a country code."))
    return number


# A value is often read twice, when it comes in and when it is judged.
@lru_cache(maxsize=4096)
def _parsed(text: str) -> str | None:
    if _SPELT.fullmatch(text) is None:
        return None
    text = re.sub(r"^\(?00 ?", "+", text)
    try:
        number = phonenumbers.parse(text, "NO")
    except phonenumbers.NumberParseException:
        return None
    if number.country_code == _NORWAY:
        # Norway hands out new series before the library knows them: eight digits from 2 on are a subscriber's.
        subscriber = _SUBSCRIBER.fullmatch(phonenumbers.national_significant_number(number))
        if subscriber is not None:
            return f"+{_NORWAY}{subscriber['number']}"
    if not phonenumbers.is_valid_number(number):
        return None
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def show_phone(value: str) -> str:
    """Return a phone number grouped: Norwegian ones without country code."""
    try:
        number = phonenumbers.parse(value, "NO")
    except phonenumbers.NumberParseException:
        return value
    norwegian = number.country_code == _NORWAY
    style = phonenumbers.PhoneNumberFormat.NATIONAL if norwegian else phonenumbers.PhoneNumberFormat.INTERNATIONAL
    return str(phonenumbers.format_number(number, style))
