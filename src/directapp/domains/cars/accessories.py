"""Accessories ordered with a car; each has its own supply status."""

from collections.abc import Mapping
from typing import Any

from directapp.declare.access import Access, Grant, grants
from directapp.declare.case import Case, Many, One
from directapp.declare.collection import Collection, Index, Views
from directapp.declare.events import Emit
from directapp.declare.fields import Field, Group, field
from directapp.declare.kinds import Kind
from directapp.declare.rules import All, Is, Other, Parent, Rule, SeenInFull, Who, all_of, either
from directapp.domains.cars.access import AT_PREP, OWNED
from directapp.domains.cars.events import ACCESSORIES_CHANGED
from directapp.domains.cars.fields import CARS, PARTS, PARTS_ORDERS, CarAccessories, Cars, PartsOrders
from directapp.domains.cars.states import CLOSED
from directapp.domains.cars.supply import ORDER, orders_follow, supply
from directapp.domains.cars.words import PARTS_STATUSES
from directapp.kernel.errors import Problem
from directapp.kernel.text import Text, _, pgettext

_CONTENT = (CarAccessories.name, CarAccessories.part_number, CarAccessories.quantity, CarAccessories.comment)


def _group(code: str, label: Text, *fields: Field) -> Group:
    return Group(code, label, fields)


GROUPS = (
    _group(
        "content",
        _("Accessory"),
        field(CarAccessories.car, _("Car"), Kind.REF, ref=CARS, on_delete="cascade", required=True, immutable=True),
        field(CarAccessories.name, _("Name"), required=True, search=True, max_length=200),
        field(CarAccessories.part_number, _("Part number"), code=True, style="mono", search=True, max_length=60),
        field(CarAccessories.quantity, _("Quantity"), Kind.INTEGER, required=True, default=1, minimum=0, maximum=999),
        field(CarAccessories.comment, pgettext("accessory", "Comment"), Kind.TEXT),
    ),
    _group(
        "price",
        _("Price"),
        field(CarAccessories.price, _("Price"), Kind.MONEY, minimum=0, unit="kr"),
    ),
    _group(
        "supply",
        _("Supply"),
        field(CarAccessories.status, _("Status"), Kind.CHOICE, choices=PARTS_STATUSES, required=True, default="none"),
        field(CarAccessories.ordered_at, _("Ordered"), Kind.INSTANT, fact=True),
        field(CarAccessories.arrived_at, _("Arrived"), Kind.INSTANT, fact=True),
    ),
    _group(
        "system",
        _("System"),
        field(CarAccessories.changed_after_order_at, _("Changed after order"), Kind.INSTANT, computed=True),
        field(CarAccessories.changed_content, _("What was changed"), Kind.JSON, computed=True),
    ),
)

_CLOSED_CAR = _("The car is delivered or archived, and its accessories cannot change.")
_ONLY_INSTALLED = _("A mechanic only sets installed.")


def changed_after_order(case: Case) -> Mapping[str, Any]:
    """Note a change of what is wanted after the car's parts were ordered: parts at both sites are told."""
    car = case.one("car")
    of_car = any(car.get(parts.ordered) is not None for parts in PARTS.values())
    ordered = of_car or case.was(CarAccessories.ordered_at) is not None
    if not ordered or not case.changed(*_CONTENT):
        return {}
    difference = {name: [case.was(name), case.get(name)] for name in _CONTENT if case.changed(name)}
    return {CarAccessories.changed_after_order_at: case.now, CarAccessories.changed_content: difference}


def car_is_open(case: Case) -> list[Problem]:
    """Accessories of a delivered or archived car stay as they are."""
    closed = case.one("car").get(Cars.status) in CLOSED and not case.actor.is_system
    return [Problem(_CLOSED_CAR, field=CarAccessories.car, code="CONFLICT")] if closed else []


def mechanic_installs(case: Case) -> list[Problem]:
    """Let a mechanic who is nothing more set an accessory installed, and nothing else."""
    others = case.actor.works_as & {"parts", "tenant_admin"}
    only = "mechanic" in case.actor.made_of and not others and case.changed(CarAccessories.status)
    return (
        [Problem(_ONLY_INSTALLED, field=CarAccessories.status)]
        if only and case.get(CarAccessories.status) != "installed"
        else []
    )


SEEN = SeenInFull("car", CARS)


def _car(rule: Rule) -> All:
    return all_of(SEEN, Parent("car", CARS, rule))


def _grants() -> tuple[Grant, ...]:
    sells = {"edit": _car(OWNED), "write": ("content", "price"), "create": True}
    managed = _car(either(OWNED, AT_PREP))
    assigned = _car(Is(Cars.assigned_mechanic, Who.USER))
    return (
        *grants("new_car_sales used_car_sales sales_manager", rows=SEEN, **sells),
        *grants("manager", rows=SEEN, edit=managed, write=("content", "price"), create=True),
        *grants("parts", rows=SEEN, read=("content", "supply"), edit=managed, write=("supply",)),
        *grants("parts", rows=all_of(SEEN, managed), read=("content", "supply"), verbs=("order",)),
        *grants("mechanic", rows=SEEN, read=("content", "supply"), edit=assigned, write=("status",)),
        *grants("reception planner detailer", rows=SEEN, read=("content", "supply")),
        *grants("finance", rows=SEEN),
        *grants("tenant_admin", write=("*",), create=True, verbs=("order",)),
    )


CAR_ACCESSORIES = Collection(
    name="car_accessories",
    label=_("Accessory"),
    plural=_("Accessories"),
    groups=GROUPS,
    access=Access(systems=("workflow", "importer", "demo"), grants=_grants()),
    views=Views(
        columns=(
            CarAccessories.car,
            CarAccessories.name,
            CarAccessories.part_number,
            CarAccessories.quantity,
            CarAccessories.status,
            CarAccessories.ordered_at,
            CarAccessories.arrived_at,
            CarAccessories.price,
        ),
        title=(CarAccessories.name,),
        sort=("-created_at",),
        filters=(CarAccessories.status, CarAccessories.car, CarAccessories.changed_after_order_at),
        icon="puzzle",
    ),
    rules=(car_is_open, mechanic_installs),
    fill=(supply, changed_after_order),
    related=(One("car", CarAccessories.car, CARS), Many("orders", PARTS_ORDERS, PartsOrders.accessory)),
    consequences=(orders_follow,),
    verbs=(ORDER,),
    subject=True,
    indexes=(
        ("car",),
        ("status",),
        ("changed_after_order_at",),
        *(
            Index((copy, CarAccessories.status), where=Other(CarAccessories.status, "installed"))
            for copy in ("car_dealership", "car_prep_center")
        ),
    ),
    events=(Emit(event=ACCESSORIES_CHANGED, field=CarAccessories.changed_after_order_at),),
)
