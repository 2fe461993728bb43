"""Verbs of a transfer: the receiving site receives the car by its VIN or plate, or refuses it."""

from dataclasses import replace
from typing import Any

from directapp.declare.case import Case
from directapp.declare.fields import Field, field
from directapp.declare.kinds import BadValueError, Kind
from directapp.declare.names import Values, plain
from directapp.declare.verbs import Verb
from directapp.domains.cars.fields import CARS, CarTransfers
from directapp.domains.cars.groups import IDENTITY
from directapp.domains.cars.mileage import mileage_param, read_off
from directapp.domains.registered.naming import parse_code
from directapp.kernel.errors import ConflictError, InvalidError, Problem
from directapp.kernel.text import _, pgettext
from directapp.services.command import CommandContext
from directapp.services.seen import Seen

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
            code = parse_code(params["code"])
        except BadValueError as error:
            raise InvalidError(Problem(error.text, field="code")) from None
        found.setdefault(code.field, code.value)
    if not found:
        raise InvalidError(Problem(_ASK, field="code"))
    return found


def _is_open(case: Case) -> Problem | None:
    return None if case.get(CarTransfers.status) in OPEN_TRANSFER else Problem(_NOT_OPEN, field=CarTransfers.status)


async def receive(ctx: CommandContext) -> None:
    """Receive the car that was sent: the code must be its own."""
    codes = codes_of(ctx.params)
    car = await ctx.look_up(CARS, ctx.case.row[CarTransfers.car], system="custodian")
    if not any(plain(car.row).get(name) == value for name, value in codes.items()):
        raise ConflictError(Problem(_OTHER_CAR, field=next(iter(codes))))
    await read_off(ctx, car, "reception")
    await close(ctx, "received")


async def refuse(ctx: CommandContext) -> None:
    """Refuse the car: custody stays where it was."""
    await close(ctx, "refused", note=ctx.params.get("note"))


async def close(ctx: CommandContext, status: str, *, on: Seen | None = None, note: str | None = None) -> None:
    """Close a transfer, ``on`` where it is not the target; what it means for the car follows."""
    patch: Values = {
        CarTransfers.status: status,
        CarTransfers.closed_at: ctx.now,
        CarTransfers.closed_by: ctx.actor.user,
    }
    if note is not None:
        patch[CarTransfers.note] = note
    await ctx.change(patch, system="custodian", on=on)


TRANSFER_VERBS: tuple[Verb, ...] = (
    Verb(
        name="receive",
        label=_("Receive the car"),
        run=receive,
        params=(*CODE_PARAMS, mileage_param()),
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
