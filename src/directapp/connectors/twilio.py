"""Twilio: text messages out, and its signed callbacks about them."""

import base64
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs, urlsplit, urlunsplit

import httpx2

from directapp.connectors.failures import OutsideError, SignatureError
from directapp.connectors.outgoing import IN_BACKGROUND, REAL, Answer, Ask, Patience, ServiceClient, Timing
from directapp.connectors.sms import (
    SentSms,
    Sms,
    SmsBusyError,
    SmsDownError,
    SmsNumberError,
    SmsRefusedError,
    SmsRejectedError,
    SmsReply,
    SmsReport,
    SmsStatus,
    checked,
)

BASE = "https://api.twilio.com"
_VERSION = "2010-04-01"
_PORTS = {"https": 443, "http": 80}
# The number is wrong, cannot be reached from here, is no mobile, or has said stop.
_NUMBER_CODES = frozenset({21211, 21214, 21217, 21401, 21407, 21408, 21421, 21610, 21612, 21614, 63033})
_STATUSES = {
    "accepted": SmsStatus.QUEUED,
    "scheduled": SmsStatus.QUEUED,
    "queued": SmsStatus.QUEUED,
    "sending": SmsStatus.QUEUED,
    "sent": SmsStatus.SENT,
    "delivered": SmsStatus.DELIVERED,
    "read": SmsStatus.DELIVERED,
    "partially_delivered": SmsStatus.SENT,
    "undelivered": SmsStatus.FAILED,
    "failed": SmsStatus.FAILED,
    "canceled": SmsStatus.FAILED,
}


class Twilio:
    """Sends text messages; a message that may have gone is never sent again by itself."""

    def __init__(
        self,
        http: httpx2.AsyncClient,
        *,
        account: str,
        secret: str,
        user: str = "",
        sender: str = "",
        service: str = "",
        callback: str = "",
        base: str = BASE,
        timing: Timing = REAL,
        patience: Patience = IN_BACKGROUND,
    ) -> None:
        """Keep the account; ``user`` is the SID of an API key where ``secret`` is not the account's own token.

        ``callback`` may hold ``{reference}``, which each message fills with its own.
        One of ``sender`` (a number or a name) and ``service`` (a messaging service) is needed (ValueError).
        """
        if bool(sender) == bool(service):
            raise ValueError("either a sender or a messaging service")
        self._line = ServiceClient(
            client=http, name="twilio", down=SmsDownError, busy=SmsBusyError, timing=timing, patience=patience
        )
        self._url = f"{base}/{_VERSION}/Accounts/{account}/Messages.json"
        login = base64.b64encode(f"{user or account}:{secret}".encode()).decode()
        self._headers = {"Authorization": f"Basic {login}", "Accept": "application/json"}
        fixed = {"From": sender, "MessagingServiceSid": service, "StatusCallback": callback}
        self._fixed = {name: value for name, value in fixed.items() if value}

    async def send(self, sms: Sms) -> SentSms:
        """Send a message.

        Raises:
            SmsNumberError: the number cannot receive it.
            SmsRejectedError: the message is not accepted.
            SmsRefusedError: our credentials are not accepted.
            SmsDownError: no answer; ``uncertain`` where it may have gone.
            SmsBusyError: asked to wait.

        """
        to, text = checked(sms)

        async def ask() -> Ask:
            form = self._fixed | {"To": to, "Body": text}
            if "StatusCallback" in form:
                form["StatusCallback"] = form["StatusCallback"].replace("{reference}", sms.reference)
            return Ask(method="POST", url=self._url, headers=self._headers, form=form)

        answer = await self._line.call(ask, repeatable=False)
        found = answer.mapping() or {}
        if not answer.well:
            raise _refusal(answer, found)
        if not found.get("sid"):
            raise SmsDownError(uncertain=True)
        status = _STATUSES.get(str(found.get("status")), SmsStatus.QUEUED)
        parts = str(found.get("num_segments"))
        return SentSms(provider_id=str(found["sid"]), status=status, parts=int(parts) if parts.isdigit() else 1)


def _refusal(answer: Answer, found: Mapping[str, Any]) -> OutsideError:
    if answer.status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
        return SmsRefusedError()
    code = found.get("code")
    return SmsNumberError() if code in _NUMBER_CODES else SmsRejectedError(str(code or f"HTTP {answer.status}"))


Form = Mapping[str, Sequence[str]]


def read_form(body: bytes) -> dict[str, list[str]]:
    """Return the fields of a form post, empty ones too."""
    return parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True)


def signature(token: str, url: str, form: Form) -> str:
    """Return what Twilio signs a callback with: the address, then every field with its values, sorted."""
    fields = "".join(name + value for name in sorted(form) for value in sorted(set(form[name])))
    digest = hmac.new(token.encode(), (url + fields).encode(), hashlib.sha1).digest()
    return base64.b64encode(digest).decode()


def verify(token: str, url: str, body: bytes, given: str) -> dict[str, list[str]]:
    """Return the fields of a callback to one of our addresses (SignatureError: Twilio did not sign it).

    ``url`` is the address as the world sees it; Twilio sometimes writes its port and sometimes not.
    """
    form = read_form(body)
    matches = [hmac.compare_digest(signature(token, one, form).encode(), given.encode()) for one in _written(url)]
    if not any(matches):
        raise SignatureError
    return form


def _written(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    host = parts.netloc.rsplit("@", 1)[-1]
    bare = host.rsplit(":", 1)[0] if parts.port else host
    ported = f"{bare}:{parts.port or _PORTS.get(parts.scheme, 443)}"
    return urlunsplit(parts._replace(netloc=bare)), urlunsplit(parts._replace(netloc=ported))


def read_report(form: Form) -> SmsReport | None:
    """Return what a verified status callback tells; None for a status that is none of a message we sent."""
    status = _STATUSES.get(_one(form, "MessageStatus") or _one(form, "SmsStatus"))
    sid = _one(form, "MessageSid") or _one(form, "SmsSid")
    if status is None or not sid:
        return None
    return SmsReport(provider_id=sid, status=status, to=_one(form, "To"), reason=_one(form, "ErrorCode"))


def read_reply(form: Form) -> SmsReply | None:
    """Return the message that a verified callback brings; None where it brings none."""
    sid, sender = _one(form, "MessageSid"), _one(form, "From")
    if "Body" not in form or not sid or not sender:
        return None
    pictures = _one(form, "NumMedia")
    return SmsReply(
        provider_id=sid,
        sender=sender,
        text=_one(form, "Body"),
        pictures=int(pictures) if pictures.isdigit() else 0,
    )


def _one(form: Form, name: str) -> str:
    return next(iter(form.get(name, ())), "")
