"""Dates, instants and times of day, read strictly and in Norway's zone; sheets may write them in more ways."""

import re
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any

from directapp.declare.reading.manner import BadValueError, DateFormat
from directapp.declare.reading.text import visible
from directapp.kernel.clock import OSLO
from directapp.kernel.text import _

_EARLIEST, _LATEST = 1900, 2200
_LONGEST = 60
_CLOCK = (
    r"(?:[ T]|,? ?(?:kl\.?|at) ?)(?P<hour>\d{1,2})[:.](?P<minute>\d\d)(?::(?P<second>\d\d)(?:[.,](?P<part>\d{1,9}))?)?"
)
_ZONE = r"(?: ?(?P<zone>Z|[+-]\d\d(?::?\d\d)?))?"
_REST = rf"(?:{_CLOCK}{_ZONE})?"
_ISO = re.compile(rf"(?P<year>\d{{4}})-(?P<month>\d\d)-(?P<day>\d\d){_REST}", re.IGNORECASE)
_NORWEGIAN = re.compile(rf"(?P<day>\d{{1,2}})\.(?P<month>\d{{1,2}})\.(?P<year>\d{{4}}){_REST}", re.IGNORECASE)

# --- what sheets hold beside these
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan januar january",
            "feb februar february",
            "mar mars march",
            "apr april",
            "mai may",
            "jun juni june",
            "jul juli july",
            "aug august",
            "sep sept september",
            "okt oktober oct october",
            "nov november",
            "des desember dec december",
        ),
        1,
    )
    for name in names.split()
}
_WEEKDAY = r"(?:(?:man|tir|tirs|ons|tor|tors|fre|lør|søn|mon|tue|wed|thu|fri|sat|sun)[a-zø]*\.?,? )?"
_NAMED = re.compile(
    rf"{_WEEKDAY}(?P<day>\d{{1,2}})\.?[ -]?(?P<name>[a-z]{{3,9}})\.?,?[ -]?(?P<year>\d{{4}}|\d\d)?{_REST}",
    re.IGNORECASE,
)
_SHORT = re.compile(rf"(?P<day>\d{{1,2}})\.(?P<month>\d{{1,2}})\.(?P<year>\d\d){_REST}", re.IGNORECASE)
_HANDWRITTEN = re.compile(rf"(?P<day>\d{{1,2}})/(?P<month>\d{{1,2}})-(?P<year>\d{{4}}|\d\d){_REST}", re.IGNORECASE)
_TURNED = re.compile(rf"(?P<year>\d{{4}})[./](?P<month>\d\d)[./](?P<day>\d\d){_REST}", re.IGNORECASE)
_COMPACT = re.compile(r"(?P<year>(?:19|20)\d\d)(?P<month>\d\d)(?P<day>\d\d)")
_EITHER = re.compile(
    rf"(?P<day>\d{{1,2}})(?P<between>[/-])(?P<month>\d{{1,2}})(?P=between)(?P<year>\d{{4}}|\d\d){_REST}"
)
_SHEET = (_NAMED, _SHORT, _HANDWRITTEN, _TURNED, _COMPACT)
_CENTURY, _PIVOT = 100, 70
# Excel counts days from here, having taken 1900 for a leap year; the numbers are those of 1954 to 2119.
_EXCEL, _FIRST_SERIAL, _LAST_SERIAL = datetime(1899, 12, 30), 20_000, 80_000  # noqa: DTZ001 - a wall clock's
_SIGNS = re.compile(r"[\x20-\x7eæøåÆØÅ]*")
_SERIAL = re.compile(r"\d{5}(?:[.,]\d{1,12})?")


class AmbiguousDateError(BadValueError):
    """A date that may be read in two ways, such as 01/02/2026."""


def read_date(value: Any, style: DateFormat = DateFormat.STRICT) -> date:
    """Return a day; an instant with a zone is the day that Norway has then.

    Raises:
        AmbiguousDateError: it may mean two days.
        BadValueError: it is no date.

    """
    found = value if isinstance(value, date) else _moment(value, style)
    if found is None:
        raise BadValueError(_("Must be a date, such as 26.11.2026 or 2026-11-26."))
    # Before the zone is looked at: the first and the last day of all have none beside them.
    if not _EARLIEST <= found.year <= _LATEST:
        raise BadValueError(_("The date is outside the calendar."))
    if isinstance(found, datetime):
        return found.astimezone(OSLO).date() if found.tzinfo else found.date()
    return found


def read_instant(value: Any, style: DateFormat = DateFormat.STRICT, near: Any = None) -> datetime:
    """Return an instant in UTC, to the millisecond; a time without a zone is Norway's, a day alone its midnight.

    The hour that the night back to normal time has twice means the first one, or the one that ``near``, the
    instant stored before, lies in.

    Raises:
        AmbiguousDateError: it may mean two days.
        BadValueError: it is no instant.

    """
    moment = value if isinstance(value, datetime) else None
    if moment is None:
        moment = datetime.combine(value, time()) if isinstance(value, date) else _moment(value, style)
    if moment is None:
        raise BadValueError(_("Must be a date and time, such as 26.11.2026 13:00 or 2026-11-26T13:00."))
    if not _EARLIEST <= moment.year <= _LATEST:
        raise BadValueError(_("The time is outside the calendar."))
    result = (moment if moment.tzinfo else _in_norway(moment, near)).astimezone(UTC)
    return result.replace(microsecond=result.microsecond // 1000 * 1000)


def _in_norway(moment: datetime, near: Any) -> datetime:
    first, second = (moment.replace(tzinfo=OSLO, fold=fold) for fold in (0, 1))
    if first.astimezone(UTC).astimezone(OSLO).replace(tzinfo=None) != moment:
        raise BadValueError(_("That time does not exist (change to summer time)."))
    if isinstance(near, datetime) and first.utcoffset() != second.utcoffset():
        return min(first, second, key=lambda one: abs(one.astimezone(UTC) - near))
    return first


CLOCK_FORM = {"type": "string", "pattern": "^(?:(?:[01][0-9]|2[0-3]):[0-5][0-9]|24:00)$"}


def read_clock(value: Any) -> str:
    """Return a time of day as ``07:30``; midnight at the end of a day is ``24:00``.

    Raises:
        BadValueError: it is none.

    """
    text = value.isoformat() if isinstance(value, time) else visible(str(value)).strip()
    found = re.fullmatch(r"(?:kl\.? ?)?(?:(?P<hour>[01]?\d|2[0-3])[:.]?(?P<minute>[0-5]\d)(?::00)?|24[:.]?00)", text)
    if found is None or (found["hour"] and len(text) < len("7:30") and not re.search(r"[:.]", text)):
        raise BadValueError(_("Must be a time of day, such as 07:30."))
    return f"{int(found['hour']):02d}:{found['minute']}" if found["hour"] else "24:00"


def _moment(value: Any, style: DateFormat) -> datetime | None:
    """Return what is written, with its zone where it has one."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    text = " ".join(visible(str(value)).split())
    if len(text) > _LONGEST or _SIGNS.fullmatch(text) is None:
        return None
    found = _ISO.fullmatch(text) or _NORWEGIAN.fullmatch(text)
    if found is None and style is not DateFormat.STRICT:
        if _SERIAL.fullmatch(text):
            return _from_serial(float(text.replace(",", ".")))
        found = next((m for pattern in _SHEET if (m := pattern.fullmatch(text))), None)
        if found is None and (found := _EITHER.fullmatch(text)):
            return _either(found, style, text)
    return None if found is None else _made(found.groupdict())


def _from_serial(number: float) -> datetime | None:
    if not _FIRST_SERIAL <= number <= _LAST_SERIAL:
        return None
    return _EXCEL + timedelta(seconds=round(number * 86400))


def _either(found: re.Match[str], style: DateFormat, text: str) -> datetime | None:
    parts = found.groupdict()
    turned = {**parts, "day": parts["month"], "month": parts["day"]}
    if style is DateFormat.DAY_FIRST:
        return _made(parts)
    if style is DateFormat.MONTH_FIRST:
        return _made(turned)
    days = [one for one in (_made(parts), _made(turned)) if one is not None]
    if len(days) == 2 and days[0] != days[1]:  # noqa: PLR2004 - two readings
        one, other = (f"{day:%d.%m.%Y}" for day in days)
        raise AmbiguousDateError(
            _("“{text}” may mean {one} or {other}. Write it as {one}, or choose the column’s date format.").fill(
                text=text, one=one, other=other
            )
        )
    return days[0] if days else None


def _made(parts: dict[str, str | None]) -> datetime | None:
    month = _MONTHS.get(str(parts.get("name")).lower(), 0) if "name" in parts else int(parts["month"] or 0)
    year = parts["year"]
    if year is None:
        return None
    whole = int(year) if len(year) > 2 else int(year) + (19 if int(year) >= _PIVOT else 20) * _CENTURY  # noqa: PLR2004 - two digits
    try:
        day = date(whole, month, int(parts["day"] or 0))
        clock = time(int(parts.get("hour") or 0), int(parts.get("minute") or 0), int(parts.get("second") or 0))
        zone = _offset(parts.get("zone"))
    except ValueError:
        return None
    part = int((parts.get("part") or "").ljust(6, "0")[:6])
    return datetime.combine(day, clock.replace(microsecond=part), zone)


def _offset(written: str | None) -> tzinfo | None:
    if not written:
        return None
    hours_alone = len(written) == len("+02")
    return datetime.strptime(f"{written.upper()}00" if hours_alone else written.upper(), "%z").tzinfo
