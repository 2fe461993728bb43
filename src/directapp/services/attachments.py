"""Attachments: the bytes outside, the row inside. A file's row walks the pipeline like any other."""

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol
from uuid import UUID

import asyncpg

from directapp.declare.spec import CollectionMeta
from directapp.kernel.actor import Actor
from directapp.kernel.errors import ForbiddenError, NotFoundError, Problem, TooLargeError
from directapp.kernel.ids import uuid7
from directapp.kernel.text import _
from directapp.services import validation
from directapp.services.drafts import TakenError
from directapp.services.intent import Answer, Intent, Origin
from directapp.services.media import Examined, examine_file, shrink_file
from directapp.services.pictures import PICTURES
from directapp.services.pipeline import Pipeline
from directapp.services.processes import Processes

# The collection of files, which pictures of people and sites point to.
FILES = "files"
LARGEST = 25 * 1024 * 1024
SIZES = (160, 480, 1200)
_CHUNK = 256 * 1024

_TOO_LARGE = _("The file is larger than {most} MB.")


class Storage(Protocol):
    """Where bytes are kept."""

    async def put(self, key: str, chunks: AsyncIterator[bytes]) -> None:
        """Keep bytes under a key, whole or not at all."""

    def read(self, key: str, start: int = 0, length: int | None = None) -> AsyncIterator[bytes]:
        """Yield the bytes of a key, or a part of them."""

    async def has(self, key: str) -> bool:
        """Whether something is kept under a key."""

    async def delete(self, key: str) -> None:
        """Forget a key."""

    async def keys(self, prefix: str) -> list[str]:
        """Return the keys that lie in a folder."""

    async def tidy(self, prefix: str, before: datetime) -> None:
        """Drop what was left half written in a folder and its own before an instant."""

    async def check(self) -> dict[str, Any]:
        """Prove that it works."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """A file on its way in."""

    name: str | None
    chunks: AsyncIterator[bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """A file that the actor was seen to see."""

    key: str
    name: str
    media_type: str
    size: int
    sha256: str

    @property
    def is_picture(self) -> bool:
        """Whether there are thumbnails of it."""
        return self.media_type in PICTURES


class Attachments:
    """Keeps and hands out files of one collection (one with the fields of ``files``)."""

    def __init__(
        self,
        pipeline: Pipeline,
        storage: Storage,
        processes: Processes,
        *,
        collection: str = FILES,
        largest: int = LARGEST,
    ) -> None:
        """Keep the wiring; what bytes are is found out in ``processes``. ``largest`` in bytes."""
        self.storage = storage
        self.largest = largest
        self._pipeline = pipeline
        self._processes = processes
        self._collection = collection

    @property
    def meta(self) -> CollectionMeta:
        """The collection of the rows."""
        return self._pipeline.spec[self._collection]

    # -- in ---------------------------------------------------------------------------------------------

    async def keep(
        self,
        actor: Actor,
        incoming: Incoming,
        values: Mapping[str, Any],
        *,
        origin: Origin,
        key: str | None = None,
        request_id: str | None = None,
        reason: str | None = None,
    ) -> Answer:
        """Keep a file and its row; the same file sent again with the same ``key`` is kept once.

        Raises:
            ForbiddenError: the actor makes no files, or a value is not the actor's to set.
            TooLargeError: it is larger than allowed, or takes more time or memory than it may.
            InvalidError: it is nothing that is kept here.
            TooManyError: too many files are being read.

        """
        self._refuse(actor, values)
        async with _folder() as folder:
            await _write(folder / "sent", self._counted(incoming.chunks))
            file = await self._processes.run(examine_file, incoming.name, folder / "sent", folder / "kept")
            place = self._place(actor)
            await self.storage.put(place, _read(folder / "kept"))
        intent = Intent(
            actor=actor,
            collection=self._collection,
            verb="upload",
            origin=origin,
            patch={**values, **_described(file)},
            key=key,
            request_id=request_id,
            reason=reason,
        )
        try:
            answer = await self._write(intent, place)
        except BaseException:
            await asyncio.shield(self.storage.delete(place))
            raise
        if answer.replayed:
            await self.storage.delete(place)
        return answer

    def _refuse(self, actor: Actor, values: Mapping[str, Any]) -> None:
        grants = [g for g in self.meta.grants_of(actor.roles) if g.create]
        if not grants:
            raise ForbiddenError
        validation.refuse_fields(self.meta, values, validation.writable_anywhere(self.meta, grants, create=True))
        validation.understand(self.meta, values, None)

    async def _counted(self, chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        size = 0
        async for chunk in chunks:
            size += len(chunk)
            if size > self.largest:
                text = _TOO_LARGE.fill(most=self.largest // 1024**2)
                raise TooLargeError(Problem(text, field="file"))
            yield chunk

    @staticmethod
    def _place(actor: Actor) -> str:
        name = uuid7().hex
        return f"{actor.tenant.hex}/{name[-2:]}/{name}"

    async def _write(self, intent: Intent, place: str) -> Answer:
        """Write the row as the person, finished by the custodian: what the bytes are is not the person's to say."""
        database, pipeline = self._pipeline.database, self._pipeline
        try:
            async with database.unit(intent.actor) as unit:
                kept = await pipeline.replay(unit, intent)
                if kept is not None:
                    return kept
                work = pipeline.work(unit, intent)
                values = {**intent.patch, "storage_key": place}
                async with work.acting("custodian"):
                    seen = await work.create(work.spec[self._collection], values, verb=intent.verb)
                await work.finish()
                json = await pipeline.shown(unit, intent.actor, self.meta, seen.id)
                answer = Answer(collection=self._collection, record=seen.id, json=json, changes=work.changes)
                await pipeline.remember(unit, answer, intent)
        except (asyncpg.PostgresError, TakenError) as error:
            raise await pipeline.translated(self.meta, intent.actor, error) from error
        if pipeline.after_commit is not None:
            await pipeline.after_commit(intent.actor, work.touched, work.emitting.any)
        return answer

    # -- out --------------------------------------------------------------------------------------------

    async def look_up(self, actor: Actor, record: UUID) -> Stored:
        """Return a file that the actor sees (NotFoundError: unseen)."""
        async with self._pipeline.database.unit(actor, readonly=True) as unit:
            found = await unit.look_up(self.meta, record)
        if found is None or found.row["storage_key"] is None:
            raise NotFoundError
        row = found.row
        return Stored(
            key=row["storage_key"],
            name=row["name"] or "fil",
            media_type=row["media_type"] or "application/octet-stream",
            size=row["size_bytes"] or 0,
            sha256=row["sha256"] or "",
        )

    def read(self, stored: Stored, start: int = 0, length: int | None = None) -> AsyncIterator[bytes]:
        """Yield the bytes of a file, or a part of them."""
        return self.storage.read(stored.key, start, length)

    async def thumbnail(self, stored: Stored, size: int, *, square: bool = False) -> bytes:
        """Return a small WebP picture of a picture; made once, then kept.

        Raises:
            NotFoundError: the file is no picture.
            InvalidError: the picture cannot be read.
            TooLargeError: it takes more time or memory than it may.
            TooManyError: too many pictures are being made.

        """
        if not stored.is_picture or size not in SIZES:
            raise NotFoundError
        key = f"{stored.key}.{size}{'s' if square else ''}.webp"
        if await self.storage.has(key):
            return b"".join([chunk async for chunk in self.storage.read(key)])
        async with _folder() as folder:
            await _write(folder / "whole", self.storage.read(stored.key))
            small = await self._processes.run(shrink_file, folder / "whole", size, square=square)
        await self.storage.put(key, _sliced(small))
        return small


def _described(file: Examined) -> dict[str, Any]:
    return {
        "name": file.name,
        "media_type": file.media_type,
        "size_bytes": file.size,
        "sha256": file.sha256,
        "width": file.width,
        "height": file.height,
    }


@asynccontextmanager
async def _folder() -> AsyncIterator[Path]:
    """Give a folder of one's own, gone afterwards."""
    folder = Path(await asyncio.to_thread(tempfile.mkdtemp, prefix="directapp-file-"))
    try:
        yield folder
    finally:
        await asyncio.shield(asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True))


async def _write(path: Path, chunks: AsyncIterator[bytes]) -> None:
    with await asyncio.to_thread(path.open, "wb") as file:
        async for chunk in chunks:
            await asyncio.to_thread(file.write, chunk)


async def _read(path: Path) -> AsyncIterator[bytes]:
    with await asyncio.to_thread(path.open, "rb") as file:
        while chunk := await asyncio.to_thread(file.read, _CHUNK):
            yield chunk


async def _sliced(content: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(content), _CHUNK):
        yield content[start : start + _CHUNK]
