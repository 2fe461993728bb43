"""The vehicle, declared once: fields, rights, course and views."""

from directapp.declare.access import Access, Grant, grants
from directapp.declare.case import Case, One
from directapp.declare.collection import Collection, Unique, Views
from directapp.declare.events import Emit
from directapp.declare.fields import Group, computed, field
from directapp.declare.kinds import Kind
from directapp.declare.names import Values, field_name
from directapp.declare.rules import In
from directapp.declare.workflow import Step, Workflow, status_choices
from directapp.domains.cars.fields import CARS, Cars
from directapp.domains.people.fields import DEALERSHIPS, DEPARTMENTS, USERS
from directapp.domains.people.roles import ADMIN
from directapp.domains.registered.naming import IDENTIFYING, REGISTRY
from directapp.domains.vehicles import events
from directapp.domains.vehicles.fields import DRIVERS, VEHICLES, Vehicles
from directapp.domains.vehicles.naming import HANDS, IN_FLEET, LEADERS, SYSTEMS, VEHICLE_TYPES
from directapp.domains.vehicles.rights import BELOW, HELD_BY_ME, HERE, OF_MY_PEOPLE, SHARED_HERE, WATCHING
from directapp.domains.vehicles.verbs import LEADING, VERBS, WORKING
from directapp.domains.vehicles.words import CLASSIFICATIONS, OWNERSHIPS, PLUGS, STATES
from directapp.kernel.errors import Problem
from directapp.kernel.text import _, pgettext

_CARS = _("The car of this vehicle is not delivered yet, and says what it is: change it there.")
_MOST_KM = 2_000_000


FLEET = Group(
    "fleet",
    _("Fleet"),
    (
        field(Vehicles.number, _("Number"), code=True, required=True, max_length=20, search=True, style="mono"),
        field(Vehicles.vehicle_type, _("Vehicle type"), Kind.CHOICE, required=True, choices=VEHICLE_TYPES),
        field(Vehicles.ownership, _("Ownership"), Kind.CHOICE, choices=OWNERSHIPS, default="owned"),
        field(
            Vehicles.classification,
            _("Use"),
            Kind.CHOICE,
            required=True,
            choices=CLASSIFICATIONS,
            default="assigned",
        ),
        field(
            Vehicles.dealership,
            _("Site"),
            Kind.REF,
            ref=DEALERSHIPS,
            required=True,
            default=lambda case: case.actor.site,
        ),
        field(Vehicles.department, _("Department"), Kind.REF, ref=DEPARTMENTS, on_delete="set_null"),
        field(Vehicles.tags, _("Tags"), Kind.CHOICES, default=[]),
        computed(Vehicles.from_car, _("Came from the car"), Kind.REF, ref=CARS, on_delete="set_null"),
        computed(Vehicles.stock_car, _("Went on as the car"), Kind.REF, ref=CARS, on_delete="set_null"),
    ),
)
HELD = Group(
    "held",
    _("Who has it"),
    (
        computed(Vehicles.driver, _("Driver"), Kind.REF, ref=DRIVERS, on_delete="set_null", personal="employee"),
        computed(
            Vehicles.holder, pgettext("vehicle", "With"), Kind.REF, ref=USERS, on_delete="set_null", personal="employee"
        ),
        computed(Vehicles.held_since, pgettext("vehicle", "Since"), Kind.INSTANT),
    ),
)
SERVICE = Group(
    "service",
    _("Service"),
    (
        field(Vehicles.status, _("Status"), Kind.CHOICE, choices=status_choices(STATES), computed=True),
        computed(Vehicles.status_since, _("Status since"), Kind.INSTANT, default=lambda case: case.now),
        computed(Vehicles.status_reason, _("Why"), Kind.STRING, max_length=300),
        computed(Vehicles.odometer_km, _("Odometer"), Kind.INTEGER, unit="km"),
        computed(Vehicles.engine_hours, _("Engine hours"), Kind.DECIMAL, scale=1, unit="t"),
        computed(Vehicles.metered_at, pgettext("odometer", "Read"), Kind.INSTANT),
        computed(Vehicles.meter_offset_km, _("Driven on earlier meters"), Kind.INTEGER, default=0, unit="km"),
        field(Vehicles.service_note, _("Service note"), Kind.TEXT, max_length=2000),
    ),
)
ENERGY = Group(
    "energy",
    _("Energy"),
    (
        field(Vehicles.tank_l, _("Tank"), Kind.INTEGER, minimum=0, maximum=5_000, unit="l"),
        field(Vehicles.battery_kwh, _("Battery"), Kind.DECIMAL, scale=1, minimum=0, maximum=2_000, unit="kWh"),
        field(Vehicles.ac_kw, _("Charging, AC"), Kind.DECIMAL, scale=1, minimum=0, maximum=100, unit="kW"),
        field(Vehicles.dc_kw, _("Charging, DC"), Kind.DECIMAL, scale=1, minimum=0, maximum=4_000, unit="kW"),
        field(Vehicles.plugs, _("Sockets"), Kind.CHOICES, default=[], choices=PLUGS),
    ),
)
CAPACITY = Group(
    "capacity",
    _("Capacity"),
    (
        field(Vehicles.payload_kg, _("Carries"), Kind.INTEGER, minimum=0, maximum=100_000, unit="kg"),
        field(Vehicles.volume_m3, _("Volume"), Kind.DECIMAL, scale=1, minimum=0, maximum=500, unit="m³"),
        field(Vehicles.seats, _("Seats"), Kind.INTEGER, minimum=0, maximum=300),
        field(Vehicles.equipment, _("Fitted with"), Kind.TEXT, max_length=2000),
    ),
)
MONEY = Group(
    "money",
    _("Money"),
    (
        field(Vehicles.price, _("Purchase price"), Kind.MONEY, minimum=0),
        field(Vehicles.bought_on, _("Bought"), Kind.DATE),
        field(Vehicles.lease_monthly, _("Lease a month"), Kind.MONEY, minimum=0),
        field(Vehicles.lease_until, _("Lease ends"), Kind.DATE),
        field(Vehicles.lease_km, _("Lease, km in all"), Kind.INTEGER, minimum=0, maximum=_MOST_KM, unit="km"),
        field(Vehicles.lease_excess_per_km, _("Excess, per km"), Kind.MONEY, minimum=0),
        field(Vehicles.residual_value, _("Residual value"), Kind.MONEY, minimum=0),
    ),
)
IDENTITY = Group("identity", _("Vehicle"), IDENTIFYING)
_KNOWN = ("identity", "registry", "fleet", "held", "service", "energy", "capacity")
_WRITTEN = ("identity", "fleet", "service", "energy", "capacity")


def identity_of_the_car(case: Case) -> list[Problem]:
    """Leave the identity to the car for as long as a dealer works on it; afterwards it is the vehicle's."""
    if (
        case.actor.is_system
        or case.before is None
        or case.one("car").get(Cars.status) in {None, "delivered", "archived"}
    ):
        return []
    names = [f.name for f in IDENTIFYING if f.name in case.patch and case.changed(field_name(f.name))]
    return [Problem(_CARS, field=name, code="CONFLICT") for name in names]


def when_status_began(case: Case) -> Values:
    """Note since when a vehicle has had its status, however it got it."""
    return {Vehicles.status_since: case.now} if case.before is None or case.changed(Vehicles.status) else {}


def meters_moved(case: Case) -> bool:
    """Whether a write moves what a vehicle's meters stand at, or takes it out of the fleet."""
    if case.before is None:
        return False
    left = case.changed(Vehicles.status) and case.get(Vehicles.status) not in IN_FLEET
    return left or case.changed(Vehicles.odometer_km, Vehicles.engine_hours)


_STEPS = (
    ("planned", "commissioning", None),
    ("planned", "active", events.IN_OPERATION),
    ("commissioning", "active", events.IN_OPERATION),
    ("active", "in_workshop", events.AT_WORKSHOP),
    ("active", "out_of_service", events.OUT_OF_SERVICE),
    ("in_workshop", "active", events.IN_OPERATION),
    ("in_workshop", "out_of_service", events.OUT_OF_SERVICE),
    ("out_of_service", "active", events.IN_OPERATION),
    ("out_of_service", "in_workshop", events.AT_WORKSHOP),
    *((origin, "defleeting", None) for origin in ("active", "in_workshop", "out_of_service")),
    ("defleeting", "active", events.IN_OPERATION),
    ("defleeting", "sold", None),
    ("defleeting", "retired", None),
)
WORKFLOW = Workflow(
    states=STATES,
    initial="planned",
    entries=("planned",),
    steps=tuple(Step(origins=(origin,), to=to, event=event) for origin, to, event in _STEPS),
    replay=lambda case: str(case.get(Vehicles.status)),
    since=Vehicles.status_since,
)

VEHICLE_ACCESS = Access(
    systems=SYSTEMS,
    grants=(
        *grants(
            LEADERS,
            rows=BELOW,
            read=(*_KNOWN, "money"),
            write=_WRITTEN,
            states=IN_FLEET,
            create=True,
            verbs=(*LEADING, *WORKING),
        ),
        *grants(WATCHING, rows=BELOW, read=_KNOWN),
        *grants("dispatcher planner", rows=BELOW, read=_KNOWN, write=("service",), states=IN_FLEET, verbs=WORKING),
        *grants(HANDS, rows=HERE, read=_KNOWN, write=("service",), states=IN_FLEET, verbs=WORKING),
        Grant(role="supervisor", rows=OF_MY_PEOPLE, read=_KNOWN),
        Grant(role="driver", rows=HELD_BY_ME, read=_KNOWN),
        # Whoever drives chooses among what stands there to be shared.
        *grants("driver supervisor", rows=SHARED_HERE, read=("identity", "fleet", "energy", "capacity"), full=False),
        Grant(role="buyer", rows=BELOW, read=(*_KNOWN, "money")),
        Grant(role="finance", rows=BELOW, read=(*_KNOWN, "money"), write=("money",)),
        Grant(role="analyst", read=tuple(g for g in (*_KNOWN, "money") if g != "held")),
        Grant(role="auditor", read=(*_KNOWN, "money")),
        Grant(role=ADMIN, write=("*",), create=True, verbs=(*LEADING, *WORKING)),
    ),
)

COLLECTION = Collection(
    name=VEHICLES,
    label=_("Vehicle"),
    plural=_("Vehicles"),
    groups=(FLEET, IDENTITY, HELD, SERVICE, ENERGY, CAPACITY, MONEY, REGISTRY),
    access=VEHICLE_ACCESS,
    views=Views(
        columns=(
            Vehicles.status,
            Vehicles.number,
            Vehicles.license_plate,
            Vehicles.make,
            Vehicles.model,
            Vehicles.vehicle_type,
            Vehicles.classification,
            Vehicles.dealership,
            Vehicles.holder,
            Vehicles.odometer_km,
            Vehicles.next_inspection_due,
            Vehicles.department,
        ),
        title=(Vehicles.license_plate, Vehicles.make, Vehicles.model, Vehicles.number),
        apart=(Vehicles.number, Vehicles.vin),
        sort=("-updated_at",),
        filters=(
            Vehicles.status,
            Vehicles.vehicle_type,
            Vehicles.classification,
            Vehicles.ownership,
            Vehicles.dealership,
            Vehicles.department,
            Vehicles.holder,
            Vehicles.fuel_type,
            Vehicles.next_inspection_due,
        ),
        icon="truck",
        menu=True,
        module="fleet",
        keys=(Vehicles.license_plate, Vehicles.vin),
        assigned=(Vehicles.holder,),
    ),
    workflow=WORKFLOW,
    verbs=VERBS,
    rules=(identity_of_the_car,),
    fill=(when_status_began,),
    related=(One("car", Vehicles.from_car, CARS, hold=False),),
    unique=(
        Unique(fields=(Vehicles.number,), message=_("Another vehicle has this number."), alike=True),
        Unique(
            fields=(Vehicles.vin,),
            message=_("Another vehicle has this VIN."),
            where=In(Vehicles.status, IN_FLEET),
        ),
        Unique(
            fields=(Vehicles.license_plate,),
            message=_("Another vehicle has this plate."),
            where=In(Vehicles.status, IN_FLEET),
        ),
    ),
    subject=True,
    indexes=(
        ("dealership", "updated_at"),
        ("status", "updated_at"),
        ("holder",),
        ("driver",),
        ("from_car",),
        ("vin",),
        ("next_inspection_due",),
    ),
    events=(Emit(event=events.METERED, when=meters_moved),),
)
