"""The official client, unchanged, against a real server on a real port."""

import asyncio
from pathlib import Path
from typing import Any

import orjson
import pytest
import uvicorn

from directapp.domains.people.issue import store_password
from support.node import find_node

PASSWORD = "en lang og god setning"
SCRIPT = Path(__file__).with_name("sdk.mjs")


async def _drive(app: Any, email: str) -> Any:
    config = uvicorn.Config(app, host="127.0.0.1", port=0, log_config=None, lifespan="off", ws="none")
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        node = await asyncio.create_subprocess_exec(
            *find_node(),
            str(SCRIPT),
            f"http://127.0.0.1:{port}",
            email,
            PASSWORD,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        said, wrong = await asyncio.wait_for(node.communicate(), 60)
    finally:
        server.should_exit = True
        await serving
    assert node.returncode == 0, wrong.decode()
    return orjson.loads(said)


@pytest.mark.usefixtures("rested")
async def test_the_official_client_drives_the_interface(api: Any) -> None:
    seller = await api.dealer.person("used_car_sales", "495")
    application = api.dealer.application
    async with application.auth.open(seller.tenant) as rows:
        await store_password(rows, seller.user, await application.auth.passwords.hash(PASSWORD))
        email = (await rows.look_up("users", seller.user)).row["email"]
    found = await _drive(api.app, email)
    assert found == {
        "health": "ok",
        "ping": "pong",
        "refused": "INVALID_CREDENTIALS",
        "wrong": "INVALID_CREDENTIALS",
        "expires": 900_000,
        "me": {"email": email, "dealership": {"name": "Audi"}},
        "language": "en",
        "made": {"id": "string", "license_plate": "EL12345", "version": 1},
        "changed": "Q6",
        "stale": {"code": "STALE", "field": "model", "version": "2", "stored": "Q6"},
        "same": ["rød", "rød"],
        "batch": ["0", "1"],
        "list": [
            {"model": "Q6", "dealership": {"name": "Audi"}},
            {"model": "A2", "dealership": {"name": "Audi"}},
        ],
        "one": {"model": "Q6"},
        "count": [{"make": "Audi", "count": 3}],
        "users": 1,
        "unlisted": {"code": "INVALID_QUERY", "field": "limit"},
        "delete": "FORBIDDEN",
        "file": {"title": "Ordrebekreftelse", "media_type": "application/pdf"},
        "renamed": "Ordre",
        "bytes": "%PDF-1.7\n",
        "renewed": email,
        "out": "INVALID_CREDENTIALS",
    }
