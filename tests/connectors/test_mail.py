"""Mail: by SMTP to a server that speaks it, or into the folder."""

import asyncio
import email
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import cast

import aiosmtplib
import pytest

from directapp.connectors.mail import Mailer

LETTER = {"subject": "Nøkkel til bilen", "text": "Hei, Åse.", "html": "<p>Hei, Åse.</p>"}


@dataclass
class Post:
    """A mail server on loopback: takes letters, refuses one address."""

    port: int = 0
    letters: list[bytes] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 post\r\n")
        while line := await reader.readline():
            word = line.split(None, 1)[0].upper() if line.split() else b""
            if word == b"EHLO":
                writer.write(b"250-post\r\n250 8BITMIME\r\n")
            elif word == b"RCPT" and b"nobody@" in line:
                writer.write(b"550 5.1.1 no such person\r\n")
            elif word == b"DATA":
                writer.write(b"354 go on\r\n")
                self.letters.append(await reader.readuntil(b"\r\n.\r\n"))
                writer.write(b"250 taken\r\n")
            elif word == b"QUIT":
                writer.write(b"221 bye\r\n")
                break
            else:
                writer.write(b"250 ok\r\n")
        writer.close()


@pytest.fixture
async def post() -> AsyncIterator[Post]:
    post = Post()
    server = await asyncio.start_server(post.serve, "127.0.0.1", 0)
    post.port = server.sockets[0].getsockname()[1]
    yield post
    server.close()
    await server.wait_closed()


def parsed(raw: bytes) -> EmailMessage:
    return cast("EmailMessage", email.message_from_bytes(raw, policy=default))


async def test_a_letter_goes_by_smtp_with_both_parts(post: Post, tmp_path: Path) -> None:
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


async def test_a_refused_address_is_an_error(post: Post, tmp_path: Path) -> None:
    mailer = Mailer(folder=tmp_path, sender="no-reply@example.test", host="127.0.0.1", port=post.port)
    with pytest.raises(aiosmtplib.SMTPException):
        await mailer.send("nobody@example.test", **LETTER)
    assert post.letters == []


async def test_without_a_server_letters_lie_in_the_folder_in_order(tmp_path: Path) -> None:
    mailer = Mailer(folder=tmp_path / "mail", sender="no-reply@example.test")
    for subject in ("Først", "Så"):
        await mailer.send("ase@example.test", **(LETTER | {"subject": subject}))
    kept = sorted((tmp_path / "mail").iterdir())
    assert [parsed(p.read_bytes())["Subject"] for p in kept] == ["Først", "Så"]
