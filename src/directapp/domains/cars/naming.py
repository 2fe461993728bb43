"""What cars are called, for this domain and those above it."""

from directapp.declare.names import Row
from directapp.domains.cars.fields import Cars
from directapp.domains.registered.naming import show_plate

__all__ = ["make_and_model", "show_plate"]


def make_and_model(car: Row) -> str:
    """Return make and model, as far as they are known."""
    return " ".join(str(car[n]) for n in (Cars.make, Cars.model) if car.get(n))
