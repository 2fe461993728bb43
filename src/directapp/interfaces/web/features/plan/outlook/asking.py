"""Who may ask when a car is ready."""

from directapp.interfaces.web.core.context import RequestContext
from directapp.interfaces.web.features.plan.scope import BOOKINGS

PROMISE = "promise"


def may_ask(ctx: RequestContext) -> bool:
    """Whether this person may ask when a car is ready."""
    meta = ctx.spec.get(BOOKINGS)
    return meta is not None and any(PROMISE in g.verbs for g in meta.grants_of(ctx.person.roles))
