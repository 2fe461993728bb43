"""Uploads that are damaged, or made to do damage: kept as what they are, or refused in words, and nothing else."""

import io
import time
import zipfile

import pytest
from hypothesis import example, given
from PIL import Image

from directapp.kernel.errors import DirectAppError
from directapp.services.media import examine
from support.damage import broken_inside, damaged


def picture(kind: str) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (16, 12), "red").save(out, kind)
    return out.getvalue()


def archive(method: int = zipfile.ZIP_DEFLATED, **parts: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as packed:
        for name, content in parts.items():
            packed.writestr(name.replace("__", "/"), content)
    return out.getvalue()


OPEN_DOCUMENT = "application/vnd.oasis.opendocument.text"
WORD = archive(**{"[Content_Types].xml": "<Types/>", "word__document.xml": "<x/>"})
PACKED = [archive(method, mimetype=OPEN_DOCUMENT * 3) for method in (zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, 14)]
SEEDS = [
    *(picture(kind) for kind in ("JPEG", "PNG", "WEBP", "AVIF")),
    WORD,
    archive(mimetype=OPEN_DOCUMENT),
    *PACKED,
    b"%PDF-1.7\n1 0 obj<</Length 9/Filter[/FlateDecode/FlateDecode]>>stream\nxxxxxxxxx\nendstream\nendobj\n%%EOF",
    b"Reg.nr;VIN\r\nEL 12345;WZZTESTXXRX000001\r\n",
]


@given(damaged(SEEDS))
@example(PACKED[0][:4] + PACKED[0][20:])
@example(broken_inside(PACKED[0], b"mimetype"))
@example(broken_inside(PACKED[1], b"mimetype"))
@example(broken_inside(PACKED[2], b"mimetype"))
def test_whatever_is_uploaded_is_kept_as_what_it_is_or_refused(content: bytes) -> None:
    try:
        examined, kept = examine("fil", content)
    except DirectAppError:
        return
    again, _ = examine("fil", kept)
    assert (again.media_type, examined.size) == (examined.media_type, len(kept))


@pytest.mark.parametrize(
    "content",
    [
        b"%PDF-1.7\n" + b"[" * 2_000_000,
        b"%PDF-1.7\n1 0 obj<</Length 9000000000/Filter[" + b"/FlateDecode" * 100_000 + b"]>>stream\n",
        archive(**{"[Content_Types].xml": "<Types/>", "word__document.xml": "<x>" * 8_000_000}),
        archive(**{"[Content_Types].xml": "<Types/>", **{f"word__{number}": "" for number in range(20_000)}}),
    ],
    ids=["nested pdf", "pdf of many filters", "packed to a thousandth", "of many parts"],
)
def test_what_would_unpack_to_much_is_kept_packed(content: bytes) -> None:
    begun = time.process_time()
    examined, kept = examine("fil", content)
    assert kept == content
    assert examined.media_type.startswith("application/")
    assert time.process_time() - begun < 2
