"""Rows of vehicles and drivers that several collections go by."""

from directapp.declare.rules import In, Is, Parent, Who, Whose, all_of
from directapp.domains.vehicles.fields import DRIVERS, Drivers, Vehicles
from directapp.domains.vehicles.naming import SEEN
from directapp.domains.vehicles.words import SHARED

BELOW = In("dealership", Whose.SITES)
HERE = Is("dealership", Who.SITE)
# Whoever leads a driver sees what that driver has.
OF_MY_PEOPLE = Parent("driver", DRIVERS, Is(Drivers.manager, Who.USER))
MY_DRIVER_ROW = Parent("driver", DRIVERS, Is(Drivers.user, Who.USER))
HELD_BY_ME = Is(Vehicles.holder, Who.USER)
SHARED_HERE = all_of(HERE, In(Vehicles.classification, SHARED))
MADE_BY_ME = all_of(SEEN, Is("created_by", Who.USER))

# Who sees the vehicles of the own site and those below it, without their money.
WATCHING = "dispatcher planner parts safety_officer safety_rep buyer finance"
