"""Issuing: one-time links, sessions and their tokens as rows; shared by the flows and the verbs."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID, uuid4

from directapp.domains.people.mails import Purpose
from directapp.domains.people.ports import Found, Record, Rows
from directapp.domains.people.tokens import Token, TokenKind, digest, new_secret

INVITE_LIFE = timedelta(days=7)
RESET_LIFE = timedelta(hours=1)
HAND_OVER_LIFE = timedelta(days=1)
SESSION_LIFE = timedelta(days=30)
REFRESH_LIFE = timedelta(days=7)
_ALL = 1000


def link_path(token: Token) -> str:
    """Return where the page of a one-time link stands."""
    return f"/link/{token.text}"


async def issue_link(
    rows: Rows[Record],
    tenant: UUID,
    user: Mapping[str, Any],
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
            "user": user["id"],
            "purpose": purpose,
            "sent_to": user["email"],
            "token_hash": digest(secret),
            "expires_at": now + life,
        },
    )
    return Token(TokenKind.LINK, tenant, made.id, secret)


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
) -> Opened:
    """Begin a session."""
    secret = new_secret() if kind == "page" else None
    values = {
        "user": user,
        "kind": kind,
        "address": address[:64],
        "user_agent": user_agent[:300],
        "expires_at": now + SESSION_LIFE,
    }
    if secret is not None:
        values["token_hash"] = digest(secret)
    made = await rows.create("sessions", values)
    cookie = None if secret is None else Token(TokenKind.SESSION, tenant, made.id, secret)
    return Opened(made, cookie)


async def issue_refresh(rows: Rows[Record], tenant: UUID, session: Found, now: datetime) -> Token:
    """Make the next refresh token of a session; none outlives the session."""
    secret = new_secret()
    values = {
        "session": session.id,
        "token_hash": digest(secret),
        "expires_at": min(now + REFRESH_LIFE, session.row["expires_at"]),
    }
    made = await rows.create("refresh_tokens", values)
    return Token(TokenKind.REFRESH, tenant, made.id, secret)


async def end_sessions(rows: Rows[Record], user: UUID, now: datetime, *, keep: UUID | None = None) -> None:
    """End every session of a user but one."""
    for session in await rows.find("sessions", user=user, ended_at=None, limit=_ALL):
        if session.id != keep and session.row["expires_at"] > now:
            await rows.change({"ended_at": now}, on=session)


async def end_keys(rows: Rows[Record], user: UUID, now: datetime) -> None:
    """Make every API key of a user useless."""
    for key in await rows.find("api_keys", user=user, revoked_at=None, limit=_ALL):
        await rows.change({"revoked_at": now}, on=key)


async def store_password(rows: Rows[Record], user: UUID, password_hash: str) -> None:
    """Keep a user's password digest in place of an earlier one."""
    known = await rows.find("credentials", user=user, limit=1)
    if known:
        await rows.change({"password_hash": password_hash}, on=known[0])
    else:
        await rows.create("credentials", {"user": user, "password_hash": password_hash})


async def use_up(rows: Rows[Record], once: Record, now: datetime) -> None:
    """Mark a link or refresh token as used (StaleError: somebody else just did).

    Two uses in the same millisecond would write the same time, and a write that changes nothing is not
    checked for staleness: the mark differs always.
    """
    await rows.change({"used_at": now, "used_mark": uuid4().hex}, on=once)


async def end_links(rows: Rows[Record], user: UUID, now: datetime) -> None:
    """Make every link that is still open useless."""
    for link in await rows.find("one_time_links", user=user, used_at=None, limit=_ALL):
        if link.row["expires_at"] > now:
            await rows.change({"expires_at": now}, on=link)
