"""Webhooks out: a signed message to an address that a customer chose."""

from dataclasses import dataclass
from datetime import datetime

from directapp.connectors.guarded import GuardedClient
from directapp.connectors.svix import signed_headers

_MOST_READ = 64 * 1024
_LONGEST_WAIT = 86_400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What the other side answered."""

    status: int
    retry_after: float | None = None


@dataclass(frozen=True, slots=True)
class WebhookSender:
    """Sends messages by the client that goes nowhere but into the open internet."""

    client: GuardedClient

    async def send(self, url: str, secret: str, message_id: str, sent: datetime, body: bytes) -> Answered:
        """Send one message and return what was answered, whatever it was.

        Raises:
            RefusedAddressError: the address is not one to send to.
            OSError: nobody answers there.

        """
        headers = {"content-type": "application/json", **signed_headers(secret, message_id, sent, body)}
        answer = await self.client.call("POST", url, headers=headers, content=body, most=_MOST_READ)
        return Answered(status=answer.status, retry_after=_seconds(answer.headers.get("retry-after")))


def _seconds(text: str | None) -> float | None:
    try:
        return min(max(float(text), 0.0), _LONGEST_WAIT) if text is not None else None
    except ValueError:
        return None
