"""Event handlers of cars: a delivered car is archived, and a car that was here before is linked to its past."""

from datetime import datetime, timedelta
from uuid import UUID

from directapp.declare.case import Range
from directapp.declare.names import Row, Values
from directapp.domains.cars.events import ARCHIVE_DUE, DELIVERED, IDENTIFIED
from directapp.domains.cars.fields import CARS, Cars
from directapp.domains.people.fields import DEALERSHIPS, Dealerships
from directapp.services.command import CommandContext
from directapp.services.seen import Seen

UNDO_WINDOW = timedelta(seconds=60)
_PAGE = 500


def archive_at(car: Row, days: int) -> datetime | None:
    """Return when a delivered car is archived: days after delivery, never before the undo window has passed.

    None: never by itself, as it is not delivered, or was brought back from the archive.
    """
    since, delivered = car.get(Cars.status_since), car.get(Cars.delivered_to_customer_at)
    if car.get(Cars.status) != "delivered" or car.get(Cars.archived_from) == "delivered" or since is None:
        return None
    undoable: datetime = since + UNDO_WINDOW
    waited: datetime = (delivered or since) + timedelta(days=days)
    return max(undoable, waited)


def due_for_archive(car: Row, days: int, now: datetime) -> bool:
    """Whether a car is archived now: what the scheduled job asks of each delivered car."""
    at = archive_at(car, days)
    return at is not None and at <= now


async def archive_delivered(ctx: CommandContext) -> None:
    """Archive one delivered car when its time has come, else wake up again then."""
    if ctx.seen is None:
        return
    car = await ctx.look_up(CARS, ctx.target.id, system="archiver")
    await _archive(ctx, car, await _days(ctx, car), wait=True)


async def archive_due(ctx: CommandContext, after: UUID | None = None) -> UUID | None:
    """Archive every delivered car whose time has come: the scheduled sweep behind the event handler.

    A page of cars at a time; returns where the next begins.
    """
    days: dict[UUID | None, int] = {}
    more: Values = {} if after is None else {Cars.id: Range(UUID(int=after.int + 1))}
    page = await ctx.find(
        CARS, {Cars.status: "delivered", Cars.archived_at: None, **more}, system="archiver", limit=_PAGE
    )
    for car in page:
        owner = car.row.get(Cars.dealership)
        if owner not in days:
            days[owner] = await _days(ctx, car)
        await _archive(ctx, car, days[owner], wait=False)
    return page[-1].id if len(page) == _PAGE else None


async def _days(ctx: CommandContext, car: Seen) -> int:
    owner = car.row.get(Cars.dealership)
    site = await ctx.look_up(DEALERSHIPS, owner, system="pipeline") if owner else None
    return int((site.row.get(Dealerships.archive_after_days) if site else None) or 0)


async def _archive(ctx: CommandContext, car: Seen, days: int, *, wait: bool) -> None:
    at = archive_at(car.row, days)
    if at is None:
        return
    if at > ctx.now:
        if wait:
            ctx.emit(ARCHIVE_DUE, on=car, delay=(at - ctx.now).total_seconds() + 1)
        return
    patch: Values = {Cars.archived_at: ctx.now, Cars.archived_from: "delivered", Cars.archive_reason: "delivered"}
    await ctx.move("archived", patch, system="archiver", on=car)


async def link_previous(ctx: CommandContext) -> None:
    """Point a car to the archived row of the same VIN: sold here once, and now back in trade."""
    if ctx.seen is None:
        return
    car = await ctx.look_up(CARS, ctx.target.id, system="workflow")
    if car.row.get(Cars.vin) is None or car.row.get(Cars.previous_car) is not None:
        return
    earlier = [
        c
        for c in await ctx.find(CARS, {Cars.vin: car.row[Cars.vin], Cars.status: "archived"}, system="workflow")
        if c.id != car.id
    ]
    if earlier:
        await ctx.change({Cars.previous_car: max(earlier, key=lambda c: c.id).id}, system="workflow", on=car)


EVENT_HANDLERS = {
    DELIVERED: archive_delivered,
    ARCHIVE_DUE: archive_delivered,
    IDENTIFIED: link_previous,
}
