"""Public names of maintenance: collections and fields."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from directapp.declare.names import FieldName, FieldNames

SERVICE_PROGRAMS = "service_programs"
MAINTENANCE_SCHEDULES = "maintenance_schedules"
WORK_ORDERS = "work_orders"
WORK_ORDER_TASKS = "work_order_tasks"
LABOR_ENTRIES = "labor_entries"
PART_USES = "part_uses"
STOCK_MOVES = "stock_moves"
VENDOR_LINES = "vendor_lines"


class Intervals(FieldNames):
    """How often something is done, whichever comes first, how far ahead it is told and how late it may be."""

    every_months: FieldName[int]
    every_km: FieldName[int]
    every_engine_hours: FieldName[int]
    basis: FieldName[str]
    lead_days: FieldName[int]
    lead_km: FieldName[int]
    lead_engine_hours: FieldName[int]
    grace_days: FieldName[int]
    grace_km: FieldName[int]
    grace_engine_hours: FieldName[int]


class ServicePrograms(Intervals):
    """The fields of what is done again and again on vehicles of a kind."""

    name: FieldName[str]
    vehicle_type: FieldName[str]
    make: FieldName[str]
    model: FieldName[str]
    active: FieldName[bool]


class MaintenanceSchedules(Intervals):
    """The fields of what is done again and again on one vehicle."""

    vehicle: FieldName[UUID]
    program: FieldName[UUID]
    name: FieldName[str]
    active: FieldName[bool]
    work_order: FieldName[UUID]

    # What it is counted from
    counted_from_on: FieldName[date]
    counted_from_km: FieldName[int]
    counted_from_hours: FieldName[Decimal]
    last_done_on: FieldName[date]
    last_done_km: FieldName[int]
    last_done_hours: FieldName[Decimal]

    # When it is due
    standing: FieldName[str]
    due_by: FieldName[str]
    next_due_on: FieldName[date]
    next_due_km: FieldName[int]
    next_due_hours: FieldName[Decimal]
    forecast_on: FieldName[date]
    forecast_from: FieldName[date]
    forecast_to: FieldName[date]
    certainty: FieldName[str]
    km_per_day: FieldName[Decimal]
    hours_per_day: FieldName[Decimal]
    readings: FieldName[int]


class WorkOrders(FieldNames):
    """The fields of work on a vehicle, from what is wanted to what it cost."""

    # Job
    title: FieldName[str]
    vehicle: FieldName[UUID]
    dealership: FieldName[UUID]
    kind: FieldName[str]
    priority: FieldName[str]
    description: FieldName[str]
    schedule: FieldName[UUID]
    status: FieldName[str]
    technician: FieldName[UUID]
    planned_start: FieldName[datetime]
    planned_end: FieldName[datetime]
    hold_for: FieldName[str]
    reason: FieldName[str]
    started_at: FieldName[datetime]
    completed_at: FieldName[datetime]
    completed_by: FieldName[UUID]
    km: FieldName[int]
    engine_hours: FieldName[Decimal]
    findings: FieldName[str]
    released_at: FieldName[datetime]
    released_by: FieldName[UUID]
    reopened: FieldName[int]
    down_from: FieldName[datetime]
    down_to: FieldName[datetime]
    down_hours: FieldName[Decimal]

    # Money
    estimate: FieldName[Decimal]
    cost_centre: FieldName[str]
    submitted_by: FieldName[UUID]
    approved_budget: FieldName[Decimal]
    approved_by: FieldName[UUID]
    approved_at: FieldName[datetime]
    labor_cost: FieldName[Decimal]
    parts_cost: FieldName[Decimal]
    vendor_cost: FieldName[Decimal]
    actual_cost: FieldName[Decimal]


class OrderLines(FieldNames):
    """What every line of a work order has."""

    work_order: FieldName[UUID]


class WorkOrderTasks(OrderLines):
    """The fields of what is to be checked or done before a work order is complete."""

    place: FieldName[int]
    name: FieldName[str]
    done_at: FieldName[datetime]
    done_by: FieldName[UUID]
    remark: FieldName[str]


class LaborEntries(OrderLines):
    """The fields of hours worked."""

    person: FieldName[UUID]
    started_at: FieldName[datetime]
    ended_at: FieldName[datetime]
    hours: FieldName[Decimal]
    rate: FieldName[Decimal]
    note: FieldName[str]
    corrects: FieldName[UUID]
    corrected_at: FieldName[datetime]
    why: FieldName[str]


class PartUses(OrderLines):
    """The fields of parts taken from the shelf for a work order."""

    part: FieldName[UUID]
    quantity: FieldName[int]
    unit_cost: FieldName[Decimal]
    status: FieldName[str]
    issued_at: FieldName[datetime]
    returned_at: FieldName[datetime]


class StockMoves(FieldNames):
    """The fields of what went on and off the shelf."""

    part: FieldName[UUID]
    part_use: FieldName[UUID]
    kind: FieldName[str]
    quantity: FieldName[int]
    free_after: FieldName[int]
    moved_at: FieldName[datetime]


class VendorLines(OrderLines):
    """The fields of what a vendor does for a work order."""

    vendor: FieldName[str]
    description: FieldName[str]
    amount: FieldName[Decimal]
    invoice: FieldName[str]
    settled: FieldName[bool]
