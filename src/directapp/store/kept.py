"""What is kept for the next time, within a budget: prepared statements on a connection, plans in the process."""

from collections import OrderedDict
from collections.abc import Hashable
from typing import Any, Generic, TypeVar

import asyncpg

# A prepared statement takes this much of its backend at least (policies are planned along), and this much more for
# each of its characters: measured with pg_backend_memory_contexts over every collection.
_STATEMENT_LEAST = 400_000
_STATEMENT_PER_CHARACTER = 80
STATEMENT_BUDGET = 64_000_000
_SIGHTINGS = 2000
# A connection ends after this many statements or idle seconds, or when it has planned this many characters of SQL that
# it did not keep: what its backend has gathered goes with it.
MOST_STATEMENTS = 50_000
MOST_PLANNED = 2_000_000
IDLE_SECONDS = 900.0
# Characters of SQL in the process, and what a plan's key and object weigh beside its text.
PLAN_BUDGET = 16_000_000
PLAN_LEAST = 2_000

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Budget(Generic[K, V]):
    """Values by key, each with its weight; the longest unused go when the weights pass the budget."""

    def __init__(self, most: int) -> None:
        """Keep at most this weight in all, but always the latest value."""
        self.most = most
        self.weight = 0
        self._kept: OrderedDict[K, tuple[V, int]] = OrderedDict()

    def __len__(self) -> int:
        """Return how many are kept."""
        return len(self._kept)

    def get(self, key: K) -> V | None:
        """Return a value, which is then the latest used."""
        found = self._kept.get(key)
        if found is None:
            return None
        self._kept.move_to_end(key)
        return found[0]

    def put(self, key: K, value: V, weight: int) -> list[V]:
        """Keep a value, and return those that had to go for it."""
        gone = [self.drop(key)] if key in self._kept else []
        self._kept[key] = (value, weight)
        self.weight += weight
        while self.weight > self.most and len(self._kept) > 1:
            gone.append(self.drop(next(iter(self._kept))))
        return gone

    def drop(self, key: K) -> V:
        """Forget a value and return it."""
        value, weight = self._kept.pop(key)
        self.weight -= weight
        return value

    def clear(self) -> list[V]:
        """Forget everything and return it."""
        gone = [value for value, _ in self._kept.values()]
        self._kept.clear()
        self.weight = 0
        return gone


class LeanConnection(asyncpg.Connection):
    """A connection that is not reset on release, and prepares only what it is asked a second time.

    Every setting here is local to its transaction. The driver's own cache counts statements, however large, and
    keeps each that ran once; this one weighs them. It is opened with a driver's cache of a few, for its own look-ups.
    """

    budget = STATEMENT_BUDGET
    prepares_at_once = False

    def __init__(self, *args: Any, **more: Any) -> None:
        """Begin with nothing prepared."""
        self._prepared: Budget[str, Any] = Budget(self.budget)
        self._seen: Budget[int, bool] = Budget(_SIGHTINGS)
        self._planned = 0
        super().__init__(*args, **more)

    @property
    def worn(self) -> bool:
        """Whether it is time to end this connection."""
        return self._planned > MOST_PLANNED

    def get_reset_query(self) -> str:
        """Return nothing to run."""
        return ""

    async def _get_statement(self, query: str, *rest: Any, **how: Any) -> Any:
        if how.get("named") or how.get("ignore_custom_codec"):
            return await super()._get_statement(query, *rest, **how)  # type: ignore[misc]
        state = self._prepared.get(query)
        if state is not None and not state.closed:
            return state
        mark = hash(query)
        named = self.prepares_at_once or self._seen.get(mark) is not None
        self._seen.put(mark, True, 1)
        state = await super()._get_statement(query, *rest, **(how | {"named": named, "use_cache": False}))  # type: ignore[misc]
        if named:
            weight = _STATEMENT_LEAST + _STATEMENT_PER_CHARACTER * len(query)
            self._close_all(self._prepared.put(query, state, weight))
        else:
            self._planned += len(query)
        return state

    def _close_all(self, states: list[Any]) -> None:
        for state in states:
            self._maybe_gc_stmt(state)  # type: ignore[attr-defined]

    def _drop_local_statement_cache(self) -> None:
        super()._drop_local_statement_cache()  # type: ignore[misc]
        self._close_all(self._prepared.clear())


class PooledConnection(LeanConnection):
    """A connection to a pooler that lends a server for one transaction: nothing outlives that, by no name."""

    async def _get_statement(self, query: str, *rest: Any, **how: Any) -> Any:
        unnamed = how | {"named": False, "use_cache": False}
        return await super(LeanConnection, self)._get_statement(query, *rest, **unnamed)  # type: ignore[misc]

    async def _execute(self, *words: Any, **how: Any) -> Any:
        if self.is_in_transaction():
            return await super()._execute(*words, **how)  # type: ignore[misc]
        async with self.transaction():
            return await super()._execute(*words, **how)  # type: ignore[misc]


class EveryRoleConnection(LeanConnection):
    """A connection of the few that work for every role of a tenant in turn, and end soon."""

    budget = 4 * STATEMENT_BUDGET
    prepares_at_once = True
