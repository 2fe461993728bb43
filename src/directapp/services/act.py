"""Act: what a verb or a event handler of a domain may do. Every call walks the pipeline."""

from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol
from uuid import UUID

from directapp.declare.case import Case, Range, Sums
from directapp.declare.events import Event
from directapp.declare.fields import Field
from directapp.declare.spec import DeclarationError
from directapp.kernel.actor import Actor
from directapp.services.emitting import Emitting

if TYPE_CHECKING:
    from collections.abc import Sequence


# How many records are looked at in one statement, where all are.
PAGE = 5_000

# The event that follows from a new record's values, and in how many seconds.
Then = Callable[[Mapping[str, Any]], tuple[Event, float] | None]


@dataclass(frozen=True, slots=True)
class Seen:
    """A record that a look-up found for an actor. Only look-ups and writes make one."""

    collection: str
    id: UUID
    row: Mapping[str, Any]

    @property
    def version(self) -> int:
        """The version of the row as it was seen."""
        return int(self.row["version"])


def beyond(page: "Sequence[Seen]") -> Range:
    """Return the ids after those of a page: where the next begins."""
    return Range(UUID(int=page[-1].id.int + 1))


class Doors(Protocol):
    """What an Act needs of the transaction it runs in."""

    async def change(self, seen: Seen, patch: Mapping[str, Any], *, system: str | None, verb: str) -> Seen:
        """Change a record as the actor, or as a named system actor."""

    async def move(self, seen: Seen, status: str, patch: Mapping[str, Any], *, system: str | None, verb: str) -> Seen:
        """Set a status by verb, with further values."""

    async def insert(self, collection: str, values: Mapping[str, Any], *, system: str | None, verb: str) -> Seen:
        """Create a record."""

    async def change_all(
        self, collection: str, patches: Mapping[UUID, Mapping[str, Any]], *, system: str | None, verb: str
    ) -> "Sequence[Seen]":
        """Change many records of a collection as the actor, or as a named system actor."""

    async def insert_all(
        self,
        collection: str,
        rows: "Sequence[Mapping[str, Any]]",
        *,
        system: str | None,
        verb: str,
        then: Then | None = None,
        later: bool = False,
    ) -> "Sequence[Seen]":
        """Create many records of a collection as the system actor, or as a named one."""

    def lifted(self, collection: str, records: "Sequence[UUID]") -> AbstractAsyncContextManager[None]:
        """Let records count nowhere until they are written."""

    async def hold(self, records: "Sequence[UUID]") -> None:
        """Hold records against other writers."""

    async def remove(self, seen: Seen, *, system: str | None) -> None:
        """Delete a record."""

    async def look_up(self, collection: str, record: UUID, *, system: str | None) -> Seen:
        """Find a record the actor sees."""

    async def find(
        self,
        collection: str,
        equals: dict[str, Any],
        *,
        system: str | None,
        limit: int,
        only: "Sequence[str]" = (),
        settled: bool = False,
    ) -> "Sequence[Seen]":
        """Find records by equal values, with some of their columns or all."""

    async def sums(self, collection: str, asked: Sums, *, system: str) -> "Sequence[Mapping[str, Any]]":
        """Add up figures over records."""

    async def readable(self, collection: str, record: UUID, actor: Actor) -> frozenset[str]:
        """Return the fields that an actor reads of a record; none where it does not see it."""

    def fields(self, collection: str) -> Mapping[str, Field]:
        """Return what a collection declares of its fields, by name."""

    @property
    def emitting(self) -> Emitting:
        """What goes to the outbox."""


@dataclass(slots=True, kw_only=True)
class Act:
    """One verb being done: who, to what, with which parameters, and the doors to do it through.

    ``found`` is what a verb that only looks answers with, as JSON values.
    """

    actor: Actor
    now: datetime
    case: Case
    verb: str
    collection: str
    doors: Doors
    seen: Seen | None = None
    params: dict[str, Any] = field(default_factory=dict)
    reason: str | None = None
    answer: Seen | None = None
    shown_once: dict[str, str] = field(default_factory=dict)
    found: Any = None

    @property
    def target(self) -> Seen:
        """The record the verb is done to."""
        if self.seen is None:
            message = f"{self.verb} is done to no record"
            raise RuntimeError(message)
        return self.seen

    async def change(self, patch: Mapping[str, Any], *, system: str | None = None, on: Seen | None = None) -> Seen:
        """Change the record (or another one seen); its result becomes the answer."""
        done = await self.doors.change(on or self.target, patch, system=system, verb=self.verb)
        return self._keep(done, on)

    async def move(
        self,
        status: str,
        patch: Mapping[str, Any] | None = None,
        *,
        system: str | None = None,
        on: Seen | None = None,
    ) -> Seen:
        """Set the status by verb; declared step guards are judged."""
        done = await self.doors.move(on or self.target, status, patch or {}, system=system, verb=self.verb)
        return self._keep(done, on)

    async def create(self, collection: str, values: Mapping[str, Any], *, system: str | None = None) -> Seen:
        """Create a record in any collection."""
        return await self.doors.insert(collection, values, system=system, verb="create")

    async def change_all(
        self, collection: str, patches: Mapping[UUID, Mapping[str, Any]], *, system: str | None = None
    ) -> list[Seen]:
        """Change a pile of records, by id, in as few statements as one; only those that changed are returned."""
        return list(await self.doors.change_all(collection, patches, system=system, verb=self.verb)) if patches else []

    async def create_all(
        self,
        collection: str,
        rows: "Sequence[Mapping[str, Any]]",
        *,
        system: str | None = None,
        then: Then | None = None,
        later: bool = False,
    ) -> list[Seen]:
        """Create a pile of records in as few statements as one; ``then`` says which event follows from each.

        ``later``: at the end of the transaction, with those of other events, where the act is a event handler among
        several; nothing is returned of those.
        """
        if not rows:
            return []
        made = self.doors.insert_all(collection, rows, system=system, verb="create", then=then, later=later)
        return list(await made)

    def lifted(self, collection: str, records: "Sequence[UUID]") -> AbstractAsyncContextManager[None]:
        """Let records that are about to be put elsewhere count nowhere, each until it is written.

        So several may change places, whatever the order. Those that were not written count again at the end.
        """
        return self.doors.lifted(collection, records)

    async def hold(self, records: "Sequence[UUID]") -> None:
        """Hold records against other writers; whoever writes many does so first."""
        await self.doors.hold(records)

    async def remove(self, on: Seen, *, system: str | None = None) -> None:
        """Delete a record."""
        await self.doors.remove(on, system=system)

    async def look_up(self, collection: str, record: UUID, *, system: str | None = None) -> Seen:
        """Find a record by id (NotFoundError: unseen)."""
        return await self.doors.look_up(collection, record, system=system)

    async def find(
        self,
        collection: str,
        *,
        system: str | None = None,
        limit: int = 50,
        only: "Sequence[str]" = (),
        settled: bool = False,
        **equals: Any,
    ) -> list[Seen]:
        """Find records whose columns have these values; a list means any of, None no value, a Span between.

        ``only`` names the columns that are needed, where there are many rows. What is ``settled``, such as people
        and sites, may be answered from an earlier look in the same transaction.
        """
        found = self.doors.find(collection, equals, system=system, limit=limit, only=only, settled=settled)
        return list(await found)

    async def every(
        self,
        collection: str,
        *,
        system: str | None = None,
        only: "Sequence[str]" = (),
        at_a_time: int = PAGE,
        **equals: Any,
    ) -> list[Seen]:
        """Find all such records, however many: a page at a time, in the order of their ids."""
        found: list[Seen] = []
        page = await self.find(collection, system=system, limit=at_a_time, only=only, **equals)
        while page:
            found += page
            if len(page) < at_a_time:
                break
            page = await self.find(collection, system=system, limit=at_a_time, only=only, id=beyond(page), **equals)
        return found

    async def sums(self, collection: str, asked: Sums, *, system: str) -> "Sequence[Mapping[str, Any]]":
        """Add up figures over the records of a collection, a row for each group."""
        return await self.doors.sums(collection, asked, system=system)

    async def readable(self, record: Seen, actor: Actor) -> frozenset[str]:
        """Return the fields that an actor reads of a record; none where it does not see it."""
        return await self.doors.readable(record.collection, record.id, actor)

    def fields(self, collection: str) -> Mapping[str, Field]:
        """Return what a collection declares of its fields, by name: labels, kinds, choices; {} for no collection."""
        return self.doors.fields(collection)

    def emit(self, event: Event, *, on: Seen | UUID | None = None, delay: float = 0.0, **payload: Any) -> None:
        """Put an event about the record (or another one) in the outbox; ``delay`` in seconds."""
        about = on or self.target
        unknown = set(payload) - {name for name, _ in event.payload}
        if unknown or (isinstance(about, Seen) and about.collection != event.collection):
            message = f"the event {event.name} is about {event.collection} and does not carry {sorted(unknown)}"
            raise DeclarationError(message)
        self.doors.emitting.emit(event, about.id if isinstance(about, Seen) else about, payload, delay)

    def _keep(self, done: Seen, on: Seen | None) -> Seen:
        if on is None or (self.seen is not None and on.id == self.seen.id):
            self.seen = done
            self.answer = done
        return done
