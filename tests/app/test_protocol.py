"""Connections that never finish what they began, and headers without end."""

import asyncio
import socket
from collections.abc import AsyncIterator
from typing import Any

import pytest
import uvicorn

from directapp.app import protocol
from directapp.app.protocol import BoundedProtocol
from directapp.app.web import patient


async def answer(scope: Any, receive: Any, send: Any) -> None:
    assert scope["type"] == "http"
    receive = patient(receive, 0.3, 1.0)
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            status, size = 408, 0
            break
        status, size = 200, size + len(message["body"])
        if not message["more_body"]:
            break
    body = str(size).encode()
    await send({"type": "http.response.start", "status": status, "headers": [(b"content-length", b"%d" % len(body))]})
    await send({"type": "http.response.body", "body": body})


@pytest.fixture
async def port(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[int]:
    monkeypatch.setattr(protocol, "HEADER_SECONDS", 0.3)
    config = uvicorn.Config(answer, http=BoundedProtocol, lifespan="off", log_config=None)
    server = uvicorn.Server(config)
    server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        serving = asyncio.create_task(server.serve([listening]))
        while not server.started:
            await asyncio.sleep(0.01)
        yield listening.getsockname()[1]
        server.should_exit = True
        await serving


async def exchange(port: int, *parts: bytes) -> bytes:
    """Send parts, then read until the other side has closed."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        for part in parts:
            writer.write(part)
            await writer.drain()
        async with asyncio.timeout(20):
            return await reader.read()
    except ConnectionResetError:
        return b""
    finally:
        writer.close()


@pytest.mark.parametrize("said", [b"", b"GET / HT", b"GET / HTTP/1.1\r\nHost: a\r\nX-Slow: "])
async def test_a_request_that_never_comes_whole_is_given_up(port: int, said: bytes) -> None:
    assert await exchange(port, said) == b""


async def test_a_second_request_on_a_connection_is_given_up_as_well(port: int) -> None:
    told = await exchange(port, b"GET / HTTP/1.1\r\nHost: a\r\n\r\n", b"GET /again HTTP/1.1\r\nX-Slow: ")
    assert told.count(b"HTTP/1.1 200") == 1


async def test_a_body_that_stops_coming_is_given_up(port: int) -> None:
    head = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\nConnection: close\r\n\r\n"
    assert (await exchange(port, head, b"12345")).startswith(b"HTTP/1.1 408")
    assert (await exchange(port, head, b"12345", b"67890")).endswith(b"\r\n\r\n10")


async def test_a_body_that_comes_in_drops_is_given_up() -> None:
    async def drop() -> dict[str, Any]:
        await asyncio.sleep(0.05)
        return {"type": "http.request", "body": b"1", "more_body": True}

    receive = patient(drop, 5.0, 0.4)
    async with asyncio.timeout(4):
        taken = 0
        while (await receive())["type"] == "http.request":
            taken += 1
    assert 1 < taken < 20


@pytest.mark.parametrize("headers", [b"X-Long: " + b"a" * 70_000, b"".join(b"X-%d: a\r\n" % n for n in range(20_000))])
async def test_headers_without_end_are_refused(port: int, headers: bytes) -> None:
    told = await exchange(port, b"GET / HTTP/1.1\r\nHost: a\r\n", headers, b"\r\n\r\n")
    assert told.startswith(b"HTTP/1.1 431")


@pytest.mark.parametrize(
    "said", [b"FOO / HTTP/1.1\r\n\r\n", b"\x16\x03\x01\x02", b"GET / HTTP/1.1\r\nX: a\x00\r\n\r\n"]
)
async def test_what_is_no_http_is_answered_however_much_follows(port: int, said: bytes) -> None:
    assert (await exchange(port, said, b"x" * 3_000_000)).startswith(b"HTTP/1.1 400")


async def test_what_comes_whole_is_answered(port: int) -> None:
    head = b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
    assert (await exchange(port, head)).startswith(b"HTTP/1.1 200")
