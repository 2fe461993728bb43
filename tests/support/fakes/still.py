"""Time that stands still until somebody sleeps."""

import asyncio
from datetime import UTC, datetime, timedelta

from directapp.connectors.outgoing import Timing


class Still:
    """A clock, a sleep that only moves it, and no chance."""

    def __init__(self, start: datetime = datetime(2026, 6, 15, 10, 0, tzinfo=UTC)) -> None:
        self.start = start
        self.passed = 0.0
        self.slept: list[float] = []
        self.luck = 0.0

    def now(self) -> datetime:
        return self.start + timedelta(seconds=self.passed)

    def forward(self, seconds: float) -> None:
        self.passed += seconds

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.passed += seconds
        await asyncio.sleep(0)

    @property
    def timing(self) -> Timing:
        return Timing(now=self.now, monotonic=lambda: self.passed, sleep=self.sleep, chance=lambda: self.luck)
