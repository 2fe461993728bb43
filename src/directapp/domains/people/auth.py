"""Signing in and staying signed in: sessions, rotating refresh tokens, API keys, changing the password."""

from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

import structlog

from directapp.declare.names import Row, Values
from directapp.domains.people import lockout
from directapp.domains.people.closed import refuse_closed
from directapp.domains.people.codes import WAITS, demand_code, has_factor
from directapp.domains.people.fields import USERS, ApiKeys, Credentials, RefreshTokens, Sessions, Users
from directapp.domains.people.flow import Auth, Mode, SignedIn, held, normal_email
from directapp.domains.people.issue import (
    SESSION_LIFE,
    WAITING_LIFE,
    end_keys,
    end_links,
    end_sessions,
    issue_refresh,
    open_session,
    store_password,
    use_up,
)
from directapp.domains.people.passwords import password_problem
from directapp.domains.people.ports import Found, Rows
from directapp.domains.people.principal import SIGNED_OUT, load_actor, load_session_actor, load_user
from directapp.domains.people.signer import ACCESS_LIFE, Claims
from directapp.kernel.actor import Actor
from directapp.kernel.errors import (
    ForbiddenError,
    InvalidError,
    Problem,
    SecondFactorError,
    StaleError,
    UnauthenticatedError,
)
from directapp.kernel.text import _
from directapp.kernel.tokens import Token, TokenKind, parse_token

__all__ = [
    "change_password",
    "check_access_token",
    "check_api_key",
    "check_session",
    "demand_password",
    "read_access_token",
    "refresh",
    "sign_in",
    "sign_out",
]

_log = structlog.get_logger(__name__)
WRONG = _("Wrong e-mail address or password.")
WRONG_PASSWORD = _("The present password is wrong.")
_NOBODY = (UUID(int=0), UUID(int=0))
_NOTE_EVERY = timedelta(minutes=10)


async def sign_in(
    auth: Auth,
    *,
    email: str,
    password: str,
    address: str,
    user_agent: str = "",
    mode: Mode = "json",
    device: str = "",
    code: str = "",
) -> SignedIn:
    """Begin a session; ``device`` is what an earlier sign-in left on the device, ``code`` shows the second factor.

    A page session of who has a second factor and sends no code begins, and waits for it; programs send it along.

    Raises:
        UnauthenticatedError: wrong e-mail or password, not told apart in words or time; or passwords are off.
        CodeError: the password fits, and the code is missing or does not.
        TooManyError: the fifth failed attempt or a later one, by account or by address.

    """
    email = normal_email(email)
    tenant, user = await auth.port.find_login(email) or _NOBODY
    if user != _NOBODY[1]:
        structlog.contextvars.bind_contextvars(tenant=str(tenant), user=str(user))
    tried = lockout.attempt(email, address, auth.signer.device(user, device))
    await lockout.refuse_locked(auth.port, tried, auth.clock())
    stored = await _stored_hash(auth, tenant, user)
    if not await auth.passwords.verify(stored, password):
        await lockout.count_failure(auth.port, tried, auth.clock())
        raise UnauthenticatedError(WRONG)
    # Guesses that were hashed side by side have been counted by now.
    counted = await lockout.refuse_locked(auth.port, tried, auth.clock())
    asked = await has_factor(auth, tenant, user)
    if asked and (code or mode != "session"):
        await demand_code(auth, tenant, user, code=code, tried=tried)
    proven = asked and (bool(code) or mode != "session")
    if proven or not asked:
        await lockout.forgive(auth.port, tried, counted, auth.clock())
    await refuse_closed(auth, tenant)
    began = Began(mode=mode, address=address, user_agent=user_agent, proven=proven, waits=asked and not proven)
    signed_in = await begin(auth, tenant, user, began)
    await note_seen(auth, tenant, user)
    if signed_in.actor.waits_for == "second_factor":
        return signed_in
    return replace(signed_in, device=device if tried.on_device else auth.signer.device_token(user))


async def _stored_hash(auth: Auth, tenant: UUID, user: UUID) -> str | None:
    async with auth.open(tenant) as rows:
        users = await rows.find(USERS, {Users.id: user, Users.active: True}, limit=1)
        known = await rows.find("credentials", {Credentials.user: user}, limit=1)
    return known[0].row[Credentials.password_hash] if users and known else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Began:
    """How a session begins: from where, with a second factor shown or still waited for, and at which provider."""

    mode: Mode = "session"
    address: str
    user_agent: str
    proven: bool = False
    waits: bool = False
    at_provider: Values = field(default_factory=dict)


async def begin(auth: Auth, tenant: UUID, user: UUID, began: Began) -> SignedIn:
    """Begin a session of somebody who has shown who they are."""
    now = auth.clock()
    kind: Literal["page", "api"] = "page" if began.mode == "session" else "api"
    async with auth.open(tenant) as rows:
        opened = await open_session(
            rows,
            tenant,
            user,
            kind,
            now=now,
            address=began.address,
            user_agent=began.user_agent,
            proven=began.proven,
            life=WAITING_LIFE if began.waits else SESSION_LIFE,
            at_provider=began.at_provider,
        )
        actor = await load_actor(rows, tenant, user, session=opened.session, now=now)
        who = {"tenant": str(tenant), "user": str(user)}
        _log.info("signed_in", log="security", address=began.address, kind=kind, second_factor=began.proven, **who)
        if opened.cookie is not None:
            return _page(auth, actor, opened.session, opened.cookie, now)
        token = await issue_refresh(rows, tenant, opened.session, now)
    return _api(auth, actor, opened.session.id, token, now)


async def begin_proven(auth: Auth, tenant: UUID, user: UUID, *, address: str, user_agent: str) -> SignedIn:
    """Begin a page session of who has just shown both factors in one."""
    await refuse_closed(auth, tenant)
    signed_in = await begin(auth, tenant, user, Began(address=address, user_agent=user_agent, proven=True))
    await note_seen(auth, tenant, user)
    return replace(signed_in, device=auth.signer.device_token(user))


def _page(auth: Auth, actor: Actor, session: Found, cookie: Token, now: datetime) -> SignedIn:
    return SignedIn(
        actor=actor,
        session=session.id,
        expires_in=session.row[Sessions.expires_at] - now,
        cookie=cookie.text,
        form_token=auth.signer.form_token(session.id),
    )


def _api(auth: Auth, actor: Actor, session: UUID, token: Token, now: datetime) -> SignedIn:
    user = actor.user or UUID(int=0)
    return SignedIn(
        actor=actor,
        session=session,
        expires_in=ACCESS_LIFE,
        access_token=auth.signer.access_token(actor.tenant, user, session, now),
        refresh_token=token.text,
    )


async def note_seen(auth: Auth, tenant: UUID, user: UUID) -> None:
    """Note that a user has signed in, every ten minutes at most."""
    now = auth.clock()
    with suppress(StaleError):
        async with auth.open(tenant) as rows:
            found = await rows.look_up(USERS, user)
            last = found.row[Users.last_seen_at]
            if last is None or now - last > _NOTE_EVERY:
                await rows.change({Users.last_seen_at: now}, on=found)


async def refresh(auth: Auth, text: str) -> SignedIn:
    """Exchange a refresh token for the next pair; a page session's cookie is answered with itself.

    Raises:
        UnauthenticatedError: it opens nothing; one that was used before has also ended its session.

    """
    token = parse_token(text, TokenKind.REFRESH, TokenKind.SESSION)
    if token is None:
        raise UnauthenticatedError(SIGNED_OUT)
    if token.kind is TokenKind.SESSION:
        return await _refresh_page(auth, token)
    try:
        rotated = await _rotate(auth, token)
    except StaleError:
        rotated = None
    if rotated is None:
        await _end_family(auth, token)
        raise UnauthenticatedError(SIGNED_OUT)
    if rotated.actor.waits_for is not None:
        raise SecondFactorError(WAITS[rotated.actor.waits_for])
    return rotated


async def _rotate(auth: Auth, token: Token) -> SignedIn | None:
    """Return the next pair, None where the token was used before."""
    now = auth.clock()
    async with auth.open(token.tenant) as rows:
        found = await held(rows, "refresh_tokens", token)
        if found is None:
            raise UnauthenticatedError(SIGNED_OUT)
        if found.row.get(RefreshTokens.used_at) is not None:
            return None
        if found.row[RefreshTokens.expires_at] <= now:
            raise UnauthenticatedError(SIGNED_OUT)
        session = await rows.look_up("sessions", found.row[RefreshTokens.session])
        actor = await load_session_actor(rows, token.tenant, session.id, now)
        await use_up(rows, found, now)
        following = await issue_refresh(rows, token.tenant, session, now)
    return _api(auth, actor, session.id, following, now)


async def _end_family(auth: Auth, token: Token) -> None:
    async with auth.open(token.tenant) as rows:
        used = await rows.look_up("refresh_tokens", token.id)
        user = await _end(rows, used.row[RefreshTokens.session], auth.clock())
    await auth.port.notify_invalidation(token.tenant, user)


async def _refresh_page(auth: Auth, token: Token, *, used: bool = True) -> SignedIn:
    now = auth.clock()
    async with auth.open(token.tenant) as rows:
        found = await held(rows, "sessions", token)
        if found is None:
            raise UnauthenticatedError(SIGNED_OUT)
        actor = await load_session_actor(rows, token.tenant, found.id, now, idle=auth.idle, used=used)
    return _page(auth, actor, found, token, now)


async def sign_out(auth: Auth, text: str) -> tuple[UUID, Found] | None:
    """End the session of a refresh token or cookie and return it with its tenant, None where it opened nothing."""
    token = parse_token(text, TokenKind.REFRESH, TokenKind.SESSION)
    if token is None:
        return None
    collection = "sessions" if token.kind is TokenKind.SESSION else "refresh_tokens"
    async with auth.open(token.tenant) as rows:
        found = await held(rows, collection, token)
        if found is None:
            return None
        session = found.id if token.kind is TokenKind.SESSION else found.row[RefreshTokens.session]
        ended: Found = await rows.look_up("sessions", session)
        user = await _end(rows, session, auth.clock())
    await auth.port.notify_invalidation(token.tenant, user)
    return token.tenant, ended


async def _end(rows: Rows[Any], session: UUID, now: datetime) -> UUID:
    found = await rows.look_up("sessions", session)
    if found.row.get(Sessions.ended_at) is None:
        await rows.change({Sessions.ended_at: now}, on=found)
    user: UUID = found.row[Sessions.user]
    return user


def read_access_token(auth: Auth, text: str) -> Claims:
    """Return what an access token says, without asking the database.

    Raises:
        UnauthenticatedError: it is not one of ours.
        TokenExpiredError: it has run out.

    """
    return auth.signer.read(text, auth.clock())


async def check_access_token(auth: Auth, claims: Claims) -> Actor:
    """Return the Actor of an access token whose session still lives (UnauthenticatedError: it does not)."""
    async with auth.open(claims.tenant) as rows:
        actor = await load_session_actor(rows, claims.tenant, claims.session, auth.clock())
    if actor.user != claims.user:
        raise UnauthenticatedError(SIGNED_OUT)
    return actor


async def check_session(auth: Auth, cookie: str, *, used: bool = True) -> Actor:
    """Return the Actor of a page session by its cookie (UnauthenticatedError: it has ended); ``used``: by a person."""
    token = parse_token(cookie, TokenKind.SESSION)
    if token is None:
        raise UnauthenticatedError(SIGNED_OUT)
    return (await _refresh_page(auth, token, used=used)).actor


async def check_api_key(auth: Auth, text: str) -> Actor:
    """Return the Actor of an API key: its owner's rights as they are now, cut to the chosen roles.

    Raises:
        UnauthenticatedError: there is no such key, it is revoked, or its owner is deactivated.

    """
    token = parse_token(text, TokenKind.KEY)
    if token is None:
        raise UnauthenticatedError
    async with auth.open(token.tenant) as rows:
        found = await held(rows, "api_keys", token)
        if found is None or found.row.get(ApiKeys.revoked_at) is not None:
            raise UnauthenticatedError
        key = found.row
        only = (*(key[ApiKeys.roles] or ()), *(key.get(ApiKeys.custom_roles) or ()))
        actor = await load_actor(rows, token.tenant, key[ApiKeys.user], only=only, now=auth.clock())
        if key.get(ApiKeys.networks):
            actor = replace(actor, networks=(*actor.networks, tuple(str(key[ApiKeys.networks]).split(", "))))
    await _note_used(auth, token, key)
    return actor


async def _note_used(auth: Auth, token: Token, key: Row) -> None:
    now, last = auth.clock(), key.get(ApiKeys.last_used_at)
    if last is not None and now - last <= _NOTE_EVERY:
        return
    with suppress(StaleError):
        async with auth.open(token.tenant) as rows:
            await rows.change({ApiKeys.last_used_at: now}, on=await rows.look_up("api_keys", token.id))


async def change_password(
    auth: Auth, actor: Actor, *, current: str, new: str, address: str, form: str | None = None
) -> None:
    """Set another password, and end every other session and every API key of the user.

    A form that comes again with the password it has set is done: its present password is no longer the stored one.

    Raises:
        ForbiddenError: the actor is not a person who signed in.
        InvalidError: the present password is wrong, or the new one not good enough.
        TooManyError: too many wrong ones.

    """
    if actor.user is None or actor.session is None:
        raise ForbiddenError
    sent = form and f"{actor.user} {form}"
    async with auth.open(actor.tenant) as rows:
        email = (await load_user(rows, actor.user))[Users.email]
        again = await rows.came_before(sent)
    problem = password_problem(new, email)
    if problem is not None:
        raise InvalidError(problem)
    tried = lockout.attempt(email, address, str(actor.session))
    if again:
        await lockout.refuse_locked(auth.port, tried, auth.clock())
        if await auth.passwords.verify(await _stored_hash(auth, actor.tenant, actor.user), new):
            return
    await demand_password(auth, actor.tenant, actor.user, password=current, tried=tried)
    stored = await auth.passwords.hash(new)
    async with auth.open(actor.tenant) as rows:
        if not await rows.came_before(sent):
            await rows.keep_form(sent)
        await store_password(rows, actor.user, stored)
        await end_sessions(rows, actor.user, auth.clock(), keep=actor.session)
        await end_keys(rows, actor.user, auth.clock())
        await end_links(rows, actor.user, auth.clock())
    await auth.port.notify_invalidation(actor.tenant, actor.user)


async def demand_password(auth: Auth, tenant: UUID, user: UUID, *, password: str, tried: lockout.Attempt) -> None:
    """Ask for the password again.

    Raises:
        InvalidError: it is wrong.
        TooManyError: too many wrong ones.

    """
    await lockout.refuse_locked(auth.port, tried, auth.clock())
    if not await auth.passwords.verify(await _stored_hash(auth, tenant, user), password):
        await lockout.count_failure(auth.port, tried, auth.clock())
        raise InvalidError(Problem(WRONG_PASSWORD, field="current_password"))
    await lockout.refuse_locked(auth.port, tried, auth.clock())
