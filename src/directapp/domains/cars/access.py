"""Who sees and edits which cars, group by group: section 5 of the domain page and the permission matrix."""

from directapp.declare.access import Access, Grant
from directapp.declare.rules import Either, Empty, In, Is, Not, Rule, Who, Whose, all_of, either
from directapp.domains.cars.fields import WORK, Cars, WorkFields
from directapp.domains.cars.groups import GROUPS
from directapp.domains.cars.states import IN_WORK, OPEN, until
from directapp.domains.cars.words import NEW, USED
from directapp.domains.people.roles import ADMIN, HANDLING
from directapp.kernel.text import _

OWNED = Is(Cars.dealership, Who.SITE)
AT_PREP = Is(Cars.prep_center, Who.SITE)
ONCE_OWNED = Is(Cars.original_dealership, Who.SITE)
SITE_TREE = either(In(Cars.dealership, Whose.SITES), In(Cars.original_dealership, Whose.SITES))
UNTYPED_DRAFT = all_of(Is(Cars.status, "draft"), Empty(Cars.car_type))
OWNERLESS = all_of(
    Empty(Cars.dealership), Is(Cars.status, "draft"), either(Is(Cars.current_location, Who.SITE), AT_PREP)
)
IN_BANK = all_of(Is(Cars.in_vehicle_bank, value=True), Not(Is(Cars.visibility, "private")))


def _of_type(*types: str) -> Either:
    return either(In(Cars.car_type, types), UNTYPED_DRAFT)


NEW_CARS, USED_CARS = _of_type(*NEW), _of_type(*USED)

_ALL = tuple(g.code for g in GROUPS)
_BANK_VIEW = ("identity", "registry", "bank", "status", "dealership", "seller")


def _without(*hidden: str) -> tuple[str, ...]:
    return tuple(code for code in _ALL if code not in hidden)


_MONEY = ("price", "cost", "cost_computed")
READS: dict[str, tuple[str, ...]] = {
    "new_car_sales": _without("cost", "cost_computed"),
    "used_car_sales": _without("cost", "cost_computed"),
    "parts": _without("customer_contact", *_MONEY, "bank"),
    "reception": _without(*_MONEY, "bank"),
    "planner": _without(*_MONEY, "bank"),
    "mechanic": _without("customer_contact", *_MONEY, "bank"),
    "detailer": _without("customer_contact", *_MONEY, "bank"),
    "sales_manager": _without("cost", "cost_computed"),
    "manager": _ALL,
    "finance": _without("bank"),
}

_SALES = (
    "identity",
    "order",
    "customer",
    "customer_contact",
    "responsibility",
    "prep_choice",
    "location",
    "floor",
    "services",
    "transport_sent",
    "price",
    "sale",
    "seller_notes",
)
_ON_BEHALF = ("technical", "cosmetic")
WRITES: dict[str, tuple[str, ...]] = {
    "new_car_sales": _SALES,
    "used_car_sales": (*_SALES, "bank"),
    "parts": ("location", "floor", "parts_seller", "parts_prep", "transport_sent"),
    "reception": ("location", "floor", "transport_arrived", "inspection", "quality"),
    "planner": ("location", "floor", "transport_sent", "transport_arrived", "planning", "delivery", *_ON_BEHALF),
    "mechanic": ("location", "floor", "technical"),
    "detailer": ("location", "floor", "cosmetic"),
    "sales_manager": (*_SALES, "bank"),
    "manager": (*_SALES, "bank", "planning", "delivery"),
    "finance": ("price", "cost"),
}
# The matrix's "V (E at own prep centre)": a manager stands in for the floor of the own prep centre only.
WRITES_AT_PREP: dict[str, tuple[str, ...]] = {
    "manager": ("transport_arrived", "inspection", "quality", *_ON_BEHALF),
}

WORKING_ROLES = f"{HANDLING} {ADMIN}"
_SELL_VERBS = ("transfer", "archive", "hand_over", "fill_from_registry")
# How a car becomes a vehicle of the fleet; the verb stands with the fleet's vehicles.
_IN_SERVICE = "put_in_service"


def _sales(role: str, cars: Rule) -> tuple[Grant, ...]:
    own = all_of(OWNED, cars)
    return (
        Grant(role=role, rows=all_of(either(OWNED, ONCE_OWNED), cars), read=READS[role]),
        Grant(
            role=role,
            rows=own,
            read=READS[role],
            write=WRITES[role],
            states=OPEN,
            create=True,
            verbs=(*_SELL_VERBS, "receive"),
        ),
        Grant(role=role, rows=OWNERLESS, read=READS[role], verbs=("claim",)),
    )


def _bank(role: str, rows: Rule) -> tuple[Grant, ...]:
    """Return the bank view of other sites' cars, and the price where its reader may know it."""
    price = ("sale_price",)
    return (
        Grant(role=role, rows=rows, read=_BANK_VIEW, full=False),
        Grant(role=role, rows=all_of(rows, Is(Cars.visibility, "global")), read=price, full=False),
        Grant(role=role, rows=all_of(rows, In(Cars.make, Whose.BRANDS)), read=price, full=False),
    )


def _workshop(work: WorkFields) -> tuple[Grant, ...]:
    role = work.role
    queue = all_of(
        AT_PREP,
        Empty(work.assigned),
        In(Cars.status, IN_WORK),
        Is(work.needed, value=True),
        Empty(work.completed),
    )
    mine = Grant(
        role=role,
        rows=Is(work.assigned, Who.USER),
        read=READS[role],
        write=WRITES[role],
        states=IN_WORK,
        verbs=("take_next", "receive", "transfer"),
    )
    return (mine, Grant(role=role, rows=queue, read=READS[role]))


def _floor() -> tuple[Grant, ...]:
    """Return the entries of those who work at the selling site's counter or at the prep centre."""
    parts, reception, planner = (READS[r] for r in ("parts", "reception", "planner"))
    here = either(OWNED, AT_PREP)
    common = ("receive", "transfer")
    return (
        Grant(role="parts", rows=here, read=parts, write=WRITES["parts"], states=OPEN, verbs=common),
        Grant(
            role="reception",
            rows=AT_PREP,
            read=reception,
            write=WRITES["reception"],
            states=until("qc_failed"),
            verbs=(*common, "claim", "decide_inspection"),
        ),
        Grant(
            role="planner",
            rows=AT_PREP,
            read=planner,
            write=WRITES["planner"],
            states=OPEN,
            verbs=(*common, "claim", "reassign"),
        ),
    )


def _leaders() -> tuple[Grant, ...]:
    manages = either(SITE_TREE, AT_PREP)
    leads = (*_SELL_VERBS, "receive", _IN_SERVICE)
    return (
        Grant(role="sales_manager", rows=SITE_TREE, read=READS["sales_manager"]),
        Grant(
            role="sales_manager",
            rows=OWNED,
            read=READS["sales_manager"],
            write=WRITES["sales_manager"],
            states=OPEN,
            create=True,
            verbs=leads,
        ),
        Grant(role="manager", rows=manages, read=READS["manager"]),
        Grant(
            role="manager",
            rows=either(OWNED, AT_PREP),
            read=READS["manager"],
            write=WRITES["manager"],
            states=OPEN,
            create=True,
            verbs=(*leads, "claim", "reassign"),
        ),
        Grant(
            role="manager",
            rows=AT_PREP,
            read=READS["manager"],
            write=WRITES_AT_PREP["manager"],
            states=OPEN,
            verbs=("decide_inspection",),
        ),
        Grant(role="finance", rows=SITE_TREE, read=READS["finance"], write=WRITES["finance"]),
        Grant(
            role="tenant_admin",
            write=("*",),
            create=True,
            verbs=(
                *_SELL_VERBS,
                "receive",
                "claim",
                "reassign",
                "restore",
                "correct",
                "decide_inspection",
                _IN_SERVICE,
            ),
        ),
        Grant(role="tenant_admin", rows=Is(Cars.status, "draft"), write=("*",), delete=True),
    )


ACCESS = Access(
    grants=(
        *_sales("new_car_sales", NEW_CARS),
        *_bank("new_car_sales", IN_BANK),
        *_sales("used_car_sales", USED_CARS),
        *_bank("used_car_sales", either(In(Cars.car_type, USED), IN_BANK)),
        *_floor(),
        *_workshop(WORK["technical"]),
        *_workshop(WORK["cosmetic"]),
        *_leaders(),
    ),
    systems=("workflow", "custodian", "importer", "archiver", "registry", "demo"),
    delete_why=_("A draft that never became a car may be deleted by the administrator. Everything else is archived."),
)
