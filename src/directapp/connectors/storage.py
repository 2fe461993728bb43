"""Where bytes are kept: a folder here, or an S3-compatible bucket. Both stream, both write whole or not at all."""

import asyncio
import contextlib
import os
import re
import shutil
from collections.abc import AsyncIterator, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO
from uuid import uuid4

from obstore.exceptions import BaseError, PermissionDeniedError, UnauthenticatedError
from obstore.exceptions import NotFoundError as NotThereError
from obstore.store import S3Store

from directapp.kernel.errors import UnavailableError, without_room
from directapp.telemetry.outside import REFUSED, UNREACHABLE, note_failure, note_good

SERVICE = "bucket"

_KEY = re.compile(r"[a-z0-9][a-z0-9._-]*(/[a-z0-9][a-z0-9._-]*){0,7}")
_CHUNK = 256 * 1024
_LISTED = 1000
_LOW_ON_SPACE = 1024**3


@contextlib.contextmanager
def reaching() -> Iterator[None]:
    """Turn what a full disk or an unreachable bucket answers into UnavailableError."""
    try:
        yield
    except (FileNotFoundError, NotThereError):
        raise
    except BaseError as error:
        refused = isinstance(error, PermissionDeniedError | UnauthenticatedError)
        note_failure(SERVICE, REFUSED if refused else UNREACHABLE)
        raise UnavailableError from error
    except OSError as error:
        if not without_room(error):
            raise
        raise UnavailableError from error


class MissingBytesError(Exception):
    """Nothing is kept under a key."""


def checked(key: str) -> str:
    """Return a key that stays where it belongs (ValueError: it does not)."""
    if not _KEY.fullmatch(key) or ".." in key:
        raise ValueError("not a storage key")
    return key


class LocalStorage:
    """Files in a folder: written beside, synced, then moved into place."""

    def __init__(self, folder: Path) -> None:
        """Keep the folder; it is made when first needed."""
        self._folder = folder

    async def put(self, key: str, chunks: AsyncIterator[bytes]) -> None:
        """Keep bytes under a key, in place of what stood there (UnavailableError: there is no room)."""
        with reaching():
            await self._put(key, chunks)

    async def _put(self, key: str, chunks: AsyncIterator[bytes]) -> None:
        target = self._folder / checked(key)
        await asyncio.to_thread(target.parent.mkdir, parents=True, exist_ok=True, mode=0o700)
        fresh = target.with_name(f".{uuid4().hex}.part")
        file = await asyncio.to_thread(_create, fresh)
        try:
            with file:
                async for chunk in chunks:
                    await asyncio.to_thread(file.write, chunk)
                await asyncio.to_thread(_sync, file)
            await asyncio.to_thread(_move, fresh, target)
        except BaseException:
            await asyncio.to_thread(fresh.unlink, missing_ok=True)
            raise

    async def read(self, key: str, start: int = 0, length: int | None = None) -> AsyncIterator[bytes]:
        """Yield the bytes of a key, or a part of them (MissingBytesError: there are none)."""
        try:
            file = await asyncio.to_thread(_open, self._folder / checked(key), start)
        except FileNotFoundError:
            raise MissingBytesError from None
        with file:
            left = length
            while left is None or left > 0:
                chunk = await asyncio.to_thread(file.read, _CHUNK if left is None else min(left, _CHUNK))
                if not chunk:
                    return
                left = None if left is None else left - len(chunk)
                yield chunk

    async def has(self, key: str) -> bool:
        """Whether something is kept under a key."""
        return await asyncio.to_thread((self._folder / checked(key)).is_file)

    async def delete(self, key: str) -> None:
        """Forget a key."""
        await asyncio.to_thread((self._folder / checked(key)).unlink, missing_ok=True)

    async def keys(self, prefix: str) -> list[str]:
        """Return the keys that lie in a folder."""
        folder = self._folder / checked(prefix)
        names = await asyncio.to_thread(lambda: [path.name for path in folder.iterdir()] if folder.is_dir() else [])
        return [f"{prefix}/{name}" for name in names if not name.startswith(".")]

    async def tidy(self, prefix: str, before: datetime) -> None:
        """Drop what was left half written in a folder and its own before an instant."""
        await asyncio.to_thread(self._tidy, self._folder / checked(prefix), before.timestamp())

    @staticmethod
    def _tidy(folder: Path, before: float) -> None:
        for path in folder.rglob(".*.part"):
            with contextlib.suppress(FileNotFoundError):
                if path.stat().st_mtime < before:
                    path.unlink()

    async def check(self) -> dict[str, Any]:
        """Prove that it can be written to, and say how much room is left."""
        return await asyncio.to_thread(self._try)

    def _try(self) -> dict[str, Any]:
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        probe = self._folder / f".{uuid4().hex}.probe"
        probe.write_bytes(b"1")
        probe.unlink()
        free = shutil.disk_usage(self._folder).free
        return {"status": "ok" if free > _LOW_ON_SPACE else "warn", "free_mb": free // 1024**2}


def _create(path: Path) -> BinaryIO:
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


def _open(path: Path, start: int) -> BinaryIO:
    file = path.open("rb")
    file.seek(start)
    return file


def _sync(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())


def _move(fresh: Path, target: Path) -> None:
    fresh.replace(target)
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


class BucketStorage:
    """Objects in an S3-compatible bucket."""

    def __init__(self, bucket: str, *, endpoint: str, region: str, key: str, secret: str) -> None:
        """Keep how the bucket is reached; an empty ``endpoint`` is Amazon's own."""
        options: dict[str, Any] = {"endpoint": endpoint} if endpoint else {}
        self._store = S3Store(
            bucket,
            region=region,
            access_key_id=key,
            secret_access_key=secret,
            # Whoever waits for a file is told within seconds that it cannot be had.
            retry_config={"max_retries": 3, "retry_timeout": timedelta(seconds=15)},
            client_options={"allow_http": endpoint.startswith("http:"), "timeout": "60s", "connect_timeout": "10s"},
            **options,
        )

    async def put(self, key: str, chunks: AsyncIterator[bytes]) -> None:
        """Keep bytes under a key, in place of what stood there (UnavailableError: the bucket takes none)."""
        with reaching():
            await self._store.put_async(checked(key), chunks)
        note_good(SERVICE)

    async def read(self, key: str, start: int = 0, length: int | None = None) -> AsyncIterator[bytes]:
        """Yield the bytes of a key, or a part of them (MissingBytesError: there are none)."""
        options: Any = None
        if length is not None:
            options = {"range": (start, start + length)}
        elif start:
            options = {"range": {"offset": start}}
        try:
            with reaching():
                found = await self._store.get_async(checked(key), options=options)
        except (FileNotFoundError, NotThereError):
            raise MissingBytesError from None
        async for chunk in found.stream(min_chunk_size=_CHUNK):
            yield bytes(chunk)

    async def has(self, key: str) -> bool:
        """Whether something is kept under a key."""
        try:
            with reaching():
                await self._store.head_async(checked(key))
        except (FileNotFoundError, NotThereError):
            return False
        return True

    async def delete(self, key: str) -> None:
        """Forget a key."""
        with contextlib.suppress(FileNotFoundError, NotThereError), reaching():
            await self._store.delete_async(checked(key))

    async def keys(self, prefix: str) -> list[str]:
        """Return the keys that lie in a folder."""
        found: list[str] = []
        async for some in self._store.list(f"{checked(prefix)}/", chunk_size=_LISTED):
            found += [one["path"] for one in some]
        return found

    async def tidy(self, prefix: str, before: datetime) -> None:
        """Leave it to the bucket, whose rules drop what was never sent in full."""

    async def check(self) -> dict[str, Any]:
        """Prove that the bucket is there: that a key is not in it, one that does not exist answers too."""
        with reaching():
            async for _ in self._store.list("health/", chunk_size=1):
                break
        note_good(SERVICE)
        return {"status": "ok"}


def open_storage(
    folder: Path, *, bucket: str = "", endpoint: str = "", region: str = "", key: str = "", secret: str = ""
) -> LocalStorage | BucketStorage:
    """Return the bucket where one is named, else the folder."""
    if bucket:
        return BucketStorage(bucket, endpoint=endpoint, region=region, key=key, secret=secret)
    return LocalStorage(folder)
