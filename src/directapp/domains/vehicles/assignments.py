"""Assignments: who drives which vehicle, from when to when; one holder at a time, with the licence that it needs."""

from typing import Any

from directapp.declare.access import Access, Grant, grants
from directapp.declare.case import Case, Many, One
from directapp.declare.collection import Apart, Collection, Exclusion, Views
from directapp.declare.fields import Group, computed, field
from directapp.declare.kinds import Kind
from directapp.declare.names import Values
from directapp.declare.rules import Empty, In, Is, Not, Who, all_of, either
from directapp.declare.verbs import Verb
from directapp.declare.workflow import Phase, State, Step, Workflow, status_choices
from directapp.domains.people.fields import USERS
from directapp.domains.people.roles import ADMIN
from directapp.domains.vehicles import events
from directapp.domains.vehicles.certifications import lacking
from directapp.domains.vehicles.fields import (
    ASSIGNMENTS,
    CERTIFICATIONS,
    DRIVERS,
    VEHICLES,
    Assignments,
    Drivers,
    Vehicles,
)
from directapp.domains.vehicles.handing import level_field, take_in, take_out
from directapp.domains.vehicles.meters import km_field
from directapp.domains.vehicles.naming import LEADERS, SEEN, SYSTEM, SYSTEMS
from directapp.domains.vehicles.rights import MY_DRIVER_ROW, OF_MY_PEOPLE
from directapp.domains.vehicles.words import KINDS
from directapp.kernel.clock import oslo_day
from directapp.kernel.errors import ConflictError, ForbiddenError, Problem
from directapp.kernel.text import Text, _, pgettext
from directapp.services.command import CommandContext

_LACKS = _("The driver has no valid {missing}, which the vehicle needs.")
_AWAY = _("The driver is not active.")
_NOT_RUNNING = _("The vehicle is not in operation.")
_ORDER = _("It has to end after it begins.")
_TOO_EARLY = _("It begins later. Move the beginning first.")
_OWN = _("Who asks for a vehicle does not approve it.")
_HELD = _("Somebody else has the vehicle. Take it in first.")


def _state(code: str, label: Text, phase: Phase, *, locked: bool = False) -> State:
    return State(code=code, label=label, phase=phase, locked=locked)


_ASKED = Phase(code="asked", label=_("Asked for"), hue="amber")
_READY = Phase(code="ready", label=pgettext("assignment", "Approved"), hue="blue")
_OUT = Phase(code="out", label=_("Handed out"), hue="green")
_OVER = Phase(code="over", label=pgettext("assignment", "Over"), hue="grey")
STATES = (
    _state("draft", _("Draft"), _ASKED),
    _state("submitted", pgettext("assignment", "Submitted"), _ASKED),
    _state("approved", pgettext("assignment", "Approved"), _READY),
    _state("active", _("Handed out"), _OUT),
    _state("suspended", _("Suspended"), _READY),
    _state("ended", pgettext("assignment", "Ended"), _OVER, locked=True),
    _state("denied", _("Denied"), _OVER, locked=True),
)
HOLDING = ("approved", "active")
_STEPS = (
    ("draft", "submitted", events.ASSIGNED),
    ("draft", "denied", None),
    ("submitted", "approved", None),
    ("submitted", "denied", None),
    ("approved", "active", events.HANDED_OUT),
    ("approved", "ended", None),
    ("approved", "suspended", None),
    ("suspended", "approved", None),
    ("suspended", "ended", None),
    ("active", "ended", events.HANDED_IN),
)


def fits(case: Case) -> list[Problem]:
    """Refuse a span that ends before it begins, a driver who may not drive it, and a vehicle that does not run."""
    start, end = case.get(Assignments.starts_at), case.get(Assignments.ends_at)
    problems = [Problem(_ORDER, field=Assignments.ends_at)] if start and end and end <= start else []
    if case.before is not None and not case.changed(Assignments.vehicle, Assignments.driver, Assignments.status):
        return problems
    if case.get(Assignments.status) in {"ended", "denied", "suspended"} or start is None:
        return problems
    driver, vehicle = case.one("driver"), case.one("vehicle")
    if len(driver) and driver.get(Drivers.standing) != "active":
        problems.append(Problem(_AWAY, field=Assignments.driver, code="CONFLICT"))
    missing = lacking(vehicle.get(Vehicles.vehicle_type), case.many("certificates"), oslo_day(max(start, case.now)))
    if missing is not None and len(vehicle):
        problems.append(Problem(_LACKS.fill(missing=missing), field=Assignments.driver, code="CONFLICT"))
    return problems


def whose(case: Case) -> Values:
    """Keep which user the driver is: whom it is about."""
    return {Assignments.person: case.one("driver").get(Drivers.user)}


async def submit(ctx: CommandContext) -> None:
    """Ask for it to be approved."""
    await ctx.move("submitted", system=SYSTEM)


async def approve(ctx: CommandContext) -> None:
    """Say yes: from now on nobody else has the vehicle in that time."""
    if ctx.target.row.get(Assignments.created_by) == ctx.actor.user and not ctx.actor.is_system:
        raise ForbiddenError(_OWN)
    await ctx.move("approved", {Assignments.decided_by: ctx.actor.user}, system=SYSTEM)


async def deny(ctx: CommandContext) -> None:
    """Say no, and why."""
    patch: Values = {Assignments.decided_by: ctx.actor.user, Assignments.reason: ctx.params["reason"]}
    await ctx.move("denied", patch, system=SYSTEM)


async def suspend(ctx: CommandContext) -> None:
    """Let the vehicle go to others until further notice."""
    await ctx.move("suspended", {Assignments.reason: ctx.params["reason"]}, system=SYSTEM)


async def resume(ctx: CommandContext) -> None:
    """Take a suspended assignment up again."""
    await ctx.move("approved", {Assignments.reason: None}, system=SYSTEM)


async def end(ctx: CommandContext) -> None:
    """Let go of a vehicle that was never handed out."""
    await ctx.move("ended", {Assignments.reason: ctx.params["reason"]}, system=SYSTEM)


async def hand_out(ctx: CommandContext) -> None:
    """Give the vehicle to the driver, with what the odometer says."""
    row = ctx.target.row
    start = row.get(Assignments.starts_at)
    if start is not None and oslo_day(start) > oslo_day(ctx.now):
        raise ConflictError(_TOO_EARLY)
    vehicle = await ctx.look_up(VEHICLES, row[Assignments.vehicle], system=SYSTEM)
    if vehicle.row.get(Vehicles.status) != "active":
        raise ConflictError(_NOT_RUNNING)
    if vehicle.row.get(Vehicles.holder) is not None or vehicle.row.get(Vehicles.driver) is not None:
        raise ConflictError(_HELD)
    driver = await ctx.look_up(DRIVERS, row[Assignments.driver], system=SYSTEM)
    await take_out(ctx, vehicle, holder=driver.row.get(Drivers.user), driver=driver.id)
    patch: Values = {
        Assignments.out_at: ctx.now,
        # Handed out earlier the same day, it begins then: nobody else may have the vehicle in between.
        Assignments.starts_at: min(ctx.now, start) if start else ctx.now,
        Assignments.out_km: ctx.params.get("km"),
        Assignments.out_level: ctx.params.get("level"),
    }
    await ctx.move("active", patch, system=SYSTEM)


async def hand_in(ctx: CommandContext) -> None:
    """Take the vehicle back, with what the odometer says and what is wrong."""
    vehicle = await ctx.look_up(VEHICLES, ctx.target.row[Assignments.vehicle], system=SYSTEM)
    await take_in(ctx, vehicle)
    patch: Values = {
        Assignments.in_at: ctx.now,
        Assignments.ends_at: ctx.now,
        Assignments.in_km: ctx.params.get("km"),
        Assignments.in_level: ctx.params.get("level"),
        Assignments.remarks: ctx.params.get("remarks"),
    }
    await ctx.move("ended", patch, system=SYSTEM)


GROUPS = (
    Group(
        "work",
        _("Assignment"),
        (
            field(
                Assignments.vehicle,
                _("Vehicle"),
                Kind.REF,
                ref=VEHICLES,
                on_delete="cascade",
                required=True,
                immutable=True,
            ),
            field(
                Assignments.driver,
                _("Driver"),
                Kind.REF,
                ref=DRIVERS,
                on_delete="cascade",
                required=True,
                immutable=True,
                personal="employee",
            ),
            field(
                Assignments.person,
                _("User"),
                Kind.REF,
                ref=USERS,
                on_delete="set_null",
                computed=True,
                personal="employee",
            ),
            field(Assignments.kind, _("Kind"), Kind.CHOICE, required=True, choices=KINDS, default="designated"),
            field(
                Assignments.starts_at,
                pgettext("assignment", "From"),
                Kind.INSTANT,
                required=True,
                default=lambda case: case.now,
            ),
            field(Assignments.ends_at, pgettext("assignment", "To"), Kind.INSTANT),
            field(Assignments.purpose, _("Purpose"), max_length=200),
            field(Assignments.status, _("Status"), Kind.CHOICE, choices=status_choices(STATES), computed=True),
            computed(Assignments.decided_by, _("Decided by"), Kind.REF, ref=USERS, on_delete="set_null"),
            computed(Assignments.reason, pgettext("what is written down", "Reason"), Kind.STRING, max_length=300),
        ),
    ),
    Group(
        "handover",
        _("Hand-over"),
        (
            computed(Assignments.out_at, _("Handed out"), Kind.INSTANT),
            computed(Assignments.out_km, _("Odometer, out"), Kind.INTEGER, unit="km"),
            computed(Assignments.out_level, _("Tank or battery, out"), Kind.INTEGER, unit="%"),
            computed(Assignments.in_at, _("Handed in"), Kind.INSTANT),
            computed(Assignments.in_km, _("Odometer, in"), Kind.INTEGER, unit="km"),
            computed(Assignments.in_level, _("Tank or battery, in"), Kind.INTEGER, unit="%"),
            computed(Assignments.remarks, _("Remarks"), Kind.TEXT, max_length=2000),
        ),
    ),
)
_READ = ("work", "handover")
_DECIDING, _HANDING = ("approve", "deny", "suspend", "resume", "end"), ("submit", "hand_out", "hand_in")
_MINE = either(MY_DRIVER_ROW, Is("created_by", Who.USER))


def _verb(name: str, label: Text, run: Any, *states: str, icon: str, **more: Any) -> Verb:
    return Verb(name=name, label=label, run=run, states=states, icon=icon, **more)


_REASON = field("reason", pgettext("what is written down", "Reason"), required=True, max_length=300)
_KM, _LEVEL = km_field("km", _("Odometer")), level_field("level")

COLLECTION = Collection(
    name=ASSIGNMENTS,
    label=_("Assignment"),
    plural=_("Assignments"),
    groups=GROUPS,
    access=Access(
        systems=SYSTEMS,
        grants=(
            *grants(LEADERS, rows=SEEN, read=_READ, write=("work",), create=True, verbs=(*_DECIDING, *_HANDING)),
            Grant(
                role="dispatcher",
                rows=SEEN,
                read=_READ,
                write=("work",),
                create=True,
                verbs=(*_HANDING, "suspend", "resume", "end"),
            ),
            Grant(role="supervisor", rows=OF_MY_PEOPLE, read=_READ, verbs=_DECIDING),
            *grants("planner safety_officer safety_rep", rows=SEEN, read=_READ),
            Grant(
                role="driver",
                rows=_MINE,
                read=_READ,
                write=("work",),
                edit=Is("created_by", Who.USER),
                states=("draft",),
                create=True,
            ),
            Grant(role="driver", rows=_MINE, read=_READ, verbs=_HANDING),
            Grant(role="auditor", read=_READ),
            Grant(role=ADMIN, write=("*",), create=True, verbs=(*_DECIDING, *_HANDING)),
        ),
    ),
    views=Views(
        columns=(
            Assignments.status,
            Assignments.vehicle,
            Assignments.driver,
            Assignments.kind,
            Assignments.starts_at,
            Assignments.ends_at,
            Assignments.purpose,
        ),
        title=(Assignments.vehicle, Assignments.driver),
        sort=("-starts_at",),
        filters=(
            Assignments.status,
            Assignments.vehicle,
            Assignments.driver,
            Assignments.kind,
            Assignments.starts_at,
        ),
        icon="key",
        menu=True,
        module="fleet",
    ),
    workflow=Workflow(
        states=STATES,
        initial="draft",
        entries=("draft",),
        steps=tuple(Step(origins=(origin,), to=to, event=event) for origin, to, event in _STEPS),
        replay=lambda case: str(case.get(Assignments.status)),
    ),
    verbs=(
        _verb("submit", pgettext("assignment", "Submit"), submit, "draft", icon="send", primary=True, to="submitted"),
        _verb(
            "approve",
            pgettext("assignment", "Approve"),
            approve,
            "submitted",
            icon="check",
            primary=True,
            to="approved",
        ),
        _verb(
            "deny",
            pgettext("assignment", "Deny"),
            deny,
            "draft",
            "submitted",
            icon="x",
            params=(_REASON,),
            danger=True,
            to="denied",
        ),
        _verb(
            "hand_out", _("Hand out"), hand_out, "approved", icon="key", primary=True, params=(_KM, _LEVEL), to="active"
        ),
        _verb(
            "hand_in",
            _("Hand in"),
            hand_in,
            "active",
            icon="key-off",
            primary=True,
            params=(_KM, _LEVEL, field("remarks", _("Remarks"), Kind.TEXT, max_length=2000)),
            to="ended",
        ),
        _verb(
            "suspend",
            pgettext("assignment", "Suspend"),
            suspend,
            "approved",
            icon="ban",
            params=(_REASON,),
            to="suspended",
        ),
        _verb(
            "end", pgettext("assignment", "End"), end, "approved", "suspended", icon="x", params=(_REASON,), danger=True
        ),
        _verb("resume", pgettext("assignment", "Resume"), resume, "suspended", icon="player-play"),
    ),
    rules=(fits,),
    fill=(whose,),
    related=(
        One("vehicle", Assignments.vehicle, VEHICLES, hold=False),
        One("driver", Assignments.driver, DRIVERS, hold=False),
        Many("certificates", CERTIFICATIONS, "driver", via="driver"),
    ),
    exclusions=(
        Exclusion(
            same=(Assignments.vehicle,),
            span=(Assignments.starts_at, Assignments.ends_at),
            where=all_of(In(Assignments.status, HOLDING), Not(Empty(Assignments.starts_at))),
            message=_("Somebody else has the vehicle in that time."),
        ),
    ),
    apart=(
        Apart(
            one=Assignments.decided_by,
            other="created_by",
            where=In(Assignments.status, ("approved", "active", "suspended", "ended")),
            message=_OWN,
        ),
    ),
    subject=True,
    indexes=(("vehicle", "starts_at"), ("driver", "starts_at"), ("status", "starts_at"), ("-starts_at", "-id")),
)
