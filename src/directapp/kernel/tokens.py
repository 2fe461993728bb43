"""Opaque tokens: they carry their tenant, and are stored as digests."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

_PARTS = 4


class TokenKind(StrEnum):
    """What a token opens; the first part of its text."""

    SESSION = "session"
    REFRESH = "refresh"
    KEY = "key"
    LINK = "link"
    CALENDAR = "cal"
    SCREEN = "hall"
    DIRECTORY = "scim"


@dataclass(frozen=True, slots=True)
class Token:
    """An opaque token: ``<kind>_<tenant hex>_<id hex>_<secret>``, so that its tenant is known before look-up."""

    kind: TokenKind
    tenant: UUID
    id: UUID
    secret: str

    @property
    def text(self) -> str:
        """Return the text that its holder keeps."""
        return f"{self.kind.value}_{self.tenant.hex}_{self.id.hex}_{self.secret}"

    def matches(self, stored: object) -> bool:
        """Whether the secret is the one that was stored, compared in constant time."""
        return isinstance(stored, str) and hmac.compare_digest(digest(self.secret), stored)


def new_secret() -> str:
    """Return 256 random bits as text."""
    return secrets.token_urlsafe(32)


def digest(secret: str) -> str:
    """Return what is stored of a secret. It is random, so a plain hash cannot be guessed back."""
    return hashlib.sha256(secret.encode()).hexdigest()


def parse_token(text: str, *kinds: TokenKind) -> Token | None:
    """Understand a token of one of these kinds; None when it is none."""
    parts = text.strip().split("_", _PARTS - 1)
    if len(parts) != _PARTS or parts[0] not in kinds or not parts[3]:
        return None
    try:
        return Token(TokenKind(parts[0]), UUID(hex=parts[1]), UUID(hex=parts[2]), parts[3])
    except ValueError:
        return None
