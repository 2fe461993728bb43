"""Webhooks out: signed, never redirected, never into our own network."""

import pytest

from directapp.connectors.guarded import GuardedClient, RefusedAddressError, is_public
from directapp.connectors.svix import verify
from directapp.connectors.webhooks import WebhookSender
from directapp.kernel.clock import utc_now
from support.fakes.server import Fake, Heard, Reply, as_text

SECRET = "whsec_c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0"


class Receiver(Fake):
    async def answer(self, _: Heard) -> Reply:
        return as_text("ok")


async def send(url: str, *, private: bool = True) -> int:
    client = GuardedClient(private=private)
    try:
        return (await WebhookSender(client).send(url, SECRET, "msg_1", utc_now(), b'{"type":"car.sold"}')).status
    finally:
        await client.close()


async def test_a_message_carries_a_signature_that_its_receiver_can_verify() -> None:
    async with Receiver() as receiver:
        port = receiver.base.rpartition(":")[2]
        assert await send(f"http://localhost:{port}/in?x=1") == 200
    (heard,) = receiver.heard
    assert verify(heard.headers, heard.body, secrets=[SECRET], now=utc_now()) == "msg_1"
    assert heard.headers["host"] == f"localhost:{port}"
    assert (heard.path, heard.query, heard.headers["content-type"]) == ("/in", {"x": "1"}, "application/json")


async def test_what_is_answered_is_told_and_redirections_are_not_followed() -> None:
    async with Receiver() as receiver:
        receiver.then(Reply(status=302, headers={"location": receiver.base}), as_text("slow", 429, retry_after="7"))
        assert await send(receiver.base) == 302
        client = GuardedClient(private=True)
        answer = await WebhookSender(client).send(receiver.base, SECRET, "msg_2", utc_now(), b"{}")
        await client.close()
    assert (answer.status, answer.retry_after, len(receiver.heard)) == (429, 7.0, 2)


async def test_a_host_that_nobody_answers_at_is_an_error_of_the_network() -> None:
    for url in ("http://127.0.0.1:1/", "http://no-such-host.invalid/"):
        with pytest.raises(OSError, match=r"\w"):
            await send(url)


@pytest.mark.parametrize(
    "url",
    [
        "https://localhost/",
        "https://127.0.0.1/",
        "https://10.1.2.3/",
        "https://192.168.0.1/",
        "https://169.254.169.254/latest/meta-data",
        "https://[::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://[fd00::1]/",
        "https://0.0.0.0/",
        "https://2130706433/",
        "http://example.com/",
    ],
)
async def test_in_production_no_message_goes_into_our_own_network_nor_unencrypted(url: str) -> None:
    with pytest.raises(RefusedAddressError):
        await send(url, private=False)


def test_what_counts_as_the_open_internet() -> None:
    assert is_public("93.184.215.14")
    assert is_public("2606:2800:21f:cb07:6820:80da:af6b:8b2c")
    for address in ("100.64.0.1", "224.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "fe80::1%eth0", "198.18.0.1"):
        assert not is_public(address), address
