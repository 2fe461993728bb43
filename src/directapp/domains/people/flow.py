"""What every sign-in flow needs at hand, and the answer it gives."""

from contextlib import AbstractAsyncContextManager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Literal
from uuid import UUID

from directapp.connectors.openid import OpenId
from directapp.declare.kinds import BadValueError, Kind, read
from directapp.domains.people.fields import ApiKeys, Sessions
from directapp.domains.people.passwords import Passwords
from directapp.domains.people.ports import AuthPort, Found, OpenRows, Rows
from directapp.domains.people.signer import Signer
from directapp.kernel.actor import Actor, system_actor
from directapp.kernel.clock import Clock, utc_now
from directapp.kernel.errors import NotFoundError
from directapp.kernel.tokens import Token

# As the dialect has it: tokens in the answer, the refresh token in a cookie, or a page session.
Mode = Literal["json", "cookie", "session"]
_LONGEST_EMAIL = 254


@dataclass(frozen=True, slots=True, kw_only=True)
class Auth:
    """The sign-in of one installation; ``base_url`` is where its pages stand, ``idle`` ends sessions of pages."""

    port: AuthPort
    signer: Signer
    base_url: str
    passwords: Passwords = field(default_factory=Passwords)
    open_id: OpenId = field(default_factory=OpenId)
    clock: Clock = utc_now
    idle: timedelta | None = None

    def open(self, tenant: UUID) -> AbstractAsyncContextManager[OpenRows[Any]]:
        """Open a transaction in a tenant as the sign-in system."""
        return self.port.open(system_actor(tenant, "signin"))


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """A session and what its holder keeps: tokens for programs, cookie and form token for pages.

    ``device`` names the device to the next sign-in, which guesses made elsewhere do not hold up.
    """

    actor: Actor
    session: UUID
    expires_in: timedelta
    access_token: str | None = None
    refresh_token: str | None = None
    cookie: str | None = None
    form_token: str | None = None
    device: str | None = None

    @property
    def expires(self) -> int:
        """Milliseconds until the access token or the page session runs out."""
        return int(self.expires_in.total_seconds() * 1000)


def normal_email(text: str) -> str:
    """Return an e-mail address as the directory knows it; what is none stays as typed but for NUL, and finds nobody."""
    try:
        return str(read(Kind.EMAIL, text))
    except BadValueError:
        return text.replace("\0", "").strip().lower()[:_LONGEST_EMAIL]


async def held(rows: Rows[Any], collection: str, token: Token) -> Found | None:
    """Return the record that a token opens, None where it fits none."""
    secret = ApiKeys.key_hash if collection == "api_keys" else Sessions.token_hash
    with suppress(NotFoundError):
        found: Found = await rows.look_up(collection, token.id)
        if token.matches(found.row[secret]):
            return found
    return None
