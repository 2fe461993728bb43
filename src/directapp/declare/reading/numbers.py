"""Numbers as people in Norway write them, read exactly or refused."""

import re
from collections.abc import Iterable, Sequence
from decimal import Context, Decimal
from typing import Any

from directapp.declare.reading.manner import BadValueError, NumberFormat
from directapp.declare.reading.text import LARGEST_EXACT, visible
from directapp.kernel.text import Number, _

_LONGEST = 60
# A double carries fifteen digits whatever was computed with it; those after are noise: 59.97000000000001 is 59.97.
_PRECISION = Context(prec=15)
# A tab or a new line between digits parts two cells or lines, not thousands.
_SPACES = re.compile(r"[^\S\t\n\r\v\f\x1c-\x1f\x85\u2028\u2029]")
_MINUS = str.maketrans("\u2212\u2010\u2011\u2012\u2013\u2014", "------")
_CURRENCY = re.compile(r"^([+-]?) ?(?:kr\.?|nok) ?|(?: ?(?:kr\.?|nok))$", re.IGNORECASE)
_NO_CENTS = re.compile(r" ?[,.] ?--?$")
_PLAIN = re.compile(r"\d+")
_LONE = re.compile(r"(?P<whole>\d*)(?P<sign>[.,])(?P<rest>\d+)")
_GROUPED = re.compile(r"\d{1,3}(?:(?P<group>[ '\u2019.,])\d{3})(?:(?P=group)\d{3})*(?:(?P<sign>[.,])(?P<rest>\d+))?")
_TELLING = re.compile(
    r"[^\d.,]*[+-]?(?:(?P<dots>(?:\d{1,3}(?:\.\d{3})+|\d*),(?:\d{1,2}|\d{4,})|\d{1,3}(?:\.\d{3})*,\d+,-|"
    r"\d{1,3}(?:\.\d{3}){2,}|\d{1,3}(?:\.\d{3})+,\d+)"
    r"|\d{1,3}(?:,\d{3})+\.\d+|\d*\.(?:\d{1,2}|\d{4,})|\d{1,3}(?:,\d{3}){2,})[^\d]*"
)
# Only one format has a sign before three digits and another sign behind them, or the same one twice.
_TWO_SIGNS = re.compile(r"\d[.,]\d{3}[.,]\d")


_TWO_WAYS = _("“{written}” may mean {one} or {other}. Write it without a sign between thousands.")


class AmbiguousNumberError(BadValueError):
    """A number that may be read in two ways; ``readings`` are what it may mean."""

    def __init__(self, written: str, readings: Sequence[Decimal]) -> None:
        """Keep the readings, and say both."""
        self.readings = tuple(readings)
        one, other = (Number(f"{number:f}") for number in self.readings)
        super().__init__(_TWO_WAYS.fill(written=written, one=one, other=other))


def read_number(value: Any, style: NumberFormat = NumberFormat.AUTO, *, currency: bool = False) -> Decimal:
    """Return a number, exactly as it was meant.

    ``currency`` lets it carry kroner: ``kr 349 900,-``, ``349900 NOK``. A double is read to fifteen digits.

    Raises:
        AmbiguousNumberError: it may mean two numbers.
        BadValueError: it is none.

    """
    if isinstance(value, Decimal | int) and not isinstance(value, bool):
        number = Decimal(value)
    elif isinstance(value, float):
        number = _double(value)
    elif isinstance(value, str) and len(value) <= _LONGEST:
        number = _written(value, style, currency=currency)
    else:
        raise _no_number()
    if not number.is_finite():
        raise _no_number()
    return number


def read_whole(value: Any, style: NumberFormat = NumberFormat.AUTO) -> int:
    """Return a whole number (raises as ``read_number``)."""
    whole = BadValueError(_("Must be a whole number."))
    try:
        number = read_number(value, style)
    except AmbiguousNumberError:
        raise
    except BadValueError:
        raise whole from None
    if number != number.to_integral_value():
        raise whole
    return int(number)


def format_of(text: str) -> NumberFormat | None:
    """Return the format that the signs of a number tell of; None where they tell nothing: ``349 900``, ``349.900``."""
    found = _TELLING.fullmatch(_SPACES.sub("", visible(text)))
    if found is None:
        return None
    return NumberFormat.NORWEGIAN if found["dots"] is not None else NumberFormat.ENGLISH


def format_among(texts: Iterable[str]) -> NumberFormat:
    """Return the format that numbers written together tell of.

    A lone sign between other digits (2.5) settles nothing where the same sign stands before exactly three (349.900):
    each is then read by itself.
    """
    bare = {_SPACES.sub("", visible(text)) for text in texts}
    told = {style for text in bare if (style := format_of(text)) is not None}
    if len(told) != 1:
        return NumberFormat.AUTO
    style = told.pop()
    decimals = "," if style is NumberFormat.NORWEGIAN else "."
    unsure = any(re.search(rf"(?<![\d.,])\d{{1,3}}[{decimals}]\d{{3}}(?![\d.,]\d)", text) for text in bare)
    return NumberFormat.AUTO if unsure and not any(map(_TWO_SIGNS.search, bare)) else style


def _no_number() -> BadValueError:
    return BadValueError(_("Must be a number, such as 1250.50."))


def _double(value: float) -> Decimal:
    if abs(value) > LARGEST_EXACT:
        raise BadValueError(_("The number is so long that its last digits are lost."))
    return Decimal(repr(value)).normalize(_PRECISION) if value == value else Decimal("NaN")  # noqa: PLR0124 - only NaN differs


def _written(value: str, style: NumberFormat, *, currency: bool) -> Decimal:
    text = _SPACES.sub(" ", visible(value).strip()).translate(_MINUS)
    bare = _CURRENCY.sub(r"\1", text, count=1) if currency else text
    negative, bare = bare.startswith("-"), re.sub(r"^[+-] ?", "", bare)
    cut = _NO_CENTS.sub("", bare) if currency else bare
    number = _unsigned(cut.strip(), value.strip(), style, whole=cut != bare)
    return -number if negative else number


def _unsigned(text: str, shown: str, style: NumberFormat, *, whole: bool) -> Decimal:
    if not text.isascii() and "\u2019" not in text:
        if any(c.isnumeric() and not c.isascii() for c in text):
            raise BadValueError(_("Write the number with the digits 0–9."))
        raise _no_number()
    if _PLAIN.fullmatch(text):
        return Decimal(text)
    grouped, lone = _GROUPED.fullmatch(text), _LONE.fullmatch(text)
    if grouped is not None and text[0] != "0":
        return _thousands(grouped, shown, style, whole=whole)
    if lone is None or whole:
        raise _no_number()
    if lone["sign"] == "," and style is NumberFormat.ENGLISH:
        raise _no_number()
    return _trimmed(Decimal(f"{lone['whole'] or '0'}.{lone['rest']}"))


def _trimmed(number: Decimal) -> Decimal:
    return number if len(number.as_tuple().digits) <= _PRECISION.prec else number.normalize(_PRECISION)


def _thousands(found: re.Match[str], shown: str, style: NumberFormat, *, whole: bool) -> Decimal:
    """Return a number whose first sign stands before exactly three digits."""
    group, sign, text = found["group"], found["sign"], found[0]
    digits = re.sub(r"[^\d]", "", text)
    if sign is None:
        return _one_sign(text, group, shown, style, whole=whole)
    parted = Decimal(f"{digits[: -len(found['rest'])]}.{found['rest']}")
    wrong = {NumberFormat.NORWEGIAN: ".", NumberFormat.ENGLISH: ","}.get(style)
    if sign in {group, wrong} or whole:
        raise _no_number()
    if group not in {".", ","} and sign == "." and len(found["rest"]) == 3 and style is NumberFormat.AUTO:  # noqa: PLR2004 - thousands
        raise AmbiguousNumberError(shown, (Decimal(digits), parted))
    return _trimmed(parted)


def _one_sign(text: str, group: str, shown: str, style: NumberFormat, *, whole: bool) -> Decimal:
    """Return a number with one kind of sign, each before three digits: thousands, or decimals."""
    thousands = Decimal(re.sub(r"[^\d]", "", text))
    lone = text.count(group) == 1
    if group not in {".", ","} or whole:
        return thousands
    decimals = Decimal(text.replace(",", ".")) if lone else None
    if style is NumberFormat.AUTO:
        if group == "," and decimals is not None:
            raise AmbiguousNumberError(shown, (thousands, decimals.normalize()))
        return thousands
    if (group == ".") == (style is NumberFormat.NORWEGIAN):
        return thousands
    if decimals is None:
        raise _no_number()
    return decimals
