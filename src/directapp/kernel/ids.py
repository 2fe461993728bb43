"""Identifiers: UUIDv7, made here so that PostgreSQL 15 works too."""

import secrets
import threading
import time
from uuid import UUID

_RAND_BITS = 74
_lock = threading.Lock()
_last = (0, 0)


def uuid7() -> UUID:
    """Return a time-ordered UUID (RFC 9562, version 7), increasing within this process."""
    global _last  # noqa: PLW0603 - the monotonic counter of RFC 9562 section 6.2 is process state
    with _lock:
        millis = time.time_ns() // 1_000_000
        last_millis, last_rand = _last
        if millis > last_millis:
            rand = secrets.randbits(_RAND_BITS - 1)
        else:
            millis, rand = last_millis, last_rand + 1 + secrets.randbits(20)
            if rand >> _RAND_BITS:
                millis, rand = millis + 1, secrets.randbits(_RAND_BITS - 1)
        _last = (millis, rand)
    high, low = rand >> 62, rand & ((1 << 62) - 1)
    return UUID(int=(millis << 80) | (0x7 << 76) | (high << 64) | (0b10 << 62) | low)
