"""Who is asking: tokens and cookies to Actors, remembered for seconds and forgotten when told."""

import time
from dataclasses import replace
from uuid import UUID

import structlog

from directapp.connectors.rate_limits import SPENDING
from directapp.domains.people import auth as signing
from directapp.domains.people.codes import WAITS
from directapp.domains.people.directory_sign_in import check_directory_token
from directapp.domains.people.flow import Auth
from directapp.domains.people.networks import may_come_from
from directapp.domains.people.principal import load_actor
from directapp.kernel.actor import Actor
from directapp.kernel.errors import NetworkError, SecondFactorError, UnauthenticatedError
from directapp.kernel.roles import CustomRole
from directapp.kernel.tokens import TokenKind

REMEMBERED = 30.0
_MOST = 10_000
MADE_OF = frozenset(
    {"tenants", "roles", "users", "dealerships", "sessions", "api_keys", "network_rules", "directory_tokens"}
)
_PASSIVE = "passive "
_DIRECTORY = f"{TokenKind.DIRECTORY.value}_"


class Principals:
    """A small memory in front of the sign-in flows. One for the process."""

    def __init__(self, auth: Auth, account: CustomRole) -> None:
        """Keep the flows that are asked when nothing is remembered, and what whoever has no role in use has."""
        self._auth = auth
        self._account = account
        self._known: dict[str, tuple[float, Actor]] = {}

    async def person(self, tenant: UUID, user: UUID) -> Actor:
        """Return the Actor that a person is when signed in (UnauthenticatedError: not active)."""
        async with self._auth.open(tenant) as rows:
            return await load_actor(rows, tenant, user)

    async def authenticate(
        self,
        authorization: str | None = None,
        cookie: str | None = None,
        *,
        address: str,
        waiting: bool = False,
        passive: bool = False,
    ) -> Actor:
        """Return the Actor of a bearer token, an API key or a page session.

        ``address`` is where the request comes from. ``waiting``: where a second factor is set up or shown, whoever
        still has to do so is let in. ``passive``: a page asks by itself, which is no use of the sign-in.

        Raises:
            UnauthenticatedError: there is none, or it opens nothing (any more).
            TokenExpiredError: the access token has run out.
            NetworkError: the role or the key is not used from this address.
            SecondFactorError: the person has to set up a second factor, or to show it, first.
            TooManyError: the person, or the company, has asked too often.

        """
        actor = await self._find(authorization, cookie, passive=passive)
        structlog.contextvars.bind_contextvars(tenant=str(actor.tenant), user=str(actor.user or actor.name))
        spending = SPENDING.get()
        if spending is not None:
            # A key has a budget beside its person's, whose pages shall not wait for a program.
            await spending.count("person", f"{actor.user} {'key' if actor.session is None else ''}")
            await spending.count("tenant", str(actor.tenant))
        if not may_come_from(actor, address):
            raise NetworkError
        if actor.waits_for is not None and not waiting:
            raise SecondFactorError(WAITS[actor.waits_for])
        return actor

    async def authenticate_directory(self, authorization: str | None = None, *, address: str) -> Actor:
        """Return the actor of a directory's bearer token, which opens nothing but provisioning.

        Raises:
            UnauthenticatedError: there is none, or it opens nothing (any more).
            NetworkError: the token is not used from this address.
            TooManyError: the directory, or the company, has asked too often.

        """
        scheme, _, text = (authorization or "").partition(" ")
        if scheme.lower() != "bearer" or not text:
            raise UnauthenticatedError
        actor = self._recall(text) or self._keep(text, await check_directory_token(self._auth, text.strip()))
        spending = SPENDING.get()
        if spending is not None:
            await spending.count("person", f"{actor.tenant} {actor.name}")
            await spending.count("tenant", str(actor.tenant))
        if not may_come_from(actor, address):
            raise NetworkError
        return actor

    async def _find(self, authorization: str | None, cookie: str | None, *, passive: bool) -> Actor:
        if authorization:
            scheme, _, text = authorization.partition(" ")
            if scheme.lower() != "bearer" or not text:
                raise UnauthenticatedError
            return await self._bearer(text.strip())
        if cookie:
            # What a page asked by itself is no answer to who uses the sign-in, which is to be noted.
            known = self._recall(cookie) or (self._recall(f"{_PASSIVE}{cookie}") if passive else None)
            name = f"{_PASSIVE}{cookie}" if passive else cookie
            return known or self._keep(name, await signing.check_session(self._auth, cookie, used=not passive))
        raise UnauthenticatedError

    async def _bearer(self, text: str) -> Actor:
        known = None if text.startswith(_DIRECTORY) else self._recall(text)
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
        if not actor.roles and actor.session is not None:
            actor = replace(actor, roles=frozenset({self._account}))
        self._known[text] = (time.monotonic() + seconds, actor)
        return actor

    def forget(self, tenant: UUID) -> None:
        """Forget everyone of a tenant."""
        self._known = {k: v for k, v in self._known.items() if v[1].tenant != tenant}

    def notified(self, message: str) -> None:
        """Listen to what other processes say."""
        word, _, rest = message.partition(" ")
        if word == "principal":
            self.forget(UUID(rest.split(" ")[0]))
