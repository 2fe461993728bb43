"""What the tests stand on: a real PostgreSQL, ours or the one that DATABASE_URL names."""

import os
import shutil
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hypothesis import settings

from directapp.app.house import House
from directapp.store.embedded.server import EmbeddedPostgres
from support.dealer import Dealer, Time, built_house, settle, template
from support.server import Server, as_weak

# A change is judged by the same examples each time, however slow the machine; HYPOTHESIS_SEARCH=1 looks further.
settings.register_profile("same", derandomize=True, deadline=None)
settings.register_profile("search", max_examples=2000, deadline=None)
settings.load_profile("search" if os.environ.get("HYPOTHESIS_SEARCH") else "same")

# The longest files, the longest first: one that began last would keep a single processor busy at the end.
LONGEST = (
    "browser/test_journey.py",
    "app/test_kill.py",
    "store/test_embedded.py",
    "browser/test_pages.py",
    "domains/planning/test_rush.py",
    "app/test_demo.py",
    "browser/test_every_page.py",
    "browser/test_administration.py",
    "browser/test_registry.py",
    "browser/test_floor.py",
    "browser/test_zoom.py",
    "app/test_worker.py",
    "services/test_killed_worker.py",
    "browser/test_keyboard.py",
    "browser/test_plan.py",
    "docs/test_how_to.py",
    "interfaces/web/test_sections.py",
    "browser/test_messages.py",
    "browser/test_views.py",
    "interfaces/web/test_letters.py",
    "rls/test_access.py",
    "browser/test_lists.py",
    "browser/test_live.py",
    "domains/imports/test_prototype_import.py",
    "interfaces/web/test_home.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let the longest files begin; the others follow in the order in which they were found."""
    place = {Path(__file__).parent / name: number for number, name in enumerate(LONGEST)}
    items.sort(key=lambda item: place.get(item.path, len(place)))


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
