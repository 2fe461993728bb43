"""The car's fields in the groups of the permission matrix: the part people fill in."""

from dataclasses import replace
from typing import Any

from directapp.declare.fields import Choice, Field, Group, choices, field
from directapp.declare.kinds import Kind
from directapp.declare.workflow import status_choices
from directapp.domains.cars import defaults
from directapp.domains.cars.fields import Cars
from directapp.domains.cars.headings import HEADINGS
from directapp.domains.cars.lateness import LATE_CAUSE, LATE_CAUSES
from directapp.domains.cars.sla import EXPECTED_READY_AT, PREPARATION_DAYS, READY_IN_TIME, READY_WEEK, SLA_STATUS
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
from directapp.domains.registered.naming import (
    IDENTIFYING,
    ORDER_FORM,
    ORGANISATION_FORM,
    REGISTRY,
    parse_order_number,
    parse_org_number,
)
from directapp.kernel.text import Text, _


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


def yes_no(name: str, label: Text, *, default: bool | None = None, **more: Any) -> Field:
    """Return a yes/no field; without default it has a third value, not said."""
    return field(name, label, Kind.BOOLEAN, default=default, **more)


IDENTITY = group(
    "identity",
    _("Car"),
    *IDENTIFYING,
    choice(Cars.car_type, _("Car type"), CAR_TYPES),
    field(Cars.mileage_km, _("Mileage"), Kind.INTEGER, minimum=0, maximum=2_000_000, unit="km"),
)
ORDER = group(
    "order",
    _("Order"),
    field(
        Cars.order_number,
        _("Order number"),
        parse=parse_order_number,
        form=ORDER_FORM,
        code=True,
        style="mono",
        search=True,
        max_length=40,
    ),
    field(Cars.eta, _("Expected arrival"), Kind.DATE),
    field(Cars.delivery_date, _("Promised delivery"), Kind.DATE),
    choice(Cars.priority, _("Priority"), PRIORITIES, default="normal", required=True),
    yes_no(Cars.needs_technical, _("Needs technical preparation"), default=True),
    yes_no(Cars.needs_cosmetic, _("Needs cosmetic preparation"), default=True),
    field(Cars.trade_in_for, _("Trade-in for"), Kind.REF, ref="cars", on_delete="set_null", tree=True),
)
ORDER_COMPUTED = group(
    "order_computed",
    _("Progress"),
    field(Cars.expected_ready_at, _("Expected ready"), Kind.INSTANT, sql=EXPECTED_READY_AT),
    choice(Cars.sla_status, _("Delivery status"), SLA, sql=SLA_STATUS),
    choice(Cars.late_cause, _("Why late"), LATE_CAUSES, sql=LATE_CAUSE),
    field(Cars.ready_in_time, _("Ready on the promised day"), Kind.BOOLEAN, sql=READY_IN_TIME),
    field(Cars.ready_week, _("Ready in the week from"), Kind.DATE, sql=READY_WEEK),
    field(Cars.preparation_days, _("Days from arrival to ready"), Kind.DECIMAL, sql=PREPARATION_DAYS),
)
CUSTOMER = group(
    "customer",
    _("Customer"),
    field(Cars.customer_name, _("Customer name"), search=True, max_length=120, personal="customer"),
    choice(Cars.customer_kind, _("Customer kind"), CUSTOMER_KINDS),
    field(
        Cars.customer_org_number,
        _("Organisation number"),
        parse=parse_org_number,
        form=ORGANISATION_FORM,
        code=True,
        max_length=9,
        personal="customer",
    ),
)
CUSTOMER_CONTACT = group(
    "customer_contact",
    _("Customer contact"),
    field(Cars.customer_phone, _("Customer phone"), Kind.PHONE, search=True, personal="customer"),
    field(Cars.customer_email, _("Customer e-mail"), Kind.EMAIL, personal="customer"),
    yes_no(Cars.consent_sms, _("Consents to SMS"), default=False, personal="customer"),
    choice(Cars.customer_language, _("Customer’s language"), CUSTOMER_LANGUAGES, default="nb", personal="customer"),
)
OWNERSHIP = group(
    "ownership",
    _("Ownership"),
    field(Cars.dealership, _("Site"), Kind.REF, ref=DEALERSHIPS, default=defaults.own_site),
    field(
        Cars.original_dealership,
        _("Original site"),
        Kind.REF,
        ref=DEALERSHIPS,
        default=defaults.first_site,
    ),
)
RESPONSIBILITY = group(
    "responsibility",
    _("Seller and hand-over"),
    person(Cars.seller, _("Seller"), default=defaults.seller),
    field(Cars.handover_at, _("Hand-over appointment"), Kind.INSTANT),
    field(Cars.handover_place, _("Hand-over place"), max_length=120, personal="customer"),
)
PREP_CHOICE = group(
    "prep_choice",
    _("Prep centre"),
    field(Cars.prep_center, _("Prep centre"), Kind.REF, ref=DEALERSHIPS),
)
LOCATION = group(
    "location",
    _("Whereabouts"),
    field(Cars.current_location, _("Current location"), Kind.REF, ref=DEALERSHIPS),
    field(Cars.parking_spot, _("Parking spot"), max_length=60),
    field(Cars.key_location, _("Key location"), max_length=60),
)
FLOOR = group(
    "floor",
    _("Reported from the floor"),
    happened(Cars.misplaced_at, _("Not in its place")),
    happened(Cars.mileage_unread_at, _("Mileage could not be read")),
)
SERVICES = group(
    "services",
    _("Services"),
    yes_no(Cars.tyre_hotel, _("Tyre hotel")),
    choice(Cars.window_film, _("Window film"), WINDOW_FILMS, default="none"),
    choice(Cars.treatment, _("Paint treatment"), TREATMENTS, default="none"),
)
PARTS_SELLER = group(
    "parts_seller",
    _("Parts, selling site"),
    happened(Cars.parts_ordered_seller_at, _("Parts ordered, selling site")),
    happened(Cars.parts_arrived_seller_at, _("Parts arrived, selling site")),
)
PARTS_PREP = group(
    "parts_prep",
    _("Parts, prep centre"),
    happened(Cars.parts_ordered_prep_at, _("Parts ordered, prep centre")),
    happened(Cars.parts_arrived_prep_at, _("Parts arrived, prep centre")),
    field(Cars.parts_notes, _("Parts notes"), Kind.TEXT),
)
PARTS_COMPUTED = group(
    "parts_computed",
    _("Parts status"),
    choice(Cars.parts_status, _("Parts status"), PARTS_STATUSES, computed=True, default="none"),
)
TRANSPORT_SENT = group(
    "transport_sent",
    _("Sent"),
    happened(Cars.sent_at, _("Sent to prep centre")),
)
TRANSPORT_ARRIVED = group(
    "transport_arrived",
    _("Arrived"),
    happened(Cars.arrived_prep_center_at, _("Arrived at prep centre")),
    happened(Cars.arrived_dealership_at, _("Arrived at the selling site")),
)
INSPECTION = group(
    "inspection",
    _("Inspection"),
    happened(Cars.inspection_started_at, _("Inspection started")),
    happened(Cars.inspection_completed_at, _("Inspection completed")),
    yes_no(Cars.inspection_approved, _("Inspection approved")),
    field(Cars.inspection_remarks, _("Inspection remarks"), Kind.TEXT),
    field(Cars.inspection_notes, _("Inspection notes"), Kind.TEXT),
)
PLANNING = group(
    "planning",
    _("Planning"),
    field(Cars.scheduled_technical_start, _("Technical planned"), Kind.INSTANT),
    field(Cars.scheduled_cosmetic_start, _("Cosmetic planned"), Kind.INSTANT),
    field(
        Cars.estimated_technical_hours,
        _("Technical estimate"),
        Kind.DECIMAL,
        default=defaults.estimated_hours,
        minimum=0,
        maximum=200,
        unit="t",
    ),
    field(
        Cars.estimated_cosmetic_hours,
        _("Cosmetic estimate"),
        Kind.DECIMAL,
        default=defaults.estimated_hours,
        minimum=0,
        maximum=200,
        unit="t",
    ),
    person(Cars.assigned_mechanic, _("Mechanic")),
    person(Cars.assigned_detailer, _("Detailer")),
)
TECHNICAL = group(
    "technical",
    _("Technical preparation"),
    happened(Cars.technical_started_at, _("Technical started")),
    happened(Cars.technical_completed_at, _("Technical completed")),
    person(Cars.technical_completed_by, _("Technical done by")),
    field(Cars.technical_notes, _("Technical notes"), Kind.TEXT),
)
COSMETIC = group(
    "cosmetic",
    _("Cosmetic preparation"),
    happened(Cars.cosmetic_started_at, _("Cosmetic started")),
    happened(Cars.cosmetic_completed_at, _("Cosmetic completed")),
    person(Cars.cosmetic_completed_by, _("Cosmetic done by")),
    field(Cars.cosmetic_notes, _("Cosmetic notes"), Kind.TEXT),
)
QUALITY = group(
    "quality",
    _("Quality check"),
    happened(Cars.quality_checked_at, _("Quality checked")),
    yes_no(Cars.quality_approved, _("Quality approved")),
    field(Cars.quality_notes, _("Quality notes"), Kind.TEXT),
    choice(Cars.rework, _("Rework"), REWORK),
)
DELIVERY = group(
    "delivery",
    _("Delivery"),
    happened(Cars.ready_for_delivery_at, _("Ready for delivery")),
    happened(Cars.delivered_to_dealership_at, _("Delivered to the selling site")),
    yes_no(Cars.ready_for_pickup, _("Ready for pick-up"), default=False),
)
PRICE = group(
    "price",
    _("Price"),
    field(Cars.sale_price, _("Sale price"), Kind.MONEY, minimum=0, unit="kr"),
    field(Cars.appraisal_price, _("Appraisal price"), Kind.MONEY, minimum=0, unit="kr"),
)
SALE = group(
    "sale",
    _("Sale"),
    happened(Cars.reserved_at, _("Reserved")),
    happened(Cars.sold_at, _("Sold")),
    happened(Cars.delivered_to_customer_at, _("Delivered to customer")),
)
COST = group(
    "cost",
    _("Cost"),
    field(Cars.purchase_price, _("Purchase price"), Kind.MONEY, minimum=0, unit="kr"),
    field(Cars.holding_cost_per_day, _("Holding cost a day"), Kind.MONEY, minimum=0, unit="kr"),
)
COST_COMPUTED = group(
    "cost_computed",
    _("Result"),
    field(Cars.prep_cost, _("Prep cost"), Kind.MONEY, computed=True, default=0, unit="kr"),
    field(Cars.margin, _("Margin"), Kind.MONEY, computed=True, unit="kr"),
)
SELLER_NOTES = group(
    "seller_notes",
    _("Seller's notes"),
    field(Cars.seller_notes, _("Seller's notes"), Kind.TEXT, personal="customer"),
)
BANK = group(
    "bank",
    _("Vehicle bank"),
    yes_no(Cars.in_vehicle_bank, _("In the vehicle bank"), default=False),
    choice(
        Cars.visibility,
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
    choice(Cars.status, _("Status"), status_choices(STATES), computed=True, default="draft"),
    field(Cars.status_since, _("Status since"), Kind.INSTANT, computed=True, default=lambda c: c.now),
    field(
        Cars.shared_identity,
        _("Shares plate or order number"),
        Kind.BOOLEAN,
        computed=True,
        default=False,
        help=_("It stood so before it was refused. Correct the plate or the order number to make it one car’s again."),
    ),
    field(Cars.outlook_at, _("Ready, as last worked out"), Kind.INSTANT, computed=True),
    field(Cars.archived_at, _("Archived"), Kind.INSTANT, computed=True),
    choice(Cars.archived_from, _("Archived from"), status_choices(STATES), computed=True),
    choice(Cars.archive_reason, _("Archived because"), ARCHIVE_REASONS, computed=True),
    field(
        Cars.previous_car,
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
    FLOOR,
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
