"""A car's bookings in its feed."""

from collections.abc import Iterable

from directapp.domains.planning.fields import ResourceBookings
from directapp.interfaces.web.core.beside import Ask, ask_children
from directapp.interfaces.web.core.context import RequestContext
from directapp.interfaces.web.core.feature import FeedLine, FeedSource, Rows
from directapp.interfaces.web.core.moments import moment_of
from directapp.interfaces.web.core.seen import Record
from directapp.interfaces.web.features.plan.scope import BOOKINGS, CARS
from directapp.kernel.text import _

_FIELDS = (
    *(ResourceBookings.resource_type, ResourceBookings.resource, ResourceBookings.person),
    *(ResourceBookings.starts_at, ResourceBookings.status),
    *(ResourceBookings.created_at, ResourceBookings.created_by),
)
_SHOWN = (
    *(ResourceBookings.resource_type, ResourceBookings.starts_at, ResourceBookings.person),
    ResourceBookings.status,
)


def _ask(ctx: RequestContext, record: Record, most: int) -> Ask:
    return ask_children(ctx, record.meta, record.id, BOOKINGS, _FIELDS, limit=most)


def _tell(ctx: RequestContext, _: Record, rows: Rows) -> Iterable[FeedLine]:
    meta, tell = ctx.spec[BOOKINGS], ctx.formatter.value
    for row in rows:
        at, when = moment_of(ctx, meta, row, ResourceBookings.created_at, ResourceBookings.starts_at)
        told = [tell(meta, name, row) for name in _SHOWN]
        yield FeedLine(
            at=at,
            when=when,
            who=tell(meta, ResourceBookings.created_by, row).text,
            icon="calendar-event",
            shown=told[-1:],
            text=", ".join(s.text for s in told[:-1] if s),
            href=f"/app/{BOOKINGS}/{row['id']}",
        )


FEED = FeedSource(code="bookings", label=_("Bookings"), ask=_ask, tell=_tell, on=CARS)
