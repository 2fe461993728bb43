"""Days and times as people type them into a form, seen from its moment: "i morgen", "fre", "+3", "26.11", "0830".

What is understood becomes the strict form that every interface reads; the rest stays as typed, for the refusal to show.
"""

import re
from collections.abc import Sequence
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Any

from directapp.declare.fields import Field
from directapp.declare.kinds import Kind
from directapp.declare.reading import CLOCK_FORM, BadValueError, DateFormat, read_date, read_instant
from directapp.kernel.clock import oslo_day
from directapp.kernel.dates import MONTHS, NEAR_DAYS, SHORT_MONTHS, WEEKDAYS
from directapp.kernel.languages import Language, languages
from directapp.kernel.text import Text

_WEEK = 7
_SHORTEST = 2
_AHEAD = re.compile(r"(?P<sign>[+-]) ?(?P<count>\d{1,3}) ?(?P<weeks>[uw][a-z]*)?(?:[d][a-z]*)?")
_YEARLESS = re.compile(r"(?P<day>\d{1,2})(?:[./ -](?P<month>\d{1,2})\.?|\.? ?(?P<name>[^\W\d_]{3,9})\.?)")
_DIGITS = re.compile(r"(?P<day>\d\d)(?P<month>\d\d)(?P<year>\d\d|\d{4})?")
_CLOCK = re.compile(r"(?:kl\.? ?|at )?(?P<hour>\d{1,2})(?:[:.]?(?P<minute>\d\d))?")
_APART = re.compile(r"(?:(?P<day>.+?)(?:,? (?:kl\.? ?|at )?|t(?=\d)))?(?P<clock>\d{1,2}(?:[:.]?\d\d)?)")


@cache
def _offsets(known: Sequence[Language]) -> dict[str, int]:
    return {_joined(text.pick(code)): away for away, text in NEAR_DAYS.items() for code in known}


@cache
def _months(known: Sequence[Language]) -> dict[str, int]:
    return _numbered(SHORT_MONTHS, known) | _numbered(MONTHS, known)


@cache
def _weekdays(known: Sequence[Language]) -> dict[str, int]:
    return _numbered(WEEKDAYS, known)


def _numbered(texts: Sequence[Text], known: Sequence[Language]) -> dict[str, int]:
    return {text.pick(code).casefold().rstrip("."): number for number, text in enumerate(texts) for code in known}


def meant(item: Field, value: Any, now: datetime) -> Any:
    """Return what was typed into a field in the strict form, where it names a day or a time from where one stands."""
    if not isinstance(value, str):
        return value
    if item.kind is Kind.DATE:
        return meant_day(value, now)
    if item.kind is Kind.INSTANT:
        return meant_moment(value, now)
    return meant_clock(value) if item.form == CLOCK_FORM else value


def asked_day(text: object, now: datetime) -> date | None:
    """Understand a day that an address asks for; None when it is none."""
    try:
        return read_date(meant_day(str(text), now)) if text else None
    except BadValueError:
        return None


def meant_day(text: str, now: datetime) -> str:
    """Return a day that was typed as ``26.11.2026``; what means none stays as it is."""
    found = _day(text, oslo_day(now))
    return f"{found:%d.%m.%Y}" if found else text


def meant_moment(text: str, now: datetime) -> str:
    """Return a moment that was typed as ``26.11.2026 13:00``; what means none stays as it is.

    A time alone is one of today, a day alone its midnight.
    """
    with suppress(BadValueError):
        read_instant(text)
        return text
    today, words = oslo_day(now), _plain(text)
    parts = _APART.fullmatch(words)
    clock = _clock(parts["clock"]) if parts else None
    if parts and clock:
        day = _day(parts["day"], today) if parts["day"] else today
        return f"{day:%d.%m.%Y} {clock:%H:%M}" if day else text
    day = _day(words, today)
    return f"{day:%d.%m.%Y} 00:00" if day else text


def meant_clock(text: str) -> str:
    """Return a time of day that was typed as ``08:30``; what means none stays as it is."""
    clock = _clock(_plain(text))
    return f"{clock:%H:%M}" if clock else text


def _joined(text: str) -> str:
    """Return the letters of a word that some write as two: "i dag", "idag"."""
    return "".join(text.casefold().split())


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())


def _clock(words: str) -> time | None:
    found = _CLOCK.fullmatch(words)
    try:
        return time(int(found["hour"]), int(found["minute"] or 0)) if found else None
    except ValueError:
        return None


def _day(text: str, today: date) -> date | None:
    with suppress(BadValueError):
        return read_date(text)
    words, known = _plain(text).rstrip("."), languages()
    away = _offsets(known).get(_joined(words))
    if away is None and (found := _AHEAD.fullmatch(words)):
        away = int(f"{found['sign']}{found['count']}") * (_WEEK if found["weeks"] else 1)
    if away is None and len(words) >= _SHORTEST:
        days = {number for name, number in _weekdays(known).items() if name.startswith(words)}
        away = (days.pop() - today.weekday() - 1) % _WEEK + 1 if len(days) == 1 else None
    if away is not None:
        return today + timedelta(days=away)
    return _of_digits(words, today) or _of_year(words, today) or _with_year(words)


def _of_digits(words: str, today: date) -> date | None:
    found = _DIGITS.fullmatch(words)
    if found is None:
        return None
    if found["year"] is None:
        return _nearest(int(found["day"]), int(found["month"]), today)
    whole = found["year"] if len(found["year"]) > _SHORTEST else f"20{found['year']}"
    return _made(int(whole), int(found["month"]), int(found["day"]))


def _of_year(words: str, today: date) -> date | None:
    found = _YEARLESS.fullmatch(words)
    if found is None:
        return None
    number = _months(languages()).get(found["name"], -1) + 1 if found["name"] else int(found["month"])
    return _nearest(int(found["day"]), number, today)


def _with_year(words: str) -> date | None:
    """Return a day written with its year in one of the ways of sheets; bare digits are no day numbers here."""
    with suppress(BadValueError):
        return None if words.replace(",", "").isdigit() else read_date(words, DateFormat.SHEET)
    return None


def _nearest(day: int, month: int, today: date) -> date | None:
    years = (_made(today.year + step, month, day) for step in (0, 1, -1))
    return min((one for one in years if one), key=lambda one: abs(one - today), default=None)


def _made(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
