"""The protocol by its official client: who is let in, which tools, reading by rights, and writes in two steps."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import orjson
import pytest

from directapp.app.spec import load_spec
from directapp.interfaces.mcp.catalogue import DOMAIN_TOOLS
from directapp.interfaces.mcp.tools import MOST_TOOLS, acts_of
from directapp.kernel.actor import Actor
from directapp.services.intent import Intent
from interfaces.mcp.conftest import Connect, own_key
from support.dealer import Dealer, Time

CAR = {"make": "Audi", "model": "Q4", "car_type": "new"}


async def a_car(dealer: Dealer, site: str = "490", **more: Any) -> str:
    return str(await dealer.create(await dealer.person("new_car_sales", site), "cars", **CAR, **more))


async def row(dealer: Dealer, car: str) -> dict[str, Any]:
    return await dealer.read(await dealer.person("tenant_admin", ""), "cars", UUID(car))


# -- who is let in ----------------------------------------------------------------------------------


async def test_nobody_is_answered_without_a_key_and_is_told_where_to_get_one(address: str, dealer: Dealer) -> None:
    call = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
    accept = {"Accept": "application/json, text/event-stream"}
    async with httpx.AsyncClient(base_url=address, headers=accept) as client:
        for headers in ({}, {"Authorization": "Bearer key_tull"}, {"Cookie": "directapp_session=tull"}):
            answer = await client.post("/mcp", json=call, headers=headers)
            assert answer.status_code == 401
            assert answer.json()["error"] == "invalid_token"
            assert "oauth-protected-resource/mcp" in answer.headers["www-authenticate"]
        metadata = (await client.get("/.well-known/oauth-protected-resource/mcp")).json()
        assert metadata["resource"].endswith("/mcp")
        assert (await client.get("/mcp")).status_code == 405
        person = await dealer.person("manager")
        key = await own_key(dealer, person)
        elsewhere = {"Authorization": f"Bearer {key}", "Origin": "https://ond.example"}
        assert (await client.post("/mcp", json=call, headers=elsewhere)).status_code == 403


async def test_who_is_shut_out_is_shut_out_here_too(connect: Connect, dealer: Dealer, address: str) -> None:
    async with connect("mechanic") as assistant:
        await assistant.tools()
        await dealer.do(await dealer.person("tenant_admin", ""), "users", "deactivate", assistant.actor.user)
        headers = {"Authorization": f"Bearer {assistant.key}", "Accept": "application/json, text/event-stream"}
        call = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
        async with httpx.AsyncClient(base_url=address, headers=headers) as client:
            assert (await client.post("/mcp", json=call)).status_code == 401


# -- tools ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", ["auto", "legacy"])
async def test_old_and_new_clients_are_served(connect: Connect, dealer: Dealer, mode: str) -> None:
    car = await a_car(dealer)
    async with connect("manager", mode=mode) as assistant:
        assert {"catalogue", "list", "get", "history", "explain", "preview", "commit"} <= set(await assistant.tools())
        assert (await assistant.ok("get", collection="cars", id=car))["record"]["id"] == car


@pytest.mark.parametrize("role", ["mechanic", "new_car_sales", "manager", "tenant_admin"])
async def test_a_person_has_the_tools_of_their_rights_and_sixty_at_most(connect: Connect, role: str) -> None:
    async with connect(role) as assistant:
        tools = await assistant.tools()
        assert len(tools) <= MOST_TOOLS
        allowed = {f"{meta.name}_{act}" for meta in load_spec().exposed for act in acts_of(meta, assistant.actor)}
        allowed |= {f"{meta.name}_acts" for meta in load_spec().exposed if acts_of(meta, assistant.actor)}
        named = set(tools) - {"catalogue", "list", "get", "history", "explain", "preview", "commit", *DOMAIN_TOOLS}
        assert named <= allowed
        for tool in tools.values():
            assert tool.title
            assert tool.description
            assert tool.output_schema["type"] == "object"
            assert tool.input_schema["additionalProperties"] is False
        assert [name for name, tool in tools.items() if tool.annotations.destructive_hint] == ["commit"]
        secret = {(meta.name, v.name) for meta in load_spec().exposed for v in meta.declared.verbs if v.secrets}
        assert secret
        assert not secret & {(meta.name, act) for meta in load_spec().exposed for act in acts_of(meta, assistant.actor)}


async def test_tools_speak_the_persons_language(connect: Connect) -> None:
    async with connect("manager") as assistant:
        tools = await assistant.tools()
        assert tools["list"].title == "List opp rader"
        assert "Skriver ingenting" in tools["cars_update"].description


# -- reading ----------------------------------------------------------------------------------------


async def test_lists_are_filtered_sorted_paged_and_counted(connect: Connect, dealer: Dealer) -> None:
    for number in range(5):
        await a_car(dealer, order_number=f"M{number}")
    async with connect("manager") as assistant:
        asked: dict[str, Any] = {
            "collection": "cars",
            "fields": ["order_number"],
            "sort": ["-order_number"],
            "limit": 2,
        }
        first = await assistant.ok("list", **asked)
        assert first["rows"] == [{"order_number": "M4"}, {"order_number": "M3"}]
        second = await assistant.ok("list", **asked, cursor=first["next_cursor"])
        assert second["rows"] == [{"order_number": "M2"}, {"order_number": "M1"}]
        one = await assistant.ok(
            "list", collection="cars", filter={"order_number": {"_eq": "M2"}}, fields=["order_number"]
        )
        assert one["rows"] == [{"order_number": "M2"}]
        count = await assistant.ok("list", collection="cars", aggregate={"count": "*"})
        assert count["rows"][0]["count"] == 5
        found = await assistant.ok("list", collection="cars", search="M3", fields=["order_number"])
        assert found["rows"] == [{"order_number": "M3"}]
        wrong = await assistant.refused("list", collection="cars", filter={"tull": {"_eq": 1}})
        assert wrong.found["code"] == "FORBIDDEN"
        assert "tull" in str(wrong.found)


async def test_what_a_person_does_not_see_is_not_found(connect: Connect, dealer: Dealer) -> None:
    theirs, mine = await a_car(dealer, "495"), await a_car(dealer, "490")
    async with connect("new_car_sales", "490") as assistant:
        assert (await assistant.refused("get", collection="cars", id=theirs)).found["code"] == "NOT_FOUND"
        assert (await assistant.refused("history", collection="cars", id=theirs)).found["code"] == "NOT_FOUND"
        assert (await assistant.refused("cars_update", id=theirs, values={"model": "x"})).found["code"] == "NOT_FOUND"
        ids = [one["id"] for one in (await assistant.ok("list", collection="cars", fields=["id"]))["rows"]]
        assert ids == [mine]
        assert "why" in await assistant.ok("explain", collection="cars", id=theirs)
    async with connect("mechanic", "490") as assistant:
        assert (await assistant.refused("list", collection="api_keys_x")).refused
        assert (await assistant.refused("get", collection="webhooks", id=str(uuid4()))).found["code"] == "FORBIDDEN"
        shown = {field["name"] for field in (await assistant.ok("catalogue", collection="cars"))["fields"]}
        assert "purchase_price" not in shown
        record = (await assistant.ok("list", collection="cars"))["rows"]
        assert all("purchase_price" not in one for one in record)


# -- writing ----------------------------------------------------------------------------------------


async def test_a_change_is_shown_first_and_done_once(connect: Connect, dealer: Dealer) -> None:
    car = await a_car(dealer)
    async with connect("new_car_sales") as assistant:
        shown = await assistant.ok("cars_update", id=car, values={"model": "Q6"})
        assert shown["changes"] == {"model": {"before": "Q4", "after": "Q6"}}
        assert shown["written"] is False
        assert (await row(dealer, car))["model"] == "Q4"
        done = await assistant.ok("commit", token=shown["token"])
        assert (done["written"], done["replayed"], done["record"]["model"]) == (True, False, "Q6")
        again = await assistant.ok("commit", token=shown["token"])
        assert again["replayed"] is True
        changed = await row(dealer, car)
        assert (changed["model"], changed["version"]) == ("Q6", 2)
        entry = (await assistant.ok("history", collection="cars", id=car))["changes"][0]
        assert entry["origin"] == "mcp"
        assert entry["request_id"]


async def test_a_token_is_good_for_its_person_its_change_and_its_time(
    connect: Connect, dealer: Dealer, moved: Time
) -> None:
    car = await a_car(dealer)
    async with connect("new_car_sales") as assistant, connect("manager") as other:
        token = (await assistant.ok("cars_update", id=car, values={"model": "Q6"}))["token"]
        for wrong in (token[:-1], f"x{token}", "", "tull"):
            assert (await assistant.refused("commit", token=wrong)).fields == ["token"]
        assert (await other.refused("commit", token=token)).fields == ["token"]
        await dealer.do(await dealer.person("manager"), "cars", "update", UUID(car), model="Q8")
        assert (await assistant.refused("commit", token=token)).found["code"] == "STALE"
        late = (await assistant.ok("cars_update", id=car, values={"model": "Q6"}))["token"]
        moved.ahead += timedelta(minutes=11)
        assert (await assistant.refused("commit", token=late)).fields == ["token"]
        assert (await row(dealer, car))["model"] == "Q8"


async def test_what_cannot_be_is_refused_at_the_preview_with_its_field(connect: Connect, dealer: Dealer) -> None:
    car = await a_car(dealer)
    async with connect("new_car_sales") as assistant:
        wrong = await assistant.refused("cars_update", id=car, values={"vin": "tull"})
        assert (wrong.found["code"], wrong.fields) == ("FAILED_VALIDATION", ["vin"])
        forbidden = await assistant.refused("cars_update", id=car, values={"technical_completed": True})
        assert forbidden.found["code"] == "FORBIDDEN"
        for arguments, field in (
            ({"id": "tull", "values": {}}, "id"),
            ({"values": {}}, "id"),
            ({"id": car, "values": "x"}, "values"),
            ({"id": car, "values": {}, "reason": "x"}, "reason"),
        ):
            assert (await assistant.refused("cars_update", **arguments)).fields == [field]
        assert (await assistant.refused("cars_explode", id=car)).found["code"] == "NOT_FOUND"
        unknown = await assistant.refused("preview", collection="cars", act="explode", id=car)
        assert unknown.found["code"] == "NOT_FOUND"


async def test_a_new_record_is_made_in_two_steps_too(connect: Connect) -> None:
    async with connect("new_car_sales") as assistant:
        shown = await assistant.ok("preview", collection="cars", act="create", values=CAR)
        assert (await assistant.ok("list", collection="cars"))["rows"] == []
        done = await assistant.ok("commit", token=shown["token"])
        rows = (await assistant.ok("list", collection="cars", fields=["id"]))["rows"]
        assert rows == [{"id": done["id"]}]


async def test_who_lost_the_right_since_the_preview_commits_nothing(connect: Connect, dealer: Dealer) -> None:
    car = await a_car(dealer)
    async with connect("new_car_sales") as assistant:
        token = (await assistant.ok("cars_update", id=car, values={"model": "Q6"}))["token"]
        admin: Actor = await dealer.person("tenant_admin", "")
        await dealer.do(admin, "users", "set_roles", assistant.actor.user, roles=["finance"])
        assert (await assistant.refused("commit", token=token)).found["code"] == "FORBIDDEN"
        await dealer.do(admin, "users", "set_roles", assistant.actor.user, roles=["new_car_sales"])
    assert (await row(dealer, car))["model"] == "Q4"


async def test_large_answers_and_bodies_are_refused(connect: Connect, address: str) -> None:
    async with connect("new_car_sales") as assistant:
        assert (await assistant.refused("list", collection="cars", limit=101)).fields == ["limit"]
        headers = {"Authorization": f"Bearer {assistant.key}", "Accept": "application/json, text/event-stream"}
        async with httpx.AsyncClient(base_url=address, headers=headers) as client:
            big = orjson.dumps({"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {"x": "x" * 300_000}})
            answer = await client.post("/mcp", content=big, headers={"Content-Type": "application/json"})
            assert answer.status_code == 413


def asking(key: str, **more: str) -> dict[str, str]:
    kinds = {"Accept": "application/json, text/event-stream", "Content-Type": "application/json"}
    return {"Authorization": f"Bearer {key}", **kinds, **more}


async def test_a_token_written_in_another_way_is_the_same_one(connect: Connect) -> None:
    async with connect("new_car_sales") as assistant:
        token = (await assistant.ok("cars_create", values=CAR))["token"]
        body, _dot, signature = token.partition(".")
        first = await assistant.ok("commit", token=token)
        again = await assistant.ok("commit", token=f"{body[:8]}!{body[8:]}.{signature}")
        assert (again["replayed"], again["id"]) == (True, first["id"])
        assert len((await assistant.ok("list", collection="cars"))["rows"]) == 1


async def test_what_is_of_another_kind_is_refused_in_words(connect: Connect, dealer: Dealer) -> None:
    car = await a_car(dealer)
    async with connect("new_car_sales") as assistant:
        for wrong in ([], {"a": 1}, 1, True):
            told = await assistant.refused("explain", collection="cars", id=car, field=wrong)
            assert (told.found["code"], told.fields) == ("INVALID_QUERY", ["field"])
        for values in ({"id": 10**30}, {"model": [10**30]}):
            told = await assistant.refused("cars_create", values={**CAR, **values})
            assert told.found["code"] == "FAILED_VALIDATION"


@pytest.mark.parametrize("origin", ["http://[", "http://ond.example:99999999", "null"])
async def test_an_origin_that_is_none_is_refused(dealer: Dealer, address: str, origin: str) -> None:
    key = await own_key(dealer, await dealer.person("manager"))
    async with httpx.AsyncClient(base_url=address) as client:
        answer = await client.post("/mcp", content=b"{}", headers=asking(key, Origin=origin))
    assert answer.status_code == 403
    assert answer.json()["error"] == "forbidden_origin"


async def test_a_companys_own_fields_are_told_filtered_and_changed(connect: Connect, dealer: Dealer) -> None:
    admin = await dealer.person("tenant_admin", "")
    values = {"label_nb": "Nøkler", "label_en": "Keys", "kind": "integer", "placed_in": "cars.seller_notes"}
    patch = {"collection": "cars", "code": "keys", **values}
    await dealer.application.platform.pipeline.perform(
        Intent(actor=admin, collection="own_fields", verb="create", origin="test", patch=patch)
    )
    car = await a_car(dealer)
    async with connect("manager") as assistant:
        told = await assistant.call("catalogue", collection="cars")
        assert "own_keys" in [one["name"] for one in told.found["fields"]]
        shown = await assistant.call("preview", collection="cars", act="update", id=car, values={"own_keys": 3})
        assert not shown.refused, shown.found
        await assistant.call("commit", token=shown.found["token"])
        found = await assistant.call("list", collection="cars", filter={"own_keys": {"_eq": 3}}, fields=["own_keys"])
        assert [row["own_keys"] for row in found.found["rows"]] == [3]
        wrong = await assistant.call("preview", collection="cars", act="update", id=car, values={"own_keys": "many"})
        assert wrong.fields == ["own_keys"]
