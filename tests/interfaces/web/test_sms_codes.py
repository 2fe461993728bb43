"""Codes by SMS: off until a company switches them on, sent to a confirmed phone, and good for signing in alone."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import pytest

from directapp.connectors.twilio import Twilio
from directapp.kernel.actor import system_actor
from interfaces.web.test_second_factor import PAGE, session_of
from support.browser import Browser, Opener, field
from support.dealer import Dealer, Time
from support.factors import HERE, enrol
from support.fakes.sms import ACCOUNT, SECRET, FakeTwilio
from support.pages import PASSWORD, give_password

NUMBER = "+4790000011"
SECURITY = "/app/me/security"


@pytest.fixture
async def twilio(dealer: Dealer, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[FakeTwilio]:
    async with FakeTwilio() as fake:
        sender = Twilio(dealer.application.http, account=ACCOUNT, secret=SECRET, sender="Bilhuset", base=fake.base)
        monkeypatch.setattr(dealer.application.post, "sms", sender)
        yield fake


async def allow(dealer: Dealer, *, on: bool = True) -> None:
    await dealer.do(system_actor(dealer.tenant, "signin"), "tenants", "update", dealer.tenant, sms_codes=on)


def sent(twilio: FakeTwilio) -> str:
    """Return the last code, as its message tells it twice."""
    last = twilio.sent[-1]
    found = re.fullmatch(r"(\d{6}) er koden din .*\n\n@\S+ #(\d{6})", last["Body"], re.DOTALL)
    assert found is not None
    assert found[1] == found[2]
    return found[1]


async def post(browser: Browser, address: str, page: str = PAGE, **values: Any) -> httpx.Response:
    form = {"_csrf": field((await browser.get(page)).text, "_csrf"), **values}
    return await browser.client.post(address, data=form)


async def with_phone(browser: Browser, twilio: FakeTwilio) -> list[str]:
    """Set up a phone; return the recovery codes."""
    assert (await post(browser, f"{PAGE}/sms", SECURITY, phone="900 00 011")).status_code == 200
    done = await post(browser, f"{PAGE}/sms/confirm", SECURITY, code=sent(twilio))
    assert done.status_code == 200
    return re.findall(r"<li>([a-z2-9]{5}-[a-z2-9]{5})</li>", done.text)


async def waiting(browser: Browser) -> None:
    """Sign in with the password, and wait."""
    email = await give_password(browser.dealer, browser.actor)
    browser.client.cookies.clear()
    answer = await browser.client.post("/sign-in", data={"email": email, "password": PASSWORD})
    assert answer.headers["location"].startswith(PAGE)


async def test_they_are_off_and_then_say_why(
    signed: Opener, dealer: Dealer, twilio: FakeTwilio, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = await signed("planner", "499")
    assert "Kode på SMS" not in (await browser.get(SECURITY)).text
    assert (await post(browser, f"{PAGE}/sms", SECURITY, phone=NUMBER)).status_code == 409
    admin = await signed("tenant_admin", "")
    assert "overtatt med nytt SIM-kort" in (await admin.get(f"/app/tenants/{dealer.tenant}")).text
    await allow(dealer)
    page = (await browser.get(SECURITY)).text
    assert "Kode på SMS" in page
    assert "Den som overtar nummeret ditt, får koden også." in page
    # Without a service that sends them there are none.
    monkeypatch.setattr(dealer.application.post, "sms", None)
    assert "Kode på SMS" not in (await browser.get(SECURITY)).text
    assert (await post(browser, f"{PAGE}/sms", SECURITY, phone=NUMBER)).status_code == 409
    assert twilio.sent == []


async def test_a_phone_counts_once_it_is_confirmed_and_lets_its_person_in(
    signed: Opener, dealer: Dealer, twilio: FakeTwilio, moved: Time
) -> None:
    await allow(dealer)
    browser = await signed("planner", "499")
    for wrong in ("", "123", "x" * 30):
        assert (await post(browser, f"{PAGE}/sms", SECURITY, phone=wrong)).status_code == 422
    assert (await post(browser, f"{PAGE}/sms", SECURITY, phone="900 00 011")).status_code == 200
    first = sent(twilio)
    assert twilio.sent[-1]["To"] == NUMBER
    wrong_code = f"{(int(first) + 1) % 10**6:06}"
    assert (await post(browser, f"{PAGE}/sms/confirm", SECURITY, code=wrong_code)).status_code == 422
    assert "Telefon …11" not in (await browser.get(SECURITY)).text
    done = await post(browser, f"{PAGE}/sms/confirm", SECURITY, code=f"{first[:3]} {first[3:]}")
    assert len(re.findall(r"<li>([a-z2-9]{5}-[a-z2-9]{5})</li>", done.text)) == 10
    moved.ahead += timedelta(minutes=2)

    await waiting(browser)
    assert "telefonen som slutter på 11" in (await browser.get(PAGE)).text
    assert (await post(browser, PAGE, _otp=first)).status_code == 422, "each is good once"
    told = await post(browser, f"{PAGE}/sms/send", next="/app/cars")
    assert "Vi har sendt en kode" in told.text
    code = sent(twilio)
    came = await post(browser, PAGE, _otp=code, next="/app/cars")
    assert (came.status_code, came.headers["location"]) == (303, "/app/cars")
    assert (await browser.get("/app/cars")).status_code == 200
    await waiting(browser)
    assert (await post(browser, PAGE, _otp=code)).status_code == 422, "each is good once"


async def test_a_code_lives_five_minutes_and_only_the_last_one_counts(
    signed: Opener, dealer: Dealer, twilio: FakeTwilio, moved: Time
) -> None:
    await allow(dealer)
    browser = await signed("planner", "499")
    await with_phone(browser, twilio)
    await waiting(browser)
    moved.ahead += timedelta(minutes=2)
    await post(browser, f"{PAGE}/sms/send")
    earlier = sent(twilio)
    moved.ahead += timedelta(minutes=2)
    await post(browser, f"{PAGE}/sms/send")
    last = sent(twilio)
    assert (await post(browser, PAGE, _otp=earlier)).status_code == 422
    moved.ahead += timedelta(minutes=5)
    assert (await post(browser, PAGE, _otp=last)).status_code == 422


async def test_no_code_by_sms_does_what_asks_for_a_second_factor_anew(
    signed: Opener, dealer: Dealer, twilio: FakeTwilio, moved: Time
) -> None:
    await allow(dealer)
    browser = await signed("tenant_admin", "")
    recovery = await with_phone(browser, twilio)
    moved.ahead += timedelta(minutes=2)
    await waiting(browser)
    await post(browser, f"{PAGE}/sms/send")
    assert (await post(browser, PAGE, _otp=sent(twilio))).status_code == 303
    target = await dealer.person("mechanic", "499")
    address = f"/app/users/{target.user}/do/set_roles"
    form = {"_csrf": await browser.token(), "_key": "a" * 32, "roles": ["detailer"]}
    # Just shown, and asked for all the same: by what is not sent.
    assert (await browser.client.post(address, data=form)).status_code == 403
    moved.ahead += timedelta(minutes=2)
    assert (await post(browser, f"{PAGE}/sms/send", SECURITY)).status_code == 403, "nobody waits"
    kept = sent(twilio)
    assert (await browser.client.post(address, data={**form, "_otp": kept})).status_code == 422
    assert (await post(browser, f"{PAGE}/app", SECURITY)).status_code == 403
    done = await browser.client.post(address, data={**form, "_key": "b" * 32, "_otp": recovery[0]})
    assert done.status_code == 303
    # A program takes none either.
    auth = dealer.application.auth
    email = await give_password(dealer, browser.actor)
    await waiting(browser)
    moved.ahead += timedelta(minutes=2)
    await post(browser, f"{PAGE}/sms/send")
    told = await browser.client.post("/auth/login", json={"email": email, "password": PASSWORD, "otp": sent(twilio)})
    assert told.status_code == 401
    assert auth.port.can_text


async def test_codes_are_sent_seldom_and_guesses_are_counted(
    signed: Opener, dealer: Dealer, twilio: FakeTwilio, moved: Time
) -> None:
    await allow(dealer)
    browser = await signed("planner", "499")
    await with_phone(browser, twilio)
    await waiting(browser)
    hurried = await post(browser, f"{PAGE}/sms/send")
    assert hurried.status_code == 429
    assert len(twilio.sent) == 1
    for _ in range(6):
        moved.ahead += timedelta(minutes=2)
        await post(browser, f"{PAGE}/sms/send")
    assert len(twilio.sent) == 5, "five within an hour"
    # Nor to the number from another account, and not while the account waits for wrong guesses.
    other = await signed("mechanic", "499")
    assert (await post(other, f"{PAGE}/sms", SECURITY, phone=NUMBER)).status_code == 429
    moved.ahead += timedelta(hours=2)
    await waiting(browser)
    statuses = [(await post(browser, PAGE, _otp="000000")).status_code for _ in range(5)]
    assert statuses == [422, 422, 422, 422, 429]
    assert (await post(browser, f"{PAGE}/sms/send")).status_code == 429
    assert len(twilio.sent) == 5


async def test_switched_off_they_let_nobody_in(signed: Opener, dealer: Dealer, twilio: FakeTwilio, moved: Time) -> None:
    await allow(dealer)
    browser = await signed("planner", "499")
    recovery = await with_phone(browser, twilio)
    moved.ahead += timedelta(minutes=2)
    await waiting(browser)
    await post(browser, f"{PAGE}/sms/send")
    await allow(dealer, on=False)
    assert "telefonen som slutter på" not in (await browser.get(PAGE)).text
    assert (await post(browser, PAGE, _otp=sent(twilio))).status_code == 422
    assert (await post(browser, f"{PAGE}/sms/send")).status_code == 409
    assert (await post(browser, PAGE, _otp=recovery[0])).status_code == 303


async def test_beside_an_app_a_phone_is_added_by_who_has_just_shown_the_app(
    signed: Opener, dealer: Dealer, twilio: FakeTwilio, moved: Time
) -> None:
    await allow(dealer)
    browser = await signed("planner", "499")
    await enrol(dealer, browser.actor, await session_of(browser), moved)
    dealer.application.principals.forget(dealer.tenant)
    moved.ahead += timedelta(minutes=6)
    assert (await post(browser, f"{PAGE}/sms", SECURITY, phone=NUMBER)).status_code == 403
    assert twilio.sent == []
    assert HERE
