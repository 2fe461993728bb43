"""What uploaded bytes are, by their content."""

import hashlib
import io
import re
import zipfile
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import NoReturn

from directapp.kernel.text import Text, _
from directapp.services.pictures import AVIF, JPEG, PICTURES, PNG, WEBP, cleaned, refused, shrink
from directapp.services.signatures import DAMAGED_ARCHIVE, HEIC, is_avif, kind_of

PDF = "application/pdf"
_OFFICE = {
    "word/": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xl/": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "ppt/": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}
_STARTS = {b"\xff\xd8\xff": JPEG, b"\x89PNG\r\n\x1a\n": PNG, b"%PDF-": PDF}
_OPEN_DOCUMENTS = {f"application/vnd.oasis.opendocument.{word}" for word in ("text", "spreadsheet", "presentation")}
# The endings that promise a content; a file that breaks the promise is refused.
_ENDINGS: dict[str, str] = {
    ".jpg": JPEG,
    ".jpeg": JPEG,
    ".jpe": JPEG,
    ".png": PNG,
    ".webp": WEBP,
    ".avif": AVIF,
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
_LONGEST_NAME = 200
_MARKUP = re.compile(
    r"<\s*(!doctype|html|head|body|script|svg|iframe|object|embed|xml|\?xml|\?php)|^\s*<\?", re.IGNORECASE
)
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")

_EMPTY = _("The file is empty.")
_TAKEN = _("Use JPEG, PNG, WebP, AVIF, PDF, text, CSV, Word, Excel, PowerPoint or OpenDocument.")
_KIND = _("The file type is not supported. {taken}").fill(taken=_TAKEN)
_OTHER_KIND = _("The file is {kind}, which is not supported. {taken}")
_HEIC = _(
    "The file is {kind}, which is not supported. Choose “Most compatible” in the camera settings, or save as JPEG."
).fill(kind=HEIC)
_MISMATCH = _("The content is {found}, but the file name says otherwise ({name}).")


_CALLED: dict[str, Text] = {
    JPEG: _("a JPEG picture"),
    PNG: _("a PNG picture"),
    WEBP: _("a WebP picture"),
    AVIF: _("an AVIF picture"),
    PDF: _("a PDF"),
    "text/plain": _("text"),
    "text/csv": _("CSV"),
}
_DOCUMENT = _("a document ({found})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """Bytes as they are kept: what they are, and for pictures how large they are shown."""

    name: str
    media_type: str
    size: int
    sha256: str
    width: int | None = None
    height: int | None = None


def safe_name(name: str | None) -> str:
    """Return a file name without folders and control characters."""
    base = re.split(r"[/\\]", name or "")[-1]
    # On Windows what follows a colon is not part of the name that a file is opened by.
    plain = "".join(c for c in base if c.isprintable()).replace(":", "-").strip(" .")
    stem, dot, ending = plain.rpartition(".")
    if len(plain) > _LONGEST_NAME:
        plain = (stem[: _LONGEST_NAME - 10] + dot + ending[:9]) if dot else plain[:_LONGEST_NAME]
    return plain or "fil"


def examine_file(name: str | None, source: Path, target: Path) -> Examined:
    """Do as ``examine`` with a file, and write what is kept into another."""
    examined, kept = examine(name, source.read_bytes())
    target.write_bytes(kept)
    return examined


def shrink_file(source: Path, size: int, *, square: bool = False) -> bytes:
    """Do as ``shrink`` with a file."""
    return shrink(source.read_bytes(), size, square=square)


def examine(name: str | None, content: bytes) -> tuple[Examined, bytes]:
    """Return what the bytes are, and what of them is kept.

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
        raise refused(_MISMATCH.fill(found=_CALLED.get(found) or _DOCUMENT.fill(found=found), name=name))
    # Whoever opens a file is led by its name: what would be run, or shown as a page, comes in as nothing else.
    if ending[1:] in _RUN or (promised is None and found.startswith("text/") and ending not in _WRITTEN):
        raise refused(_KIND)
    width, height = None, None
    if found in PICTURES:
        content, width, height = cleaned(found, content)
    examined = Examined(
        name=name,
        media_type=found,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        width=width,
        height=height,
    )
    return examined, content


def _sniff(content: bytes, name: str) -> str:
    for start, kind in _STARTS.items():
        if content.startswith(start):
            return kind
    if content.startswith(b"RIFF") and content[8:12] == b"WEBP":
        return WEBP
    if is_avif(content):
        return AVIF
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
    except (*DAMAGED_ARCHIVE, StopIteration, IndexError):
        raise refused(_KIND) from None
    raise refused(_KIND)


def _refuse(content: bytes) -> NoReturn:
    """Refuse content, saying what it is where that shows."""
    kind = kind_of(content)
    if kind is HEIC:
        raise refused(_HEIC)
    raise refused(_KIND if kind is None else _OTHER_KIND.fill(kind=kind, taken=_TAKEN))


def _text(content: bytes, name: str) -> str:
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            text = content.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        _refuse(content)
    if _CONTROLS.search(text) or text.startswith("#!") or content[:2] == b"MZ" or _MARKUP.search(text):
        _refuse(content)
    return "text/csv" if name.lower().endswith(".csv") else "text/plain"
