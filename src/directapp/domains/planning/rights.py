"""Rights that planning shares: what is at one's own site, and what one's own people and cars are booked for."""

from directapp.declare.rules import In, Is, Parent, SeenInFull, Who, Whose, all_of, either
from directapp.domains.cars.fields import CARS
from directapp.domains.planning.fields import RESOURCE_SHARING, RESOURCES, ResourceBookings, Resources, ResourceSharing

SYSTEM = "planning"
SYSTEMS = (SYSTEM, "workflow", "importer", "demo")

_IN_FORCE = Is(ResourceSharing.enabled, value=True)
OWN_SITE = Is(Resources.dealership, Who.SITE)
OWN_SITES = In(Resources.dealership, Whose.SITES)
# The people who work where the resources are, beside those who plan.
TEAM = "reception mechanic detailer parts"

PROVIDED_HERE = Is(ResourceBookings.provider, Who.SITE)
ORDERED_HERE = Is(ResourceBookings.consumer, Who.SITE)
BOOKED_HERE = either(PROVIDED_HERE, ORDERED_HERE)
BOOKED_BELOW = either(In(ResourceBookings.provider, Whose.SITES), In(ResourceBookings.consumer, Whose.SITES))
MINE = Is(ResourceBookings.person, Who.USER)
RESOURCE_HERE = Parent("resource", RESOURCES, OWN_SITE)
RESOURCE_WITHIN = Parent("resource", RESOURCES, OWN_SITES)
RESOURCE_MINE = Parent("resource", RESOURCES, Is(Resources.person, Who.USER))
# What another site lends, under an agreement in force.
LENT_HERE = Parent(
    "dealership", RESOURCE_SHARING, all_of(Is(ResourceSharing.consumer, Who.SITE), _IN_FORCE), key="provider"
)
LENT_BELOW = Parent(
    "dealership", RESOURCE_SHARING, all_of(In(ResourceSharing.consumer, Whose.SITES), _IN_FORCE), key="provider"
)
CAR_SEEN = SeenInFull("car", CARS)
