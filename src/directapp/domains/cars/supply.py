"""Supply of accessories: ordered means the same on an accessory, its parts orders and its car, whichever is touched.

Parts orders say how far a part has come. What is set on an accessory, or on the car while accessories wait to be
ordered, makes or moves its orders; the accessory and the car follow from these.
"""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from directapp.declare.case import Case, Consequence
from directapp.declare.fields import field
from directapp.declare.kinds import Kind
from directapp.declare.names import Row, Values, plain
from directapp.declare.verbs import Verb
from directapp.domains.cars.fields import (
    PARTS,
    PARTS_ORDERS,
    SUPPLY,
    CarAccessories,
    Cars,
    PartsOrders,
    furthest_behind,
    ordering_side,
)
from directapp.domains.cars.states import CLOSED
from directapp.kernel.errors import Problem
from directapp.kernel.text import _, pgettext
from directapp.services.command import CommandContext

_HERE = ("arrived", "installed")
_ORDERED = _("The accessory is already ordered.")
_CLOSED_CAR = _("The car is delivered or archived, and its accessories cannot change.")


def live(orders: Iterable[Row]) -> list[Row]:
    """Return the orders that are not cancelled."""
    return [order for order in orders if order.get(PartsOrders.status) in SUPPLY]


def supply(case: Case) -> Mapping[str, Any]:
    """Keep the status of an accessory and its times in step: the one that is written leads."""
    status = str(case.get(CarAccessories.status))
    ordered, arrived = case.get(CarAccessories.ordered_at), case.get(CarAccessories.arrived_at)
    if not case.changed(CarAccessories.status):
        if case.changed(CarAccessories.arrived_at):
            left = "ordered" if status in _HERE else status
            status = left if arrived is None else status if status in _HERE else "arrived"
        elif case.changed(CarAccessories.ordered_at):
            status = "none" if ordered is None else "ordered" if status == "none" else status
    if status == "none":
        return {CarAccessories.status: status, CarAccessories.ordered_at: None, CarAccessories.arrived_at: None}
    arrived = (arrived or case.now) if status in _HERE else None
    ordered = ordered or min(case.now, arrived or case.now)
    return {CarAccessories.status: status, CarAccessories.ordered_at: ordered, CarAccessories.arrived_at: arrived}


def orders_follow(case: Case) -> list[Consequence]:
    """Bring the orders of an accessory to where its status says it is, or order it."""
    status, orders = str(case.get(CarAccessories.status)), live(case.many("orders"))
    if not case.changed(CarAccessories.status, CarAccessories.ordered_at, CarAccessories.arrived_at):
        return []
    if status == "none":
        return [_on(order, {PartsOrders.cancelled_at: case.now}) for order in orders]
    if not orders:
        return [_order(case.row, times_of(case, None), ordering_side(case.actor.site, case.one("car")))]
    if furthest_behind(order.get(PartsOrders.status) for order in orders) == status and len(orders) > 1:
        return []
    moved = ((order, _changes(order, times_of(case, order))) for order in orders)
    return [_on(order, patch) for order, patch in moved if patch]


def times_of(case: Case, order: Row | None) -> Values:
    """Return the times of an order by which it is as far as its accessory."""
    status = case.get(CarAccessories.status)
    sent = order.get(PartsOrders.sent_at) if order else None
    installed = order.get(PartsOrders.installed_at) if order else None
    return {
        PartsOrders.ordered_at: case.get(CarAccessories.ordered_at),
        PartsOrders.sent_at: None if status == "ordered" else (sent or case.now) if status == "in_transit" else sent,
        PartsOrders.arrived_at: case.get(CarAccessories.arrived_at),
        PartsOrders.installed_at: (installed or case.now) if status == "installed" else None,
    }


def _changes(order: Row, times: Values) -> Values:
    return {name: at for name, at in times.items() if plain(order).get(name) != at}


def _on(order: Row, patch: Values) -> Consequence:
    return Consequence(collection=PARTS_ORDERS, system="workflow", patch=patch, target=order[PartsOrders.id])


def _order(accessory: Row, times: Values, side: str) -> Consequence:
    """Return the order of an accessory."""
    patch: Values = {
        PartsOrders.car: accessory[CarAccessories.car],
        PartsOrders.accessory: accessory[CarAccessories.id],
        PartsOrders.part_name: accessory[CarAccessories.name],
        PartsOrders.part_number: accessory.get(CarAccessories.part_number),
        PartsOrders.quantity: max(1, accessory.get(CarAccessories.quantity) or 1),
        PartsOrders.ordered_by_side: side,
        **{name: at for name, at in times.items() if at is not None},
    }
    return Consequence(collection=PARTS_ORDERS, system="workflow", patch=patch)


def accessories_follow(case: Case) -> list[Consequence]:
    """Order the accessories that wait for it when a person says that the parts of their car are ordered."""
    if case.actor.is_system:
        return []
    waiting = [a for a in case.many("accessories") if a.get(CarAccessories.status) == "none"]
    sides = [s for s, p in PARTS.items() if case.changed(p.ordered) and case.get(p.ordered) is not None]
    for side in sides[:1]:
        times: Values = {
            PartsOrders.ordered_at: case.get(PARTS[side].ordered),
            PartsOrders.arrived_at: case.get(PARTS[side].arrived),
        }
        return [_order(accessory, times, side) for accessory in waiting]
    return []


# -- the act -----------------------------------------------------------------------------------------


async def order(ctx: CommandContext) -> None:
    """Order the accessory; what is known of the order is written on it."""
    done = await ctx.change({CarAccessories.status: "ordered"})
    told: Values = {name: value for name in _OF_ORDER if (value := ctx.params.get(name)) is not None}
    wanted: Mapping[str, UUID] = {PartsOrders.accessory: done.id}
    for made in await ctx.find(PARTS_ORDERS, wanted) if told else ():
        await ctx.change(told, on=made)
    ctx.answer = done


def may_order(case: Case) -> Problem | None:
    """Only what nobody has ordered, for a car that is here."""
    if case.get(CarAccessories.status) != "none":
        return Problem(_ORDERED, field=CarAccessories.status)
    closed = case.one("car").get(Cars.status) in CLOSED
    return Problem(_CLOSED_CAR, field=CarAccessories.car) if closed else None


_OF_ORDER = (PartsOrders.supplier, PartsOrders.order_reference, PartsOrders.eta)
ORDER = Verb(
    name="order",
    label=pgettext("command", "Order"),
    run=order,
    params=(
        field(PartsOrders.supplier, _("Vendor"), max_length=200),
        field(PartsOrders.order_reference, _("Vendor's order number"), max_length=60),
        field(PartsOrders.eta, _("Expected"), Kind.DATE),
    ),
    blocked=may_order,
    icon="package",
    primary=True,
)
