"""What is done with a booking: confirm, start, complete, cancel, nobody came."""

from decimal import Decimal
from typing import Any

from directapp.declare.case import Case
from directapp.declare.fields import field
from directapp.declare.kinds import Kind
from directapp.declare.names import Values
from directapp.declare.verbs import Verb
from directapp.domains.planning.booking_fields import AHEAD
from directapp.domains.planning.booking_hours import hours_of
from directapp.domains.planning.fields import ResourceBookings
from directapp.kernel.errors import ConflictError, Problem
from directapp.kernel.text import _, pgettext
from directapp.services.command import CommandContext

_MOST_HOURS = Decimal(24)


async def confirm(ctx: CommandContext) -> None:
    """Say yes to the time."""
    await ctx.change({ResourceBookings.confirmed_at: ctx.now})


async def start(ctx: CommandContext) -> None:
    """Begin the work now."""
    await ctx.change({ResourceBookings.started_at: ctx.now})


def worked_hours(case: Case, until: Any) -> Decimal:
    """Return the hours from start to end; work that stood over night counts as planned."""
    begun = case.get(ResourceBookings.started_at)
    planned = hours_of(case.row)
    if begun is None:
        return planned
    spent = (Decimal((until - begun).total_seconds()) / 3600).quantize(Decimal("0.01"))
    return spent if Decimal(0) < spent <= max(Decimal(12), planned) else planned


async def complete(ctx: CommandContext) -> None:
    """Finish the work now, in the hours that are named or those that have passed since the start."""
    hours = ctx.params.get("actual_hours")
    if hours is None:
        hours = ctx.case.get(ResourceBookings.actual_hours) or worked_hours(ctx.case, ctx.now)
    patch: Values = {
        ResourceBookings.completed_at: ctx.now,
        ResourceBookings.actual_hours: min(hours, _MOST_HOURS),
    }
    if ctx.case.get(ResourceBookings.started_at) is None:
        patch[ResourceBookings.started_at] = ctx.now
    await ctx.change(patch)


async def cancel(ctx: CommandContext) -> None:
    """Give the time back."""
    await ctx.change(
        {ResourceBookings.cancelled_at: ctx.now, ResourceBookings.cancel_reason: ctx.params.get("reason")},
        system="planning",
    )


async def no_show(ctx: CommandContext) -> None:
    """Say that the car or the customer never came; the rest of the time is given back."""
    if ctx.case.row[ResourceBookings.starts_at] > ctx.now:
        words = _("It is not time yet. Cancel instead.")
        raise ConflictError(Problem(words, field=ResourceBookings.starts_at))
    await ctx.change({ResourceBookings.no_show_at: ctx.now}, system="planning")


_REASON = field("reason", _("Reason"), Kind.TEXT, max_length=500)
_HOURS = field("actual_hours", _("Actual hours"), Kind.DECIMAL, minimum=0, maximum=24, unit="t")

VERBS = (
    Verb(
        name="confirm",
        to="confirmed",
        label=_("Confirm"),
        run=confirm,
        states=("scheduled",),
        covers=(ResourceBookings.confirmed_at,),
        icon="check",
    ),
    Verb(
        name="start",
        to="in_progress",
        label=_("Start the work"),
        run=start,
        states=tuple(sorted(AHEAD)),
        covers=(ResourceBookings.started_at,),
        icon="player-play",
        primary=True,
    ),
    Verb(
        name="complete",
        to="completed",
        label=_("Complete the work"),
        run=complete,
        states=("in_progress", *sorted(AHEAD)),
        params=(_HOURS,),
        covers=(ResourceBookings.completed_at,),
        icon="circle-check",
        primary=True,
    ),
    Verb(
        name="cancel",
        to="cancelled",
        label=pgettext("booking", "Cancel"),
        run=cancel,
        states=(*sorted(AHEAD), "in_progress"),
        params=(_REASON,),
        covers=(ResourceBookings.cancelled_at,),
        icon="x",
        danger=True,
    ),
    Verb(
        name="no_show",
        to="no_show",
        label=_("No show"),
        run=no_show,
        states=tuple(sorted(AHEAD)),
        covers=(ResourceBookings.no_show_at,),
        icon="user-off",
    ),
)
