"""Sheets: tables as CSV and XLSX, written so that a Norwegian Excel opens them right and runs nothing in them.

CSV is UTF-8 with a byte order mark, semicolons between and a comma in decimals. They are read in ``derive.sheet``.
"""

import csv
import io
import pickle
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, BinaryIO

CSV, XLSX = "text/csv", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
BOM = "\ufeff"
_LONGEST = 32_000
_RUNS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_HARMLESS = re.compile(r"[+-]?\d[\d ]*([.,]\d+)?")
Cell = str | int | bool | Decimal | date | datetime | None


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
    out = io.BytesIO()
    _save(out, header, rows, title)
    return out.getvalue()


def write_xlsx(target: Path, header: Sequence[str], spool: Path, title: str) -> None:
    """Write an XLSX file of the rows that ``spool`` holds; work for a process of its own."""
    with target.open("wb") as out:
        _save(out, header, _spooled(spool), title)


def spool_rows(spool: BinaryIO, rows: Sequence[Sequence[Cell]]) -> None:
    """Put rows by for ``write_xlsx``."""
    pickle.dump(rows, spool, protocol=pickle.HIGHEST_PROTOCOL)


def _spooled(spool: Path) -> Iterator[Sequence[Cell]]:
    with spool.open("rb") as stream:
        while stream.peek(1):
            yield from pickle.load(stream)  # noqa: S301 - this process's parent has written it


def _save(out: BinaryIO, header: Sequence[str], rows: Iterable[Sequence[Cell]], title: str) -> None:
    # It takes a third of a second to load, which no start shall wait for.
    import openpyxl  # noqa: PLC0415
    from openpyxl.cell import WriteOnlyCell  # noqa: PLC0415
    from openpyxl.styles import Font  # noqa: PLC0415

    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet(re.sub(r"[\[\]:*?/\\]", " ", title)[:31])
    sheet.freeze_panes = "A2"
    bold = [WriteOnlyCell(sheet, _xlsx_text(name)) for name in header]
    for cell in bold:
        cell.font, cell.data_type = Font(bold=True), "s"
    sheet.append(bold)
    for row in rows:
        sheet.append([_xlsx_cell(sheet, value) for value in row])
    book.save(out)


def _xlsx_text(text: str) -> str:
    return re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f]", "", text)[:_LONGEST]


def _xlsx_cell(sheet: Any, value: Cell) -> Any:
    if not isinstance(value, str):
        return value
    text = _xlsx_text(value)
    if not text.startswith(_RUNS):
        return text
    from openpyxl.cell import WriteOnlyCell  # noqa: PLC0415 - as in _save

    cell = WriteOnlyCell(sheet, text)
    cell.data_type, cell.quotePrefix = "s", True
    return cell
