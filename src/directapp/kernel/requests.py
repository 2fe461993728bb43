"""What others send: bodies taken within a size, addresses split whatever they are."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import SplitResult, urlsplit

from directapp.kernel.errors import Problem, TooLargeError

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
