"""The clock: the only place that asks what time it is, so that rules stay pure."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

OSLO = ZoneInfo("Europe/Oslo")

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """Return the present instant, in UTC."""
    return datetime.now(UTC)


def oslo_day(instant: datetime) -> date:
    """Return the calendar day of an instant as people in Norway see it."""
    return instant.astimezone(OSLO).date()
