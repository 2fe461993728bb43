"""Signatures of webhooks, as Standard Webhooks and Svix write them: of what arrives, and of what we send."""

import base64
import hashlib
import hmac
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta

from directapp.connectors.failures import SignatureError
from directapp.kernel.text import _

TOLERANCE = timedelta(minutes=5)
_PREFIX = "whsec_"
_VERSION = "v1"

MISSING = _("The message is not signed.")
STALE = _("The message is too old, or the clocks do not agree.")


def sign(secret: str, message_id: str, sent: datetime, body: bytes) -> str:
    """Return the signature of a message, with its version (ValueError: not a secret)."""
    key = _key(secret)
    content = b".".join((message_id.encode(), str(int(sent.timestamp())).encode(), body))
    digest = hmac.new(key, content, hashlib.sha256).digest()
    return f"{_VERSION},{base64.b64encode(digest).decode()}"


def signed_headers(secret: str, message_id: str, sent: datetime, body: bytes) -> dict[str, str]:
    """Return the three headers that a message leaves with."""
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(sent.timestamp())),
        "webhook-signature": sign(secret, message_id, sent, body),
    }


def verify(headers: Mapping[str, str], body: bytes, *, secrets: Iterable[str], now: datetime) -> str:
    """Return the id of a message that one of the secrets signed; the same id may arrive more than once.

    Raises:
        SignatureError: unsigned, signed by somebody else, or older or newer than five minutes.

    """
    given = {name.lower(): value for name, value in headers.items()}
    parts = [given.get(f"webhook-{name}") or given.get(f"svix-{name}", "") for name in ("id", "timestamp", "signature")]
    message_id, stamp, signatures = parts
    if not all(parts):
        raise SignatureError(MISSING)
    sent = _instant(stamp)
    if abs(now - sent) > TOLERANCE:
        raise SignatureError(STALE)
    offered = [part.encode() for part in signatures.split()]
    matches = [
        hmac.compare_digest(sign(secret, message_id, sent, body).encode(), one) for secret in secrets for one in offered
    ]
    if not any(matches):
        raise SignatureError
    return message_id


def _key(secret: str) -> bytes:
    try:
        return base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
    except ValueError:
        raise ValueError("a signing secret is base64 after whsec_") from None


def _instant(stamp: str) -> datetime:
    try:
        return datetime.fromtimestamp(int(stamp), UTC)
    except (ValueError, OverflowError, OSError):
        raise SignatureError(STALE) from None
