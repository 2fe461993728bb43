"""Pictures: judged by what their header says before anything is decoded, without what they tell of the photographer.

Pure. Decoding costs memory by the pixel and takes what time a stranger's file says: call it in a process with limits.
"""

import io
import re
import struct
import zlib
from collections.abc import Iterator

from PIL import AvifImagePlugin, Image, ImageOps, UnidentifiedImageError

from directapp.kernel.errors import InvalidError, Problem
from directapp.kernel.text import Text, _
from directapp.services import avif

JPEG, PNG, WEBP, AVIF = "image/jpeg", "image/png", "image/webp", "image/avif"
PICTURES = frozenset({JPEG, PNG, WEBP, AVIF})
# What decoding one picture may take; the process that does it has room for no more than a few times that.
MOST_BYTES = 400 * 1024 * 1024
_MOST_PIXELS = 80_000_000
_FORMATS = ("JPEG", "PNG", "WEBP", "AVIF")
# Bytes a pixel at the most, from the compressed file to the small picture: measured.
_COSTS = {"WEBP": 17, "AVIF": 17}
_PNG_COSTS = {"L": 2, "1": 6, "RGB": 6}
_MOST_COST = 11
_ORIENTATION = 0x0112
_SIDEWAYS = frozenset({5, 6, 7, 8})
_GREY_16 = frozenset({"I;16", "I;16B", "I;16L", "I;16N", "I"})
_TRIAL, _LARGEST = 160, 1200
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180, 4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE, 6: Image.Transpose.ROTATE_270, 7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}  # fmt: skip

Image.MAX_IMAGE_PIXELS = None
AvifImagePlugin.DEFAULT_MAX_THREADS = 1

_BROKEN = _("The picture cannot be read.")
_CUT_OFF = _("The picture is damaged or was not sent in full. Send it again.")
_HUGE = _("The picture is too large: {width} × {height} pixels. Make it smaller, or save it as JPEG.")
_ANIMATED = _("Animated AVIF pictures are not supported. Save a still picture.")
_ERRORS = (
    UnidentifiedImageError, OSError, SyntaxError, ValueError, TypeError, struct.error, LookupError, ArithmeticError,
    RuntimeError, zlib.error,
)  # fmt: skip


def refused(text: Text) -> InvalidError:
    """Return the refusal of a file."""
    return InvalidError(Problem(text, field="file"))


def cleaned(media_type: str, content: bytes) -> tuple[bytes, int, int]:
    """Return a picture without metadata, and the width and height it is shown with; it is decoded once to try it.

    Raises:
        InvalidError: it cannot be read, is cut off, or is too large.

    """
    if media_type == AVIF and avif.is_animated(content):
        raise refused(_ANIMATED)
    width, height, orientation = _measured(content)
    clean = _CLEANERS[media_type](content, orientation)
    try:
        # The end that a cut JPEG lacks has been put to the copy: only the original shows that it was cut.
        with _opened(content if media_type == JPEG else clean) as image:
            _load(image, _TRIAL)
    except _ERRORS:
        raise refused(_CUT_OFF) from None
    return clean, width, height


def shrink(content: bytes, size: int, *, square: bool = False) -> bytes:
    """Return a WebP picture, the right way up, at most ``size`` wide and high (``square``: cut to fill it).

    Raises:
        InvalidError: the picture cannot be read, or is too large.

    """
    try:
        with _opened(content) as opened:
            _load(opened, size)
            image = _plain(opened)
            # What is turned is the small picture: turning the large one would take its memory once more.
            if not square:
                image.thumbnail((size, size), Image.Resampling.LANCZOS)
            else:
                image = ImageOps.fit(image, (size, size), Image.Resampling.LANCZOS)
            if (turn := _TURNS.get(_orientation(opened))) is not None:
                image = image.transpose(turn)
            image = image.convert("RGBA" if image.has_transparency_data else "RGB")
            target = io.BytesIO()
            image.save(target, "WEBP", quality=80, method=4)
    except _ERRORS:
        raise refused(_BROKEN) from None
    return target.getvalue()


def _opened(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content), formats=_FORMATS)


def _measured(content: bytes) -> tuple[int, int, int]:
    """Return width and height as shown, and how it is turned."""
    try:
        with _opened(content) as image:
            width, height = image.size
            _judge(image, _LARGEST)
            orientation = _orientation(image)
    except _ERRORS:
        raise refused(_BROKEN) from None
    return (height, width, orientation) if orientation in _SIDEWAYS else (width, height, orientation)


def _orientation(image: Image.Image) -> int:
    # Asked for the EXIF data of a PNG that has none before its pixels, the library decodes them all.
    exif = image.getexif() if "exif" in image.info or image.format != "PNG" else {}
    orientation = exif.get(_ORIENTATION, 1)
    return orientation if isinstance(orientation, int) and orientation in range(1, 9) else 1


def _cost(image: Image.Image, size: int) -> int:
    """Return how many bytes decoding takes, from what the header says; a JPEG is shrunk while it is decoded."""
    pixels = image.width * image.height
    if image.format != "JPEG":
        costs = _COSTS.get(str(image.format)) or _PNG_COSTS.get(image.mode, _MOST_COST)
        return pixels * (costs if "transparency" not in image.info else max(costs, _MOST_COST))
    # One in several scans is held whole as coefficients, two bytes each.
    held = pixels * 2 * len(image.getbands()) if "progressive" in image.info else 0
    image.draft("RGB", (size * 2, size * 2))
    return held + image.width * image.height * _PNG_COSTS["RGB"]


def _judge(image: Image.Image, size: int) -> None:
    """Refuse a picture that is too large to be decoded for a small one of a size; nothing has been decoded yet."""
    width, height = image.size
    if width * height > _MOST_PIXELS or _cost(image, size) > MOST_BYTES:
        raise refused(_HUGE.fill(width=width, height=height))


def _load(image: Image.Image, size: int) -> None:
    _judge(image, size)
    image.load()


def _plain(image: Image.Image) -> Image.Image:
    """Return a picture in eight bits a colour, with its transparency where it has one."""
    if image.mode in _GREY_16:
        # Sixteen bits are scaled: converting would cut off all that is brighter than the darkest 256th.
        clear = image.info.get("transparency")
        grey = image.point(lambda value: value * (1 / 256)).convert("L")
        if isinstance(clear, int):
            opaque = [255] * 65_536
            opaque[clear & 65_535] = 0
            grey.putalpha(image.convert("I").point(opaque, "L"))
        return grey
    if image.mode in {"RGB", "RGBA", "L", "LA"} and "transparency" not in image.info:
        return image
    return image.convert("RGBA" if image.has_transparency_data else "RGB")


# -- taking out what tells where and by whom ------------------------------------------------------------


def _exif(orientation: int) -> bytes:
    """Return EXIF data that says how the picture is turned, and nothing else."""
    exif = Image.Exif()
    exif[_ORIENTATION] = orientation
    return exif.tobytes()


# Of the segments of applications only those that say how the picture is to be shown are kept.
_JPEG_TOLD = {0xE0: b"JFIF\0", 0xE2: b"ICC_PROFILE\0", 0xEE: b"Adobe"}
_JPEG_UNTOLD = frozenset({*range(0xE0, 0xF0), 0xFE})
_PNG_KEPT = frozenset((
    b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"cHRM", b"gAMA", b"iCCP", b"sBIT", b"sRGB", b"cICP", b"mDCV", b"cLLI",
    b"bKGD", b"pHYs", b"acTL", b"fcTL", b"fdAT",
))  # fmt: skip
_WEBP_KEPT = frozenset((b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ANIM", b"ANMF", b"ICCP"))


def _clean_jpeg(content: bytes, orientation: int) -> bytes:
    """Copy the picture without EXIF, XMP, IPTC, comments, others' segments and whatever stands behind its end."""
    kept = [b"\xff\xd8"]
    if orientation != 1:
        data = _exif(orientation)
        kept.append(b"\xff\xe1" + struct.pack(">H", len(data) + 2) + data)
    for marker, piece in _segments(content):
        told = piece[4:].startswith(_JPEG_TOLD[marker]) if marker in _JPEG_TOLD else marker not in _JPEG_UNTOLD
        if told:
            kept.append(piece)
    return b"".join(kept) + b"\xff\xd9"


def _segments(content: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield (marker, bytes) of a JPEG up to its end; the compressed data goes with its SOS marker."""
    place = 2
    while place + 4 <= len(content):
        if content[place] != 0xFF:  # noqa: PLR2004 - where every marker begins
            raise refused(_BROKEN)
        marker = content[place + 1]
        if marker == 0xFF:  # noqa: PLR2004 - padding
            place += 1
            continue
        if marker == 0xD9:  # noqa: PLR2004 - the end
            return
        end = place + 2 + struct.unpack_from(">H", content, place + 2)[0]
        if marker == 0xDA:  # noqa: PLR2004 - compressed data follows, up to a marker that is none of its own
            found = _AFTER_SCAN.search(content, end)
            end = found.start() if found else len(content)
        yield marker, content[place:end]
        place = end


_AFTER_SCAN = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]", re.DOTALL)


def _clean_png(content: bytes, orientation: int) -> bytes:
    """Copy the chunks that a picture is shown by, up to its end."""
    kept, place = [content[:8]], 8
    while place + 12 <= len(content):
        size, kind = struct.unpack_from(">I4s", content, place)
        if kind == b"IDAT" and orientation != 1:
            kept.append(_png_chunk(b"eXIf", _exif(orientation).removeprefix(b"Exif\0\0")))
            orientation = 1
        if kind in _PNG_KEPT:
            kept.append(content[place : place + 12 + size])
        place += 12 + size
        if kind == b"IEND":
            return b"".join(kept)
    raise refused(_BROKEN)


def _png_chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _clean_webp(content: bytes, orientation: int) -> bytes:
    """Copy the chunks of a picture without EXIF and XMP, and say so in its header."""
    kept, place = [], 12
    end = min(len(content), 8 + struct.unpack_from("<I", content, 4)[0])
    while place + 8 <= end:
        kind, size = struct.unpack_from("<4sI", content, place)
        piece = content[place : place + 8 + size + size % 2]
        place += len(piece) or 8
        if kind == b"VP8X":
            flags = piece[8] & ~0x0C | (0x08 if orientation != 1 else 0)
            piece = piece[:8] + bytes([flags]) + piece[9:]
        if kind in _WEBP_KEPT:
            kept.append(piece)
    if orientation != 1:
        data = _exif(orientation)
        kept.append(struct.pack("<4sI", b"EXIF", len(data)) + data + b"\0" * (len(data) % 2))
    body = b"WEBP" + b"".join(kept)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def _clean_avif(content: bytes, _: int) -> bytes:
    """Overwrite what is no image; how it is turned stands with the image itself."""
    try:
        return avif.without_metadata(content)
    except avif.BadBoxesError:
        raise refused(_CUT_OFF) from None


_CLEANERS = {JPEG: _clean_jpeg, PNG: _clean_png, WEBP: _clean_webp, AVIF: _clean_avif}
