"""Ports: what signing in asks of the rest of the application, and no more."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, TypeVar
from uuid import UUID

from directapp.declare.names import ALL, FieldName, Patch, Row
from directapp.domains.people.mails import Mail
from directapp.kernel.actor import Actor


class Found(Protocol):
    """A record that a look-up made."""

    @property
    def id(self) -> UUID:
        """Its id."""

    @property
    def row(self) -> Row:
        """Every stored column, secrets included."""


Record = TypeVar("Record", bound=Found)


class Rows(Protocol[Record]):
    """The rows of one tenant inside one transaction, as a system actor sees them."""

    async def look_up(self, collection: str, record: UUID) -> Record:
        """Return a record (NotFoundError: there is none)."""

    async def find(self, collection: str, equals: Patch = ALL, *, limit: int = 50) -> list[Record]:
        """Return the records with these values, by id; None is no value, a list any of them."""

    async def hold(self, records: Sequence[UUID]) -> None:
        """Hold records against other writers until the transaction ends."""

    async def create(self, collection: str, values: Mapping[str, Any]) -> Record:
        """Make a record."""

    async def change(self, patch: Mapping[str, Any], *, on: Record) -> Record:
        """Change a record (StaleError: somebody changed it since it was found)."""

    async def unsealed(self, on: Record, name: FieldName[str]) -> str:
        """Return what stands encrypted in a field of a record (KeyMissingError: it cannot be read)."""

    async def remove(self, on: Record) -> None:
        """Delete a record."""


class OpenRows(Rows[Record], Protocol):
    """The rows of a transaction of its own, and which forms were stored in one before."""

    async def came_before(self, form: str | None) -> bool:
        """Whether a form's key was kept; the same form has to wait until this transaction ends."""

    async def keep_form(self, form: str | None) -> None:
        """Keep a form's key, that it is known when it comes again."""


@dataclass(frozen=True, slots=True)
class Failures:
    """Failed attempts under one key."""

    count: int = 0
    last_at: datetime | None = None


class AuthPort(Protocol):
    """The application around the sign-in: directory, transactions, counters, letters, caches."""

    async def find_login(self, email: str) -> tuple[UUID, UUID] | None:
        """Return (tenant, user) of a normalised e-mail address, from outside every tenant."""

    async def sole_tenant(self) -> UUID | None:
        """Return the one tenant that there are people of; None where there are none, or several."""

    def open(self, actor: Actor) -> AbstractAsyncContextManager[OpenRows[Any]]:
        """Open a transaction as a system actor; it commits on a clean exit and rolls back on an error."""

    async def count_failures(self, keys: Sequence[str]) -> Mapping[str, Failures]:
        """Return the failures of the keys that have any."""

    async def record_failure(self, key: str, *, at: datetime, since: datetime) -> Failures:
        """Count one more, at once and atomically; from one again where the last was before ``since``."""

    async def ease_failures(self, key: str, by: int) -> None:
        """Take some back; a key that reaches zero is forgotten."""

    async def clear_failures(self, keys: Sequence[str]) -> None:
        """Forget the keys."""

    async def notify_invalidation(self, tenant: UUID, user: UUID) -> None:
        """Tell every process, after the commit, that what it remembers of a user no longer holds."""

    async def send_mail(self, to: str, mail: Mail) -> None:
        """Send a letter by whichever way is set up."""

    @property
    def can_text(self) -> bool:
        """Whether a service for text messages is set up."""

    async def send_text(self, to: str, text: str) -> None:
        """Send a text message by whichever way is set up (OutsideError: it did not go)."""
