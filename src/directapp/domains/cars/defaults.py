"""Values that a new car gets when nobody gave them."""

from decimal import Decimal
from uuid import UUID

from directapp.declare.case import Case
from directapp.domains.cars.fields import Cars
from directapp.domains.cars.words import USED

SELLERS = frozenset({"new_car_sales", "used_car_sales"})
LONG, SHORT = Decimal("2.50"), Decimal("1.50")


def own_site(case: Case) -> UUID | None:
    """Return the site of who registers the car."""
    return case.actor.site


def first_site(case: Case) -> UUID | None:
    """Return the dealership the car starts at: the one given, else that of who registers it."""
    given: UUID | None = case.get(Cars.dealership)
    return given or case.actor.site


def seller(case: Case) -> UUID | None:
    """Return who registers the car, where that person sells."""
    return case.actor.user if case.actor.works_as & SELLERS else None


def hours_for(car_type: object) -> Decimal:
    """Return the hours each kind of work takes before anyone has looked at the car."""
    return SHORT if car_type in USED else LONG


def estimated_hours(case: Case) -> Decimal:
    """Return the first estimate of a new car."""
    return hours_for(case.get(Cars.car_type))
