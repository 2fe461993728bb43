"""Maskinporten: takes a signed assertion apart as the real one does, and gives tokens that the fake registry knows."""

import time
from collections.abc import Callable
from typing import Any
from uuid import uuid4

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey

from support.fakes.server import Fake, Heard, Reply, as_json

_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"


def refusal(code: str) -> Reply:
    said = {
        "error": "invalid_grant",
        "error_description": f"{code} Refused for 310000019. (trace_id: 0af7651916cd43dd8448eb211c80319c)",
        "error_uri": f"https://maskinporten.no/errors/{code}",
    }
    return as_json(said, 400)


class FakeMaskinporten(Fake):
    """Knows one client by its public key."""

    def __init__(self, *, key: RSAKey, kid: str = "", x5c: tuple[str, ...] = (), client_id: str = "client-1") -> None:
        super().__init__()
        self.key, self.kid, self.x5c, self.client_id = key, kid, list(x5c), client_id
        self.clock: Callable[[], float] = time.time
        self.lasts = 599
        self.given: list[str] = []
        self.refused: set[str] = set()
        self.claims: list[dict[str, Any]] = []
        self._used: set[str] = set()

    def accepts(self, token: str) -> bool:
        return token in self.given and token not in self.refused

    async def answer(self, heard: Heard) -> Reply:
        form = heard.form()
        if heard.path != "/token" or form.get("grant_type") != _GRANT:
            return refusal("MP-011")
        try:
            assertion = jwt.decode(form["assertion"], self.key, algorithms=["RS256"])
        except JoseError:
            return refusal("MP-124")
        code = self._wrong(assertion.header, assertion.claims)
        return refusal(code) if code else self._token(assertion.claims)

    def _wrong(self, header: dict[str, Any], claims: dict[str, Any]) -> str:
        named = header.get("kid") == self.kid if self.kid else header.get("x5c") == self.x5c
        now = self.clock()
        checks = (
            ("MP-100", named and claims.get("iss") == self.client_id),
            ("MP-110", claims.get("aud") == f"{self.base}/"),
            ("MP-130", abs(claims["iat"] - now) <= 10 and claims["exp"] > now),
            ("MP-011", claims["exp"] - claims["iat"] <= 120),
            ("MP-012", claims.get("jti") not in self._used),
            ("MP-200", claims.get("scope", "").startswith("svv:")),
        )
        return next((code for code, holds in checks if not holds), "")

    def _token(self, claims: dict[str, Any]) -> Reply:
        self._used.add(claims["jti"])
        self.claims.append(claims)
        token = f"token-{uuid4()}"
        self.given.append(token)
        return as_json(
            {"access_token": token, "token_type": "Bearer", "expires_in": self.lasts, "scope": claims["scope"]}
        )
