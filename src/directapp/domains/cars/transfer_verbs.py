"""Verbs of a transfer: the receiving site receives the car by its VIN or plate, or refuses it."""

from dataclasses import replace
from typing import Any

from directapp.declare.case import Case
from directapp.declare.fields import Field, field
from directapp.declare.kinds import BadValueError, Kind
from directapp.declare.verbs import Verb
from directapp.domains.cars import identifiers
from directapp.domains.cars.fields import CARS, IDENTITY
from directapp.kernel.errors import ConflictError, InvalidError, Problem
from directapp.kernel.text import _, pgettext
from directapp.services.command import CommandContext

_ASK = _("Scan or type the VIN or the plate.")
_OTHER_CAR = _("This is another car than the one sent.")
_NOT_OPEN = _("The transfer is already closed.")

CODE_PARAMS: tuple[Field, ...] = (
    field("code", _("VIN or plate"), code=True, max_length=40),
    *(replace(f, search=False, max_length=None) for f in IDENTITY.fields if f.name in {"vin", "license_plate"}),
)
OPEN_TRANSFER = ("pending", "in_transit")


def codes_of(params: dict[str, Any]) -> dict[str, str]:
    """Return what identifies the car, as column -> value.

    Raises:
        InvalidError: nothing does, or it can be neither VIN nor plate.

    """
    found = {name: str(params[name]) for name in ("vin", "license_plate") if params.get(name)}
    if params.get("code"):
        try:
            code = identifiers.parse_code(params["code"])
        except BadValueError as error:
            raise InvalidError(Problem(error.text, field="code")) from None
        found.setdefault(code.field, code.value)
    if not found:
        raise InvalidError(Problem(_ASK, field="code"))
    return found


def _is_open(case: Case) -> Problem | None:
    return None if case.get("status") in OPEN_TRANSFER else Problem(_NOT_OPEN, field="status")


async def receive(ctx: CommandContext) -> None:
    """Receive the car that was sent: the code must be its own."""
    codes = codes_of(ctx.params)
    car = await ctx.look_up(CARS, ctx.case.row["car"], system="custodian")
    if not any(car.row.get(name) == value for name, value in codes.items()):
        raise ConflictError(Problem(_OTHER_CAR, field=next(iter(codes))))
    await close(ctx, "received")


async def refuse(ctx: CommandContext) -> None:
    """Refuse the car: custody stays where it was."""
    await close(ctx, "refused", note=ctx.params.get("note"))


async def close(ctx: CommandContext, status: str, **values: Any) -> None:
    """Close a transfer as the receiving site; what it means for the car follows."""
    extra = {name: value for name, value in values.items() if value is not None}
    patch = {"status": status, "closed_at": ctx.now, "closed_by": ctx.actor.user, **extra}
    await ctx.change(patch, system="custodian")


TRANSFER_VERBS: tuple[Verb, ...] = (
    Verb(
        name="receive",
        label=_("Receive the car"),
        run=receive,
        params=CODE_PARAMS,
        blocked=_is_open,
        icon="package-import",
        primary=True,
    ),
    Verb(
        name="refuse",
        label=_("Refuse"),
        run=refuse,
        params=(field("note", pgettext("what is written down", "Why"), Kind.TEXT, required=True),),
        blocked=_is_open,
        icon="package-off",
        danger=True,
    ),
)
