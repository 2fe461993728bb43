"""The pages of messages without a script: the bell's list, choices, a car's communication, and who reports."""

import base64
import hashlib
import hmac
import io
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import httpx
import pytest
from PIL import Image

from directapp.connectors import svix
from directapp.interfaces.web.core.posted import STRANGER_BYTES
from directapp.kernel.clock import utc_now
from directapp.kernel.ids import uuid7
from support.browser import Opener
from support.dealer import Dealer, Time, settle
from support.fakes.resend import SECRET, FakeResend, webhook
from support.fakes.sms import ACCOUNT, FakeTwilio
from support.fakes.sms import SECRET as TOKEN
from support.pages import build_pages, new_car
from support.post import SELLER, house_with, logged, prepared, rows, sold_car, told
from support.server import Server

PUBLIC = "https://da.example.test"
SVEVE = "s" * 32


async def test_the_bell_counts_what_is_unread_and_the_list_leads_to_the_car(signed: Opener, dealer: Dealer) -> None:
    parts = await signed("parts", "495")
    assert (await parts.get("/app/bell")).json() == {"count": 0, "shown": "0", "said": "Ingen uleste varsler"}
    assert "Du er à jour" in (await parts.get("/app/notifications")).text
    seller = await dealer.person(*SELLER)
    cars = [await new_car(dealer, seller, number) for number in (1, 2)]
    await told(dealer, parts.actor)
    assert (await parts.get("/app/bell")).json()["said"] == "2 uleste varsler"
    page = (await parts.get("/app/notifications")).text
    assert "Ny ordre: EL 20001" in page
    note = next(n for n in await rows(dealer, parts.actor, "notifications") if n["car"] == str(cars[0]))
    opened = await parts.get(f"/app/notifications/{note['id']}/open")
    assert (opened.status_code, opened.headers["location"]) == (303, f"/app/cars/{cars[0]}")
    assert (await parts.get("/app/bell")).json()["said"] == "1 ulest varsel"


async def test_the_list_is_parted_by_type_and_marked_read_together(signed: Opener, dealer: Dealer) -> None:
    parts = await signed("parts", "499")
    seller = await dealer.person(*SELLER)
    here = await dealer.person("parts", "495")
    car = await new_car(dealer, seller, 1)
    item = await dealer.create(seller, "car_accessories", car=str(car), name="Hengerfeste")
    await dealer.do(here, "cars", "update", car, parts_ordered_seller_at=utc_now().isoformat())
    await dealer.do(seller, "car_accessories", "update", item, quantity=3)
    await dealer.create(seller, "comments", car=str(car), text="Haster", mentions=[str(parts.actor.user)])
    await told(dealer, parts.actor)
    page = (await parts.get("/app/notifications")).text
    # The newest first, however urgent an older one is.
    found = await rows(dealer, parts.actor, "notifications")
    told_of = sorted(found, key=lambda n: (n["created_at"], n["id"]), reverse=True)
    assert len(told_of) == 3
    places = [page.index(f'id="note-{n["id"]}"') for n in told_of]
    assert places == sorted(places)
    only = (await parts.get("/app/notifications?type=comment")).text
    assert "nevnte deg" in only
    assert "Deler bestilt" not in only
    answer = await parts.send("/app/notifications/read", _key=uuid7().hex, type="comment")
    assert answer.status_code == 303
    assert (await parts.get("/app/bell")).json()["count"] == 2
    await parts.send("/app/notifications/read", _key=uuid7().hex)
    assert (await parts.get("/app/bell")).json()["count"] == 0
    assert "Tidligere" in (await parts.get("/app/notifications?show=all")).text


async def test_nobody_opens_or_marks_another_persons_notification(signed: Opener, dealer: Dealer) -> None:
    parts = await dealer.person("parts", "495")
    await new_car(dealer, await dealer.person(*SELLER), 1)
    await told(dealer, parts)
    (note,) = await rows(dealer, parts, "notifications")
    other = await signed("manager", "495")
    assert (await other.get(f"/app/notifications/{note['id']}/open")).status_code == 404
    assert (await other.send(f"/app/notifications/{note['id']}/read", _key=uuid7().hex)).status_code == 404


async def test_a_person_chooses_letters_quiet_hours_and_the_overview(signed: Opener, dealer: Dealer) -> None:
    parts = await signed("parts", "495")
    page = (await parts.get("/app/me/notices")).text
    assert re.search(r'value="order.new" checked', page)
    assert not re.search(r'value="work.technical" checked', page)
    asked = {"email": ["work.technical"], "quiet_from": "22:00", "quiet_to": "06:30", "digest": "1"}
    wrong = await parts.send("/app/me/notices", _key=uuid7().hex, **{**asked, "quiet_to": ""})
    assert wrong.status_code == 422
    assert "Oppgi både fra og til" in wrong.text
    assert re.search(r'value="work.technical" checked', wrong.text)
    assert (await parts.send("/app/me/notices", _key=uuid7().hex, **asked)).status_code == 303
    (chosen,) = await rows(dealer, parts.actor, "notice_choices")
    assert (chosen["email_events"], chosen["quiet_from"], chosen["digest"]) == (["work.technical"], "22:00", True)
    again = {**asked, "quiet_from": "", "quiet_to": ""}
    sent = await parts.send("/app/me/notices", _key=uuid7().hex, _version=chosen["version"], **again)
    assert sent.status_code == 303
    (chosen,) = await rows(dealer, parts.actor, "notice_choices")
    assert (chosen["quiet_from"], chosen["digest"]) == (None, True)


async def test_a_car_tells_who_was_told_and_takes_a_logged_call(signed: Opener, dealer: Dealer) -> None:
    await dealer.person("parts", "495")
    car = await sold_car(dealer)
    await logged(dealer, car)
    seller = await signed(*SELLER)
    path = f"/app/cars/{car}"
    assert f"{path}/part/messages" in (await seller.get(path)).text
    part = await seller.part(f"{path}/part/messages")
    assert "Ny ordre: EL 20001" in part.text
    assert "til Parts På 495" in part.text
    empty = await seller.send(f"{path}/messages", _key=uuid7().hex, body="")
    assert (empty.status_code, "Skriv hva samtalen gjaldt" in empty.text) == (422, True)
    call = {"receiver_kind": "customer", "direction": "in", "body": "Vil hente fredag"}
    assert (await seller.send(f"{path}/messages", _key=uuid7().hex, **call)).status_code == 303
    after = (await seller.get(f"{path}/part/messages")).text
    assert "Vil hente fredag" in after
    assert "fra Kunde" in after


async def test_the_customers_link_is_made_sent_shown_and_taken_back(
    signed: Opener, dealer: Dealer, stranger: httpx.AsyncClient
) -> None:
    car = await sold_car(dealer, delivery_date=(utc_now() + timedelta(days=6)).date().isoformat())
    seller = await signed(*SELLER)
    path = f"/app/cars/{car}"
    sent = await seller.send(f"{path}/status-link", _key=uuid7().hex, channel="email")
    assert sent.status_code == 303
    (line,) = await logged(dealer, car, event="customer.link")
    assert (line["channel"], line["status"]) == ("email", "sent")
    part = (await seller.get(f"{path}/part/messages")).text
    token = re.search(r"/status/([\w-]{68})", part)
    assert token
    page = await stranger.get(f"/status/{token[1]}")
    assert page.status_code == 200
    assert "Hei, Nora" in page.text
    for hidden in ("Lie", "EL20001", "EL 20001", "WAUZZZ", "nora@example.test", "90000001", "349", "New På"):
        assert hidden not in page.text
    assert "Audi A3 Sportback" in page.text
    assert page.headers["x-robots-tag"].startswith("noindex")
    assert page.headers["referrer-policy"] == "no-referrer"
    assert page.headers["cache-control"] == "no-store"
    assert "Your car is ordered" in (await stranger.get(f"/status/{token[1]}?language=en")).text
    (link,) = await rows(dealer, seller.actor, "status_links")
    assert link["opened_at"]
    assert (await seller.send(f"{path}/status-link", _key=uuid7().hex, revoke=link["id"])).status_code == 303
    assert (await stranger.get(f"/status/{token[1]}")).status_code == 404
    assert (await stranger.get(f"/status/{token[1][:-1]}A")).status_code == 404
    assert (await stranger.get("/status/x")).status_code == 404


async def test_a_link_that_ran_out_opens_nothing(dealer: Dealer, stranger: httpx.AsyncClient, time: Time) -> None:
    seller = await dealer.person(*SELLER)
    car = await sold_car(dealer)
    link = (await dealer.do(seller, "status_links", "share", car=str(car))).record
    assert link
    token = dealer.application.post.capabilities.token("status", dealer.tenant, link)
    assert (await stranger.get(f"/status/{token}")).status_code == 200
    time.ahead = timedelta(days=121)
    try:
        assert (await stranger.get(f"/status/{token}")).status_code == 404
    finally:
        time.ahead = timedelta()


async def test_a_vendor_answers_without_an_account(dealer: Dealer, stranger: httpx.AsyncClient) -> None:
    item, token = await asked_vendor(dealer)
    planner = await dealer.person("planner", "499")
    page = await stranger.get(f"/vendor/{token}")
    assert page.status_code == 200
    assert "Lakkere støtfanger" in page.text
    assert "Nora" not in page.text
    assert "90000001" not in page.text
    key = re.search(r'name="_key" value="(\w+)"', page.text)
    assert key
    nothing = await stranger.post(f"/vendor/{token}", data={"_key": uuid7().hex})
    assert (nothing.status_code, "Velg hva du vil svare" in nothing.text) == (422, True)
    form = {"_key": key[1], "answer": "price", "price": "2 400,50", "answer_note": "Tar to dager"}
    for _ in range(2):
        sent = await stranger.post(f"/vendor/{token}", data=form)
        assert (sent.status_code, sent.headers["location"]) == (303, f"/vendor/{token}")
    assert (await dealer.read(planner, "work_items", item))["price"] == "2400.50"
    assert "vendor.answered" in await told(dealer, planner)
    assert (await told(dealer, planner)).count("vendor.answered") == 1
    (notice,) = (r for r in await rows(dealer, planner, "notifications") if r["event"] == "vendor.answered")
    assert "2\u00a0400,50\u00a0kr." in notice["body"]
    history = await dealer.application.platform.reading.history(planner, "work_items", item)
    assert history[0]["actor_name"] == "system:vendor"
    assert "Takk. Svaret er mottatt" in (await stranger.get(f"/vendor/{token}")).text
    late = {"_key": uuid7().hex, "answer": "delayed"}
    assert (await stranger.post(f"/vendor/{token}", data=late)).status_code == 422
    assert (await stranger.post(f"/vendor/{token}", data={**late, "ready_on": "2027-01-15"})).status_code == 303
    await dealer.do(planner, "work_items", "approve", item)
    done = {"_key": uuid7().hex, "answer": "done"}
    photo = {"photos": ("ferdig.png", photograph(), "image/png")}
    assert (await stranger.post(f"/vendor/{token}", data=done, files=photo)).status_code == 303
    row = await dealer.read(planner, "work_items", item)
    assert row["status"] == "done"
    (kept,) = await rows(dealer, await dealer.person("manager", "495"), "car_files", car=row["car"])
    assert kept["title"].startswith("Lakk og Lim")
    assert "allerede avsluttet" in (await stranger.get(f"/vendor/{token}")).text


async def test_a_vendors_link_is_taken_back(dealer: Dealer, stranger: httpx.AsyncClient) -> None:
    _, token = await asked_vendor(dealer)
    planner = await dealer.person("planner", "499")
    (link,) = await rows(dealer, planner, "vendor_links")
    await dealer.do(planner, "vendor_links", "revoke", UUID(link["id"]))
    assert (await stranger.get(f"/vendor/{token}")).status_code == 404
    done = await stranger.post(f"/vendor/{token}", data={"_key": uuid7().hex, "answer": "done"})
    assert done.status_code == 404


async def asked_vendor(dealer: Dealer) -> tuple[UUID, str]:
    """Hand a work item to a vendor, and return it with the link's last part."""
    car = await sold_car(dealer)
    planner = await dealer.person("planner", "499")
    item = await dealer.create(planner, "work_items", car=str(car), description="Lakkere støtfanger", kind="paint")
    link = await dealer.do(
        planner, "vendor_links", "ask", work_item=str(item), vendor_name="Lakk og Lim", email="lakk@example.test"
    )
    assert link.record
    (line,) = await logged(dealer, car, event="vendor.request")
    assert (line["to"], line["status"], line["receiver_kind"]) == ("lakk@example.test", "sent", "vendor")
    return item, dealer.application.post.capabilities.token("vendor", dealer.tenant, link.record)


def photograph() -> bytes:
    """Return a picture as large as a phone's smaller ones: what strangers may send elsewhere is far less."""
    made = io.BytesIO()
    Image.effect_noise((900, 700), 80).save(made, "PNG")
    assert len(made.getvalue()) > 4 * STRANGER_BYTES
    return made.getvalue()


# -- what providers tell --------------------------------------------------------------------------------


@pytest.fixture(scope="session")
async def reported(server: Server) -> AsyncIterator[tuple[Dealer, httpx.AsyncClient]]:
    async with FakeResend() as resend, FakeTwilio() as twilio:
        settings = {
            "resend_key": resend.api_key,
            "resend_url": resend.base,
            "resend_per_second": 100.0,
            "resend_webhook_secret": SECRET,
            "twilio_account": ACCOUNT,
            "twilio_token": TOKEN,
            "twilio_url": twilio.base,
            "sms_from": "Bilhuset",
            "sveve_secret": SVEVE,
            "public_url": PUBLIC,
        }
        async with house_with(server, Time(), **settings) as application:
            transport = httpx.ASGITransport(app=build_pages(application))
            async with httpx.AsyncClient(transport=transport, base_url=PUBLIC) as client:
                yield await settle(application), client


async def fetched(dealer: Dealer) -> tuple[UUID, dict[str, dict[str, Any]]]:
    """Return a car whose customer was told, and the log's lines by channel."""
    dealer = await settle(dealer.application)
    car = await sold_car(dealer)
    await prepared(dealer, car)
    await dealer.do(await dealer.person("planner", "499"), "cars", "update", car, ready_for_pickup=True)
    lines = {line["channel"]: line for line in await logged(dealer, car, event="customer.pickup")}
    for line in lines.values():
        line["dealer"] = dealer
    return car, lines


def tags_of(line: dict[str, Any]) -> dict[str, str]:
    return {"tenant": line["dealer"].tenant.hex, "message": UUID(line["id"]).hex}


async def test_resend_reports_delivery_then_a_bounce_which_keeps_the_address_out(
    reported: tuple[Dealer, httpx.AsyncClient],
) -> None:
    application, client = reported
    car, lines = await fetched(application)
    line = lines["email"]
    dealer: Dealer = line["dealer"]
    seller, manager = await dealer.person(*SELLER), await dealer.person("manager", "495")
    data = {"email_id": line["provider_id"], "tags": tags_of(line)}
    now = utc_now()
    headers, body = webhook("email.delivered", now, **data)
    assert (await client.post("/hooks/resend", content=body, headers=headers)).status_code == 204
    (row,) = await logged(dealer, car, event="customer.pickup", channel="email")
    assert (row["status"], row["error"]) == ("delivered", None)
    bounce = {"type": "Permanent", "subType": "General", "message": "mailbox unavailable"}
    headers, body = webhook("email.bounced", now, **data, bounce=bounce)
    headers["svix-id"] = "msg_2"
    headers, body = signed_again(headers, body, now)
    for _ in range(2):
        assert (await client.post("/hooks/resend", content=body, headers=headers)).status_code == 204
    (row,) = await logged(dealer, car, event="customer.pickup", channel="email")
    assert (row["status"], row["error"]) == ("bounced", "General")
    assert (await told(dealer, seller)).count("message.bounced") == 1
    (address,) = await rows(dealer, manager, "suppressed_addresses")
    assert (address["address"], address["reason"]) == ("nora@example.test", "bounced")
    late, body = webhook("email.delivered", now, **data)
    late["svix-id"] = "msg_3"
    late, body = signed_again(late, body, now)
    await client.post("/hooks/resend", content=body, headers=late)
    (row,) = await logged(dealer, car, event="customer.pickup", channel="email")
    assert row["status"] == "bounced"
    # Not tried again until a person says so; and an old report told again does not take that word back.
    second = await sold_car(dealer, 2)
    await dealer.do(seller, "status_links", "share", car=str(second), channel="email")
    (skipped,) = await logged(dealer, second, event="customer.link")
    assert skipped["status"] == "skipped"
    await dealer.do(manager, "suppressed_addresses", "release", UUID(address["id"]))
    headers["svix-id"] = "msg_4"
    headers, body2 = signed_again(headers, webhook("email.bounced", now, **data, bounce=bounce)[1], now)
    await client.post("/hooks/resend", content=body2, headers=headers)
    (address,) = await rows(dealer, manager, "suppressed_addresses")
    assert address["released_at"]


def signed_again(headers: dict[str, str], body: bytes, now: Any) -> tuple[dict[str, str], bytes]:
    """Sign a webhook under another id."""
    named = svix.signed_headers(SECRET, headers["svix-id"], now, body)
    return {name.replace("webhook", "svix"): value for name, value in named.items()}, body


async def test_resend_is_believed_only_with_its_signature(reported: tuple[Dealer, httpx.AsyncClient]) -> None:
    application, client = reported
    car, lines = await fetched(application)
    line = lines["email"]
    data = {"email_id": line["provider_id"], "tags": tags_of(line)}
    headers, body = webhook("email.bounced", utc_now(), **data)
    old, older = webhook("email.bounced", utc_now() - timedelta(minutes=6), **data)
    for given, said in ((headers, body + b" "), ({}, body), (old, older)):
        assert (await client.post("/hooks/resend", content=said, headers=given)).status_code == 401
    (row,) = await logged(line["dealer"], car, event="customer.pickup", channel="email")
    assert row["status"] == "sent"
    foreign, words = webhook("contact.created", utc_now())
    assert (await client.post("/hooks/resend", content=words, headers=foreign)).status_code == 204


async def test_twilio_reports_with_its_signature_and_sveve_with_our_secret(
    reported: tuple[Dealer, httpx.AsyncClient],
) -> None:
    application, client = reported
    car, lines = await fetched(application)
    line = lines["sms"]
    dealer: Dealer = line["dealer"]
    path = f"/hooks/twilio/{dealer.tenant.hex}{UUID(line['id']).hex}"
    form = {"MessageSid": line["provider_id"], "MessageStatus": "delivered", "To": "+4790000001", "From": "Bilhuset"}
    text = PUBLIC + path + "".join(name + form[name] for name in sorted(form))
    good = base64.b64encode(hmac.new(TOKEN.encode(), text.encode(), hashlib.sha1).digest()).decode()
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    for signature, status in (("", 401), ("x" * 28, 401), (good, 204)):
        headers = {"X-Twilio-Signature": signature, **kind}
        assert (await client.post(path, content=urlencode(form), headers=headers)).status_code == status
    (row,) = await logged(dealer, car, channel="sms")
    assert row["status"] == "delivered"
    query = {"number": "90000001", "status": "false", "id": "42009001", "errorCode": "1"}
    query["ref"] = f"{dealer.tenant.hex}{UUID(line['id']).hex}"
    assert (await client.get(f"/hooks/sveve/{'x' * 32}", params=query)).status_code == 401
    assert (await client.get(f"/hooks/sveve/{SVEVE}", params=query)).status_code == 204
    (row,) = await logged(dealer, car, channel="sms")
    assert row["status"] == "failed"


async def test_hooks_that_are_not_set_up_believe_nobody(stranger: httpx.AsyncClient) -> None:
    headers, body = webhook("email.delivered", utc_now())
    assert (await stranger.post("/hooks/resend", content=body, headers=headers)).status_code == 401
    assert (await stranger.post("/hooks/twilio/x", content=b"")).status_code == 401
    assert (await stranger.get("/hooks/sveve/")).status_code == 404
    assert (await stranger.get("/hooks/sveve/x")).status_code == 401


async def test_a_stranger_is_sent_to_sign_in_from_every_page_of_messages(stranger: httpx.AsyncClient) -> None:
    record = uuid7()
    for path in (
        "/app/bell",
        "/app/notifications",
        f"/app/notifications/{record}/open",
        "/app/me/notices",
        "/app/letters",
        "/app/letters/order.new/nb",
        f"/app/cars/{record}/part/messages",
    ):
        answer = await stranger.get(path)
        assert (answer.status_code, answer.headers["location"].split("?")[0]) == (303, "/sign-in"), path
    for path in ("/app/notifications/read", "/app/me/notices", f"/app/cars/{record}/messages"):
        assert (await stranger.post(path)).status_code == 303
