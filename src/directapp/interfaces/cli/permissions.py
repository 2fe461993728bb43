"""The commands that write down what each role gives, and compare it."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

if TYPE_CHECKING:
    from collections.abc import Callable

    from directapp.domains.people.role_export import Line
    from directapp.interfaces.cli.opened import Commands

Tenant = Annotated[str, typer.Option(help="The company's name or id; needed where there are several.")]


def register(app: typer.Typer, commands: "Callable[[], Commands]") -> None:
    """Add the commands."""
    permissions = typer.Typer(no_args_is_help=True, help="What each role gives.")
    app.add_typer(permissions, name="permissions")

    @permissions.command("export")
    def export(
        *, tenant: Tenant = "", form: Annotated[Literal["yaml", "csv"], typer.Option("--form")] = "yaml"
    ) -> None:
        """Print what each role of a company gives: the product's roles, and its own that are in use."""
        from directapp.domains.people.role_export import as_csv, as_yaml

        typer.echo((as_csv if form == "csv" else as_yaml)(_present(commands, tenant)), nl=False)

    @permissions.command("diff")
    def diff(before: Path, after: Annotated[Path | None, typer.Argument()] = None, *, tenant: Tenant = "") -> None:
        """Compare the export BEFORE with the export AFTER, or with the installation; 1 where they differ."""
        from directapp.domains.people.role_export import differences

        found = differences(_read(before), _read(after) if after is not None else _present(commands, tenant))
        for line in found:
            typer.echo(line)
        if found:
            raise typer.Exit(1)
        typer.echo("no difference")


def _read(path: Path) -> "list[Line]":
    from directapp.domains.people.role_export import read_lines
    from directapp.kernel.errors import InvalidError

    if not path.is_file():
        raise typer.BadParameter(f"there is no file {path}")
    try:
        return read_lines(path.read_text())
    except InvalidError as error:
        raise typer.BadParameter(error.problems[0].message.english) from error


def _present(commands: "Callable[[], Commands]", tenant: str) -> "list[Line]":
    from directapp.domains.people.role_export import lines_of
    from directapp.interfaces.cli.importing import find_tenant

    async def answer() -> "list[Line]":
        async with commands().application() as application:
            platform = application.platform
            return await lines_of(platform.spec, application.auth, await find_tenant(platform, tenant))

    return asyncio.run(answer())
