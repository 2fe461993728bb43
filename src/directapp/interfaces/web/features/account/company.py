"""The company whose people sign in here: by its own address, as this browser knows it, or the only one there is."""

from dataclasses import dataclass
from uuid import UUID

from directapp.domains.people.fields import IdentityProviders
from directapp.domains.people.provider_sign_in import providers_of
from directapp.interfaces.web.core import notes
from directapp.interfaces.web.core.context import RequestContext
from directapp.interfaces.web.core.words import WORDS

COMPANY_COOKIE = "directapp_company"
BEGIN = "/sign-in/with"


@dataclass(frozen=True, slots=True)
class ProviderButton:
    """A provider on the sign-in page."""

    label: str
    href: str


async def provider_buttons(ctx: RequestContext) -> list[ProviderButton]:
    """Return the providers of the company that this browser is of, as far as that is known."""
    company = _read(ctx.request.cookies.get(COMPANY_COOKIE, "")) or await ctx.services.auth.port.sole_tenant()
    if company is None:
        return []
    found = await providers_of(ctx.services.auth, company)
    said = WORDS["sign_in_with"]
    return [
        ProviderButton(ctx.say(said.fill(provider=one.row[IdentityProviders.label])), f"{BEGIN}/{company}/{one.id}")
        for one in found
    ]


def keep_company(ctx: RequestContext, tenant: UUID) -> None:
    """Let the browser know its company to the next sign-in."""
    ctx.cookies.append(notes.Cookie(name=COMPANY_COOKIE, value=str(tenant)))


def _read(text: str) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return None
