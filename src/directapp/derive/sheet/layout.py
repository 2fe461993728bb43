"""Layout: where the table in a file begins, what its columns are called, and which rows are none of it."""

import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from decimal import Decimal
from itertools import pairwise
from typing import Any

from directapp.declare.reading import BadValueError, read_number
from directapp.derive.sheet.cells import (
    GARBLED,
    MOST_BYTES,
    MOST_ROWS,
    Cell,
    SheetLine,
    blank,
    kind_of,
    shown,
    too_long,
    unreadable,
)
from directapp.derive.sheet.csv_file import read_csv
from directapp.derive.sheet.words import closed_up, heading_words, plain_word
from directapp.derive.sheet.xlsx_file import letters, read_xlsx
from directapp.kernel.errors import BadPayloadError
from directapp.kernel.text import _
from directapp.services.processes import Processes

_EMPTY = _("The file has no rows.")
_OLD_FORMAT = _("The file is in an older format, or protected by a password. Save it as XLSX or CSV without one.")
_PAGE = _(
    "The file is a web page, XML or JSON and no spreadsheet, whatever it is called. Open it in the spreadsheet and save"
    " it as XLSX or CSV."
)
_MARKUP = re.compile(rb"\W{0,6}?(?:<[!?a-zA-Z][^;\t\n]{0,200}?>|\[\s*\{\s*\"|\{\s*\"|\{\\rtf)")
_NO_SUCH_ROW = _("There is no row {row} in the file.")
_SEARCHED = 40
_PIECE, _SECONDS = 500, 60.0
_MOST_HEADER_ROWS = 3
_WIDE = 3
_TOTALS = frozenset(
    {"sum", "total", "totalt", "totals", "totalsum", "ialt", "summer", "grandtotal", "sumtotal", "delsum", "subtotal"}
)
_BEGINS_TOTAL = re.compile(
    r"(?:(?:grand|sub|mellom|del|total)?(?:sum|totals?|totalt)|antall?|ialt|(?:gjennom)?snitt|average)"
    r"(?:antall?|biler|cars|stk|\d+)*"
)
# What is left of a number where its own comma parted it: 349,900 and 349900,50.
_FIRST_PART, _LATER_PART = re.compile(r"(?:kr\.? ?)?-?\d+"), re.compile(r"\d\d\d?(?: ?kr\.?|,-)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """How a file is laid out; what is None is found out.

    ``header`` is the number of the first row of headings (0: there is none), ``header_rows`` how many there are.
    """

    sheet: str | None = None
    header: int | None = None
    header_rows: int | None = None
    encoding: str | None = None
    separator: str | None = None


@dataclass(frozen=True, slots=True)
class Column:
    """A column that holds something: its heading, what a spreadsheet calls it, and the key of its values in a row."""

    key: str
    heading: str
    letter: str


@dataclass(frozen=True, slots=True)
class Table:
    """A file as columns and rows, each row as long as the columns; ``layout`` is what it was read by.

    ``sheets`` are the names of all sheets, ``hidden_sheets`` those of them that are hidden; ``above`` how many rows
    that are not blank stand over the headings; ``hidden_rows`` how many of the rows the file hides.
    """

    columns: tuple[Column, ...] = ()
    lines: tuple[SheetLine, ...] = ()
    layout: Layout = field(default_factory=Layout)
    sheets: tuple[str, ...] = ()
    hidden_sheets: tuple[str, ...] = ()
    above: int = 0
    hidden_rows: int = 0

    @property
    def header(self) -> tuple[str, ...]:
        """The headings."""
        return tuple(column.heading for column in self.columns)

    @property
    def rows(self) -> tuple[tuple[Cell, ...], ...]:
        """The cells of each row."""
        return tuple(line.cells for line in self.lines)


@dataclass(frozen=True, slots=True)
class _Found:
    """The lines of a file before it is known which of them are headings."""

    lines: list[SheetLine]
    letters: tuple[str, ...]
    layout: Layout
    merged: frozenset[tuple[int, int, int]] = frozenset()
    sheets: tuple[str, ...] = ()
    hidden_sheets: tuple[str, ...] = ()
    hidden_rows: int = 0


def read_table(data: bytes, layout: Layout | None = None, known: Collection[str] = ()) -> Table:
    """Understand a file as a table; its kind is told by its content. ``known`` are words that headings are made of.

    Raises:
        BadPayloadError: it is no table, or has nothing in it.
        TooLargeError: it is longer than anybody should upload at once.

    """
    found = _opened(data, layout or Layout())
    start, count = _heading_of(found, layout or Layout(), frozenset(known))
    return _table(found, start, count)


def table_pieces(
    data: bytes, layout: Layout | None = None, known: Collection[str] = ()
) -> Iterator[Table | list[SheetLine]]:
    """Yield a table without its lines, then its lines, some at a time (raises as ``read_table``)."""
    table = read_table(data, layout, known)
    yield replace(table, lines=())
    for start in range(0, len(table.lines), _PIECE):
        yield list(table.lines[start : start + _PIECE])


async def read_apart(
    processes: Processes, data: bytes, layout: Layout | None = None, known: Collection[str] = ()
) -> Table:
    """Read a table in a process of its own (raises as ``read_table``, and what is said of ``Processes.run``)."""
    table, lines = Table(), list[SheetLine]()
    async with aclosing(processes.stream(_SECONDS, table_pieces, data, layout, frozenset(known))) as pieces:
        async for piece in pieces:
            if isinstance(piece, Table):
                table = piece
            else:
                lines += piece
    return replace(table, lines=tuple(lines))


def _opened(data: bytes, layout: Layout) -> _Found:
    if len(data) > MOST_BYTES:
        raise too_long()
    if data[:4] == b"PK\x03\x04":
        book = read_xlsx(data, layout.sheet)
        hidden = tuple(s.name for s in book.sheets if s.hidden)
        return _Found(
            book.lines, book.letters, Layout(sheet=book.sheet), book.merged_heads,
            tuple(s.name for s in book.sheets), hidden, book.hidden_rows,
        )  # fmt: skip
    if data[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        raise BadPayloadError(_OLD_FORMAT)
    if _MARKUP.match(data[:500].replace(b"\0", b"")):
        raise BadPayloadError(_PAGE)
    if data[:4] in {b"\x89PNG", b"%PDF", b"\xff\xd8\xff\xe0"} or not data.strip(b"\0"):
        raise BadPayloadError(_EMPTY) if not data else unreadable()
    file = read_csv(data, layout.encoding, layout.separator)
    width = max((len(line.cells) for line in file.lines), default=0)
    names = tuple(letters(place) for place in range(width))
    return _Found(file.lines, names, Layout(encoding=file.encoding, separator=file.separator))


# --- headings ------------------------------------------------------------------------------------


def _heading_of(found: _Found, layout: Layout, known: frozenset[str]) -> tuple[int | None, int]:
    """Return the place of the first line of headings (None: there is none), and how many there are."""
    if not found.lines:
        raise BadPayloadError(_EMPTY)
    if layout.header:
        place = next((p for p, line in enumerate(found.lines) if line.number == layout.header), None)
        if place is None:
            raise BadPayloadError(_NO_SUCH_ROW.fill(row=layout.header))
        return place, layout.header_rows or 1
    likely = None if layout.header == 0 else _likeliest(found.lines[:_SEARCHED], known)
    if likely is None:
        return None, 0
    return (likely, layout.header_rows) if layout.header_rows else _merged_with(found, likely)


def _merged_with(found: _Found, place: int) -> tuple[int, int]:
    """Take along the row of headings above or below that belongs to merged ones."""
    merged = {row for _, _, row in found.merged}
    if place > 0 and found.lines[place - 1].number in merged:
        return place - 1, 2
    below = found.lines[place + 1 : place + 2]
    return place, 2 if found.lines[place].number in merged and below and _is_text(below[0]) else 1


def _likeliest(lines: Sequence[SheetLine], known: frozenset[str]) -> int | None:
    scores = [sum(any(word in known for word in heading_words(shown(c))) for c in line.cells) for line in lines]
    best = max(scores)
    if best:
        return scores.index(best)
    filled = [sum(not blank(cell) for cell in line.cells) for line in lines]
    usual = Counter(filled).most_common(1)[0][0]
    wide = [place for place, count in enumerate(filled) if count * 2 >= usual]
    texts = [place for place in wide if _is_text(lines[place])]
    if texts:
        return texts[0]
    return None if known and _is_data(lines[wide[0]]) else wide[0]


def _is_text(line: SheetLine) -> bool:
    return all(isinstance(cell, str) and not any(c.isdigit() for c in cell) for cell in line.cells if not blank(cell))


def _is_data(line: SheetLine) -> bool:
    filled = [shown(cell) for cell in line.cells if not blank(cell)]
    return sum(any(c.isdigit() for c in cell) for cell in filled) * 2 > len(filled)


def _headings(found: _Found, start: int | None, count: int) -> list[str]:
    """Return the heading of each place; those of several rows are joined, the merged ones over all that they span."""
    if start is None:
        return [""] * len(found.letters)
    rows = []
    for line in found.lines[start : start + min(count, _MOST_HEADER_ROWS)]:
        cells = [shown(cell).replace("\n", " ").strip() for cell in line.cells]
        cells += [""] * (len(found.letters) - len(cells))
        for left, right, row in found.merged:
            if row == line.number:
                cells[left : right + 1] = [cells[left]] * (right + 1 - left)
        rows.append(cells)
    return [" / ".join(dict.fromkeys(part for part in parts if part)) for parts in zip(*rows, strict=True)]


# --- rows ----------------------------------------------------------------------------------------


def _table(found: _Found, start: int | None, count: int) -> Table:
    headings = _headings(found, start, count)
    body = list(map(_told, found.lines if start is None else found.lines[start + count :]))
    if not body:
        raise BadPayloadError(_EMPTY)
    if len(body) > MOST_ROWS:
        raise too_long()
    width = max((place + 1 for place, heading in enumerate(headings) if heading), default=0)
    stray = _stray_places(body, width) if found.layout.separator and start is not None else frozenset[int]()
    filled = {place for line in body for place, cell in enumerate(line.cells) if not blank(cell)}
    kept = [place for place, heading in enumerate(headings) if heading or place in filled]
    seen = Counter(headings[place] for place in kept)
    columns = tuple(
        Column(_key(headings[place], found.letters[place], seen), headings[place], found.letters[place])
        for place in kept
    )
    heads = {_as_shown(line) for line in found.lines[start : start + count]} if start is not None else set()
    lines = [
        SheetLine(line.number, tuple(line.cells[p] if p < len(line.cells) else None for p in kept), flaw, line.told)
        for line in body
        for flaw in [_flaw(line, stray, heads, len(kept))]
    ]
    if _is_total(lines[-1], lines[:-1]):
        lines[-1] = replace(lines[-1], flaw="total")
    layout = replace(found.layout, header=found.lines[start].number if start is not None else 0, header_rows=count)
    return Table(
        columns, tuple(lines), layout, found.sheets, found.hidden_sheets, start or 0, found.hidden_rows
    )  # fmt: skip


def _key(heading: str, letter: str, seen: Counter[str]) -> str:
    return heading if heading and seen[heading] == 1 else f"{heading} [{letter}]".strip()


def _stray_places(body: Sequence[SheetLine], width: int) -> frozenset[int]:
    """Return the places beyond the headings that few rows fill: a sign in a value has been taken for a separator."""
    counted = Counter(
        place for line in body for place, cell in enumerate(line.cells) if place >= width and not blank(cell)
    )
    return frozenset(
        place for place, count in counted.items() if count * 2 <= len(body) or all(_parted(line) for line in body)
    )


def _parted(line: SheetLine) -> bool:
    """Whether a number may have been parted by its own comma."""
    return any(
        _FIRST_PART.fullmatch(shown(one)) and _LATER_PART.fullmatch(shown(other)) for one, other in pairwise(line.cells)
    )


def _flaw(line: SheetLine, stray: frozenset[int], heads: Collection[tuple[str, ...]], width: int) -> Any:
    if line.flaw in {"quote", "split"}:
        return line.flaw
    if any(not blank(cell) for place, cell in enumerate(line.cells) if place in stray):
        return "long"
    if len(line.cells) > 1 and _as_shown(line) in heads:
        return "heading"
    if line.flaw is None and _says_total(line):
        return "total"
    return line.flaw or ("lone" if _is_lone(line, width) else None)


def _is_lone(line: SheetLine, width: int) -> bool:
    """Whether a row of a wide table holds nothing but words in one cell: a heading in between, a remark below."""
    filled = [cell for cell in line.cells if not blank(cell)]
    alone = len(filled) == 1 and width >= _WIDE and isinstance(filled[0], str)
    return alone and not any(c.isdigit() for c in filled[0])


def _says_total(line: SheetLine) -> bool:
    """Whether a row begins with a word for a sum, where a car's would begin with what it is known by."""
    first = next((cell for cell in line.cells if not blank(cell)), None)
    return isinstance(first, str) and _BEGINS_TOTAL.fullmatch(closed_up(plain_word(first))) is not None


def _told(line: SheetLine) -> SheetLine:
    """Mark a row with a text that was read in the wrong encoding before it came into the file."""
    found = next((cell for cell in line.cells if isinstance(cell, str) and GARBLED.search(cell)), None)
    return line if line.flaw or found is None else replace(line, flaw="garbled", told=found)


def _as_shown(line: SheetLine) -> tuple[str, ...]:
    return tuple(map(shown, line.cells))


def _is_total(last: SheetLine, body: Sequence[SheetLine]) -> bool:
    """Whether the last row sums up the others: it says so, or holds nothing but sums."""
    if len(body) < 2:  # noqa: PLR2004 - one row has no sum
        return False
    words = [cell for cell in last.cells if isinstance(cell, str) and _number(cell) is None and not blank(cell)]
    numbers = {place: n for place, cell in enumerate(last.cells) if (n := _number(cell)) is not None}
    if any(plain_word(word).replace(" ", "").rstrip("0123456789") in _TOTALS for word in words):
        return len(words) == 1 and bool(numbers)
    return bool(numbers) and not words and any(
        number and number == sum(n for line in body if (n := _number(line.cells[place])) is not None)
        for place, number in numbers.items()
    )  # fmt: skip


def _number(cell: Cell) -> Decimal | None:
    if blank(cell) or isinstance(cell, bool) or kind_of(cell) is not None:
        return None
    try:
        return read_number(cell, currency=True)
    except BadValueError:
        return None
