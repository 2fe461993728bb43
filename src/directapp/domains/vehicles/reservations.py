"""Reservations: a pool vehicle for some hours. Two can never have the same at the same time; PostgreSQL holds it."""

from datetime import timedelta
from typing import Any

from directapp.declare.access import Access, Grant, grants
from directapp.declare.case import Case, One, Range
from directapp.declare.collection import Collection, Exclusion, Views
from directapp.declare.events import Emit
from directapp.declare.fields import Group, computed, field
from directapp.declare.kinds import Kind
from directapp.declare.names import Values
from directapp.declare.rules import In, Is, Parent, Who, either
from directapp.declare.verbs import Verb
from directapp.declare.workflow import Phase, State, Step, Workflow, status_choices
from directapp.domains.people.fields import USERS
from directapp.domains.people.roles import ADMIN
from directapp.domains.vehicles import events
from directapp.domains.vehicles.certifications import lacking
from directapp.domains.vehicles.fields import (
    CERTIFICATIONS,
    DRIVERS,
    RESERVATIONS,
    VEHICLES,
    Certifications,
    Drivers,
    Reservations,
    Vehicles,
)
from directapp.domains.vehicles.handing import take_in, take_out
from directapp.domains.vehicles.meters import km_field
from directapp.domains.vehicles.naming import IN_USE, LEADERS, SEEN, SYSTEM, SYSTEMS
from directapp.domains.vehicles.words import SHARED
from directapp.kernel.clock import oslo_day
from directapp.kernel.errors import ConflictError, Problem
from directapp.kernel.text import Text, _, pgettext
from directapp.services.command import CommandContext
from directapp.services.seen import Seen

EARLY, LATE = timedelta(minutes=30), timedelta(hours=1)
_LONGEST = timedelta(days=31)
_ORDER = _("It has to end after it begins.")
_LONG = _("At most 31 days. Ask for an assignment instead.")
_PAST = _("That time has gone by.")
_NOT_SHARED = _("The vehicle is not shared.")
_STANDS = _("The vehicle is not in operation.")
_EARLY = _("It can be fetched from half an hour before.")
_HELD = _("{who} has not brought the vehicle back yet.")
_LACKS = _("You have no valid {missing}, which the vehicle needs.")
_NO_DRIVER = _("There is no active driver for this person: whoever leads the fleet adds one.")
_TAKEN = _("Somebody else has the vehicle in that time.")


def _state(code: str, label: Text, hue: Any, *, locked: bool = False) -> State:
    return State(code=code, label=label, phase=Phase(code=code, label=label, hue=hue), locked=locked)


STATES = (
    _state("reserved", pgettext("vehicle", "Reserved"), "blue"),
    _state("out", pgettext("vehicle", "Fetched"), "green"),
    _state("returned", pgettext("vehicle", "Brought back"), "grey", locked=True),
    _state("cancelled", _("Cancelled"), "grey", locked=True),
    _state("missed", _("Not fetched"), "red", locked=True),
)
HOLDING = ("reserved", "out")
_STEPS = (
    ("reserved", "out"),
    ("reserved", "cancelled"),
    ("reserved", "missed"),
    ("out", "returned"),
)


def fits(case: Case) -> list[Problem]:
    """Refuse a time that is none, and a vehicle that is not to be had."""
    start, end = case.get(Reservations.starts_at), case.get(Reservations.ends_at)
    if (
        start is None
        or end is None
        or (case.before is not None and not case.changed(Reservations.starts_at, Reservations.ends_at))
    ):
        return []
    checks = (
        (end <= start, _ORDER, Reservations.ends_at),
        (end - start > _LONGEST, _LONG, Reservations.ends_at),
        (case.before is None and end <= case.now, _PAST, Reservations.ends_at),
    )
    problems = [Problem(text, field=name) for wrong, text, name in checks if wrong]
    vehicle = case.one("vehicle")
    if not case.actor.is_system and case.before is None and len(vehicle):
        if vehicle.get(Vehicles.classification) not in SHARED:
            problems.append(Problem(_NOT_SHARED, field=Reservations.vehicle, code="CONFLICT"))
        elif vehicle.get(Vehicles.status) not in IN_USE:
            problems.append(Problem(_STANDS, field=Reservations.vehicle, code="CONFLICT"))
    return problems


async def fetch(ctx: CommandContext) -> None:
    """Take the vehicle out, with what the odometer says."""
    row = ctx.target.row
    if row[Reservations.starts_at] - ctx.now > EARLY:
        raise ConflictError(_EARLY)
    vehicle = await ctx.look_up(VEHICLES, row[Reservations.vehicle], system=SYSTEM)
    if vehicle.row.get(Vehicles.status) != "active":
        raise ConflictError(_STANDS)
    if vehicle.row.get(Vehicles.holder) is not None or vehicle.row.get(Vehicles.driver) is not None:
        raise ConflictError(_HELD.fill(who=await _who(ctx, vehicle)))
    driver = await _driver(ctx, vehicle)
    await take_out(ctx, vehicle, holder=row[Reservations.person], driver=driver.id)
    await ctx.move("out", {Reservations.out_at: ctx.now, Reservations.out_km: ctx.params.get("km")}, system=SYSTEM)


async def _driver(ctx: CommandContext, vehicle: Seen) -> Seen:
    wanted: Values = {Drivers.user: ctx.target.row[Reservations.person], Drivers.standing: "active"}
    found = await ctx.find(DRIVERS, wanted, system=SYSTEM, limit=1)
    if not found:
        raise ConflictError(_NO_DRIVER)
    papers = await ctx.find(CERTIFICATIONS, {Certifications.driver: found[0].id}, system=SYSTEM)
    missing = lacking(vehicle.row.get(Vehicles.vehicle_type), [p.row for p in papers], oslo_day(ctx.now))
    if missing is not None:
        raise ConflictError(_LACKS.fill(missing=missing))
    return found[0]


async def _who(ctx: CommandContext, vehicle: Seen) -> str:
    driver = vehicle.row.get(Vehicles.driver)
    if driver is None:
        return str(vehicle.row.get(Vehicles.number))
    return str((await ctx.look_up(DRIVERS, driver, system=SYSTEM)).row[Drivers.name])


async def bring_back(ctx: CommandContext) -> None:
    """Bring the vehicle back, with what the odometer says; the rest of the time is free."""
    vehicle = await ctx.look_up(VEHICLES, ctx.target.row[Reservations.vehicle], system=SYSTEM)
    await take_in(ctx, vehicle)
    patch: Values = {
        Reservations.in_at: ctx.now,
        Reservations.in_km: ctx.params.get("km"),
        Reservations.ends_at: max(ctx.now, ctx.target.row[Reservations.starts_at] + timedelta(minutes=1)),
    }
    await ctx.move("returned", patch, system=SYSTEM)


async def cancel(ctx: CommandContext) -> None:
    """Let others have the time."""
    await ctx.move("cancelled", {Reservations.reason: ctx.params.get("reason")}, system=SYSTEM)


async def extend(ctx: CommandContext) -> None:
    """Keep the vehicle longer, where nobody else has it then."""
    await ctx.change({Reservations.ends_at: ctx.params["until"]}, system=SYSTEM)


async def free_what_was_missed(ctx: CommandContext) -> None:
    """Let others have what nobody fetched within an hour."""
    late: Values = {Reservations.status: "reserved", Reservations.starts_at: Range(None, ctx.now - LATE)}
    for one in await ctx.every(RESERVATIONS, late):
        await ctx.move("missed", on=one)
        ctx.emit(events.RESERVATION_MISSED, on=one)


def _verb(name: str, label: Text, run: Any, *states: str, icon: str, **more: Any) -> Verb:
    return Verb(name=name, label=label, run=run, states=states, icon=icon, **more)


_MINE = either(Is(Reservations.person, Who.USER), Is("created_by", Who.USER))
_SHARED = Parent("vehicle", VEHICLES, In(Vehicles.classification, SHARED))
_VERBS = ("fetch", "bring_back", "cancel", "extend")
_KM = km_field("km", _("Odometer"))

COLLECTION = Collection(
    name=RESERVATIONS,
    label=_("Reservation"),
    plural=_("Reservations"),
    groups=(
        Group(
            "all",
            _("Reservation"),
            (
                field(
                    Reservations.vehicle,
                    _("Vehicle"),
                    Kind.REF,
                    ref=VEHICLES,
                    on_delete="cascade",
                    required=True,
                    immutable=True,
                ),
                field(
                    Reservations.person,
                    _("For"),
                    Kind.REF,
                    ref=USERS,
                    immutable=True,
                    default=lambda case: case.actor.user,
                    help=_("Empty: yourself."),
                    personal="employee",
                ),
                field(Reservations.starts_at, pgettext("reservation", "From"), Kind.INSTANT, required=True),
                field(Reservations.ends_at, pgettext("reservation", "To"), Kind.INSTANT, required=True),
                field(Reservations.purpose, _("Purpose"), max_length=200),
                field(Reservations.status, _("Status"), Kind.CHOICE, choices=status_choices(STATES), computed=True),
                computed(Reservations.out_at, pgettext("vehicle", "Fetched"), Kind.INSTANT),
                computed(Reservations.out_km, _("Odometer, out"), Kind.INTEGER, unit="km"),
                computed(Reservations.in_at, pgettext("vehicle", "Brought back"), Kind.INSTANT),
                computed(Reservations.in_km, _("Odometer, in"), Kind.INTEGER, unit="km"),
                computed(Reservations.reason, pgettext("what is written down", "Reason"), Kind.STRING, max_length=300),
            ),
        ),
    ),
    access=Access(
        systems=SYSTEMS,
        grants=(
            *grants(f"{LEADERS} dispatcher", rows=SEEN, read=("all",), write=("all",), create=True, verbs=_VERBS),
            *grants("planner safety_officer safety_rep", rows=SEEN, read=("all",)),
            # Whoever looks for a free hour sees when a shared vehicle is taken, and not by whom.
            *grants(
                "driver supervisor",
                rows=_SHARED,
                read=("vehicle", "starts_at", "ends_at", "status"),
                full=False,
            ),
            *grants(
                "driver supervisor",
                rows=_MINE,
                read=("all",),
                write=("all",),
                edit=Is(Reservations.person, Who.USER),
                states=("reserved",),
                create=True,
                verbs=_VERBS,
            ),
            Grant(role="auditor", read=("all",)),
            Grant(role=ADMIN, write=("*",), create=True, verbs=_VERBS),
        ),
    ),
    views=Views(
        columns=(
            Reservations.status,
            Reservations.vehicle,
            Reservations.person,
            Reservations.starts_at,
            Reservations.ends_at,
            Reservations.purpose,
        ),
        title=(Reservations.vehicle, Reservations.starts_at),
        sort=("-starts_at",),
        filters=(Reservations.status, Reservations.vehicle, Reservations.person, Reservations.starts_at),
        icon="calendar-time",
        menu=True,
        module="fleet",
    ),
    workflow=Workflow(
        states=STATES,
        initial="reserved",
        entries=("reserved",),
        steps=tuple(Step(origins=(origin,), to=to) for origin, to in _STEPS),
        replay=lambda case: str(case.get(Reservations.status)),
    ),
    verbs=(
        _verb(
            "fetch", pgettext("vehicle", "Fetch"), fetch, "reserved", icon="key", primary=True, params=(_KM,), to="out"
        ),
        _verb(
            "bring_back",
            pgettext("vehicle", "Bring back"),
            bring_back,
            "out",
            icon="key-off",
            primary=True,
            params=(_KM,),
            to="returned",
        ),
        _verb(
            "extend",
            _("Keep it longer"),
            extend,
            "reserved",
            "out",
            icon="clock",
            params=(field("until", pgettext("reservation", "To"), Kind.INSTANT, required=True),),
        ),
        _verb(
            "cancel",
            pgettext("reservation", "Cancel"),
            cancel,
            "reserved",
            icon="x",
            params=(field("reason", pgettext("what is written down", "Reason"), max_length=300),),
            danger=True,
            to="cancelled",
        ),
    ),
    rules=(fits,),
    related=(One("vehicle", Reservations.vehicle, VEHICLES, hold=False),),
    exclusions=(
        Exclusion(
            same=(Reservations.vehicle,),
            span=(Reservations.starts_at, Reservations.ends_at),
            where=In(Reservations.status, HOLDING),
            message=_TAKEN,
        ),
    ),
    subject=True,
    indexes=(("vehicle", "starts_at"), ("person", "starts_at"), ("status", "starts_at"), ("-starts_at", "-id")),
    events=(Emit(event=events.RESERVED, when=lambda case: case.before is None),),
)
