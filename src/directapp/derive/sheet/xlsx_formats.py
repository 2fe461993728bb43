"""What the number of an XLSX cell means: its format tells days from amounts and clock times from both."""

import math
import re
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

from directapp.derive.sheet.cells import Cell, odd


class Suffix(NamedTuple):
    """What is shown behind a number, and what the number is multiplied by."""

    sign: str
    times: int = 1


# A whole number shown with leading noughts is known by how many digits it has.
Class = Literal["number", "date", "time", "duration"] | int | Suffix

_PERCENT = Suffix("%", 100)
_BUILTIN: Mapping[int, Class] = {
    **dict.fromkeys((9, 10), _PERCENT),
    **dict.fromkeys((14, 15, 16, 17, 22, *range(27, 37), *range(50, 59)), "date"),
    **dict.fromkeys((18, 19, 20, 21, 45, 47), "time"),
    46: "duration",
}
_NOISE = re.compile(
    r'"[^"]*"|\\.|_.|\*.|\[(?:\$[^\]]*|[A-Za-z]+[0-9]*|[<>=][^\]]*)\]|am/pm|a/p|general|standard', re.IGNORECASE
)
# Money of other countries, whatever surrounds its sign.
_MARKED, _SIGNS = re.compile(r"\[\$([^\]-]*)[^\]]*\]"), re.compile(r"[€£¥$]|\b(?:eur|usd|gbp|sek|dkk|chf|jpy)\b")
_OURS = frozenset({"", "kr", "nok"})
_NOUGHTS = re.compile(r"0(?:[ \\-]*0)+")
# A spreadsheet keeps fifteen digits of a number and writes noughts for the others.
_MOST_EXACT = 1e15
_ELAPSED = re.compile(r"\[[hms]+\]", re.IGNORECASE)
_EPOCHS = {False: datetime(1899, 12, 30), True: datetime(1904, 1, 1)}  # noqa: DTZ001 - a wall clock's
# Excel takes 1900 for a leap year: the days before its 29 February are one later than they seem.
_FALSE_LEAP_DAY, _LAST_DAY = 60, 2_958_466
_DAY_SECONDS = 24 * 3600


def class_of(number: int, code: str | None) -> Class:
    """Return what a cell with a number format holds; ``code`` is the format where the file defines it."""
    if code is None:
        return _BUILTIN.get(number, "number")
    first = code.split(";", 1)[0].lower()
    if _NOUGHTS.fullmatch(first):
        return first.count("0")
    if _ELAPSED.search(first):
        return "duration"
    left = _NOISE.sub("", first)
    if (suffix := _suffix_of(first, left)) is not None:
        return suffix
    if re.search("[yd]", left) or (re.search("m", left) and not re.search("[hs]", left)):
        return "date"
    return "time" if re.search("[hs]", left) else "number"


def _suffix_of(code: str, left: str) -> Suffix | None:
    """Return the percent sign, or the sign of another country's money, that a format shows."""
    signs = (*_MARKED.findall(code), *_SIGNS.findall(_MARKED.sub("", code)))
    foreign = next((Suffix(sign.upper()) for s in signs if (sign := s.strip(" .")) not in _OURS), None)
    return foreign or (_PERCENT if "%" in left else None)


def classes_of(styles: Iterable[int], codes: Mapping[int, str]) -> list[Class]:
    """Return the class of each cell style, in the order in which cells name them."""
    return [class_of(number, codes.get(number)) for number in styles]


def number_of(text: str, kind: Class, *, since_1904: bool) -> Cell:
    """Return a stored number as what it shows."""
    number = float(text)
    if not math.isfinite(number):
        return text
    if isinstance(kind, Suffix):
        return odd("unit", f"{number * kind.times:.15g} {kind.sign}".replace(".", ","))
    if isinstance(kind, int) or kind == "number" or abs(number) >= _MOST_EXACT:
        return _shown_number(number, kind if isinstance(kind, int) else 0)
    if kind in {"date", "time"} and 1 <= number < _LAST_DAY:
        return odd("date", _moment(number, since_1904=since_1904))
    if kind == "date":
        return odd("error", "########" if number else "00.01.1900")
    return odd("time" if kind == "time" and 0 <= number < 1 else "duration", _clock(number))


def _shown_number(number: float, digits: int) -> Cell:
    if abs(number) >= _MOST_EXACT:
        return f"{number:.14E}"
    if not number.is_integer():
        return number
    return f"{number:0{digits}.0f}" if digits and number >= 0 else int(number)


def _moment(number: float, *, since_1904: bool) -> str:
    late = 1 if not since_1904 and number < _FALSE_LEAP_DAY else 0
    moment = _EPOCHS[since_1904] + timedelta(days=late, seconds=round(number * _DAY_SECONDS))
    return moment.date().isoformat() if moment.time() == datetime.min.time() else moment.isoformat()


def _clock(number: float) -> str:
    seconds = round(abs(number) * _DAY_SECONDS)
    hours, rest = divmod(seconds, 3600)
    minutes, second = divmod(rest, 60)
    sign = "-" if number < 0 else ""
    return f"{sign}{hours:02d}:{minutes:02d}" + (f":{second:02d}" if second else "")
