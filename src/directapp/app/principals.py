"""Who is asking: tokens and cookies to Actors, remembered for seconds and forgotten when told."""

import time
from uuid import UUID

from directapp.domains.people import auth as signing
from directapp.domains.people.flow import Auth
from directapp.kernel.actor import Actor
from directapp.kernel.errors import UnauthenticatedError

REMEMBERED = 30.0
_MOST = 10_000
MADE_OF = frozenset({"users", "dealerships", "sessions", "api_keys"})


class Principals:
    """A small memory in front of the sign-in flows. One for the process."""

    def __init__(self, auth: Auth) -> None:
        """Keep the flows that are asked when nothing is remembered."""
        self._auth = auth
        self._known: dict[str, tuple[float, Actor]] = {}

    async def authenticate(self, authorization: str | None = None, cookie: str | None = None) -> Actor:
        """Return the Actor of a bearer token, an API key or a page session.

        Raises:
            UnauthenticatedError: there is none, or it opens nothing (any more).
            TokenExpiredError: the access token has run out.

        """
        if authorization:
            scheme, _, text = authorization.partition(" ")
            if scheme.lower() != "bearer" or not text:
                raise UnauthenticatedError
            return await self._bearer(text.strip())
        if cookie:
            return self._recall(cookie) or self._keep(cookie, await signing.check_session(self._auth, cookie))
        raise UnauthenticatedError

    async def _bearer(self, text: str) -> Actor:
        known = self._recall(text)
        if known is not None:
            return known
        if text.startswith("key_"):
            return self._keep(text, await signing.check_api_key(self._auth, text))
        claims = signing.read_access_token(self._auth, text)
        actor = await signing.check_access_token(self._auth, claims)
        left = (claims.expires_at - self._auth.clock()).total_seconds()
        return self._keep(text, actor, min(left, REMEMBERED))

    def _recall(self, text: str) -> Actor | None:
        found = self._known.get(text)
        if found is None or found[0] < time.monotonic():
            return None
        return found[1]

    def _keep(self, text: str, actor: Actor, seconds: float = REMEMBERED) -> Actor:
        if len(self._known) >= _MOST:
            self._known.clear()
        self._known[text] = (time.monotonic() + seconds, actor)
        return actor

    def forget(self, tenant: UUID) -> None:
        """Forget everyone of a tenant."""
        self._known = {k: v for k, v in self._known.items() if v[1].tenant != tenant}

    def heard(self, message: str) -> None:
        """Listen to what other processes say."""
        word, _, rest = message.partition(" ")
        if word == "principal":
            self.forget(UUID(rest.split(" ")[0]))
