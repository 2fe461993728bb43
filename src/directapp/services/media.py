"""What uploaded bytes are, by their content; and pictures without what they tell of the photographer. Pure."""

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePath

from PIL import Image, ImageOps, UnidentifiedImageError

from directapp.kernel.errors import InvalidError, Problem
from directapp.kernel.text import Text

JPEG, PNG, WEBP, PDF = "image/jpeg", "image/png", "image/webp", "application/pdf"
PICTURES = frozenset({JPEG, PNG, WEBP})
_OFFICE = {
    "word/": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xl/": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "ppt/": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}
_OPEN_DOCUMENTS = {f"application/vnd.oasis.opendocument.{word}" for word in ("text", "spreadsheet", "presentation")}
# The endings that promise a content; a file that breaks the promise is refused.
_ENDINGS: dict[str, str] = {
    ".jpg": JPEG,
    ".jpeg": JPEG,
    ".jpe": JPEG,
    ".png": PNG,
    ".webp": WEBP,
    ".pdf": PDF,
    ".txt": "text/plain",
    ".csv": "text/csv",
    ".docx": _OFFICE["word/"],
    ".xlsx": _OFFICE["xl/"],
    ".pptx": _OFFICE["ppt/"],
    ".odt": "application/vnd.oasis.opendocument.text",
    ".ods": "application/vnd.oasis.opendocument.spreadsheet",
    ".odp": "application/vnd.oasis.opendocument.presentation",
}
# Text under these names, and under none, is text wherever it is opened.
_WRITTEN = frozenset({"", ".md", ".log", ".tsv", ".json", ".eml", ".ics", ".vcf"})
_RUNNABLE = """
ade adp app appinstaller application appref-ms appx asp aspx bas bash bat cab cer cgi chm class cmd cnt com command cpl
crt csh der desktop diagcab dll docm dotm drv elf exe fon gadget grp hlp hpj hta htc htm html img inf ins iso isp iqy
its jar jnlp js jse jsp jspx ksh lib library-ms lnk mad maf mag mam mht mhtml mjs msc msh msi msix msp mst msu ocx oqy
php phtml pif pl potm ppam ppsm pptm prf prg ps1 ps1xml psc1 psd1 psm1 py pyc pyo pyw rb reg rgs rqy scf scr sct
search-ms settingcontent-ms sh shb shs shtml sldm slk svg svgz sys theme udl url vb vbe vbp vbs vhd vhdx vsmacros vxd
website wsc wsf wsh xbap xht xhtml xlam xll xlsm xltm xml xps xsl xslt zsh
"""
_RUN = frozenset(_RUNNABLE.split())
_MOST_PIXELS = 80_000_000
_LONGEST_NAME = 200
_MARKUP = re.compile(
    r"<\s*(!doctype|html|head|body|script|svg|iframe|object|embed|xml|\?xml|\?php)|^\s*<\?", re.IGNORECASE
)
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_ORIENTATION = 0x0112
_SIDEWAYS = frozenset({5, 6, 7, 8})

Image.MAX_IMAGE_PIXELS = _MOST_PIXELS

_EMPTY = Text("Filen er tom.", "The file is empty.")
_KIND = Text(
    "Filtypen støttes ikke. Bruk JPEG, PNG, WebP, PDF, tekst, CSV, Word, Excel, PowerPoint eller OpenDocument.",
    "The file type is not supported. Use JPEG, PNG, WebP, PDF, text, CSV, Word, Excel, PowerPoint or OpenDocument.",
)
_HEIC = Text(
    "HEIC-bilder støttes ikke. Velg «Mest kompatibel» i kameraets innstillinger, eller lagre som JPEG.",
    "HEIC pictures are not supported. Choose “Most compatible” in the camera settings, or save as JPEG.",
)
_MISMATCH = Text(
    "Innholdet er {found}, men filnavnet sier noe annet ({name}).",
    "The content is {found}, but the file name says otherwise ({name}).",
)
_BROKEN = Text("Bildet kan ikke leses.", "The picture cannot be read.")
_HUGE = Text("Bildet har for mange piksler.", "The picture has too many pixels.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """Bytes as they are kept: what they are, and for pictures how large they are shown."""

    name: str
    media_type: str
    content: bytes
    width: int | None = None
    height: int | None = None


def refused(text: Text) -> InvalidError:
    """Return the refusal of a file."""
    return InvalidError(Problem(text, field="file"))


def safe_name(name: str | None) -> str:
    """Return a file name without folders and control characters."""
    base = re.split(r"[/\\]", name or "")[-1]
    # On Windows what follows a colon is not part of the name that a file is opened by.
    plain = "".join(c for c in base if c.isprintable()).replace(":", "-").strip(" .")
    stem, dot, ending = plain.rpartition(".")
    if len(plain) > _LONGEST_NAME:
        plain = (stem[: _LONGEST_NAME - 10] + dot + ending[:9]) if dot else plain[:_LONGEST_NAME]
    return plain or "fil"


def examine(name: str | None, content: bytes) -> Examined:
    """Return what the bytes are, with what must not be kept taken out.

    Raises:
        InvalidError: they are nothing that is kept here, or not what their name says.

    """
    name = safe_name(name)
    if not content:
        raise refused(_EMPTY)
    found = _sniff(content, name)
    ending = PurePath(name).suffix.lower()
    promised = _ENDINGS.get(ending)
    if promised is not None and promised != found:
        raise refused(_MISMATCH.fill(found=found, name=name))
    # Whoever opens a file is led by its name: what would be run, or shown as a page, comes in as nothing else.
    if ending[1:] in _RUN or (promised is None and found.startswith("text/") and ending not in _WRITTEN):
        raise refused(_KIND)
    if found not in PICTURES:
        return Examined(name=name, media_type=found, content=content)
    width, height, orientation = _measured(content)
    return Examined(
        name=name, media_type=found, content=_CLEANERS[found](content, orientation), width=width, height=height
    )


def _sniff(content: bytes, name: str) -> str:
    if content.startswith(b"\xff\xd8\xff"):
        return JPEG
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if content.startswith(b"RIFF") and content[8:12] == b"WEBP":
        return WEBP
    if content.startswith(b"%PDF-"):
        return PDF
    if content[4:8] == b"ftyp":
        raise refused(_HEIC)
    if content.startswith(b"PK\x03\x04"):
        return _office(content)
    return _text(content, name)


def _office(content: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = archive.namelist()
            if any(n.lower().endswith((".bin", ".exe", ".js", ".vbs")) for n in names if "vba" in n.lower()):
                raise refused(_KIND)
            if "[Content_Types].xml" in names:
                return next(kind for folder, kind in _OFFICE.items() if any(n.startswith(folder) for n in names))
            if names[0] == "mimetype" and archive.getinfo("mimetype").file_size < _LONGEST_NAME:
                kind = archive.read("mimetype").decode("ascii").strip()
                if kind in _OPEN_DOCUMENTS:
                    return kind
    except (zipfile.BadZipFile, StopIteration, IndexError, UnicodeDecodeError, NotImplementedError, RuntimeError):
        raise refused(_KIND) from None
    raise refused(_KIND)


def _text(content: bytes, name: str) -> str:
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            text = content.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise refused(_KIND)
    if _CONTROLS.search(text) or text.startswith("#!") or content[:2] == b"MZ" or _MARKUP.search(text):
        raise refused(_KIND)
    return "text/csv" if name.lower().endswith(".csv") else "text/plain"


def _measured(content: bytes) -> tuple[int, int, int]:
    try:
        with Image.open(io.BytesIO(content), formats=["JPEG", "PNG", "WEBP"]) as image:
            width, height = image.size
            orientation = image.getexif().get(_ORIENTATION, 1)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise refused(_HUGE) from None
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, struct.error, KeyError):
        raise refused(_BROKEN) from None
    if width * height > _MOST_PIXELS:
        raise refused(_HUGE)
    orientation = orientation if isinstance(orientation, int) and orientation in range(1, 9) else 1
    return (height, width, orientation) if orientation in _SIDEWAYS else (width, height, orientation)


# -- taking out what tells where and by whom ------------------------------------------------------------


def _exif(orientation: int) -> bytes:
    """Return EXIF data that says how the picture is turned, and nothing else."""
    exif = Image.Exif()
    exif[_ORIENTATION] = orientation
    return exif.tobytes()


def _clean_jpeg(content: bytes, orientation: int) -> bytes:
    """Copy the picture without EXIF, XMP, IPTC, comments and whatever hangs on behind its end."""
    kept = [b"\xff\xd8"]
    if orientation != 1:
        data = _exif(orientation)
        kept.append(b"\xff\xe1" + struct.pack(">H", len(data) + 2) + data)
    for marker, piece in _segments(content):
        if not (marker in {0xE1, 0xED, 0xFE} or (marker == 0xE2 and piece[4:8] == b"MPF\0")):  # noqa: PLR2004 - JPEG
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
    """Copy the chunks of a picture without EXIF and texts, up to its end."""
    kept, place = [content[:8]], 8
    while place + 12 <= len(content):
        size, kind = struct.unpack_from(">I4s", content, place)
        if kind == b"IDAT" and orientation != 1:
            kept.append(_png_chunk(b"eXIf", _exif(orientation).removeprefix(b"Exif\0\0")))
            orientation = 1
        if kind not in {b"eXIf", b"tEXt", b"zTXt", b"iTXt", b"tIME"}:
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
        if kind not in {b"EXIF", b"XMP "}:
            kept.append(piece)
    if orientation != 1:
        data = _exif(orientation)
        kept.append(struct.pack("<4sI", b"EXIF", len(data)) + data + b"\0" * (len(data) % 2))
    body = b"WEBP" + b"".join(kept)
    return b"RIFF" + struct.pack("<I", len(body)) + body


_CLEANERS = {JPEG: _clean_jpeg, PNG: _clean_png, WEBP: _clean_webp}


def shrink(content: bytes, size: int, *, square: bool = False) -> bytes:
    """Return a WebP picture, the right way up, at most ``size`` wide and high (``square``: cut to fill it).

    Raises:
        InvalidError: the picture cannot be read.

    """
    try:
        with Image.open(io.BytesIO(content), formats=["JPEG", "PNG", "WEBP"]) as opened:
            opened.draft("RGB", (size * 2, size * 2))
            image: Image.Image = ImageOps.exif_transpose(opened)
            image = image.convert("RGBA" if image.has_transparency_data else "RGB")
            if square:
                image = ImageOps.fit(image, (size, size), Image.Resampling.LANCZOS)
            else:
                image.thumbnail((size, size), Image.Resampling.LANCZOS)
            target = io.BytesIO()
            image.save(target, "WEBP", quality=80, method=4)
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, struct.error, Image.DecompressionBombError):
        raise refused(_BROKEN) from None
    return target.getvalue()
