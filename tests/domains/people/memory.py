"""A sign-in over memory: what the real port does in PostgreSQL, in dictionaries."""

import itertools
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any
from uuid import UUID, uuid4

from directapp.domains.people.flow import Auth
from directapp.domains.people.mails import Mail
from directapp.domains.people.ports import Failures
from directapp.kernel.actor import Actor
from directapp.kernel.errors import NotFoundError, StaleError

PASSWORD = "klargjort-2026"
EMAIL = "kari.nordmann@demo.directapp.no"
Table = dict[UUID, dict[str, Any]]


@dataclass(frozen=True)
class Record:
    collection: str
    id: UUID
    row: Mapping[str, Any]


def _fits(value: Any, asked: Any) -> bool:
    return value in asked if isinstance(asked, list) else bool(value == asked)


@dataclass
class MemoryRows:
    tables: dict[str, Table]
    now: datetime
    undo: list[tuple[Table, UUID, dict[str, Any] | None]] = field(default_factory=list)

    async def look_up(self, collection: str, record: UUID) -> Record:
        row = self.tables.get(collection, {}).get(record)
        if row is None:
            raise NotFoundError
        return Record(collection, record, dict(row))

    async def find(
        self, collection: str, equals: Mapping[str, Any] = MappingProxyType({}), *, limit: int = 50
    ) -> list[Record]:
        rows = sorted(self.tables.get(collection, {}).items())
        fitting = (
            Record(collection, i, dict(r)) for i, r in rows if all(_fits(r.get(k), v) for k, v in equals.items())
        )
        return list(itertools.islice(fitting, limit))

    async def hold(self, records: Sequence[UUID]) -> None:
        """Nobody else is there."""

    async def create(self, collection: str, values: Mapping[str, Any]) -> Record:
        defaults = dict.fromkeys(("ended_at", "used_at", "revoked_at", "last_used_at", "token_hash"))
        made = uuid4()
        self._put(collection, made, {**defaults, "id": made, "created_at": self.now, "version": 1, **values})
        return await self.look_up(collection, made)

    async def change(self, patch: Mapping[str, Any], *, on: Record) -> Record:
        stored = self.tables[on.collection][on.id]
        # As in the pipeline: what changes nothing is not checked for staleness.
        if all(stored.get(name) == value for name, value in patch.items()):
            return await self.look_up(on.collection, on.id)
        if stored["version"] != on.row["version"]:
            raise StaleError
        self._put(on.collection, on.id, {**stored, **patch, "version": stored["version"] + 1})
        return await self.look_up(on.collection, on.id)

    async def unsealed(self, on: Record, name: str) -> str:
        return str(on.row[name])

    async def remove(self, on: Record) -> None:
        table = self.tables[on.collection]
        self.undo.append((table, on.id, table.pop(on.id)))

    async def came_before(self, form: str | None) -> bool:
        return form is not None and bool(await self.find("forms", {"form": form}))

    async def keep_form(self, form: str | None) -> None:
        if form is not None:
            self._put("forms", uuid4(), {"form": form})

    def _put(self, collection: str, record: UUID, row: dict[str, Any]) -> None:
        table = self.tables.setdefault(collection, {})
        self.undo.append((table, record, table.get(record)))
        table[record] = row

    def roll_back(self) -> None:
        for table, record, before in reversed(self.undo):
            if before is None:
                del table[record]
            else:
                table[record] = before


@dataclass
class MemoryPort:
    """An installation: tenants with their tables, the directory, the counters, the mail folder."""

    now: datetime = datetime(2026, 11, 26, 8, tzinfo=UTC)
    tenants: dict[UUID, dict[str, Table]] = field(default_factory=dict)
    directory: dict[str, tuple[UUID, UUID]] = field(default_factory=dict)
    failures: dict[str, Failures] = field(default_factory=dict)
    mails: list[tuple[str, Mail]] = field(default_factory=list)
    invalidated: list[tuple[UUID, UUID]] = field(default_factory=list)
    actors: set[str] = field(default_factory=set)

    def clock(self) -> datetime:
        return self.now

    def pass_time(self, **distance: float) -> None:
        self.now += timedelta(**distance)

    def table(self, tenant: UUID, collection: str) -> Table:
        return self.tenants[tenant].setdefault(collection, {})

    async def find_login(self, email: str) -> tuple[UUID, UUID] | None:
        return self.directory.get(email)

    async def sole_tenant(self) -> UUID | None:
        return next(iter(self.tenants)) if len(self.tenants) == 1 else None

    @asynccontextmanager
    async def open(self, actor: Actor) -> AsyncIterator[MemoryRows]:
        self.actors.add(actor.name)
        rows = MemoryRows(self.tenants.get(actor.tenant, {}), self.now)
        try:
            yield rows
        except BaseException:
            rows.roll_back()
            raise

    async def count_failures(self, keys: Sequence[str]) -> Mapping[str, Failures]:
        return {key: self.failures[key] for key in keys if key in self.failures}

    async def record_failure(self, key: str, *, at: datetime, since: datetime) -> Failures:
        before = self.failures.get(key, Failures())
        stale = before.last_at is None or before.last_at < since
        self.failures[key] = Failures(1 if stale else before.count + 1, at)
        return self.failures[key]

    async def ease_failures(self, key: str, by: int) -> None:
        before = self.failures.pop(key, Failures())
        if before.count > by:
            self.failures[key] = Failures(before.count - by, before.last_at)

    async def clear_failures(self, keys: Sequence[str]) -> None:
        for key in keys:
            self.failures.pop(key, None)

    async def notify_invalidation(self, tenant: UUID, user: UUID) -> None:
        self.invalidated.append((tenant, user))

    async def send_text(self, to: str, text: str) -> None:
        raise NotImplementedError

    async def send_mail(self, to: str, mail: Mail) -> None:
        self.mails.append((to, mail))


@dataclass(frozen=True)
class World:
    """A tenant with a head office, a site below it, and Kari, who manages the head office."""

    port: MemoryPort
    auth: Auth
    tenant: UUID
    head: UUID
    below: UUID
    kari: UUID

    def row(self, collection: str, record: UUID) -> dict[str, Any]:
        return self.port.table(self.tenant, collection)[record]

    def add_user(self, email: str, **values: Any) -> UUID:
        made = uuid4()
        row = {
            "id": made, "version": 1, "email": email, "first_name": "Kari", "last_name": "Nordmann", "language": "nb",
            "roles": ["manager", "new_car_sales"], "dealership": self.head, "active": True, "administrator": False,
            "last_seen_at": None, "sessions_ended_at": None, "created_at": self.port.now,
        }  # fmt: skip
        self.port.table(self.tenant, "users")[made] = {**row, **values}
        self.port.directory[email] = (self.tenant, made)
        return made

    def link(self) -> str:
        """Return the token of the letter sent last."""
        return self.port.mails[-1][1].text.split("/link/")[1].split()[0]
