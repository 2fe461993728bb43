"""Webhooks out: a signed message to an address that a customer chose, never into our own network."""

import asyncio
import ipaddress
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlsplit, urlunsplit

import httpx2

from directapp.connectors.outgoing import AGENT
from directapp.connectors.svix import signed_headers
from directapp.kernel.text import Text, _

_SECONDS = 15.0
_MOST_READ = 64 * 1024
_LONGEST_WAIT = 86_400.0
_NOT_HTTPS = _("The address must begin with https://.")
_PRIVATE = _("The address leads into a private network.")


class RefusedAddressError(Exception):
    """The address leads into our own network, or is none."""

    def __init__(self, reason: Text) -> None:
        """Keep why."""
        super().__init__(reason.english)
        self.reason = reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What the other side answered."""

    status: int
    retry_after: float | None = None


@dataclass(slots=True, kw_only=True)
class WebhookSender:
    """Sends messages; ``private`` allows addresses of our own network, for tests and trials."""

    private: bool = False
    _client: httpx2.AsyncClient = field(init=False, repr=False)

    def __post_init__(self) -> None:
        # No proxy of the environment: it would look the name up again, after we have looked where it leads.
        self._client = httpx2.AsyncClient(
            timeout=_SECONDS, follow_redirects=False, trust_env=False, headers={"User-Agent": AGENT}
        )

    async def close(self) -> None:
        """Let go of open connections."""
        await self._client.aclose()

    async def send(self, url: str, secret: str, message_id: str, sent: datetime, body: bytes) -> Answered:
        """Send one message and return what was answered, whatever it was.

        Raises:
            RefusedAddressError: the address is not one to send to.
            OSError: nobody answers there.

        """
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
        if parts.scheme != "https" and not self.private:
            raise RefusedAddressError(_NOT_HTTPS)
        address = await self._where(host, port)
        shown = f"[{address}]" if ":" in address else address
        target = urlunsplit(parts._replace(netloc=f"{shown}:{port}", fragment=""))
        headers = {
            "host": parts.netloc.rpartition("@")[2],
            "content-type": "application/json",
            **signed_headers(secret, message_id, sent, body),
        }
        try:
            return await self._post(target, host, headers, body)
        except httpx2.HTTPError as error:
            raise OSError(type(error).__name__) from error

    async def _post(self, target: str, host: str, headers: Mapping[str, str], body: bytes) -> Answered:
        request = self._client.build_request(
            "POST", target, headers=dict(headers), content=body, extensions={"sni_hostname": host}
        )
        answer = await self._client.send(request, stream=True)
        try:
            read = 0
            async for chunk in answer.aiter_raw():
                read += len(chunk)
                if read > _MOST_READ:
                    break
        finally:
            await answer.aclose()
        return Answered(status=answer.status_code, retry_after=_seconds(answer.headers.get("retry-after")))

    async def _where(self, host: str, port: int) -> str:
        """Return the address to connect to: looked up once, so that what was judged is what is called."""
        try:
            found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (socket.gaierror, UnicodeError) as error:
            raise OSError("there is no such host") from error
        addresses = [str(entry[4][0]) for entry in found]
        if not self.private and not all(is_public(address) for address in addresses):
            raise RefusedAddressError(_PRIVATE)
        return addresses[0]


def is_public(address: str) -> bool:
    """Whether an IP address lies in the open internet, also when it is an IPv4 one in IPv6's clothes."""
    parsed = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(parsed, ipaddress.IPv6Address):
        inner = parsed.ipv4_mapped or parsed.sixtofour or (parsed.teredo[1] if parsed.teredo else None)
        if inner is not None:
            return is_public(str(inner))
        if parsed in ipaddress.IPv6Network("64:ff9b::/96"):
            return is_public(str(ipaddress.IPv4Address(int(parsed) & 0xFFFFFFFF)))
    return parsed.is_global and not parsed.is_multicast


def _seconds(text: str | None) -> float | None:
    try:
        return min(max(float(text), 0.0), _LONGEST_WAIT) if text is not None else None
    except ValueError:
        return None
