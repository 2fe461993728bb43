"""Restoring a backup into a new folder, to an instant; and trying one, to know that it can be done."""

import asyncio
import os
import random
import shlex
import shutil
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from directapp.declare.spec import Spec
from directapp.store.database import Database
from directapp.store.embedded import files
from directapp.store.embedded.backups import Backups, Kept, Manifest
from directapp.store.embedded.repository import WAL, BackupError, Repository
from directapp.store.embedded.server import EmbeddedPostgres, StartFailedError
from directapp.store.embedded.tallies import counting, differences, look, tally
from directapp.store.quiet import hold

_ENDED_EARLY = "recovery ended before configured recovery target was reached"
_SAMPLED = 50
_chance = random.SystemRandom()
Verify = Callable[[Database], Awaitable[list[str]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What came of trying a backup: ``flaws`` a sentence each, empty is good; what was compared, how long it took."""

    backup: str
    flaws: Sequence[str]
    tables: int
    rows: int
    files: int
    restored_bytes: int
    seconds: float


async def restore(backups: Backups, into: Path, *, at: datetime | None = None) -> Manifest:
    """Put a backup into a new folder, and what was written after it up to ``at``; hold the copy. Return which it was.

    Raises:
        BackupError: there is none from before then, the folder is not empty, or something is missing or damaged.

    """
    if await asyncio.to_thread(lambda: into.exists() and any(into.iterdir())):
        raise BackupError(f"{into} is not empty: a backup is restored into a new folder")
    chosen, repository = await backups.newest(at), backups.repository
    if chosen is None:
        when = f" from before {at:%Y-%m-%d %H:%M} UTC" if at else ""
        raise BackupError(f"there is no backup in {repository.where}{when}")
    postgres = await _bring_back(repository, chosen, into, f"recovery_target_time = '{at.isoformat()}'" if at else "")
    try:
        for kept in chosen.files:
            await _write(repository, kept, into)
        await hold(postgres.owner_dsn())
    finally:
        await asyncio.to_thread(postgres.stop)
    return chosen


async def _bring_back(repository: Repository, manifest: Manifest, into: Path, target: str) -> EmbeddedPostgres:
    """Return the database of a backup, running in a new folder."""
    await asyncio.to_thread(files.make_folder, into, mode=0o711 if files.running_as_root() else 0o700)
    postgres = EmbeddedPostgres(into / "postgres")
    await _put_back(repository, manifest, postgres)
    await _recover(postgres, target)
    return postgres


async def _put_back(repository: Repository, manifest: Manifest, postgres: EmbeddedPostgres) -> None:
    place = postgres.place
    await asyncio.to_thread(files.prepare_home, place)
    cluster, logs = place.cluster, place.home / "restored-log"
    for folder in (cluster, logs, *(cluster / name for name in manifest.folders), cluster / "pg_wal/archive_status"):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for kept in manifest.cluster:
        await _write(repository, kept, cluster)
    (cluster / "backup_label").write_text(manifest.label)
    async for name, _ in repository.names(WAL):
        segment = name.rpartition("/")[2]
        if segment >= manifest.first or segment.endswith(".history"):
            (logs / segment).write_bytes(await repository.get(name))


async def _recover(postgres: EmbeddedPostgres, target: str) -> None:
    """Let the server read the log up to its end or a target, and go on from there."""
    place = postgres.place
    cluster, logs = place.cluster, place.home / "restored-log"
    command = f"cp {shlex.quote(str(logs))}/%f %p".replace("'", "''")
    own = cluster / "postgresql.auto.conf"
    # Without a hot standby the server is ready when it has read all that is wanted, and not before.
    lines = [f"restore_command = '{command}'", "recovery_target_action = 'promote'", "hot_standby = off"]
    own.write_text("\n".join([*lines, target, ""]))
    (cluster / "recovery.signal").write_text("")
    if place.account.switch:
        await asyncio.to_thread(_hand_over, (cluster, logs), place.account.uid, place.account.gid)
    try:
        await asyncio.to_thread(postgres.start)
    except StartFailedError as error:
        if not target or _ENDED_EARLY not in str(error):
            raise BackupError(f"the restored database does not start: {error}") from error
        # The log ends before the target: all of it is wanted.
        own.write_text("\n".join([*lines, ""]))
        await asyncio.to_thread(postgres.start)
    own.write_text("")
    await asyncio.to_thread(shutil.rmtree, logs)


async def _write(repository: Repository, kept: Kept, top: Path) -> None:
    path = top / kept.path
    await asyncio.to_thread(path.parent.mkdir, parents=True, exist_ok=True, mode=0o700)
    with await asyncio.to_thread(path.open, "wb") as file:
        os.fchmod(file.fileno(), 0o600)
        for chunk in kept.chunks:
            content = await repository.get(chunk)
            await asyncio.to_thread(file.write, content)
    os.utime(path, (kept.changed, kept.changed))


def _hand_over(tops: Sequence[Path], uid: int, gid: int) -> None:
    for top in tops:
        for path in (top, *top.rglob("*")):
            os.chown(path, uid, gid, follow_symlinks=False)


async def try_newest(backups: Backups, spec: Spec, verify: Verify) -> Trial:
    """Restore the newest backup to a scratch folder, and compare: every table by company, seals, some files.

    ``verify`` looks at the seals of the copy. Raises BackupError: there is none, or it cannot be restored.
    """
    began, repository = time.monotonic(), backups.repository
    newest = await backups.newest()
    if newest is None:
        raise BackupError(f"there is no backup in {repository.where}")
    with TemporaryDirectory(prefix="trial-", dir=backups.data) as scratch:
        await asyncio.to_thread(Path(scratch).chmod, 0o711 if files.running_as_root() else 0o700)
        point = f"recovery_target_name = '{newest.point}'"
        postgres = await _bring_back(repository, newest, Path(scratch) / "copy", point)
        try:
            async with Database(spec, postgres.app_dsn(), size=2) as copy:
                async with counting(copy) as unit:
                    await look(unit)
                    found = await tally(unit)
                flaws = [*differences(newest.tally, found), *await verify(copy)]
        finally:
            await asyncio.to_thread(postgres.stop)
            if postgres.place.moved:
                await asyncio.to_thread(shutil.rmtree, postgres.place.home)
    sampled = _chance.sample(newest.files, min(_SAMPLED, len(newest.files)))
    for kept in sampled:
        flaws += await _flaws_of(repository, kept)
    return Trial(
        backup=newest.name,
        flaws=flaws,
        tables=sum(map(len, newest.tally.values())),
        rows=sum(int(count) for one in newest.tally.values() for count, _ in one.values()),
        files=len(sampled),
        restored_bytes=sum(kept.size for kept in newest.cluster),
        seconds=time.monotonic() - began,
    )


async def _flaws_of(repository: Repository, kept: Kept) -> list[str]:
    """Read a file back; what its chunks are called says what is in them."""
    try:
        contents = [await repository.get(chunk) for chunk in kept.chunks]
    except BackupError as error:
        return [f"{kept.path}: {error}"]
    if any(repository.chunk_name(content) != chunk for content, chunk in zip(contents, kept.chunks, strict=True)):
        return [f"{kept.path}: its content is another"]
    return [] if sum(map(len, contents)) == kept.size else [f"{kept.path}: its size is another"]
