"""Public names of the workshop: its collections and fields."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from directapp.declare.names import FieldName, FieldNames, Json

INSPECTION_TEMPLATES = "inspection_templates"
INSPECTIONS = "inspections"
WORK_ITEMS = "work_items"
PARTS_INVENTORY = "parts_inventory"
SERVICE_HISTORY = "service_history"


class InspectionTemplates(FieldNames):
    """The fields of inspection templates."""

    name_nb: FieldName[str]
    name_en: FieldName[str]
    car_type: FieldName[str]
    kind: FieldName[str]
    items: FieldName[Json]
    active: FieldName[bool]


class Inspections(FieldNames):
    """The fields of inspections."""

    # Inspection
    car: FieldName[UUID]
    kind: FieldName[str]
    signed_by: FieldName[UUID]
    signed_at: FieldName[datetime]

    # Receiving inspection
    template: FieldName[UUID]
    items: FieldName[Json]
    answers: FieldName[Json]
    note: FieldName[str]
    photos: FieldName[list[UUID]]
    damage_marks: FieldName[Json]
    approved: FieldName[bool]
    remarks: FieldName[int]

    # Hand-over
    plates_ok: FieldName[bool]
    reregistered: FieldName[bool]
    insurance: FieldName[bool]
    liens: FieldName[bool]
    keys: FieldName[bool]


class WorkItems(FieldNames):
    """The fields of work items."""

    # Work
    car: FieldName[UUID]
    description: FieldName[str]
    kind: FieldName[str]
    status: FieldName[str]
    started_at: FieldName[datetime]
    completed_at: FieldName[datetime]
    actual_hours: FieldName[Decimal]
    done_by: FieldName[UUID]
    inspection: FieldName[UUID]
    inspection_item: FieldName[str]

    # Price and approval
    estimate: FieldName[Decimal]
    price: FieldName[Decimal]
    actual_cost: FieldName[Decimal]
    approved_at: FieldName[datetime]
    approved_by: FieldName[UUID]
    declined_at: FieldName[datetime]
    declined_by: FieldName[UUID]
    decline_reason: FieldName[str]


class PartsInventory(FieldNames):
    """The fields of parts inventory."""

    # Stock
    dealership: FieldName[UUID]
    part_number: FieldName[str]
    name: FieldName[str]
    available: FieldName[int]
    reserved: FieldName[int]
    ordered: FieldName[int]
    supplier: FieldName[str]
    reorder_point: FieldName[int]
    bin: FieldName[str]

    # Cost
    cost: FieldName[Decimal]


class ServiceHistory(FieldNames):
    """The fields of service history."""

    car: FieldName[UUID]
    vin: FieldName[str]
    type: FieldName[str]
    performed_by: FieldName[UUID]
    performed_at: FieldName[datetime]
    hours: FieldName[Decimal]
    cost: FieldName[Decimal]
    parts: FieldName[str]
    notes: FieldName[str]
    work_item: FieldName[UUID]
    withdrawn: FieldName[bool]
