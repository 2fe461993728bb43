"""People: tenants, their dealerships, users and roles, and how people sign in.

Collections here; the sign-in flows stand in ``auth`` and ``links`` over the port in ``ports``.
"""

from collections.abc import Awaitable, Callable
from typing import Any

from directapp.declare.collection import Collection
from directapp.declare.events import Event, events_in
from directapp.domains.people import (
    credentials,
    dealerships,
    departments,
    directory,
    events,
    identity_providers,
    networks,
    optional_steps,
    role_collections,
    second_factor,
    tenants,
    tracking,
    users,
)

COLLECTIONS: tuple[Collection, ...] = (
    tenants.COLLECTION,
    *role_collections.COLLECTIONS,
    dealerships.COLLECTION,
    users.COLLECTION,
    *identity_providers.COLLECTIONS,
    *credentials.COLLECTIONS,
    *second_factor.COLLECTIONS,
    networks.COLLECTION,
    departments.COLLECTION,
    tracking.COLLECTION,
    *directory.COLLECTIONS,
)

EVENTS: tuple[Event, ...] = events_in(events)
EVENT_HANDLERS: dict[Event, Callable[[Any], Awaitable[None]]] = {events.SITE_OPENED: optional_steps.begin_as_company}
