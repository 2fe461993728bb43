"""Periodic inspections (EU-kontroll) that fall due: told of once for each car and due date."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

from directapp.declare.case import Range
from directapp.domains.cars.fields import CARS, Cars
from directapp.domains.registry.events import INSPECTION_DUE
from directapp.domains.registry.fields import InspectionReminders
from directapp.domains.registry.runs import REMINDERS
from directapp.kernel.clock import oslo_day
from directapp.services.command import CommandContext


def remind(days: int, states: tuple[str, ...]) -> Callable[[CommandContext], Awaitable[None]]:
    """Return the sweep that tells of cars whose inspection is due within some days, or overdue."""

    async def tell(ctx: CommandContext) -> None:
        before = oslo_day(ctx.now) + timedelta(days=days + 1)
        wanted = ("id", "next_inspection_due", "license_plate")
        due = await ctx.every(
            CARS, {Cars.status: list(states), Cars.next_inspection_due: Range(None, before)}, only=wanted
        )
        reminded = await ctx.every(
            REMINDERS,
            {InspectionReminders.car: [car.id for car in due]},
            only=(
                InspectionReminders.car,
                InspectionReminders.due,
            ),
        )
        told = {(one.row[InspectionReminders.car], one.row[InspectionReminders.due]) for one in reminded}
        for car in due:
            day = car.row[Cars.next_inspection_due]
            if (car.id, day) not in told:
                await ctx.create(REMINDERS, {InspectionReminders.car: car.id, InspectionReminders.due: day})
                ctx.emit(INSPECTION_DUE, on=car, due=day.isoformat())

    return tell
