"""The page of one's own second factors and sign-ins."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from fastapi import Response

from directapp.declare.names import Row, plain
from directapp.derive.shown import Shown
from directapp.domains.people import enrolment
from directapp.domains.people.fields import (
    EXTERNAL_IDENTITIES,
    SECOND_FACTORS,
    ApiKeys,
    ExternalIdentities,
    IdentityProviders,
    SecondFactors,
    Sessions,
)
from directapp.domains.people.networks import place_of
from directapp.domains.people.own_identities import own_identities
from directapp.domains.people.own_sessions import named_networks, own_sessions
from directapp.domains.people.ports import Found
from directapp.domains.people.provider_sign_in import providers_of
from directapp.domains.people.sms_codes import offers_sms, profile_number
from directapp.interfaces.web.core.context import RequestContext
from directapp.interfaces.web.core.step_up import site_of
from directapp.interfaces.web.features.account.devices import device_of
from directapp.interfaces.web.features.account.words import WORDS, speak
from directapp.store.query import Condition, Junction, Query

SECURITY = "/app/me/security"
_MOST_KEYS = 100


@dataclass(frozen=True, slots=True)
class FactorLine:
    """A second factor as the page shows it."""

    id: UUID
    name: str
    kind: Shown
    added: Shown
    used: Shown


@dataclass(frozen=True, slots=True)
class SessionLine:
    """A sign-in as the page shows it; ``own`` is the one that asks."""

    id: UUID
    own: bool
    device: str
    address: str
    begun: Shown
    used: Shown


@dataclass(frozen=True, slots=True)
class IdentityLine:
    """An account at a provider as the page shows it."""

    id: UUID
    provider: str
    name: str
    used: Shown


@dataclass(frozen=True, slots=True)
class KeyLine:
    """An API key as the page shows it."""

    id: str
    name: str
    made: Shown
    used: Shown


@dataclass(frozen=True, slots=True)
class ProviderLine:
    """A provider that an account can be linked at."""

    id: UUID
    label: str


async def security_page(ctx: RequestContext, *, problem: str | None = None, status: int = 200) -> Response:
    """Return the page."""
    auth, person = ctx.services.auth, ctx.person
    factors, left = await enrolment.own_factors(auth, person)
    identities, providers = await own_identities(auth, person), await providers_of(auth, person.tenant)
    labels = {one.row[IdentityProviders.issuer]: str(one.row[IdentityProviders.label]) for one in providers}
    say_link, known = WORDS["link"], await named_networks(auth, person)
    return page(
        ctx,
        "account/security.html",
        status=status,
        problem=problem,
        factors=[_factor(ctx, one) for one in factors],
        codes_left=ctx.say(WORDS["codes_left"].fill(count=left)),
        sessions=[_session(ctx, one, known) for one in await own_sessions(auth, person)],
        identities=[_identity(ctx, one, labels) for one in identities],
        providers=[
            ProviderLine(one.id, ctx.say(say_link.fill(provider=one.row[IdentityProviders.label]))) for one in providers
        ],
        keys=await _keys(ctx),
        shut=person.must_prove(ctx.now),
        asks_password=await enrolment.needs_password(auth, person),
        **await sms_choice(ctx),
    )


async def sms_choice(ctx: RequestContext) -> dict[str, Any]:
    """Return whether codes by SMS may be set up, and the number of the person's profile."""
    offered = await offers_sms(ctx.services.auth, ctx.person.tenant)
    return {"sms_offered": offered, "phone": await profile_number(ctx.services.auth, ctx.person) if offered else ""}


def page(ctx: RequestContext, template: str, *, status: int = 200, **more: Any) -> Response:
    """Render a page of the account with its words."""
    common = {"s": speak(ctx.language), "has_site": site_of(ctx) is not None, "here": "me"}
    return ctx.page(template, status=status, **common, **more)


def _factor(ctx: RequestContext, one: Found) -> FactorLine:
    meta, row = ctx.spec[SECOND_FACTORS], plain(one.row)
    names = (SecondFactors.kind, SecondFactors.created_at, SecondFactors.last_used_at)
    return FactorLine(one.id, str(one.row[SecondFactors.name]), *(ctx.formatter.value(meta, n, row) for n in names))


def _session(ctx: RequestContext, one: Found, known: Iterable[Row]) -> SessionLine:
    device = device_of(str(one.row.get(Sessions.user_agent) or "")) or ctx.say(WORDS["unknown_device"])
    begun = ctx.formatter.value(ctx.spec["sessions"], Sessions.created_at, plain(one.row))
    used = ctx.formatter.value(ctx.spec["sessions"], Sessions.last_used_at, plain(one.row))
    address = placed(str(one.row.get(Sessions.address) or ""), known)
    return SessionLine(one.id, one.id == ctx.person.session, device, address, begun, used)


def placed(address: str, known: Iterable[Row]) -> str:
    """Return an address, behind what the company calls its network."""
    return ", ".join(filter(None, (place_of(address, known), address)))


def _identity(ctx: RequestContext, one: Found, labels: Mapping[str, str]) -> IdentityLine:
    row = one.row
    provider = labels.get(row[ExternalIdentities.issuer]) or ctx.say(WORDS["gone_provider"])
    used = ctx.formatter.value(ctx.spec[EXTERNAL_IDENTITIES], ExternalIdentities.last_used_at, plain(row))
    return IdentityLine(one.id, provider, str(row.get(ExternalIdentities.name) or ""), used)


async def _keys(ctx: RequestContext) -> list[KeyLine]:
    """Return the person's own API keys that still open something."""
    meta = ctx.spec["api_keys"]
    mine = Condition((ApiKeys.user,), "eq", ctx.person.user)
    own = Junction("and", (mine, Condition((ApiKeys.revoked_at,), "null", value=True)))
    fields = tuple((name,) for name in ("id", "name", "created_at", "last_used_at"))
    found = await ctx.rows("api_keys", Query(fields=fields, filter=own, limit=_MOST_KEYS))
    names = (ApiKeys.created_at, ApiKeys.last_used_at)
    return [KeyLine(row["id"], row["name"], *(ctx.formatter.value(meta, n, row) for n in names)) for row in found]
