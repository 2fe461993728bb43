"""The signed short-lived token of a session, and what else is signed with the installation's one secret."""

import hmac
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from joserfc import jwe, jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from directapp.kernel.errors import TokenExpiredError, UnauthenticatedError

ACCESS_LIFE = timedelta(minutes=15)
SHORTEST_SECRET = 32
_AUDIENCE = "directapp"
_SEALED = {"alg": "dir", "enc": "A256GCM"}


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
        if len(raw) < SHORTEST_SECRET:
            raise ValueError(f"DIRECTAPP_SECRET must have at least {SHORTEST_SECRET} characters")
        self._access = OctKey.import_key(hmac.digest(raw, b"directapp access token", "sha256"))
        self._forms = hmac.digest(raw, b"directapp page forms", "sha256")
        self._codes = hmac.digest(raw, b"directapp recovery codes", "sha256")
        self._challenges = hmac.digest(raw, b"directapp passkey challenges", "sha256")
        self._kept = hmac.digest(raw, b"directapp what browsers keep sealed", "sha256")
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

    def seal(self, plain: str, place: str) -> str:
        """Return a text that a browser keeps for us and cannot read, for one place (RFC 7516: dir, A256GCM)."""
        return jwe.encrypt_compact(_SEALED, plain, self._kept_key(place))

    def unseal(self, text: str, place: str) -> str | None:
        """Return what was sealed for a place; None where it was not, or was changed."""
        try:
            plain = jwe.decrypt_compact(text, self._kept_key(place), algorithms=list(_SEALED.values())).plaintext
        except (JoseError, ValueError):
            return None
        return None if plain is None else plain.decode()

    def _kept_key(self, place: str) -> OctKey:
        return OctKey.import_key(hmac.digest(self._kept, place.encode(), "sha256"))

    def form_token(self, session: UUID) -> str:
        """Return the CSRF token of a page session; it needs no storage."""
        return hmac.new(self._forms, session.bytes, "sha256").hexdigest()

    def is_form_token(self, session: UUID, given: str) -> bool:
        """Whether a form carries its session's CSRF token."""
        return hmac.compare_digest(self.form_token(session).encode(), given.encode())

    def code_digest(self, user: UUID, code: str) -> str:
        """Return what is stored of a user's recovery code: too short to stand as a plain digest."""
        return hmac.new(self._codes, user.bytes + code.encode(), "sha256").hexdigest()

    def is_code(self, stored: str, user: UUID, code: str) -> bool:
        """Whether a code is a user's one of which this is stored."""
        return hmac.compare_digest(stored, self.code_digest(user, code))

    def challenge(self, purpose: str, now: datetime) -> bytes:
        """Return what a passkey is to sign: when it was asked, random bytes, and our own mark of both."""
        asked = int(now.timestamp() * 1000).to_bytes(8, "big") + secrets.token_bytes(16)
        return asked + self._challenge_mac(purpose, asked)

    def challenged_at(self, purpose: str, challenge: bytes) -> datetime | None:
        """Return when a challenge of ours was made for a purpose; None where it was not."""
        asked, mac = challenge[:24], challenge[24:]
        if not hmac.compare_digest(self._challenge_mac(purpose, asked), mac):
            return None
        return datetime.fromtimestamp(int.from_bytes(asked[:8], "big") / 1000, UTC)

    def _challenge_mac(self, purpose: str, asked: bytes) -> bytes:
        return hmac.digest(self._challenges, purpose.encode() + b"\0" + asked, "sha256")
