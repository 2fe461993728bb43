from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest

from directapp.declare.case import Case
from directapp.declare.kinds import BadValueError
from directapp.domains.people import dealerships, rules, values
from directapp.kernel.actor import Actor, system_actor
from directapp.kernel.errors import Problem

NOW = datetime(2026, 11, 26, 8, tzinfo=UTC)
TENANT, SITE, OTHER, ME, YOU = (uuid4() for _ in range(5))


def person(*roles: str, user: UUID = ME, site: UUID | None = SITE) -> Actor:
    return Actor(tenant=TENANT, user=user, name="Kari", roles=frozenset(roles), site=site)


def case(actor: Actor, before: dict[str, Any] | None, **patch: Any) -> Case:
    related = patch.pop("related", {})
    row = {**(before or {}), **patch}
    return Case(row=row, actor=actor, now=NOW, before=before, patch=patch, related=related)


def fields(problems: list[Problem]) -> list[str | None]:
    return [problem.field for problem in problems]


def user(record: UUID = YOU, *roles: str, site: UUID | None = SITE) -> dict[str, Any]:
    return {"id": record, "roles": list(roles or ("planner",)), "dealership": site, "active": True}


@pytest.mark.parametrize(
    ("patch", "expected"),
    [
        ({"roles": ["planner"], "dealership": SITE}, []),
        ({"roles": ["tenant_admin"]}, []),
        ({"roles": ["planner"]}, ["dealership"]),
        ({"roles": [], "dealership": SITE}, ["roles"]),
        ({}, ["roles", "dealership"]),
    ],
)
def test_everyone_has_a_role_and_a_site(patch: dict[str, Any], expected: list[str]) -> None:
    assert fields(rules.roles_and_site(case(person("tenant_admin"), None, **patch))) == expected


def test_a_profile_change_asks_nothing_about_roles() -> None:
    assert rules.roles_and_site(case(person(), {**user(), "roles": []}, photo=uuid4())) == []


def test_nobody_changes_their_own_rights() -> None:
    me, admin = user(ME, "tenant_admin"), person("tenant_admin")
    assert fields(rules.not_own_rights(case(admin, me, roles=["planner"], active=False))) == ["roles", "active"]
    assert rules.not_own_rights(case(admin, me, first_name="Ola")) == []
    assert rules.not_own_rights(case(admin, user(YOU, "tenant_admin"), roles=["planner"])) == []
    assert rules.not_own_rights(case(system_actor(TENANT, "signin"), me, active=False)) == []


def test_only_administrators_touch_administrators() -> None:
    manager, admin = person("manager"), person("tenant_admin")
    assert fields(rules.not_above_own(case(manager, user(), roles=["tenant_admin"]))) == ["roles"]
    assert fields(rules.not_above_own(case(manager, user(YOU, "tenant_admin"), email="x@y.no"))) == [None]
    assert rules.not_above_own(case(manager, user(), email="x@y.no")) == []
    assert rules.not_above_own(case(admin, user(YOU, "tenant_admin"), roles=["planner"])) == []
    assert rules.not_above_own(case(system_actor(TENANT, "importer"), None, roles=["tenant_admin"])) == []


@pytest.mark.parametrize(
    ("actor", "target", "roles", "problem"),
    [
        (person("manager"), user(), None, None),
        (person("manager"), user(YOU, "manager"), ["finance"], None),
        (person("manager"), user(ME, "manager"), None, rules.OWN_RIGHTS),
        (person("manager"), user(site=OTHER), None, rules.OTHER_SITE),
        (person("manager", site=None), user(site=None), None, rules.OTHER_SITE),
        (person("manager"), user(YOU, "tenant_admin"), None, rules.ABOVE),
        (person("manager"), user(), ["planner", "tenant_admin"], rules.ABOVE),
        (person("manager"), {"dealership": None}, ["tenant_admin"], rules.ABOVE),
        (person("tenant_admin", site=None), user(YOU, "tenant_admin", site=OTHER), ["tenant_admin"], None),
        (person("tenant_admin"), user(ME, "tenant_admin"), ["tenant_admin"], rules.OWN_RIGHTS),
    ],
)
def test_who_manages_whom(actor: Actor, target: dict[str, Any], roles: list[str] | None, problem: object) -> None:
    found = rules.may_manage(actor, target, roles)
    assert (found.message if found else None) == problem


def test_deactivation_is_noted_once() -> None:
    admin = person("tenant_admin")
    assert rules.end_sessions_of_inactive(case(admin, user(), active=False)) == {"sessions_ended_at": NOW}
    for patch in ({"active": True}, {"first_name": "Ola"}):
        assert rules.end_sessions_of_inactive(case(admin, user(), **patch)) == {}
    assert rules.end_sessions_of_inactive(case(admin, {**user(), "active": False}, phone=None)) == {}
    assert rules.end_sessions_of_inactive(case(admin, None, active=False)) == {}


def test_administrators_are_marked() -> None:
    admin = person("tenant_admin")
    assert rules.mark_administrator(case(admin, user(), roles=["tenant_admin"])) == {"administrator": True}
    assert rules.mark_administrator(case(admin, user(), roles=["manager"])) == {"administrator": False}


def test_a_key_never_exceeds_its_maker() -> None:
    maker = person("manager", "finance")
    assert rules.key_roles(maker, None) == (["finance", "manager"], [], None)
    assert rules.key_roles(maker, ["finance"]) == (["finance"], [], None)
    roles, _, problem = rules.key_roles(maker, ["finance", "tenant_admin"])
    assert roles == []
    assert problem is not None
    assert problem.message.pick("nb") == "Du har ikke selv rollen Administrator."


def site(kind: str, **more: Any) -> dict[str, Any]:
    return {"id": SITE, "dealership_type": kind, "does_own_prep": False, "prep_center": None, **more}


def test_a_site_that_only_sells_is_prepared_elsewhere() -> None:
    admin = person("tenant_admin")
    assert fields(rules.prep_fits_type(case(admin, None, **site("sales_only")))) == ["prep_center"]
    both = site("sales_only", does_own_prep=True)
    assert fields(rules.prep_fits_type(case(admin, None, **both))) == ["prep_center", "does_own_prep"]
    assert rules.prep_fits_type(case(admin, None, **site("sales_only", prep_center=OTHER))) == []
    assert rules.prep_fits_type(case(admin, None, **site("sales_and_prep", does_own_prep=True))) == []


def test_a_prep_centre_prepares_cars() -> None:
    admin = person("tenant_admin")
    sales = {"prep": {"id": OTHER, "dealership_type": "sales_only"}}
    prep = {"prep": {"id": OTHER, "dealership_type": "prep_center_only"}}
    wrong = case(admin, site("sales_only"), prep_center=OTHER, related=sales)
    assert fields(rules.prep_center_fits(wrong)) == ["prep_center"]
    assert rules.prep_center_fits(case(admin, site("sales_only"), prep_center=OTHER, related=prep)) == []
    assert fields(rules.prep_center_fits(case(admin, site("sales_only"), prep_center=SITE))) == ["prep_center"]
    assert rules.prep_center_fits(case(admin, site("sales_and_prep"), prep_center=SITE)) == []


def test_an_address_in_use_is_changed_by_its_user_alone() -> None:
    admin, manager = person("tenant_admin"), person("manager")
    signed_in = user() | {"email": "a@b.no", "last_seen_at": NOW}
    invited = signed_in | {"last_seen_at": None}
    own = signed_in | {"id": manager.user}
    new = {"email": "c@d.no"}
    assert fields(rules.email_by_its_own_way(case(manager, own, **new))) == ["email"]
    assert fields(rules.email_by_its_own_way(case(admin, signed_in | {"id": admin.user}, **new))) == ["email"]
    assert fields(rules.email_by_its_own_way(case(manager, signed_in, **new))) == ["email"]
    assert rules.email_by_its_own_way(case(manager, invited, **new)) == []
    assert fields(rules.email_by_its_own_way(case(manager, user(YOU, "finance") | {"email": "a@b.no"}, **new))) == [
        "email"
    ]
    assert rules.email_by_its_own_way(case(admin, signed_in, **new)) == []
    assert rules.email_by_its_own_way(case(manager, own, phone="+4791234567")) == []


def test_colours_are_normalised() -> None:
    given = {"primary": " #ABC ", "secondary": "001E50"}
    assert values.parse_colours(given) == {"primary": "#aabbcc", "secondary": "#001e50"}
    assert values.parse_colours({"primary": "#001e50", "secondary": None}) == {"primary": "#001e50"}


@pytest.mark.parametrize(
    "given", [[], "x", {"primary": "red"}, {"primary": "#12"}, {"third": "#001e50"}, {"primary": 7}]
)
def test_what_is_no_colour(given: object) -> None:
    with pytest.raises(BadValueError):
        values.parse_colours(given)


def test_goals_limits_and_brands() -> None:
    both = {"waiting_parts": {"yellow": 48, "red": 72}, "planned": {"yellow": 0.5, "red": 1}}
    assert values.parse_goals(both) == both
    assert values.parse_goals({"waiting_parts": both["waiting_parts"], "planned": 0.5}) == both
    assert values.parse_limits(dealerships.APPROVAL_LIMITS) == dealerships.APPROVAL_LIMITS
    assert values.parse_limits({"Planlegger": 1, "MANAGER": None}) == {"planner": 1, "manager": None}
    assert values.parse_brands(["Audi", "Škoda", "AUDI", ""]) == ["Audi", "Škoda"]


@pytest.mark.parametrize(
    "given",
    [
        [],
        {"planned": 0},
        {"planned": True},
        {"planned": "to døgn"},
        {"planned": "1,250"},
        {"Planned x": 1},
        {"planned": {"yellow": 8}},
        {"planned": {"yellow": 8, "red": 4}},
    ],
)
def test_what_is_no_goal(given: object) -> None:
    with pytest.raises(BadValueError):
        values.parse_goals(given)


@pytest.mark.parametrize(
    "given",
    [
        [],
        {"planner": -1},
        {"planner": True},
        {"planner": 0.5},
        {"planner": "5000,50"},
        {"planner": "5,000"},
        {"planner": "tull"},
        {"tull": 5},
        {"planner": 5, "booking": 6},
    ],
)
def test_what_is_no_limit(given: object) -> None:
    with pytest.raises(BadValueError):
        values.parse_limits(given)


def test_too_many_brands() -> None:
    for given in ([f"Merke {n}" for n in range(41)], ["x" * 61]):
        with pytest.raises(BadValueError):
            values.parse_brands(given)
