"""Cars: from order to archive.

Adds the collections ``cars``, ``car_accessories``, ``car_transfers`` and ``car_stages``; the verbs transfer, receive,
claim, take_next, reassign, hand_over, archive, restore and correct on cars, receive and refuse on
transfers; and the event handlers that archive delivered cars and link a car to its earlier row.
``event handlers.archive_due`` is the sweep for a scheduled job. ``identifiers`` serves the importer.
"""

from collections.abc import Awaitable, Callable
from typing import Any

from directapp.declare.collection import Collection
from directapp.declare.events import Event, events_in
from directapp.domains.cars import events, handlers
from directapp.domains.cars.accessories import CAR_ACCESSORIES
from directapp.domains.cars.collection import CARS
from directapp.domains.cars.stages import CAR_STAGES
from directapp.domains.cars.transfers import CAR_TRANSFERS

COLLECTIONS: tuple[Collection, ...] = (CARS, CAR_ACCESSORIES, CAR_TRANSFERS, CAR_STAGES)
EVENTS: tuple[Event, ...] = events_in(events)
EVENT_HANDLERS: dict[Event, Callable[[Any], Awaitable[None]]] = dict(handlers.EVENT_HANDLERS)
