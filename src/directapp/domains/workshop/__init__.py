"""Workshop: inspections, the work and parts that follow from them, and what was done to a car in the end."""

from collections.abc import Awaitable, Callable

from directapp.declare.collection import Collection
from directapp.declare.events import Event, events_in
from directapp.domains.people.events import TENANT_NAMED
from directapp.domains.workshop import events
from directapp.domains.workshop.inspections import INSPECTIONS
from directapp.domains.workshop.inventory import PARTS_INVENTORY
from directapp.domains.workshop.parts import PARTS_ORDERS
from directapp.domains.workshop.seed_templates import SEED_TEMPLATES
from directapp.domains.workshop.service import SERVICE_HISTORY
from directapp.domains.workshop.templates import INSPECTION_TEMPLATES
from directapp.domains.workshop.work_items import WORK_ITEMS
from directapp.services.command import CommandContext

__all__ = ["COLLECTIONS", "EVENTS", "EVENT_HANDLERS", "SEED_TEMPLATES"]

COLLECTIONS: tuple[Collection, ...] = (
    INSPECTION_TEMPLATES,
    INSPECTIONS,
    WORK_ITEMS,
    PARTS_INVENTORY,
    PARTS_ORDERS,
    SERVICE_HISTORY,
)


async def give_templates(ctx: CommandContext) -> None:
    """Give a new company the checklists to begin with; one that has any keeps what it has."""
    if not await ctx.find("inspection_templates", system="importer", limit=1):
        for template in SEED_TEMPLATES:
            await ctx.create("inspection_templates", template, system="importer")


EVENTS: tuple[Event, ...] = events_in(events)
EVENT_HANDLERS: dict[Event, Callable[[CommandContext], Awaitable[None]]] = {TENANT_NAMED: give_templates}
