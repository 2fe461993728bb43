"""Streams: a server on its way down ends the open ones and does not wait for their readers."""

import asyncio
import socket

import httpx
import uvicorn

from directapp.app.commands import Server
from support.dealer import Dealer
from support.pages import PASSWORD, build_pages, give_password


async def test_a_server_goes_down_while_a_page_listens(dealer: Dealer) -> None:
    email = await give_password(dealer, await dealer.person("new_car_sales", "495"))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    config = uvicorn.Config(build_pages(dealer.application), port=port, log_config=None, ws="none")
    server = Server(config)
    serving = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.02)
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
        await client.post("/sign-in", data={"email": email, "password": PASSWORD})
        async with client.stream("GET", "/app/live", timeout=30) as stream:
            assert stream.headers["content-type"].startswith("text/event-stream")
            lines = stream.aiter_lines()
            assert await anext(lines) == "retry: 2000"
            server.should_exit = True
            async with asyncio.timeout(3):
                assert not [line async for line in lines if line.startswith("event")]
    async with asyncio.timeout(3):
        await serving
