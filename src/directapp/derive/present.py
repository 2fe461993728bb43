"""Present: values as people in the trade read them. Pure: the clock is handed in."""

import re
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from functools import cache, lru_cache

from babel.core import Locale, UnknownLocaleError
from babel.dates import format_date, get_day_names, get_month_names
from babel.numbers import format_decimal

from directapp.kernel.clock import OSLO
from directapp.kernel.dates import NEAR_DAYS
from directapp.kernel.languages import SOURCE, Language
from directapp.kernel.text import Number, _, ngettext, pgettext

_LOCALES = {"nb": "nb_NO", "en": "en_GB"}
_HOUR, _MINUTE = _("h"), _("min")
_D = _("d")
_DAYS = ngettext("{count} day", "{count} days")
_OF_YEAR = pgettext("a day", "{day} {month} {year}")
_OF_WEEK = pgettext("a day", "{weekday} {day} {month}")
_EXACT = _("{day} at {clock}")
_PATTERN = pgettext("pattern of a date", "EEEE d MMMM y")
_PLATE = re.compile(r"([A-ZÆØÅ]{2})(\d{4,5})")
_KILO = 1000
_NARROW = "\u00a0"


@cache
def locale_of(language: Language) -> Locale:
    """Return how a language writes days and numbers; one that nobody knows does it as English."""
    try:
        return Locale.parse(_LOCALES.get(language, language))
    except (UnknownLocaleError, ValueError):
        return Locale.parse(_LOCALES[SOURCE])


@cache
def _weekdays(language: Language) -> dict[int, str]:
    return {n: w.rstrip(".") for n, w in get_day_names("abbreviated", locale=locale_of(language)).items()}


@cache
def _months(language: Language) -> dict[int, str]:
    return {n: m.rstrip(".") for n, m in get_month_names("abbreviated", locale=locale_of(language)).items()}


def show_day(day: date, today: date, language: Language) -> str:
    """Return a day: today, tomorrow, yesterday, "tor 26. nov", with the year when it is another one."""
    near = NEAR_DAYS.get((day - today).days)
    if near is not None:
        return near.pick(language)
    month = _months(language)[day.month]
    if day.year != today.year:
        return _OF_YEAR.fill(day=day.day, month=month, year=day.year).pick(language)
    return _OF_WEEK.fill(weekday=_weekdays(language)[day.weekday()], day=day.day, month=month).pick(language)


def show_moment(instant: datetime, now: datetime, language: Language) -> str:
    """Return an instant as Norway's wall clock shows it: "i dag 13:00"."""
    local, here = instant.astimezone(OSLO), now.astimezone(OSLO)
    return f"{show_day(local.date(), here.date(), language)} {local:%H:%M}"


def exact_moment(instant: datetime, language: Language) -> str:
    """Return an instant in full, for hovering and for screen readers."""
    local = instant.astimezone(OSLO)
    return _EXACT.fill(day=exact_day(local.date(), language), clock=f"{local:%H:%M}").pick(language)


@lru_cache(maxsize=4096)
def exact_day(day: date, language: Language) -> str:
    """Return a day in full: "torsdag 26. november 2026"."""
    return format_date(day, _PATTERN.pick(language), locale=locale_of(language))


def show_span(length: timedelta, language: Language) -> str:
    """Return how long something takes: "2 t 30 min"."""
    minutes = round(length.total_seconds() / 60)
    hours, rest = divmod(minutes, 60)
    parts = [f"{hours} {_HOUR.pick(language)}"] if hours else []
    parts += [f"{rest} {_MINUTE.pick(language)}"] if rest or not hours else []
    return " ".join(parts)


def show_length(hours: float, language: Language) -> str:
    """Return a length of time with no more detail than it deserves: days with a decimal from two days on."""
    if timedelta(hours=hours) >= timedelta(days=2):
        days = show_number(Decimal(f"{timedelta(hours=hours) / timedelta(days=1):.1f}"), language, decimals=1)
        return _DAYS.fill(count=days).pick(language)
    return show_span(timedelta(hours=hours), language)


def show_age(since: datetime, now: datetime, language: Language) -> str:
    """Return how long ago something began: minutes and hours on the first day, then days."""
    passed = max(now - since, timedelta())
    if passed < timedelta(days=1):
        hours = int(passed.total_seconds() // 3600)
        return show_span(timedelta(hours=hours) if hours else passed, language)
    days = (now.astimezone(OSLO).date() - since.astimezone(OSLO).date()).days
    return _DAYS.fill(count=days).pick(language)


def show_stay(since: datetime, now: datetime, language: Language) -> str:
    """Return how long something has stood where it stands: "3 d 4 t"; minutes within the first hour."""
    passed = max(now - since, timedelta())
    hours = int(passed.total_seconds() // 3600)
    if not hours:
        return show_span(passed, language)
    days, rest = divmod(hours, 24)
    parts = [f"{days} {_D.pick(language)}"] if days else []
    return " ".join([*parts, f"{rest} {_HOUR.pick(language)}"] if rest else parts)


def show_number(value: Decimal | int, language: Language, *, decimals: int = 2) -> str:
    """Return a number grouped in thousands, without decimals that say nothing."""
    number = Decimal(value)
    pattern = "#,##0" if number == number.to_integral_value() else "#,##0." + "0" * decimals
    return str(format_decimal(number, pattern, locale=locale_of(language)))


def show_count(count: int, language: Language, *, most: int) -> str:
    """Return a count that stopped one past ``most``: "10 000+"."""
    return show_number(min(count, most), language) + ("+" if count > most else "")


def show_money(value: Decimal | int | str, language: Language) -> str:
    """Return an amount in kroner: "349 900 kr"."""
    return f"{show_number(Decimal(value), language)}{_NARROW}kr"


def show_plate(value: str) -> str:
    """Return a licence plate as it is read: "EL 12345"; personal plates as they are."""
    match = _PLATE.fullmatch(value)
    return f"{match[1]} {match[2]}" if match else value


def show_size(size: int, language: Language) -> str:
    """Return a number of bytes: "1,2 MB"."""
    if size < _KILO:
        return f"{size} B"
    value, unit = Decimal(size), "B"
    for unit in ("kB", "MB", "GB"):  # noqa: B007 - the unit reached is the one that is shown
        value /= _KILO
        if value < _KILO:
            break
    return f"{format_decimal(value, '#,##0.#', locale=locale_of(language))} {unit}"


def read_instant(text: object) -> datetime | None:
    """Understand an instant as answers carry it; None when it is none."""
    try:
        return datetime.fromisoformat(str(text)) if text else None
    except ValueError:
        return None


def read_day(text: object) -> date | None:
    """Understand a day as answers carry it; None when it is none."""
    try:
        return date.fromisoformat(str(text)[:10]) if text else None
    except ValueError:
        return None


def read_number(text: object) -> Decimal | None:
    """Understand a number as answers carry it; None when it is none."""
    try:
        return None if text in {None, ""} else Decimal(str(text))
    except InvalidOperation:
        return None


def input_instant(text: object) -> str:
    """Return an instant as a form holds it: Norway's wall clock, to the minute."""
    instant = read_instant(text)
    return "" if instant is None else f"{instant.astimezone(OSLO):%d.%m.%Y %H:%M}"


def input_day(text: object) -> str:
    """Return a day as a form holds it; what is none as it is."""
    day = read_day(text)
    return f"{day:%d.%m.%Y}" if day else str(text or "")


def input_number(text: object, language: Language) -> str:
    """Return a number as a person would type it: no needless decimals, the language's decimal sign."""
    number = read_number(text)
    if number is None:
        return "" if text is None else str(text)
    plain = f"{number.normalize():f}" if number == number.to_integral_value() else f"{number:f}"
    return Number(plain).pick(language)
