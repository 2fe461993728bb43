"""What the registry asks for and reminds of."""

from directapp.declare.events import event
from directapp.declare.kinds import Kind
from directapp.domains.cars.fields import CARS
from directapp.domains.registry.fields import ENRICHMENT_RUNS
from directapp.kernel.text import _

INSPECTION_DUE = event("car.eu_control_due", CARS, _("Periodic inspection due"), due=Kind.DATE)
ENRICH = event("registry.enrich", ENRICHMENT_RUNS, _("Ask the registry"), internal=True)
