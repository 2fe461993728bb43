"""Days in plain words: periods, and how long something has lasted."""

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from directapp.asking.tokens import Token
from directapp.kernel.dates import MONTHS, WEEKDAYS
from directapp.kernel.text import in_every_language

_DAY = timedelta(days=1)
_SHORT = 3
_WEEKDAYS = {name.casefold(): n for n, day in enumerate(WEEKDAYS) for name in in_every_language(day)}
_MONTHS = {name.casefold(): n for n, month in enumerate(MONTHS, 1) for name in in_every_language(month)}
_SHORT_MONTHS = {name[:_SHORT]: n for name, n in _MONTHS.items()}
_UNITS = {
    **dict.fromkeys(("dag", "dager", "døgn", "day", "days"), 1.0),
    **dict.fromkeys(("uke", "uker", "uken", "week", "weeks"), 7.0),
    **dict.fromkeys(("måned", "måneder", "month", "months"), 30.0),
    **dict.fromkeys(("time", "timer", "hour", "hours"), 1 / 24),
}
_SPANS = {
    **dict.fromkeys(("uke", "uka", "uken", "week"), "week"),
    **dict.fromkeys(("måned", "måneden", "month"), "month"),
    **dict.fromkeys(("år", "året", "year"), "year"),
}
_THIS = frozenset({"denne", "dette", "this", "inneværende", "current"})
_NEXT = frozenset({"neste", "next", "kommende", "coming"})
_LAST = frozenset({"forrige", "sist", "siste", "last", "previous", "past"})
_BEFORE, _AFTER = frozenset({"før", "before"}), frozenset({"etter", "after"})
_SINCE, _BY = (
    frozenset({"siden", "since", "fra", "from"}),
    frozenset({"innen", "by", "til", "until", "within", "senest"}),
)
_IN = frozenset({"i", "in", "on", "på", "during", "for", "the", "den", "om"})
_MORE, _LESS = frozenset({"mer", "lenger", "lengre", "mere", "more", "longer"}), frozenset({"mindre", "less", "fewer"})
_THAN, _OVER, _UNDER = frozenset({"enn", "than"}), frozenset({"over"}), frozenset({"under"})
_POINTS, _HALF_A_YEAR = 2, 182


@dataclass(frozen=True, slots=True)
class Period:
    """From the first to the last day, each included; None: without an end."""

    first: date | None
    last: date | None


@dataclass(frozen=True, slots=True)
class Lasting:
    """How long something has lasted, at least or at most."""

    days: float
    word: Literal["over", "under"]


def read_period(tokens: Sequence[Token], today: date) -> tuple[Period | Lasting, int] | None:
    """Return what the first words say of days, and how many words that are; None where they say nothing of it."""
    lasting = _lasting(tokens)
    if lasting is not None:
        return lasting
    words = [token.plain for token in tokens]
    lead = next((n for n, word in enumerate(words[:3]) if word not in _IN), 0)
    words = words[lead:]
    if not words:
        return None
    between = _between(words, today)
    if between is not None:
        return between[0], between[1] + lead
    for names, cut in ((_BEFORE, _before), (_AFTER, _after), (_SINCE, _since), (_BY, _until)):
        if words[0] in names:
            found = _plain(_skip(words[1:]), today)
            used = 1 + len(words) - 1 - len(_skip(words[1:]))
            return None if found is None else (cut(found[0], today), lead + used + found[1])
    found = _plain(words, today)
    return None if found is None else (found[0], lead + found[1])


def _skip(words: list[str]) -> list[str]:
    return words[1:] if words[:1] and words[0] in _IN else words


def _before(found: Period, _today: date) -> Period:
    return Period(None, found.first - _DAY if found.first else None)


def _after(found: Period, _today: date) -> Period:
    return Period(found.last + _DAY if found.last else None, None)


def _since(found: Period, today: date) -> Period:
    # A Monday that something has gone on since is the last one.
    first = found.first
    return Period(
        first - 7 * _DAY if first and first == found.last and today < first <= today + 6 * _DAY else first, None
    )


def _until(found: Period, _today: date) -> Period:
    return Period(None, found.last)


def _between(words: list[str], today: date) -> tuple[Period, int] | None:
    if words[0] not in {"mellom", "between", "fra", "from"}:
        return None
    one = _plain(words[1:], today)
    if one is None or words[1 + one[1] : 2 + one[1]] not in (["og"], ["and"], ["til"], ["to"]):
        return None
    other = _plain(words[2 + one[1] :], today)
    if other is None or not one[0].first or not other[0].last or one[0].first > other[0].last:
        return None
    return Period(one[0].first, other[0].last), 2 + one[1] + other[1]


def _lasting(tokens: Sequence[Token]) -> tuple[Lasting, int] | None:
    words = [token.plain for token in tokens]
    at = 1 if words[:1] and words[0] in {"i", "for", "in"} else 0
    rest = words[at:]
    if len(rest) > 3 and rest[1] in _THAN and rest[0] in _MORE | _LESS:  # noqa: PLR2004 - more than three days
        word, number, unit, used = rest[0], rest[2], rest[3], 4
    elif len(rest) > 2 and rest[0] in _OVER | _UNDER:  # noqa: PLR2004 - over three days
        word, number, unit, used = rest[0], rest[1], rest[2], 3
    else:
        return None
    days = _days(number, unit)
    return None if days is None else (Lasting(days, "under" if word in _LESS | _UNDER else "over"), at + used)


_NUMBERS = {
    "en": 1,
    "ett": 1,
    "one": 1,
    "a": 1,
    "to": 2,
    "two": 2,
    "tre": 3,
    "three": 3,
    "fire": 4,
    "four": 4,
    "fem": 5,
    "five": 5,
    "seks": 6,
    "six": 6,
    "sju": 7,
    "seven": 7,
    "ti": 10,
    "ten": 10,
    "fjorten": 14,
}


def whole(word: str) -> int | None:
    """Return a whole number, in digits or as a word."""
    return int(word) if word.isdecimal() and len(word) < 6 else _NUMBERS.get(word)  # noqa: PLR2004 - no year has more


def _days(number: str, unit: str) -> float | None:
    count, each = whole(number), _UNITS.get(unit)
    return None if count is None or each is None else count * each


def _plain(words: list[str], today: date) -> tuple[Period, int] | None:
    """Return the period that the first words name by itself."""
    pair = tuple(words[:2])
    near = {
        ("i", "dag"): 0, ("today",): 0, ("i", "morgen"): 1, ("tomorrow",): 1, ("i", "går"): -1, ("yesterday",): -1,
        ("i", "overmorgen"): 2, ("dag",): 0, ("morgen",): 1, ("går",): -1,
    }  # fmt: skip
    for key in (pair, pair[:1]):
        if key in near:
            day = today + near[key] * _DAY
            return Period(day, day), len(key)
    if pair[:1] == ("fjor",) or pair == ("i", "fjor"):
        return _span("year", -1, today), len(pair) if pair == ("i", "fjor") else 1
    if pair[:1] == ("år",):
        return _span("year", 0, today), 1
    return _relative(words, today) or _weekday(words, today) or _dated(words, today)


def _relative(words: list[str], today: date) -> tuple[Period, int] | None:
    if len(words) < 2:  # noqa: PLR2004 - this week
        return None
    step = 0 if words[0] in _THIS else 1 if words[0] in _NEXT else -1 if words[0] in _LAST else None
    if step is None:
        return None
    if words[1] in _SPANS:
        return _span(_SPANS[words[1]], step, today), 2
    days = _days(words[1], words[2]) if len(words) > 2 and step else None  # noqa: PLR2004 - last three days
    if days is None or days < 1:
        return None
    return (Period(today, today + days * _DAY) if step > 0 else Period(today - days * _DAY, today)), 3


def _span(kind: str, step: int, today: date) -> Period:
    if kind == "week":
        first = today - today.weekday() * _DAY + 7 * step * _DAY
        return Period(first, first + 6 * _DAY)
    if kind == "month":
        number = today.year * 12 + today.month - 1 + step
        return _month(number // 12, number % 12 + 1)
    return Period(date(today.year + step, 1, 1), date(today.year + step, 12, 31))


def _month(year: int, month: int) -> Period:
    return Period(date(year, month, 1), date(year, month, monthrange(year, month)[1]))


def _weekday(words: list[str], today: date) -> tuple[Period, int] | None:
    step = -1 if words[0] in _LAST else 0
    at = 1 if words[0] in _LAST | _NEXT | _THIS else 0
    number = _WEEKDAYS.get(words[at]) if len(words) > at else None
    if number is None:
        return None
    ahead = (number - today.weekday()) % 7
    day = today + (ahead - 7 if step and ahead else ahead) * _DAY
    return Period(day, day), at + 1


def _month_number(word: str) -> int | None:
    """Return the month that a word names, in full or by its first three letters."""
    return _MONTHS.get(word) or _SHORT_MONTHS.get(word)


def _dated(words: list[str], today: date) -> tuple[Period, int] | None:
    """Return a day with its month, a month, or a day in digits."""
    try:
        if len(words[0]) == 10 and words[0][4] == "-":  # noqa: PLR2004 - as ISO has it
            day = date.fromisoformat(words[0])
            return Period(day, day), 1
        if words[0].count(".") == _POINTS:
            number, month, year = map(int, words[0].split("."))
            day = date(year, month, number)
            return Period(day, day), 1
        of_month = whole(words[0]) if words[0].isdecimal() else None
        named = _month_number(words[1]) if len(words) > 1 else None
        if of_month is not None and named is not None:
            year, used = _year(words[2:], today, named)
            day = date(year, named, of_month)
            return Period(day, day), 2 + used
    except ValueError:
        return None
    month_number = _month_number(words[0])
    if month_number is None:
        return None
    year, used = _year(words[1:], today, month_number)
    return _month(year, month_number), 1 + used


def _year(words: list[str], today: date, month: int) -> tuple[int, int]:
    """Return the year that is told, else the one in which the month is nearest."""
    if words[:1] and words[0].isdecimal() and len(words[0]) == 4:  # noqa: PLR2004 - a year
        return int(words[0]), 1
    middle = date(today.year, month, 15)
    away = (middle - today).days
    return today.year + (away < -_HALF_A_YEAR) - (away > _HALF_A_YEAR), 0
