"""An OpenID provider: discovery, keys, authorization with PKCE, tokens for a code that is good once, and sign-out."""

import base64
import hashlib
import json
import secrets
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote_plus, urlencode

import httpx
from joserfc import jwt
from joserfc.jwk import RSAKey

from directapp.connectors.id_tokens import LOGOUT_EVENT
from directapp.kernel.clock import Clock, utc_now
from support.fakes.server import Fake, Heard, Reply, as_json

CLIENT, SECRET = "directapp", "hemmelig & æ/+"
DIRECTORY = "6f1c9a52-3b0d-4a57-9f3e-0d6a4c1b7e20"
GRAPH_TOKEN = "of-graph"
KARI = {
    "sub": "pairwise-1",
    "oid": "0b8c9d3e-1111-4c5d-8e9f-a0b1c2d3e4f5",
    "name": "Kari Nordmann",
    "preferred_username": "kari@fjordbil.example",
    "email": "kari@fjordbil.example",
    "sid": "there-1",
}


def new_key(kid: str) -> RSAKey:
    return RSAKey.generate_key(2048, {"kid": kid, "use": "sig", "alg": "RS256"})


class FakeOpenId(Fake):
    """Knows one application, and signs in whoever ``person`` is; ``directory`` makes it speak as Entra ID does.

    ``says`` are put over the claims, ``sign`` makes a token of them in another way; ``asks`` shows a page first.
    """

    def __init__(self, *, directory: str = "", clock: Clock = utc_now) -> None:
        super().__init__()
        self.directory, self.clock = directory, clock
        self.keys = [new_key("one")]
        self.person: dict[str, Any] = dict(KARI)
        self.says: dict[str, Any] = {}
        self.sign: Callable[[dict[str, Any]], str] | None = None
        self.described: dict[str, Any] = {}
        self.names_itself, self.asks = True, False
        self.refuses = ""
        self.groups: list[str] = []
        self.asked_graph: list[Any] = []
        self.scopes: list[str] = []
        self.too_large = False
        self._codes: dict[str, dict[str, str]] = {}

    @property
    def issuer(self) -> str:
        return f"{self.base}/{self.directory}/v2.0" if self.directory else self.base

    def description(self) -> dict[str, Any]:
        named = {"authorization_response_iss_parameter_supported": True} if self.names_itself else {}
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.base}/authorize",
            "token_endpoint": f"{self.base}/token",
            "jwks_uri": f"{self.base}/keys",
            "end_session_endpoint": f"{self.base}/logout",
            "token_endpoint_auth_methods_supported": [
                "client_secret_post" if self.directory else "client_secret_basic"
            ],
            **named,
            **self.described,
        }

    async def answer(self, heard: Heard) -> Reply:  # noqa: PLR0911 - one line an address
        if heard.path == self.issuer.removeprefix(self.base) + "/.well-known/openid-configuration":
            return as_json(self.description())
        if heard.path == "/keys":
            return as_json({"keys": [key.as_dict(private=False) for key in self.keys]})
        if heard.path == "/authorize":
            return self._authorize(heard.query)
        if heard.path == "/token" and heard.method == "POST":
            return self._token(heard)
        if heard.path == "/v1.0/me/getMemberObjects" and heard.method == "POST":
            return self._member_objects(heard)
        if heard.path == "/logout":
            return Reply(status=302, headers={"location": heard.query["post_logout_redirect_uri"]})
        return as_json({"error": "not_found"}, 404)

    def _authorize(self, asked: dict[str, str]) -> Reply:
        wanted = {"response_type": "code", "client_id": CLIENT, "code_challenge_method": "S256"}
        if any(asked.get(name) != value for name, value in wanted.items()) or "openid" not in asked["scope"].split():
            return as_json({"error": "invalid_request"}, 400)
        if self.asks and "agreed" not in asked:
            form = "".join(f'<input type="hidden" name="{n}" value="{v}">' for n, v in asked.items())
            page = f'<!doctype html><title>Fjordbil</title><form action="/authorize">{form}<button name="agreed">Kari'
            return Reply(body=page.encode(), headers={"content-type": "text/html; charset=utf-8"})
        self.scopes = asked["scope"].split()
        said = {"state": asked["state"], **({"iss": self.issuer} if self.names_itself else {})}
        if self.refuses:
            said["error"] = self.refuses
        else:
            said["code"] = secrets.token_urlsafe(16)
            self._codes[said["code"]] = asked
        return Reply(status=302, headers={"location": f"{asked['redirect_uri']}?{urlencode(said)}"})

    def _token(self, heard: Heard) -> Reply:
        form = heard.form()
        if self._client_of(heard, form) != (CLIENT, SECRET):
            return as_json({"error": "invalid_client"}, 401)
        asked = self._codes.pop(form.get("code", ""), None)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest())
        if (
            asked is None
            or asked["redirect_uri"] != form.get("redirect_uri")
            or asked["code_challenge"] != challenge.decode().rstrip("=")
        ):
            return as_json({"error": "invalid_grant"}, 400)
        token = (self.sign or self.signed)(self.claims(nonce=asked["nonce"]))
        return as_json({"access_token": GRAPH_TOKEN, "token_type": "Bearer", "expires_in": 3600, "id_token": token})

    def _member_objects(self, heard: Heard) -> Reply:
        """Answer as Microsoft Graph: with all groups of whom the access token is, where it was asked for User.Read."""
        self.asked_graph.append(heard.json())
        if heard.headers.get("authorization") != f"Bearer {GRAPH_TOKEN}":
            return as_json({"error": {"code": "InvalidAuthenticationToken", "message": "invented"}}, 401)
        if "https://graph.microsoft.com/User.Read" not in self.scopes:
            return as_json({"error": {"code": "Authorization_RequestDenied", "message": "invented"}}, 403)
        if self.too_large:
            return as_json({"error": {"code": "Directory_ResultSizeLimitExceeded", "message": "invented"}}, 400)
        context = f"{self.base}/v1.0/$metadata#Collection(Edm.String)"
        return as_json({"@odata.context": context, "value": self.groups})

    def _client_of(self, heard: Heard, form: dict[str, str]) -> tuple[str, str]:
        scheme, _, pair = heard.headers.get("authorization", "").partition(" ")
        if scheme == "Basic" and not self.directory:
            client, _, secret = base64.b64decode(pair).decode().partition(":")
            return unquote_plus(client), unquote_plus(secret)
        return (form.get("client_id", ""), form.get("client_secret", "")) if self.directory else ("", "")

    def claims(self, **more: Any) -> dict[str, Any]:
        now = int(self.clock().timestamp())
        told = {"iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 3600, **self.person, **more}
        if self.directory:
            told["tid"] = self.directory
        return {name: value for name, value in (told | self.says).items() if value is not None}

    def signed(self, claims: dict[str, Any]) -> str:
        return signed_by(self.keys[0], claims)

    def logout(self, typ: str = "logout+jwt", **claims: Any) -> str:
        """Return a token that says that somebody has left."""
        told = self.claims(events={LOGOUT_EVENT: {}}) | claims
        known = {name: value for name, value in told.items() if value is not None}
        return jwt.encode({"alg": "RS256", "kid": self.keys[0].kid, "typ": typ}, known, self.keys[0])


def signed_by(key: RSAKey, claims: dict[str, Any], kid: str | None = None) -> str:
    return jwt.encode({"alg": "RS256", "kid": kid or key.kid}, claims, key)


def in_base64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def unsigned(claims: dict[str, Any], *, algorithm: str = "none", **header: str) -> str:
    parts = ({"alg": algorithm, "typ": "JWT", **header}, claims)
    return ".".join(in_base64(json.dumps(part).encode()) for part in parts) + "."


async def sign_in_there(address: str) -> dict[str, str]:
    """Do at the provider what a browser does, and return what it says to the application."""
    async with httpx.AsyncClient() as client:
        answer = await client.get(address)
    assert answer.status_code == 302, answer.text
    return dict(httpx.URL(answer.headers["location"]).params)
