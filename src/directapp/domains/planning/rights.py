"""Rights that planning shares: what is at one's own site, and what one's own people and cars are booked for."""

from directapp.declare.rules import In, Is, Parent, SeenInFull, Who, Whose, all_of, either
from directapp.domains.cars.fields import CARS
from directapp.domains.planning.fields import RESOURCE_SHARING, RESOURCES

SYSTEM = "planning"
SYSTEMS = (SYSTEM, "workflow", "importer", "demo")

_IN_FORCE = Is("enabled", value=True)
OWN_SITE = Is("dealership", Who.SITE)
OWN_SITES = In("dealership", Whose.SITES)
# The people who work where the resources are, beside those who plan.
TEAM = "reception mechanic detailer parts"

PROVIDED_HERE = Is("provider", Who.SITE)
ORDERED_HERE = Is("consumer", Who.SITE)
BOOKED_HERE = either(PROVIDED_HERE, ORDERED_HERE)
BOOKED_BELOW = either(In("provider", Whose.SITES), In("consumer", Whose.SITES))
MINE = Is("person", Who.USER)
RESOURCE_HERE = Parent("resource", RESOURCES, OWN_SITE)
RESOURCE_WITHIN = Parent("resource", RESOURCES, OWN_SITES)
RESOURCE_MINE = Parent("resource", RESOURCES, MINE)
# What another site lends, under an agreement in force.
LENT_HERE = Parent("dealership", RESOURCE_SHARING, all_of(Is("consumer", Who.SITE), _IN_FORCE), key="provider")
LENT_BELOW = Parent("dealership", RESOURCE_SHARING, all_of(In("consumer", Whose.SITES), _IN_FORCE), key="provider")
CAR_SEEN = SeenInFull("car", CARS)
