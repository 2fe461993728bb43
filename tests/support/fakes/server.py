"""A small HTTP server that a fake builds on: real sockets, scripted replies, hang-ups and delays."""

import asyncio
import json
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Self
from urllib.parse import parse_qs, parse_qsl, urlsplit

import h11


@dataclass(frozen=True, slots=True)
class Heard:
    """A request as it arrived."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)

    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.body.decode(), keep_blank_values=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What the fake says; ``hang`` says nothing for so many seconds, ``cut`` hangs up in the middle of the body."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    hang: float = 0.0
    cut: bool = False


def as_json(found: Any, status: int = 200, **headers: str) -> Reply:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply(status=status, body=json.dumps(found).encode(), headers={"content-type": "application/json"} | named)


def as_text(words: str, status: int = 200, **headers: str) -> Reply:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply(status=status, body=words.encode(), headers={"content-type": "text/plain; charset=utf-8"} | named)


class Fake:
    """A service on a free port; scripted replies go before its own."""

    def __init__(self) -> None:
        self.heard: list[Heard] = []
        self.delay = 0.0
        self.most_at_once = 0
        self._at_once = 0
        self._script: deque[Reply] = deque()
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._server is not None:
            self._server.close()
            for writer in list(self._open):
                writer.close()
            await self._server.wait_closed()

    @property
    def base(self) -> str:
        assert self._server is not None
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    def then(self, *replies: Reply) -> None:
        """Answer the next requests so, whatever they ask."""
        self._script.extend(replies)

    async def answer(self, heard: Heard) -> Reply:
        raise NotImplementedError

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        try:
            await _Conversation(reader, writer).run(self._respond)
        except (ConnectionError, asyncio.IncompleteReadError, h11.RemoteProtocolError):
            pass
        finally:
            self._open.discard(writer)
            writer.close()

    async def _respond(self, heard: Heard) -> Reply:
        self.heard.append(heard)
        self._at_once += 1
        self.most_at_once = max(self.most_at_once, self._at_once)
        try:
            if self.delay:
                await asyncio.sleep(self.delay)
            return self._script.popleft() if self._script else await self.answer(heard)
        finally:
            self._at_once -= 1


class _Conversation:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self._state = h11.Connection(h11.SERVER)

    async def run(self, respond: Callable[[Heard], Awaitable[Reply]]) -> None:
        while (heard := await self._hear()) is not None:
            reply = await respond(heard)
            if reply.hang:
                await asyncio.sleep(reply.hang)
            if not await self._say(reply):
                return
            self._state.start_next_cycle()

    async def _hear(self) -> Heard | None:
        request: h11.Request | None = None
        body = b""
        while True:
            event = self._state.next_event()
            if event is h11.NEED_DATA:
                self._state.receive_data(await self._reader.read(65536))
            elif isinstance(event, h11.Request):
                request = event
            elif isinstance(event, h11.Data):
                body += bytes(event.data)
            elif isinstance(event, h11.EndOfMessage) and request is not None:
                return _heard(request, body)
            else:
                return None

    async def _say(self, reply: Reply) -> bool:
        headers = dict(reply.headers)
        if reply.status not in {204, 304}:
            headers["content-length"] = str(len(reply.body) + (10 if reply.cut else 0))
        head = h11.Response(status_code=reply.status, headers=list(headers.items()))
        self._writer.write(self._state.send(head) or b"")
        if reply.body:
            self._writer.write(self._state.send(h11.Data(data=reply.body)) or b"")
        if reply.cut:
            await self._writer.drain()
            return False
        self._writer.write(self._state.send(h11.EndOfMessage()) or b"")
        await self._writer.drain()
        return self._state.our_state is h11.DONE and self._state.their_state is h11.DONE


def _heard(request: h11.Request, body: bytes) -> Heard:
    target = urlsplit(request.target.decode())
    query = {name: values[-1] for name, values in parse_qs(target.query, keep_blank_values=True).items()}
    headers = {name.decode().lower(): value.decode() for name, value in request.headers}
    return Heard(request.method.decode(), target.path, query, headers, body)
