"""The car, declared once: fields, rights, workflow, rules, verbs and views."""

from directapp.declare.case import Many, One
from directapp.declare.collection import Collection, Heard, Index, Unique, Views, becomes
from directapp.declare.rules import Empty, Is, Not, Other, all_of
from directapp.declare.workflow import Condition
from directapp.domains.cars import facts
from directapp.domains.cars.access import ACCESS
from directapp.domains.cars.fields import GROUPS
from directapp.domains.cars.fill import FILL
from directapp.domains.cars.registry import FILL_FROM_REGISTRY, sources
from directapp.domains.cars.rules import RULES
from directapp.domains.cars.stages import stage_left
from directapp.domains.cars.verbs import VERBS
from directapp.domains.cars.workflow import WORKFLOW
from directapp.kernel.text import Text

# Every fact is told of by itself, whichever step it comes with; steps tell of the states that they lead to.
EVENTS = (
    ("vin", "car.identified"),
    ("appraisal_price", "car.appraised"),
    ("sent_at", "car.sent"),
    ("arrived_prep_center_at", "car.arrived"),
    ("arrived_dealership_at", "car.arrived_dealership"),
    ("inspection_started_at", "inspection.started"),
    ("inspection_completed_at", "inspection.completed"),
    ("parts_ordered_seller_at", "parts.ordered_seller"),
    ("parts_ordered_prep_at", "parts.ordered_prep"),
    ("parts_ordered_seller_at", "parts.ordered"),
    ("parts_ordered_prep_at", "parts.ordered"),
    ("parts_arrived_seller_at", "parts.arrived"),
    ("parts_arrived_prep_at", "parts.arrived"),
    ("assigned_mechanic", "car.assigned"),
    ("assigned_detailer", "car.assigned"),
    ("technical_started_at", "technical.started"),
    ("technical_completed_at", "technical.completed"),
    ("cosmetic_started_at", "cosmetic.started"),
    ("cosmetic_completed_at", "cosmetic.completed"),
    ("quality_checked_at", "quality.checked"),
    ("delivered_to_dealership_at", "car.returned"),
    ("reserved_at", "car.reserved"),
    ("sold_at", "car.sold"),
    ("delivered_to_customer_at", "car.delivered"),
)


def _is(name: str, *, said: bool) -> Condition:
    return lambda case: case.get(name) is said


HEARD = (
    Heard(event="inspection.approved", when=becomes(_is("inspection_approved", said=True))),
    Heard(event="inspection.failed", when=becomes(_is("inspection_approved", said=False))),
    Heard(event="parts.all_arrived", when=becomes(facts.parts_all_here)),
    Heard(event="work.completed", when=becomes(facts.work_done)),
    Heard(event="quality.approved", when=becomes(_is("quality_approved", said=True))),
    Heard(event="quality.failed", when=becomes(_is("quality_approved", said=False))),
    Heard(event="car.ready", when=becomes(lambda case: case.get("ready_for_delivery_at") is not None)),
    Heard(event="car.pickup", when=becomes(_is("ready_for_pickup", said=True))),
    # Told to planning alone: what is left to do, or when it can begin, is another.
    Heard(
        event="car.work_changed",
        when=lambda case: (
            case.before is not None
            and case.changed(
                *("eta", "needs_technical", "needs_cosmetic", "prep_center"),
                *("estimated_technical_hours", "estimated_cosmetic_hours"),
            )
        ),
    ),
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
    label=Text("Bil", "Car"),
    plural=Text("Biler", "Cars"),
    groups=GROUPS,
    access=ACCESS,
    views=VIEWS,
    workflow=WORKFLOW,
    verbs=(*VERBS, FILL_FROM_REGISTRY),
    rules=RULES,
    fill=(*FILL, sources),
    related=(
        One("owner_site", "dealership", "dealerships", hold=False),
        One("prep_site", "prep_center", "dealerships", hold=False),
        Many("parts", "parts_orders", "car"),
    ),
    unique=(
        Unique(
            fields=("vin",),
            message=Text("En annen bil har dette understellsnummeret.", "Another car has this VIN."),
            where=Not(Is("status", "archived")),
        ),
        Unique(
            fields=("order_number",),
            message=Text("En annen bil har dette ordrenummeret.", "Another car has this order number."),
            where=Not(Is("shared_identity", value=True)),
            alike=True,
        ),
        Unique(
            fields=("license_plate",),
            message=Text(
                "En annen bil som ikke er arkivert, har dette skiltet. Arkiver den, eller rett skiltet der først.",
                "Another car that is not archived has this plate. Archive it, or correct its plate first.",
            ),
            where=all_of(Not(Is("status", "archived")), Not(Is("shared_identity", value=True))),
        ),
    ),
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
    heard=HEARD,
)
