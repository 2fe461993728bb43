"""What an answer holds for a car: a value a field with its source, and details that a car has no field for. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import fields
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from directapp.connectors.vegvesen_codes import Code
from directapp.connectors.vegvesen_types import Details, Vehicle
from directapp.connectors.vin import VinFacts, read_vin
from directapp.kernel.text import Text

REGISTRY, VIN = "registry", "vin"

Found = dict[str, dict[str, Any]]
Line = dict[str, Any]

# Details in the order people ask for them: label and unit. The rest stands in fields of the car.
_DETAILS: dict[str, tuple[Text, str]] = {
    "registration_status": (Text("Registreringsstatus", "Registration status"), ""),
    "classification": (Text("Kjøretøygruppe", "Classification"), ""),
    "technical_code": (Text("Teknisk kode", "Technical code"), ""),
    "tax_code": (Text("Avgiftskode", "Tax code"), ""),
    "use": (Text("Bruk", "Use"), ""),
    "plate_type": (Text("Skilttype", "Plate type"), ""),
    "personal_plate": (Text("Personlig skilt", "Personal plate"), ""),
    "fuels": (Text("Drivstoff", "Fuels"), ""),
    "hybrid": (Text("Hybrid", "Hybrid"), ""),
    "gearbox": (Text("Girkasse", "Gearbox"), ""),
    "gears": (Text("Gir", "Gears"), ""),
    "cylinders": (Text("Sylindre", "Cylinders"), ""),
    "engine_codes": (Text("Motorkode", "Engine code"), ""),
    "top_speed_kmh": (Text("Toppfart", "Top speed"), "km/t"),
    "consumption_l_100km": (Text("Forbruk", "Consumption"), "l/100 km"),
    "electric_consumption_wh_km": (Text("Strømforbruk", "Power consumption"), "Wh/km"),
    "emission_class": (Text("Utslippsklasse", "Emission class"), ""),
    "body": (Text("Karosseri", "Body"), ""),
    "colours": (Text("Farge", "Colour"), ""),
    "doors": (Text("Dører", "Doors"), ""),
    "seats": (Text("Sitteplasser", "Seats"), ""),
    "seats_in_front": (Text("Sitteplasser foran", "Seats in front"), ""),
    "axles": (Text("Aksler", "Axles"), ""),
    "driven_axles": (Text("Drivaksler", "Driven axles"), ""),
    "tyres": (Text("Dekk", "Tyres"), ""),
    "rims": (Text("Felger", "Rims"), ""),
    "roof_load": (Text("Taklast", "Roof load"), "kg"),
    "coupling_load": (Text("Vertikal koplingslast", "Coupling load"), "kg"),
    "combination_weight": (Text("Vogntogvekt", "Combination weight"), "kg"),
    "chassis_number": (Text("Understellsnummer", "Chassis number"), ""),
    "manufacturer": (Text("Fabrikant", "Manufacturer"), ""),
    "type_designation": (Text("Typebetegnelse", "Type designation"), ""),
    "approval_number": (Text("Typegodkjenning", "Type approval"), ""),
    "approval_version": (Text("Versjon", "Version"), ""),
    "registered_in_norway": (Text("Registrert i Norge", "Registered in Norway"), ""),
    "deregistered_since": (Text("Avregistrert siden", "Deregistered since"), ""),
    "imported_from": (Text("Importert fra", "Imported from"), ""),
    "import_mileage_km": (Text("Kilometerstand ved import", "Mileage at import"), "km"),
    "remarks": (Text("Merknader", "Remarks"), ""),
}
_UNKNOWN = Text("{said} (kode {code})", "{said} (code {code})")
_PLANT = Text("Fabrikk", "Plant")
_YEARS = Text("Mulige årsmodeller", "Possible model years")
_COUNTRY = Text("Produsert i", "Made in")


def of_vehicle(vehicle: Vehicle) -> Found:
    """Return the values of the registry, and the model year of the VIN where the registry names none."""
    at = _moment(vehicle.fetched_at)
    found = {name: _kept(value, REGISTRY, at) for name, value in vehicle.values().items()}
    vin = vehicle.identity.vin
    facts = read_vin(vin, this_year=vehicle.fetched_at.year, registered=vehicle.registration.year) if vin else None
    if facts and "model_year" not in found and len(facts.model_years) == 1:
        found["model_year"] = _kept(facts.model_years[0], VIN, at)
    return found


def of_vin(facts: VinFacts, now: datetime) -> Found:
    """Return what a chassis number tells by itself; of several possible model years the latest."""
    at = _moment(now)
    found = {"vin": _kept(facts.vin, VIN, at)}
    if facts.make:
        found["make"] = _kept(facts.make, VIN, at)
    if facts.model_years:
        found["model_year"] = _kept(max(facts.model_years), VIN, at)
    return found


def _moment(instant: datetime) -> str:
    return instant.isoformat(timespec="milliseconds")


def _kept(value: Any, source: str, at: str) -> dict[str, Any]:
    plain = value.isoformat() if isinstance(value, date) else str(value) if isinstance(value, Decimal) else value
    return {"value": plain, "source": source, "at": at}


def details_of(vehicle: Vehicle) -> list[Line]:
    """Return what a car has no field for, as lines with labels; a code that our lists lack keeps its own words."""
    return [line for part in fields(Details) if part.name in _DETAILS for line in _line(vehicle.details, part.name)]


def _line(details: Details, name: str) -> Iterator[Line]:
    label, unit = _DETAILS[name]
    held = getattr(details, name)
    values = [_words(one) for one in (held if isinstance(held, tuple) else (held,)) if one is not None]
    if values:
        end = f" {unit}" if unit else ""
        yield {
            "label": _both(label),
            "value": {"nb": ", ".join(v.nb for v in values) + end, "en": ", ".join(v.en for v in values) + end},
        }


def _words(value: Any) -> Text:
    if isinstance(value, Code):
        plain = value.known or value.label.nb == value.value
        return value.label if plain else _UNKNOWN.fill(said=value.label, code=value.value)
    written = value.isoformat() if isinstance(value, date) else str(value)
    return Text(written, written)


def details_of_vin(facts: VinFacts) -> list[Line]:
    """Return the plant and the country that a chassis number names, and its model years where they are several."""
    plant = facts.plant or facts.plant_code
    years = ", ".join(map(str, facts.model_years)) if len(facts.model_years) > 1 else None
    named = ((_PLANT, plant), (_COUNTRY, facts.country), (_YEARS, years))
    return [{"label": _both(label), "value": {"nb": value, "en": value}} for label, value in named if value]


def _both(text: Text) -> dict[str, str]:
    return {"nb": text.nb, "en": text.en}


def empties(car: Mapping[str, Any], names: tuple[str, ...]) -> list[str]:
    """Return those of the fields that a car has no value for."""
    return [name for name in names if car.get(name) in (None, "")]
