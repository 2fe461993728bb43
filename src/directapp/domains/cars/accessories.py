"""Accessories ordered with a car; each has its own supply status."""

from collections.abc import Mapping
from typing import Any

from directapp.declare.access import Access, Grant, grants
from directapp.declare.case import Case, One
from directapp.declare.collection import Collection, Index, Views
from directapp.declare.events import Emit
from directapp.declare.fields import Field, Group, field
from directapp.declare.kinds import Kind
from directapp.declare.rules import All, Is, Other, Parent, Rule, SeenInFull, Who, all_of, either
from directapp.domains.cars.access import AT_PREP, OWNED
from directapp.domains.cars.events import ACCESSORIES_CHANGED
from directapp.domains.cars.fields import CARS
from directapp.domains.cars.states import CLOSED
from directapp.domains.cars.words import PARTS_STATUSES
from directapp.kernel.errors import Problem
from directapp.kernel.text import Text, _, pgettext

_CONTENT = ("name", "part_number", "quantity", "comment")


def _group(code: str, label: Text, *fields: Field) -> Group:
    return Group(code, label, fields)


GROUPS = (
    _group(
        "content",
        _("Accessory"),
        field("car", _("Car"), Kind.REF, ref=CARS, on_delete="cascade", required=True, immutable=True),
        field("name", _("Name"), required=True, search=True, max_length=200),
        field("part_number", _("Part number"), code=True, style="mono", search=True, max_length=60),
        field("quantity", _("Quantity"), Kind.INTEGER, required=True, default=1, minimum=0, maximum=999),
        field("comment", pgettext("accessory", "Comment"), Kind.TEXT),
    ),
    _group(
        "price",
        _("Price"),
        field("price", _("Price"), Kind.MONEY, minimum=0, unit="kr"),
    ),
    _group(
        "supply",
        _("Supply"),
        field("status", _("Status"), Kind.CHOICE, choices=PARTS_STATUSES, required=True, default="none"),
        field("ordered_at", _("Ordered"), Kind.INSTANT, fact=True),
        field("arrived_at", _("Arrived"), Kind.INSTANT, fact=True),
    ),
    _group(
        "system",
        _("System"),
        field("changed_after_order_at", _("Changed after order"), Kind.INSTANT, computed=True),
        field("changed_content", _("What was changed"), Kind.JSON, computed=True),
    ),
)

_CLOSED_CAR = _("The car is delivered or archived, and its accessories cannot change.")
_ONLY_INSTALLED = _("A mechanic only sets installed.")


def supply_times(case: Case) -> Mapping[str, Any]:
    """Note when an accessory was ordered and when it arrived, as its status says."""
    status = case.get("status")
    values: dict[str, Any] = {}
    if status != "none" and case.changed("status") and case.get("ordered_at") is None:
        values["ordered_at"] = case.now
    if status in {"arrived", "installed"} and case.changed("status") and case.get("arrived_at") is None:
        values["arrived_at"] = case.now
    return values


def changed_after_order(case: Case) -> Mapping[str, Any]:
    """Note a change of what is wanted after the car's parts were ordered: parts at both sites are told."""
    car = case.one("car")
    ordered = car.get("parts_ordered_seller_at") or car.get("parts_ordered_prep_at") or case.was("ordered_at")
    if not ordered or not case.changed(*_CONTENT):
        return {}
    difference = {name: [case.was(name), case.get(name)] for name in _CONTENT if case.changed(name)}
    return {"changed_after_order_at": case.now, "changed_content": difference}


def car_is_open(case: Case) -> list[Problem]:
    """Accessories of a delivered or archived car stay as they are."""
    closed = case.one("car").get("status") in CLOSED and not case.actor.is_system
    return [Problem(_CLOSED_CAR, field="car", code="CONFLICT")] if closed else []


def mechanic_installs(case: Case) -> list[Problem]:
    """Let a mechanic who is nothing more set an accessory installed, and nothing else."""
    others = case.actor.roles & {"parts", "tenant_admin"}
    only = "mechanic" in case.actor.roles and not others and case.changed("status")
    return [Problem(_ONLY_INSTALLED, field="status")] if only and case.get("status") != "installed" else []


SEEN = SeenInFull("car", CARS)


def _car(rule: Rule) -> All:
    return all_of(SEEN, Parent("car", CARS, rule))


def _grants() -> tuple[Grant, ...]:
    sells = {"edit": _car(OWNED), "write": ("content", "price"), "create": True}
    managed = _car(either(OWNED, AT_PREP))
    assigned = _car(Is("assigned_mechanic", Who.USER))
    return (
        *grants("new_car_sales used_car_sales sales_manager", rows=SEEN, **sells),
        *grants("manager", rows=SEEN, edit=managed, write=("content", "price"), create=True),
        *grants("parts", rows=SEEN, read=("content", "supply"), edit=managed, write=("supply",)),
        *grants("mechanic", rows=SEEN, read=("content", "supply"), edit=assigned, write=("status",)),
        *grants("reception planner detailer", rows=SEEN, read=("content", "supply")),
        *grants("finance", rows=SEEN),
        *grants("tenant_admin", write=("*",), create=True),
    )


CAR_ACCESSORIES = Collection(
    name="car_accessories",
    label=_("Accessory"),
    plural=_("Accessories"),
    groups=GROUPS,
    access=Access(systems=("workflow", "importer", "demo"), grants=_grants()),
    views=Views(
        columns=("car", "name", "part_number", "quantity", "status", "ordered_at", "arrived_at", "price"),
        title=("name",),
        sort=("-created_at",),
        filters=("status", "car", "changed_after_order_at"),
        icon="puzzle",
    ),
    rules=(car_is_open, mechanic_installs),
    fill=(supply_times, changed_after_order),
    related=(One("car", "car", CARS),),
    subject=True,
    indexes=(
        ("car",),
        ("status",),
        ("changed_after_order_at",),
        *(
            Index((copy, "status"), where=Other("status", "installed"))
            for copy in ("car_dealership", "car_prep_center")
        ),
    ),
    events=(Emit(event=ACCESSORIES_CHANGED, field="changed_after_order_at"),),
)
