"""Days and times as sentences name them, in Norway's time; the order of their parts is a message too."""

from dataclasses import dataclass
from datetime import date, datetime

from directapp.kernel.clock import OSLO
from directapp.kernel.languages import Language
from directapp.kernel.text import READERS, Text, _, pgettext, verbatim

# Days that have a name of their own, by how far they are away.
NEAR_DAYS = {0: _("today"), 1: _("tomorrow"), -1: _("yesterday")}
# Monday first, as ``date.weekday`` counts.
WEEKDAYS = (
    pgettext("within a sentence", "Monday"),
    pgettext("within a sentence", "Tuesday"),
    pgettext("within a sentence", "Wednesday"),
    pgettext("within a sentence", "Thursday"),
    pgettext("within a sentence", "Friday"),
    pgettext("within a sentence", "Saturday"),
    pgettext("within a sentence", "Sunday"),
)
SHORT_WEEKDAYS = (
    pgettext("short, within a sentence", "Mon"),
    pgettext("short, within a sentence", "Tue"),
    pgettext("short, within a sentence", "Wed"),
    pgettext("short, within a sentence", "Thu"),
    pgettext("short, within a sentence", "Fri"),
    pgettext("short, within a sentence", "Sat"),
    pgettext("short, within a sentence", "Sun"),
)
MONTHS = (
    pgettext("within a sentence", "January"),
    pgettext("within a sentence", "February"),
    pgettext("within a sentence", "March"),
    pgettext("within a sentence", "April"),
    pgettext("within a sentence", "May"),
    pgettext("within a sentence", "June"),
    pgettext("within a sentence", "July"),
    pgettext("within a sentence", "August"),
    pgettext("within a sentence", "September"),
    pgettext("within a sentence", "October"),
    pgettext("within a sentence", "November"),
    pgettext("within a sentence", "December"),
)
SHORT_MONTHS = (
    pgettext("short, within a sentence", "Jan"),
    pgettext("short, within a sentence", "Feb"),
    pgettext("short, within a sentence", "Mar"),
    pgettext("short, within a sentence", "Apr"),
    pgettext("short, within a sentence", "May"),
    pgettext("short, within a sentence", "Jun"),
    pgettext("short, within a sentence", "Jul"),
    pgettext("short, within a sentence", "Aug"),
    pgettext("short, within a sentence", "Sept"),
    pgettext("short, within a sentence", "Oct"),
    pgettext("short, within a sentence", "Nov"),
    pgettext("short, within a sentence", "Dec"),
)
_DAY = pgettext("a day", "{weekday} {day} {month}")
_CLOCK = pgettext("a time of day", "{hour}:{minute}")


@dataclass(frozen=True, slots=True)
class DayText(Text):
    """A day with its weekday, in few letters where ``short``."""

    day: date
    short: bool = False

    def pick(self, language: Language) -> str:
        """Return the day as sentences of a language name it."""
        weekdays, months = (SHORT_WEEKDAYS, SHORT_MONTHS) if self.short else (WEEKDAYS, MONTHS)
        weekday, month = weekdays[self.day.weekday()], months[self.day.month - 1]
        return _DAY.fill(weekday=weekday, day=self.day.day, month=month).pick(language)

    def as_json(self) -> object:
        """Return the day."""
        return {"day": self.day.isoformat()} | ({"short": True} if self.short else {})


READERS["day"] = lambda kept: DayText(date.fromisoformat(kept["day"]), bool(kept.get("short")))


def day_text(day: date) -> Text:
    """Return a day with its weekday: ``fredag 20. november``."""
    return DayText(day)


def short_day_text(day: date) -> Text:
    """Return a day with its weekday in few letters: ``fre. 20. nov.``."""
    return DayText(day, short=True)


def clock_text(instant: datetime) -> Text:
    """Return a time of day: ``13.30``, in English ``13:30``."""
    local = instant.astimezone(OSLO)
    return _CLOCK.fill(hour=f"{local:%H}", minute=f"{local:%M}")


def digits_text(instant: datetime) -> Text:
    """Return a time of day as clocks show it in every language: ``13:30``."""
    return verbatim(f"{instant.astimezone(OSLO):%H:%M}")
