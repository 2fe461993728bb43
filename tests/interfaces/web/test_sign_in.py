"""Signing in and out, forgotten passwords, one-time links, and what every answer carries."""

import httpx

from directapp.domains.people import links
from directapp.interfaces.web.features.account.sign_in import local
from support.browser import Browser, Opener, field
from support.dealer import Dealer
from support.pages import PASSWORD, give_password


async def test_a_stranger_is_sent_to_sign_in_and_then_on(stranger: httpx.AsyncClient, dealer: Dealer) -> None:
    answer = await stranger.get("/app/cars?status=draft")
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?next=/app/cars%3Fstatus%3Ddraft")
    email = await give_password(dealer, await dealer.person("planner"))
    form = {"email": email, "password": PASSWORD, "next": "/app/cars?status=draft"}
    answer = await stranger.post("/sign-in", data=form)
    assert (answer.status_code, answer.headers["location"]) == (303, "/app/cars?status=draft")
    assert (await stranger.get("/app/cars")).status_code == 200


async def test_a_part_of_a_page_sends_the_whole_page_to_sign_in(stranger: httpx.AsyncClient) -> None:
    headers = {"HX-Request": "true", "HX-Current-URL": "http://pages.test/app/cars"}
    answer = await stranger.get("/app/cars/count", headers=headers)
    assert answer.headers["hx-redirect"] == "/sign-in?next=/app/cars"


async def test_a_wrong_password_keeps_the_address_and_says_nothing_more(
    stranger: httpx.AsyncClient, dealer: Dealer
) -> None:
    email = await give_password(dealer, await dealer.person("planner"))
    wrong = await stranger.post("/sign-in", data={"email": email, "password": "feil-passord"})
    nobody = await stranger.post("/sign-in", data={"email": "ingen@example.test", "password": "feil-passord"})
    assert wrong.status_code == nobody.status_code == 401
    assert email in wrong.text
    assert wrong.text.replace(email, "") == nobody.text.replace("ingen@example.test", "")


async def test_the_session_cookie_is_shut_away_from_scripts(stranger: httpx.AsyncClient, dealer: Dealer) -> None:
    email = await give_password(dealer, await dealer.person("planner"))
    answer = await stranger.post("https://pages.test/sign-in", data={"email": email, "password": PASSWORD})
    cookie = answer.headers["set-cookie"]
    assert all(word in cookie for word in ("HttpOnly", "SameSite=lax", "Secure", "Path=/"))


async def test_signing_out_ends_the_session(signed: Opener) -> None:
    browser = await signed("planner")
    answer = await browser.client.post("/sign-out")
    assert answer.headers["location"] == "/sign-in"
    assert (await browser.get("/app/cars")).status_code == 303


async def test_a_form_from_another_site_is_refused(signed: Opener) -> None:
    browser = await signed("planner")
    foreign = {"origin": "https://evil.test", "sec-fetch-site": "cross-site"}
    answer = await browser.client.post("/sign-out", headers=foreign)
    assert answer.status_code == 403
    assert (await browser.get("/app/cars")).status_code == 200


async def test_asking_for_a_password_answers_alike_for_all(stranger: httpx.AsyncClient, dealer: Dealer) -> None:
    email = await give_password(dealer, await dealer.person("planner"))
    known = await stranger.post("/forgot", data={"email": email})
    unknown = await stranger.post("/forgot", data={"email": "ingen@example.test"})
    assert known.text == unknown.text


async def test_a_link_sets_a_password_once(stranger: httpx.AsyncClient, dealer: Dealer, signed: Opener) -> None:
    manager, colleague = await signed("manager", "495"), await dealer.person("new_car_sales", "495")
    answer = await manager.send(f"/app/users/{colleague.user}/do/hand_over_link")
    assert answer.status_code == 200, answer.headers
    link = answer.text.split("/link/")[1].split('"')[0]
    assert (await links.read_link(dealer.application.auth, link)).user == colleague.user
    assert (await stranger.get(f"/link/{link}")).status_code == 200
    differ = await stranger.post(f"/link/{link}", data={"password": "en lang setning", "repeated": "noe annet"})
    assert differ.status_code == 422
    same = {"password": "en lang setning", "repeated": "en lang setning"}
    assert (await stranger.post(f"/link/{link}", data=same)).headers["location"] == "/sign-in?said=password"
    assert (await stranger.get(f"/link/{link}")).status_code == 410


async def test_every_answer_is_hardened(stranger: httpx.AsyncClient) -> None:
    for address in ("/sign-in", "/app/cars", "/static/none.css"):
        answer = await stranger.get(address)
        policy = answer.headers["content-security-policy"]
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert answer.headers["x-content-type-options"] == "nosniff"


async def test_assets_are_compressed_and_kept_for_ever(stranger: httpx.AsyncClient) -> None:
    page = (await stranger.get("/sign-in")).text
    sheet = page.split('rel="stylesheet" href="')[1].split('"')[0]
    answer = await stranger.get(sheet, headers={"accept-encoding": "gzip, br"})
    assert answer.headers["content-encoding"] == "br"
    assert "immutable" in answer.headers["cache-control"]


async def test_the_language_follows_the_browser_until_one_is_chosen(stranger: httpx.AsyncClient) -> None:
    english = await stranger.get("/sign-in", headers={"accept-language": "en-GB,en;q=0.9"})
    assert "Forgot your password?" in english.text
    chosen = await stranger.get("/sign-in?language=nb", headers={"accept-language": "en"})
    assert "Glemt passord?" in chosen.text
    assert "Glemt passord?" in (await stranger.get("/sign-in", headers={"accept-language": "en"})).text


async def test_the_language_picked_at_sign_in_holds_until_the_profile_is_saved(
    stranger: httpx.AsyncClient, dealer: Dealer
) -> None:
    planner = await dealer.person("planner")
    mine, theirs = [await give_password(dealer, a) for a in (planner, await dealer.person("manager"))]

    async def begin(email: str) -> str:
        assert (await stranger.post("/sign-in", data={"email": email, "password": PASSWORD})).status_code == 303
        return spoken((await stranger.get("/app/cars")).text)

    assert await begin(mine) == "nb"
    await stranger.post("/sign-out")
    await stranger.get("/sign-in?language=en")
    assert await begin(mine) == "en"
    await stranger.post("/sign-out")
    assert await begin(mine) == "en"
    await stranger.post("/sign-out")
    assert await begin(theirs) == "nb"
    await stranger.post("/sign-out")
    assert await begin(mine) == "en"
    browser = Browser(stranger, dealer, planner)
    await browser.send("/app/me", **(await own_form(browser)), language="nb")
    assert spoken((await stranger.get("/app/cars")).text) == "nb"


def spoken(page: str) -> str:
    return page.split('<html lang="')[1][:2]


async def own_form(browser: Browser) -> dict[str, str]:
    text = (await browser.get("/app/me")).text.split('action="/app/me"')[1].split("</form>")[0]
    return {n: field(text, n) for n in ("_key", "_version", "_base", "_fields")} | {"first_name": "Kari"}


def test_only_addresses_of_this_site_are_followed() -> None:
    assert local("/app/cars?q=1") == "/app/cars?q=1"
    assert [local(a) for a in ("https://evil.test/", "//evil.test", "/\\evil.test", "evil")] == ["/"] * 4
