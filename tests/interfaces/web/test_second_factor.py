"""The second factor: demanded by role everywhere, shown after the password, anew for what asks for it, and reset."""

import asyncio
import re
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest

from directapp.domains.people import auth as signing
from directapp.kernel.errors import DirectAppError, SecondFactorError, StepUpError, UnauthenticatedError
from support.browser import Browser, Opener, field
from support.dealer import Dealer, Time
from support.factors import HERE, App, demand, enrol
from support.pages import PASSWORD, give_password

PAGE = "/app/second-factor"


async def session_of(browser: Browser) -> UUID:
    cookie = browser.client.cookies["directapp_session"]
    return UUID(hex=cookie.split("_")[2])


async def enrolled(browser: Browser, time: Time) -> tuple[App, tuple[str, ...]]:
    return await enrol(browser.dealer, browser.actor, await session_of(browser), time)


async def sign_in(browser: Browser) -> httpx.Response:
    email = await give_password(browser.dealer, browser.actor)
    browser.client.cookies.clear()
    return await browser.client.post("/sign-in", data={"email": email, "password": PASSWORD, "next": "/app/cars"})


async def test_a_role_that_needs_one_reaches_nothing_before_it_is_set_up(
    signed: Opener, dealer: Dealer, moved: Time
) -> None:
    browser = await signed("manager")
    application = dealer.application
    api = await signing.sign_in(
        application.auth, email=await give_password(dealer, browser.actor), password=PASSWORD, address=HERE
    )
    assert api.access_token
    assert api.refresh_token
    await application.principals.authenticate(f"Bearer {api.access_token}", address=HERE)
    key = (await dealer.do(api.actor, "api_keys", "create_key", name="Regneark")).shown_once["key"]
    await demand(dealer, "manager")
    for address in ("/", "/app/cars", "/app/me", "/app/live", "/app/me/security"):
        answer = await browser.get(address)
        assert (answer.status_code, PAGE in answer.text) == (403, True), address
    for bearer in (api.access_token, key):
        with pytest.raises(SecondFactorError):
            await application.principals.authenticate(f"Bearer {bearer}", address=HERE)
    with pytest.raises(SecondFactorError):
        await signing.refresh(application.auth, api.refresh_token)
    assert (await browser.client.post("/app/me", data={"first_name": "X"})).status_code == 403

    shown = await browser.get(f"{PAGE}?language=en")
    assert (shown.status_code, "Set up a second factor" in shown.text) == (200, True)
    form = {"_csrf": field(shown.text, "_csrf"), "next": "/app/cars"}
    begun = await browser.client.post(f"{PAGE}/app", data=form)
    secret = re.search(r"factor-key\">([A-Z2-7]{32})<", begun.text)
    assert secret
    wrong = await browser.client.post(f"{PAGE}/app/confirm", data={**form, "code": "000000"})
    assert (wrong.status_code, secret[1] in wrong.text) == (422, True)
    app = App(moved, secret[1])
    done = await browser.client.post(f"{PAGE}/app/confirm", data={**form, "code": app.code()})
    codes = re.findall(r"<li>([a-z2-9]{5}-[a-z2-9]{5})</li>", done.text)
    assert (len(set(codes)), done.headers["cache-control"]) == (10, "no-store")
    assert (await browser.get("/app/cars")).status_code == 200
    # Sign-ins from before are ended; the key counts again, for its person has a second factor now.
    with pytest.raises(UnauthenticatedError):
        await application.principals.authenticate(f"Bearer {api.access_token}", address=HERE)
    assert (await application.principals.authenticate(f"Bearer {key}", address=HERE)).user == browser.actor.user
    assert (await browser.client.post("/sign-out")).status_code == 303


async def test_after_the_password_a_code_or_a_recovery_code_is_shown_each_once(
    signed: Opener, dealer: Dealer, moved: Time
) -> None:
    browser = await signed("planner", "499")
    app, recovery = await enrolled(browser, moved)
    answer = await sign_in(browser)
    assert answer.headers["location"] == f"{PAGE}?next=/app/cars"
    waiting = browser.client.cookies["directapp_session"]
    assert "directapp_device" not in browser.client.cookies
    assert (await browser.get("/app/cars")).status_code == 403
    with pytest.raises(SecondFactorError):
        await dealer.application.principals.authenticate(cookie=waiting, address=HERE)
    form = {"_csrf": field((await browser.get(PAGE)).text, "_csrf"), "next": "/app/cars"}
    code = app.code()
    done = await browser.client.post(PAGE, data={**form, "_otp": f"{code[:3]} {code[3:]}"})
    assert (done.status_code, done.headers["location"]) == (303, "/app/cars")
    assert browser.client.cookies["directapp_session"] != waiting
    assert (await browser.get("/app/cars")).status_code == 200

    for given, status in ((code, 422), (recovery[0].upper(), 303), (recovery[0], 422)):
        await sign_in(browser)
        form = {"_csrf": field((await browser.get(PAGE)).text, "_csrf")}
        assert (await browser.client.post(PAGE, data={**form, "_otp": given})).status_code == status, given


async def test_an_app_that_was_given_up_is_no_way_past_the_second_factor(signed: Opener, moved: Time) -> None:
    browser = await signed("planner", "499")
    await enrolled(browser, moved)
    form = {"_csrf": field((await browser.get("/app/me/security")).text, "_csrf")}
    begun = await browser.client.post(f"{PAGE}/app", data=form)
    secret = re.search(r"factor-key\">([A-Z2-7]{32})<", begun.text)
    assert secret
    app = App(moved, secret[1])
    await sign_in(browser)
    form = {"_csrf": field((await browser.get(PAGE)).text, "_csrf")}
    for code in ("000000", app.code()):
        answer = await browser.client.post(f"{PAGE}/app/confirm", data={**form, "code": code})
        assert (answer.status_code, secret[1] in answer.text) == (403, False)
    assert (await browser.get("/app/cars")).status_code == 403


async def test_an_app_is_set_up_within_a_quarter_of_an_hour(signed: Opener, moved: Time) -> None:
    browser = await signed("planner", "499")
    form = {"_csrf": field((await browser.get("/app/me/security")).text, "_csrf")}
    begun = await browser.client.post(f"{PAGE}/app", data=form)
    secret = re.search(r"factor-key\">([A-Z2-7]{32})<", begun.text)
    assert secret
    moved.ahead += timedelta(minutes=16)
    late = await browser.client.post(f"{PAGE}/app/confirm", data={**form, "code": App(moved, secret[1]).code()})
    assert (late.status_code, secret[1] in late.text) == (422, False)


async def test_wrong_codes_lock_out_as_wrong_passwords_do_whatever_sign_in_they_come_by(
    signed: Opener, moved: Time
) -> None:
    browser = await signed("planner", "499")
    await enrolled(browser, moved)
    statuses = []
    for _ in range(5):
        await sign_in(browser)
        page = await browser.get(PAGE)
        if page.status_code != 200:
            break
        form = {"_csrf": field(page.text, "_csrf"), "_otp": "000000"}
        statuses.append((await browser.client.post(PAGE, data=form)).status_code)
    assert statuses == [422] * 4 + [429]
    assert (await sign_in(browser)).status_code == 429


async def test_a_code_counts_once_though_it_is_sent_twice_at_once(signed: Opener, dealer: Dealer, moved: Time) -> None:
    browser = await signed("planner", "499")
    app, _ = await enrolled(browser, moved)
    email, code = await give_password(dealer, browser.actor), app.code()

    async def enter() -> bool:
        try:
            await signing.sign_in(dealer.application.auth, email=email, password=PASSWORD, address=HERE, code=code)
        except DirectAppError:
            return False
        return True

    assert sorted(await asyncio.gather(enter(), enter(), enter())) == [False, False, True]


async def test_days_of_grace_let_new_people_in_until_they_are_over(signed: Opener, dealer: Dealer, moved: Time) -> None:
    browser = await signed("finance")
    await demand(dealer, "finance", days=3)
    assert (await browser.get("/app/cars")).status_code == 200
    moved.ahead = timedelta(days=3, minutes=1)
    assert (await sign_in(browser)).status_code == 303
    assert (await browser.get("/app/cars")).status_code == 403


async def test_what_asks_for_it_anew_keeps_what_was_typed(signed: Opener, dealer: Dealer, moved: Time) -> None:
    browser = await signed("tenant_admin", "")
    target = await dealer.person("mechanic", "499")
    app, _ = await enrolled(browser, moved)
    address = f"/app/users/{target.user}/do/set_roles"
    moved.ahead += timedelta(minutes=6)
    page = (await browser.get(address)).text
    form = {n: field(page, n) for n in ("_csrf", "_key", "_fields") if f'name="{n}"' in page}
    sent = await browser.client.post(address, data={**form, "roles": ["mechanic", "detailer"]})
    assert sent.status_code == 403
    assert [f'name="roles" value="{role}"' in sent.text for role in ("mechanic", "detailer")] == [True, True]
    again = {**form, "roles": ["mechanic", "detailer"]}
    wrong = await browser.client.post(address, data={**again, "_otp": "123456"})
    assert (wrong.status_code, 'value="detailer"' in wrong.text) == (422, True)
    done = await browser.client.post(address, data={**again, "_otp": app.code()})
    assert done.status_code == 303
    assert set((await dealer.read(browser.actor, "users", target.user))["roles"]) == {"mechanic", "detailer"}
    # For five minutes it is not asked for again, and then it is.
    later = await browser.client.post(address, data={**form, "_key": "b" * 32, "roles": ["mechanic"]})
    assert later.status_code == 303
    moved.ahead += timedelta(minutes=6)
    last = await browser.client.post(address, data={**form, "_key": "c" * 32, "roles": ["detailer"]})
    assert last.status_code == 403


async def test_a_key_never_does_what_asks_for_a_second_factor(signed: Opener, dealer: Dealer, moved: Time) -> None:
    browser = await signed("tenant_admin", "")
    await enrolled(browser, moved)
    cookie = browser.client.cookies["directapp_session"]
    present = await dealer.application.principals.authenticate(cookie=cookie, address=HERE)
    key = (await dealer.do(present, "api_keys", "create_key", name="Import")).shown_once["key"]
    actor = await dealer.application.principals.authenticate(f"Bearer {key}", address=HERE)
    target = await dealer.person("mechanic", "499")
    for verb, values in (("set_roles", {"roles": ["detailer"]}), ("update", {"email": "ny@example.test"})):
        with pytest.raises(StepUpError):
            await dealer.do(actor, "users", verb, target.user, **values)
    await dealer.do(actor, "users", "update", target.user, first_name="Nytt")


async def test_a_manager_resets_it_for_the_own_staff_and_they_are_told(
    signed: Opener, dealer: Dealer, moved: Time
) -> None:
    browser = await signed("used_car_sales", "495")
    await enrolled(browser, moved)
    manager, other = await dealer.person("manager", "495"), await dealer.person("manager", "324")
    why = {"why": "Mistet telefonen"}
    for stranger in (other, browser.actor, await dealer.person("planner", "495")):
        with pytest.raises(DirectAppError):
            await dealer.do(stranger, "users", "reset_second_factor", browser.actor.user, **why)
    await dealer.do(manager, "users", "reset_second_factor", browser.actor.user, **why)
    assert (await browser.get("/app/cars")).status_code == 303
    answer = await sign_in(browser)
    assert answer.headers["location"] == "/app/cars"
    mails = dealer.application.settings.data / "mail"
    before = {p.name for p in mails.glob("*")} if mails.exists() else set()
    await dealer.application.dispatcher.drain(dealer.tenant)
    letters = [p.read_bytes() for p in mails.glob("*") if p.name not in before]
    assert any(b"totrinn" in letter.lower() or b"second factor" in letter.lower() for letter in letters)


async def test_one_takes_a_factor_away_but_not_the_last_one_that_the_role_needs(
    signed: Opener, dealer: Dealer, moved: Time
) -> None:
    browser = await signed("manager")
    await enrolled(browser, moved)
    await demand(dealer, "manager")
    page = (await browser.get("/app/me/security")).text
    found = re.search(r"/app/me/security/factor/([0-9a-f-]{36})", page)
    assert found
    form = {"_csrf": field(page, "_csrf")}
    assert (await browser.client.post(found[0], data=form)).status_code == 409
    await demand(dealer)
    assert (await browser.client.post(found[0], data=form)).status_code == 303
    assert "/app/me/security/factor/" not in (await browser.get("/app/me/security")).text


async def test_one_sees_where_one_is_signed_in_and_ends_it(signed: Opener) -> None:
    here, there = await signed("planner", "499"), await signed("planner", "499")
    page = (await here.get("/app/me/security")).text
    ends = re.findall(r"/app/me/security/sessions/[0-9a-f-]{36}", page)
    assert len(ends) == 1
    stranger = await signed("mechanic", "499")
    assert (await stranger.send(ends[0])).status_code == 404
    assert (await there.get("/app/cars")).status_code == 200
    assert (await here.send(ends[0])).status_code == 303
    assert (await there.get("/app/cars")).status_code == 303
    assert (await here.get("/app/cars")).status_code == 200


async def test_the_page_tells_when_a_sign_in_was_last_used(signed: Opener, dealer: Dealer, moved: Time) -> None:
    here, there = await signed("planner", "499"), await signed("planner", "499")
    assert "Sist brukt" not in (await here.get("/app/me/security")).text
    moved.ahead += timedelta(minutes=11)
    dealer.application.principals.forget(dealer.tenant)
    assert (await there.get("/app/cars")).status_code == 200
    assert (await here.get("/app/me/security")).text.count("Sist brukt") == 2


async def test_one_sees_ones_api_keys_beside_the_sign_ins_and_revokes_one_or_all(
    signed: Opener, dealer: Dealer
) -> None:
    browser, stranger = await signed("planner", "499"), await signed("mechanic", "499")
    present = await dealer.application.principals.authenticate(
        cookie=browser.client.cookies["directapp_session"], address=HERE
    )
    keys = [
        (await dealer.do(present, "api_keys", "create_key", name=name)).shown_once["key"]
        for name in ("Regneark", "Kasse", "Lager")
    ]
    page = (await browser.get("/app/me/security")).text
    addresses = re.findall(r"/app/me/security/keys/[0-9a-f-]{36}", page)
    assert (len(addresses), "Kasse" in page) == (3, True)
    assert (await stranger.send(addresses[0])).status_code == 404
    assert (await browser.send(addresses[0])).status_code == 303
    assert len(re.findall(r"/security/keys/", (await browser.get("/app/me/security")).text)) == 2
    assert (await browser.send("/app/me/security/keys")).status_code == 303
    for key in keys:
        with pytest.raises(UnauthenticatedError):
            await dealer.application.principals.authenticate(f"Bearer {key}", address=HERE)


async def test_a_manager_signs_the_own_people_out_everywhere_and_nobody_else(signed: Opener, dealer: Dealer) -> None:
    browser = await signed("used_car_sales", "495")
    present = await dealer.application.principals.authenticate(
        cookie=browser.client.cookies["directapp_session"], address=HERE
    )
    key = (await dealer.do(present, "api_keys", "create_key", name="Regneark")).shown_once["key"]
    for stranger in (await dealer.person("manager", "324"), await dealer.person("planner", "495"), browser.actor):
        with pytest.raises(DirectAppError):
            await dealer.do(stranger, "users", "end_sign_ins", browser.actor.user)
    assert (await browser.get("/app/cars")).status_code == 200
    await dealer.do(await dealer.person("manager", "495"), "users", "end_sign_ins", browser.actor.user)
    assert (await browser.get("/app/cars")).status_code == 303
    with pytest.raises(UnauthenticatedError):
        await dealer.application.principals.authenticate(f"Bearer {key}", address=HERE)
    assert (await sign_in(browser)).headers["location"] == "/app/cars"


async def test_a_calendar_link_is_shut_while_its_person_lacks_one(signed: Opener, dealer: Dealer) -> None:
    browser = await signed("planner", "499")
    feed = (await dealer.do(browser.actor, "calendar_feeds", "issue")).shown_once
    address = next(iter(feed.values()))
    assert (await browser.client.get(address)).status_code == 200
    await demand(dealer, "planner")
    assert (await browser.client.get(address)).status_code == 404


async def test_secrets_are_stored_sealed(signed: Opener, dealer: Dealer, moved: Time) -> None:
    browser = await signed("planner", "499")
    app, recovery = await enrolled(browser, moved)
    async with dealer.application.auth.open(dealer.tenant) as rows:
        stored: list[Any] = [one.row for one in await rows.find("second_factors", {"user": browser.actor.user})]
        codes = [one.row for one in await rows.find("recovery_codes", {"user": browser.actor.user})]
    told = repr([dict(row) for row in [*stored, *codes]])
    assert (len(stored), len(codes)) == (1, 10)
    assert app.secret not in told
    assert not any(code.replace("-", "") in told for code in recovery)
