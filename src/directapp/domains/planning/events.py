"""What happens to bookings, plans and capacity."""

from directapp.declare.events import event
from directapp.declare.kinds import Kind
from directapp.domains.cars.fields import CARS
from directapp.domains.planning.fields import CAPACITY_RULES, PLAN_PROPOSALS, RESOURCE_BOOKINGS
from directapp.kernel.text import _

BOOKED = event("booking.created", RESOURCE_BOOKINGS, _("Booked"))
CONFIRMED = event("booking.confirmed", RESOURCE_BOOKINGS, _("Booking confirmed"))
MOVED = event("booking.moved", RESOURCE_BOOKINGS, _("Booking moved"), "person", "starts_at", "ends_at")
STARTED = event("booking.started", RESOURCE_BOOKINGS, _("Booked work started"))
COMPLETED = event("booking.completed", RESOURCE_BOOKINGS, _("Booked work completed"))
CANCELLED = event("booking.cancelled", RESOURCE_BOOKINGS, _("Booking cancelled"))
NO_SHOW = event("booking.no_show", RESOURCE_BOOKINGS, _("No show at a booking"))
TIMEBANK_FULL = event(
    "timebank.full",
    RESOURCE_BOOKINGS,
    _("Time bank full"),
    person=Kind.REF,
    week=Kind.DATE,
    booked=Kind.DECIMAL,
    hours=Kind.DECIMAL,
)
CAPACITY_CHANGED = event("capacity.changed", CAPACITY_RULES, _("Weekly capacity changed"), internal=True)
PLAN_ASKED = event("plan.asked", PLAN_PROPOSALS, _("Make a plan proposal"), internal=True)
OUTLOOK_ASKED = event(
    "outlook.asked",
    CARS,
    _("Work out when the car is ready"),
    internal=True,
    car=Kind.REF,
)
