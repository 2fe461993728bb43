"""What other domains may know of vehicles beside their fields: types, statuses of the fleet, and who works with it."""

from directapp.declare.fields import choices
from directapp.declare.rules import SeenInFull
from directapp.domains.vehicles.fields import VEHICLES
from directapp.kernel.text import _, pgettext

VEHICLE_TYPES = choices(
    ("sedan", pgettext("vehicle type", "Car")),
    ("suv", _("SUV")),
    ("van", _("Van")),
    ("pickup", _("Pickup")),
    ("truck", _("Truck")),
    ("bus", _("Bus")),
    ("motorcycle", _("Motorcycle")),
    ("trailer", _("Trailer")),
    ("tractor", _("Tractor")),
    ("forklift", _("Forklift")),
    ("construction", _("Construction machine")),
    ("emergency", _("Emergency vehicle")),
    ("specialty", _("Special vehicle")),
)
# What is counted as the fleet, and of it what has begun to run.
IN_FLEET = ("planned", "commissioning", "active", "in_workshop", "out_of_service", "defleeting")
IN_USE = ("active", "in_workshop", "out_of_service")
# Who leads a fleet, and who does its workshop's work, in both halves.
LEADERS = "fleet_manager manager"
HANDS = "technician mechanic"
SYSTEM = "fleet"
SYSTEMS = (SYSTEM, "importer", "demo", "workflow")
# What is of a vehicle that one sees in full.
SEEN = SeenInFull("vehicle", VEHICLES)
