"""The declared access of a fleet's collections against its matrix, cell by cell.

``fleet-matrix.csv`` is the trade's, for what is declared; a manager of a dealer has what a fleet's manager has, and a
mechanic what a technician has.
"""

import csv
from pathlib import Path

import pytest

from directapp.app.spec import load_spec
from directapp.declare.access import Grant
from directapp.declare.rules import Everything, In, Is, Rule, Who, Whose
from support.oracle import Declared, declared_in, rule_parts

with (Path(__file__).parents[1] / "data" / "fleet-matrix.csv").open(encoding="utf-8") as file:
    LINES = list(csv.DictReader(file))
COLLECTIONS = declared_in(load_spec())
ROLES = list(LINES[0])[2:]
APPROVES = {"assignments": "approve", "work_orders": "approve"}
# Roles whose rows are those of the own site and below, of what stands at a site.
BY_SITE = ("fleet_manager", "manager", "dispatcher", "planner", "parts", "safety_officer", "buyer", "finance")


def entries(declared: Declared, role: str) -> list[Grant]:
    return [g for g in declared.grants if g.role == role]


def letters(declared: Declared, group: str, role: str) -> str:
    """Return what the entries of a role give of a group, as the matrix writes it."""
    names, given = frozenset(declared.groups[group]), entries(declared, role)
    writable = declared.writes(Grant(role=role, write=tuple(names)))
    whole = [g for g in given if writable and declared.writes(g) & names == writable]
    approves = any(APPROVES.get(declared.name) in g.verbs for g in given)
    own = [g for g in whole if g.create and {Is("created_by", Who.USER), Is("person", Who.USER)} & set(parts_of(g))]
    if whole:
        found = "C" if len(own) == len(whole) else "E"
    else:
        found = "V" if any(names <= declared.reads(g) for g in given) and not approves else ""
    return " ".join(filter(None, (found, "A" if approves else "")))


def parts_of(grant: Grant) -> list[Rule]:
    return rule_parts(grant.edit_rule)


@pytest.mark.parametrize("line", LINES, ids=lambda line: f"{line['collection']}-{line['group']}")
def test_a_group_is_given_to_roles_as_the_matrix_says(line: dict[str, str]) -> None:
    declared = COLLECTIONS[line["collection"]]
    assert {role: letters(declared, line["group"], role) for role in ROLES} == {role: line[role] for role in ROLES}


@pytest.mark.parametrize("name", sorted({line["collection"] for line in LINES}))
def test_who_leads_a_site_has_what_leads_a_fleet_and_mechanics_what_technicians_have(name: str) -> None:
    declared = COLLECTIONS[name]
    for one, other in (("fleet_manager", "manager"), ("technician", "mechanic")):
        given = [(g.rows, g.read, g.write, g.edit, g.states, g.create, g.verbs) for g in entries(declared, one)]
        assert given == [
            (g.rows, g.read, g.write, g.edit, g.states, g.create, g.verbs) for g in entries(declared, other)
        ]


def test_rows_are_those_of_the_own_site_and_below_and_the_drivers_own() -> None:
    vehicles = COLLECTIONS["vehicles"]
    for role in BY_SITE:
        assert {g.rows for g in entries(vehicles, role)} == {In("dealership", Whose.SITES)}, role
    full = {role: {g.rows for g in entries(vehicles, role) if g.full} for role in ("driver", "analyst", "auditor")}
    assert full == {"driver": {Is("holder", Who.USER)}, "analyst": {Everything()}, "auditor": {Everything()}}


def test_an_analyst_sees_no_person_and_the_administrator_nothing_private() -> None:
    """Personal groups are never the analyst's, and the administrator's only where the matrix names them."""
    vehicles, drivers = COLLECTIONS["vehicles"], COLLECTIONS["drivers"]
    personal = {n for n, item in vehicles.fields.items() if item.personal}
    assert personal == {"driver", "holder"}
    assert not [g for g in entries(vehicles, "analyst") if personal & vehicles.reads(g)]
    for name in ("drivers", "certifications", "assignments", "reservations"):
        assert entries(COLLECTIONS[name], "analyst") == []
    private = frozenset(drivers.groups["private"])
    assert {g.role for g in drivers.grants if private & drivers.reads(g)} == {"fleet_manager", "manager", "driver"}


@pytest.mark.parametrize("role", ["auditor", "analyst", "safety_rep"])
def test_who_only_reads_writes_nothing(role: str) -> None:
    names = sorted({line["collection"] for line in LINES})
    found = [(name, g) for name in names for g in entries(COLLECTIONS[name], role)]
    assert [name for name, g in found if g.write or g.create or g.delete or g.verbs] == []
