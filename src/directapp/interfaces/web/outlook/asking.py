"""Who may ask when a car is ready."""

from directapp.interfaces.web.desk import Desk
from directapp.interfaces.web.plan.scope import BOOKINGS

PROMISE = "promise"


def may_ask(desk: Desk) -> bool:
    """Whether this person may ask when a car is ready."""
    shape = desk.spec.get(BOOKINGS)
    return shape is not None and any(PROMISE in g.verbs for g in shape.grants_of(desk.person.roles))
