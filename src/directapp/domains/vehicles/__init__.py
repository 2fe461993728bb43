"""Vehicles that a company keeps, and those who drive them.

Adds the collections ``vehicles``, ``meter_readings``, ``drivers``, ``certifications``, ``assignments`` and
``reservations``; the verb put_in_service on cars, by which a dealer's car becomes a vehicle, and to_stock, by which a
vehicle goes on as a used car.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from directapp.declare.collection import Collection
from directapp.declare.events import Event, events_in
from directapp.declare.verbs import Verb
from directapp.domains.cars import events as car_events
from directapp.domains.cars.fields import CARS
from directapp.domains.vehicles import assignments, certifications, collection, drivers, events, meters, reservations
from directapp.domains.vehicles.to_stock import PUT_IN_SERVICE_VERB, take_over

COLLECTIONS: tuple[Collection, ...] = (
    collection.COLLECTION,
    meters.READINGS,
    drivers.COLLECTION,
    certifications.COLLECTION,
    assignments.COLLECTION,
    reservations.COLLECTION,
)
# What collections of lower domains can do, too.
VERBS: Mapping[str, tuple[Verb, ...]] = {CARS: (PUT_IN_SERVICE_VERB,)}
EVENTS: tuple[Event, ...] = events_in(events)
EVENT_HANDLERS: dict[Event, Callable[[Any], Awaitable[None]]] = {
    car_events.DELIVERED: take_over,
    car_events.ARCHIVED: take_over,
    events.DRIVER_IS_ANOTHER: drivers.keep_persons,
}
