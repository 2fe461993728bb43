"""What the vehicle registry tells about a vehicle, in the names and units of a car's own fields."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from directapp.connectors.vegvesen_codes import Code

SOURCE = "registry"


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """The ``identity`` group; the variant is that of the type approval, the car type is not in the registry."""

    vin: str | None = None
    license_plate: str | None = None
    make: str | None = None
    model: str | None = None
    variant: str | None = None
    model_year: int | None = None
    color: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """The ``registry`` group: kW and hp, cm³, g/km, km, kg, mm."""

    year: int | None = None
    fuel_type: str | None = None
    engine_size: int | None = None
    power_kw: Decimal | None = None
    horsepower: int | None = None
    co2_emissions: int | None = None
    electric_range_km: int | None = None
    first_registered: date | None = None
    registration_status: str | None = None
    next_inspection_due: date | None = None
    last_inspection: date | None = None
    curb_weight: int | None = None
    total_weight: int | None = None
    payload: int | None = None
    trailer_weight_braked: int | None = None
    trailer_weight_unbraked: int | None = None
    length: int | None = None
    width: int | None = None
    height: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Details:
    """What a car has no field for, kept for the preview: codes with labels, counts, tyres and remarks."""

    chassis_number: str | None = None
    personal_plate: str | None = None
    manufacturer: str | None = None
    type_designation: str | None = None
    approval_number: str | None = None
    approval_variant: str | None = None
    approval_version: str | None = None
    classification: str | None = None
    registration_status: Code | None = None
    plate_type: Code | None = None
    use: Code | None = None
    fuels: tuple[Code, ...] = ()
    hybrid: Code | None = None
    gearbox: Code | None = None
    body: Code | None = None
    colours: tuple[Code, ...] = ()
    emission_class: Code | None = None
    technical_code: Code | None = None
    tax_code: Code | None = None
    engine_codes: tuple[str, ...] = ()
    cylinders: int | None = None
    gears: int | None = None
    top_speed_kmh: int | None = None
    doors: int | None = None
    seats: int | None = None
    seats_in_front: int | None = None
    axles: int | None = None
    driven_axles: int | None = None
    tyres: tuple[str, ...] = ()
    rims: tuple[str, ...] = ()
    consumption_l_100km: Decimal | None = None
    electric_consumption_wh_km: int | None = None
    roof_load: int | None = None
    coupling_load: int | None = None
    combination_weight: int | None = None
    registered_in_norway: date | None = None
    deregistered_since: date | None = None
    imported_from: str | None = None
    import_mileage_km: int | None = None
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Vehicle:
    """One vehicle; ``raw`` is the answer without its owner, for a cache to keep and to read again."""

    identity: Identity
    registration: Registration
    details: Details
    fetched_at: datetime
    unreadable: tuple[str, ...] = ()
    raw: Mapping[str, Any] = field(repr=False)

    def values(self) -> dict[str, Any]:
        """Return what the registry knows, by the name of the car's field."""
        groups = (self.identity, self.registration)
        every = {part.name: getattr(group, part.name) for group in groups for part in fields(group)}
        return {name: value for name, value in every.items() if value is not None}

    def sources(self) -> dict[str, dict[str, str]]:
        """Return where and when each value comes from, as ``registry_sources`` keeps it."""
        said = {"source": SOURCE, "at": self.fetched_at.isoformat()}
        return {name: dict(said) for name in self.values()}

    def unknown_codes(self) -> tuple[Code, ...]:
        """Return the codes that our lists lack; each still carries the registry's own words."""
        held = [getattr(self.details, part.name) for part in fields(self.details)]
        codes = [one for value in held for one in (value if isinstance(value, tuple) else (value,))]
        return tuple(code for code in codes if isinstance(code, Code) and not code.known)
