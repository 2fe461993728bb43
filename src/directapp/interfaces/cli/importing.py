"""The import commands: an export tried out with its report, then taken in."""

import asyncio
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager, contextmanager
from pathlib import Path
from typing import Annotated, Protocol
from uuid import UUID

import typer

from directapp.domains.people.flow import Auth
from directapp.kernel.actor import system_actor
from directapp.kernel.errors import DirectAppError
from directapp.kernel.text import Language
from directapp.services.ledger import IMPORTER, OUTCOMES, Order, Report
from directapp.services.platform import Platform


class ApplicationLike(Protocol):
    """An open installation."""

    @property
    def platform(self) -> Platform:
        """What every interface works with."""

    @property
    def auth(self) -> Auth:
        """How people sign in."""


class Doors(Protocol):
    """What app opens for these commands."""

    def application(self) -> AbstractAsyncContextManager[ApplicationLike]:
        """Open the installation, without its worker."""


def register(app: typer.Typer, doors: Doors) -> None:
    """Add the import commands to the command line."""
    from directapp.interfaces.cli import sheets

    group = typer.Typer(no_args_is_help=True, help="Data from elsewhere.")
    app.add_typer(group, name="import")
    sheets.register(group, doors)

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
        contents, name = read_folder(folder), str(folder.resolve())

        async def work() -> Report:
            async with doors.application() as application:
                target = await find_tenant(application.platform, tenant)
                return await _import(application.platform, target, contents, name, commit=commit)

        done = asyncio.run(work())
        say(done, report, english=english)


async def find_tenant(platform: Platform, wanted: str) -> UUID:
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


async def _name(platform: Platform, tenant: UUID) -> str:
    try:
        row = json.loads(await platform.reading.one(system_actor(tenant, IMPORTER), "tenants", tenant))
    except DirectAppError:
        return ""
    return str(row["name"])


def read_folder(folder: Path) -> dict[str, bytes]:
    """Return the export's files that a folder holds, by name."""
    from directapp.domains.imports.prototype import FILES

    return {name: (folder / name).read_bytes() for name in FILES if (folder / name).is_file()}


async def _import(platform: Platform, tenant: UUID, contents: dict[str, bytes], name: str, *, commit: bool) -> Report:
    from directapp.domains.imports.ledger import LEDGER
    from directapp.domains.imports.prototype import read_export
    from directapp.services.importing import Importing

    reader = read_export(platform.spec, contents, platform.clock())
    order = Order(actor=system_actor(tenant, IMPORTER), reader=reader, name=name, dry_run=not commit)
    with bar(commit=commit) as progress:
        return await Importing(platform.pipeline, LEDGER).run(order, progress)


@contextmanager
def bar(*, commit: bool) -> Iterator[Callable[[int, int], None]]:
    """Show how far an import is; what is given is told of it."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as shown:
        task = shown.add_task("taking in" if commit else "trying")
        yield lambda done, total: shown.update(task, completed=done, total=total)


def say(done: Report, report: Path | None, *, english: bool) -> None:
    """Print what came of an import, and write every row's outcome to a file where one is named."""
    show(done, english=english)
    if report is not None:
        write_report(done, report, english=english)
        typer.echo(f"{len(done.results)} rows: {report}")


def show(done: Report, *, english: bool) -> None:
    """Print what came of an import."""
    from rich.console import Console
    from rich.table import Table

    from directapp.domains.imports.report import HEADER, outcome_label

    language = "en" if english else "nb"
    console = Console(file=sys.stdout)
    table = Table(title=_title(done))
    table.add_column(HEADER[0].pick(language))
    for code in OUTCOMES:
        table.add_column(outcome_label(code).pick(language), justify="right")
    for collection, figures in done.figures().items():
        table.add_row(collection, *(str(figures[code]) for code in OUTCOMES))
    console.print(table)
    statuses = Table(title="cars.status" if done.statuses() else None, show_header=False)
    for status, count in done.statuses().items():
        statuses.add_row(status, str(count))
    if done.statuses():
        console.print(statuses)
    if done.still_waiting:
        words = "rows wait from before" if english else "rader venter fra før"
        console.print(f"{done.still_waiting} {words}", highlight=False)
    for line in _reasons(done, language):
        console.print(line, markup=False, highlight=False)


def _title(done: Report) -> str:
    return f"{'tried, nothing is written' if done.dry_run else 'taken in'} (import run {done.run})"


def _reasons(done: Report, language: str) -> list[str]:
    """Return how many rows wait for what, by field."""
    counted: dict[tuple[str, str], int] = {}
    for result in done.results:
        for pair in {(n.level, n.field or "") for n in result.notes if n.level != "info"}:
            counted[pair] = counted.get(pair, 0) + 1
    words = {"rejected": "avvist", "held": "venter", "repaired": "rettet", "warning": "obs"} if language == "nb" else {}
    ordered = sorted(counted.items(), key=lambda item: (item[0][0], -item[1]))
    return [f"{words.get(level, level):>9}  {count:>5}  {field}" for (level, field), count in ordered]


def write_report(done: Report, path: Path, *, english: bool = False) -> None:
    """Write the outcome of every row to a file: JSON by its name, else CSV."""
    from directapp.derive.sheets import csv_lines
    from directapp.domains.imports.report import cells, header, lines_of

    lines = lines_of(done.results)
    if path.suffix.lower() == ".json":
        path.write_text(json.dumps({"run": str(done.run), "rows": lines}, ensure_ascii=False, indent=1) + "\n")
        return
    language: Language = "en" if english else "nb"
    path.write_text("".join(csv_lines(header(language), cells(lines, language))), newline="")
