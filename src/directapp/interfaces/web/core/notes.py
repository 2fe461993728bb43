"""Notes that a browser keeps for us for a while: what was just done, language."""

import base64
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import orjson
from fastapi import Response

DONE_COOKIE = "done"
LASTS = timedelta(seconds=60)
# The page of a record, and what stands below it.
_RECORD = re.compile(r"/app/[a-z_]+/[0-9a-f]{8}-[0-9a-f-]{27}")
_YEAR = 365 * 24 * 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class Cookie:
    """A cookie to set; a life of 0 takes it away. Every one is Lax, and Secure over https."""

    name: str
    value: str
    life: int | None = _YEAR
    path: str = "/"
    readable: bool = False

    def put(self, response: Response, *, secure: bool) -> None:
        """Put the cookie on a response; ``readable`` ones are open to the page's script."""
        response.set_cookie(
            self.name,
            self.value,
            max_age=self.life,
            path=self.path,
            httponly=not self.readable,
            samesite="lax",
            secure=secure,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What was just done, and where it can be taken back while ``left`` seconds pass; ``name`` is of which record."""

    name: str
    text: str
    undo: str | None
    href: str | None
    left: int

    def belongs_on(self, path: str) -> bool:
        """Whether it is told on a page: not on that of another record than the one that it was done to."""
        here, there = (_RECORD.match(address) for address in (path, self.undo or ""))
        return here is None or there is None or here[0] == there[0]


def tell_done(text: str, now: datetime, *, undo: str | None = None, href: str | None = None, name: str = "") -> Cookie:
    """Return the cookie that tells on the next pages what was done, to the record of a ``name``."""
    raw = orjson.dumps([text[:300], undo, href, int(now.timestamp()), name[:120]])
    value = base64.urlsafe_b64encode(raw).decode().rstrip("=")
    return Cookie(name=DONE_COOKIE, value=value, life=int(LASTS.total_seconds()))


def forget_done() -> Cookie:
    """Return the cookie that forgets it."""
    return Cookie(name=DONE_COOKIE, value="", life=0)


def read_done(value: str | None, now: datetime) -> Done | None:
    """Return what was done in this browser within the last minute, from its cookie."""
    if not value:
        return None
    try:
        text, undo, href, at, name = orjson.loads(base64.urlsafe_b64decode(value + "=" * (-len(value) % 4)))
        left = LASTS - (now - datetime.fromtimestamp(at, UTC))
    except (ValueError, TypeError, OverflowError):
        return None
    seconds = int(left.total_seconds())
    if not 0 < seconds <= LASTS.total_seconds() or not (isinstance(text, str) and isinstance(name, str)):
        return None
    local = [a if isinstance(a, str) and a.startswith("/app/") else None for a in (undo, href)]
    return Done(name=name, text=text, undo=local[0], href=local[1], left=seconds)
