"""What happens to vehicles, and to those who drive them."""

from directapp.declare.events import event
from directapp.declare.kinds import Kind
from directapp.domains.vehicles.fields import (
    ASSIGNMENTS,
    CERTIFICATIONS,
    DRIVERS,
    METER_READINGS,
    RESERVATIONS,
    VEHICLES,
)
from directapp.kernel.text import _

PUT_IN_SERVICE = event("vehicle.put_in_service", VEHICLES, _("Vehicle put in service"))
IN_OPERATION = event("vehicle.in_operation", VEHICLES, _("Vehicle in operation"))
AT_WORKSHOP = event("vehicle.at_workshop", VEHICLES, _("Vehicle at the workshop"))
OUT_OF_SERVICE = event("vehicle.out_of_service", VEHICLES, _("Vehicle out of service"))
TO_STOCK = event("vehicle.to_stock", VEHICLES, _("Vehicle taken into used stock"))
METERED = event("vehicle.metered", VEHICLES, _("Meters of a vehicle moved"))
READING_DOUBTED = event("meter_reading.doubted", METER_READINGS, _("Meter reading doubted"))
ASSIGNED = event("assignment.submitted", ASSIGNMENTS, _("Assignment submitted"))
HANDED_OUT = event("assignment.handed_out", ASSIGNMENTS, _("Vehicle handed out"))
HANDED_IN = event("assignment.handed_in", ASSIGNMENTS, _("Vehicle handed in"))
CERTIFICATION_EXPIRES = event(
    "certification.expires", CERTIFICATIONS, _("Certification expires"), due=Kind.DATE, days=Kind.INTEGER
)
DRIVER_IS_ANOTHER = event("driver.user_changed", DRIVERS, _("Driver is another user"), internal=True)
RESERVED = event("reservation.made", RESERVATIONS, _("Vehicle reserved"))
RESERVATION_MISSED = event("reservation.missed", RESERVATIONS, _("Reserved vehicle not fetched"))
