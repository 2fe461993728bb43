"""What an answer holds for a car: a value a field with its source, and details that a car has no field for. Pure."""

from collections.abc import Iterator
from dataclasses import fields
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from directapp.connectors.vegvesen_codes import Code
from directapp.connectors.vegvesen_types import Details, Vehicle
from directapp.connectors.vin import VinFacts, read_vin
from directapp.declare.names import FieldName, Row
from directapp.domains.cars.fields import Cars
from directapp.kernel.text import Text, _, in_language, join, verbatim

REGISTRY, VIN = "registry", "vin"

Found = dict[str, dict[str, Any]]
Line = dict[str, Any]

# Details in the order people ask for them: label and unit. The rest stands in fields of the car.
_DETAILS: dict[str, tuple[Text, str]] = {
    "registration_status": (_("Registration status"), ""),
    "classification": (_("Classification"), ""),
    "technical_code": (_("Technical code"), ""),
    "tax_code": (_("Tax code"), ""),
    "use": (_("Use"), ""),
    "plate_type": (_("Plate type"), ""),
    "personal_plate": (_("Personal plate"), ""),
    "fuels": (_("Fuels"), ""),
    "hybrid": (_("Hybrid"), ""),
    "gearbox": (_("Gearbox"), ""),
    "gears": (_("Gears"), ""),
    "cylinders": (_("Cylinders"), ""),
    "engine_codes": (_("Engine code"), ""),
    "top_speed_kmh": (_("Top speed"), "km/t"),
    "consumption_l_100km": (_("Consumption"), "l/100 km"),
    "electric_consumption_wh_km": (_("Power consumption"), "Wh/km"),
    "emission_class": (_("Emission class"), ""),
    "body": (_("Body"), ""),
    "colours": (_("Colour"), ""),
    "doors": (_("Doors"), ""),
    "seats": (_("Seats"), ""),
    "seats_in_front": (_("Seats in front"), ""),
    "axles": (_("Axles"), ""),
    "driven_axles": (_("Driven axles"), ""),
    "tyres": (_("Tyres"), ""),
    "rims": (_("Rims"), ""),
    "roof_load": (_("Roof load"), "kg"),
    "coupling_load": (_("Coupling load"), "kg"),
    "combination_weight": (_("Combination weight"), "kg"),
    "chassis_number": (_("VIN"), ""),
    "manufacturer": (_("Manufacturer"), ""),
    "type_designation": (_("Type designation"), ""),
    "approval_number": (_("Type approval"), ""),
    "approval_version": (_("Version"), ""),
    "registered_in_norway": (_("Registered in Norway"), ""),
    "deregistered_since": (_("Deregistered since"), ""),
    "imported_from": (_("Imported from"), ""),
    "import_mileage_km": (_("Mileage at import"), "km"),
    "remarks": (_("Remarks"), ""),
}
_UNKNOWN = _("{said} (code {code})")
_WITH_UNIT = _("{value} {unit}")
_PLANT = _("Plant")
_YEARS = _("Possible model years")
_COUNTRY = _("Made in")


def of_vehicle(vehicle: Vehicle) -> Found:
    """Return the values of the registry, and the model year of the VIN where the registry names none."""
    at = _moment(vehicle.fetched_at)
    found = {name: _kept(value, REGISTRY, at) for name, value in vehicle.values().items()}
    vin = vehicle.identity.vin
    facts = read_vin(vin, this_year=vehicle.fetched_at.year, registered=vehicle.registration.year) if vin else None
    if facts and "model_year" not in found and len(facts.model_years) == 1:
        found[Cars.model_year] = _kept(facts.model_years[0], VIN, at)
    return found


def of_vin(facts: VinFacts, now: datetime) -> Found:
    """Return what a chassis number tells by itself; of several possible model years the latest."""
    at = _moment(now)
    found: Found = {Cars.vin: _kept(facts.vin, VIN, at)}
    if facts.make:
        found[Cars.make] = _kept(facts.make, VIN, at)
    if facts.model_years:
        found[Cars.model_year] = _kept(max(facts.model_years), VIN, at)
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
        yield {
            "label": label.stored(),
            "value": (_WITH_UNIT.fill(value=join(values, ", "), unit=unit) if unit else join(values, ", ")).stored(),
        }


def _words(value: Any) -> Text:
    if isinstance(value, Code):
        plain = value.known or value.label.english == value.value
        return value.label if plain else _UNKNOWN.fill(said=value.label, code=value.value)
    written = value.isoformat() if isinstance(value, date) else str(value)
    return verbatim(written)


def details_of_vin(facts: VinFacts) -> list[Line]:
    """Return the plant and the country that a chassis number names, and its model years where they are several."""
    plant = facts.plant or facts.plant_code
    years = ", ".join(map(str, facts.model_years)) if len(facts.model_years) > 1 else None
    named = ((_PLANT, plant), (_COUNTRY, facts.country), (_YEARS, years))
    return [{"label": label.stored(), "value": value} for label, value in named if value]


def line_in(line: Line, language: str) -> tuple[str, str]:
    """Return a kept line's label and value in a language; those of earlier days hold both languages side by side."""
    label, value = (
        part.get(language) or part["nb"] if isinstance(part, dict) else in_language(part, language)
        for part in (line["label"], line["value"])
    )
    return label, value


def empties(car: Row, names: tuple[FieldName[object], ...]) -> list[FieldName[object]]:
    """Return those of the fields that a car has no value for."""
    return [name for name in names if car.get(name) in (None, "")]
