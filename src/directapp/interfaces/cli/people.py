"""People, as commands name them."""

import getpass
import os
from dataclasses import replace
from uuid import UUID

import typer

from directapp.domains.people.flow import Auth, normal_email
from directapp.domains.people.principal import load_actor
from directapp.kernel.actor import Actor, system_actor
from directapp.kernel.languages import Language
from directapp.kernel.text import _
from directapp.services.jobs import Ordered

_NOBODY = _("nobody has the e-mail address {email}")


def system_user() -> str:
    """Return the user of the operating system who runs the command, behind sudo too."""
    behind = os.environ.get("SUDO_USER")
    return behind if behind and getpass.getuser() == "root" else getpass.getuser()


def operator(tenant: UUID, system: str) -> Actor:
    """Return a system actor under the name of who runs the command, as the history tells it."""
    return replace(system_actor(tenant, system), name=f"Drift: {system_user()}")


async def ordered_by(auth: Auth, tenant: UUID, system: str, command: str, email: str) -> Ordered:
    """Return who orders a command: the person with an e-mail address, or the user of the operating system.

    Raises:
        typer.BadParameter: nobody of the company has the address.

    """
    reason = f"{command} ({system_user()})"
    if not email:
        return Ordered(operator(tenant, system), reason)
    person = await find_person(auth, email)
    if person.tenant != tenant:
        raise typer.BadParameter(_NOBODY.fill(email=email).english)
    return Ordered(person, reason)


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
