"""Live: what was committed anywhere reaches every process, coalesced, and each listener only what it may see."""

import asyncio
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from uuid import UUID

from directapp.kernel.actor import Actor
from directapp.kernel.errors import TooManyError
from directapp.kernel.text import _
from directapp.services.reading import Reading
from directapp.store.database import Database

Change = tuple[str, UUID]

_GATHER_SECONDS = 0.15
_MOST_WAITING = 2000
# Of one person in one process: a desk full of tabs.
MOST_OF_ONE = 40
_AGAIN_SECONDS = 30
_TOO_MANY = _("You have more than {most} pages open; this one does not refresh itself.")
# What an open page missed between being made and beginning to listen is kept this long, and no longer than so many.
KEPT_SECONDS = 60.0
_MOST_KEPT = 5000
# A notification carries at most 8000 bytes.
_MOST_IN_ONE = 100


@dataclass(slots=True, eq=False)
class Listener:
    """One open page: what has changed since it last looked."""

    actor: Actor
    waiting: dict[Change, None] = field(default_factory=dict)
    woken: asyncio.Event = field(default_factory=asyncio.Event)


class Live:
    """The hub of one process."""

    def __init__(self, database: Database, reading: Reading) -> None:
        """Keep the way out to other processes, and the reading that decides who sees what."""
        self._database = database
        self._reading = reading
        self._listeners: dict[UUID, set[Listener]] = {}
        self._outgoing: dict[UUID, dict[Change, None]] = {}
        self._sender: asyncio.Task[None] | None = None
        self._kept: deque[tuple[float, UUID, dict[Change, None]]] = deque(maxlen=_MOST_KEPT)

    def tell(self, tenant: UUID, touched: Sequence[Change]) -> None:
        """Take note of committed writes; they are sent together a moment later."""
        self._outgoing.setdefault(tenant, {}).update(dict.fromkeys(touched))
        if self._sender is None or self._sender.done():
            self._sender = asyncio.create_task(self._send())

    async def _send(self) -> None:
        # What is told while the last is being sent finds this task at work, and waits for its next round.
        while self._outgoing:
            await asyncio.sleep(_GATHER_SECONDS)
            outgoing, self._outgoing = self._outgoing, {}
            for tenant, changes in outgoing.items():
                words = [f"{collection}:{record.hex}" for collection, record in changes]
                for start in range(0, len(words), _MOST_IN_ONE):
                    await self._database.notify(f"changed {tenant} {' '.join(words[start : start + _MOST_IN_ONE])}")

    def notified(self, message: str) -> None:
        """Hand what some process says to the listeners of that tenant."""
        word, _, rest = message.partition(" ")
        if word != "changed":
            return
        tenant, *words = rest.split(" ")
        changes: dict[Change, None] = {}
        for one in words:
            collection, _, record = one.partition(":")
            changes[collection, UUID(hex=record)] = None
        self._keep(UUID(tenant), changes)
        for listener in self._listeners.get(UUID(tenant), ()):
            if len(listener.waiting) < _MOST_WAITING:
                listener.waiting.update(changes)
            listener.woken.set()

    def demand_room(self, actor: Actor) -> None:
        """Refuse a person who has more pages open than anybody looks at (TooManyError)."""
        own = sum(one.actor.user == actor.user for one in self._listeners.get(actor.tenant, ()))
        if own >= MOST_OF_ONE:
            raise TooManyError(_TOO_MANY.fill(most=MOST_OF_ONE), retry_after=_AGAIN_SECONDS)

    def _keep(self, tenant: UUID, changes: dict[Change, None]) -> None:
        now = asyncio.get_running_loop().time()
        while self._kept and self._kept[0][0] < now - KEPT_SECONDS:
            self._kept.popleft()
        self._kept.append((now, tenant, changes))

    @contextmanager
    def listening(self, actor: Actor, age: float = 0.0) -> Iterator[Listener]:
        """Listen as an actor for as long as the context lasts.

        A page that was asked for ``age`` seconds ago is told of what was said since, as far as that is kept.
        """
        listener = Listener(actor)
        since = asyncio.get_running_loop().time() - age
        for at, tenant, changes in self._kept:
            if at >= since and tenant == actor.tenant:
                listener.waiting.update(changes)
        if listener.waiting:
            listener.woken.set()
        self._listeners.setdefault(actor.tenant, set()).add(listener)
        try:
            yield listener
        finally:
            self._listeners[actor.tenant].discard(listener)

    async def next(self, listener: Listener, patience: float) -> list[Change] | None:
        """Return the next changes the listener may see, or None when nothing came in ``patience`` seconds."""
        with suppress(TimeoutError):
            await asyncio.wait_for(listener.woken.wait(), patience)
        if not listener.woken.is_set():
            return None
        listener.woken.clear()
        waiting, listener.waiting = listener.waiting, {}
        return await self._reading.seen(listener.actor, list(waiting))

    async def close(self) -> None:
        """Send what is still on its way."""
        if self._sender is not None:
            await self._sender
