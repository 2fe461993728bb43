"""Movable: the bookings that stand, as the engine weighs which of them could give way."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from directapp.declare.case import Row
from directapp.domains.planning.booking_fields import AHEAD
from directapp.domains.planning.engine.conflicts import Movable
from directapp.domains.planning.engine.plan_parts import OWN_PRIORITY
from directapp.domains.planning.engine.world import Booking
from directapp.domains.planning.survey import Survey


def booking_of(row: Row) -> Booking:
    """Return a booking's row as the engine knows it."""
    return Booking(
        id=str(row["id"]),
        resource=str(row["resource"]),
        type=str(row["resource_type"]),
        site=str(row["consumer"]),
        start=row["starts_at"],
        end=row["ends_at"],
        lane=row["lane"],
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
        by_car.setdefault(row["car"], []).append(row)
    for row in found.bookings:
        others = [b for b in by_car[row["car"]] if b["id"] != row["id"]]
        before = [b["ends_at"] for b in others if b["ends_at"] <= row["starts_at"]]
        after = [b["starts_at"] for b in others if b["starts_at"] >= row["ends_at"]]
        kind = str(row["resource_type"])
        yield Movable(
            booking=booking_of(row),
            priority=priority_of(found, str(row["provider"]), str(row["consumer"]), kind),
            earliest=max([earliest, *before]),
            latest=min([latest, *after]),
            pinned=bool(row["pinned"]),
            started=row["status"] not in AHEAD,
        )
