"""The planning of a demo tenant: whose time there is, what sites have agreed, and a timetable without collisions."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from directapp.app.container import Application
from directapp.app.demo.cast import ADMIN
from directapp.app.demo.drive import perform_as, perform_many
from directapp.app.demo.life import Ahead, Known, Life, Person, Said, Scene, Step
from directapp.app.demo.sites import Group, Site
from directapp.app.demo.story import login
from directapp.app.demo.worktime import CLOSES, DAY, OPENS, Worktime
from directapp.domains.planning.engine.workdays import holiday
from directapp.domains.planning.types import seed_types
from directapp.kernel.actor import Actor
from directapp.kernel.clock import OSLO, oslo_day

# Plans that are older than these working hours are told by the cars' own times alone: history costs time to make.
RECENT = 6 * DAY
_QUARTER = timedelta(minutes=15)
# Most work begins within minutes of its time.
_EARLY = timedelta(minutes=12)
_SATURDAY, _LOOK = 5, 60
_WORK = {"mechanic": "technical", "detailer": "cosmetic"}
_TYPES = {"technical": "mechanical", "cosmetic": "cosmetic", "inspection": "inspection", "quality": "quality"}
# What a car waits for at reception, by where it stands, and how long that takes.
_CHECKS = {"at_prep_center": "inspection", "quality_check": "quality"}
_CHECK_HOURS, _CHECKS_A_WEEK = 0.5, 10
_PER_PERSON = 8
_HOURS = {"new": 2.5, "demo": 2.5, "used": 1.5, "certified": 1.5}
_BAYS = (("Løftebukk 1", "technical", 1), ("Løftebukk 2", "technical", 1), ("Vaskehall", "cosmetic", 2))
# By the consumer's number: hours a week for each kind of work, and priority.
AGREEMENTS: Mapping[str, tuple[int, int, int]] = {
    "495": (60, 50, 80),
    "324": (45, 40, 60),
    "326": (40, 35, 50),
    "102": (20, 20, 50),
}
# What the sites usually do to a car: the kinds of work in their order, and how long each takes.
USUAL: Mapping[str, tuple[tuple[str, str], ...]] = {
    "Nybil": (("mechanical", "2"), ("cosmetic", "3"), ("quality", "0.5")),
    "Nybil med lakkforsegling": (("mechanical", "2"), ("cosmetic", "5")),
    "Bruktbil": (("mechanical", "3"), ("cosmetic", "2.5"), ("quality", "0.5")),
}
# Who is away: working days from now, how many, why.
AWAY = (
    ("mechanic.499-2", 4, 1, "course", "Høyvoltkurs"),
    ("detailer.499-3", 7, 5, "holiday", None),
    ("mechanic.490-3", -2, 1, "illness", None),
    ("detailer.490", 2, 2, "holiday", None),
)
# Hours that no booking stands behind: working days ago, who, how many, why.
CORRECTED = ((2, "mechanic.499", "1.5", "Ryddet lageret"), (3, "detailer.490", "-0.5", "Pause ført som arbeid"))
Busy = tuple[datetime, datetime]


@dataclass(slots=True, kw_only=True)
class Plan:
    """What can be booked, and what the story has booked so far."""

    time: Worktime
    types: dict[str, UUID] = field(default_factory=dict)
    resources: dict[str, UUID] = field(default_factory=dict)
    away: dict[str, list[Busy]] = field(default_factory=lambda: defaultdict(list))
    busy: dict[str, list[Busy]] = field(default_factory=lambda: defaultdict(list))
    days: dict[tuple[str, str, date], float] = field(default_factory=lambda: defaultdict(float))
    weeks: dict[tuple[str, str, date], float] = field(default_factory=lambda: defaultdict(float))
    room: dict[tuple[str, str], float] = field(default_factory=dict)

    def slot(self, scene: Scene, kind: str, worker: str) -> Busy:
        """Return when a worker does a job of a life: decided once, in the order in which the story asks."""
        life = scene.life
        known: Busy | None = life.facts.get(f"slot {kind}")
        if known is None:
            earliest = _begins(scene, life, kind)
            before: Busy | None = life.facts.get("slot technical")
            if kind == "cosmetic" and before is not None:
                earliest = max(earliest, before[1])
            site = worker.partition(".")[2].partition("-")[0]
            length = timedelta(hours=_hours(life, kind))
            known = self._take(worker, site, str(life.facts["site"]), kind, max(earliest, scene.at), length)
            life.facts[f"slot {kind}"] = known
        return known

    def _take(  # noqa: PLR0917 - what is taken, of whom, for whom
        self, worker: str, site: str, consumer: str, kind: str, earliest: datetime, length: timedelta
    ) -> Busy:
        hours = length / timedelta(hours=1)
        for n in range(_LOOK):
            day = oslo_day(earliest) + timedelta(days=n)
            week = day - timedelta(days=day.weekday())
            cap = _cap(consumer, kind) if consumer != site else float("inf")
            full = self.days[site, kind, day] + hours > self.room.get((site, kind), float("inf"))
            if not _is_open(day) or full or self.weeks[consumer, kind, week] + hours > cap:
                continue
            found = self._fits(worker, day, earliest, length)
            if found is not None:
                self.busy[worker].append(found)
                self.days[site, kind, day] += hours
                self.weeks[consumer, kind, week] += hours
                return found
        raise KeyError(worker)

    def _fits(self, worker: str, day: date, earliest: datetime, length: timedelta) -> Busy | None:
        opens, closes = (datetime.combine(day, clock, OSLO).astimezone(earliest.tzinfo) for clock in (OPENS, CLOSES))
        start = _next_quarter(max(opens, earliest))
        for begun, ended in sorted([*self.busy[worker], *self.away[worker]]):
            if start < ended and begun < start + length:
                start = _next_quarter(ended)
        return (start, start + length) if start + length <= closes else None


def _is_open(day: date) -> bool:
    return day.weekday() < _SATURDAY and holiday(day) is None


def _next_quarter(moment: datetime) -> datetime:
    over = timedelta(minutes=moment.minute % 15, seconds=moment.second, microseconds=moment.microsecond)
    return moment - over + _QUARTER if over else moment


def _hours(life: Life, kind: str) -> float:
    return _CHECK_HOURS if kind in _CHECKS.values() else _HOURS[life.facts["kind"]]


def _cap(consumer: str, kind: str) -> float:
    """Return the hours a week that a site has agreed on."""
    return _CHECKS_A_WEEK if kind in _CHECKS.values() else AGREEMENTS[consumer][kind == "cosmetic"]


def _begins(scene: Scene, life: Life, kind: str) -> datetime:
    """Return when the story begins the work, or means to."""
    begun = next((s for s in life.steps if f"{kind}_started_at" in s.values), None)
    if begun is not None:
        return scene.stage.time.at(life.when(begun)) - _EARLY
    meant: Ahead = life.facts[f"meant {kind}"]
    return meant.of(scene)  # type: ignore[no-any-return]


@dataclass(frozen=True, slots=True)
class Slot(Said):
    """What the timetable says of a job: ``part`` is 0 for its start and 1 for its end."""

    kind: str
    worker: str
    part: int

    def of(self, scene: Scene) -> Any:
        """Return the moment."""
        return scene.stage.plan.slot(scene, self.kind, self.worker)[self.part]


@dataclass(frozen=True, slots=True)
class Type(Said):
    """The type of a kind of work."""

    kind: str

    def of(self, scene: Scene) -> Any:
        """Return its id."""
        return scene.stage.plan.types[_TYPES[self.kind]]


@dataclass(frozen=True, slots=True)
class Worker(Said):
    """The resource that stands for somebody."""

    key: str

    def of(self, scene: Scene) -> Any:
        """Return its id."""
        return scene.stage.plan.resources[self.key]


def book_recent(lives: Iterable[Life]) -> None:
    """Let what was planned lately be booked where the planner also said who does it, and what reception checks next."""
    for life in lives:
        if life.target in _CHECKS and "site" in life.facts:
            life.steps.append(_check(life, _CHECKS[life.target]))
        for index, step in enumerate(life.steps):
            if _is_plan(step) and life.when(step) > -RECENT and not any(s.verb == "correct" for s in life.steps):
                life.steps[index : index + 1] = _bookings(life, step)
                break


def _is_plan(step: Step) -> bool:
    return any(n.startswith("scheduled_") for n in step.values) and "assigned_mechanic" in step.values


def _bookings(life: Life, plan: Step) -> list[Step]:
    steps = []
    for role, kind in _WORK.items():
        meant = plan.values.get(f"scheduled_{kind}_start")
        worker: Person = plan.values[f"assigned_{role}"]
        if meant is None:
            # Nothing to book; whoever is responsible is named all the same.
            steps.append(replace(plan, values={f"assigned_{role}": worker}))
            continue
        steps.append(_booking(plan, life, kind, worker.key, meant))
    return steps


def _booking(at: Step, life: Life, kind: str, worker: str, meant: Ahead) -> Step:
    life.facts[f"meant {kind}"] = meant
    values = {
        "car": Known("car"),
        "resource_type": Type(kind),
        "resource": Worker(worker),
        "starts_at": Slot(kind, worker, 0),
        "ends_at": Slot(kind, worker, 1),
        "estimated_hours": _hours(life, kind),
    }
    return replace(at, verb="create", values=values, collection="resource_bookings", on=None)


def _check(life: Life, kind: str) -> Step:
    """Return the planner's booking of whoever received the car, for what it waits for now."""
    worker = next(s.who for s in life.steps if s.verb == "receive" and s.collection == "cars")
    planner = login("planner", worker.partition(".")[2].partition("-")[0])
    last = max(life.steps, key=lambda s: s.hours)
    return _booking(replace(last, who=planner, keep=None), life, kind, worker, Ahead(life.rng.uniform(0.5, 6)))


# -- whose time there is ---------------------------------------------------------------------------------


async def lay_plan(
    application: Application,
    group: Group,
    cast: Mapping[str, Actor],
    sites: Mapping[str, UUID],
    *,
    at: datetime,
    now: Worktime,
) -> Plan:
    """Let the administrator set up types, resources, hours, capacity and agreements."""
    plan, admin = Plan(time=now), cast[ADMIN]
    for values in seed_types():
        plan.types[values["code"]] = await perform_as(application, admin, at, "resource_types", values)
    for site in group.sites:
        if site.prep == site.number:
            await _staff(application, plan, admin, site, sites[site.number], cast, at)
        else:
            hours = AGREEMENTS[site.number]
            pairs = (("mechanical", hours[0]), ("cosmetic", hours[1]), *((k, _CHECKS_A_WEEK) for k in _CHECKS.values()))
            shared = {"provider": sites[site.prep], "consumer": sites[site.number], "priority": hours[2]}
            rows = [{**shared, "resource_type": plan.types[k], "max_hours_per_week": h} for k, h in pairs]
            await perform_many(application, admin, at, "resource_sharing", rows)
    await _leave(application, plan, admin, at)
    return plan


async def _staff(  # noqa: PLR0917 - one site, set up
    application: Application, plan: Plan, admin: Actor, site: Site, where: UUID, cast: Mapping[str, Actor], at: datetime
) -> None:
    wanted: list[tuple[str, dict[str, Any]]] = []
    for role, does in (*((r, [w]) for r, w in _WORK.items()), ("reception", ["inspection", "quality"])):
        for number in range(1, site.staff[role] + 1):
            key = login(role, site.number, number)
            who = cast[key]
            brands = list(site.brands[:1]) if number == 1 else ["electric"] if does == ["technical"] else []
            wanted.append(
                (key, {"name": who.name, "person": who.user, "kind": "person", "does": does, "specialisations": brands})
            )
    if site.staff["mechanic"] > 2:  # noqa: PLR2004 - the large ones have bays worth naming
        wanted += [
            (f"{name} {site.number}", {"name": name, "kind": "bay", "does": [does], "capacity": capacity})
            for name, does, capacity in _BAYS
        ]
    made = await perform_many(application, admin, at, "resources", [{**v, "dealership": where} for _, v in wanted])
    plan.resources |= {key: record for (key, _), record in zip(wanted, made, strict=True)}
    opens, closes = f"{OPENS:%H:%M}", f"{CLOSES:%H:%M}"
    hours = [
        {"resource": record, "weekday": str(day), "starts": opens, "ends": closes}
        for record in made
        for day in range(1, 6)
    ]
    await perform_many(application, admin, at, "working_hours", hours)
    rules = []
    for role, kind in _WORK.items():
        room = plan.room[site.number, kind] = float(site.staff[role] * _PER_PERSON)
        days = dict.fromkeys(("monday", "tuesday", "wednesday", "thursday", "friday"), room)
        rules.append({"dealership": where, "resource_type": plan.types[_TYPES[kind]], **days})
    await perform_many(application, admin, at, "capacity_rules", rules)
    await _usual(application, plan, admin, at, where)


async def _usual(application: Application, plan: Plan, admin: Actor, at: datetime, where: UUID) -> None:
    """Make the templates of what a site usually does."""
    named = [{"name": name, "dealership": where} for name in USUAL]
    made = await perform_many(application, admin, at, "booking_templates", named)
    steps = [
        {"template": template, "resource_type": plan.types[kind], "hours": hours, "order": order}
        for template, kinds in zip(made, USUAL.values(), strict=True)
        for order, (kind, hours) in enumerate(kinds, 1)
    ]
    await perform_many(application, admin, at, "booking_template_steps", steps)


async def _leave(application: Application, plan: Plan, admin: Actor, at: datetime) -> None:
    values = []
    for key, first, count, kind, note in AWAY:
        if key not in plan.resources:
            continue
        days = [plan.time.day(DAY * n) for n in (first, first + count - 1)]
        start = datetime.combine(days[0], time(0), OSLO).astimezone(at.tzinfo)
        end = datetime.combine(days[1] + timedelta(days=1), time(0), OSLO).astimezone(at.tzinfo)
        plan.away[key].append((start, end))
        values.append({"resource": plan.resources[key], "starts_at": start, "ends_at": end, "kind": kind, "note": note})
    await perform_many(application, admin, at, "absences", values)


async def correct_hours(application: Application, cast: Mapping[str, Actor], now: Worktime) -> None:
    """Let managers put the time bank right where no booking tells what was worked."""
    for back, key, hours, why in CORRECTED:
        if key in cast:
            site = key.partition(".")[2].partition("-")[0]
            values = {"person": cast[key].user, "day": now.day(-DAY * back), "hours": hours, "note": why}
            await perform_as(application, cast[f"manager.{site}"], now.now, "timebank_entries", values)
