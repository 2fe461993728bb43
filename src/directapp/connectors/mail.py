"""Mail: by SMTP where it is set up, else into a folder on disk where a developer reads it."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTPUTF8, EmailPolicy, default
from email.utils import formatdate
from pathlib import Path

import aiosmtplib

from directapp.connectors.addresses import AddressRefusedError, mailbox, refuse_wide
from directapp.kernel.ids import uuid7
from directapp.telemetry import tracing
from directapp.telemetry.outside import BROKEN, FAILING, REFUSED, TIMEOUT, UNREACHABLE, note_failure, note_good

SERVICE = "smtp"

# A machine wrote it: no machine shall answer (RFC 3834).
BY_MACHINE: Mapping[str, str] = {"Auto-Submitted": "auto-generated"}
_FOR_GOOD = 500
# There TLS begins before the first word (RFC 8314); elsewhere it is asked for, where the server offers it.
_TLS_PORT = 465
# What a server says of the mailbox itself; 5.7 is of whom it takes letters from, and no fault of the address.
_MAILBOX = ("5.1.", "5.2.1")
_MAILBOX_CODES = frozenset({550, 551, 553})


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailer:
    """Sends one letter at a time. ``host`` empty: written to ``folder`` as .eml files, newest last by name.

    ``encrypted``: by TLS or not at all; else by TLS where the server offers it.
    """

    folder: Path
    sender: str
    host: str = ""
    port: int = 587
    user: str = ""
    password: str = ""
    timeout: float = 20.0
    encrypted: bool = False

    async def send(
        self, to: str, *, subject: str, text: str, html: str, key: str = "", headers: Mapping[str, str] = BY_MACHINE
    ) -> None:
        """Send a letter.

        The same ``key`` is the same letter: one file in the folder, one Message-ID for mail programs to know it by.

        Raises:
            AddressRefusedError: the receiver's address takes no letters, or the server cannot be told it.
            aiosmtplib.SMTPException, OSError: it did not go.

        """
        key = key or uuid7().hex
        receiver, sender = mailbox(to), mailbox(self.sender)
        letter = EmailMessage(policy=SMTPUTF8 if receiver.wide or sender.wide else default)
        letter["From"], letter["To"], letter["Subject"] = sender.header, receiver.header, subject
        letter["Date"], letter["Message-ID"] = formatdate(), f"<{key}@directapp.local>"
        for name, value in headers.items():
            letter[name] = value
        letter.set_content(text)
        letter.add_alternative(html, subtype="html")
        if not self.host:
            await asyncio.to_thread(self._keep, key, letter)
            return
        try:
            with tracing.span("call", SERVICE):
                await aiosmtplib.send(
                    letter,
                    sender=sender.address,
                    recipients=[receiver.address],
                    hostname=self.host,
                    port=self.port,
                    username=self.user or None,
                    password=self.password or None,
                    use_tls=self.port == _TLS_PORT,
                    start_tls=True if self.encrypted and self.port != _TLS_PORT else None,
                    timeout=self.timeout,
                )
        except aiosmtplib.SMTPNotSupported:
            note_good(SERVICE)
            refuse_wide(receiver, sender)
            raise
        except aiosmtplib.SMTPRecipientsRefused as error:
            note_good(SERVICE)
            if any(one.code < _FOR_GOOD for one in error.recipients):
                raise
            raise AddressRefusedError(gone=all(map(_is_gone, error.recipients))) from error
        except (aiosmtplib.SMTPException, OSError) as error:
            note_failure(SERVICE, _fault(error))
            raise
        note_good(SERVICE)

    def _keep(self, key: str, letter: EmailMessage) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        policy: EmailPolicy = letter.policy  # type: ignore[assignment]
        (self.folder / f"{key}.eml").write_bytes(letter.as_bytes(policy=policy))


def _fault(error: Exception) -> str:
    """Return which of ``FAULTS`` it is that a letter did not go for."""
    if isinstance(error, aiosmtplib.SMTPAuthenticationError):
        return REFUSED
    if isinstance(error, aiosmtplib.SMTPTimeoutError | TimeoutError):
        return TIMEOUT
    if isinstance(error, aiosmtplib.SMTPResponseException):
        return FAILING
    return BROKEN if isinstance(error, aiosmtplib.SMTPServerDisconnected) else UNREACHABLE


def _is_gone(refused: aiosmtplib.SMTPRecipientRefused) -> bool:
    """Whether a server says of a mailbox that there is none."""
    said = refused.message.lstrip()
    if said[:2] == "5." and said[2:3].isdigit():
        return said.startswith(_MAILBOX)
    return refused.code in _MAILBOX_CODES
