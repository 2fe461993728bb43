"""What happens in the maintenance of vehicles."""

from directapp.declare.events import event
from directapp.domains.maintenance.fields import MAINTENANCE_SCHEDULES, SERVICE_PROGRAMS, WORK_ORDERS
from directapp.kernel.text import _

PROGRAM_APPLIED = event("service_program.applied", SERVICE_PROGRAMS, _("Service program applied"), internal=True)
SCHEDULED = event("maintenance.scheduled", MAINTENANCE_SCHEDULES, _("Maintenance scheduled anew"))
DUE = event("maintenance.due", MAINTENANCE_SCHEDULES, _("Maintenance due"))
OVERDUE = event("maintenance.overdue", MAINTENANCE_SCHEDULES, _("Maintenance overdue"))
MAINTAINED = event("maintenance.done", MAINTENANCE_SCHEDULES, _("Maintenance done"))
ORDER_SUBMITTED = event("work_order.awaiting_approval", WORK_ORDERS, _("Work order awaits approval"))
ORDER_APPROVED = event("work_order.approved", WORK_ORDERS, _("Work order approved"))
ORDER_REJECTED = event("work_order.rejected", WORK_ORDERS, _("Work order not approved"))
ORDER_ASSIGNED = event("work_order.assigned", WORK_ORDERS, _("Work order assigned"))
ORDER_COMPLETED = event("work_order.completed", WORK_ORDERS, _("Work order completed"))
ORDER_RELEASED = event("work_order.released", WORK_ORDERS, _("Vehicle released after repair"))
ORDER_REOPENED = event("work_order.reopened", WORK_ORDERS, _("Work order reopened"))
ORDER_CANCELLED = event("work_order.cancelled", WORK_ORDERS, _("Work order cancelled"))
