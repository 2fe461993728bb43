"""The commands of upgrades: what one would do, doing it, and which version this is."""

import asyncio
from collections.abc import Callable
from importlib.metadata import version as installed
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from directapp.interfaces.cli.opened import Commands, MigrationLike, PlanLike


def register(app: typer.Typer, commands: "Callable[[], Commands]") -> None:
    """Add the commands to the command line."""

    @app.command()
    def upgrade(
        *,
        plan: Annotated[bool, typer.Option("--plan", help="Say what would be done; change nothing.")] = False,
        apply: Annotated[bool, typer.Option("--apply", help="Do it, and look whether all is as declared.")] = False,
    ) -> None:
        """Bring the database to this version while the release before goes on serving it."""
        if plan == apply:
            raise typer.BadParameter("say --plan or --apply")
        found = asyncio.run(commands().upgrade_plan())
        _show(found)
        if plan:
            return
        flaws = asyncio.run(commands().upgrade_whole())
        for flaw in flaws:
            typer.echo(flaw, err=True)
        if flaws:
            raise typer.Exit(1)
        typer.echo(f"upgraded: the database stands at {found.newest}, protected and made as declared")

    @app.command()
    def version() -> None:
        """Say which version this is, and which migration it brings and the database stands at."""
        typer.echo(f"directapp {installed('directapp')}")
        found = asyncio.run(commands().upgrade_plan())
        typer.echo(f"newest migration {found.newest}, database at {found.present or 'none: it is empty'}")


def _show(plan: "PlanLike") -> None:
    typer.echo(f"the database stands at {plan.present or 'nothing yet'}, this version at {plan.newest}")
    if not plan.missing:
        typer.echo("no migration is missing; policies and rights follow this version")
    for one in plan.missing:
        typer.echo(f"{one.revision} {one.title}: {_said(one)}")
    if any(one.alone for one in plan.missing):
        typer.echo("stop every process of the version before first")


def _said(migration: "MigrationLike") -> str:
    if migration.alone:
        return f"alone ({migration.alone})"
    return "; ".join(migration.hindrances) or "the release before runs beside it"
