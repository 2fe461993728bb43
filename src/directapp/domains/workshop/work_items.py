"""Work items: what has to be done to a car, what it may cost, and who said yes."""

from decimal import Decimal
from typing import Any

from directapp.declare.access import Access, Grant, grants
from directapp.declare.case import Case, Consequence, Many, One, Row
from directapp.declare.collection import Collection, Unique, Views
from directapp.declare.events import Emit
from directapp.declare.fields import Group, choices, field
from directapp.declare.kinds import Kind
from directapp.declare.workflow import Fact, Step, Workflow, state, status_choices
from directapp.domains.cars.fields import CARS
from directapp.domains.people.fields import USERS
from directapp.domains.workshop import events
from directapp.domains.workshop.fields import INSPECTIONS, SERVICE_HISTORY
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
    ("technical", _("Mechanical")),
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
        field("car", _("Car"), Kind.REF, ref=CARS, on_delete="cascade", required=True, immutable=True),
        field("description", _("Description"), Kind.TEXT, required=True, max_length=2000, search=True),
        field("kind", _("Kind of work"), Kind.CHOICE, choices=KINDS, required=True, default="technical"),
        field(
            "status",
            _("Status"),
            Kind.CHOICE,
            choices=status_choices(STATES),
            computed=True,
            default="proposed",
        ),
        field("started_at", _("Started"), Kind.INSTANT, fact=True),
        field("completed_at", _("Completed"), Kind.INSTANT, fact=True),
        field("actual_hours", _("Actual hours"), Kind.DECIMAL, minimum=0, maximum=999, unit="t"),
        field("done_by", pgettext("person", "Done by"), Kind.REF, ref=USERS, on_delete="set_null"),
        field(
            "inspection",
            pgettext("kind", "Inspection"),
            Kind.REF,
            ref=INSPECTIONS,
            on_delete="set_null",
            immutable=True,
        ),
        field("inspection_item", _("Inspection item"), immutable=True, max_length=60),
    ),
)

PRICE = Group(
    "price",
    _("Price and approval"),
    (
        field("estimate", _("Estimated cost"), Kind.MONEY, minimum=0, unit="kr"),
        field("price", _("Price"), Kind.MONEY, minimum=0, unit="kr"),
        field("actual_cost", _("Actual cost"), Kind.MONEY, minimum=0, unit="kr"),
        field("approved_at", _("Approved"), Kind.INSTANT, computed=True),
        field(
            "approved_by",
            _("Approved by"),
            Kind.REF,
            ref=USERS,
            on_delete="set_null",
            computed=True,
        ),
        field("declined_at", _("Declined"), Kind.INSTANT, computed=True),
        field(
            "declined_by",
            _("Declined by"),
            Kind.REF,
            ref=USERS,
            on_delete="set_null",
            computed=True,
        ),
        field("decline_reason", _("Reason for declining"), Kind.TEXT, max_length=500, computed=True),
    ),
)


def status_from_facts(case: Case) -> str:
    """Return the status that the facts alone say."""
    for fact, status in (
        ("declined_at", "declined"),
        ("completed_at", "done"),
        ("started_at", "in_progress"),
        ("approved_at", "approved"),
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
    words=(("in_progress", "started_at"), ("done", "completed_at")),
    replay=status_from_facts,
    steps=(
        Step(
            origins=("proposed", "approved"),
            to="declined",
            when=lambda c: c.get("declined_at") is not None,
            fact="declined_at",
            event=events.WORK_DECLINED,
        ),
        Step(
            origins=("proposed",),
            to="approved",
            when=lambda c: c.get("approved_at") is not None,
            fact="approved_at",
            event=events.WORK_APPROVED,
        ),
        Step(
            origins=("approved", "in_progress"),
            to="done",
            when=lambda c: c.get("completed_at") is not None,
            fact="completed_at",
            event=events.WORK_COMPLETED,
        ),
        Step(
            origins=("approved",),
            to="in_progress",
            when=lambda c: c.get("started_at") is not None,
            fact="started_at",
        ),
    ),
    facts=(
        Fact(field="approved_at", states=("approved",), clears=("approved",), refusal=_DECIDED),
        Fact(field="declined_at", states=("declined",), clears=("declined",), refusal=_DECIDED),
        Fact(
            field="started_at",
            states=("approved", "in_progress", "done"),
            clears=("in_progress", "done"),
            refusal=_NOT_APPROVED,
        ),
        Fact(
            field="completed_at",
            states=("approved", "in_progress", "done"),
            clears=("done",),
            refusal=_NOT_APPROVED,
        ),
    ),
)


def keep_approved_price(case: Case) -> list[Problem]:
    """Let the approved price stand: a dearer job is a new item, or an actual cost beside it."""
    if case.actor.is_system or case.was("approved_at") is None:
        return []
    message = _("The price is approved and stands. Record a difference as actual cost.")
    return [Problem(message, field=name, code="CONFLICT") for name in ("estimate", "price") if case.changed(name)]


def complete_after_start(case: Case) -> list[Problem]:
    """Work does not end before it began."""
    started, completed = case.get("started_at"), case.get("completed_at")
    if started is None or completed is None or completed >= started:
        return []
    message = _("Work cannot end before it started.")
    return [Problem(message, field="completed_at")]


def inspected_on_same_car(case: Case) -> list[Problem]:
    """Demand that the inspection a work item comes from was of the same car."""
    inspection = case.one("inspection")
    if not inspection or inspection.get("car") == case.get("car"):
        return []
    return [Problem(_("The inspection is of another car."), field="inspection")]


def cost_of(item: Row) -> Decimal:
    """Return what an item costs the car: the actual cost, else the price, else the estimate."""
    if item.get("status") not in COUNTED_STATES:
        return Decimal(0)
    known = (item.get(name) for name in ("actual_cost", "price", "estimate"))
    return kroner(next((value for value in known if value is not None), 0))


def sum_to_prep_cost(case: Case) -> list[Consequence]:
    """Carry the sum of approved and done items to the car's prep cost."""
    if not case.changed("status", "actual_cost", "price", "estimate"):
        return []
    others = sum((cost_of(i) for i in case.many("siblings") if i["id"] != case.get("id")), Decimal(0))
    total = kroner(others + cost_of(case.row))
    if total == kroner(case.one("car").get("prep_cost") or 0):
        return []
    return [Consequence(collection=CARS, system="workflow", patch={"prep_cost": total}, target=case.get("car"))]


def _service_entry(case: Case) -> dict[str, Any]:
    vin = case.one("car").get("vin")
    return {
        "car": case.get("car"),
        "vin": vin,
        "type": case.get("kind"),
        "performed_by": case.get("done_by"),
        "performed_at": case.get("completed_at"),
        "hours": case.get("actual_hours"),
        "cost": cost_of(case.row),
        "notes": case.get("description"),
        "work_item": case.get("id"),
        "withdrawn": False,
    }


_SERVICE_FIELDS = ("status", "completed_at", "done_by", "actual_hours", "actual_cost", "description", "kind")


def write_service_history(case: Case) -> list[Consequence]:
    """Keep the car's service history in step: done writes it, taken back withdraws it."""
    if not case.changed(*_SERVICE_FIELDS):
        return []
    entry = next(iter(case.many("service")), None)
    target = None if entry is None else entry["id"]
    if case.get("status") == "done":
        patch: Row = _service_entry(case)
        return [Consequence(collection=SERVICE_HISTORY, system="workflow", patch=patch, target=target)]
    if target is not None and case.was("status") == "done":
        patch = {"withdrawn": True}
        return [Consequence(collection=SERVICE_HISTORY, system="workflow", patch=patch, target=target)]
    return []


_EVERYTHING = ("job", "price")
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
        *_own("parts", "job", "price"),
        *_own("planner", "price"),
        Grant(role="mechanic", rows=MECHANICS_CAR, read=("job",), write=("job",), create=True, verbs=_DO),
        Grant(role="detailer", rows=DETAILERS_CAR, read=("job",), write=("job",), create=True, verbs=_DO),
        Grant(role="tenant_admin", write=("*",), create=True, verbs=(*_DO, *_DECIDE)),
    ),
)

WORK_ITEMS = Collection(
    name="work_items",
    label=_("Work item"),
    plural=_("Work items"),
    groups=(JOB, PRICE),
    access=ACCESS,
    views=Views(
        columns=("status", "car", "kind", "description", "price", "done_by", "completed_at"),
        title=("description",),
        filters=("status", "kind", "done_by"),
        assigned=("done_by",),
        icon="tool",
    ),
    workflow=WORKFLOW,
    verbs=VERBS,
    rules=(refuse_on_closed_car, keep_approved_price, complete_after_start, inspected_on_same_car),
    related=(
        One("car", "car", CARS),
        One("inspection", "inspection", INSPECTIONS),
        Many("siblings", "work_items", "car", via="car"),
        Many("service", SERVICE_HISTORY, "work_item"),
    ),
    consequences=(sum_to_prep_cost, write_service_history),
    unique=(
        Unique(
            fields=("inspection", "inspection_item"),
            message=_("The inspection item already has a work item."),
        ),
    ),
    subject=True,
    indexes=(("car", "status"), ("status", "created_at"), ("status", "id")),
    events=(
        Emit(event=events.WORK_STARTED, field="started_at"),
        Emit(event=events.WORK_PROPOSED, when=lambda case: case.before is None),
    ),
)
