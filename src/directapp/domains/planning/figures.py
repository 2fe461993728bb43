"""Figures: how the capacity is used, how the work went and what sites owe each other, for a period and some sites."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from statistics import fmean
from typing import Any
from uuid import UUID

from directapp.declare.case import Row, Span, Sums
from directapp.declare.fields import field as param
from directapp.declare.kinds import Kind
from directapp.declare.verbs import Verb
from directapp.domains.planning.booking_hours import GONE
from directapp.domains.planning.engine import figures as engine
from directapp.domains.planning.engine.figures import TimeEntry, Utilisation, Work
from directapp.domains.planning.engine.spans import hours_between, local_day, monday_of
from directapp.domains.planning.engine.workdays import at_clock
from directapp.domains.planning.engine.world import Agreement
from directapp.domains.planning.rights import SYSTEM
from directapp.domains.planning.survey import Survey, survey
from directapp.kernel.errors import ForbiddenError, InvalidError, Problem
from directapp.kernel.text import Text
from directapp.services.act import Act

_ONE_DAY = timedelta(days=1)
_LONGEST = 370
_AT_A_TIME, _SHOWN = 50_000, 50
_TOLERANCE = 15
_WORK = (
    "car",
    "resource_type",
    "resource",
    "person",
    "provider",
    "consumer",
    "starts_at",
    "ends_at",
    "status",
    "estimated_hours",
    "actual_hours",
    "started_at",
    "completed_at",
)


@dataclass(slots=True, kw_only=True)
class Period:
    """The days that are asked about, both included, with the bookings of the sites in them."""

    first: date
    last: date
    now: datetime
    rows: list[Row] = field(default_factory=list)
    works: list[Work] = field(default_factory=list)

    @property
    def start(self) -> datetime:
        """The first moment."""
        return at_clock(self.first, "00:00")

    @property
    def end(self) -> datetime:
        """The moment after the last."""
        return at_clock(self.last + _ONE_DAY, "00:00")

    def within(self, first: date, last: date) -> "Period":
        """Return a shorter or other period of the same rows."""
        asked = Period(first=first, last=last, now=self.now)
        start, end = asked.start, asked.end
        asked.works = [w for w in self.works if start <= w.start < end]
        asked.rows = [r for r in self.rows if start <= r["starts_at"] < end]
        return asked


async def figures(act: Act) -> None:
    """Answer with the figures of a period, for the sites that the reader answers for or one of them."""
    today = local_day(act.now)
    first = act.params.get("first") or monday_of(today)
    last = act.params.get("last") or max(first, monday_of(today) + 6 * _ONE_DAY)
    _check(first, last)
    choices = await sites_of(act)
    places = {k: r for k, r in choices.items() if act.params.get("site") in {None, k}}
    sites = list(places)
    monday = monday_of(today)
    whole = Period(first=min(first, monday), last=max(last, monday + 6 * _ONE_DAY), now=act.now)
    whole.rows = await _bookings(act, sites, whole)
    found = await survey(act, sites, whole.start, whole.end, busy=False)
    here = {str(s) for s in sites}
    names = {str(d.id): str(d.row["name"]) for d in await act.find("dealerships", system="corridor", limit=500)}
    agreements = await _agreements(act, sites)
    asked = Period(first=first, last=last, now=act.now)
    act.found = {
        "first": first.isoformat(),
        "last": last.isoformat(),
        "sites": [_place(r) for r in places.values()],
        "choices": [_place(r) for r in choices.values()],
        "names": names,
        "types": {k: {"nb": t["name_nb"], "en": t["name_en"]} for k, t in found.types.items()},
        # A year's bookings take a second of thought: other requests are answered meanwhile.
        **await asyncio.to_thread(_of_bookings, whole, found, here, (first, last, today), agreements),
        **await _time_bank(act, sites, asked),
        "stages": await _stages(act, sites, asked),
        **await _ready(act, sites, asked),
    }


def _of_bookings(
    whole: Period, found: Survey, here: set[str], days: tuple[date, date, date], agreements: list[Agreement]
) -> dict[str, Any]:
    """Return the figures that rest on single bookings."""
    whole.works = _works(whole.rows)
    first, last, today = days
    monday, asked = monday_of(today), whole.within(first, last)
    return {
        "today": _load(whole.within(today, today), found, here),
        "week": _load(whole.within(monday, monday + 6 * _ONE_DAY), found, here),
        "period": _load(asked, found, here),
        **_use(asked, found, here),
        **_work(asked, here),
        "lent": [
            {
                "provider": one.provider,
                "consumer": one.consumer,
                "type": one.type,
                "week": one.monday.isoformat(),
                "hours": round(one.hours, 2),
                "cap": one.cap,
                "share": None if one.share is None else round(one.share, 4),
            }
            for one in engine.lent_hours(asked.works, agreements)
        ],
        "settlements": [
            {
                "provider": one.provider,
                "consumer": one.consumer,
                "hours": str(one.hours),
                "types": {kind: str(hours) for kind, hours in one.types},
            }
            for one in engine.settlements(asked.works)
        ],
    }


def _check(first: date, last: date) -> None:
    if last < first:
        words = Text("Perioden slutter før den begynner.", "The period ends before it begins.")
        raise InvalidError(Problem(words, field="last"))
    if (last - first).days >= _LONGEST:
        words = Text("Velg en periode på høyst et år.", "Choose a period of a year at most.")
        raise InvalidError(Problem(words, field="last"))


async def sites_of(act: Act) -> dict[UUID, Row]:
    """Return the sites whose figures the reader may see: a planner the own one, leaders those below it too."""
    actor, asked = act.actor, act.params.get("site")
    places = {d.row["id"]: d.row for d in await act.find("dealerships", system="corridor", limit=500)}
    if "tenant_admin" in actor.roles:
        mine = set(places)
    else:
        leads = actor.roles & {"manager", "finance"}
        mine = (set(actor.sites) if leads else set()) | ({actor.site} if actor.site else set())
    if asked is not None and asked not in mine:
        words = Text("Du ser ikke tallene for dette anlegget.", "You do not see the figures of this site.")
        raise ForbiddenError(Problem(words, field="site"))
    return {k: r for k, r in sorted(places.items(), key=lambda p: str(p[1]["number"])) if k in mine}


def _place(row: Row) -> dict[str, str]:
    return {"id": str(row["id"]), "number": str(row["number"]), "name": str(row["name"])}


async def _of_sites(act: Act, collection: str, columns: Sequence[str], sites: list[UUID], **more: Any) -> list[Row]:
    """Return the rows that name one of the sites in one of two columns, each once."""
    found: dict[Any, Row] = {}
    for column in columns:
        equals: dict[str, Any] = {column: sites, **more}
        for seen in await act.every(collection, at_a_time=_AT_A_TIME, **equals):
            found[seen.id] = seen.row
    return list(found.values())


async def _bookings(act: Act, sites: list[UUID], period: Period) -> list[Row]:
    span = Span(period.start, period.end)
    columns = ("provider", "consumer")
    rows = await _of_sites(act, "resource_bookings", columns, sites, system=SYSTEM, only=_WORK, starts_at=span)
    return [r for r in rows if r["status"] not in GONE]


async def _agreements(act: Act, sites: list[UUID]) -> list[Agreement]:
    rows = await _of_sites(act, "resource_sharing", ("provider", "consumer"), sites, system=SYSTEM)
    return [
        Agreement(
            provider=str(r["provider"]),
            consumer=str(r["consumer"]),
            type=str(r["resource_type"]),
            priority=int(r["priority"]),
            hours_per_week=float(r["max_hours_per_week"]),
        )
        for r in rows
    ]


def _works(rows: Iterable[Row]) -> list[Work]:
    return [
        Work(
            id=str(r["id"]),
            type=str(r["resource_type"]),
            resource=str(r["resource"]),
            provider=str(r["provider"]),
            consumer=str(r["consumer"]),
            start=r["starts_at"],
            end=r["ends_at"],
            person=str(r["person"]) if r["person"] else None,
            estimated=float(r["estimated_hours"] or hours_between(r["starts_at"], r["ends_at"])),
            actual=None if r["actual_hours"] is None else float(r["actual_hours"]),
            started_at=r["started_at"],
            completed_at=r["completed_at"],
        )
        for r in rows
    ]


def _here(period: Period, here: set[str]) -> list[Work]:
    return [w for w in period.works if w.provider in here]


def _load(period: Period, found: Survey, here: set[str]) -> dict[str, Any]:
    """Return the sums of a period: what is booked at these sites, and how far it has come."""
    works = _here(period, here)
    resources = [r for r in found.world.resources if r.site in here]
    ended = [w for w in works if w.completed_at is not None]
    return {
        "jobs": len(works),
        "completed": len(ended),
        "booked": round(sum(hours_between(w.start, w.end) for w in works), 2),
        "available": round(sum(engine.available_hours(resources, period.start, period.end).values()), 2),
        "late": len(engine.delays((w for w in works if w.start <= period.now), period.now, tolerance=_TOLERANCE)),
    }


def _use(period: Period, found: Survey, here: set[str]) -> dict[str, Any]:
    resources = [r for r in found.world.resources if r.site in here]
    works = _here(period, here)
    by_resource = engine.by_resource(resources, works, period.start, period.end)
    hours = {u.key: u.available for u in by_resource}
    laid_out: dict[str, float] = {}
    planned = {(ledger.site, ledger.type) for ledger in found.world.ledgers if ledger.resource is None}
    for ledger in found.world.ledgers:
        if ledger.resource is None and ledger.site in here and period.first <= ledger.day <= period.last:
            laid_out[ledger.type] = laid_out.get(ledger.type, 0.0) + ledger.allocated
    for resource in resources:
        # Where nobody has laid out hours, there are those that people and bays work.
        for kind in resource.types:
            if (resource.site, kind) not in planned:
                laid_out[kind] = laid_out.get(kind, 0.0) + hours[resource.id]
    by_type = engine.by_type(works, laid_out, period.start, period.end)
    names = {k: Text(str(r["name"]), str(r["name"])) for k, r in found.resources.items()}
    names |= {k: Text(str(t["name_nb"]), str(t["name_en"])) for k, t in found.types.items()}
    narrow = engine.bottlenecks([*by_resource, *by_type], names)
    return {
        "resources": [
            _told(u) | {"name": str(found.resources[u.key]["name"]), "site": str(found.resources[u.key]["dealership"])}
            for u in by_resource
        ],
        "by_type": [_told(u) for u in by_type if u.booked or u.available],
        "bottlenecks": [{"key": b.utilisation.key, "nb": b.reason.nb, "en": b.reason.en} for b in narrow],
    }


def _told(one: Utilisation) -> dict[str, Any]:
    return {
        "key": one.key,
        "booked": round(one.booked, 2),
        "available": round(one.available, 2),
        "share": round(one.share, 4),
    }


def _work(period: Period, here: set[str]) -> dict[str, Any]:
    """Return how the work went: beside its estimate, beside its plan, and how long cars waited between jobs."""
    works = _here(period, here)
    ended = [w for w in works if w.completed_at is not None]
    sums: dict[str, list[float]] = {}
    for work in ended:
        if work.actual is not None and work.estimated is not None:
            pair = sums.setdefault(work.type, [0.0, 0.0])
            pair[0] += work.estimated
            pair[1] += work.actual
    late = engine.delays((w for w in works if w.start <= period.now), period.now, tolerance=_TOLERANCE)
    rows = {str(r["id"]): r for r in period.rows}
    by_car: dict[Any, list[Work]] = {}
    for work in ended:
        by_car.setdefault(rows[work.id]["car"], []).append(work)
    idle = [engine.idle_hours(jobs) for jobs in by_car.values() if len(jobs) > 1]
    return {
        "accuracy": [
            {
                "type": a.key,
                "ratio": a.ratio,
                "n": a.n,
                "estimated": _two(sums[a.key][0]),
                "actual": _two(sums[a.key][1]),
            }
            for a in engine.accuracy(ended)
        ],
        "delays": [
            {
                "booking": d.work,
                "car": str(rows[d.work]["car"]),
                "resource": str(rows[d.work]["resource"]),
                "type": str(rows[d.work]["resource_type"]),
                "starts_at": rows[d.work]["starts_at"].isoformat(),
                "late_start": d.late_start,
                "overrun": d.overrun,
            }
            for d in late[:_SHOWN]
        ],
        "delayed": len(late),
        "idle": {"cars": len(idle), "mean": _two(fmean(idle)) if idle else None},
    }


def _two(value: float) -> float:
    return round(value, 2)


async def _time_bank(act: Act, sites: list[UUID], period: Period) -> dict[str, Any]:
    """Return what people have worked, in all and day by day."""
    days = Span(period.first, period.last + _ONE_DAY)
    rows = await act.sums(
        "timebank_entries", replace(_HOURS, either={"provider": sites}, within={"day": days}), system=SYSTEM
    )
    ids = sorted({r["person"] for r in rows if r["person"]}, key=str)
    people = {str(u.id): u.row for u in await act.every("users", system="corridor", id=ids)} if ids else {}
    lines: dict[tuple[str, str, str, str], Decimal] = {}
    for row in rows:
        key = (str(row["person"] or ""), row["day"].isoformat(), str(row["kind"]), str(row["provider"]))
        lines[key] = lines.get(key, Decimal(0)) + row["hours"]
    sums = engine.time_bank(
        (TimeEntry(str(r["person"] or ""), r["day"], r["hours"], str(r["kind"])) for r in rows),
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
    return {"name": f"{row['first_name']} {row['last_name']}", "email": str(row["email"])}


_STAY = "extract(epoch FROM {row}.left_at - {row}.entered_at)::float8 / 3600"
_LEAD = "extract(epoch FROM {row}.ready_for_delivery_at - {row}.created_at)::float8 / 3600"
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
        "kept": "count(*) FILTER (WHERE ({row}.ready_for_delivery_at AT TIME ZONE 'Europe/Oslo')::date"
        " <= {row}.delivery_date)",
    },
)
_HOURS = Sums(
    by={name: f"{{row}}.{name}" for name in ("person", "day", "kind", "provider")}, of={"hours": "sum({row}.hours)"}
)


def _either(sites: list[UUID]) -> dict[str, list[UUID]]:
    return {"prep_center": sites, "dealership": sites}


async def _stages(act: Act, sites: list[UUID], period: Period) -> list[dict[str, Any]]:
    """Return how long cars stood at each stage that they left in the period."""
    span = {"left_at": Span(period.start, period.end)}
    rows = await act.sums("car_stages", replace(_STAYS, either=_either(sites), within=span), system=SYSTEM)
    return [{**row, "mean": _two(row["mean"]), "median": _two(row["median"])} for row in rows]


async def _ready(act: Act, sites: list[UUID], period: Period) -> dict[str, Any]:
    """Return how long it took from order to ready, for the cars that became ready in the period, and if in time."""
    span = {"ready_for_delivery_at": Span(period.start, period.end)}
    (row,) = await act.sums("cars", replace(_READY, either=_either(sites), within=span), system="workflow")
    told = {name: None if row[name] is None else _two(row[name]) for name in ("mean", "median")}
    return {"ready": {**row, **told}}


FIGURES = Verb(
    name="figures",
    label=Text("Tall", "Figures"),
    run=figures,
    on="collection",
    params=(
        param("first", "Fra og med", "From", Kind.DATE),
        param("last", "Til og med", "To", Kind.DATE),
        param("site", "Forhandler", "Dealership", Kind.REF, ref="dealerships"),
    ),
    icon="chart-bar",
)
