"""One-time links: invitation and new password, by mail or handed over."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog

from directapp.declare.names import Row
from directapp.domains.people import lockout
from directapp.domains.people.closed import PasswordsOffError, passwords_closed
from directapp.domains.people.fields import (
    DEALERSHIPS,
    TENANTS,
    USERS,
    Credentials,
    Dealerships,
    OneTimeLinks,
    Tenants,
    Users,
)
from directapp.domains.people.flow import Auth, held, normal_email
from directapp.domains.people.issue import (
    INVITE_LIFE,
    RESET_LIFE,
    company_path,
    end_keys,
    end_links,
    end_sessions,
    issue_link,
    link_path,
    store_password,
    use_up,
)
from directapp.domains.people.mails import Purpose, link_mail, second_factor_mail
from directapp.domains.people.passwords import password_problem
from directapp.domains.people.ports import Found, Rows
from directapp.domains.people.principal import load_user
from directapp.kernel.errors import InvalidError, NotFoundError, StaleError, UnauthenticatedError
from directapp.kernel.text import Text, _
from directapp.kernel.tokens import Token, TokenKind, parse_token

_log = structlog.get_logger(__name__)

DEAD_LINK = _("The link has been used or has expired. Ask for a new one.")
_LIFE: dict[Purpose, tuple[timedelta, Text]] = {
    "invite": (INVITE_LIFE, _("seven days")),
    "reset": (RESET_LIFE, _("one hour")),
}
_ASK_AGAIN_AFTER = timedelta(minutes=2)


async def request_reset(auth: Auth, email: str) -> None:
    """Mail a link for a new password, if there is such a user; nobody learns whether there is.

    It takes longer for those who exist: answer first, then run this. What goes wrong is told to the log alone.
    """
    try:
        login = await auth.port.find_login(normal_email(email))
        if login is not None:
            await _send(auth, *login, "reset")
    except Exception as error:  # noqa: BLE001 - the answer has gone; only the log can still hear of it
        _log.error("password link not sent", error=type(error).__name__)


async def send_invite(auth: Auth, tenant: UUID, user: UUID) -> None:
    """Mail an invitation to a user who has no password yet."""
    async with auth.open(tenant) as rows:
        known = await rows.find("credentials", {Credentials.user: user}, limit=1)
    if not known:
        await _send(auth, tenant, user, "invite")


async def send_reset(auth: Auth, tenant: UUID, user: UUID, asker: str) -> None:
    """Mail a link for a new password that somebody else asked for; the letter says who."""
    await _send(auth, tenant, user, "reset", asker=asker)


async def send_second_factor_reset(auth: Auth, tenant: UUID, user_id: UUID, asker: str) -> None:
    """Tell a user by mail that the second factor was reset, and by whom."""
    async with auth.open(tenant) as rows:
        user = await load_user(rows, user_id)
        brand = await brand_of(rows, tenant, user)
    if user[Users.active]:
        mail = second_factor_mail(user[Users.language], name=user[Users.first_name], brand=brand, asker=asker)
        await auth.port.send_mail(user[Users.email], mail)


async def _send(auth: Auth, tenant: UUID, user_id: UUID, purpose: Purpose, *, asker: str | None = None) -> None:
    now = auth.clock()
    life, words = _LIFE[purpose]
    async with auth.open(tenant) as rows:
        user = await load_user(rows, user_id)
        if not user[Users.active] or (
            purpose == "reset" and asker is None and await _asked_just_now(rows, user_id, now)
        ):
            return
        closed = await passwords_closed(rows, tenant)
        if closed and purpose == "reset":
            return
        token = None if closed else await issue_link(rows, tenant, user, purpose, now=now, life=life)
        brand = await brand_of(rows, tenant, user)
    mail = link_mail(
        "invite_provider" if token is None else purpose,
        user[Users.language],
        name=user[Users.first_name],
        brand=brand,
        link=auth.base_url.rstrip("/") + (company_path(tenant) if token is None else link_path(token)),
        life=words,
        asker=asker,
    )
    await auth.port.send_mail(user[Users.email], mail)


async def _asked_just_now(rows: Rows[Any], user: UUID, now: datetime) -> bool:
    links = await rows.find(
        "one_time_links",
        {OneTimeLinks.user: user, OneTimeLinks.purpose: "reset", OneTimeLinks.used_at: None},
        limit=1000,
    )
    return any(
        now - link.row[OneTimeLinks.created_at] < _ASK_AGAIN_AFTER
        for link in links
        if link.row[OneTimeLinks.expires_at] > now
    )


async def brand_of(rows: Rows[Any], tenant: UUID, user: Row) -> str:
    """Return in whose name a user is written to."""
    if user[Users.dealership] is not None:
        return str((await rows.look_up(DEALERSHIPS, user[Users.dealership])).row[Dealerships.name])
    return str((await rows.look_up(TENANTS, tenant)).row[Tenants.name])


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkSeen:
    """What the page of a link shows before it is used."""

    purpose: str
    tenant: UUID
    user: UUID
    email: str
    sent_to: str
    first_name: str
    language: str
    brand: str


async def read_link(auth: Auth, text: str) -> LinkSeen:
    """Return what a live link is for, without using it (mail scanners open links too).

    Raises:
        UnauthenticatedError: it is used, expired or none.

    """
    token = parse_link(text)
    async with auth.open(token.tenant) as rows:
        link, user = await live_link(rows, token, auth.clock())
        brand = await brand_of(rows, token.tenant, user)
    return LinkSeen(
        purpose=link.row[OneTimeLinks.purpose],
        tenant=token.tenant,
        user=user[Users.id],
        email=user[Users.email],
        sent_to=link.row[OneTimeLinks.sent_to],
        first_name=user[Users.first_name],
        language=user[Users.language],
        brand=brand,
    )


async def use_link(auth: Auth, text: str, password: str, *, address: str) -> LinkSeen:
    """Set the password that an invitation or reset is for, once, and end all sessions and API keys of the user.

    Raises:
        UnauthenticatedError: the link is used, expired or none.
        InvalidError: the password is not good enough; the link still works.

    """
    token = parse_link(text)
    seen = await read_link(auth, text)
    async with auth.open(token.tenant) as rows:
        if await passwords_closed(rows, token.tenant):
            raise InvalidError(PasswordsOffError.default)
    if seen.purpose not in _LIFE:
        raise UnauthenticatedError(DEAD_LINK)
    problem = password_problem(password, seen.email)
    if problem is not None:
        raise InvalidError(problem)
    stored = await auth.passwords.hash(password)
    now = auth.clock()
    try:
        async with auth.open(token.tenant) as rows:
            link, user = await live_link(rows, token, now)
            await use_up(rows, link, now)
            await end_links(rows, user[Users.id], now)
            await store_password(rows, user[Users.id], stored)
            await end_sessions(rows, user[Users.id], now)
            await end_keys(rows, user[Users.id], now)
    except StaleError:
        raise UnauthenticatedError(DEAD_LINK) from None
    tried = lockout.attempt(seen.email, address)
    await auth.port.clear_failures([tried.account, tried.both])
    await auth.port.notify_invalidation(token.tenant, seen.user)
    return seen


def parse_link(text: str) -> Token:
    """Return the token of a link (UnauthenticatedError: it is none)."""
    token = parse_token(text, TokenKind.LINK)
    if token is None:
        raise UnauthenticatedError(DEAD_LINK)
    return token


async def live_link(rows: Rows[Any], token: Token, now: datetime) -> tuple[Found, Mapping[str, Any]]:
    """Return a link that still works, and its user (UnauthenticatedError: it does not)."""
    link = await held(rows, "one_time_links", token)
    if link is None or link.row.get(OneTimeLinks.used_at) is not None or link.row[OneTimeLinks.expires_at] <= now:
        raise UnauthenticatedError(DEAD_LINK)
    try:
        user = (await rows.look_up(USERS, link.row[OneTimeLinks.user])).row
    except NotFoundError:
        raise UnauthenticatedError(DEAD_LINK) from None
    moved = user[Users.email] != link.row[OneTimeLinks.sent_to] and link.row[OneTimeLinks.purpose] != "email_new"
    if not user[Users.active] or moved:
        raise UnauthenticatedError(DEAD_LINK)
    return link, user
