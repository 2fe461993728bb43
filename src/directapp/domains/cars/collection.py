"""The car, declared once: fields, rights, workflow, rules, verbs and views."""

from directapp.declare.case import Case, Many, One
from directapp.declare.collection import Collection, Index, Unique, Views
from directapp.declare.events import Emit, becomes
from directapp.declare.names import FieldName
from directapp.declare.rules import Empty, Is, Not, Other, all_of
from directapp.declare.workflow import Condition
from directapp.domains.cars import events, facts
from directapp.domains.cars.access import ACCESS
from directapp.domains.cars.consents import consent_noted
from directapp.domains.cars.fields import CAR_ACCESSORIES, PARTS_ORDERS, Cars
from directapp.domains.cars.fill import FILL
from directapp.domains.cars.groups import GROUPS
from directapp.domains.cars.mileage import car_says_less, reading_follows
from directapp.domains.cars.registry import FILL_FROM_REGISTRY, sources
from directapp.domains.cars.rules import RULES
from directapp.domains.cars.stages import stage_left
from directapp.domains.cars.supply import accessories_follow
from directapp.domains.cars.verbs import VERBS
from directapp.domains.cars.workflow import WORKFLOW
from directapp.domains.people.fields import DEALERSHIPS
from directapp.kernel.text import _


def _is(name: FieldName[bool], *, said: bool) -> Condition:
    return lambda case: case.get(name) is said


def _work_changed(case: Case) -> bool:
    return case.before is not None and case.changed(
        *(Cars.eta, Cars.needs_technical, Cars.needs_cosmetic, Cars.prep_center),
        *(Cars.estimated_technical_hours, Cars.estimated_cosmetic_hours),
    )


# Every fact is told of by itself, whichever step it comes with; steps tell of the states that they lead to.
EVENTS = (
    Emit(event=events.IDENTIFIED, field=Cars.vin),
    Emit(event=events.APPRAISED, field=Cars.appraisal_price),
    Emit(event=events.SENT, field=Cars.sent_at),
    Emit(event=events.ARRIVED, field=Cars.arrived_prep_center_at),
    Emit(event=events.ARRIVED_DEALERSHIP, field=Cars.arrived_dealership_at),
    Emit(event=events.INSPECTION_STARTED, field=Cars.inspection_started_at),
    Emit(event=events.INSPECTION_COMPLETED, field=Cars.inspection_completed_at),
    Emit(event=events.PARTS_ORDERED_SELLER, field=Cars.parts_ordered_seller_at),
    Emit(event=events.PARTS_ORDERED_PREP, field=Cars.parts_ordered_prep_at),
    Emit(event=events.PARTS_ORDERED, field=Cars.parts_ordered_seller_at),
    Emit(event=events.PARTS_ORDERED, field=Cars.parts_ordered_prep_at),
    Emit(event=events.PARTS_ARRIVED, field=Cars.parts_arrived_seller_at),
    Emit(event=events.PARTS_ARRIVED, field=Cars.parts_arrived_prep_at),
    Emit(event=events.ASSIGNED, field=Cars.assigned_mechanic),
    Emit(event=events.ASSIGNED, field=Cars.assigned_detailer),
    Emit(event=events.TECHNICAL_STARTED, field=Cars.technical_started_at),
    Emit(event=events.TECHNICAL_COMPLETED, field=Cars.technical_completed_at),
    Emit(event=events.COSMETIC_STARTED, field=Cars.cosmetic_started_at),
    Emit(event=events.COSMETIC_COMPLETED, field=Cars.cosmetic_completed_at),
    Emit(event=events.QUALITY_CHECKED, field=Cars.quality_checked_at),
    Emit(event=events.RETURNED, field=Cars.delivered_to_dealership_at),
    Emit(event=events.RESERVED, field=Cars.reserved_at),
    Emit(event=events.SOLD, field=Cars.sold_at),
    Emit(event=events.DELIVERED, field=Cars.delivered_to_customer_at),
    Emit(event=events.INSPECTION_APPROVED, when=becomes(_is(Cars.inspection_approved, said=True))),
    Emit(event=events.INSPECTION_FAILED, when=becomes(_is(Cars.inspection_approved, said=False))),
    Emit(event=events.ALL_PARTS_ARRIVED, when=becomes(facts.parts_all_here)),
    Emit(event=events.WORK_COMPLETED, when=becomes(facts.work_done)),
    Emit(event=events.QUALITY_APPROVED, when=becomes(_is(Cars.quality_approved, said=True))),
    Emit(event=events.QUALITY_FAILED, when=becomes(_is(Cars.quality_approved, said=False))),
    Emit(event=events.READY, when=becomes(lambda case: case.get(Cars.ready_for_delivery_at) is not None)),
    Emit(event=events.PICKUP, when=becomes(_is(Cars.ready_for_pickup, said=True))),
    Emit(event=events.WORK_CHANGED, when=_work_changed),
)

# What most questions are about: a twentieth of the cars, when a house is old.
NOT_ARCHIVED = Other(Cars.status, "archived")

VIEWS = Views(
    columns=(
        Cars.status,
        Cars.license_plate,
        Cars.vin,
        Cars.make,
        Cars.model,
        Cars.customer_name,
        Cars.delivery_date,
        Cars.sla_status,
        Cars.dealership,
        Cars.car_type,
        Cars.priority,
        Cars.seller,
        Cars.assigned_mechanic,
        Cars.assigned_detailer,
        Cars.parts_status,
        Cars.status_since,
        Cars.updated_at,
    ),
    title=(Cars.license_plate, Cars.make, Cars.model, Cars.vin),
    apart=(Cars.order_number, Cars.vin, Cars.color),
    sort=("-updated_at",),
    filters=(
        Cars.status,
        Cars.car_type,
        Cars.dealership,
        Cars.prep_center,
        Cars.seller,
        Cars.assigned_mechanic,
        Cars.assigned_detailer,
        Cars.priority,
        Cars.parts_status,
        Cars.delivery_date,
        Cars.in_vehicle_bank,
        Cars.next_inspection_due,
    ),
    icon="car",
    menu=True,
    module="dealership",
    keys=(Cars.license_plate,),
    urgency=Cars.sla_status,
    assigned=(Cars.assigned_detailer, Cars.assigned_mechanic, Cars.seller),
)

CARS = Collection(
    name="cars",
    own_fields=True,
    label=_("Car"),
    plural=_("Cars"),
    groups=GROUPS,
    access=ACCESS,
    views=VIEWS,
    workflow=WORKFLOW,
    verbs=(*VERBS, FILL_FROM_REGISTRY),
    rules=(*RULES, car_says_less),
    fill=(*FILL, sources),
    related=(
        One("owner_site", Cars.dealership, DEALERSHIPS, hold=False),
        One("prep_site", Cars.prep_center, DEALERSHIPS, hold=False),
        Many("parts", PARTS_ORDERS, "car"),
        Many("accessories", CAR_ACCESSORIES, "car"),
    ),
    unique=(
        Unique(
            fields=(Cars.vin,),
            message=_("Another car has this VIN."),
            where=Not(Is(Cars.status, "archived")),
        ),
        Unique(
            fields=(Cars.order_number,),
            message=_("Another car has this order number."),
            where=Not(Is(Cars.shared_identity, value=True)),
            alike=True,
        ),
        Unique(
            fields=(Cars.license_plate,),
            message=_("Another car that is not archived has this plate. Archive it, or correct its plate first."),
            where=all_of(Not(Is(Cars.status, "archived")), Not(Is(Cars.shared_identity, value=True))),
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
        Index((Cars.status,), sight=True),
        Index((Cars.status, Cars.delivery_date, Cars.id), where=NOT_ARCHIVED),
        Index((Cars.updated_at, Cars.id), where=NOT_ARCHIVED),
        Index((Cars.delivery_date, Cars.id), where=NOT_ARCHIVED),
        Index((Cars.id,), where=Empty(Cars.archived_at)),
        Index((Cars.status, Cars.id), where=Is(Cars.status, "archived")),
        *(
            Index((whose, Cars.status), where=NOT_ARCHIVED)
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
    consequences=(stage_left, accessories_follow, reading_follows, consent_noted),
    events=EVENTS,
)
