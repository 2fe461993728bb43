"""People: tenants, their dealerships, users and roles, and how people sign in.

Collections here; the sign-in flows stand in ``auth`` and ``links`` over the port in ``ports``.
The one event is ``user.invited`` (payload ``user``): the mailer answers it with ``links.send_invite``.
"""

from collections.abc import Awaitable, Callable
from typing import Any

from directapp.declare.collection import Collection
from directapp.domains.people import credentials, dealerships, roles, tenants, users

COLLECTIONS: tuple[Collection, ...] = (
    tenants.COLLECTION,
    roles.COLLECTION,
    dealerships.COLLECTION,
    users.COLLECTION,
    *credentials.COLLECTIONS,
)

EVENT_HANDLERS: dict[str, Callable[[Any], Awaitable[None]]] = {}
