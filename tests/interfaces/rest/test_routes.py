import re
from typing import Any

import pytest
from fastapi.routing import APIRouter

from directapp.interfaces.rest.endpoint import Endpoint
from directapp.interfaces.rest.openapi.document import describe
from directapp.interfaces.rest.router import build

OPEN = {
    "/auth/login",
    "/auth/refresh",
    "/auth/logout",
    "/auth/password/request",
    "/auth/password/reset",
    "/server/health",
    "/server/ready",
    "/server/ping",
    "/openapi.json",
    "/docs",
    "/docs/{name}",
}


def endpoints(router: APIRouter) -> dict[str, Endpoint]:
    return {route.path: route.endpoint for route in router.routes}  # type: ignore[attr-defined]


async def test_every_route_but_the_named_ones_asks_for_a_sign_in(api: Any) -> None:
    found = endpoints(build(api.dealer.application.platform, api.dealer.application.auth))
    assert {path for path, endpoint in found.items() if endpoint.unlocked} == OPEN
    for path, endpoint in found.items():
        at = re.sub(r"\{\w+\}", "x", path.replace("{rest:path}", "x/y/z/w"))
        for method in (*endpoint.handlers, "PUT"):
            response = await api.client.request(method, at)
            if path in OPEN:
                assert response.status_code != 401, (method, path)
                continue
            assert response.status_code == 401, (method, path)
            assert response.json()["errors"][0]["extensions"]["code"] == "INVALID_CREDENTIALS"


async def test_every_route_and_method_is_described(api: Any) -> None:
    document = (await api.client.get("/openapi.json")).json()
    assert document == describe(api.dealer.application.platform.spec)
    described = {(re.sub(r"\{\w+\}", "{}", at), m.upper()) for at, ms in document["paths"].items() for m in ms}
    cars = {"collection": "cars", "verb": "archive"}
    for path, endpoint in endpoints(build(api.dealer.application.platform, api.dealer.application.auth)).items():
        if path == "/docs/{name}" or not endpoint.handlers:
            continue
        for method in set(endpoint.handlers) - {"SEARCH"}:
            at = path
            for name, value in cars.items():
                at = at.replace(f"{{{name}}}", value) if path.startswith("/items") else at
            if (path, method) in {("/items/{collection}/{key}", "POST"), ("/users/{key}", "POST")}:
                continue
            if path == "/users/{key}/{verb}":
                at = "/users/{key}/deactivate"
            assert (re.sub(r"\{\w+\}", "{}", at), method) in described, (path, method)


def test_every_reference_in_the_document_leads_somewhere_and_names_are_used_once(api: Any) -> None:
    document = describe(api.dealer.application.platform.spec)
    names: list[str] = []

    def walk(value: Any) -> None:
        if isinstance(value, dict):
            if isinstance(value.get("operationId"), str):
                names.append(value["operationId"])
            if "$ref" in value:
                place: Any = document
                for step in value["$ref"].removeprefix("#/").split("/"):
                    place = place[step]
            for inner in value.values():
                walk(inner)
        elif isinstance(value, list):
            for inner in value:
                walk(inner)

    walk(document)
    assert len(names) == len(set(names))


async def test_a_method_that_is_not_used_is_refused_in_the_envelope(api: Any) -> None:
    admin = await api.dealer.person("tenant_admin")
    (problem,) = await api.refused(admin, "PUT", "/items/cars", 405)
    assert problem["code"] == "METHOD_NOT_ALLOWED"


async def test_what_lies_beside_the_routes_is_said_in_the_envelope(api: Any) -> None:
    admin = await api.dealer.person("tenant_admin")
    for path in ("/items/cars/x/y/z", "/users/a/b/c", "/files/import/x", "/assets/a/b"):
        await api.refused(None, "GET", path, 401)
        (problem,) = await api.refused(admin, "GET", path, 404)
        assert problem["code"] == "NOT_FOUND"


@pytest.mark.usefixtures("rested")
async def test_health_tells_of_every_part(api: Any) -> None:
    answer = await api.client.get("/server/health")
    assert answer.headers["Content-Type"] == "application/health+json"
    body = answer.json()
    worst = {check["status"] for check in body["checks"].values()} - {"ok"}
    assert body["status"] == ("warn" if worst else "ok")
    assert {"database", "storage"} <= set(body["checks"])
    assert body["checks"]["database"]["latency_ms"] > 0
    assert (await api.client.get("/server/ping")).text == "pong"


async def test_a_request_that_another_site_sent_is_refused(api: Any) -> None:
    for sent in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}):
        headers = {"Cookie": "directapp_session=session_x", **sent}
        response = await api.client.post("/items/cars", json={}, headers=headers)
        assert response.status_code == 403
