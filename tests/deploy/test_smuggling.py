"""The proxies of deploy/, run as they stand there: where one request ends, all agree, and nobody says who they are."""

import asyncio
import json
import shutil
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import uvicorn

from directapp.app.protocol import BoundedProtocol
from support.program import free_port
from support.proxies import SET_UP, run

HOST = b"Host: localhost\r\n"
HIDDEN = b"GET /hidden HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-For: 6.6.6.6\r\n\r\n"
PROXIES = [
    pytest.param(name, marks=pytest.mark.skipif(not shutil.which(name), reason=f"no {name} here"))
    for name in ("nginx", "caddy")
]


def post(framing: bytes, body: bytes) -> bytes:
    return b"POST /outer HTTP/1.1\r\n" + HOST + framing + b"\r\n" + body


CHUNKED = b"Transfer-Encoding: chunked\r\n"
ENDED = b"0\r\n\r\n" + HIDDEN
ALL = b"Content-Length: %d\r\n" % len(ENDED)
# What the ends of a connection may read in two ways: by each reading, the hidden request is a body or a request.
AMBIGUOUS = {
    "length and chunks": post(ALL + CHUNKED, ENDED),
    "chunks and length": post(CHUNKED + b"Content-Length: 4\r\n", b"%x\r\n" % len(HIDDEN) + HIDDEN + b"\r\n0\r\n\r\n"),
    "two lengths": post(b"Content-Length: 0\r\n" + ALL, ENDED),
    "lengths in a list": post(b"Content-Length: 0, %d\r\n" % len(ENDED), ENDED),
    "a length with a sign": post(b"Content-Length: +%d\r\n" % len(ENDED), ENDED),
    "a length in another base": post(b"Content-Length: 0x%x\r\n" % len(ENDED), ENDED),
    "a length with a space": post(b"Content-Length : %d\r\n" % len(ENDED), ENDED),
    "an unknown coding": post(ALL + b"Transfer-Encoding: xchunked\r\n", ENDED),
    "a coding with a space before": post(ALL + b"Transfer-Encoding : chunked\r\n", ENDED),
    "a coding behind a tab": post(ALL + b"Transfer-Encoding:\x0bchunked\r\n", ENDED),
    "a coding behind another": post(ALL + b"Transfer-Encoding: chunked, identity\r\n", ENDED),
    "two codings": post(ALL + CHUNKED + b"Transfer-Encoding: identity\r\n", ENDED),
    "a coding on a folded line": post(ALL + b"Transfer-Encoding:\r\n chunked\r\n", ENDED),
    "a coding behind a bare return": post(ALL + b"X-Note: a\rTransfer-Encoding: chunked\r\n", ENDED),
    "a coding behind a bare feed": post(ALL + b"X-Note: a\nTransfer-Encoding: chunked\r\n", ENDED),
    "an underlined coding": post(ALL + b"Transfer_Encoding: chunked\r\n", ENDED),
    "chunks in an old request": post(ALL + CHUNKED, ENDED).replace(b"HTTP/1.1", b"HTTP/1.0", 1),
    "chunks ended by bare feeds": post(CHUNKED, b"0\n\n" + HIDDEN),
    "a chunk's extension with a bare feed": post(CHUNKED, b"1;\n" + b"a\r\n0\r\n\r\n" + HIDDEN),
    "a chunk's size beyond counting": post(CHUNKED, b"10000000000000000\r\n" + HIDDEN),
    "a chunk longer than it says": post(CHUNKED, b"1\r\n" + HIDDEN + b"\r\n0\r\n\r\n"),
    "a body of a request without one": b"GET /outer HTTP/1.1\r\n" + HOST + ALL + b"\r\n" + ENDED,
}
INJECTED = {
    "in the address": b"GET /outer%0d%0aX-Injected:%201 HTTP/1.1\r\n" + HOST + b"\r\n",
    "in the address, bare": b"GET /outer\rX-Injected: 1 HTTP/1.1\r\n" + HOST + b"\r\n",
    "in the query": b"GET /outer?a=%0d%0a%0d%0aGET%20/hidden HTTP/1.1\r\n" + HOST + b"\r\n",
    "in the host": b"GET /outer HTTP/1.1\r\nHost: localhost\rX-Injected: 1\r\n\r\n",
    "in a value": b"GET /outer HTTP/1.1\r\n" + HOST + b"X-Note: a\rX-Injected: 1\r\n\r\n",
    "by an empty value": b"GET /outer HTTP/1.1\r\n" + HOST + b"X-Note: a\0X-Injected: 1\r\n\r\n",
}


@dataclass
class Behind:
    """What the application would have been asked, in order, but for the proxies' own questions."""

    port: int = 0
    asked: list[dict[str, Any]] = field(default_factory=list)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        size, more = 0, True
        while more:
            message = await receive()
            size += len(message.get("body", b""))
            more = message.get("more_body", False)
        heard = {
            "path": scope["path"],
            "size": size,
            "headers": [[n.decode(), v.decode()] for n, v in scope["headers"]],
        }
        if not scope["path"].startswith("/server/"):
            self.asked.append(heard)
        body = json.dumps(heard).encode()
        headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})


@pytest.fixture(scope="module")
async def behind() -> AsyncIterator[Behind]:
    behind = Behind()
    config = uvicorn.Config(behind, port=0, http=BoundedProtocol, lifespan="off", log_config=None, proxy_headers=False)
    server = uvicorn.Server(config)
    server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
    serving = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    behind.port = server.servers[0].sockets[0].getsockname()[1]
    yield behind
    server.should_exit = True
    await serving


@dataclass(frozen=True)
class Proxy:
    """A proxy that runs, before what records who was asked what."""

    port: int
    behind: Behind

    async def say(self, sent: bytes) -> bytes:
        """Send bytes over TLS and return what is answered until it is silent."""
        trusting = ssl.create_default_context()
        trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
        reader, writer = await asyncio.open_connection(
            "127.0.0.1", self.port, ssl=trusting, server_hostname="localhost"
        )
        answer = b""
        try:
            writer.write(sent)
            async with asyncio.timeout(0.5):
                while part := await reader.read(65536):
                    answer += part
        except (TimeoutError, OSError):
            pass
        finally:
            writer.transport.abort()
        return answer

    async def ask(self, path: str, headers: bytes = b"") -> dict[str, Any]:
        """Ask as a browser does and return what was asked behind."""
        sent = f"GET {path} HTTP/1.1\r\n".encode() + HOST + headers + b"Connection: close\r\n\r\n"
        heard: dict[str, Any] = json.loads((await self.say(sent)).partition(b"\r\n\r\n")[2])
        return heard


@pytest.fixture(scope="module", params=PROXIES)
async def proxy(
    request: pytest.FixtureRequest, behind: Behind, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Proxy]:
    folder, port = tmp_path_factory.mktemp(request.param), free_port()
    found = Proxy(port, behind)
    with run(SET_UP[request.param](folder, behind.port, port), folder):
        async with asyncio.timeout(30):
            while True:
                try:
                    await found.ask("/first")
                except (OSError, ValueError):
                    await asyncio.sleep(0.1)
                else:
                    break
        yield found


def marked(heard: dict[str, Any]) -> bool:
    """Whether a proxy has seen this as a request of its own, and said so in place of the visitor."""
    return (values(heard, "x-forwarded-for"), values(heard, "x-forwarded-proto")) == (["127.0.0.1"], ["https"])


def values(heard: dict[str, Any], name: str) -> list[str]:
    return [value for n, value in heard["headers"] if n == name]


async def test_no_request_hides_in_another(proxy: Proxy) -> None:
    proxy.behind.asked.clear()
    named = {name: sent.replace(b"/outer", b"/%d" % n) for n, (name, sent) in enumerate((AMBIGUOUS | INJECTED).items())}
    await asyncio.gather(*(proxy.say(sent) for sent in named.values()))
    # What the proxy did not see as a request has not its mark, and a later visitor would get its answer.
    unmarked = [one for one in proxy.behind.asked if not marked(one) or values(one, "x-injected")]
    assert unmarked == [], named
    later = [f"/later/{n}" for n in range(8)]
    assert [one["path"] for one in await asyncio.gather(*map(proxy.ask, later))] == later


async def test_a_hidden_request_would_be_seen(behind: Behind) -> None:
    behind.asked.clear()
    reader, writer = await asyncio.open_connection("127.0.0.1", behind.port)
    writer.write(post(b"Content-Length: 0\r\n", HIDDEN.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")))
    await reader.read()
    writer.close()
    assert [one["path"] for one in behind.asked] == ["/outer", "/hidden"]
    assert [marked(one) for one in behind.asked] == [False, False]


async def test_who_asks_is_said_by_the_proxy_alone(proxy: Proxy) -> None:
    told = b"X-Forwarded-For: 6.6.6.6\r\nX-Forwarded-Proto: http\r\nX-Forwarded-For: 7.7.7.7\r\n"
    heard = await proxy.ask("/who", told)
    assert marked(heard)
    assert values(heard, "host") == ["localhost"]


async def test_only_recommended_ciphers_are_spoken(proxy: Proxy) -> None:
    weak, strong = (ssl.create_default_context() for _ in range(2))
    for context, ciphers in ((weak, "ECDHE+AES:!AESGCM:!AESCCM:RSA+AES"), (strong, "ECDHE+AESGCM")):
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        context.set_ciphers(f"{ciphers}:@SECLEVEL=1")
    with pytest.raises(ssl.SSLError, match="handshake failure"):
        await asyncio.open_connection("127.0.0.1", proxy.port, ssl=weak, server_hostname="localhost")
    _, writer = await asyncio.open_connection("127.0.0.1", proxy.port, ssl=strong, server_hostname="localhost")
    assert "ECDHE" in writer.get_extra_info("cipher")[0]
    writer.close()
