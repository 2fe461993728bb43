from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from directapp.domains.own_fields.jobs import SCHEDULES
from directapp.kernel.actor import Actor, system_actor
from directapp.kernel.ids import uuid7
from directapp.services.jobs import JobRun
from interfaces.rest.conftest import Api
from support.dealer import settle
from support.own_roles import holder, own_role, pieces

CAR = {"car_type": "used", "make": "Audi", "model": "Q4", "license_plate": "EL 12345"}


async def declared(api: Any, code: str, kind: str = "string", **more: Any) -> Any:
    values = {
        "collection": "cars",
        "code": code,
        "kind": kind,
        "label_nb": f"{code} på norsk",
        "label_en": f"{code} in English",
        "placed_in": "cars.seller_notes",
        **more,
    }
    return await api.ok(await api.dealer.person("tenant_admin", ""), "POST", "/items/own_fields", json=values)


@pytest.fixture
async def seller(api: Any) -> Actor:
    actor: Actor = await api.dealer.person("used_car_sales", "495")
    return actor


async def test_an_own_field_is_written_read_filtered_and_sorted_like_any_other(api: Any, seller: Actor) -> None:
    for code, kind, more in (
        ("colour_code", "string", {"search": True, "max_length": 10}),
        ("notes", "text", {}),
        ("keys", "integer", {"minimum": 0, "maximum": 9}),
        ("discount", "decimal", {}),
        ("tow_bar", "boolean", {}),
        ("expected", "date", {}),
        ("called_at", "instant", {}),
        ("tyre", "choice", {"choices": "summer: Sommer | Summer\nwinter: Vinter | Winter"}),
        ("extras", "choices", {"choices": "mats: Matter | Mats\nrack: Stativ | Rack"}),
    ):
        await declared(api, code, kind, **more)
    values = {
        "own_colour_code": "LY7W",
        "own_notes": "Two\nlines",
        "own_keys": 2,
        "own_discount": "1500.50",
        "own_tow_bar": True,
        "own_expected": "2026-12-24",
        "own_called_at": "2026-12-01T08:30:00Z",
        "own_tyre": "winter",
        "own_extras": ["mats", "rack"],
    }
    made = await api.ok(seller, "POST", "/items/cars", json={**CAR, **values})
    assert {name: made[name] for name in values} == values | {"own_called_at": "2026-12-01T08:30:00.000Z"}
    other = await api.ok(seller, "POST", "/items/cars", json={**CAR, "license_plate": "EL 12346", "own_keys": 1})
    found = f"/items/cars?fields=id&filter[id][_in]={made['id']},{other['id']}"
    for condition in (
        "[own_colour_code][_eq]=LY7W",
        "[own_colour_code][_icontains]=ly",
        "[own_notes][_contains]=lines",
        "[own_keys][_gt]=1",
        "[own_discount][_between]=1500,1501",
        "[own_tow_bar][_eq]=true",
        "[own_expected][_lt]=2026-12-25",
        "[own_called_at][_gte]=2026-12-01T00:00:00Z",
        "[own_tyre][_in]=winter,summer",
        "[own_extras][_contains]=rack",
        "[own_extras][_empty]=false",
        "[own_colour_code][_nnull]=true",
    ):
        assert await api.ok(seller, "GET", f"{found}&filter{condition}") == [{"id": made["id"]}], condition
    first = await api.ok(seller, "GET", f"{found}&sort=own_keys")
    last = await api.ok(seller, "GET", f"{found}&sort=-own_keys")
    assert first == last[::-1] == [{"id": other["id"]}, {"id": made["id"]}]
    assert {"id": made["id"]} in await api.ok(seller, "GET", "/items/cars?search=LY7W&fields=id")
    figures = await api.ok(seller, "GET", f"{found.replace('fields=id&', '')}&aggregate[sum]=own_keys")
    assert figures == [{"sum": {"own_keys": "3"}}]
    changed = await api.ok(seller, "PATCH", f"/items/cars/{made['id']}", json={"own_keys": None, "own_tow_bar": False})
    assert (changed["own_keys"], changed["own_tow_bar"], changed["own_colour_code"]) == (None, False, "LY7W")


def a_job(api: Any, name: str) -> JobRun:
    pipeline, tenant = api.dealer.application.platform.pipeline, api.dealer.tenant
    said = {"collection": "tenants", "record": tenant, "payload": {}, "key": "once", "attempt": 1, "last": True}
    return JobRun(id=uuid7(), pipeline=pipeline, tenant=tenant, name=name, **said)


async def test_wrong_values_are_refused_by_the_field_s_name_in_both_languages(api: Any, seller: Actor) -> None:
    await declared(api, "code_no", "string", max_length=6, pattern="[A-Z]{2}[0-9]+")
    await declared(api, "count", "integer", minimum=1, maximum=9)
    await declared(api, "share", "decimal")
    await declared(api, "when", "date")
    await declared(api, "pick", "choice", choices="a: Aa | Aaa")
    made = await api.ok(seller, "POST", "/items/cars", json=CAR)
    path = f"/items/cars/{made['id']}"
    wrong = {"own_code_no": "ab1", "own_count": 10, "own_share": "1e400", "own_when": "2026-02-30", "own_pick": "b"}
    for language, words in (("nb", "Må passe til mønsteret"), ("en", "Must match the pattern")):
        asks = replace(seller, language=language)
        response = await api.call(asks, "PATCH", path, json=wrong)
        assert response.status_code == 422
        errors = response.json()["errors"]
        assert {e["extensions"]["field"] for e in errors} == set(wrong)
        assert any(words in e["message"] for e in errors)
    for value in ("AB123456789", "A" * 100_000, "AB1\0", 5, ["AB1"], {"a": 1}):
        await api.refused(seller, "PATCH", path, 422, json={"own_code_no": value})
    for value in (10**40, -1, "NaN", "1.5", True):
        await api.refused(seller, "PATCH", path, 422, json={"own_count": value})
    kept = await api.ok(seller, "PATCH", path, json={"own_code_no": "AB1", "own_count": "3"})
    assert (kept["own_code_no"], kept["own_count"]) == ("AB1", 3)
    (problem,) = await api.refused(seller, "GET", "/items/cars?filter[own_nothing][_eq]=1", 403)
    assert problem["field"] == "own_nothing"
    (problem,) = await api.refused(seller, "PATCH", path, 403, json={"own_nothing": 1})
    assert problem["field"] == "own_nothing"


async def test_hostile_declarations_are_refused_by_name(api: Any) -> None:
    admin = await api.dealer.person("tenant_admin", "")
    for wrong, field in (
        ({"code": "x'; DROP TABLE cars; --"}, "code"),
        ({"code": "Ø"}, "code"),
        ({"code": "9lives"}, "code"),
        ({"code": "a" * 41}, "code"),
        ({"collection": "users"}, "collection"),
        ({"placed_in": "work_items.price"}, "placed_in"),
        ({"placed_in": "cars.system"}, "placed_in"),
        ({"placed_in": "cars.own"}, "readers"),
        ({"readers": ["parts"]}, "readers"),
        ({"kind": "json"}, "kind"),
        ({"kind": "choice"}, "choices"),
        ({"kind": "choice", "choices": "a: A\na: B"}, "choices"),
        ({"kind": "choice", "choices": "a,b: A"}, "choices"),
        ({"pattern": "(a"}, "pattern"),
        ({"pattern": r"(a)\1"}, "pattern"),
        ({"pattern": "((a{100}){100}){100}"}, "pattern"),
        ({"kind": "integer", "pattern": "a"}, "pattern"),
        ({"minimum": 1}, "minimum"),
        ({"kind": "integer", "minimum": 2, "maximum": 1}, "maximum"),
        ({"max_length": 201}, "max_length"),
        ({"label_nb": ""}, "label_nb"),
    ):
        values = {
            "collection": "cars",
            "code": "fine",
            "kind": "string",
            "label_nb": "Fin",
            "label_en": "Fine",
            "placed_in": "cars.seller_notes",
            **wrong,
        }
        problems = await api.refused(admin, "POST", "/items/own_fields", 422, json=values)
        assert {p["field"] for p in problems} == {field}, wrong
    made = await declared(api, "OWN_Fine", label_nb="<b>=1+1</b>", pattern="(a+)+$", search=True)
    assert made["code"] == "fine"
    for fixed in ({"kind": "integer"}, {"code": "other"}, {"collection": "work_items"}, {"search": False}):
        problems = await api.refused(admin, "PATCH", f"/items/own_fields/{made['id']}", 422, json=fixed)
        assert next(iter(fixed)) in {p["field"] for p in problems}
    await api.refused(admin, "POST", "/items/own_fields", 409, json={**values, **FINE})
    await api.refused(admin, "DELETE", f"/items/own_fields/{made['id']}", 403)
    seller = await api.dealer.person("used_car_sales", "495")
    # What a backtracking engine would not come back from.
    await api.refused(seller, "POST", "/items/cars", 422, json={**CAR, "own_fine": "a" * 150 + "!"})
    await api.refused(seller, "POST", "/items/own_fields", 403, json={**values, **FINE})
    await api.refused(seller, "GET", "/items/own_fields", 403)


FINE = {"code": "fine", "label_nb": "Fin", "label_en": "Fine", "max_length": None}


async def test_who_reads_and_writes_follows_the_group_or_the_roles_chosen(api: Any, seller: Actor) -> None:
    await declared(api, "secret_cost", "decimal", placed_in="cars.cost")
    await declared(api, "for_parts", placed_in="cars.own", readers=["used_car_sales"], writers=["parts"])
    await declared(api, "for_finance", placed_in="cars.own", readers=["finance"])
    made = await api.ok(seller, "POST", "/items/cars", json=CAR)
    path = f"/items/cars/{made['id']}"
    admin = await api.dealer.person("tenant_admin", "")
    told = await api.ok(
        admin, "PATCH", path, json={"own_secret_cost": "9.50", "own_for_parts": "p", "own_for_finance": "f"}
    )
    assert (told["own_secret_cost"], told["own_for_finance"]) == ("9.50", "f")
    mine = await api.ok(seller, "GET", path)
    assert mine["own_for_parts"] == "p"
    assert "own_for_finance" not in mine
    for field in ("own_for_finance", "own_for_parts"):
        (problem,) = await api.refused(seller, "PATCH", path, 403, json={field: "x"})
        assert problem["field"] == field
    for question in ("fields=own_for_finance", "filter[own_for_finance][_eq]=f", "sort=own_for_finance"):
        (problem,) = await api.refused(seller, "GET", f"/items/cars?{question}", 403)
        assert problem["field"] == "own_for_finance"
    parts = await api.dealer.person("parts", "495")
    assert (await api.ok(parts, "PATCH", path, json={"own_for_parts": "q"}))["own_for_parts"] == "q"
    changes = [
        e["changes"] for e in await api.dealer.application.platform.reading.history(seller, "cars", UUID(made["id"]))
    ]
    assert any(change.get("own_for_parts") == ["p", "q"] for change in changes)
    assert not any("own_for_finance" in change for change in changes)
    shown = {f["field"]: f for f in await api.ok(seller, "GET", "/fields/cars")}
    assert shown["own_for_parts"]["meta"]["readonly"]
    assert "own_for_finance" not in shown
    assert shown["own_for_parts"]["meta"]["translations"][0]["translation"].startswith("for_parts")


async def test_a_role_of_the_company_s_own_is_chosen_to_read_or_write_a_field(api: Any, seller: Actor) -> None:
    given = [*pieces("parts", "cars", verbs=()), *pieces("parts", "comments")]
    reads, writes = [await own_role(api.dealer, code, "parts", given) for code in ("leser", "skriver")]
    narrow = await own_role(api.dealer, "ser_bare", "parts", pieces("parts", "cars", write=(), verbs=()))
    for code, more in (
        ("seen", {"custom_reader": str(reads)}),
        ("kept", {"custom_writer": str(writes)}),
        ("never", {"custom_writer": str(narrow)}),
    ):
        await declared(api, code, placed_in="cars.own", **more)
    admin = await api.dealer.person("tenant_admin", "")
    car = (await api.ok(seller, "POST", "/items/cars", json=CAR))["id"]
    path = f"/items/cars/{car}"
    await api.ok(admin, "PATCH", path, json={"own_seen": "a", "own_kept": "b", "own_never": "c"})
    reader, writer, narrowed = [
        await holder(api.dealer, role, site="495", name=name)
        for role, name in ((reads, "Lese"), (writes, "Skrive"), (narrow, "Se"))
    ]
    for person, told in (
        (reader, {"own_seen": "a"}),
        (writer, {"own_kept": "b"}),
        (narrowed, {"own_never": "c"}),
        (await api.dealer.person("parts", "495"), {}),
        (seller, {}),
    ):
        row = await api.ok(person, "GET", path)
        assert {name: value for name, value in row.items() if name.startswith("own_")} == told, person.name
    assert (await api.ok(writer, "PATCH", path, json={"own_kept": "d"}))["own_kept"] == "d"
    for person, name in ((reader, "own_seen"), (reader, "own_kept"), (narrowed, "own_never"), (writer, "own_seen")):
        (problem,) = await api.refused(person, "PATCH", path, 403, json={name: "x"})
        assert problem["field"] == name
    # The product's roles are chosen by name; a group of the product's decides for itself.
    product = await api.dealer.create(system_actor(api.dealer.tenant, "importer"), "roles", code="mechanic", **NAMES)
    for wrong, field in (
        ({"placed_in": "cars.own", "custom_reader": str(product)}, "custom_reader"),
        ({"placed_in": "cars.seller_notes", "custom_reader": str(reads)}, "custom_reader"),
    ):
        values = {"collection": "cars", "code": "no", "kind": "string", "label_nb": "Nei", "label_en": "No", **wrong}
        (problem,) = await api.refused(admin, "POST", "/items/own_fields", 422, json=values)
        assert problem["field"] == field


NAMES = {"name_nb": "Mekaniker", "name_en": "Mechanic"}


async def test_the_description_tells_each_reader_of_their_company_s_fields(api: Any, seller: Actor) -> None:
    other = await settle(api.dealer.application)
    await declared(api, "colour", max_length=10)
    await declared(api, "level", "choice", choices="low: Lav | Low")
    await declared(api, "for_finance", placed_in="cars.own", readers=["finance"])
    finance, admin = await api.dealer.person("finance", "495"), await api.dealer.person("tenant_admin", "")
    mine = {"own_colour", "own_level"}
    for who, told in (
        (seller, mine),
        (finance, mine | {"own_for_finance"}),
        (admin, mine | {"own_for_finance"}),
        (await other.person("tenant_admin", ""), set()),
        (None, set()),
    ):
        document = (await api.call(who, "GET", "/openapi.json")).json()
        schema = document["components"]["schemas"]["cars"]["properties"]
        assert {name for name in schema if name.startswith("own_")} == told, who and who.name
        if "own_level" in told:
            assert schema["own_level"]["enum"] == ["low", None]
            assert "own_colour" in str(document["components"]["schemas"]["cars_filter"])
    answer = await api.client.get("/openapi.json", headers={"Authorization": "Bearer nothing"})
    assert answer.status_code == 401


async def test_a_field_that_becomes_required_leaves_the_cars_that_are_there_alone(api: Any, seller: Actor) -> None:
    cars = [
        (await api.ok(seller, "POST", "/items/cars", json={**CAR, "license_plate": f"EL 2{n:04}"}))["id"]
        for n in range(40)
    ]
    await declared(api, "must", required=True)
    for car in cars:
        await api.ok(seller, "PATCH", f"/items/cars/{car}", json={"color": "Rød"})
    (problem,) = await api.refused(seller, "POST", "/items/cars", 422, json=CAR)
    assert problem["field"] == "own_must"
    path = f"/items/cars/{cars[0]}"
    await api.ok(seller, "PATCH", path, json={"own_must": "yes"})
    (problem,) = await api.refused(seller, "PATCH", path, 422, json={"own_must": ""})
    assert problem["field"] == "own_must"
    assert (await api.ok(seller, "POST", "/items/cars", json={**CAR, "own_must": "yes"}))["own_must"] == "yes"


async def test_two_companies_have_fields_of_the_same_code(api: Any, seller: Actor) -> None:
    other = await settle(api.dealer.application)
    await declared(api, "shared", "integer")
    theirs = Api(api.client, api.app, other, api.known)
    await declared(theirs, "shared", "string")
    stranger = await other.person("used_car_sales", "495")
    mine = await api.ok(seller, "POST", "/items/cars", json={**CAR, "own_shared": 7})
    made = await api.ok(stranger, "POST", "/items/cars", json={**CAR, "own_shared": "seven"})
    assert (mine["own_shared"], made["own_shared"]) == (7, "seven")
    await api.refused(seller, "PATCH", f"/items/cars/{mine['id']}", 422, json={"own_shared": "seven"})
    only = "/items/cars?fields=own_shared&filter[own_shared][_eq]="
    assert await api.ok(seller, "GET", f"{only}7") == [{"own_shared": 7}]
    assert await api.ok(stranger, "GET", f"{only}seven") == [{"own_shared": "seven"}]


async def test_a_deleted_field_is_gone_comes_back_and_is_purged_after_thirty_days(
    api: Any, seller: Actor, time: Any
) -> None:
    made = await declared(api, "passing", search=True, personal=True)
    await declared(api, "staying")
    car = await api.ok(seller, "POST", "/items/cars", json={**CAR, "own_passing": "zebra42", "own_staying": "here"})
    path, field = f"/items/cars/{car['id']}", f"/items/own_fields/{made['id']}"
    admin = await api.dealer.person("tenant_admin", "")
    (problem,) = await api.refused(admin, "POST", f"{field}/remove", 422, json={"code": "staying"})
    assert problem["field"] == "code"
    await api.ok(admin, "POST", f"{field}/remove", json={"code": "passing"})
    assert "own_passing" not in await api.ok(seller, "GET", path)
    await api.refused(seller, "GET", "/items/cars?filter[own_passing][_eq]=zebra42", 403)
    await api.refused(seller, "PATCH", path, 403, json={"own_passing": "x"})
    assert await api.ok(seller, "GET", "/items/cars?search=zebra42&fields=id") == []
    await api.refused(admin, "PATCH", field, 409, json={"label_en": "Other"})
    await api.ok(seller, "PATCH", path, json={"own_staying": "still"})
    await api.ok(admin, "POST", f"{field}/restore", json={})
    back = await api.ok(seller, "GET", path)
    assert (back["own_passing"], back["own_staying"]) == ("zebra42", "still")
    await api.ok(admin, "POST", f"{field}/remove", json={"code": "passing"})
    (schedule,) = SCHEDULES
    await schedule.job.run(a_job(api, schedule.name))
    assert (await api.ok(admin, "GET", field))["deleted_at"]
    time.ahead = timedelta(days=31)
    try:
        await schedule.job.run(a_job(api, schedule.name))
    finally:
        time.ahead = timedelta()
    await api.refused(admin, "GET", field, 404)
    database = api.dealer.application.platform.database
    async with database.unit(system_actor(api.dealer.tenant, "pipeline"), readonly=True) as unit:
        assert await unit.value("SELECT own FROM cars WHERE id = $1", UUID(car["id"])) == {"own_staying": "still"}
        assert not await unit.value("SELECT count(*) FROM audit WHERE changes::text LIKE '%zebra42%'")
    await declared(api, "passing", "integer")
    assert (await api.ok(seller, "PATCH", path, json={"own_passing": 5}))["own_passing"] == 5


async def test_fifty_fields_are_declared_read_and_no_more_than_a_hundred(api: Any, seller: Actor) -> None:
    for n in range(50):
        await declared(api, f"f{n}", required=False)
    values = {f"own_f{n}": f"value {n}" for n in range(50)}
    made = await api.ok(seller, "POST", "/items/cars", json={**CAR, **values})
    assert values.items() <= made.items()
    listed = await api.ok(seller, "GET", f"/items/cars?filter[id][_eq]={made['id']}")
    assert values.items() <= listed[0].items()
    for n in range(50, 100):
        await declared(api, f"f{n}")
    with pytest.raises(AssertionError, match="100"):
        await declared(api, "one_more")


async def test_an_erased_customer_leaves_nothing_in_a_personal_own_field(api: Any, seller: Actor) -> None:
    await declared(api, "spouse", personal=True)
    await declared(api, "gone_too", personal=True)
    values = {"customer_name": "Kari Ektefelle", "customer_phone": "+47 99 88 77 66"}
    car = await api.ok(
        seller, "POST", "/items/cars", json={**CAR, **values, "own_spouse": "Ola Gift", "own_gone_too": "Per Borte"}
    )
    admin = await api.dealer.person("tenant_admin", "")
    rows = await api.ok(admin, "GET", "/items/own_fields?filter[code][_eq]=gone_too&fields=id")
    await api.ok(admin, "POST", f"/items/own_fields/{rows[0]['id']}/remove", json={"code": "gone_too"})
    asked = {"phone": "+47 99 88 77 66"}
    found = await api.dealer.do(admin, "personal_requests", "export_person", **asked)
    assert "Ola Gift" in str(found.json)
    await api.dealer.do(admin, "personal_requests", "erase_person", **asked, dry=False, reason="Asked in writing")
    assert (await api.ok(seller, "GET", f"/items/cars/{car['id']}"))["own_spouse"] is None
    async with api.dealer.application.platform.database.unit(system_actor(api.dealer.tenant, "pipeline")) as unit:
        told = await unit.value("SELECT string_agg(changes::text, '') FROM audit WHERE record = $1", UUID(car["id"]))
        assert await unit.value("SELECT own FROM cars WHERE id = $1", UUID(car["id"])) is None
    assert "Ola Gift" not in told
    assert "Per Borte" not in told
