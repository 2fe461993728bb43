"""The quota is counted in the database: atomically, for all processes, a day at a time."""

import asyncio
from datetime import date
from uuid import uuid4

from directapp.app.container import Application
from directapp.kernel.ids import uuid7
from directapp.services.counters import Counters

DAY = date(2026, 11, 20)


async def test_many_at_once_take_no_more_than_there_is(application: Application) -> None:
    key, counters = str(uuid4()), Counters(application.platform.database)
    taken = await asyncio.gather(*[counters.take(key, DAY, amount=3, limit=50) for _ in range(40)])
    assert taken.count(True) == 16
    assert await counters.used(key, DAY) == 48
    assert await counters.take(key, DAY, amount=2, limit=50)
    assert not await counters.take(key, DAY, amount=1, limit=50)


async def test_more_than_a_day_holds_is_not_taken(application: Application) -> None:
    key, counters = str(uuid4()), Counters(application.platform.database)
    assert not await counters.take(key, DAY, amount=11, limit=10)
    assert await counters.used(key, DAY) == 0


async def test_what_the_service_says_raises_the_count_and_never_lowers_it(application: Application) -> None:
    key, counters = str(uuid4()), Counters(application.platform.database)
    await counters.settle(key, DAY, used=7)
    await counters.settle(key, DAY, used=5)
    assert await counters.used(key, DAY) == 7
    assert await counters.used(key, date(2026, 11, 21)) == 0


async def test_an_owner_counts_alone(application: Application) -> None:
    key = str(uuid4())
    mine, theirs = (Counters(application.platform.database, uuid7()) for _ in range(2))
    assert await mine.take(key, DAY, amount=1, limit=1)
    assert await theirs.take(key, DAY, amount=1, limit=1)
    assert not await mine.take(key, DAY, amount=1, limit=1)
