"""What is done with a work item: approve within one's limit, decline, start, complete."""

from decimal import Decimal

from directapp.declare.case import Case
from directapp.declare.fields import field
from directapp.declare.kinds import Kind
from directapp.declare.names import Values
from directapp.declare.verbs import Verb
from directapp.domains.cars.fields import CARS, Cars
from directapp.domains.people.fields import DEALERSHIPS, USERS, Dealerships
from directapp.domains.people.roles import limit_of
from directapp.domains.workshop.fields import WorkItems
from directapp.domains.workshop.rights import closed_car
from directapp.kernel.errors import ForbiddenError, InvalidError, Problem
from directapp.kernel.money import amount_text, kroner
from directapp.kernel.text import _, pgettext
from directapp.services.command import CommandContext


def amount_of(case: Case, offered: Decimal | None) -> Decimal | None:
    """Return the amount being approved: what the approver says, else the price, else the estimate."""
    known = (offered, case.get(WorkItems.price), case.get(WorkItems.estimate))
    return next((kroner(value) for value in known if value is not None), None)


async def _limit(ctx: CommandContext) -> Decimal | None:
    car = await ctx.look_up(CARS, ctx.case.row[WorkItems.car], system="pipeline")
    site = car.row.get(Cars.dealership) or car.row.get(Cars.prep_center) or ctx.actor.site
    if site is None:
        return limit_of(ctx.actor.works_as, None)
    dealership = await ctx.look_up(DEALERSHIPS, site, system="pipeline")
    return limit_of(ctx.actor.works_as, dealership.row.get(Dealerships.approval_limits))


async def approve(ctx: CommandContext) -> None:
    """Say yes to the price, within the limit that the owner's site gives the actor's roles."""
    offered = ctx.params.get("price")
    amount = amount_of(ctx.case, offered)
    if amount is None:
        raise InvalidError(Problem(_("State the price before approving."), field=WorkItems.price))
    limit = await _limit(ctx)
    if limit is not None and amount > limit:
        words = _("The amount is {amount}. You may approve up to {limit}; the manager may approve more.").fill(
            amount=amount_text(amount), limit=amount_text(limit)
        )
        raise ForbiddenError(Problem(words, field=WorkItems.price))
    patch: Values = {WorkItems.approved_at: ctx.now, WorkItems.approved_by: ctx.actor.user}
    if offered is not None:
        patch[WorkItems.price] = offered
    await ctx.change(patch, system="custodian")


async def decline(ctx: CommandContext) -> None:
    """Say no, with the reason."""
    await ctx.change(
        {
            WorkItems.declined_at: ctx.now,
            WorkItems.declined_by: ctx.actor.user,
            WorkItems.decline_reason: ctx.params["reason"],
        },
        system="custodian",
    )


async def start(ctx: CommandContext) -> None:
    """Begin the work now."""
    await ctx.change({WorkItems.started_at: ctx.now})


async def complete(ctx: CommandContext) -> None:
    """Finish the work now; the actor did it unless another is named."""
    patch: Values = {
        WorkItems.completed_at: ctx.now,
        WorkItems.done_by: ctx.params.get("done_by") or ctx.case.get(WorkItems.done_by) or ctx.actor.user,
    }
    if ctx.params.get("actual_hours") is not None:
        patch[WorkItems.actual_hours] = ctx.params["actual_hours"]
    await ctx.change(patch)


def needs_approval(case: Case) -> Problem | None:
    """Say that the work waits for an approval, or that the car has left."""
    if case.get(WorkItems.status) != "proposed":
        return closed_car(case)
    words = _("The work awaits approval.")
    return Problem(words, field=WorkItems.approved_at, code="CONFLICT")


VERBS = (
    Verb(
        name="approve",
        to="approved",
        label=_("Approve"),
        run=approve,
        states=("proposed",),
        blocked=closed_car,
        params=(field("price", _("Approved price"), Kind.MONEY, minimum=0, unit="kr"),),
        covers=(WorkItems.approved_at,),
        icon="check",
        primary=True,
    ),
    Verb(
        name="decline",
        to="declined",
        label=_("Decline"),
        run=decline,
        states=("proposed", "approved"),
        blocked=closed_car,
        params=(field("reason", _("Reason"), Kind.TEXT, required=True, max_length=500),),
        covers=(WorkItems.declined_at,),
        icon="x",
        danger=True,
    ),
    Verb(
        name="start",
        to="in_progress",
        label=_("Start the work"),
        run=start,
        states=("proposed", "approved"),
        blocked=needs_approval,
        covers=(WorkItems.started_at,),
        icon="player-play",
        primary=True,
    ),
    Verb(
        name="complete",
        to="done",
        label=_("Complete the work"),
        run=complete,
        states=("proposed", "approved", "in_progress"),
        blocked=needs_approval,
        params=(
            field("actual_hours", _("Actual hours"), Kind.DECIMAL, minimum=0, maximum=999, unit="t"),
            field("done_by", pgettext("person", "Done by"), Kind.REF, ref=USERS),
        ),
        covers=(WorkItems.completed_at,),
        icon="circle-check",
        primary=True,
    ),
)
