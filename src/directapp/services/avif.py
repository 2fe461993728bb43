"""AVIF and other files of boxes (ISO base media files): what they say they are, and pictures without metadata. Pure.

Box types, brands and item locations are those of ISO/IEC 14496-12, 23000-22 and the AVIF specification.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

_HEAD, _FULL = 8, 4
# The items that make up a picture; all others (Exif, XMP and whatever else) tell about it.
_IMAGES = frozenset({b"av01", b"grid", b"iovl", b"iden", b"tmap"})
_ABOUT_ITEMS = frozenset({b"hdlr", b"pitm", b"iloc", b"iinf", b"iref", b"iprp", b"idat", b"grpl"})
_IN_FILE, _IN_IDAT = 0, 1
_WIDE, _TO_THE_END = 1, 0
_LONG_IDS = 3


class BadBoxesError(ValueError):
    """The boxes of a file do not hold what they must."""


@dataclass(frozen=True, slots=True)
class Box:
    """A box: its type, where it begins, where its content does, and where both end."""

    kind: bytes
    start: int
    body: int
    end: int


def boxes(content: bytes | bytearray, start: int = 0, end: int | None = None) -> Iterator[Box]:
    """Yield the boxes that stand one after another; what is no whole box ends them."""
    end = len(content) if end is None else end
    while start + _HEAD <= end:
        size, kind = struct.unpack_from(">I4s", content, start)
        body = start + _HEAD
        if size == _WIDE and body + _HEAD <= end:
            size, body = struct.unpack_from(">Q", content, body)[0], body + _HEAD
        stop = end if size == _TO_THE_END else start + size
        if stop < body or stop > end:
            return
        yield Box(kind, start, body, stop)
        start = stop


def brands_of(content: bytes) -> tuple[str, ...]:
    """Return the brands of a file, the major one first; empty where it begins with none."""
    first = next(boxes(content[:4096]), None)
    if first is None or first.kind != b"ftyp":
        # One that is cut off, or lies about its length, still says what it wants to be.
        return (_code(content[8:12]),) if content[4:8] == b"ftyp" else ()
    named = content[first.body : first.end]
    codes = [named[:4], *(named[n : n + 4] for n in range(8, len(named) - 3, 4))]
    return tuple(dict.fromkeys(map(_code, codes)))


def _code(kind: bytes) -> str:
    return kind.decode("latin-1").strip("\0 ")


def is_animated(content: bytes) -> bool:
    """Whether it holds a film beside its picture."""
    return any(box.kind == b"moov" for box in boxes(content))


def without_metadata(content: bytes) -> bytes:
    """Return a picture with nothing but its images: Exif, XMP, and what no item names is overwritten with zeros.

    Nothing moves, so every offset holds.

    Raises:
        BadBoxesError: it is no whole picture.

    """
    top = list(boxes(content))
    meta = next((box for box in top if box.kind == b"meta"), None)
    if meta is None or not top or top[0].kind != b"ftyp":
        raise BadBoxesError
    kept = bytearray(top[-1].end)
    for box in top:
        _copy(content, kept, box.start, box.end if box.kind == b"ftyp" else box.body)
        if box.kind not in {b"ftyp", b"meta", b"mdat"}:
            kept[box.start + 4 : box.start + 8] = b"free"
    try:
        _copy_meta(content, kept, meta)
    except (struct.error, IndexError):
        raise BadBoxesError from None
    return bytes(kept)


def _copy(content: bytes, kept: bytearray, start: int, end: int) -> None:
    if not 0 <= start <= end <= len(kept):
        raise BadBoxesError
    kept[start:end] = content[start:end]


def _copy_meta(content: bytes, kept: bytearray, meta: Box) -> None:
    parts = list(boxes(content, meta.body + _FULL, meta.end))
    found = {box.kind: box for box in parts}
    if not {b"iloc", b"iinf", b"pitm"} <= found.keys():
        raise BadBoxesError
    _copy(content, kept, meta.body, meta.body + _FULL)
    for box in parts:
        if box.kind == b"idat" or box.kind not in _ABOUT_ITEMS:
            _copy(content, kept, box.start, box.body)
        else:
            _copy(content, kept, box.start, box.end)
        if box.kind not in _ABOUT_ITEMS:
            kept[box.start + 4 : box.start + 8] = b"free"
    images = _images(content, kept, found[b"iinf"])
    idat = found.get(b"idat")
    for item, method, start, length in _places(content, found[b"iloc"]):
        if item not in images:
            continue
        if method == _IN_IDAT and idat is not None:
            _copy(content, kept, idat.body + start, idat.body + start + length)
        elif method == _IN_FILE:
            _copy(content, kept, start, start + length)
        else:
            raise BadBoxesError


def _images(content: bytes, kept: bytearray, iinf: Box) -> set[int]:
    """Return the items that are images; the others are made into ones that nobody reads."""
    wide = content[iinf.body] != 0
    images = set()
    for entry in boxes(content, iinf.body + _FULL + (4 if wide else 2), iinf.end):
        version = content[entry.body]
        form = ">IH4s" if version >= _LONG_IDS else ">HH4s"
        item, _, kind = struct.unpack_from(form, content, entry.body + _FULL)
        place = entry.body + _FULL + struct.calcsize(form)
        if kind in _IMAGES:
            images.add(item)
        else:
            kept[place - 4 : place] = b"free"
        # The name of an item, and what kind of text it is, may say anything.
        kept[place : entry.end] = bytes(entry.end - place)
    return images


def _places(content: bytes, iloc: Box) -> Iterator[tuple[int, int, int, int]]:
    """Yield (item, method, start, length) of every piece of every item."""
    version = content[iloc.body]
    sizes, more, place = content[iloc.body + 4], content[iloc.body + 5], iloc.body + 6
    index = more & 15 if version else 0

    def number(size: int) -> int:
        nonlocal place
        place += size
        if place > iloc.end:
            raise BadBoxesError
        return int.from_bytes(content[place - size : place], "big")

    for _ in range(number(2 if version < 2 else 4)):  # noqa: PLR2004 - the version with long ids
        item = number(2 if version < 2 else 4)  # noqa: PLR2004 - as above
        method = number(2) & 15 if version else _IN_FILE
        if number(2):
            raise BadBoxesError
        base = number(more >> 4)
        for _ in range(number(2)):
            number(index)
            start, length = base + number(sizes >> 4), number(sizes & 15)
            yield item, method, start, length or (len(content) - start if method == _IN_FILE else 0)
