"""Estimating: the hours to expect of a job, from what like jobs took at the sites that can be asked."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from directapp.declare.case import Range
from directapp.declare.names import NO_ROW, Row
from directapp.domains.cars.fields import CARS, WORK, Cars
from directapp.domains.planning.engine.estimates import Completed, estimate
from directapp.domains.planning.fields import RESOURCE_BOOKINGS, ResourceBookings, ResourceTypes
from directapp.domains.planning.rights import SYSTEM
from directapp.kernel.text import Text, _
from directapp.services.command import CommandContext

_LOOKS_BACK = timedelta(days=365)
_MOST = 3000
_QUARTERS = 4


async def completed(ctx: CommandContext, kinds: list[Any]) -> list[Completed]:
    """Return the jobs of these types that were completed in the last year, with their cars' make and model."""
    done = await ctx.find(
        RESOURCE_BOOKINGS,
        {
            ResourceBookings.resource_type: kinds,
            ResourceBookings.status: "completed",
            ResourceBookings.starts_at: Range(ctx.now - _LOOKS_BACK),
        },
        system=SYSTEM,
        limit=_MOST,
        only=(
            ResourceBookings.car,
            ResourceBookings.resource_type,
            ResourceBookings.actual_hours,
        ),
    )
    names = list({b.row.get(ResourceBookings.car) for b in done})
    cars = await ctx.find(
        CARS,
        {Cars.id: names},
        system="workflow",
        limit=_MOST,
        only=(
            Cars.make,
            Cars.model,
            Cars.car_type,
        ),
    )
    cars_by_id: dict[UUID | None, Row] = {car.id: car.row for car in cars}
    return [
        Completed(
            type=str(b.row[ResourceBookings.resource_type]),
            hours=float(hours),
            make=car.get(Cars.make),
            model=car.get(Cars.model),
            car_type=car.get(Cars.car_type),
        )
        for b in done
        if (hours := b.row.get(ResourceBookings.actual_hours))
        and (car := cars_by_id.get(b.row.get(ResourceBookings.car)))
    ]


def hours_for(car: Row | None, kind: Row, done: list[Completed]) -> tuple[float, Text]:
    """Return the hours to expect, in quarters, and what they rest on: like jobs, the car's own, else the type's."""
    known, work = car or NO_ROW, WORK.get(kind[ResourceTypes.work])
    own = None if work is None else known.get(work.hours)
    found = estimate(
        done,
        type=str(kind[ResourceTypes.id]),
        default=float(kind[ResourceTypes.default_hours]),
        make=known.get(Cars.make),
        model=known.get(Cars.model),
        car_type=known.get(Cars.car_type),
    )
    if found.basis == "default" and own:
        return _in_quarters(float(own)), _("The car's own estimate.")
    return _in_quarters(found.hours), found.reason


def _in_quarters(hours: float) -> float:
    """Return the nearest quarters of an hour, one at least: what follows is to begin on a quarter too."""
    return max(1, round(hours * _QUARTERS)) / _QUARTERS
