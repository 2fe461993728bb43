"""Sveve: text messages out by a Norwegian provider; its callbacks are unsigned, so their address holds a secret."""

import asyncio
import hmac
import re
from collections.abc import Mapping
from typing import Any

import httpx2

from directapp.connectors.failures import OutsideError, SignatureError
from directapp.connectors.outgoing import IN_BACKGROUND, REAL, Ask, Patience, ServiceClient, Timing
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
    can_receive,
    checked,
)

BASE = "https://sveve.no"
_AT_ONCE = 5
_NORWAY = "+47"
_WITH_COUNTRY = re.compile(r"47[2-9]\d{7}")
_CREDENTIALS = ("brukernavn", "passord")


class Sveve:
    """Sends text messages, five at once at most; one that may have gone is never sent again by itself."""

    def __init__(
        self,
        http: httpx2.AsyncClient,
        *,
        user: str,
        password: str,
        sender: str,
        base: str = BASE,
        test: bool = False,
        timing: Timing = REAL,
        patience: Patience = IN_BACKGROUND,
    ) -> None:
        """Keep the account; with ``test`` the provider checks messages but sends none."""
        self._line = ServiceClient(
            client=http, name="sveve", down=SmsDownError, busy=SmsBusyError, timing=timing, patience=patience
        )
        self._url = f"{base}/SMS/SendMessage"
        self._account = {"user": user, "passwd": password, "f": "json", "test": test}
        self._sender = sender
        self._places = asyncio.Semaphore(_AT_ONCE)

    async def send(self, sms: Sms) -> SentSms:
        """Send a message (errors as Twilio's)."""
        to, text = checked(sms)
        # An answer to a number of ours arrives there; where ours is a name, the provider lends a number.
        lent = sms.reply and not can_receive(self._sender)
        message = {"to": to.removeprefix(_NORWAY), "msg": text, "from": self._sender, "reply": lent}
        body = self._account | {"messages": [message | ({"ref": sms.reference} if sms.reference else {})]}

        async def ask() -> Ask:
            return Ask(method="POST", url=self._url, headers={"Accept": "application/json"}, json=body)

        async with self._places:
            answer = await self._line.call(ask, repeatable=False)
        found = (answer.mapping() or {}).get("response")
        if not answer.well:
            raise SmsRejectedError(f"HTTP {answer.status}")
        if not isinstance(found, dict):
            raise SmsDownError(uncertain=True)
        return _sent(found)


def _sent(found: Mapping[str, Any]) -> SentSms:
    if fatal := found.get("fatalError"):
        raise _fatal(str(fatal))
    ids = found.get("ids")
    if not isinstance(ids, list) or not ids:
        raise SmsNumberError if found.get("errors") else SmsDownError(uncertain=True)
    parts = found.get("stdSMSCount")
    return SentSms(
        provider_id=str(ids[0]), status=SmsStatus.QUEUED, parts=parts if isinstance(parts, int) and parts > 0 else 1
    )


def _fatal(said: str) -> OutsideError:
    """Return the error of a refusal, which Sveve answers with status 200."""
    refused = all(word in said.casefold() for word in _CREDENTIALS)
    return SmsRefusedError() if refused else SmsRejectedError("fatalError")


def admit(expected: str, given: str) -> None:
    """Let a callback in whose address carries our secret (SignatureError: it does not)."""
    if not expected or not hmac.compare_digest(expected.encode(), given.encode()):
        raise SignatureError


def read_report(query: Mapping[str, str]) -> SmsReport | None:
    """Return what an admitted delivery report tells; None where it is none."""
    said, provider_id = query.get("status", "").casefold(), query.get("id", "")
    if said not in {"true", "false"} or not provider_id:
        return None
    delivered = said == "true"
    return SmsReport(
        provider_id=provider_id,
        status=SmsStatus.DELIVERED if delivered else SmsStatus.FAILED,
        to=query.get("number", ""),
        reference=query.get("ref", ""),
        reason="" if delivered else query.get("errorCode", ""),
    )


def read_reply(query: Mapping[str, str]) -> SmsReply | None:
    """Return the message that an admitted call brings; None where it brings none.

    An answer names the message it answers; one to a number or code word of ours does not.
    """
    sender, text = query.get("number", ""), query.get("msg")
    if text is None or not sender:
        return None
    full = f"+{sender}" if _WITH_COUNTRY.fullmatch(sender) else sender
    return SmsReply(provider_id="", sender=full, text=text, answers=query.get("id", ""))
