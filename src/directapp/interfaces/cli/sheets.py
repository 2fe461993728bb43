"""The command for sheets: a file is read, told how it was understood, tried out, and with --commit taken in."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from directapp.declare.reading import DateFormat, Manner, NumberFormat
from directapp.interfaces.cli.outcome import bar, failing_in, language_of, open_report, read_file, say
from directapp.kernel.languages import Language
from directapp.kernel.text import Text, _

if TYPE_CHECKING:
    from collections.abc import Callable

    from directapp.derive.sheet.layout import Table
    from directapp.derive.sheet.matching import Match
    from directapp.derive.sheet.rows import TableReader
    from directapp.interfaces.cli.opened import Commands
    from directapp.kernel.actor import Actor
    from directapp.services.ledger import Report
    from directapp.services.platform import Platform

_NO_COLLECTION = _("there is no collection {name}")
_NO_PAIR = _("write HEADING=FIELD, not {text}")
_NO_HEADING = _("{pair}: the headings are {headings}")
_NO_FIELD = _("{pair}: the fields are {fields}")
_NO_KEY = _("no column goes to {key}, or records are not known by it")
_READ = _("headings in row {row}; records are known by {key}")
_BY_NOTHING = _("nothing: every row is new")
_LEFT_OUT = _("(left out)")
_PERHAPS = _('(left out; perhaps {field}: --column "{heading}={field}")')
_HOW = _("{form}; numbers: {numbers}, dates: {dates}; {rows} rows")
_ODD_ROWS = _("{count} rows are hidden in the file, and taken along")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is said of a file; the rest is found out."""

    collection: str = "cars"
    sheet: str | None = None
    header: int | None = None
    encoding: str | None = None
    separator: str | None = None
    key: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    numbers: NumberFormat | None = None
    dates: DateFormat | None = None
    language: Language = "nb"

    def wrong(self, text: Text) -> typer.BadParameter:
        """Return the refusal of what is said wrongly."""
        return typer.BadParameter(text.pick(self.language))


def register(group: typer.Typer, commands: "Callable[[], Commands]") -> None:
    """Add the command to those of imports."""

    @group.command("sheet")
    def sheet(
        file: Path,
        *,
        email: Annotated[str, typer.Option("--as", help="Whose rights the rows are written with: an e-mail.")],
        collection: Annotated[str, typer.Option(help="What the rows are.")] = "cars",
        sheet: Annotated[str, typer.Option(help="The sheet's name, where the file has several.")] = "",
        header: Annotated[int | None, typer.Option(help="The row of the headings; 0: there is none.")] = None,
        encoding: Annotated[str, typer.Option(help="utf-8, cp1252, utf-16, cp865 or mac_roman.")] = "",
        separator: Annotated[str, typer.Option(help="What stands between the values of a CSV file.")] = "",
        numbers: Annotated[NumberFormat | None, typer.Option(help="How numbers are written.")] = None,
        dates: Annotated[DateFormat | None, typer.Option(help="How dates are written.")] = None,
        key: Annotated[str, typer.Option(help="The field by which records are known; none: every row is new.")] = "",
        column: Annotated[
            list[str] | None, typer.Option(help="HEADING=FIELD; HEADING= leaves the column out. May be repeated.")
        ] = None,
        commit: Annotated[bool, typer.Option("--commit", help="Take it in; without this it is only tried.")] = False,
        report: Annotated[Path | None, typer.Option(help="Write every row's outcome to this .csv or .json.")] = None,
        english: Annotated[bool, typer.Option("--english", help="Report in English.")] = False,
    ) -> None:
        """Read the CSV or XLSX file FILE: try it, and with --commit take it in.

        It answers 0 where all rows came in, 1 where nothing could be done, 2 where it was asked for wrongly, 3 where
        rows wait: each is told with its number, its column and the reason.
        """
        language = language_of(english=english)
        asked = Asked(
            collection=collection, sheet=sheet or None, header=header, encoding=encoding or None,
            separator=separator or None, key=key or None, columns=_pairs(column or (), language),
            numbers=numbers, dates=dates, language=language,
        )  # fmt: skip
        open_report(report, language)
        data = read_file(file, language)

        async def work() -> "tuple[Report, Mapping[str, str]]":
            from directapp.interfaces.cli.people import find_person

            async with commands().application() as application:
                actor = await find_person(application.auth, email, language)
                reader = await read(application.platform, actor, data, asked)
                done = await take(application.platform, actor, reader, file.name, asked, commit=commit)
                return done, {name: heading for heading, name in reader.columns.items()}

        with failing_in(language):
            done, headings = asyncio.run(work())
        say(done, report, english=english, columns=headings)


def _pairs(texts: Sequence[str], language: Language) -> dict[str, str]:
    pairs = {}
    for text in texts:
        heading, equals, name = text.rpartition("=")
        if not equals:
            raise typer.BadParameter(_NO_PAIR.fill(text=text).pick(language))
        pairs[heading] = name
    return pairs


async def take(
    platform: "Platform", actor: "Actor", reader: "TableReader", name: str, asked: Asked, *, commit: bool
) -> "Report":
    """Try the rows of a file, or take them in, as a person."""
    from directapp.domains.imports.ledger import LEDGER
    from directapp.services.importing import Importing
    from directapp.services.ledger import Order

    order = Order(actor=actor, by=actor, reader=reader, name=name, dry_run=not commit, collection=asked.collection)
    with bar(commit=commit, language=asked.language) as progress:
        return await Importing(platform.pipeline, LEDGER).run(order, progress)


async def read(platform: "Platform", actor: "Actor", data: bytes, asked: Asked) -> "TableReader":
    """Return the rows of a file with the fields of its columns; say how it was understood.

    Raises:
        typer.BadParameter: a collection, a heading or a field is not known.

    """
    from directapp.derive.sheet.layout import Layout, read_apart
    from directapp.derive.sheet.matching import keys_of, known_words, manner_of, match_columns
    from directapp.derive.sheet.rows import TableReader, refs_of

    spec = await platform.database.spec_of(actor.tenant)
    meta = spec.get(asked.collection)
    if meta is None:
        raise asked.wrong(_NO_COLLECTION.fill(name=asked.collection))
    layout = Layout(sheet=asked.sheet, header=asked.header, encoding=asked.encoding, separator=asked.separator)
    table = await read_apart(platform.processes, data, layout, known_words(meta))
    matches = match_columns(meta, table.header)
    writable = frozenset(f.name for f in meta.fields.values() if f.writable or f.name == "id")
    columns = _columns(asked, writable, table, matches)
    known_by = keys_of(meta, columns.values())
    key = None if asked.key == "none" else asked.key or next(iter(known_by), None)
    if key is not None and key not in known_by:
        raise asked.wrong(_NO_KEY.fill(key=key))
    told = manner_of(meta, table, columns)
    manner = Manner(numbers=asked.numbers or told.numbers, dates=asked.dates or told.dates)
    _tell(asked, table, matches, columns, key=key, manner=manner)
    return TableReader(
        spec=spec,
        meta=meta,
        table=table,
        columns=columns,
        key=key,
        manner=manner,
        source="xlsx" if table.sheets else "csv",
        refs=await refs_of(platform.reading, actor, spec, meta, columns.values()),
    )


def _columns(asked: Asked, fields: frozenset[str], table: "Table", matches: Sequence["Match"]) -> dict[str, str]:
    """Return the field of each column: what is said, and what its heading plainly means; a guess is no such thing."""
    columns = {table.columns[m.place].key: m.field for m in matches if m.field and m.how != "similar"}
    keys = {column.key for column in table.columns}
    for heading, name in asked.columns.items():
        if heading not in keys:
            raise asked.wrong(_NO_HEADING.fill(pair=f"{heading}={name}", headings=", ".join(sorted(keys))))
        if name and name not in fields:
            raise asked.wrong(_NO_FIELD.fill(pair=f"{heading}={name}", fields=", ".join(sorted(fields))))
        columns = {k: n for k, n in columns.items() if k != heading and n != name} | ({heading: name} if name else {})
    return columns


def _tell(
    asked: Asked,
    table: "Table",
    matches: Sequence["Match"],
    columns: Mapping[str, str],
    *,
    key: str | None,
    manner: Manner,
) -> None:
    """Say how a file was understood."""

    def echo(text: Text) -> None:
        typer.echo(text.pick(asked.language), err=True)

    layout = table.layout
    echo(_READ.fill(row=layout.header or 0, key=key or _BY_NOTHING))
    form = f"{layout.encoding}, «{layout.separator}»" if layout.separator else str(layout.sheet)
    echo(_HOW.fill(form=form, numbers=manner.numbers, dates=manner.dates, rows=len(table.lines)))
    if table.hidden_rows:
        echo(_ODD_ROWS.fill(count=table.hidden_rows))
    for match in matches:
        heading = table.columns[match.place].key
        left = _PERHAPS.fill(field=match.field or "", heading=heading) if match.how == "similar" else _LEFT_OUT
        typer.echo(f"  {heading} -> {columns.get(heading) or left.pick(asked.language)}", err=True)
