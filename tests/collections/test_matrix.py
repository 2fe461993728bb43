"""The declared access against the permission matrix of the trade, cell by cell, and against what it says in prose.

``matrix.csv`` is the trade's own, unchanged; what it does not name, or names in prose, stands in
``matrix-exceptions.csv`` with its why. That list only shrinks.
"""

import csv
import re
from fnmatch import filter as matching
from pathlib import Path

import pytest

from directapp.app.spec import load_spec
from directapp.declare.access import Grant
from directapp.declare.rules import Everything, Is, Rule, SeenInFull, Who
from support.oracle import Declared, declared_in, rule_parts

DATA = Path(__file__).parents[1] / "data"
COLLECTIONS = declared_in(load_spec())
MOST_EXCEPTIONS = 19
# The fields of the other groups of a collection are examples; those of a car stand there in full.
IN_FULL = {"cars"}
# The roles are the program's own.
FIXED = {"roles"}
AT_OWN_PREP = Is("prep_center", Who.SITE)
MYSELF = Is("id", Who.USER)
# What an entry may do with what it is asked to approve.
APPROVES = {("work_items", "price"): "approve", ("users", "rights"): "set_roles"}
KIND_OF = {("inspections", "mottak"): Is("kind", "mottak"), ("inspections", "handover"): Is("kind", "handover")}
Line = dict[str, str]


def read(name: str) -> list[Line]:
    with (DATA / name).open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


MATRIX = read("matrix.csv")
EXCEPTIONS = read("matrix-exceptions.csv")
ROLES = list(MATRIX[0])[3:]
LINES = [line for line in MATRIX if line["collection"] in COLLECTIONS]
CELLS = {(line["collection"], line["group"], role): line[role] for line in LINES for role in ROLES}
PARENTS = {
    p.collection
    for d in COLLECTIONS.values()
    for g in d.grants
    for p in rule_parts(g.rows)
    if isinstance(p, SeenInFull)
}


def excepted(line: Line) -> set[str]:
    return {e["name"] for e in EXCEPTIONS if (e["collection"], e["group"]) == (line["collection"], line["group"])}


def named(line: Line) -> set[str]:
    """Return what a line names: fields, of which some by a pattern, and words of its prose."""
    return set(re.sub(r"\(.*?\)", "", line["fields"]).replace(";", " ").split())


def members(declared: Declared, group: str) -> set[str]:
    """Return the readable fields of a group; ``all`` stands for every group where none is called so."""
    groups = [group] if group in declared.groups else [g for g in declared.groups if g != "system"]
    return {n for g in groups for n, item in declared.groups[g].items() if not item.secret}


def entries(declared: Declared, group: str, role: str) -> list[Grant]:
    """Return what a role is given in the rows that a group is about; one's own record is a group of its own."""
    kind = KIND_OF.get((declared.name, group))
    found = [g for g in declared.grants if g.role == role and (kind is None or kind in rule_parts(g.rows))]
    return [g for g in found if (declared.name, group) != ("users", "public") or g.rows != MYSELF]


def writing(declared: Declared, group: str, role: str) -> list[tuple[Grant, frozenset[str]]]:
    """Return the entries of a role that write fields of a group, with what they write of it."""
    names = members(declared, group)
    found = [(g, declared.writes(g) & names) for g in entries(declared, group, role)]
    return [(g, written) for g, written in found if written]


def letters(declared: Declared, group: str, role: str) -> set[str]:
    """Return what the entries of a role give, in the letters of the matrix; ``e`` where not all of the group."""
    names = members(declared, group)
    writable = declared.writes(Grant(role=role, write=tuple(names)))
    given = entries(declared, group, role)
    everywhere = frozenset[str]().union(*(declared.reads(g) for g in given if g.rows == Everything()))
    found = set()
    if any(names & declared.reads(g) for g in given):
        found |= {"V"} if any(names <= declared.reads(g) | everywhere for g in given) else {"v"}
    if declared.name in PARENTS and any(g.full and not names <= declared.reads(g) for g in given):
        found -= {"V"}
    written = writing(declared, group, role)
    whole = [g for g, some in written if some == writable]
    if whole:
        found |= {"C" if g.create and any(is_own(p) for p in rule_parts(g.edit_rule)) else "E" for g in whole}
    elif written:
        found.add("e")
    approving = APPROVES.get((declared.name, group))
    return found | ({"A"} if any(approving in g.verbs for g in given) else set())


def is_own(rule: Rule) -> bool:
    return rule in {Is("created_by", Who.USER), Is("by", Who.USER)}


def expected(cell: str) -> set[str]:
    """Return the letters of a cell; who edits also views, and ``installed`` is one field of the group."""
    outside, _, inside = cell.partition("(")
    found = {letter for letter in outside.split() if letter != "-"}
    found |= {"e"} if "installed" in inside else {"E"} if inside.startswith("E") else set()
    return found | {"V"} if found else found


@pytest.mark.parametrize("line", LINES, ids=lambda line: f"{line['collection']}-{line['group']}")
def test_a_group_is_given_to_roles_as_the_matrix_says(line: Line) -> None:
    declared = COLLECTIONS[line["collection"]]
    given = {role: letters(declared, line["group"], role) for role in ROLES}
    assert given == {role: expected(line[role]) for role in ROLES}


@pytest.mark.parametrize("line", LINES, ids=lambda line: f"{line['collection']}-{line['group']}")
def test_a_group_holds_the_fields_that_the_matrix_names(line: Line) -> None:
    declared = COLLECTIONS[line["collection"]]
    words = {n for word in named(line) for n in matching(declared.fields, word) or [word]}
    assert words - declared.fields.keys() == words & excepted(line), "what is named and not declared is prose"
    if line["collection"] in IN_FULL and words:
        fields = members(declared, line["group"])
        assert words <= fields
        assert fields - words == excepted(line)


def test_every_exception_is_one_and_the_list_only_shrinks() -> None:
    assert len(EXCEPTIONS) <= MOST_EXCEPTIONS
    assert all(e["why"].strip() for e in EXCEPTIONS)
    about = {(line["collection"], line["group"]): line for line in MATRIX}
    for exception in EXCEPTIONS:
        line = about[exception["collection"], exception["group"]]
        declared = COLLECTIONS.get(line["collection"])
        if declared is None:
            assert exception["name"] == line["collection"]
        elif exception["name"] in named(line):
            assert exception["name"] not in declared.fields
        else:
            assert exception["name"] in declared.groups[line["group"]]
    assert {line["collection"] for line in MATRIX} - COLLECTIONS.keys() == {"revisions"}


def conditional(words: str) -> list[tuple[str, str, str]]:
    """Return the cells that say something in brackets."""
    found = [place for place, cell in CELLS.items() if words in cell]
    assert found, f"the matrix says nowhere: {words}"
    return found


@pytest.mark.parametrize(("collection", "group", "role"), conditional("own prep centre"))
def test_what_is_edited_at_the_own_prep_centre_is_edited_there_alone(collection: str, group: str, role: str) -> None:
    rules = {g.edit_rule for g, _ in writing(COLLECTIONS[collection], group, role)}
    assert rules == {AT_OWN_PREP}


@pytest.mark.parametrize(("collection", "group", "role"), conditional("assigned"))
def test_the_assigned_change_work_on_their_own_cars(collection: str, group: str, role: str) -> None:
    mine = Is(f"assigned_{role}", Who.USER)
    rules = [g.edit_rule for g, _ in writing(COLLECTIONS[collection], group, role)]
    assert rules
    assert all(mine in rule_parts(rule) for rule in rules)


@pytest.mark.parametrize(("collection", "group", "role"), conditional("installed"))
def test_who_installs_says_so_and_nothing_else(collection: str, group: str, role: str) -> None:
    assert {frozenset(some) for _, some in writing(COLLECTIONS[collection], group, role)} == {frozenset({"status"})}


@pytest.mark.parametrize("name", sorted({line["collection"] for line in LINES} - FIXED))
def test_the_administrator_reads_everything_and_edits_it(name: str) -> None:
    declared = COLLECTIONS[name]
    given = [g for g in declared.grants if g.role == "tenant_admin"]
    assert any(declared.reads(g) >= {n for n, item in declared.fields.items() if not item.secret} for g in given)
    writable = declared.writes(Grant(role="tenant_admin", write=("*",)))
    assert frozenset[str]().union(*(declared.writes(g) for g in given)) == writable


def test_only_the_administrator_deletes_cars_and_only_drafts() -> None:
    deleting = [g for g in COLLECTIONS["cars"].grants if g.delete]
    assert [(g.role, g.rows) for g in deleting] == [("tenant_admin", Is("status", "draft"))]


def test_the_bank_view_shows_no_customer_cost_or_notes() -> None:
    cars = COLLECTIONS["cars"]
    bank = [g for g in cars.grants if not g.full]
    assert {g.role for g in bank} == {"new_car_sales", "used_car_sales"}
    allowed = cars.members(("identity", "registry", "bank")) | {"id", "status", "dealership", "seller", "sale_price"}
    assert frozenset[str]().union(*(cars.reads(g) for g in bank)) == allowed
    assert not [g for g in bank if cars.writes(g) or g.verbs or g.create or g.delete]
