"""A mail server on loopback."""

import asyncio
from dataclasses import dataclass, field
from typing import Self

REFUSALS = {
    b"nobody@": b"550 5.1.1 no such person",
    b"closed@": b"550 5.2.1 mailbox disabled",
    b"terse@": b"550 no",
    b"moved@": b"551 not here",
    b"stranger@": b"550 5.7.1 we take nothing from you",
    b"full@": b"552 5.2.2 mailbox full",
    b"later@": b"450 4.2.1 later",
}


@dataclass
class FakeSmtp:
    """A mail server on loopback: takes letters, refuses the addresses that say how, keeps what it was told."""

    port: int = 0
    wide: bool = False
    letters: list[bytes] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    _server: asyncio.Server = field(init=False)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 post\r\n")
        while line := await reader.readline():
            word = line.split(None, 1)[0].upper() if line.split() else b""
            self.told.append(line.decode().strip())
            refused = [answer for name, answer in REFUSALS.items() if word == b"RCPT" and name in line]
            if word == b"EHLO":
                writer.write(b"250-post\r\n%b250 8BITMIME\r\n" % (b"250-SMTPUTF8\r\n" if self.wide else b""))
            elif refused:
                writer.write(refused[0] + b"\r\n")
            elif word == b"DATA":
                writer.write(b"354 go on\r\n")
                self.letters.append(await reader.readuntil(b"\r\n.\r\n"))
                writer.write(b"250 taken\r\n")
            elif word == b"QUIT":
                writer.write(b"221 bye\r\n")
                break
            else:
                writer.write(b"250 ok\r\n")
        writer.close()

    async def __aenter__(self) -> Self:
        """Listen."""
        self._server = await asyncio.start_server(self.serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop."""
        self._server.close()
        await self._server.wait_closed()
