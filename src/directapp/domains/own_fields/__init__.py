"""Own fields: what a company declares itself on the product's collections."""

from collections.abc import Awaitable, Callable
from typing import Any

from directapp.declare.events import Event
from directapp.declare.own_fields import Declared
from directapp.domains.own_fields.collection import collections
from directapp.domains.own_fields.fields import OWN_FIELDS
from directapp.domains.own_fields.read import read_field
from directapp.domains.people.fields import TENANTS, Tenants

__all__ = ["DECLARED", "EVENTS", "EVENT_HANDLERS", "collections"]

DECLARED = Declared(OWN_FIELDS, read_field, (TENANTS, Tenants.status_names))

EVENTS: tuple[Event, ...] = ()
EVENT_HANDLERS: dict[Event, Callable[[Any], Awaitable[None]]] = {}
