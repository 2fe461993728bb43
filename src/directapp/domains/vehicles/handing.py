"""Handing a vehicle out and in: who has it, and what its odometer says."""

from uuid import UUID

from directapp.declare.fields import Field, field
from directapp.declare.kinds import Kind
from directapp.declare.names import Values
from directapp.domains.vehicles.fields import METER_READINGS, VEHICLES, MeterReadings, Vehicles
from directapp.domains.vehicles.naming import SYSTEM
from directapp.kernel.text import _
from directapp.services.command import CommandContext
from directapp.services.seen import Seen


def level_field(name: str) -> Field:
    """Return the parameter for how full the tank or the battery is."""
    return field(name, _("Tank or battery"), Kind.INTEGER, minimum=0, maximum=100, unit="%")


async def take_out(ctx: CommandContext, vehicle: Seen, *, holder: UUID | None, driver: UUID | None) -> None:
    """Note who has the vehicle from now on."""
    await _read(ctx, vehicle)
    patch: Values = {Vehicles.holder: holder, Vehicles.driver: driver, Vehicles.held_since: ctx.now}
    await ctx.change(patch, system=SYSTEM, on=await ctx.look_up(VEHICLES, vehicle.id, system=SYSTEM))


async def take_in(ctx: CommandContext, vehicle: Seen) -> None:
    """Note that nobody has the vehicle any more."""
    await _read(ctx, vehicle)
    patch: Values = {Vehicles.holder: None, Vehicles.driver: None, Vehicles.held_since: None}
    await ctx.change(patch, system=SYSTEM, on=await ctx.look_up(VEHICLES, vehicle.id, system=SYSTEM))


async def _read(ctx: CommandContext, vehicle: Seen) -> None:
    if ctx.params.get("km") is not None:
        reading: Values = {
            MeterReadings.vehicle: vehicle.id,
            MeterReadings.km: ctx.params["km"],
            MeterReadings.source: "hand_over",
        }
        await ctx.create(METER_READINGS, reading, system=SYSTEM)
