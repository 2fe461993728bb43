"""The whole application on a port, and clients of the protocol with people's own API keys."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

import httpx2
import pytest
import uvicorn
from mcp.client.client import Client
from mcp.client.streamable_http import streamable_http_client

from directapp.app.container import Application
from directapp.app.web import build_app
from directapp.kernel.actor import Actor
from directapp.kernel.ids import uuid7
from support.dealer import Dealer


@pytest.fixture
async def address(application: Application) -> AsyncIterator[str]:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        config = uvicorn.Config(build_app(application), log_config=None, access_log=False, ws="none")
        server = uvicorn.Server(config)
        serving = asyncio.create_task(server.serve([bound]))
        while not server.started:
            await asyncio.sleep(0.01)
        yield f"http://127.0.0.1:{bound.getsockname()[1]}"
        server.should_exit = True
        await serving


@dataclass
class Told:
    """What a tool answered."""

    found: dict[str, Any]
    refused: bool

    @property
    def fields(self) -> list[str | None]:
        return [problem.get("field") for problem in self.found["problems"]]


class Assistant:
    """A client that is signed in as a person."""

    def __init__(self, client: Client, actor: Actor, key: str) -> None:
        self.client, self.actor, self.key = client, actor, key

    async def tools(self) -> dict[str, Any]:
        return {tool.name: tool for tool in (await self.client.list_tools()).tools}

    async def call(self, tool: str, **arguments: Any) -> Told:
        answer = await self.client.call_tool(tool, arguments)
        assert answer.structured_content is not None
        return Told(answer.structured_content, bool(answer.is_error))

    async def ok(self, tool: str, **arguments: Any) -> dict[str, Any]:
        told = await self.call(tool, **arguments)
        assert not told.refused, told.found
        return told.found

    async def refused(self, tool: str, **arguments: Any) -> Told:
        told = await self.call(tool, **arguments)
        assert told.refused, told.found
        return told


async def own_key(dealer: Dealer, actor: Actor) -> str:
    """Make an API key as the person, who has signed in for it."""
    made = await dealer.do(replace(actor, session=uuid7()), "api_keys", "create_key", name="assistent")
    return next(iter(made.shown_once.values()))


Connect = Callable[..., AbstractAsyncContextManager[Assistant]]


@pytest.fixture
def connect(dealer: Dealer, address: str) -> Connect:
    @asynccontextmanager
    async def connected(role: str, site: str = "490", *, mode: str = "auto") -> AsyncIterator[Assistant]:
        actor = await dealer.person(role, site)
        key = await own_key(dealer, actor)
        headers = {"Authorization": f"Bearer {key}"}
        async with (
            httpx2.AsyncClient(headers=headers, trust_env=False, timeout=30) as http,
            Client(streamable_http_client(f"{address}/mcp", http_client=http), mode=mode) as client,
        ):
            yield Assistant(client, actor, key)

    return connected
