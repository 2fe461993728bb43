"""Changes: what a write puts down in one statement: a row, its audit entry, its events."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from directapp.kernel.actor import Actor
from directapp.kernel.ids import uuid7


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """One change, as it is written down: ``actor`` did it, ``via`` a named system actor where one finished it.

    All that one intent brought about bears its ``act``; what it was about has that for an ``id``. ``at`` is of those
    who play the past; without it PostgreSQL says when its transaction began.
    """

    actor: Actor
    at: datetime | None
    collection: str
    record: UUID
    verb: str
    version: int
    changes: dict[str, Any]
    origin: str
    id: UUID = field(default_factory=uuid7)
    act: UUID | None = None
    via: str | None = None
    request_id: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """A row to write, by column, and how it is told in the audit."""

    row: dict[str, Any]
    audit: AuditEntry


@dataclass(frozen=True, slots=True)
class OutboxEvent:
    """One outbox row; ``delay`` in seconds before it is due."""

    event: str
    collection: str
    record: UUID
    payload: dict[str, Any]
    delay: float = 0.0
