"""Loop watch: how late the event loop comes to what is due, and what held it when that was long.

A task wakes ten times a second and notes how late it was. A thread sees from outside when it does not wake, and looks
at what the loop's thread is doing then.
"""

import asyncio
import sys
import threading
import time
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any

import structlog

from directapp.telemetry.meters import LOOP_LAG

_TICK = 0.1
_REMEMBERED = 60.0
_FRAMES = 3
_PACKAGE = Path(__file__).parents[1]
_WAITING = frozenset({"select", "poll", "_run_once", "run_forever", "run", "run_until_complete"})
_log = structlog.get_logger(__name__)


@dataclass(slots=True)
class LoopWatch:
    """Watches the event loop of this process while ``watching`` is open; ``limit`` in seconds."""

    limit: float = 0.25
    _lags: deque[tuple[float, float]] = field(default_factory=deque)
    _beat: float = 0.0
    _where: str | None = None

    async def state(self) -> dict[str, Any]:
        """Tell of the last minute, in milliseconds; a warning where the loop was held for longer than the limit."""
        since = time.monotonic() - _REMEMBERED
        lags = sorted(lag for at, lag in self._lags if at >= since)
        worst = lags[-1] if lags else 0.0
        return {
            "status": "warn" if worst > self.limit else "ok",
            "lag_max_ms": round(worst * 1000, 1),
            "lag_p99_ms": round(lags[int(len(lags) * 0.99)] * 1000, 1) if lags else 0.0,
            "held": sum(lag > self.limit for lag in lags),
        }

    @asynccontextmanager
    async def watching(self) -> AsyncIterator[None]:
        """Watch until the context ends."""
        stop = threading.Event()
        self._beat = time.monotonic()
        thread = threading.Thread(target=self._look, args=(threading.get_ident(), stop), name="loop-watch", daemon=True)
        thread.start()
        ticking = asyncio.create_task(self._tick())
        try:
            yield
        finally:
            ticking.cancel()
            with suppress(asyncio.CancelledError):
                await ticking
            stop.set()
            await asyncio.to_thread(thread.join)

    async def _tick(self) -> None:
        while True:
            self._beat = began = time.monotonic()
            await asyncio.sleep(_TICK)
            now = time.monotonic()
            self._note(now, max(0.0, now - began - _TICK))

    def _note(self, now: float, lag: float) -> None:
        LOOP_LAG.observe(lag)
        self._lags.append((now, lag))
        while self._lags[0][0] < now - _REMEMBERED:
            self._lags.popleft()
        if lag > self.limit:
            _log.warning("event loop held", lag_ms=round(lag * 1000), where=self._where or "unknown")
        self._where = None

    def _look(self, ident: int, stop: threading.Event) -> None:
        """Look, from a thread, at what holds the loop; once for each time that it is held."""
        seen = 0.0
        while not stop.wait(_TICK / 2):
            beat = self._beat
            # Half the limit: what is looked at only when it has passed may be gone again.
            if beat != seen and time.monotonic() - beat > _TICK + self.limit / 2:
                seen, frame = beat, sys._current_frames().get(ident)  # noqa: SLF001 - the documented way to them
                self._where = told(frame) if frame is not None else None


def told(frame: FrameType) -> str:
    """Return where a thread stands: the innermost functions of this package, else the innermost of all."""
    stack: list[FrameType] = []
    inner: FrameType | None = frame
    while inner is not None:
        stack.append(inner)
        inner = inner.f_back
    if frame.f_code.co_name in _WAITING:
        return "nothing: the machine is busy"
    ours = [f for f in stack if Path(f.f_code.co_filename).is_relative_to(_PACKAGE)]
    return " < ".join(_place(f) for f in (ours or stack)[:_FRAMES])


def _place(frame: FrameType) -> str:
    path = Path(frame.f_code.co_filename)
    name = path.relative_to(_PACKAGE) if path.is_relative_to(_PACKAGE) else Path(path.name)
    return f"{name}:{frame.f_lineno} {frame.f_code.co_name}"
