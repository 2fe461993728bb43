"""Tokens: opaque ones that carry their tenant and are stored as digests, and the signed short-lived one."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from directapp.kernel.errors import TokenExpiredError, UnauthenticatedError

ACCESS_LIFE = timedelta(minutes=15)
_SHORTEST_SECRET = 32
_PARTS = 4
_AUDIENCE = "directapp"


class TokenKind(StrEnum):
    """What a token opens; the first part of its text."""

    SESSION = "session"
    REFRESH = "refresh"
    KEY = "key"
    LINK = "link"


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


@dataclass(frozen=True, slots=True)
class Claims:
    """What an access token says."""

    tenant: UUID
    user: UUID
    session: UUID
    expires_at: datetime


class Signer:
    """Signs access tokens and page forms with keys made from the installation's one secret."""

    def __init__(self, secret: str | bytes) -> None:
        """Derive a key for each use.

        Raises:
            ValueError: the secret is too short to keep anything.

        """
        raw = secret.encode() if isinstance(secret, str) else secret
        if len(raw) < _SHORTEST_SECRET:
            raise ValueError(f"DIRECTAPP_SECRET must have at least {_SHORTEST_SECRET} characters")
        self._access = OctKey.import_key(hmac.digest(raw, b"directapp access token", "sha256"))
        self._forms = hmac.digest(raw, b"directapp page forms", "sha256")
        self._devices = hmac.digest(raw, b"directapp devices", "sha256")

    def access_token(self, tenant: UUID, user: UUID, session: UUID, now: datetime) -> str:
        """Return a signed token for one session, good for fifteen minutes."""
        claims = {
            "aud": _AUDIENCE,
            "sub": user.hex,
            "ten": tenant.hex,
            "sid": session.hex,
            "iat": int(now.timestamp()),
            "exp": int((now + ACCESS_LIFE).timestamp()),
        }
        return jwt.encode({"alg": "HS256"}, claims, self._access)

    def read(self, token: str, now: datetime) -> Claims:
        """Return what an access token says.

        Raises:
            UnauthenticatedError: it is not one of ours.
            TokenExpiredError: it has run out.

        """
        try:
            said = jwt.decode(token, self._access, algorithms=["HS256"]).claims
            claims = Claims(
                tenant=UUID(hex=said["ten"]),
                user=UUID(hex=said["sub"]),
                session=UUID(hex=said["sid"]),
                expires_at=datetime.fromtimestamp(said["exp"], UTC),
            )
        except (JoseError, KeyError, TypeError, ValueError, AttributeError):
            raise UnauthenticatedError from None
        if said.get("aud") != _AUDIENCE:
            raise UnauthenticatedError
        if claims.expires_at <= now:
            raise TokenExpiredError
        return claims

    def device_token(self, user: UUID) -> str:
        """Return what a device keeps after somebody signed in on it; it opens nothing, and needs no storage."""
        nonce = secrets.token_hex(8)
        return f"{nonce}.{self._device_mac(user, nonce)}"

    def device(self, user: UUID, token: str) -> str | None:
        """Return the name of a device that this user has signed in on; None for any other."""
        nonce, _, mac = token.partition(".")
        return nonce if hmac.compare_digest(self._device_mac(user, nonce).encode(), mac.encode()) else None

    def _device_mac(self, user: UUID, nonce: str) -> str:
        return hmac.new(self._devices, user.bytes + nonce.encode(), "sha256").hexdigest()

    def form_token(self, session: UUID) -> str:
        """Return the CSRF token of a page session; it needs no storage."""
        return hmac.new(self._forms, session.bytes, "sha256").hexdigest()

    def is_form_token(self, session: UUID, given: str) -> bool:
        """Whether a form carries its session's CSRF token."""
        return hmac.compare_digest(self.form_token(session).encode(), given.encode())
