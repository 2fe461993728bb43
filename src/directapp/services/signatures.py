"""Signatures: what files of other kinds are called, by how their content begins. Pure."""

from directapp.kernel.text import Text
from directapp.services.avif import brands_of

_AVIF = frozenset({"avif", "avis"})
_HEIC = frozenset({"heic", "heix", "heim", "heis", "hevc", "hevx", "hevm", "hevs", "heif"})
# Brands that say how a file is built, and not what it shows.
_GENERIC = frozenset({"mif1", "mif2", "msf1", "miaf", "MiHE", "MiHB", "MiPr", "iso8", "tmap"})

HEIC = Text("et HEIC-bilde", "a HEIC picture")
_MP4 = Text("en MP4-video", "an MP4 video")
_BRANDS: dict[str, Text] = {
    "qt": Text("en QuickTime-video", "a QuickTime video"),
    "crx": Text("et råbilde (CR3)", "a raw picture (CR3)"),
    "M4A": Text("et lydopptak (M4A)", "a sound recording (M4A)"),
    "M4B": Text("et lydopptak (M4B)", "a sound recording (M4B)"),
}
_VIDEO = ("iso", "mp4", "avc", "hvc", "av01", "M4V", "MSNV", "dash", "3g", "f4v", "XAVC", "mmp4", "NDS", "cmf")
_QUICKTIME = frozenset({b"moov", b"mdat", b"wide", b"skip", b"pnot"})

# By their first bytes, longer ones first.
_SIGNATURES: tuple[tuple[bytes, Text], ...] = (
    (b"GIF8", Text("et GIF-bilde", "a GIF picture")),
    (b"BM", Text("et BMP-bilde", "a BMP picture")),
    (b"II*\0", Text("et TIFF- eller råbilde", "a TIFF or raw picture")),
    (b"MM\0*", Text("et TIFF- eller råbilde", "a TIFF or raw picture")),
    (b"II+\0", Text("et TIFF-bilde", "a TIFF picture")),
    (b"MM\0+", Text("et TIFF-bilde", "a TIFF picture")),
    (b"\0\0\1\0", Text("et ikon (ICO)", "an icon (ICO)")),
    (b"8BPS", Text("en Photoshop-fil", "a Photoshop file")),
    (b"\0\0\0\x0cjP  ", Text("et JPEG 2000-bilde", "a JPEG 2000 picture")),
    (b"\xff\x4f\xff\x51", Text("et JPEG 2000-bilde", "a JPEG 2000 picture")),
    (b"\0\0\0\x0cJXL ", Text("et JPEG XL-bilde", "a JPEG XL picture")),
    (b"\xff\x0a", Text("et JPEG XL-bilde", "a JPEG XL picture")),
    (b"\x1a\x45\xdf\xa3", Text("en video (MKV eller WebM)", "a video (MKV or WebM)")),
    (b"RIFF", Text("et lydopptak eller en video (RIFF)", "a sound recording or a video (RIFF)")),
    (b"OggS", Text("et lydopptak (Ogg)", "a sound recording (Ogg)")),
    (b"ID3", Text("et lydopptak (MP3)", "a sound recording (MP3)")),
    (b"\xd0\xcf\x11\xe0", Text("et dokument i gammelt Office-format", "a document in an old Office format")),
    (b"{\\rtf", Text("et RTF-dokument", "an RTF document")),
    (b"%!PS", Text("en PostScript-fil", "a PostScript file")),
    (b"\x1f\x8b", Text("et arkiv (gzip)", "an archive (gzip)")),
    (b"7z\xbc\xaf", Text("et arkiv (7z)", "an archive (7z)")),
    (b"Rar!", Text("et arkiv (RAR)", "an archive (RAR)")),
    (b"MZ", Text("et program", "a program")),
    (b"\x7fELF", Text("et program", "a program")),
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
    return Text(f"en fil av typen «{shown}»", f"a file of the type “{shown}”")
