"""My profile: another e-mail address, from the form to the two letters and back."""

import email
from email.message import Message
from uuid import UUID

import httpx

from directapp.app.container import Application
from support.browser import Opener
from support.dealer import Dealer
from support.pages import PASSWORD


def letters(application: Application, to: str) -> list[str]:
    """Return the links of the letters to an address, oldest first."""
    found: list[tuple[float, str]] = []
    for path in (application.settings.data / "mail").glob("*"):
        letter: Message = email.message_from_string(path.read_text())
        if to in str(letter["To"]):
            plain = next(part for part in letter.walk() if part.get_content_type() == "text/plain")
            body = plain.get_payload(decode=True)
            assert isinstance(body, bytes)
            found.append((path.stat().st_mtime_ns, "/link/" + body.decode().split("/link/")[1].split()[0]))
    return [link for _, link in sorted(found)]


async def address_of(dealer: Dealer, user: UUID | None) -> str:
    assert user is not None
    return str((await dealer.read(await dealer.person("tenant_admin"), "users", user))["email"])


async def test_an_address_is_changed_when_both_have_confirmed(
    signed: Opener, stranger: httpx.AsyncClient, dealer: Dealer
) -> None:
    browser = await signed("manager", "495")
    old, new = await address_of(dealer, browser.actor.user), f"ny.{dealer.tenant.hex}@example.test"
    plain = await browser.send(f"/app/users/{browser.actor.user}", _fields="email", email=new)
    assert plain.status_code == 422
    assert "Min profil" in plain.text
    wrong = await browser.send("/app/me/email", new_email=new, current_password="feil passord")
    assert wrong.status_code == 422
    assert f'value="{new}"' in wrong.text, "what was typed stays"
    assert letters(dealer.application, new) == []
    sent = await browser.send("/app/me/email", new_email=new, current_password=PASSWORD)
    assert sent.status_code == 303
    for address, words in ((new, "Nå gjenstår"), (old, "E-postadressen er endret")):
        (link,) = letters(dealer.application, address)
        assert "Bekreft" in (await stranger.get(link)).text
        assert await address_of(dealer, browser.actor.user) == old
        assert words in (await stranger.post(link)).text
        assert (await stranger.post(link)).status_code == 410
    assert await address_of(dealer, browser.actor.user) == new


async def test_an_address_of_somebody_else_is_told_at_the_end_alone(
    signed: Opener, stranger: httpx.AsyncClient, dealer: Dealer
) -> None:
    browser = await signed("manager", "495")
    old = await address_of(dealer, browser.actor.user)
    taken = await address_of(dealer, (await dealer.person("planner", "499")).user)
    sent = await browser.send("/app/me/email", new_email=taken, current_password=PASSWORD)
    assert sent.status_code == 303
    (link,), (theirs,) = letters(dealer.application, old), letters(dealer.application, taken)
    assert (await stranger.post(link)).status_code == 200
    refused = await stranger.post(theirs)
    assert refused.status_code == 422
    assert "kan ikke brukes" in refused.text
    assert await address_of(dealer, browser.actor.user) == old
