"""Load order: every domain's collections, and what they react to."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import lru_cache
from typing import Any

from directapp.declare.events import Event
from directapp.declare.spec import Spec
from directapp.domains import (
    automation,
    cars,
    imports,
    maintenance,
    messages,
    operations,
    own_fields,
    people,
    planning,
    privacy,
    records,
    registry,
    saved_views,
    vehicles,
    workshop,
)

DOMAINS = (
    people,
    cars,
    vehicles,
    workshop,
    maintenance,
    records,
    imports,
    saved_views,
    planning,
    messages,
    registry,
    operations,
    privacy,
)
EVENTS: tuple[Event, ...] = tuple(event for domain in (*DOMAINS, automation) for event in domain.EVENTS)

EventHandler = Callable[[Any], Awaitable[None]]


@lru_cache(maxsize=1)
def load_spec() -> Spec:
    """Return the product's Spec (DeclarationError: a declaration is wrong)."""
    declared = [
        replace(
            collection,
            rules=(*collection.rules, *cars.RULES.get(collection.name, ())),
            verbs=(*collection.verbs, *vehicles.VERBS.get(collection.name, ())),
        )
        for domain in DOMAINS
        for collection in domain.COLLECTIONS
    ]
    declared += own_fields.collections(declared)
    spec = Spec([*declared, *automation.collections(load_spec, EVENTS)], EVENTS, own_fields.DECLARED)
    for event in load_event_handlers():
        spec.demand_declared(event)
    return spec


def load_event_handlers(*, quiet: bool = False, rules: bool = True) -> dict[Event, list[EventHandler]]:
    """Return what follows each event, in load order.

    ``quiet`` tells nobody of it and asks for no outlook, as of a past that is filled in; without ``rules`` none is run.
    """
    found: dict[Event, list[EventHandler]] = {}
    for domain in DOMAINS:
        if quiet and domain is messages:
            continue
        handlers = planning.BOOKING_HANDLERS if quiet and domain is planning else domain.EVENT_HANDLERS
        for event, handler in handlers.items():
            found.setdefault(event, []).append(handler)
    for event, handler in (automation.event_handlers(EVENTS) if rules else {}).items():
        found.setdefault(event, []).append(handler)
    return found
