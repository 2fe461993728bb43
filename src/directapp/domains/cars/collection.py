"""The car, declared once: fields, rights, workflow, rules, verbs and views."""

from directapp.declare.case import Case, Many, One
from directapp.declare.collection import Collection, Index, Unique, Views
from directapp.declare.events import Emit, becomes
from directapp.declare.rules import Empty, Is, Not, Other, all_of
from directapp.declare.workflow import Condition
from directapp.domains.cars import events, facts
from directapp.domains.cars.access import ACCESS
from directapp.domains.cars.fields import GROUPS, PARTS_ORDERS
from directapp.domains.cars.fill import FILL
from directapp.domains.cars.registry import FILL_FROM_REGISTRY, sources
from directapp.domains.cars.rules import RULES
from directapp.domains.cars.stages import stage_left
from directapp.domains.cars.verbs import VERBS
from directapp.domains.cars.workflow import WORKFLOW
from directapp.domains.people.fields import DEALERSHIPS
from directapp.kernel.text import _


def _is(name: str, *, said: bool) -> Condition:
    return lambda case: case.get(name) is said


def _work_changed(case: Case) -> bool:
    return case.before is not None and case.changed(
        *("eta", "needs_technical", "needs_cosmetic", "prep_center"),
        *("estimated_technical_hours", "estimated_cosmetic_hours"),
    )


# Every fact is told of by itself, whichever step it comes with; steps tell of the states that they lead to.
EVENTS = (
    Emit(event=events.IDENTIFIED, field="vin"),
    Emit(event=events.APPRAISED, field="appraisal_price"),
    Emit(event=events.SENT, field="sent_at"),
    Emit(event=events.ARRIVED, field="arrived_prep_center_at"),
    Emit(event=events.ARRIVED_DEALERSHIP, field="arrived_dealership_at"),
    Emit(event=events.INSPECTION_STARTED, field="inspection_started_at"),
    Emit(event=events.INSPECTION_COMPLETED, field="inspection_completed_at"),
    Emit(event=events.PARTS_ORDERED_SELLER, field="parts_ordered_seller_at"),
    Emit(event=events.PARTS_ORDERED_PREP, field="parts_ordered_prep_at"),
    Emit(event=events.PARTS_ORDERED, field="parts_ordered_seller_at"),
    Emit(event=events.PARTS_ORDERED, field="parts_ordered_prep_at"),
    Emit(event=events.PARTS_ARRIVED, field="parts_arrived_seller_at"),
    Emit(event=events.PARTS_ARRIVED, field="parts_arrived_prep_at"),
    Emit(event=events.ASSIGNED, field="assigned_mechanic"),
    Emit(event=events.ASSIGNED, field="assigned_detailer"),
    Emit(event=events.TECHNICAL_STARTED, field="technical_started_at"),
    Emit(event=events.TECHNICAL_COMPLETED, field="technical_completed_at"),
    Emit(event=events.COSMETIC_STARTED, field="cosmetic_started_at"),
    Emit(event=events.COSMETIC_COMPLETED, field="cosmetic_completed_at"),
    Emit(event=events.QUALITY_CHECKED, field="quality_checked_at"),
    Emit(event=events.RETURNED, field="delivered_to_dealership_at"),
    Emit(event=events.RESERVED, field="reserved_at"),
    Emit(event=events.SOLD, field="sold_at"),
    Emit(event=events.DELIVERED, field="delivered_to_customer_at"),
    Emit(event=events.INSPECTION_APPROVED, when=becomes(_is("inspection_approved", said=True))),
    Emit(event=events.INSPECTION_FAILED, when=becomes(_is("inspection_approved", said=False))),
    Emit(event=events.ALL_PARTS_ARRIVED, when=becomes(facts.parts_all_here)),
    Emit(event=events.WORK_COMPLETED, when=becomes(facts.work_done)),
    Emit(event=events.QUALITY_APPROVED, when=becomes(_is("quality_approved", said=True))),
    Emit(event=events.QUALITY_FAILED, when=becomes(_is("quality_approved", said=False))),
    Emit(event=events.READY, when=becomes(lambda case: case.get("ready_for_delivery_at") is not None)),
    Emit(event=events.PICKUP, when=becomes(_is("ready_for_pickup", said=True))),
    Emit(event=events.WORK_CHANGED, when=_work_changed),
)

# What most questions are about: a twentieth of the cars, when a house is old.
NOT_ARCHIVED = Other("status", "archived")

VIEWS = Views(
    columns=(
        "status",
        "license_plate",
        "vin",
        "make",
        "model",
        "customer_name",
        "delivery_date",
        "sla_status",
        "dealership",
        "car_type",
        "priority",
        "seller",
        "assigned_mechanic",
        "assigned_detailer",
        "parts_status",
        "status_since",
        "updated_at",
    ),
    title=("license_plate", "make", "model", "vin"),
    sort=("-updated_at",),
    filters=(
        "status",
        "car_type",
        "dealership",
        "prep_center",
        "seller",
        "assigned_mechanic",
        "assigned_detailer",
        "priority",
        "parts_status",
        "delivery_date",
        "in_vehicle_bank",
        "next_inspection_due",
    ),
    icon="car",
    menu=True,
    keys=("license_plate",),
    urgency="sla_status",
    assigned=("assigned_detailer", "assigned_mechanic", "seller"),
)

CARS = Collection(
    name="cars",
    label=_("Car"),
    plural=_("Cars"),
    groups=GROUPS,
    access=ACCESS,
    views=VIEWS,
    workflow=WORKFLOW,
    verbs=(*VERBS, FILL_FROM_REGISTRY),
    rules=RULES,
    fill=(*FILL, sources),
    related=(
        One("owner_site", "dealership", DEALERSHIPS, hold=False),
        One("prep_site", "prep_center", DEALERSHIPS, hold=False),
        Many("parts", PARTS_ORDERS, "car"),
    ),
    unique=(
        Unique(
            fields=("vin",),
            message=_("Another car has this VIN."),
            where=Not(Is("status", "archived")),
        ),
        Unique(
            fields=("order_number",),
            message=_("Another car has this order number."),
            where=Not(Is("shared_identity", value=True)),
            alike=True,
        ),
        Unique(
            fields=("license_plate",),
            message=_("Another car that is not archived has this plate. Archive it, or correct its plate first."),
            where=all_of(Not(Is("status", "archived")), Not(Is("shared_identity", value=True))),
        ),
    ),
    subject=True,
    # Who is responsible for a car, where, and what kind it is: not its status, which would write its rows at each step.
    sight=("dealership", "original_dealership", "prep_center", "car_type", "assigned_mechanic", "assigned_detailer"),
    indexes=(
        ("dealership", "updated_at"),
        ("original_dealership", "updated_at"),
        ("prep_center", "updated_at"),
        ("prep_center", "status"),
        ("assigned_mechanic", "technical_completed_at"),
        ("assigned_detailer", "cosmetic_completed_at"),
        ("status", "updated_at"),
        Index(("status",), sight=True),
        Index(("status", "delivery_date", "id"), where=NOT_ARCHIVED),
        Index(("updated_at", "id"), where=NOT_ARCHIVED),
        Index(("delivery_date", "id"), where=NOT_ARCHIVED),
        Index(("id",), where=Empty("archived_at")),
        Index(("status", "id"), where=Is("status", "archived")),
        *(
            Index((whose, "status"), where=NOT_ARCHIVED)
            for whose in ("dealership", "original_dealership", "assigned_mechanic", "assigned_detailer")
        ),
        ("car_type", "updated_at"),
        ("in_vehicle_bank", "updated_at"),
        ("seller", "status"),
        ("current_location",),
        ("license_plate",),
        ("order_number",),
        ("vin",),
        ("delivery_date",),
        ("created_at",),
        ("-delivery_date", "-id"),
        ("-ready_for_delivery_at", "-id"),
        ("prep_center", "ready_for_delivery_at"),
        ("inspection_completed_at",),
        ("-sold_at", "-id"),
        ("-delivered_to_customer_at", "-id"),
    ),
    consequences=(stage_left,),
    events=EVENTS,
)
