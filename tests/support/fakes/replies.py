"""Vendors who answer: text messages as Twilio and Sveve bring them, letters as Resend tells of and hands them out."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import httpx

from directapp.connectors import svix, twilio
from support.fakes.resend import SECRET, FakeResend, refusal
from support.fakes.server import Heard, Reply, as_json
from support.fakes.sms import SECRET as TOKEN

TO = "+4759440000"


@dataclass
class Telephone:
    """A vendor's telephone: what is written on it reaches the installation by its provider's webhook."""

    client: httpx.AsyncClient
    public: str
    secret: str = ""
    written: int = 0

    async def by_twilio(
        self, sender: str, text: str, *, sid: str = "", token: str = TOKEN, **more: str
    ) -> httpx.Response:
        """Bring a message as Twilio does; the same ``sid`` is the same message told again."""
        self.written += 1
        form = {
            "MessageSid": sid or f"SM{self.written:032d}",
            "SmsStatus": "received",
            "From": sender,
            "To": TO,
            "Body": text,
            "NumMedia": "0",
            **more,
        }
        body = urlencode(form)
        signed = twilio.signature(token, f"{self.public}/hooks/twilio", {name: [v] for name, v in form.items()})
        headers = {"X-Twilio-Signature": signed, "Content-Type": "application/x-www-form-urlencoded"}
        return await self.client.post("/hooks/twilio", content=body, headers=headers)

    async def by_sveve(self, sender: str, text: str, *, secret: str | None = None, **more: str) -> httpx.Response:
        """Bring a message as Sveve does: unsigned, to an address that holds a secret."""
        address = f"/hooks/sveve/{self.secret if secret is None else secret}"
        return await self.client.get(address, params={"number": sender, "msg": text, **more})


@dataclass
class Written:
    """A letter that a vendor wrote, with its files: name, type, bytes and whether it stands in the text."""

    to: str
    text: str | None
    sender: str = "Lakk og Lim <lakk@example.test>"
    subject: str = "SV: Oppdrag"
    html: str | None = None
    headers: dict[str, str] = field(default_factory=dict)
    files: Sequence[tuple[str, str, bytes, str]] = ()
    id: str = field(default_factory=lambda: str(uuid4()))


class FakeInbox(FakeResend):
    """Resend with an inbox: letters are told of by webhook and fetched by their id."""

    def __init__(self) -> None:
        super().__init__()
        self.letters: dict[str, Written] = {}

    async def answer(self, heard: Heard) -> Reply:
        if heard.method == "GET" and heard.path.startswith("/cdn/"):
            return self._file(heard)
        if heard.method != "GET":
            return await super().answer(heard)
        if heard.headers.get("authorization") != f"Bearer {self.api_key}":
            return refusal(401, "restricted_api_key")
        _, _, _, mail, *rest = heard.path.split("/")
        letter = self.letters.get(mail)
        if letter is None or not heard.path.startswith("/emails/receiving/"):
            return refusal(404, "not_found")
        return as_json(self._detail(letter, int(rest[1])) if rest else self._whole(letter))

    def _file(self, heard: Heard) -> Reply:
        _, _, mail, number = heard.path.split("/")
        _, media_type, content, _ = self.letters[mail].files[int(number)]
        if "authorization" in heard.headers or heard.query.get("signature") != "sig-1":
            return Reply(status=403)
        return Reply(body=content, headers={"content-type": media_type})

    def _detail(self, letter: Written, number: int) -> dict[str, Any]:
        url = f"{self.base}/cdn/{letter.id}/{number}?signature=sig-1"
        return {"object": "attachment", **_enclosed(letter, number), "download_url": url, "expires_at": "2099-01-01"}

    def _whole(self, letter: Written) -> dict[str, Any]:
        return {
            "object": "email",
            **_head(letter),
            "id": letter.id,
            "html": letter.html,
            "text": letter.text,
            "headers": letter.headers,
            "reply_to": [],
        }

    async def deliver(
        self, client: httpx.AsyncClient, letter: Written, now: datetime, *, secret: str = SECRET
    ) -> httpx.Response:
        """Keep a letter and tell of it, its words left out, as Svix delivers it; told again it has the same id."""
        self.letters[letter.id] = letter
        told = {"type": "email.received", "created_at": now.isoformat(), "data": _head(letter)}
        body = json.dumps(told).encode()
        named = svix.signed_headers(secret, f"msg_{letter.id}", now, body)
        headers = {name.replace("webhook", "svix"): value for name, value in named.items()}
        return await client.post("/hooks/resend", content=body, headers=headers)


def _head(letter: Written) -> dict[str, Any]:
    return {
        "email_id": letter.id,
        "created_at": "2026-11-20T12:00:00.000Z",
        "from": letter.sender,
        "to": [letter.to],
        "bcc": [],
        "cc": [],
        "message_id": f"<{letter.id}@example.test>",
        "subject": letter.subject,
        "attachments": [_enclosed(letter, number) for number in range(len(letter.files))],
    }


def _enclosed(letter: Written, number: int) -> dict[str, Any]:
    name, media_type, content, disposition = letter.files[number]
    return {
        "id": str(number),
        "filename": name,
        "content_type": media_type,
        "content_disposition": disposition,
        "content_id": f"img{number}",
        "size": len(content),
    }
