"""The page between upload and trial: how the file was read, which column goes where, how records are known."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import Response

from directapp.declare.reading import DateFormat, Manner, NumberFormat
from directapp.declare.spec import CollectionMeta
from directapp.derive.inputs import Option
from directapp.derive.sheet.cells import blank, shown
from directapp.derive.sheet.layout import Layout, Table, read_apart
from directapp.derive.sheet.matching import Match, keys_of, known_words, manner_of, match_columns
from directapp.domains.imports.ledger import LEDGER
from directapp.domains.imports.prototype import SOURCE
from directapp.interfaces.web.core.context import PersonContext, RequestContext
from directapp.interfaces.web.core.feature import get, post
from directapp.interfaces.web.core.posted import read_signed
from directapp.interfaces.web.core.refs import as_uuid
from directapp.interfaces.web.records.imports import kept as store
from directapp.interfaces.web.records.imports import starting
from directapp.interfaces.web.records.imports.words import (
    DATE_FORMATS,
    ENCODING_NAMES,
    NUMBER_FORMATS,
    SEPARATOR_NAMES,
    WORDS,
    speak,
)
from directapp.kernel.errors import BadPayloadError, NotFoundError
from directapp.kernel.languages import Language
from directapp.kernel.text import Text, verbatim

_PREVIEW, _LONGEST_EXAMPLE = 5, 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """An upload as it was read: whose columns are to be chosen."""

    kept: store.Kept
    meta: CollectionMeta
    table: Table
    allowed: frozenset[str]


async def _sheet(ctx: RequestContext, token: str, layout: Layout) -> Sheet:
    known = as_uuid(token)
    kept = store.find(ctx.platform.data, known, ctx.person.tenant) if known is not None else None
    if kept is None or kept.about["kind"] == SOURCE:
        raise NotFoundError(WORDS["unknown_file"])
    meta = ctx.meta(kept.about["collection"])
    allowed = starting.allowed_fields(meta, ctx.person) | {"id"}
    data = await starting.only_file(kept)
    table = await read_apart(ctx.platform.processes, data, layout, known_words(meta, allowed))
    return Sheet(kept=kept, meta=meta, table=table, allowed=allowed)


async def show_columns(ctx: PersonContext, token: str) -> Response:
    """Show how the file was read, and each column with the field it seems to belong to."""
    asked = dict(ctx.request.query_params)
    # Where the headings stand was found out for the file as it was read before.
    if any(asked.get(f"read_{name}", text) != text for name, text in asked.items()):
        asked = {name: text for name, text in asked.items() if name not in {"header", "header_rows"}}
    sheet = await _sheet(ctx, token, starting.asked_layout(asked))
    table, meta = sheet.table, sheet.meta
    matches = match_columns(meta, table.header, sheet.allowed)
    columns = {table.columns[m.place].key: m.field for m in matches if m.field}
    manner = asked_manner(asked, manner_of(meta, table, columns))
    keys = keys_of(meta, columns.values())
    return ctx.page(
        "imports/columns.html",
        t=speak(ctx.language),
        here=LEDGER.runs,
        path=starting.PATH,
        action=f"{starting.PATH}/sheet/{token}",
        title=str(sheet.kept.about.get("name")),
        plural=meta.declared.plural.pick(ctx.language),
        count=WORDS["rows_read"].fill(rows=len(table.lines), columns=len(table.columns)).pick(ctx.language),
        remarks=[text.pick(ctx.language) for text in _remarks(table, matches)],
        layout=_layout_choices(table, manner, ctx.language),
        chosen=_chosen(table.layout, manner),
        columns=[_column(ctx, sheet, m) for m in matches],
        preview=_preview(table),
        keys=[Option(n, meta.fields[n].label.pick(ctx.language), n in keys[:1]) for n in keys_of(meta, meta.fields)],
        keyless=not keys,
    )


def asked_manner(asked: Mapping[str, str], found: Manner) -> Manner:
    """Return how numbers and dates are written: as a person says, else as the file tells."""
    numbers, dates = asked.get("numbers", ""), asked.get("dates", "")
    return Manner(
        numbers=NumberFormat(numbers) if numbers in set(NumberFormat) else found.numbers,
        dates=DateFormat(dates) if dates in set(DateFormat) else found.dates,
    )


def _chosen(layout: Layout, manner: Manner) -> dict[str, str]:
    """Return what the file was read by, as the form sends it back."""
    said = {
        "sheet": layout.sheet, "header": layout.header, "header_rows": layout.header_rows,
        "encoding": layout.encoding, "separator": layout.separator,
        "numbers": manner.numbers.value, "dates": manner.dates.value,
    }  # fmt: skip
    return {name: str(value) for name, value in said.items() if value is not None}


def _layout_choices(table: Table, manner: Manner, language: Language) -> list[dict[str, Any]]:
    """Return what may be changed of how the file is read."""
    layout = table.layout
    rows = str(layout.header or 0)
    counts = [(str(n), verbatim(n)) for n in range(1, 4)]
    sheets = [(name, _sheet_name(name, hidden=name in table.hidden_sheets)) for name in table.sheets]
    choices: list[tuple[str, Sequence[tuple[str, Text]], str]] = [
        ("sheet", sheets if len(sheets) > 1 else [], layout.sheet or ""),
        ("header_rows", counts if layout.header else [], str(layout.header_rows)),
        ("separator", SEPARATOR_NAMES if layout.separator else [], layout.separator or ""),
        ("encoding", ENCODING_NAMES if layout.encoding else [], layout.encoding or ""),
        ("numbers", NUMBER_FORMATS, manner.numbers.value),
        ("dates", DATE_FORMATS, manner.dates.value),
    ]
    selects = [
        {
            "name": name,
            "label": WORDS[f"layout_{name}"].pick(language),
            "options": [Option(value, text.pick(language), value == chosen) for value, text in options],
        }
        for name, options, chosen in choices
        if options
    ]
    return [{"name": "header", "label": WORDS["layout_header"].pick(language), "value": rows}, *selects]


def _sheet_name(name: str, *, hidden: bool) -> Text:
    return WORDS["hidden_sheet"].fill(name=name) if hidden else verbatim(name)


def _remarks(table: Table, matches: Sequence[Match]) -> list[Text]:
    """Return what a person should know of how the file was read."""
    left = [table.columns[m.place] for m in matches if m.field is None]
    named = ", ".join(column.heading or column.letter for column in left)
    others = [name for name in table.sheets if name != table.layout.sheet and name not in table.hidden_sheets]
    flawed = sum(line.flaw is not None for line in table.lines)
    told = (
        (bool(others), WORDS["other_sheets"].fill(sheet=table.layout.sheet, others=", ".join(others))),
        (table.above > 0, WORDS["rows_above"].fill(rows=table.above)),
        (table.layout.header == 0, WORDS["no_headings"]),
        (table.hidden_rows > 0, WORDS["hidden_rows"].fill(rows=table.hidden_rows)),
        (flawed > 0, WORDS["odd_rows"].fill(rows=flawed)),
        (bool(left), WORDS["columns_left"].fill(columns=named)),
    )
    return [text for holds, text in told if holds]


def _column(ctx: RequestContext, sheet: Sheet, match: Match) -> dict[str, Any]:
    column = sheet.table.columns[match.place]
    names = [n for n in sheet.meta.fields if n in sheet.allowed]
    cells = (shown(line.cells[match.place]) for line in sheet.table.lines if not blank(line.cells[match.place]))
    return {
        "place": match.place,
        "header": column.heading or WORDS["nameless"].fill(letter=column.letter).pick(ctx.language),
        "example": next(cells, "")[:_LONGEST_EXAMPLE],
        "guess": match.how == "similar",
        "options": [Option(n, sheet.meta.fields[n].label.pick(ctx.language), n == match.field) for n in names],
    }


def _preview(table: Table) -> dict[str, Any]:
    return {
        "heads": [column.heading or column.letter for column in table.columns],
        "rows": [
            (line.number, [shown(cell)[:_LONGEST_EXAMPLE] for cell in line.cells]) for line in table.lines[:_PREVIEW]
        ],
    }


def chosen_columns(table: Table, posted: Mapping[str, str], allowed: frozenset[str]) -> dict[str, str]:
    """Return which column goes to which field, as the form says it.

    Raises:
        BadPayloadError: no column is chosen, or two for one field.

    """
    columns: dict[str, str] = {}
    for place, column in enumerate(table.columns):
        name = posted.get(f"column-{place}")
        if name in allowed and name is not None:
            if name in columns.values():
                raise BadPayloadError(WORDS["field_twice"])
            columns[column.key] = name
    if not columns:
        raise BadPayloadError(WORDS["no_columns"])
    return columns


async def try_sheet(ctx: PersonContext, token: str) -> Response:
    """Try a sheet with the columns that were chosen."""
    posted = await read_signed(ctx)
    if begun := await starting.begun(ctx, posted):
        return ctx.go(f"{starting.PATH}/{begun}")
    said = {name: values[-1] for name, values in posted.typed.items() if values}
    sheet = await _sheet(ctx, token, starting.asked_layout(said))
    columns = chosen_columns(sheet.table, said, sheet.allowed)
    key = said.get("key")
    if key and key not in keys_of(sheet.meta, columns.values()):
        raise BadPayloadError(WORDS["key_without_column"])
    manner = asked_manner(said, manner_of(sheet.meta, sheet.table, columns))
    chosen = {"columns": columns, "key": key or None, "layout": _chosen(sheet.table.layout, manner)}
    return ctx.go(f"{starting.PATH}/{await starting.start(ctx, sheet.kept, posted, dry_run=True, chosen=chosen)}")


ROUTES = (
    get(f"{starting.PATH}/sheet/{{token}}", show_columns),
    post(f"{starting.PATH}/sheet/{{token}}", try_sheet),
)
