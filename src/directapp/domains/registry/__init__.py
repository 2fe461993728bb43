"""The vehicle registry: look-ups for those who wait, enrichment at night, and inspections that fall due.

Adds the collections ``registry_answers``, ``enrichment_runs``, ``enrichment_logs`` and ``inspection_reminders``;
the verb run_now on enrichment runs. ``lookups.Lookups`` asks the registry outside any transaction and keeps its
answers; cars take them over by their own verb fill_from_registry. ``nightly.Enricher`` and ``inspections`` serve
the schedules.
"""

from collections.abc import Awaitable, Callable

from directapp.declare.collection import Collection
from directapp.declare.events import Event, events_in
from directapp.domains.registry import events
from directapp.domains.registry.answers import REGISTRY_ANSWERS
from directapp.domains.registry.runs import ENRICHMENT_LOGS, ENRICHMENT_RUNS, INSPECTION_REMINDERS
from directapp.services.command import CommandContext

COLLECTIONS: tuple[Collection, ...] = (REGISTRY_ANSWERS, ENRICHMENT_RUNS, ENRICHMENT_LOGS, INSPECTION_REMINDERS)
EVENTS: tuple[Event, ...] = events_in(events)
EVENT_HANDLERS: dict[Event, Callable[[CommandContext], Awaitable[None]]] = {}
