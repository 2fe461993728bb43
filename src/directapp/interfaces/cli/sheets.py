"""The command for sheets: a file is read, told how it was understood, tried out, and with --commit taken in."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from directapp.interfaces.cli.importing import Doors, bar, say
from directapp.kernel.actor import Actor
from directapp.services.ledger import Report
from directapp.services.platform import Platform

if TYPE_CHECKING:
    from directapp.derive.sheet.rows import TableReader


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is said of a file; the rest is found out."""

    collection: str = "cars"
    sheet: str | None = None
    header: int | None = None
    key: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict)


def register(group: typer.Typer, doors: Doors) -> None:
    """Add the command to those of imports."""

    @group.command("sheet")
    def sheet(
        file: Path,
        *,
        email: Annotated[str, typer.Option("--as", help="Whose rights the rows are written with: an e-mail.")],
        collection: Annotated[str, typer.Option(help="What the rows are.")] = "cars",
        sheet: Annotated[str, typer.Option(help="The sheet's name, where the file has several.")] = "",
        header: Annotated[int | None, typer.Option(help="The row of the headings; 0: there is none.")] = None,
        key: Annotated[str, typer.Option(help="The field by which records are known; none: every row is new.")] = "",
        column: Annotated[
            list[str] | None, typer.Option(help="HEADING=FIELD; HEADING= leaves the column out. May be repeated.")
        ] = None,
        commit: Annotated[bool, typer.Option("--commit", help="Take it in; without this it is only tried.")] = False,
        report: Annotated[Path | None, typer.Option(help="Write every row's outcome to this .csv or .json.")] = None,
        english: Annotated[bool, typer.Option("--english", help="Report in English.")] = False,
    ) -> None:
        """Read the CSV or XLSX file FILE: try it, and with --commit take it in."""
        pairs = dict(_pair(text) for text in column or ())
        asked = Asked(collection=collection, sheet=sheet or None, header=header, key=key or None, columns=pairs)

        async def work() -> Report:
            from directapp.interfaces.cli.people import find_person

            async with doors.application() as application:
                actor = await find_person(application.auth, email)
                return await take(application.platform, actor, file, asked, commit=commit)

        done = asyncio.run(work())
        say(done, report, english=english)


def _pair(text: str) -> tuple[str, str]:
    heading, equals, name = text.rpartition("=")
    if not equals:
        raise typer.BadParameter(f"write HEADING=FIELD, not {text}")
    return heading, name


async def take(platform: Platform, actor: Actor, file: Path, asked: Asked, *, commit: bool) -> Report:
    """Try a file, or take it in, as a person."""
    from directapp.domains.imports.ledger import LEDGER
    from directapp.services.importing import Importing
    from directapp.services.ledger import Order

    reader = await read(platform, actor, await asyncio.to_thread(file.read_bytes), asked)
    order = Order(actor=actor, by=actor, reader=reader, name=file.name, dry_run=not commit, collection=asked.collection)
    with bar(commit=commit) as progress:
        return await Importing(platform.pipeline, LEDGER).run(order, progress)


async def read(platform: Platform, actor: Actor, data: bytes, asked: Asked) -> "TableReader":
    """Return the rows of a file with the fields of its columns; say how it was understood.

    Raises:
        typer.BadParameter: a collection, a heading or a field is not known.

    """
    from directapp.derive.sheet.layout import Layout, read_apart
    from directapp.derive.sheet.matching import keys_of, known_words, manner_of, match_columns
    from directapp.derive.sheet.rows import TableReader, refs_of

    meta = platform.spec.get(asked.collection)
    if meta is None:
        raise typer.BadParameter(f"there is no collection {asked.collection}")
    layout = Layout(sheet=asked.sheet, header=asked.header)
    table = await read_apart(platform.processes, data, layout, known_words(meta))
    matches = match_columns(meta, table.header)
    columns = {table.columns[m.place].key: m.field for m in matches if m.field}
    keys = {column.key for column in table.columns}
    for heading, name in asked.columns.items():
        if heading not in keys or (name and name not in meta.fields):
            raise typer.BadParameter(f"{heading}={name}: the headings are {', '.join(sorted(keys))}")
        columns = {k: n for k, n in columns.items() if k != heading and n != name} | ({heading: name} if name else {})
    key = None if asked.key == "none" else asked.key or next(iter(keys_of(meta, columns.values())), None)
    if key is not None and key not in keys_of(meta, columns.values()):
        raise typer.BadParameter(f"no column goes to {key}, or records are not known by it")
    _tell([column.key for column in table.columns], columns, key, table.layout.header or 0)
    return TableReader(
        spec=platform.spec,
        meta=meta,
        table=table,
        columns=columns,
        key=key,
        manner=manner_of(meta, table, columns),
        source="xlsx" if table.sheets else "csv",
        refs=await refs_of(platform.reading, actor, platform.spec, meta, columns.values()),
    )


def _tell(keys: Sequence[str], columns: Mapping[str, str], known_by: str | None, header: int) -> None:
    typer.echo(f"headings in row {header}; records are known by {known_by or 'nothing: every row is new'}", err=True)
    for heading in keys:
        typer.echo(f"  {heading} -> {columns.get(heading, '(left out)')}", err=True)
