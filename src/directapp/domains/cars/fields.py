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
from directapp.kernel.text import Text, _

CARS = "cars"
CAR_ACCESSORIES = "car_accessories"
CAR_TRANSFERS = "car_transfers"
CAR_STAGES = "car_stages"
# What cars ask of domains above them, which declare their collections under these names.
PARTS_ORDERS = "parts_orders"
REGISTRY_ANSWERS = "registry_answers"


def group(code: str, label: Text, *fields: Field) -> Group:
    """Return a group from its code and label; its fields know what sheets call them."""
    return Group(code, label, tuple(replace(f, headings=HEADINGS.get(f.name, ())) for f in fields))


def happened(name: str, label: Text) -> Field:
    """Return the field of a fact: when something happened."""
    return field(name, label, Kind.INSTANT, fact=True)


def person(name: str, label: Text, **more: Any) -> Field:
    """Return a field that names a user; deleting the user keeps the car."""
    return field(name, label, Kind.REF, ref=USERS, on_delete="set_null", **more)


def choice(name: str, label: Text, of: tuple[Choice, ...], **more: Any) -> Field:
    """Return a field with fixed choices."""
    return field(name, label, Kind.CHOICE, choices=of, **more)


def yes_no(name: str, label: Text, *, default: bool | None = None) -> Field:
    """Return a yes/no field; without default it has a third value, not said."""
    return field(name, label, Kind.BOOLEAN, default=default)


IDENTITY = group(
    "identity",
    _("Car"),
    field(
        "vin",
        _("VIN"),
        parse=identifiers.parse_vin,
        form=identifiers.VIN_FORM,
        code=True,
        style="mono",
        search=True,
        max_length=17,
    ),
    field(
        "license_plate",
        _("Licence plate"),
        parse=identifiers.plate_value,
        form=identifiers.PLATE_FORM,
        code=True,
        style="plate",
        search=True,
        max_length=7,
    ),
    field("make", _("Make"), search=True, max_length=60),
    field("model", _("Model"), search=True, max_length=100),
    field("variant", _("Variant"), max_length=200),
    field("model_year", _("Model year"), Kind.INTEGER, minimum=1886, maximum=2100, style="year"),
    field("color", _("Colour"), max_length=60),
    choice("car_type", _("Car type"), CAR_TYPES),
)
ORDER = group(
    "order",
    _("Order"),
    field(
        "order_number",
        _("Order number"),
        parse=identifiers.parse_order_number,
        form=identifiers.ORDER_FORM,
        code=True,
        style="mono",
        search=True,
        max_length=40,
    ),
    field("eta", _("Expected arrival"), Kind.DATE),
    field("delivery_date", _("Promised delivery"), Kind.DATE),
    choice("priority", _("Priority"), PRIORITIES, default="normal", required=True),
    yes_no("needs_technical", _("Needs technical preparation"), default=True),
    yes_no("needs_cosmetic", _("Needs cosmetic preparation"), default=True),
    field("trade_in_for", _("Trade-in for"), Kind.REF, ref="cars", on_delete="set_null", tree=True),
)
ORDER_COMPUTED = group(
    "order_computed",
    _("Progress"),
    field("expected_ready_at", _("Expected ready"), Kind.INSTANT, sql=EXPECTED_READY_AT),
    choice("sla_status", _("Deadline"), SLA, sql=SLA_STATUS),
)
CUSTOMER = group(
    "customer",
    _("Customer"),
    field("customer_name", _("Customer name"), search=True, max_length=120),
    choice("customer_kind", _("Customer kind"), CUSTOMER_KINDS),
    field(
        "customer_org_number",
        _("Organisation number"),
        parse=identifiers.parse_org_number,
        form=identifiers.ORGANISATION_FORM,
        code=True,
        max_length=9,
    ),
)
CUSTOMER_CONTACT = group(
    "customer_contact",
    _("Customer contact"),
    field("customer_phone", _("Customer phone"), Kind.PHONE, search=True),
    field("customer_email", _("Customer e-mail"), Kind.EMAIL),
    yes_no("consent_sms", _("Consents to SMS"), default=False),
    choice("customer_language", _("Customer’s language"), CUSTOMER_LANGUAGES, default="nb"),
)
OWNERSHIP = group(
    "ownership",
    _("Ownership"),
    field("dealership", _("Dealership"), Kind.REF, ref=DEALERSHIPS, default=defaults.own_site),
    field(
        "original_dealership",
        _("Original dealership"),
        Kind.REF,
        ref=DEALERSHIPS,
        default=defaults.first_site,
    ),
)
RESPONSIBILITY = group(
    "responsibility",
    _("Seller and hand-over"),
    person("seller", _("Seller"), default=defaults.seller),
    field("handover_at", _("Hand-over appointment"), Kind.INSTANT),
    field("handover_place", _("Hand-over place"), max_length=120),
)
PREP_CHOICE = group(
    "prep_choice",
    _("Prep centre"),
    field("prep_center", _("Prep centre"), Kind.REF, ref=DEALERSHIPS),
)
LOCATION = group(
    "location",
    _("Whereabouts"),
    field("current_location", _("Current location"), Kind.REF, ref=DEALERSHIPS),
    field("parking_spot", _("Parking spot"), max_length=60),
    field("key_location", _("Key location"), max_length=60),
)
SERVICES = group(
    "services",
    _("Services"),
    yes_no("tyre_hotel", _("Tyre hotel")),
    choice("window_film", _("Window film"), WINDOW_FILMS, default="none"),
    choice("treatment", _("Paint treatment"), TREATMENTS, default="none"),
)
PARTS_SELLER = group(
    "parts_seller",
    _("Parts, selling site"),
    happened("parts_ordered_seller_at", _("Parts ordered, selling site")),
    happened("parts_arrived_seller_at", _("Parts arrived, selling site")),
)
PARTS_PREP = group(
    "parts_prep",
    _("Parts, prep centre"),
    happened("parts_ordered_prep_at", _("Parts ordered, prep centre")),
    happened("parts_arrived_prep_at", _("Parts arrived, prep centre")),
    field("parts_notes", _("Parts notes"), Kind.TEXT),
)
PARTS_COMPUTED = group(
    "parts_computed",
    _("Parts status"),
    choice("parts_status", _("Parts status"), PARTS_STATUSES, computed=True, default="none"),
)
TRANSPORT_SENT = group(
    "transport_sent",
    _("Sent"),
    happened("sent_at", _("Sent to prep centre")),
)
TRANSPORT_ARRIVED = group(
    "transport_arrived",
    _("Arrived"),
    happened("arrived_prep_center_at", _("Arrived at prep centre")),
    happened("arrived_dealership_at", _("Arrived at dealership")),
)
INSPECTION = group(
    "inspection",
    _("Inspection"),
    happened("inspection_started_at", _("Inspection started")),
    happened("inspection_completed_at", _("Inspection completed")),
    yes_no("inspection_approved", _("Inspection approved")),
    field("inspection_remarks", _("Inspection remarks"), Kind.TEXT),
    field("inspection_notes", _("Inspection notes"), Kind.TEXT),
)
PLANNING = group(
    "planning",
    _("Planning"),
    field("scheduled_technical_start", _("Technical planned"), Kind.INSTANT),
    field("scheduled_cosmetic_start", _("Cosmetic planned"), Kind.INSTANT),
    field(
        "estimated_technical_hours",
        _("Technical estimate"),
        Kind.DECIMAL,
        default=defaults.estimated_hours,
        minimum=0,
        maximum=200,
        unit="t",
    ),
    field(
        "estimated_cosmetic_hours",
        _("Cosmetic estimate"),
        Kind.DECIMAL,
        default=defaults.estimated_hours,
        minimum=0,
        maximum=200,
        unit="t",
    ),
    person("assigned_mechanic", _("Mechanic")),
    person("assigned_detailer", _("Detailer")),
)
TECHNICAL = group(
    "technical",
    _("Technical preparation"),
    happened("technical_started_at", _("Technical started")),
    happened("technical_completed_at", _("Technical completed")),
    person("technical_completed_by", _("Technical done by")),
    field("technical_notes", _("Technical notes"), Kind.TEXT),
)
COSMETIC = group(
    "cosmetic",
    _("Cosmetic preparation"),
    happened("cosmetic_started_at", _("Cosmetic started")),
    happened("cosmetic_completed_at", _("Cosmetic completed")),
    person("cosmetic_completed_by", _("Cosmetic done by")),
    field("cosmetic_notes", _("Cosmetic notes"), Kind.TEXT),
)
QUALITY = group(
    "quality",
    _("Quality check"),
    happened("quality_checked_at", _("Quality checked")),
    yes_no("quality_approved", _("Quality approved")),
    field("quality_notes", _("Quality notes"), Kind.TEXT),
    choice("rework", _("Rework"), REWORK),
)
DELIVERY = group(
    "delivery",
    _("Delivery"),
    happened("ready_for_delivery_at", _("Ready for delivery")),
    happened("delivered_to_dealership_at", _("Delivered to dealership")),
    yes_no("ready_for_pickup", _("Ready for pick-up"), default=False),
)
PRICE = group(
    "price",
    _("Price"),
    field("sale_price", _("Sale price"), Kind.MONEY, minimum=0, unit="kr"),
    field("appraisal_price", _("Appraisal price"), Kind.MONEY, minimum=0, unit="kr"),
)
SALE = group(
    "sale",
    _("Sale"),
    happened("reserved_at", _("Reserved")),
    happened("sold_at", _("Sold")),
    happened("delivered_to_customer_at", _("Delivered to customer")),
)
COST = group(
    "cost",
    _("Cost"),
    field("purchase_price", _("Purchase price"), Kind.MONEY, minimum=0, unit="kr"),
    field("holding_cost_per_day", _("Holding cost a day"), Kind.MONEY, minimum=0, unit="kr"),
)
COST_COMPUTED = group(
    "cost_computed",
    _("Result"),
    field("prep_cost", _("Prep cost"), Kind.MONEY, computed=True, default=0, unit="kr"),
    field("margin", _("Margin"), Kind.MONEY, computed=True, unit="kr"),
)
SELLER_NOTES = group(
    "seller_notes",
    _("Seller's notes"),
    field("seller_notes", _("Seller's notes"), Kind.TEXT),
)
BANK = group(
    "bank",
    _("Vehicle bank"),
    yes_no("in_vehicle_bank", _("In the vehicle bank"), default=False),
    choice(
        "visibility",
        _("Visibility"),
        choices(
            ("private", _("Own site only")),
            ("brand", _("Same brand")),
            ("global", _("The whole group")),
        ),
        default="private",
        required=True,
    ),
)
SYSTEM = group(
    "system",
    _("System"),
    choice("status", _("Status"), status_choices(STATES), computed=True, default="draft"),
    field("status_since", _("Status since"), Kind.INSTANT, computed=True, default=lambda c: c.now),
    field(
        "shared_identity",
        _("Shares plate or order number"),
        Kind.BOOLEAN,
        computed=True,
        default=False,
        help=_("It stood so before it was refused. Correct the plate or the order number to make it one car’s again."),
    ),
    field("outlook_at", _("Ready, as last worked out"), Kind.INSTANT, computed=True),
    field("archived_at", _("Archived"), Kind.INSTANT, computed=True),
    choice("archived_from", _("Archived from"), status_choices(STATES), computed=True),
    choice("archive_reason", _("Archived because"), ARCHIVE_REASONS, computed=True),
    field(
        "previous_car",
        _("Earlier with us as"),
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
