"""What people of a fleet are told of its maintenance and its work orders, in the bell."""

from directapp.domains.maintenance.events import DUE, ORDER_APPROVED, ORDER_ASSIGNED, ORDER_REJECTED
from directapp.domains.maintenance.fields import MaintenanceSchedules, WorkOrders
from directapp.domains.messages.bell import ring
from directapp.domains.vehicles.fields import VEHICLES, Vehicles
from directapp.kernel.clock import oslo_day
from directapp.kernel.dates import day_text
from directapp.kernel.text import _, verbatim
from directapp.services.command import CommandContext

_DUE = _("{what} of {vehicle} is due.")
_YOURS = _("{order} is yours, from {start}.")
_APPROVED = _("{order} is approved.")
_BACK = _("{order} came back: {reason}")


async def maintenance_due(ctx: CommandContext) -> None:
    """Tell whoever has the vehicle, once for each time that it is due."""
    row = ctx.target.row
    vehicle = await ctx.look_up(VEHICLES, row[MaintenanceSchedules.vehicle], system="fleet")
    name = vehicle.row.get(Vehicles.license_plate) or vehicle.row[Vehicles.number]
    words = _DUE.fill(what=row[MaintenanceSchedules.name], vehicle=verbatim(name))
    since = [str(row.get(n)) for n in (MaintenanceSchedules.next_due_on, MaintenanceSchedules.next_due_km)]
    key = f"due:{ctx.target.id.hex}:{':'.join(since)}"
    await ring(ctx, DUE, words, (vehicle.row.get(Vehicles.holder),), vehicle, key)


async def order_assigned(ctx: CommandContext) -> None:
    """Tell the technician whose the work is."""
    row = ctx.target.row
    start = row.get(WorkOrders.planned_start) or ctx.now
    words = _YOURS.fill(order=row[WorkOrders.title], start=day_text(oslo_day(start)))
    key = f"assigned:{ctx.target.id.hex}:{start.isoformat()}"
    await ring(ctx, ORDER_ASSIGNED, words, (row.get(WorkOrders.technician),), ctx.target, key)


async def order_approved(ctx: CommandContext) -> None:
    """Tell who sent it on that somebody else approved it."""
    row = ctx.target.row
    if row.get(WorkOrders.approved_by) is not None:
        words, key = (
            _APPROVED.fill(order=row[WorkOrders.title]),
            f"approved:{ctx.target.id.hex}:{row[WorkOrders.version]}",
        )
        await ring(ctx, ORDER_APPROVED, words, (row.get(WorkOrders.submitted_by),), ctx.target, key)


async def order_rejected(ctx: CommandContext) -> None:
    """Tell who sent it on that it came back, and why."""
    row = ctx.target.row
    words = _BACK.fill(order=row[WorkOrders.title], reason=row.get(WorkOrders.reason) or "")
    key = f"rejected:{ctx.target.id.hex}:{row[WorkOrders.version]}"
    await ring(ctx, ORDER_REJECTED, words, (row.get(WorkOrders.submitted_by),), ctx.target, key)


EVENT_HANDLERS = {
    DUE: maintenance_due,
    ORDER_ASSIGNED: order_assigned,
    ORDER_APPROVED: order_approved,
    ORDER_REJECTED: order_rejected,
}
