"""What the tests stand on: a real PostgreSQL, ours or the one that DATABASE_URL names."""

import os
import shutil
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from directapp.app.house import House
from directapp.store.embedded import EmbeddedPostgres
from support.dealer import Dealer, Time, built_house, settle, template
from support.server import Server, as_weak


@pytest.fixture(scope="session")
async def server() -> AsyncIterator[Server]:
    """Start an embedded PostgreSQL for this test process, or use the one that DATABASE_URL names."""
    external = os.environ.get("DATABASE_URL")
    if external:
        server = Server(external, os.environ.get("DATABASE_APP_URL") or as_weak(external))
        yield server
        await server.close()
        return
    folder = Path(tempfile.mkdtemp(prefix="directapp-test-"))
    folder.chmod(0o711)
    postgres = EmbeddedPostgres(folder, durable=False)
    postgres.start()
    try:
        yield Server(postgres.owner_dsn(), postgres.app_dsn())
    finally:
        postgres.stop("immediate")
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def time() -> Time:
    """Give the clock of the session's house; a test that moves it moves it back."""
    return Time()


@pytest.fixture(scope="session")
async def house(server: Server, time: Time) -> AsyncIterator[House]:
    """Give a wired house on a database of its own; each test settles a tenant in it."""
    name = await template(server)
    async with built_house(server, name, time) as house:
        yield house
    await server.drop(name)


@pytest.fixture
async def dealer(house: House) -> Dealer:
    """Settle a new tenant; the wrong passwords of an earlier test are not held against this one's address."""
    await house.platform.database.plain("DELETE FROM login_failures")
    return await settle(house)
