"""Reads: the rows that the plan is made of, each asked for under the reader's own rights."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from directapp.declare.names import row_of
from directapp.derive.present import read_day, read_number
from directapp.derive.shown import readable_anywhere
from directapp.domains.planning.capacities import DAYS, rule_hours
from directapp.domains.planning.fields import (
    CapacityRules,
    ResourceCapacities,
    Resources,
    ResourceSharing,
    ResourceTypes,
    SharingWeeks,
)
from directapp.interfaces.web.core.context import RequestContext
from directapp.interfaces.web.features.plan.scope import BOOKINGS, CARS, RESOURCES, TYPES, Scope
from directapp.kernel import text
from directapp.kernel.errors import DirectAppError
from directapp.store.query import Condition, Filter, Junction, Order, Query

Rows = list[dict[str, Any]]
MOST_RESOURCES, MOST_BOOKINGS, MOST_CARS = 400, 4000, 60
_MOST = 2000
_READY = "ready_to_plan"
BOOKING_PATHS = (
    *(("car", n) for n in ("id", "license_plate", "make", "model", "vin", "order_number", "color")),
    *(
        (n,)
        for n in (
            "id", "version", "resource", "resource_type", "starts_at", "ends_at", "status", "pinned", "overrun",
            "held_up", "absent", "late", "provider",
        )
    ),
)  # fmt: skip


async def rows_of(ctx: RequestContext, collection: str, query: Query) -> Rows:
    """Return the rows that a query finds; none where the reader may not open the collection."""
    meta = ctx.spec.get(collection)
    if meta is None or not meta.grants_of(ctx.person.roles):
        return []
    return await ctx.rows(collection, query)


def both(*parts: Filter | None) -> Filter | None:
    """Return what holds where all of these hold."""
    asked = tuple(p for p in parts if p is not None)
    return None if not asked else asked[0] if len(asked) == 1 else Junction("and", asked)


def one_of(column: str, ids: Iterable[str]) -> Condition:
    """Return the condition that a column is one of these ids."""
    return Condition((column,), "in", [UUID(i) for i in ids])


async def read_types(ctx: RequestContext) -> Rows:
    """Return the kinds of work that are booked, in their order."""
    rows = await rows_of(ctx, TYPES, Query(sort=(Order("order"), Order("id")), limit=100))
    return [r for r in rows if r.get(ResourceTypes.bookable)]


def name_of(kind: Mapping[str, Any], ctx: RequestContext) -> str:
    """Return what a kind of work is called."""
    return text.name_of(kind).pick(ctx.language)


async def read_resources(ctx: RequestContext, scope: Scope, kinds: Sequence[Mapping[str, Any]]) -> Rows:
    """Return the rows of the plan: who and what works there, by name, those who do the asked work."""
    here = Condition(("dealership",), "eq", UUID(scope.site)) if scope.site else None
    fields = ("id", "name", "kind", "dealership", "person", "does", "capacity", "available", "works_holidays")
    query = Query(
        fields=tuple((n,) for n in fields),
        filter=both(here, Condition(("available",), "eq", value=True)),
        sort=(Order("name"), Order("id")),
        limit=MOST_RESOURCES,
    )
    rows = await rows_of(ctx, RESOURCES, query)
    if "tenant_admin" not in ctx.person.roles:
        # What another site lends is booked by a search: its other work is not seen here.
        own = {str(site) for site in (ctx.person.site, *ctx.person.sites)}
        rows = [r for r in rows if r[Resources.dealership] in own]
    work = next((k[ResourceTypes.work] for k in kinds if str(k[ResourceTypes.id]) == scope.kind), None)
    return [r for r in rows if work is None or work in (r.get(Resources.does) or ())]


def by_trade(resources: Rows, kinds: Sequence[Mapping[str, Any]]) -> list[tuple[str, dict[str, Any]]]:
    """Return the resources, each with its trade: the first kind of work, in their order, that it does."""
    works = list(dict.fromkeys(str(k[ResourceTypes.work]) for k in kinds))

    def place(resource: Mapping[str, Any]) -> int:
        return next((n for n, work in enumerate(works) if work in (resource.get(Resources.does) or ())), len(works))

    return [((*works, "other")[place(r)], r) for r in sorted(resources, key=place)]


async def read_site_hours(ctx: RequestContext, site: str) -> Rows:
    """Return the weekly hours of all who work at a site."""
    paths = (*((n,) for n in ("weekday", "starts", "ends", "valid_from", "valid_to")), ("resource", "works_holidays"))
    query = Query(
        fields=paths,
        filter=both(
            Condition(("resource", "dealership"), "eq", UUID(site)),
            Condition(("resource", "available"), "eq", value=True),
        ),
        limit=_MOST,
    )
    return await rows_of(ctx, "working_hours", query)


async def read_working(ctx: RequestContext, resources: Rows) -> Rows:
    """Return the working hours of resources."""
    if not resources:
        return []
    fields = tuple((n,) for n in ("resource", "weekday", "starts", "ends", "valid_from", "valid_to"))
    query = Query(fields=fields, filter=one_of("resource", [r["id"] for r in resources]), limit=_MOST * 4)
    return await rows_of(ctx, "working_hours", query)


async def read_absences(ctx: RequestContext, scope: Scope, resources: Rows) -> Rows:
    """Return when resources are away in these days."""
    start, end = scope.bounds
    query = Query(
        fields=(("id",), ("resource",), ("starts_at",), ("ends_at",)),
        filter=both(
            one_of("resource", [r["id"] for r in resources]),
            Condition(("starts_at",), "lt", end),
            Condition(("ends_at",), "gt", start),
        ),
        limit=_MOST,
    )
    return await rows_of(ctx, "absences", query) if resources else []


def _readable_paths(ctx: RequestContext) -> tuple[tuple[str, ...], ...]:
    """Return the paths of a booking that the reader reads somewhere."""
    mine = readable_anywhere(ctx.person, ctx.spec[BOOKINGS])
    cars = readable_anywhere(ctx.person, ctx.spec[CARS])
    return tuple(p for p in BOOKING_PATHS if p[0] in mine | {"id", "version"} and (len(p) == 1 or p[1] in cars))


async def read_bookings(
    ctx: RequestContext, scope: Scope, *, only: Sequence[str] = (), more: Filter | None = None
) -> bytes:
    """Return the bookings of these days as PostgreSQL wrote them; ``only`` those of some ids."""
    start, end = scope.bounds
    here: Filter | None = None
    if scope.site:
        site = UUID(scope.site)
        here = Junction("or", (Condition(("provider",), "eq", site), Condition(("consumer",), "eq", site)))
    query = Query(
        fields=_readable_paths(ctx),
        filter=both(
            here,
            Condition(("starts_at",), "lt", end),
            Condition(("ends_at",), "gt", start),
            Condition(("status",), "nin", ["cancelled"]),
            one_of("id", only) if only else None,
            more,
        ),
        sort=(Order("starts_at"), Order("id")),
        limit=MOST_BOOKINGS,
    )
    return (await ctx.platform.reading.page(ctx.person, BOOKINGS, query)).json


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """How full something is: hours used of hours laid out."""

    label: str
    used: float
    allocated: float

    @property
    def share(self) -> float:
        """The part that is used, one when full."""
        return min(self.used / self.allocated, 1.0) if self.allocated > 0 else float(self.used > 0)

    @property
    def tone(self) -> str:
        """Whether it is getting tight."""
        full, tight = 1.0, 0.9
        over = self.allocated > 0 and self.used / self.allocated
        return "full" if over >= full else "tight" if over > tight else "room"


async def read_capacity(ctx: RequestContext, scope: Scope, kinds: Rows) -> list[tuple[str, list[Bar]]]:
    """Return how full each day is, a bar for each kind of work with hours laid out."""
    site = Condition(("dealership",), "eq", UUID(scope.site)) if scope.site else None
    team = Condition(("resource",), "null", value=True)
    within = (Condition(("day",), "gte", scope.first), Condition(("day",), "lt", scope.end))
    counted = await rows_of(ctx, "resource_capacities", Query(filter=both(site, team, *within), limit=_MOST))
    plans = await rows_of(ctx, "capacity_rules", Query(filter=both(site, team), limit=_MOST))
    by_day: dict[tuple[str, str, str], tuple[float, float]] = {
        (r[ResourceCapacities.day], str(r[ResourceCapacities.resource_type]), str(r[ResourceCapacities.dealership])): (
            _hours(r[ResourceCapacities.used_hours]),
            _hours(r[ResourceCapacities.allocated_hours]),
        )
        for r in counted
    }
    sites = {str(r[ResourceCapacities.dealership]) for r in (*counted, *plans)}
    told = []
    for day in scope.days:
        bars = []
        for kind in kinds:
            code, found = str(kind[ResourceTypes.id]), []
            if scope.kind not in {None, code}:
                continue
            for one in sites:
                known = by_day.get((day.isoformat(), code, one))
                laid = None if known else rule_hours([row_of(p) for p in _plans(plans, one, code)], None, day)
                found += [known] if known else [(0.0, float(laid))] if laid is not None else []
            if found and any(a or u for u, a in found):
                used, allocated = sum(u for u, _ in found), sum(a for _, a in found)
                bars.append(Bar(label=name_of(kind, ctx), used=used, allocated=allocated))
        told.append((day.isoformat(), bars))
    return told


def _plans(plans: Rows, site: str, kind: str) -> list[Mapping[str, Any]]:
    mine = (
        p for p in plans if str(p[CapacityRules.dealership]) == site and str(p[CapacityRules.resource_type]) == kind
    )
    return [
        p
        | {"valid_from": read_day(p.get(CapacityRules.valid_from)), "valid_to": read_day(p.get(CapacityRules.valid_to))}
        | {name: read_number(p.get(name)) for name, _label in DAYS}
        for p in mine
    ]


def _hours(value: object) -> float:
    number = read_number(value)
    return float(number) if number is not None else 0.0


async def read_shares(ctx: RequestContext, scope: Scope, kinds: Rows, sites: Mapping[str, str], line: str) -> list[Bar]:
    """Return what other sites have used of their agreements this week."""
    site = UUID(scope.site) if scope.site else None
    here = (
        Junction("or", (Condition(("provider",), "eq", site), Condition(("consumer",), "eq", site))) if site else None
    )
    agreements = await rows_of(
        ctx, "resource_sharing", Query(filter=both(here, Condition(("enabled",), "eq", value=True)), limit=200)
    )
    weeks = await rows_of(
        ctx, "sharing_weeks", Query(filter=both(here, Condition(("week",), "eq", scope.monday)), limit=200)
    )
    used = {str(w[SharingWeeks.agreement]): _hours(w[SharingWeeks.used_hours]) for w in weeks}
    names = {str(k[ResourceTypes.id]): name_of(k, ctx) for k in kinds}
    bars = []
    for one in sorted(agreements, key=lambda a: (-int(a.get("priority") or 0), str(a["id"]))):
        kind = str(one[ResourceSharing.resource_type])
        if kind not in names or scope.kind not in {None, kind}:
            continue
        other = str(
            one[ResourceSharing.provider]
            if str(one[ResourceSharing.consumer]) == scope.site
            else one[ResourceSharing.consumer]
        )
        label = line.format(consumer=sites.get(other, ""), kind=names[kind])
        spent = used.get(str(one[ResourceSharing.id]), 0.0)
        bars.append(Bar(label=label, used=spent, allocated=_hours(one[ResourceSharing.max_hours_per_week])))
    return bars


async def read_waiting(ctx: RequestContext, scope: Scope) -> Rows:
    """Return the cars that are ready to plan, those promised first first."""
    meta = ctx.spec.get(CARS)
    if meta is None:
        return []
    readable = readable_anywhere(ctx.person, meta)
    fields = (
        "id", *meta.called, "delivery_date", "priority", "needs_technical",
        "needs_cosmetic", "estimated_technical_hours", "estimated_cosmetic_hours", "scheduled_technical_start",
        "scheduled_cosmetic_start", "technical_completed_at", "cosmetic_completed_at", "dealership",
    )  # fmt: skip
    here: Filter | None = None
    if scope.site:
        site = UUID(scope.site)
        here = Junction("or", (Condition(("prep_center",), "eq", site), Condition(("dealership",), "eq", site)))
    query = Query(
        fields=tuple((n,) for n in fields if n in readable | {"id"}),
        filter=both(Condition(("status",), "eq", _READY), here),
        sort=(Order("delivery_date"), Order("id")),
        limit=MOST_CARS + 1,
    )
    try:
        return await rows_of(ctx, CARS, query)
    except DirectAppError:
        return []
