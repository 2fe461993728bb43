"""How a vehicle is identified and what the registry knows of it, once for a dealer's cars and a fleet's vehicles.

The registry's fields are written by the registry and the administrator only.
"""

from datetime import date
from decimal import Decimal

from directapp.declare.fields import Field, Group, choices, field
from directapp.declare.kinds import Kind
from directapp.declare.names import FieldName, FieldNames, Json
from directapp.domains.registered.identifiers import (
    ORDER_FORM,
    ORGANISATION_FORM,
    PLATE_FORM,
    VIN_FORM,
    parse_code,
    parse_order_number,
    parse_org_number,
    parse_vin,
    plate_value,
    show_plate,
)
from directapp.kernel.text import Text, _, pgettext

__all__ = [
    "IDENTIFYING",
    "ORDER_FORM",
    "ORGANISATION_FORM",
    "REGISTRY",
    "Registered",
    "parse_code",
    "parse_order_number",
    "parse_org_number",
    "show_plate",
]


class Registered(FieldNames):
    """The fields of every registered vehicle."""

    # Identity
    vin: FieldName[str]
    license_plate: FieldName[str]
    make: FieldName[str]
    model: FieldName[str]
    variant: FieldName[str]
    model_year: FieldName[int]
    color: FieldName[str]

    # Vehicle registry
    year: FieldName[int]
    fuel_type: FieldName[str]
    engine_size: FieldName[int]
    power_kw: FieldName[Decimal]
    horsepower: FieldName[int]
    co2_emissions: FieldName[int]
    electric_range_km: FieldName[int]
    first_registered: FieldName[date]
    registration_status: FieldName[str]
    next_inspection_due: FieldName[date]
    last_inspection: FieldName[date]
    curb_weight: FieldName[int]
    total_weight: FieldName[int]
    payload: FieldName[int]
    trailer_weight_braked: FieldName[int]
    trailer_weight_unbraked: FieldName[int]
    length: FieldName[int]
    width: FieldName[int]
    height: FieldName[int]
    registry_sources: FieldName[Json]


FUELS = choices(
    ("petrol", _("Petrol")),
    ("diesel", _("Diesel")),
    ("electric", _("Electric")),
    ("plug_in_hybrid", _("Plug-in hybrid")),
    ("hybrid", _("Hybrid")),
    ("hydrogen", _("Hydrogen")),
    ("gas", _("Gas")),
    also={
        "electric": ("elbil", "elbiler", "el", "ev", "electric cars"),
        "diesel": ("dieselbil",),
        "petrol": ("bensinbil", "gasoline"),
    },
)
REGISTRATION_STATUSES = choices(
    ("registered", _("Registered")),
    ("not_registered", _("Not registered")),
    ("deregistered", _("Deregistered")),
    ("scrapped", _("Scrapped")),
    ("stolen", _("Stolen")),
)

IDENTIFYING: tuple[Field, ...] = (
    field(
        Registered.vin,
        _("VIN"),
        parse=parse_vin,
        form=VIN_FORM,
        code=True,
        style="mono",
        search=True,
        max_length=17,
    ),
    field(
        Registered.license_plate,
        _("Licence plate"),
        parse=plate_value,
        form=PLATE_FORM,
        code=True,
        style="plate",
        search=True,
        max_length=7,
    ),
    field(Registered.make, _("Make"), search=True, max_length=60),
    field(Registered.model, _("Model"), search=True, max_length=100),
    field(Registered.variant, _("Variant"), max_length=200),
    field(Registered.model_year, _("Model year"), Kind.INTEGER, minimum=1886, maximum=2100, style="year"),
    field(Registered.color, _("Colour"), max_length=60),
)


def _count(name: str, label: Text, unit: str, maximum: int) -> Field:
    return field(name, label, Kind.INTEGER, minimum=0, maximum=maximum, unit=unit)


def _weight(name: str, label: Text) -> Field:
    return _count(name, label, "kg", 100_000)


def _length(name: str, label: Text) -> Field:
    return _count(name, label, "mm", 30_000)


REGISTRY = Group(
    "registry",
    _("Vehicle registry"),
    (
        field(Registered.year, _("Year"), Kind.INTEGER, minimum=1886, maximum=2100, style="year"),
        field(Registered.fuel_type, _("Fuel"), Kind.CHOICE, choices=FUELS),
        _count(Registered.engine_size, _("Engine size"), "cm³", 30_000),
        field(Registered.power_kw, _("Power"), Kind.DECIMAL, minimum=0, maximum=5_000, unit="kW"),
        _count(Registered.horsepower, _("Horsepower"), "hk", 7_000),
        _count(Registered.co2_emissions, _("CO₂ emissions"), "g/km", 2_000),
        _count(Registered.electric_range_km, _("Electric range"), "km", 3_000),
        field(Registered.first_registered, _("First registered"), Kind.DATE),
        field(
            Registered.registration_status,
            _("Registration status"),
            Kind.CHOICE,
            choices=REGISTRATION_STATUSES,
        ),
        field(Registered.next_inspection_due, pgettext("date", "Periodic inspection due"), Kind.DATE),
        field(Registered.last_inspection, _("Last periodic inspection"), Kind.DATE),
        _weight(Registered.curb_weight, _("Kerb weight")),
        _weight(Registered.total_weight, _("Maximum total weight")),
        _weight(Registered.payload, _("Payload")),
        _weight(Registered.trailer_weight_braked, _("Trailer, braked")),
        _weight(Registered.trailer_weight_unbraked, _("Trailer, unbraked")),
        _length(Registered.length, _("Length")),
        _length(Registered.width, _("Width")),
        _length(Registered.height, _("Height")),
        field(
            Registered.registry_sources,
            _("Sources"),
            Kind.JSON,
            form={"type": "object"},
            help=_("For each field: its source (user or registry) and when it was fetched."),
        ),
    ),
)
