"""A browser without a script, over httpx: what a person can do on the pages anyway."""

import re
from collections.abc import Awaitable, Callable
from typing import Any

import httpx

from directapp.kernel.actor import Actor
from support.dealer import Dealer


class Browser:
    """What a person's browser does without a script."""

    def __init__(self, client: httpx.AsyncClient, dealer: Dealer, actor: Actor) -> None:
        self.client, self.dealer, self.actor = client, dealer, actor

    async def get(self, address: str, **headers: str) -> httpx.Response:
        return await self.client.get(address, headers=headers)

    async def part(self, address: str) -> httpx.Response:
        return await self.client.get(address, headers={"HX-Request": "true"})

    async def send(self, address: str, **values: Any) -> httpx.Response:
        """Send a form with the token of this sign-in."""
        return await self.client.post(address, data={"_csrf": await self.token(), **values})

    async def token(self) -> str:
        return field((await self.get("/app/me")).text, "_csrf")

    async def form(self, page: str, group: str, **values: Any) -> dict[str, Any]:
        """Return a group's form as the page holds it, with some values typed over."""
        text = (await self.get(page)).text
        part = text.split(f'id="g-{group}"')[1].split("</form>")[0]
        found = {n: field(part, n) for n in ("_csrf", "_key", "_version", "_base", "_fields", "_group")}
        return found | values


def field(html: str, name: str) -> str:
    """Return the value of a hidden input."""
    match = re.search(rf'name="{re.escape(name)}" value="([^"]*)"', html)
    assert match, name
    return match[1].replace("&#34;", '"').replace("&amp;", "&").replace("&#39;", "'")


Opener = Callable[..., Awaitable[Browser]]
