"""People, as commands name them."""

import typer

from directapp.domains.people.flow import Auth, normal_email
from directapp.domains.people.principal import load_actor
from directapp.kernel.actor import Actor


async def find_person(auth: Auth, email: str) -> Actor:
    """Return the person with an e-mail address (typer.BadParameter: nobody has it)."""
    login = await auth.port.find_login(normal_email(email))
    if login is None:
        raise typer.BadParameter(f"nobody has the e-mail address {email}")
    async with auth.open(login[0]) as rows:
        return await load_actor(rows, *login)
