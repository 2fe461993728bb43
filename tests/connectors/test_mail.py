"""Mail: by SMTP to a server that speaks it, or into the folder."""

import asyncio
import email
from collections.abc import AsyncIterator
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import cast

import aiosmtplib
import pytest

from directapp.connectors.addresses import AddressRefusedError
from directapp.connectors.mail import Mailer
from support.fakes.smtp import FakeSmtp

LETTER = {"subject": "Nøkkel til bilen", "text": "Hei, Åse.", "html": "<p>Hei, Åse.</p>"}


@pytest.fixture
async def post() -> AsyncIterator[FakeSmtp]:
    async with FakeSmtp() as post:
        yield post


def parsed(raw: bytes) -> EmailMessage:
    return cast("EmailMessage", email.message_from_bytes(raw, policy=default))


async def test_a_letter_goes_by_smtp_with_both_parts(post: FakeSmtp, tmp_path: Path) -> None:
    mailer = Mailer(folder=tmp_path, sender="DirectApp <no-reply@example.test>", host="127.0.0.1", port=post.port)
    await mailer.send("ase@example.test", **LETTER)
    letter = parsed(post.letters[0].replace(b"\r\n.\r\n", b"\r\n"))
    assert letter["Subject"] == LETTER["subject"]
    plain = letter.get_body(("plain",))
    html = letter.get_body(("html",))
    assert plain
    assert html
    assert plain.get_content().strip() == LETTER["text"]
    assert LETTER["html"] in html.get_content()
    assert list(tmp_path.iterdir()) == []


def by_smtp(post: FakeSmtp, folder: Path, **more: str) -> Mailer:
    return Mailer(**{"folder": folder, "sender": "no-reply@example.test", "host": "127.0.0.1"} | more, port=post.port)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("name", "gone"),
    [("nobody", True), ("closed", True), ("terse", True), ("moved", True), ("stranger", False), ("full", False)],
)
async def test_an_address_is_refused_for_good(post: FakeSmtp, tmp_path: Path, name: str, gone: object) -> None:
    with pytest.raises(AddressRefusedError) as refused:
        await by_smtp(post, tmp_path).send(f"{name}@example.test", **LETTER)
    assert refused.value.gone is gone
    assert post.letters == []


async def test_an_address_that_is_refused_for_now_is_tried_again(post: FakeSmtp, tmp_path: Path) -> None:
    with pytest.raises(aiosmtplib.SMTPRecipientsRefused):
        await by_smtp(post, tmp_path).send("later@example.test", **LETTER)


ADDRESSES = {
    "ase@blåbær.no": "ase@xn--blbr-roah.no",
    "ASE@BLÅBÆR.no": "ASE@xn--blbr-roah.no",
    "ase@bla\u030abær.no": "ase@xn--blbr-roah.no",
    "ase@例え.jp": "ase@xn--r8jz45g.jp",
    "ase@xn--blbr-roah.no": "ase@xn--blbr-roah.no",
    "jørgen@example.no": "jørgen@example.no",
    "jo\u0308rg@example.no": "jörg@example.no",
    "jørgen@blåbær.no": "jørgen@xn--blbr-roah.no",
}


@pytest.mark.parametrize(("written", "wire"), ADDRESSES.items())
async def test_letters_beyond_ascii_stand_in_addresses_as_the_standards_say(
    post: FakeSmtp, tmp_path: Path, written: str, wire: str
) -> None:
    post.wide = True
    sender = "Bilhuset Sørlandet <post@sørlandet.no>"
    await by_smtp(post, tmp_path, sender=sender).send(written, **LETTER)
    needs = " SMTPUTF8" if not wire.isascii() else ""
    commands = [line for line in post.told if line.startswith(("MAIL", "RCPT"))]
    assert commands[0].startswith("MAIL FROM:<post@xn--srlandet-54a.no>")
    assert needs in commands[0]
    assert bool(needs) == ("SMTPUTF8" in commands[0])
    assert commands[1] == f"RCPT TO:<{wire}>"
    letter = parsed(post.letters[0].replace(b"\r\n.\r\n", b"\r\n"))
    assert (letter["To"], letter["From"]) == (wire, "Bilhuset Sørlandet <post@xn--srlandet-54a.no>")
    await Mailer(folder=tmp_path / "mail", sender=sender).send(written, **LETTER, key="k")
    assert parsed((tmp_path / "mail" / "k.eml").read_bytes())["To"] == wire


@pytest.mark.parametrize("written", ["jørgen@example.no", "Иван@example.no", "ægir@blåbær.no"])
async def test_a_server_that_cannot_be_told_such_an_address_is_told_nothing(
    post: FakeSmtp, tmp_path: Path, written: str
) -> None:
    with pytest.raises(AddressRefusedError) as refused:
        await by_smtp(post, tmp_path).send(written, **LETTER)
    assert not refused.value.gone
    assert "@" in refused.value.problems[0].message.pick("nb")
    assert not [line for line in post.told if line.startswith("RCPT")]


@pytest.mark.parametrize("written", ["ase@blå bær.no", "ase@-blå-.no", "ase", "@example.no"])
async def test_what_can_be_no_address_is_refused(tmp_path: Path, written: str) -> None:
    with pytest.raises(AddressRefusedError):
        await Mailer(folder=tmp_path, sender="no-reply@example.test").send(written, **LETTER)


async def test_a_letter_says_that_a_machine_wrote_it(tmp_path: Path) -> None:
    await Mailer(folder=tmp_path, sender="no-reply@example.test").send("ase@example.test", **LETTER, key="k")
    assert parsed((tmp_path / "k.eml").read_bytes())["Auto-Submitted"] == "auto-generated"


async def test_without_a_server_letters_lie_in_the_folder_in_order(tmp_path: Path) -> None:
    mailer = Mailer(folder=tmp_path / "mail", sender="no-reply@example.test")
    for subject in ("Først", "Så"):
        await mailer.send("ase@example.test", **(LETTER | {"subject": subject}))
    kept = sorted((tmp_path / "mail").iterdir())
    assert [parsed(p.read_bytes())["Subject"] for p in kept] == ["Først", "Så"]


async def test_at_port_465_tls_begins_before_the_first_word(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server there says nothing before: asked in the clear, both would wait for the other."""
    heard: list[bytes] = []

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await reader.read(3))
        writer.close()

    server = await asyncio.start_server(listen, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    monkeypatch.setattr("directapp.connectors.mail._TLS_PORT", port)
    async with server:
        mailer = Mailer(folder=tmp_path, sender="a@example.test", host="127.0.0.1", port=port, timeout=5)
        with pytest.raises((aiosmtplib.SMTPException, OSError)):
            await mailer.send("b@example.test", **LETTER)
    assert heard[0][:2] == b"\x16\x03", "a TLS handshake"


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
async def test_nothing_that_people_write_adds_a_line_to_the_head_of_a_letter(
    post: FakeSmtp, tmp_path: Path, end: str
) -> None:
    mailer = by_smtp(post, tmp_path)
    with pytest.raises(ValueError, match="Header values may not contain"):
        await mailer.send("ase@example.test", **LETTER | {"subject": f"Hei{end}Bcc: all@example.test"})
    with pytest.raises(AddressRefusedError):
        await mailer.send(f"ase@example.test{end}Bcc: all@example.test", **LETTER)
    assert post.letters == []
