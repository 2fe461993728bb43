"""Figures: how the capacity is used, how the work went and what sites owe each other, for a period and some sites."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import product
from typing import Any
from uuid import UUID

from directapp.declare.case import Range, Sums
from directapp.declare.fields import field as param
from directapp.declare.kinds import Kind
from directapp.declare.names import Row, Values, plain
from directapp.declare.verbs import Verb
from directapp.domains.cars.fields import CAR_STAGES, CARS, Cars
from directapp.domains.people.fields import DEALERSHIPS, USERS, Dealerships, Users
from directapp.domains.planning import booked_sums
from directapp.domains.planning.booked_sums import Period
from directapp.domains.planning.engine import figures as engine
from directapp.domains.planning.engine.figures import TimeEntry, Utilisation
from directapp.domains.planning.engine.spans import local_day, monday_of
from directapp.domains.planning.engine.world import Agreement, Resource
from directapp.domains.planning.fields import (
    RESOURCE_SHARING,
    RESOURCES,
    TIMEBANK_ENTRIES,
    ResourceBookings,
    Resources,
    ResourceSharing,
    ResourceTypes,
    TimebankEntries,
)
from directapp.domains.planning.rights import SYSTEM
from directapp.domains.planning.survey import Survey, agreement_of, either, survey
from directapp.kernel.errors import ForbiddenError, InvalidError, Problem
from directapp.kernel.text import _, name_of, pgettext, verbatim
from directapp.services.command import CommandContext

_ONE_DAY = timedelta(days=1)
_LONGEST = 370
_USUAL = timedelta(days=89)


async def figures(ctx: CommandContext) -> None:
    """Answer with the figures of a period, for the sites that the reader answers for or one of them."""
    today = local_day(ctx.now)
    first = ctx.params.get("first") or monday_of(today)
    last = ctx.params.get("last") or max(first, monday_of(today) + 6 * _ONE_DAY)
    _check(first, last)
    choices = await sites_of(ctx)
    places = {k: r for k, r in choices.items() if ctx.params.get("site") in {None, k}}
    sites = list(places)
    monday, asked = monday_of(today), Period(first=first, last=last)
    whole = Period(first=min(first, monday), last=max(last, monday + 6 * _ONE_DAY))
    found = await survey(ctx, sites, whole.start, whole.end, busy=False)
    here = set(sites)
    names = {str(d.id): str(d.row[Dealerships.name]) for d in await ctx.find(DEALERSHIPS, system="pipeline", limit=500)}
    rows = await booked_sums.booked(ctx, sites, asked)
    gone = await _gone(ctx, rows, found)
    agreements = await _agreements(ctx, sites)
    ctx.found = {
        "first": first.isoformat(),
        "last": last.isoformat(),
        "sites": [_place(r) for r in places.values()],
        "choices": [_place(r) for r in choices.values()],
        "names": names,
        "types": {k: name_of(plain(t)) for k, t in found.types.items()},
        "period": (period := _load(rows, asked, found, here)),
        **await _loads(ctx, found, sites, {asked: period}),
        **_use(rows, asked, found, here, gone),
        "by_site": [_load(rows, asked, found, {site}) | {"site": str(site)} for site in sites],
        **await _work(ctx, sites, asked),
        "delayed": period["late"],
        **_shared(rows, agreements),
        **await _time_bank(ctx, sites, asked),
        "stages": await _stages(ctx, sites, asked),
        **await _ready(ctx, sites, asked),
    }


async def times(ctx: CommandContext) -> None:
    """Answer how long cars stood at each stage and took to be ready in a period, for the same sites."""
    last = ctx.params.get("last") or local_day(ctx.now)
    first = ctx.params.get("first") or last - _USUAL
    _check(first, last)
    sites = [k for k in await sites_of(ctx) if ctx.params.get("site") in {None, k}]
    asked = Period(first=first, last=last)
    ctx.found = {
        "first": first.isoformat(),
        "last": last.isoformat(),
        "stages": await _stages(ctx, sites, asked),
        **await _ready(ctx, sites, asked),
    }


async def _gone(ctx: CommandContext, rows: Iterable[Mapping[str, Any]], found: Survey) -> dict[str, Row]:
    """Return the resources that bookings name and that are out of use by now."""
    unknown = {r["resource"] for r in rows if r["resource"] is not None and str(r["resource"]) not in found.resources}
    asked: Values = {Resources.id: sorted(unknown, key=str)}
    return {str(r.id): r.row for r in await ctx.every(RESOURCES, asked, system=SYSTEM)} if unknown else {}


async def _loads(
    ctx: CommandContext, found: Survey, sites: list[UUID], known: dict[Period, dict[str, Any]]
) -> dict[str, Any]:
    """Return how today and this week stand."""
    today = local_day(ctx.now)
    monday = monday_of(today)
    asked = {"today": Period(first=today, last=today), "week": Period(first=monday, last=monday + 6 * _ONE_DAY)}
    for period in asked.values():
        if period not in known:
            known[period] = _load(await booked_sums.booked(ctx, sites, period), period, found, set(sites))
    return {name: known[period] for name, period in asked.items()}


def _check(first: date, last: date) -> None:
    if last < first:
        words = _("The period ends before it begins.")
        raise InvalidError(Problem(words, field="last"))
    if (last - first).days >= _LONGEST:
        words = _("Choose a period of a year at most.")
        raise InvalidError(Problem(words, field="last"))


async def sites_of(ctx: CommandContext) -> dict[UUID, Row]:
    """Return the sites whose figures the reader may see: a planner the own one, leaders those below it too."""
    actor, asked = ctx.actor, ctx.params.get("site")
    places = {d.row[Dealerships.id]: d.row for d in await ctx.find(DEALERSHIPS, system="pipeline", limit=500)}
    if "tenant_admin" in actor.roles:
        mine = set(places)
    else:
        leads = actor.works_as & {"manager", "finance"}
        mine = (set(actor.sites) if leads else set()) | ({actor.site} if actor.site else set())
    if asked is not None and asked not in mine:
        words = _("You do not see the figures of this site.")
        raise ForbiddenError(Problem(words, field="site"))
    return {k: r for k, r in sorted(places.items(), key=lambda p: str(p[1][Dealerships.number])) if k in mine}


def _place(row: Row) -> dict[str, str]:
    return {
        "id": str(row[Dealerships.id]),
        "number": str(row[Dealerships.number]),
        "name": str(row[Dealerships.name]),
    }


async def _agreements(ctx: CommandContext, sites: list[UUID]) -> list[Agreement]:
    where = {ResourceSharing.provider: sites, ResourceSharing.consumer: sites}
    return [agreement_of(row) for row in await either(ctx, RESOURCE_SHARING, where)]


def _load(rows: Iterable[Mapping[str, Any]], period: Period, found: Survey, here: set[UUID]) -> dict[str, Any]:
    """Return the sums of a period: what is booked at these sites, and how far it has come."""
    ours = [r for r in rows if r[ResourceBookings.provider] in here]
    # A bay that takes no work without a person adds no hours to the person's.
    resources = [r for r in _resources(found, here) if r.types]
    sums: dict[str, Any] = {n: sum(r[n] for r in ours) for n in ("jobs", *booked_sums.CODES, "late", "inside")}
    booked = sums.pop("inside")
    hours = engine.daily_hours(resources, period.first, period.last)
    return {**sums, "booked": _two(booked), "available": _two(sum(sum(days.values()) for days in hours.values()))}


def _resources(found: Survey, here: set[UUID]) -> list[Resource]:
    sites = set(map(str, here))
    return [r for r in found.world.resources if r.site in sites]


def _by(rows: Iterable[Mapping[str, Any]], key: str, value: str) -> dict[str, float]:
    sums: dict[str, float] = {}
    for row in rows:
        sums[str(row[key])] = sums.get(str(row[key]), 0.0) + row[value]
    return sums


def _use(
    rows: Iterable[Mapping[str, Any]], period: Period, found: Survey, here: set[UUID], gone: Mapping[str, Row]
) -> dict[str, Any]:
    resources = _resources(found, here)
    ours = [r for r in rows if r[ResourceBookings.provider] in here]
    booked = _by(ours, "resource", "inside")
    hours = engine.daily_hours(resources, period.first, period.last)
    by_resource = engine.by_resource(hours, booked)
    by_type = engine.by_type(_by(ours, "resource_type", "inside"), _limits(found, period, here, hours))
    names = {k: verbatim(r[Resources.name]) for k, r in found.resources.items()}
    names |= {k: name_of(plain(t)) for k, t in found.types.items()}
    narrow = engine.bottlenecks([*by_resource, *by_type], names)
    left = [Utilisation(k, booked[k], 0.0) for k in sorted(set(booked) - set(hours))]
    known = {**gone, **found.resources}
    return {
        "resources": [
            _told(u)
            | {
                "name": str(known[u.key][Resources.name]),
                "site": str(known[u.key][Resources.dealership]),
                "in_use": u.key in hours,
            }
            for u in (*by_resource, *left)
            if u.key in known
        ],
        "by_type": [_told(u) | {"limit": u.limit} for u in by_type if u.booked or u.available],
        "bottlenecks": [{"key": b.utilisation.key, "reason": b.reason} for b in narrow],
    }


def _limits(
    found: Survey, period: Period, here: set[UUID], hours: Mapping[str, Mapping[date, float]]
) -> dict[str, list[dict[str, float]]]:
    """Return what limits each kind of work at each site on each day: hours of people, of bays, those laid out."""
    sites, limits = set(map(str, here)), dict[tuple[str, str, date], dict[str, float]]()
    for ledger in found.world.ledgers:
        if ledger.resource is None and ledger.site in sites and period.first <= ledger.day <= period.last:
            limits.setdefault((ledger.type, ledger.site, ledger.day), {})["laid_out"] = ledger.allocated
    works = {kind: row[ResourceTypes.work] for kind, row in found.types.items()}
    for name, days in hours.items():
        row = found.resources[name]
        kinds = [kind for kind, work in works.items() if work in (row.get(Resources.does) or ())]
        for kind, (day, available) in product(kinds, days.items()):
            one = limits.setdefault((kind, str(row[Resources.dealership]), day), {})
            one[row[Resources.kind]] = one.get(row[Resources.kind], 0.0) + available
    made: dict[str, list[dict[str, float]]] = {}
    for (kind, _site, _day), one in limits.items():
        # A machine is not needed by every job: it limits only what nobody else does.
        made.setdefault(kind, []).append({k: h for k, h in one.items() if k != "equipment" or len(one) == 1})
    return made


def _told(one: Utilisation) -> dict[str, Any]:
    return {"key": one.key, "booked": _two(one.booked), "available": _two(one.available), "share": round(one.share, 4)}


def _shared(rows: Iterable[Mapping[str, Any]], agreements: list[Agreement]) -> dict[str, Any]:
    """Return what sites use of each other's in each week, and what they owe each other for it."""
    lent: dict[tuple[str, str, str, date], float] = {}
    owed: dict[tuple[str, str, str], Decimal] = {}
    for row in rows:
        if row["week"] is None:
            continue
        key = str(row["provider"]), str(row["consumer"]), str(row["resource_type"])
        lent[*key, row["week"]] = lent.get((*key, row["week"]), 0.0) + row["booked"]
        if row["owed"] is not None:
            owed[key] = owed.get(key, Decimal(0)) + row["owed"]
    return {
        "lent": [
            {
                "provider": one.provider,
                "consumer": one.consumer,
                "type": one.type,
                "week": one.monday.isoformat(),
                "hours": _two(one.hours),
                "cap": one.cap,
                "share": None if one.share is None else round(one.share, 4),
            }
            for one in engine.lent_hours(lent, agreements)
        ],
        "settlements": [
            {
                "provider": one.provider,
                "consumer": one.consumer,
                "hours": str(one.hours),
                "types": {kind: str(hours) for kind, hours in one.types},
            }
            for one in engine.settlements(owed)
        ],
    }


async def _work(ctx: CommandContext, sites: list[UUID], period: Period) -> dict[str, Any]:
    """Return how the work went: beside its estimate, beside its plan, and how long cars waited between jobs."""
    idle = await booked_sums.idle(ctx, sites, period)
    return {
        "accuracy": sorted(
            (
                {
                    "type": str(one["resource_type"]),
                    "ratio": round(one["ratio"], 3),
                    "n": one["n"],
                    "estimated": _two(one["estimated"]),
                    "actual": _two(one["actual"]),
                }
                for one in await booked_sums.taken(ctx, sites, period)
            ),
            key=lambda told: told["type"],
        ),
        "delays": [
            {
                "booking": str(one["id"]),
                "car": str(one["car"]),
                "resource": str(one["resource"]),
                "type": str(one["resource_type"]),
                "starts_at": one["starts_at"].isoformat(),
                "late_start": one["late_start"],
                "overrun": one["overrun"],
            }
            for one in await booked_sums.delays(ctx, sites, period)
        ],
        "idle": {"cars": idle["cars"], "mean": None if idle["mean"] is None else _two(idle["mean"])},
    }


def _two(value: float) -> float:
    return round(value, 2)


async def _time_bank(ctx: CommandContext, sites: list[UUID], period: Period) -> dict[str, Any]:
    """Return what people have worked, in all and day by day."""
    days = Range(period.first, period.last + _ONE_DAY)
    rows = await ctx.sums(
        TIMEBANK_ENTRIES, replace(_HOURS, either={"provider": sites}, within={"day": days}), system=SYSTEM
    )
    ids = sorted({r[TimebankEntries.person] for r in rows if r[TimebankEntries.person]}, key=str)
    people = {str(u.id): u.row for u in await ctx.every(USERS, {Users.id: ids}, system="pipeline")} if ids else {}
    lines: dict[tuple[str, str, str, str], Decimal] = {}
    for row in rows:
        key = (
            str(row[TimebankEntries.person] or ""),
            row[TimebankEntries.day].isoformat(),
            str(row[TimebankEntries.kind]),
            str(row[TimebankEntries.provider]),
        )
        lines[key] = lines.get(key, Decimal(0)) + row[TimebankEntries.hours]
    sums = engine.time_bank(
        (
            TimeEntry(
                str(r[TimebankEntries.person] or ""),
                r[TimebankEntries.day],
                r[TimebankEntries.hours],
                str(r[TimebankEntries.kind]),
            )
            for r in rows
        ),
        period.first,
        period.last,
    )
    return {
        "people": {k: _person(p) for k, p in people.items()},
        "time_bank": [
            {"person": one.person, "hours": str(one.hours), "kinds": {k: str(h) for k, h in one.kinds}} for one in sums
        ],
        "time_bank_days": [
            {"person": person, "day": day, "kind": kind, "site": site, "hours": str(hours)}
            for (person, day, kind, site), hours in sorted(lines.items())
        ],
    }


def _person(row: Row) -> Mapping[str, str]:
    return {"name": f"{row[Users.first_name]} {row[Users.last_name]}", "email": str(row[Users.email])}


_STAY = "date_part('epoch', {row}.left_at - {row}.entered_at) / 3600"
_LEAD = "date_part('epoch', {row}.ready_for_delivery_at - {row}.created_at) / 3600"
_MEDIAN = "percentile_cont(0.5) WITHIN GROUP (ORDER BY {})"
# A stay that was written twice goes on to its later end.
_STAYS = Sums(
    by={"status": "{row}.status"},
    of={"mean": f"avg({_STAY})", "median": _MEDIAN.format(_STAY), "n": "count(*)"},
    latest=(("car", "entered_at"), "left_at"),
)
_READY = Sums(
    by={},
    of={
        "cars": "count(*)",
        "mean": f"avg({_LEAD})",
        "median": _MEDIAN.format(_LEAD),
        "promised": "count({row}.delivery_date)",
    },
)
_HOURS = Sums(
    by={name: f"{{row}}.{name}" for name in ("person", "day", "kind", "provider")}, of={"hours": "sum({row}.hours)"}
)


async def _stages(ctx: CommandContext, sites: list[UUID], period: Period) -> list[dict[str, Any]]:
    """Return how long cars that the reader sees stood at each stage that they left in the period."""
    span, either = {"left_at": Range(period.start, period.end)}, {"prep_center": sites}
    if ctx.params.get("site") is None:
        either |= {"dealership": sites}
    rows = await ctx.sums(CAR_STAGES, replace(_STAYS, either=either, within=span))
    return [{**row, "mean": _two(row["mean"]), "median": _two(row["median"])} for row in rows]


async def _ready(ctx: CommandContext, sites: list[UUID], period: Period) -> dict[str, Any]:
    """Return how long it took from order to ready, for the cars that the reader saw become ready, and if in time."""
    span = {"ready_for_delivery_at": Range(period.start, period.end)}
    either = {} if ctx.params.get("site") is None else {"prep_center": sites}
    in_time = ctx.fields(CARS)[Cars.ready_in_time].sql
    of = {**_READY.of, "kept": f"count(*) FILTER (WHERE {in_time})"}
    (row,) = await ctx.sums(CARS, replace(_READY, of=of, either=either, within=span))
    told = {name: None if row[name] is None else _two(row[name]) for name in ("mean", "median")}
    return {"ready": {**row, **told}}


_PERIOD = (
    param("first", pgettext("first day", "From"), Kind.DATE),
    param("last", pgettext("last day", "To"), Kind.DATE),
    param("site", _("Site"), Kind.REF, ref=DEALERSHIPS),
)
FIGURES = Verb(name="figures", label=_("Figures"), run=figures, on="collection", params=_PERIOD, icon="chart-bar")
TIMES = Verb(name="times", label=_("Time per stage"), run=times, on="collection", params=_PERIOD, icon="hourglass")
