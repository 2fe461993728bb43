"""Pictures and other uploads: what they are told to be, what they cost, and what is left in them."""

import io
import resource
import struct
import zlib
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from directapp.kernel.errors import InvalidError
from directapp.services.avif import boxes
from directapp.services.media import examine, examine_file, shrink_file
from directapp.services.pictures import shrink
from directapp.services.processes import Processes, TooHeavyError, short_work

MAKER, ORIENTATION, GPS = 0x010F, 0x0112, 0x8825


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(size: tuple[int, int], depth: int, colour: int, row: bytes, *more: bytes) -> bytes:
    """Return a PNG whose rows are all alike."""
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", *size, depth, colour, 0, 0, 0))
    data = chunk(b"IDAT", zlib.compress((b"\0" + row) * size[1]))
    return b"\x89PNG\r\n\x1a\n" + head + b"".join(more) + data + chunk(b"IEND", b"")


def saved(image: Image.Image, kind: str, **more: Any) -> bytes:
    target = io.BytesIO()
    image.save(target, kind, **more)
    return target.getvalue()


def ftyp(major: str, *others: str) -> bytes:
    body = major.encode() + bytes(4) + "".join((major, *others)).encode()
    return struct.pack(">I4s", len(body) + 8, b"ftyp") + body + struct.pack(">I4s", 16, b"mdat") + bytes(8)


def colour_at(content: bytes, where: tuple[int, int]) -> tuple[int, ...]:
    """Return the colour that a small picture shows, with its opacity."""
    shown = Image.open(io.BytesIO(shrink(content, 160))).convert("RGBA").getpixel(where)
    assert isinstance(shown, tuple)
    return tuple(int(part) for part in shown)


def refusal(name: str, content: bytes) -> Any:
    with pytest.raises(InvalidError) as refused:
        examine(name, content)
    (problem,) = refused.value.problems
    assert problem.field == "file"
    return problem.message


def grey(value: int) -> bytes:
    return struct.pack(">H", value * 257)


def palette() -> Image.Image:
    image = Image.new("P", (32, 32), 1)
    image.putpalette([255, 0, 0, 0, 128, 255])
    image.paste(0, (0, 0, 16, 32))
    return image


@pytest.mark.parametrize(
    ("content", "left", "right"),
    [
        # Sixteen bits of grey: alone, with a colour that is clear, with opacity; and of red, green and blue.
        (png((4, 4), 16, 0, grey(30) * 2 + grey(120) * 2), (30, 30, 30, 255), (120, 120, 120, 255)),
        (
            png((4, 4), 16, 0, grey(30) * 2 + grey(120) * 2, chunk(b"tRNS", grey(30))),
            (0, 0, 0, 0),
            (120, 120, 120, 255),
        ),
        (png((4, 4), 16, 4, (grey(30) + grey(255)) * 2 + (grey(120) + grey(0)) * 2), (30, 30, 30, 255), (0, 0, 0, 0)),
        (png((4, 4), 16, 2, (grey(200) + grey(9) + grey(80)) * 4), (200, 9, 80, 255), (200, 9, 80, 255)),
        (png((4, 4), 1, 0, b"\x30"), (0, 0, 0, 255), (255, 255, 255, 255)),
        (saved(palette(), "PNG"), (255, 0, 0, 255), (0, 128, 255, 255)),
        (saved(palette(), "PNG", transparency=0), (0, 0, 0, 0), (0, 128, 255, 255)),
        (saved(Image.new("CMYK", (4, 4), (0, 255, 255, 0)), "JPEG"), (254, 0, 0, 255), (254, 0, 0, 255)),
        (saved(Image.new("L", (4, 4), 77), "JPEG"), (77, 77, 77, 255), (77, 77, 77, 255)),
        (saved(Image.new("RGB", (4, 4), (9, 200, 80)), "AVIF"), (9, 200, 80, 255), (9, 200, 80, 255)),
    ],
)
def test_a_small_picture_shows_the_colours_of_the_large_one(
    content: bytes, left: tuple[int, ...], right: tuple[int, ...]
) -> None:
    kept = examine("bilde", content)[1]
    width = Image.open(io.BytesIO(kept)).width
    for where, meant in (((0, 1), left), ((width - 1, 1), right)):
        shown = colour_at(kept, where)
        assert shown[3] == meant[3]
        if meant[3]:
            assert all(abs(a - b) <= 4 for a, b in zip(shown, meant, strict=True)), (shown, meant)


@pytest.mark.parametrize("turned", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF"])
def test_every_way_of_turning_is_shown_upright(kind: str, turned: int) -> None:
    image = Image.new("RGB", (64, 32), "blue")
    image.paste("red", (0, 0, 32, 16))
    exif = Image.Exif()
    exif[ORIENTATION], exif[MAKER] = turned, "Telefon"
    exif.get_ifd(GPS)[2] = (58.0, 8.0, 46.0)
    examined, kept = examine(f"bilde.{kind.lower()}", saved(image, kind, exif=exif, quality=100))
    assert (examined.width, examined.height) == ((64, 32) if turned < 5 else (32, 64))
    assert b"Telefon" not in kept
    assert not Image.open(io.BytesIO(kept)).getexif().keys() - {ORIENTATION}
    small = Image.open(io.BytesIO(shrink(kept, 160)))
    assert small.size == (examined.width, examined.height)
    corners = {1: (0, 0), 2: (1, 0), 3: (1, 1), 4: (0, 1), 5: (0, 0), 6: (1, 0), 7: (1, 1), 8: (0, 1)}
    x, y = corners[turned]
    pixel = small.convert("RGB").getpixel((x * (small.width - 1), y * (small.height - 1)))
    assert isinstance(pixel, tuple)
    assert pixel[0] > 200, (turned, pixel)
    assert pixel[2] < 60, (turned, pixel)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("bilde.heic", ftyp("heic", "mif1"), "a HEIC picture"),
        ("bilde.heif", ftyp("mif1", "heic"), "a HEIC picture"),
        ("levende.heics", ftyp("hevc", "msf1", "iso8"), "a HEIC picture"),
        ("film.mp4", ftyp("isom", "iso2", "avc1", "mp41"), "an MP4 video"),
        ("film.heic", ftyp("mp42", "isom"), "an MP4 video"),
        ("film.mov", ftyp("qt  "), "a QuickTime video"),
        ("gammel.mov", b"\0\0\0\x08wide\0\0\0\x08mdat", "a QuickTime video"),
        ("film.3gp", ftyp("3gp4"), "an MP4 video"),
        ("lyd.m4a", ftyp("M4A ", "mp42"), "a sound recording (M4A)"),
        ("raw.cr3", ftyp("crx ", "isom"), "a raw picture (CR3)"),
        ("ukjent", ftyp("zzzz"), "a file of the type “zzzz”"),
        ("bilde.gif", b"GIF89a" + bytes(20), "a GIF picture"),
        ("bilde.jpg", b"GIF89a" + bytes(20), "a GIF picture"),
        ("bilde.tiff", b"II*\0" + bytes(20), "a TIFF or raw picture"),
        ("ikon.png", b"\0\0\1\0\1\0\0\0" + bytes(20), "an icon (ICO)"),
        ("bilde.bmp", b"BM" + bytes(20), "a BMP picture"),
        ("bilde.jxl", b"\0\0\0\x0cJXL \r\n\x87\n" + bytes(9), "a JPEG XL picture"),
        ("film.webm", b"\x1a\x45\xdf\xa3" + bytes(9), "a video (MKV or WebM)"),
        ("brev.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(9), "a document in an old Office format"),
        ("program.txt", b"MZ\x90\0\x03", "a program"),
    ],
)
def test_a_refusal_says_what_the_file_is(name: str, content: bytes, said: str) -> None:
    message = refusal(name, content)
    assert f"The file is {said}, which is not supported." in message.english
    assert message.pick("nb").startswith("Filen er e")


@pytest.mark.parametrize("text", [b"ID3 fra 2021", b"BMW X5;2021", b"RIFF er et ord", b"GIF8 AS"])
def test_text_that_begins_like_something_else_is_text(text: bytes) -> None:
    assert examine("liste.txt", text)[0].media_type == "text/plain"


def test_the_name_and_the_content_are_both_named_where_they_differ() -> None:
    message = refusal("bilde.png", saved(Image.new("RGB", (8, 8)), "AVIF"))
    assert message.pick("nb") == "Innholdet er et AVIF-bilde, men filnavnet sier noe annet (bilde.png)."
    assert "%PDF" not in refusal("bilde.avif", b"%PDF-1.7\n").english


CUT = "The picture is damaged or was not sent in full. Send it again."
UNREADABLE = "The picture cannot be read."


@pytest.mark.parametrize(
    ("kind", "said"), [("JPEG", CUT), ("PNG", UNREADABLE), ("WEBP", UNREADABLE), ("AVIF", UNREADABLE)]
)
@pytest.mark.parametrize("share", [0.5, 0.9])
def test_a_picture_that_is_cut_off_is_told_at_once(kind: str, said: str, share: float) -> None:
    whole = saved(Image.effect_noise((200, 200), 80).convert("RGB"), kind)
    message = refusal("bilde", whole[: int(len(whole) * share)])
    assert message.english == said


@pytest.mark.parametrize("content", [b"", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", ftyp("avif"), ftyp("avif")[:12]])
def test_what_only_begins_like_a_picture_is_refused(content: bytes) -> None:
    assert refusal("bilde", content)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (png((12_000, 12_000), 8, 2, b"", chunk(b"tEXt", b"a\0b")), "too large"),
        (png((8_000, 8_000), 8, 6, b""), "too large"),
        (png((100_000, 2), 8, 2, b"")[:33] + png((100_000, 801), 8, 2, b"")[33:], "damaged"),
        (
            b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 2**31 - 1, 2**31 - 1, 8, 2, 0, 0, 0)),
            "cannot be read",
        ),
    ],
)
def test_a_picture_too_large_for_memory_is_refused_by_its_header(content: bytes, said: str) -> None:
    message = refusal("stor.png", content)
    assert said in message.english


def test_a_small_file_of_many_pixels_is_judged_by_pixels_and_bytes() -> None:
    assert examine("stor.png", saved(Image.new("1", (6300, 6300)), "PNG"))[0].width == 6300
    for mode in ("RGBA", "P", "LA"):
        content = saved(Image.new(mode, (6300, 6300)), "PNG")
        assert len(content) < 400_000
        assert "6300 × 6300" in refusal("stor.png", content).english


@pytest.fixture
async def pool() -> AsyncIterator[Processes]:
    pool = short_work()
    yield pool
    await pool.close()


async def test_nothing_is_decoded_before_the_header_is_judged(pool: Processes, tmp_path: Path) -> None:
    before = await highest(pool)
    for number, size in enumerate(((6300, 6300), (9000, 8800))):
        source = tmp_path / str(number)
        source.write_bytes(png(size, 8, 6, bytes(size[0] * 4)))
        with pytest.raises(InvalidError):
            await pool.run(examine_file, "stor.png", source, tmp_path / "kept")
    assert await highest(pool) - before < 60


def bomb(kind: bytes, lead: bytes) -> bytes:
    """Return a picture with a chunk of 100 kB that unpacks to 100 MB."""
    packed = zlib.compress(bytes(100_000_000), 9)
    return png((4, 4), 8, 2, bytes(12), chunk(kind, lead + packed))


@pytest.mark.parametrize(("kind", "lead"), [(b"iCCP", b"a\0\0"), (b"zTXt", b"a\0\0"), (b"iTXt", b"a\0\1\0\0\0")])
async def test_a_chunk_that_unpacks_to_much_costs_little(
    pool: Processes, tmp_path: Path, kind: bytes, lead: bytes
) -> None:
    source = tmp_path / "sent"
    source.write_bytes(bomb(kind, lead))
    before = await highest(pool)
    try:
        examined = await pool.run(examine_file, "bilde.png", source, tmp_path / "kept")
    except InvalidError:
        pass
    else:
        assert examined.size < 10_000
    assert await highest(pool) - before < 60


async def highest(pool: Processes) -> int:
    """Return the megabytes that the only child of a pool has held at the most."""
    used = await pool.run(resource.getrusage, resource.RUSAGE_SELF)
    assert len(pool._children) == 1
    return int(used.ru_maxrss) // 1024


async def test_a_large_picture_takes_the_memory_that_is_reckoned_with(pool: Processes, tmp_path: Path) -> None:
    before = await highest(pool)
    for number, (mode, size) in enumerate((("RGB", (3000, 3000)), ("RGBA", (3000, 2000)))):
        source = tmp_path / f"sent-{number}"
        source.write_bytes(saved(Image.new(mode, size, "red"), "PNG", compress_level=1))
        examined = await pool.run(examine_file, "stor.png", source, tmp_path / "kept")
        assert (examined.width, examined.height) == size
        small = await pool.run(shrink_file, tmp_path / "kept", 160)
        assert Image.open(io.BytesIO(small)).width == 160
    assert await highest(pool) - before < 3000 * 2000 * 11 / 1024**2 + 40


async def test_a_picture_that_takes_too_long_is_ended(tmp_path: Path) -> None:
    pool = Processes(most=1, seconds=0.05)
    source = tmp_path / "sent"
    source.write_bytes(saved(Image.effect_noise((3000, 3000), 80), "PNG"))
    with pytest.raises(TooHeavyError):
        await pool.run(shrink_file, source, 1200)
    await pool.close()


def frames() -> list[Image.Image]:
    return [Image.new("RGB", (40, 20), colour) for colour in ("red", "blue", "green")]


@pytest.mark.parametrize(("kind", "name"), [("PNG", "a.png"), ("WEBP", "a.webp")])
def test_an_animation_is_kept_and_shown_by_its_first_picture(kind: str, name: str) -> None:
    first, *others = frames()
    content = saved(first, kind, save_all=True, append_images=others, duration=50)
    kept = examine(name, content)[1]
    assert getattr(Image.open(io.BytesIO(kept)), "n_frames", 1) == 3
    assert colour_at(kept, (5, 5))[0] > 200


def test_an_animated_avif_is_refused_in_words() -> None:
    first, *others = frames()
    content = saved(first, "AVIF", save_all=True, append_images=others)
    assert refusal("a.avif", content).english == "Animated AVIF pictures are not supported. Save a still picture."


def test_an_avif_keeps_its_image_and_nothing_else() -> None:
    image = Image.effect_noise((64, 64), 80).convert("RGBA")
    exif = Image.Exif()
    exif[MAKER] = "Telefon"
    content = saved(image, "AVIF", exif=exif, xmp=b"<x:xmpmeta>hemmelig</x:xmpmeta>")
    polyglot = content + struct.pack(">I4s", 40, b"free") + b"<script>alert(1)</script>".ljust(32) + b"halen"
    kept = examine("a.avif", polyglot)[1]
    for secret in (b"Telefon", b"hemmelig", b"script", b"halen", b"rdf+xml"):
        assert secret not in kept
    before, after = Image.open(io.BytesIO(content)), Image.open(io.BytesIO(kept))
    assert before.tobytes() == after.tobytes()
    assert "xmp" not in after.info
    assert [box.kind for box in boxes(kept)] == [b"ftyp", b"meta", b"mdat", b"free"]


def test_a_picture_is_no_carrier_of_other_things() -> None:
    jpeg = saved(Image.new("RGB", (8, 8)), "JPEG")
    marked = jpeg[:2] + b"".join(
        bytes((0xFF, marker)) + struct.pack(">H", 2 + len(text)) + text
        for marker, text in ((0xE4, b"<?php hidden ?>"), (0xE0, b"JFXX\0hidden"), (0xE2, b"hidden"), (0xFE, b"hidden"))
    )
    image = Image.new("RGB", (8, 8))
    plain = saved(image, "PNG")
    webp = saved(image, "WEBP", lossless=True)
    odd = webp + b"HIDE" + struct.pack("<I", 6) + b"hidden"
    for name, content in (
        ("a.jpg", marked + jpeg[2:] + b"PK\3\4hidden"),
        ("a.png", plain[:33] + chunk(b"hiDe", b"hidden") + plain[33:] + b"hidden"),
        ("a.webp", b"RIFF" + struct.pack("<I", len(odd) - 8) + odd[8:] + b"hidden"),
    ):
        examined, kept = examine(name, content)
        assert b"hidden" not in kept
        assert Image.open(io.BytesIO(kept)).tobytes() == Image.open(io.BytesIO(content)).tobytes()
        assert examined.size == len(kept)


@pytest.mark.parametrize("make", [lambda c: c[:-4] + b"\xff" * 4, lambda c: c[:60] + bytes(40) + c[100:]])
def test_damaged_avif_boxes_are_refused_or_cleaned_but_never_break(make: Callable[[bytes], bytes]) -> None:
    content = saved(Image.new("RGB", (32, 32), "red"), "AVIF")
    for place in range(0, len(content) - 4, 5):
        for damaged in (content[:place] + b"\xff\xff\xff\xff" + content[place + 4 :], make(content)):
            try:
                examine("a.avif", damaged)
            except InvalidError:
                continue
