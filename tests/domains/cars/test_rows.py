"""Section 5, row by row: who sees and edits which car."""

from typing import Any
from uuid import UUID

import pytest

from directapp.app.spec import load_spec
from directapp.domains.cars.states import CODES, OPEN, until
from directapp.kernel.actor import Actor
from support.forecourt import OTHER, OWNER, PREP, someone
from support.oracle import Declared, Oracle, declared_in

SHAPE = Declared(load_spec()["cars"].declared)
BLANK: dict[str, Any] = {f.name: None for f in load_spec()["cars"].stored}
CAR = BLANK | {
    "status": "planned",
    "car_type": "new",
    "dealership": OWNER,
    "original_dealership": OWNER,
    "prep_center": PREP,
    "make": "Audi",
    "visibility": "private",
    "in_vehicle_bank": False,
    "needs_technical": True,
    "needs_cosmetic": True,
}
AT: dict[str, UUID] = {"owner": OWNER, "prep": PREP, "other": OTHER}

SEES = [
    ("new_car_sales", "owner", {}, True),
    ("new_car_sales", "owner", {"car_type": "demo"}, True),
    ("new_car_sales", "owner", {"car_type": "used"}, False),
    ("new_car_sales", "owner", {"car_type": None, "status": "draft"}, True),
    ("new_car_sales", "owner", {"car_type": None}, False),
    ("new_car_sales", "owner", {"dealership": OTHER}, True),
    ("new_car_sales", "other", {}, False),
    ("new_car_sales", "prep", {}, False),
    ("used_car_sales", "owner", {}, False),
    ("used_car_sales", "owner", {"car_type": "certified"}, True),
    ("parts", "owner", {}, True),
    ("parts", "prep", {}, True),
    ("parts", "other", {}, False),
    ("reception", "prep", {}, True),
    ("reception", "owner", {}, False),
    ("planner", "prep", {}, True),
    ("planner", "owner", {}, False),
    ("mechanic", "prep", {}, True),
    ("mechanic", "owner", {}, False),
    ("mechanic", "prep", {"status": "registered"}, False),
    ("mechanic", "prep", {"needs_technical": False}, False),
    ("detailer", "prep", {}, True),
    ("sales_manager", "owner", {}, True),
    ("sales_manager", "prep", {}, False),
    ("manager", "owner", {}, True),
    ("manager", "prep", {}, True),
    ("manager", "other", {}, False),
    ("finance", "owner", {}, True),
    ("finance", "prep", {}, False),
    ("tenant_admin", "other", {}, True),
]


def judge_of(actor: Actor) -> Oracle:
    return Oracle(declared_in(load_spec()), actor, {})


def at(role: str, place: str, **more: Any) -> Oracle:
    site = AT[place]
    return judge_of(someone(role, site, sites=frozenset({site}), **more))


@pytest.mark.parametrize(("role", "place", "change", "seen"), SEES)
def test_a_role_sees_its_own_cars_in_full(role: str, place: str, change: dict[str, Any], *, seen: bool) -> None:
    validation, row = at(role, place), CAR | change
    full = any(g.full and validation.holds(g.rows, row) is True for g in validation.grants(SHAPE))
    assert full == seen


EDITS = {
    ("new_car_sales", "owner"): OPEN,
    ("parts", "owner"): OPEN,
    ("parts", "prep"): OPEN,
    ("reception", "prep"): until("qc_failed"),
    ("planner", "prep"): OPEN,
    ("sales_manager", "owner"): OPEN,
    ("manager", "owner"): OPEN,
    ("manager", "prep"): OPEN,
    ("finance", "owner"): CODES,
    ("tenant_admin", "other"): CODES,
    ("mechanic", "prep"): (),
}


@pytest.mark.parametrize(("who", "states"), EDITS.items())
def test_a_role_edits_in_its_states(who: tuple[str, str], states: tuple[str, ...]) -> None:
    validation = at(*who)
    assert tuple(s for s in CODES if validation.edits(SHAPE, CAR | {"status": s})) == tuple(states)


def test_the_original_site_sees_and_no_longer_edits() -> None:
    for role in ("new_car_sales", "sales_manager", "manager"):
        sold_on = CAR | {"dealership": OTHER, "prep_center": OTHER}
        assert at(role, "owner").sees(SHAPE, sold_on)
        assert not at(role, "owner").edits(SHAPE, sold_on)


@pytest.mark.parametrize("role", ["mechanic", "detailer"])
def test_the_assigned_edit_their_work_while_it_goes_on(role: str) -> None:
    me = someone(role, PREP)
    validation, mine = judge_of(me), CAR | {f"assigned_{role}": me.user}
    states = [s for s in CODES if validation.edits(SHAPE, mine | {"status": s})]
    assert states == ["planned", "technical_prep", "cosmetic_prep", "qc_failed"]
    assert not judge_of(someone(role, PREP)).sees(SHAPE, mine)


def test_the_vehicle_bank_opens_by_visibility_and_brand() -> None:
    bank = CAR | {"dealership": OTHER, "original_dealership": OTHER, "in_vehicle_bank": True, "visibility": "brand"}
    reader = at("new_car_sales", "owner", brands=frozenset({"Audi"}))
    assert "sale_price" in reader.reads(SHAPE, bank)
    assert "sale_price" not in at("new_car_sales", "owner").reads(SHAPE, bank)
    assert "sale_price" in at("new_car_sales", "owner").reads(SHAPE, bank | {"visibility": "global"})
    assert not reader.sees(SHAPE, bank | {"visibility": "private"})
    used = bank | {"car_type": "used", "visibility": "private", "in_vehicle_bank": False}
    seen = at("used_car_sales", "owner").reads(SHAPE, used)
    assert {"vin", "dealership", "seller", "status", "year"} <= seen
    assert not {"customer_name", "appraisal_price", "purchase_price", "created_at"} & seen
