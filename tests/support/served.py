"""The whole application on a port of its own; who asks is said by the name of their role."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import uvicorn

from directapp.app.protocol import BoundedProtocol
from directapp.app.web import build_app
from directapp.kernel.actor import Actor
from support.dealer import Dealer
from support.pages import new_car
from support.post import SELLER


@dataclass(frozen=True)
class Served:
    """A server with one car; ``Authorization: Test ROLE`` is the person of that role."""

    port: int
    dealer: Dealer
    car: bytes

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@asynccontextmanager
async def served(dealer: Dealer, roles: dict[str, str], front: Any = None) -> AsyncIterator[Served]:
    """Serve people of these roles at their sites, as the program itself serves; ``front``: by an application in use."""
    actors = {role: await dealer.person(role, site) for role, site in roles.items()}
    car = await new_car(dealer, await dealer.person(*SELLER), 1)
    front = front or build_app(dealer.application)
    authenticate = front.app.state.authenticate

    async def known(authorization: str | None = None, cookie: str | None = None, **more: Any) -> Actor:
        scheme, _, name = (authorization or "").partition(" ")
        return actors[name] if scheme == "Test" else await authenticate(authorization, cookie, **more)

    front.app.state.authenticate = known
    config = uvicorn.Config(front, http=BoundedProtocol, lifespan="off", log_config=None, ws="none")
    server = uvicorn.Server(config)
    server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        serving = asyncio.create_task(server.serve([listening]))
        while not server.started:
            await asyncio.sleep(0.01)
        try:
            yield Served(listening.getsockname()[1], dealer, str(car).encode())
        finally:
            server.should_exit = True
            await serving
            front.app.state.authenticate = authenticate
