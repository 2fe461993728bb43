"""Estimating: the hours to expect of a job, from what like jobs took at the sites that can be asked."""

from datetime import timedelta
from typing import Any

from directapp.declare.case import Range, Row
from directapp.domains.cars.fields import CARS
from directapp.domains.planning.engine.estimates import Completed, estimate
from directapp.domains.planning.fields import RESOURCE_BOOKINGS
from directapp.domains.planning.rights import SYSTEM
from directapp.kernel.text import Text, _
from directapp.services.command import CommandContext

_LOOKS_BACK = timedelta(days=365)
_MOST = 3000


async def completed(ctx: CommandContext, kinds: list[Any]) -> list[Completed]:
    """Return the jobs of these types that were completed in the last year, with their cars' make and model."""
    done = await ctx.find(
        RESOURCE_BOOKINGS,
        system=SYSTEM,
        limit=_MOST,
        only=("car", "resource_type", "actual_hours"),
        resource_type=kinds,
        status="completed",
        starts_at=Range(ctx.now - _LOOKS_BACK),
    )
    names = list({b.row["car"] for b in done})
    cars = await ctx.find(CARS, system="workflow", limit=_MOST, only=("make", "model", "car_type"), id=names)
    of = {car.id: car.row for car in cars}
    return [
        Completed(
            type=str(b.row["resource_type"]),
            hours=float(b.row["actual_hours"]),
            make=car["make"],
            model=car["model"],
            car_type=car["car_type"],
        )
        for b in done
        if b.row["actual_hours"] and (car := of.get(b.row["car"])) is not None
    ]


def hours_for(car: Row | None, kind: Row, done: list[Completed]) -> tuple[float, Text]:
    """Return the hours to expect and what they rest on: like jobs, else the car's own figure, else the type's."""
    car = car or {}
    own = car.get(f"estimated_{kind['work']}_hours")
    found = estimate(
        done,
        type=str(kind["id"]),
        default=float(kind["default_hours"]),
        make=car.get("make"),
        model=car.get("model"),
        car_type=car.get("car_type"),
    )
    if found.basis == "default" and own:
        return float(own), _("The car's own estimate.")
    return found.hours, found.reason
