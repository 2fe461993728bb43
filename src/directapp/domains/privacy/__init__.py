"""Privacy: what is held of people, handed out, erased and kept no longer; who looked at whom.

Adds the collections ``personal_requests``, ``retention_rules`` and ``personal_views``. Which fields are personal is
declared where they are (``personal=``); ``register`` tells them all, ``held`` finds the records, ``erasing`` decides.
"""

from collections.abc import Awaitable, Callable
from typing import Any

from directapp.declare.collection import Collection
from directapp.declare.events import Event
from directapp.domains.privacy.looks import VIEWS_OF_CUSTOMERS
from directapp.domains.privacy.requests import REQUESTS
from directapp.domains.privacy.retention import RULES

COLLECTIONS: tuple[Collection, ...] = (REQUESTS, RULES, VIEWS_OF_CUSTOMERS)
EVENTS: tuple[Event, ...] = ()
EVENT_HANDLERS: dict[Event, Callable[[Any], Awaitable[None]]] = {}
