"""Letters by Resend: once each, at its rate, and what became of them."""

import asyncio
import base64
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx2
import pytest

from directapp.connectors.addresses import AddressRefusedError
from directapp.connectors.failures import SignatureError
from directapp.connectors.outgoing import Patience
from directapp.connectors.resend import (
    Attachment,
    Mail,
    MailBusyError,
    MailConflictError,
    MailDownError,
    MailKind,
    MailQuotaError,
    MailRefusedError,
    MailRejectedError,
    Resend,
    read_event,
)
from support.fakes.resend import SECRET, FakeResend, refusal, webhook
from support.fakes.server import Reply, as_json, as_text
from support.fakes.still import Still

Make = Callable[..., Resend]


def letter(**changes: Any) -> Mail:
    usual = {
        "sender": "Anlegg <a@example.test>",
        "to": ("kari@example.test",),
        "subject": "Klar",
        "text": "t",
        "html": "h",
    }
    return Mail(**usual | changes)


@pytest.fixture
def make(http: httpx2.AsyncClient, post: FakeResend, still: Still) -> Make:
    def made(**changes: Any) -> Resend:
        usual = {"api_key": "re_test", "base": post.base, "timing": still.timing, "patience": Patience(tries=3)}
        return Resend(http, **usual | changes)

    return made


async def test_a_letter_goes_out_with_all_its_parts(make: Make, post: FakeResend) -> None:
    whole = letter(
        reply_to="svar@example.test",
        headers={"List-Unsubscribe": "<https://example.test/u>"},
        tags={"event": "ready"},
        attachments=[Attachment("a.pdf", b"pdf", "application/pdf")],
    )
    assert await make().send(whole, key="outbox-1")
    (sent,) = post.sent
    assert sent["to"] == ["kari@example.test"]
    assert (sent["text"], sent["html"]) == ("t", "h")
    assert sent["tags"] == [{"name": "event", "value": "ready"}]
    assert base64.b64decode(sent["attachments"][0]["content"]) == b"pdf"
    assert post.heard[0].headers["idempotency-key"] == "outbox-1"
    assert post.heard[0].headers["user-agent"] == "DirectApp"


async def test_a_letter_whose_answer_was_lost_is_sent_once(make: Make, post: FakeResend) -> None:
    source = make()
    first = await source.send(letter(), key="k")
    assert await source.send(letter(), key="k") == first
    post.then(as_text("", 500), Reply(body=b"{", cut=True))
    await source.send(letter(), key="k2")
    assert len(post.sent) == 2


async def test_a_key_is_not_used_for_two_letters(make: Make) -> None:
    source = make()
    await source.send(letter(), key="k")
    with pytest.raises(MailConflictError) as caught:
        await source.send(letter(subject="Annet"), key="k")
    assert not caught.value.passing


async def test_a_letter_that_is_still_under_way_is_waited_for(make: Make, post: FakeResend) -> None:
    post.then(refusal(409, "concurrent_idempotent_requests"))
    assert await make().send(letter(), key="k")


async def test_letters_go_together(make: Make, post: FakeResend) -> None:
    ids = await make().send_many([letter(subject=str(n)) for n in range(100)], key="k")
    assert len(set(ids)) == 100
    assert len(post.heard) == 1
    for wrong in ([], [letter()] * 101):
        with pytest.raises(ValueError, match="hundred"):
            await make().send_many(wrong, key="k")


async def test_letters_begin_at_the_rate_of_the_team(make: Make, still: Still) -> None:
    source = make(per_second=4)
    await asyncio.gather(*[source.send(letter(), key=str(n)) for n in range(5)])
    assert sum(still.slept) >= 1.0


async def test_a_used_up_window_holds_the_next_one_back(make: Make, post: FakeResend, still: Still) -> None:
    source = make(per_second=1000)
    post.then(as_json({"id": "1"}, ratelimit_remaining="0", ratelimit_reset="3"))
    await source.send(letter(), key="a")
    await source.send(letter(), key="b")
    assert 3.0 in still.slept


async def test_a_busy_service_is_obeyed(make: Make, post: FakeResend, still: Still) -> None:
    post.then(refusal(429, "rate_limit_exceeded", retry_after="2"))
    await make().send(letter(), key="a")
    assert 2.0 in still.slept
    post.then(*[refusal(429, "rate_limit_exceeded")] * 3)
    with pytest.raises(MailBusyError):
        await make().send(letter(), key="b")


async def test_a_used_up_quota_is_not_hammered(make: Make, post: FakeResend) -> None:
    post.quota = 0
    with pytest.raises(MailQuotaError) as caught:
        await make().send(letter(), key="a")
    assert caught.value.passing
    assert len(post.heard) == 1


async def test_a_key_or_domain_that_is_not_accepted(make: Make, post: FakeResend) -> None:
    with pytest.raises(MailRefusedError):
        await make(api_key="re_other").send(letter(), key="a")
    post.then(refusal(403, "validation_error"))
    with pytest.raises(MailRefusedError):
        await make().send(letter(), key="a")


@pytest.mark.parametrize(
    ("answer", "name"),
    [
        (refusal(422, "invalid_from_address"), "invalid_from_address"),
        (refusal(451, "security_error"), "security_error"),
        (as_text("<html>", 400), "HTTP 400"),
    ],
)
async def test_a_letter_that_is_not_accepted(make: Make, post: FakeResend, answer: Reply, name: str) -> None:
    post.then(answer)
    with pytest.raises(MailRejectedError) as caught:
        await make().send(letter(), key="a")
    assert caught.value.name == name
    with pytest.raises(MailRejectedError, match="missing_required_field"):
        await make().send(letter(subject=""), key="b")


@pytest.mark.parametrize(
    ("message", "name", "gone"),
    [
        ("invented", "validation_error", True),
        ("Invalid `to` field. The email address needs to follow the format.", "validation_error", True),
        ("Invalid `from` field.", "validation_error", False),
        ("invented", "invalid_attachment", False),
    ],
)
async def test_a_receiver_that_the_service_will_not_have(
    make: Make, post: FakeResend, message: str, name: str, gone: object
) -> None:
    post.then(as_json({"statusCode": 422, "name": name, "message": message}, 422))
    with pytest.raises(MailRejectedError) as caught:
        await make().send(letter(), key="a")
    assert caught.value.gone is gone


async def test_letters_beyond_ascii_go_in_domains_and_not_before_the_at(make: Make, post: FakeResend) -> None:
    whole = letter(to=("ase@blåbær.no",), sender="Bilhuset Sør, avd. Åsane <post@sørlandet.no>")
    await make().send(whole, key="a")
    assert post.sent[0]["to"] == ["ase@xn--blbr-roah.no"]
    assert post.sent[0]["from"] == '"Bilhuset Sør, avd. Åsane" <post@xn--srlandet-54a.no>'
    for wide in ("jørgen@example.no", "Иван@example.no"):
        with pytest.raises(AddressRefusedError) as caught:
            await make().send_many([letter(), letter(to=(wide,))], key="b")
        assert not caught.value.gone
    assert len(post.heard) == 1


@pytest.mark.parametrize("odd", [as_text("ok"), as_json({}), as_json({"id": 3})])
async def test_an_answer_without_an_id_may_have_sent_it(make: Make, post: FakeResend, odd: Reply) -> None:
    post.then(odd, odd)
    with pytest.raises(MailDownError) as caught:
        await make().send(letter(), key="a")
    assert caught.value.uncertain
    with pytest.raises(MailDownError):
        await make().send_many([letter()], key="b")


@pytest.mark.parametrize("key", ["", "x" * 257, "ø", "a\nb"])
async def test_a_key_is_plain_and_short(make: Make, post: FakeResend, key: str) -> None:
    with pytest.raises(ValueError, match="idempotency"):
        await make().send(letter(), key=key)
    assert not post.heard


def test_nobody_is_printed() -> None:
    assert "kari" not in repr(letter())


@pytest.mark.parametrize("kind", [kind for kind in MailKind if kind is not MailKind.BOUNCED])
def test_what_became_of_a_letter(kind: MailKind, still: Still) -> None:
    headers, body = webhook(f"email.{kind}", still.now())
    event = read_event(headers, body, secrets=[SECRET], now=still.now())
    assert event is not None
    assert (event.kind, event.event_id, event.tags) == (kind, "msg_1", {"car": "1"})
    assert event.to == ("a@example.test",)
    assert event.at == still.now()
    assert event.permanent is (kind is MailKind.COMPLAINED)


@pytest.mark.parametrize(("how", "permanent"), [("Permanent", True), ("Transient", False), ("Undetermined", False)])
def test_a_bounce_says_whether_it_is_for_good(still: Still, how: str, *, permanent: bool) -> None:
    bounce = {"type": how, "subType": "General", "message": "a@example.test is unavailable"}
    headers, body = webhook("email.bounced", still.now(), bounce=bounce, tags=[{"name": "car", "value": "1"}])
    event = read_event(headers, body, secrets=[SECRET], now=still.now())
    assert event is not None
    assert (event.permanent, event.reason, event.tags) == (permanent, "General", {"car": "1"})


def test_what_is_not_about_a_letter_is_passed_over(still: Still) -> None:
    for kind in ("contact.created", "email.invented", "x"):
        headers, body = webhook(kind, still.now())
        assert read_event(headers, body, secrets=[SECRET], now=still.now()) is None


def test_a_webhook_that_nobody_signed_is_refused(still: Still) -> None:
    headers, body = webhook("email.bounced", still.now())
    with pytest.raises(SignatureError):
        read_event(headers, body.replace(b"bounced", b"opened"), secrets=[SECRET], now=still.now())
    with pytest.raises(SignatureError):
        read_event(headers, body, secrets=[SECRET], now=still.now() + timedelta(hours=1))


def test_a_signed_webhook_that_cannot_be_read_is_its_own_error(still: Still) -> None:
    headers, body = webhook("email.bounced", still.now(), bounce="x")
    with pytest.raises(MailRejectedError):
        read_event(headers, body, secrets=[SECRET], now=still.now())
