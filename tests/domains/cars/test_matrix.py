"""The declared access against the permission matrix, cell by cell."""

import csv
from pathlib import Path

import pytest

from directapp.declare.access import Grant
from directapp.declare.fields import Group
from directapp.declare.spec import CollectionMeta
from directapp.domains.cars.access import AT_PREP
from directapp.domains.cars.accessories import CAR_ACCESSORIES
from directapp.domains.cars.collection import CARS
from directapp.domains.cars.fields import GROUPS
from directapp.domains.cars.transfers import CAR_TRANSFERS

DATA = Path(__file__).parent / "data"
ADDED = {"archive_reason", "outlook_at", "shared_identity"}


def matrix(collection: str) -> list[dict[str, str]]:
    with (DATA / "matrix.csv").open(encoding="utf-8") as file:
        return [row for row in csv.DictReader(file) if row["collection"] == collection]


ROLES = [name for name in matrix("cars")[0] if name not in {"collection", "group", "fields"}]
CELLS = [
    (meta.name, row["group"], role, row[role])
    for meta in (CARS, CAR_ACCESSORIES)
    for row in matrix(meta.name)
    for role in ROLES
]
SHAPES = {c.name: CollectionMeta(c) for c in (CARS, CAR_ACCESSORIES, CAR_TRANSFERS)}


def own(meta: CollectionMeta, role: str) -> list[Grant]:
    return [g for g in meta.declared.access.grants if g.role == role and g.full]


def members(meta: CollectionMeta, code: str) -> frozenset[str]:
    group: Group = next(g for g in meta.groups if g.code == code)
    return frozenset(f.name for f in group.fields)


@pytest.mark.parametrize("row", matrix("cars"), ids=lambda row: row["group"])
def test_every_field_of_the_matrix_stands_in_its_group(row: dict[str, str]) -> None:
    declared = {f.name for g in GROUPS if g.code == row["group"] for f in g.fields}
    if row["group"] == "registry":
        assert {"year", "fuel_type", "engine_size", "power_kw", "horsepower", "co2_emissions"} <= declared
        assert {"electric_range_km", "first_registered", "registration_status"} <= declared
        return
    wanted = {n for n in row["fields"].split() if not n.endswith("_*") and n != "version"}
    assert declared - ADDED == wanted


@pytest.mark.parametrize(("collection", "group", "role", "cell"), CELLS)
def test_reading_is_what_the_matrix_says(collection: str, group: str, role: str, cell: str) -> None:
    meta = SHAPES[collection]
    names = members(meta, group)
    read = frozenset[str]().union(*(meta.reads(g) for g in own(meta, role)))
    assert names <= read if cell != "-" else not names & read
    if cell != "-":
        assert all(names <= meta.reads(g) for g in own(meta, role)), "each full entry reads it"


@pytest.mark.parametrize(("collection", "group", "role", "cell"), CELLS)
def test_writing_is_what_the_matrix_says(collection: str, group: str, role: str, cell: str) -> None:
    meta = SHAPES[collection]
    names = frozenset(n for n in members(meta, group) if meta.fields[n].writable)
    writing = [g for g in own(meta, role) if names & meta.writes(g)]
    if cell == "E":
        assert any(names <= meta.writes(g) for g in writing)
    elif "own prep centre" in cell:
        assert writing
        assert all(g.edit_rule == AT_PREP for g in writing)
    elif "on behalf" in cell:
        assert any(names <= meta.writes(g) for g in writing)
    elif "installed" in cell:
        assert frozenset[str]().union(*(meta.writes(g) for g in writing)) & names == {"status"}
    else:
        assert writing == []


def test_the_administrator_reads_and_edits_everything() -> None:
    for meta in SHAPES.values():
        writable = {n for n, f in meta.fields.items() if f.writable}
        if meta.name == "car_transfers":
            continue
        admin = own(meta, "tenant_admin")
        assert any(meta.writes(g) == writable and g.create for g in admin)


def test_only_the_administrator_deletes_and_only_drafts() -> None:
    deleting = [g for g in CARS.access.grants if g.delete]
    assert [g.role for g in deleting] == ["tenant_admin"]
    assert CARS.access.delete_why is not None


def test_the_bank_view_shows_no_customer_cost_or_notes() -> None:
    meta = SHAPES["cars"]
    bank = [g for g in CARS.access.grants if not g.full]
    assert {g.role for g in bank} == {"new_car_sales", "used_car_sales"}
    allowed = {"identity", "registry", "bank"}
    names = frozenset[str]().union(*(members(meta, g) for g in allowed))
    seen = frozenset[str]().union(*(meta.reads(g) for g in bank))
    assert seen == names | {"id", "status", "dealership", "seller", "sale_price"}
    assert all(not meta.writes(g) and not g.verbs for g in bank)


@pytest.mark.parametrize("role", ROLES)
def test_transfers_are_created_by_all_but_finance(role: str) -> None:
    cell = matrix("car_transfers")[0][role]
    assert any(g.create for g in own(SHAPES["car_transfers"], role)) == (cell == "C")
