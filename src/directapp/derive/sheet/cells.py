"""Cells and lines as a file holds them, plain enough for JSON; what is odd about one is kept with it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from directapp.declare.reading import visible
from directapp.kernel.errors import BadPayloadError, TooLargeError
from directapp.kernel.text import _

MOST_ROWS, MOST_COLUMNS, MOST_BYTES = 50_000, 300, 25 * 1024 * 1024

UNREADABLE = _("The file cannot be read as CSV or XLSX.")
_TOO_LONG = _("The file has more than {rows} rows or {columns} columns. Split it.")

_LONGEST = 80

Cell = Any
Odd = Literal["date", "time", "duration", "unit", "formula", "error"]
Flaw = Literal["quote", "split", "long", "bytes", "heading", "lone", "total", "garbled"]
# What a spreadsheet shows in place of a value, once it has been saved as text, in English and Scandinavian.
ERROR_TEXT = re.compile(
    r"#{3,}|#(?:N/A|I/T|SAKNAS!|NULL!|DIV/0!|VALUE!|VERDI!|VÆRDI!|VÄRDEFEL!|REF!|REFERENS!|NAME\?|NAVN\?|NAMN\?|NUM!|TALL!"
    r"|OGILTIGT!|SPILL!|OVERFLYT!|CALC!|BEREGN!|FIELD!|FELT!|GETTING_DATA)"
)
# Letters of UTF-8 that were read as Windows writes them: Bj\u00c3\u00b8rn, it\u00e2\u20ac\u2122s.
_SECOND = re.escape("".join(bytes([n]).decode("cp1252", errors="ignore") for n in range(0x80, 0xC0))) + "\u0080-\u009f"
GARBLED = re.compile(f"\u00c3[{_SECOND}]|\u00c2[\u0080-\u00bf]|\u00e2\u20ac[{_SECOND}]")


@dataclass(frozen=True, slots=True)
class SheetLine:
    """A row that is not blank: its number in the file, its cells from the first column on, and what is odd about it.

    A cell is a text, a number, a truth value, None, or ``odd``; ``flaw`` concerns the row, ``told`` says where.
    """

    number: int
    cells: tuple[Cell, ...]
    flaw: Flaw | None = None
    told: str = ""


def odd(kind: Odd, text: str) -> dict[str, str]:
    """Return a cell that is not plainly what it shows: a date, a clock time, an error, a formula never worked out."""
    return {"is": kind, "text": text}


def kind_of(cell: Cell) -> str | None:
    """Return what is odd about a cell."""
    return str(cell.get("is")) if isinstance(cell, Mapping) else None


def shown(cell: Cell) -> str:
    """Return a cell as people see it."""
    if isinstance(cell, Mapping):
        return str(cell.get("text", ""))
    if isinstance(cell, float):
        return f"{cell:.15g}"
    return "" if cell is None else str(cell)


def told(cell: Cell) -> str:
    """Return a cell as a message holds it: its beginning, without signs that nobody sees."""
    text = re.sub(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]+", " ", visible(shown(cell)))
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST].rstrip()}…"


def blank(cell: Cell) -> bool:
    """Whether a cell says nothing."""
    return cell is None or cell == ""


def trimmed(cells: list[Cell]) -> list[Cell]:
    """Return the cells without the blank ones at the end."""
    while cells and blank(cells[-1]):
        cells.pop()
    return cells


def too_long() -> TooLargeError:
    """Return the refusal of a file with too many rows or columns."""
    return TooLargeError(_TOO_LONG.fill(rows=MOST_ROWS, columns=MOST_COLUMNS))


def unreadable() -> BadPayloadError:
    """Return the refusal of a file that is no sheet."""
    return BadPayloadError(UNREADABLE)
