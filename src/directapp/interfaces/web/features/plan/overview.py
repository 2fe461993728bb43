"""What the plan tells on a car's page: who has it when, what was promised, and when it is expected to be ready."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from directapp.derive import present
from directapp.derive.shown import Shown
from directapp.domains.cars.fields import Cars
from directapp.domains.planning.booking_fields import HOLDING
from directapp.domains.planning.fields import ResourceBookings
from directapp.interfaces.web.core.beside import Ask, ask_children
from directapp.interfaces.web.core.context import RequestContext
from directapp.interfaces.web.core.feature import Overview, OverviewCard, OverviewLine, Rows
from directapp.interfaces.web.core.seen import Record
from directapp.interfaces.web.features.plan.outlook.asking import PROMISE, may_ask
from directapp.interfaces.web.features.plan.outlook.words import speak_outlook
from directapp.interfaces.web.features.plan.scope import BOOKINGS, CARS
from directapp.kernel.clock import OSLO
from directapp.store.query import Condition, Order

_NEXT = 2
_FIELDS = (
    *(ResourceBookings.resource_type, ResourceBookings.resource, ResourceBookings.person),
    *(ResourceBookings.starts_at, ResourceBookings.ends_at),
)


def _asks(ctx: RequestContext, record: Record) -> Sequence[Ask]:
    held = Condition((ResourceBookings.status,), "in", HOLDING)
    order = Order(ResourceBookings.starts_at)
    return (ask_children(ctx, record.meta, record.id, BOOKINGS, _FIELDS, only=(held,), sort=order, limit=_NEXT),)


def _tell(ctx: RequestContext, record: Record, answers: Sequence[Rows]) -> Iterable[OverviewLine | OverviewCard]:
    (booked,) = answers
    for row in booked:
        yield _booking(ctx, row)
    yield from _promised(ctx, record)


def _booking(ctx: RequestContext, row: Mapping[str, Any]) -> OverviewLine:
    """Return who has the car when: the person, else what it is done on."""
    meta, tell = ctx.spec[BOOKINGS], ctx.formatter.value
    who = tell(meta, ResourceBookings.person, row) or tell(meta, ResourceBookings.resource, row)
    starts, ends = (present.read_instant(row[n]) for n in (ResourceBookings.starts_at, ResourceBookings.ends_at))
    when = tell(meta, ResourceBookings.starts_at, row)
    until = f"–{ends.astimezone(OSLO):%H:%M}" if starts and ends else ""
    return OverviewLine(
        label=tell(meta, ResourceBookings.resource_type, row).text,
        shown=(Shown(text=f"{when.text}{until}", exact=when.exact, href=f"/app/{BOOKINGS}/{row['id']}"), who),
        place="next",
    )


def _promised(ctx: RequestContext, record: Record) -> Iterable[OverviewLine | OverviewCard]:
    meta, tell = record.meta, ctx.formatter.value
    promised, expected = (tell(meta, n, record.told) for n in (Cars.delivery_date, Cars.expected_ready_at))
    if promised:
        yield OverviewLine(label=meta.fields[Cars.delivery_date].label.pick(ctx.language), shown=(promised,))
    if not record.view.full or not may_ask(ctx):
        if expected:
            yield OverviewLine(label=meta.fields[Cars.expected_ready_at].label.pick(ctx.language), shown=(expected,))
        return
    variables = {"outlook": speak_outlook(ctx.language), "expected": expected}
    yield OverviewCard(code=PROMISE, template="outlook/overview.html", variables=variables)


OVERVIEW = Overview(on=CARS, asks=_asks, tell=_tell)
