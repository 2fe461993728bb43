"""CSV as programs and people write it: encodings, separators and quotes found out, lines numbered as in the file."""

import codecs
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from directapp.derive.sheet.cells import (
    GARBLED,
    MOST_COLUMNS,
    MOST_ROWS,
    Flaw,
    SheetLine,
    too_long,
    trimmed,
    unreadable,
)

SEPARATORS = (";", "\t", ",", "|")
ENCODINGS = ("utf-8", "cp1252", "utf-16", "cp865", "mac_roman")
_SAMPLE, _SAMPLE_LINES = 64 * 1024, 60
_MOST_PARTS = 20
# One sign of so many that no text holds, beside a few: it is a program, a picture or the like.
_BINARY, _MOST_BINARY = re.compile(r"[\x00-\x08\x0e-\x1a\x7f]"), 20
_OPENED = re.compile(r" +(?=\")")
_FORMULA_TEXT = re.compile(r'="([^"]*)"')
# How programs write that there is no value.
_NOTHING = frozenset({"NULL", "(null)", "\\N"})
_ODD = "\ue000"
# What the letters æøåÆØÅ are in the encodings that a Norwegian file may be in when it is not UTF-8.
_NORWEGIAN = {name: bytes(b"".join(c.encode(name) for c in "æøåÆØÅ")) for name in ("cp1252", "cp865", "mac_roman")}


Record = tuple[list[str], Flaw | None]


@dataclass(frozen=True, slots=True)
class CsvFile:
    """The lines of a file, and how it was read."""

    lines: list[SheetLine]
    encoding: str
    separator: str


def read_csv(data: bytes, encoding: str | None = None, separator: str | None = None) -> CsvFile:
    """Read a file; what is not said is found out.

    Raises:
        BadPayloadError: it is no text.
        TooLargeError: it has too many rows or columns.

    """
    encoding = encoding or _encoding_of(data)
    text = _decoded(data, encoding)
    head = text[:_SAMPLE]
    if len(_BINARY.findall(head)) * _MOST_BINARY > len(head) + _MOST_BINARY * _SAMPLE_LINES:
        raise unreadable()
    first, _, rest = text.partition("\n")
    said = re.fullmatch(r"sep=([^\w\s\"]|\t)\r?", first, re.IGNORECASE)
    start = 1
    if said is not None:
        text, separator, start = rest, separator or said[1], 2
    separator = separator or _separator_of(text)
    return CsvFile(list(_lines(text, separator, start)), encoding, separator)


def _lines(text: str, separator: str, start: int) -> Iterator[SheetLine]:
    count = 0
    width = _usual_width(text, separator)
    found: Iterable[Record] = records(text, separator, width)
    if _ends_alike(text, separator, width):
        found = _mark_broken(found, width)
    for number, (raw, flaw) in enumerate(found, start):
        told = next((cell.replace(_ODD, "") for cell in raw if _ODD in cell or "\ufffd" in cell), "")
        cells = trimmed([_meant(cell) for cell in raw])
        if not cells:
            continue
        count += 1
        if count > MOST_ROWS + _SAMPLE_LINES or len(cells) > MOST_COLUMNS:
            raise too_long()
        yield SheetLine(number, tuple(cells), flaw or ("bytes" if told else None), told)


def _meant(cell: str) -> str:
    """Return a cell without what only keeps a spreadsheet from taking it for something else."""
    text = cell.replace(_ODD, "").strip()
    kept = _FORMULA_TEXT.fullmatch(text)
    if kept is not None:
        return kept[1]
    if text in _NOTHING:
        return ""
    return text[1:] if text[:1] == "'" and text[1:2] in set("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20") else text


# --- records -------------------------------------------------------------------------------------


def records(text: str, separator: str, width: int = 0) -> Iterator[Record]:
    """Yield the cells of each record, blank ones too; ``width`` is how many they usually are.

    A quote that is never closed, or only after whole further records, ends with its line: the row is marked, and the
    rows below it are not swallowed.
    """
    plain = re.compile(rf"[^{re.escape(separator)}\r\n]*")
    ends = re.compile(rf" *(?:{re.escape(separator)}|\r\n?|\n|\Z)")
    place = 0
    cells: list[str] = []
    flaw: Flaw | None = None
    while place < len(text) or cells:
        opened = _OPENED.match(text, place)
        if opened is not None:
            place = opened.end()
        quoted = _quoted(text, place, separator, width) if text[place : place + 1] == '"' else None
        end = ends.match(text, quoted[1]) if quoted is not None else None
        if quoted is None or end is None:
            found = plain.match(text, place)
            assert found is not None
            if found[0][:1] == '"' and (quoted is None or "\n" in quoted[0] or '\\"' in found[0]):
                flaw = "quote"
            cells.append(found[0])
            end = ends.match(text, found.end())
        else:
            cells.append(quoted[0])
        assert end is not None
        place = end.end()
        if end[0].strip(" ") != separator:
            yield cells, flaw
            cells, flaw = [], None


def _mark_broken(found: Iterable[Record], width: int) -> Iterator[Record]:
    """Yield the records; those that a line break inside a value has parted, each too short, are marked."""
    run: list[Record] = []
    for record in found:
        if len(record[0]) >= width or len(run) == _MOST_PARTS or (not run and len(record[0]) == 1):
            yield from (*run, record)
            run = []
            continue
        run.append(record)
        whole = sum(len(cells) for cells, _ in run) - len(run) + 1
        if whole == width:
            yield from ((cells, flaw or "split") for cells, flaw in run)
            run = []
        elif whole > width:
            *before, last = run
            yield from before
            run = [last]
    yield from run


def _ends_alike(text: str, separator: str, width: int) -> bool:
    """Whether a file's rows are all equally wide, but for those that a line break has parted."""
    sample = islice(_mark_broken(records(text[:_SAMPLE], separator, width), width), _SAMPLE_LINES)
    return all(flaw == "split" for cells, flaw in sample if 1 < len(cells) < width)


def _quoted(text: str, start: int, separator: str, width: int) -> tuple[str, int] | None:
    """Return what stands between two quotes and where it ends; None when the quote is not closed within its record."""
    end = start + 1
    while (end := text.find('"', end)) >= 0 and text[end + 1 : end + 2] == '"':
        end += 2
    if end < 0:
        return None
    inner = text[start + 1 : end]
    swallowed = max((line.count(separator) for line in inner.splitlines()[1:]), default=0) if "\n" in inner else 0
    if width and swallowed >= max(width - 1, 2):
        return None
    return inner.replace('""', '"'), end + 1


def _usual_width(text: str, separator: str) -> int:
    widths = _widths(text, separator)
    return widths.most_common(1)[0][0] if widths else 0


def _widths(text: str, separator: str) -> Counter[int]:
    """Count how many records at the beginning have how many cells, blank ones apart."""
    sample = text[:_SAMPLE]
    found: Counter[int] = Counter()
    for place, (cells, _) in enumerate(records(sample, separator)):
        if place >= _SAMPLE_LINES:
            break
        found[len(cells)] += any(cells)
    return found


def _separator_of(text: str) -> str:
    """Return the separator by which most records come out equally wide."""

    def fit(separator: str) -> tuple[float, int]:
        widths = _widths(text, separator)
        wide = {width: count for width, count in widths.items() if width > 1}
        if not wide:
            return 0.0, 0
        width, count = max(wide.items(), key=lambda pair: (pair[1], pair[0]))
        return count / max(widths.total(), 1), width

    return max(SEPARATORS, key=fit)


# --- encodings -----------------------------------------------------------------------------------


def _encoding_of(data: bytes) -> str:
    if data[:4] in {codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE}:
        raise unreadable()
    if data[:2] in {codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE}:
        return "utf-16"
    if data[:3] == codecs.BOM_UTF8:
        return "utf-8"
    head = data[:_SAMPLE]
    if b"\0" in head[:2] and head.count(b"\0") * 3 > len(head):
        return "utf-16"
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    else:
        return "utf-8"
    high = Counter(byte for byte in data if byte > 0x7F)  # noqa: PLR2004 - the end of ASCII
    pairs = len(re.findall(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}", data))
    if pairs * 2 > high.total() - pairs * 2:
        return "utf-8"
    return max(_NORWEGIAN, key=lambda name: sum(high[byte] for byte in _NORWEGIAN[name]))


def _decoded(data: bytes, encoding: str) -> str:
    if encoding not in ENCODINGS:
        raise unreadable()
    if encoding == "utf-8":
        return data.decode("utf-8", errors="directapp_odd_bytes").removeprefix("\ufeff")
    if encoding == "utf-16" and data[:2] not in {codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE}:
        encoding = "utf-16-be" if data[:1] == b"\0" else "utf-16-le"
    text = data.decode(encoding, errors="replace").removeprefix("\ufeff")
    return GARBLED.sub(_said, text) if encoding == "cp1252" else text


def _said(found: re.Match[str]) -> str:
    """Read letters of UTF-8 within another encoding as such, and mark the place."""
    try:
        return _ODD + found[0].encode("cp1252").decode("utf-8")
    except UnicodeError:
        return found[0]


def _odd_bytes(error: UnicodeError) -> tuple[str, int]:
    """Read bytes that are not UTF-8 as Windows wrote them, and mark the place."""
    assert isinstance(error, UnicodeDecodeError)
    byte = error.object[error.start : error.start + 1]
    return _ODD + byte.decode("cp1252", errors="replace"), error.start + 1


codecs.register_error("directapp_odd_bytes", _odd_bytes)
