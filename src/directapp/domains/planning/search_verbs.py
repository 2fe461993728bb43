"""Slot search: where a job, or a car's whole chain, fits; ranked, each with its reasons. Nothing is written."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from directapp.declare.fields import field
from directapp.declare.kinds import Kind
from directapp.declare.names import NO_ROW, Row
from directapp.declare.verbs import Verb
from directapp.domains.cars.fields import CARS, WORK, Cars
from directapp.domains.people.fields import DEALERSHIPS, Dealerships
from directapp.domains.planning.booking_fields import HOLDING
from directapp.domains.planning.car_work import ENDS
from directapp.domains.planning.engine.chains import Chain, find_chains
from directapp.domains.planning.engine.slots import Finder
from directapp.domains.planning.engine.spans import Span
from directapp.domains.planning.engine.workdays import at_clock
from directapp.domains.planning.engine.world import PlanJob, Slot
from directapp.domains.planning.estimating import completed, hours_for
from directapp.domains.planning.fields import (
    BOOKING_TEMPLATE_STEPS,
    BOOKING_TEMPLATES,
    RESOURCE_BOOKINGS,
    RESOURCE_SHARING,
    RESOURCE_TYPES,
    RESOURCES,
    BookingTemplateSteps,
    ResourceBookings,
    Resources,
    ResourceSharing,
    ResourceTypes,
)
from directapp.domains.planning.rights import SYSTEM
from directapp.domains.planning.survey import Survey, survey
from directapp.kernel.errors import ForbiddenError, InvalidError, Problem
from directapp.kernel.text import Text, _, pgettext
from directapp.services.command import CommandContext

_AHEAD = timedelta(days=14)
_FARTHEST = timedelta(days=120)
_FUTURE = timedelta(days=731)
_SHOWN = 20
CHAIN = ("technical", "cosmetic", "quality")
_END_OF_DAY = "16:00"
_NO_AGREEMENT = _("You can find times for your own site and for sites that yours has a sharing agreement with.")


async def find(ctx: CommandContext) -> None:
    """Answer with the places where one job fits."""
    car = await car_of(ctx)
    kind = (await ctx.look_up(RESOURCE_TYPES, ctx.params["resource_type"], system=SYSTEM)).row
    site = await consumer_of(ctx, car)
    earliest, latest = range_of(ctx, car)
    found = await survey(ctx, [site], earliest, latest, looker=None)
    hours, basis = await asked_hours(ctx, car, kind)
    job = PlanJob(
        type=str(kind[ResourceTypes.id]),
        hours=hours,
        site=str(site),
        earliest=earliest,
        latest=latest,
        specialisations=wanted_by(car),
        blocked=await elsewhere(ctx, car),
        resources=(str(ctx.params["resource"]),) if ctx.params.get("resource") else (),
    )
    answer = Finder(found.world).find(job, limit=int(ctx.params["limit"]))
    ctx.found = {
        "hours": f"{hours:.2f}",
        "basis": basis,
        "slots": [told(slot, found) for slot in answer.slots],
        "refused": list(answer.refused),
    }


async def chains(ctx: CommandContext) -> None:
    """Answer with the ways to do all that a car still needs, or the steps of a template, one after another."""
    car = await car_of(ctx)
    if car is None:
        raise InvalidError(Problem(_("Choose a car."), field=ResourceBookings.car))
    site = await consumer_of(ctx, car)
    earliest, latest = range_of(ctx, car)
    found = await survey(ctx, [site], earliest, latest, looker=None)
    blocked, wanted = await elsewhere(ctx, car), wanted_by(car)
    asked = await _steps(ctx, car, found)
    bases = [basis for _kind, _hours, basis in asked]
    steps = [
        PlanJob(
            type=kind,
            hours=hours,
            site=str(site),
            earliest=earliest,
            latest=latest,
            specialisations=wanted,
            blocked=blocked,
        )
        for kind, hours, _basis in asked
    ]
    if not steps:
        raise InvalidError(Problem(_("The car needs no more work."), field=ResourceBookings.car))
    answer = find_chains(Finder(found.world), Chain(steps=tuple(steps), promised=promised(car)))
    ctx.found = {
        "steps": [
            {"resource_type": s.type, "hours": f"{s.hours:.2f}", "basis": b} for s, b in zip(steps, bases, strict=True)
        ],
        "chains": [
            {
                "finish": way.finish.isoformat(),
                "late_hours": round(way.late_hours, 2),
                "reasons": list(way.reasons),
                "slots": [
                    told(slot, found) | {"resource_type": step.type}
                    for slot, step in zip(way.slots, steps, strict=True)
                ],
            }
            for way in answer.chains
        ],
        "refused": list(answer.refused),
    }


async def _steps(ctx: CommandContext, car: Row, found: Survey) -> list[tuple[str, float, Text]]:
    """Return the kinds of work in their order, with their hours and what these rest on."""
    if ctx.params.get("template"):
        template = await ctx.look_up(BOOKING_TEMPLATES, ctx.params["template"])
        rows = [s.row for s in await ctx.find(BOOKING_TEMPLATE_STEPS, {BookingTemplateSteps.template: template.id})]
        rows.sort(key=lambda s: (s.get(BookingTemplateSteps.order) or 0, str(s[BookingTemplateSteps.id])))
        basis = _("From the template.")
        return [(str(s[BookingTemplateSteps.resource_type]), float(s[BookingTemplateSteps.hours]), basis) for s in rows]
    kinds = needed(car, found)
    done = await completed(ctx, [kind[ResourceTypes.id] for kind in kinds])
    return [(str(kind[ResourceTypes.id]), *hours_for(car, kind, done)) for kind in kinds]


def sent_back(car: Row, work: str) -> bool:
    """Whether a failed quality check named this work, and nobody has begun it again."""
    return car.get(Cars.rework) in {work, "both"} and car.get(ENDS[work]) is not None


def is_left(car: Row, work: str) -> bool:
    """Whether a car still needs a kind of work; not said means yes. The quality check comes in any case."""
    if work == "quality":
        return True
    done = car.get(ENDS[work]) is not None and not sent_back(car, work)
    return car.get(WORK[work].needed) is not False and not done


def kind_of(found: Survey, work: str, *, able: bool = True) -> Row | None:
    """Return the type that a kind of work is booked as, of those that somebody does here where ``able``."""
    does = {t for r in found.world.resources for t in r.types}
    of_work = [t for name, t in found.types.items() if t[ResourceTypes.work] == work and (name in does or not able)]
    return min(of_work, key=lambda t: (t.get(ResourceTypes.order) or 0, str(t[ResourceTypes.id])), default=None)


def needed(car: Row, found: Survey) -> list[Row]:
    """Return the types of work that a car still needs and somebody does, in the order in which they are done."""
    kinds = (kind_of(found, work) for work in CHAIN if is_left(car, work))
    return [kind for kind in kinds if kind is not None]


def promised(car: Row) -> datetime | None:
    """Return when a car must be done: at the end of the working day before it is promised."""
    day = car.get(Cars.delivery_date)
    return None if day is None else at_clock(day - timedelta(days=1), _END_OF_DAY)


def told(slot: Slot, found: Survey) -> dict[str, Any]:
    """Return a slot as the answer carries it: what to book, and why it stands where it stands."""
    resource, site = found.resources[slot.resource], found.sites[slot.site]
    return {
        "resource": slot.resource,
        "resource_name": resource[Resources.name],
        "person": str(resource[Resources.person]) if resource.get(Resources.person) else None,
        "site": slot.site,
        "site_name": site[Dealerships.name],
        "lane": slot.lane,
        "start": slot.start.isoformat(),
        "end": slot.end.isoformat(),
        "own_site": slot.own_site,
        "utilisation": round(slot.utilisation, 4),
        "hours_left": None if slot.hours_left is None else round(slot.hours_left, 2),
        "reasons": list(slot.reasons),
    }


async def car_of(ctx: CommandContext) -> Row | None:
    """Return the car that is asked about, as the actor sees it."""
    name: UUID | None = ctx.params.get("car")
    return None if name is None else (await ctx.look_up(CARS, name)).row


def site_of(ctx: CommandContext, car: Row | None) -> UUID:
    """Return the site that the work is for."""
    site = ctx.params.get("site") or (car or NO_ROW).get(Cars.dealership) or ctx.actor.site
    if site is None:
        raise InvalidError(Problem(_("Choose a site."), field="site"))
    return UUID(str(site))


async def consumer_of(ctx: CommandContext, car: Row | None) -> UUID:
    """Return the site that the work is for: one's own, or one that one's own works for.

    Raises:
        ForbiddenError: another site, without an agreement.

    """
    site = site_of(ctx, car)
    own = {s for s in (ctx.actor.site, *ctx.actor.sites) if s is not None}
    if site not in own and "tenant_admin" not in ctx.actor.roles:
        agreed = await ctx.find(
            RESOURCE_SHARING,
            {ResourceSharing.provider: sorted(own), ResourceSharing.consumer: site, ResourceSharing.enabled: True},
            limit=1,
        )
        if not agreed:
            raise ForbiddenError(Problem(_NO_AGREEMENT, field="site" if ctx.params.get("site") else "car"))
    return site


def range_of(ctx: CommandContext, car: Row | None) -> tuple[datetime, datetime]:
    """Return between which instants to search (InvalidError: they make no sense)."""
    earliest = max(ctx.params.get("earliest") or ctx.now, ctx.now)
    latest = ctx.params.get("latest")
    if latest is None:
        due = promised(car) if car else None
        latest = max(earliest + _AHEAD, due or earliest)
        latest = min(latest, earliest + _FARTHEST)
    if latest <= earliest:
        words = _("The end must be after the start.")
        raise InvalidError(Problem(words, field="latest"))
    if earliest - ctx.now > _FUTURE:
        words = _("Search two years ahead, at most.")
        raise InvalidError(Problem(words, field="earliest"))
    if latest - earliest > _FARTHEST:
        words = _("Search 120 days at a time, at most.")
        raise InvalidError(Problem(words, field="latest"))
    return earliest, latest


async def asked_hours(ctx: CommandContext, car: Row | None, kind: Row) -> tuple[float, Text]:
    """Return the hours of the job and what they rest on."""
    if ctx.params.get("hours"):
        return float(ctx.params["hours"]), _("Given.")
    return hours_for(car, kind, await completed(ctx, [kind[ResourceTypes.id]]))


def wanted_by(car: Row | None) -> tuple[str, ...]:
    """Return the words that a specialisation may match."""
    names = ((car or NO_ROW).get(name) for name in (Cars.make, Cars.model, Cars.fuel_type))
    return tuple(str(name) for name in names if name)


async def elsewhere(ctx: CommandContext, car: Row | None) -> tuple[Span, ...]:
    """Return when the car is booked already."""
    if car is None:
        return ()
    held = await ctx.find(
        RESOURCE_BOOKINGS,
        {ResourceBookings.car: car[Cars.id], ResourceBookings.status: list(HOLDING)},
        system=SYSTEM,
        limit=200,
    )
    return tuple(Span(b.row[ResourceBookings.starts_at], b.row[ResourceBookings.ends_at]) for b in held)


WHEN = (
    field("earliest", _("Earliest"), Kind.INSTANT),
    field("latest", _("Done by"), Kind.INSTANT),
)
SITE = field("site", _("For"), Kind.REF, ref=DEALERSHIPS)
JOB = (
    field("resource_type", _("Type"), Kind.REF, ref=RESOURCE_TYPES, required=True),
    field("car", _("Car"), Kind.REF, ref=CARS),
    field("hours", _("Hours"), Kind.DECIMAL, minimum=0, maximum=24, unit="t"),
    *WHEN,
    SITE,
)

VERBS = (
    Verb(
        name="find_slots",
        label=_("Find a free time"),
        run=find,
        on="collection",
        params=(
            *JOB,
            field("resource", _("Resource"), Kind.REF, ref=RESOURCES),
            field("limit", pgettext("how many", "Number"), Kind.INTEGER, default=_SHOWN, minimum=1, maximum=200),
        ),
        icon="search",
    ),
    Verb(
        name="find_chains",
        label=_("Find room for the whole preparation"),
        run=chains,
        on="collection",
        params=(
            field("car", _("Car"), Kind.REF, ref=CARS, required=True),
            field("template", _("Preparation template"), Kind.REF, ref=BOOKING_TEMPLATES),
            *WHEN,
            SITE,
        ),
        icon="route",
    ),
)
