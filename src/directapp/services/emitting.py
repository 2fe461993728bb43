"""Emitting: the events of one transaction, kept until the next write takes them along, or its end."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from directapp.declare.events import Event
from directapp.declare.spec import Spec
from directapp.kernel.actor import Actor
from directapp.kernel.ids import uuid7
from directapp.store.changes import OutboxEvent


@dataclass(slots=True)
class Emitting:
    """What waits to go to the outbox, and who does it; ``any`` says whether any went.

    ``act`` is the number of what is done, in the audit as in the events.
    """

    spec: Spec
    actor: Actor
    act: UUID = field(default_factory=uuid7)
    any: bool = False
    pending: list[OutboxEvent] = field(default_factory=list)

    def row(self, event: Event, record: UUID, payload: dict[str, Any], delay: float = 0.0) -> OutboxEvent:
        """Return an event as it stands in the outbox (DeclarationError: it is not declared)."""
        self.spec.demand_declared(event)
        return OutboxEvent(event.name, event.collection, record, self._trail() | payload, delay)

    def emit(self, event: Event, record: UUID, payload: dict[str, Any], delay: float = 0.0) -> None:
        """Keep an event for the outbox; ``delay`` in seconds."""
        self.pending.append(self.row(event, record, payload, delay))

    def again(self, name: str, collection: str, record: UUID, payload: dict[str, Any]) -> None:
        """Put into the outbox once more what stood there before, by the name under which it was kept."""
        self.pending.append(OutboxEvent(name, collection, record, self._trail() | payload))

    def take(self) -> list[OutboxEvent]:
        """Return what waits; it is the caller's from now on."""
        events, self.pending = self.pending, []
        self.any |= bool(events)
        return events

    def _trail(self) -> dict[str, Any]:
        user = self.actor.user
        return {"actor": self.actor.name, "user": user and str(user), "act": str(self.act)}


class Silent(Emitting):
    """Of what has happened long ago: no event goes out, so nobody is written to about it."""

    def emit(self, event: Event, record: UUID, payload: dict[str, Any], delay: float = 0.0) -> None:
        """Keep nothing."""
