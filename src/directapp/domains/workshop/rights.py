"""Rights that the workshop's collections share: they follow a car that is seen in full."""

from directapp.declare.case import Case
from directapp.declare.rules import Is, Parent, SeenInFull, Who, all_of
from directapp.domains.cars.fields import CARS, Cars
from directapp.kernel.errors import Problem
from directapp.kernel.text import _

SEEN = SeenInFull("car", CARS)
OWN = Is("created_by", Who.USER)
SEEN_OWN = all_of(SEEN, OWN)
MECHANICS_CAR = Parent("car", CARS, Is(Cars.assigned_mechanic, Who.USER))
DETAILERS_CAR = Parent("car", CARS, Is(Cars.assigned_detailer, Who.USER))

CLOSED_STATES = frozenset({"delivered", "archived"})


def is_closed(case: Case) -> bool:
    """Whether the related car is delivered or archived and takes no more work."""
    return case.one("car").get(Cars.status) in CLOSED_STATES


def closed_car(case: Case) -> Problem | None:
    """Say that the car has left the house, or nothing."""
    if not is_closed(case):
        return None
    message = _("The car is delivered or archived and cannot be changed.")
    return Problem(message, field="car", code="CONFLICT")


def refuse_on_closed_car(case: Case) -> list[Problem]:
    """Refuse work on a car that has left the house; the system's own writes still come through."""
    problem = None if case.actor.is_system else closed_car(case)
    return [] if problem is None else [problem]
