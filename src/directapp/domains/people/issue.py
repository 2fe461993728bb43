"""Issuing: one-time links, sessions and their tokens as rows; shared by the flows and the verbs."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID, uuid4

from directapp.declare.names import Row, Values
from directapp.domains.people.fields import (
    RECOVERY_CODES,
    SECOND_FACTORS,
    ApiKeys,
    Credentials,
    OneTimeLinks,
    RefreshTokens,
    SecondFactors,
    Sessions,
    Users,
)
from directapp.domains.people.mails import Purpose
from directapp.domains.people.ports import Found, Record, Rows
from directapp.kernel.tokens import Token, TokenKind, digest, new_secret

INVITE_LIFE = timedelta(days=7)
RESET_LIFE = timedelta(hours=1)
HAND_OVER_LIFE = timedelta(days=1)
SESSION_LIFE = timedelta(days=30)
# From the password to the second factor.
WAITING_LIFE = timedelta(minutes=15)
REFRESH_LIFE = timedelta(days=7)
_ALL = 1000


def link_path(token: Token) -> str:
    """Return where the page of a one-time link stands."""
    return f"/link/{token.text}"


async def issue_link(
    rows: Rows[Record],
    tenant: UUID,
    user: Row,
    purpose: Purpose,
    *,
    now: datetime,
    life: timedelta,
) -> Token:
    """Make a one-time link for a user; it stands beside earlier ones until one of them is used."""
    secret = new_secret()
    made = await rows.create(
        "one_time_links",
        {
            OneTimeLinks.user: user[Users.id],
            OneTimeLinks.purpose: purpose,
            OneTimeLinks.sent_to: user[Users.email],
            OneTimeLinks.token_hash: digest(secret),
            OneTimeLinks.expires_at: now + life,
        },
    )
    return Token(TokenKind.LINK, tenant, made.id, secret)


def company_path(tenant: UUID) -> str:
    """Return where the sign-in page of a company stands."""
    return f"/sign-in/at/{tenant}"


@dataclass(frozen=True, slots=True)
class Opened:
    """A session that has begun: its row and, for pages, the cookie's value."""

    session: Found
    cookie: Token | None


async def open_session(
    rows: Rows[Record],
    tenant: UUID,
    user: UUID,
    kind: Literal["page", "api"],
    *,
    now: datetime,
    address: str,
    user_agent: str,
    proven: bool = False,
    life: timedelta = SESSION_LIFE,
    at_provider: Values | None = None,
) -> Opened:
    """Begin a session; ``proven``: a second factor was shown; ``at_provider``: by what a provider knows it."""
    secret = new_secret() if kind == "page" else None
    values: Values = {
        Sessions.user: user,
        Sessions.kind: kind,
        Sessions.address: address[:64],
        Sessions.user_agent: user_agent[:300],
        Sessions.expires_at: now + life,
        Sessions.second_factor_at: now if proven else None,
        **(at_provider or {}),
    }
    if secret is not None:
        values[Sessions.token_hash] = digest(secret)
    made = await rows.create("sessions", values)
    cookie = None if secret is None else Token(TokenKind.SESSION, tenant, made.id, secret)
    return Opened(made, cookie)


async def issue_refresh(rows: Rows[Record], tenant: UUID, session: Found, now: datetime) -> Token:
    """Make the next refresh token of a session; none outlives the session."""
    secret = new_secret()
    values: Values = {
        RefreshTokens.session: session.id,
        RefreshTokens.token_hash: digest(secret),
        RefreshTokens.expires_at: min(now + REFRESH_LIFE, session.row[Sessions.expires_at]),
    }
    made = await rows.create("refresh_tokens", values)
    return Token(TokenKind.REFRESH, tenant, made.id, secret)


async def end_sessions(rows: Rows[Record], user: UUID, now: datetime, *, keep: UUID | None = None) -> None:
    """End every session of a user but one."""
    for session in await rows.find("sessions", {Sessions.user: user, Sessions.ended_at: None}, limit=_ALL):
        if session.id != keep and session.row[Sessions.expires_at] > now:
            await rows.change({Sessions.ended_at: now}, on=session)


async def take_factors(rows: Rows[Record], user: UUID) -> None:
    """Take every second factor and recovery code of a user away."""
    for collection in (SECOND_FACTORS, RECOVERY_CODES):
        for one in await rows.find(collection, {SecondFactors.user: user}, limit=_ALL):
            await rows.remove(one)


async def end_keys(rows: Rows[Record], user: UUID, now: datetime) -> None:
    """Make every API key of a user useless."""
    for key in await rows.find("api_keys", {ApiKeys.user: user, ApiKeys.revoked_at: None}, limit=_ALL):
        await rows.change({ApiKeys.revoked_at: now}, on=key)


async def store_password(rows: Rows[Record], user: UUID, password_hash: str) -> None:
    """Keep a user's password digest in place of an earlier one."""
    known = await rows.find("credentials", {Credentials.user: user}, limit=1)
    if known:
        await rows.change({Credentials.password_hash: password_hash}, on=known[0])
    else:
        await rows.create("credentials", {Credentials.user: user, Credentials.password_hash: password_hash})


async def use_up(rows: Rows[Record], once: Record, now: datetime) -> None:
    """Mark a link or refresh token as used (StaleError: somebody else just did).

    Two uses in the same millisecond would write the same time, and a write that changes nothing is not
    checked for staleness: the mark differs always.
    """
    await rows.change({RefreshTokens.used_at: now, RefreshTokens.used_mark: uuid4().hex}, on=once)


async def end_links(rows: Rows[Record], user: UUID, now: datetime) -> None:
    """Make every link that is still open useless."""
    for link in await rows.find("one_time_links", {OneTimeLinks.user: user, OneTimeLinks.used_at: None}, limit=_ALL):
        if link.row[OneTimeLinks.expires_at] > now:
            await rows.change({OneTimeLinks.expires_at: now}, on=link)
