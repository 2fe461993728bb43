"""What happens to work items and parts orders."""

from directapp.declare.events import event
from directapp.domains.cars.fields import PARTS_ORDERS
from directapp.domains.workshop.fields import WORK_ITEMS
from directapp.kernel.text import _

PART_ORDERED = event("parts_order.ordered", PARTS_ORDERS, _("Part ordered"))
PART_IN_TRANSIT = event("parts_order.in_transit", PARTS_ORDERS, _("Part in transit"))
PART_ARRIVED = event("parts_order.arrived", PARTS_ORDERS, _("Part arrived"))
PART_INSTALLED = event("parts_order.installed", PARTS_ORDERS, _("Part installed"))
PART_CANCELLED = event("parts_order.cancelled", PARTS_ORDERS, _("Part cancelled"))
PART_EXPECTED = event(
    "parts_order.expected",
    PARTS_ORDERS,
    _("Expected arrival of a part changed"),
    "eta",
)
WORK_PROPOSED = event("work_item.proposed", WORK_ITEMS, _("Work item proposed"))
WORK_APPROVED = event("work_item.approved", WORK_ITEMS, _("Work item approved"))
WORK_STARTED = event("work_item.started", WORK_ITEMS, _("Work item started"))
WORK_COMPLETED = event("work_item.completed", WORK_ITEMS, _("Work item completed"))
WORK_DECLINED = event("work_item.declined", WORK_ITEMS, _("Work item declined"))
