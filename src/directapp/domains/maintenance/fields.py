"""Public names of maintenance: collections and fields."""

from datetime import date
from decimal import Decimal
from uuid import UUID

from directapp.declare.names import FieldName, FieldNames

SERVICE_PROGRAMS = "service_programs"
MAINTENANCE_SCHEDULES = "maintenance_schedules"


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
