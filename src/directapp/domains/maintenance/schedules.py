"""Maintenance schedules: what is done again and again on a vehicle, by months, km or engine hours, whichever first."""

from typing import Any

from directapp.declare.access import Access, Grant, grants
from directapp.declare.case import Case, One
from directapp.declare.collection import Collection, Unique, Views
from directapp.declare.events import Emit, becomes
from directapp.declare.fields import Field, Group, computed, field
from directapp.declare.kinds import Kind
from directapp.declare.names import FieldName, Values
from directapp.declare.verbs import Verb
from directapp.domains.maintenance.events import DUE, MAINTAINED, OVERDUE, SCHEDULED
from directapp.domains.maintenance.fields import (
    MAINTENANCE_SCHEDULES,
    SERVICE_PROGRAMS,
    WORK_ORDERS,
    Intervals,
    MaintenanceSchedules,
    WorkOrders,
)
from directapp.domains.maintenance.outlook import counted_anew, outlook
from directapp.domains.maintenance.programs import often_enough
from directapp.domains.maintenance.review import review_schedule
from directapp.domains.maintenance.rights import WATCHING
from directapp.domains.maintenance.words import CERTAINTIES, DUE_BY, INTERVALS, STANDINGS
from directapp.domains.people.roles import ADMIN
from directapp.domains.vehicles.fields import VEHICLES, Vehicles
from directapp.domains.vehicles.naming import HANDS, IN_FLEET, LEADERS, SEEN, SYSTEM, SYSTEMS
from directapp.kernel.clock import oslo_day
from directapp.kernel.errors import InvalidError, Problem
from directapp.kernel.text import Text, _, pgettext
from directapp.services.command import CommandContext

S = MaintenanceSchedules
_LATER = _("That day is still to come.")
_BEFORE = _("It was done later than that already.")
_PLANNED = _("A work order is under way for it already.")
_AHEAD = _("The vehicle has not driven that far.")
_STARTS: tuple[tuple[FieldName[Any], FieldName[Any]], ...] = (
    (S.counted_from_on, Intervals.every_months),
    (S.counted_from_km, Intervals.every_km),
    (S.counted_from_hours, Intervals.every_engine_hours),
)
_SAYS_WHEN = (S.counted_from_on, S.counted_from_km, S.counted_from_hours)
_DECIDES = (Intervals.every_months, Intervals.every_km, Intervals.every_engine_hours, *_SAYS_WHEN)


def begun(case: Case) -> Values:
    """Count from now where nothing is said: from today, and from what the vehicle stands at."""
    missing = [name for name, every in _STARTS if case.get(name) is None and case.get(every)]
    if not missing:
        return {}
    vehicle = case.one("vehicle")
    starts: dict[FieldName[Any], Any] = {
        S.counted_from_on: oslo_day(case.now),
        S.counted_from_km: vehicle.get(Vehicles.odometer_km),
        S.counted_from_hours: vehicle.get(Vehicles.engine_hours),
    }
    return {name: starts[name] for name in missing if starts[name] is not None}


def stands(case: Case) -> Values:
    """Say how a new or changed schedule stands, by what is certain; what is foreseen follows a moment later."""
    if case.before is not None and not _decided(case):
        return {}
    whole = case.merged(**begun(case))
    vehicle = case.one("vehicle")
    running = vehicle.get(Vehicles.status) in IN_FLEET
    found = outlook(whole.row, vehicle, oslo_day(case.now), running=running)
    # Work that is planned or over moves no day: what was foreseen stays.
    return found if _counted(case) else {S.standing: found[S.standing]}


def _counted(case: Case) -> bool:
    return case.before is None or (not _COUNTS.isdisjoint(case.patch) and case.changed(*_COUNTS))


def _decided(case: Case) -> bool:
    return _counted(case) or case.changed(S.work_order)


_LEADS: tuple[FieldName[Any], ...] = (
    Intervals.lead_days,
    Intervals.lead_km,
    Intervals.lead_engine_hours,
    Intervals.grace_days,
    Intervals.grace_km,
    Intervals.grace_engine_hours,
)
_COUNTS: frozenset[FieldName[Any]] = frozenset((*_DECIDES, S.active, *_LEADS))


async def done(ctx: CommandContext) -> None:
    """Write down that it was done, and count anew."""
    row, today = ctx.target.row, oslo_day(ctx.now)
    on = ctx.params.get("done_on") or today
    vehicle = await ctx.look_up(VEHICLES, row[S.vehicle], system=SYSTEM)
    stands_at, hours_at = vehicle.row.get(Vehicles.odometer_km), vehicle.row.get(Vehicles.engine_hours)
    km = ctx.params.get("km") if ctx.params.get("km") is not None else stands_at
    hours = ctx.params.get("engine_hours") if ctx.params.get("engine_hours") is not None else hours_at
    last = row.get(S.last_done_on)
    checks = (
        (on > today, _LATER, "done_on"),
        (last is not None and on < last, _BEFORE, "done_on"),
        (km is not None and stands_at is not None and km > stands_at, _AHEAD, "km"),
    )
    problems = [Problem(text, field=name) for wrong, text, name in checks if wrong]
    if problems:
        raise InvalidError(problems)
    patch: Values = {S.last_done_on: on, S.last_done_km: km, S.last_done_hours: hours}
    await ctx.change(patch | counted_anew(row, on, km, hours), system=SYSTEM)
    await review_schedule(ctx)
    ctx.emit(MAINTAINED)


async def order(ctx: CommandContext) -> None:
    """Make a work order of it, with the rights of whoever asks."""
    row = ctx.target.row
    values: Values = {
        WorkOrders.title: row[S.name],
        WorkOrders.vehicle: row[S.vehicle],
        WorkOrders.schedule: ctx.target.id,
        WorkOrders.kind: "preventive",
    }
    await ctx.create(WORK_ORDERS, values)
    ctx.answer = await ctx.look_up(MAINTENANCE_SCHEDULES, ctx.target.id)


def _planned(case: Case) -> Problem | None:
    return Problem(_PLANNED) if case.get(S.work_order) is not None else None


def _km_field(name: str, label: Text, **more: Any) -> Field:
    return field(name, label, Kind.INTEGER, minimum=0, maximum=3_000_000, unit="km", **more)


def _hours_field(name: str, label: Text, **more: Any) -> Field:
    return field(name, label, Kind.DECIMAL, scale=1, minimum=0, maximum=300_000, unit="t", **more)


DUE_GROUP = Group(
    "due",
    _("When it is due"),
    (
        computed(S.standing, _("Standing"), Kind.CHOICE, choices=STANDINGS, default="ok"),
        computed(S.due_by, _("What comes first"), Kind.CHOICE, choices=DUE_BY),
        computed(S.next_due_on, _("Due, day"), Kind.DATE),
        computed(S.next_due_km, _("Due, odometer"), Kind.INTEGER, unit="km"),
        computed(S.next_due_hours, _("Due, engine hours"), Kind.DECIMAL, scale=1, unit="t"),
        computed(S.forecast_on, pgettext("maintenance", "Expected"), Kind.DATE),
        computed(S.forecast_from, _("Expected at the earliest"), Kind.DATE),
        computed(S.forecast_to, _("Expected at the latest"), Kind.DATE),
        computed(S.certainty, _("How it is foreseen"), Kind.CHOICE, choices=CERTAINTIES, default="too_little"),
        computed(S.km_per_day, _("Driven a day"), Kind.DECIMAL, scale=1, unit="km"),
        computed(S.hours_per_day, _("Engine hours a day"), Kind.DECIMAL, scale=1, unit="t"),
        computed(S.readings, _("Readings behind it"), Kind.INTEGER, default=0),
    ),
)
PLAN = Group(
    "plan",
    _("Maintenance"),
    (
        field(S.vehicle, _("Vehicle"), Kind.REF, ref=VEHICLES, on_delete="cascade", required=True, immutable=True),
        field(S.name, _("What is done"), required=True, max_length=120),
        computed(S.program, _("Service program"), Kind.REF, ref=SERVICE_PROGRAMS, on_delete="set_null"),
        *INTERVALS,
        field(S.active, pgettext("program", "In use"), Kind.BOOLEAN, default=True),
        field(S.counted_from_on, _("Counted from, day"), Kind.DATE, help=_("Empty: from now.")),
        _km_field(S.counted_from_km, _("Counted from, odometer"), help=_("Empty: from now.")),
        _hours_field(S.counted_from_hours, _("Counted from, engine hours"), help=_("Empty: from now.")),
        computed(S.work_order, _("Work order"), Kind.REF, ref=WORK_ORDERS, on_delete="set_null"),
        computed(S.last_done_on, _("Last done"), Kind.DATE),
        computed(S.last_done_km, _("Last done, odometer"), Kind.INTEGER, unit="km"),
        computed(S.last_done_hours, _("Last done, engine hours"), Kind.DECIMAL, scale=1, unit="t"),
    ),
)
_READ = ("due", "plan")
_LATE = ("due", "overdue")

COLLECTION = Collection(
    name=MAINTENANCE_SCHEDULES,
    label=_("Maintenance schedule"),
    plural=_("Maintenance schedules"),
    groups=(DUE_GROUP, PLAN),
    access=Access(
        systems=SYSTEMS,
        grants=(
            *grants(
                f"{LEADERS} planner {HANDS}",
                rows=SEEN,
                read=_READ,
                write=("plan",),
                create=True,
                verbs=("done", "order"),
            ),
            *grants(WATCHING, rows=SEEN, read=_READ),
            *grants("analyst auditor", read=_READ),
            Grant(role=ADMIN, write=("*",), create=True, verbs=("done", "order")),
        ),
    ),
    views=Views(
        columns=(
            S.standing,
            S.vehicle,
            S.name,
            S.forecast_on,
            S.due_by,
            S.next_due_on,
            S.next_due_km,
            S.next_due_hours,
            S.certainty,
            S.last_done_on,
        ),
        title=(S.name, S.vehicle),
        sort=(S.forecast_on,),
        filters=(S.standing, S.vehicle, S.program, S.due_by, S.forecast_on, S.certainty, S.active),
        icon="calendar-check",
        menu=True,
        module="fleet",
        urgency=S.standing,
    ),
    verbs=(
        Verb(
            name="done",
            label=pgettext("maintenance", "Done"),
            run=done,
            params=(
                field("done_on", pgettext("maintenance", "Done on"), Kind.DATE, help=_("Empty: today.")),
                _km_field("km", _("Odometer"), help=_("Empty: what the vehicle stands at.")),
                _hours_field("engine_hours", _("Engine hours"), help=_("Empty: what the vehicle stands at.")),
            ),
            icon="check",
        ),
        Verb(
            name="order",
            label=_("Make a work order"),
            run=order,
            blocked=_planned,
            icon="tool",
            primary=True,
        ),
    ),
    rules=(often_enough,),
    fill=(begun, stands),
    related=(One("vehicle", S.vehicle, VEHICLES, hold=False),),
    unique=(Unique(fields=(S.vehicle, S.program), message=_("The vehicle has this program already.")),),
    subject=True,
    indexes=(("forecast_on", "id"), ("vehicle", "forecast_on"), ("program", "vehicle"), ("standing", "forecast_on")),
    events=(
        Emit(event=SCHEDULED, when=_decided),
        Emit(event=DUE, when=becomes(lambda case: case.get(S.standing) in _LATE)),
        Emit(event=OVERDUE, when=becomes(lambda case: case.get(S.standing) == "overdue")),
    ),
)
