"""How instants, days and amounts are written in the reasons that the engine gives."""

from datetime import date, datetime
from functools import lru_cache

from babel.dates import format_date, format_datetime

from directapp.kernel.clock import OSLO
from directapp.kernel.text import Text

_LANGUAGE = {"nb": "nb_NO", "en": "en_GB"}


@lru_cache(maxsize=2048)
def when_text(instant: datetime) -> Text:
    """Return an instant as people in Norway read it: ``fre. 20. nov. kl. 13:30``."""
    local = instant.astimezone(OSLO)
    return Text(
        format_datetime(local, "EEE d. MMM 'kl.' HH:mm", locale=_LANGUAGE["nb"]),
        format_datetime(local, "EEE d MMM HH:mm", locale=_LANGUAGE["en"]),
    )


def clock_text(instant: datetime) -> Text:
    """Return the clock time of an instant in Norway: ``13:30``."""
    clock = f"{instant.astimezone(OSLO):%H:%M}"
    return Text(clock, clock)


@lru_cache(maxsize=512)
def day_text(day: date) -> Text:
    """Return a day with its weekday: ``fredag 20. november``."""
    return Text(
        format_date(day, "EEEE d. MMMM", locale=_LANGUAGE["nb"]),
        format_date(day, "EEEE d MMMM", locale=_LANGUAGE["en"]),
    )


def number_text(value: float, decimals: int = 2) -> Text:
    """Return a number with no more decimals than it needs: ``2,5`` and ``2.5``."""
    plain = f"{value:.{decimals}f}"
    plain = plain.rstrip("0").rstrip(".") if "." in plain else plain
    plain = "0" if plain == "-0" else plain
    return Text(plain.replace(".", ","), plain)


def hours_text(hours: float) -> Text:
    """Return an amount of hours: ``2,5 timer`` and ``2.5 hours``."""
    number = number_text(hours)
    one = number.en == "1"
    return Text(f"{number.nb} {'time' if one else 'timer'}", f"{number.en} {'hour' if one else 'hours'}")


def listed(texts: list[Text]) -> Text:
    """Return several things in one sentence: ``a, b og c``."""
    if len(texts) == 1:
        return texts[0]
    nb, en = [t.nb for t in texts], [t.en for t in texts]
    return Text(f"{', '.join(nb[:-1])} og {nb[-1]}", f"{', '.join(en[:-1])} and {en[-1]}")
