"""Custody: what arriving, being sent and being refused mean for a car. Pure; verbs and transfers share it."""

from datetime import datetime

from directapp.declare.names import FieldName, Row, Values, plain, row_of
from directapp.domains.cars.fields import Cars, CarTransfers
from directapp.domains.cars.states import BEFORE_ARRIVAL, FROM_READY
from directapp.domains.people.fields import PREPARING, SELLING, Dealerships


def arrival(car: Row, site: Row, now: datetime) -> Values:
    """Return what a car's arrival at a site writes on it; at a site with its own prep both arrivals."""
    here = site[Dealerships.id]
    patch: Values = {Cars.current_location: here}
    waiting = car.get(Cars.status) in BEFORE_ARRIVAL
    if waiting and _prepares(car, site):
        patch[Cars.prep_center] = here
        _first(patch, car, Cars.arrived_prep_center_at, now)
    if car.get(Cars.dealership) == here or (car.get(Cars.dealership) is None and _sells(site)):
        if not waiting and car.get(Cars.status) in FROM_READY and car.get(Cars.prep_center) not in {None, here}:
            _first(patch, car, Cars.delivered_to_dealership_at, now)
        else:
            _first(patch, car, Cars.arrived_dealership_at, now)
    return patch


def _first(patch: Values, car: Row, fact: FieldName[datetime], now: datetime) -> None:
    if car.get(fact) is None:
        patch[fact] = now


def _prepares(car: Row, site: Row) -> bool:
    chosen = car.get(Cars.prep_center)
    return bool(chosen == site[Dealerships.id] or (chosen is None and prepares_cars(site)))


def prepares_cars(site: Row) -> bool:
    """Whether cars are prepared at a site."""
    return bool(site.get(Dealerships.does_own_prep)) or site.get(Dealerships.dealership_type) in PREPARING


def _sells(site: Row) -> bool:
    return site.get(Dealerships.dealership_type, "sales_only") in SELLING


def sending(car: Row, transfer: Row) -> Values:
    """Return what sending a car writes on it; after arrival a move leaves the workflow alone."""
    patch: Values = {}
    if transfer.get(CarTransfers.reason) == "prep" and car.get(Cars.prep_center) != transfer[CarTransfers.to]:
        patch[Cars.prep_center] = transfer[CarTransfers.to]
    if (
        transfer.get(CarTransfers.status) == "in_transit"
        and car.get(Cars.status) in BEFORE_ARRIVAL
        and not car.get(Cars.sent_at)
    ):
        patch[Cars.sent_at] = transfer[CarTransfers.at]
    return patch


def receiving(car: Row, transfer: Row, site: Row, now: datetime) -> Values:
    """Return what receiving a transferred car writes on it; a sale between sites changes its owner."""
    patch: Values = {}
    if transfer.get(CarTransfers.reason) == "sale":
        patch |= {Cars.dealership: site[Dealerships.id], Cars.seller: None}
        if car.get(Cars.status) in BEFORE_ARRIVAL:
            patch[Cars.prep_center] = (
                site[Dealerships.id] if site.get(Dealerships.does_own_prep) else site.get(Dealerships.prep_center)
            )
    return patch | arrival(row_of({**plain(car), **patch}), site, now)


def refusing(car: Row) -> Values:
    """Return what a refused transfer writes on the car: one that was under way for prep is not any more."""
    under_way = car.get(Cars.status) == "in_transit" and car.get(Cars.sent_at) is not None
    return {Cars.sent_at: None} if under_way else {}
