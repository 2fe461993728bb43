"""The events that webhooks and rules may listen to, and who may arrange them."""

from collections.abc import Mapping
from datetime import timedelta

from directapp.declare.fields import choices
from directapp.declare.spec import Spec

SYSTEM = "automation"
ADMIN, READER = "tenant_admin", "manager"

# A chain of rules longer than this goes in a circle.
DEEPEST = 8
CIRCLE, GONE, UNREADABLE = "circle", "gone", "unreadable"
# So many times within an hour the same is told of the same record; then the receiver and we answer each other.
ROUNDS, ROUND_TIME = 10, timedelta(hours=1)

# Everything that a declaration tells of; tests/domains/automation/test_catalogue.py finds what is missing.
CATALOGUE = choices(
    ("car.registered", "Bil registrert", "Car registered"),
    ("car.identified", "Understellsnummer registrert", "VIN registered"),
    ("car.appraised", "Bil taksert", "Car appraised"),
    ("car.sent", "Bil sendt", "Car sent"),
    ("car.arrived", "Bil ankommet klargjøring", "Car arrived at the prep centre"),
    ("car.ready_to_plan", "Bil klar for planlegging", "Car ready to plan"),
    ("car.planned", "Bil planlagt", "Car planned"),
    ("car.unplanned", "Planen er tatt bort", "Plan taken away"),
    ("car.assigned", "Bil tildelt", "Car assigned"),
    ("car.ready", "Bil klargjort", "Car ready"),
    ("car.pickup", "Bil klar for henting", "Car ready for pick-up"),
    ("car.for_sale", "Bil til salgs", "Car for sale"),
    ("car.reserved", "Bil reservert", "Car reserved"),
    ("car.sold", "Bil solgt", "Car sold"),
    ("car.arrived_dealership", "Bil ankommet forhandler", "Car arrived at the dealership"),
    ("car.delivered", "Bil levert", "Car delivered"),
    ("car.returned", "Bil sendt tilbake", "Car returned"),
    ("car.archived", "Bil arkivert", "Car archived"),
    ("car.eu_control_due", "EU-kontroll nærmer seg", "Periodic inspection due"),
    ("inspection.started", "Mottakskontroll startet", "Receiving inspection started"),
    ("inspection.completed", "Mottakskontroll fullført", "Receiving inspection completed"),
    ("inspection.approved", "Mottakskontroll godkjent", "Receiving inspection approved"),
    ("inspection.failed", "Mottakskontroll ikke godkjent", "Receiving inspection failed"),
    ("parts.ordered", "Deler bestilt", "Parts ordered"),
    ("parts.ordered_seller", "Deler bestilt hos selgerforhandler", "Parts ordered at the selling site"),
    ("parts.ordered_prep", "Deler bestilt på klargjøringssenteret", "Parts ordered at the prep centre"),
    ("parts.arrived", "Deler ankommet", "Parts arrived"),
    ("parts.all_arrived", "Alle deler ankommet", "All parts arrived"),
    ("parts_order.ordered", "Del bestilt", "Part ordered"),
    ("parts_order.in_transit", "Del underveis", "Part in transit"),
    ("parts_order.arrived", "Del ankommet", "Part arrived"),
    ("parts_order.installed", "Del montert", "Part installed"),
    ("parts_order.cancelled", "Del avbestilt", "Part cancelled"),
    ("technical.started", "Teknisk startet", "Technical work started"),
    ("technical.completed", "Teknisk fullført", "Technical work completed"),
    ("cosmetic.started", "Kosmetisk startet", "Cosmetic work started"),
    ("cosmetic.completed", "Kosmetisk fullført", "Cosmetic work completed"),
    ("work.completed", "Alt arbeid fullført", "All work completed"),
    ("quality.checked", "Kvalitet kontrollert", "Quality checked"),
    ("quality.approved", "Kvalitetskontroll godkjent", "Quality check passed"),
    ("quality.failed", "Kvalitetskontroll ikke godkjent", "Quality check failed"),
    ("work_item.proposed", "Arbeidspunkt foreslått", "Work item proposed"),
    ("work_item.approved", "Arbeidspunkt godkjent", "Work item approved"),
    ("work_item.started", "Arbeidspunkt startet", "Work item started"),
    ("work_item.completed", "Arbeidspunkt utført", "Work item completed"),
    ("work_item.declined", "Arbeidspunkt avslått", "Work item declined"),
    ("vendor.answered", "Leverandør har svart", "Vendor has answered"),
    ("booking.created", "Booket", "Booked"),
    ("booking.confirmed", "Booking bekreftet", "Booking confirmed"),
    ("booking.moved", "Booking flyttet", "Booking moved"),
    ("booking.started", "Bookingens arbeid startet", "Booked work started"),
    ("booking.completed", "Bookingens arbeid fullført", "Booked work completed"),
    ("booking.cancelled", "Booking avlyst", "Booking cancelled"),
    ("booking.no_show", "Ikke møtt til booking", "No show at a booking"),
    ("timebank.full", "Timebanken er full", "Time bank full"),
    ("accessories.changed", "Tilbehør endret", "Accessories changed"),
    ("transfer.sent", "Overføring sendt", "Transfer sent"),
    ("transfer.closed", "Overføring avsluttet", "Transfer closed"),
    ("comment.written", "Kommentar skrevet", "Comment written"),
    ("comment.mentioned", "Nevnt i en kommentar", "Mentioned in a comment"),
    ("car_file.added", "Fil lagt til", "File added"),
    ("message.came_back", "Melding kom ikke fram", "Message not delivered"),
)
# Told of by a verb or a event handler, which no declaration knows: the collection of the record that it is about.
BY_VERB: Mapping[str, str] = {
    "car.eu_control_due": "cars",
    "vendor.answered": "vendor_links",
    "timebank.full": "resource_bookings",
    "message.came_back": "messages",
}


def told_by(spec: Spec, event: object) -> str | None:
    """Return the collection that an event is about."""
    for name, meta in spec.metas.items():
        declared = meta.declared
        steps = declared.workflow.steps if declared.workflow else ()
        told = {s.event for s in steps} | {e for _, e in declared.events} | {h.event for h in declared.heard}
        if event in told:
            return name
    return BY_VERB.get(str(event))
