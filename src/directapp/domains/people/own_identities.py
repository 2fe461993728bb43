"""The accounts at providers that a person has linked, and unlinking one; signing out whom a provider signs out."""

from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from directapp.connectors.openid import ProviderRefusedError
from directapp.declare.names import Patch
from directapp.domains.people.closed import passwords_closed
from directapp.domains.people.enrolment import demand_shown
from directapp.domains.people.fields import (
    EXTERNAL_IDENTITIES,
    IDENTITY_PROVIDERS,
    SECOND_FACTORS,
    Credentials,
    ExternalIdentities,
    IdentityProviders,
    SecondFactors,
    Sessions,
)
from directapp.domains.people.flow import Auth
from directapp.domains.people.issue import end_sessions
from directapp.domains.people.ports import Found, Rows
from directapp.domains.people.provider_sign_in import active_provider
from directapp.domains.people.second_factor import PASSKEY
from directapp.kernel.actor import Actor
from directapp.kernel.errors import ConflictError, ForbiddenError, NotFoundError
from directapp.kernel.text import _

_MOST, _LONGEST_NAME = 100, 255
ONLY_WAY = _("This is your only way in. Set a password, or link another account, before you unlink this one.")


async def own_identities(auth: Auth, actor: Actor) -> list[Found]:
    """Return a person's accounts at providers, oldest first."""
    if actor.user is None:
        raise ForbiddenError
    async with auth.open(actor.tenant) as rows:
        found: list[Found] = await _identities(rows, actor.user)
    return sorted(found, key=lambda one: one.row[ExternalIdentities.created_at])


async def unlink(auth: Auth, actor: Actor, identity: UUID) -> None:
    """Unlink an account at a provider, and end every other sign-in: one may have come by it.

    Raises:
        StepUpError: the second factor was not just shown.
        ConflictError: there is no other way in.
        NotFoundError: it is none of theirs.

    """
    demand_shown(auth, actor)
    if actor.user is None or actor.session is None:
        raise ForbiddenError
    async with auth.open(actor.tenant) as rows:
        own = await _identities(rows, actor.user)
        found = next((one for one in own if one.id == identity), None)
        if found is None:
            raise NotFoundError
        if not await _other_way(rows, actor.tenant, actor.user, [one for one in own if one.id != identity]):
            raise ConflictError(ONLY_WAY)
        await rows.remove(found)
        await end_sessions(rows, actor.user, auth.clock(), keep=actor.session)
    await auth.port.notify_invalidation(actor.tenant, actor.user)


async def _other_way(rows: Rows[Any], tenant: UUID, user: UUID, others: list[Found]) -> bool:
    issuers = [one.row[ExternalIdentities.issuer] for one in others]
    active: Patch = {IdentityProviders.active: True, IdentityProviders.issuer: issuers}
    if issuers and await rows.find(IDENTITY_PROVIDERS, active, limit=1):
        return True
    if await passwords_closed(rows, tenant):
        return False
    if await rows.find("credentials", {Credentials.user: user}, limit=1):
        return True
    return bool(await rows.find(SECOND_FACTORS, {SecondFactors.user: user, SecondFactors.kind: PASSKEY}, limit=1))


async def _identities(rows: Rows[Any], user: UUID) -> list[Found]:
    return await rows.find(EXTERNAL_IDENTITIES, {ExternalIdentities.user: user}, limit=_MOST)


async def signed_out_there(auth: Auth, tenant: UUID, provider: UUID, logout_token: str) -> None:
    """End the sign-ins that a provider says have ended there (OpenID Connect Back-Channel Logout 1.0).

    Raises:
        NotFoundError: there is no such provider.
        ProviderDownError, ProviderRefusedError: it did not say so.

    """
    found, about = await active_provider(auth, tenant, provider)
    told = await auth.open_id.read_signed_out(about, logout_token)
    equals: Patch = {Sessions.provider_session: told.session}
    if not told.session:
        same: Patch = {ExternalIdentities.issuer: found.row[IdentityProviders.issuer]}
        async with auth.open(tenant) as rows:
            known = await rows.find(EXTERNAL_IDENTITIES, {**same, ExternalIdentities.subject: told.subject}, limit=1)
        equals = {Sessions.user: [one.row[ExternalIdentities.user] for one in known]}
    await _end(auth, tenant, provider, equals)


async def signed_out_by_page(auth: Auth, tenant: UUID, provider: UUID, *, issuer: str, session: str) -> str:
    """End the sign-in that a page of a provider names (OpenID Connect Front-Channel Logout 1.0); return its origin.

    The browser brings no cookie along into another site's frame: the name of the session there, which only its person
    and the provider know, is what says whose it is.

    Raises:
        NotFoundError: there is no such provider.
        ProviderRefusedError: it names no session, or another issuer.

    """
    found, about = await active_provider(auth, tenant, provider)
    if not session or len(session) > _LONGEST_NAME or issuer not in {"", str(found.row[IdentityProviders.issuer])}:
        raise ProviderRefusedError("answer")
    await _end(auth, tenant, provider, {Sessions.provider_session: session})
    parts = urlsplit(about.issuer)
    return f"{parts.scheme}://{parts.netloc}"


async def _end(auth: Auth, tenant: UUID, provider: UUID, equals: Patch) -> None:
    now, people = auth.clock(), set()
    async with auth.open(tenant) as rows:
        live: Patch = {Sessions.provider: provider, Sessions.ended_at: None, **equals}
        for session in await rows.find("sessions", live, limit=_MOST):
            people.add(session.row[Sessions.user])
            await rows.change({Sessions.ended_at: now}, on=session)
    for user in people:
        await auth.port.notify_invalidation(tenant, user)
