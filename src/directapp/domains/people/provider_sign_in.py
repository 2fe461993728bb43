"""Signing in at a provider: sent there with what the sign-in is recognised by, and let in by who it says one is.

A person is known by issuer and subject alone. No e-mail address links an account, whoever vouches for it.
"""

import asyncio
import hmac
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import orjson

from directapp.connectors.failures import OutsideError
from directapp.connectors.id_tokens import LEEWAY, IdToken
from directapp.connectors.openid import ProviderRefusedError, Registration, Secrets
from directapp.declare.names import Patch, Row, Values
from directapp.domains.people import lockout
from directapp.domains.people.auth import Began, begin, note_seen
from directapp.domains.people.enrolment import demand_own, person_of
from directapp.domains.people.fields import (
    EXTERNAL_IDENTITIES,
    IDENTITY_PROVIDERS,
    USERS,
    ExternalIdentities,
    IdentityProviders,
    Sessions,
    Users,
)
from directapp.domains.people.flow import Auth, SignedIn
from directapp.domains.people.identity_providers import ENTRA, context_of, directory_of, words_of
from directapp.domains.people.mapped_roles import apply_mapping, make_account
from directapp.domains.people.ports import Found
from directapp.kernel.actor import PROOF_LIFE, Actor
from directapp.kernel.errors import (
    ConflictError,
    KeyMissingError,
    NotFoundError,
    NotUniqueError,
    StaleError,
    UnauthenticatedError,
)
from directapp.kernel.text import _

LIFE = timedelta(minutes=10)
_PLACE = "sign-in at a provider"
_NOTE_EVERY = timedelta(minutes=10)
_LONGEST_TOKEN = 10_000
# So long somebody who signs out waits for the provider, in seconds.
_PATIENCE = 5.0
_LONGEST_CODE = 4000

LOST = _("The sign-in was begun in another window, or more than ten minutes ago. Begin anew.")
CANCELLED = _("You did not sign in at {provider}.")
UNLINKED = _(
    "Your account at {provider} is not linked with an account here. Sign in here as before, and link it under Sign-in"
    " and security; or ask an administrator."
)
INACTIVE = _("Your account here is deactivated. Ask an administrator.")
TAKEN = _("The account at {provider} is linked to somebody else here.")
OTHER_SIGN_IN = _("You signed out, or in as somebody else, while you linked the account. Begin anew.")


class ProviderSignInError(UnauthenticatedError):
    """Somebody who came back from a provider is not let in (401 PROVIDER_SIGN_IN)."""

    code = "PROVIDER_SIGN_IN"


@dataclass(frozen=True, slots=True)
class Sent:
    """Where the browser is sent, and the sealed cookie that it brings back."""

    address: str
    cookie: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Come:
    """How somebody comes back from a provider: what its answer says, with which cookie, from where, and as whom."""

    answer: Mapping[str, str]
    cookie: str
    address: str
    user_agent: str = ""
    actor: Actor | None = None


@dataclass(frozen=True, slots=True)
class Arrived:
    """What came of it: a sign-in, or None where an account was linked; and where to go on."""

    signed: SignedIn | None
    following: str


@dataclass(frozen=True, slots=True)
class _Kept:
    """What the cookie keeps from leaving to coming back; ``session`` is that which an account is linked in."""

    state: str
    nonce: str
    verifier: str
    provider: str
    following: str
    session: str
    until: int

    @property
    def known(self) -> Secrets:
        return Secrets(self.state, self.nonce, self.verifier)


def redirect_address(auth: Auth, tenant: UUID, provider: UUID) -> str:
    """Return where a provider sends people back to: an address for each, so that no answer is taken for another's."""
    return f"{auth.base_url.rstrip('/')}/sign-in/with/{tenant}/{provider}/answer"


async def providers_of(auth: Auth, tenant: UUID) -> list[Found]:
    """Return the providers that a company signs in at, by name."""
    async with auth.open(tenant) as rows:
        found: list[Found] = await rows.find(IDENTITY_PROVIDERS, {IdentityProviders.active: True})
    return sorted(found, key=lambda one: str(one.row[IdentityProviders.label]))


async def active_provider(auth: Auth, tenant: UUID, provider: UUID) -> tuple[Found, Registration]:
    """Return a provider that is signed in at, and this application as it knows it.

    Raises:
        NotFoundError: there is none, or it is not active.
        KeyMissingError: its client secret cannot be read.

    """
    async with auth.open(tenant) as rows:
        found: Found = await rows.look_up(IDENTITY_PROVIDERS, provider)
        if not found.row[IdentityProviders.active]:
            raise NotFoundError
        known = found.row.get(IdentityProviders.client_secret) is not None
        secret = await rows.unsealed(found, IdentityProviders.client_secret) if known else ""
    row, issuer = found.row, str(found.row[IdentityProviders.issuer])
    return found, Registration(
        issuer=issuer,
        client_id=str(row[IdentityProviders.client_id]),
        client_secret=secret,
        redirect_uri=redirect_address(auth, tenant, provider),
        directory=directory_of(str(row[IdentityProviders.kind]), issuer),
        context=context_of(str(row[IdentityProviders.kind]), row.get(IdentityProviders.second_factor_values)),
        asks_graph=row[IdentityProviders.kind] == ENTRA and bool(row.get(IdentityProviders.asks_graph)),
    )


async def leave(
    auth: Auth, tenant: UUID, provider: UUID, *, following: str, address: str, session: UUID | None = None
) -> Sent:
    """Return where the browser is sent to sign in; with a ``session`` the account there is linked to its person.

    Raises:
        NotFoundError: there is no such provider.
        ProviderDownError, ProviderRefusedError: it cannot be spoken to.
        TooManyError: too many attempts failed.

    """
    await lockout.refuse_locked(auth.port, _tried(provider, address), auth.clock())
    (_found, about), known = await active_provider(auth, tenant, provider), Secrets.new()
    # Whoever links an account shows that it is theirs, and not of whoever used the browser before.
    sent_to = await auth.open_id.sign_in_address(about, known, anew=session is not None)
    kept = _Kept(
        **{name: getattr(known, name) for name in ("state", "nonce", "verifier")},
        provider=provider.hex,
        following=following,
        session="" if session is None else session.hex,
        until=int((auth.clock() + LIFE).timestamp()),
    )
    return Sent(sent_to, auth.signer.seal(orjson.dumps(asdict(kept)).decode(), _place(tenant)))


async def link_at(auth: Auth, actor: Actor, provider: UUID, *, following: str, address: str, password: str) -> Sent:
    """Return where the browser is sent to link an account to the person who is signed in.

    Raises:
        StepUpError: they have a second factor, and have not just shown it.
        InvalidError, ConflictError: they have none, signed in a while ago, and the password is wrong or missing.

    """
    person = await person_of(auth, actor, address)
    await demand_own(auth, actor, person, password)
    return await leave(auth, actor.tenant, provider, following=following, address=address, session=person.session)


async def arrive(auth: Auth, tenant: UUID, provider: UUID, come: Come) -> Arrived:
    """Let somebody in who comes back from a provider, or link the account to who is signed in.

    Raises:
        ProviderDownError, ProviderRefusedError: the provider's answer is not accepted.
        ProviderSignInError: nobody here is known by it, or the account is deactivated.
        ConflictError: the account to link belongs to somebody else.
        TooManyError: too many attempts failed.

    """
    tried = _tried(provider, come.address)
    await lockout.refuse_locked(auth.port, tried, auth.clock())
    try:
        found, about = await active_provider(auth, tenant, provider)
        kept = _opened(auth, tenant, provider, come)
        token = await _redeemed(auth, about, found, kept, come)
        if kept.session:
            await _link(auth, found, token, come.actor, UUID(kept.session))
            return Arrived(None, kept.following)
        return Arrived(await _sign_in(auth, tenant, found, token, come), kept.following)
    except (UnauthenticatedError, ProviderRefusedError):
        await lockout.count_failure(auth.port, tried, auth.clock())
        raise


def _tried(provider: UUID, address: str) -> lockout.Attempt:
    # Counted by where they come from: nobody can lock a whole company out of its provider.
    return lockout.attempt(f"provider {provider} from {address}", address)


def _place(tenant: UUID) -> str:
    return f"{_PLACE} of {tenant}"


def _opened(auth: Auth, tenant: UUID, provider: UUID, come: Come) -> _Kept:
    with suppress(ValueError, TypeError):
        kept = _Kept(**orjson.loads(auth.signer.unseal(come.cookie, _place(tenant)) or ""))
        same = hmac.compare_digest(kept.state.encode(), come.answer.get("state", "").encode())
        if same and kept.provider == provider.hex and kept.until > auth.clock().timestamp():
            return kept
    raise ProviderSignInError(LOST)


async def _redeemed(auth: Auth, about: Registration, provider: Found, kept: _Kept, come: Come) -> IdToken:
    error, code = come.answer.get("error", ""), come.answer.get("code", "")
    if error == "access_denied":
        raise ProviderSignInError(CANCELLED.fill(provider=provider.row[IdentityProviders.label]))
    if error or not code or len(code) > _LONGEST_CODE:
        raise ProviderRefusedError(error or "answer")
    return await auth.open_id.redeem(about, kept.known, code, come.answer.get("iss"))


async def _sign_in(auth: Auth, tenant: UUID, provider: Found, token: IdToken, come: Come) -> SignedIn:
    user = await _known(auth, tenant, provider, token)
    trusted = set(words_of(provider.row.get(IdentityProviders.second_factor_values)))
    proven = bool(trusted & token.values("amr", "acr", "acrs"))
    waits = user.get(Users.second_factor_at) is not None and not proven
    at_provider: Values = {
        Sessions.provider: provider.id,
        Sessions.provider_session: token.word("sid")[:255] or None,
        Sessions.id_token: token.text if len(token.text) <= _LONGEST_TOKEN else None,
        **({Sessions.second_factor_at: _shown_at(auth, token)} if proven else {}),
    }
    began = Began(address=come.address, user_agent=come.user_agent, proven=proven, waits=waits, at_provider=at_provider)
    signed = await begin(auth, tenant, user[Users.id], began)
    await note_seen(auth, tenant, user[Users.id])
    return signed if waits else replace(signed, device=auth.signer.device_token(user[Users.id]))


def _shown_at(auth: Auth, token: IdToken) -> datetime:
    """Return when a second factor was shown there; too long ago for what asks for it anew where nobody says."""
    now, said = auth.clock(), token.claims.get("auth_time")
    if isinstance(said, int) and 0 < said < now.timestamp() + LEEWAY:
        return min(datetime.fromtimestamp(said, UTC), now)
    return now - 2 * PROOF_LIFE


async def _known(auth: Auth, tenant: UUID, provider: Found, token: IdToken) -> Row:
    """Return who somebody at a provider is here, with the roles that they have there by now."""
    label = provider.row[IdentityProviders.label]
    unlinked = ProviderSignInError(UNLINKED.fill(provider=label))
    with suppress(StaleError):
        async with auth.open(tenant) as rows:
            same: Patch = {ExternalIdentities.issuer: token.issuer, ExternalIdentities.subject: token.subject}
            found = await rows.find(EXTERNAL_IDENTITIES, same, limit=1)
            if found:
                await _note_used(rows, found[0], auth.clock())
    if not found:
        if not provider.row[IdentityProviders.makes_accounts]:
            raise unlinked
        try:
            async with auth.open(tenant) as rows:
                user = await make_account(rows, provider, token)
                await rows.create(EXTERNAL_IDENTITIES, _identity(user[Users.id], token, auth.clock()))
        except NotUniqueError:
            # The address is somebody's already: that it is theirs is shown by signing in, not by what a provider says.
            raise unlinked from None
        return user
    async with auth.open(tenant) as rows:
        user = (await rows.look_up(USERS, found[0].row[ExternalIdentities.user])).row
        if not user[Users.active]:
            raise ProviderSignInError(INACTIVE)
        changed = await apply_mapping(rows, provider, token, user[Users.id])
    if changed is not None:
        await auth.port.notify_invalidation(tenant, user[Users.id])
    return changed or user


async def _note_used(rows: Any, identity: Found, now: datetime) -> None:
    last = identity.row.get(ExternalIdentities.last_used_at)
    if last is None or now - last > _NOTE_EVERY:
        await rows.change({ExternalIdentities.last_used_at: now}, on=identity)


def _identity(user: UUID, token: IdToken, now: datetime) -> Values:
    return {
        ExternalIdentities.user: user,
        ExternalIdentities.issuer: token.issuer,
        ExternalIdentities.subject: token.subject,
        ExternalIdentities.name: (token.word("preferred_username") or token.word("email"))[:254] or None,
        ExternalIdentities.last_used_at: now,
    }


async def _link(auth: Auth, provider: Found, token: IdToken, actor: Actor | None, session: UUID) -> None:
    if actor is None or actor.user is None or actor.session != session:
        raise ProviderSignInError(OTHER_SIGN_IN)
    taken = ConflictError(TAKEN.fill(provider=provider.row[IdentityProviders.label]))
    same: Patch = {ExternalIdentities.issuer: token.issuer, ExternalIdentities.subject: token.subject}
    try:
        async with auth.open(actor.tenant) as rows:
            found = await rows.find(EXTERNAL_IDENTITIES, same, limit=1)
            if not found:
                await rows.create(EXTERNAL_IDENTITIES, _identity(actor.user, token, auth.clock()))
            elif found[0].row[ExternalIdentities.user] != actor.user:
                raise taken
    except NotUniqueError:
        raise taken from None


async def sign_out_address(auth: Auth, tenant: UUID, session: Found) -> str:
    """Return where a browser is sent to end the sign-in at the provider too; nothing where there is none."""
    provider, text = session.row.get(Sessions.provider), ""
    if provider is None:
        return ""
    try:
        async with auth.open(tenant) as rows:
            if session.row.get(Sessions.id_token) is not None:
                text = await rows.unsealed(session, Sessions.id_token)
        _found, about = await active_provider(auth, tenant, provider)
        async with asyncio.timeout(_PATIENCE):
            return await auth.open_id.sign_out_address(about, text, f"{auth.base_url.rstrip('/')}/sign-in")
    except (NotFoundError, OutsideError, KeyMissingError, TimeoutError):
        return ""
