"""Secrets over REST: told in the answer that made them, once, and kept nowhere in clear."""

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest

from directapp.domains.planning.feeds import parse_feed
from directapp.interfaces.rest.openapi.document import describe
from directapp.kernel.actor import system_actor
from directapp.kernel.tokens import TokenKind, parse_token
from interfaces.rest.test_signing import give_password, sign_in

WEBHOOK = {"name": "Lager", "url": "https://lager.example.no/hook", "events": ["car.sold"]}


@pytest.fixture
async def headers(api: Any) -> dict[str, str]:
    """Somebody signed in for good: keys are made by people."""
    email = await give_password(api, await api.dealer.person("tenant_admin"))
    signed = (await sign_in(api, email)).json()["data"]
    return {"Authorization": f"Bearer {signed['access_token']}"}


async def made(api: Any, headers: dict[str, str], path: str, body: dict[str, Any], **more: str) -> dict[str, Any]:
    answer = await api.client.post(f"/items/{path}", json=body, headers={**headers, **more})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def everything(api: Any) -> str:
    """What the tenant's tables of answers, traces, events and records hold, as text."""
    tables = ("idempotency", "audit", "outbox", "api_keys", "calendar_feeds")
    found = []
    async with api.dealer.application.platform.database.unit(system_actor(api.dealer.tenant, "signin")) as unit:
        for table in tables:
            read = f"SELECT json_agg(t)::text FROM {table} t WHERE tenant_id = $1"
            found.append(str(await unit.value(read, api.dealer.tenant)))
    return "".join(found)


async def test_a_key_is_told_and_opens_the_door(api: Any, headers: dict[str, str]) -> None:
    answer = await made(api, headers, "api_keys/create_key", {"name": "lager"})
    row, key = answer["data"], answer["data"]["key"]
    me = await api.client.get("/users/me", headers={"Authorization": f"Bearer {key}"})
    assert me.status_code == 200
    read = (await api.client.get(f"/items/api_keys/{row['id']}", headers=headers)).json()["data"]
    assert read.keys() == row.keys() - {"key"}
    assert key not in str(read)


async def test_a_webhook_tells_its_secret_when_made_and_when_renewed(api: Any, headers: dict[str, str]) -> None:
    first = (await made(api, headers, "webhooks/subscribe", WEBHOOK))["data"]
    second = (await made(api, headers, f"webhooks/{first['id']}/renew", {}))["data"]
    assert first["secret"] != second["secret"]
    assert (second["id"], second["name"]) == (first["id"], "Lager")
    assert "secret" not in (await api.client.get(f"/items/webhooks/{first['id']}", headers=headers)).json()["data"]


async def test_addresses_are_told_in_full(api: Any, headers: dict[str, str]) -> None:
    root = api.dealer.application.platform.public_url.rstrip("/")
    feed = (await made(api, headers, "calendar_feeds/issue", {}))["data"]
    assert feed["address"].startswith(f"{root}/calendar/")
    token = parse_feed(feed["address"].rsplit("/", 1)[1].removesuffix(".ics"))
    assert token is not None
    assert token.id == UUID(feed["id"])
    other = await api.dealer.person("mechanic", "499")
    link = (await made(api, headers, f"users/{other.user}/hand_over_link", {}))["data"]
    assert link["link"].startswith(f"{root}/link/")
    assert parse_token(link["link"].rsplit("/", 1)[1], TokenKind.LINK) is not None


CASES: dict[str, tuple[str, dict[str, Any], Callable[[str], str]]] = {
    "key": ("api_keys/create_key", {"name": "lager"}, lambda told: told.rsplit("_", 1)[1]),
    "secret": ("webhooks/subscribe", WEBHOOK, str),
    "address": ("calendar_feeds/issue", {}, lambda told: told.rsplit("_", 1)[1].removesuffix(".ics")),
}


@pytest.mark.parametrize("name", CASES)
async def test_sent_again_the_secret_is_left_out_and_named(api: Any, headers: dict[str, str], name: str) -> None:
    path, body, hidden = CASES[name]
    key = {"Idempotency-Key": uuid4().hex}
    first = await made(api, headers, path, body, **key)
    again = await api.client.post(f"/items/{path}", json=body, headers={**headers, **key})
    assert again.headers["Idempotency-Replayed"] == "true"
    assert again.json() == {
        "data": {n: v for n, v in first["data"].items() if n != name},
        "meta": {"withheld": [name]},
    }
    stored = await everything(api)
    assert first["data"]["id"] in stored
    assert hidden(first["data"][name]) not in stored


async def test_a_dry_run_tells_no_secret(api: Any, headers: dict[str, str]) -> None:
    answer = await made(api, headers, "webhooks/subscribe?dry_run=true", WEBHOOK)
    assert "secret" not in answer["data"]
    assert answer["meta"]["dry_run"] is True


def test_the_description_names_what_each_verb_tells(api: Any) -> None:
    spec = api.dealer.application.platform.spec
    paths = describe(spec)["paths"]
    told = {f"{meta.name}/{verb.name}": verb for meta in spec.exposed for verb in meta.declared.verbs if verb.secrets}
    assert {"api_keys/create_key", "webhooks/subscribe", "webhooks/renew", "calendar_feeds/issue"} < told.keys()
    for at, verb in told.items():
        collection, name = at.split("/")
        path = f"/items/{collection}/{{id}}/{name}" if verb.on == "record" else f"/items/{at}"
        operation = paths[path]["post"]
        answer = operation["responses"]["200"]["content"]["application/json"]["schema"]["properties"]
        assert set(answer["data"]["allOf"][1]["properties"]) == {s.name for s in verb.secrets}
        assert answer["meta"]["properties"]["withheld"]["items"]["enum"] == [s.name for s in verb.secrets]
        assert "meta.withheld" in operation["description"]
