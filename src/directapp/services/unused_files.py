"""Unused files: bytes in the storage that no row names any more are deleted, once nothing has named them for long.

What is found unused is marked in the storage itself, beside the bytes, with when that was. The mark is deleted last:
whenever this is cut short, the next round goes on where it stood.
"""

from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import structlog

from directapp.kernel.actor import system_actor
from directapp.services.attachments import FILES, Storage
from directapp.services.pipeline import Pipeline

_SYSTEM = "custodian"
MARK = ".unused"
_MOST = 10_000_000
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Swept:
    """What a round came to: how many files were marked, freed of their mark, and deleted."""

    marked: int = 0
    freed: int = 0
    deleted: int = 0

    def __add__(self, other: "Swept") -> "Swept":
        """Return both together."""
        return Swept(self.marked + other.marked, self.freed + other.freed, self.deleted + other.deleted)


@dataclass(frozen=True, slots=True)
class UnusedFiles:
    """Goes through the storage of a tenant, of which ``collection`` says what is used."""

    pipeline: Pipeline
    storage: Storage
    kept: timedelta
    collection: str = FILES

    async def sweep(self, tenant: UUID) -> Swept:
        """Mark what no row names, and delete what has been marked for longer than it is kept."""
        total = Swept()
        for part in range(256):
            keys = await self.storage.keys(f"{tenant.hex}/{part:02x}")
            groups: dict[str, list[str]] = defaultdict(list)
            for key in keys:
                groups[_whole(key)].append(key)
            if groups:
                total += await self._sweep_some(tenant, groups)
        await self.storage.tidy(tenant.hex, self.pipeline.clock() - self.kept)
        if total.marked or total.deleted:
            _log.info("unused files", tenant=str(tenant), marked=total.marked, deleted=total.deleted)
        return total

    async def _sweep_some(self, tenant: UUID, groups: dict[str, list[str]]) -> Swept:
        now = self.pipeline.clock()
        used = await self._used(tenant, list(groups))
        marked = freed = deleted = 0
        for whole, keys in groups.items():
            mark = whole + MARK
            if whole in used:
                if mark in keys:
                    await self.storage.delete(mark)
                    freed += 1
                continue
            if mark not in keys:
                await self.storage.put(mark, _once(now.isoformat().encode()))
                marked += 1
            elif await self._since(mark) <= now - self.kept:
                # The whole file goes before its small pictures, and the mark after all of them.
                for key in sorted(set(keys) - {mark}, key=len):
                    await self.storage.delete(key)
                await self.storage.delete(mark)
                deleted += 1
        return Swept(marked, freed, deleted)

    async def _used(self, tenant: UUID, keys: Sequence[str]) -> set[str]:
        """Return which keys a row names; one that several rows name is used as long as any of them is there."""
        meta = self.pipeline.spec[self.collection]
        async with self.pipeline.database.unit(system_actor(tenant, _SYSTEM), readonly=True) as unit:
            rows = await unit.find(meta, _MOST, {"storage_key": list(keys)}, ("storage_key",))
        return {row["storage_key"] for row in rows}

    async def _since(self, mark: str) -> datetime:
        content = b"".join([chunk async for chunk in self.storage.read(mark)])
        return datetime.fromisoformat(content.decode())


def _whole(key: str) -> str:
    """Return the key of the file that a key belongs to: its own, or the one that it is a small picture or mark of."""
    folder, _, name = key.rpartition("/")
    return f"{folder}/{name.partition('.')[0]}"


async def _once(content: bytes) -> AsyncIterator[bytes]:
    yield content
