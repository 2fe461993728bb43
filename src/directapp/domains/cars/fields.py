"""The car's fields in the groups of the permission matrix: the part people fill in."""

from dataclasses import replace
from typing import Any

from directapp.declare.fields import Choice, Field, Group, choices, field
from directapp.declare.kinds import Kind
from directapp.declare.workflow import status_choices
from directapp.domains.cars import defaults, identifiers
from directapp.domains.cars.fields_registry import REGISTRY
from directapp.domains.cars.headings import HEADINGS
from directapp.domains.cars.sla import EXPECTED_READY_AT, SLA_STATUS
from directapp.domains.cars.states import STATES
from directapp.domains.cars.words import (
    ARCHIVE_REASONS,
    CAR_TYPES,
    CUSTOMER_KINDS,
    CUSTOMER_LANGUAGES,
    PARTS_STATUSES,
    PRIORITIES,
    REWORK,
    SLA,
    TREATMENTS,
    WINDOW_FILMS,
)
from directapp.domains.people.fields import DEALERSHIPS, USERS
from directapp.kernel.text import Text

CARS = "cars"
CAR_ACCESSORIES = "car_accessories"
CAR_TRANSFERS = "car_transfers"
CAR_STAGES = "car_stages"
# What cars ask of domains above them, which declare their collections under these names.
PARTS_ORDERS = "parts_orders"
REGISTRY_ANSWERS = "registry_answers"


def group(code: str, nb: str, en: str, *fields: Field) -> Group:
    """Return a group from its code and labels; its fields know what sheets call them."""
    return Group(code, Text(nb, en), tuple(replace(f, headings=HEADINGS.get(f.name, ())) for f in fields))


def happened(name: str, nb: str, en: str) -> Field:
    """Return the field of a fact: when something happened."""
    return field(name, nb, en, Kind.INSTANT, fact=True)


def person(name: str, nb: str, en: str, **more: Any) -> Field:
    """Return a field that names a user; deleting the user keeps the car."""
    return field(name, nb, en, Kind.REF, ref=USERS, on_delete="set_null", **more)


def choice(name: str, nb: str, en: str, of: tuple[Choice, ...], **more: Any) -> Field:
    """Return a field with fixed choices."""
    return field(name, nb, en, Kind.CHOICE, choices=of, **more)


def yes_no(name: str, nb: str, en: str, *, default: bool | None = None) -> Field:
    """Return a yes/no field; without default it has a third value, not said."""
    return field(name, nb, en, Kind.BOOLEAN, default=default)


IDENTITY = group(
    "identity",
    "Bil",
    "Car",
    field(
        "vin",
        "Understellsnummer",
        "VIN",
        parse=identifiers.parse_vin,
        form=identifiers.VIN_FORM,
        code=True,
        style="mono",
        search=True,
        max_length=17,
    ),
    field(
        "license_plate",
        "Skilt",
        "Licence plate",
        parse=identifiers.plate_value,
        form=identifiers.PLATE_FORM,
        code=True,
        style="plate",
        search=True,
        max_length=7,
    ),
    field("make", "Merke", "Make", search=True, max_length=60),
    field("model", "Modell", "Model", search=True, max_length=100),
    field("variant", "Variant", "Variant", max_length=200),
    field("model_year", "Årsmodell", "Model year", Kind.INTEGER, minimum=1886, maximum=2100, style="year"),
    field("color", "Farge", "Colour", max_length=60),
    choice("car_type", "Biltype", "Car type", CAR_TYPES),
)
ORDER = group(
    "order",
    "Ordre",
    "Order",
    field(
        "order_number",
        "Ordrenummer",
        "Order number",
        parse=identifiers.parse_order_number,
        form=identifiers.ORDER_FORM,
        code=True,
        style="mono",
        search=True,
        max_length=40,
    ),
    field("eta", "Forventet ankomst", "Expected arrival", Kind.DATE),
    field("delivery_date", "Lovet levering", "Promised delivery", Kind.DATE),
    choice("priority", "Prioritet", "Priority", PRIORITIES, default="normal", required=True),
    yes_no("needs_technical", "Trenger teknisk klargjøring", "Needs technical preparation", default=True),
    yes_no("needs_cosmetic", "Trenger kosmetisk klargjøring", "Needs cosmetic preparation", default=True),
    field("trade_in_for", "Innbytte for", "Trade-in for", Kind.REF, ref="cars", on_delete="set_null", tree=True),
)
ORDER_COMPUTED = group(
    "order_computed",
    "Fremdrift",
    "Progress",
    field("expected_ready_at", "Forventet klar", "Expected ready", Kind.INSTANT, sql=EXPECTED_READY_AT),
    choice("sla_status", "Frist", "Deadline", SLA, sql=SLA_STATUS),
)
CUSTOMER = group(
    "customer",
    "Kunde",
    "Customer",
    field("customer_name", "Kundens navn", "Customer name", search=True, max_length=120),
    choice("customer_kind", "Kundetype", "Customer kind", CUSTOMER_KINDS),
    field(
        "customer_org_number",
        "Organisasjonsnummer",
        "Organisation number",
        parse=identifiers.parse_org_number,
        form=identifiers.ORGANISATION_FORM,
        code=True,
        max_length=9,
    ),
)
CUSTOMER_CONTACT = group(
    "customer_contact",
    "Kundens kontaktopplysninger",
    "Customer contact",
    field("customer_phone", "Kundens telefon", "Customer phone", Kind.PHONE, search=True),
    field("customer_email", "Kundens e-post", "Customer e-mail", Kind.EMAIL),
    yes_no("consent_sms", "Samtykker til SMS", "Consents to SMS", default=False),
    choice("customer_language", "Kundens språk", "Customer’s language", CUSTOMER_LANGUAGES, default="nb"),
)
OWNERSHIP = group(
    "ownership",
    "Eierskap",
    "Ownership",
    field("dealership", "Forhandler", "Dealership", Kind.REF, ref=DEALERSHIPS, default=defaults.own_site),
    field(
        "original_dealership",
        "Opprinnelig forhandler",
        "Original dealership",
        Kind.REF,
        ref=DEALERSHIPS,
        default=defaults.first_site,
    ),
)
RESPONSIBILITY = group(
    "responsibility",
    "Selger og overlevering",
    "Seller and hand-over",
    person("seller", "Selger", "Seller", default=defaults.seller),
    field("handover_at", "Avtalt overlevering", "Hand-over appointment", Kind.INSTANT),
    field("handover_place", "Overleveres på", "Hand-over place", max_length=120),
)
PREP_CHOICE = group(
    "prep_choice",
    "Klargjøringssenter",
    "Prep centre",
    field("prep_center", "Klargjøringssenter", "Prep centre", Kind.REF, ref=DEALERSHIPS),
)
LOCATION = group(
    "location",
    "Plassering",
    "Whereabouts",
    field("current_location", "Bilen står hos", "Current location", Kind.REF, ref=DEALERSHIPS),
    field("parking_spot", "Oppstillingsplass", "Parking spot", max_length=60),
    field("key_location", "Nøkkelen henger", "Key location", max_length=60),
)
SERVICES = group(
    "services",
    "Tilleggstjenester",
    "Services",
    yes_no("tyre_hotel", "Dekkhotell", "Tyre hotel"),
    choice("window_film", "Solfilm", "Window film", WINDOW_FILMS, default="none"),
    choice("treatment", "Lakkbehandling", "Paint treatment", TREATMENTS, default="none"),
)
PARTS_SELLER = group(
    "parts_seller",
    "Deler, selgerforhandler",
    "Parts, selling site",
    happened("parts_ordered_seller_at", "Deler bestilt hos selger", "Parts ordered, selling site"),
    happened("parts_arrived_seller_at", "Deler ankommet hos selger", "Parts arrived, selling site"),
)
PARTS_PREP = group(
    "parts_prep",
    "Deler, klargjøring",
    "Parts, prep centre",
    happened("parts_ordered_prep_at", "Deler bestilt på klargjøring", "Parts ordered, prep centre"),
    happened("parts_arrived_prep_at", "Deler ankommet på klargjøring", "Parts arrived, prep centre"),
    field("parts_notes", "Merknad om deler", "Parts notes", Kind.TEXT),
)
PARTS_COMPUTED = group(
    "parts_computed",
    "Delestatus",
    "Parts status",
    choice("parts_status", "Delestatus", "Parts status", PARTS_STATUSES, computed=True, default="none"),
)
TRANSPORT_SENT = group(
    "transport_sent",
    "Sendt",
    "Sent",
    happened("sent_at", "Sendt til klargjøring", "Sent to prep centre"),
)
TRANSPORT_ARRIVED = group(
    "transport_arrived",
    "Ankommet",
    "Arrived",
    happened("arrived_prep_center_at", "Ankommet klargjøring", "Arrived at prep centre"),
    happened("arrived_dealership_at", "Ankommet forhandler", "Arrived at dealership"),
)
INSPECTION = group(
    "inspection",
    "Mottakskontroll",
    "Inspection",
    happened("inspection_started_at", "Mottakskontroll startet", "Inspection started"),
    happened("inspection_completed_at", "Mottakskontroll fullført", "Inspection completed"),
    yes_no("inspection_approved", "Mottak godkjent", "Inspection approved"),
    field("inspection_remarks", "Merknader fra mottak", "Inspection remarks", Kind.TEXT),
    field("inspection_notes", "Notat fra mottak", "Inspection notes", Kind.TEXT),
)
PLANNING = group(
    "planning",
    "Planlegging",
    "Planning",
    field("scheduled_technical_start", "Planlagt teknisk", "Technical planned", Kind.INSTANT),
    field("scheduled_cosmetic_start", "Planlagt kosmetisk", "Cosmetic planned", Kind.INSTANT),
    field(
        "estimated_technical_hours",
        "Beregnet teknisk",
        "Technical estimate",
        Kind.DECIMAL,
        default=defaults.estimated_hours,
        minimum=0,
        maximum=200,
        unit="t",
    ),
    field(
        "estimated_cosmetic_hours",
        "Beregnet kosmetisk",
        "Cosmetic estimate",
        Kind.DECIMAL,
        default=defaults.estimated_hours,
        minimum=0,
        maximum=200,
        unit="t",
    ),
    person("assigned_mechanic", "Mekaniker", "Mechanic"),
    person("assigned_detailer", "Bilpleier", "Detailer"),
)
TECHNICAL = group(
    "technical",
    "Teknisk klargjøring",
    "Technical preparation",
    happened("technical_started_at", "Teknisk startet", "Technical started"),
    happened("technical_completed_at", "Teknisk fullført", "Technical completed"),
    person("technical_completed_by", "Teknisk utført av", "Technical done by"),
    field("technical_notes", "Notat fra teknisk", "Technical notes", Kind.TEXT),
)
COSMETIC = group(
    "cosmetic",
    "Kosmetisk klargjøring",
    "Cosmetic preparation",
    happened("cosmetic_started_at", "Kosmetisk startet", "Cosmetic started"),
    happened("cosmetic_completed_at", "Kosmetisk fullført", "Cosmetic completed"),
    person("cosmetic_completed_by", "Kosmetisk utført av", "Cosmetic done by"),
    field("cosmetic_notes", "Notat fra kosmetisk", "Cosmetic notes", Kind.TEXT),
)
QUALITY = group(
    "quality",
    "Kvalitetskontroll",
    "Quality check",
    happened("quality_checked_at", "Kvalitet kontrollert", "Quality checked"),
    yes_no("quality_approved", "Kvalitet godkjent", "Quality approved"),
    field("quality_notes", "Notat fra kvalitetskontroll", "Quality notes", Kind.TEXT),
    choice("rework", "Må gjøres om", "Rework", REWORK),
)
DELIVERY = group(
    "delivery",
    "Levering",
    "Delivery",
    happened("ready_for_delivery_at", "Klar for levering", "Ready for delivery"),
    happened("delivered_to_dealership_at", "Levert selgerforhandler", "Delivered to dealership"),
    yes_no("ready_for_pickup", "Klar for henting", "Ready for pick-up", default=False),
)
PRICE = group(
    "price",
    "Pris",
    "Price",
    field("sale_price", "Salgspris", "Sale price", Kind.MONEY, minimum=0, unit="kr"),
    field("appraisal_price", "Takst", "Appraisal price", Kind.MONEY, minimum=0, unit="kr"),
)
SALE = group(
    "sale",
    "Salg",
    "Sale",
    happened("reserved_at", "Reservert", "Reserved"),
    happened("sold_at", "Solgt", "Sold"),
    happened("delivered_to_customer_at", "Levert til kunde", "Delivered to customer"),
)
COST = group(
    "cost",
    "Kostnad",
    "Cost",
    field("purchase_price", "Innkjøpspris", "Purchase price", Kind.MONEY, minimum=0, unit="kr"),
    field("holding_cost_per_day", "Lagerkostnad per dag", "Holding cost a day", Kind.MONEY, minimum=0, unit="kr"),
)
COST_COMPUTED = group(
    "cost_computed",
    "Resultat",
    "Result",
    field("prep_cost", "Klargjøringskostnad", "Prep cost", Kind.MONEY, computed=True, default=0, unit="kr"),
    field("margin", "Fortjeneste", "Margin", Kind.MONEY, computed=True, unit="kr"),
)
SELLER_NOTES = group(
    "seller_notes",
    "Selgers notat",
    "Seller's notes",
    field("seller_notes", "Selgers notat", "Seller's notes", Kind.TEXT),
)
BANK = group(
    "bank",
    "Bilbank",
    "Vehicle bank",
    yes_no("in_vehicle_bank", "I bilbanken", "In the vehicle bank", default=False),
    choice(
        "visibility",
        "Synlighet",
        "Visibility",
        choices(
            ("private", "Bare eget anlegg", "Own site only"),
            ("brand", "Samme merke", "Same brand"),
            ("global", "Hele gruppen", "The whole group"),
        ),
        default="private",
        required=True,
    ),
)
SYSTEM = group(
    "system",
    "System",
    "System",
    choice("status", "Status", "Status", status_choices(STATES), computed=True, default="draft"),
    field("status_since", "Status siden", "Status since", Kind.INSTANT, computed=True, default=lambda c: c.now),
    field(
        "shared_identity",
        "Deler skilt eller ordrenummer",
        "Shares plate or order number",
        Kind.BOOLEAN,
        computed=True,
        default=False,
        help=Text(
            "Sto slik før det ble nektet. Rett skiltet eller ordrenummeret, så er det én bil om det igjen.",
            "It stood so before it was refused. Correct the plate or the order number to make it one car’s again.",
        ),
    ),
    field("outlook_at", "Klar, sist regnet ut", "Ready, as last worked out", Kind.INSTANT, computed=True),
    field("archived_at", "Arkivert", "Archived", Kind.INSTANT, computed=True),
    choice("archived_from", "Arkivert fra", "Archived from", status_choices(STATES), computed=True),
    choice("archive_reason", "Grunn til arkivering", "Archived because", ARCHIVE_REASONS, computed=True),
    field(
        "previous_car",
        "Tidligere hos oss som",
        "Earlier with us as",
        Kind.REF,
        ref="cars",
        on_delete="set_null",
        computed=True,
    ),
)

GROUPS: tuple[Group, ...] = (
    IDENTITY,
    ORDER,
    ORDER_COMPUTED,
    CUSTOMER,
    CUSTOMER_CONTACT,
    OWNERSHIP,
    RESPONSIBILITY,
    PREP_CHOICE,
    LOCATION,
    SERVICES,
    PARTS_SELLER,
    PARTS_PREP,
    PARTS_COMPUTED,
    TRANSPORT_SENT,
    TRANSPORT_ARRIVED,
    INSPECTION,
    PLANNING,
    TECHNICAL,
    COSMETIC,
    QUALITY,
    DELIVERY,
    PRICE,
    SALE,
    COST,
    COST_COMPUTED,
    SELLER_NOTES,
    BANK,
    REGISTRY,
    SYSTEM,
)
