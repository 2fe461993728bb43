"""Passwords switched off: a company may let its people sign in at a provider alone."""

from typing import Any
from uuid import UUID

from directapp.domains.people.fields import IDENTITY_PROVIDERS, TENANTS, IdentityProviders, Tenants
from directapp.domains.people.flow import Auth
from directapp.domains.people.ports import Rows
from directapp.kernel.errors import NotFoundError, UnauthenticatedError
from directapp.kernel.text import _


class PasswordsOffError(UnauthenticatedError):
    """The person's company signs in at a provider alone (401 PASSWORDS_OFF)."""

    code = "PASSWORDS_OFF"
    default = _("Your company signs in through its own provider. Passwords and passkeys alone are switched off.")


async def passwords_closed(rows: Rows[Any], tenant: UUID) -> bool:
    """Whether a company has switched passwords off; it counts while a provider is there to sign in at."""
    try:
        company = (await rows.look_up(TENANTS, tenant)).row
    except NotFoundError:
        return False
    if not company.get(Tenants.passwords_off):
        return False
    return bool(await rows.find(IDENTITY_PROVIDERS, {IdentityProviders.active: True}, limit=1))


async def refuse_closed(auth: Auth, tenant: UUID) -> None:
    """Refuse what lets somebody in without the provider (PasswordsOffError: passwords are switched off)."""
    async with auth.open(tenant) as rows:
        if await passwords_closed(rows, tenant):
            raise PasswordsOffError
