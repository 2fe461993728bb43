"""What happens to bookings, plans and capacity."""

from directapp.declare.events import event
from directapp.declare.kinds import Kind
from directapp.domains.cars.fields import CARS
from directapp.domains.planning.fields import CAPACITY_RULES, PLAN_PROPOSALS, RESOURCE_BOOKINGS
from directapp.kernel.text import Text

BOOKED = event("booking.created", RESOURCE_BOOKINGS, Text("Booket", "Booked"))
CONFIRMED = event("booking.confirmed", RESOURCE_BOOKINGS, Text("Booking bekreftet", "Booking confirmed"))
MOVED = event(
    "booking.moved", RESOURCE_BOOKINGS, Text("Booking flyttet", "Booking moved"), "person", "starts_at", "ends_at"
)
STARTED = event("booking.started", RESOURCE_BOOKINGS, Text("Bookingens arbeid startet", "Booked work started"))
COMPLETED = event("booking.completed", RESOURCE_BOOKINGS, Text("Bookingens arbeid fullført", "Booked work completed"))
CANCELLED = event("booking.cancelled", RESOURCE_BOOKINGS, Text("Booking avlyst", "Booking cancelled"))
NO_SHOW = event("booking.no_show", RESOURCE_BOOKINGS, Text("Ikke møtt til booking", "No show at a booking"))
TIMEBANK_FULL = event(
    "timebank.full",
    RESOURCE_BOOKINGS,
    Text("Timebanken er full", "Time bank full"),
    person=Kind.REF,
    week=Kind.DATE,
    booked=Kind.DECIMAL,
    hours=Kind.DECIMAL,
)
CAPACITY_CHANGED = event(
    "capacity.changed", CAPACITY_RULES, Text("Ukeplan endret", "Weekly capacity changed"), internal=True
)
PLAN_ASKED = event("plan.asked", PLAN_PROPOSALS, Text("Lag planforslag", "Make a plan proposal"), internal=True)
OUTLOOK_ASKED = event(
    "outlook.asked",
    CARS,
    Text("Regn ut når bilen er klar", "Work out when the car is ready"),
    internal=True,
    car=Kind.REF,
)
