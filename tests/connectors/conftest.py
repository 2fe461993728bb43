"""The fakes, each on a port of its own, and a client and a clock to reach them with."""

from collections.abc import AsyncIterator

import httpx2
import pytest
from joserfc.jwk import RSAKey

from directapp.connectors.outgoing import open_client
from directapp.connectors.quota import CountedHere
from support.fakes.maskinporten import FakeMaskinporten
from support.fakes.registry import FakeRegistry
from support.fakes.resend import FakeResend
from support.fakes.sms import FakeSveve, FakeTwilio
from support.fakes.still import Still


@pytest.fixture
def still() -> Still:
    return Still()


@pytest.fixture
def quota() -> CountedHere:
    return CountedHere()


@pytest.fixture
async def http() -> AsyncIterator[httpx2.AsyncClient]:
    async with open_client() as client:
        yield client


@pytest.fixture(scope="session")
def rsa() -> RSAKey:
    return RSAKey.generate_key(2048)


@pytest.fixture(scope="session")
def pem(rsa: RSAKey) -> str:
    return rsa.as_pem(private=True).decode()


@pytest.fixture
async def porten(rsa: RSAKey, still: Still) -> AsyncIterator[FakeMaskinporten]:
    async with FakeMaskinporten(key=rsa, kid="kid-1") as fake:
        fake.clock = lambda: still.now().timestamp()
        yield fake


@pytest.fixture
async def registry(porten: FakeMaskinporten) -> AsyncIterator[FakeRegistry]:
    async with FakeRegistry(tokens=porten) as fake:
        yield fake


@pytest.fixture
async def post() -> AsyncIterator[FakeResend]:
    async with FakeResend() as fake:
        yield fake


@pytest.fixture
async def telephone() -> AsyncIterator[FakeTwilio]:
    async with FakeTwilio() as fake:
        yield fake


@pytest.fixture
async def norwegian() -> AsyncIterator[FakeSveve]:
    async with FakeSveve() as fake:
        yield fake
