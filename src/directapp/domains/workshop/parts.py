"""Parts orders: parts on their way to a car. The car's parts times and the stock follow from them."""

from collections.abc import Callable
from typing import Any

from directapp.declare.access import Access, Grant, grants
from directapp.declare.case import Case, Many, One
from directapp.declare.collection import Collection, Index, Views
from directapp.declare.events import Emit, Event
from directapp.declare.fields import Group, choices, field
from directapp.declare.kinds import Kind
from directapp.declare.rules import Other
from directapp.declare.verbs import Verb
from directapp.declare.workflow import Fact, Step, Workflow, state, status_choices
from directapp.domains.cars.fields import CARS
from directapp.domains.cars.fields import PARTS_ORDERS as NAME
from directapp.domains.people.roles import WORKING
from directapp.domains.workshop import events
from directapp.domains.workshop.fields import PARTS_INVENTORY
from directapp.domains.workshop.parts_effects import car_follows, enough_in_stock, stock_follows
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


def fill_side(case: Case) -> dict[str, Any]:
    """Say who orders where nobody did: the prep centre, when the actor works there and the car belongs elsewhere."""
    if case.get("ordered_by_side") is not None:
        return {}
    car, site = case.one("car"), case.actor.site
    at_prep = site is not None and site == car.get("prep_center") and site != car.get("dealership")
    return {"ordered_by_side": "prep" if at_prep else "seller"}


def _now(case: Case) -> Any:
    return case.now


ORDER = Group(
    "all",
    pgettext("purchase", "Order"),
    (
        field("car", _("Car"), Kind.REF, ref=CARS, on_delete="cascade", required=True, immutable=True),
        field("part", _("Stock item"), Kind.REF, ref=PARTS_INVENTORY, immutable=True),
        field("part_number", _("Part number"), code=True, style="mono", max_length=60, search=True),
        field("part_name", _("Part"), search=True),
        field("quantity", _("Quantity"), Kind.INTEGER, minimum=1, maximum=9999, required=True, default=1),
        field("from_stock", _("Taken from stock"), Kind.BOOLEAN, default=False, immutable=True),
        field("supplier", _("Supplier")),
        field("order_reference", _("Supplier's order number"), max_length=60, search=True),
        field(
            "ordered_by_side",
            _("Ordered by"),
            Kind.CHOICE,
            choices=SIDES,
            required=True,
        ),
        field(
            "status",
            _("Status"),
            Kind.CHOICE,
            choices=status_choices(STATES),
            computed=True,
            default="ordered",
        ),
        field("eta", _("Expected"), Kind.DATE),
        field("ordered_at", _("Ordered"), Kind.INSTANT, required=True, default=_now, fact=True),
        field("sent_at", _("Sent"), Kind.INSTANT, fact=True),
        field("arrived_at", _("Arrived"), Kind.INSTANT, fact=True),
        field("installed_at", _("Installed"), Kind.INSTANT, fact=True),
        field("cancelled_at", _("Cancelled"), Kind.INSTANT, fact=True),
        field("notes", pgettext("one note", "Notes"), Kind.TEXT, max_length=1000),
    ),
)


def status_from_facts(case: Case) -> str:
    """Return the status that the facts alone say."""
    for fact, status in (
        ("cancelled_at", "cancelled"),
        ("installed_at", "installed"),
        ("arrived_at", "arrived"),
        ("sent_at", "in_transit"),
    ):
        if case.get(fact) is not None:
            return status
    return "ordered"


def _has(name: str) -> Callable[[Case], bool]:
    return lambda case: case.get(name) is not None


def _step(origins: str, to: str, fact: str, event: Event) -> Step:
    return Step(origins=tuple(origins.split()), to=to, when=_has(fact), fact=fact, event=event)


_REFUSAL = _("The part is {state}.")
_NOT_ARRIVED = _("The part is {state}. It can be installed once it has arrived.")

WORKFLOW = Workflow(
    states=STATES,
    initial="ordered",
    entries=("ordered",),
    words=(
        ("in_transit", "sent_at"),
        ("arrived", "arrived_at"),
        ("installed", "installed_at"),
        ("cancelled", "cancelled_at"),
    ),
    replay=status_from_facts,
    steps=(
        _step("ordered in_transit arrived", "cancelled", "cancelled_at", events.PART_CANCELLED),
        _step("ordered in_transit", "arrived", "arrived_at", events.PART_ARRIVED),
        _step("ordered", "in_transit", "sent_at", events.PART_IN_TRANSIT),
        _step("arrived", "installed", "installed_at", events.PART_INSTALLED),
    ),
    facts=(
        Fact(field="sent_at", states=("in_transit", "arrived"), clears=("in_transit", "arrived"), refusal=_REFUSAL),
        Fact(field="arrived_at", states=("arrived", "installed"), clears=("arrived",), refusal=_REFUSAL),
        Fact(field="installed_at", states=("installed",), clears=("installed",), refusal=_NOT_ARRIVED),
        Fact(field="cancelled_at", states=("cancelled",), clears=("cancelled",), refusal=_REFUSAL),
    ),
)


def name_the_part(case: Case) -> list[Problem]:
    """Demand that an order says what it is for: a stock item, or a name."""
    if case.get("part") is not None or case.get("part_name") is not None:
        return []
    return [
        Problem(
            _("Choose a stock item or name the part."),
            field="part_name",
        )
    ]


def stock_needs_part(case: Case) -> list[Problem]:
    """Only a stock item is taken from stock."""
    if not case.get("from_stock") or case.get("part") is not None:
        return []
    return [Problem(_("Choose the stock item that is taken."), field="part")]


def part_of_own_shelf(case: Case) -> list[Problem]:
    """Take parts only off the shelf of a site that has to do with the car."""
    part, car = case.one("part"), case.one("car")
    sites = {car.get("dealership"), car.get("prep_center")}
    if case.before is not None or not part or part.get("dealership") in sites | {case.actor.site}:
        return []
    words = _("The stock item belongs to a site that has nothing to do with the car.")
    return [Problem(words, field="part")]


def no_order_for_closed_car(case: Case) -> list[Problem]:
    """Nothing more is ordered for a car that has left; what was ordered may still arrive."""
    problem = closed_car(case)
    return [] if problem is None or case.before is not None or case.actor.is_system else [problem]


def times_in_order(case: Case) -> list[Problem]:
    """Let a part arrive after it was ordered and be installed after it arrived."""
    words = {
        "arrived_at": ("ordered_at", _("Arrived before it was ordered.")),
        "installed_at": ("arrived_at", _("Installed before it arrived.")),
    }
    return [
        Problem(message, field=late)
        for late, (early, message) in words.items()
        if case.get(late) is not None and case.get(early) is not None and case.get(late) < case.get(early)
    ]


def _setter(fact: str) -> Callable[[CommandContext], Any]:
    async def run(ctx: CommandContext) -> None:
        await ctx.change({fact: ctx.now})

    return run


_REST_FIELDS = (
    *("car", "part", "part_number", "part_name", "supplier", "order_reference"),
    *("ordered_by_side", "eta", "ordered_at", "sent_at", "notes"),
)


async def receive(ctx: CommandContext) -> None:
    """Take the part in; fewer than ordered leaves a rest order on its way."""
    ordered = int(ctx.case.row["quantity"])
    taken = int(ctx.params.get("quantity") or ordered)
    if taken >= ordered:
        await ctx.change({"arrived_at": ctx.now})
        return
    rest = {name: ctx.case.row.get(name) for name in _REST_FIELDS if ctx.case.row.get(name) is not None}
    # The rest comes first: the car must not believe, even for a moment, that everything has arrived.
    await ctx.create(NAME, {**rest, "quantity": ordered - taken})
    ctx.answer = await ctx.change({"quantity": taken, "arrived_at": ctx.now})


VERBS = (
    Verb(
        name="receive",
        to="arrived",
        label=_("Receive the part"),
        run=receive,
        states=("ordered", "in_transit"),
        params=(field("quantity", _("Quantity received"), Kind.INTEGER, minimum=1, maximum=9999),),
        icon="package-import",
        primary=True,
    ),
    Verb(
        name="install",
        to="installed",
        label=_("Report installed"),
        run=_setter("installed_at"),
        states=("arrived",),
        icon="tool",
        primary=True,
    ),
    Verb(
        name="cancel",
        to="cancelled",
        label=_("Cancel the order"),
        run=_setter("cancelled_at"),
        states=("ordered", "in_transit", "arrived"),
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
            *grants(WORKING, rows=SEEN, read=("all",)),
            Grant(role="parts", rows=SEEN, read=("all",), write=("all",), create=True, verbs=_VERB_NAMES),
            Grant(role="tenant_admin", write=("*",), create=True, verbs=_VERB_NAMES),
        ),
        delete_why=_("A partial receipt that is taken back leaves no rest order."),
    ),
    views=Views(
        columns=("status", "car", "part_name", "part", "quantity", "supplier", "ordered_by_side", "eta", "ordered_at"),
        title=("part_name", "part_number"),
        sort=("-ordered_at",),
        filters=("status", "ordered_by_side", "supplier", "eta"),
        icon="package",
        menu=True,
    ),
    workflow=WORKFLOW,
    verbs=VERBS,
    fill=(fill_side,),
    rules=(
        name_the_part,
        stock_needs_part,
        part_of_own_shelf,
        no_order_for_closed_car,
        times_in_order,
        enough_in_stock,
    ),
    related=(
        One("car", "car", CARS),
        One("part", "part", PARTS_INVENTORY),
        Many("siblings", NAME, "car", via="car"),
    ),
    consequences=(car_follows, stock_follows),
    subject=True,
    indexes=(
        ("car", "status"),
        ("status", "eta"),
        *(
            Index((copy, "status"), where=Other("status", "installed"))
            for copy in ("car_dealership", "car_prep_center")
        ),
    ),
    events=(
        Emit(event=events.PART_ORDERED, field="ordered_at"),
        Emit(event=events.PART_EXPECTED, when=lambda case: case.before is not None and case.changed("eta")),
    ),
)
