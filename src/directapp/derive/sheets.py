"""Sheets: tables as CSV and XLSX, written so that a Norwegian Excel opens them right and runs nothing in them.

CSV is UTF-8 with a byte order mark, semicolons between and a comma in decimals; what is read may be otherwise.
"""

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import openpyxl
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

from directapp.kernel.errors import BadPayloadError, TooLargeError
from directapp.kernel.text import Text

CSV, XLSX = "text/csv", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
BOM = "\ufeff"
MOST_ROWS, MOST_COLUMNS, MOST_BYTES = 50_000, 300, 25 * 1024 * 1024
_UNPACKED = 400 * 1024 * 1024
_LONGEST = 32_000
_RUNS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_HARMLESS = re.compile(r"[+-]?\d[\d ]*([.,]\d+)?")
_EMPTY = Text("Filen har ingen rader.", "The file has no rows.")
_UNREADABLE = Text("Filen lar seg ikke lese som CSV eller XLSX.", "The file cannot be read as CSV or XLSX.")
_TOO_LONG = Text(
    "Filen har mer enn {rows} rader eller {columns} kolonner. Del den opp.",
    "The file has more than {rows} rows or {columns} columns. Split it.",
).fill(rows=MOST_ROWS, columns=MOST_COLUMNS)

Cell = str | int | bool | Decimal | date | datetime | None


@dataclass(frozen=True, slots=True)
class Table:
    """A header and its rows, each as long as the header."""

    header: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]


# --- writing -------------------------------------------------------------------------------------


def safe_text(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula; numbers and phone numbers stay as they are."""
    if text.startswith(_RUNS) and _HARMLESS.fullmatch(text) is None:
        return f"'{text}"
    return text


def csv_lines(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Iterator[str]:
    """Yield the lines of a CSV file, the byte order mark first."""
    yield BOM + _line(header)
    for row in rows:
        yield _line(row)


def csv_line(row: Sequence[Cell]) -> str:
    """Return one line of a CSV file."""
    return _line(row)


def _line(row: Sequence[Cell]) -> str:
    text = io.StringIO()
    csv.writer(text, delimiter=";").writerow([_csv_cell(value) for value in row])
    return text.getvalue()


def _csv_cell(value: Cell) -> str:
    match value:
        case None:
            return ""
        case datetime():
            return f"{value:%Y-%m-%d %H:%M}"
        case Decimal():
            return str(value).replace(".", ",")
        case str():
            return safe_text(value)
        case _:
            return str(value)


def xlsx_bytes(header: Sequence[str], rows: Iterable[Sequence[Cell]], *, title: str) -> bytes:
    """Return an XLSX file: one sheet, the header bold and frozen; texts are texts and never formulas."""
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet(re.sub(r"[\[\]:*?/\\]", " ", title)[:31])
    sheet.freeze_panes = "A2"
    bold = [WriteOnlyCell(sheet, _xlsx_text(name)) for name in header]
    for cell in bold:
        cell.font, cell.data_type = Font(bold=True), "s"
    sheet.append(bold)
    for row in rows:
        sheet.append([_xlsx_cell(sheet, value) for value in row])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _xlsx_text(text: str) -> str:
    return re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f]", "", text)[:_LONGEST]


def _xlsx_cell(sheet: Any, value: Cell) -> Any:
    if not isinstance(value, str):
        return value
    text = _xlsx_text(value)
    if not text.startswith(_RUNS):
        return text
    cell = WriteOnlyCell(sheet, text)
    cell.data_type, cell.quotePrefix = "s", True
    return cell


# --- reading -------------------------------------------------------------------------------------


def read_table(data: bytes, media_type: str = "") -> Table:
    """Understand a file as a table; its kind is told by its content, ``media_type`` is a hint only.

    Raises:
        BadPayloadError: it is no table, or has nothing in it.
        TooLargeError: it is longer than anybody should upload at once.

    """
    if len(data) > MOST_BYTES:
        raise TooLargeError(_TOO_LONG)
    packed = data[:4] == b"PK\x03\x04"
    if not packed and (media_type == XLSX or b"\x00\x00" in data[:64]):
        raise BadPayloadError(_UNREADABLE)
    lines = _xlsx_rows(data) if packed else _csv_rows(data)
    return _table(lines)


def _table(lines: Iterable[Sequence[Any]]) -> Table:
    kept: list[Sequence[Any]] = []
    for line in lines:
        if all(value in (None, "") for value in line):
            continue
        kept.append(line)
        if len(kept) > MOST_ROWS + 1 or len(line) > MOST_COLUMNS:
            raise TooLargeError(_TOO_LONG)
    if len(kept) <= 1:
        raise BadPayloadError(_EMPTY)
    header = [str(name or "").strip() for name in kept[0]]
    while header and not header[-1]:
        header.pop()
    width = len(header)
    return Table(tuple(header), tuple((*row[:width], *[None] * (width - len(row))) for row in kept[1:]))


def _decoded(data: bytes) -> str:
    if data[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return data.decode("utf-16", errors="replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def _csv_rows(data: bytes) -> Iterator[list[Any]]:
    text = _decoded(data)
    first = text.split("\n", 1)[0]
    if first.lower().startswith("sep="):
        text, first = text.split("\n", 1)[-1], ""
    sample = first or text.split("\n", 1)[0]
    delimiter = max(";,\t|", key=sample.count)
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            yield [_unsafe(value.strip()) for value in row]
    except csv.Error:
        raise BadPayloadError(_UNREADABLE) from None


def _unsafe(value: str) -> str:
    return value[1:] if value[:1] == "'" and value[1:].startswith(_RUNS) else value


def _xlsx_rows(data: bytes) -> Iterator[list[Any]]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            unpacked = sum(part.file_size for part in packed.infolist())
    except zipfile.BadZipFile:
        raise BadPayloadError(_UNREADABLE) from None
    if unpacked > _UNPACKED:
        raise TooLargeError(_TOO_LONG)
    try:
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        for row in book.worksheets[0].iter_rows(values_only=True):
            yield [_plain(value) for value in row]
        book.close()
    except Exception:  # noqa: BLE001 - openpyxl raises whatever a broken file leads it to
        raise BadPayloadError(_UNREADABLE) from None


def _plain(value: Any) -> Any:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, float):
        return str(Decimal(repr(value)))
    return value.strip() if isinstance(value, str) else value
