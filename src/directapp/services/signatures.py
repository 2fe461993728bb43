"""Signatures: what files of other kinds are called, by how their content begins. Pure."""

import lzma
import zipfile
import zlib

from directapp.kernel.text import Text, _
from directapp.services.avif import brands_of

# What the standard library raises where an archive is damaged, encrypted, or packed in a way that it does not know.
DAMAGED_ARCHIVE = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, OSError, EOFError, RuntimeError, ValueError)

_AVIF = frozenset({"avif", "avis"})
_HEIC = frozenset({"heic", "heix", "heim", "heis", "hevc", "hevx", "hevm", "hevs", "heif"})
# Brands that say how a file is built, and not what it shows.
_GENERIC = frozenset({"mif1", "mif2", "msf1", "miaf", "MiHE", "MiHB", "MiPr", "iso8", "tmap"})

HEIC = _("a HEIC picture")
_MP4 = _("an MP4 video")
_BRANDS: dict[str, Text] = {
    "qt": _("a QuickTime video"),
    "crx": _("a raw picture (CR3)"),
    "M4A": _("a sound recording (M4A)"),
    "M4B": _("a sound recording (M4B)"),
}
_VIDEO = ("iso", "mp4", "avc", "hvc", "av01", "M4V", "MSNV", "dash", "3g", "f4v", "XAVC", "mmp4", "NDS", "cmf")
_QUICKTIME = frozenset({b"moov", b"mdat", b"wide", b"skip", b"pnot"})

# By their first bytes, longer ones first.
_SIGNATURES: tuple[tuple[bytes, Text], ...] = (
    (b"GIF8", _("a GIF picture")),
    (b"BM", _("a BMP picture")),
    (b"II*\0", _("a TIFF or raw picture")),
    (b"MM\0*", _("a TIFF or raw picture")),
    (b"II+\0", _("a TIFF picture")),
    (b"MM\0+", _("a TIFF picture")),
    (b"\0\0\1\0", _("an icon (ICO)")),
    (b"8BPS", _("a Photoshop file")),
    (b"\0\0\0\x0cjP  ", _("a JPEG 2000 picture")),
    (b"\xff\x4f\xff\x51", _("a JPEG 2000 picture")),
    (b"\0\0\0\x0cJXL ", _("a JPEG XL picture")),
    (b"\xff\x0a", _("a JPEG XL picture")),
    (b"\x1a\x45\xdf\xa3", _("a video (MKV or WebM)")),
    (b"RIFF", _("a sound recording or a video (RIFF)")),
    (b"OggS", _("a sound recording (Ogg)")),
    (b"ID3", _("a sound recording (MP3)")),
    (b"\xd0\xcf\x11\xe0", _("a document in an old Office format")),
    (b"{\\rtf", _("an RTF document")),
    (b"%!PS", _("a PostScript file")),
    (b"\x1f\x8b", _("an archive (gzip)")),
    (b"7z\xbc\xaf", _("an archive (7z)")),
    (b"Rar!", _("an archive (RAR)")),
    (b"MZ", _("a program")),
    (b"\x7fELF", _("a program")),
)  # fmt: skip


def is_avif(content: bytes) -> bool:
    """Whether the content says that it is an AVIF picture."""
    return _told(content) in _AVIF


def kind_of(content: bytes) -> Text | None:
    """Return what content that is not kept here is called (None: nothing that has a signature)."""
    if content[4:8] == b"ftyp":
        return _boxed(content)
    if content[4:8] in _QUICKTIME and content[:4] != b"PK\3\4" and not content[:4].isalpha():
        return _BRANDS["qt"]
    return next((text for start, text in _SIGNATURES if content.startswith(start)), None)


def _told(content: bytes) -> str:
    """Return the brand that says what a file is: the major one, or where that says little, the first that says more."""
    major, *others = brands_of(content) or ("",)
    return next((b for b in others if _is_known(b)), major) if major in _GENERIC else major


def _is_known(brand: str) -> bool:
    return brand not in _GENERIC and (brand in _AVIF or brand in _HEIC or brand in _BRANDS or brand.startswith(_VIDEO))


def _boxed(content: bytes) -> Text:
    brand = _told(content)
    if brand in _HEIC:
        return HEIC
    if brand in _BRANDS:
        return _BRANDS[brand]
    if brand.startswith(_VIDEO):
        return _MP4
    shown = brand if brand.isascii() and brand.isprintable() else "?"
    return _("a file of the type “{shown}”").fill(shown=shown)
