"""What a parts order brings with it: the car's parts times and status, and the stock of its site."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from directapp.declare.case import Case, Consequence
from directapp.declare.names import Row, Values, plain
from directapp.domains.cars.fields import (
    CAR_ACCESSORIES,
    CARS,
    PARTS,
    CarAccessories,
    Cars,
    PartsOrders,
    furthest_behind,
)
from directapp.domains.workshop.fields import PARTS_INVENTORY, PartsInventory
from directapp.domains.workshop.rights import CLOSED_STATES
from directapp.kernel.errors import Problem
from directapp.kernel.text import _

# From here on a late part no longer moves the car back to waiting.
PREPARED_STATES = CLOSED_STATES | {
    *("ready_for_delivery", "returned_to_dealership"),
    *("ready_for_sale", "reserved", "sold"),
}
_LEVELS = ("available", "reserved", "ordered")


def orders_of_car(case: Case) -> list[Row]:
    """Return every order of the car as it is after this write."""
    return [*(o for o in case.many("siblings") if o[PartsOrders.id] != case.get(PartsOrders.id)), case.row]


def side_times(orders: Iterable[Row], side: str) -> dict[str, datetime | None]:
    """Return a side's times on the car: ordered with the first, arrived when the last one is in."""
    live = [
        o for o in orders if o.get(PartsOrders.ordered_by_side) == side and o.get(PartsOrders.status) != "cancelled"
    ]
    ordered = min((o[PartsOrders.ordered_at] for o in live if o.get(PartsOrders.ordered_at)), default=None)
    arrivals = [o.get(PartsOrders.arrived_at) for o in live]
    last = max((a for a in arrivals if a is not None), default=None)
    return {
        PARTS[side].ordered: ordered,
        PARTS[side].arrived: None if None in arrivals else last,
    }


def car_follows(case: Case) -> list[Consequence]:
    """Carry the orders' status to the car, and their times for as long as the car is being prepared."""
    car = case.one("car")
    orders = orders_of_car(case)
    patch: Values = {Cars.parts_status: furthest_behind(o.get(PartsOrders.status) for o in orders)}
    spoken = {o.get(PartsOrders.ordered_by_side) for o in orders} | {case.was(PartsOrders.ordered_by_side)}
    for side in PARTS:
        if side in spoken and car.get(Cars.status) not in PREPARED_STATES:
            patch |= side_times(orders, side)
    patch = {name: value for name, value in patch.items() if value != plain(car).get(name)}
    return (
        [Consequence(collection=CARS, system="workflow", patch=patch, target=case.get(PartsOrders.car))]
        if patch
        else []
    )


def accessory_of(case: Case) -> Row | None:
    """Return the accessory that an order is for, of those of its car."""
    wanted = case.get(PartsOrders.accessory)
    return next((a for a in case.many("accessories") if a[CarAccessories.id] == wanted), None)


def accessory_follows(case: Case) -> list[Consequence]:
    """Carry what the orders of an accessory say to it."""
    accessory = accessory_of(case)
    if accessory is None:
        return []
    orders = [o for o in orders_of_car(case) if o.get(PartsOrders.accessory) == accessory[CarAccessories.id]]
    live = [o for o in orders if o.get(PartsOrders.status) != "cancelled"]
    arrivals = [o.get(PartsOrders.arrived_at) for o in live]
    patch: Values = {
        CarAccessories.status: furthest_behind(o.get(PartsOrders.status) for o in live),
        CarAccessories.ordered_at: min((o[PartsOrders.ordered_at] for o in live), default=None),
        CarAccessories.arrived_at: None if None in arrivals else max((a for a in arrivals if a), default=None),
    }
    patch = {name: value for name, value in patch.items() if value != plain(accessory).get(name)}
    target = accessory[CarAccessories.id]
    return [Consequence(collection=CAR_ACCESSORIES, system="workflow", patch=patch, target=target)] if patch else []


def claim_of(order: Row | None) -> Mapping[str, int]:
    """Return what one order does to its stock item's levels, counted from before it existed.

    Ordered goods are on order; arrived ones are set aside for the car; installed ones are gone. Goods taken
    from the shelf are set aside at once. What is cancelled after it arrived is free for others.
    """
    if not order or order.get(PartsOrders.part) is None:
        return {}
    quantity, status = int(order[PartsOrders.quantity]), order.get(PartsOrders.status)
    shelf = -quantity if order.get(PartsOrders.from_stock) else 0
    if status == "cancelled":
        arrived = order.get(PartsOrders.arrived_at) is not None and not order.get(PartsOrders.from_stock)
        return {"available": quantity if arrived else 0}
    if status == "installed":
        return {"available": shelf}
    if status == "arrived" or order.get(PartsOrders.from_stock):
        return {"available": shelf, "reserved": quantity}
    return {"ordered": quantity}


def stock_change(case: Case) -> dict[str, int]:
    """Return how this write moves the levels of the stock item."""
    now, then = claim_of(case.row), claim_of(case.before)
    return {level: now.get(level, 0) - then.get(level, 0) for level in _LEVELS}


def enough_in_stock(case: Case) -> list[Problem]:
    """Nobody takes from the shelf what is not there."""
    free = int(case.one("part").get(PartsInventory.available) or 0)
    if case.get(PartsOrders.part) is None or free + stock_change(case)[PartsInventory.available] >= 0:
        return []
    message = _("Stock has {free} of this part free.").fill(free=free)
    return [Problem(message, field=PartsOrders.quantity, code="CONFLICT")]


def stock_follows(case: Case) -> list[Consequence]:
    """Move the stock item's levels with the order; a level corrected by hand never falls below zero."""
    part = case.one("part")
    moved = {level: by for level, by in stock_change(case).items() if by}
    if not part or not moved:
        return []
    patch = {level: max(0, int(plain(part).get(level) or 0) + by) for level, by in moved.items()}
    return [Consequence(collection=PARTS_INVENTORY, system="workflow", patch=patch, target=case.get(PartsOrders.part))]
