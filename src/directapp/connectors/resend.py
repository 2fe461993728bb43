"""Resend: letters out, once each by their idempotency key, and what became of them by signed webhook."""

import base64
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from http import HTTPStatus
from typing import Any

import httpx2
import orjson

from directapp.connectors import svix
from directapp.connectors.addresses import mailbox, refuse_wide
from directapp.connectors.failures import OutsideBusyError, OutsideDownError, OutsideError
from directapp.connectors.outgoing import (
    AGENT,
    IN_BACKGROUND,
    REAL,
    Answer,
    Ask,
    Pacer,
    Patience,
    ServiceClient,
    Timing,
    is_passing,
)
from directapp.kernel.clock import utc_now
from directapp.kernel.text import _

BASE = "https://api.resend.com"
MOST_AT_ONCE = 100
_LONGEST_KEY = 256
_QUOTAS = frozenset({"daily_quota_exceeded", "monthly_quota_exceeded"})
_RUNNING = "concurrent_idempotent_requests"
_ADDRESS_NAMES = frozenset({"validation_error", "invalid_parameter"})
_KEY_NAMES = frozenset({"missing_api_key", "restricted_api_key", "invalid_api_key"})


class MailDownError(OutsideDownError):
    """The mail service does not answer."""

    code = "MAIL_DOWN"
    default = _("The mail service does not answer now.")


class MailBusyError(OutsideBusyError):
    """The mail service asks to be called less often."""

    code = "MAIL_BUSY"
    default = _("The mail service is busy.")


class MailQuotaError(OutsideError):
    """The letters of the day or the month are used up."""

    status = HTTPStatus.TOO_MANY_REQUESTS
    code = "MAIL_QUOTA_USED"
    default = _("The mail quota is used up.")
    passing = True


class MailRefusedError(OutsideError):
    """The key or the sender's domain is not accepted."""

    code = "MAIL_REFUSED"
    default = _(
        "The mail service does not accept the key or the sender’s domain. Ask the administrator to look it over."
    )


class MailRejectedError(OutsideError):
    """The letter itself is not accepted; ``name`` is the service's own word for why.

    ``gone``: it is the receiver's address that the service will not have.
    """

    status = HTTPStatus.UNPROCESSABLE_ENTITY
    code = "MAIL_REJECTED"
    default = _("The mail service does not accept the letter ({name}).")

    def __init__(self, name: str, *, gone: bool = False) -> None:
        """Keep the name of the refusal."""
        super().__init__(self.default.fill(name=name))
        self.name = name
        self.gone = gone


class MailConflictError(OutsideError):
    """Another letter was sent with the same idempotency key: a mistake of ours, never tried again."""

    status = HTTPStatus.CONFLICT
    code = "MAIL_KEY_REUSED"
    default = _("Another letter was already sent with the same key.")


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes with a letter."""

    name: str
    content: bytes = field(repr=False)
    media_type: str = "application/octet-stream"

    def payload(self) -> dict[str, str]:
        """Return it as the service takes it."""
        content = base64.b64encode(self.content).decode()
        return {"filename": self.name, "content": content, "content_type": self.media_type}


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """One letter, with its plain part; ``tags`` come back in the webhooks."""

    sender: str
    to: Sequence[str] = field(repr=False)
    subject: str = field(repr=False)
    text: str = field(repr=False)
    html: str = field(repr=False)
    reply_to: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    attachments: Sequence[Attachment] = ()

    def payload(self) -> dict[str, Any]:
        """Return it as the service takes it (AddressRefusedError: it cannot be told such an address)."""
        optional = {
            "reply_to": self.reply_to,
            "headers": dict(self.headers),
            "tags": [{"name": name, "value": value} for name, value in self.tags.items()],
            "attachments": [one.payload() for one in self.attachments],
        }
        sender, to = mailbox(self.sender), [mailbox(one) for one in self.to]
        refuse_wide(sender, *to)
        body: dict[str, Any] = {
            "from": sender.written,
            "to": [one.written for one in to],
            "subject": self.subject,
            "html": self.html,
            "text": self.text,
        }
        return body | {name: value for name, value in optional.items() if value}


def _is_passing(answer: Answer) -> bool:
    if answer.status == HTTPStatus.CONFLICT:
        return _name(answer) == _RUNNING
    return is_passing(answer) and _name(answer) not in _QUOTAS


def _name(answer: Answer) -> str:
    return str((answer.mapping() or {}).get("name", ""))


class Resend:
    """Sends letters at the rate that the service allows."""

    def __init__(
        self,
        http: httpx2.AsyncClient,
        *,
        api_key: str,
        base: str = BASE,
        per_second: float = 2.0,
        timing: Timing = REAL,
        patience: Patience = IN_BACKGROUND,
    ) -> None:
        """Keep the key; ``per_second`` is the rate of the whole team at Resend."""
        self._line = ServiceClient(
            client=http, name="resend", down=MailDownError, busy=MailBusyError, timing=timing, patience=patience
        )
        self._pacer = Pacer(per_second, timing)
        self._headers = {"Authorization": f"Bearer {api_key}", "User-Agent": AGENT}
        self._base = base

    async def send(self, letter: Mail, *, key: str) -> str:
        """Send a letter and return its id; the same key within a day sends it once.

        Raises:
            MailDownError: no answer; send again with the same key.
            MailBusyError: asked to wait.
            MailQuotaError: no letters left.
            MailRefusedError: key or domain not accepted.
            MailRejectedError: the letter is not accepted.
            MailConflictError: the key was used for another letter.

        """
        found = await self._post("/emails", letter.payload(), key)
        return _id(found)

    async def send_many(self, letters: Sequence[Mail], *, key: str) -> list[str]:
        """Send up to a hundred letters, all or none; their ids in the same order (errors as for one)."""
        if not 0 < len(letters) <= MOST_AT_ONCE:
            raise ValueError("one to a hundred letters")
        found = await self._post("/emails/batch", [letter.payload() for letter in letters], key)
        listed = found.get("data")
        ids = [_id(one) for one in listed if isinstance(one, Mapping)] if isinstance(listed, list) else []
        if len(ids) != len(letters):
            raise MailDownError(uncertain=True)
        return ids

    async def get(self, path: str, **params: str) -> Answer:
        """Ask for what the service keeps, at the team's rate, by the key.

        Raises:
            MailDownError: no answer.
            MailBusyError: asked to wait.

        """

        async def ask() -> Ask:
            await self._pacer.turn()
            return Ask(method="GET", url=self._base + path, headers=self._headers, params=params or None)

        return await self._line.call(ask)

    async def download(self, url: str) -> Answer | None:
        """Ask for a file by an address that is signed, without the key; None where it is no address of a file's."""
        if not url.startswith(("https://", self._base)):
            return None

        async def ask() -> Ask:
            return Ask(method="GET", url=url, headers={"User-Agent": AGENT})

        return await self._line.call(ask)

    async def _post(self, path: str, body: Any, key: str) -> dict[str, Any]:
        if not 0 < len(key) <= _LONGEST_KEY or not key.isascii() or not key.isprintable():
            raise ValueError("an idempotency key has 1 to 256 plain characters")

        async def ask() -> Ask:
            await self._pacer.turn()
            headers = self._headers | {"Idempotency-Key": key}
            return Ask(method="POST", url=self._base + path, headers=headers, json=body)

        answer = await self._line.call(ask, passing=_is_passing)
        self._obey(answer)
        found = answer.mapping()
        if not answer.well:
            raise _refusal(answer)
        if found is None:
            raise MailDownError(uncertain=True)
        return found

    def _obey(self, answer: Answer) -> None:
        """Begin nothing until the service's own count starts anew, where it is used up."""
        reset = answer.headers.get("ratelimit-reset", "")
        if answer.headers.get("ratelimit-remaining") == "0" and reset.isdigit():
            self._pacer.hold(min(float(reset), self._line.patience.most))


def _id(found: Mapping[str, Any]) -> str:
    if not isinstance(found.get("id"), str) or not found["id"]:
        raise MailDownError(uncertain=True)
    return str(found["id"])


def _refusal(answer: Answer) -> OutsideError:
    name = _name(answer)
    if name in _QUOTAS:
        return MailQuotaError()
    if name in _KEY_NAMES or answer.status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
        return MailRefusedError()
    if answer.status == HTTPStatus.CONFLICT:
        return MailConflictError()
    gone = answer.status == HTTPStatus.UNPROCESSABLE_ENTITY and name in _ADDRESS_NAMES and _blames_receiver(answer)
    return MailRejectedError(name or f"HTTP {answer.status}", gone=gone)


def _blames_receiver(answer: Answer) -> bool:
    """Whether no other part of the letter is named: “Invalid `to` field”."""
    named = re.findall(r"`(\w+)`", str((answer.mapping() or {}).get("message", "")))
    return not named or "to" in named


class MailKind(StrEnum):
    """What happened to a letter."""

    SENT = "sent"
    DELIVERED = "delivered"
    DELAYED = "delivery_delayed"
    BOUNCED = "bounced"
    COMPLAINED = "complained"
    OPENED = "opened"
    CLICKED = "clicked"
    FAILED = "failed"
    SCHEDULED = "scheduled"
    SUPPRESSED = "suppressed"
    RECEIVED = "received"


@dataclass(frozen=True, slots=True, kw_only=True)
class MailEvent:
    """What a webhook tells of a letter; ``event_id`` is the same when it is told again."""

    event_id: str
    kind: MailKind
    mail_id: str
    at: datetime
    to: tuple[str, ...] = field(repr=False)
    tags: Mapping[str, str]
    permanent: bool = False
    reason: str = ""


def read_event(
    headers: Mapping[str, str], body: bytes, *, secrets: Iterable[str], now: datetime | None = None
) -> MailEvent | None:
    """Return what a webhook tells, once its signature is verified; None for what is not about a letter.

    Raises:
        SignatureError: not signed by Resend, or too old.
        MailRejectedError: signed, but not readable.

    """
    event_id = svix.verify(headers, body, secrets=secrets, now=now or utc_now())
    try:
        found = orjson.loads(body)
        area, _, word = str(found["type"]).partition(".")
        if area != "email" or word not in set(MailKind):
            return None
        return _event(event_id, MailKind(word), found["data"], str(found["created_at"]))
    except (KeyError, TypeError, ValueError, AttributeError):
        raise MailRejectedError("webhook") from None


def _event(event_id: str, kind: MailKind, data: Mapping[str, Any], at: str) -> MailEvent:
    bounce, failed = data.get("bounce") or {}, data.get("failed") or {}
    tags = data.get("tags") or {}
    to = data.get("to") or ()
    to = (to,) if isinstance(to, str) else tuple(str(one) for one in to)
    if kind is MailKind.RECEIVED:
        # Who answers all may move an address to another line of the head.
        to += tuple(str(one) for name in ("cc", "bcc") for one in data.get(name) or ())
    return MailEvent(
        event_id=event_id,
        kind=kind,
        mail_id=str(data["email_id"]),
        at=datetime.fromisoformat(at),
        to=to,
        tags=tags if isinstance(tags, Mapping) else {str(one["name"]): str(one["value"]) for one in tags},
        permanent=kind is MailKind.COMPLAINED or bounce.get("type") == "Permanent",
        reason=str(bounce.get("subType") or failed.get("reason") or ""),
    )
