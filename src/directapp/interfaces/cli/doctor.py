"""The doctor: what an installation depends on, how it is, and what to do."""

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from directapp.interfaces.cli.opened import Commands

_MARKS = {"ok": "ok   ", "warn": "WARN ", "error": "ERROR"}


def register(app: typer.Typer, commands: "Callable[[], Commands]") -> None:
    """Add the command to the command line."""

    @app.command()
    def doctor() -> None:
        """Look at everything the installation depends on, and say what to do where something is wrong."""
        found = asyncio.run(commands().examine())
        for one in found:
            typer.echo(f"{_MARKS[one.state]}  {one.name}: {one.said}")
            if one.do:
                typer.echo(f"       -> {one.do}")
        if any(one.state == "error" for one in found):
            raise typer.Exit(1)
