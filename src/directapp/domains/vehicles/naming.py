"""What other domains may know of vehicles beside their fields: types, and the statuses of those in the fleet."""

from directapp.declare.fields import choices
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
