"""Text messages by Twilio and Sveve: sent once or said to be uncertain, and heard of later."""

import asyncio
import hashlib
import hmac
from base64 import b64encode
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import httpx2
import pytest

from directapp.connectors import sveve, twilio
from directapp.connectors.failures import SignatureError
from directapp.connectors.outgoing import Patience
from directapp.connectors.sms import (
    Sms,
    SmsBusyError,
    SmsDownError,
    SmsNumberError,
    SmsRefusedError,
    SmsRejectedError,
    SmsReply,
    SmsReport,
    SmsStatus,
    number,
)
from directapp.connectors.sveve import Sveve
from directapp.connectors.twilio import Twilio
from support.fakes.server import Reply, as_json, as_text
from support.fakes.sms import ACCOUNT, SECRET, FakeSveve, FakeTwilio
from support.fakes.still import Still

KLAR = Sms(to="900 00 000", text="Bilen er klar", reference="job-1")
MakeTwilio = Callable[..., Twilio]
MakeSveve = Callable[..., Sveve]


@pytest.fixture
def american(http: httpx2.AsyncClient, telephone: FakeTwilio, still: Still) -> MakeTwilio:
    def made(**changes: Any) -> Twilio:
        usual = {"account": ACCOUNT, "secret": SECRET, "sender": "FORHANDLER", "base": telephone.base}
        return Twilio(http, timing=still.timing, **usual | changes)

    return made


@pytest.fixture
def local(http: httpx2.AsyncClient, norwegian: FakeSveve, still: Still) -> MakeSveve:
    def made(**changes: Any) -> Sveve:
        usual = {"user": "testuser", "password": SECRET, "sender": "FORHANDLER", "base": norwegian.base}
        return Sveve(http, timing=still.timing, **usual | changes)

    return made


@pytest.mark.parametrize("written", ["+47 900 00 000", "0047 90000000", "900 00 000", "(+47) 90-00-00-00"])
def test_numbers_have_one_form(written: str) -> None:
    assert number(written) == "+4790000000"


@pytest.mark.parametrize("written", ["", "12", "02000", "+0123456789", "kari", "+47900000000000000"])
def test_what_is_no_number_is_said(written: str) -> None:
    with pytest.raises(SmsNumberError):
        number(written)


async def test_twilio_sends(american: MakeTwilio, telephone: FakeTwilio) -> None:
    sent = await american(callback="https://example.test/hooks/twilio").send(KLAR)
    assert (sent.provider_id, sent.status, sent.parts) == ("SM" + "1".zfill(32), SmsStatus.QUEUED, 1)
    assert telephone.sent == [
        {
            "From": "FORHANDLER",
            "StatusCallback": "https://example.test/hooks/twilio",
            "To": "+4790000000",
            "Body": "Bilen er klar",
        }
    ]
    await american(sender="", service="MG1").send(Sms(to="+4790000000", text="æ" * 200))
    assert telephone.sent[1]["MessagingServiceSid"] == "MG1"


def test_twilio_needs_one_sender(american: MakeTwilio) -> None:
    for wrong in ({"sender": ""}, {"service": "MG1"}):
        with pytest.raises(ValueError, match="either"):
            american(**wrong)


async def test_twilio_refuses(american: MakeTwilio, telephone: FakeTwilio) -> None:
    with pytest.raises(SmsRefusedError):
        await american(secret="other").send(KLAR)
    with pytest.raises(SmsNumberError):
        await american().send(Sms(to="21000000", text="x"))
    telephone.then(as_json({"code": 21617, "message": "+4790000000 is odd", "status": 400}, 400))
    with pytest.raises(SmsRejectedError, match="21617") as caught:
        await american().send(KLAR)
    assert "90000000" not in str(caught.value)
    telephone.then(as_text("<html>", 404))
    with pytest.raises(SmsRejectedError, match="HTTP 404"):
        await american().send(KLAR)


@pytest.mark.parametrize("text", ["", "  ", "x" * 1601])
async def test_an_impossible_message_is_not_sent(
    american: MakeTwilio, local: MakeSveve, telephone: FakeTwilio, norwegian: FakeSveve, text: str
) -> None:
    for source in (american(), local()):
        with pytest.raises(SmsRejectedError):
            await source.send(Sms(to="90000000", text=text))
    assert not telephone.heard
    assert not norwegian.heard


@pytest.mark.parametrize("reply", [as_text("", 500), Reply(body=b"{", cut=True), Reply(hang=2.0), as_text("ok", 201)])
async def test_a_message_that_may_have_gone_is_not_sent_again(
    american: MakeTwilio, local: MakeSveve, telephone: FakeTwilio, norwegian: FakeSveve, reply: Reply
) -> None:
    patience = Patience(each=0.5 if reply.hang else 15.0)
    for source, fake in ((american(patience=patience), telephone), (local(patience=patience), norwegian)):
        fake.then(reply)
        with pytest.raises(SmsDownError) as caught:
            await source.send(KLAR)
        assert caught.value.uncertain
        assert len(fake.heard) == 1


async def test_a_message_that_certainly_did_not_go_is(
    american: MakeTwilio, local: MakeSveve, telephone: FakeTwilio, norwegian: FakeSveve
) -> None:
    for source, fake in ((american(), telephone), (local(), norwegian)):
        fake.then(as_json({"code": 20429}, 429))
        await source.send(KLAR)
        assert len(fake.sent) == 1
        fake.then(as_text("", 429, retry_after="900"))
        with pytest.raises(SmsBusyError):
            await source.send(KLAR)


async def test_sveve_sends(local: MakeSveve, norwegian: FakeSveve) -> None:
    sent = await local().send(KLAR)
    assert (sent.provider_id, sent.status, sent.parts) == ("42009001", SmsStatus.QUEUED, 1)
    assert norwegian.sent == [
        {"to": "90000000", "msg": "Bilen er klar", "from": "FORHANDLER", "reply": False, "ref": "job-1"}
    ]
    assert "passwd" not in norwegian.heard[0].query
    await local().send(Sms(to="+46700000000", text="x"))
    assert norwegian.sent[1]["to"] == "+46700000000"


async def test_sveve_refuses_with_status_200(local: MakeSveve, norwegian: FakeSveve) -> None:
    with pytest.raises(SmsRefusedError):
        await local(password="other").send(KLAR)
    with pytest.raises(SmsNumberError):
        await local().send(Sms(to="21000000", text="x"))
    norwegian.then(as_json({"response": {"fatalError": "Kontoen er tom"}}))
    with pytest.raises(SmsRejectedError, match="fatalError"):
        await local().send(KLAR)
    norwegian.then(as_text("", 404))
    with pytest.raises(SmsRejectedError, match="HTTP 404"):
        await local().send(KLAR)


async def test_sveve_hears_from_us_five_times_at_once(local: MakeSveve, norwegian: FakeSveve) -> None:
    source = local()
    norwegian.delay = 0.01
    await asyncio.gather(*[source.send(KLAR) for _ in range(20)])
    assert norwegian.most_at_once == 5
    assert len(norwegian.heard) == 20


URL = "https://bil.example.test/hooks/twilio?car=1"
FORM = {"MessageSid": "SM1", "MessageStatus": "delivered", "To": "+4790000000", "From": "FORHANDLER", "ErrorCode": ""}


def signed(url: str, form: dict[str, str], token: str = SECRET) -> str:
    words = url + "".join(name + form[name] for name in sorted(form))
    return b64encode(hmac.new(token.encode(), words.encode(), hashlib.sha1).digest()).decode()


@pytest.mark.parametrize("seen", [URL, URL.replace(".test/", ".test:443/")])
def test_a_callback_is_verified_with_and_without_the_port(seen: str) -> None:
    form = twilio.verify(SECRET, URL, urlencode(FORM).encode(), signed(seen, FORM))
    assert twilio.read_report(form) == SmsReport(provider_id="SM1", status=SmsStatus.DELIVERED, to="+4790000000")
    assert twilio.verify(SECRET, seen, urlencode(FORM).encode(), signed(URL, FORM)) == form


def test_a_callback_matches_the_providers_own_example() -> None:
    form = {
        "CallSid": ["CA1234567890ABCDE"],
        "Caller": ["+14158675309"],
        "Digits": ["1234"],
        "From": ["+14158675309"],
        "To": ["+18005551212"],
    }
    url = "https://mycompany.com/myapp.php?foo=1&bar=2"
    assert twilio.signature("12345", url, form) == "RSOYDt4T1cUTdK1PDd93/VVr8B8="


@pytest.mark.parametrize(
    ("url", "form", "given"),
    [
        (URL, FORM, "AAAA"),
        (URL, FORM, ""),
        (URL, FORM, "æ"),
        (URL, FORM, signed(URL, FORM, "other")),
        (URL, FORM | {"MessageStatus": "failed"}, signed(URL, FORM)),
        (URL.replace("car=1", "car=2"), FORM, signed(URL, FORM)),
        ("https://bil.example.test:8443/", FORM, signed("https://bil.example.test/x", FORM)),
    ],
)
def test_a_callback_that_twilio_did_not_sign_is_refused(url: str, form: dict[str, str], given: str) -> None:
    with pytest.raises(SignatureError):
        twilio.verify(SECRET, url, urlencode(form).encode(), given)


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("queued", SmsStatus.QUEUED),
        ("sending", SmsStatus.QUEUED),
        ("sent", SmsStatus.SENT),
        ("delivered", SmsStatus.DELIVERED),
        ("undelivered", SmsStatus.FAILED),
        ("failed", SmsStatus.FAILED),
    ],
)
def test_twilios_statuses(word: str, status: SmsStatus) -> None:
    form = {"MessageSid": ["SM1"], "MessageStatus": [word], "ErrorCode": ["30003"]}
    report = twilio.read_report(form)
    assert report is not None
    assert (report.status, report.reason) == (status, "30003")


def test_what_is_no_report_is_passed_over() -> None:
    assert twilio.read_report({"MessageSid": ["SM1"], "MessageStatus": ["invented"]}) is None
    assert twilio.read_report({"MessageStatus": ["sent"]}) is None
    assert twilio.read_reply({"MessageSid": ["SM1"]}) is None
    assert sveve.read_report({"number": "90000000", "msg": "x"}) is None
    assert sveve.read_reply({"number": "90000000", "status": "true"}) is None


def test_replies_are_read() -> None:
    form = twilio.read_form(b"MessageSid=SM2&From=%2B4790000000&To=FORHANDLER&Body=Ferdig+1500")
    assert twilio.read_reply(form) == SmsReply(provider_id="SM2", sender="+4790000000", text="Ferdig 1500")
    query = {"number": "90000000", "id": "42009001", "msg": "Ferdig"}
    assert sveve.read_reply(query) == SmsReply(provider_id="", sender="90000000", text="Ferdig", answers="42009001")


def test_sveves_reports_are_read() -> None:
    good = {"number": "90000000", "status": "true", "id": "42009001", "ref": "job-1"}
    assert sveve.read_report(good) == SmsReport(
        provider_id="42009001", status=SmsStatus.DELIVERED, to="90000000", reference="job-1"
    )
    bad = sveve.read_report(good | {"status": "false", "errorCode": "unknown_subscriber", "errorDesc": "x"})
    assert bad is not None
    assert (bad.status, bad.reason) == (SmsStatus.FAILED, "unknown_subscriber")


def test_sveves_address_carries_our_secret() -> None:
    sveve.admit("s3cret", "s3cret")
    for expected, given in (("s3cret", "s3cre"), ("s3cret", ""), ("", ""), ("s3cret", "æ")):
        with pytest.raises(SignatureError):
            sveve.admit(expected, given)


def test_nobody_is_printed() -> None:
    assert "900" not in repr(KLAR)
    assert "900" not in repr(SmsReply(provider_id="1", sender="90000000", text="900"))
