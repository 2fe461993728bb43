"""ID tokens: what must be true of their claims (OpenID Connect Core 1.0, 3.1.3.7), and logout tokens beside them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

# How far two clocks may be apart, in seconds.
LEEWAY = 60
_LONGEST_SUBJECT = 255
# As many as Microsoft Graph tells of one person.
_MOST_VALUES, _LONGEST_VALUE = 11_000, 255
GROUPS = "groups"
LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"
_OLDEST_LOGOUT = 600


class BadTokenError(ValueError):
    """A claim is missing or wrong; ``cause`` says which in one word."""

    def __init__(self, cause: str) -> None:
        """Keep why."""
        super().__init__(cause)
        self.cause = cause


@dataclass(frozen=True, slots=True, kw_only=True)
class IdToken:
    """Who signed in: ``subject`` is the name that stays theirs at ``issuer``; ``text`` is the token as it came."""

    issuer: str
    subject: str
    claims: Mapping[str, Any] = field(repr=False)
    text: str = field(repr=False)

    def word(self, name: str) -> str:
        """Return a claim that is a text, nothing where it is none."""
        value = self.claims.get(name)
        return value.replace("\0", "").strip() if isinstance(value, str) else ""

    def values(self, *names: str) -> frozenset[str]:
        """Return the texts of claims that are a text or a list of texts."""
        return frozenset(
            one
            for name in names
            for one in _listed(self.claims.get(name))[:_MOST_VALUES]
            if isinstance(one, str) and len(one) <= _LONGEST_VALUE
        )

    def beyond(self, *names: str) -> bool:
        """Whether one of these claims was too long for the token and has to be asked for elsewhere."""
        elsewhere = self.claims.get("_claim_names")
        named = set(elsewhere) if isinstance(elsewhere, dict) else set()
        return bool(named & set(names)) or (GROUPS in names and self.claims.get("hasgroups") is True)

    def with_groups(self, groups: Iterable[Any]) -> "IdToken":
        """Return the token as if its groups had had room."""
        elsewhere = {"_claim_names", "_claim_sources", "hasgroups"}
        kept = {name: value for name, value in self.claims.items() if name not in elsewhere}
        return replace(self, claims={**kept, GROUPS: list(groups)})


def read_claims(
    claims: Mapping[str, Any], wanted: tuple[str, str, str], nonce: str, now: datetime, text: str
) -> IdToken:
    """Return who signed in by the claims of a token whose signature was good.

    ``wanted`` are the issuer, whom the token must be for, and the Entra directory it must come from, empty where any.

    Raises:
        BadTokenError: a claim is missing or wrong.

    """
    issuer, client, directory = wanted
    _judge(claims, issuer, client, now)
    if nonce != claims.get("nonce"):
        raise BadTokenError("nonce")
    subject = claims.get("sub")
    if directory:
        # The object id is the same for every application of the directory, and is never given to another person.
        if claims.get("tid") != directory:
            raise BadTokenError("directory")
        subject = claims.get("oid")
    return IdToken(issuer=issuer, subject=_subject(subject), claims=claims, text=text)


@dataclass(frozen=True, slots=True)
class SignedOut:
    """Whom a provider signed out: a session of theirs there, or everywhere where it names none."""

    subject: str
    session: str


def read_logout(claims: Mapping[str, Any], wanted: tuple[str, str, str], now: datetime) -> SignedOut:
    """Return whom a logout token signs out (OpenID Connect Back-Channel Logout 1.0, 2.6).

    Raises:
        BadTokenError: a claim is missing or wrong.

    """
    issuer, client, directory = wanted
    _judge(claims, issuer, client, now)
    events = claims.get("events")
    told = isinstance(events, dict) and LOGOUT_EVENT in events
    if not told or "nonce" in claims or claims["iat"] < now.timestamp() - _OLDEST_LOGOUT:
        raise BadTokenError("answer")
    subject = claims.get("oid" if directory else "sub")
    session = claims.get("sid")
    if not isinstance(subject, str | None) or not isinstance(session, str | None) or not (subject or session):
        raise BadTokenError("subject")
    return SignedOut(subject or "", session or "")


def _judge(claims: Mapping[str, Any], issuer: str, client: str, now: datetime) -> None:
    if claims.get("iss") != issuer:
        raise BadTokenError("issuer")
    audience = _listed(claims.get("aud"))
    party = claims.get("azp")
    # Where a token is for several, or says for whom it was made, it must have been made for us.
    if client not in audience or (party is not None and party != client) or (len(audience) > 1 and party is None):
        raise BadTokenError("audience")
    at = now.timestamp()
    if not _is_time(claims.get("exp")) or not _is_time(claims.get("iat")):
        raise BadTokenError("answer")
    if claims["exp"] + LEEWAY <= at:
        raise BadTokenError("expired")
    begun = claims.get("nbf", claims["iat"])
    if claims["iat"] - LEEWAY > at or not _is_time(begun) or begun - LEEWAY > at:
        raise BadTokenError("clock")


def _subject(value: Any) -> str:
    if not isinstance(value, str) or not value or len(value) > _LONGEST_SUBJECT or "\0" in value:
        raise BadTokenError("subject")
    return value


def _is_time(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _listed(value: Any) -> list[Any]:
    if isinstance(value, str):
        return [value]
    return list(value) if isinstance(value, Iterable) and not isinstance(value, Mapping) else []
