"""What others send: bodies taken within a size, addresses split whatever they are."""

from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Any
from urllib.parse import SplitResult, urlsplit

from directapp.kernel.errors import Problem, TooLargeError, TooManyError

# Whoever has an IPv6 address has as many as they like of its network.
_IPV6_SITE, _LONGEST = 64, 64
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]


def bounded(receive: Receive, most: int, problem: Problem) -> Receive:
    """Return a ``receive`` that takes at most so many bytes of a body.

    What it returns raises TooLargeError with the problem as soon as there are more.
    """
    taken = 0

    async def bounded_receive() -> MutableMapping[str, Any]:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        if taken > most:
            raise TooLargeError(problem)
        return message

    return bounded_receive


def split_address(address: str) -> SplitResult:
    """Return the parts of an address; one that cannot be read has none."""
    try:
        return urlsplit(address)
    except ValueError:
        return SplitResult("", "", "", "", "")


def admit(state: Mapping[str, Any]) -> None:
    """Refuse a request that was found to be one too many (TooManyError); ``state`` is what the server gave it along."""
    refused = state.get("too_many")
    if isinstance(refused, TooManyError):
        raise refused


def is_origin(text: str) -> bool:
    """Whether a text is an origin as browsers send it: scheme, host and port, and nothing more."""
    parts = split_address(text)
    return (
        parts.scheme in {"https", "http"}
        and bool(parts.hostname)
        and text == f"{parts.scheme}://{parts.netloc}".lower()
    )


def network_of(address: str) -> str:
    """Return what an address counts as: itself, of IPv6 its whole site; whatever is no address as it stands."""
    try:
        known = ip_address(address)
    except ValueError:
        return address[:_LONGEST]
    if isinstance(known, IPv6Address):
        known = known.ipv4_mapped or ip_network((known, _IPV6_SITE), strict=False).network_address
    return str(known)
