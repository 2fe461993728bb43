"""OpenID Connect: sign-in at a provider by authorization code with PKCE and nonce (OpenID Connect Core 1.0, RFC 9700).

What a provider says of itself and its keys is fetched by the guarded client, and kept for an hour; a key that is not
known yet is asked for at once, twice a minute at most.
"""

import base64
import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any, ClassVar
from urllib.parse import quote_plus, urlencode, urlsplit

import orjson
from joserfc import jwt
from joserfc.errors import BadSignatureError, InvalidKeyIdError, JoseError, UnsupportedAlgorithmError
from joserfc.jwk import KeySet

from directapp.connectors.failures import OutsideDownError, OutsideError
from directapp.connectors.guarded import GuardedAnswer, GuardedClient, RefusedAddressError
from directapp.connectors.id_tokens import GROUPS, BadTokenError, IdToken, SignedOut, read_claims, read_logout
from directapp.kernel.clock import Clock, utc_now
from directapp.kernel.text import Text, _

_ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "Ed25519", "EdDSA")
_KEY_TYPES = frozenset({"RSA", "EC", "OKP"})
_KEPT = timedelta(hours=1)
_ASK_AGAIN = timedelta(seconds=30)
_MOST_READ = 512 * 1024
_MOST_KEPT = 1000
_LOGOUT = "logout+jwt"
GRAPH = "https://graph.microsoft.com"
_GRAPH_SCOPE = f" {GRAPH}/User.Read"
_WELL_KNOWN = "/.well-known/openid-configuration"

_CAUSES: dict[str, Text] = {
    "description": _("its description does not fit the issuer that is set up"),
    "address": _("its address is not one that may be called"),
    "code": _("the code has been used or has expired"),
    "client": _("it does not know this application, or the secret is wrong"),
    "answer": _("its answer cannot be read"),
    "algorithm": _("its answer is not signed in a way that is accepted"),
    "key": _("its answer is signed with an unknown key"),
    "signature": _("the signature of its answer is wrong"),
    "issuer": _("the answer comes from another provider"),
    "audience": _("the answer was made for another application"),
    "expired": _("the answer has expired"),
    "clock": _("the answer is from the future: the clocks differ"),
    "nonce": _("the answer belongs to another sign-in"),
    "subject": _("the answer does not say who you are"),
    "directory": _("the answer comes from another directory"),
}
_REFUSED = _("The sign-in at the provider was not accepted: {cause}. Begin anew, or ask an administrator.")
_DENIED = _("The provider did not let you in ({reason}). Begin anew, or ask an administrator.")
_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.")


class ProviderDownError(OutsideDownError):
    """The provider does not answer."""

    code = "PROVIDER_DOWN"
    default = _("The provider does not answer now. Try again in a little while.")


class ProviderRefusedError(OutsideError):
    """What the provider answered is not accepted, or it let nobody in; ``cause`` says why in one word."""

    status = HTTPStatus.UNAUTHORIZED
    code: ClassVar[str] = "PROVIDER_REFUSED"

    def __init__(self, cause: str) -> None:
        """Keep why, and say it."""
        said = _CAUSES.get(cause)
        word = "".join(c for c in cause[:60] if c in _PLAIN)
        super().__init__(_DENIED.fill(reason=word) if said is None else _REFUSED.fill(cause=said))
        self.cause = cause


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """This application as a provider knows it.

    ``directory`` is the Entra tenant that must have answered, ``context`` the authentication context (``acrs``) that
    its people are asked to satisfy there. ``asks_graph``: Microsoft Graph is asked for groups that had no room.
    """

    issuer: str
    client_id: str
    client_secret: str = field(default="", repr=False)
    redirect_uri: str
    directory: str = ""
    context: str = ""
    asks_graph: bool = False

    @property
    def wanted(self) -> tuple[str, str, str]:
        """What a token must say: its issuer, whom it is for, and the directory it comes from."""
        return self.issuer, self.client_id, self.directory


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """What a provider says of itself (OpenID Connect Discovery 1.0)."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    end_session_endpoint: str
    names_itself: bool
    posted_secret: bool


@dataclass(frozen=True, slots=True)
class Secrets:
    """What one sign-in is recognised by: the state, the nonce, and the verifier of PKCE."""

    state: str
    nonce: str
    verifier: str

    @classmethod
    def new(cls) -> "Secrets":
        """Return fresh ones, 256 random bits each."""
        return cls(*(secrets.token_urlsafe(32) for _ in range(3)))


@dataclass(slots=True)
class _Known:
    provider: Provider
    until: datetime
    keys: KeySet | None = None
    asked_again: datetime | None = None


class OpenId:
    """Speaks to providers, and remembers what they say of themselves."""

    def __init__(self, client: GuardedClient | None = None, *, clock: Clock = utc_now, graph: str = "") -> None:
        """Keep the client that calls go by; ``graph`` is where Microsoft Graph is, empty where the world has it."""
        self._graph = graph.rstrip("/") or GRAPH
        self._client = client or GuardedClient()
        self._clock = clock
        self._known: dict[str, _Known] = {}

    async def sign_in_address(self, registration: Registration, known: Secrets, *, anew: bool = False) -> str:
        """Return where the browser is sent; ``anew``: whoever is signed in there shows it again.

        Raises:
            ProviderDownError, ProviderRefusedError: the provider cannot be described.

        """
        provider = (await self._find(registration.issuer)).provider
        challenge = hashlib.sha256(known.verifier.encode()).digest()
        asked = {
            "response_type": "code",
            "client_id": registration.client_id,
            "redirect_uri": registration.redirect_uri,
            "scope": f"openid profile email{_GRAPH_SCOPE if registration.asks_graph else ''}",
            "state": known.state,
            "nonce": known.nonce,
            "code_challenge": base64.urlsafe_b64encode(challenge).decode().rstrip("="),
            "code_challenge_method": "S256",
            **({"prompt": "login"} if anew else {}),
            **({"claims": _asking(registration.context)} if registration.context else {}),
        }
        return _with(provider.authorization_endpoint, asked)

    async def redeem(self, registration: Registration, known: Secrets, code: str, issuer: str | None) -> IdToken:
        """Exchange a code for who signed in; ``issuer`` is the ``iss`` of the answer (RFC 9207), None where none.

        Raises:
            ProviderDownError: it does not answer.
            ProviderRefusedError: the answer is not its own, not for us, not of this sign-in, or not of this time.

        """
        provider = (await self._find(registration.issuer)).provider
        if issuer != provider.issuer and (issuer is not None or provider.names_itself):
            raise ProviderRefusedError("issuer")
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": registration.redirect_uri,
            "code_verifier": known.verifier,
        }
        found = await self._ask_token(provider, registration, form)
        text = found.get("id_token")
        if not isinstance(text, str):
            raise ProviderRefusedError("answer")
        claims = (await self.read_signed(registration, text)).claims
        try:
            token = read_claims(claims, registration.wanted, known.nonce, self._clock(), text)
        except BadTokenError as error:
            raise ProviderRefusedError(error.cause) from error
        access = found.get("access_token")
        if registration.asks_graph and token.beyond(GROUPS) and isinstance(access, str):
            return await self._with_groups(token, access)
        return token

    async def _with_groups(self, token: IdToken, access: str) -> IdToken:
        """Return a token with the groups that Microsoft Graph knows of its person; as it was where it tells none.

        The address that the token names itself is of a service that is gone, and would be followed blindly.
        """
        headers = {
            "authorization": f"Bearer {access}",
            "content-type": "application/json",
            "accept": "application/json",
        }
        body = orjson.dumps({"securityEnabledOnly": False})
        answer = await self._call("POST", f"{self._graph}/v1.0/me/getMemberObjects", headers, body)
        found = _loaded(answer).get("value") if answer.status == HTTPStatus.OK else None
        return token.with_groups(found) if isinstance(found, list) else token

    async def sign_out_address(self, registration: Registration, id_token: str, back: str) -> str:
        """Return where the browser is sent to sign out there too, nothing where it offers none or does not answer."""
        try:
            provider = (await self._find(registration.issuer)).provider
        except OutsideError:
            return ""
        if not provider.end_session_endpoint:
            return ""
        asked = {"client_id": registration.client_id, "post_logout_redirect_uri": back}
        return _with(provider.end_session_endpoint, asked | ({"id_token_hint": id_token} if id_token else {}))

    async def read_signed_out(self, registration: Registration, text: str) -> SignedOut:
        """Return whom a logout token of the provider signs out (ProviderRefusedError: it is none)."""
        token = await self.read_signed(registration, text)
        # What was made to let somebody in is no word that somebody has left.
        if str(token.header.get("typ", "")).lower().removeprefix("application/") != _LOGOUT:
            raise ProviderRefusedError("answer")
        try:
            return read_logout(token.claims, registration.wanted, self._clock())
        except BadTokenError as error:
            raise ProviderRefusedError(error.cause) from error

    async def read_signed(self, registration: Registration, text: str) -> jwt.Token:
        """Return a token that the provider signed, judged by nothing but its signature.

        Raises:
            ProviderRefusedError: it did not.

        """
        known = await self._find(registration.issuer)
        try:
            return _verified(text, await self._keys(known))
        except (InvalidKeyIdError, BadSignatureError) as error:
            cause = "key" if isinstance(error, InvalidKeyIdError) else "signature"
            if not self._may_ask_again(known):
                raise ProviderRefusedError(cause) from error
        try:
            return _verified(text, await self._keys(known, anew=True))
        except InvalidKeyIdError as error:
            raise ProviderRefusedError("key") from error
        except BadSignatureError as error:
            raise ProviderRefusedError("signature") from error

    def _may_ask_again(self, known: _Known) -> bool:
        now = self._clock()
        if known.asked_again is not None and now - known.asked_again < _ASK_AGAIN:
            return False
        known.asked_again = now
        return True

    async def _find(self, issuer: str) -> _Known:
        known = self._known.get(issuer)
        if known is None or known.until <= self._clock():
            found = _object(await self._call("GET", issuer.rstrip("/") + _WELL_KNOWN))
            known = _Known(_described(found, issuer), self._clock() + _KEPT)
            if len(self._known) >= _MOST_KEPT:
                self._known.clear()
            self._known[issuer] = known
        return known

    async def _keys(self, known: _Known, *, anew: bool = False) -> KeySet:
        if known.keys is None or anew:
            found = _object(await self._call("GET", known.provider.jwks_uri))
            try:
                known.keys = KeySet.import_key_set({"keys": [k for k in found.get("keys", ()) if _signs(k)]})
            except (JoseError, ValueError, KeyError, TypeError) as error:
                raise ProviderRefusedError("key") from error
        return known.keys

    async def _ask_token(
        self, provider: Provider, registration: Registration, form: Mapping[str, str]
    ) -> dict[str, Any]:
        headers = {"content-type": "application/x-www-form-urlencoded", "accept": "application/json"}
        client, secret = registration.client_id, registration.client_secret
        if secret and not provider.posted_secret:
            pair = f"{quote_plus(client)}:{quote_plus(secret)}".encode()
            headers["authorization"] = f"Basic {base64.b64encode(pair).decode()}"
        else:
            form = {**form, "client_id": client, **({"client_secret": secret} if secret else {})}
        answer = await self._call("POST", provider.token_endpoint, headers, urlencode(form).encode())
        if answer.status == HTTPStatus.OK:
            return _object(answer)
        said = _loaded(answer).get("error")
        cause = {"invalid_grant": "code", "invalid_client": "client", "unauthorized_client": "client"}
        raise ProviderRefusedError(cause.get(said, "answer") if isinstance(said, str) else "answer")

    async def _call(
        self, method: str, url: str, headers: Mapping[str, str] | None = None, content: bytes | None = None
    ) -> GuardedAnswer:
        try:
            answer = await self._client.call(method, url, headers=headers, content=content, most=_MOST_READ)
        except RefusedAddressError as error:
            raise ProviderRefusedError("address") from error
        except OSError as error:
            raise ProviderDownError from error
        if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR or answer.status == HTTPStatus.TOO_MANY_REQUESTS:
            raise ProviderDownError
        return answer


def _verified(text: str, keys: KeySet) -> jwt.Token:
    try:
        return jwt.decode(text, keys, algorithms=_ALGORITHMS)
    except (InvalidKeyIdError, BadSignatureError):
        raise
    except UnsupportedAlgorithmError as error:
        raise ProviderRefusedError("algorithm") from error
    except (JoseError, ValueError) as error:
        raise ProviderRefusedError("answer") from error


def _signs(key: Any) -> bool:
    return isinstance(key, dict) and key.get("kty") in _KEY_TYPES and key.get("use", "sig") == "sig"


def _loaded(answer: GuardedAnswer) -> dict[str, Any]:
    try:
        found = orjson.loads(answer.body) if answer.whole else None
    except orjson.JSONDecodeError:
        return {}
    return found if isinstance(found, dict) else {}


def _object(answer: GuardedAnswer) -> dict[str, Any]:
    found = _loaded(answer) if answer.status == HTTPStatus.OK else {}
    if not found:
        raise ProviderRefusedError("answer")
    return found


def _described(found: Mapping[str, Any], issuer: str) -> Provider:
    names = ("authorization_endpoint", "token_endpoint", "jwks_uri")
    if found.get("issuer") != issuer or not all(_is_address(found.get(name)) for name in names):
        raise ProviderRefusedError("description")
    ends, ways = found.get("end_session_endpoint"), found.get("token_endpoint_auth_methods_supported")
    return Provider(
        issuer=issuer,
        **{name: found[name] for name in names},
        end_session_endpoint=str(ends) if _is_address(ends) else "",
        names_itself=found.get("authorization_response_iss_parameter_supported") is True,
        posted_secret=isinstance(ways, list) and "client_secret_post" in ways,
    )


def _asking(context: str) -> str:
    asked = {"id_token": {"acrs": {"essential": True, "value": context}}}
    return orjson.dumps(asked).decode()


def _is_address(value: Any) -> bool:
    try:
        parts = urlsplit(value) if isinstance(value, str) else None
    except ValueError:
        return False
    return parts is not None and parts.scheme in {"https", "http"} and bool(parts.hostname)


def _with(address: str, asked: Mapping[str, str]) -> str:
    return f"{address}{'&' if urlsplit(address).query else '?'}{urlencode(asked)}"
