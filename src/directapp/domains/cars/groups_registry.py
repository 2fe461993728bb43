"""What the vehicle registry knows about a car; written by the registry and the administrator only."""

from directapp.declare.fields import Field, Group, field
from directapp.declare.kinds import Kind
from directapp.domains.cars.fields import Cars
from directapp.domains.cars.words import FUELS, REGISTRATION_STATUSES
from directapp.kernel.text import Text, _, pgettext


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
        field(Cars.year, _("Year"), Kind.INTEGER, minimum=1886, maximum=2100, style="year"),
        field(Cars.fuel_type, _("Fuel"), Kind.CHOICE, choices=FUELS),
        _count(Cars.engine_size, _("Engine size"), "cm³", 30_000),
        field(Cars.power_kw, _("Power"), Kind.DECIMAL, minimum=0, maximum=5_000, unit="kW"),
        _count(Cars.horsepower, _("Horsepower"), "hk", 7_000),
        _count(Cars.co2_emissions, _("CO₂ emissions"), "g/km", 2_000),
        _count(Cars.electric_range_km, _("Electric range"), "km", 3_000),
        field(Cars.first_registered, _("First registered"), Kind.DATE),
        field(
            Cars.registration_status,
            _("Registration status"),
            Kind.CHOICE,
            choices=REGISTRATION_STATUSES,
        ),
        field(Cars.next_inspection_due, pgettext("date", "Periodic inspection due"), Kind.DATE),
        field(Cars.last_inspection, _("Last periodic inspection"), Kind.DATE),
        _weight(Cars.curb_weight, _("Kerb weight")),
        _weight(Cars.total_weight, _("Maximum total weight")),
        _weight(Cars.payload, _("Payload")),
        _weight(Cars.trailer_weight_braked, _("Trailer, braked")),
        _weight(Cars.trailer_weight_unbraked, _("Trailer, unbraked")),
        _length(Cars.length, _("Length")),
        _length(Cars.width, _("Width")),
        _length(Cars.height, _("Height")),
        field(
            Cars.registry_sources,
            _("Sources"),
            Kind.JSON,
            form={"type": "object"},
            help=_("For each field: its source (user or registry) and when it was fetched."),
        ),
    ),
)
