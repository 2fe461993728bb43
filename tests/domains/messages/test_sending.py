"""What goes outside: once each, in the right words, and what is not sent is said so."""

from collections.abc import AsyncIterator
from email import message_from_bytes
from typing import Any
from uuid import UUID

import pytest

from directapp.connectors import twilio as twilio_service
from directapp.connectors.mail import Mailer
from directapp.connectors.outgoing import Patience
from directapp.domains.messages import sending
from directapp.kernel.actor import system_actor
from directapp.kernel.errors import ConflictError, ForbiddenError, InvalidError
from directapp.services.jobs import JobRun
from support.dealer import Dealer
from support.fakes.resend import refusal
from support.fakes.server import Reply
from support.fakes.smtp import FakeSmtp
from support.pages import new_car
from support.post import CONTACT, SELLER, letters_to, logged, prepared, rows, sold_car


async def pick_up(dealer: Dealer, number: int = 1, **more: Any) -> UUID:
    """Return a sold car that its customer has just been told to fetch."""
    car = await sold_car(dealer, number, **more)
    await prepared(dealer, car)
    await dealer.do(await dealer.person("planner", "499"), "cars", "update", car, ready_for_pickup=True)
    return car


async def test_a_letter_lies_in_the_mail_folder_where_nothing_is_set_up(dealer: Dealer) -> None:
    parts = await dealer.person("parts", "495")
    car = await new_car(dealer, await dealer.person(*SELLER), 1)
    (line,) = await logged(dealer, car, channel="email")
    assert (line["status"], line["provider"], line["error"]) == ("sent", "folder", None)
    (letter,) = letters_to(dealer.application, line["to"])
    assert letter["Message-ID"] == f"<{UUID(line['id']).hex}@directapp.local>"
    assert letter["Subject"] == line["subject"]
    assert (await rows(dealer, parts, "notifications"))[0]["title"] == line["subject"]


async def test_letters_go_by_resend_with_their_own_key_and_tags(outside: Any) -> None:
    dealer = outside.dealer
    await dealer.person("parts", "495")
    car = await new_car(dealer, await dealer.person(*SELLER), 1)
    (line,) = await logged(dealer, car, channel="email")
    assert (line["status"], line["provider"]) == ("sent", "resend")
    assert line["provider_id"]
    (heard,) = outside.resend.heard
    assert heard.headers["idempotency-key"] == UUID(line["id"]).hex
    (sent,) = outside.resend.sent
    assert {t["name"]: t["value"] for t in sent["tags"]} == {
        "tenant": dealer.tenant.hex,
        "message": UUID(line["id"]).hex,
    }
    assert "Bilhuset" not in sent["html"]
    assert sent["text"]


async def test_what_waits_goes_together_under_one_key(outside: Any) -> None:
    dealer = outside.dealer
    await dealer.person("parts", "495")
    seller = await dealer.person(*SELLER)
    for number in range(12):
        await new_car(dealer, seller, number)
    await dealer.application.dispatcher.drain(dealer.tenant)
    assert len(outside.resend.sent) == 12
    assert len(outside.resend.heard) < 12
    lines = await all_mail(dealer)
    assert {line["status"] for line in lines} == {"sent"}
    assert len({line["provider_id"] for line in lines}) == 12


async def test_a_crash_after_sending_sends_nothing_twice(outside: Any) -> None:
    """The service took the letters, and we died before writing it down: the same call is made again."""
    dealer, application = outside.dealer, outside.dealer.application
    await dealer.person("parts", "495")
    seller = await dealer.person(*SELLER)
    for number in range(3):
        await new_car(dealer, seller, number)
    while (await application.dispatcher._react_round([dealer.tenant]))[0]:
        pass
    lines = await all_mail(dealer)
    jobs = [job_of(dealer, line) for line in lines]
    real, died = sending.sent, []

    async def die(*_: object, **__: object) -> None:
        died.append(1)
        raise RuntimeError("killed")

    sending.sent = die
    try:
        with pytest.raises(RuntimeError):
            await application.post.send(jobs)
    finally:
        sending.sent = real
    assert died
    assert len(outside.resend.sent) == 3
    # Another time they may be claimed one by one: those of one call still go together.
    for job in jobs:
        assert await application.post.send([job]) == {}
    assert len(outside.resend.sent) == 3
    assert len({call.headers["idempotency-key"] for call in outside.resend.heard}) == 1
    assert {line["status"] for line in await all_mail(dealer)} == {"sent"}


async def test_one_bad_letter_does_not_hold_up_the_others(outside: Any) -> None:
    dealer = outside.dealer
    await dealer.person("parts", "495")
    seller = await dealer.person(*SELLER)
    # All together, and then the one that is the reason.
    outside.resend.then(*[refusal(422, "missing_required_field")] * 2)
    for number in range(3):
        await new_car(dealer, seller, number)
    await dealer.application.dispatcher.drain(dealer.tenant)
    assert len(outside.resend.sent) == 2
    statuses = sorted(line["status"] for line in await all_mail(dealer))
    assert statuses == ["failed", "sent", "sent"]


async def test_a_customer_gets_letter_and_text_message_with_the_link_only_with_consent(outside: Any) -> None:
    dealer = outside.dealer
    car = await pick_up(dealer, handover_place="Sørlandsparken 4")
    lines = {line["channel"]: line for line in await logged(dealer, car, event="customer.pickup")}
    assert set(lines) == {"email", "sms"}
    (text,) = outside.twilio.sent
    assert text["To"] == "+4790000001"
    assert "Hei Nora! Bilen din er klar for henting hos Audi." in text["Body"]
    assert "https://da.example.test/status/" in text["Body"]
    assert "/status/" not in lines["sms"]["body"]
    assert (
        text["StatusCallback"]
        == f"https://da.example.test/hooks/twilio/{dealer.tenant.hex}{UUID(lines['sms']['id']).hex}"
    )
    letter = next(one for one in outside.resend.sent if one["to"] == ["nora@example.test"])
    assert "Nora" in letter["html"]
    assert "Lie" not in letter["html"]
    assert "https://da.example.test/status/" in letter["text"]


async def test_without_consent_no_text_message_goes(outside: Any) -> None:
    car = await pick_up(outside.dealer, consent_sms=False)
    assert {line["channel"] for line in await logged(outside.dealer, car, event="customer.pickup")} == {"email"}
    assert outside.twilio.sent == []


async def test_a_customer_who_cannot_be_reached_is_noted(outside: Any) -> None:
    car = await pick_up(outside.dealer, consent_sms=False, customer_email=None)
    (line,) = await logged(outside.dealer, car, event="customer.pickup")
    assert line["status"] == "skipped"
    assert "samtykket" in line["error"]


async def test_consent_taken_back_before_it_goes_stops_it(outside: Any) -> None:
    dealer = outside.dealer
    seller = await dealer.person(*SELLER)
    car = await pick_up(dealer)
    await dealer.application.dispatcher._react_round([dealer.tenant])
    await dealer.do(seller, "cars", "update", car, consent_sms=False)
    lines = await logged(dealer, car, channel="sms", event="customer.pickup")
    assert [line["status"] for line in lines] == ["skipped"]
    assert outside.twilio.sent == []


async def test_a_text_message_that_may_have_gone_is_never_sent_again_by_itself(outside: Any) -> None:
    dealer = outside.dealer
    post = dealer.application.post
    impatient = twilio_service.Twilio(
        dealer.application.http,
        account="AC00000000000000000000000000000001",
        secret="secret",
        sender="Bilhuset",
        base=outside.twilio.base,
        patience=Patience(tries=2, first=0.01, most=0.05, each=0.2, total=2.0),
    )
    real, post.sms = post.sms, impatient
    outside.twilio.then(Reply(hang=2.0))
    try:
        car = await pick_up(dealer)
        (line,) = await logged(dealer, car, channel="sms")
    finally:
        post.sms = real
    assert line["status"] == "failed"
    assert "Uvisst" in line["error"]
    heard = len(outside.twilio.heard)
    assert await post.send([job_of(dealer, line)]) == {}
    assert len(outside.twilio.heard) == heard
    seller = await dealer.person(*SELLER)
    await dealer.do(seller, "messages", "send_again", UUID(line["id"]))
    again = (await logged(dealer, car, channel="sms"))[-1]
    assert (again["status"], again["id"] == line["id"]) == ("sent", False)


async def test_a_number_that_takes_no_text_messages_is_not_tried_again(outside: Any) -> None:
    dealer = outside.dealer
    car = await pick_up(dealer, customer_phone="21000001")
    (line,) = await logged(dealer, car, channel="sms")
    assert line["status"] == "failed"
    second = await pick_up(dealer, number=2, customer_phone="21000001")
    (other,) = await logged(dealer, second, channel="sms")
    assert other["status"] == "skipped"
    assert "sperret" in other["error"]
    manager = await dealer.person("manager", "495")
    told = await rows(dealer, await dealer.person(*SELLER), "notifications", event="message.bounced")
    assert [note["title"].split(":")[0] for note in told] == ["Kom ikke frem til Nora Lie"]
    (address,) = await rows(dealer, manager, "suppressed_addresses")
    await dealer.do(manager, "suppressed_addresses", "release", UUID(address["id"]))
    with pytest.raises(ConflictError):
        await dealer.do(manager, "suppressed_addresses", "release", UUID(address["id"]))


async def test_a_letter_that_is_refused_for_good_is_told_to_whoever_sent_it(outside: Any) -> None:
    """A customer, a vendor and a colleague, whose addresses the service will not have."""
    dealer = outside.dealer
    seller, planner = await dealer.person(*SELLER), await dealer.person("planner", "499")
    manager, parts = await dealer.person("manager", "495"), await dealer.person("parts", "495")
    outside.resend.then(refusal(422, "validation_error"))
    car = await sold_car(dealer)
    await dealer.application.dispatcher.drain(dealer.tenant)
    address = (await dealer.read(await dealer.person("tenant_admin"), "users", parts.user))["email"]
    for person in (parts, manager):
        (note,) = await rows(dealer, person, "notifications", event="address.refused")
        assert address in note["body"]
        assert note["subject_collection"] == "users"
    outside.resend.then(refusal(422, "validation_error"))
    await dealer.do(seller, "status_links", "share", car=str(car), channel="email")
    await dealer.application.dispatcher.drain(dealer.tenant)
    (note,) = await rows(dealer, seller, "notifications", event="message.bounced")
    assert "Nora Lie" in note["title"]
    item = await dealer.create(planner, "work_items", car=str(car), description="Lakk", kind="other")
    outside.resend.then(refusal(422, "validation_error"))
    vendor = {"vendor_name": "Lakk og Lim", "email": "lakk@example.test"}
    await dealer.do(planner, "vendor_links", "ask", work_item=str(item), **vendor)
    await dealer.application.dispatcher.drain(dealer.tenant)
    (note,) = await rows(dealer, planner, "notifications", event="message.bounced")
    assert "Lakk og Lim" in note["title"]
    shut = await rows(dealer, await dealer.person("tenant_admin"), "suppressed_addresses")
    assert {one["address"] for one in shut} == {address, "nora@example.test", "lakk@example.test"}
    assert {one["reason"] for one in shut} == {"refused"}


@pytest.fixture
async def post(dealer: Dealer) -> AsyncIterator[FakeSmtp]:
    """Have the application send by SMTP, to a server that knows no SMTPUTF8."""
    mailer = dealer.application.post.mailer
    before = mailer.host, mailer.port
    async with FakeSmtp() as post:
        _aim(mailer, "127.0.0.1", post.port)
        yield post
    _aim(mailer, *before)


def _aim(mailer: Mailer, host: str, port: int) -> None:
    object.__setattr__(mailer, "host", host)
    object.__setattr__(mailer, "port", port)


@pytest.mark.parametrize(("address", "gone"), [("jørgen@example.no", False), ("nobody@blåbær.no", True)])
async def test_whoever_invites_hears_of_an_address_that_takes_no_letters(
    dealer: Dealer, post: FakeSmtp, address: str, gone: object
) -> None:
    admin = await dealer.person("tenant_admin", "495")
    values = {"email": address, "first_name": "Jørgen", "last_name": "Test", "roles": ["planner"]}
    await dealer.do(admin, "users", "invite", **values)
    await dealer.application.dispatcher.drain(dealer.tenant)
    assert post.letters == []
    (note,) = await rows(dealer, admin, "notifications", event="address.refused")
    assert address in note["body"]
    shut = await rows(dealer, admin, "suppressed_addresses")
    assert [one["address"] for one in shut] == ([address] if gone else [])
    failed = await rows(dealer, admin, "failed_jobs")
    assert [letter["job"] for letter in failed] == ["user.invited"]


async def test_a_letter_by_smtp_says_that_a_machine_wrote_it_and_where_to_choose_less(
    dealer: Dealer, post: FakeSmtp
) -> None:
    await dealer.person("parts", "495")
    car = await new_car(dealer, await dealer.person(*SELLER), 1)
    (line,) = await logged(dealer, car, channel="email")
    assert (line["status"], line["provider"]) == ("sent", "smtp")
    letter = message_from_bytes(post.letters[0])
    assert letter["Auto-Submitted"] == "auto-generated"
    assert letter["List-Unsubscribe"] == f"<{dealer.application.settings.url}/app/me/notices>"


async def test_a_call_is_logged_by_hand_and_nothing_else_is(dealer: Dealer) -> None:
    seller, mechanic = await dealer.person(*SELLER), await dealer.person("mechanic", "499")
    car = await new_car(dealer, seller, 1, **CONTACT)
    call = await dealer.create(seller, "messages", car=str(car), channel="phone", body="Vil hente fredag")
    row = await dealer.read(seller, "messages", call)
    assert (row["status"], row["direction"], row["body"]) == ("delivered", "out", "Vil hente fredag")
    with pytest.raises(InvalidError):
        await dealer.create(seller, "messages", car=str(car), channel="email", body="Hei")
    with pytest.raises(InvalidError):
        await dealer.create(seller, "messages", car=str(car), channel="phone")
    with pytest.raises(ForbiddenError):
        await dealer.do(seller, "messages", "update", call, status="failed")
    await dealer.do(await dealer.person("planner", "499"), "cars", "update", car, assigned_mechanic=str(mechanic.user))
    seen = await dealer.read(mechanic, "messages", call)
    assert {"channel", "status"} <= set(seen)
    assert not {"body", "to", "subject", "content"} & set(seen)


async def test_the_source_of_a_letter_is_never_read_back(dealer: Dealer) -> None:
    await dealer.person("parts", "495")
    admin = await dealer.person("tenant_admin", "490")
    car = await new_car(dealer, await dealer.person(*SELLER), 1)
    (line,) = await logged(dealer, car, channel="email")
    assert "content" not in await dealer.read(admin, "messages", UUID(line["id"]))


async def all_mail(dealer: Dealer) -> list[dict[str, Any]]:
    return await rows(dealer, system_actor(dealer.tenant, "pipeline"), "messages", channel="email")


def job_of(dealer: Dealer, line: dict[str, Any]) -> JobRun:
    """Return the job of a message, as the dispatcher runs it."""
    application = dealer.application
    return JobRun(
        id=UUID(line["id"]),
        pipeline=application.platform.pipeline,
        tenant=dealer.tenant,
        name="message.send",
        collection="messages",
        record=UUID(line["id"]),
        payload={},
        key=line["id"],
        attempt=1,
        last=False,
    )
