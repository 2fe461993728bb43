"""Public names of vehicles and those who drive them: collections and fields."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from directapp.declare.names import FieldName, FieldNames
from directapp.domains.registered.naming import Registered

VEHICLES = "vehicles"
METER_READINGS = "meter_readings"
DRIVERS = "drivers"
CERTIFICATIONS = "certifications"
ASSIGNMENTS = "assignments"
RESERVATIONS = "reservations"


class Vehicles(Registered):
    """The fields of vehicles."""

    # Fleet
    number: FieldName[str]
    vehicle_type: FieldName[str]
    ownership: FieldName[str]
    classification: FieldName[str]
    dealership: FieldName[UUID]
    department: FieldName[UUID]
    tags: FieldName[list[str]]
    from_car: FieldName[UUID]
    stock_car: FieldName[UUID]

    # Who has it
    driver: FieldName[UUID]
    holder: FieldName[UUID]
    held_since: FieldName[datetime]

    # Service
    status: FieldName[str]
    status_since: FieldName[datetime]
    status_reason: FieldName[str]
    odometer_km: FieldName[int]
    engine_hours: FieldName[Decimal]
    metered_at: FieldName[datetime]
    meter_offset_km: FieldName[int]
    service_note: FieldName[str]

    # Energy
    tank_l: FieldName[int]
    battery_kwh: FieldName[Decimal]
    ac_kw: FieldName[Decimal]
    dc_kw: FieldName[Decimal]
    plugs: FieldName[list[str]]

    # Capacity
    payload_kg: FieldName[int]
    volume_m3: FieldName[Decimal]
    seats: FieldName[int]
    equipment: FieldName[str]

    # Money
    price: FieldName[Decimal]
    bought_on: FieldName[date]
    lease_monthly: FieldName[Decimal]
    lease_until: FieldName[date]
    lease_km: FieldName[int]
    lease_excess_per_km: FieldName[Decimal]
    residual_value: FieldName[Decimal]


class MeterReadings(FieldNames):
    """The fields of what odometers and hour meters said."""

    vehicle: FieldName[UUID]
    km: FieldName[int]
    engine_hours: FieldName[Decimal]
    read_at: FieldName[datetime]
    source: FieldName[str]
    total_km: FieldName[int]
    suspect: FieldName[bool]
    doubt: FieldName[str]
    accepted_at: FieldName[datetime]
    voided_at: FieldName[datetime]
    void_reason: FieldName[str]


class Drivers(FieldNames):
    """The fields of drivers."""

    # Person
    user: FieldName[UUID]
    name: FieldName[str]
    employee_no: FieldName[str]
    dealership: FieldName[UUID]
    department: FieldName[UUID]
    manager: FieldName[UUID]
    standing: FieldName[str]

    # Licence
    licence_number: FieldName[str]
    licence_classes: FieldName[list[str]]
    next_expiry: FieldName[date]

    # Private
    birth_date: FieldName[date]
    home_address: FieldName[str]
    next_of_kin: FieldName[str]
    next_of_kin_phone: FieldName[str]


class Certifications(FieldNames):
    """The fields of what a driver is licensed and certified for."""

    driver: FieldName[UUID]
    person: FieldName[UUID]
    kind: FieldName[str]
    number: FieldName[str]
    issued_on: FieldName[date]
    valid_to: FieldName[date]
    standing: FieldName[str]
    noticed: FieldName[int]


class Assignments(FieldNames):
    """The fields of who drives which vehicle, and when."""

    vehicle: FieldName[UUID]
    driver: FieldName[UUID]
    person: FieldName[UUID]
    kind: FieldName[str]
    starts_at: FieldName[datetime]
    ends_at: FieldName[datetime]
    purpose: FieldName[str]
    status: FieldName[str]
    decided_by: FieldName[UUID]
    reason: FieldName[str]
    out_at: FieldName[datetime]
    out_km: FieldName[int]
    out_level: FieldName[int]
    in_at: FieldName[datetime]
    in_km: FieldName[int]
    in_level: FieldName[int]
    remarks: FieldName[str]


class Reservations(FieldNames):
    """The fields of reservations of pool vehicles."""

    vehicle: FieldName[UUID]
    person: FieldName[UUID]
    starts_at: FieldName[datetime]
    ends_at: FieldName[datetime]
    purpose: FieldName[str]
    status: FieldName[str]
    out_at: FieldName[datetime]
    out_km: FieldName[int]
    in_at: FieldName[datetime]
    in_km: FieldName[int]
    reason: FieldName[str]
