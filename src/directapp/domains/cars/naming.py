"""What cars are called, for this domain and those above it."""

import re

from directapp.declare.names import Row
from directapp.domains.cars.fields import Cars

_PLATE_SPACED = re.compile(r"([A-ZÆØÅ]{2})(\d{4,5})")


def make_and_model(car: Row) -> str:
    """Return make and model, as far as they are known."""
    return " ".join(str(car[n]) for n in (Cars.make, Cars.model) if car.get(n))


def show_plate(plate: str) -> str:
    """Return a stored plate with the space that people read it by."""
    match = _PLATE_SPACED.fullmatch(plate)
    return f"{match[1]} {match[2]}" if match else plate
