"""Looking ahead: who could make room for a job, and when a car will be ready and why. Nothing is written."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from directapp.declare.case import Row
from directapp.declare.fields import field
from directapp.declare.kinds import Kind
from directapp.declare.verbs import Verb
from directapp.domains.planning.booking_fields import AHEAD
from directapp.domains.planning.engine.conflicts import Movable, ways_to_fit
from directapp.domains.planning.engine.plan_parts import OWN_PRIORITY
from directapp.domains.planning.engine.promise import CarAhead, Remaining, promise
from directapp.domains.planning.engine.slots import Finder
from directapp.domains.planning.engine.workdays import Hours, Schedule, at_clock
from directapp.domains.planning.engine.world import Booking, Job
from directapp.domains.planning.estimating import completed, hours_for
from directapp.domains.planning.rights import SYSTEM
from directapp.domains.planning.search_verbs import (
    JOB,
    asked_hours,
    car_of,
    consumer_of,
    elsewhere,
    needed,
    range_of,
    site_of,
    told,
    wanted_by,
)
from directapp.domains.planning.survey import Survey, survey
from directapp.kernel.text import Text
from directapp.services.act import Act

_OFFICE = Schedule(tuple(Hours(day, "07:30", "16:00") for day in range(1, 6)))
_NOON = "12:00"
_AHEAD = timedelta(days=60)


def booking_of(row: Row) -> Booking:
    """Return a booking's row as the engine knows it."""
    return Booking(
        id=str(row["id"]),
        resource=str(row["resource"]),
        type=str(row["resource_type"]),
        site=str(row["consumer"]),
        start=row["starts_at"],
        end=row["ends_at"],
        lane=row["lane"],
    )


def priority_of(found: Survey, provider: str, consumer: str, kind: str) -> int:
    """Return what a consumer's work counts for at a provider, 0 to 100; a site's own counts most."""
    if provider == consumer:
        return OWN_PRIORITY
    agreed = (
        a.priority for a in found.world.agreements if (a.provider, a.consumer, a.type) == (provider, consumer, kind)
    )
    return max(agreed, default=0)


def movables(found: Survey, earliest: datetime, latest: datetime) -> Iterable[Movable]:
    """Return the bookings as they could give way: after what the car has before, before what it has next."""
    by_car: dict[Any, list[Row]] = {}
    for row in found.bookings:
        by_car.setdefault(row["car"], []).append(row)
    for row in found.bookings:
        others = [b for b in by_car[row["car"]] if b["id"] != row["id"]]
        before = [b["ends_at"] for b in others if b["ends_at"] <= row["starts_at"]]
        after = [b["starts_at"] for b in others if b["starts_at"] >= row["ends_at"]]
        kind = str(row["resource_type"])
        yield Movable(
            booking=booking_of(row),
            priority=priority_of(found, str(row["provider"]), str(row["consumer"]), kind),
            earliest=max([earliest, *before]),
            latest=min([latest, *after]),
            pinned=bool(row["pinned"]),
            started=row["status"] not in AHEAD,
        )


async def _only_seen(act: Act, found: Survey) -> None:
    """Keep those bookings that the person who asks sees: nobody moves others, nor learns whose they are."""
    names = [booking["id"] for booking in found.bookings]
    seen = await act.find("resource_bookings", limit=len(names), only=("id",), id=names) if names else []
    known = {booking.id for booking in seen}
    found.bookings = [booking for booking in found.bookings if booking["id"] in known]


async def make_room(act: Act) -> None:
    """Answer with how bookings of lower priority could move for a job; a planner moves them, or nobody does."""
    car = await car_of(act)
    kind = (await act.look_up("resource_types", act.params["resource_type"], system=SYSTEM)).row
    site = await consumer_of(act, car)
    earliest, latest = range_of(act, car)
    found = await survey(act, [site], earliest, latest, looker=None)
    # Those whose bookings may move are let in with their own agreements.
    consumers = sorted({site, *(b["consumer"] for b in found.bookings)}, key=str)
    if consumers != [site]:
        found = await survey(act, consumers, earliest, latest, looker=None)
    await _only_seen(act, found)
    hours, _ = await asked_hours(act, car, kind)
    name = str(kind["id"])
    providers = {r.site for r in found.world.resources if name in r.types}
    priority = max((priority_of(found, p, str(site), name) for p in providers), default=0)
    job = Job(
        type=name,
        hours=hours,
        site=str(site),
        earliest=earliest,
        latest=latest,
        specialisations=wanted_by(car),
        blocked=await elsewhere(act, car),
    )
    ways = ways_to_fit(Finder(found.world), job, priority, movables(found, earliest, latest))
    act.found = {
        "priority": priority,
        "hours": f"{hours:.2f}",
        "ways": [
            {
                "slot": told(way.slot, found),
                "reason_nb": way.reason.nb,
                "reason_en": way.reason.en,
                "moves": [
                    {
                        "booking": move.booking.id,
                        "consumer": move.booking.site,
                        "consumer_name": found.sites[move.booking.site]["name"],
                        "from": move.booking.start.isoformat(),
                        "to": told(move.to, found),
                        "hours_later": round(move.hours_later, 2),
                        "late_hours": round(move.late_hours, 2),
                        "reason_nb": move.reason.nb,
                        "reason_en": move.reason.en,
                    }
                    for move in way.moves
                ],
            }
            for way in ways
        ],
    }


async def ready(act: Act) -> None:
    """Answer with when a car is expected to be ready, why, and what would bring it forward most."""
    car = await car_of(act) or {}
    if car.get("ready_for_delivery_at") is not None:
        at = car["ready_for_delivery_at"]
        act.found = _promised(at, [Text("Bilen er klar.", "The car is ready.")], [])
        return
    site = site_of(act, car)
    sites = [site] if car.get("prep_center") in {None, site} else [site, car["prep_center"]]
    until = act.now + _AHEAD
    found = await survey(act, sites, act.now, until)
    eta = await _parts_eta(act, car)
    ahead = CarAhead(
        steps=tuple(await _steps(act, car, found, until)),
        schedule=_hours_of(found, str(car.get("prep_center") or site)),
        parts_eta=eta,
        priority=max(
            (priority_of(found, r.site, str(site), t) for r in found.world.resources for t in r.types), default=0
        ),
    )
    begins = act.now
    if car.get("arrived_prep_center_at") is None and car.get("eta") is not None:
        begins = max(begins, at_clock(car["eta"], _NOON))
    others = [m for m in movables(found, act.now, until) if m.booking.site != str(site)]
    made = promise(Finder(found.world), ahead, begins, others)
    act.found = _promised(
        made.ready_at,
        list(made.reasons),
        [
            {
                "lever": gain.lever,
                "hours": round(gain.hours, 2),
                "ready_at": gain.ready_at.isoformat(),
                "reason_nb": gain.reason.nb,
                "reason_en": gain.reason.en,
            }
            for gain in made.gains
        ],
    )


def _promised(at: datetime | None, reasons: list[Text], gains: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "ready_at": None if at is None else at.isoformat(),
        "reasons_nb": [t.nb for t in reasons],
        "reasons_en": [t.en for t in reasons],
        "gains": gains,
    }


async def _steps(act: Act, car: Row, found: Survey, until: datetime) -> list[Remaining]:
    kinds = needed(car, found)
    done = await completed(act, [kind["id"] for kind in kinds])
    blocked = await elsewhere(act, car)
    held = sorted((b for b in found.bookings if b["car"] == car.get("id")), key=lambda b: b["starts_at"])
    steps = []
    for kind in kinds:
        hours, _ = hours_for(car, kind, done)
        work = str(kind["work"])
        booked = next((b for b in held if b["resource_type"] == kind["id"]), None)
        job = Job(
            type=str(kind["id"]),
            hours=hours,
            site=str(car.get("dealership") or car.get("prep_center")),
            earliest=act.now,
            latest=until,
            specialisations=wanted_by(car),
            blocked=tuple(s for s in blocked if booked is None or s.start != booked["starts_at"]),
        )
        steps.append(
            Remaining(
                label=Text(kind["name_nb"], kind["name_en"]),
                hours=hours,
                job=job,
                booked=booking_of(booked) if booked else None,
                started_at=car.get(f"{work}_started_at"),
                needs_parts=work == "technical",
            )
        )
    return steps


async def _parts_eta(act: Act, car: Row) -> datetime | None:
    orders = await act.find("parts_orders", system="workflow", limit=200, car=car["id"], arrived_at=None)
    days = [o.row["eta"] for o in orders if o.row["eta"] and o.row["status"] not in {"cancelled", "installed"}]
    return at_clock(max(days), _NOON) if days else None


def _hours_of(found: Survey, site: str) -> Schedule:
    schedules = [r.schedule for r in found.world.resources if r.site == site and r.schedule.hours]
    return Schedule(schedules[0].hours) if schedules else _OFFICE


VERBS = (
    Verb(
        name="make_room",
        label=Text("Finn noe som kan flyttes", "Find what could move"),
        run=make_room,
        on="collection",
        params=JOB,
        icon="arrows-move",
    ),
    Verb(
        name="promise",
        label=Text("Når er bilen klar?", "When is the car ready?"),
        run=ready,
        on="collection",
        params=(field("car", "Bil", "Car", Kind.REF, ref="cars", required=True),),
        icon="calendar-check",
    ),
)
