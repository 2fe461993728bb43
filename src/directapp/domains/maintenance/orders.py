"""Work orders: what is done on a vehicle, by whom, with which parts, and what it costs."""

from decimal import Decimal
from typing import Any

from directapp.declare.access import Access, Grant, grants
from directapp.declare.case import Case, Consequence, One
from directapp.declare.collection import Apart, Collection, Exclusion, Unique, Views
from directapp.declare.fields import Field, Group, computed, field
from directapp.declare.kinds import Kind
from directapp.declare.names import FieldName, Values
from directapp.declare.rules import Empty, In, Is, Not, Who, Whose, all_of, either
from directapp.declare.workflow import Workflow, status_choices
from directapp.domains.maintenance.fields import MAINTENANCE_SCHEDULES, WORK_ORDERS, MaintenanceSchedules, WorkOrders
from directapp.domains.maintenance.order_verbs import DECIDING, OWN, PLANNING, SECOND, VERBS, WORKING
from directapp.domains.maintenance.order_words import BEFORE_DONE, HOLDS, KINDS, PRIORITIES, STATES, STEPS, TAKING
from directapp.domains.people.fields import DEALERSHIPS, USERS
from directapp.domains.people.roles import ADMIN
from directapp.domains.vehicles.fields import VEHICLES, Vehicles
from directapp.domains.vehicles.naming import HANDS, IN_FLEET, LEADERS, SEEN, SYSTEM, SYSTEMS
from directapp.kernel.errors import Problem
from directapp.kernel.text import Text, _, pgettext

W = WorkOrders
_OTHER = _("That schedule is of another vehicle.")
_GONE = _("The vehicle has left the fleet.")


def fits(case: Case) -> list[Problem]:
    """Refuse a vehicle that has left, and a schedule of another one."""
    problems = []
    vehicle, schedule = case.one("vehicle"), case.one("schedule")
    if case.before is None and not case.actor.is_system and vehicle.get(Vehicles.status) not in {None, *IN_FLEET}:
        problems.append(Problem(_GONE, field=W.vehicle, code="CONFLICT"))
    if len(schedule) and schedule.get(MaintenanceSchedules.vehicle) != case.get(W.vehicle):
        problems.append(Problem(_OTHER, field=W.schedule))
    return problems


def at_the_vehicles_site(case: Case) -> Values:
    """Put it at the site of the vehicle where none is said."""
    if case.get(W.dealership) is not None:
        return {}
    return {W.dealership: case.one("vehicle").get(Vehicles.dealership)}


def adds_up(case: Case) -> Values:
    """Add up what the lines cost."""
    parts = (case.get(W.labor_cost), case.get(W.parts_cost), case.get(W.vendor_cost))
    return {W.actual_cost: sum((p for p in parts if p is not None), Decimal(0))}


def on_the_schedule(case: Case) -> list[Consequence]:
    """Let a schedule know its work order for as long as that lives."""
    schedule = case.get(W.schedule)
    known = case.one("schedule").get(MaintenanceSchedules.work_order)
    wanted = case.get(W.id) if case.get(W.status) in BEFORE_DONE else None
    if schedule is None or known == wanted or (wanted is None and known != case.get(W.id)):
        return []
    patch: Values = {MaintenanceSchedules.work_order: wanted}
    return [Consequence(collection=MAINTENANCE_SCHEDULES, system=SYSTEM, patch=patch, target=schedule)]


def _person(name: FieldName[Any], label: Text) -> Field:
    return computed(name, label, Kind.REF, ref=USERS, on_delete="set_null", personal="employee")


JOB = Group(
    "job",
    _("Work order"),
    (
        field(W.title, _("What is wrong, or wanted"), required=True, max_length=160, search=True),
        field(W.vehicle, _("Vehicle"), Kind.REF, ref=VEHICLES, on_delete="cascade", required=True, immutable=True),
        field(W.status, _("Status"), Kind.CHOICE, choices=status_choices(STATES), computed=True),
        field(W.kind, _("Kind"), Kind.CHOICE, required=True, choices=KINDS, default="corrective"),
        field(
            W.priority,
            pgettext("work order", "Priority"),
            Kind.CHOICE,
            required=True,
            choices=PRIORITIES,
            default="medium",
        ),
        field(W.description, _("Description"), Kind.TEXT, max_length=4000, search=True),
        field(
            W.schedule,
            _("Maintenance schedule"),
            Kind.REF,
            ref=MAINTENANCE_SCHEDULES,
            on_delete="set_null",
            immutable=True,
        ),
        computed(W.dealership, _("Site"), Kind.REF, ref=DEALERSHIPS),
        _person(W.technician, _("Technician")),
        computed(W.planned_start, _("Planned from"), Kind.INSTANT),
        computed(W.planned_end, _("Planned to"), Kind.INSTANT),
        computed(W.hold_for, pgettext("work order", "Waits for"), Kind.CHOICE, choices=HOLDS),
        computed(W.reason, pgettext("what is written down", "Reason"), Kind.STRING, max_length=300),
        computed(W.started_at, pgettext("work order", "Started"), Kind.INSTANT),
        computed(W.completed_at, pgettext("work order", "Completed"), Kind.INSTANT),
        _person(W.completed_by, _("Completed by")),
        computed(W.km, _("Odometer"), Kind.INTEGER, unit="km"),
        computed(W.engine_hours, _("Engine hours"), Kind.DECIMAL, scale=1, unit="t"),
        computed(W.findings, _("Findings"), Kind.TEXT, max_length=2000),
        computed(W.released_at, _("Released"), Kind.INSTANT),
        _person(W.released_by, _("Released by")),
        computed(W.reopened, _("Times reopened"), Kind.INTEGER, default=0),
        computed(W.down_from, _("Standing from"), Kind.INSTANT),
        computed(W.down_to, _("Standing to"), Kind.INSTANT),
        computed(W.down_hours, _("Hours standing"), Kind.DECIMAL, scale=1, unit="t"),
    ),
)
MONEY = Group(
    "money",
    _("Money"),
    (
        field(W.estimate, _("Estimate"), Kind.MONEY, minimum=0),
        field(W.cost_centre, _("Cost centre"), code=True, max_length=20),
        _person(W.submitted_by, _("Sent on by")),
        computed(W.approved_budget, _("Approved amount"), Kind.MONEY),
        _person(W.approved_by, _("Approved by")),
        computed(W.approved_at, pgettext("work order", "Approved"), Kind.INSTANT),
        computed(W.labor_cost, _("Labour"), Kind.MONEY, default=Decimal(0)),
        computed(W.parts_cost, pgettext("cost", "Parts"), Kind.MONEY, default=Decimal(0)),
        computed(W.vendor_cost, pgettext("cost", "Vendors"), Kind.MONEY, default=Decimal(0)),
        computed(W.actual_cost, _("Cost so far"), Kind.MONEY, default=Decimal(0)),
    ),
)
_ALL = ("job", "money")
_BELOW = In(W.dealership, Whose.SITES)
_MINE = Is(W.technician, Who.USER)
# Those of the own workshop that nobody has, and the own ones.
_MY_WORK = either(_MINE, all_of(Is(W.dealership, Who.SITE), Empty(W.technician)))
_MADE = Is("created_by", Who.USER)

COLLECTION = Collection(
    name=WORK_ORDERS,
    label=_("Work order"),
    plural=_("Work orders"),
    groups=(JOB, MONEY),
    access=Access(
        systems=SYSTEMS,
        grants=(
            *grants(LEADERS, rows=_BELOW, read=_ALL, write=_ALL, create=True, verbs=(*PLANNING, *WORKING, *DECIDING)),
            Grant(role="planner", rows=_BELOW, read=_ALL, write=("job",), create=True, verbs=(*PLANNING, "release")),
            *grants(HANDS, rows=_MY_WORK, read=("job",), write=("job",), create=True, verbs=("open", *WORKING)),
            # A second person of the workshop releases what another one has repaired.
            *grants(
                HANDS,
                rows=all_of(Is(W.dealership, Who.SITE), Is(W.status, "completed")),
                read=("job",),
                verbs=("release",),
            ),
            Grant(role="parts", rows=_BELOW, read=_ALL),
            *grants("dispatcher safety_officer safety_rep", rows=_BELOW, read=("job",)),
            Grant(role="supervisor", rows=SEEN, read=("job",)),
            # Whoever drives says what is wrong; the workshop takes it up.
            Grant(role="driver", rows=_MADE, read=("job",), write=("job",), edit=_MADE, states=("draft",), create=True),
            Grant(role="driver", rows=SEEN, read=("job",)),
            Grant(role="buyer", rows=_BELOW, read=_ALL),
            Grant(role="finance", rows=_BELOW, read=_ALL, write=("money",), verbs=(*DECIDING, "close")),
            *grants("analyst auditor", read=_ALL),
            Grant(role=ADMIN, write=("*",), create=True, verbs=(*PLANNING, *WORKING, *DECIDING, "close")),
        ),
    ),
    views=Views(
        columns=(
            W.status,
            W.title,
            W.vehicle,
            W.priority,
            W.kind,
            W.technician,
            W.planned_start,
            W.dealership,
            W.down_hours,
            W.actual_cost,
        ),
        title=(W.title, W.vehicle),
        sort=("-updated_at",),
        filters=(
            W.status,
            W.vehicle,
            W.priority,
            W.kind,
            W.technician,
            W.dealership,
            W.schedule,
            W.planned_start,
            W.completed_at,
        ),
        icon="tool",
        menu=True,
        module="fleet",
        urgency=W.priority,
        assigned=(W.technician,),
    ),
    workflow=Workflow(
        states=STATES,
        initial="draft",
        entries=("draft",),
        steps=STEPS,
        replay=lambda case: str(case.get(W.status)),
    ),
    verbs=VERBS,
    rules=(fits,),
    fill=(at_the_vehicles_site, adds_up),
    consequences=(on_the_schedule,),
    related=(
        One("vehicle", W.vehicle, VEHICLES, hold=False),
        One("schedule", W.schedule, MAINTENANCE_SCHEDULES),
    ),
    unique=(
        Unique(
            fields=(W.schedule,),
            where=In(W.status, BEFORE_DONE),
            message=_("A work order is under way for it already."),
        ),
    ),
    exclusions=(
        Exclusion(
            same=(W.technician,),
            span=(W.planned_start, W.planned_end),
            where=all_of(In(W.status, TAKING), Not(Empty(W.technician)), Not(Empty(W.planned_start))),
            message=_("The technician has other work in that time."),
        ),
    ),
    apart=(
        Apart(one=W.approved_by, other=W.submitted_by, where=Not(Empty(W.approved_by)), message=OWN),
        Apart(one=W.approved_by, other="created_by", where=Not(Empty(W.approved_by)), message=OWN),
        Apart(one=W.released_by, other=W.completed_by, where=Not(Empty(W.released_by)), message=SECOND),
    ),
    subject=True,
    indexes=(
        ("dealership", "updated_at"),
        ("technician", "planned_start"),
        ("vehicle", "updated_at"),
        ("status", "updated_at"),
        ("schedule",),
    ),
)
