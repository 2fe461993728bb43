"""Who works with maintenance, and as whom the system does."""

from directapp.declare.rules import SeenInFull
from directapp.domains.vehicles.fields import VEHICLES

SEEN = SeenInFull("vehicle", VEHICLES)
SYSTEM = "fleet"
SYSTEMS = ("fleet", "importer", "demo", "workflow")
LEADERS = "fleet_manager manager"
HANDS = "technician mechanic"
WATCHING = "supervisor dispatcher parts driver safety_officer safety_rep buyer finance"
