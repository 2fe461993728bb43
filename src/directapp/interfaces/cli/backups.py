"""The commands of backups: of the database that comes along, and of the files."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from directapp.interfaces.cli.opened import Commands

_MEGABYTE = 1024**2


def register(app: typer.Typer, commands: "Callable[[], Commands]") -> None:
    """Add the commands to the command line."""
    group = typer.Typer(no_args_is_help=True, help="Backups of the embedded database and the files.")
    app.add_typer(group, name="backup")

    @group.command("now")
    def now() -> None:
        """Take a backup while everything goes on; its log follows all the while by itself."""
        typer.echo(f"backup {asyncio.run(commands().back_up())} is kept")

    @group.command("list")
    def tell() -> None:
        """Say which backups there are: when each was finished, and how much it restores."""
        for one in asyncio.run(commands().list_backups()):
            size = sum(kept.size for kept in one.files) // _MEGABYTE
            cluster = sum(kept.size for kept in one.cluster) // _MEGABYTE
            at = f"{one.finished_at:%Y-%m-%d %H:%M:%S}"
            typer.echo(f"{one.name}  finished {at} UTC  database {cluster} MB, {len(one.files)} files {size} MB")

    @group.command("verify")
    def verify() -> None:
        """Restore the newest backup to a scratch place, and compare rows, seals and files with what was kept."""
        trial = asyncio.run(commands().try_backup())
        for flaw in trial.flaws:
            typer.echo(flaw, err=True)
        if trial.flaws:
            raise typer.Exit(1)
        typer.echo(
            f"backup {trial.backup} holds: {trial.rows} rows in {trial.tables} tables, the seals of the audit and"
            f" {trial.files} files are as they were; {trial.restored_bytes // _MEGABYTE} MB in {trial.seconds:.0f} s"
        )

    @app.command()
    def restore(
        *,
        into: Annotated[Path, typer.Option(help="A new folder, which becomes the data folder of the copy.")],
        at: Annotated[
            str, typer.Option(help="As it stood then, such as 2026-11-30T14:05+01:00; else the latest.")
        ] = "",
    ) -> None:
        """Restore a backup of the embedded database and the files into a new folder, and hold the copy."""
        made = asyncio.run(commands().restore(into, _instant(at)))
        typer.echo(f"restored from backup {made.name} into {into}, and held: nothing is sent")
        typer.echo(f"now: DIRECTAPP_DATA={into} directapp run, look round, then directapp release")


def _instant(text: str) -> datetime | None:
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text}: write 2026-11-30T14:05+01:00") from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
