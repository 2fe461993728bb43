"""Days as vendors write them: 24.12, fredag, uke 52, 24th December, two weeks. Always ahead, or not understood."""

import re
from collections.abc import Iterable
from datetime import date, timedelta

FARTHEST = timedelta(days=365)
# Without a year, a day that has passed is next year's only where that is near.
_NEAR = timedelta(days=180)
_FRIDAY = 5
_WEEK = 7
_CENTURY = 2000

_MONTHS = (
    ("jan", "januar", "january"),
    ("feb", "februar", "february"),
    ("mar", "mars", "march"),
    ("apr", "april"),
    ("mai", "may"),
    ("jun", "juni", "june"),
    ("jul", "juli", "july"),
    ("aug", "august"),
    ("sep", "sept", "september"),
    ("okt", "oktober", "oct", "october"),
    ("nov", "november"),
    ("des", "desember", "dec", "december"),
)
_WEEKDAYS = (
    ("mandag", "monday"),
    ("tirsdag", "tuesday"),
    ("onsdag", "wednesday"),
    ("torsdag", "thursday"),
    ("fredag", "friday"),
    ("lørdag", "saturday"),
    ("søndag", "sunday"),
)
_NUMBERS = {
    **dict.fromkeys(("en", "ett", "et", "én", "a", "one"), 1),
    **dict.fromkeys(("to", "two"), 2),
    **dict.fromkeys(("tre", "three"), 3),
    **dict.fromkeys(("fire", "four"), 4),
    **dict.fromkeys(("fem", "five"), 5),
    **dict.fromkeys(("seks", "six"), 6),
}
_ENGLISH = re.compile(r"\b(?:delayed|delay|late|postponed|until|till|the|ready|done|by|on)\b")


def _any(words: Iterable[str]) -> str:
    return "|".join(sorted(words, key=len, reverse=True))


_MONTH = {name: number for number, names in enumerate(_MONTHS, 1) for name in names}
_WEEKDAY = {name: number for number, names in enumerate(_WEEKDAYS, 1) for name in names}
_M, _W, _N = _any(_MONTH), _any(_WEEKDAY), _any(_NUMBERS)
# «Forsinket, klar fredag»: ready on that day is what the delay says.
_BEFORE = (
    r"(?:\b(?:(?:blir|er|will be|is) )?(?:klar|klart|ferdig|ready|done)(?: (?:først|again|igjen))? )?"
    r"(?:\b(?:til|på|den|om|med|i|innen|to|until|till|on|by|in|the|for|slutten av|i løpet av|løpet av|end of) )*"
)
_AFTER = r"(?:,? ?(?:kl\.?|at) ?\d{1,2}(?:[.:]\d{2})?(?![\d.:]))?"
_DAY = re.compile(
    _BEFORE
    + r"(?:(?<![\d./\-–])(?P<iso>\d{4}-\d{2}-\d{2})(?![\d\-])"
    + r"|(?<![\d./\-–])(?P<day>\d{1,2})(?P<mark>[./]) ?(?P<month>\d{1,2})(?:(?P=mark) ?(?P<year>\d{4}|\d{2}))?"
    + r"(?!\d|[./\-–] ?\d)"
    + rf"|(?<![\d./\-–])(?P<day2>\d{{1,2}})(?:\.|st|nd|rd|th)? ?(?:of )?(?P<name>{_M})\b\.?"
    + r"(?:,? ?(?P<year2>\d{4}))?(?!\d)"
    + rf"|\b(?P<name3>{_M}) (?P<day3>\d{{1,2}})(?:st|nd|rd|th)?\b(?:,? ?(?P<year3>\d{{4}}))?(?![\d./\-–])"
    + r"|\b(?P<tomorrow>(?:i ?)?morgen|tomorrow)\b"
    + r"|\b(?P<after>(?:i ?)?overmorgen|day after tomorrow)\b"
    + rf"|\b(?:førstkommende |kommende |coming |this )?(?P<weekday>{_W})\b"
    + r"|\b(?P<nextweek>neste uke|next week)\b"
    + r"|\b(?:uke|veke|week) ?(?:nr\.? ?)?(?P<week>\d{1,2})(?![\d./\-–])"
    + rf"|(?<![\d./\-–])\b(?P<many>\d{{1,2}}|{_N}) ?(?P<unit>dag(?:er)?|døgn|days?|uker?|weeks?)\b)"
    + _AFTER
)


def take(words: str, today: date) -> tuple[str, date | None]:
    """Return the words without their day, and the day; None where there is none, several, or one that has passed."""
    found = list(_DAY.finditer(words))
    rest = _DAY.sub(" ; ", words)
    english = _ENGLISH.search(words) is not None
    days = [_exact(one, today, english=english) for one in found if _is_exact(one)]
    weekdays = [_WEEKDAY[one["weekday"]] for one in found if one["weekday"]]
    weeks = [one for one in found if one["week"] or one["nextweek"]]
    if len(days) > 1 or len(weekdays) > 1 or len(weeks) > 1 or not found:
        return rest, None
    if days:
        day = days[0] if not weeks else None
        if day is not None and weekdays and day.isoweekday() != weekdays[0]:
            day = None
    elif weeks:
        day = _in_week(weeks[0], weekdays[0] if weekdays else _FRIDAY, today)
    else:
        day = today + timedelta(days=(weekdays[0] - today.isoweekday() - 1) % _WEEK + 1)
    return rest, day if day is not None and today < day <= today + FARTHEST else None


def _is_exact(one: re.Match[str]) -> bool:
    return not (one["weekday"] or one["week"] or one["nextweek"])


def _exact(one: re.Match[str], today: date, *, english: bool) -> date | None:
    if one["iso"]:
        return _date(*(int(part) for part in one["iso"].split("-")))
    if one["tomorrow"] or one["after"] or one["many"]:
        return today + timedelta(days=_ahead(one))
    if one["mark"]:
        day, month = int(one["day"]), int(one["month"])
        # In English 5/6 is the sixth of May to some and the fifth of June to others.
        if english and one["mark"] == "/" and day != month and max(day, month) <= len(_MONTHS):
            return None
        return _with_year(day, month, one["year"], today)
    name = one["name"] or one["name3"]
    return _with_year(int(one["day2"] or one["day3"]), _MONTH[name], one["year2"] or one["year3"], today)


def _ahead(one: re.Match[str]) -> int:
    if not one["many"]:
        return 1 if one["tomorrow"] else 2
    count = int(one["many"]) if one["many"].isdigit() else _NUMBERS[one["many"]]
    return count * (_WEEK if one["unit"][0] in "uw" else 1)


def _with_year(day: int, month: int, year: str | None, today: date) -> date | None:
    if year is not None:
        return _date(int(year) if len(year) > 2 else _CENTURY + int(year), month, day)  # noqa: PLR2004
    this = _date(today.year, month, day)
    if this is not None and this >= today:
        return this
    later = _date(today.year + 1, month, day)
    return later if later is not None and later - today <= _NEAR else None


def _in_week(one: re.Match[str], weekday: int, today: date) -> date | None:
    if one["nextweek"]:
        then = today + timedelta(days=_WEEK)
        return date.fromisocalendar(*then.isocalendar()[:2], weekday)
    number = int(one["week"])
    year = today.isocalendar().year
    for which in (year, year + 1):
        try:
            day = date.fromisocalendar(which, number, weekday)
        except ValueError:
            continue
        if today < day <= today + _NEAR:
            return day
    return None


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
