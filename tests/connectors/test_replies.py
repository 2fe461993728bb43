"""What comes in: text messages of Twilio and Sveve, and letters in Resend's inbox."""

from collections.abc import AsyncIterator

import httpx2
import pytest

from directapp.connectors import sveve, twilio
from directapp.connectors.outgoing import Patience
from directapp.connectors.resend import Mail, MailDownError, MailRefusedError, MailRejectedError, Resend
from directapp.connectors.resend_inbox import LARGEST, Enclosed, Inbox
from directapp.connectors.sms import Sms, SmsReply, can_receive
from directapp.connectors.sveve import Sveve
from support.fakes.replies import FakeInbox, Written
from support.fakes.server import as_json, as_text
from support.fakes.sms import SECRET, FakeSveve
from support.fakes.still import Still


@pytest.fixture
async def mails() -> AsyncIterator[FakeInbox]:
    async with FakeInbox() as fake:
        yield fake


@pytest.fixture
def inbox(http: httpx2.AsyncClient, mails: FakeInbox, still: Still) -> Inbox:
    return Inbox(Resend(http, api_key="re_test", base=mails.base, timing=still.timing, patience=Patience(tries=2)))


async def test_what_is_fetched_takes_its_turn_with_what_is_sent(
    http: httpx2.AsyncClient, mails: FakeInbox, still: Still
) -> None:
    resend = Resend(http, api_key="re_test", base=mails.base, per_second=4, timing=still.timing)
    inbox = Inbox(resend)
    for number in range(3):
        letter = Mail(sender="a@b.test", to=("c@d.test",), subject="x", text="x", html="x")
        await resend.send(letter, key=f"k{number}")
        assert await inbox.fetch(f"gone-{number}") is None
    assert sum(still.slept) >= 1.0


PHOTO = ("bil.jpg", "image/JPEG", b"bytes", "attachment")


async def test_a_letter_is_fetched_with_its_words_and_files(inbox: Inbox, mails: FakeInbox) -> None:
    written = Written(to="svar@example.test", text="Ferdig", html="<p>Ferdig</p>", files=[PHOTO])
    mails.letters[written.id] = written
    found = await inbox.fetch(written.id)
    assert found is not None
    assert (found.sender, found.subject, found.text) == ("lakk@example.test", "SV: Oppdrag", "Ferdig")
    assert (found.html, found.automatic) == ("<p>Ferdig</p>", False)
    (file,) = found.enclosed
    assert (file.name, file.is_picture, file.inline) == ("bil.jpg", True, False)
    assert mails.heard[0].query == {"html_format": "cid"}
    assert await inbox.open(written.id, file) == b"bytes"
    assert "authorization" not in mails.heard[-1].headers, "a signed address needs no key"
    assert "lakk@example.test" not in repr(found)


@pytest.mark.parametrize(
    ("headers", "automatic"),
    [
        ({}, False),
        ({"auto-submitted": "no"}, False),
        ({"Auto-Submitted": "auto-replied"}, True),
        ({"X-Autoreply": "yes"}, True),
        ({"precedence": "bulk"}, True),
        ({"x-auto-response-suppress": "DR"}, False),
    ],
)
async def test_machines_are_told_from_people(
    inbox: Inbox, mails: FakeInbox, headers: dict[str, str], *, automatic: bool
) -> None:
    mails.letters["1"] = Written(to="svar@example.test", text="x", headers=headers, id="1")
    found = await inbox.fetch("1")
    assert found is not None
    assert found.automatic is automatic


async def test_what_the_inbox_does_not_give_is_said(inbox: Inbox, mails: FakeInbox) -> None:
    assert await inbox.fetch("../emails") is None
    mails.then(as_json({"name": "restricted_api_key"}, 401))
    with pytest.raises(MailRefusedError):
        await inbox.fetch("1")
    mails.then(as_json({"name": "validation_error"}, 422))
    with pytest.raises(MailRejectedError, match="validation_error"):
        await inbox.fetch("1")
    mails.then(as_text("", 500), as_text("", 500))
    with pytest.raises(MailDownError):
        await inbox.fetch("1")


@pytest.mark.parametrize(
    "told",
    [
        {"download_url": "http://169.254.169.254/latest"},
        {"download_url": "file:///etc/passwd"},
        {},
        {"download_url": "https://cdn.example.test/1", "size": LARGEST + 1},
    ],
)
async def test_a_file_is_fetched_from_a_safe_address_and_of_a_photos_size(
    inbox: Inbox, mails: FakeInbox, told: dict[str, object]
) -> None:
    mails.then(as_json(told))
    assert await inbox.open("1", Enclosed(id="1", name="x", media_type="image/png")) is None
    assert len(mails.heard) == 1


def test_a_picture_without_words_is_a_message() -> None:
    form = {"MessageSid": ["SM1"], "From": ["+4790000000"], "Body": [""], "NumMedia": ["2"]}
    assert twilio.read_reply(form) == SmsReply(provider_id="SM1", sender="+4790000000", text="", pictures=2)


@pytest.mark.parametrize("number", ["4790000000", "+4790000000"])
def test_sveve_names_numbers_with_or_without_their_sign(number: str) -> None:
    found = sveve.read_reply({"number": number, "id": "42", "msg": "Ferdig"})
    assert found == SmsReply(provider_id="", sender="+4790000000", text="Ferdig", answers="42")


@pytest.mark.parametrize(("sender", "takes"), [("+4759440000", True), ("2210", True), ("Bilhuset", False), ("", False)])
def test_a_name_cannot_be_answered(sender: str, *, takes: bool) -> None:
    assert can_receive(sender) is takes


@pytest.mark.parametrize(
    ("sender", "reply", "lent"), [("FLATE", True, True), ("FLATE", False, False), ("2210", True, False)]
)
async def test_sveve_lends_a_number_where_ours_is_a_name(
    http: httpx2.AsyncClient, norwegian: FakeSveve, sender: str, *, reply: bool, lent: bool
) -> None:
    source = Sveve(http, user="testuser", password=SECRET, sender=sender, base=norwegian.base)
    await source.send(Sms(to="90000000", text="Oppdrag", reply=reply))
    assert norwegian.sent[0]["reply"] is lent
