"""Movable: the bookings that stand, as the engine weighs which of them could give way."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from directapp.declare.names import Row
from directapp.domains.planning.booking_fields import AHEAD
from directapp.domains.planning.engine.conflicts import Movable
from directapp.domains.planning.engine.plan_parts import OWN_PRIORITY
from directapp.domains.planning.engine.world import Booking
from directapp.domains.planning.fields import ResourceBookings
from directapp.domains.planning.survey import Survey


def booking_of(row: Row) -> Booking:
    """Return a booking's row as the engine knows it."""
    return Booking(
        id=str(row[ResourceBookings.id]),
        resource=str(row[ResourceBookings.resource]),
        type=str(row[ResourceBookings.resource_type]),
        site=str(row[ResourceBookings.consumer]),
        start=row[ResourceBookings.starts_at],
        end=row[ResourceBookings.ends_at],
        lane=row[ResourceBookings.lane],
    )


def priority_of(found: Survey, provider: str, consumer: str, kind: str) -> int:
    """Return what a consumer's work counts for at a provider, 0 to 100; a site's own counts most."""
    if provider == consumer:
        return OWN_PRIORITY
    agreed = (
        a.priority for a in found.world.agreements if (a.provider, a.consumer, a.type) == (provider, consumer, kind)
    )
    return max(agreed, default=0)


def movables(found: Survey, earliest: datetime, latest: datetime) -> Iterable[Movable]:
    """Return the bookings as they could give way: after what the car has before, before what it has next."""
    by_car: dict[Any, list[Row]] = {}
    for row in found.bookings:
        by_car.setdefault(row[ResourceBookings.car], []).append(row)
    for row in found.bookings:
        others = [b for b in by_car[row[ResourceBookings.car]] if b[ResourceBookings.id] != row[ResourceBookings.id]]
        before = [
            b[ResourceBookings.ends_at]
            for b in others
            if b[ResourceBookings.ends_at] <= row[ResourceBookings.starts_at]
        ]
        after = [
            b[ResourceBookings.starts_at]
            for b in others
            if b[ResourceBookings.starts_at] >= row[ResourceBookings.ends_at]
        ]
        kind = str(row[ResourceBookings.resource_type])
        yield Movable(
            booking=booking_of(row),
            priority=priority_of(found, str(row[ResourceBookings.provider]), str(row[ResourceBookings.consumer]), kind),
            earliest=max([earliest, *before]),
            latest=min([latest, *after]),
            pinned=bool(row[ResourceBookings.pinned]),
            started=row[ResourceBookings.status] not in AHEAD,
        )
