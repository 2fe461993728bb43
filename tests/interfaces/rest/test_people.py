"""Who gives which role, over REST: a manager staffs the site, and is refused the rest by field."""

from typing import Any

import pytest

from directapp.domains.people.roles import MANAGER, STAFF
from directapp.kernel.ids import uuid7


def person(*roles: str) -> dict[str, Any]:
    return {"email": f"{uuid7()}@example.test", "first_name": "Ny", "last_name": "Ansatt", "roles": list(roles)}


@pytest.mark.parametrize("role", [*STAFF, MANAGER])
async def test_a_manager_invites_those_who_work_at_the_site(api: Any, role: str) -> None:
    manager = await api.dealer.person("manager", "495")
    made = await api.ok(manager, "POST", "/items/users/invite", json=person(role))
    assert (made["roles"], made["dealership"]) == ([role], str(api.dealer.sites["495"]))
    more = sorted({"mechanic", role})
    changed = await api.ok(manager, "POST", f"/items/users/{made['id']}/set_roles", json={"roles": more})
    assert changed["roles"] == more


@pytest.mark.parametrize("role", ["finance", "tenant_admin"])
async def test_what_a_manager_may_not_give_is_refused_by_field(api: Any, role: str) -> None:
    manager = await api.dealer.person("manager", "495")
    other = await api.dealer.person("mechanic", "495")
    for path, body in (
        ("/items/users/invite", person("mechanic", role)),
        (f"/items/users/{other.user}/set_roles", {"roles": ["mechanic", role]}),
    ):
        (problem,) = await api.refused(manager, "POST", path, 403, json=body)
        assert problem["field"] == "roles"


async def test_an_invited_users_address_is_no_way_to_rights_that_one_may_not_give(api: Any) -> None:
    admin, manager = await api.dealer.person("tenant_admin"), await api.dealer.person("manager", "495")
    site = {"dealership": str(api.dealer.sites["495"])}
    mine = {"email": f"{uuid7()}@example.test"}
    finance = await api.ok(admin, "POST", "/items/users/invite", json=person("finance") | site)
    (problem,) = await api.refused(manager, "PATCH", f"/users/{finance['id']}", 422, json=mine)
    assert problem["field"] == "email"
    planner = await api.ok(admin, "POST", "/items/users/invite", json=person("planner") | site)
    assert (await api.ok(manager, "PATCH", f"/users/{planner['id']}", json=mine))["email"] == mine["email"]


async def test_goals_of_a_site_for_what_is_no_status_are_refused_by_name(api: Any) -> None:
    manager, path = await api.dealer.person("manager", "495"), f"/items/dealerships/{api.dealer.sites['495']}"
    goals = {"inspection": 4, "waiting_for_godot": 8, "ferdig": 1}
    refused = await api.call(manager, "PATCH", path, json={"stage_goals": goals})
    assert refused.status_code == 422
    assert [(e["message"], e["extensions"]["field"]) for e in refused.json()["errors"]] == [
        ("Statusen «waiting_for_godot» finnes ikke.", "stage_goals"),
        ("Statusen «ferdig» finnes ikke.", "stage_goals"),
    ]
    kept = await api.ok(manager, "PATCH", path, json={"stage_goals": {"inspection": 4}})
    assert kept["stage_goals"] == {"inspection": {"yellow": 4, "red": 8}}
