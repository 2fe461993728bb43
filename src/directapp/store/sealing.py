"""Sealing: values that have to be read again are stored encrypted, each bound to the field and record it belongs to."""

import hmac
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from directapp.declare.spec import CollectionMeta
from directapp.kernel.errors import KeyMissingError
from directapp.store.changes import Change

KEY_BYTES = 32

_VERSION = "s1"
_NONCE_BYTES, _NAME_BYTES = 12, 4


@dataclass(frozen=True, slots=True)
class DataKey:
    """A key that values are sealed with; its name tells nothing of it."""

    name: str
    key: bytes = field(repr=False)


def key_name(key: bytes) -> str:
    """Return the name of a key."""
    return hmac.digest(key, b"name", "sha256")[:_NAME_BYTES].hex()


class Keys(Protocol):
    """Where the keys are kept."""

    async def current(self) -> DataKey:
        """Return the key to seal with (KeyMissingError: none can be had)."""

    async def named(self, name: str) -> DataKey | None:
        """Return a key by its name, None where it is missing."""


def place_of(collection: str, name: str, record: UUID) -> str:
    """Return the place that a value is sealed for."""
    return f"{collection}.{name} of {record}"


def sealed_with(text: str) -> str | None:
    """Return the name of the key that a text was sealed with, None where it is not sealed."""
    version, _, rest = text.partition(".")
    name, _, body = rest.partition(".")
    return name if version == _VERSION and body else None


@dataclass(frozen=True, slots=True)
class Sealer:
    """Seals with AES-256-GCM (NIST SP 800-38D).

    A sealed text is ``s1.<name of the key>.<nonce and ciphertext, base64url>``.
    """

    keys: Keys

    async def seal(self, plain: str, place: str) -> str:
        """Return a text sealed for one place: it is read there alone (KeyMissingError: no key can be had)."""
        key = await self.keys.current()
        nonce = secrets.token_bytes(_NONCE_BYTES)
        sealed = nonce + AESGCM(key.key).encrypt(nonce, plain.encode(), place.encode())
        return f"{_VERSION}.{key.name}.{urlsafe_b64encode(sealed).decode()}"

    async def unseal(self, text: str, place: str) -> str:
        """Return what was sealed (KeyMissingError: its key is missing, it was for another place, or it was changed)."""
        name = sealed_with(text)
        key = None if name is None else await self.keys.named(name)
        if key is None:
            raise KeyMissingError
        try:
            raw = urlsafe_b64decode(text.rpartition(".")[2])
            return AESGCM(key.key).decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], place.encode()).decode()
        except (InvalidTag, ValueError) as error:
            raise KeyMissingError from error


async def sealed_row(sealer: Sealer | None, meta: CollectionMeta, record: UUID, row: dict[str, Any]) -> dict[str, Any]:
    """Return a row as it is stored: what is encrypted is sealed for its record."""
    names = {n for n in meta.encrypted & row.keys() if row[n] is not None}
    if not names:
        return row
    if sealer is None:
        message = "this database was opened without keys"
        raise RuntimeError(message)
    texts = {n: await sealer.seal(row[n], place_of(meta.name, n, record)) for n in names}
    return row | texts


async def sealed_all(sealer: Sealer | None, meta: CollectionMeta, changes: Sequence[Change]) -> Sequence[Change]:
    """Return changes as they are stored."""
    if not meta.encrypted:
        return changes
    return [Change(await sealed_row(sealer, meta, c.row["id"], c.row), c.audit) for c in changes]


async def unsealed(sealer: Sealer | None, meta: CollectionMeta, record: UUID, name: str, text: str) -> str:
    """Return what stands sealed in a field of a record (KeyMissingError: its key is missing, or it was changed).

    A value from before the field was encrypted is returned as it stands.
    """
    if sealer is None or sealed_with(text) is None:
        return text
    return await sealer.unseal(text, place_of(meta.name, name, record))
