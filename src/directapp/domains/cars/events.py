"""What happens to cars, their accessories and their transfers."""

from directapp.declare.events import event
from directapp.domains.cars.fields import CAR_ACCESSORIES, CAR_TRANSFERS, CARS
from directapp.kernel.text import Text

REGISTERED = event("car.registered", CARS, Text("Bil registrert", "Car registered"))
IDENTIFIED = event("car.identified", CARS, Text("Understellsnummer registrert", "VIN registered"))
APPRAISED = event("car.appraised", CARS, Text("Bil taksert", "Car appraised"))
SENT = event("car.sent", CARS, Text("Bil sendt", "Car sent"))
ARRIVED = event("car.arrived", CARS, Text("Bil ankommet klargjøring", "Car arrived at the prep centre"))
READY_TO_PLAN = event("car.ready_to_plan", CARS, Text("Bil klar for planlegging", "Car ready to plan"))
PLANNED = event("car.planned", CARS, Text("Bil planlagt", "Car planned"))
UNPLANNED = event("car.unplanned", CARS, Text("Planen er tatt bort", "Plan taken away"))
ASSIGNED = event("car.assigned", CARS, Text("Bil tildelt", "Car assigned"))
READY = event("car.ready", CARS, Text("Bil klargjort", "Car ready"))
PICKUP = event("car.pickup", CARS, Text("Bil klar for henting", "Car ready for pick-up"))
FOR_SALE = event("car.for_sale", CARS, Text("Bil til salgs", "Car for sale"))
RESERVED = event("car.reserved", CARS, Text("Bil reservert", "Car reserved"))
SOLD = event("car.sold", CARS, Text("Bil solgt", "Car sold"))
ARRIVED_DEALERSHIP = event(
    "car.arrived_dealership", CARS, Text("Bil ankommet forhandler", "Car arrived at the dealership")
)
DELIVERED = event("car.delivered", CARS, Text("Bil levert", "Car delivered"))
RETURNED = event("car.returned", CARS, Text("Bil sendt tilbake", "Car returned"))
ARCHIVED = event("car.archived", CARS, Text("Bil arkivert", "Car archived"))
ARCHIVE_DUE = event("car.archive_due", CARS, Text("Arkiver levert bil", "Archive a delivered car"), internal=True)
# What is left to do, or when it can begin, is another: this is for planning alone.
WORK_CHANGED = event("car.work_changed", CARS, Text("Arbeidet er et annet", "The work is another"), internal=True)

INSPECTION_STARTED = event("inspection.started", CARS, Text("Mottakskontroll startet", "Receiving inspection started"))
INSPECTION_COMPLETED = event(
    "inspection.completed", CARS, Text("Mottakskontroll fullført", "Receiving inspection completed")
)
INSPECTION_APPROVED = event(
    "inspection.approved", CARS, Text("Mottakskontroll godkjent", "Receiving inspection approved")
)
INSPECTION_FAILED = event(
    "inspection.failed", CARS, Text("Mottakskontroll ikke godkjent", "Receiving inspection failed")
)
PARTS_ORDERED = event("parts.ordered", CARS, Text("Deler bestilt", "Parts ordered"))
PARTS_ORDERED_SELLER = event(
    "parts.ordered_seller", CARS, Text("Deler bestilt hos selgerforhandler", "Parts ordered at the selling site")
)
PARTS_ORDERED_PREP = event(
    "parts.ordered_prep", CARS, Text("Deler bestilt på klargjøringssenteret", "Parts ordered at the prep centre")
)
PARTS_ARRIVED = event("parts.arrived", CARS, Text("Deler ankommet", "Parts arrived"))
ALL_PARTS_ARRIVED = event("parts.all_arrived", CARS, Text("Alle deler ankommet", "All parts arrived"))
TECHNICAL_STARTED = event("technical.started", CARS, Text("Teknisk startet", "Technical work started"))
TECHNICAL_COMPLETED = event("technical.completed", CARS, Text("Teknisk fullført", "Technical work completed"))
COSMETIC_STARTED = event("cosmetic.started", CARS, Text("Kosmetisk startet", "Cosmetic work started"))
COSMETIC_COMPLETED = event("cosmetic.completed", CARS, Text("Kosmetisk fullført", "Cosmetic work completed"))
WORK_COMPLETED = event("work.completed", CARS, Text("Alt arbeid fullført", "All work completed"))
QUALITY_CHECKED = event("quality.checked", CARS, Text("Kvalitet kontrollert", "Quality checked"))
QUALITY_APPROVED = event("quality.approved", CARS, Text("Kvalitetskontroll godkjent", "Quality check passed"))
QUALITY_FAILED = event("quality.failed", CARS, Text("Kvalitetskontroll ikke godkjent", "Quality check failed"))

ACCESSORIES_CHANGED = event("accessories.changed", CAR_ACCESSORIES, Text("Tilbehør endret", "Accessories changed"))
TRANSFER_SENT = event("transfer.sent", CAR_TRANSFERS, Text("Overføring sendt", "Transfer sent"))
TRANSFER_CLOSED = event("transfer.closed", CAR_TRANSFERS, Text("Overføring avsluttet", "Transfer closed"))
TRANSFER_RECEIVED = event("transfer.received", CAR_TRANSFERS, Text("Overføring mottatt", "Transfer received"))
TRANSFER_REFUSED = event("transfer.refused", CAR_TRANSFERS, Text("Overføring avvist", "Transfer refused"))
