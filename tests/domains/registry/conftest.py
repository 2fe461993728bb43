"""The fake registry over HTTP, and look-ups that ask it on the real application."""

from collections.abc import AsyncIterator

import httpx2
import pytest

from directapp.connectors.outgoing import open_client
from support.dealer import Dealer
from support.fakes.registry import FakeRegistry
from support.registry import Asking, asking


@pytest.fixture
async def http() -> AsyncIterator[httpx2.AsyncClient]:
    async with open_client() as client:
        yield client


@pytest.fixture
async def registry() -> AsyncIterator[FakeRegistry]:
    async with FakeRegistry() as fake:
        yield fake


@pytest.fixture
def ask(dealer: Dealer, http: httpx2.AsyncClient, registry: FakeRegistry) -> Asking:
    return asking(dealer.application, http, registry)
