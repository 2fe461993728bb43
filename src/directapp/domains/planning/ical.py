"""Calendars that others subscribe to: bookings as RFC 5545 writes them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

_PRODUCT = "-//DirectApp//Planning//NO"
_ASK_AGAIN = timedelta(minutes=15)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One booking in a calendar. The id lasts; ``version`` grows with every change."""

    id: str
    start: datetime
    end: datetime
    summary: str
    location: str = ""
    description: str = ""
    url: str = ""
    cancelled: bool = False
    version: int = 0
    changed_at: datetime


def calendar_text(name: str, entries: Iterable[Entry]) -> str:
    """Return a calendar; the same entries make the same text."""
    # Imported here: the library brings more than the server needs to start.
    from icalendar import Calendar, Event  # noqa: PLC0415

    calendar = Calendar()
    calendar.add("prodid", _PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", name)
    calendar.add("refresh-interval", _ASK_AGAIN, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT15M")
    for entry in sorted(entries, key=lambda e: (e.start, e.id)):
        event = Event()
        event.add("uid", f"{entry.id}@directapp")
        event.add("dtstamp", entry.changed_at)
        event.add("last-modified", entry.changed_at)
        event.add("sequence", entry.version)
        event.add("dtstart", entry.start)
        event.add("dtend", entry.end)
        event.add("summary", entry.summary)
        event.add("status", "CANCELLED" if entry.cancelled else "CONFIRMED")
        for key, value in (("location", entry.location), ("description", entry.description), ("url", entry.url)):
            if value:
                event.add(key, value)
        calendar.add_component(event)
    text: str = calendar.to_ical().decode()
    return text
