"""Verbs of vehicles: from delivery into operation, in and out of the workshop, and out of the fleet."""

from collections.abc import Awaitable, Callable
from typing import Any

from directapp.declare.case import Case
from directapp.declare.fields import field
from directapp.declare.kinds import Kind
from directapp.declare.names import Values
from directapp.declare.verbs import Verb
from directapp.domains.vehicles.fields import METER_READINGS, MeterReadings, Vehicles
from directapp.domains.vehicles.naming import IN_USE, SYSTEM
from directapp.domains.vehicles.to_stock import TO_STOCK
from directapp.kernel.errors import ConflictError, InvalidError, Problem
from directapp.kernel.text import Text, _, pgettext
from directapp.services.command import CommandContext

_WHY = field("reason", pgettext("what is written down", "Reason"), required=True, max_length=300)
_WHY_NOT = field("reason", pgettext("what is written down", "Reason"), max_length=300)
_HELD = _("{vehicle} is handed out. Take it in first.")
_LESS = _("The old meter cannot have stood at less than it did last.")


def _moving(to: str) -> Callable[[CommandContext], Awaitable[None]]:
    async def move(ctx: CommandContext) -> None:
        await ctx.move(to, {Vehicles.status_reason: ctx.params.get("reason")}, system=SYSTEM)

    return move


def _not_held(case: Case) -> Problem | None:
    if case.get(Vehicles.holder) is None:
        return None
    return Problem(_HELD.fill(vehicle=str(case.get(Vehicles.number))), field=Vehicles.holder)


async def change_meter(ctx: CommandContext) -> None:
    """Go over to a new odometer: what was driven on the old ones is added to what the new one says."""
    old, new = int(ctx.params["old_km"]), int(ctx.params.get("new_km") or 0)
    offset = ctx.target.row.get(Vehicles.meter_offset_km) or 0
    if offset + old < (ctx.target.row.get(Vehicles.odometer_km) or 0):
        raise InvalidError(Problem(_LESS, field="old_km"))
    patch: Values = {Vehicles.meter_offset_km: offset + old - new, Vehicles.odometer_km: offset + old}
    await ctx.change(patch | {Vehicles.metered_at: ctx.now}, system=SYSTEM)
    reading: Values = {
        MeterReadings.vehicle: ctx.target.id,
        MeterReadings.km: new,
        MeterReadings.read_at: ctx.now,
        MeterReadings.source: "meter_change",
    }
    await ctx.create(METER_READINGS, reading, system=SYSTEM)


async def retire(ctx: CommandContext) -> None:
    """Take a vehicle out of the fleet for good."""
    held = _not_held(ctx.case)
    if held is not None:
        raise ConflictError(held)
    await ctx.move("retired", {Vehicles.status_reason: ctx.params["reason"]}, system=SYSTEM)


def _verb(name: str, label: Text, to: str, states: tuple[str, ...], icon: str, **more: Any) -> Verb:
    run = more.pop("run", None) or _moving(to)
    return Verb(name=name, label=label, run=run, states=states, icon=icon, to=to, **more)


_CHANGE_METER = Verb(
    name="change_meter",
    label=_("Change the odometer"),
    run=change_meter,
    states=IN_USE,
    params=(
        field("old_km", _("The old one said"), Kind.INTEGER, required=True, minimum=0, maximum=2_000_000, unit="km"),
        field("new_km", _("The new one says"), Kind.INTEGER, minimum=0, maximum=2_000_000, unit="km"),
    ),
    icon="gauge",
)
VERBS = (
    _verb("prepare", _("Begin to prepare"), "commissioning", ("planned",), "tool"),
    _verb(
        "activate",
        _("Put in operation"),
        "active",
        ("planned", "commissioning", "in_workshop", "out_of_service", "defleeting"),
        "player-play",
        primary=True,
    ),
    _verb(
        "send_to_workshop",
        _("Send to the workshop"),
        "in_workshop",
        ("active", "out_of_service"),
        "tool",
        params=(_WHY_NOT,),
    ),
    _verb(
        "take_out",
        _("Take out of service"),
        "out_of_service",
        ("active", "in_workshop"),
        "ban",
        params=(_WHY,),
        danger=True,
    ),
    _CHANGE_METER,
    _verb(
        "phase_out",
        _("Phase out"),
        "defleeting",
        ("active", "in_workshop", "out_of_service"),
        "arrow-back-up",
        params=(_WHY_NOT,),
        blocked=_not_held,
    ),
    TO_STOCK,
    _verb(
        "retire",
        _("Retire"),
        "retired",
        ("defleeting",),
        "archive",
        params=(_WHY,),
        blocked=_not_held,
        danger=True,
        run=retire,
    ),
)
WORKING = ("send_to_workshop", "take_out", "activate", "change_meter")
LEADING = ("prepare", "phase_out", "to_stock", "retire")
