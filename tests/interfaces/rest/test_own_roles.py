"""Roles of a company's own over REST: put together, compared, used and given, and what whoever has one may do."""

from typing import Any

from directapp.domains.people.role_pieces import stored
from support.own_roles import again, pieces

PERSON = {"email": "vikar@example.test", "first_name": "Vikar", "last_name": "Vik"}
CAR = {"vin": "WVWZZZ1JZXW000001", "car_type": "new", "make": "Audi", "model": "A4", "customer_name": "Kari Kunde"}


async def test_a_role_is_put_together_compared_used_and_given(api: Any) -> None:
    admin = await api.dealer.person("tenant_admin", "")
    sites = {name: str(api.dealer.sites[number]) for name, number in (("dealership", "490"), ("prep_center", "499"))}
    car = (await api.ok(admin, "POST", "/items/cars", json={**CAR, **sites}))["id"]
    role = (
        await api.ok(
            admin,
            "POST",
            "/items/roles",
            json={"code": "vikar", "based_on": "planner", "name_nb": "Vikar", "name_en": "Substitute"},
        )
    )["id"]
    path = f"/items/roles/{role}"
    cars = pieces("planner", "cars", read=("identity", "status"), write=("location",), verbs=(), create=False)
    given = [*cars, *pieces("planner", "comments", write=(), create=False)]
    first = await api.ok(admin, "POST", f"{path}/draft", json={"pieces": stored(given), "note": "Uten kunder"})
    assert (first["number"], first["note"]) == (1, "Uten kunder")
    await api.refused(admin, "POST", f"{path}/activate", 409, json={"version": first["id"]})
    user = await api.ok(
        admin, "POST", "/items/users/invite", json={**PERSON, "role": role, "dealership": sites["prep_center"]}
    )
    told = (await api.ok(admin, "POST", f"{path}/simulate", json={"version": first["id"]}))["simulation"]
    (group,) = told["groups"]
    assert [one["rows"]["cars"] for one in group["people"]] == [[0, 1]]
    assert {"vin", "make"} <= set({c["collection"]: c for c in group["changes"]}["cars"]["gained"]["read"])
    used = await api.ok(admin, "POST", f"{path}/activate", json={"version": first["id"]})
    assert used["active_version"] == 1

    person = await again(api.dealer, user["id"])
    row = await api.ok(person, "GET", f"/items/cars/{car}")
    assert row["vin"] == CAR["vin"]
    assert "customer_name" not in row
    for question in ("fields=customer_name", "filter[customer_name][_eq]=Kari Kunde", "sort=customer_name"):
        (problem,) = await api.refused(person, "GET", f"/items/cars?{question}", 403)
        assert problem["field"] == "customer_name"
    shown = {one["field"]: one["meta"] for one in await api.ok(person, "GET", "/fields/cars")}
    assert "customer_name" not in shown
    assert shown["vin"]["readonly"]
    (problem,) = await api.refused(person, "PATCH", f"/items/cars/{car}", 403, json={"model": "A6"})
    assert problem["field"] == "model"
    await api.refused(person, "POST", f"/items/cars/{car}/transfer", 403, json={})
    await api.refused(person, "POST", "/items/cars", 403, json=CAR)
    await api.refused(person, "DELETE", f"/items/cars/{car}", 403)
    comment = {"subject_collection": "cars", "subject_id": car, "text": "Hei"}
    await api.refused(person, "POST", "/items/comments", 403, json=comment)
    assert await api.ok(person, "GET", "/items/comments?fields=id") == []
    await api.refused(person, "GET", "/items/parts_orders", 403)
    await api.refused(person, "GET", "/items/role_versions", 403)
    await api.refused(person, "POST", f"{path}/draft", 403, json={"pieces": stored(pieces("planner"))})
    assert (await api.ok(person, "PATCH", f"/items/users/{person.user}", json={"first_name": "Kåre"}))["first_name"]

    # The next version takes the cars away and lets them write; rolled back, it is as it was.
    second = await api.ok(admin, "POST", f"{path}/draft", json={"pieces": stored(pieces("planner", "comments"))})
    for version, status in ((second, 403), (first, 200)):
        for verb in ("simulate", "activate"):
            await api.ok(admin, "POST", f"{path}/{verb}", json={"version": version["id"]})
        person = await again(api.dealer, user["id"])
        assert (await api.call(person, "GET", f"/items/cars/{car}")).status_code == status
    await api.ok(admin, "POST", f"/items/users/{user['id']}/set_roles", json={"roles": ["detailer"]})
    row = await api.ok(admin, "POST", f"/items/users/{user['id']}/take_role", json={"role": role})
    assert (row["roles"], row["custom_roles"]) == (["detailer"], [])
    assert (await again(api.dealer, user["id"])).roles == {"detailer"}
    await api.ok(admin, "POST", f"/items/users/{user['id']}/give_role", json={"role": role})
    assert (await again(api.dealer, user["id"])).roles == person.roles | {"detailer"}
    await api.ok(admin, "POST", f"{path}/switch_off", json={})
    assert (await again(api.dealer, user["id"])).roles == {"detailer"}


async def test_wrong_pieces_are_refused_by_name(api: Any) -> None:
    admin = await api.dealer.person("tenant_admin", "")
    values = {"code": "vikar", "based_on": "planner", "name_nb": "Vikar", "name_en": "Substitute"}
    path = f"/items/roles/{(await api.ok(admin, 'POST', '/items/roles', json=values))['id']}/draft"
    key = pieces("planner", "cars")[0].entry
    for wrong in (
        {"collection": "cars", "entry": "planner.00000000"},
        {"collection": "cars", "entry": key, "write": ["purchase_price"]},
        {"collection": "cars", "entry": key, "read": ["*"]},
        {"collection": "cars", "entry": key, "more": True},
        {"collection": "cars"},
        "cars",
    ):
        (problem,) = await api.refused(admin, "POST", path, 422, json={"pieces": [wrong]})
        assert problem["field"] == "pieces", wrong
    for code in ("mechanic", "Æ", "sys_x"):
        (problem,) = await api.refused(admin, "POST", "/items/roles", 422, json={**values, "code": code})
        assert problem["field"] == "code"
