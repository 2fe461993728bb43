"""The events that webhooks and rules may listen to, and who may arrange them."""

from directapp.declare.fields import choices

SYSTEM = "automation"
ADMIN, READER = "tenant_admin", "manager"

# A chain of rules longer than this goes in a circle.
DEEPEST = 8
CIRCLE, GONE = "circle", "gone"

CATALOGUE = choices(
    ("car.registered", "Bil registrert", "Car registered"),
    ("car.identified", "Understellsnummer registrert", "VIN registered"),
    ("car.sent", "Bil sendt", "Car sent"),
    ("car.arrived", "Bil ankommet klargjøring", "Car arrived at the prep centre"),
    ("car.ready_to_plan", "Bil klar for planlegging", "Car ready to plan"),
    ("car.planned", "Bil planlagt", "Car planned"),
    ("car.unplanned", "Planen er tatt bort", "Plan taken away"),
    ("car.assigned", "Bil tildelt", "Car assigned"),
    ("car.ready", "Bil klargjort", "Car ready"),
    ("car.for_sale", "Bil til salgs", "Car for sale"),
    ("car.reserved", "Bil reservert", "Car reserved"),
    ("car.sold", "Bil solgt", "Car sold"),
    ("car.arrived_dealership", "Bil ankommet forhandler", "Car arrived at the dealership"),
    ("car.delivered", "Bil levert", "Car delivered"),
    ("car.returned", "Bil sendt tilbake", "Car returned"),
    ("car.archived", "Bil arkivert", "Car archived"),
    ("inspection.approved", "Mottakskontroll godkjent", "Receiving inspection approved"),
    ("inspection.failed", "Mottakskontroll ikke godkjent", "Receiving inspection failed"),
    ("parts.ordered", "Deler bestilt", "Parts ordered"),
    ("parts.all_arrived", "Alle deler ankommet", "All parts arrived"),
    ("technical.completed", "Teknisk fullført", "Technical work completed"),
    ("cosmetic.completed", "Kosmetisk fullført", "Cosmetic work completed"),
    ("quality.failed", "Kvalitetskontroll ikke godkjent", "Quality check failed"),
    ("work_item.approved", "Arbeidspunkt godkjent", "Work item approved"),
    ("work_item.completed", "Arbeidspunkt utført", "Work item completed"),
    ("work_item.declined", "Arbeidspunkt avslått", "Work item declined"),
    ("accessories.changed", "Tilbehør endret", "Accessories changed"),
    ("transfer.sent", "Overføring sendt", "Transfer sent"),
    ("transfer.closed", "Overføring avsluttet", "Transfer closed"),
)
