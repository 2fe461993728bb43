"""What a chassis number tells by itself, offline: maker, country, plant and the model years it may mean."""

import re
from dataclasses import dataclass

from vininfo import Vin  # type: ignore[import-untyped]
from vininfo.exceptions import ValidationError  # type: ignore[import-untyped]

from directapp.connectors.vegvesen_names import make_name

_YEARS = "ABCDEFGHJKLMNPRSTVWXY123456789"
_FIRST_YEAR, _CYCLE = 1980, len(_YEARS)
_NORTH_AMERICA = frozenset("12345")
_YEAR_PLACE = 9
_FORD_EUROPE = ("WF0", "NM0", "6FP", "UN1", "VS6")
# These write something else in the tenth place of cars for Europe.
_NO_YEAR = frozenset(
    {
        *("Alfa Romeo", "BMW", "Citroën", "Dacia", "DS", "Fiat", "Jeep", "Lexus", "Mazda", "Mercedes-Benz", "MINI"),
        *("Mitsubishi", "Nissan", "Peugeot", "Renault", "smart", "Subaru", "Suzuki", "Toyota"),
    }
)
_MAKERS = {
    "DaimlerChrysler AG/Daimler AG": "Mercedes-Benz",
    "Ford of Europe": "Ford",
    "Fiat Automobiles": "Fiat",
    "Porsche car": "Porsche",
    "SAIC MG": "MG",
    "BYD Auto": "BYD",
    "Subaru / Scion": "Subaru",
    "Opel/Vauxhall": "Opel",
    "Mini": "MINI",
    "Volvo Cars": "Volvo",
}
# Makers of the Norwegian market that the library lacks or names otherwise; empty where several share the letters.
_OURS = {
    "L1N": "XPENG",
    "LPS": "Polestar",
    "LRW": "Tesla",
    "LVX": "Volvo",
    "LYV": "Volvo",
    "LJ1": "",
    "L6T": "",
    "XP7": "Tesla",
    "YSM": "Polestar",
    "YSR": "Polestar",
    "7SA": "Tesla",
}
_WIDER = re.compile(r" (China|Germany|Europe|Cars|Automobiles|Motors|Motor Company|USA|Canada|Mexico)$")


@dataclass(frozen=True, slots=True, kw_only=True)
class VinFacts:
    """What is known; ``plant`` is the maker's own letter where its name is not known.

    ``check_digit`` tells whether the ninth place fits, which only North American cars promise.
    """

    vin: str
    make: str | None
    country: str | None
    plant: str | None
    plant_code: str | None
    model_years: tuple[int, ...]
    check_digit: bool


def read_vin(written: str, *, this_year: int, registered: int | None = None) -> VinFacts | None:
    """Return what a chassis number tells; None where it is none.

    ``registered`` narrows the years: a car is seldom registered long before or after its model year.
    """
    try:
        vin = Vin(written)
    except ValidationError:
        return None
    number = str(vin.num)
    make = _make(number, str(vin.manufacturer))
    plant = getattr(vin.details, "plant", None)
    return VinFacts(
        vin=number,
        make=make,
        country=vin.country,
        plant=str(plant.name) if plant and plant.name else None,
        plant_code=str(plant.code) if plant and plant.code else number[_YEAR_PLACE + 1] if make != "Ford" else None,
        model_years=_years(number, make, this_year=this_year, registered=registered),
        check_digit=bool(vin.verify_checksum(check_year=False)),
    )


def _make(number: str, maker: str) -> str | None:
    ours = _OURS.get(number[:3])
    if ours is not None:
        return ours or None
    if maker in {"", "UnsupportedBrand"}:
        return None
    return _MAKERS.get(maker) or make_name(_WIDER.sub("", maker))


def _years(number: str, make: str | None, *, this_year: int, registered: int | None) -> tuple[int, ...]:
    if make in _NO_YEAR and number[0] not in _NORTH_AMERICA:
        return ()
    place = _YEAR_PLACE + 1 if number.startswith(_FORD_EUROPE) else _YEAR_PLACE
    at = _YEARS.find(number[place])
    if at < 0:
        return ()
    years = range(_FIRST_YEAR + at, this_year + 2, _CYCLE)
    near = [year for year in years if registered is None or registered - 4 <= year <= registered + 1]
    return tuple(sorted(near, reverse=True))
