"""Quotas of outside services: how many calls a key has made on a day."""

import hashlib
from collections import Counter
from datetime import date
from typing import Protocol


class Quota(Protocol):
    """Counts calls for each key and day; kept where all processes see it."""

    async def take(self, key: str, day: date, *, amount: int, limit: int) -> bool:
        """Count an amount in one step, unless that would pass the limit; answers whether it was counted."""

    async def settle(self, key: str, day: date, *, used: int) -> None:
        """Raise the count to what the service itself says was used; never lower it."""

    async def used(self, key: str, day: date) -> int:
        """Return what was counted."""


class CountedHere:
    """Counts in this process only."""

    def __init__(self) -> None:
        """Begin with nothing counted."""
        self._counts: Counter[tuple[str, date]] = Counter()

    async def take(self, key: str, day: date, *, amount: int, limit: int) -> bool:
        """Count an amount, unless that would pass the limit."""
        if self._counts[key, day] + amount > limit:
            return False
        self._counts[key, day] += amount
        return True

    async def settle(self, key: str, day: date, *, used: int) -> None:
        """Raise the count."""
        self._counts[key, day] = max(used, self._counts[key, day])

    async def used(self, key: str, day: date) -> int:
        """Return what was counted."""
        return self._counts[key, day]


def fingerprint(secret: str) -> str:
    """Return a name for a key that does not give it away."""
    return hashlib.sha256(secret.encode()).hexdigest()[:12]
