"""Codes of authenticator apps (RFC 6238: six digits, thirty seconds, SHA-1 as every app has it)."""

import hmac
from datetime import datetime

import pyotp

DIGITS = 6
_STEP_SECONDS = 30
# A phone's clock may be one step off, either way.
_STEPS_OFF = (0, -1, 1)


def new_totp_secret() -> str:
    """Return 160 random bits in base32, as authenticator apps take them."""
    return pyotp.random_base32()


def totp_address(secret: str, *, account: str, issuer: str) -> str:
    """Return the ``otpauth://`` address that an app reads from a QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=account, issuer_name=issuer)


def step_of(secret: str, code: str, now: datetime, after: int) -> int | None:
    """Return the time step that a code is of, None where it fits none later than ``after``: each is good once."""
    if len(code) != DIGITS or not (code.isascii() and code.isdigit()):
        return None
    present = int(now.timestamp()) // _STEP_SECONDS
    totp = pyotp.TOTP(secret)
    steps = [present + off for off in _STEPS_OFF if present + off >= 0]
    fits = next((s for s in steps if hmac.compare_digest(totp.at(s * _STEP_SECONDS), code)), None)
    return fits if fits is not None and fits > after else None
