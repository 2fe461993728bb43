"""The hours of a booking: minutes begun, told in hours. The same as the tallies count in the database."""

from collections.abc import Iterable
from datetime import timedelta
from decimal import Decimal
from math import ceil

from directapp.declare.names import Row
from directapp.domains.planning.fields import ResourceBookings

# These hold no hours of a day or a week; what was completed keeps those it was booked for.
GONE = ("cancelled", "no_show")
_HOUR = 60  # minutes


def minutes_of(booking: Row) -> int:
    """Return the minutes that a booking holds: each one begun, none when it is cancelled or nobody came."""
    if (
        booking.get(ResourceBookings.status) in GONE
        or not booking.get(ResourceBookings.starts_at)
        or not booking.get(ResourceBookings.ends_at)
    ):
        return 0
    length: timedelta = booking[ResourceBookings.ends_at] - booking[ResourceBookings.starts_at]
    return ceil(length.total_seconds() / 60)


def in_hours(minutes: int) -> Decimal:
    """Return minutes as hours of two decimals; different minutes stay different."""
    return (Decimal(minutes) / _HOUR).quantize(Decimal("0.01"))


def in_minutes(hours: Decimal | None) -> int:
    """Return the minutes that hours of two decimals stand for."""
    return round((hours or Decimal(0)) * _HOUR)


def hours_of(*bookings: Row) -> Decimal:
    """Return the hours that bookings hold together."""
    return in_hours(sum_minutes(bookings))


def sum_minutes(bookings: Iterable[Row]) -> int:
    """Return the minutes that bookings hold together."""
    return sum(map(minutes_of, bookings))
