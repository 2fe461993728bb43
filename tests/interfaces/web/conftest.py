"""The pages over httpx: a client for anyone, signed in when asked."""

from collections.abc import AsyncIterator
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI

from directapp.app.container import Application
from support.browser import Browser, Opener
from support.dealer import Dealer
from support.pages import PASSWORD, build_pages, give_password, new_car


@pytest.fixture(scope="session")
def pages(application: Application) -> FastAPI:
    return build_pages(application)


@pytest.fixture
async def stranger(pages: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app=pages)
    async with httpx.AsyncClient(transport=transport, base_url="http://pages.test") as client:
        yield client


@pytest.fixture
async def signed(pages: FastAPI, dealer: Dealer) -> AsyncIterator[Opener]:
    """Open a browser in which a person of a role at a site is signed in."""
    opened: list[httpx.AsyncClient] = []

    async def sign(role: str, site: str = "495") -> Browser:
        actor = await dealer.person(role, site)
        email = await give_password(dealer, actor)
        client = httpx.AsyncClient(transport=httpx.ASGITransport(app=pages), base_url="http://pages.test")
        opened.append(client)
        answer = await client.post("/sign-in", data={"email": email, "password": PASSWORD})
        assert answer.status_code == 303, answer.text
        return Browser(client, dealer, actor)

    yield sign
    for client in opened:
        await client.aclose()


@pytest.fixture
async def car(dealer: Dealer) -> UUID:
    return await new_car(dealer, await dealer.person("new_car_sales", "495"), 1)
