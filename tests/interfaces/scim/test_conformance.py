"""The protocol, as a checker of others finds it."""

import asyncio
import socket

import httpx2
import uvicorn

from directapp.app.web import Front
from interfaces.scim.conftest import Directory


def checked(port: int, token: str) -> list[str]:
    """Return what the checker does not like."""
    # Loading it takes a third of the collection of all tests, in each process that collects.
    from scim2_client.engines.httpx2 import SyncSCIMClient  # noqa: PLC0415 - said above
    from scim2_tester import Status, check_server  # noqa: PLC0415 - said above

    headers = {"authorization": f"Bearer {token}"}
    with httpx2.Client(base_url=f"http://127.0.0.1:{port}/scim/v2", headers=headers, timeout=60) as client:
        results = check_server(SyncSCIMClient(client))
    assert sum(one.status is Status.SUCCESS for one in results) > 20
    return [f"{one.title}: {one.reason}" for one in results if one.status in {Status.ERROR, Status.CRITICAL}]


async def test_a_checker_of_the_protocol_finds_nothing_wrong(directory: Directory, front: Front) -> None:
    server = uvicorn.Server(uvicorn.Config(front, lifespan="off", log_config=None, ws="none"))
    server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        serving = asyncio.create_task(server.serve([listening]))
        while not server.started:
            await asyncio.sleep(0.01)
        try:
            wrong = await asyncio.to_thread(checked, listening.getsockname()[1], directory.token)
        finally:
            server.should_exit = True
            await serving
    assert wrong == [], "\n".join(wrong)
