"""Where backups are kept: a folder or a bucket, everything in it compressed, encrypted and named by its content.

A chunk's name is a keyed digest of what is in it, so that what is unchanged is kept once, and nobody who sees the names
learns whether a file of theirs is in it. What lies in a repository is read with its key alone.
"""

import asyncio
import hmac
import os
import zlib
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from obstore.exceptions import BaseError
from obstore.store import LocalStore, S3Store

CHUNKS, WAL, BACKUPS = "chunks", "wal", "backups"
CHUNK_BYTES = 4 * 1024 * 1024
_NONCE = 12
_LEVEL = 3
_LISTED = 1000


class BackupError(Exception):
    """A backup cannot be made, read or restored; the text says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bucket:
    """How a bucket for backups is reached; an empty ``endpoint`` is Amazon's own."""

    name: str
    endpoint: str = ""
    region: str = "us-east-1"
    key: str = field(default="", repr=False)
    secret: str = field(default="", repr=False)


class Repository:
    """Objects by name. ``secret`` is what everything is encrypted with: without it nothing can be restored."""

    def __init__(self, place: Path | Bucket, secret: str) -> None:
        """Keep where objects lie."""
        self.where = f"the bucket {place.name}" if isinstance(place, Bucket) else str(place)
        self._store: LocalStore | S3Store
        if isinstance(place, Bucket):
            options = {"endpoint": place.endpoint} if place.endpoint else {}
            self._store = S3Store(
                place.name,
                region=place.region,
                access_key_id=place.key,
                secret_access_key=place.secret,
                client_options={"allow_http": place.endpoint.startswith("http:"), "timeout": "120s"},
                **options,  # type: ignore[arg-type]
            )
        else:
            try:
                place.mkdir(parents=True, exist_ok=True, mode=0o700)
            except OSError as error:
                raise BackupError(f"there can be no folder {place}: {error.strerror}") from error
            self._store = LocalStore(place)
        self._naming = hmac.digest(secret.encode(), b"directapp backup names", "sha256")
        self._cipher = AESGCM(hmac.digest(secret.encode(), b"directapp backup", "sha256"))

    async def put(self, name: str, content: bytes) -> None:
        """Keep an object, in place of what stood there (BackupError: it cannot be kept)."""
        sealed = await asyncio.to_thread(self._seal, name, content)
        try:
            await self._store.put_async(name, sealed)
        except (BaseError, OSError) as error:
            raise BackupError(f"{self.where} takes nothing: {error}") from error

    async def get(self, name: str) -> bytes:
        """Return an object (BackupError: it is not there, is damaged, or was made with another key)."""
        try:
            found = await self._store.get_async(name)
            sealed = bytes(await found.bytes_async())
        except FileNotFoundError:
            raise BackupError(f"{name} is missing in {self.where}") from None
        except (BaseError, OSError) as error:
            raise BackupError(f"{self.where} gives nothing: {error}") from error
        return await asyncio.to_thread(self._open, name, sealed)

    async def names(self, kind: str) -> AsyncIterator[tuple[str, datetime]]:
        """Yield the names of a kind, and when each was kept."""
        try:
            async for some in self._store.list(f"{kind}/", chunk_size=_LISTED):
                for one in some:
                    yield one["path"], one["last_modified"]
        except (BaseError, OSError) as error:
            raise BackupError(f"{self.where} is not reached: {error}") from error

    async def delete(self, names: Iterable[str]) -> None:
        """Forget objects."""
        for name in names:
            await self._store.delete_async(name)

    def chunk_name(self, content: bytes) -> str:
        """Return the name of a chunk of this content."""
        digest = hmac.digest(self._naming, content, "sha256").hex()
        return f"{CHUNKS}/{digest[:2]}/{digest}"

    async def put_manifest(self, name: str, manifest: object) -> None:
        """Keep what a backup consists of."""
        await self.put(f"{BACKUPS}/{name}", orjson.dumps(manifest))

    def _seal(self, name: str, content: bytes) -> bytes:
        nonce = os.urandom(_NONCE)
        return nonce + self._cipher.encrypt(nonce, zlib.compress(content, _LEVEL), name.encode())

    def _open(self, name: str, sealed: bytes) -> bytes:
        try:
            return zlib.decompress(self._cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], name.encode()))
        except InvalidTag:
            raise BackupError(f"{name} is damaged, or another key made it (DIRECTAPP_BACKUP_KEY)") from None
