"""The lines of work orders: tasks, hours, and what vendors do. What they cost follows on the order."""

from decimal import Decimal
from typing import Any

from directapp.declare.access import Access, Grant, grants
from directapp.declare.case import Case, Consequence, Many, One
from directapp.declare.collection import Collection, Views
from directapp.declare.fields import Field, Group, field
from directapp.declare.kinds import Kind
from directapp.declare.names import Row, Values
from directapp.declare.rules import SeenInFull
from directapp.declare.verbs import Verb
from directapp.domains.maintenance.fields import (
    LABOR_ENTRIES,
    VENDOR_LINES,
    WORK_ORDER_TASKS,
    WORK_ORDERS,
    LaborEntries,
    OrderLines,
    VendorLines,
    WorkOrders,
    WorkOrderTasks,
)
from directapp.domains.maintenance.order_words import BEFORE_DONE
from directapp.domains.people.fields import USERS
from directapp.domains.people.roles import ADMIN
from directapp.domains.vehicles.naming import HANDS, LEADERS, SYSTEM, SYSTEMS
from directapp.kernel.errors import InvalidError, Problem
from directapp.kernel.money import CENT
from directapp.kernel.text import _, pgettext
from directapp.services.command import CommandContext

ORDER_SEEN = SeenInFull("work_order", WORK_ORDERS)
_ENDED = _("The work order is finished and takes no more lines.")
_ORDER = _("It has to end after it begins.")
_HOURS = _("Say how many hours, or from when to when.")
_TWICE = _("The entry is corrected already: correct the one that took its place.")


def order_field() -> Field:
    """Return the field that names the work order a line is of."""
    return field(
        OrderLines.work_order,
        _("Work order"),
        Kind.REF,
        ref=WORK_ORDERS,
        on_delete="cascade",
        required=True,
        immutable=True,
    )


def while_it_runs(case: Case) -> list[Problem]:
    """Refuse lines on work that is finished or cancelled; the system's own writes still come through."""
    status = case.one("order").get(WorkOrders.status)
    if case.actor.is_system or status is None or status in BEFORE_DONE:
        return []
    return [Problem(_ENDED, field=OrderLines.work_order, code="CONFLICT")]


def lines_of(case: Case) -> list[Row]:
    """Return all lines of the order as they are after this write."""
    others = [line for line in case.many("siblings") if line[OrderLines.id] != case.get(OrderLines.id)]
    return [*others, case.row]


def cost_on_order(case: Case, name: Any, amount: Decimal) -> list[Consequence]:
    """Carry what lines of a kind cost to their order, to the øre, where it differs."""
    amount = amount.quantize(CENT)
    if case.one("order").get(name) == amount or case.get(OrderLines.work_order) is None:
        return []
    target = case.get(OrderLines.work_order)
    return [Consequence(collection=WORK_ORDERS, system=SYSTEM, patch={name: amount}, target=target)]


# -- tasks ----------------------------------------------------------------------------------------------


async def tick(ctx: CommandContext) -> None:
    """Write down that a task is done."""
    patch: Values = {WorkOrderTasks.done_at: ctx.now, WorkOrderTasks.done_by: ctx.actor.user}
    await ctx.change(patch | {WorkOrderTasks.remark: ctx.params.get("remark")}, system=SYSTEM)


async def untick(ctx: CommandContext) -> None:
    """Take back that a task is done."""
    await ctx.change({WorkOrderTasks.done_at: None, WorkOrderTasks.done_by: None}, system=SYSTEM)


def _ticked(case: Case) -> Problem | None:
    return Problem(_("It is done already.")) if case.get(WorkOrderTasks.done_at) is not None else None


def _unticked(case: Case) -> Problem | None:
    return None if case.get(WorkOrderTasks.done_at) is not None else Problem(_("It is not done yet."))


_REMARK = field("remark", pgettext("task", "Remark"), max_length=300)
TASKS = Collection(
    name=WORK_ORDER_TASKS,
    label=pgettext("work order", "Task"),
    plural=pgettext("work order", "Tasks"),
    groups=(
        Group(
            "all",
            pgettext("work order", "Task"),
            (
                order_field(),
                field(WorkOrderTasks.place, _("Place in the list"), Kind.INTEGER, minimum=1, maximum=999, default=1),
                field(WorkOrderTasks.name, _("What is done"), required=True, max_length=200),
                field(WorkOrderTasks.done_at, pgettext("task", "Done"), Kind.INSTANT, computed=True),
                field(
                    WorkOrderTasks.done_by,
                    pgettext("task", "Done by"),
                    Kind.REF,
                    ref=USERS,
                    on_delete="set_null",
                    computed=True,
                    personal="employee",
                ),
                field(WorkOrderTasks.remark, pgettext("task", "Remark"), max_length=300, computed=True),
            ),
        ),
    ),
    access=Access(
        systems=SYSTEMS,
        grants=(
            *grants(
                f"{LEADERS} planner {HANDS}",
                rows=ORDER_SEEN,
                read=("all",),
                write=("all",),
                create=True,
                verbs=("tick", "untick"),
            ),
            *grants(
                "supervisor dispatcher parts driver safety_officer safety_rep buyer finance",
                rows=ORDER_SEEN,
                read=("all",),
            ),
            Grant(role="auditor", read=("all",)),
            Grant(role=ADMIN, write=("*",), create=True, verbs=("tick", "untick")),
        ),
    ),
    views=Views(
        columns=(WorkOrderTasks.work_order, WorkOrderTasks.name, WorkOrderTasks.done_at, WorkOrderTasks.done_by),
        title=(WorkOrderTasks.name,),
        sort=(WorkOrderTasks.created_at,),
        filters=(WorkOrderTasks.work_order,),
        icon="list-check",
    ),
    verbs=(
        Verb(
            name="tick",
            label=pgettext("task", "Done"),
            run=tick,
            params=(_REMARK,),
            blocked=_ticked,
            icon="check",
            primary=True,
        ),
        Verb(name="untick", label=pgettext("task", "Not done"), run=untick, blocked=_unticked, icon="arrow-back-up"),
    ),
    rules=(while_it_runs,),
    related=(One("order", WorkOrderTasks.work_order, WORK_ORDERS, hold=False),),
    indexes=(("work_order", "place"), ("created_at", "id")),
)


# -- hours ----------------------------------------------------------------------------------------------


def hours_worked(case: Case) -> Values:
    """Work out hours from when it began and ended, where both are said."""
    start, end = case.get(LaborEntries.started_at), case.get(LaborEntries.ended_at)
    if start is None or end is None or end <= start:
        return {}
    return {LaborEntries.hours: (Decimal((end - start).total_seconds()) / 3600).quantize(CENT)}


def in_order(case: Case) -> list[Problem]:
    """Refuse an end before the beginning, and an entry that says neither hours nor when."""
    start, end = case.get(LaborEntries.started_at), case.get(LaborEntries.ended_at)
    if start and end and end <= start:
        return [Problem(_ORDER, field=LaborEntries.ended_at)]
    if case.get(LaborEntries.hours) is None and start is None:
        return [Problem(_HOURS, field=LaborEntries.hours)]
    return []


def labor_costs(case: Case) -> list[Consequence]:
    """Carry what the hours that count cost to the order."""
    total = Decimal(0)
    for line in lines_of(case):
        if line.get(LaborEntries.corrected_at) is None:
            total += (line.get(LaborEntries.hours) or 0) * (line.get(LaborEntries.rate) or 0)
    return cost_on_order(case, WorkOrders.labor_cost, total)


async def stop(ctx: CommandContext) -> None:
    """Stop the clock of an entry."""
    await ctx.change({LaborEntries.ended_at: ctx.now}, system=SYSTEM)


async def correct(ctx: CommandContext) -> None:
    """Let another entry take the place of this one, which stays as it was."""
    row = ctx.target.row
    if row.get(LaborEntries.corrected_at) is not None:
        raise InvalidError(Problem(_TWICE))
    patch: Values = {LaborEntries.corrected_at: ctx.now, LaborEntries.why: ctx.params["reason"]}
    old = await ctx.change(patch, system=SYSTEM)
    values: Values = {
        LaborEntries.work_order: row[LaborEntries.work_order],
        LaborEntries.person: row.get(LaborEntries.person),
        LaborEntries.hours: ctx.params["hours"],
        LaborEntries.rate: row.get(LaborEntries.rate),
        LaborEntries.note: row.get(LaborEntries.note),
        LaborEntries.corrects: old.id,
    }
    ctx.answer = await ctx.create(LABOR_ENTRIES, values, system=SYSTEM)


def _still(case: Case) -> Problem | None:
    running = case.get(LaborEntries.started_at) is not None and case.get(LaborEntries.ended_at) is None
    return None if running else Problem(_("The clock does not run."))


def _corrected(case: Case) -> Problem | None:
    return Problem(_TWICE) if case.get(LaborEntries.corrected_at) is not None else None


LABOR = Collection(
    name=LABOR_ENTRIES,
    label=_("Hours on a work order"),
    plural=_("Hours on work orders"),
    groups=(
        Group(
            "all",
            _("Hours on a work order"),
            (
                order_field(),
                field(
                    LaborEntries.person,
                    pgettext("hours", "Who"),
                    Kind.REF,
                    ref=USERS,
                    default=lambda case: case.actor.user,
                    immutable=True,
                    personal="employee",
                    help=_("Empty: yourself."),
                ),
                field(LaborEntries.started_at, pgettext("hours", "From"), Kind.INSTANT, fact=True, immutable=True),
                field(LaborEntries.ended_at, pgettext("hours", "To"), Kind.INSTANT, fact=True, immutable=True),
                field(LaborEntries.hours, _("Hours"), Kind.DECIMAL, minimum=0, maximum=200, unit="t", immutable=True),
                field(LaborEntries.rate, _("Hourly rate"), Kind.MONEY, minimum=0, default=0, immutable=True),
                field(LaborEntries.note, pgettext("one note", "Notes"), Kind.TEXT, max_length=1000),
                field(
                    LaborEntries.corrects,
                    _("In place of"),
                    Kind.REF,
                    ref=LABOR_ENTRIES,
                    on_delete="set_null",
                    computed=True,
                ),
                field(LaborEntries.corrected_at, _("Corrected"), Kind.INSTANT, computed=True),
                field(LaborEntries.why, _("Why corrected"), max_length=300, computed=True),
            ),
        ),
    ),
    access=Access(
        systems=SYSTEMS,
        grants=(
            *grants(
                f"{LEADERS} planner {HANDS}",
                rows=ORDER_SEEN,
                read=("all",),
                write=("all",),
                create=True,
                verbs=("stop", "correct"),
            ),
            *grants("parts buyer finance", rows=ORDER_SEEN, read=("all",)),
            Grant(role="auditor", read=("all",)),
            Grant(role=ADMIN, write=("*",), create=True, verbs=("stop", "correct")),
        ),
    ),
    views=Views(
        columns=(
            LaborEntries.work_order,
            LaborEntries.person,
            LaborEntries.hours,
            LaborEntries.started_at,
            LaborEntries.ended_at,
            LaborEntries.corrected_at,
        ),
        title=(LaborEntries.hours,),
        sort=("-created_at",),
        filters=(LaborEntries.work_order, LaborEntries.person),
        icon="clock",
    ),
    verbs=(
        Verb(
            name="stop",
            label=_("Stop the clock"),
            run=stop,
            blocked=_still,
            icon="player-pause",
            primary=True,
        ),
        Verb(
            name="correct",
            label=_("Correct"),
            run=correct,
            blocked=_corrected,
            params=(
                field("hours", _("Hours"), Kind.DECIMAL, required=True, minimum=0, maximum=200, unit="t"),
                field("reason", pgettext("what is written down", "Reason"), required=True, max_length=300),
            ),
            icon="edit",
        ),
    ),
    rules=(while_it_runs, in_order),
    fill=(hours_worked,),
    related=(
        One("order", LaborEntries.work_order, WORK_ORDERS),
        Many("siblings", LABOR_ENTRIES, "work_order", via="work_order"),
    ),
    consequences=(labor_costs,),
    indexes=(("work_order", "created_at"), ("-created_at", "-id")),
)


# -- vendors --------------------------------------------------------------------------------------------


def vendor_costs(case: Case) -> list[Consequence]:
    """Carry what vendors cost to the order."""
    total = sum((line.get(VendorLines.amount) or Decimal(0) for line in lines_of(case)), Decimal(0))
    return cost_on_order(case, WorkOrders.vendor_cost, total)


VENDORS = Collection(
    name=VENDOR_LINES,
    label=_("Vendor’s work"),
    plural=_("Vendors’ work"),
    groups=(
        Group(
            "all",
            _("Vendor’s work"),
            (
                order_field(),
                field(VendorLines.vendor, _("Vendor"), required=True, max_length=120),
                field(VendorLines.description, _("What is done"), required=True, max_length=300),
                field(VendorLines.amount, pgettext("vendor", "Amount"), Kind.MONEY, minimum=0),
                field(VendorLines.invoice, _("Invoice number"), max_length=40),
                field(VendorLines.settled, pgettext("vendor", "Delivered"), Kind.BOOLEAN, default=False),
            ),
        ),
    ),
    access=Access(
        systems=SYSTEMS,
        grants=(
            *grants(f"{LEADERS} planner finance", rows=ORDER_SEEN, read=("all",), write=("all",), create=True),
            *grants("parts buyer", rows=ORDER_SEEN, read=("all",)),
            Grant(role="auditor", read=("all",)),
            Grant(role=ADMIN, write=("*",), create=True),
        ),
    ),
    views=Views(
        columns=(
            VendorLines.work_order,
            VendorLines.vendor,
            VendorLines.description,
            VendorLines.amount,
            VendorLines.invoice,
            VendorLines.settled,
        ),
        title=(VendorLines.vendor, VendorLines.description),
        sort=("-created_at",),
        filters=(VendorLines.work_order, VendorLines.settled),
        icon="building",
    ),
    rules=(while_it_runs,),
    related=(
        One("order", VendorLines.work_order, WORK_ORDERS),
        Many("siblings", VENDOR_LINES, "work_order", via="work_order"),
    ),
    consequences=(vendor_costs,),
    indexes=(("work_order", "created_at"), ("-created_at", "-id")),
)
