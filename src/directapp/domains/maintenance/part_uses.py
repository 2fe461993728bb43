"""Parts of work orders, from the one stock: reserved, issued, returned; each move of the shelf is written down."""

from decimal import Decimal

from directapp.declare.access import Access, Grant, grants
from directapp.declare.case import Case, Consequence, Many, One
from directapp.declare.collection import Collection, Views
from directapp.declare.fields import Group, field
from directapp.declare.kinds import Kind
from directapp.declare.names import Values
from directapp.declare.verbs import Verb
from directapp.declare.workflow import Workflow, status_choices
from directapp.domains.maintenance.fields import (
    PART_USES,
    STOCK_MOVES,
    WORK_ORDERS,
    PartUses,
    StockMoves,
    WorkOrders,
)
from directapp.domains.maintenance.order_lines import ORDER_SEEN, cost_on_order, lines_of, order_field, while_it_runs
from directapp.domains.maintenance.order_words import MOVES, PART_STATES, PART_STEPS
from directapp.domains.people.roles import ADMIN
from directapp.domains.vehicles.naming import HANDS, LEADERS, SYSTEM, SYSTEMS
from directapp.domains.workshop.fields import PARTS_INVENTORY, PartsInventory
from directapp.kernel.errors import Problem
from directapp.kernel.money import CENT
from directapp.kernel.text import _, pgettext
from directapp.services.command import CommandContext

# What a move takes from what is free and from what is set aside, a piece each, by where a use was and is.
_TAKES = {
    (None, "reserved"): ("reserve", -1, 1),
    ("reserved", "issued"): ("issue", 0, -1),
    ("reserved", "returned"): ("return", 1, -1),
    ("issued", "returned"): ("return", 1, 0),
}


def _moved(case: Case) -> tuple[str, int, int] | None:
    return _TAKES.get((case.was(PartUses.status), case.get(PartUses.status) or ""))


def enough_on_the_shelf(case: Case) -> list[Problem]:
    """Refuse to reserve what is not free."""
    free = int(case.one("part").get(PartsInventory.available) or 0)
    if case.before is not None or (case.get(PartUses.quantity) or 0) <= free:
        return []
    return [Problem(_("Stock has {free} of this part free.").fill(free=free), field=PartUses.quantity, code="CONFLICT")]


def at_cost(case: Case) -> Values:
    """Keep what a piece costs when it is reserved."""
    if case.before is not None or case.get(PartUses.unit_cost) is not None:
        return {}
    return {PartUses.unit_cost: case.one("part").get(PartsInventory.cost)}


def averaged(case: Case) -> Values:
    """Return what a piece on the shelf costs on average once issued ones are back there at what they cost."""
    stock, came = case.one("part"), case.get(PartUses.unit_cost)
    cost, number = stock.get(PartsInventory.cost), case.get(PartUses.quantity) or 0
    there = int(stock.get(PartsInventory.available) or 0) + int(stock.get(PartsInventory.reserved) or 0)
    if case.was(PartUses.status) != "issued" or cost is None or came is None:
        return {}
    return {PartsInventory.cost: ((cost * there + came * number) / (there + number)).quantize(CENT)}


def shelf_follows(case: Case) -> list[Consequence]:
    """Move the shelf with the use, and write the move down."""
    move, part, record = _moved(case), case.get(PartUses.part), case.get(PartUses.id)
    if move is None or part is None:
        return []
    kind, free, aside = move
    number, stock = case.get(PartUses.quantity) or 0, case.one("part")
    left = int(stock.get(PartsInventory.available) or 0) + free * number
    levels: Values = {
        PartsInventory.available: left,
        PartsInventory.reserved: int(stock.get(PartsInventory.reserved) or 0) + aside * number,
    } | averaged(case)
    written: Values = {
        StockMoves.part: part,
        StockMoves.part_use: record,
        StockMoves.kind: kind,
        StockMoves.quantity: number,
        StockMoves.free_after: left,
        StockMoves.moved_at: case.now,
    }
    return [
        Consequence(collection=PARTS_INVENTORY, system="workflow", patch=levels, target=part),
        Consequence(collection=STOCK_MOVES, system=SYSTEM, patch=written),
    ]


def parts_cost(case: Case) -> list[Consequence]:
    """Carry what the issued parts cost to the order."""
    issued = [line for line in lines_of(case) if line.get(PartUses.status) == "issued"]
    total = sum(((line.get(PartUses.unit_cost) or Decimal(0)) * line[PartUses.quantity] for line in issued), Decimal(0))
    return cost_on_order(case, WorkOrders.parts_cost, total)


async def issue(ctx: CommandContext) -> None:
    """Hand the part out."""
    await ctx.move("issued", {PartUses.issued_at: ctx.now}, system=SYSTEM)


async def give_back(ctx: CommandContext) -> None:
    """Put the part back on the shelf."""
    await ctx.move("returned", {PartUses.returned_at: ctx.now}, system=SYSTEM)


USES = Collection(
    name=PART_USES,
    label=_("Part on a work order"),
    plural=_("Parts on work orders"),
    groups=(
        Group(
            "all",
            _("Part on a work order"),
            (
                order_field(),
                field(PartUses.part, _("Part"), Kind.REF, ref=PARTS_INVENTORY, required=True, immutable=True),
                field(
                    PartUses.quantity,
                    _("Quantity"),
                    Kind.INTEGER,
                    required=True,
                    default=1,
                    minimum=1,
                    maximum=10_000,
                    immutable=True,
                ),
                field(PartUses.unit_cost, _("Cost each"), Kind.MONEY, computed=True),
                field(PartUses.status, _("Status"), Kind.CHOICE, choices=status_choices(PART_STATES), computed=True),
                field(PartUses.issued_at, pgettext("parts", "Issued"), Kind.INSTANT, computed=True),
                field(PartUses.returned_at, pgettext("parts", "Returned"), Kind.INSTANT, computed=True),
            ),
        ),
    ),
    access=Access(
        systems=SYSTEMS,
        grants=(
            *grants(
                f"{LEADERS} planner {HANDS} parts",
                rows=ORDER_SEEN,
                read=("all",),
                write=("all",),
                create=True,
                verbs=("issue", "give_back"),
            ),
            *grants("buyer finance", rows=ORDER_SEEN, read=("all",)),
            Grant(role="auditor", read=("all",)),
            Grant(role=ADMIN, write=("*",), create=True, verbs=("issue", "give_back")),
        ),
    ),
    views=Views(
        columns=(PartUses.status, PartUses.part, PartUses.quantity, PartUses.work_order, PartUses.issued_at),
        title=(PartUses.part,),
        sort=("-created_at",),
        filters=(PartUses.status, PartUses.part, PartUses.work_order),
        icon="package",
    ),
    workflow=Workflow(
        states=PART_STATES,
        initial="reserved",
        entries=("reserved",),
        steps=PART_STEPS,
        replay=lambda case: str(case.get(PartUses.status)),
    ),
    verbs=(
        Verb(
            name="issue",
            label=pgettext("parts", "Issue"),
            run=issue,
            states=("reserved",),
            icon="package-import",
            primary=True,
            to="issued",
        ),
        Verb(
            name="give_back",
            label=pgettext("parts", "Return"),
            run=give_back,
            states=("reserved", "issued"),
            icon="arrow-back-up",
            to="returned",
        ),
    ),
    rules=(while_it_runs, enough_on_the_shelf),
    fill=(at_cost,),
    related=(
        One("order", PartUses.work_order, WORK_ORDERS),
        One("part", PartUses.part, PARTS_INVENTORY),
        Many("siblings", PART_USES, "work_order", via="work_order"),
    ),
    consequences=(shelf_follows, parts_cost),
    indexes=(("work_order", "created_at"), ("part", "created_at"), ("-created_at", "-id")),
)

STOCK = Collection(
    name=STOCK_MOVES,
    label=_("Stock move"),
    plural=_("Stock moves"),
    groups=(
        Group(
            "all",
            _("Stock move"),
            (
                field(StockMoves.part, _("Part"), Kind.REF, ref=PARTS_INVENTORY, on_delete="cascade", computed=True),
                field(
                    StockMoves.part_use,
                    _("Part on a work order"),
                    Kind.REF,
                    ref=PART_USES,
                    on_delete="set_null",
                    computed=True,
                ),
                field(StockMoves.kind, pgettext("stock move", "What"), Kind.CHOICE, choices=MOVES, computed=True),
                field(StockMoves.quantity, _("Quantity"), Kind.INTEGER, computed=True),
                field(StockMoves.free_after, _("Free afterwards"), Kind.INTEGER, computed=True),
                field(StockMoves.moved_at, pgettext("stock move", "When"), Kind.INSTANT, computed=True),
            ),
        ),
    ),
    access=Access(
        systems=SYSTEMS,
        grants=(*grants(f"{LEADERS} planner {HANDS} parts finance buyer auditor {ADMIN}", read=("all",)),),
    ),
    views=Views(
        columns=(
            StockMoves.moved_at,
            StockMoves.part,
            StockMoves.kind,
            StockMoves.quantity,
            StockMoves.free_after,
            StockMoves.created_by,
        ),
        title=(StockMoves.kind, StockMoves.moved_at),
        sort=("-moved_at",),
        filters=(StockMoves.part, StockMoves.kind),
        icon="transfer",
    ),
    indexes=(("part", "moved_at"), ("-moved_at", "-id")),
)
