"""XLSX read cell by cell, as sparsely as it is written: what is not there costs nothing, wherever the last cell stands.

The declared dimension of a sheet is not believed, formatted cells without values are passed over, and no entity of XML
is ever resolved. Limits of memory and time are those of the process it runs in.
"""

import io
import posixpath
import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol
from xml.parsers import expat

from directapp.derive.sheet.cells import (
    MOST_COLUMNS,
    MOST_ROWS,
    Cell,
    SheetLine,
    blank,
    odd,
    too_long,
    trimmed,
    unreadable,
)
from directapp.derive.sheet.xlsx_formats import Class, classes_of, number_of
from directapp.services.signatures import DAMAGED_ARCHIVE

_UNPACKED = 400 * 1024 * 1024
_PIECE = 64 * 1024
_MOST_MERGES = 10_000
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_PLACE = re.compile(r"\$?([A-Z]{1,3})\$?(\d{1,7})")

Row = dict[int, Cell]


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet of a file, as its list of sheets names it."""

    name: str
    hidden: bool
    path: str


@dataclass(slots=True)
class XlsxFile:
    """The lines of one sheet.

    ``letters`` are the columns that hold something, in order; ``merged_heads`` the ranges (first and last column, row)
    of cells merged sideways; ``hidden_rows`` how many rows with values are hidden, by a filter most often.
    """

    lines: list[SheetLine]
    letters: tuple[str, ...]
    sheets: tuple[Sheet, ...]
    sheet: str
    merged_heads: frozenset[tuple[int, int, int]] = frozenset()
    hidden_rows: int = 0


def read_xlsx(data: bytes, sheet: str | None = None) -> XlsxFile:
    """Read a sheet: the one named, else the first that is not hidden and holds something.

    Raises:
        BadPayloadError: it is no XLSX file, or has no such sheet.
        TooLargeError: it has too many rows or columns, or unpacks to too much.

    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            if sum(part.file_size for part in packed.infolist()) > _UNPACKED:
                raise too_long()
            return _read(_Book.open(packed), sheet)
    except (*DAMAGED_ARCHIVE, expat.ExpatError, KeyError):
        raise unreadable() from None


def _read(book: "_Book", wanted: str | None) -> XlsxFile:
    named = [s for s in book.sheets if wanted in {None, s.name}]
    for sheet in sorted(named, key=lambda s: s.hidden):
        rows = book.rows(sheet)
        if rows.found or sheet is named[-1] or wanted is not None:
            return _file(book, sheet, rows)
    raise unreadable()


def _file(book: "_Book", sheet: Sheet, rows: "_Rows") -> XlsxFile:
    merges = [merge for text in rows.merges[:_MOST_MERGES] if (merge := _range(text)) is not None]
    for left, top, right, bottom in merges:
        if left == right and top in rows.found and left in rows.found[top]:
            for number in range(top + 1, min(bottom, top + MOST_ROWS) + 1):
                if number in rows.found:
                    rows.found[number].setdefault(left, rows.found[top][left])
    used = sorted({column for row in rows.found.values() for column in row})
    if len(used) > MOST_COLUMNS or len(rows.found) > MOST_ROWS:
        raise too_long()
    lines = [SheetLine(n, tuple(trimmed([rows.found[n].get(c) for c in used]))) for n in sorted(rows.found)]
    place = {column: at for at, column in enumerate(used)}
    heads = {(place[left], at, top) for left, top, right, _ in merges if left in place and right > left
             for at in [max((place[c] for c in used if c <= right), default=place[left])]}  # fmt: skip
    return XlsxFile(
        lines, tuple(letters(c) for c in used), book.sheets, sheet.name, frozenset(heads),
        sum(number in rows.found for number in rows.hidden),
    )  # fmt: skip


def letters(column: int) -> str:
    """Return what a spreadsheet calls a column, the first one being 0."""
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(ord("A") + rest) + name
    return name


def column_of(name: str) -> int:
    """Return the column that a spreadsheet calls so, the first one being 0."""
    column = 0
    for letter in name:
        column = column * 26 + ord(letter) - ord("A") + 1
    return column - 1


def _range(text: str) -> tuple[int, int, int, int] | None:
    ends = [_PLACE.fullmatch(part) for part in text.split(":")]
    if len(ends) != 2 or ends[0] is None or ends[1] is None:  # noqa: PLR2004 - from and to
        return None
    (left, top), (right, bottom) = ((column_of(e[1]), int(e[2])) for e in ends if e is not None)
    return left, top, right, bottom


# --- XML -----------------------------------------------------------------------------------------


class _Handler(Protocol):
    def start(self, name: str, attributes: Mapping[str, str]) -> None: ...
    def end(self, name: str) -> None: ...
    def text(self, text: str) -> None: ...


def _parse(stream: Any, handler: _Handler) -> None:
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True

    def refuse(*_: object) -> None:
        raise unreadable()

    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler = lambda name, attributes: handler.start(
        name.rpartition(" ")[2], {n.rpartition(" ")[2]: v for n, v in attributes.items()}
    )
    parser.EndElementHandler = lambda name: handler.end(name.rpartition(" ")[2])
    parser.CharacterDataHandler = handler.text
    while piece := stream.read(_PIECE):
        parser.Parse(piece, False)
    parser.Parse(b"", True)


@dataclass(slots=True)
class _List:
    """Keeps the attributes of elements by their name: what small parts of the file are read with."""

    found: list[tuple[str, Mapping[str, str]]] = field(default_factory=list)
    inside: list[str] = field(default_factory=list)

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        self.inside.append(name)
        self.found.append(("/".join(self.inside[-2:]), attributes))

    def end(self, _name: str) -> None:
        self.inside.pop()

    def text(self, text: str) -> None:
        """Hear nothing."""

    def of(self, path: str) -> list[Mapping[str, str]]:
        return [attributes for name, attributes in self.found if name == path]


@dataclass(slots=True)
class _Words:
    """The texts that cells share."""

    texts: list[str] = field(default_factory=list)
    parts: list[str] = field(default_factory=list)
    spoken: bool = False
    phonetic: bool = False

    def start(self, name: str, _attributes: Mapping[str, str]) -> None:
        if name == "si":
            self.parts = []
        self.phonetic = self.phonetic or name == "rPh"
        self.spoken = name == "t" and not self.phonetic

    def end(self, name: str) -> None:
        self.spoken = False
        if name == "rPh":
            self.phonetic = False
        elif name == "si":
            self.texts.append(_unescaped("".join(self.parts)))

    def text(self, text: str) -> None:
        if self.spoken:
            self.parts.append(text)


def _unescaped(text: str) -> str:
    return _ESCAPED.sub(lambda m: chr(int(m[1], 16)), text) if "_x" in text else text


@dataclass(slots=True)
class _Rows:
    """The cells of a sheet that hold something, by row and column."""

    book: "_Book"
    found: dict[int, Row] = field(default_factory=dict)
    merges: list[str] = field(default_factory=list)
    hidden: list[int] = field(default_factory=list)
    number: int = 0
    column: int = -1
    attributes: Mapping[str, str] = field(default_factory=dict)
    parts: dict[str, list[str]] = field(default_factory=dict)
    spoken: str = ""
    phonetic: bool = False

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == "c":
            place = _PLACE.fullmatch(attributes.get("r", ""))
            self.column = column_of(place[1]) if place else self.column + 1
            self.attributes, self.parts = attributes, {}
        elif name == "row":
            self.number, self.column = int(attributes.get("r", self.number + 1)), -1
            if attributes.get("hidden") in {"1", "true"}:
                self.hidden.append(self.number)
        elif name in {"v", "f", "t"} and not self.phonetic:
            self.spoken = name
            self.parts.setdefault(name, [])
        elif name == "rPh":
            self.phonetic = True
        elif name == "mergeCell":
            self.merges.append(attributes.get("ref", ""))

    def end(self, name: str) -> None:
        if name == "rPh":
            self.phonetic = False
        elif name == self.spoken:
            self.spoken = ""
        elif name == "c" and self.parts:
            cell = self._cell()
            if not blank(cell):
                self.found.setdefault(self.number, {})[self.column] = cell
                if len(self.found) > MOST_ROWS + 1:
                    raise too_long()

    def text(self, text: str) -> None:
        if self.spoken:
            self.parts[self.spoken].append(text)

    def _cell(self) -> Cell:
        kind, value = self.attributes.get("t", "n"), "".join(self.parts.get("v", ()))
        if kind == "inlineStr":
            return _unescaped("".join(self.parts.get("t", ()))).strip()
        if not value and "f" in self.parts and kind != "str":
            return odd("formula", "=" + "".join(self.parts["f"]))
        return self.book.value(kind, value, int(self.attributes.get("s", 0)))


# --- the parts of a file -------------------------------------------------------------------------


@dataclass(slots=True)
class _Book:
    """A file's sheets, and what their cells refer to."""

    packed: zipfile.ZipFile
    sheets: tuple[Sheet, ...]
    words: list[str]
    classes: list[Class]
    since_1904: bool

    @classmethod
    def open(cls, packed: zipfile.ZipFile) -> "_Book":
        """Find the parts of a file (KeyError: it is no workbook)."""
        main = _target(packed, "", "officeDocument")
        book, links = _listed(packed, main), _links(packed, main)
        sheets = tuple(
            Sheet(one.get("name", ""), one.get("state", "visible") != "visible", links[one["id"]][1])
            for one in book.of("sheets/sheet")
            if links[one["id"]][0] == "worksheet"
        )
        parts = {kind: path for kind, path in links.values() if path in packed.NameToInfo}
        words, styles = _Words(), _listed(packed, parts["styles"]) if "styles" in parts else _List()
        if "sharedStrings" in parts:
            with packed.open(parts["sharedStrings"]) as stream:
                _parse(stream, words)
        codes = {int(f["numFmtId"]): f.get("formatCode", "") for f in styles.of("numFmts/numFmt")}
        used = [int(xf.get("numFmtId", 0)) for xf in styles.of("cellXfs/xf")]
        since_1904 = any(one.get("date1904") in {"1", "true"} for one in book.of("workbook/workbookPr"))
        return cls(packed, sheets, words.texts, classes_of(used, codes), since_1904)

    def rows(self, sheet: Sheet) -> _Rows:
        """Read a sheet."""
        rows = _Rows(self)
        with self.packed.open(sheet.path) as stream:
            _parse(stream, rows)
        return rows

    def value(self, kind: str, value: str, style: int) -> Cell:
        """Return what a stored value is."""
        if kind == "s":
            place = int(value)
            return self.words[place].strip() if place < len(self.words) else odd("error", "#REF!")
        if kind == "b":
            return value == "1"
        if kind == "e":
            return odd("error", value)
        if kind == "d":
            return odd("date", value)
        if kind == "str" or not value:
            return _unescaped(value).strip()
        known = self.classes[style] if style < len(self.classes) else "number"
        return number_of(value, known, since_1904=self.since_1904)


def _listed(packed: zipfile.ZipFile, path: str) -> _List:
    found = _List()
    with packed.open(path) as stream:
        _parse(stream, found)
    return found


def _links(packed: zipfile.ZipFile, path: str) -> dict[str, tuple[str, str]]:
    """Return what a part refers to, by id: the kind of each, and where it is."""
    folder, name = posixpath.split(path)
    listed = _listed(packed, posixpath.join(folder, "_rels", f"{name}.rels"))
    return {
        one.get("Id", ""): (
            one.get("Type", "").rpartition("/")[2],
            posixpath.normpath(posixpath.join("/", folder, one.get("Target", ""))).lstrip("/"),
        )
        for one in listed.of("Relationships/Relationship")
    }


def _target(packed: zipfile.ZipFile, path: str, kind: str) -> str:
    found = next((target for linked, target in _links(packed, path).values() if linked == kind), None)
    if found is None:
        raise unreadable()
    return found
