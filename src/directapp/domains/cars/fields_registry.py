"""What the vehicle registry knows about a car; written by the registry and the administrator only."""

from directapp.declare.fields import Field, Group, field
from directapp.declare.kinds import Kind
from directapp.domains.cars.words import FUELS, REGISTRATION_STATUSES
from directapp.kernel.text import Text


def _count(name: str, nb: str, en: str, unit: str, maximum: int) -> Field:
    return field(name, nb, en, Kind.INTEGER, minimum=0, maximum=maximum, unit=unit)


def _weight(name: str, nb: str, en: str) -> Field:
    return _count(name, nb, en, "kg", 100_000)


def _length(name: str, nb: str, en: str) -> Field:
    return _count(name, nb, en, "mm", 30_000)


REGISTRY = Group(
    "registry",
    Text("Kjøretøyregisteret", "Vehicle registry"),
    (
        field("year", "Registreringsår", "Year", Kind.INTEGER, minimum=1886, maximum=2100, style="year"),
        field("fuel_type", "Drivstoff", "Fuel", Kind.CHOICE, choices=FUELS),
        _count("engine_size", "Slagvolum", "Engine size", "cm³", 30_000),
        field("power_kw", "Effekt", "Power", Kind.DECIMAL, minimum=0, maximum=5_000, unit="kW"),
        _count("horsepower", "Hestekrefter", "Horsepower", "hk", 7_000),
        _count("co2_emissions", "CO₂-utslipp", "CO₂ emissions", "g/km", 2_000),
        _count("electric_range_km", "Elektrisk rekkevidde", "Electric range", "km", 3_000),
        field("first_registered", "Førstegangsregistrert", "First registered", Kind.DATE),
        field(
            "registration_status",
            "Registreringsstatus",
            "Registration status",
            Kind.CHOICE,
            choices=REGISTRATION_STATUSES,
        ),
        field("next_inspection_due", "Frist for EU-kontroll", "Periodic inspection due", Kind.DATE),
        field("last_inspection", "Siste EU-kontroll", "Last periodic inspection", Kind.DATE),
        _weight("curb_weight", "Egenvekt", "Kerb weight"),
        _weight("total_weight", "Tillatt totalvekt", "Maximum total weight"),
        _weight("payload", "Nyttelast", "Payload"),
        _weight("trailer_weight_braked", "Tilhenger med brems", "Trailer, braked"),
        _weight("trailer_weight_unbraked", "Tilhenger uten brems", "Trailer, unbraked"),
        _length("length", "Lengde", "Length"),
        _length("width", "Bredde", "Width"),
        _length("height", "Høyde", "Height"),
        field(
            "registry_sources",
            "Kilder",
            "Sources",
            Kind.JSON,
            form={"type": "object"},
            help=Text(
                "Per felt: kilde (user eller registry) og når det ble hentet.",
                "For each field: its source (user or registry) and when it was fetched.",
            ),
        ),
    ),
)
