"""Calls to addresses of strangers: where a name leads is looked up once, and what was judged is what is called."""

import asyncio
import socket
from typing import Any

import pytest

from directapp.connectors.guarded import GuardedClient, RefusedAddressError
from support.fakes.server import Fake, Heard, Reply, as_text

PUBLIC, LOOPBACK = "93.184.215.14", "127.0.0.1"


class Slow(Fake):
    async def answer(self, heard: Heard) -> Reply:
        return Reply(hang=30) if heard.path == "/slow" else as_text("x" * 5000)


def lead(monkeypatch: pytest.MonkeyPatch, *answers: list[str]) -> list[str]:
    """Let names lead somewhere else at each look-up, as a name server of a stranger may; return what was asked."""
    asked: list[str] = []
    coming = list(answers)

    async def getaddrinfo(host: str, port: int, **_: Any) -> list[Any]:
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in coming.pop(0)]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", getaddrinfo, raising=False)
    return asked


@pytest.mark.parametrize("answers", [[LOOPBACK], [PUBLIC, LOOPBACK], [PUBLIC, "169.254.169.254"]])
async def test_a_name_that_leads_anywhere_private_is_not_called(
    monkeypatch: pytest.MonkeyPatch, answers: list[str]
) -> None:
    lead(monkeypatch, answers)
    client = GuardedClient()
    with pytest.raises(RefusedAddressError):
        await client.call("GET", "https://rebind.example/", most=10)
    await client.close()


async def test_a_name_is_looked_up_once_whatever_it_leads_to_later(monkeypatch: pytest.MonkeyPatch) -> None:
    async with Slow() as fake:
        port = fake.base.rpartition(":")[2]
        asked = lead(monkeypatch, [LOOPBACK], ["192.0.2.1"])
        client = GuardedClient(private=True)
        answer = await client.call("GET", f"http://first.example:{port}/", most=10_000)
        await client.close()
    assert (answer.status, len(answer.body), answer.whole) == (200, 5000, True)
    assert asked == ["first.example"]
    assert fake.heard[0].headers["host"] == f"first.example:{port}"


async def test_no_more_is_read_than_was_asked_for_and_nobody_waits_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    async with Slow() as fake:
        client = GuardedClient(private=True)
        answer = await client.call("GET", fake.base, most=100)
        monkeypatch.setattr("directapp.connectors.guarded._SECONDS", 0.2)
        with pytest.raises(TimeoutError):
            await client.call("GET", f"{fake.base}/slow", most=100)
        await client.close()
    assert (len(answer.body), answer.whole) == (100, False)


@pytest.mark.parametrize("url", ["https://[bad", "https://x:99999999/", "ftp://example.com/", "//example.com", ""])
async def test_what_is_no_address_is_refused(url: str) -> None:
    client = GuardedClient()
    with pytest.raises(RefusedAddressError):
        await client.call("GET", url, most=10)
    await client.close()
