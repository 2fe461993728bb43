"""Proposing: what a plan proposal asks for is looked up, solved outside any transaction, and written down."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from directapp.declare.case import Row
from directapp.domains.cars.fields import CARS
from directapp.domains.planning.booking_fields import HOLDING
from directapp.domains.planning.engine.autoplan import Effort, Plan, PlanCar, PlanStep, Proposal, autoplan
from directapp.domains.planning.engine.spans import Span
from directapp.domains.planning.engine.workdays import at_clock
from directapp.domains.planning.engine.world import Booking
from directapp.domains.planning.estimating import completed, hours_for
from directapp.domains.planning.fields import RESOURCE_BOOKINGS
from directapp.domains.planning.rights import SYSTEM
from directapp.domains.planning.search_verbs import needed, promised
from directapp.domains.planning.survey import Survey, survey
from directapp.kernel.text import _, name_of
from directapp.services.command import CommandContext
from directapp.services.jobs import JobRun

_PRIORITY = {"low": 0, "normal": 1, "high": 2, "urgent": 3}
_READY, _PLANNED = "ready_to_plan", "planned"
# A plan takes the most urgent cars, so many; the others are named as left out.
MOST_CARS = 500
_LEFT_OUT = _("A proposal takes the {most_cars} most urgent cars. This one comes after them.").fill(most_cars=MOST_CARS)


@dataclass(slots=True)
class _Question:
    """What is asked of the solver, and the rows behind it."""

    found: Survey
    cars: list[PlanCar]
    rows: Mapping[str, Row]
    start: datetime
    until: datetime
    seconds: int
    left_out: list[Row]


async def propose(job: JobRun) -> None:
    """Make the plan that a proposal asks for."""
    async with job.act(SYSTEM) as ctx:
        if ctx.seen is None or ctx.seen.row["status"] != "queued":
            return
        question = await _question(ctx, ctx.seen.row)
    effort = Effort(seconds=float(question.seconds))
    try:
        plan = await asyncio.to_thread(
            autoplan, question.found.world, question.cars, start=question.start, until=question.until, effort=effort
        )
    except Exception:
        if job.last:
            await _failed(job)
        raise
    async with job.act(SYSTEM) as ctx:
        await ctx.change(_answer(plan, question) | {"solved_at": ctx.now})


async def _failed(job: JobRun) -> None:
    async with job.act(SYSTEM) as ctx:
        words = _("The plan could not be made.")
        await ctx.change({"status": "failed", "message": words})


async def _question(ctx: CommandContext, asked: Row) -> _Question:
    site: UUID = asked["dealership"]
    start = max(ctx.now, at_clock(asked["first_day"], "00:00"))
    until = at_clock(asked["last_day"] + timedelta(days=1), "00:00")
    statuses = [_READY, _PLANNED] if asked["move_booked"] else [_READY]
    waiting = sorted(
        await ctx.every(CARS, system="workflow", prep_center=site, status=statuses), key=lambda c: _urgency(c.row)
    )
    left_out, waiting = waiting[MOST_CARS:], waiting[:MOST_CARS]
    rows = {str(car.id): car.row for car in waiting}
    consumers = sorted({site, *(c["dealership"] or site for c in rows.values())}, key=str)
    found = await survey(ctx, consumers, start, until)
    # A planner plans the time of the own site; others' is asked for with a slot search.
    own = tuple(r for r in found.world.resources if r.site == str(site))
    found.world = replace(found.world, resources=own)
    kinds = {str(kind["id"]): kind for car in rows.values() for kind in needed(car, found)}
    done = await completed(ctx, [kind["id"] for kind in kinds.values()])
    held: dict[str, list[Row]] = {}
    ids = [car.id for car in waiting]
    for booking in await ctx.every(RESOURCE_BOOKINGS, system=SYSTEM, car=ids, status=list(HOLDING)):
        held.setdefault(str(booking.row["car"]), []).append(booking.row)
    cars = []
    for name, car in rows.items():
        steps = tuple(
            _step(car, kind, held.get(name, []), done, move=asked["move_booked"]) for kind in needed(car, found)
        )
        if any(not step.pinned for step in steps):
            planned = {step.type for step in steps}
            away = [b for b in held.get(name, []) if str(b["resource_type"]) not in planned]
            cars.append(
                PlanCar(
                    id=name,
                    site=str(car["dealership"] or site),
                    steps=steps,
                    earliest=start,
                    promised=promised(car),
                    priority=_PRIORITY.get(str(car.get("priority")), 1),
                    blocked=tuple(Span(b["starts_at"], b["ends_at"]) for b in away),
                )
            )
    return _Question(found, cars, rows, start, until, int(asked["seconds"]), [c.row for c in left_out])


def _urgency(car: Row) -> tuple[int, date, str]:
    """Return the order in which cars get a place in a plan: priority, then the promised day."""
    priority = _PRIORITY.get(str(car.get("priority")), 1)
    return -priority, car.get("delivery_date") or date.max, str(car["id"])


def _step(car: Row, kind: Row, held: list[Row], done: Any, *, move: bool) -> PlanStep:
    booked = min((b for b in held if b["resource_type"] == kind["id"]), key=lambda b: b["starts_at"], default=None)
    label = name_of(kind)
    wanted = tuple(str(car[n]) for n in ("make", "model", "fuel_type") if car.get(n))
    if booked is None:
        hours, _ = hours_for(car, kind, done)
        return PlanStep(type=str(kind["id"]), hours=hours, specialisations=wanted, label=label)
    stands = Booking(
        id=str(booked["id"]),
        resource=str(booked["resource"]),
        type=str(kind["id"]),
        site=str(booked["consumer"]),
        start=booked["starts_at"],
        end=booked["ends_at"],
        lane=booked["lane"],
    )
    hours = (booked["ends_at"] - booked["starts_at"]).total_seconds() / 3600
    fixed = not move or bool(booked["pinned"]) or booked["status"] == "in_progress"
    return PlanStep(type=str(kind["id"]), hours=hours, specialisations=wanted, booked=stands, pinned=fixed, label=label)


def title(car: Row) -> str:
    """Return how people know a car: plate or the VIN's tail, make and model."""
    name = car.get("license_plate") or (car.get("vin") or "")[-6:]
    return " ".join(str(part) for part in (name, car.get("make"), car.get("model")) if part)


def _answer(plan: Plan, question: _Question) -> dict[str, Any]:
    lines = [_line(n, p, question) for n, p in enumerate(plan.proposals, 1)]
    unplanned = [
        {
            "car": u.car,
            "car_title": title(question.rows[u.car]),
            "reason": u.reason,
        }
        for u in plan.unplanned
    ] + [{"car": str(car["id"]), "car_title": title(car), "reason": _LEFT_OUT} for car in question.left_out]
    return {
        "status": "ready",
        "lines": lines,
        "unplanned": unplanned,
        "late_hours": round(plan.late_hours, 2),
        "proven": plan.proven,
    }


def _line(number: int, proposal: Proposal, question: _Question) -> dict[str, Any]:
    slot = proposal.slot
    resource, kind = question.found.resources[slot.resource], question.found.types[proposal.type]
    return {
        "line": number,
        "car": proposal.car,
        "car_title": title(question.rows[proposal.car]),
        "resource_type": proposal.type,
        "type": name_of(kind),
        "resource": slot.resource,
        "resource_name": resource["name"],
        "starts_at": slot.start.isoformat(),
        "ends_at": slot.end.isoformat(),
        "moves": proposal.moves.id if proposal.moves else None,
        "moves_from": proposal.moves.start.isoformat() if proposal.moves else None,
        "reason": proposal.reason,
    }
