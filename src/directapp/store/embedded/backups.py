"""Backups of the embedded database and the files: a base every day, its log all the while, one repository for both."""

import asyncio
import re
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg
import orjson

from directapp.store.database import Database
from directapp.store.embedded.repository import BACKUPS, CHUNK_BYTES, CHUNKS, WAL, BackupError, Repository
from directapp.store.embedded.server import EmbeddedPostgres
from directapp.store.embedded.tallies import Tally, counting, locked_tables, look, standing_still, tally

# What a server makes anew, or what belongs to one that runs.
_NOT_KEPT = re.compile(
    r"(pg_wal|log|pg_dynshmem|pg_notify|pg_replslot|pg_serial|pg_snapshots|pg_stat_tmp|pg_subtrans)/.+"
    r"|postmaster\.(pid|opts)|backup_label.*|recovery\.signal|postgresql\.auto\.conf|.*\bpgsql_tmp.*|.*pg_internal\.init"
)
_SEGMENT = re.compile(r"[0-9A-F]{24}")
_NAME = "%Y%m%dT%H%M%SZ"
_SHIPPED_SECONDS, _WAITS = 0.2, 300


@dataclass(frozen=True, slots=True)
class Kept:
    """A file as a backup has it: its path, when it was changed, how large it is, its chunks in order."""

    path: str
    changed: float
    size: int
    chunks: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a backup consists of: ``first`` is the first segment of the log it needs, ``point`` where it was counted."""

    name: str
    finished_at: datetime
    label: str
    first: str
    point: str
    folders: tuple[str, ...]
    cluster: tuple[Kept, ...]
    files: tuple[Kept, ...]
    tally: Tally

    def dump(self) -> dict[str, Any]:
        """Return it as JSON's values."""
        told = {name: getattr(self, name) for name in ("name", "label", "first", "point", "folders", "tally")}
        rows = {part: [[k.path, k.changed, k.size, k.chunks] for k in getattr(self, part)] for part in _PARTS}
        return told | rows | {"finished_at": self.finished_at.isoformat()}

    @classmethod
    def load(cls, content: bytes) -> "Manifest":
        """Read it."""
        told: dict[str, Any] = orjson.loads(content)
        for part in _PARTS:
            told[part] = tuple(Kept(p, c, s, tuple(chunks)) for p, c, s, chunks in told[part])
        at, folders = datetime.fromisoformat(told["finished_at"]), tuple(told["folders"])
        return cls(**(told | {"finished_at": at, "folders": folders}))

    @property
    def bytes(self) -> int:
        """How much it restores."""
        return sum(kept.size for kept in (*self.cluster, *self.files))


_PARTS = ("cluster", "files")


@dataclass(frozen=True, slots=True)
class Backups:
    """Takes backups of one installation into a repository; ``data`` is the installation's folder."""

    repository: Repository
    postgres: EmbeddedPostgres
    data: Path
    kept: timedelta = timedelta(days=30)

    async def take(self, database: Database) -> Manifest:
        """Make a backup while everything goes on (BackupError: it could not be made)."""
        began = datetime.now(UTC)
        known = {name async for name, _ in self.repository.names(CHUNKS)}
        before = await self.newest()
        copied, label, first, folders = await self._copy(known)
        point = f"directapp {began.strftime(_NAME)}"
        counted, needed = await self._count(database, point)
        await self._ship_until(needed)
        files = [kept async for kept in self._keep_files(known, before)]
        manifest = Manifest(
            name=began.strftime(_NAME),
            finished_at=datetime.now(UTC),
            label=label,
            first=first,
            point=point,
            folders=folders,
            cluster=copied,
            files=tuple(files),
            tally=counted,
        )
        await self.repository.put_manifest(manifest.name, manifest.dump())
        await self.prune(manifest.finished_at)
        return manifest

    async def _copy(self, known: set[str]) -> tuple[tuple[Kept, ...], str, str, tuple[str, ...]]:
        """Copy the cluster's files; return them, the label, the first segment needed, and the folders."""
        connection = await asyncpg.connect(self.postgres.owner_dsn())
        try:
            await connection.execute("SELECT pg_backup_start('directapp', true)")
            cluster = self.postgres.cluster_dir
            copied = [kept async for kept in self._keep_all(cluster, _cluster_files(cluster), known, {})]
            folders = tuple(sorted(str(p.relative_to(cluster)) for p in cluster.rglob("*") if p.is_dir()))
            (row,) = await connection.fetch("SELECT labelfile FROM pg_backup_stop(wait_for_archive => false)")
        finally:
            await connection.close()
        label = str(row["labelfile"])
        found = re.search(r"\(file ([0-9A-F]{24})\)", label)
        assert found is not None
        return tuple(copied), label, found[1], folders

    async def _count(self, database: Database, point: str) -> tuple[Tally, str]:
        """Mark a point of the log and count every table as it stood there; return the segment that has the point."""
        async with counting(database) as unit:
            async with standing_still(self.postgres.owner_dsn(), locked_tables(database.spec)) as connection:
                lsn = await connection.fetchval("SELECT pg_create_restore_point($1)", point)
                segment = str(await connection.fetchval("SELECT pg_walfile_name($1)", lsn))
                await look(unit)
            counted = await tally(unit)
        connection = await asyncpg.connect(self.postgres.owner_dsn())
        try:
            await connection.execute("SELECT pg_switch_wal()")
        finally:
            await connection.close()
        return counted, segment

    async def _keep_files(self, known: set[str], before: Manifest | None) -> AsyncIterator[Kept]:
        """Keep the files of people, and the installation's secrets; what has not changed is not read again."""
        same = {kept.path: kept for kept in before.files} if before else {}
        async for kept in self._keep_all(self.data, _own_files(self.data), known, same):
            yield kept

    async def _keep_all(
        self, top: Path, paths: Iterator[Path], known: set[str], same: Mapping[str, Kept]
    ) -> AsyncIterator[Kept]:
        for path in await asyncio.to_thread(lambda: sorted(paths)):
            name = str(path.relative_to(top))
            try:
                stat = path.stat()
                kept = same.get(name)
                if kept is None or (kept.changed, kept.size) != (stat.st_mtime, stat.st_size):
                    kept = await self._keep(path, name, stat.st_mtime, known)
            except FileNotFoundError:
                continue
            yield kept

    async def _keep(self, path: Path, name: str, changed: float, known: set[str]) -> Kept:
        chunks, size = [], 0
        with await asyncio.to_thread(path.open, "rb") as file:
            while content := await asyncio.to_thread(file.read, CHUNK_BYTES):
                chunk = await asyncio.to_thread(self.repository.chunk_name, content)
                if chunk not in known:
                    await self.repository.put(chunk, content)
                    known.add(chunk)
                chunks.append(chunk)
                size += len(content)
        return Kept(name, changed, size, tuple(chunks))

    # -- the log -------------------------------------------------------------------------------------

    async def ship(self) -> int:
        """Move what the server has put out of its log into the repository; return how many segments."""
        moved = 0
        for path in sorted(self.postgres.archive_dir.glob("0*")):
            try:
                content = await asyncio.to_thread(path.read_bytes)
                await self.repository.put(f"{WAL}/{path.name}", content)
                await asyncio.to_thread(path.unlink)
            except FileNotFoundError:
                continue
            moved += 1
        return moved

    async def _ship_until(self, segment: str) -> None:
        for _ in range(_WAITS):
            await self.ship()
            if f"{WAL}/{segment}" in {name async for name, _ in self.repository.names(WAL)}:
                return
            await asyncio.sleep(_SHIPPED_SECONDS)
        raise BackupError("the server does not put out its log; its own log says why")

    # -- what is kept --------------------------------------------------------------------------------

    async def manifests(self) -> list[str]:
        """Return the names of the backups, oldest first; a name is when it began, in UTC."""
        return sorted([name.rpartition("/")[2] async for name, _ in self.repository.names(BACKUPS)])

    async def read(self, name: str) -> Manifest:
        """Return a backup by its name (BackupError: there is none)."""
        return Manifest.load(await self.repository.get(f"{BACKUPS}/{name}"))

    async def newest(self, at: datetime | None = None) -> Manifest | None:
        """Return the newest backup that was finished by an instant, or of all."""
        for name in reversed(await self.manifests()):
            manifest = await self.read(name)
            if at is None or manifest.finished_at <= at:
                return manifest
        return None

    async def prune(self, now: datetime) -> None:
        """Forget backups older than they are kept, but never the last, with what only they need."""
        names = await self.manifests()
        old = [name for name in names[:-1] if began_at(name) < now - self.kept]
        if not old:
            return
        await self.repository.delete([f"{BACKUPS}/{name}" for name in old])
        left = [await self.read(name) for name in names if name not in old]
        needed = {chunk for one in left for kept in (*one.cluster, *one.files) for chunk in kept.chunks}
        unused = [name async for name, _ in self.repository.names(CHUNKS) if name not in needed]
        first = min(one.first for one in left)
        logs = [
            n async for n, _ in self.repository.names(WAL) if _SEGMENT.fullmatch(s := n.split("/")[1]) and s < first
        ]
        await self.repository.delete([*unused, *logs])


def began_at(name: str) -> datetime:
    """Return when a backup of this name began."""
    return datetime.strptime(name, _NAME).replace(tzinfo=UTC)


def _cluster_files(cluster: Path) -> Iterator[Path]:
    for path in cluster.rglob("*"):
        if path.is_file() and not _NOT_KEPT.fullmatch(str(path.relative_to(cluster))):
            yield path


def _own_files(data: Path) -> Iterator[Path]:
    yield from (path for name in ("secret", "database-password") if (path := data / name).is_file())
    yield from (path for path in (data / "files").rglob("*") if path.is_file() and not path.name.startswith("."))
