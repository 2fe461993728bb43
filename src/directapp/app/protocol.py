"""The server's side of a connection: headers arrive within seconds and within a size, or it is closed."""

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEADER_SECONDS = 15.0
_MOST_HEADER_BYTES = 64 * 1024
LINGER_SECONDS = 2.0
_TOO_LARGE = b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
_UNREAD = b"HTTP/1.1 400 Bad Request\r\ncontent-type: text/plain\r\ncontent-length: %d\r\nconnection: close\r\n\r\n%b"


class BoundedProtocol(HttpToolsProtocol):
    """Uvicorn's protocol with an end to waiting for a request that was begun, and to its headers' size.

    Uvicorn's own keep-alive time counts between requests only: for the rest of a header it waits for ever.
    """

    def __init__(self, *args: Any, **more: Any) -> None:
        """Take what Uvicorn gives."""
        super().__init__(*args, **more)
        self._deadline: asyncio.TimerHandle | None = None
        self._header_bytes = 0
        self._refused = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for the first request."""
        super().connection_made(transport)
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop waiting."""
        self._wait_no_more()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read on; of a sender that was refused nothing is heard any more."""
        if not self._refused:
            super().data_received(data)

    def send_400_response(self, msg: str) -> None:
        """Refuse what is no HTTP."""
        self._refuse(_UNREAD % (len(msg), msg.encode("ascii")))

    def on_message_begin(self) -> None:
        """Begin to wait for a request's headers."""
        super().on_message_begin()
        self._header_bytes = 0
        if self._deadline is None:
            self._wait()

    def on_url(self, url: bytes) -> None:
        """Count the address."""
        super().on_url(url)
        self._count(len(url))

    def on_header(self, name: bytes, value: bytes) -> None:
        """Count a header."""
        super().on_header(name, value)
        self._count(len(name) + len(value))

    def on_headers_complete(self) -> None:
        """Hand the request on; one whose headers were too large has been answered."""
        if self._header_bytes <= _MOST_HEADER_BYTES:
            self._wait_no_more()
            super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Take part of a body; that of a request which was refused goes nowhere."""
        if self.cycle is not None:
            super().on_body(body)

    def on_message_complete(self) -> None:
        """End a request; one that was refused has ended."""
        if self.cycle is not None:
            super().on_message_complete()

    def _count(self, size: int) -> None:
        self._header_bytes += size
        if self._header_bytes > _MOST_HEADER_BYTES:
            self._refuse(_TOO_LARGE)

    def _refuse(self, answer: bytes) -> None:
        """Answer, and close a little later: a connection closed on bytes not yet read is reset, answer and all."""
        if self._refused or self.transport.is_closing():
            return
        self._refused = True
        self._wait_no_more()
        self.transport.write(answer)
        if self.transport.can_write_eof():
            self.transport.write_eof()
        self._deadline = self.loop.call_later(LINGER_SECONDS, self.transport.close)

    def _wait(self) -> None:
        self._deadline = self.loop.call_later(HEADER_SECONDS, self.transport.close)

    def _wait_no_more(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
