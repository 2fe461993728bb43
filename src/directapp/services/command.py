"""Command context: what a verb or an event handler of a domain may do. Every call goes through the pipeline."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from directapp.declare.case import Case, Sums
from directapp.declare.events import Event
from directapp.declare.fields import Field
from directapp.declare.names import ALL, FieldName, FieldNames, Patch
from directapp.declare.spec import DeclarationError
from directapp.kernel.actor import Actor
from directapp.kernel.errors import NotUniqueError
from directapp.services.drafts import TakenError
from directapp.services.seen import PAGE, Seen, Then, beyond
from directapp.services.work import Work
from directapp.store.sealing import unsealed
from directapp.store.sums import sums_sql


@dataclass(slots=True, kw_only=True)
class CommandContext:
    """What a verb or an event handler of a domain works with: who does what to which record, in which transaction.

    Every read and write goes through the pipeline's ``work``. ``found`` is what a verb that only looks answers with,
    as JSON values.
    """

    case: Case
    collection: str
    work: Work
    seen: Seen | None = None
    params: dict[str, Any] = field(default_factory=dict)
    reason: str | None = None
    answer: Seen | None = None
    shown_once: dict[str, str] = field(default_factory=dict)
    found: Any = None

    @property
    def actor(self) -> Actor:
        """Who does it."""
        return self.case.actor

    @property
    def now(self) -> datetime:
        """When it is done."""
        return self.case.now

    @property
    def verb(self) -> str:
        """What is done."""
        return self.case.verb

    @property
    def target(self) -> Seen:
        """The record the verb is done to."""
        if self.seen is None:
            message = f"{self.verb} is done to no record"
            raise RuntimeError(message)
        return self.seen

    def acts_on(self, record: Seen) -> None:
        """Say which record a verb on the collection turned out to be about: there it can be undone."""
        self.work.target = (record.collection, record.id)

    async def change(self, patch: Mapping[str, Any], *, system: str | None = None, on: Seen | None = None) -> Seen:
        """Change the record (or another one seen); its result becomes the answer."""
        return self._keep(await self._update(on or self.target, patch, system), on)

    async def move(
        self, status: str, patch: Mapping[str, Any] | None = None, *, system: str | None = None, on: Seen | None = None
    ) -> Seen:
        """Set the status by verb; declared step guards are judged."""
        return self._keep(await self._update(on or self.target, patch or {}, system, status), on)

    async def _update(
        self, seen: Seen, patch: Mapping[str, Any], system: str | None, status: str | None = None
    ) -> Seen:
        async with self.work.acting(system):
            meta = self.work.spec[seen.collection]
            return await self.work.update(meta, seen.id, patch, verb=self.verb, status=status)

    async def create(self, collection: str, values: Mapping[str, Any], *, system: str | None = None) -> Seen:
        """Create a record in any collection."""
        async with self.work.acting(system):
            return await self.work.create(self.work.spec[collection], values)

    async def change_all(
        self, collection: str, patches: Mapping[UUID, Mapping[str, Any]], *, system: str | None = None
    ) -> list[Seen]:
        """Change a batch of records, by id, in as few statements as one; only those that changed are returned."""
        if not patches:
            return []
        async with self.work.acting(system):
            return await self.work.update_all(self.work.spec[collection], patches, verb=self.verb)

    async def create_all(
        self,
        collection: str,
        rows: Sequence[Mapping[str, Any]],
        *,
        system: str | None = None,
        then: Then | None = None,
        later: bool = False,
    ) -> list[Seen]:
        """Create a batch of records in as few statements as one; ``then`` says which event follows from each.

        ``later``: at the end of the transaction, with those of other events, where the act is an event handler among
        several; nothing is returned of those.
        """
        if not rows:
            return []
        async with self.work.acting(system):
            return await self.work.create_all(self.work.spec[collection], rows, verb="create", then=then, later=later)

    def lifted(self, collection: str, records: Sequence[UUID]) -> AbstractAsyncContextManager[None]:
        """Let records that are about to be put elsewhere count nowhere, each until it is written.

        So several may change places, whatever the order. Those that were not written count again at the end.
        """
        return self.work.tallying.lift(self.work.spec[collection], records)

    @asynccontextmanager
    async def confirming(self) -> AsyncIterator[None]:
        """Write what asks for a yes as confirmed: whoever does this was shown what it brings with it before."""
        before, self.work.confirmed = self.work.confirmed, True
        try:
            yield
        finally:
            self.work.confirmed = before

    @asynccontextmanager
    async def attempt(self) -> AsyncIterator[None]:
        """Undo what is inside, and only that, when it is refused (NotUniqueError: a value stands elsewhere)."""
        try:
            async with self.work.unit.savepoint():
                yield
        except TakenError as error:
            raise NotUniqueError from error

    async def hold(self, records: Sequence[UUID]) -> None:
        """Hold records against other writers; whoever writes many does so first."""
        await self.work.unit.lock_all(records)

    async def remove(self, on: Seen, *, system: str | None = None) -> None:
        """Delete a record."""
        async with self.work.acting(system):
            await self.work.delete(self.work.spec[on.collection], on.id)

    async def look_up(self, collection: str, record: UUID, *, system: str | None = None) -> Seen:
        """Find a record by id (NotFoundError: unseen)."""
        return await self.work.look_up(collection, record, system=system)

    async def find(
        self,
        collection: str,
        equals: Patch = ALL,
        *,
        system: str | None = None,
        limit: int = 50,
        only: Sequence[str] = (),
        cached: bool = False,
    ) -> list[Seen]:
        """Find records whose fields have these values; a list means any of, None no value, a Range between.

        ``only`` names the columns that are needed, where there are many rows. What is ``cached``, such as people
        and sites, may be answered from an earlier look in the same transaction.
        """
        return await self.work.find(collection, equals, system=system, limit=limit, only=only, cached=cached)

    async def every(
        self,
        collection: str,
        equals: Patch = ALL,
        *,
        system: str | None = None,
        only: Sequence[str] = (),
        at_a_time: int = PAGE,
    ) -> list[Seen]:
        """Find all such records, however many: a page at a time, in the order of their ids."""
        found: list[Seen] = []
        page = await self.find(collection, equals, system=system, limit=at_a_time, only=only)
        while page:
            found += page
            if len(page) < at_a_time:
                break
            following = {**equals, FieldNames.id: beyond(page)}
            page = await self.find(collection, following, system=system, limit=at_a_time, only=only)
        return found

    async def unsealed(self, record: Seen, name: FieldName[str]) -> str:
        """Return what stands encrypted in a field of a record (KeyMissingError: it cannot be read)."""
        meta = self.work.spec[record.collection]
        return await unsealed(self.work.unit.sealer, meta, record.id, name, record.row[name])

    async def sums(self, collection: str, asked: Sums, *, system: str | None = None) -> Sequence[Mapping[str, Any]]:
        """Add up figures over the records of a collection that the actor sees, a row for each group."""
        async with self.work.acting(system):
            unit = self.work.unit
            sql, values = sums_sql(self.work.spec[collection], unit.actor.tenant, asked)
            return [dict(row) for row in await unit.fetch(sql, *values)]

    async def readable(self, record: Seen, actor: Actor) -> frozenset[str]:
        """Return the fields that an actor reads of a record; none where it does not see it."""
        return await self.work.readable(record.collection, record.id, actor)

    async def count_seen(self, collection: str, actor: Actor, most: int) -> int:
        """Return how many records of a collection an actor sees, one past ``most`` where there are more."""
        return await self.work.count_seen(collection, actor, most)

    def fields(self, collection: str) -> Mapping[str, Field]:
        """Return what a collection declares of its fields, by name: labels, kinds, choices; {} for no collection."""
        return self.work.fields(collection)

    def emit(self, event: Event, *, on: Seen | UUID | None = None, delay: float = 0.0, **payload: Any) -> None:
        """Put an event about the record (or another one) in the outbox; ``delay`` in seconds."""
        about = on or self.target
        unknown = set(payload) - {name for name, _ in event.payload}
        if unknown or (isinstance(about, Seen) and about.collection != event.collection):
            message = f"the event {event.name} is about {event.collection} and does not carry {sorted(unknown)}"
            raise DeclarationError(message)
        self.work.emitting.emit(event, about.id if isinstance(about, Seen) else about, payload, delay)

    def _keep(self, done: Seen, on: Seen | None) -> Seen:
        if on is None or (self.seen is not None and on.id == self.seen.id):
            self.seen = done
            self.answer = done
        return done
