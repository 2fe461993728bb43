"""What a booking brings with it: the car's plan and times, the ledgers it counts in, the time bank."""

from typing import Any

from directapp.declare.case import Case, Consequence, Row
from directapp.domains.planning.booking_fields import HOLDING
from directapp.domains.planning.booking_fill import others
from directapp.domains.planning.booking_rules import ledgers
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
    if work in ON_CAR and moved and case.get("status") not in {"in_progress", "completed"}:
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
    return [Consequence(collection="cars", system="workflow", patch=patch, target=case.get("car"))] if patch else []


def _earlier(case: Case, name: str, **equals: Any) -> list[Row]:
    rows = case.earlier.get(name) or ()
    return [r for r in rows if all(r.get(k) == v for k, v in equals.items())]


def _counted(collection: str, case: Case, target: Any = None, **patch: Any) -> Consequence:
    """Have a row of a ledger counted anew, or begun."""
    whole = {"counted_at": case.now, **patch}
    return Consequence(collection=collection, system="planning", patch=whole, target=target)


def ledgers_follow(case: Case) -> list[Consequence]:
    """Have the days and the agreement's week counted anew, those that the booking left too."""
    if case.before is not None and not case.changed(*_COUNTED):
        return []
    days: dict[Any, Consequence] = {}
    for resource, row in ledgers(case):
        if row is not None:
            days[row["id"]] = _counted("resource_capacities", case, row["id"])
        else:
            days[resource] = _counted(
                "resource_capacities",
                case,
                dealership=case.get("provider"),
                resource_type=case.get("resource_type"),
                resource=resource,
                day=case.get("day"),
            )
    for resource in (None, case.was("resource")):
        for row in _earlier(case, "days", resource=resource) if case.before is not None else ():
            days[row["id"]] = _counted("resource_capacities", case, row["id"])
    # What is given back is counted before what is taken: a move within a full week must not trip over itself.
    return [*sorted(days.values(), key=lambda c: str(c.target or "")), *_weeks(case)]


def _weeks(case: Case) -> list[Consequence]:
    weeks: dict[Any, Consequence] = {}
    left = _earlier(case, "weeks") if case.was("agreement") is not None else []
    for row in [*left, *(case.many("weeks") if case.get("agreement") is not None else ())]:
        weeks[row["id"]] = _counted("sharing_weeks", case, row["id"])
    if case.get("agreement") is not None and not case.many("weeks"):
        weeks["new"] = _counted("sharing_weeks", case, agreement=case.get("agreement"), week=case.get("week"))
    return list(weeks.values())


def time_bank_follows(case: Case) -> list[Consequence]:
    """Enter the hours of completed work on the person; work taken back takes its hours with it."""
    entry = next(iter(case.many("entries")), None)
    done = case.get("status") == "completed" and case.get("person") is not None
    if not case.changed("status", "actual_hours", "person") or (not done and entry is None):
        return []
    values = {
        "person": case.get("person") or (entry or {}).get("person"),
        "day": case.get("day"),
        "hours": (case.get("actual_hours") or 0) if done else 0,
        "provider": case.get("provider"),
        "consumer": case.get("consumer"),
        "resource_type": case.get("resource_type"),
        "booking": case.get("id"),
    }
    target = None if entry is None else entry["id"]
    return [Consequence(collection="timebank_entries", system="planning", patch=values, target=target)]


CONSEQUENCES = (car_follows, ledgers_follow, time_bank_follows)
