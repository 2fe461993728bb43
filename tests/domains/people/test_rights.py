"""Who sees and changes people, sites and what signs people in."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from directapp.app.spec import load_spec
from directapp.declare.access import Grant
from directapp.declare.rules import All, Either, Everything, In, Is, Not, Nothing, Rule, Who, Whose
from directapp.declare.spec import CollectionMeta
from directapp.domains import people
from directapp.domains.people.roles import ADMIN, LABELS, OPERATOR, STAFF, WORKING, given_by, role_rows
from directapp.kernel.actor import Actor

SHAPES = {collection.name: CollectionMeta(collection) for collection in people.COLLECTIONS}
ROLES = WORKING.split()
SITE, BELOW, ELSEWHERE, ME, YOU = (uuid4() for _ in range(5))


def actor(role: str) -> Actor:
    sites = frozenset({SITE, BELOW})
    return Actor(tenant=uuid4(), user=ME, name="Kari", roles=frozenset({role}), site=SITE, sites=sites)


def holds(rule: Rule, row: dict[str, Any], who: Actor) -> bool:  # noqa: PLR0911 - one line a kind of rule
    match rule:
        case Everything():
            return True
        case Is(column=column, value=Who.USER):
            return bool(row[column] == who.user)
        case Is(column=column, value=Who.SITE):
            return bool(row[column] == who.site)
        case Is(column=column, value=value):
            return bool(row[column] == value)
        case In(column=column, values=Whose.SITES):
            return row[column] in who.sites
        case Not(part=part):
            return not holds(part, row, who)
        case All(parts=parts):
            return all(holds(part, row, who) for part in parts)
        case Either(parts=parts):
            return any(holds(part, row, who) for part in parts)
    raise AssertionError(rule)


def entries(name: str, role: str, row: dict[str, Any]) -> list[Grant]:
    who = actor(role)
    return [g for g in SHAPES[name].grants_of(who.roles) if holds(g.rows, row, who)]


def reads(name: str, role: str, row: dict[str, Any]) -> frozenset[str]:
    return frozenset().union(*(SHAPES[name].reads(g) for g in entries(name, role, row)))


def writes(name: str, role: str, row: dict[str, Any]) -> frozenset[str]:
    who = actor(role)
    editable = [g for g in entries(name, role, row) if holds(g.edit_rule, row, who)]
    return frozenset().union(*(SHAPES[name].writes(g) for g in editable))


def user(record: object = YOU, site: object = SITE, *, administrator: bool = False) -> dict[str, Any]:
    return {"id": record, "dealership": site, "administrator": administrator}


def site(record: object = SITE, prep: object = None) -> dict[str, Any]:
    return {"id": record, "prep_center": prep}


@pytest.mark.parametrize("role", ROLES)
def test_other_sites_keep_contact_and_rights_to_themselves(role: str) -> None:
    for place in (ELSEWHERE, BELOW):
        seen = reads("users", role, user(site=place))
        assert {"first_name", "roles", "dealership"} <= seen
        assert not seen & {"email", "phone", "active", "language"}
        assert writes("users", role, user(site=place)) == frozenset()


@pytest.mark.parametrize("role", [*ROLES, ADMIN])
def test_everyone_edits_their_own_profile_and_no_more(role: str) -> None:
    mine = writes("users", role, user(ME))
    assert {"first_name", "last_name", "photo", "language", "appearance"} <= mine
    if role not in {"manager", ADMIN}:
        assert not mine & {"email", "phone", "roles", "active", "dealership", "seller_number"}


def test_managers_act_on_their_own_site_through_verbs() -> None:
    verbs = {"invite", "deactivate", "activate", "set_roles", "hand_over_link", "send_reset", "reset_second_factor"}
    verbs |= {"sign_ins", "end_sign_in", "end_sign_ins", "give_role", "take_role"}
    given = {verb for g in entries("users", "manager", user()) for verb in g.verbs}
    assert given == verbs
    assert not any(g.verbs for g in entries("users", "manager", user(site=BELOW)))
    assert not any(g.verbs for role in ROLES if role != "manager" for g in entries("users", role, user()))
    assert writes("users", "manager", user()) == {"phone", "email"}
    assert writes("users", "manager", user(administrator=True)) == frozenset()


def of(role: str, right: Callable[[CollectionMeta, Grant], frozenset[str]]) -> set[str]:
    """Return the fields of every collection that a role has a right to somewhere."""
    return {
        f"{s.name}.{n}" for s in load_spec().metas.values() for g in s.grants_of(frozenset({role})) for n in right(s, g)
    }


@pytest.mark.parametrize("role", STAFF)
def test_whom_a_manager_staffs_a_site_with_sees_nothing_that_managers_do_not(role: str) -> None:
    assert of(role, CollectionMeta.reads) <= of("manager", CollectionMeta.reads)
    assert not of(role, CollectionMeta.writes) & {"cars.purchase_price", "cars.holding_cost_per_day", "users.roles"}


def test_a_manager_gives_every_role_but_those_of_finance_and_administration() -> None:
    assert given_by(actor("manager")) == {*STAFF, "manager"}
    assert not {"finance", "fleet_manager", "safety_officer", "buyer", "auditor"} & given_by(actor("manager"))
    assert given_by(actor(ADMIN)) == {*ROLES, ADMIN}
    assert given_by(replace(actor("manager"), roles=frozenset({"manager", "finance"}))) == {
        *STAFF,
        "manager",
        "finance",
    }
    assert given_by(actor("planner")) == {"planner"}


def test_only_administrators_create_and_delete() -> None:
    for name in ("users", "dealerships", "tenants", "roles", "api_keys"):
        grants = SHAPES[name].declared.access.grants
        assert {g.role for g in grants if g.create} <= {ADMIN}
        assert {g.role for g in grants if g.delete} == ({ADMIN} if name == "users" else set())


def test_administrators_do_not_delete_themselves() -> None:
    assert any(g.delete for g in entries("users", ADMIN, user()))
    assert not any(g.delete for g in entries("users", ADMIN, user(ME)))


def test_settings_of_other_sites() -> None:
    assert "stage_goals" in reads("dealerships", "planner", site(ELSEWHERE, SITE))
    assert "stage_goals" not in reads("dealerships", "planner", site(ELSEWHERE))
    assert "stage_goals" in reads("dealerships", "manager", site(BELOW))
    assert "stage_goals" not in reads("dealerships", "manager", site(ELSEWHERE))
    assert writes("dealerships", "manager", site(BELOW)) == frozenset()


@pytest.mark.parametrize("name", ["credentials", "sessions", "refresh_tokens", "one_time_links"])
def test_what_signs_people_in_is_seen_by_nobody(name: str) -> None:
    meta = SHAPES[name]
    assert not meta.declared.exposed
    # An entry for no rows lets the sign-in system delete what ran out; it shows and gives nobody anything.
    assert all(g.rows == Nothing() and not (g.read or g.write or g.verbs) for g in meta.declared.access.grants)
    assert not {field for field in meta.readable_names if field.endswith("_hash")}


def test_computed_rights_are_not_written_by_people() -> None:
    computed = {"administrator", "invited_at", "last_seen_at", "sessions_ended_at"}
    assert not writes("users", ADMIN, user()) & computed


def test_the_operator_is_no_user_of_a_tenant() -> None:
    assert OPERATOR in LABELS
    assert SHAPES["users"].fields["roles"].choice(OPERATOR) is None
    assert [row["code"] for row in role_rows()] == list(LABELS)
