"""Service history: what was done to a car, kept by chassis number for whoever meets the car next."""

from directapp.declare.access import Access, Grant, grants
from directapp.declare.case import One
from directapp.declare.collection import Collection, Unique, Views
from directapp.declare.fields import Group, choices, field
from directapp.declare.kinds import Kind
from directapp.declare.names import Values
from directapp.declare.verbs import Verb
from directapp.domains.cars.fields import CARS, Cars
from directapp.domains.people.fields import USERS
from directapp.domains.people.roles import DEALING
from directapp.domains.workshop.fields import WORK_ITEMS, ServiceHistory
from directapp.domains.workshop.rights import SEEN
from directapp.domains.workshop.work_items import KINDS
from directapp.kernel.text import _, pgettext
from directapp.services.command import CommandContext

TYPES = (
    *KINDS,
    *choices(
        ("service", _("Service")),
        ("repair", _("Repair")),
        ("inspection", pgettext("kind", "Inspection")),
        ("recall", _("Recall")),
    ),
)

ENTRY = Group(
    "all",
    _("Work performed"),
    (
        field(ServiceHistory.car, _("Car"), Kind.REF, ref=CARS, on_delete="cascade", required=True, immutable=True),
        field(ServiceHistory.vin, _("VIN"), code=True, style="mono", search=True, max_length=17),
        field(ServiceHistory.type, _("Type"), Kind.CHOICE, choices=TYPES, required=True),
        field(ServiceHistory.performed_by, _("Performed by"), Kind.REF, ref=USERS, on_delete="set_null"),
        field(ServiceHistory.performed_at, _("Performed"), Kind.INSTANT, required=True, fact=True),
        field(ServiceHistory.hours, _("Hours"), Kind.DECIMAL, minimum=0, maximum=999, unit="t"),
        field(ServiceHistory.cost, _("Cost"), Kind.MONEY, minimum=0, unit="kr"),
        field(ServiceHistory.parts, _("Parts used"), Kind.TEXT, max_length=2000),
        field(ServiceHistory.notes, pgettext("one note", "Notes"), Kind.TEXT, search=True),
        field(
            ServiceHistory.work_item,
            _("Work item"),
            Kind.REF,
            ref=WORK_ITEMS,
            on_delete="set_null",
            computed=True,
        ),
        field(ServiceHistory.withdrawn, _("Withdrawn"), Kind.BOOLEAN, default=False, computed=True),
    ),
)


async def record(ctx: CommandContext) -> None:
    """Write down work that has no work item of its own."""
    car = await ctx.look_up(CARS, ctx.params["car"])
    given = {k: v for k, v in ctx.params.items() if k != "car" and v is not None}
    defaults = {"performed_at": ctx.now, "performed_by": ctx.actor.user}
    values: Values = {**defaults, **given, ServiceHistory.car: car.id, ServiceHistory.vin: car.row.get(Cars.vin)}
    ctx.answer = await ctx.create("service_history", values, system="custodian")


RECORD = Verb(
    name="record",
    label=_("Record work performed"),
    run=record,
    on="collection",
    params=(
        field("car", _("Car"), Kind.REF, ref=CARS, required=True),
        field("type", _("Type"), Kind.CHOICE, choices=TYPES, required=True),
        field("performed_at", _("Performed"), Kind.INSTANT, fact=True),
        field("hours", _("Hours"), Kind.DECIMAL, minimum=0, maximum=999, unit="t"),
        field("cost", _("Cost"), Kind.MONEY, minimum=0, unit="kr"),
        field("parts", _("Parts used"), Kind.TEXT, max_length=2000),
        field("notes", pgettext("one note", "Notes"), Kind.TEXT),
    ),
    icon="clipboard-plus",
)

SERVICE_HISTORY = Collection(
    name="service_history",
    label=_("Service entry"),
    plural=_("Service history"),
    groups=(ENTRY,),
    access=Access(
        systems=("workflow", "custodian", "importer", "demo"),
        grants=(
            *grants(DEALING, rows=SEEN, read=("all",)),
            # Those who work on cars seen in full only, so that no bank view gains an entry.
            *grants("mechanic detailer planner manager", rows=SEEN, read=("all",), verbs=("record",)),
            Grant(role="tenant_admin", write=("*",), create=True, verbs=("record",)),
        ),
    ),
    views=Views(
        columns=(
            ServiceHistory.performed_at,
            ServiceHistory.type,
            ServiceHistory.car,
            ServiceHistory.vin,
            ServiceHistory.performed_by,
            ServiceHistory.hours,
            ServiceHistory.notes,
        ),
        title=(ServiceHistory.type, ServiceHistory.performed_at),
        sort=("-performed_at",),
        filters=(ServiceHistory.type, ServiceHistory.performed_by, ServiceHistory.withdrawn),
        icon="history",
    ),
    verbs=(RECORD,),
    related=(One("car", ServiceHistory.car, CARS),),
    unique=(
        Unique(
            fields=(ServiceHistory.work_item,),
            message=_("The work item is already recorded."),
        ),
    ),
    indexes=(("vin", "performed_at"),),
)
