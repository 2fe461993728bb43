"""What happens in the maintenance of vehicles."""

from directapp.declare.events import event
from directapp.domains.maintenance.fields import MAINTENANCE_SCHEDULES, SERVICE_PROGRAMS
from directapp.kernel.text import _

PROGRAM_APPLIED = event("service_program.applied", SERVICE_PROGRAMS, _("Service program applied"), internal=True)
SCHEDULED = event("maintenance.scheduled", MAINTENANCE_SCHEDULES, _("Maintenance scheduled anew"))
DUE = event("maintenance.due", MAINTENANCE_SCHEDULES, _("Maintenance due"))
OVERDUE = event("maintenance.overdue", MAINTENANCE_SCHEDULES, _("Maintenance overdue"))
MAINTAINED = event("maintenance.done", MAINTENANCE_SCHEDULES, _("Maintenance done"))
