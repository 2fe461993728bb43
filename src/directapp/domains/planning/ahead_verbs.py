"""Looking ahead: who could make room for a job, and when a car will be ready and why. Nothing is written."""

from directapp.declare.fields import field
from directapp.declare.kinds import Kind
from directapp.declare.verbs import Verb
from directapp.domains.cars.fields import CARS
from directapp.domains.people.fields import Dealerships
from directapp.domains.planning.engine.conflicts import ways_to_fit
from directapp.domains.planning.engine.slots import Finder
from directapp.domains.planning.engine.world import PlanJob
from directapp.domains.planning.fields import (
    RESOURCE_BOOKINGS,
    RESOURCE_TYPES,
    ResourceBookings,
    ResourceSharing,
    ResourceTypes,
)
from directapp.domains.planning.movable import movables, priority_of
from directapp.domains.planning.outlooks import outlooks
from directapp.domains.planning.rights import SYSTEM
from directapp.domains.planning.search_verbs import (
    JOB,
    asked_hours,
    car_of,
    consumer_of,
    elsewhere,
    range_of,
    told,
    wanted_by,
)
from directapp.domains.planning.survey import Survey, agreements_for, survey
from directapp.kernel.text import _
from directapp.services.command import CommandContext


async def _only_seen(ctx: CommandContext, found: Survey) -> None:
    """Keep those bookings that the person who asks sees: nobody moves others, nor learns whose they are."""
    names = [booking[ResourceBookings.id] for booking in found.bookings]
    seen = (
        await ctx.find(RESOURCE_BOOKINGS, {ResourceBookings.id: names}, limit=len(names), only=(ResourceBookings.id,))
        if names
        else []
    )
    known = {booking.id for booking in seen}
    found.bookings = [booking for booking in found.bookings if booking[ResourceBookings.id] in known]


async def make_room(ctx: CommandContext) -> None:
    """Answer with how bookings of lower priority could move for a job; a planner moves them, or nobody does."""
    car = await car_of(ctx)
    kind = (await ctx.look_up(RESOURCE_TYPES, ctx.params["resource_type"], system=SYSTEM)).row
    site = await consumer_of(ctx, car)
    earliest, latest = range_of(ctx, car)
    found = await survey(ctx, [site], earliest, latest, looker=None)
    # Those whose bookings may move are let in with their own agreements.
    consumers = sorted({site, *(b[ResourceBookings.consumer] for b in found.bookings)}, key=str)
    if consumers != [site]:
        found = await survey(ctx, consumers, earliest, latest, looker=None)
    await _only_seen(ctx, found)
    hours, _ = await asked_hours(ctx, car, kind)
    name = str(kind[ResourceTypes.id])
    providers = {r.site for r in found.world.resources if name in r.types}
    priority = max((priority_of(found, p, str(site), name) for p in providers), default=0)
    job = PlanJob(
        type=name,
        hours=hours,
        site=str(site),
        earliest=earliest,
        latest=latest,
        specialisations=wanted_by(car),
        blocked=await elsewhere(ctx, car),
    )
    ways = ways_to_fit(Finder(found.world), job, priority, movables(found, earliest, latest))
    ctx.found = {
        "priority": priority,
        "hours": f"{hours:.2f}",
        "ways": [
            {
                "slot": told(way.slot, found),
                "reason": way.reason,
                "moves": [
                    {
                        "booking": move.booking.id,
                        "consumer": move.booking.site,
                        "consumer_name": found.sites[move.booking.site][Dealerships.name],
                        "from": move.booking.start.isoformat(),
                        "to": told(move.to, found),
                        "hours_later": round(move.hours_later, 2),
                        "late_hours": round(move.late_hours, 2),
                        "reason": move.reason,
                    }
                    for move in way.moves
                ],
            }
            for way in ways
        ],
    }


async def ready(ctx: CommandContext) -> None:
    """Answer with when a car is expected to be ready, why, and what would bring it forward most."""
    seen = await ctx.look_up(CARS, ctx.params["car"])
    car = (await ctx.look_up(CARS, seen.id, system="workflow")).row
    made = (await outlooks(ctx, [car], told=await _may_know(ctx), gains=True))[seen.id]
    ctx.found = {
        "ready_at": None if made.ready_at is None else made.ready_at.isoformat(),
        "reasons": list(made.reasons),
        "gains": [
            {
                "lever": gain.lever,
                "hours": round(gain.hours, 2),
                "ready_at": gain.ready_at.isoformat(),
                "reason": gain.reason,
            }
            for gain in made.gains
        ],
    }


async def _may_know(ctx: CommandContext) -> frozenset[str] | None:
    """Return the sites whose free times the actor may know: the own ones and those that work for them; None all."""
    if "tenant_admin" in ctx.actor.roles or ctx.actor.is_system:
        return None
    own = sorted({s for s in (ctx.actor.site, *ctx.actor.sites) if s is not None}, key=str)
    return frozenset(str(s) for s in (*own, *(a[ResourceSharing.provider] for a in await agreements_for(ctx, own))))


VERBS = (
    Verb(
        name="make_room",
        label=_("Find what could move"),
        run=make_room,
        on="collection",
        params=JOB,
        icon="arrows-move",
    ),
    Verb(
        name="promise",
        label=_("When is the car ready?"),
        run=ready,
        on="collection",
        params=(field("car", _("Car"), Kind.REF, ref=CARS, required=True),),
        icon="calendar-check",
    ),
)
