"""How schedules stand, worked out anew: of a vehicle at each reading, and of all vehicles every night.

Both go the same way: the readings of many vehicles are gathered in one statement, their schedules are read in another,
and only those that stand otherwise than they are written.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from directapp.declare.case import Range, Sums
from directapp.declare.names import Values, plain
from directapp.domains.maintenance.fields import MAINTENANCE_SCHEDULES, Intervals, MaintenanceSchedules
from directapp.domains.maintenance.outlook import UNKNOWN, Paces, differing, outlook, pace_of
from directapp.domains.maintenance.words import INTERVAL_NAMES
from directapp.domains.vehicles.fields import METER_READINGS, VEHICLES, MeterReadings, Vehicles
from directapp.domains.vehicles.naming import IN_FLEET, SYSTEM
from directapp.kernel.clock import oslo_day
from directapp.services.command import CommandContext
from directapp.services.seen import Seen

S = MaintenanceSchedules
AT_A_TIME = 200
# What was driven longer ago says little of what will be.
_REMEMBERED = timedelta(days=365)
_STANDS = (Vehicles.odometer_km, Vehicles.engine_hours, Vehicles.metered_at, Vehicles.status)
_NEEDED = (
    S.vehicle,
    S.active,
    S.work_order,
    *INTERVAL_NAMES,
    S.counted_from_on,
    S.counted_from_km,
    S.counted_from_hours,
    S.standing,
    S.due_by,
    S.next_due_on,
    S.next_due_km,
    S.next_due_hours,
    S.forecast_on,
    S.forecast_from,
    S.forecast_to,
    S.certainty,
    S.km_per_day,
    S.hours_per_day,
    S.readings,
)


def _gathered(name: str) -> Mapping[str, str]:
    order = f"ORDER BY {{row}}.read_at) FILTER (WHERE {{row}}.{name} IS NOT NULL)"
    return {
        f"{name}_at": f"array_agg((extract(epoch FROM {{row}}.read_at) / 86400.0)::float8 {order}",
        name: f"array_agg({{row}}.{name}::float8 {order}",
    }


async def paces(ctx: CommandContext, vehicles: Sequence[UUID]) -> dict[UUID, Paces]:
    """Return how fast the meters of vehicles move, from the readings of the last year that count."""
    asked = Sums(
        by={"vehicle": "{row}.vehicle"},
        of={**_gathered(MeterReadings.total_km), **_gathered(MeterReadings.engine_hours)},
        where="NOT {row}.suspect AND {row}.voided_at IS NULL",
        either={MeterReadings.vehicle: vehicles},
        within={MeterReadings.read_at: Range(ctx.now - _REMEMBERED, None)},
    )

    def of(row: Mapping[str, Any], name: str) -> tuple[list[float], list[float]]:
        return row[f"{name}_at"] or [], row[name] or []

    found = {}
    for row in await ctx.sums(METER_READINGS, asked, system=SYSTEM):
        km, hours = of(row, MeterReadings.total_km), of(row, MeterReadings.engine_hours)
        found[row["vehicle"]] = Paces(pace_of(*km), pace_of(*hours), max(len(km[0]), len(hours[0])))
    return found


async def review(ctx: CommandContext, vehicles: Sequence[Seen]) -> list[Seen]:
    """Work out how the schedules of some vehicles stand now; return those that stand otherwise than before.

    At most some thousands of vehicles at a time.
    """
    today, by_id = oslo_day(ctx.now), {v.id: v.row for v in vehicles}
    asked: Values = {S.vehicle: list(by_id)}
    schedules = await ctx.every(MAINTENANCE_SCHEDULES, asked, system=SYSTEM, only=_NEEDED)
    moving = {s.row[S.vehicle] for s in schedules if any(s.row.get(n) for n in _METERED)}
    known = await paces(ctx, sorted(moving)) if moving else {}
    patches = {}
    for schedule in schedules:
        row, vehicle = schedule.row, by_id[schedule.row[S.vehicle]]
        running = vehicle.get(Vehicles.status) in IN_FLEET
        values = outlook(row, vehicle, today, known.get(row[S.vehicle], UNKNOWN), running=running)
        if changed := differing(plain(row), values):
            patches[schedule.id] = changed
    return await ctx.change_all(MAINTENANCE_SCHEDULES, patches, system=SYSTEM)


_METERED = (Intervals.every_km, Intervals.every_engine_hours)


async def review_vehicle_of(ctx: CommandContext, vehicle: UUID) -> None:
    """Work out anew how what is done on one vehicle stands."""
    await review(ctx, await ctx.find(VEHICLES, {Vehicles.id: vehicle}, system=SYSTEM, limit=1, only=_STANDS))


async def review_vehicle(ctx: CommandContext) -> None:
    """Work out anew how what is done on a vehicle stands: its meter has moved, or its status."""
    await review_vehicle_of(ctx, ctx.target.id)


async def review_schedule(ctx: CommandContext) -> None:
    """Work out anew how a schedule stands that was made or changed, with the others of its vehicle."""
    await review_vehicle_of(ctx, ctx.target.row[S.vehicle])


async def review_page(ctx: CommandContext, after: UUID | None) -> UUID | None:
    """Work out anew how the schedules of a page of vehicles stand; return the last of them, None at the end."""
    wanted: Values = {} if after is None else {Vehicles.id: Range(UUID(int=after.int + 1))}
    page = await ctx.find(VEHICLES, wanted, system=SYSTEM, limit=AT_A_TIME, only=_STANDS)
    await review(ctx, page)
    return page[-1].id if len(page) == AT_A_TIME else None
