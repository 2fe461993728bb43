from dataclasses import replace
from typing import Any

import asyncpg
import orjson
import pytest

from directapp.kernel.actor import Actor
from directapp.kernel.ids import uuid7
from directapp.services import reading
from directapp.store import database
from support.dealer import settle
from support.plan import lay_plan

CAR = {"car_type": "used", "make": "Audi", "model": "Q4", "license_plate": "EL 12345"}


@pytest.fixture
async def seller(api: Any) -> Actor:
    actor: Actor = await api.dealer.person("used_car_sales", "495")
    return actor


async def test_a_car_is_created_read_changed_and_listed(api: Any, seller: Actor) -> None:
    made = await api.ok(seller, "POST", "/items/cars", json=CAR)
    assert made["license_plate"] == "EL12345"
    assert made["version"] == 1
    read = await api.ok(seller, "GET", f"/items/cars/{made['id']}?fields=model,dealership.name")
    assert read == {"model": "Q4", "dealership": {"name": "Audi"}}
    changed = await api.ok(seller, "PATCH", f"/items/cars/{made['id']}", json={"model": "Q6", "version": 1})
    assert (changed["model"], changed["version"]) == ("Q6", 2)
    listed = await api.ok(seller, "GET", '/items/cars?filter={"model":{"_eq":"Q6"}}&fields=id')
    assert listed == [{"id": made["id"]}]


async def test_a_stale_version_is_refused_by_body_and_by_header(api: Any, seller: Actor) -> None:
    made = await api.ok(seller, "POST", "/items/cars", json=CAR)
    path = f"/items/cars/{made['id']}"
    await api.ok(seller, "PATCH", path, json={"model": "Q6"}, headers={"If-Match": '"1"'})
    for more in ({"json": {"model": "Q8", "version": 1}}, {"json": {"model": "Q8"}, "headers": {"If-Match": '"1"'}}):
        (problem,) = await api.refused(seller, "PATCH", path, 409, **more)
        assert problem["code"] == "STALE"


async def test_a_patch_that_says_what_it_saw_is_merged_or_told_both_values(api: Any, seller: Actor) -> None:
    made = await api.ok(seller, "POST", "/items/cars", json=CAR)
    path = f"/items/cars/{made['id']}"
    await api.ok(seller, "PATCH", path, json={"model": "Q6", "version": 1})
    merged = {"color": "Rød", "version": 1, "base": {"color": None}}
    assert (await api.ok(seller, "PATCH", path, json=merged))["color"] == "Rød"
    late = {"model": "Q8", "color": "Blå", "version": 2, "base": {"model": "Q6", "color": None}}
    (problem,) = await api.refused(seller, "PATCH", path, 409, json=late)
    assert (problem["code"], problem["field"], problem["stored"]) == ("STALE", "color", "Rød")
    (problem,) = await api.refused(seller, "PATCH", path, 400, json={"model": "Q8", "base": ["Q6"]})
    assert problem["field"] == "base"


async def test_the_same_key_does_it_once(api: Any, seller: Actor) -> None:
    headers = {"Idempotency-Key": "once"}
    first = await api.call(seller, "POST", "/items/cars", json=CAR, headers=headers)
    again = await api.call(seller, "POST", "/items/cars", json=CAR, headers=headers)
    assert again.json() == first.json()
    assert again.headers["Idempotency-Replayed"] == "true"


async def test_a_dry_run_tells_the_changes_and_leaves_nothing(api: Any, seller: Actor) -> None:
    response = await api.call(seller, "POST", "/items/cars?dry_run=true", json=CAR)
    body = response.json()
    assert body["meta"]["changes"]["model"] == [None, "Q4"]
    assert set(body["meta"]["changes"]) <= set(body["data"])
    await api.refused(seller, "GET", f"/items/cars/{body['data']['id']}", 404)


async def test_every_problem_is_told_at_once_in_the_language_asked_for(api: Any, seller: Actor) -> None:
    wrong = {"license_plate": "AB 123456", "vin": "x", "make": "Audi"}
    response = await api.call(seller, "POST", "/items/cars", json=wrong)
    assert response.status_code == 422
    assert {e["extensions"]["field"] for e in response.json()["errors"]} == {"license_plate", "vin"}
    assert response.headers["X-Request-Id"]


async def test_many_are_created_changed_and_deleted_all_or_none(api: Any) -> None:
    admin = await api.dealer.person("tenant_admin")
    rows = [{"car_type": "new", "make": "Audi", "model": f"A{n}", "status": "draft"} for n in range(3)]
    made = await api.ok(admin, "POST", "/items/cars", json=rows)
    keys = [row["id"] for row in made]
    same = await api.ok(admin, "PATCH", "/items/cars", json={"keys": keys, "data": {"color": "rød"}})
    assert {row["color"] for row in same} == {"rød"}
    each = [{"id": key, "color": str(n)} for n, key in enumerate(keys)]
    assert [r["color"] for r in await api.ok(admin, "PATCH", "/items/cars", json=each)] == ["0", "1", "2"]
    wrong = [{"id": keys[0], "color": "blå"}, {"id": keys[1], "vin": "x"}]
    (problem,) = await api.refused(admin, "PATCH", "/items/cars", 422, json=wrong)
    assert (problem["field"], problem["index"]) == ("vin", 1)
    assert (await api.ok(admin, "GET", f"/items/cars/{keys[0]}"))["color"] == "0"
    response = await api.call(admin, "DELETE", "/items/cars", json={"keys": keys})
    assert (response.status_code, response.content) == (204, b"")


async def test_what_is_not_in_the_list_of_forms_is_refused_by_name(api: Any) -> None:
    admin = await api.dealer.person("tenant_admin")
    for method, body, field in (
        ("PATCH", {"query": {"filter": {}}, "data": {}}, "query"),
        ("DELETE", {"query": {}}, "query"),
        ("PATCH", {"keys": ["x"], "data": {}}, "keys"),
        ("PATCH", [{"color": "x"}], "id"),
        ("POST", "text", "data"),
    ):
        (problem,) = await api.refused(admin, method, "/items/cars", 400, json=body)
        assert (problem["code"], problem["field"]) == ("INVALID_PAYLOAD", field)
    response = await api.call(admin, "POST", "/items/cars", content=b'{"make": ')
    assert response.json()["errors"][0]["extensions"]["code"] == "INVALID_PAYLOAD"


async def test_bodies_have_limits(api: Any) -> None:
    admin = await api.dealer.person("tenant_admin")
    large = orjson.dumps({"make": "x" * 1_100_000})
    (problem,) = await api.refused(admin, "POST", "/items/cars", 413, content=large)
    assert problem["code"] == "CONTENT_TOO_LARGE"
    for deep, status in ((b"[" * 5000, 400), (b'{"make":' * 900 + b"1" + b"}" * 900, 422)):
        response = await api.call(admin, "POST", "/items/cars", content=deep)
        assert response.status_code == status


async def test_paging_by_cursor_meets_every_row_once(api: Any) -> None:
    admin = await api.dealer.person("tenant_admin")
    rows = [{"car_type": "new", "make": "Audi", "model": f"A{n % 3}", "status": "draft"} for n in range(10)]
    await api.ok(admin, "POST", "/items/cars", json=rows)
    for sort in ("model", "-model", "-created_at", "", "make,-model", "-color,model"):
        met, cursor = [], ""
        while cursor is not None:
            query = {"limit": "3", "sort": sort, "fields": "color", "cursor": cursor}
            response = await api.call(admin, "GET", "/items/cars", params=query)
            body = response.json()
            assert response.status_code == 200, (query, body)
            assert all(set(row) == {"color"} for row in body["data"])
            cursor = body["meta"]["next_cursor"]
            met += body["data"]
        assert len(met) == 10, sort


async def test_counts_search_and_figures(api: Any) -> None:
    admin = await api.dealer.person("tenant_admin")
    rows = [{"car_type": "new", "make": "Audi", "model": f"A{n % 2}", "status": "draft"} for n in range(5)]
    await api.ok(admin, "POST", "/items/cars", json=rows)
    body = (await api.call(admin, "GET", "/items/cars?limit=1&meta=*&filter[model][_eq]=A0")).json()
    assert body["meta"] == {"total_count": 5, "filter_count": 3}
    grouped = await api.ok(admin, "GET", "/items/cars?aggregate[count]=*&groupBy=model")
    assert grouped == [{"model": "A0", "count": 3}, {"model": "A1", "count": 2}]
    found = await api.ok(admin, "SEARCH", "/items/cars", json={"query": {"search": "audi a1", "fields": ["model"]}})
    assert found == [{"model": "A1"}, {"model": "A1"}]


@pytest.mark.parametrize(
    "query",
    [
        "deep={}",
        "alias={}",
        "version=main",
        "export=csv",
        "backlink=false",
        "fields=year(created_at)",
        "sort=dealership.name",
        "limit=-1",
        "limit=10001",
        "limit=x",
        "page=0",
        "page=2&offset=3",
        "offset=10001",
        "page=102&limit=100",
        "page=3&limit=10000",
        "cursor=zzz",
        "meta=rows",
        "groupBy=model",
        "aggregate[median]=sale_price",
        "aggregate[sum]=model",
        "search[x]=a",
        'filter={"files":{"_some":{}}}',
        'filter={"model":{"_regex":"x"}}',
        'filter={"model":"x"}',
        'filter={"eta":{"_gt":"someday"}}',
        'filter={"created_at":{"_gt":"$NOW(1 fortnight)"}}',
        'filter={"seller":{"_eq":"$CURRENT_ROLE"}}',
        "filter=[",
        "filter[model]=x&filter[model][_eq]=x",
    ],
)
async def test_what_the_dialect_does_not_have_answers_400_by_name(api: Any, query: str) -> None:
    admin = await api.dealer.person("tenant_admin")
    (problem,) = await api.refused(admin, "GET", f"/items/cars?{query}", 400 if "files" not in query else 403)
    assert problem["field"]


async def test_a_field_that_is_never_readable_is_refused_by_name(api: Any) -> None:
    mechanic = await api.dealer.person("mechanic")
    for query, field in (
        ("fields=purchase_price", "purchase_price"),
        ("sort=purchase_price", "purchase_price"),
        ("filter[purchase_price][_gt]=1", "purchase_price"),
        ("fields=no_such", "no_such"),
    ):
        (problem,) = await api.refused(mechanic, "GET", f"/items/cars?{query}", 403)
        assert problem["field"] == field


async def test_a_cursor_on_a_masked_field_is_refused(api: Any) -> None:
    seller = await api.dealer.person("new_car_sales", "495")
    (problem,) = await api.refused(seller, "GET", "/items/cars?sort=customer_name&cursor=", 400)
    assert problem["field"] == "customer_name"


async def test_the_own_user_and_variables_of_the_actor(api: Any, seller: Actor) -> None:
    me = await api.ok(seller, "GET", "/users/me?fields=id,dealership.name,roles")
    assert me == {"id": str(seller.user), "dealership": {"name": "Audi"}, "roles": ["used_car_sales"]}
    named = await api.ok(seller, "PATCH", "/users/me", json={"language": "en"})
    assert named["language"] == "en"
    await api.ok(seller, "POST", "/items/cars", json=CAR)
    mine = {"seller": {"_eq": "$CURRENT_USER"}, "dealership": {"_eq": "$CURRENT_USER.dealership"}}
    recent = orjson.dumps({"_and": [mine, {"created_at": {"_gt": "$NOW(-7 days)"}}]}).decode()
    assert len(await api.ok(seller, "GET", "/items/cars", params={"filter": recent})) == 1
    await api.refused(seller, "PATCH", "/users/me", 403, json={"email": "a@b.no"})


async def test_a_question_about_oneself_is_not_remembered_for_another(api: Any) -> None:
    for site in ("495", "324"):
        seller = await api.dealer.person("used_car_sales", site)
        question = r'/users?filter={"id":{"_eq":"\u0024CURRENT_USER"}}&fields=id'
        assert await api.ok(seller, "GET", question) == [{"id": str(seller.user)}]


async def test_a_verb_is_done_by_its_name_and_undone(api: Any) -> None:
    seller = await api.dealer.person("used_car_sales", "495")
    made = await api.ok(seller, "POST", "/items/cars", json=CAR)
    path = f"/items/cars/{made['id']}"
    archived = await api.ok(
        seller, "POST", f"{path}/archive", json={"reason": "sold_to_trade"}, headers={"X-Reason": "Solgt videre"}
    )
    assert archived["status"] == "archived"
    for verb in ("create", "update", "delete", "fly"):
        (problem,) = await api.refused(seller, "POST", f"{path}/{verb}", 404, json={})
        assert problem["code"] == "NOT_FOUND"
    (problem,) = await api.refused(seller, "POST", "/items/cars/archive", 404, json={})


async def test_the_history_of_a_record_needs_its_name(api: Any, seller: Actor) -> None:
    made = await api.ok(seller, "POST", "/items/cars", json=CAR)
    await api.ok(
        seller, "PATCH", f"/items/cars/{made['id']}", json={"model": "Q6"}, headers={"X-Reason": "Tastefeil æ".encode()}
    )
    which = orjson.dumps({"collection": {"_eq": "cars"}, "item": {"_eq": made["id"]}}).decode()
    newest, oldest = await api.ok(seller, "GET", "/revisions", params={"filter": which})
    assert newest["delta"] == {"model": "Q6"}
    assert newest["reason"] == "Tastefeil æ"
    assert oldest["action"] == "create"
    await api.refused(seller, "GET", "/revisions", 400)
    other = await api.dealer.person("new_car_sales", "324")
    assert await api.ok(other, "GET", "/revisions", params={"filter": which}) == []


async def test_the_catalogue_calls_statuses_as_the_company_does(api: Any) -> None:
    admin, mechanic = await api.dealer.person("tenant_admin"), await api.dealer.person("mechanic")
    names = {"cars": {"labels": {"planned": {"nb": "Satt opp", "en": "Set up"}}, "hues": {}}}
    await api.dealer.do(admin, "tenants", "update", api.dealer.tenant, status_names=names)
    for path in ("/fields/cars/status", "/fields/cars", "/fields"):
        told = await api.ok(mechanic, "GET", path)
        found = [told] if isinstance(told, dict) else told
        (status,) = [f for f in found if (f["collection"], f["field"]) == ("cars", "status")]
        (planned,) = [c for c in status["meta"]["options"]["choices"] if c["value"] == "planned"]
        assert {t["language"]: t["translation"] for t in planned["translations"]} == {"nb": "Satt opp", "en": "Set up"}


async def test_refusals_call_statuses_as_the_company_does(api: Any, seller: Actor) -> None:
    admin, made = await api.dealer.person("tenant_admin"), await api.ok(seller, "POST", "/items/cars", json=CAR)
    path = f"/items/cars/{made['id']}"
    for called in ({"nb": "Satt opp hos oss", "en": "Set up here"}, {"nb": "Lagt i plan", "en": "Laid out"}, {}):
        names = {"cars": {"labels": {"planned": called} if called else {}, "hues": {}}}
        await api.dealer.do(admin, "tenants", "update", api.dealer.tenant, status_names=names)
        for language, usual in (("nb", "Planlagt"), ("en", "Planned")):
            asks = replace(seller, language=language)
            response = await api.call(asks, "PATCH", path, json={"status": "planned"})
            assert response.status_code == 409
            assert called.get(language, usual) in response.json()["errors"][0]["message"]
    other = await settle(api.dealer.application)
    await api.dealer.do(
        admin, "tenants", "update", api.dealer.tenant, status_names={"cars": {"labels": {"planned": {"nb": "Vår"}}}}
    )
    theirs = await other.create(await other.person("used_car_sales", "495"), "cars", **CAR)
    answer = await api.call(
        await other.person("used_car_sales", "495"), "PATCH", f"/items/cars/{theirs}", json={"status": "planned"}
    )
    assert "Vår" not in answer.text


async def test_the_catalogue_shows_what_the_caller_may_see(api: Any) -> None:
    mechanic = await api.dealer.person("mechanic")
    names = [c["collection"] for c in await api.ok(mechanic, "GET", "/collections")]
    assert "cars" in names
    assert "sessions" not in names
    fields = {f["field"]: f for f in await api.ok(mechanic, "GET", "/fields/cars")}
    assert "purchase_price" not in fields
    assert fields["technical_notes"]["meta"]["readonly"] is False
    assert (await api.ok(mechanic, "GET", "/fields/cars/make"))["type"] == "string"
    await api.refused(mechanic, "GET", "/fields/cars/purchase_price", 403)
    await api.refused(mechanic, "GET", f"/items/cars/{uuid7()}", 404)
    await api.refused(mechanic, "GET", "/items/nothing", 403)


async def test_stars_reach_what_fields_point_to(api: Any, seller: Actor) -> None:
    await api.ok(seller, "POST", "/items/cars", json=CAR)
    (car,) = await api.ok(seller, "GET", "/items/cars?fields=*.*")
    assert car["dealership"]["name"] == "Audi"
    assert car["seller"]["last_name"] == "På 495"
    (car,) = await api.ok(seller, "GET", "/items/cars?fields=id,seller.*.*")
    assert car["seller"]["dealership"]["name"] == "Audi"
    (problem,) = await api.refused(seller, "GET", "/items/cars?fields=*.*.*.*", 400)
    assert problem["field"] == "*.*.*.*"


async def test_lists_of_words_are_asked_for_by_element(api: Any) -> None:
    admin = await api.dealer.person("tenant_admin")
    await api.dealer.person("sales_manager", "495")
    found = await api.ok(admin, "GET", "/users?filter[roles][_contains]=manager&fields=roles")
    assert found == []
    found = await api.ok(admin, "GET", "/users?filter[roles][_contains]=sales_manager&fields=roles")
    assert found == [{"roles": ["sales_manager"]}]
    found = await api.ok(admin, "GET", "/users?filter[roles][_ncontains]=sales_manager&fields=roles")
    assert found == [{"roles": ["tenant_admin"]}]
    assert await api.ok(admin, "GET", "/users?filter[roles][_empty]=true") == []
    assert len(await api.ok(admin, "GET", "/users?filter[roles][_nempty]=true")) == 2


DEEP = {"seller": {"dealership": {"created_by": {"dealership": {"name": {"_eq": "x"}}}}}}


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"fields": "*.*.*"}, "fields"),
        ({"fields": ["*.*.*", "dealership.*.*"]}, "fields"),
        ({"fields": "*", "limit": 10_000}, "limit"),
        ({"fields": "*.*", "limit": 2_000}, "limit"),
        ({"fields": "id", "filter": {"model": {"_in": [f"Q{n}" for n in range(10_000)]}}}, "filter"),
        ({"fields": "id", "filter": {"_or": [{"model": {"_nin": ["a", "b"] * 30}}] * 40}}, "filter"),
        ({"fields": "id", "filter": {"_or": [DEEP] * 190}}, "fields"),
    ],
)
async def test_what_would_cost_too_much_is_refused_by_name(api: Any, asked: dict[str, Any], field: str) -> None:
    finance = await api.dealer.person("manager+finance", "495")
    (problem,) = await api.refused(finance, "SEARCH", "/items/cars", 400, json={"query": asked})
    assert problem == {"code": "INVALID_QUERY", "field": field}


@pytest.mark.parametrize(
    "asked",
    [
        {"fields": "*"},
        {"fields": "*.*"},
        {"fields": "*", "limit": 1000},
        {"fields": "id", "limit": 10_000},
        {"fields": "id", "filter": {"model": {"_in": [f"Q{n}" for n in range(1_500)]}}},
        {"fields": ["*", "seller.*", "dealership.*"], "limit": 500},
    ],
)
async def test_what_a_program_asks_for_every_day_is_answered(api: Any, asked: dict[str, Any]) -> None:
    admin = await api.dealer.person("tenant_admin", "490")
    await api.ok(admin, "SEARCH", "/items/cars", json={"query": asked})


async def test_a_list_of_every_field_is_answered_whatever_roles_its_reader_holds(api: Any) -> None:
    reader = await api.dealer.person("used_car_sales+reception+mechanic+finance", "495")
    await api.ok(reader, "GET", "/items/cars")


async def test_what_leaves_bookings_without_room_is_done_with_a_yes(api: Any) -> None:
    plan = await lay_plan(api.dealer)
    booking = (await plan.book(await plan.car(), "mechanic", "08:00", "10:00")).record
    planner, path = await plan.planner(), f"/items/resources/{plan.resources['mechanic']}"
    problems = await api.refused(planner, "PATCH", path, 409, json={"available": False})
    assert {p["code"] for p in problems} == {"UNCONFIRMED"}
    assert [p["booking"] for p in problems if "booking" in p] == [str(booking)]
    assert (await api.ok(planner, "PATCH", f"{path}?confirm=true", json={"available": False}))["available"] is False
    await api.refused(planner, "PATCH", f"{path}?confirm=perhaps", 400, json={"available": True})


async def test_counts_stop_and_very_many_rows_are_not_sorted_by_what_no_index_gives(
    api: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    admin = await api.dealer.person("tenant_admin")
    rows = [{"car_type": "new", "make": "Audi", "model": f"A{n}", "status": "draft"} for n in range(5)]
    await api.ok(admin, "POST", "/items/cars", json=rows)
    owner = await asyncpg.connect(api.dealer.application.owner_dsn)
    await owner.execute("ANALYZE cars")
    await owner.close()
    monkeypatch.setattr(database, "SIZED_SECONDS", -1.0)
    monkeypatch.setattr(reading, "MOST_REPORTED", 4)
    monkeypatch.setattr(reading, "MOST_SORTED", 4)
    body = (await api.call(admin, "GET", "/items/cars?limit=1&meta=filter_count")).json()
    assert body["meta"] == {"filter_count": 4, "at_least": ["filter_count"]}
    body = (await api.call(admin, "GET", "/items/cars?limit=1&meta=*&filter[model][_eq]=A1")).json()
    assert body["meta"] == {"total_count": 4, "filter_count": 1, "at_least": ["total_count"]}
    (problem,) = await api.refused(admin, "GET", "/items/cars?sort=model", 400)
    assert problem["field"] == "sort"
    (problem,) = await api.refused(admin, "GET", "/items/cars?sort=-sale_price&filter[make][_eq]=Audi", 400)
    assert problem["field"] == "sort"
    few = await api.ok(admin, "GET", "/items/cars?sort=-model&fields=model&filter[model][_gte]=A2")
    assert [row["model"] for row in few] == ["A4", "A3", "A2"]
    assert len(await api.ok(admin, "GET", "/items/cars?sort=-delivery_date")) == 5, "an index gives this order"
    assert len(await api.ok(admin, "GET", "/items/cars?sort=model&search=A4")) == 1, "few are meant"
