"""Vendors who simply answer: a text message or a letter closes their step, once, and only where it is certain."""

import asyncio
import base64
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import httpx
import pytest

from directapp.app.providers import open_replies
from directapp.app.settings import Settings
from directapp.domains.messages.capability import Capabilities
from directapp.domains.messages.sending import Envelope
from directapp.domains.messages.vendor_match import code_of
from directapp.kernel.actor import Actor
from directapp.kernel.clock import oslo_day, utc_now
from directapp.kernel.ids import uuid7
from support.dealer import Dealer, Time, settle
from support.fakes.replies import TO, FakeInbox, Telephone, Written
from support.fakes.resend import SECRET
from support.fakes.server import as_text
from support.fakes.sms import ACCOUNT, FakeTwilio
from support.fakes.sms import SECRET as TOKEN
from support.pages import build_pages
from support.post import house_with, letters_to, logged, rows, sold_car, told
from support.server import Server

PUBLIC = "https://da.example.test"
DOMAIN = "inn.example.test"
SVEVE = "s" * 32
PLANNER = ("planner", "499")
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


@dataclass(frozen=True)
class Vendors:
    """A tenant, the vendors' telephones, and what was sent to them."""

    dealer: Dealer
    phone: Telephone
    inbox: FakeInbox
    twilio: FakeTwilio

    @property
    def client(self) -> httpx.AsyncClient:
        """What reaches the webhooks."""
        return self.phone.client

    async def settled(self) -> None:
        """Do what waits."""
        await self.dealer.application.dispatcher.drain(self.dealer.tenant)


@pytest.fixture(scope="session")
def outside_time() -> Time:
    return Time()


@pytest.fixture(scope="session")
async def vendors_house(server: Server, outside_time: Time) -> AsyncIterator[Vendors]:
    async with FakeInbox() as inbox, FakeTwilio() as twilio:
        settings = {
            "resend_key": inbox.api_key,
            "resend_url": inbox.base,
            "resend_per_second": 100.0,
            "resend_webhook_secret": SECRET,
            "inbound_domain": DOMAIN,
            "twilio_account": ACCOUNT,
            "twilio_token": TOKEN,
            "twilio_url": twilio.base,
            "sms_from": TO,
            "sms_replies": True,
            "sveve_secret": SVEVE,
            "public_url": PUBLIC,
        }
        async with house_with(server, outside_time, **settings) as application:
            transport = httpx.ASGITransport(app=build_pages(application))
            async with httpx.AsyncClient(transport=transport, base_url=PUBLIC) as client:
                yield Vendors(await settle(application), Telephone(client, PUBLIC, SVEVE), inbox, twilio)


@pytest.fixture
async def vendors(vendors_house: Vendors) -> Vendors:
    """Settle a new tenant; what was sent before is forgotten."""
    vendors_house.inbox.sent.clear()
    vendors_house.twilio.sent.clear()
    one = vendors_house
    return Vendors(await settle(one.dealer.application), one.phone, one.inbox, one.twilio)


_numbers = iter(range(41_000_000, 49_000_000))


def fresh() -> str:
    """Return a number that nobody has been asked at."""
    return f"+47{next(_numbers)}"


@dataclass(frozen=True)
class Work:
    """A work item that a vendor was asked about."""

    car: UUID
    item: UUID
    link: UUID
    planner: Actor

    @property
    def code(self) -> str:
        """Its code."""
        return code_of(self.link)


async def asked(dealer: Dealer, number: int = 1, *, approve: bool = True, **vendor: Any) -> Work:
    """Hand a work item of a car to a vendor."""
    car = await sold_car(dealer, number)
    planner = await dealer.person(*PLANNER)
    item = await dealer.create(
        planner, "work_items", car=str(car), description=f"Lakkere støtfanger {number}", kind="paint"
    )
    if approve:
        await dealer.do(planner, "work_items", "approve", item, price="1000")
    link = (
        await dealer.do(planner, "vendor_links", "ask", work_item=str(item), vendor_name="Lakk og Lim", **vendor)
    ).record
    assert link
    await logged(dealer, car)
    return Work(car, item, link, planner)


async def status(dealer: Dealer, work: Work) -> str:
    return str((await dealer.read(work.planner, "work_items", work.item))["status"])


async def came_in(dealer: Dealer, work: Work) -> list[dict[str, Any]]:
    return await logged(dealer, work.car, direction="in")


# -- text messages ------------------------------------------------------------------------------------------


async def test_a_text_message_that_says_done_closes_the_step_once(vendors: Vendors) -> None:
    dealer, number = vendors.dealer, fresh()
    work = await asked(dealer, phone=number)
    (sent,) = vendors.twilio.sent
    assert f"Eller svar på denne SMS-en: FERDIG {work.code}, PRIS 4500 {work.code}" in sent["Body"]
    for _ in range(3):
        answer = await vendors.phone.by_twilio(number, "Ferdig 👍", sid="SM1" + number[1:])
        assert (answer.status_code, answer.text) == (200, "<Response/>")
    assert await status(dealer, work) == "done"
    (line,) = await came_in(dealer, work)
    assert (line["channel"], line["body"], line["to"]) == ("sms", "Ferdig 👍", number)
    assert (line["provider"], line["provider_id"], line["event"]) == ("twilio", "SM1" + number[1:], "vendor.answered")
    assert line["subject"] == "Lakk og Lim: Ferdig 👍"
    link = await dealer.read(work.planner, "vendor_links", work.link)
    assert (link["answer"], link["answer_note"]) == ("done", "Ferdig 👍")
    assert (await told(dealer, work.planner)).count("vendor.answered") == 1
    history = await dealer.application.platform.reading.history(work.planner, "work_items", work.item)
    assert history[0]["actor_name"] == "system:vendor"


async def test_a_price_and_a_delay_come_by_text_message(vendors: Vendors) -> None:
    dealer, number = vendors.dealer, fresh()
    work = await asked(dealer, phone=number, approve=False)
    await vendors.phone.by_twilio(number, f"PRIS 4.500,- {work.code.lower()}")
    assert Decimal((await dealer.read(work.planner, "work_items", work.item))["price"]) == 4500
    day = oslo_day(utc_now()) + timedelta(days=9)
    await vendors.phone.by_twilio(number, f"Forsinket til {day:%d.%m.%Y}")
    link = await dealer.read(work.planner, "vendor_links", work.link)
    assert (link["answer"], link["ready_on"]) == ("delayed", day.isoformat())
    assert len(await came_in(dealer, work)) == 2
    assert await status(dealer, work) == "proposed"


@pytest.mark.parametrize("text", ["Ikke ferdig ennå", "ferdig fredag", "Ferdig?", "Hei, hvor er nøkkelen"])
async def test_own_words_are_kept_and_told_and_close_nothing(vendors: Vendors, text: str) -> None:
    dealer, number = vendors.dealer, fresh()
    work = await asked(dealer, phone=number)
    assert (await vendors.phone.by_twilio(number, text)).status_code == 200
    assert await status(dealer, work) == "approved"
    (line,) = await came_in(dealer, work)
    assert (line["event"], line["body"]) == ("vendor.said", text)
    link = await dealer.read(work.planner, "vendor_links", work.link)
    assert (link["answer"], link["answered_at"], link["answer_note"]) == (None, None, text)
    await vendors.settled()
    (notice,) = await rows(dealer, work.planner, "notifications", event="vendor.said")
    assert notice["title"].startswith("Lakk og Lim har svart med egne ord:")
    assert text in notice["body"]
    assert len(vendors.twilio.sent) == 1, "nothing is answered by itself"


async def test_among_several_works_the_code_decides_and_without_it_nothing_is_closed(vendors: Vendors) -> None:
    dealer, number = vendors.dealer, fresh()
    works = [await asked(dealer, n, phone=number) for n in (1, 2)]
    vendors.twilio.sent.clear()
    for text in ("FERDIG", "Ferdig nå"):
        assert (await vendors.phone.by_twilio(number, text)).status_code == 200
        await vendors.settled()
    assert [await status(dealer, one) for one in works] == ["approved", "approved"]
    (sent,) = vendors.twilio.sent
    assert sent["To"] == number
    for one, plate in zip(works, ("EL 20001", "EL 20002"), strict=True):
        assert f"{one.code} ({plate})" in sent["Body"]
        assert [line["event"] for line in await came_in(dealer, one)] == ["vendor.unmatched"] * 2
    assert (await told(dealer, works[0].planner)).count("vendor.unmatched") == 4
    await vendors.phone.by_twilio(number, f"FERDIG {works[0].code}")
    assert [await status(dealer, one) for one in works] == ["done", "approved"]
    # The same again concerns the work that is closed, not the one that is left.
    await vendors.phone.by_twilio(number, f"FERDIG {works[0].code}")
    assert [await status(dealer, one) for one in works] == ["done", "approved"]
    await vendors.phone.by_twilio(number, "Ferdig")
    assert [await status(dealer, one) for one in works] == ["done", "done"]


async def test_a_message_told_many_times_at_once_is_taken_once(vendors: Vendors) -> None:
    dealer, number = vendors.dealer, fresh()
    work = await asked(dealer, phone=number)
    told_at_once = [vendors.phone.by_twilio(number, "Ferdig", sid="SM3" + number[1:]) for _ in range(6)]
    assert {answer.status_code for answer in await asyncio.gather(*told_at_once)} == {200}
    assert len(await came_in(dealer, work)) == 1
    assert await status(dealer, work) == "done"
    assert (await told(dealer, work.planner)).count("vendor.answered") == 1


async def test_a_message_told_again_never_means_the_next_work(vendors: Vendors) -> None:
    dealer, number = vendors.dealer, fresh()
    first = await asked(dealer, 1, phone=number)
    await vendors.phone.by_twilio(number, "FERDIG", sid="SM2" + number[1:])
    second = await asked(dealer, 2, phone=number)
    await vendors.phone.by_twilio(number, "FERDIG", sid="SM2" + number[1:])
    assert [await status(dealer, one) for one in (first, second)] == ["done", "approved"]


async def test_who_asks_for_silence_gets_no_answer(vendors: Vendors) -> None:
    dealer, number = vendors.dealer, fresh()
    works = [await asked(dealer, n, phone=number) for n in (1, 2)]
    vendors.twilio.sent.clear()
    await vendors.phone.by_twilio(number, "STOP")
    await vendors.settled()
    assert vendors.twilio.sent == []
    assert [line["event"] for line in await came_in(dealer, works[1])] == ["vendor.unmatched"]


async def test_asked_twice_about_the_same_work_the_newest_link_answers(vendors: Vendors) -> None:
    dealer, number = vendors.dealer, fresh()
    work = await asked(dealer, phone=number)
    again = (
        await dealer.do(
            work.planner, "vendor_links", "ask", work_item=str(work.item), vendor_name="Lakk og Lim", phone=number
        )
    ).record
    assert again
    await vendors.phone.by_twilio(number, "ferdig")
    assert (await dealer.read(work.planner, "vendor_links", again))["answer"] == "done"
    assert (await dealer.read(work.planner, "vendor_links", work.link))["answer"] is None
    assert await status(dealer, work) == "done"


async def test_a_revoked_link_closes_nothing_but_what_was_said_is_kept(vendors: Vendors) -> None:
    dealer, number = vendors.dealer, fresh()
    work = await asked(dealer, phone=number)
    await dealer.do(work.planner, "vendor_links", "revoke", work.link)
    assert (await vendors.phone.by_twilio(number, "FERDIG")).status_code == 200
    assert await status(dealer, work) == "approved"
    assert [line["event"] for line in await came_in(dealer, work)] == ["vendor.said"]


async def test_strangers_are_let_go_and_the_unsigned_are_turned_away(vendors: Vendors) -> None:
    dealer, number = vendors.dealer, fresh()
    work = await asked(dealer, phone=number)
    assert (await vendors.phone.by_twilio(fresh(), "FERDIG")).status_code == 200
    assert (await vendors.phone.by_twilio("Bilhuset", "FERDIG")).status_code == 200
    assert (await vendors.phone.by_twilio(number, "FERDIG", token="other")).status_code == 401
    assert (await vendors.phone.by_sveve(number, "FERDIG", secret="x" * 32)).status_code == 401
    assert await came_in(dealer, work) == []
    assert await status(dealer, work) == "approved"


async def test_a_picture_without_words_is_kept(vendors: Vendors) -> None:
    dealer, number = vendors.dealer, fresh()
    work = await asked(dealer, phone=number)
    await vendors.phone.by_twilio(number, "", NumMedia="1", MediaUrl0="https://media.example.test/1")
    (line,) = await came_in(dealer, work)
    assert "bilde uten tekst" in line["body"]
    await vendors.phone.by_twilio(number, "Ferdig", NumMedia="1", MediaUrl0="https://media.example.test/2")
    assert await status(dealer, work) == "done"
    assert "bilder hentes ikke fra SMS" in (await came_in(dealer, work))[1]["body"]


async def test_sveve_tells_which_message_is_answered(vendors: Vendors) -> None:
    dealer, number = vendors.dealer, fresh()
    works = [await asked(dealer, n, phone=number) for n in (1, 2)]
    (out,) = await logged(dealer, works[0].car, event="vendor.request")
    for _ in range(2):
        answer = await vendors.phone.by_sveve(number.removeprefix("+"), "Ferdig", id=out["provider_id"])
        assert answer.status_code == 204
    assert [await status(dealer, one) for one in works] == ["done", "approved"]
    assert [line["provider"] for line in await came_in(dealer, works[0])] == ["sveve"]
    # The code of another work than the message that is answered: two meanings.
    answer = await vendors.phone.by_sveve(number, f"Ferdig {works[1].code}", id=out["provider_id"])
    assert answer.status_code == 204
    assert await status(dealer, works[1]) == "approved"
    await vendors.phone.by_sveve(number.removeprefix("+47"), "ferdig", shortnumber="2210")
    assert await status(dealer, works[1]) == "done"


async def test_a_vendor_of_two_tenants_answers_the_right_one(vendors: Vendors) -> None:
    one, number = vendors.dealer, fresh()
    other = await settle(one.application)
    here, there = await asked(one, phone=number), await asked(other, phone=number)
    vendors.twilio.sent.clear()
    await vendors.phone.by_twilio(number, "FERDIG")
    for dealer in (one, other):
        await dealer.application.dispatcher.drain(dealer.tenant)
    assert (await status(one, here), await status(other, there)) == ("approved", "approved")
    assert len(vendors.twilio.sent) == 2
    for dealer, own, foreign in ((one, here, there), (other, there, here)):
        (sent,) = await logged(dealer, own.car, event="vendor.codes")
        assert own.code in sent["body"]
        assert foreign.code not in sent["body"]
    await vendors.phone.by_twilio(number, f"FERDIG {there.code}")
    assert (await status(one, here), await status(other, there)) == ("approved", "done")


async def test_what_the_work_does_not_take_is_kept_in_the_vendors_words(vendors: Vendors) -> None:
    dealer, number = vendors.dealer, fresh()
    work = await asked(dealer, phone=number, approve=False)
    await vendors.phone.by_twilio(number, "PRIS 9999999")
    lines = await came_in(dealer, work)
    assert len(lines) == 1
    assert lines[0]["body"] == "PRIS 9999999"


# -- letters ------------------------------------------------------------------------------------------------


def address(vendors: Vendors, work: Work) -> str:
    """Return where the vendor's letter was said to be answered."""
    letter = next(one for one in vendors.inbox.sent if one["to"] == ["lakk@example.test"])
    capabilities = vendors.dealer.application.post.capabilities
    assert letter["reply_to"] == capabilities.answer_address(vendors.dealer.tenant, work.link, DOMAIN)
    return str(letter["reply_to"])


async def deliver(vendors: Vendors, letter: Written, **more: str) -> None:
    assert (await vendors.inbox.deliver(vendors.client, letter, utc_now(), **more)).status_code == 204
    await vendors.settled()


async def test_a_photo_that_comes_when_too_many_are_read_is_kept_later(vendors: Vendors, outside_time: Time) -> None:
    dealer = vendors.dealer
    work = await asked(dealer, email="lakk@example.test")
    files = [("en.png", "image/png", PNG, "attachment"), ("to.png", "image/png", PNG + b"2", "attachment")]
    short_work = dealer.application.platform.short_work
    kept, short_work.waiting = short_work.waiting, -short_work.most
    manager = await dealer.person("manager", "495")
    try:
        await deliver(vendors, Written(to=address(vendors, work), text="Ferdig", files=files))
        assert await rows(dealer, manager, "car_files", car=str(work.car)) == []
    finally:
        short_work.waiting = kept
    outside_time.ahead += timedelta(minutes=1)
    await vendors.settled()
    outside_time.ahead -= timedelta(minutes=1)
    assert len(await rows(dealer, manager, "car_files", car=str(work.car))) == 2
    assert await status(dealer, work) == "done"


QUOTED = "\n\nDen fre. 20. nov. 2026 kl. 13:00 skrev DirectApp <x@da.example.test>:\n> Svar FERDIG, PRIS 4500\n> Hei"


async def test_a_letter_is_answered_by_a_letter_with_photos(vendors: Vendors) -> None:
    dealer = vendors.dealer
    work = await asked(dealer, email="lakk@example.test")
    to = address(vendors, work)
    assert re.fullmatch(r"svar\+[a-z2-7]{55}@inn\.example\.test", to)
    assert len(to.split("@", maxsplit=1)[0]) <= 64
    out = next(one for one in vendors.inbox.sent if one["to"] == ["lakk@example.test"])
    assert "Du kan også svare på denne e-posten med FERDIG" in out["text"]
    files = [
        ("ferdig.png", "image/png", PNG, "attachment"),
        ("logo.png", "image/png", PNG, "inline"),
        ("faktura.pdf", "application/pdf", b"%PDF-1.4", "attachment"),
        ("not.jpg", "image/jpeg", b"no picture", "attachment"),
    ]
    letter = Written(to=f"DirectApp <{to.upper()}>", text=f"Ferdig.\n\nMvh Ola{QUOTED}", files=files)
    for _ in range(3):
        await deliver(vendors, letter)
    assert await status(dealer, work) == "done"
    (line,) = await came_in(dealer, work)
    assert (line["channel"], line["to"], line["body"]) == ("email", "lakk@example.test", "Ferdig.\n\nMvh Ola")
    assert (line["provider"], line["provider_id"]) == ("resend", letter.id)
    (photo,) = await rows(dealer, await dealer.person("manager", "495"), "car_files", car=str(work.car))
    assert photo["title"].startswith("Lakk og Lim: Lakkere støtfanger")
    assert (await told(dealer, work.planner)).count("vendor.answered") == 1


@pytest.mark.parametrize("text", [None, "\n"])
async def test_a_letter_that_is_only_a_page_is_read(vendors: Vendors, text: str | None) -> None:
    dealer = vendors.dealer
    work = await asked(dealer, email="lakk@example.test", approve=False)
    page = '<div>Pris 4&nbsp;500 kr</div><div class="gmail_quote">FERDIG</div>'
    await deliver(vendors, Written(to=address(vendors, work), text=text, html=page))
    assert Decimal((await dealer.read(work.planner, "work_items", work.item))["price"]) == 4500


@pytest.mark.parametrize("headers", [{"Auto-Submitted": "auto-replied"}, {"Precedence": "bulk"}])
async def test_a_machine_that_answers_closes_nothing(vendors: Vendors, headers: dict[str, str]) -> None:
    dealer = vendors.dealer
    work = await asked(dealer, email="lakk@example.test")
    await deliver(vendors, Written(to=address(vendors, work), text="FERDIG", headers=headers))
    assert await status(dealer, work) == "approved"
    assert [line["event"] for line in await came_in(dealer, work)] == ["vendor.said"]


async def test_letters_to_other_addresses_are_let_go(vendors: Vendors) -> None:
    dealer = vendors.dealer
    work = await asked(dealer, email="lakk@example.test")
    to = address(vendors, work)
    last = "b" if to[59] == "a" else "a"
    for wrong in (f"{to[:59]}{last}{to[60:]}", f"post@{DOMAIN}", to.replace(DOMAIN, "other.test"), "svar+x@" + DOMAIN):
        await deliver(vendors, Written(to=wrong, text="FERDIG"))
    answer = await vendors.inbox.deliver(vendors.client, Written(to=to, text="FERDIG"), utc_now(), secret="whsec_eA==")
    assert answer.status_code == 401
    assert await status(dealer, work) == "approved"
    assert await came_in(dealer, work) == []


async def test_a_letter_is_fetched_again_where_the_service_is_down(vendors: Vendors, outside_time: Time) -> None:
    dealer = vendors.dealer
    work = await asked(dealer, email="lakk@example.test")
    letter = Written(to=address(vendors, work), text="Ferdig")
    vendors.inbox.then(as_text("", 403))
    await deliver(vendors, letter)
    assert await came_in(dealer, work) == []
    outside_time.ahead = timedelta(hours=1)
    try:
        await vendors.settled()
        assert await status(dealer, work) == "done"
    finally:
        outside_time.ahead = timedelta()


async def test_a_letter_to_a_revoked_link_is_kept_and_closes_nothing(vendors: Vendors) -> None:
    dealer = vendors.dealer
    work = await asked(dealer, email="lakk@example.test")
    to = address(vendors, work)
    await dealer.do(work.planner, "vendor_links", "revoke", work.link)
    await deliver(vendors, Written(to=to, text="Ferdig", files=[("a.png", "image/png", PNG, "attachment")]))
    assert await status(dealer, work) == "approved"
    assert [line["event"] for line in await came_in(dealer, work)] == ["vendor.said"]
    assert await rows(dealer, await dealer.person("manager", "495"), "car_files", car=str(work.car)) == []


# -- where answers do not arrive ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "takes"),
    [
        ({}, True),
        ({"sms_replies": False}, False),
        ({"sms_from": "Bilhuset"}, False),
        ({"sms_from": "", "twilio_service": "MG1"}, True),
        ({"twilio_account": "", "sveve_user": "u", "sms_from": "Bilhuset"}, True),
        ({"twilio_account": ""}, False),
    ],
)
def test_only_who_can_be_answered_asks_for_an_answer(changes: dict[str, Any], takes: bool) -> None:  # noqa: FBT001
    usual = {"twilio_account": ACCOUNT, "sms_from": TO, "sms_replies": True, "secret": "t" * 48}
    settings = Settings(**{**usual, **changes})
    link = uuid7()
    message = Envelope(
        id=uuid7(),
        tenant=uuid7(),
        channel="sms",
        to="+4790000000",
        subject="",
        body="Oppdrag. Svar her: [lenke]",
        event="vendor.request",
        receiver_kind="vendor",
        content={"language": "en", "capability": ["vendor", str(link)]},
    )
    replies = open_replies(settings, Capabilities("t" * 48, PUBLIC))
    said = replies.invited(message).body
    assert replies.takes(message) is takes
    assert (said == message.body) is not takes
    assert (f"DONE {code_of(link)}, PRICE 4500 {code_of(link)}" in said) is takes
    letter = replace(message, channel="email")
    assert replies.address(letter) == ""
    assert replies.invited(letter) == letter


async def test_without_an_inbound_domain_letters_lead_to_the_link_alone(dealer: Dealer) -> None:
    work = await asked(dealer, email="uten.svar@example.test")
    (letter,) = letters_to(dealer.application, "uten.svar@example.test")
    words = letter.get_body(("plain",))
    assert words is not None
    assert "svare på denne e-posten" not in words.get_content()
    assert letter["Reply-To"] is None
    (line,) = await logged(dealer, work.car, event="vendor.request")
    assert line["status"] == "sent"
