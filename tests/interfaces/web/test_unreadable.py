"""What cannot be read is refused in words, never with a failure: forms, addresses, headers."""

import httpx
import pytest

from directapp.interfaces.web.core.posted import STRANGER_BYTES
from directapp.interfaces.web.features.account.sign_in import local
from directapp.services.live import MOST_OF_ONE
from support.browser import Opener
from support.dealer import Dealer
from support.pages import PASSWORD, give_password

FORM = {"content-type": "application/x-www-form-urlencoded"}


@pytest.mark.parametrize("path", ["/sign-in", "/forgot", "/link/none"])
async def test_strangers_send_little(stranger: httpx.AsyncClient, path: str) -> None:
    taken = 0

    async def endless() -> object:
        nonlocal taken
        yield b"password="
        for _ in range(400):
            taken += 65_536
            yield b"x" * 65_536

    answer = await stranger.post(path, content=endless(), headers=FORM)
    assert answer.status_code == 413
    assert str(STRANGER_BYTES) in answer.text
    assert taken <= 2 * 65_536


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"--x\r\nfile", "multipart/form-data"),
        ("&".join(f"f{n}=1" for n in range(2500)).encode(), FORM["content-type"]),
    ],
)
async def test_a_form_that_is_none_is_refused_in_words(signed: Opener, content: bytes, kind: str) -> None:
    browser = await signed("planner")
    answer = await browser.client.post("/app/me", content=content, headers={"content-type": kind})
    assert answer.status_code == 400, answer.text
    assert "Skjemaet kan ikke leses." in answer.text


async def test_a_field_of_megabytes_is_refused_in_words(signed: Opener) -> None:
    browser = await signed("planner")
    answer = await browser.client.post("/app/me", content=b"first_name=" + b"x" * 3_000_000, headers=FORM)
    assert answer.status_code == 413
    assert "større enn" in answer.text


async def test_a_version_of_thousands_of_digits_is_none(signed: Opener) -> None:
    browser = await signed("planner")
    answer = await browser.send("/app/me", _version="9" * 5000, first_name="Kari", _fields="first_name")
    assert answer.status_code < 500


@pytest.mark.parametrize("query", ["", "?collection=cars", "?collection=cars&record=1", "?collection=%00&record=x"])
async def test_who_changed_needs_to_be_asked_about_something(signed: Opener, query: str) -> None:
    browser = await signed("planner")
    answer = await browser.get(f"/app/live/who{query}")
    assert 400 <= answer.status_code < 500


@pytest.mark.parametrize("header", ["origin", "referer", "hx-current-url"])
async def test_addresses_in_headers_may_be_nonsense(stranger: httpx.AsyncClient, signed: Opener, header: str) -> None:
    nonsense = {header: "http://[", "hx-request": "true"} if header == "hx-current-url" else {header: "http://["}
    assert (await stranger.post("/app/me", headers=nonsense)).status_code < 500
    browser = await signed("planner")
    assert (await browser.client.post("/app/me", headers=nonsense)).status_code < 500


@pytest.mark.parametrize("address", ["/a\r\nSet-Cookie: x=1", "/\x00", "/\x7f", "/ø", "/a b", "/" + "a" * 3000])
def test_an_address_that_no_header_can_carry_is_not_followed(address: str) -> None:
    assert local(address) == "/"


async def test_control_characters_in_next_send_to_the_front_page(stranger: httpx.AsyncClient, dealer: Dealer) -> None:
    email = await give_password(dealer, await dealer.person("planner"))
    form = {"email": email, "password": PASSWORD, "next": "/app\r\nX-Evil: 1"}
    answer = await stranger.post("/sign-in", data=form)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")


async def test_a_reason_is_a_sentence_not_a_book(signed: Opener) -> None:
    browser = await signed("planner")
    answer = await browser.send("/app/cars/do/receive", code="EL12345", _reason="å" * 100_000)
    assert answer.status_code == 422
    assert "1000" in answer.text


async def test_one_person_has_so_many_live_pages_and_no_more(signed: Opener) -> None:
    browser = await signed("planner")
    live = browser.dealer.application.platform.live
    open_pages = [live.listening(browser.actor) for _ in range(MOST_OF_ONE)]
    for page in open_pages:
        page.__enter__()
    try:
        answer = await browser.get("/app/live")
        assert answer.status_code == 429
        assert int(answer.headers["retry-after"]) > 0
    finally:
        for page in open_pages:
            page.__exit__(None, None, None)


async def test_guesses_elsewhere_do_not_lock_out_the_device_of_the_holder(
    stranger: httpx.AsyncClient, dealer: Dealer
) -> None:
    email = await give_password(dealer, await dealer.person("planner"))
    right, wrong = {"email": email, "password": PASSWORD}, {"email": email, "password": "feil-passord-2026"}
    answer = await stranger.post("/sign-in", data=right)
    device = answer.cookies["directapp_device"]
    stranger.cookies.clear()
    for _ in range(6):
        answer = await stranger.post("/sign-in", data=wrong)
    assert answer.status_code == 429
    assert (await stranger.post("/sign-in", data=right)).status_code == 429
    forged = {"cookie": f"directapp_device={device[:-1]}{'0' if device[-1] != '0' else '1'}"}
    assert (await stranger.post("/sign-in", data=right, headers=forged)).status_code == 429
    known = {"cookie": f"directapp_device={device}"}
    for _ in range(6):
        answer = await stranger.post("/sign-in", data=wrong, headers=known)
    assert answer.status_code == 429, "guesses on the device itself count"
