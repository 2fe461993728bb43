"""Cars: from order to archive.

Adds the collections ``cars``, ``car_accessories``, ``car_transfers``, ``car_stages``, ``mileage_readings`` and
``consents``; the verbs transfer, receive, claim, take_next, reassign, hand_over, archive, restore and correct on cars,
receive and refuse on transfers; and the event handlers that archive delivered cars and link a car to its earlier row.
``handlers.archive_due`` is the sweep for a scheduled job. The goals that a site
sets name statuses of cars: a rule judges them.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from directapp.declare.case import Case
from directapp.declare.collection import Collection
from directapp.declare.events import Event, events_in
from directapp.domains.cars import events, handlers
from directapp.domains.cars.accessories import CAR_ACCESSORIES
from directapp.domains.cars.collection import CARS
from directapp.domains.cars.consents import CONSENT_LOG
from directapp.domains.cars.mileage import READINGS
from directapp.domains.cars.requests import REQUESTS
from directapp.domains.cars.rules import goals_have_statuses
from directapp.domains.cars.stages import CAR_STAGES
from directapp.domains.cars.transfers import CAR_TRANSFERS
from directapp.domains.people.fields import DEALERSHIPS
from directapp.kernel.errors import Problem

COLLECTIONS: tuple[Collection, ...] = (
    CARS,
    CAR_ACCESSORIES,
    CAR_TRANSFERS,
    REQUESTS,
    CAR_STAGES,
    READINGS,
    CONSENT_LOG,
)
# What collections of lower domains are judged by, too.
RULES: Mapping[str, tuple[Callable[[Case], list[Problem]], ...]] = {DEALERSHIPS: (goals_have_statuses,)}
EVENTS: tuple[Event, ...] = events_in(events)
EVENT_HANDLERS: dict[Event, Callable[[Any], Awaitable[None]]] = dict(handlers.EVENT_HANDLERS)
