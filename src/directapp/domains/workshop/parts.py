"""Parts orders: parts on their way to a car. The car's parts times and the stock follow from them."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from directapp.declare.access import Access, Grant, grants
from directapp.declare.case import Case, Many, One
from directapp.declare.collection import Collection, Index, Views
from directapp.declare.events import Emit, Event
from directapp.declare.fields import Group, choices, field
from directapp.declare.kinds import Kind
from directapp.declare.names import FieldName, Values, plain
from directapp.declare.rules import Other
from directapp.declare.verbs import Verb
from directapp.declare.workflow import Fact, Step, Workflow, state, status_choices
from directapp.domains.cars.fields import CAR_ACCESSORIES, CARS, CarAccessories, Cars, PartsOrders, ordering_side
from directapp.domains.cars.fields import PARTS_ORDERS as NAME
from directapp.domains.people.roles import DEALING
from directapp.domains.workshop import events
from directapp.domains.workshop.fields import PARTS_INVENTORY, PartsInventory
from directapp.domains.workshop.parts_effects import (
    accessory_follows,
    accessory_of,
    car_follows,
    enough_in_stock,
    stock_follows,
)
from directapp.domains.workshop.rights import SEEN, closed_car
from directapp.kernel.errors import Problem
from directapp.kernel.text import _, pgettext
from directapp.services.command import CommandContext

SIDES = choices(("seller", _("Selling site")), ("prep", _("Prep centre")))

STATES = (
    state("ordered", _("Ordered"), "orange"),
    state("in_transit", _("In transit"), "blue"),
    state("arrived", _("Arrived"), "green"),
    state("installed", _("Installed"), "grey"),
    state("cancelled", _("Cancelled"), "grey"),
)


def fill_side(case: Case) -> Values:
    """Say who orders where nobody did: the prep centre, when the actor works there and the car belongs elsewhere."""
    if case.get(PartsOrders.ordered_by_side) is not None:
        return {}
    return {PartsOrders.ordered_by_side: ordering_side(case.actor.site, case.one("car"))}


def fill_accessory(case: Case) -> Values:
    """Name what a new order is for: its accessory, or the one that waits for just this part."""
    if case.before is not None:
        return {}
    accessory = accessory_of(case)
    if accessory is None:
        number, name = case.get(PartsOrders.part_number), (case.get(PartsOrders.part_name) or "").casefold()
        waiting = [a for a in case.many("accessories") if a.get(CarAccessories.status) == "none"]
        same = [
            a
            for a in waiting
            if (number and a.get(CarAccessories.part_number) == number) or a[CarAccessories.name].casefold() == name
        ]
        return {PartsOrders.accessory: same[0][CarAccessories.id]} if len(same) == 1 else {}
    named: Values = {
        PartsOrders.part_name: accessory.get(CarAccessories.name),
        PartsOrders.part_number: accessory.get(CarAccessories.part_number),
    }
    return {name: value for name, value in named.items() if value and plain(case.row).get(name) is None}


def _now(case: Case) -> Any:
    return case.now


ORDER = Group(
    "all",
    pgettext("purchase", "Order"),
    (
        field(PartsOrders.car, _("Car"), Kind.REF, ref=CARS, on_delete="cascade", required=True, immutable=True),
        field(
            PartsOrders.accessory, _("Accessory"), Kind.REF, ref=CAR_ACCESSORIES, immutable=True, on_delete="set_null"
        ),
        field(PartsOrders.part, _("Stock item"), Kind.REF, ref=PARTS_INVENTORY, immutable=True),
        field(PartsOrders.part_number, _("Part number"), code=True, style="mono", max_length=60, search=True),
        field(PartsOrders.part_name, _("Part"), search=True),
        field(PartsOrders.quantity, _("Quantity"), Kind.INTEGER, minimum=1, maximum=9999, required=True, default=1),
        field(PartsOrders.from_stock, _("Taken from stock"), Kind.BOOLEAN, default=False, immutable=True),
        field(PartsOrders.supplier, _("Vendor")),
        field(PartsOrders.order_reference, _("Vendor's order number"), max_length=60, search=True),
        field(
            PartsOrders.ordered_by_side,
            _("Ordered by"),
            Kind.CHOICE,
            choices=SIDES,
            required=True,
        ),
        field(
            PartsOrders.status,
            _("Status"),
            Kind.CHOICE,
            choices=status_choices(STATES),
            computed=True,
            default="ordered",
        ),
        field(PartsOrders.eta, _("Expected"), Kind.DATE),
        field(PartsOrders.ordered_at, _("Ordered"), Kind.INSTANT, required=True, default=_now, fact=True),
        field(PartsOrders.sent_at, _("Sent"), Kind.INSTANT, fact=True),
        field(PartsOrders.arrived_at, _("Arrived"), Kind.INSTANT, fact=True),
        field(PartsOrders.installed_at, _("Installed"), Kind.INSTANT, fact=True),
        field(PartsOrders.cancelled_at, _("Cancelled"), Kind.INSTANT, fact=True),
        field(PartsOrders.notes, pgettext("one note", "Notes"), Kind.TEXT, max_length=1000),
    ),
)


def status_from_facts(case: Case) -> str:
    """Return the status that the facts alone say."""
    for fact, status in (
        (PartsOrders.cancelled_at, "cancelled"),
        (PartsOrders.installed_at, "installed"),
        (PartsOrders.arrived_at, "arrived"),
        (PartsOrders.sent_at, "in_transit"),
    ):
        if case.get(fact) is not None:
            return status
    return "ordered"


def _has(name: FieldName[Any]) -> Callable[[Case], bool]:
    return lambda case: case.get(name) is not None


def _step(origins: str, to: str, fact: FieldName[datetime], event: Event) -> Step:
    return Step(origins=tuple(origins.split()), to=to, when=_has(fact), fact=fact, event=event)


_REFUSAL = _("The part is {state}.")
_NOT_ARRIVED = _("The part is {state}. It can be installed once it has arrived.")

WORKFLOW = Workflow(
    states=STATES,
    initial="ordered",
    entries=("ordered",),
    words=(
        ("in_transit", PartsOrders.sent_at),
        ("arrived", PartsOrders.arrived_at),
        ("installed", PartsOrders.installed_at),
        ("cancelled", PartsOrders.cancelled_at),
    ),
    replay=status_from_facts,
    steps=(
        _step("ordered in_transit arrived", "cancelled", PartsOrders.cancelled_at, events.PART_CANCELLED),
        _step("ordered in_transit", "arrived", PartsOrders.arrived_at, events.PART_ARRIVED),
        _step("ordered", "in_transit", PartsOrders.sent_at, events.PART_IN_TRANSIT),
        _step("arrived", "installed", PartsOrders.installed_at, events.PART_INSTALLED),
    ),
    facts=(
        Fact(
            field=PartsOrders.sent_at,
            states=("in_transit", "arrived"),
            clears=("in_transit", "arrived"),
            refusal=_REFUSAL,
        ),
        Fact(field=PartsOrders.arrived_at, states=("arrived", "installed"), clears=("arrived",), refusal=_REFUSAL),
        Fact(field=PartsOrders.installed_at, states=("installed",), clears=("installed",), refusal=_NOT_ARRIVED),
        Fact(field=PartsOrders.cancelled_at, states=("cancelled",), clears=("cancelled",), refusal=_REFUSAL),
    ),
)


def name_the_part(case: Case) -> list[Problem]:
    """Demand that an order says what it is for: a stock item, or a name."""
    if case.get(PartsOrders.part) is not None or case.get(PartsOrders.part_name) is not None:
        return []
    return [
        Problem(
            _("Choose a stock item or name the part."),
            field=PartsOrders.part_name,
        )
    ]


def stock_needs_part(case: Case) -> list[Problem]:
    """Only a stock item is taken from stock."""
    if not case.get(PartsOrders.from_stock) or case.get(PartsOrders.part) is not None:
        return []
    return [Problem(_("Choose the stock item that is taken."), field=PartsOrders.part)]


def part_of_own_shelf(case: Case) -> list[Problem]:
    """Take parts only off the shelf of a site that has to do with the car."""
    part, car = case.one("part"), case.one("car")
    sites = {car.get(Cars.dealership), car.get(Cars.prep_center)}
    if case.before is not None or not part or part.get(PartsInventory.dealership) in sites | {case.actor.site}:
        return []
    words = _("The stock item belongs to a site that has nothing to do with the car.")
    return [Problem(words, field=PartsOrders.part)]


def accessory_of_car(case: Case) -> list[Problem]:
    """Order an accessory for its own car."""
    if case.get(PartsOrders.accessory) is None or accessory_of(case) is not None:
        return []
    return [Problem(_("The accessory belongs to another car."), field=PartsOrders.accessory)]


def no_order_for_closed_car(case: Case) -> list[Problem]:
    """Nothing more is ordered for a car that has left; what was ordered may still arrive."""
    problem = closed_car(case)
    return [] if problem is None or case.before is not None or case.actor.is_system else [problem]


def times_in_order(case: Case) -> list[Problem]:
    """Let a part arrive after it was ordered and be installed after it arrived."""
    words = {
        PartsOrders.arrived_at: (PartsOrders.ordered_at, _("Arrived before it was ordered.")),
        PartsOrders.installed_at: (PartsOrders.arrived_at, _("Installed before it arrived.")),
    }
    return [
        Problem(message, field=late)
        for late, (early, message) in words.items()
        if (after := case.get(late)) is not None and (before := case.get(early)) is not None and after < before
    ]


def _setter(fact: str) -> Callable[[CommandContext], Any]:
    async def run(ctx: CommandContext) -> None:
        await ctx.change({fact: ctx.now})

    return run


_REST_FIELDS = (
    PartsOrders.car,
    PartsOrders.accessory,
    PartsOrders.part,
    PartsOrders.part_number,
    PartsOrders.part_name,
    PartsOrders.supplier,
    PartsOrders.order_reference,
    PartsOrders.ordered_by_side,
    PartsOrders.eta,
    PartsOrders.ordered_at,
    PartsOrders.sent_at,
    PartsOrders.notes,
)


async def receive(ctx: CommandContext) -> None:
    """Take the part in; fewer than ordered leaves a rest order on its way."""
    ordered = int(ctx.case.row[PartsOrders.quantity])
    taken = int(ctx.params.get("quantity") or ordered)
    if taken >= ordered:
        await ctx.change({PartsOrders.arrived_at: ctx.now})
        return
    rest: Values = {name: ctx.case.row.get(name) for name in _REST_FIELDS if ctx.case.row.get(name) is not None}
    # The rest comes first: the car must not believe, even for a moment, that everything has arrived.
    await ctx.create(NAME, {**rest, PartsOrders.quantity: ordered - taken})
    ctx.answer = await ctx.change({PartsOrders.quantity: taken, PartsOrders.arrived_at: ctx.now})


VERBS = (
    Verb(
        name="receive",
        to="arrived",
        label=_("Receive the part"),
        run=receive,
        states=("ordered", "in_transit"),
        params=(field("quantity", _("Quantity received"), Kind.INTEGER, minimum=1, maximum=9999),),
        covers=(PartsOrders.arrived_at,),
        icon="package-import",
        primary=True,
    ),
    Verb(
        name="install",
        to="installed",
        label=_("Report installed"),
        run=_setter(PartsOrders.installed_at),
        states=("arrived",),
        covers=(PartsOrders.installed_at,),
        icon="tool",
        primary=True,
    ),
    Verb(
        name="cancel",
        to="cancelled",
        label=_("Cancel the order"),
        run=_setter(PartsOrders.cancelled_at),
        states=("ordered", "in_transit", "arrived"),
        covers=(PartsOrders.cancelled_at,),
        icon="x",
        danger=True,
    ),
)
_VERB_NAMES = tuple(v.name for v in VERBS)

PARTS_ORDERS = Collection(
    name=NAME,
    label=_("Parts order"),
    plural=_("Parts orders"),
    groups=(ORDER,),
    access=Access(
        systems=("workflow", "custodian", "importer", "demo"),
        grants=(
            *grants(DEALING, rows=SEEN, read=("all",)),
            Grant(role="parts", rows=SEEN, read=("all",), write=("all",), create=True, verbs=_VERB_NAMES),
            Grant(role="tenant_admin", write=("*",), create=True, verbs=_VERB_NAMES),
        ),
        delete_why=_("A partial receipt that is taken back leaves no rest order."),
    ),
    views=Views(
        columns=(
            PartsOrders.status,
            PartsOrders.car,
            PartsOrders.part_name,
            PartsOrders.part,
            PartsOrders.quantity,
            PartsOrders.supplier,
            PartsOrders.ordered_by_side,
            PartsOrders.eta,
            PartsOrders.ordered_at,
        ),
        title=(PartsOrders.part_name, PartsOrders.part_number),
        sort=("-ordered_at",),
        filters=(PartsOrders.status, PartsOrders.ordered_by_side, PartsOrders.supplier, PartsOrders.eta),
        icon="package",
        menu=True,
        module="dealership",
    ),
    workflow=WORKFLOW,
    verbs=VERBS,
    fill=(fill_side, fill_accessory),
    rules=(
        name_the_part,
        stock_needs_part,
        part_of_own_shelf,
        no_order_for_closed_car,
        times_in_order,
        enough_in_stock,
        accessory_of_car,
    ),
    related=(
        One("car", PartsOrders.car, CARS),
        One("part", PartsOrders.part, PARTS_INVENTORY),
        Many("siblings", NAME, "car", via="car"),
        Many("accessories", CAR_ACCESSORIES, "car", via="car"),
    ),
    consequences=(car_follows, accessory_follows, stock_follows),
    subject=True,
    indexes=(
        ("car", "status"),
        ("status", PartsOrders.eta),
        *(
            Index((copy, PartsOrders.status), where=Other(PartsOrders.status, "installed"))
            for copy in ("car_dealership", "car_prep_center")
        ),
    ),
    events=(
        Emit(event=events.PART_ORDERED, field=PartsOrders.ordered_at),
        Emit(event=events.PART_EXPECTED, when=lambda case: case.before is not None and case.changed(PartsOrders.eta)),
    ),
)
