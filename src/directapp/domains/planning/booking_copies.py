"""One booking made two: the same work at another time, or what is left of it split off."""

from datetime import datetime
from decimal import Decimal

from directapp.declare.fields import field
from directapp.declare.kinds import Kind
from directapp.declare.names import Values
from directapp.declare.verbs import Verb
from directapp.domains.cars.fields import CARS
from directapp.domains.planning.booking_fields import HOLDING
from directapp.domains.planning.fields import RESOURCE_BOOKINGS, RESOURCES, ResourceBookings
from directapp.kernel.errors import InvalidError, Problem
from directapp.kernel.text import _
from directapp.services.command import CommandContext

_NOT_WITHIN = _("Split it at a time between its start and its end.")


def _time(ctx: CommandContext) -> tuple[datetime, datetime]:
    row = ctx.case.row
    return row[ResourceBookings.starts_at], row[ResourceBookings.ends_at]


def _alike(ctx: CommandContext, start: datetime, end: datetime) -> Values:
    """Return another booking of the same work."""
    same = (
        ResourceBookings.car,
        ResourceBookings.resource_type,
        ResourceBookings.resource,
        ResourceBookings.person,
        ResourceBookings.note,
    )
    row = ctx.case.row
    return {**{name: row.get(name) for name in same}, ResourceBookings.starts_at: start, ResourceBookings.ends_at: end}


async def copy(ctx: CommandContext) -> None:
    """Book the same work for as long at another time; for another car or on another resource where one is named."""
    start, end = _time(ctx)
    begin: datetime = ctx.params["starts_at"]
    values = _alike(ctx, begin, begin + (end - start))
    if ctx.params.get("car"):
        values |= {ResourceBookings.car: ctx.params["car"], ResourceBookings.note: None}
    if ctx.params.get("resource"):
        values |= {ResourceBookings.resource: ctx.params["resource"], ResourceBookings.person: None}
    async with ctx.confirming():
        ctx.answer = await ctx.create(RESOURCE_BOOKINGS, values)


async def split(ctx: CommandContext) -> None:
    """End the booking earlier, and book the rest of its time on its own: right after, or when it is said to begin."""
    start, end = _time(ctx)
    at: datetime = ctx.params["at"]
    if not start < at < end:
        raise InvalidError(Problem(_NOT_WITHIN, field="at"))
    begin: datetime = ctx.params.get("starts_at") or at
    first: Values = {ResourceBookings.ends_at: at}
    rest = _alike(ctx, begin, begin + (end - at))
    estimated = ctx.case.get(ResourceBookings.estimated_hours)
    if estimated is not None:
        share = Decimal((at - start) / (end - start)).quantize(Decimal("0.0001"))
        first[ResourceBookings.estimated_hours] = (estimated * share).quantize(Decimal("0.01"))
        rest[ResourceBookings.estimated_hours] = estimated - (estimated * share).quantize(Decimal("0.01"))
    async with ctx.confirming():
        await ctx.change(first)
        ctx.answer = await ctx.create(RESOURCE_BOOKINGS, rest)


VERBS = (
    Verb(
        name="copy",
        label=_("Copy the booking"),
        run=copy,
        params=(
            field("starts_at", _("Starts"), Kind.INSTANT, required=True),
            field("car", _("Car"), Kind.REF, ref=CARS),
            field("resource", _("Resource"), Kind.REF, ref=RESOURCES),
        ),
        icon="copy",
    ),
    Verb(
        name="split",
        label=_("Split in two"),
        run=split,
        states=HOLDING,
        params=(
            field("at", _("The first part ends"), Kind.INSTANT, required=True),
            field("starts_at", _("The second part starts"), Kind.INSTANT),
        ),
        icon="arrows-split-2",
    ),
)
