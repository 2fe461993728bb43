"""Fitting: which bookings no longer fit when what they were booked under changes; named, and asked about."""

from collections.abc import Iterable

from directapp.declare.names import FieldName, Row
from directapp.domains.planning.engine.lanes import packed
from directapp.domains.planning.engine.words import when_text
from directapp.domains.planning.fields import ResourceBookings
from directapp.kernel.dates import digits_text
from directapp.kernel.errors import Problem
from directapp.kernel.text import Text, _

_MOST_NAMED = 20


def beyond(bookings: Iterable[Row], room: int) -> list[Row]:
    """Return the bookings that a resource has no room for, the first to begin having been given theirs first."""
    rows = sorted(bookings, key=lambda b: (b[ResourceBookings.starts_at], str(b[ResourceBookings.id])))
    lanes = packed(
        {b[ResourceBookings.id]: (b[ResourceBookings.starts_at], b[ResourceBookings.ends_at], None) for b in rows}, room
    )
    return [b for b in rows if lanes[b[ResourceBookings.id]] > room]


def asked(why: Text, bookings: Iterable[Row], field: FieldName[object]) -> list[Problem]:
    """Ask whether a change shall be made although these bookings no longer fit; none, no question.

    Each is a problem with the code CONFIRM, its id in ``booking``; the first says how many there are.
    """
    rows = sorted(bookings, key=lambda b: (b[ResourceBookings.starts_at], str(b[ResourceBookings.id])))
    if not rows:
        return []
    first = _("{why} Bookings that no longer fit: {n}. They stand until they are moved or cancelled:").fill(
        why=why, n=len(rows)
    )
    named = [
        Problem(
            _("{start} to {end}").fill(
                start=when_text(b[ResourceBookings.starts_at]), end=digits_text(b[ResourceBookings.ends_at])
            ),
            field=field,
            code="CONFIRM",
            extra={"booking": str(b[ResourceBookings.id])},
        )
        for b in rows[:_MOST_NAMED]
    ]
    more = _("and {n} more").fill(n=len(rows) - _MOST_NAMED)
    rest = [Problem(more, field=field, code="CONFIRM")] if len(rows) > _MOST_NAMED else []
    return [Problem(first, field=field, code="CONFIRM"), *named, *rest]
