"""What the tests stand on: a real PostgreSQL, ours or the one that DATABASE_URL names."""

import asyncio
import gc
import os
import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import settings

from directapp.app.container import Application
from directapp.app.spec import load_spec
from directapp.kernel.clock import utc_now
from directapp.store.embedded.server import EmbeddedPostgres
from directapp.store.migrate import bring_up_to_date
from support.dealer import Dealer, Time, built_application, settle, template
from support.once import copied, made_once, open_folder, share
from support.sample import Sample, poured_out
from support.schedule import Schedule, count_workers
from support.server import Server, as_weak

PRISTINE = "pristine"

# A change is judged by the same examples each time, however slow the machine; HYPOTHESIS_SEARCH=1 looks further.
settings.register_profile("same", derandomize=True, deadline=None)
settings.register_profile("search", max_examples=2000, deadline=None)
settings.load_profile("search" if os.environ.get("HYPOTHESIS_SEARCH") else "same")


def pytest_configure(config: pytest.Config) -> None:
    share(config)
    config.pluginmanager.register(Schedule(config))


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[None]:
    """Look for nothing to throw away in what the whole run stands on, which takes a sixth of the collection."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    return count_workers()


@pytest.fixture(scope="session")
async def server() -> AsyncIterator[Server]:
    """Start an embedded PostgreSQL for this test process, or use the one that DATABASE_URL names."""
    external = os.environ.get("DATABASE_URL")
    if external:
        server = Server(external, os.environ.get("DATABASE_APP_URL") or as_weak(external))
        yield server
        await server.close()
        return
    if "PYTEST_XDIST_WORKER" in os.environ:
        whole = await asyncio.to_thread(made_once, "server", make_server)
        with copied(whole, "directapp-test-") as folder, started(folder) as server:
            server.pristine = PRISTINE
            yield server
        return
    folder = open_folder("directapp-test-")
    try:
        with started(folder) as server:
            yield server
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def started(folder: Path) -> Iterator[Server]:
    postgres = EmbeddedPostgres(folder, durable=False)
    postgres.start()
    try:
        yield Server(postgres.owner_dsn(), postgres.app_dsn())
    finally:
        postgres.stop("immediate")


def make_server(folder: Path) -> None:
    """Make a server that every worker copies, with a database at the present schema."""
    with EmbeddedPostgres(folder, durable=False) as postgres:
        postgres.create_database(PRISTINE)
        asyncio.run(bring_up_to_date(load_spec(), postgres.owner_dsn(PRISTINE), utc_now()))


@pytest.fixture(scope="session")
def time() -> Time:
    """Give the clock of the session's application; a test that moves it moves it back."""
    return Time()


@pytest.fixture
def moved(time: Time) -> Iterator[Time]:
    """Give that clock to a test that moves it, and put it back."""
    yield time
    time.ahead = timedelta()


@pytest.fixture(scope="session")
async def application(server: Server, time: Time) -> AsyncIterator[Application]:
    """Give a wired application on a database of its own; each test settles a tenant in it."""
    name = await template(server)
    async with built_application(server, name, time) as application:
        yield application
    await server.drop(name)


@pytest.fixture
async def dealer(application: Application) -> Dealer:
    """Settle a new tenant; the wrong passwords of an earlier test are not held against this one's address."""
    await application.platform.database.plain("DELETE FROM login_failures")
    return await settle(application)


@pytest.fixture(scope="session")
async def sample(server: Server) -> AsyncIterator[Sample]:
    """Give a tenant with rows of every collection, and another tenant beside it; nothing is written in it."""
    async with poured_out(server) as sample:
        yield sample
