"""Maintenance: what is done on vehicles again and again, when it is due, and the work itself.

Adds the collections ``service_programs`` and ``maintenance_schedules``: a program makes a schedule for each vehicle
that it is for; how schedules stand is worked out at each reading and every night. Adds ``work_orders`` with their
lines: ``work_order_tasks``, ``labor_entries``, ``part_uses`` from the one stock, ``stock_moves``, ``vendor_lines``.
"""

from collections.abc import Awaitable, Callable
from typing import Any

from directapp.declare.collection import Collection
from directapp.declare.events import Event, events_in
from directapp.domains.maintenance import events, order_lines, orders, part_uses, programs, schedules
from directapp.domains.maintenance.review import review_schedule, review_vehicle
from directapp.domains.vehicles import events as vehicle_events

COLLECTIONS: tuple[Collection, ...] = (
    programs.COLLECTION,
    schedules.COLLECTION,
    orders.COLLECTION,
    order_lines.TASKS,
    order_lines.LABOR,
    part_uses.USES,
    part_uses.STOCK,
    order_lines.VENDORS,
)
EVENTS: tuple[Event, ...] = events_in(events)
EVENT_HANDLERS: dict[Event, Callable[[Any], Awaitable[None]]] = {
    vehicle_events.IN_OPERATION: programs.give_new_vehicle,
    vehicle_events.METERED: review_vehicle,
    events.SCHEDULED: review_schedule,
}
