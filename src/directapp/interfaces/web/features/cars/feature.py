"""The car's page: what it tells first, and asking another site for its car."""

from urllib.parse import urlencode

from directapp.domains.cars.fields import CAR_REQUESTS, CARS, CarRequests, Cars
from directapp.interfaces.web.core.context import RequestContext
from directapp.interfaces.web.core.feature import Feature, Link, RecordAction
from directapp.interfaces.web.core.seen import Record
from directapp.interfaces.web.features.cars import overview
from directapp.interfaces.web.features.cars.words import WORDS


def _ask(ctx: RequestContext, record: Record) -> Link | None:
    """Return where one asks for a car of which no more is seen than the vehicle bank shows."""
    site = record.view.row.get(Cars.dealership)
    may = any(g.create for g in ctx.spec[CAR_REQUESTS].grants_of(ctx.person.roles))
    if record.view.full or not may or site is None or ctx.person.site is None or site == str(ctx.person.site):
        return None
    asked = urlencode({CarRequests.car: record.id, "back": record.path})
    return Link(f"/app/{CAR_REQUESTS}/new?{asked}", ctx.say(WORDS["ask_for"]), "message", primary=True)


FEATURE = Feature(
    name="cars",
    overviews=(overview.OVERVIEW,),
    actions=(RecordAction(on=CARS, link=_ask, next_step=True),),
)
