import io
import zipfile
from typing import Any

import pytest
from PIL import Image

from directapp.kernel.actor import Actor
from directapp.services.pictures import _segments

GPS, ORIENTATION, MAKER = 0x8825, 0x0112, 0x010F


def photo(kind: str = "JPEG", *, size: tuple[int, int] = (640, 320), turned: int = 1) -> bytes:
    image = Image.new("RGB", size, "red")
    image.paste("blue", (0, 0, size[0] // 2, size[1]))
    exif = Image.Exif()
    exif[ORIENTATION] = turned
    exif[MAKER] = "Telefon"
    exif.get_ifd(GPS)[2] = (58.0, 8.0, 46.0)
    target = io.BytesIO()
    image.save(target, kind, exif=exif, **({"comment": b"hemmelig"} if kind == "JPEG" else {}))
    return target.getvalue()


def office(*names: str) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name in ("[Content_Types].xml", *names):
            archive.writestr(name, "<x/>")
    return target.getvalue()


@pytest.fixture
async def reception(api: Any) -> Actor:
    actor: Actor = await api.dealer.person("reception", "499")
    return actor


async def upload(api: Any, actor: Actor, name: str, content: bytes, **values: str) -> Any:
    return await api.ok(actor, "POST", "/files", data=values, files={"file": (name, content)})


async def test_a_photo_is_kept_without_where_it_was_taken_and_the_right_way_up(api: Any, reception: Actor) -> None:
    row = await upload(api, reception, "bulk.jpg", photo(turned=6), title="Bulk foran")
    assert (row["media_type"], row["width"], row["height"], row["title"]) == ("image/jpeg", 320, 640, "Bulk foran")
    assert "storage_key" not in row
    answer = await api.call(reception, "GET", f"/assets/{row['id']}")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Content-Disposition"].startswith("inline")
    exif = Image.open(io.BytesIO(answer.content)).getexif()
    assert dict(exif) == {ORIENTATION: 6}
    assert len(answer.content) == row["size_bytes"]
    assert b"hemmelig" not in answer.content
    small = await api.call(reception, "GET", f"/assets/{row['id']}?width=100")
    shown = Image.open(io.BytesIO(small.content))
    assert (small.headers["Content-Type"], shown.size) == ("image/webp", (80, 160))
    again = await api.call(
        reception, "GET", f"/assets/{row['id']}?width=100", headers={"If-None-Match": small.headers["ETag"]}
    )
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "JPEG"])
@pytest.mark.parametrize("turned", [1, 6])
async def test_every_kind_of_picture_is_cleaned_and_still_a_picture(
    api: Any, reception: Actor, kind: str, turned: int
) -> None:
    row = await upload(api, reception, f"bilde.{kind.lower()}", photo(kind, turned=turned) + b"tail with secrets")
    assert (row["width"], row["height"]) == ((640, 320) if turned == 1 else (320, 640))
    content = (await api.call(reception, "GET", f"/assets/{row['id']}")).content
    image = Image.open(io.BytesIO(content))
    image.load()
    assert GPS not in image.getexif()
    assert MAKER not in image.getexif()
    assert image.getexif().get(ORIENTATION, 1) == turned
    assert b"secrets" not in content
    square = await api.call(reception, "GET", f"/assets/{row['id']}?key=small&fit=cover")
    assert Image.open(io.BytesIO(square.content)).size == (160, 160)


async def test_a_progressive_photo_keeps_every_scan(api: Any, reception: Actor) -> None:
    target = io.BytesIO()
    Image.effect_noise((300, 200), 80).convert("RGB").save(target, "JPEG", progressive=True, quality=90)
    row = await upload(api, reception, "a.jpeg", target.getvalue())
    content = (await api.call(reception, "GET", f"/assets/{row['id']}")).content
    assert [m for m, _ in _segments(content)].count(0xDA) > 3
    before, after = Image.open(io.BytesIO(target.getvalue())), Image.open(io.BytesIO(content))
    assert before.tobytes() == after.tobytes()


@pytest.mark.parametrize(
    ("name", "content", "media_type"),
    [
        ("ordre.pdf", b"%PDF-1.7\n1 0 obj\n", "application/pdf"),
        ("liste.csv", "Skilt;Merke\nEL12345;Škoda\n".encode(), "text/csv"),
        ("gammel.txt", "Blåbærsyltetøy".encode("cp1252"), "text/plain"),
        ("ark.xlsx", office("xl/workbook.xml"), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ],
)
async def test_documents_are_known_by_their_content(
    api: Any, reception: Actor, name: str, content: bytes, media_type: str
) -> None:
    row = await upload(api, reception, name, content)
    assert (row["media_type"], row["name"]) == (media_type, name)
    answer = await api.call(reception, "GET", f"/assets/{row['id']}")
    assert answer.content == content
    word = "inline" if media_type.endswith("pdf") else "attachment"
    assert answer.headers["Content-Disposition"].startswith(word)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("side.html", b"<!doctype html><script>alert(1)</script>"),
        ("tegning.svg", b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>'),
        ("notat.txt", b"hei\n<script>alert(1)</script>"),
        ("program.exe", b"MZ\x90\x00\x03\x00\x00\x00"),
        ("program", b"\x7fELF\x02\x01\x01"),
        ("start.sh", b"#!/bin/sh\nrm -rf /"),
        ("bilde.jpg", b"%PDF-1.7\n"),
        ("ordre.pdf", photo()),
        ("makro.docx", office("word/document.xml", "word/vbaProject.bin")),
        ("arkiv.zip", office("hva.txt")),
        ("bilde.heic", b"\0\0\0\x18ftypheic" + b"\0" * 40),
        ("bilde.png", b"\x89PNG\r\n\x1a\n" + b"\0" * 30),
        ("bilde.jpg", b"\xff\xd8\xff" + b"\0" * 30),
        ("bilde.webp", b"RIFF\x10\0\0\0WEBPVP8 "),
        ("tom.txt", b""),
        ("start.bat", b"@echo off\r\ndel *.*"),
        ("start.BAT.", b"@echo off\r\n"),
        ("makro.vbs", b'MsgBox "hei"'),
        ("side.hta", b"%PDF-1.7\n<script>new ActiveXObject('WScript.Shell')</script>"),
        ("side.html", b"a" * 5000 + b"<script>alert(1)</script>"),
        ("sent.txt", b"a" * 5000 + b"\n<html><body>"),
        ("bilde.scr", photo()),
        ("oppsett.ps1", b"Remove-Item C:\\"),
        ("snarvei.url", b"[InternetShortcut]\nURL=file:///c:/x"),
        ("nokler.reg", b"Windows Registry Editor Version 5.00"),
        ("bok.xlsm", office("xl/workbook.xml")),
        ("ukjent.xyz", b"bare tekst"),
    ],
)
async def test_what_is_not_kept_is_refused_at_the_field(api: Any, reception: Actor, name: str, content: bytes) -> None:
    (problem,) = await api.refused(reception, "POST", "/files", 422, files={"file": (name, content)})
    assert (problem["code"], problem["field"]) == ("FAILED_VALIDATION", "file")


@pytest.mark.parametrize("name", ["notat", "notat.md", "logg.log", "avtale.ics", "bilde.bat.txt"])
async def test_text_is_taken_under_names_that_nothing_runs(api: Any, reception: Actor, name: str) -> None:
    row = await upload(api, reception, name, b"@echo hei")
    answer = await api.call(reception, "GET", f"/assets/{row['id']}")
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]


async def test_a_file_larger_than_allowed_is_refused(api: Any, reception: Actor) -> None:
    (problem,) = await api.refused(
        reception, "POST", "/files", 413, files={"file": ("a.txt", b"a" * (25 * 1024**2 + 1))}
    )
    assert problem["code"] == "CONTENT_TOO_LARGE"


async def test_others_do_not_see_it_and_facts_about_it_are_not_theirs_to_write(api: Any, reception: Actor) -> None:
    row = await upload(api, reception, "a.txt", b"hei")
    assert row["created_by"] == str(reception.user)
    other = await api.dealer.person("used_car_sales", "324")
    await api.refused(other, "GET", f"/assets/{row['id']}", 404)
    (problem,) = await api.refused(reception, "PATCH", f"/files/{row['id']}", 403, json={"sha256": "0"})
    assert problem["field"] == "sha256"
    (problem,) = await api.refused(
        reception, "POST", "/files", 403, data={"storage_key": "x"}, files={"file": ("a.txt", b"hei")}
    )
    assert problem["field"] == "storage_key"
    renamed = await api.ok(reception, "PATCH", f"/files/{row['id']}", json={"title": "Hei"})
    assert renamed["title"] == "Hei"
    (listed,) = await api.ok(reception, "GET", "/files?fields=title")
    assert listed == {"title": "Hei"}


async def test_a_part_of_a_file_is_answered(api: Any, reception: Actor) -> None:
    row = await upload(api, reception, "a.txt", bytes(range(48, 58)))
    path = f"/assets/{row['id']}"
    for asked, content, span in (("2-4", b"234", "2-4"), ("7-", b"789", "7-9"), ("-2", b"89", "8-9")):
        answer = await api.call(reception, "GET", path, headers={"Range": f"bytes={asked}"})
        assert (answer.status_code, answer.content) == (206, content)
        assert answer.headers["Content-Range"] == f"bytes {span}/10"
    assert (await api.call(reception, "GET", path, headers={"Range": "bytes=10-"})).status_code == 416
    assert (await api.call(reception, "GET", f"{path}?quality=3")).status_code == 400


async def test_an_upload_sent_again_with_its_key_is_kept_once(api: Any, reception: Actor) -> None:
    async def send(*names: str, key: str = "opplasting-1", content: bytes = b"%PDF-1.7 bilag") -> Any:
        form: dict[str, Any] = {"files": [("file", (name, content)) for name in names], "data": {"title": "Bilag"}}
        return await api.call(reception, "POST", "/files", headers={"Idempotency-Key": key}, **form)

    def kept() -> int:
        folder = api.dealer.application.platform.data / "files" / api.dealer.tenant.hex
        return sum(path.is_file() for path in folder.rglob("*"))

    first, again = await send("bilag.pdf"), await send("bilag.pdf")
    assert first.json() == again.json()
    assert "Idempotency-Replayed" not in first.headers
    assert again.headers["Idempotency-Replayed"] == "true"
    assert (len(await api.ok(reception, "GET", "/files?filter[title][_eq]=Bilag")), kept()) == (1, 1)
    other = await send("bilag.pdf", content=b"%PDF-1.7 noe annet")
    assert (other.status_code, other.json()["errors"][0]["extensions"]["field"]) == (422, "Idempotency-Key")
    assert kept() == 1
    both = [(await send("en.pdf", "to.pdf", key="opplasting-2")).json()["data"] for _ in range(2)]
    assert both[0] == both[1]
    assert (len({row["id"] for row in both[0]}), kept()) == (2, 3)


async def test_a_form_without_a_file_or_of_another_kind_is_refused(api: Any, reception: Actor) -> None:
    for more in (
        {"json": {"title": "x"}},
        {"files": {"title": (None, "x")}},
        {"content": b"x", "headers": {"Content-Type": "multipart/form-data; boundary=b"}},
    ):
        (problem,) = await api.refused(reception, "POST", "/files", 400, **more)
        assert problem["code"] == "INVALID_PAYLOAD"


@pytest.mark.parametrize("said", ["text/html", "image/svg+xml", "application/x-msdownload", "image/png; x=<script>"])
async def test_what_the_sender_calls_it_counts_for_nothing(api: Any, reception: Actor, said: str) -> None:
    row = await api.ok(reception, "POST", "/files", files={"file": ("bulk.jpg", photo(), said)})
    assert row["media_type"] == "image/jpeg"
    answer = await api.call(reception, "GET", f"/assets/{row['id']}")
    assert (answer.headers["Content-Type"], answer.headers["X-Content-Type-Options"]) == ("image/jpeg", "nosniff")
    (problem,) = await api.refused(
        reception, "POST", "/files", 422, files={"file": ("bulk.jpg", b"<svg onload='alert(1)'/>", "image/jpeg")}
    )
    assert problem["field"] == "file"


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("faktura.pdf.exe", None),
        ("faktura\u202efdp.exe", None),
        ("faktura.exe\u00a0", None),
        ("faktura.exe. . .", None),
        ("faktura.pdf:skjult.exe", None),
        ("faktura.php.pdf", "faktura.php.pdf"),
        ("../../etc/faktura.pdf", "faktura.pdf"),
        ("C:\\temp\\faktura.pdf", "faktura.pdf"),
        ("fak\u200btura.pdf", "faktura.pdf"),
        (".pdf", "pdf"),
    ],
)
async def test_a_name_is_judged_by_the_ending_that_counts(
    api: Any, reception: Actor, name: str, kept: str | None
) -> None:
    files = {"file": (name, b"%PDF-1.7\n1 0 obj\n")}
    if kept is None:
        await api.refused(reception, "POST", "/files", 422, files=files)
        return
    row = await api.ok(reception, "POST", "/files", files=files)
    assert row["name"] == kept
    answer = await api.call(reception, "GET", f"/assets/{row['id']}")
    assert answer.headers["Content-Disposition"] == f"inline; filename*=UTF-8''{kept}"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("bilde.jpg", photo() + office("word/document.xml")),
        ("bilde.png", photo("PNG") + b"<script>alert(1)</script>"),
        ("bilde.webp", photo("WEBP") + b"%PDF-1.7\n<script>"),
        ("bilde.avif", photo("AVIF") + b"\0\0\0\x20free<script>alert(1)</script>"),
    ],
)
async def test_a_picture_that_is_something_else_too_comes_back_as_a_picture_alone(
    api: Any, reception: Actor, name: str, content: bytes
) -> None:
    row = await upload(api, reception, name, content)
    answer = await api.call(reception, "GET", f"/assets/{row['id']}")
    assert answer.headers["Content-Type"] == row["media_type"] == f"image/{name[6:].replace('jpg', 'jpeg')}"
    for other in (b"PK\x03\x04", b"script", b"%PDF", b"Telefon"):
        assert other not in answer.content
    small = await api.call(reception, "GET", f"/assets/{row['id']}?key=small")
    assert Image.open(io.BytesIO(small.content)).size == (160, 80)


async def test_the_refusal_of_a_kind_says_what_it_is(api: Any, reception: Actor) -> None:
    film = {"file": ("bilde.heic", b"\0\0\0\x18ftypmp42\0\0\0\0isommp42" + b"\0" * 40)}
    answer = await api.call(reception, "POST", "/files", files=film)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["message"].startswith("Filen er en MP4-video. Det støttes ikke.")
