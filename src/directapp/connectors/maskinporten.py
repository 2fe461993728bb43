"""Maskinporten: access tokens for the state's services, by a signed assertion (RFC 7523)."""

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, ClassVar
from uuid import uuid4

import httpx2
from joserfc import jwt
from joserfc.jwk import RSAKey

from directapp.connectors.failures import OutsideBusyError, OutsideDownError, OutsideError
from directapp.connectors.outgoing import IN_BACKGROUND, REAL, Answer, Ask, Patience, ServiceClient, Timing
from directapp.kernel.text import _

PRODUCTION = "https://maskinporten.no/"
TEST = "https://test.maskinporten.no/"

_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_LIFETIME = 100
_EARLY = 0.2
_CODE = re.compile(r"\bMP-\d{3}\b")

_CAUSES = {
    "MP-012": _("the same assertion was used twice"),
    "MP-100": _("the client is unknown"),
    "MP-110": _("the wrong environment is chosen"),
    "MP-120": _("the enterprise certificate is not valid"),
    "MP-121": _("the key has expired"),
    "MP-122": _("the organisation number does not match"),
    "MP-123": _("the certificate chain is not valid"),
    "MP-124": _("the signature does not match"),
    "MP-130": _("the clock of the server is wrong"),
    "MP-200": _("the scope is not valid"),
    "MP-201": _("the scope is not valid"),
    "MP-250": _("the organisation has not been given access"),
    "MP-251": _("the access is not delegated"),
}
_OTHER = _("the set-up does not fit")


class MaskinportenDownError(OutsideDownError):
    """Maskinporten does not answer."""

    code = "MASKINPORTEN_DOWN"
    default = _("Maskinporten does not answer now.")


class MaskinportenBusyError(OutsideBusyError):
    """Maskinporten asks to be called less often."""

    code = "MASKINPORTEN_BUSY"
    default = _("Maskinporten is busy. Try later.")


class MaskinportenRefusedError(OutsideError):
    """Maskinporten gives no token; ``reason`` is its own code, such as MP-130."""

    code: ClassVar[str] = "MASKINPORTEN_REFUSED"
    default = _("Maskinporten gave no access ({reason}): {cause}. Ask the administrator to look over the set-up.")

    def __init__(self, reason: str) -> None:
        """Keep the code and say what it means."""
        super().__init__(self.default.fill(reason=reason, cause=_CAUSES.get(reason, _OTHER)))
        self.reason = reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """What is registered with Maskinporten: a private key with its ``kid``, or with a certificate chain (``x5c``)."""

    issuer: str = PRODUCTION
    client_id: str
    scope: str
    key: str = field(repr=False)
    kid: str = ""
    x5c: Sequence[str] = field(default=(), repr=False)
    resource: str = ""
    on_behalf_of: str = ""

    def header(self) -> dict[str, Any]:
        """Return the header of an assertion."""
        return {"alg": "RS256", "kid": self.kid} if self.kid else {"alg": "RS256", "x5c": list(self.x5c)}

    def claims(self, now: int) -> dict[str, Any]:
        """Return the claims of an assertion; each is used once."""
        claims = {
            "aud": self.issuer,
            "iss": self.client_id,
            "scope": self.scope,
            "iat": now,
            "exp": now + _LIFETIME,
            "jti": str(uuid4()),
        }
        optional = {"resource": self.resource, "consumer_org": self.on_behalf_of}
        return claims | {name: value for name, value in optional.items() if value}


@dataclass(frozen=True, slots=True)
class _Token:
    value: str = field(repr=False)
    renew: float
    end: float


class Maskinporten:
    """Gives access tokens: one for all callers, renewed in its last fifth, by one request at a time."""

    def __init__(
        self, http: httpx2.AsyncClient, client: Client, *, timing: Timing = REAL, patience: Patience = IN_BACKGROUND
    ) -> None:
        """Keep the client; its key is read here, so that a bad one is known at start (ValueError)."""
        self._client = client
        self._line = ServiceClient(
            client=http,
            name="maskinporten",
            down=MaskinportenDownError,
            busy=MaskinportenBusyError,
            timing=timing,
            patience=patience,
        )
        self._key = RSAKey.import_key(client.key)
        if not self._key.is_private or bool(client.kid) == bool(client.x5c):
            raise ValueError("a private key with either a kid or a certificate chain is needed")
        self._token: _Token | None = None
        self._renewal: asyncio.Task[_Token] | None = None

    async def token(self) -> str:
        """Return a token that is valid now.

        Raises:
            MaskinportenRefusedError: the set-up is not accepted.
            MaskinportenDownError: no answer, and no token left.
            MaskinportenBusyError: asked to wait, and no token left.

        """
        now = self._line.timing.monotonic()
        held = self._token
        if held is not None and now < held.renew:
            return held.value
        try:
            return (await self._renewed()).value
        except (MaskinportenDownError, MaskinportenBusyError):
            if held is None or self._line.timing.monotonic() >= held.end:
                raise
            return held.value

    def forget(self, token: str) -> None:
        """Forget a token that the service behind did not accept."""
        if self._token is not None and self._token.value == token:
            self._token = None

    async def _renewed(self) -> _Token:
        if self._renewal is None or self._renewal.done():
            self._renewal = asyncio.create_task(self._renew())
        return await asyncio.shield(self._renewal)

    async def _renew(self) -> _Token:
        asked = self._line.timing.monotonic()
        answer = await self._line.call(self._ask)
        found = answer.mapping() or {}
        value, seconds = found.get("access_token"), found.get("expires_in")
        if answer.status != HTTPStatus.OK or not isinstance(value, str) or not value:
            raise MaskinportenRefusedError(_reason(answer))
        lasts = float(seconds) if isinstance(seconds, int | float) else float(_LIFETIME)
        token = _Token(value, asked + lasts * (1 - _EARLY), asked + lasts)
        self._token = token
        return token

    async def _ask(self) -> Ask:
        claims = self._client.claims(int(self._line.timing.now().timestamp()))
        assertion = jwt.encode(self._client.header(), claims, self._key, algorithms=["RS256"])
        form = {"grant_type": _GRANT, "assertion": assertion}
        return Ask(method="POST", url=f"{self._client.issuer}token", form=form)


def _reason(answer: Answer) -> str:
    """Return the code of a refusal; the sentence around it is not kept, as it may name who asked."""
    found = answer.mapping() or {}
    said = _CODE.search(f"{found.get('error_description', '')} {found.get('error_uri', '')}")
    return said[0] if said else f"HTTP {answer.status}"
