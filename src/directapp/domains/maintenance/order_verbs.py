"""What is done with a work order, from the wish to the bill: approved within limits, assigned, worked on, released."""

from decimal import Decimal
from typing import Any

from directapp.declare.case import Case
from directapp.declare.fields import field
from directapp.declare.kinds import Kind
from directapp.declare.names import Values
from directapp.declare.verbs import Verb
from directapp.domains.maintenance.events import MAINTAINED, ORDER_RELEASED
from directapp.domains.maintenance.fields import (
    LABOR_ENTRIES,
    MAINTENANCE_SCHEDULES,
    PART_USES,
    VENDOR_LINES,
    WORK_ORDER_TASKS,
    WORK_ORDERS,
    LaborEntries,
    MaintenanceSchedules,
    OrderLines,
    PartUses,
    VendorLines,
    WorkOrders,
    WorkOrderTasks,
)
from directapp.domains.maintenance.order_words import BEFORE_DONE, HOLDS
from directapp.domains.maintenance.outlook import counted_anew
from directapp.domains.maintenance.review import review_vehicle_of
from directapp.domains.people.fields import DEALERSHIPS, USERS, Dealerships
from directapp.domains.people.roles import limit_of
from directapp.domains.vehicles.fields import METER_READINGS, VEHICLES, MeterReadings, Vehicles
from directapp.domains.vehicles.naming import SYSTEM
from directapp.kernel.clock import oslo_day
from directapp.kernel.errors import ConflictError, ForbiddenError, InvalidError, Problem
from directapp.kernel.money import amount_text
from directapp.kernel.text import _, pgettext
from directapp.services.command import CommandContext
from directapp.services.seen import Seen

# What it may cost more than was approved before it is asked about again.
TOLERANCE = Decimal("1.10")
OWN = _("Who asks never approves.")
_LIMIT = _("The amount is {amount}. You may approve up to {limit}; the manager may approve more.")
_ESTIMATE = _("Say what it will cost before it is sent on.")
_TASKS = _("{count} tasks are not done.")
_PARTS = _("{count} parts are reserved and neither issued nor returned.")
_CLOCK = _("The clock still runs on {count} entries of hours.")
_VENDOR = _("A vendor has not delivered yet.")
_METER = _("Say what the odometer or the hour meter says.")
_BACK = _("The odometer cannot have gone backwards.")
_OVER = _("It costs {amount}, and {budget} is approved. Send it on for approval.")
SECOND = _("Another person than who completed it releases the vehicle.")
_UNRELEASED = _("The repair was critical: another person releases the vehicle first.")
_NOT_CRITICAL = _("Only a vehicle with a critical repair is released.")
_RELEASED = _("The vehicle is released already.")
_ORDER = _("It has to end after it begins.")


async def _limit(ctx: CommandContext) -> Decimal | None:
    site = await ctx.look_up(DEALERSHIPS, ctx.target.row[WorkOrders.dealership], system="pipeline")
    return limit_of(ctx.actor.works_as, site.row.get(Dealerships.approval_limits))


async def open_order(ctx: CommandContext) -> None:
    """Take the wish up as work."""
    await ctx.move("open", system=SYSTEM)


async def submit(ctx: CommandContext) -> None:
    """Send it on: approved at once within the own limit, else it waits for somebody who may."""
    estimate = ctx.params.get("estimate")
    estimate = estimate if estimate is not None else ctx.target.row.get(WorkOrders.estimate)
    if estimate is None:
        raise InvalidError(Problem(_ESTIMATE, field=WorkOrders.estimate))
    limit = await _limit(ctx)
    patch: Values = {WorkOrders.estimate: estimate, WorkOrders.submitted_by: ctx.actor.user}
    # More than was approved is never waved through by who asks for it.
    again = ctx.target.row.get(WorkOrders.status) in {"in_progress", "on_hold"}
    patch |= {WorkOrders.approved_by: None, WorkOrders.approved_at: None}
    if not again and (limit is None or estimate <= limit):
        patch |= {WorkOrders.approved_budget: estimate, WorkOrders.approved_at: ctx.now}
        await ctx.move("approved", patch, system=SYSTEM)
        return
    await ctx.move("awaiting_approval", patch, system=SYSTEM)


async def approve(ctx: CommandContext) -> None:
    """Say yes to what it will cost, within the limit that the site gives; never to what one asked for oneself."""
    row, amount = ctx.target.row, ctx.target.row.get(WorkOrders.estimate) or Decimal(0)
    if ctx.actor.user in {row.get(WorkOrders.submitted_by), row.get(WorkOrders.created_by)}:
        raise ForbiddenError(OWN)
    limit = await _limit(ctx)
    if limit is not None and amount > limit:
        words = _LIMIT.fill(amount=amount_text(amount), limit=amount_text(limit))
        raise ForbiddenError(Problem(words, field=WorkOrders.estimate))
    patch: Values = {
        WorkOrders.approved_budget: amount,
        WorkOrders.approved_at: ctx.now,
        WorkOrders.approved_by: ctx.actor.user,
    }
    await ctx.move("approved", patch, system=SYSTEM)


async def reject(ctx: CommandContext) -> None:
    """Say no, and why."""
    await ctx.move("open", {WorkOrders.reason: ctx.params["reason"]}, system=SYSTEM)


async def assign(ctx: CommandContext) -> None:
    """Give it to a technician, for some hours in which nobody gives the same one anything else."""
    start, end = ctx.params["start"], ctx.params["end"]
    if end <= start:
        raise InvalidError(Problem(_ORDER, field="end"))
    patch: Values = {
        WorkOrders.technician: ctx.params["technician"],
        WorkOrders.planned_start: start,
        WorkOrders.planned_end: end,
    }
    await ctx.move("scheduled", patch, system=SYSTEM)


async def start(ctx: CommandContext) -> None:
    """Begin: the vehicle is at the workshop from now on."""
    row = ctx.target.row
    vehicle = await ctx.look_up(VEHICLES, row[WorkOrders.vehicle], system=SYSTEM)
    if vehicle.row.get(Vehicles.status) in {"active", "out_of_service"}:
        await ctx.move("in_workshop", {Vehicles.status_reason: row[WorkOrders.title]}, system=SYSTEM, on=vehicle)
    patch: Values = {
        WorkOrders.started_at: row.get(WorkOrders.started_at) or ctx.now,
        WorkOrders.down_from: row.get(WorkOrders.down_from) or ctx.now,
        WorkOrders.technician: row.get(WorkOrders.technician) or ctx.actor.user,
    }
    await ctx.move("in_progress", patch, system=SYSTEM)


async def hold(ctx: CommandContext) -> None:
    """Let it wait, and say what for."""
    patch: Values = {WorkOrders.hold_for: ctx.params["waits_for"], WorkOrders.reason: ctx.params.get("reason")}
    await ctx.move("on_hold", patch, system=SYSTEM)


async def resume(ctx: CommandContext) -> None:
    """Go on with it."""
    await ctx.move("in_progress", {WorkOrders.hold_for: None, WorkOrders.reason: None}, system=SYSTEM)


async def _lines(ctx: CommandContext, collection: str, **equals: Any) -> list[Seen]:
    return await ctx.every(collection, {OrderLines.work_order: ctx.target.id, **equals}, system=SYSTEM)


async def _unsettled(ctx: CommandContext) -> list[Problem]:
    """Return what stands between a work order and its completion, all at once."""
    row = ctx.target.row
    hours = await _lines(ctx, LABOR_ENTRIES, **{LaborEntries.corrected_at: None})
    counts = (
        (_TASKS, len(await _lines(ctx, WORK_ORDER_TASKS, **{WorkOrderTasks.done_at: None}))),
        (_PARTS, len(await _lines(ctx, PART_USES, **{PartUses.status: "reserved"}))),
        (_CLOCK, sum(h.row.get(LaborEntries.hours) is None for h in hours)),
    )
    problems = [Problem(text.fill(count=count)) for text, count in counts if count]
    if await _lines(ctx, VENDOR_LINES, **{VendorLines.settled: False}):
        problems.append(Problem(_VENDOR))
    actual, budget = row.get(WorkOrders.actual_cost) or Decimal(0), row.get(WorkOrders.approved_budget) or Decimal(0)
    if actual > budget * TOLERANCE:
        words = _OVER.fill(amount=amount_text(actual), budget=amount_text(budget))
        problems.append(Problem(words, field=WorkOrders.actual_cost))
    return problems


async def complete(ctx: CommandContext) -> None:
    """Finish it: everything settled, the meter read; what was planned is counted anew, the vehicle runs again."""
    row, km, hours = ctx.target.row, ctx.params.get("km"), ctx.params.get("engine_hours")
    vehicle = await ctx.look_up(VEHICLES, row[WorkOrders.vehicle], system=SYSTEM)
    known = vehicle.row.get(Vehicles.odometer_km)
    if km is None and hours is None and vehicle.row.get(Vehicles.vehicle_type) != "trailer":
        raise InvalidError(Problem(_METER, field="km"))
    if km is not None and known is not None and km + (vehicle.row.get(Vehicles.meter_offset_km) or 0) < known:
        raise InvalidError(Problem(_BACK, field="km"))
    problems = await _unsettled(ctx)
    if problems:
        raise ConflictError(problems)
    patch: Values = {
        WorkOrders.completed_at: ctx.now,
        WorkOrders.completed_by: ctx.actor.user,
        WorkOrders.km: km,
        WorkOrders.engine_hours: hours,
        WorkOrders.findings: ctx.params.get("findings"),
    }
    await ctx.move("completed", patch, system=SYSTEM)
    if km is not None or hours is not None:
        reading: Values = {
            MeterReadings.vehicle: vehicle.id,
            MeterReadings.km: km,
            MeterReadings.engine_hours: hours,
            MeterReadings.source: "workshop",
        }
        await ctx.create(METER_READINGS, reading, system=SYSTEM)
    await _count_anew(ctx, km if km is not None else known, hours)
    if row.get(WorkOrders.priority) != "critical":
        await _give_back(ctx)


async def _count_anew(ctx: CommandContext, km: int | None, hours: Decimal | None) -> None:
    schedule = ctx.target.row.get(WorkOrders.schedule)
    if schedule is None:
        return
    planned = await ctx.look_up(MAINTENANCE_SCHEDULES, schedule, system=SYSTEM)
    today = oslo_day(ctx.now)
    patch: Values = {
        MaintenanceSchedules.last_done_on: today,
        MaintenanceSchedules.last_done_km: km,
        MaintenanceSchedules.last_done_hours: hours,
    }
    await ctx.change(patch | counted_anew(planned.row, today, km, hours), system=SYSTEM, on=planned)
    await review_vehicle_of(ctx, planned.row[MaintenanceSchedules.vehicle])
    ctx.emit(MAINTAINED, on=planned)


async def _give_back(ctx: CommandContext) -> None:
    """Let the vehicle run again, unless other work keeps it, and count how long it stood."""
    row = ctx.target.row
    others = await ctx.find(
        WORK_ORDERS,
        {WorkOrders.vehicle: row[WorkOrders.vehicle], WorkOrders.status: ["in_progress", "on_hold"]},
        system=SYSTEM,
        limit=2,
    )
    vehicle = await ctx.look_up(VEHICLES, row[WorkOrders.vehicle], system=SYSTEM)
    if vehicle.row.get(Vehicles.status) == "in_workshop" and all(o.id == ctx.target.id for o in others):
        await ctx.move("active", {Vehicles.status_reason: None}, system=SYSTEM, on=vehicle)
    since = row.get(WorkOrders.down_from)
    stood = Decimal((ctx.now - since).total_seconds()) / 3600 if since else Decimal(0)
    await ctx.change(
        {WorkOrders.down_to: ctx.now, WorkOrders.down_hours: stood.quantize(Decimal("0.1"))}, system=SYSTEM
    )


async def release(ctx: CommandContext) -> None:
    """Release the vehicle after a critical repair: a second person has looked at it."""
    row = ctx.target.row
    worked = {h.row.get(LaborEntries.person) for h in await _lines(ctx, LABOR_ENTRIES)}
    if ctx.actor.user in {row.get(WorkOrders.completed_by), row.get(WorkOrders.technician), *worked}:
        raise ForbiddenError(SECOND)
    await ctx.change({WorkOrders.released_at: ctx.now, WorkOrders.released_by: ctx.actor.user}, system=SYSTEM)
    await _give_back(ctx)
    ctx.emit(ORDER_RELEASED)


def _releasable(case: Case) -> Problem | None:
    if case.get(WorkOrders.priority) != "critical":
        return Problem(_NOT_CRITICAL)
    return Problem(_RELEASED) if case.get(WorkOrders.released_at) is not None else None


async def close(ctx: CommandContext) -> None:
    """Close the books on it: what it cost stands."""
    await ctx.move("closed", system=SYSTEM)


def _closable(case: Case) -> Problem | None:
    critical = case.get(WorkOrders.priority) == "critical" and case.get(WorkOrders.released_at) is None
    return Problem(_UNRELEASED) if critical else None


async def reopen(ctx: CommandContext) -> None:
    """Take it up again, and say why; the vehicle is at the workshop once more."""
    row = ctx.target.row
    patch: Values = {
        WorkOrders.reason: ctx.params["reason"],
        WorkOrders.reopened: (row.get(WorkOrders.reopened) or 0) + 1,
        WorkOrders.completed_at: None,
        WorkOrders.completed_by: None,
        WorkOrders.released_at: None,
        WorkOrders.released_by: None,
        WorkOrders.down_to: None,
    }
    await ctx.move("in_progress", patch, system=SYSTEM)
    vehicle = await ctx.look_up(VEHICLES, row[WorkOrders.vehicle], system=SYSTEM)
    if vehicle.row.get(Vehicles.status) == "active":
        await ctx.move("in_workshop", {Vehicles.status_reason: ctx.params["reason"]}, system=SYSTEM, on=vehicle)


async def cancel(ctx: CommandContext) -> None:
    """Break it off: reserved parts go back to the shelf, the technician's time and the vehicle are free."""
    for use in await _lines(ctx, PART_USES, **{PartUses.status: "reserved"}):
        await ctx.move("returned", {PartUses.returned_at: ctx.now}, system=SYSTEM, on=use)
    if ctx.target.row.get(WorkOrders.started_at) is not None:
        await _give_back(ctx)
    await ctx.move("cancelled", {WorkOrders.reason: ctx.params["reason"]}, system=SYSTEM)


_WHY = field("reason", pgettext("what is written down", "Reason"), required=True, max_length=300)


def _verb(name: str, label: Any, run: Any, *states: str, icon: str, **more: Any) -> Verb:
    return Verb(name=name, label=label, run=run, states=states, icon=icon, **more)


VERBS = (
    _verb("open", pgettext("work order", "Take up"), open_order, "draft", icon="check", primary=True, to="open"),
    _verb(
        "submit",
        pgettext("work order", "Send on"),
        submit,
        "open",
        "in_progress",
        "on_hold",
        icon="send",
        primary=True,
        params=(field("estimate", _("Estimate"), Kind.MONEY, minimum=0, help=_("Empty: what stands there.")),),
    ),
    _verb(
        "approve",
        pgettext("work order", "Approve"),
        approve,
        "awaiting_approval",
        icon="check",
        primary=True,
        to="approved",
    ),
    _verb(
        "reject",
        pgettext("work order", "Send back"),
        reject,
        "awaiting_approval",
        icon="x",
        params=(_WHY,),
        danger=True,
        to="open",
    ),
    _verb(
        "assign",
        pgettext("work order", "Assign"),
        assign,
        "approved",
        "scheduled",
        icon="user-check",
        primary=True,
        to="scheduled",
        params=(
            field("technician", _("Technician"), Kind.REF, ref=USERS, required=True),
            field("start", pgettext("work order", "From"), Kind.INSTANT, required=True),
            field("end", pgettext("work order", "To"), Kind.INSTANT, required=True),
        ),
    ),
    _verb(
        "start",
        pgettext("work order", "Start"),
        start,
        "approved",
        "scheduled",
        icon="player-play",
        primary=True,
        to="in_progress",
    ),
    _verb(
        "hold",
        pgettext("work order", "Put on hold"),
        hold,
        "in_progress",
        icon="player-pause",
        to="on_hold",
        params=(
            field("waits_for", pgettext("work order", "Waits for"), Kind.CHOICE, required=True, choices=HOLDS),
            field("reason", pgettext("what is written down", "Reason"), max_length=300),
        ),
    ),
    _verb(
        "resume",
        pgettext("work order", "Go on"),
        resume,
        "on_hold",
        icon="player-play",
        primary=True,
        to="in_progress",
    ),
    _verb(
        "complete",
        pgettext("work order", "Complete"),
        complete,
        "in_progress",
        icon="circle-check",
        primary=True,
        to="completed",
        params=(
            field("km", _("Odometer"), Kind.INTEGER, minimum=0, maximum=2_000_000, unit="km"),
            field("engine_hours", _("Engine hours"), Kind.DECIMAL, scale=1, minimum=0, maximum=200_000, unit="t"),
            field("findings", _("Findings"), Kind.TEXT, max_length=2000),
        ),
    ),
    _verb(
        "release",
        _("Release the vehicle"),
        release,
        "completed",
        icon="shield-check",
        primary=True,
        blocked=_releasable,
    ),
    _verb("close", pgettext("work order", "Close"), close, "completed", icon="archive", blocked=_closable, to="closed"),
    _verb(
        "reopen",
        pgettext("work order", "Reopen"),
        reopen,
        "completed",
        icon="arrow-back-up",
        params=(_WHY,),
        to="in_progress",
    ),
    _verb(
        "cancel",
        pgettext("work order", "Break off"),
        cancel,
        *BEFORE_DONE,
        icon="ban",
        params=(_WHY,),
        danger=True,
        to="cancelled",
    ),
)
PLANNING = ("open", "submit", "assign", "cancel")
WORKING = ("start", "hold", "resume", "complete", "release", "reopen")
DECIDING = ("approve", "reject")
