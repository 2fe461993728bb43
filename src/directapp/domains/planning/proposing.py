"""Proposing: what a plan proposal asks for is looked up, solved outside any transaction, and written down."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from directapp.declare.names import Row, plain
from directapp.domains.cars.fields import CARS, Cars
from directapp.domains.planning.booking_fields import HOLDING
from directapp.domains.planning.engine.autoplan import Effort, Plan, PlanCar, PlanStep, Proposal, autoplan
from directapp.domains.planning.engine.spans import Span
from directapp.domains.planning.engine.workdays import at_clock
from directapp.domains.planning.estimating import completed, hours_for
from directapp.domains.planning.fields import (
    RESOURCE_BOOKINGS,
    PlanProposals,
    ResourceBookings,
    Resources,
    ResourceTypes,
)
from directapp.domains.planning.movable import booking_of
from directapp.domains.planning.naming import car_name
from directapp.domains.planning.rights import SYSTEM
from directapp.domains.planning.search_verbs import needed, promised, wanted_by
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
        if ctx.seen is None or ctx.seen.row[PlanProposals.status] != "queued":
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
        await ctx.change(_answer(plan, question) | {PlanProposals.solved_at: ctx.now})


async def _failed(job: JobRun) -> None:
    async with job.act(SYSTEM) as ctx:
        words = _("The plan could not be made.")
        await ctx.change({PlanProposals.status: "failed", PlanProposals.message: words})


async def _question(ctx: CommandContext, asked: Row) -> _Question:
    site: UUID = asked[PlanProposals.dealership]
    start = max(ctx.now, at_clock(asked[PlanProposals.first_day], "00:00"))
    until = at_clock(asked[PlanProposals.last_day] + timedelta(days=1), "00:00")
    statuses = [_READY, _PLANNED] if asked[PlanProposals.move_booked] else [_READY]
    waiting = sorted(
        await ctx.every(CARS, {Cars.prep_center: site, Cars.status: statuses}, system="workflow"),
        key=lambda c: _urgency(c.row),
    )
    left_out, waiting = waiting[MOST_CARS:], waiting[:MOST_CARS]
    rows = {str(car.id): car.row for car in waiting}
    consumers = sorted({site, *(c.get(Cars.dealership) or site for c in rows.values())}, key=str)
    found = await survey(ctx, consumers, start, until)
    # A planner plans the time of the own site; others' is asked for with a slot search.
    own = tuple(r for r in found.world.resources if r.site == str(site))
    found.world = replace(found.world, resources=own)
    kinds = {str(kind[ResourceTypes.id]): kind for car in rows.values() for kind in needed(car, found)}
    done = await completed(ctx, [kind[ResourceTypes.id] for kind in kinds.values()])
    held: dict[str, list[Row]] = {}
    ids = [car.id for car in waiting]
    for booking in await ctx.every(
        RESOURCE_BOOKINGS, {ResourceBookings.car: ids, ResourceBookings.status: list(HOLDING)}, system=SYSTEM
    ):
        held.setdefault(str(booking.row[ResourceBookings.car]), []).append(booking.row)
    cars = []
    for name, car in rows.items():
        steps = tuple(
            _step(car, kind, held.get(name, []), done, move=asked[PlanProposals.move_booked])
            for kind in needed(car, found)
        )
        if any(not step.pinned for step in steps):
            planned = {step.type for step in steps}
            away = [b for b in held.get(name, []) if str(b[ResourceBookings.resource_type]) not in planned]
            cars.append(
                PlanCar(
                    id=name,
                    site=str(car.get(Cars.dealership) or site),
                    steps=steps,
                    earliest=start,
                    promised=promised(car),
                    priority=_PRIORITY.get(str(car.get(Cars.priority)), 1),
                    blocked=tuple(Span(b[ResourceBookings.starts_at], b[ResourceBookings.ends_at]) for b in away),
                )
            )
    return _Question(found, cars, rows, start, until, int(asked[PlanProposals.seconds]), [c.row for c in left_out])


def _urgency(car: Row) -> tuple[int, date, str]:
    """Return the order in which cars get a place in a plan: priority, then the promised day."""
    priority = _PRIORITY.get(str(car.get(Cars.priority)), 1)
    return -priority, car.get(Cars.delivery_date) or date.max, str(car[Cars.id])


def _step(car: Row, kind: Row, held: list[Row], done: Any, *, move: bool) -> PlanStep:
    booked = min(
        (b for b in held if b[ResourceBookings.resource_type] == kind[ResourceTypes.id]),
        key=lambda b: b[ResourceBookings.starts_at],
        default=None,
    )
    label = name_of(plain(kind))
    wanted = wanted_by(car)
    if booked is None:
        hours, _ = hours_for(car, kind, done)
        return PlanStep(type=str(kind[ResourceTypes.id]), hours=hours, specialisations=wanted, label=label)
    stands = booking_of(booked)
    hours = (booked[ResourceBookings.ends_at] - booked[ResourceBookings.starts_at]).total_seconds() / 3600
    fixed = not move or bool(booked[ResourceBookings.pinned]) or booked[ResourceBookings.status] == "in_progress"
    return PlanStep(
        type=str(kind[ResourceTypes.id]), hours=hours, specialisations=wanted, booked=stands, pinned=fixed, label=label
    )


def _answer(plan: Plan, question: _Question) -> dict[str, Any]:
    lines = [_line(n, p, question) for n, p in enumerate(plan.proposals, 1)]
    unplanned = [
        {
            "car": u.car,
            "car_title": car_name(question.rows[u.car]),
            "reason": u.reason,
        }
        for u in plan.unplanned
    ] + [{"car": str(car[Cars.id]), "car_title": car_name(car), "reason": _LEFT_OUT} for car in question.left_out]
    return {
        PlanProposals.status: "ready",
        PlanProposals.lines: lines,
        PlanProposals.unplanned: unplanned,
        PlanProposals.late_hours: round(plan.late_hours, 2),
        PlanProposals.proven: plan.proven,
    }


def _line(number: int, proposal: Proposal, question: _Question) -> dict[str, Any]:
    slot = proposal.slot
    resource, kind = question.found.resources[slot.resource], question.found.types[proposal.type]
    return {
        "line": number,
        "car": proposal.car,
        "car_title": car_name(question.rows[proposal.car]),
        "resource_type": proposal.type,
        "type": name_of(plain(kind)),
        "resource": slot.resource,
        "resource_name": resource[Resources.name],
        "starts_at": slot.start.isoformat(),
        "ends_at": slot.end.isoformat(),
        "moves": proposal.moves.id if proposal.moves else None,
        "moves_from": proposal.moves.start.isoformat() if proposal.moves else None,
        "reason": proposal.reason,
    }
