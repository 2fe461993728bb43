"""What whoever has a vehicle is told of its maintenance, in the bell."""

from directapp.domains.maintenance.events import DUE
from directapp.domains.maintenance.fields import MaintenanceSchedules
from directapp.domains.messages.bell import ring
from directapp.domains.vehicles.fields import VEHICLES, Vehicles
from directapp.kernel.text import _, verbatim
from directapp.services.command import CommandContext

_DUE = _("{what} of {vehicle} is due.")


async def maintenance_due(ctx: CommandContext) -> None:
    """Tell whoever has the vehicle, once for each time that it is due."""
    row = ctx.target.row
    vehicle = await ctx.look_up(VEHICLES, row[MaintenanceSchedules.vehicle], system="fleet")
    name = vehicle.row.get(Vehicles.license_plate) or vehicle.row[Vehicles.number]
    words = _DUE.fill(what=row[MaintenanceSchedules.name], vehicle=verbatim(name))
    since = [str(row.get(n)) for n in (MaintenanceSchedules.next_due_on, MaintenanceSchedules.next_due_km)]
    key = f"due:{ctx.target.id.hex}:{':'.join(since)}"
    await ring(ctx, DUE, words, (vehicle.row.get(Vehicles.holder),), vehicle, key)


EVENT_HANDLERS = {DUE: maintenance_due}
