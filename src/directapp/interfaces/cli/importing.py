"""The import commands: an export tried out with its report, then taken in."""

import asyncio
import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from directapp.interfaces.cli.outcome import bar, failing_in, language_of, open_report, say
from directapp.kernel.actor import system_actor
from directapp.kernel.errors import DirectAppError

if TYPE_CHECKING:
    from collections.abc import Callable

    from directapp.interfaces.cli.opened import Commands
    from directapp.services.ledger import Report
    from directapp.services.platform import Platform


def register(app: typer.Typer, commands: "Callable[[], Commands]") -> None:
    """Add the import commands to the command line."""
    from directapp.interfaces.cli import sheets

    group = typer.Typer(no_args_is_help=True, help="Data from elsewhere.")
    app.add_typer(group, name="import")
    sheets.register(group, commands)

    @group.callback()
    def imports() -> None:
        """Take in data from elsewhere."""

    @group.command("prototype")
    def prototype(
        folder: Path,
        *,
        tenant: Annotated[str, typer.Option(help="The company's name or id; needed where there are several.")] = "",
        commit: Annotated[bool, typer.Option("--commit", help="Take it in; without this it is only tried.")] = False,
        report: Annotated[Path | None, typer.Option(help="Write every row's outcome to this .csv or .json.")] = None,
        english: Annotated[bool, typer.Option("--english", help="Report in English.")] = False,
    ) -> None:
        """Read the prototype's export in FOLDER: try it, and with --commit take it in."""
        language = language_of(english=english)
        open_report(report, language)
        contents, name = read_folder(folder), str(folder.resolve())

        async def work() -> "Report":
            async with commands().application() as application:
                target = await find_tenant(application.platform, tenant)
                return await _import(application.platform, target, contents, name, commit=commit)

        with failing_in(language):
            done = asyncio.run(work())
        say(done, report, english=english)


async def find_tenant(platform: "Platform", wanted: str) -> UUID:
    """Return the id of the company that a name or an id means, or of the only one there is.

    Raises:
        typer.BadParameter: none or several fit; says which there are.

    """
    names = {tenant: await _name(platform, tenant) for tenant in await platform.database.tenants()}
    fits = [t for t, name in names.items() if wanted.casefold() in {"", str(t), name.casefold()}]
    if not fits and _is_id(wanted):
        fits = [UUID(wanted)] if await _name(platform, UUID(wanted)) else []
    if len(fits) == 1:
        return fits[0]
    listed = ", ".join(f"{name} ({tenant})" for tenant, name in sorted(names.items(), key=lambda p: p[1]))
    raise typer.BadParameter(f"name one company with --tenant: {listed or 'there is none'}")


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


async def _name(platform: "Platform", tenant: UUID) -> str:
    from directapp.services.ledger import IMPORTER

    try:
        row = json.loads(await platform.reading.one(system_actor(tenant, IMPORTER), "tenants", tenant))
    except DirectAppError:
        return ""
    return str(row["name"])


def read_folder(folder: Path) -> dict[str, bytes]:
    """Return the export's files that a folder holds, by name."""
    from directapp.domains.imports.prototype import FILES

    return {name: (folder / name).read_bytes() for name in FILES if (folder / name).is_file()}


async def _import(
    platform: "Platform", tenant: UUID, contents: dict[str, bytes], name: str, *, commit: bool
) -> "Report":
    from directapp.domains.imports.ledger import LEDGER
    from directapp.domains.imports.prototype import read_export
    from directapp.services.importing import Importing
    from directapp.services.ledger import IMPORTER, Order

    reader = read_export(platform.spec, contents, platform.clock())
    order = Order(actor=system_actor(tenant, IMPORTER), reader=reader, name=name, dry_run=not commit)
    with bar(commit=commit) as progress:
        return await Importing(platform.pipeline, LEDGER).run(order, progress)
