"""Public names of cars: their collections and fields."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from types import MappingProxyType
from uuid import UUID

from directapp.declare.names import FieldName, FieldNames, Json, Row, field_name
from directapp.domains.registered.naming import Registered
from directapp.kernel.text import Text, _

CARS = "cars"
CAR_ACCESSORIES = "car_accessories"
CAR_TRANSFERS = "car_transfers"
CAR_STAGES = "car_stages"
MILEAGE_READINGS = "mileage_readings"
CONSENTS = "consents"
# What cars ask of domains above them, which declare their collections under these names.
PARTS_ORDERS = "parts_orders"
CAR_REQUESTS = "car_requests"
REGISTRY_ANSWERS = "registry_answers"


class Cars(Registered):
    """The fields of cars."""

    # Car, beside what every registered vehicle has
    car_type: FieldName[str]
    mileage_km: FieldName[int]

    # Order
    order_number: FieldName[str]
    eta: FieldName[date]
    delivery_date: FieldName[date]
    priority: FieldName[str]
    needs_technical: FieldName[bool]
    needs_cosmetic: FieldName[bool]
    trade_in_for: FieldName[UUID]

    # Progress
    expected_ready_at: FieldName[datetime]
    sla_status: FieldName[str]
    late_cause: FieldName[str]
    ready_in_time: FieldName[bool]
    ready_week: FieldName[date]
    preparation_days: FieldName[Decimal]

    # Customer
    customer_name: FieldName[str]
    customer_kind: FieldName[str]
    customer_org_number: FieldName[str]

    # Customer contact
    customer_phone: FieldName[str]
    customer_email: FieldName[str]
    consent_sms: FieldName[bool]
    customer_language: FieldName[str]

    # Ownership
    dealership: FieldName[UUID]
    original_dealership: FieldName[UUID]

    # Seller and hand-over
    seller: FieldName[UUID]
    handover_at: FieldName[datetime]
    handover_place: FieldName[str]

    # Prep centre
    prep_center: FieldName[UUID]

    # Whereabouts
    current_location: FieldName[UUID]
    parking_spot: FieldName[str]
    key_location: FieldName[str]

    # Reported from the floor
    misplaced_at: FieldName[datetime]
    mileage_unread_at: FieldName[datetime]

    # Services
    tyre_hotel: FieldName[bool]
    window_film: FieldName[str]
    treatment: FieldName[str]

    # Parts, selling site
    parts_ordered_seller_at: FieldName[datetime]
    parts_arrived_seller_at: FieldName[datetime]

    # Parts, prep centre
    parts_ordered_prep_at: FieldName[datetime]
    parts_arrived_prep_at: FieldName[datetime]
    parts_notes: FieldName[str]

    # Parts status
    parts_status: FieldName[str]

    # Sent
    sent_at: FieldName[datetime]

    # Arrived
    arrived_prep_center_at: FieldName[datetime]
    arrived_dealership_at: FieldName[datetime]

    # Inspection
    inspection_started_at: FieldName[datetime]
    inspection_completed_at: FieldName[datetime]
    inspection_approved: FieldName[bool]
    inspection_remarks: FieldName[str]
    inspection_notes: FieldName[str]

    # Planning
    scheduled_technical_start: FieldName[datetime]
    scheduled_cosmetic_start: FieldName[datetime]
    estimated_technical_hours: FieldName[Decimal]
    estimated_cosmetic_hours: FieldName[Decimal]
    assigned_mechanic: FieldName[UUID]
    assigned_detailer: FieldName[UUID]

    # Technical preparation
    technical_started_at: FieldName[datetime]
    technical_completed_at: FieldName[datetime]
    technical_completed_by: FieldName[UUID]
    technical_notes: FieldName[str]

    # Cosmetic preparation
    cosmetic_started_at: FieldName[datetime]
    cosmetic_completed_at: FieldName[datetime]
    cosmetic_completed_by: FieldName[UUID]
    cosmetic_notes: FieldName[str]

    # Quality check
    quality_checked_at: FieldName[datetime]
    quality_approved: FieldName[bool]
    quality_notes: FieldName[str]
    rework: FieldName[str]

    # Delivery
    ready_for_delivery_at: FieldName[datetime]
    delivered_to_dealership_at: FieldName[datetime]
    ready_for_pickup: FieldName[bool]

    # Price
    sale_price: FieldName[Decimal]
    appraisal_price: FieldName[Decimal]

    # Sale
    reserved_at: FieldName[datetime]
    sold_at: FieldName[datetime]
    delivered_to_customer_at: FieldName[datetime]

    # Cost
    purchase_price: FieldName[Decimal]
    holding_cost_per_day: FieldName[Decimal]

    # Result
    prep_cost: FieldName[Decimal]
    margin: FieldName[Decimal]

    # Seller's notes
    seller_notes: FieldName[str]

    # Vehicle bank
    in_vehicle_bank: FieldName[bool]
    visibility: FieldName[str]

    # System
    status: FieldName[str]
    status_since: FieldName[datetime]
    shared_identity: FieldName[bool]
    outlook_at: FieldName[datetime]
    archived_at: FieldName[datetime]
    archived_from: FieldName[str]
    archive_reason: FieldName[str]
    previous_car: FieldName[UUID]


class CarAccessories(FieldNames):
    """The fields of accessories."""

    # Accessory
    car: FieldName[UUID]
    name: FieldName[str]
    part_number: FieldName[str]
    quantity: FieldName[int]
    comment: FieldName[str]

    # Price
    price: FieldName[Decimal]

    # Supply
    status: FieldName[str]
    ordered_at: FieldName[datetime]
    arrived_at: FieldName[datetime]

    # System
    changed_after_order_at: FieldName[datetime]
    changed_content: FieldName[Json]


class CarTransfers(FieldNames):
    """The fields of transfers."""

    car: FieldName[UUID]
    from_: FieldName[UUID]
    to: FieldName[UUID]
    reason: FieldName[str]
    note: FieldName[str]
    by: FieldName[UUID]
    at: FieldName[datetime]
    status: FieldName[str]
    closed_at: FieldName[datetime]
    closed_by: FieldName[UUID]


class CarStages(FieldNames):
    """The fields of time in the stages."""

    car: FieldName[UUID]
    status: FieldName[str]
    entered_at: FieldName[datetime]
    left_at: FieldName[datetime]
    hours: FieldName[Decimal]
    week: FieldName[date]
    dealership: FieldName[UUID]
    prep_center: FieldName[UUID]


class Consents(FieldNames):
    """The fields of consents."""

    car: FieldName[UUID]
    purpose: FieldName[str]
    given: FieldName[bool]
    at: FieldName[datetime]
    by: FieldName[UUID]


class MileageReadings(FieldNames):
    """The fields of mileage readings."""

    car: FieldName[UUID]
    km: FieldName[int]
    read_at: FieldName[datetime]
    occasion: FieldName[str]


class CarRequests(FieldNames):
    """The fields of requests for cars."""

    car: FieldName[UUID]
    site: FieldName[UUID]
    owner: FieldName[UUID]
    note: FieldName[str]
    by: FieldName[UUID]
    at: FieldName[datetime]
    status: FieldName[str]
    answer: FieldName[str]
    answered_at: FieldName[datetime]
    answered_by: FieldName[UUID]
    transfer: FieldName[UUID]


class PartsOrders(FieldNames):
    """The fields of parts orders."""

    car: FieldName[UUID]
    accessory: FieldName[UUID]
    part: FieldName[UUID]
    part_number: FieldName[str]
    part_name: FieldName[str]
    quantity: FieldName[int]
    from_stock: FieldName[bool]
    supplier: FieldName[str]
    order_reference: FieldName[str]
    ordered_by_side: FieldName[str]
    status: FieldName[str]
    eta: FieldName[date]
    ordered_at: FieldName[datetime]
    sent_at: FieldName[datetime]
    arrived_at: FieldName[datetime]
    installed_at: FieldName[datetime]
    cancelled_at: FieldName[datetime]
    notes: FieldName[str]


class RegistryAnswers(FieldNames):
    """The fields of answers of the vehicle registry."""

    kind: FieldName[str]
    asked: FieldName[str]
    source: FieldName[str]
    chassis_number: FieldName[str]
    found: FieldName[Json]
    details: FieldName[Json]
    fetched_at: FieldName[datetime]
    expires_at: FieldName[datetime]


# The car that a record of another collection is about.
ITS_CAR: FieldName[UUID] = field_name("car")


@dataclass(frozen=True, slots=True)
class WorkFields:
    """What one kind of work is called, the role that does it, and the car's fields of it."""

    label: Text
    role: str
    needed: FieldName[bool]
    hours: FieldName[Decimal]
    assigned: FieldName[UUID]
    scheduled: FieldName[datetime]
    started: FieldName[datetime]
    completed: FieldName[datetime]
    completed_by: FieldName[UUID]


WORK = MappingProxyType(
    {
        "technical": WorkFields(
            label=_("Technical"),
            role="mechanic",
            needed=Cars.needs_technical,
            hours=Cars.estimated_technical_hours,
            assigned=Cars.assigned_mechanic,
            scheduled=Cars.scheduled_technical_start,
            started=Cars.technical_started_at,
            completed=Cars.technical_completed_at,
            completed_by=Cars.technical_completed_by,
        ),
        "cosmetic": WorkFields(
            label=_("Cosmetic"),
            role="detailer",
            needed=Cars.needs_cosmetic,
            hours=Cars.estimated_cosmetic_hours,
            assigned=Cars.assigned_detailer,
            scheduled=Cars.scheduled_cosmetic_start,
            started=Cars.cosmetic_started_at,
            completed=Cars.cosmetic_completed_at,
            completed_by=Cars.cosmetic_completed_by,
        ),
    }
)


@dataclass(frozen=True, slots=True)
class PartsFields:
    """The car's fields of the parts that one side orders."""

    ordered: FieldName[datetime]
    arrived: FieldName[datetime]


PARTS = MappingProxyType(
    {
        "seller": PartsFields(Cars.parts_ordered_seller_at, Cars.parts_arrived_seller_at),
        "prep": PartsFields(Cars.parts_ordered_prep_at, Cars.parts_arrived_prep_at),
    }
)
PARTS_TIMES = tuple(name for parts in PARTS.values() for name in (parts.ordered, parts.arrived))
# How far a part has come, from the one furthest behind on.
SUPPLY = ("ordered", "in_transit", "arrived", "installed")


def furthest_behind(statuses: Iterable[str | None]) -> str:
    """Return the status of the part furthest behind, ``none`` without parts."""
    present = set(statuses)
    return next((s for s in SUPPLY if s in present), "none")


def ordering_side(site: UUID | None, car: Row) -> str:
    """Say for which side a site orders: the prep centre's, when the car belongs elsewhere and is prepared there."""
    at_prep = site is not None and site == car.get(Cars.prep_center) and site != car.get(Cars.dealership)
    return "prep" if at_prep else "seller"
