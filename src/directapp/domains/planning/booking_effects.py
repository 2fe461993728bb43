"""What a booking brings with it: the car's plan and times, the ledgers it counts in, the time bank."""

from decimal import Decimal
from typing import Any

from directapp.declare.case import Case, Consequence, Row
from directapp.domains.cars.fields import CARS
from directapp.domains.planning.booking_fields import HOLDING
from directapp.domains.planning.booking_fill import lanes, others
from directapp.domains.planning.booking_rules import CLOSED, ledgers
from directapp.domains.planning.engine.spans import local_day
from directapp.domains.planning.fields import RESOURCE_BOOKINGS, RESOURCE_CAPACITIES, SHARING_WEEKS, TIMEBANK_ENTRIES
from directapp.domains.planning.types import ON_CAR

_WORKER = {"technical": "assigned_mechanic", "cosmetic": "assigned_detailer"}
_STARTS = {
    "technical": "technical_started_at",
    "cosmetic": "cosmetic_started_at",
    "inspection": "inspection_started_at",
}
_ENDS = {
    "technical": "technical_completed_at",
    "cosmetic": "cosmetic_completed_at",
    "inspection": "inspection_completed_at",
    "quality": "quality_checked_at",
}
_COUNTED = ("starts_at", "ends_at", "status", "resource", "agreement")


def _same_work(case: Case) -> list[Row]:
    return [b for b in others(case, "cars_bookings") if b.get("resource_type") == case.get("resource_type")]


def _plan(case: Case, work: str) -> dict[str, Any]:
    """Return the car's planned time and person: those of the first booking that still holds its time."""
    holding = _same_work(case)
    if case.get("status") in HOLDING:
        holding.append(case.row)
    first = min(holding, key=lambda b: b["starts_at"], default=None)
    worker = _WORKER[work]
    if first is None:
        was_mine = case.one("car").get(worker) in {None, case.was("person"), case.get("person")}
        return {f"scheduled_{work}_start": None, **({worker: None} if was_mine else {})}
    patch = {f"scheduled_{work}_start": first["starts_at"]}
    return patch | ({worker: first["person"]} if first.get("person") else {})


def car_follows(case: Case) -> list[Consequence]:
    """Carry the plan, the start and the end of the work to the car; what the car knows already stays."""
    car, work = case.one("car"), str(case.one("type").get("work"))
    patch: dict[str, Any] = {}
    moved = case.changed("starts_at", "person", "status") or case.before is None
    if car.get("status") in CLOSED:
        return []
    planned = moved and case.get("status") not in {"in_progress", "completed"}
    if work in ON_CAR and planned:
        patch |= _plan(case, work)
    begun = case.changed("started_at") and case.get("started_at") is not None
    if begun and work in _STARTS and (car.get(_STARTS[work]) is None or car.get("status") == "qc_failed"):
        patch[_STARTS[work]] = case.get("started_at")
    ended = case.changed("completed_at") and case.get("completed_at") is not None
    if ended and work in _ENDS and car.get(_ENDS[work]) is None and not _same_work(case):
        patch[_ENDS[work]] = case.get("completed_at")
        if work in ON_CAR and case.get("person") is not None:
            patch[f"{work}_completed_by"] = case.get("person")
    patch = {name: value for name, value in patch.items() if value != car.get(name)}
    return [Consequence(collection=CARS, system="workflow", patch=patch, target=case.get("car"))] if patch else []


def ledgers_follow(case: Case) -> list[Consequence]:
    """Begin the days and the agreement's week that the booking counts in; their sums follow by themselves."""
    if case.before is not None and not case.changed(*_COUNTED):
        return []
    found = []
    for ledger in ledgers(case):
        begun = {
            "dealership": case.get("provider"),
            "resource_type": case.get("resource_type"),
            "resource": ledger.resource,
            "day": case.get("day"),
        }
        row = ledger.row
        if row is None:
            found.append(_planned(RESOURCE_CAPACITIES, begun))
        elif not row.get("exception") and _grown(row.get("allocated_hours"), ledger.allocated):
            found.append(_planned(RESOURCE_CAPACITIES, {"counted_at": case.now}, row["id"]))
    if case.get("agreement") is not None and not case.many("weeks"):
        found.append(_planned(SHARING_WEEKS, {"agreement": case.get("agreement"), "week": case.get("week")}))
    return found


def _planned(collection: str, patch: dict[str, Any], target: Any = None) -> Consequence:
    return Consequence(collection=collection, system="planning", patch=patch, target=target)


def _grown(stored: Decimal | None, hours: Decimal | None) -> bool:
    """Whether a day has more room by the weekly plan than when it was last looked at; without one it has all."""
    return stored is not None and (hours is None or hours > stored)


def lanes_follow(case: Case) -> list[Consequence]:
    """Let others beside the booking change lanes, where the resource has room for all but each kept its own."""
    if case.before is not None and not case.changed("starts_at", "ends_at", "resource", "status"):
        return []
    present = {b["id"]: b.get("lane") for b in others(case, "beside")} | {case.get("id"): case.get("lane")}
    return [
        _planned(RESOURCE_BOOKINGS, {"lane": lane}, booking)
        for booking, lane in lanes(case).items()
        if lane != present[booking]
    ]


def time_bank_follows(case: Case) -> list[Consequence]:
    """Enter the hours of completed work on the person and the day it was done; work taken back takes them with it."""
    entry = next(iter(case.many("entries")), None)
    done = case.get("status") == "completed" and case.get("person") is not None
    if not done and entry is None:
        return []
    worked = case.get("started_at") or case.get("completed_at")
    values = {
        "person": case.get("person") or (entry or {}).get("person"),
        "day": local_day(worked) if worked is not None else case.get("day"),
        "hours": (case.get("actual_hours") or Decimal(0)) if done else Decimal(0),
        "provider": case.get("provider"),
        "consumer": case.get("consumer"),
        "resource_type": case.get("resource_type"),
        "booking": case.get("id"),
    }
    if entry is None:
        return [_planned(TIMEBANK_ENTRIES, values)]
    patch = {name: value for name, value in values.items() if value != entry.get(name)}
    return [_planned(TIMEBANK_ENTRIES, patch, entry["id"])] if patch else []


CONSEQUENCES = (car_follows, lanes_follow, ledgers_follow, time_bank_follows)
