"""Resend's inbox: letters that came in. The webhook brings their id only; words and files are fetched."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import parseaddr
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from directapp.connectors.outgoing import Answer
from directapp.connectors.resend import MailRefusedError, MailRejectedError, Resend

LARGEST = 8 * 1024 * 1024
_MACHINES = frozenset({"bulk", "auto_reply", "junk", "list"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Enclosed:
    """A file that came with a letter; its bytes are fetched by its id."""

    id: str
    name: str
    media_type: str
    inline: bool = False

    @property
    def is_picture(self) -> bool:
        """Whether it says that it is a picture."""
        return self.media_type.startswith("image/")


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """A letter that came in; ``automatic``: a machine answered, nobody did."""

    id: str
    sender: str = field(repr=False)
    subject: str = field(repr=False)
    text: str = field(repr=False)
    html: str = field(repr=False)
    automatic: bool = False
    enclosed: tuple[Enclosed, ...] = ()


class Inbox:
    """Fetches letters at the rate that the service allows the team, sent letters among them."""

    def __init__(self, resend: Resend) -> None:
        """Keep the service; its key reads letters, so it has full access."""
        self._resend = resend

    async def fetch(self, mail_id: str) -> Received | None:
        """Return a letter; None where there is none by this id.

        Raises:
            MailDownError: no answer.
            MailBusyError: asked to wait.
            MailRefusedError: the key is not accepted, or may not read.
            MailRejectedError: anything else.

        """
        # Pictures in the text would otherwise come as data inside the page.
        found = await self._get(f"/emails/receiving/{quote(mail_id, safe='')}", html_format="cid")
        return None if found is None else _received(mail_id, found)

    async def open(self, mail_id: str, file: Enclosed) -> bytes | None:
        """Return the bytes of a file; None where it is gone, or larger than a photo is (errors as for a letter)."""
        path = f"/emails/receiving/{quote(mail_id, safe='')}/attachments/{quote(file.id, safe='')}"
        found = await self._get(path)
        url, size = str((found or {}).get("download_url") or ""), (found or {}).get("size")
        if isinstance(size, int) and size > LARGEST:
            return None
        answer = await self._resend.download(url)
        return answer.body if answer and answer.well else None

    async def _get(self, path: str, **params: str) -> dict[str, Any] | None:
        answer = await self._resend.get(path, **params)
        if answer.well:
            return answer.mapping() or {}
        if answer.status == HTTPStatus.NOT_FOUND:
            return None
        raise _refusal(answer)


def _refusal(answer: Answer) -> MailRefusedError | MailRejectedError:
    if answer.status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
        return MailRefusedError()
    return MailRejectedError(str((answer.mapping() or {}).get("name") or f"HTTP {answer.status}"))


def _received(mail_id: str, found: Mapping[str, Any]) -> Received:
    listed = found.get("attachments")
    return Received(
        id=mail_id,
        sender=parseaddr(str(found.get("from") or ""))[1],
        subject=str(found.get("subject") or ""),
        text=str(found.get("text") or ""),
        html=str(found.get("html") or ""),
        automatic=_is_automatic(found.get("headers")),
        enclosed=tuple(_enclosed(one) for one in listed if isinstance(one, Mapping))
        if isinstance(listed, list)
        else (),
    )


def _enclosed(one: Mapping[str, Any]) -> Enclosed:
    return Enclosed(
        id=str(one.get("id") or ""),
        name=str(one.get("filename") or ""),
        media_type=str(one.get("content_type") or "").casefold(),
        inline=str(one.get("content_disposition") or "").casefold() == "inline",
    )


def _is_automatic(headers: object) -> bool:
    """Whether the head says that no person wrote it: out of office, a report of a failure, a list."""
    if not isinstance(headers, Mapping):
        return False
    named = {str(name).casefold(): str(value).casefold().strip() for name, value in headers.items()}
    return (
        named.get("auto-submitted", "no") != "no"
        or named.get("precedence") in _MACHINES
        or any(name in named for name in ("x-autoreply", "x-autorespond", "list-id"))
    )
