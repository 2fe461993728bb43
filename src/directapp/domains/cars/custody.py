"""Custody: what arriving, being sent and being refused mean for a car. Pure; verbs and transfers share it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from directapp.declare.case import Row
from directapp.domains.cars.states import BEFORE_ARRIVAL, FROM_READY


def arrival(car: Row, site: Row, now: datetime) -> dict[str, Any]:
    """Return what a car's arrival at a site writes on it; at a site with its own prep both arrivals."""
    here = site["id"]
    patch: dict[str, Any] = {"current_location": here}
    waiting = car.get("status") in BEFORE_ARRIVAL
    if waiting and _prepares(car, site):
        patch["prep_center"] = here
        _first(patch, car, "arrived_prep_center_at", now)
    if car.get("dealership") == here or (car.get("dealership") is None and _sells(site)):
        if not waiting and car.get("status") in FROM_READY and car.get("prep_center") not in {None, here}:
            _first(patch, car, "delivered_to_dealership_at", now)
        else:
            _first(patch, car, "arrived_dealership_at", now)
    return patch


def _first(patch: dict[str, Any], car: Row, fact: str, now: datetime) -> None:
    if car.get(fact) is None:
        patch[fact] = now


def _prepares(car: Row, site: Row) -> bool:
    chosen = car.get("prep_center")
    return bool(chosen == site["id"] or (chosen is None and prepares_cars(site)))


def prepares_cars(site: Row) -> bool:
    """Whether cars are prepared at a site."""
    return bool(site.get("does_own_prep")) or site.get("dealership_type") in {"prep_center_only", "sales_and_prep"}


def _sells(site: Row) -> bool:
    return site.get("dealership_type") != "prep_center_only"


def sending(car: Row, transfer: Row) -> dict[str, Any]:
    """Return what sending a car writes on it; after arrival a move leaves the workflow alone."""
    patch: dict[str, Any] = {}
    if transfer.get("reason") == "prep" and car.get("prep_center") != transfer["to"]:
        patch["prep_center"] = transfer["to"]
    if transfer.get("status") == "in_transit" and car.get("status") in BEFORE_ARRIVAL and not car.get("sent_at"):
        patch["sent_at"] = transfer["at"]
    return patch


def receiving(car: Row, transfer: Row, site: Row, now: datetime) -> dict[str, Any]:
    """Return what receiving a transferred car writes on it; a sale between sites changes its owner."""
    patch: dict[str, Any] = {}
    if transfer.get("reason") == "sale":
        patch |= {"dealership": site["id"], "seller": None}
        if car.get("status") in BEFORE_ARRIVAL:
            patch["prep_center"] = site["id"] if site.get("does_own_prep") else site.get("prep_center")
    merged: Mapping[str, Any] = {**car, **patch}
    return patch | arrival(merged, site, now)


def refusing(car: Row) -> dict[str, Any]:
    """Return what a refused transfer writes on the car: one that was under way for prep is not any more."""
    return {"sent_at": None} if car.get("status") == "in_transit" and car.get("sent_at") else {}
