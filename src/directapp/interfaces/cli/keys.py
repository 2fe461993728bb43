"""The commands of the keys that stored values are encrypted with."""

import asyncio
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from collections.abc import Callable

    from directapp.interfaces.cli.opened import Commands
    from directapp.services.encryption import Status


def register(app: typer.Typer, commands: "Callable[[], Commands]") -> None:
    """Add the commands to the command line."""
    group = typer.Typer(no_args_is_help=True, help="The keys that stored values are encrypted with.")
    app.add_typer(group, name="keys")

    @group.command("status")
    def status() -> None:
        """Say which keys there are, what is encrypted with each, and what is lost where one is missing."""

        async def answer() -> "Status":
            async with commands().application() as application:
                return await application.encryption.status()

        found = asyncio.run(answer())
        for line in _told(found):
            typer.echo(line)
        if found.lost() or not all(key.readable for key in found.keys):
            raise typer.Exit(1)

    @group.command("rotate")
    def rotate() -> None:
        """Make a new key and encrypt everything anew with it; the application goes on meanwhile."""

        async def answer() -> tuple[str, int]:
            async with commands().application() as application:
                name, done = await application.encryption.rotate(), 0
                for tenant in await application.platform.database.tenants():
                    done += await application.encryption.reseal(tenant)
                return name, done

        name, done = asyncio.run(answer())
        typer.echo(f"key {name} is in use; {done} values are encrypted anew")


def _told(status: "Status") -> list[str]:
    lines = []
    for key in status.keys:
        values = sum(use.values for use in status.uses if use.key == key.name)
        state = "in use" if key.current else "older"
        missing = "" if key.readable else ", MISSING: its master key is not set, or does not unwrap it"
        lines.append(f"{key.name}  {key.made} UTC  {state}, {values} values, wrapped by {key.master}{missing}")
    if plain := sum(use.values for use in status.uses if use.key is None):
        lines.append(f"{plain} values are not encrypted yet: the nightly job or keys rotate does it")
    lines += [
        f"lost: {use.values} values of {use.collection}.{use.field} in tenant {use.tenant}, encrypted with {use.key}"
        for use in status.lost()
    ]
    return lines
