"""Phrases: cars, moments and lists as people say them, in both languages."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from babel.dates import format_date

from directapp.kernel.clock import OSLO
from directapp.kernel.text import Text

Row = Mapping[str, Any]

A_CAR = Text("Bilen", "The car")
NOBODY = Text("Noen", "Somebody")
NOTHING = Text("", "")
_TAIL = 6
_NORWEGIAN = 8
_LONGEST = 300
_CONTENT = {
    "name": Text("Navn", "Name"),
    "part_number": Text("Delenummer", "Part number"),
    "quantity": Text("Antall", "Quantity"),
    "comment": Text("Merknad", "Comment"),
}


def plain(words: object) -> Text:
    """Return words that are the same in both languages."""
    return Text(str(words), str(words))


def plate(car: Row) -> str:
    """Return what identifies a car at a glance: its plate, else the tail of its VIN, else its order number."""
    written = car.get("license_plate")
    if written:
        return f"{written[:2]} {written[2:]}" if written[:2].isalpha() and written[2:].isdigit() else str(written)
    if car.get("vin"):
        return f"…{str(car['vin'])[-_TAIL:]}"
    return str(car.get("order_number") or "")


def model(car: Row) -> Text:
    """Return make and model."""
    words = " ".join(str(car[n]) for n in ("make", "model") if car.get(n))
    return plain(words) if words else A_CAR


def car_name(car: Row | None) -> Text:
    """Return a car as it is named in a list."""
    if car is None:
        return A_CAR
    code, name = plate(car), " ".join(str(car[n]) for n in ("make", "model") if car.get(n))
    words = " ".join(part for part in (code, name) if part)
    return plain(words) if words else A_CAR


def person_name(user: Row | None) -> str:
    """Return a person's name."""
    if not user:
        return ""
    return " ".join(str(user[n]) for n in ("first_name", "last_name") if user.get(n))


def _day(day: date, pattern_nb: str, pattern_en: str) -> Text:
    return Text(format_date(day, pattern_nb, locale="nb_NO"), format_date(day, pattern_en, locale="en_GB"))


def day_text(day: date) -> Text:
    """Return a day: torsdag 26. november."""
    return _day(day, "EEEE d. MMMM", "EEEE d MMMM")


def moment_text(instant: datetime) -> Text:
    """Return a moment on the clocks of Norway: tor. 26. nov. kl. 13.00."""
    local = instant.astimezone(OSLO)
    said = _day(local.date(), "EEE d. MMM", "EEE d MMM")
    return Text(f"{said.nb} kl. {local:%H.%M}", f"{said.en} at {local:%H:%M}")


def span_text(start: datetime, end: datetime | None) -> Text:
    """Return a time from start to end: tor. 26. nov. kl. 13.00–15.30; the end's day is named where it is another."""
    said = moment_text(start)
    if end is None:
        return said
    local = end.astimezone(OSLO)
    if local.date() != start.astimezone(OSLO).date():
        last = moment_text(end)
        return Text(f"{said.nb} – {last.nb}", f"{said.en} – {last.en}")
    return Text(f"{said.nb}–{local:%H.%M}", f"{said.en}–{local:%H:%M}")


def week_text(day: date) -> Text:
    """Return a week: uke 49."""
    number = day.isocalendar().week
    return Text(f"uke {number}", f"week {number}")


def hour_text(instant: datetime) -> Text:
    """Return a time of day."""
    local = instant.astimezone(OSLO)
    return Text(f"kl. {local:%H.%M}", f"at {local:%H:%M}")


def phone_text(written: object) -> str:
    """Return a phone number as it is read: Norwegian ones in pairs that stay together, without country code."""
    number = str(written)
    digits = number.removeprefix("+47")
    pairs = [digits[n : n + 2] for n in range(0, len(digits), 2)]
    return "\u00a0".join(pairs) if len(digits) == _NORWEGIAN and digits.isdigit() else number


def join(parts: Iterable[Text]) -> Text:
    """Return sentences one after the other, empty ones left out."""
    kept = [part for part in parts if part.nb.strip()]
    return Text(" ".join(part.nb for part in kept), " ".join(part.en for part in kept))


def short(words: object) -> Text:
    """Return what somebody wrote, cut where it is long."""
    text = " ".join(str(words or "").split())
    return plain(text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…")


def difference(content: Mapping[str, Any] | None, name: object) -> Text:
    """Return what changed of an accessory, value by value."""
    nb, en = [], []
    for field, pair in (content or {}).items():
        label = _CONTENT.get(field)
        if label is None or not isinstance(pair, list | tuple):
            continue
        was, now = ("–" if value in (None, "") else str(value) for value in pair)
        nb.append(f"{label.nb}: {was} → {now}")
        en.append(f"{label.en}: {was} → {now}")
    if not nb:
        return plain(f"{name}.")
    return Text(f"{name}: {', '.join(nb)}.", f"{name}: {', '.join(en)}.")
