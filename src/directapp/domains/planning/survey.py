"""Survey: the rows of planning as the engine wants them told, for some sites and some days."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from directapp.declare.case import Range
from directapp.declare.names import ALL, FieldName, Patch, Row, Values
from directapp.domains.people.fields import DEALERSHIPS, Dealerships
from directapp.domains.planning.booking_fields import HOLDING
from directapp.domains.planning.booking_rules import schedule_of
from directapp.domains.planning.capacities import rule_hours
from directapp.domains.planning.engine.spans import local_day, monday_of
from directapp.domains.planning.engine.workdays import at_clock
from directapp.domains.planning.engine.world import Agreement, Busy, Ledger, Resource, WeekUse, World
from directapp.domains.planning.fields import (
    ABSENCES,
    CAPACITY_RULES,
    RESOURCE_BOOKINGS,
    RESOURCE_CAPACITIES,
    RESOURCE_SHARING,
    RESOURCE_TYPES,
    RESOURCES,
    SHARING_WEEKS,
    WORKING_HOURS,
    Absences,
    CapacityRules,
    ResourceBookings,
    ResourceCapacities,
    Resources,
    ResourceSharing,
    ResourceTypes,
    SharingWeeks,
    WorkingHours,
)
from directapp.domains.planning.rights import SYSTEM
from directapp.services.command import CommandContext

_ONE_DAY = timedelta(days=1)
_ONE_WEEK = timedelta(days=7)
_BOOKED = (
    ResourceBookings.car,
    ResourceBookings.resource,
    ResourceBookings.resource_type,
    ResourceBookings.person,
    ResourceBookings.consumer,
    ResourceBookings.provider,
    ResourceBookings.lane,
    ResourceBookings.starts_at,
    ResourceBookings.ends_at,
    ResourceBookings.completed_at,
    ResourceBookings.status,
    ResourceBookings.pinned,
)


@dataclass(slots=True)
class Survey:
    """What was found: the engine's world, and the rows that its names stand for.

    ``bookings`` are those of the sites that hold their time; the world counts what its people do elsewhere too.
    """

    world: World
    resources: dict[str, Row] = field(default_factory=dict)
    types: dict[str, Row] = field(default_factory=dict)
    sites: dict[str, Row] = field(default_factory=dict)
    bookings: list[Row] = field(default_factory=list)


async def agreements_for(ctx: CommandContext, consumers: Sequence[UUID]) -> list[Row]:
    """Return the agreements in force under which others work for these sites."""
    found = await ctx.every(
        RESOURCE_SHARING, {ResourceSharing.consumer: list(consumers), ResourceSharing.enabled: True}, system=SYSTEM
    )
    return [a.row for a in found]


async def survey(
    ctx: CommandContext,
    consumers: Sequence[UUID],
    start: datetime,
    end: datetime,
    *,
    looker: str | None = SYSTEM,
    busy: bool = True,
) -> Survey:
    """Look at these sites and those that work for them, from one instant to another.

    ``looker`` is who sees the resources: the system actor, or None for the person who asks. Without ``busy``,
    bookings are left out.
    """
    agreements = await agreements_for(ctx, consumers)
    sites = sorted({*consumers, *(a[ResourceSharing.provider] for a in agreements)}, key=str)
    types = {str(t.id): t.row for t in await ctx.every(RESOURCE_TYPES, system=SYSTEM)}
    resources = {
        str(r.id): r.row
        for r in await ctx.every(RESOURCES, {Resources.dealership: sites, Resources.available: True}, system=looker)
    }
    names = [r[Resources.id] for r in resources.values()]
    people = sorted({r[Resources.person] for r in resources.values() if r.get(Resources.person) is not None}, key=str)
    hours = _by_resource(await ctx.every(WORKING_HOURS, {WorkingHours.resource: names}, system=SYSTEM))
    spans: Values = {Absences.starts_at: Range(None, end), Absences.ends_at: Range(start)}
    away = await either(ctx, ABSENCES, {Absences.resource: names, Absences.person: people}, spans)
    bookings: list[Row] = []
    if busy:
        # Whole weeks: how much somebody has to do is said by the week.
        first = monday_of(local_day(start))
        whole = Range(
            min(start - _ONE_DAY, at_clock(first, "00:00")),
            max(end, at_clock(monday_of(local_day(end)) + _ONE_WEEK, "00:00")),
        )
        days = Range(local_day(whole.start), local_day(whole.end) + _ONE_DAY)
        asked: Values = {
            ResourceBookings.status: [*HOLDING, "completed"],
            ResourceBookings.starts_at: whole,
            ResourceBookings.day: days,
        }
        where = {
            ResourceBookings.provider: sites,
            ResourceBookings.resource: names,
            ResourceBookings.person: people,
        }
        bookings = await either(ctx, RESOURCE_BOOKINGS, where, asked, only=_BOOKED)
    world = World(
        resources=tuple(_resources(resources, hours, away, types)),
        busy=tuple(_busy(bookings, resources)),
        ledgers=tuple(await _ledgers(ctx, sites, local_day(start), local_day(end))),
        agreements=tuple(agreement_of(a) for a in agreements),
        week_uses=tuple(await _weeks(ctx, agreements, start, end)),
    )
    places = {
        str(s.id): s.row for s in await ctx.find(DEALERSHIPS, {Dealerships.id: sites}, system="pipeline", limit=200)
    }
    held = [b for b in bookings if b[ResourceBookings.status] in HOLDING and b[ResourceBookings.provider] in sites]
    near = [b for b in held if start - _ONE_DAY <= b[ResourceBookings.starts_at] < end]
    return Survey(world, resources, types, places, near)


async def either(
    ctx: CommandContext,
    collection: str,
    where: Mapping[FieldName[UUID], Sequence[UUID]],
    more: Patch = ALL,
    *,
    only: Sequence[str] = (),
) -> list[Row]:
    """Return the rows that one of some columns finds, each once: what people have elsewhere is theirs here too."""
    found: dict[UUID, Row] = {}
    for name, values in where.items():
        if values:
            asked = {**more, name: list(values)}
            found |= {s.id: s.row for s in await ctx.every(collection, asked, system=SYSTEM, only=only)}
    return list(found.values())


def _by_resource(found: Iterable[Any]) -> dict[str, list[Row]]:
    rows: dict[str, list[Row]] = {}
    for seen in found:
        rows.setdefault(str(seen.row[WorkingHours.resource]), []).append(seen.row)
    return rows


def _resources(
    rows: Mapping[str, Row],
    hours: Mapping[str, list[Row]],
    away: Sequence[Row],
    types: Mapping[str, Row],
) -> Iterable[Resource]:
    for name, row in rows.items():
        does = set(row.get(Resources.does) or ())
        person = row.get(Resources.kind) == "person"
        who = row.get(Resources.person)
        absent = [
            a for a in away if str(a[Absences.resource]) == name or (who is not None and a.get(Absences.person) == who)
        ]
        # Work that needs somebody is searched for among people; a bay is chosen for it by hand.
        kinds = (k for k, t in types.items() if t[ResourceTypes.work] in does and t[ResourceTypes.bookable])
        yield Resource(
            id=name,
            site=str(row[Resources.dealership]),
            types=tuple(
                k for k in kinds if (person and who is not None) or not types[k][ResourceTypes.requires_assignment]
            ),
            schedule=schedule_of(row, hours.get(name, []), absent),
            capacity=int(row.get(Resources.capacity) or 1),
            specialisations=tuple(row.get(Resources.specialisations) or ()),
        )


def _busy(bookings: Iterable[Row], resources: Mapping[str, Row]) -> Iterable[Busy]:
    own: dict[Any, list[str]] = {}
    for name, row in resources.items():
        if row.get(Resources.person) is not None:
            own.setdefault(row[Resources.person], []).append(name)
    for row in bookings:
        name, ended = str(row[ResourceBookings.resource]), row[ResourceBookings.ends_at]
        if row[ResourceBookings.status] == "completed":
            # What ended early has given the rest of its time back.
            ended = min(ended, row[ResourceBookings.completed_at])
        if ended <= row[ResourceBookings.starts_at]:
            continue
        if name in resources:
            yield Busy(
                name, row[ResourceBookings.starts_at], ended, row[ResourceBookings.lane], str(row[ResourceBookings.id])
            )
        for elsewhere in own.get(row.get(ResourceBookings.person), ()):
            if elsewhere != name:
                # Somebody who is at another place is here for none of the jobs that they take at a time.
                for lane in range(1, int(resources[elsewhere].get(Resources.capacity) or 1) + 1):
                    yield Busy(elsewhere, row[ResourceBookings.starts_at], ended, lane, str(row[ResourceBookings.id]))


async def _ledgers(ctx: CommandContext, sites: Sequence[UUID], first: date, last: date) -> list[Ledger]:
    counted = await ctx.every(
        RESOURCE_CAPACITIES,
        {ResourceCapacities.dealership: list(sites), ResourceCapacities.day: Range(first, last + _ONE_DAY)},
        system=SYSTEM,
    )
    found = {
        (
            c.row[ResourceCapacities.dealership],
            c.row[ResourceCapacities.resource_type],
            c.row.get(ResourceCapacities.resource),
            c.row[ResourceCapacities.day],
        ): (
            c.row.get(ResourceCapacities.allocated_hours) or Decimal(0),
            c.row.get(ResourceCapacities.used_hours) or Decimal(0),
        )
        for c in counted
    }
    plans: dict[tuple[Any, Any, Any], list[Row]] = {}
    for rule in await ctx.every(CAPACITY_RULES, {CapacityRules.dealership: list(sites)}, system=SYSTEM):
        key = (
            rule.row[CapacityRules.dealership],
            rule.row[CapacityRules.resource_type],
            rule.row.get(CapacityRules.resource),
        )
        plans.setdefault(key, []).append(rule.row)
    for (site, kind, resource), rules in plans.items():
        for n in range((last - first).days + 1):
            day = first + n * _ONE_DAY
            hours = rule_hours(rules, resource, day)
            if hours is not None:
                found.setdefault((site, kind, resource, day), (hours, Decimal(0)))
    return [
        Ledger(str(site), str(kind), day, float(given), float(used), str(resource) if resource else None)
        for (site, kind, resource, day), (given, used) in found.items()
    ]


def agreement_of(row: Row) -> Agreement:
    """Return an agreement's row as the engine knows it."""
    return Agreement(
        provider=str(row[ResourceSharing.provider]),
        consumer=str(row[ResourceSharing.consumer]),
        type=str(row[ResourceSharing.resource_type]),
        priority=int(row[ResourceSharing.priority]),
        hours_per_week=float(row[ResourceSharing.max_hours_per_week]),
    )


async def _weeks(ctx: CommandContext, agreements: Sequence[Row], start: datetime, end: datetime) -> list[WeekUse]:
    by_id = {a[ResourceSharing.id]: a for a in agreements}
    weeks = Range(monday_of(local_day(start)), local_day(end) + _ONE_DAY)
    found = await ctx.every(
        SHARING_WEEKS, {SharingWeeks.agreement: list(by_id), SharingWeeks.week: weeks}, system=SYSTEM
    )
    return [
        WeekUse(
            str(a[ResourceSharing.provider]),
            str(a[ResourceSharing.consumer]),
            str(a[ResourceSharing.resource_type]),
            week.row[SharingWeeks.week],
            float(week.row.get(SharingWeeks.used_hours) or 0),
        )
        for week in found
        for a in [by_id[week.row[SharingWeeks.agreement]]]
    ]
