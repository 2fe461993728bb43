"""Verbs of requests for cars: accept, decline, withdraw."""

from directapp.declare.case import Case
from directapp.declare.fields import Choice, field
from directapp.declare.kinds import Kind
from directapp.declare.names import Values
from directapp.declare.verbs import Verb
from directapp.domains.cars.fields import CAR_TRANSFERS, CarRequests, CarTransfers
from directapp.kernel.errors import Problem
from directapp.kernel.text import Text, _, pgettext
from directapp.services.command import CommandContext

SELLING = "new_car_sales used_car_sales sales_manager manager"
_ANSWERED = _("The request is already answered.")


def is_open(case: Case) -> Problem | None:
    """Only what is not answered yet is answered."""
    return None if case.get(CarRequests.status) == "asked" else Problem(_ANSWERED, field=CarRequests.status)


async def accept(ctx: CommandContext) -> None:
    """Send the car to the site that asked for it."""
    sent = await ctx.create(
        CAR_TRANSFERS,
        {
            CarTransfers.car: ctx.case.row[CarRequests.car],
            CarTransfers.to: ctx.case.row[CarRequests.site],
            CarTransfers.reason: ctx.params["purpose"],
            CarTransfers.note: ctx.params.get("note"),
        },
    )
    await _answer(ctx, "accepted", {CarRequests.transfer: sent.id}, ctx.params.get("note"))


async def decline(ctx: CommandContext) -> None:
    """Say no, and why."""
    await _answer(ctx, "declined", {}, ctx.params["reason"])


async def withdraw(ctx: CommandContext) -> None:
    """Take the request back."""
    await _answer(ctx, "withdrawn", {}, None)


async def _answer(ctx: CommandContext, status: str, values: Values, text: str | None) -> None:
    patch: Values = {
        **values,
        CarRequests.status: status,
        CarRequests.answer: text,
        CarRequests.answered_at: ctx.now,
        CarRequests.answered_by: ctx.actor.user,
    }
    ctx.answer = await ctx.change(patch, system="custodian")


def _verb(name: str, label: Text, **more: object) -> Verb:
    return Verb(name=name, label=label, blocked=is_open, **more)  # type: ignore[arg-type]


ANSWERS = (
    _verb(
        "accept",
        pgettext("request", "Accept and send the car"),
        run=accept,
        params=(
            field(
                "purpose",
                _("Purpose"),
                Kind.CHOICE,
                choices=(Choice("sale", _("Sell to another site")), Choice("move", _("Move"))),
                required=True,
                default="sale",
            ),
            field("note", _("Note"), Kind.TEXT, max_length=1000),
        ),
        icon="truck",
        primary=True,
    ),
    _verb(
        "decline",
        pgettext("request", "Decline"),
        run=decline,
        params=(
            field("reason", pgettext("what is written down", "Reason"), Kind.TEXT, required=True, max_length=1000),
        ),
        icon="x",
        danger=True,
    ),
)
WITHDRAW = _verb("withdraw", _("Withdraw the request"), run=withdraw, icon="arrow-back-up")
