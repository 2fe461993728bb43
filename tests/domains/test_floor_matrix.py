"""The rights of the permission matrix, cell by cell, as workshop, records and imports declare them."""

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest

from directapp.declare.access import Grant
from directapp.declare.rules import Rule
from directapp.declare.spec import CollectionMeta
from support.floor import SPEC

# The copies of the specification's table that tests compare with.
PLACES = ("data/matrix.csv", "domains/cars/data/matrix.csv")
COLLECTIONS = (
    *("car_files", "files", "comments", "import_runs", "service_history"),
    *("work_items", "inspections", "inspection_templates", "parts_inventory", "parts_orders"),
)
KIND_OF_GROUP = {"mottak": "'mottak'", "handover": "'handover'"}


def _matrix() -> Path:
    tests = Path(__file__).parents[1]
    return next(tests / place for place in PLACES if (tests / place).exists())


def _cells() -> Iterator[tuple[str, str, str, str]]:
    with _matrix().open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["collection"] in COLLECTIONS:
                for role in list(row)[3:]:
                    yield row["collection"], row["group"], role, row[role]


def _fields(meta: CollectionMeta, group: str) -> frozenset[str]:
    codes = [g.code for g in meta.groups if g.code != "system"] if group == "all" else [group]
    return frozenset(n for n in meta.expand(codes) if not meta.fields[n].secret)


def _mentions(rule: Rule, word: str) -> bool:
    return word in repr(rule)


def _of_kind(grants: list[Grant], group: str) -> list[Grant]:
    kind = KIND_OF_GROUP.get(group)
    return [g for g in grants if kind is None or _mentions(g.rows, kind)]


def _letters(meta: CollectionMeta, group: str, role: str) -> set[str]:
    grants = _of_kind([g for g in meta.declared.access.grants if g.role == role], group)
    fields = _fields(meta, group)
    writable = frozenset(n for n in fields if meta.fields[n].writable)
    found = {"V"} if any(fields <= meta.reads(g) for g in grants) else set()
    for grant in grants:
        if writable and writable <= meta.writes(grant) and grant.create:
            found.add("C" if _mentions(grant.edit_rule, "created_by") else "E")
        elif writable and writable <= meta.writes(grant):
            found.add("E")
        if "approve" in grant.verbs and group == "price":
            found.add("A")
    return found


def _expected(cell: str) -> set[str]:
    letters = {letter for letter in cell.replace("(assigned)", "").split() if letter != "-"}
    return letters | {"V"} if letters else letters


@pytest.mark.parametrize(("collection", "group", "role", "cell"), list(_cells()))
def test_a_cell_of_the_matrix(collection: str, group: str, role: str, cell: str) -> None:
    assert _letters(SPEC[collection], group, role) == _expected(cell)


@pytest.mark.parametrize("name", COLLECTIONS)
def test_the_administrator_has_everything(name: str) -> None:
    meta = SPEC[name]
    grant = next(g for g in meta.declared.access.grants if g.role == "tenant_admin")
    assert meta.reads(grant) == meta.readable_names
    assert meta.writes(grant) == frozenset(f.name for f in meta.stored if f.writable)


@pytest.mark.parametrize("role", ["mechanic", "detailer"])
def test_mechanics_and_detailers_change_work_on_their_own_cars(role: str) -> None:
    grants = [g for g in SPEC["work_items"].declared.access.grants if g.role == role and g.write]
    assert all(_mentions(g.edit_rule, f"assigned_{role}") for g in grants)
