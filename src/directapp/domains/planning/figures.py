"""Figures: how the capacity is used, how the work went and what sites owe each other, for a period and some sites."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from statistics import fmean, median
from typing import Any
from uuid import UUID

from directapp.declare.case import Row, Span
from directapp.declare.fields import field as param
from directapp.declare.kinds import Kind
from directapp.declare.verbs import Verb
from directapp.domains.planning.booking_hours import GONE
from directapp.domains.planning.engine import figures as engine
from directapp.domains.planning.engine.figures import Stay, TimeEntry, Utilisation, Work
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
_MANY, _SHOWN = 100_000, 50
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
        asked.rows = [r for r in self.rows if asked.start <= r["starts_at"] < asked.end]
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
    found = await survey(act, sites, whole.start, whole.end)
    asked = whole.within(first, last)
    here = {str(s) for s in sites}
    names = {str(d.id): str(d.row["name"]) for d in await act.find("dealerships", system="corridor", limit=500)}
    stays = await _stages(act, sites, asked)
    act.found = {
        "first": first.isoformat(),
        "last": last.isoformat(),
        "sites": [_place(r) for r in places.values()],
        "choices": [_place(r) for r in choices.values()],
        "names": names,
        "types": {k: {"nb": t["name_nb"], "en": t["name_en"]} for k, t in found.types.items()},
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
            for one in engine.lent_hours(_works(asked.rows), await _agreements(act, sites))
        ],
        "settlements": [
            {
                "provider": one.provider,
                "consumer": one.consumer,
                "hours": str(one.hours),
                "types": {kind: str(hours) for kind, hours in one.types},
            }
            for one in engine.settlements(_works(asked.rows))
        ],
        **await _time_bank(act, sites, asked),
        "stages": [
            {"status": s.status, "mean": s.mean, "median": s.median, "n": s.n}
            for s in engine.stage_times(stays.values(), act.now)
        ],
        **await _ready(act, sites, asked),
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
        for seen in await act.find(collection, limit=_MANY, **equals):
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
    return [w for w in _works(period.rows) if w.provider in here]


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
    rows = [e.row for e in await act.find("timebank_entries", system=SYSTEM, limit=_MANY, provider=sites, day=days)]
    ids = sorted({r["person"] for r in rows if r["person"]}, key=str)
    people = {str(u.id): u.row for u in await act.find("users", system="corridor", limit=_MANY, id=ids)} if ids else {}
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


async def _stages(act: Act, sites: list[UUID], period: Period) -> dict[Any, list[Stay]]:
    """Return the stays that ended in the period, by car; one that was written twice goes on to its later end."""
    span = Span(period.start, period.end)
    columns = ("prep_center", "dealership")
    rows = await _of_sites(act, "car_stages", columns, sites, system=SYSTEM, left_at=span)
    last: dict[tuple[Any, datetime], Row] = {}
    for row in rows:
        key = (row["car"], row["entered_at"])
        if key not in last or last[key]["left_at"] < row["left_at"]:
            last[key] = row
    cars: dict[Any, list[Stay]] = {}
    for row in last.values():
        cars.setdefault(row["car"], []).append(Stay(str(row["status"]), row["entered_at"], row["left_at"]))
    return cars


async def _ready(act: Act, sites: list[UUID], period: Period) -> dict[str, Any]:
    """Return how long it took from order to ready, for the cars that became ready in the period, and if in time."""
    only = ("created_at", "ready_for_delivery_at", "delivery_date")
    span = Span(period.start, period.end)
    columns = ("prep_center", "dealership")
    rows = await _of_sites(act, "cars", columns, sites, system="workflow", only=only, ready_for_delivery_at=span)
    hours = [hours_between(r["created_at"], r["ready_for_delivery_at"]) for r in rows]
    promised = [r for r in rows if r["delivery_date"] is not None]
    kept = [r for r in promised if local_day(r["ready_for_delivery_at"]) <= r["delivery_date"]]
    return {
        "ready": {
            "cars": len(hours),
            "mean": _two(fmean(hours)) if hours else None,
            "median": _two(median(hours)) if hours else None,
            "promised": len(promised),
            "kept": len(kept),
        }
    }


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
