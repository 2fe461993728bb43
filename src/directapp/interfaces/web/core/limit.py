"""A limit on pages without a sign-in: so many in a minute from one address, counted in this process."""

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

_MOST_KEYS = 20_000


@dataclass(slots=True)
class Limit:
    """Lets ``most`` calls of a key through within ``seconds``; they come back evenly, not all at once."""

    most: int
    seconds: float = 60.0
    clock: Callable[[], float] = time.monotonic
    _levels: OrderedDict[str, tuple[float, float]] = field(default_factory=OrderedDict, repr=False)

    def passes(self, key: str) -> bool:
        """Whether one more call of a key is let through now."""
        now = self.clock()
        level, at = self._levels.pop(key, (0.0, now))
        level = max(0.0, level - (now - at) * self.most / self.seconds)
        allowed = level + 1 <= self.most
        self._levels[key] = (level + 1 if allowed else level, now)
        while len(self._levels) > _MOST_KEYS:
            self._levels.popitem(last=False)
        return allowed
