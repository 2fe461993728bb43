"""Phrases: cars, moments and changes as people say them."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from directapp.declare.names import Row
from directapp.domains.cars.fields import Cars
from directapp.domains.cars.naming import make_and_model
from directapp.domains.people.fields import Users
from directapp.kernel.clock import OSLO
from directapp.kernel.dates import clock_text, short_day_text
from directapp.kernel.text import Text, _, join, pgettext, verbatim

A_CAR = _("The car")
NOBODY = _("Somebody")
NOTHING = verbatim("")
_MOMENT = _("{day} at {clock}")
_FROM_TO = _("{start}–{end}")
_FROM_DAY_TO_DAY = _("{start} – {end}")
_CHANGE = _("{label}: {was} → {now}")
_CHANGES = _("{name}: {changes}.")
_TAIL = 6
_NORWEGIAN = 8
_LONGEST = 300
_CONTENT = {
    "name": _("Name"),
    "part_number": _("Part number"),
    "quantity": _("Quantity"),
    "comment": pgettext("accessory", "Comment"),
}


def plate(car: Row) -> str:
    """Return what identifies a car at a glance: its plate, else the tail of its VIN, else its order number."""
    written = car.get(Cars.license_plate)
    if written:
        return f"{written[:2]} {written[2:]}" if written[:2].isalpha() and written[2:].isdigit() else str(written)
    if car.get(Cars.vin):
        return f"…{str(car[Cars.vin])[-_TAIL:]}"
    return str(car.get(Cars.order_number) or "")


def model(car: Row) -> Text:
    """Return make and model."""
    words = make_and_model(car)
    return verbatim(words) if words else A_CAR


def car_name(car: Row | None) -> Text:
    """Return a car as it is named in a list."""
    if car is None:
        return A_CAR
    code, name = plate(car), make_and_model(car)
    words = " ".join(part for part in (code, name) if part)
    return verbatim(words) if words else A_CAR


def person_name(user: Row | None) -> str:
    """Return a person's name."""
    if not user:
        return ""
    return " ".join(str(user[n]) for n in (Users.first_name, Users.last_name) if user.get(n))


def moment_text(instant: datetime) -> Text:
    """Return a moment on the clocks of Norway: tor. 26. nov. kl. 13.00."""
    return _MOMENT.fill(day=short_day_text(instant.astimezone(OSLO).date()), clock=clock_text(instant))


def span_text(start: datetime, end: datetime | None) -> Text:
    """Return a time from start to end: tor. 26. nov. kl. 13.00–15.30; the end's day is named where it is another."""
    said = moment_text(start)
    if end is None:
        return said
    if end.astimezone(OSLO).date() != start.astimezone(OSLO).date():
        return _FROM_DAY_TO_DAY.fill(start=said, end=moment_text(end))
    return _FROM_TO.fill(start=said, end=clock_text(end))


def week_text(day: date) -> Text:
    """Return a week: uke 49."""
    return _("week {number}").fill(number=day.isocalendar().week)


def hour_text(instant: datetime) -> Text:
    """Return a time of day."""
    return _("at {clock}").fill(clock=clock_text(instant))


def phone_text(written: object) -> str:
    """Return a phone number as it is read: Norwegian ones in pairs that stay together, without country code."""
    number = str(written)
    digits = number.removeprefix("+47")
    pairs = [digits[n : n + 2] for n in range(0, len(digits), 2)]
    return "\u00a0".join(pairs) if len(digits) == _NORWEGIAN and digits.isdigit() else number


def shortened(words: object) -> str:
    """Return what somebody wrote, cut where it is long."""
    text = " ".join(str(words or "").split())
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def short(words: object) -> Text:
    """Return what somebody wrote, cut where it is long, as a part of a sentence."""
    return verbatim(shortened(words))


def difference(content: Mapping[str, Any] | None, name: object) -> Text:
    """Return what changed of an accessory, value by value."""
    changes = []
    for field, pair in (content or {}).items():
        label = _CONTENT.get(field)
        if label is None or not isinstance(pair, list | tuple):
            continue
        was, now = ("–" if value in (None, "") else str(value) for value in pair)
        changes.append(_CHANGE.fill(label=label, was=was, now=now))
    if not changes:
        return verbatim(f"{name}.")
    return _CHANGES.fill(name=name, changes=join(changes, ", "))
