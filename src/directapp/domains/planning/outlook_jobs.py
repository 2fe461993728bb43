"""When outlooks are worked out anew: for a car that something happened to, and by the clock for all that wait."""

from collections.abc import Callable, Coroutine, Sequence
from typing import Any
from uuid import UUID

from directapp.domains.cars import events as car_events
from directapp.domains.cars.fields import CARS, ITS_CAR, Cars
from directapp.domains.planning import events
from directapp.domains.planning.events import OUTLOOK_ASKED
from directapp.domains.planning.outlooks import ARRIVED, COMING, outlooks
from directapp.domains.planning.rights import SYSTEM
from directapp.domains.workshop import events as workshop_events
from directapp.services.command import CommandContext
from directapp.services.jobs import Failures, JobRun, Run, acting
from directapp.services.seen import Seen, beyond
from directapp.services.worked_out import put_down

# So many cars are worked out in one transaction: some hundred milliseconds of thought.
TOGETHER = 50
_COLUMN = "outlook_at"
_WORKFLOW = "workflow"

# What moves the time at which a car will be ready, by whose record it is told of.
OF_CAR = (
    *(
        car_events.REGISTERED,
        car_events.SENT,
        car_events.ARRIVED,
        car_events.PLANNED,
        car_events.UNPLANNED,
        car_events.READY_TO_PLAN,
    ),
    car_events.WORK_CHANGED,
    *(car_events.INSPECTION_STARTED, car_events.INSPECTION_APPROVED, car_events.INSPECTION_FAILED),
    *(car_events.PARTS_ORDERED, car_events.PARTS_ARRIVED, car_events.ALL_PARTS_ARRIVED),
    *(
        car_events.TECHNICAL_STARTED,
        car_events.TECHNICAL_COMPLETED,
        car_events.COSMETIC_STARTED,
        car_events.COSMETIC_COMPLETED,
    ),
    *(car_events.QUALITY_CHECKED, car_events.QUALITY_APPROVED, car_events.QUALITY_FAILED),
)
OF_OTHERS = (
    *(events.BOOKED, events.MOVED, events.STARTED, events.COMPLETED, events.CANCELLED),
    *(events.NO_SHOW, workshop_events.PART_ORDERED, workshop_events.PART_ARRIVED, workshop_events.PART_CANCELLED),
    workshop_events.PART_EXPECTED,
    *(workshop_events.WORK_PROPOSED, workshop_events.WORK_APPROVED, workshop_events.WORK_DECLINED),
)


async def ask(ctx: CommandContext) -> None:
    """Ask for the outlook of the car that an event is about."""
    if ctx.seen is None:
        return
    car = ctx.seen.id if ctx.collection == CARS else ctx.seen.row.get(ITS_CAR)
    if car is not None:
        ctx.emit(OUTLOOK_ASKED, on=car, car=str(car))


async def ask_for_all(ctx: CommandContext) -> None:
    """Ask for the outlooks of every car that is being prepared or is to come."""
    for car in await ctx.every(CARS, {Cars.status: [*ARRIVED, *COMING]}, system=_WORKFLOW, only=(Cars.status,)):
        ctx.emit(OUTLOOK_ASKED, on=car, car=str(car.id))


Handler = Callable[[CommandContext], Coroutine[Any, Any, None]]


def then_ask(handler: Handler) -> Handler:
    """Return an event handler that is followed by asking for the outlook."""

    async def follow_and_ask(ctx: CommandContext) -> None:
        await handler(ctx)
        await ask(ctx)

    return follow_and_ask


async def work_out(jobs: Sequence[JobRun]) -> Failures:
    """Work out the outlooks of the cars that were asked about, each once."""
    await _work_out(jobs[0], {"id": sorted({UUID(job.payload["car"]) for job in jobs})})
    return {}


def by_the_clock(*, coming: bool) -> Run:
    """Return the round over the cars that are being prepared; over those that are to come as well."""
    statuses = [*ARRIVED, *(COMING if coming else ())]

    async def round_of_all(job: JobRun) -> None:
        cars = await _work_out(job, {"status": statuses})
        while len(cars) == TOGETHER:
            cars = await _work_out(job, {"status": statuses, "id": beyond(cars)})

    return round_of_all


async def _work_out(job: JobRun, asked: dict[str, Any]) -> list[Seen]:
    """Work out the next cars that are asked for; return them. The write holds them no longer than it must."""
    async with acting(job.pipeline, job.tenant, SYSTEM, OUTLOOK_ASKED.name, "", None) as ctx:
        cars = await ctx.find(CARS, asked, system=_WORKFLOW, limit=TOGETHER)
        found = await outlooks(ctx, [car.row for car in cars])
    ready = {c.id: None if c.row.get(Cars.ready_for_delivery_at) else found[c.id].ready_at for c in cars}
    await put_down(job, _WORKFLOW, CARS, _COLUMN, ready)
    return cars
