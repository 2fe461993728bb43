"""What happens to work items and parts orders."""

from directapp.declare.events import event
from directapp.domains.cars.fields import PARTS_ORDERS
from directapp.domains.workshop.fields import WORK_ITEMS
from directapp.kernel.text import Text

PART_ORDERED = event("parts_order.ordered", PARTS_ORDERS, Text("Del bestilt", "Part ordered"))
PART_IN_TRANSIT = event("parts_order.in_transit", PARTS_ORDERS, Text("Del underveis", "Part in transit"))
PART_ARRIVED = event("parts_order.arrived", PARTS_ORDERS, Text("Del ankommet", "Part arrived"))
PART_INSTALLED = event("parts_order.installed", PARTS_ORDERS, Text("Del montert", "Part installed"))
PART_CANCELLED = event("parts_order.cancelled", PARTS_ORDERS, Text("Del avbestilt", "Part cancelled"))
PART_EXPECTED = event(
    "parts_order.expected",
    PARTS_ORDERS,
    Text("Ny forventet ankomst for del", "Expected arrival of a part changed"),
    "eta",
)
WORK_PROPOSED = event("work_item.proposed", WORK_ITEMS, Text("Arbeidspunkt foreslått", "Work item proposed"))
WORK_APPROVED = event("work_item.approved", WORK_ITEMS, Text("Arbeidspunkt godkjent", "Work item approved"))
WORK_STARTED = event("work_item.started", WORK_ITEMS, Text("Arbeidspunkt startet", "Work item started"))
WORK_COMPLETED = event("work_item.completed", WORK_ITEMS, Text("Arbeidspunkt utført", "Work item completed"))
WORK_DECLINED = event("work_item.declined", WORK_ITEMS, Text("Arbeidspunkt avslått", "Work item declined"))
