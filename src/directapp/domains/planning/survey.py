"""Survey: the rows of planning as the engine wants them told, for some sites and some days."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from directapp.declare.case import Range, Row
from directapp.domains.people.fields import DEALERSHIPS
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
)
from directapp.domains.planning.rights import SYSTEM
from directapp.services.command import CommandContext

_ONE_DAY = timedelta(days=1)
_ONE_WEEK = timedelta(days=7)
_BOOKED = (
    *("car", "resource", "resource_type", "person", "consumer", "provider"),
    *("lane", "starts_at", "ends_at", "completed_at", "status", "pinned"),
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
    found = await ctx.every(RESOURCE_SHARING, system=SYSTEM, consumer=list(consumers), enabled=True)
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
    sites = sorted({*consumers, *(a["provider"] for a in agreements)}, key=str)
    types = {str(t.id): t.row for t in await ctx.every(RESOURCE_TYPES, system=SYSTEM)}
    resources = {str(r.id): r.row for r in await ctx.every(RESOURCES, system=looker, dealership=sites, available=True)}
    names = [r["id"] for r in resources.values()]
    people = sorted({r["person"] for r in resources.values() if r.get("person") is not None}, key=str)
    hours = _by_resource(await ctx.every(WORKING_HOURS, system=SYSTEM, resource=names))
    spans = {"starts_at": Range(None, end), "ends_at": Range(start)}
    away = await _either(ctx, ABSENCES, {"resource": names, "person": people}, **spans)
    bookings: list[Row] = []
    if busy:
        # Whole weeks: how much somebody has to do is said by the week.
        first = monday_of(local_day(start))
        whole = Range(
            min(start - _ONE_DAY, at_clock(first, "00:00")),
            max(end, at_clock(monday_of(local_day(end)) + _ONE_WEEK, "00:00")),
        )
        days = Range(local_day(whole.start), local_day(whole.end) + _ONE_DAY)
        asked: dict[str, Any] = {"only": _BOOKED, "status": [*HOLDING, "completed"], "starts_at": whole, "day": days}
        where = {"provider": sites, "resource": names, "person": people}
        bookings = await _either(ctx, RESOURCE_BOOKINGS, where, **asked)
    world = World(
        resources=tuple(_resources(resources, hours, away, types)),
        busy=tuple(_busy(bookings, resources)),
        ledgers=tuple(await _ledgers(ctx, sites, local_day(start), local_day(end))),
        agreements=tuple(_agreement(a) for a in agreements),
        week_uses=tuple(await _weeks(ctx, agreements, start, end)),
    )
    places = {str(s.id): s.row for s in await ctx.find(DEALERSHIPS, system="pipeline", limit=200, id=sites)}
    held = [b for b in bookings if b["status"] in HOLDING and b["provider"] in sites]
    near = [b for b in held if start - _ONE_DAY <= b["starts_at"] < end]
    return Survey(world, resources, types, places, near)


async def _either(ctx: CommandContext, collection: str, where: Mapping[str, Sequence[UUID]], **more: Any) -> list[Row]:
    """Return the rows that one of some columns finds, each once: what people have elsewhere is theirs here too."""
    found: dict[UUID, Row] = {}
    for name, values in where.items():
        if values:
            asked: dict[str, Any] = {**more, name: list(values)}
            found |= {s.id: s.row for s in await ctx.every(collection, system=SYSTEM, **asked)}
    return list(found.values())


def _by_resource(found: Iterable[Any]) -> dict[str, list[Row]]:
    rows: dict[str, list[Row]] = {}
    for seen in found:
        rows.setdefault(str(seen.row["resource"]), []).append(seen.row)
    return rows


def _resources(
    rows: Mapping[str, Row],
    hours: Mapping[str, list[Row]],
    away: Sequence[Row],
    types: Mapping[str, Row],
) -> Iterable[Resource]:
    for name, row in rows.items():
        does = set(row.get("does") or ())
        person = row.get("kind") == "person"
        who = row.get("person")
        absent = [a for a in away if str(a["resource"]) == name or (who is not None and a["person"] == who)]
        # Work that needs somebody is searched for among people; a bay is chosen for it by hand.
        kinds = (k for k, t in types.items() if t["work"] in does and t["bookable"])
        yield Resource(
            id=name,
            site=str(row["dealership"]),
            types=tuple(k for k in kinds if (person and row.get("person")) or not types[k]["requires_assignment"]),
            schedule=schedule_of(row, hours.get(name, []), absent),
            capacity=int(row.get("capacity") or 1),
            specialisations=tuple(row.get("specialisations") or ()),
        )


def _busy(bookings: Iterable[Row], resources: Mapping[str, Row]) -> Iterable[Busy]:
    own: dict[Any, list[str]] = {}
    for name, row in resources.items():
        if row.get("person") is not None:
            own.setdefault(row["person"], []).append(name)
    for row in bookings:
        name, ended = str(row["resource"]), row["ends_at"]
        if row["status"] == "completed":
            # What ended early has given the rest of its time back.
            ended = min(ended, row["completed_at"])
        if ended <= row["starts_at"]:
            continue
        if name in resources:
            yield Busy(name, row["starts_at"], ended, row["lane"], str(row["id"]))
        for elsewhere in own.get(row["person"], ()):
            if elsewhere != name:
                # Somebody who is at another place is here for none of the jobs that they take at a time.
                for lane in range(1, int(resources[elsewhere].get("capacity") or 1) + 1):
                    yield Busy(elsewhere, row["starts_at"], ended, lane, str(row["id"]))


async def _ledgers(ctx: CommandContext, sites: Sequence[UUID], first: date, last: date) -> list[Ledger]:
    counted = await ctx.every(
        RESOURCE_CAPACITIES, system=SYSTEM, dealership=list(sites), day=Range(first, last + _ONE_DAY)
    )
    found = {
        (c.row["dealership"], c.row["resource_type"], c.row["resource"], c.row["day"]): (
            c.row["allocated_hours"] or Decimal(0),
            c.row["used_hours"] or Decimal(0),
        )
        for c in counted
    }
    plans: dict[tuple[Any, Any, Any], list[Row]] = {}
    for rule in await ctx.every(CAPACITY_RULES, system=SYSTEM, dealership=list(sites)):
        key = (rule.row["dealership"], rule.row["resource_type"], rule.row["resource"])
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


def _agreement(row: Row) -> Agreement:
    return Agreement(
        provider=str(row["provider"]),
        consumer=str(row["consumer"]),
        type=str(row["resource_type"]),
        priority=int(row["priority"]),
        hours_per_week=float(row["max_hours_per_week"]),
    )


async def _weeks(ctx: CommandContext, agreements: Sequence[Row], start: datetime, end: datetime) -> list[WeekUse]:
    by_id = {a["id"]: a for a in agreements}
    weeks = Range(monday_of(local_day(start)), local_day(end) + _ONE_DAY)
    found = await ctx.every(SHARING_WEEKS, system=SYSTEM, agreement=list(by_id), week=weeks)
    return [
        WeekUse(
            str(a["provider"]),
            str(a["consumer"]),
            str(a["resource_type"]),
            week.row["week"],
            float(week.row["used_hours"] or 0),
        )
        for week in found
        for a in [by_id[week.row["agreement"]]]
    ]
