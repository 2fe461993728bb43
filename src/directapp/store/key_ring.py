"""The key ring: keys that values are sealed with, each stored wrapped by a master key that the database never sees."""

import asyncio
import hmac
import secrets
import time
from base64 import b64decode, b64encode
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol

import asyncpg
import structlog
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap

from directapp.kernel.errors import DirectAppError, KeyMissingError
from directapp.store.database import Database
from directapp.store.sealing import KEY_BYTES, DataKey, key_name

# A process that did not hear of a new key goes on sealing with the old one so long.
_FRESH_SECONDS = 60.0
_log = structlog.get_logger(__name__)


class MasterKey(Protocol):
    """A key that wraps other keys: of a setting, or of a service that never gives it away."""

    @property
    def name(self) -> str:
        """What stands beside the keys that it wrapped."""

    async def wrap(self, key: bytes) -> bytes:
        """Return a key wrapped (DirectAppError: the service does not answer, or refuses)."""

    async def unwrap(self, wrapped: bytes) -> bytes:
        """Return a key that was wrapped (DirectAppError: likewise, or it is not what was wrapped here)."""


class SecretMasterKey:
    """A master key made from a secret of the settings; wraps as RFC 3394 does."""

    def __init__(self, secret: str) -> None:
        """Derive the key, and a name for it that tells nothing of it."""
        self._key = hmac.digest(secret.encode(), b"directapp master key", "sha256")
        self.name = f"secret:{key_name(self._key)}"

    async def wrap(self, key: bytes) -> bytes:
        """Return a key wrapped."""
        return aes_key_wrap(self._key, key)

    async def unwrap(self, wrapped: bytes) -> bytes:
        """Return a key that was wrapped (KeyMissingError: not by this one)."""
        try:
            return aes_key_unwrap(self._key, wrapped)
        except InvalidUnwrap as error:
            raise KeyMissingError from error


@dataclass(frozen=True, slots=True)
class KeyState:
    """A key of the ring: the master key that wraps it, and whether it can be read now."""

    name: str
    master: str
    made: str
    readable: bool
    current: bool


class KeyRing:
    """The keys of an installation. Each process keeps them unwrapped, and looks again where one is unknown to it."""

    def __init__(self, database: Database, owner: str, masters: Sequence[MasterKey]) -> None:
        """``owner`` is the address of the database's owner; the first master key wraps, the others are older ones."""
        self._database = database
        self._owner = owner
        self._masters = tuple(masters)
        self._keys: dict[str, DataKey] = {}
        self._newest: str | None = None
        self._looked_at = -_FRESH_SECONDS
        self._looking = asyncio.Lock()

    async def current(self) -> DataKey:
        """Return the newest key (KeyMissingError, or what its service says: it cannot be had)."""
        if time.monotonic() - self._looked_at >= _FRESH_SECONDS:
            await self._look()
        if self._newest is None:
            await self.add(first=True)
            await self._look()
        key = self._keys.get(self._newest or "")
        if key is None:
            raise KeyMissingError
        return key

    async def named(self, name: str) -> DataKey | None:
        """Return a key by its name, None where it is missing or its master key is."""
        if name not in self._keys:
            await self._look()
        return self._keys.get(name)

    async def open(self) -> None:
        """Make the first key of a new installation, and wrap with the present master key what older ones wrapped."""
        if not await self._look():
            with suppress(DirectAppError):
                await self.add(first=True)
        if missing := [state.name for state in await self.states() if not state.readable]:
            _log.error("keys_missing", keys=missing)
            return
        await self._wrap_anew()

    async def add(self, *, first: bool = False) -> DataKey:
        """Make the key that everything is sealed with from now on (``first``: unless there is one by now).

        Raises:
            DirectAppError: the master key's service does not answer, or refuses.

        """
        raw = secrets.token_bytes(KEY_BYTES)
        key, master = DataKey(key_name(raw), raw), self._masters[0]
        wrapped = b64encode(await master.wrap(raw)).decode()
        connection = await asyncpg.connect(self._owner)
        try:
            async with connection.transaction():
                await connection.execute("LOCK TABLE encryption_keys IN EXCLUSIVE MODE")
                await connection.execute(
                    "INSERT INTO encryption_keys (name, master, wrapped) SELECT $1, $2, $3"
                    " WHERE NOT $4 OR NOT EXISTS (SELECT FROM encryption_keys)",
                    key.name,
                    master.name,
                    wrapped,
                    first,
                )
        finally:
            await connection.close()
        self._looked_at = -_FRESH_SECONDS
        return key

    async def states(self) -> list[KeyState]:
        """Return the keys, oldest first."""
        rows = await self._look()
        return [
            KeyState(
                name=row["name"],
                master=row["master"],
                made=f"{row['made_at']:%Y-%m-%d %H:%M}",
                readable=row["name"] in self._keys,
                current=row is rows[-1],
            )
            for row in rows
        ]

    async def state(self) -> dict[str, object]:
        """Tell whether every key can be read; an error when one cannot."""
        missing = [state.name for state in await self.states() if not state.readable]
        return {"status": "error" if missing or not self._keys else "ok", "missing": missing}

    async def _look(self) -> list[asyncpg.Record]:
        async with self._looking:
            rows = await self._rows()
            for row in rows:
                if row["name"] not in self._keys and (key := await self._unwrapped(row)):
                    self._keys[row["name"]] = key
            self._newest = rows[-1]["name"] if rows else None
            self._looked_at = time.monotonic()
            return rows

    async def _rows(self) -> list[asyncpg.Record]:
        # Not from the pool: whoever seals holds a connection of it already, and all of them may.
        connection = await asyncpg.connect(self._database.direct)
        try:
            rows: list[asyncpg.Record] = await connection.fetch(
                "SELECT name, master, wrapped, made_at FROM encryption_keys ORDER BY made_at, name"
            )
        finally:
            await connection.close()
        return rows

    async def _unwrapped(self, row: asyncpg.Record) -> DataKey | None:
        for master in self._masters:
            if master.name == row["master"]:
                try:
                    raw = await master.unwrap(b64decode(row["wrapped"]))
                except DirectAppError as error:
                    _log.warning("key_not_unwrapped", key=row["name"], master=master.name, reason=error.code)
                    return None
                return DataKey(row["name"], raw) if key_name(raw) == row["name"] else None
        return None

    async def _wrap_anew(self) -> None:
        master = self._masters[0]
        stale = [state.name for state in await self.states() if state.master != master.name]
        if not stale:
            return
        connection = await asyncpg.connect(self._owner)
        try:
            for name in stale:
                wrapped = b64encode(await master.wrap(self._keys[name].key)).decode()
                await connection.execute(
                    "UPDATE encryption_keys SET master = $2, wrapped = $3 WHERE name = $1", name, master.name, wrapped
                )
        finally:
            await connection.close()
        _log.info("keys_wrapped_anew", master=master.name, keys=len(stale))
