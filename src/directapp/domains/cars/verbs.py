"""Verbs of a car: what is done to it that is not a plain change."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from directapp.declare.case import Case
from directapp.declare.fields import Choice, field
from directapp.declare.kinds import Kind
from directapp.declare.names import FieldName, Patch, Row, Values
from directapp.declare.verbs import Verb
from directapp.declare.workflow import status_choices
from directapp.domains.cars import closing, receiving
from directapp.domains.cars.deciding import DECIDE
from directapp.domains.cars.fields import CAR_TRANSFERS, CARS, WORK, Cars, CarTransfers
from directapp.domains.cars.mileage import mileage_param, read_off
from directapp.domains.cars.states import IN_WORK, OPEN, STATES
from directapp.domains.cars.transfer_verbs import CODE_PARAMS
from directapp.domains.cars.words import CAR_TYPES, WORK_KINDS
from directapp.domains.people.fields import DEALERSHIPS, USERS
from directapp.kernel.errors import ConflictError, InvalidError, Problem
from directapp.kernel.text import Text, _, pgettext
from directapp.services.command import CommandContext
from directapp.services.seen import Seen

_URGENCY = {"urgent": 0, "high": 1, "normal": 2, "low": 3}
_EMPTY_QUEUE = _("The queue is empty. All planned cars are taken.")
_SAME_PERSON = _("Choose another person.")
_WHOSE = _("Choose whose work to move, or which cars.")
_WHICH_WORK = _("Choose which work it is about.")
_NOTHING_LEFT = _("There is no unfinished work here to reassign.")
_NOT_SOLD = _("The car is not sold.")


async def transfer(ctx: CommandContext) -> None:
    """Send the car to another site; what it means for the car follows from the transfer."""
    wanted = {n: ctx.params.get(n) for n in ("to", "reason", "note") if ctx.params.get(n) is not None}
    await ctx.create(CAR_TRANSFERS, {CarTransfers.car: ctx.target.id, **wanted})
    ctx.answer = await ctx.look_up(CARS, ctx.target.id)


async def hand_over(ctx: CommandContext) -> None:
    """Deliver the car to its customer."""
    # First: a delivered car is locked.
    await read_off(ctx, ctx.target, "hand_over")
    await ctx.change({Cars.delivered_to_customer_at: ctx.params.get("at") or ctx.now})


def may_hand_over(case: Case) -> Problem | None:
    """Only a sold car is handed over to a customer."""
    return Problem(_NOT_SOLD, field=Cars.sold_at) if case.get(Cars.sold_at) is None else None


async def take_next(ctx: CommandContext) -> None:
    """Give the mechanic or detailer the most urgent planned car of the site that nobody has."""
    kinds = [kind for kind, work in WORK.items() if work.role in ctx.actor.works_as]
    if ctx.params.get("kind") in kinds:
        kinds = [str(ctx.params["kind"])]
    for kind in kinds:
        for car in await _queue(ctx, kind):
            taken = await _take(ctx, car, WORK[kind].assigned)
            if taken is not None:
                ctx.answer = taken
                return
    raise ConflictError(_EMPTY_QUEUE)


async def _take(ctx: CommandContext, car: Seen, column: FieldName[UUID]) -> Seen | None:
    try:
        return await ctx.change({column: ctx.actor.user}, system="custodian", on=car)
    except ConflictError:  # someone else took it first: rules.takes_free_work
        return None


async def _queue(ctx: CommandContext, kind: str) -> list[Seen]:
    work = WORK[kind]
    waiting: Patch = {
        Cars.prep_center: ctx.actor.site,
        Cars.status: list(IN_WORK),
        work.assigned: None,
        work.needed: True,
        work.completed: None,
    }
    found = await ctx.every(CARS, waiting, system="custodian")
    return sorted(found, key=lambda car: urgency(car.row, kind))


def urgency(car: Row, kind: str) -> tuple[int, datetime, date, str]:
    """Return the order of the queue: priority, planned start, promised day, then age."""
    late = datetime.max.replace(tzinfo=UTC)
    start = car.get(WORK[kind].scheduled) or late
    return (
        _URGENCY.get(str(car.get(Cars.priority)), 2),
        start,
        car.get(Cars.delivery_date) or date.max,
        str(car[Cars.id]),
    )


async def reassign(ctx: CommandContext) -> None:
    """Move unfinished work to another person, or back to the queue: all that one person has, or that of some cars."""
    giver, taker, wanted = (ctx.params.get(n) for n in ("from_user", "to_user", "kind"))
    chosen = list(ctx.params.get("cars") or ())
    if giver is None and not chosen:
        raise InvalidError(Problem(_WHOSE, field="from_user"))
    if giver is None and wanted is None:
        raise InvalidError(Problem(_WHICH_WORK, field="kind"))
    if giver is not None and giver == taker:
        raise InvalidError(Problem(_SAME_PERSON, field="to_user"))
    for kind, work in WORK.items():
        if wanted not in {None, kind}:
            continue
        unfinished: Values = {work.completed: None, Cars.status: list(OPEN)}
        unfinished |= ({work.assigned: giver} if giver is not None else {}) | ({Cars.id: chosen} if chosen else {})
        found = ctx.find(CARS, unfinished, limit=len(chosen)) if chosen else ctx.every(CARS, unfinished)
        for car in await found:
            ctx.answer = await ctx.change({work.assigned: taker}, on=car)
    if chosen and ctx.answer is None:
        raise ConflictError(_NOTHING_LEFT)


def _text(name: str, label: Text, **more: Any) -> Any:
    return field(name, label, Kind.TEXT, **more)


_REASON = _text("reason", pgettext("what is written down", "Reason"))

TRANSFER = Verb(
    name="transfer",
    label=_("Send the car"),
    run=transfer,
    params=(
        field("to", _("To"), Kind.REF, ref=DEALERSHIPS, required=True),
        field(
            "reason",
            _("Purpose"),
            Kind.CHOICE,
            choices=(
                Choice("prep", _("Send to prep centre")),
                Choice("return", pgettext("command", "Return to the selling site")),
                Choice("sale", _("Sell to another site")),
                Choice("move", _("Move")),
            ),
        ),
        _text("note", _("Note")),
    ),
    states=OPEN,
    covers=(Cars.sent_at,),
    icon="truck",
    primary=True,
)
RECEIVE = Verb(
    name="receive",
    label=_("Receive a car"),
    run=receiving.receive,
    on="collection",
    params=(
        *CODE_PARAMS,
        field("parking_spot", _("Parking spot"), max_length=60),
        field("key_location", _("Key location"), max_length=60),
        mileage_param(),
    ),
    covers=(Cars.arrived_prep_center_at,),
    blocked=receiving.may_receive_here,
    icon="package-import",
    primary=True,
)
CLAIM = Verb(
    name="claim",
    label=_("Claim the car"),
    run=receiving.claim,
    params=(
        field("order", _("The order it belongs to"), Kind.REF, ref=CARS),
        field("car_type", _("Car type"), Kind.CHOICE, choices=CAR_TYPES),
        CODE_PARAMS[1],
    ),
    states=("draft",),
    blocked=receiving.may_claim,
    icon="link",
    primary=True,
)
TAKE_NEXT = Verb(
    name="take_next",
    label=_("Take the next car"),
    run=take_next,
    on="collection",
    params=(field("kind", _("Work"), Kind.CHOICE, choices=WORK_KINDS),),
    icon="hand-grab",
    primary=True,
)
REASSIGN = Verb(
    name="reassign",
    label=_("Reassign"),
    run=reassign,
    on="collection",
    params=(
        field("from_user", _("From"), Kind.REF, ref=USERS),
        field("to_user", _("To"), Kind.REF, ref=USERS),
        field("kind", _("Work"), Kind.CHOICE, choices=WORK_KINDS),
        field("cars", _("Cars"), Kind.REFS, ref=CARS),
    ),
    icon="users",
)
HAND_OVER = Verb(
    name="hand_over",
    label=_("Deliver to customer"),
    run=hand_over,
    params=(field("at", _("Delivered"), Kind.INSTANT, fact=True), mileage_param()),
    states=("sold", "ready_for_delivery", "returned_to_dealership"),
    blocked=may_hand_over,
    covers=(Cars.delivered_to_customer_at,),
    icon="key",
    primary=True,
)
ARCHIVE = Verb(
    name="archive",
    to="archived",
    label=_("Archive"),
    run=closing.archive,
    params=(field("reason", _("Reason"), Kind.CHOICE, choices=closing.ARCHIVE_CHOICES, required=True),),
    states=OPEN,
    blocked=closing.not_delivered,
    icon="archive",
    danger=True,
)
RESTORE = Verb(
    name="restore",
    label=_("Restore"),
    run=closing.restore,
    params=(_REASON,),
    states=("archived",),
    icon="archive-off",
)
CORRECT = Verb(
    name="correct",
    label=_("Correct the status"),
    run=closing.correct,
    params=(
        field(
            "status",
            _("Status"),
            Kind.CHOICE,
            choices=status_choices(STATES),
            required=True,
        ),
        _REASON,
    ),
    icon="edit",
    danger=True,
)

VERBS: tuple[Verb, ...] = (
    TRANSFER,
    RECEIVE,
    CLAIM,
    TAKE_NEXT,
    REASSIGN,
    DECIDE,
    HAND_OVER,
    ARCHIVE,
    RESTORE,
    CORRECT,
)
