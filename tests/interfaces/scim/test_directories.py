"""Entra and Okta, in the shapes in which they send it; what groups give; who may come in."""

import asyncio
from typing import Any
from uuid import UUID

import orjson
import pytest

from directapp.kernel.actor import system_actor
from directapp.kernel.errors import ForbiddenError
from directapp.store.query import Query
from interfaces.scim.conftest import CORE, PATCHES, Directory
from support.dealer import settle

WAITS = (
    "SELECT 1 FROM pg_locks JOIN pg_database d ON d.oid = database"
    " WHERE locktype = 'advisory' AND NOT granted AND datname = current_database()"
)
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"


async def test_entra_provisions_and_changes_somebody(directory: Directory) -> None:
    address = directory.address("kari")
    asked = f'/Users?filter=userName eq "{address}"'
    assert (await directory.ask("GET", asked, 200))["totalResults"] == 0
    made = await directory.ask("POST", "/Users", 201, {
        "schemas": [f"{CORE}:User", ENTERPRISE], "externalId": "kari-mail", "userName": address.title(), "active": True,
        "displayName": "Kari Nordmann", "emails": [{"primary": True, "type": "work", "value": address}],
        "meta": {"resourceType": "User"},
        "name": {"formatted": "Kari Nordmann", "familyName": "Nordmann", "givenName": "Kari"},
        "phoneNumbers": [{"type": "mobile", "value": "912 34 567"}], "preferredLanguage": "en-US", "title": "Mekaniker",
        ENTERPRISE: {"employeeNumber": "17", "department": "Verksted"},
    })  # fmt: skip
    assert made["meta"]["location"].endswith(f"/scim/v2/Users/{made['id']}")
    (found,) = (await directory.ask("GET", asked, 200))["Resources"]
    assert (found["id"], found["externalId"], found["userName"]) == (made["id"], "kari-mail", address.title())
    assert await directory.user() is None, "without a group that gives a role there is no account"

    group = await directory.ask("POST", "/Groups", 201, {
        "schemas": [f"{CORE}:Group", "http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group"],
        "externalId": "8aa1a0c0", "displayName": "mechanic@499", "meta": {"resourceType": "Group"},
    })  # fmt: skip
    await directory.patch(
        f"/Groups/{group['id']}", {"op": "Add", "path": "members", "value": [{"$ref": None, "value": made["id"]}]}
    )
    user = await directory.user()
    assert user is not None
    assert (user["first_name"], user["last_name"], user["roles"], user["active"]) == (
        "Kari",
        "Nordmann",
        ["mechanic"],
        True,
    )
    assert (user["dealership"], user["phone"], user["language"]) == (directory.dealer.sites["499"], "+4791234567", "en")

    changed = await directory.patch(
        f"/Users/{made['id']}",
        {"op": "Replace", "path": 'emails[type eq "work"].value', "value": directory.address("kari.ny")},
        {"op": "Add", "path": "name.familyName", "value": "Ås"},
        {"op": "Add", "path": "title", "value": "Verksmester"},
        {"op": "Replace", "path": f"{ENTERPRISE}:department", "value": "Verksted"},
    )
    assert changed["name"]["familyName"] == "Ås"
    assert [g["display"] for g in changed["groups"]] == ["mechanic@499"]
    assert (await directory.user("kari.ny") or {})["last_name"] == "Ås"

    without = await directory.ask("GET", '/Groups?excludedAttributes=members&filter=displayName eq "MECHANIC@499"', 200)
    assert [("members" in one, one["id"]) for one in without["Resources"]] == [(False, group["id"])]
    await directory.patch(f"/Users/{made['id']}", {"op": "Replace", "path": "active", "value": "False"})
    assert (await directory.user("kari.ny") or {})["active"] is False
    await directory.patch(f"/Users/{made['id']}", {"op": "Replace", "path": "active", "value": "True"})
    assert (await directory.user("kari.ny") or {})["active"] is True
    await directory.patch(
        f"/Groups/{group['id']}", {"op": "Remove", "path": "members", "value": [{"value": made["id"]}]}
    )
    assert (await directory.user("kari.ny") or {})["active"] is False, "whom the groups give nothing any more is out"


async def test_okta_provisions_and_changes_somebody(directory: Directory) -> None:
    address = directory.address("ola")
    whole: dict[str, Any] = {
        "schemas": [f"{CORE}:User"], "userName": address, "name": {"givenName": "Ola", "familyName": "Nordmann"},
        "emails": [{"primary": True, "value": address, "type": "work"}], "displayName": "Ola Nordmann",
        "locale": "en-US",
        "externalId": "00ujl29u0le5T6Aj10h7", "groups": [], "password": "1mz050nq", "active": True,
    }  # fmt: skip
    made = await directory.ask("POST", "/Users", 201, whole)
    assert "password" not in made
    listed = await directory.ask("GET", "/Users?startIndex=1&count=100", 200)
    assert (listed["totalResults"], listed["startIndex"], listed["itemsPerPage"]) == (1, 1, 1)
    group = await directory.ask(
        "POST",
        "/Groups",
        201,
        {
            "schemas": [f"{CORE}:Group"],
            "displayName": "Planner@499",
            "members": [{"value": made["id"], "display": address}],
        },
    )
    assert (await directory.user("ola") or {})["roles"] == ["planner"]
    await directory.ask(
        "PUT",
        f"/Users/{made['id']}",
        200,
        {**whole, "id": made["id"], "name": {"givenName": "Ole", "familyName": "Nordmann"}},
    )
    assert (await directory.user("ola") or {})["first_name"] == "Ole"
    out = await directory.patch(f"/Users/{made['id']}", {"op": "replace", "value": {"active": False}})
    assert out["active"] is False
    assert (await directory.user("ola") or {})["active"] is False
    await directory.patch(f"/Users/{made['id']}", {"op": "replace", "value": {"active": True}})
    assert (await directory.user("ola") or {})["active"] is True
    members = {"op": "replace", "path": "members", "value": []}
    assert "members" not in await directory.patch(
        f"/Groups/{group['id']}", {"op": "replace", "value": {"id": group["id"], "displayName": "Planner@499"}}, members
    )
    assert (await directory.user("ola") or {})["active"] is False


async def test_pages_filters_and_versions(directory: Directory) -> None:
    made = [await directory.person(name, externalId=f"x-{name}") for name in ("anne", "berit", "cecilie")]
    page = await directory.ask("GET", "/Users?startIndex=2&count=1", 200)
    assert (page["totalResults"], [one["id"] for one in page["Resources"]]) == (3, [made[1]["id"]])
    for asked, names in (
        ('externalId eq "x-berit"', ["Berit"]),
        ('name.givenName sw "ce" or externalId eq "x-anne"', ["Anne", "Cecilie"]),
        (f'userName eq "{directory.address("ANNE").upper()}"', ["Anne"]),
        ("not (active eq true)", []),
    ):
        found = await directory.ask("GET", f"/Users?filter={asked}", 200)
        assert [one["name"]["givenName"] for one in found["Resources"]] == names, asked
    wrong = await directory.ask("GET", '/Users?filter=userName is "x"', 400)
    assert wrong["scimType"] == "invalidFilter"
    again = await directory.ask(
        "POST", "/Users", 409, {"schemas": [f"{CORE}:User"], "userName": directory.address("anne"), "active": True}
    )
    assert again["scimType"] == "uniqueness"
    one = f"/Users/{made[0]['id']}"
    tag = made[0]["meta"]["version"]
    await directory.ask(
        "PUT", one, 412, {"schemas": [f"{CORE}:User"], "userName": directory.address("anne")}, **{"if-match": 'W/"99"'}
    )
    await directory.ask(
        "PUT", one, 200, {"schemas": [f"{CORE}:User"], "userName": directory.address("anne")}, **{"if-match": tag}
    )
    for path in ("/Users/none", "/Users/00000000-0000-7000-8000-000000000000", "/Nothing"):
        await directory.ask("GET", path, 404)


async def test_an_account_that_is_there_becomes_the_directorys(directory: Directory) -> None:
    seller = await directory.dealer.person("new_car_sales", "495")
    admin = await directory.dealer.person("tenant_admin", "")
    await directory.dealer.do(admin, "users", "update", seller.user, email=directory.address("nina"))
    made = await directory.person("nina")
    user = await directory.user("nina")
    assert user is not None
    assert (user["id"], user["roles"], user["active"]) == (seller.user, ["new_car_sales"], True), (
        "nothing is taken before groups give"
    )
    await directory.group("Mechanic@499", made["id"])
    assert (await directory.user("nina") or {})["roles"] == ["mechanic"]


async def test_what_a_group_gives_is_chosen_by_an_administrator(directory: Directory) -> None:
    dealer = directory.dealer
    made = await directory.person()
    group = await directory.group("Verksted Bergen", made["id"])
    assert await directory.user() is None
    admin, manager = await dealer.person("tenant_admin", ""), await dealer.person("manager", "495")
    with pytest.raises(ForbiddenError):
        await dealer.do(manager, "directory_groups", "map_group", UUID(group["id"]), roles=["manager"])
    await dealer.do(
        admin,
        "directory_groups",
        "map_group",
        UUID(group["id"]),
        roles=["detailer", "mechanic"],
        dealership=str(dealer.sites["499"]),
    )
    assert (await directory.user() or {})["roles"] == ["mechanic", "detailer"]
    await dealer.do(
        admin,
        "directory_groups",
        "map_group",
        UUID(group["id"]),
        roles=["detailer"],
        dealership=str(dealer.sites["499"]),
    )
    assert (await directory.user() or {})["roles"] == ["detailer"]
    named = await directory.group("tenant_admin@499", made["id"])
    assert (await dealer.read(admin, "directory_groups", UUID(named["id"])))["roles"] is None, (
        "an administrator's by hand alone"
    )


async def test_a_group_gives_what_it_gives_at_the_sign_in(directory: Directory) -> None:
    dealer = directory.dealer
    admin, site = await dealer.person("tenant_admin", ""), str(dealer.sites["499"])
    issuer = "https://login.example/common"
    provider = await dealer.create(
        admin, "identity_providers", label="Okta", kind="openid", issuer=issuer, client_id="app", active=False
    )
    await dealer.create(
        admin, "identity_mappings", provider=str(provider), value="9f1c", roles=["detailer"], dealership=site
    )
    made = await directory.person()
    told = {"schemas": [f"{CORE}:Group"], "displayName": "Klargjøring", "externalId": "9f1c"}
    await directory.ask("POST", "/Groups", 201, {**told, "members": [{"value": made["id"]}]})
    assert (await directory.user() or {})["roles"] == ["detailer"]


async def test_the_history_says_that_a_directory_did_it(directory: Directory) -> None:
    made = await directory.person()
    await directory.group("mechanic@499", made["id"])
    user = await directory.user()
    assert user is not None
    reading = directory.dealer.application.platform.reading
    admin = await directory.dealer.person("tenant_admin", "")
    (first, *_others) = await reading.history(admin, "users", user["id"])
    assert (first["origin"], first["actor_name"]) == ("scim", "system:scim")


async def test_only_a_token_of_a_directory_opens_it(directory: Directory) -> None:
    dealer = directory.dealer
    admin = await dealer.person("tenant_admin", "")
    made = await directory.person()
    paths = [("GET", "/Users"), ("POST", "/Users"), ("GET", f"/Users/{made['id']}"), ("PUT", f"/Users/{made['id']}"),
             ("PATCH", f"/Users/{made['id']}"), ("DELETE", f"/Users/{made['id']}"), ("GET", "/Groups"),
             ("POST", "/Groups"),
             ("GET", "/ServiceProviderConfig"), ("GET", "/ResourceTypes"), ("GET", "/Schemas"), ("POST", "/.search"),
             ("POST", "/Bulk"), ("GET", "/Me"), ("GET", "/nothing"), ("GET", "")]  # fmt: skip
    for method, path in paths:
        for headers in (
            {},
            {"authorization": "Bearer scim_x"},
            {"authorization": "Basic eDp5"},
            {"authorization": f"Bearer {directory.token}x"},
        ):
            answer = await directory.client.request(method, f"/scim/v2{path}", headers=headers)
            assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer"), (method, path)
            assert answer.json()["schemas"] == ["urn:ietf:params:scim:api:messages:2.0:Error"]
    # And it opens nothing else.
    bearer = {"authorization": f"Bearer {directory.token}"}
    for path in ("/items/cars", "/users/me", "/items/directory_people", "/server/info"):
        assert (await directory.client.get(path, headers=bearer)).status_code == 401, path
    page = orjson.loads(
        (await dealer.application.platform.reading.page(admin, "directory_tokens", Query(limit=10))).json
    )
    assert [sorted(row) for row in page if "token_hash" in row] == []
    await dealer.do(admin, "directory_tokens", "revoke", UUID(page[0]["id"]))
    assert (await directory.client.get("/scim/v2/Users", headers=bearer)).status_code == 401


async def test_one_company_provisions_nobody_of_another(directory: Directory) -> None:
    made = await directory.person()
    other = await settle(directory.dealer.application)
    admin = await other.person("tenant_admin", "")
    token = (await other.do(admin, "directory_tokens", "create_token", name="Okta")).shown_once["token"]
    theirs = Directory(directory.client, other, token)
    assert (await theirs.ask("GET", "/Users", 200))["totalResults"] == 0
    await theirs.ask("GET", f"/Users/{made['id']}", 404)
    await theirs.ask("DELETE", f"/Users/{made['id']}", 404)


async def test_a_directory_gets_no_administrator_by_a_way_around(directory: Directory) -> None:
    dealer = directory.dealer
    first, second = await dealer.person("tenant_admin", ""), await dealer.person("tenant_admin", "490")
    issuer = "https://login.example/common"
    provider = await dealer.create(
        first, "identity_providers", label="Okta", kind="openid", issuer=issuer, client_id="app", active=False
    )
    await dealer.create(first, "identity_mappings", provider=str(provider), value="admins", roles=["tenant_admin"])

    async def account(user: UUID | None) -> Any:
        return await dealer.read(first, "users", user)

    theirs = (await account(second.user))["email"]
    # Whoever has an administrator's address gets no password of theirs sent.
    person = (await directory.person("gun", userName=theirs))["id"]
    mail = {"op": "replace", "path": "emails", "value": [{"value": "ond@bilgruppen.no", "primary": True}]}
    await directory.patch(f"/Users/{person}", mail)
    assert (await account(second.user))["email"] == theirs
    # A group that is called as one that gives it at the sign-in makes nobody an administrator, and lets one stay.
    stranger = (await directory.person("ola"))["id"]
    await directory.group("admins", stranger, person)
    assert await directory.user("ola") is None
    await directory.patch(f"/Users/{person}", mail)
    found = await account(second.user)
    assert (found["email"], found["roles"]) == (theirs, ["tenant_admin"])
    # The last one stays, whatever is said.
    await dealer.do(first, "users", "deactivate", second.user)
    last = (await directory.person("siri", userName=(await account(first.user))["email"]))["id"]
    out = {"schemas": [PATCHES], "Operations": [{"op": "replace", "path": "active", "value": False}]}
    await directory.ask("PATCH", f"/Users/{last}", 409, out)
    await directory.ask("DELETE", f"/Users/{last}", 409)
    await directory.group("mechanic@499", last)
    found = await account(first.user)
    assert found["active"] is True
    assert sorted(found["roles"]) == ["mechanic", "tenant_admin"]


@pytest.mark.parametrize("text", ["\\u0000", "a\\u0000b", "\\ud800"])
async def test_what_is_never_kept_is_found_nowhere(directory: Directory, text: str) -> None:
    await directory.person()
    for path in ("/Users", ""):
        found = await directory.ask("GET", f'{path}?filter=userName eq "{text}"', 200)
        assert found["totalResults"] == 0
    await directory.ask("GET", "/Users?startIndex=99999999999999999999", 400)


async def test_an_address_of_another_company_keeps_nobody_else_out_and_is_not_told(directory: Directory) -> None:
    dealer, other = directory.dealer, await settle(directory.dealer.application)
    taken = directory.address("taken")
    stranger = await other.person("mechanic", "499")
    await other.do(system_actor(other.tenant, "demo"), "users", "update", stranger.user, email=taken)
    known, free = await directory.person("ukjent", userName=taken), await directory.person("fri")
    group = await directory.group("mechanic@499", known["id"], free["id"])
    assert [one["value"] for one in group["members"]] == [known["id"], free["id"]]
    assert (await directory.user("fri") or {})["active"] is True
    assert await directory.user("taken") is None
    shown = [await directory.ask("GET", f"/Users/{one['id']}", 200) for one in (known, free)]
    assert shown[0].keys() == shown[1].keys()
    assert [(one["active"], one["groups"]) for one in shown] == [(True, shown[1]["groups"])] * 2
    # Nor does a new address tell: the account keeps its own, and all else is as the directory says.
    changed = await directory.patch(
        f"/Users/{free['id']}",
        {"op": "replace", "path": "emails", "value": [{"value": taken, "primary": True}]},
        {"op": "replace", "path": "name.givenName", "value": "Frida"},
    )
    assert changed["emails"][0]["value"] == taken
    assert (await directory.user("fri") or {})["first_name"] == "Frida"
    found = await other.read(await other.person("tenant_admin", ""), "users", stranger.user or dealer.tenant)
    assert (found["email"], found["first_name"]) == (taken, "Mechanic")


async def test_whom_a_person_has_shut_out_no_directory_lets_in(directory: Directory) -> None:
    dealer = directory.dealer
    first, second = await dealer.person("tenant_admin", ""), await dealer.person("tenant_admin", "490")
    mail = (await dealer.read(first, "users", second.user or dealer.tenant))["email"]
    person = (await directory.person("gun", userName=mail))["id"]
    on = {"op": "replace", "path": "active", "value": True}

    async def stands() -> tuple[bool, bool]:
        told = await directory.patch(f"/Users/{person}", on)
        return told["active"], (await dealer.read(first, "users", second.user or dealer.tenant))["active"]

    by_hand: list[tuple[str, str, dict[str, Any], dict[str, Any]]] = [
        ("deactivate", "activate", {}, {}),
        ("update", "update", {"active": False}, {"active": True}),
    ]
    for out, again, inactive, active in by_hand:
        await dealer.do(first, "users", out, second.user, **inactive)
        assert await stands() == (False, False), "said as it is, and not changed"
        listed = await directory.ask("GET", "/Users?filter=active eq false", 200)
        assert [one["id"] for one in listed["Resources"]] == [person]
        await dealer.do(first, "users", again, second.user, **active)
        assert await stands() == (True, True)
    # Whom the directory itself has shut out it lets in again.
    await directory.patch(f"/Users/{person}", {**on, "value": False})
    assert (await dealer.read(first, "users", second.user or dealer.tenant))["active"] is False
    assert await stands() == (True, True)


async def test_of_two_administrators_who_go_at_once_one_stays(directory: Directory) -> None:
    dealer = directory.dealer
    first, second = await dealer.person("tenant_admin", ""), await dealer.person("tenant_admin", "490")
    mail = (await dealer.read(first, "users", second.user or dealer.tenant))["email"]
    person = (await directory.person("gun", userName=mail))["id"]
    out = {"schemas": [PATCHES], "Operations": [{"op": "replace", "path": "active", "value": False}]}
    async with dealer.application.auth.open(dealer.tenant) as rows:
        found = await rows.look_up("users", first.user)
        await rows.change({"active": False}, on=found)
        asked = asyncio.create_task(directory.client.patch(
            f"/scim/v2/Users/{person}", json=out, headers={
                "authorization": f"Bearer {directory.token}", "content-type": "application/scim+json"
            },
        ))  # fmt: skip
        while not await dealer.application.platform.database.plain(WAITS):
            await asyncio.sleep(0.01)
    assert (await asked).status_code == 409
    left = await dealer.read(second, "users", second.user or dealer.tenant)
    assert (left["active"], left["roles"]) == (True, ["tenant_admin"])
