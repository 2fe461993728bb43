"""Work in other processes: what it answers, and what it cannot do to the one that asked."""

import asyncio
import heapq
import os
import time
from collections.abc import AsyncIterator
from contextlib import aclosing

import pytest

from directapp.derive.sheet.layout import read_table
from directapp.kernel.errors import BadPayloadError, TooManyError
from directapp.services.processes import Processes, TooHeavyError, WorkDiedError


@pytest.fixture
async def pool() -> AsyncIterator[Processes]:
    pool = Processes(most=1, memory=512 * 1024 * 1024)
    yield pool
    await pool.close()


async def test_nothing_is_started_before_it_is_needed_and_a_child_works_on(pool: Processes) -> None:
    assert pool._children == []
    first = await pool.run(os.getpid)
    assert first != os.getpid()
    assert await pool.run(os.getpid) == first
    assert await pool.run(str.upper, "æøå" * 1_000_000) == "ÆØÅ" * 1_000_000


async def test_what_is_refused_there_is_refused_here_in_both_languages(pool: Processes) -> None:
    child = await pool.run(os.getpid)
    with pytest.raises(BadPayloadError) as refused:
        await pool.run(read_table, b"")
    assert [p.message.pick("nb") for p in refused.value.problems] == ["Filen har ingen rader."]
    assert await pool.run(os.getpid) == child


@pytest.mark.parametrize("end", [os.abort, os._exit])
async def test_a_child_that_dies_is_replaced(pool: Processes, end: object) -> None:
    args = () if end is os.abort else (3,)
    with pytest.raises(WorkDiedError) as died:
        await pool.run(end, *args)  # type: ignore[arg-type]
    assert died.value.problems[0].message.english.startswith("The work stopped unexpectedly.")
    assert await pool.run(abs, -1) == 1


async def test_an_error_nobody_foresaw_is_told_and_the_child_stays(pool: Processes) -> None:
    child = await pool.run(os.getpid)
    with pytest.raises(WorkDiedError):
        await pool.run(int, "tull")
    assert await pool.run(os.getpid) == child


async def test_work_that_takes_too_long_is_killed_even_in_c(pool: Processes) -> None:
    child = await pool.run(os.getpid)
    with pytest.raises(TooHeavyError, match="stopped after 0 seconds"):
        await pool.run_within(0.2, sum, range(10**15))
    with pytest.raises(ProcessLookupError):
        os.kill(child, 0)
    assert await pool.run(abs, -1) == 1


async def test_work_that_waits_is_given_more_time_than_work_that_works(pool: Processes) -> None:
    child = await pool.run(os.getpid)
    await pool.run_within(0.2, time.sleep, 0.5)
    assert await pool.run(os.getpid) == child
    with pytest.raises(TooHeavyError, match="stopped after 0 seconds"):
        await pool.run_within(0.1, time.sleep, 60)


async def test_work_that_takes_too_much_memory_is_refused(pool: Processes) -> None:
    with pytest.raises(TooHeavyError, match="more than 512 MB"):
        await pool.run(bytes, 10**9)
    assert await pool.run(len, bytes(10**7)) == 10**7


async def test_pieces_come_one_by_one_and_may_be_left(pool: Processes) -> None:
    async with aclosing(pool.stream(5, heapq.merge, [1, 3], [2])) as pieces:
        assert [piece async for piece in pieces] == [1, 2, 3]
    async with aclosing(pool.stream(5, heapq.merge, range(10**12))) as pieces:
        async for piece in pieces:
            if piece == 3:
                break
    assert await pool.run(abs, -1) == 1


async def test_what_is_left_ends_though_more_was_said_than_anybody_reads(pool: Processes) -> None:
    async with asyncio.timeout(20), aclosing(pool.stream(5, heapq.merge, range(10**12))) as pieces:
        assert await anext(pieces) == 0
        # Long enough that the pipe is full and no more is read of it.
        await asyncio.sleep(0.5)
    assert await pool.run(abs, -1) == 1


async def test_a_caller_that_goes_away_takes_its_work_with_it(pool: Processes) -> None:
    child = await pool.run(os.getpid)
    asked = asyncio.create_task(pool.run(time.sleep, 60))
    await asyncio.sleep(0.05)
    asked.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asked
    with pytest.raises(ProcessLookupError):
        os.kill(child, 0)
    assert await pool.run(abs, -1) == 1


async def test_others_wait_and_too_many_are_sent_away() -> None:
    pool = Processes(most=1, waiting=1)
    asked = [asyncio.create_task(pool.run(time.sleep, 0.2)) for _ in range(2)]
    await asyncio.sleep(0)
    with pytest.raises(TooManyError):
        await pool.run(abs, -1)
    assert await asyncio.gather(*asked) == [None, None]
    await pool.close()
    with pytest.raises(WorkDiedError):
        await pool.run(abs, -1)


async def test_the_house_secrets_are_not_in_a_childs_surroundings(
    pool: Processes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DIRECTAPP_SECRET", "hemmelig")
    assert await pool.run(os.getenv, "DIRECTAPP_SECRET") is None
    assert await pool.run(os.getenv, "PATH") == os.environ["PATH"]
