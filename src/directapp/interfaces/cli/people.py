"""People, as commands name them."""

from uuid import UUID

import typer

from directapp.domains.people.flow import Auth, normal_email
from directapp.domains.people.principal import load_actor
from directapp.kernel.actor import Actor
from directapp.kernel.languages import Language
from directapp.kernel.text import _

_NOBODY = _("nobody has the e-mail address {email}")


async def find_login(auth: Auth, email: str, language: Language = "en") -> tuple[UUID, UUID]:
    """Return (tenant, user) of an e-mail address (typer.BadParameter: nobody has it)."""
    login = await auth.port.find_login(normal_email(email))
    if login is None:
        raise typer.BadParameter(_NOBODY.fill(email=email).pick(language))
    return login


async def find_person(auth: Auth, email: str, language: Language = "en") -> Actor:
    """Return the person with an e-mail address (typer.BadParameter: nobody has it)."""
    login = await find_login(auth, email, language)
    async with auth.open(login[0]) as rows:
        return await load_actor(rows, *login)
