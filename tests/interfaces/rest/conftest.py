from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from directapp.app.container import Application
from directapp.interfaces.rest.router import build
from directapp.kernel.actor import Actor
from directapp.store.outbox import dispatcher_actor
from support.dealer import Dealer


@dataclass
class Api:
    """A client of the REST routes; who asks is said by name, without a sign-in."""

    client: httpx.AsyncClient
    app: FastAPI
    dealer: Dealer
    known: dict[str, Actor] = field(default_factory=dict)

    async def call(self, actor: Actor | None, method: str, path: str, **more: Any) -> httpx.Response:
        headers = dict(more.pop("headers", {}))
        if actor is not None:
            name = f"{actor.tenant}.{actor.user}"
            self.known[name] = actor
            headers["Authorization"] = f"Test {name}"
        return await self.client.request(method, path, headers=headers, **more)

    async def ok(self, actor: Actor, method: str, path: str, **more: Any) -> Any:
        response = await self.call(actor, method, path, **more)
        assert response.status_code == 200, response.text
        return response.json()["data"]

    async def refused(self, actor: Actor | None, method: str, path: str, status: int, **more: Any) -> list[Any]:
        response = await self.call(actor, method, path, **more)
        assert response.status_code == status, response.text
        return [entry["extensions"] for entry in response.json()["errors"]]


def rest_app(application: Application, known: dict[str, Actor] | None = None) -> FastAPI:
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    app.include_router(build(application.platform, application.auth))

    async def authenticate(authorization: str | None = None, cookie: str | None = None, **more: Any) -> Actor:
        scheme, _, name = (authorization or "").partition(" ")
        if scheme == "Test" and known is not None:
            return known[name]
        return await application.principals.authenticate(authorization, cookie, **more)

    app.state.authenticate = authenticate
    return app


@pytest.fixture
async def rested(application: Application) -> None:
    """Put away what earlier tests left undone: no worker runs here, and health tells of what waits too long."""
    for tenant in await application.dispatcher.tenants():
        async with application.platform.database.unit(dispatcher_actor(tenant)) as unit:
            await unit.value(
                "UPDATE outbox SET done_at = clock_timestamp() WHERE tenant_id = $1 AND done_at IS NULL", tenant
            )


@pytest.fixture
async def api(dealer: Dealer) -> AsyncIterator[Api]:
    known: dict[str, Actor] = {}
    app = rest_app(dealer.application, known)
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://directapp.test") as client:
        yield Api(client, app, dealer, known)
