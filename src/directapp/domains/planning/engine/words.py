"""How instants and amounts are written in the reasons that the engine gives."""

from datetime import datetime
from functools import lru_cache

from directapp.kernel.clock import OSLO
from directapp.kernel.dates import digits_text, short_day_text
from directapp.kernel.text import Number, Text, _, ngettext

_WHEN = _("{day} {clock}")
_MINUTES = ngettext("{count} minute", "{count} minutes")
_HOURS = ngettext("{count} hour", "{count} hours")
_DAYS = ngettext("{count} day", "{count} days")

# From so many hours on, halves are not said; from so many, days are.
_EXACT, _LONG = 10, 48


@lru_cache(maxsize=2048)
def when_text(instant: datetime) -> Text:
    """Return an instant as people in Norway read it: ``fre. 20. nov. kl. 13:30``."""
    return _WHEN.fill(day=short_day_text(instant.astimezone(OSLO).date()), clock=digits_text(instant))


def number_text(value: float, decimals: int = 2) -> Text:
    """Return a number with no more decimals than it needs: ``2,5`` and ``2.5``."""
    plain = f"{value:.{decimals}f}"
    plain = plain.rstrip("0").rstrip(".") if "." in plain else plain
    return Number("0" if plain == "-0" else plain)


def hours_text(hours: float) -> Text:
    """Return an amount of hours: ``2,5 timer`` and ``2.5 hours``."""
    return _HOURS.fill(count=number_text(hours))


def about_text(hours: float) -> Text:
    """Return an amount of time as people say it: ``45 minutter``, ``2,5 timer``, ``29 timer``, ``3 dager``."""
    if hours < 1:
        return _MINUTES.fill(count=round(hours * 60))
    if hours < _EXACT:
        return hours_text(round(hours * 2) / 2)
    return _HOURS.fill(count=round(hours)) if hours < _LONG else _DAYS.fill(count=round(hours / 24))
