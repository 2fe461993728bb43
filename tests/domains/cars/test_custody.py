"""What sending, arriving and refusing write on a car; archiving times; the old words."""

import csv
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from directapp.declare.case import Case
from directapp.domains.cars import custody, transfers
from directapp.domains.cars.handlers import archive_at, due_for_archive
from directapp.domains.cars.states import CODES
from directapp.domains.cars.verbs import urgency
from directapp.kernel.errors import Problem
from support.forecourt import NOW, OTHER, OWNER, PREP, SITES, someone

CAR = {"id": 1, "status": "registered", "dealership": OWNER, "prep_center": PREP}
AWAY = {"id": OTHER, "dealership_type": "sales_only", "does_own_prep": False, "prep_center": PREP}


def test_arriving_writes_the_arrival_of_the_site() -> None:
    at_prep = custody.arrival(CAR, SITES[PREP], NOW)
    assert at_prep == {"current_location": PREP, "prep_center": PREP, "arrived_prep_center_at": NOW}
    at_home = custody.arrival(CAR, SITES[OWNER], NOW)
    assert at_home == {"current_location": OWNER, "arrived_dealership_at": NOW}
    assert custody.arrival(CAR, AWAY, NOW) == {"current_location": OTHER}


def test_own_prep_writes_both_and_an_old_arrival_stays() -> None:
    own = CAR | {"dealership": PREP, "arrived_dealership_at": NOW - timedelta(days=1)}
    assert "arrived_dealership_at" not in custody.arrival(own, SITES[PREP], NOW)
    assert "arrived_prep_center_at" in custody.arrival(own, SITES[PREP], NOW)


def test_coming_home_ready_is_a_delivery_to_the_dealership() -> None:
    ready = CAR | {"status": "ready_for_delivery"}
    assert custody.arrival(ready, SITES[OWNER], NOW)["delivered_to_dealership_at"] == NOW
    assert custody.arrival(ready, SITES[PREP], NOW) == {"current_location": PREP}


def test_only_a_car_that_has_not_arrived_is_under_way() -> None:
    transfer = {"to": PREP, "reason": "prep", "status": "in_transit", "at": NOW}
    assert custody.sending(CAR, transfer) == {"sent_at": NOW}
    assert custody.sending(CAR | {"status": "planned"}, transfer) == {}
    assert custody.sending(CAR | {"prep_center": OTHER}, transfer)["prep_center"] == PREP
    assert custody.refusing(CAR | {"status": "in_transit", "sent_at": NOW}) == {"sent_at": None}
    assert custody.refusing(CAR) == {}


def refusals(role: str, site: Any = OWNER, car: dict[str, Any] | None = None, **values: Any) -> list[Problem]:
    row = {"from": OWNER, "to": PREP, "reason": "prep", "status": "in_transit"} | values
    related = {"car": CAR | (car or {})}
    return transfers.may_be_sent(Case(row=row, actor=someone(role, site), now=NOW, related=related))


@pytest.mark.parametrize("role", ["new_car_sales", "parts", "planner", "sales_manager", "manager"])
def test_those_of_the_cars_site_send_it(role: str) -> None:
    assert refusals(role) == []
    assert [p.field for p in refusals(role, OTHER)] == ["from"]


def test_a_transfer_is_refused_with_its_reason() -> None:
    assert [p.field for p in refusals("mechanic", PREP)] == ["car"]
    assert refusals("mechanic", PREP, {"status": "planned"}, to=OTHER) == []
    assert [p.field for p in refusals("manager", to=OWNER)] == ["to"]
    assert [p.field for p in refusals("manager", car={"status": "delivered"})] == ["car"]
    assert [p.field for p in refusals("manager", car={"sold_at": NOW}, reason="sale")] == ["car"]
    assert [p.field for p in refusals("planner", PREP, reason="sale", to=OTHER)] == ["reason"]
    assert all(p.code == "CONFLICT" for p in refusals("mechanic", PREP))


def test_a_delivered_car_is_archived_after_its_days_and_the_undo_window() -> None:
    car = {"status": "delivered", "status_since": NOW, "delivered_to_customer_at": NOW - timedelta(days=3)}
    assert archive_at(car, 0) == NOW + timedelta(seconds=60)
    assert archive_at(car, 30) == NOW + timedelta(days=27)
    assert not due_for_archive(car, 0, NOW)
    assert due_for_archive(car, 0, NOW + timedelta(minutes=2))
    assert archive_at(car | {"archived_from": "delivered"}, 0) is None
    assert archive_at(car | {"status": "sold"}, 0) is None


def test_the_queue_puts_the_urgent_first() -> None:
    cars = [
        {"id": 1, "priority": "normal", "scheduled_technical_start": NOW},
        {"id": 2, "priority": "urgent"},
        {"id": 3, "priority": "normal", "scheduled_technical_start": NOW - timedelta(days=1)},
    ]
    assert [c["id"] for c in sorted(cars, key=lambda c: urgency(c, "technical"))] == [2, 3, 1]


def test_every_old_word_maps_to_a_status_of_ours() -> None:
    with (Path(__file__).parent / "data" / "status-mapping.csv").open(encoding="utf-8") as file:
        assert {row["status"] for row in csv.DictReader(file)} <= set(CODES)
