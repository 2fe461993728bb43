"""Mail: by SMTP where it is set up, else into a folder on disk where a developer reads it."""

import asyncio
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate
from pathlib import Path

import aiosmtplib

from directapp.kernel.ids import uuid7


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailer:
    """Sends one letter at a time. ``host`` empty: written to ``folder`` as .eml files, newest last by name."""

    folder: Path
    sender: str
    host: str = ""
    port: int = 587
    user: str = ""
    password: str = ""
    timeout: float = 20.0

    async def send(self, to: str, *, subject: str, text: str, html: str, key: str = "") -> None:
        """Send a letter (aiosmtplib.SMTPException, OSError: it did not go).

        The same ``key`` is the same letter: one file in the folder, one Message-ID for mail programs to know it by.
        """
        key = key or uuid7().hex
        letter = EmailMessage()
        letter["From"], letter["To"], letter["Subject"] = self.sender, to, subject
        letter["Date"], letter["Message-ID"] = formatdate(), f"<{key}@directapp.local>"
        letter.set_content(text)
        letter.add_alternative(html, subtype="html")
        if self.host:
            await aiosmtplib.send(
                letter,
                hostname=self.host,
                port=self.port,
                username=self.user or None,
                password=self.password or None,
                timeout=self.timeout,
            )
        else:
            await asyncio.to_thread(self._keep, key, letter)

    def _keep(self, key: str, letter: EmailMessage) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / f"{key}.eml").write_bytes(bytes(letter))
