"""Rights that planning shares: what is at one's own site, and what one's own people and cars are booked for."""

from directapp.declare.rules import In, Is, Parent, SeenInFull, Who, Whose, either

SYSTEM = "planning"
SYSTEMS = (SYSTEM, "workflow", "importer", "demo")

OWN_SITE = Is("dealership", Who.SITE)
OWN_SITES = In("dealership", Whose.SITES)
# The people who work where the resources are, beside those who plan.
TEAM = "reception mechanic detailer parts"

PROVIDED_HERE = Is("provider", Who.SITE)
ORDERED_HERE = Is("consumer", Who.SITE)
BOOKED_HERE = either(PROVIDED_HERE, ORDERED_HERE)
BOOKED_BELOW = either(In("provider", Whose.SITES), In("consumer", Whose.SITES))
MINE = Is("person", Who.USER)
RESOURCE_HERE = Parent("resource", "resources", OWN_SITE)
RESOURCE_WITHIN = Parent("resource", "resources", OWN_SITES)
RESOURCE_MINE = Parent("resource", "resources", MINE)
CAR_SEEN = SeenInFull("car", "cars")
