"""Guarded calls: to addresses that a customer chose, over https, and never into our own network.

Where a name leads is looked up once, judged, and that very address is called (no DNS rebinding); nothing is followed.
"""

import asyncio
import ipaddress
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import SplitResult, urlsplit, urlunsplit

import httpx2

from directapp.connectors.outgoing import AGENT
from directapp.kernel.text import Text, _

_SECONDS = 15.0
_NOT_HTTPS = _("The address must begin with https://.")
_PRIVATE = _("The address leads into a private network.")


class RefusedAddressError(Exception):
    """The address leads into our own network, or is none."""

    def __init__(self, reason: Text) -> None:
        """Keep why."""
        super().__init__(reason.english)
        self.reason = reason


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardedAnswer:
    """What the other side answered; ``whole`` is whether the body was not longer than what was to be read."""

    status: int
    headers: httpx2.Headers = field(repr=False)
    body: bytes = field(repr=False)
    whole: bool


@dataclass(slots=True, kw_only=True)
class GuardedClient:
    """Calls addresses of strangers; ``private`` allows those of our own network, for tests and trials."""

    private: bool = False
    _client: httpx2.AsyncClient = field(init=False, repr=False)

    def __post_init__(self) -> None:
        # No proxy of the environment: it would look the name up again, after we have looked where it leads. No
        # connection is kept: another name that leads to the same address would be called without its certificate.
        self._client = httpx2.AsyncClient(
            timeout=_SECONDS,
            follow_redirects=False,
            trust_env=False,
            headers={"User-Agent": AGENT, "Accept-Encoding": "identity"},
            limits=httpx2.Limits(max_keepalive_connections=0),
        )

    async def close(self) -> None:
        """Let go of open connections."""
        await self._client.aclose()

    async def call(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        content: bytes | None = None,
        most: int,
    ) -> GuardedAnswer:
        """Call an address and return what was answered, whatever it was; ``most`` bytes of the body are read.

        Raises:
            RefusedAddressError: the address is not one to call.
            OSError: nobody answers there, or not within 15 seconds.

        """
        try:
            parts = urlsplit(url)
            host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
        except ValueError as error:
            raise RefusedAddressError(_NOT_HTTPS) from error
        if parts.scheme != "https" and not self.private:
            raise RefusedAddressError(_NOT_HTTPS)
        try:
            async with asyncio.timeout(_SECONDS):
                target = _pinned(parts, await self._where(host, port), port)
                named = {"host": parts.netloc.rpartition("@")[2], **(headers or {})}
                request = self._client.build_request(
                    method, target, headers=named, content=content, extensions={"sni_hostname": host}
                )
                return await self._read(request, most)
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            raise OSError(type(error).__name__) from error

    async def _read(self, request: httpx2.Request, most: int) -> GuardedAnswer:
        answer = await self._client.send(request, stream=True)
        body = bytearray()
        try:
            async for chunk in answer.aiter_raw():
                body += chunk
                if len(body) > most:
                    break
        finally:
            await answer.aclose()
        whole = len(body) <= most
        return GuardedAnswer(status=answer.status_code, headers=answer.headers, body=bytes(body[:most]), whole=whole)

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


def _pinned(parts: SplitResult, address: str, port: int) -> str:
    shown = f"[{address}]" if ":" in address else address
    return urlunsplit(parts._replace(netloc=f"{shown}:{port}", fragment=""))


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
