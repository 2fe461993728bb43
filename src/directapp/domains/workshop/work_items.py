"""Work items: what has to be done to a car, what it may cost, and who said yes."""

from decimal import Decimal
from typing import Any

from directapp.declare.access import Access, Grant, grants
from directapp.declare.case import Case, Consequence, Many, One
from directapp.declare.collection import Collection, Unique, Views
from directapp.declare.events import Emit
from directapp.declare.fields import Group, choices, field
from directapp.declare.kinds import Kind
from directapp.declare.names import Patch, Row
from directapp.declare.workflow import Fact, Step, Workflow, state, status_choices
from directapp.domains.cars.fields import CARS, Cars
from directapp.domains.people.fields import USERS
from directapp.domains.workshop import events
from directapp.domains.workshop.fields import INSPECTIONS, SERVICE_HISTORY, Inspections, ServiceHistory, WorkItems
from directapp.domains.workshop.rights import (
    DETAILERS_CAR,
    MECHANICS_CAR,
    SEEN,
    SEEN_OWN,
    refuse_on_closed_car,
)
from directapp.domains.workshop.work_item_verbs import VERBS
from directapp.kernel.errors import Problem
from directapp.kernel.money import kroner
from directapp.kernel.text import _, pgettext

KINDS = choices(
    ("technical", _("Technical")),
    ("cosmetic", _("Cosmetic")),
    ("body", pgettext("kind of work", "Body repair")),
    ("paint", _("Paint")),
    ("tyres", _("Tyres and wheels")),
    ("glass", _("Glass")),
    ("equipment", _("Equipment")),
    ("other", _("Other")),
)

STATES = (
    state("proposed", _("Proposed"), "orange"),
    state("approved", _("Approved"), "indigo"),
    state("in_progress", _("In progress"), "violet"),
    state("done", _("Done"), "green"),
    state("declined", _("Declined"), "grey"),
)
COUNTED_STATES = frozenset({"approved", "in_progress", "done"})

JOB = Group(
    "job",
    _("Work"),
    (
        field(WorkItems.car, _("Car"), Kind.REF, ref=CARS, on_delete="cascade", required=True, immutable=True),
        field(
            WorkItems.description,
            _("Description"),
            Kind.TEXT,
            required=True,
            max_length=2000,
            search=True,
            personal="customer",
        ),
        field(WorkItems.kind, _("Kind of work"), Kind.CHOICE, choices=KINDS, required=True, default="technical"),
        field(
            WorkItems.status,
            _("Status"),
            Kind.CHOICE,
            choices=status_choices(STATES),
            computed=True,
            default="proposed",
        ),
        field(WorkItems.started_at, _("Started"), Kind.INSTANT, fact=True),
        field(WorkItems.completed_at, _("Completed"), Kind.INSTANT, fact=True),
        field(WorkItems.actual_hours, _("Actual hours"), Kind.DECIMAL, minimum=0, maximum=999, unit="t"),
        field(WorkItems.done_by, pgettext("person", "Done by"), Kind.REF, ref=USERS, on_delete="set_null"),
        field(
            WorkItems.inspection,
            pgettext("kind", "Inspection"),
            Kind.REF,
            ref=INSPECTIONS,
            on_delete="set_null",
            immutable=True,
        ),
        field(WorkItems.inspection_item, _("Inspection item"), immutable=True, max_length=60),
    ),
)

PRICE = Group(
    WorkItems.price,
    _("Price and approval"),
    (
        field(WorkItems.estimate, _("Estimated cost"), Kind.MONEY, minimum=0, unit="kr"),
        field(WorkItems.price, _("Price"), Kind.MONEY, minimum=0, unit="kr"),
        field(WorkItems.actual_cost, _("Actual cost"), Kind.MONEY, minimum=0, unit="kr"),
        field(WorkItems.approved_at, _("Approved"), Kind.INSTANT, computed=True),
        field(
            WorkItems.approved_by,
            _("Approved by"),
            Kind.REF,
            ref=USERS,
            on_delete="set_null",
            computed=True,
        ),
        field(WorkItems.declined_at, _("Declined"), Kind.INSTANT, computed=True),
        field(
            WorkItems.declined_by,
            _("Declined by"),
            Kind.REF,
            ref=USERS,
            on_delete="set_null",
            computed=True,
        ),
        field(WorkItems.decline_reason, _("Reason for declining"), Kind.TEXT, max_length=500, computed=True),
    ),
)


def status_from_facts(case: Case) -> str:
    """Return the status that the facts alone say."""
    for fact, status in (
        (WorkItems.declined_at, "declined"),
        (WorkItems.completed_at, "done"),
        (WorkItems.started_at, "in_progress"),
        (WorkItems.approved_at, "approved"),
    ):
        if case.get(fact) is not None:
            return status
    return "proposed"


_NOT_APPROVED = _("The work is {state}. It can be started and completed once it is approved.")
_DECIDED = _("The work is {state}; that is already decided.")

WORKFLOW = Workflow(
    states=STATES,
    initial="proposed",
    entries=("proposed",),
    words=(("in_progress", WorkItems.started_at), ("done", WorkItems.completed_at)),
    replay=status_from_facts,
    steps=(
        Step(
            origins=("proposed", "approved"),
            to="declined",
            when=lambda c: c.get(WorkItems.declined_at) is not None,
            fact=WorkItems.declined_at,
            event=events.WORK_DECLINED,
        ),
        Step(
            origins=("proposed",),
            to="approved",
            when=lambda c: c.get(WorkItems.approved_at) is not None,
            fact=WorkItems.approved_at,
            event=events.WORK_APPROVED,
        ),
        Step(
            origins=("approved", "in_progress"),
            to="done",
            when=lambda c: c.get(WorkItems.completed_at) is not None,
            fact=WorkItems.completed_at,
            event=events.WORK_COMPLETED,
        ),
        Step(
            origins=("approved",),
            to="in_progress",
            when=lambda c: c.get(WorkItems.started_at) is not None,
            fact=WorkItems.started_at,
        ),
    ),
    facts=(
        Fact(field=WorkItems.approved_at, states=("approved",), clears=("approved",), refusal=_DECIDED),
        Fact(field=WorkItems.declined_at, states=("declined",), clears=("declined",), refusal=_DECIDED),
        Fact(
            field=WorkItems.started_at,
            states=("approved", "in_progress", "done"),
            clears=("in_progress", "done"),
            refusal=_NOT_APPROVED,
        ),
        Fact(
            field=WorkItems.completed_at,
            states=("approved", "in_progress", "done"),
            clears=("done",),
            refusal=_NOT_APPROVED,
        ),
    ),
)


def keep_approved_price(case: Case) -> list[Problem]:
    """Let the approved price stand: a dearer job is a new item, or an actual cost beside it."""
    if case.actor.is_system or case.was(WorkItems.approved_at) is None:
        return []
    message = _("The price is approved and stands. Record a difference as actual cost.")
    return [
        Problem(message, field=name, code="CONFLICT")
        for name in (WorkItems.estimate, WorkItems.price)
        if case.changed(name)
    ]


def complete_after_start(case: Case) -> list[Problem]:
    """Work does not end before it began."""
    started, completed = case.get(WorkItems.started_at), case.get(WorkItems.completed_at)
    if started is None or completed is None or completed >= started:
        return []
    message = _("Work cannot end before it started.")
    return [Problem(message, field=WorkItems.completed_at)]


def inspected_on_same_car(case: Case) -> list[Problem]:
    """Demand that the inspection a work item comes from was of the same car."""
    inspection = case.one("inspection")
    if not inspection or inspection.get(Inspections.car) == case.get(WorkItems.car):
        return []
    return [Problem(_("The inspection is of another car."), field=WorkItems.inspection)]


def cost_of(item: Row) -> Decimal:
    """Return what an item costs the car: the actual cost, else the price, else the estimate."""
    if item.get(WorkItems.status) not in COUNTED_STATES:
        return Decimal(0)
    known = (item.get(name) for name in (WorkItems.actual_cost, WorkItems.price, WorkItems.estimate))
    return kroner(next((value for value in known if value is not None), 0))


def sum_to_prep_cost(case: Case) -> list[Consequence]:
    """Carry the sum of approved and done items to the car's prep cost."""
    if not case.changed(WorkItems.status, WorkItems.actual_cost, WorkItems.price, WorkItems.estimate):
        return []
    others = sum((cost_of(i) for i in case.many("siblings") if i[WorkItems.id] != case.get(WorkItems.id)), Decimal(0))
    total = kroner(others + cost_of(case.row))
    if total == kroner(case.one("car").get(Cars.prep_cost) or 0):
        return []
    return [
        Consequence(collection=CARS, system="workflow", patch={Cars.prep_cost: total}, target=case.get(WorkItems.car))
    ]


def _service_entry(case: Case) -> dict[str, Any]:
    vin = case.one("car").get(Cars.vin)
    return {
        ServiceHistory.car: case.get(WorkItems.car),
        ServiceHistory.vin: vin,
        ServiceHistory.type: case.get(WorkItems.kind),
        ServiceHistory.performed_by: case.get(WorkItems.done_by),
        ServiceHistory.performed_at: case.get(WorkItems.completed_at),
        ServiceHistory.hours: case.get(WorkItems.actual_hours),
        ServiceHistory.cost: cost_of(case.row),
        ServiceHistory.notes: case.get(WorkItems.description),
        ServiceHistory.work_item: case.get(WorkItems.id),
        ServiceHistory.withdrawn: False,
    }


_SERVICE_FIELDS = (
    WorkItems.status,
    WorkItems.completed_at,
    WorkItems.done_by,
    WorkItems.actual_hours,
    WorkItems.actual_cost,
    WorkItems.description,
    WorkItems.kind,
)


def write_service_history(case: Case) -> list[Consequence]:
    """Keep the car's service history in step: done writes it, taken back withdraws it."""
    if not case.changed(*_SERVICE_FIELDS):
        return []
    entry = next(iter(case.many("service")), None)
    target = None if entry is None else entry[ServiceHistory.id]
    if case.get(WorkItems.status) == "done":
        patch: Patch = _service_entry(case)
        return [Consequence(collection=SERVICE_HISTORY, system="workflow", patch=patch, target=target)]
    if target is not None and case.was(WorkItems.status) == "done":
        patch = {ServiceHistory.withdrawn: True}
        return [Consequence(collection=SERVICE_HISTORY, system="workflow", patch=patch, target=target)]
    return []


_EVERYTHING = ("job", WorkItems.price)
_DO = ("start", "complete")
_DECIDE = ("approve", "decline")


def _own(roles: str, *groups: str) -> tuple[Grant, ...]:
    return grants(roles, rows=SEEN_OWN, read=groups, write=groups, create=True, verbs=_DO)


ACCESS = Access(
    systems=("workflow", "custodian", "vendor", "importer", "demo"),
    grants=(
        *grants("reception mechanic detailer", rows=SEEN, read=("job",)),
        *grants("parts", rows=SEEN, read=_EVERYTHING),
        *grants("new_car_sales used_car_sales sales_manager finance", rows=SEEN, read=_EVERYTHING, verbs=_DECIDE),
        *grants("planner manager", rows=SEEN, read=_EVERYTHING, write=("job",), create=True, verbs=(*_DO, *_DECIDE)),
        *_own("new_car_sales used_car_sales sales_manager reception", "job"),
        *_own("parts", "job", WorkItems.price),
        *_own("planner", WorkItems.price),
        Grant(role="mechanic", rows=MECHANICS_CAR, read=("job",), write=("job",), create=True, verbs=_DO),
        Grant(role="detailer", rows=DETAILERS_CAR, read=("job",), write=("job",), create=True, verbs=_DO),
        Grant(role="tenant_admin", write=("*",), create=True, verbs=(*_DO, *_DECIDE)),
    ),
)

WORK_ITEMS = Collection(
    name="work_items",
    own_fields=True,
    label=_("Work item"),
    plural=_("Work items"),
    groups=(JOB, PRICE),
    access=ACCESS,
    views=Views(
        columns=(
            WorkItems.status,
            WorkItems.car,
            WorkItems.kind,
            WorkItems.description,
            WorkItems.price,
            WorkItems.done_by,
            WorkItems.completed_at,
        ),
        title=(WorkItems.description,),
        filters=(WorkItems.status, WorkItems.kind, WorkItems.done_by),
        assigned=(WorkItems.done_by,),
        icon="tool",
    ),
    workflow=WORKFLOW,
    verbs=VERBS,
    rules=(refuse_on_closed_car, keep_approved_price, complete_after_start, inspected_on_same_car),
    related=(
        One("car", WorkItems.car, CARS),
        One("inspection", WorkItems.inspection, INSPECTIONS),
        Many("siblings", "work_items", "car", via="car"),
        Many("service", SERVICE_HISTORY, "work_item"),
    ),
    consequences=(sum_to_prep_cost, write_service_history),
    unique=(
        Unique(
            fields=(WorkItems.inspection, WorkItems.inspection_item),
            message=_("The inspection item already has a work item."),
        ),
    ),
    subject=True,
    indexes=(("car", "status"), ("status", "created_at"), ("status", "id")),
    events=(
        Emit(event=events.WORK_STARTED, field=WorkItems.started_at),
        Emit(event=events.WORK_PROPOSED, when=lambda case: case.before is None),
    ),
)
