"""The watch over the event loop: what held it is told, with how long; a free loop raises no word."""

import asyncio
import sys
import time
from typing import Any

import pytest
from structlog.testing import capture_logs

from directapp.derive.codes import qr_codes
from directapp.services.loop_watch import LoopWatch, told


async def held(watch: LoopWatch, work: Any) -> tuple[dict[str, Any], list[Any]]:
    """Return what the watch says and has logged after a piece of work on the loop."""
    with capture_logs() as logs:
        async with watch.watching():
            await asyncio.sleep(0.15)
            work()
            await asyncio.sleep(0.25)
            state = await watch.state()
    return state, [log for log in logs if log["event"] == "event loop held"]


async def test_what_holds_the_loop_is_measured_and_named() -> None:
    def work() -> None:
        end = time.monotonic() + 0.6
        while time.monotonic() < end:
            qr_codes(["https://example.test/app/cars/1"])

    state, logs = await held(LoopWatch(limit=0.2), work)
    assert state["status"] == "warn"
    assert state["lag_max_ms"] > 300
    assert state["held"] >= 1
    assert any(log["log_level"] == "warning" and log["lag_ms"] > 300 for log in logs)
    assert any("derive/codes.py" in log["where"] for log in logs), logs


async def test_work_that_lets_the_loop_turn_is_no_holding() -> None:
    state, logs = await held(LoopWatch(limit=30.0), lambda: time.sleep(0.05))
    assert (state["status"], state["held"], logs) == ("ok", 0, [])
    assert state["lag_p99_ms"] <= state["lag_max_ms"]


async def test_a_watch_that_has_seen_nothing_says_so() -> None:
    assert await LoopWatch().state() == {"status": "ok", "lag_max_ms": 0.0, "lag_p99_ms": 0.0, "held": 0}


async def test_what_was_long_ago_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    watch = LoopWatch(limit=0.1)
    watch._note(time.monotonic(), 5.0)
    assert (await watch.state())["status"] == "warn"
    now = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: now + 61)
    assert await watch.state() == {"status": "ok", "lag_max_ms": 0.0, "lag_p99_ms": 0.0, "held": 0}


def test_a_place_outside_the_product_is_named_too() -> None:
    assert told(sys._getframe()).startswith("test_loop_watch.py:")
