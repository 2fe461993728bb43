"""Links: whatever a role is shown opens for that role, and no page prints an object in place of a text."""

import html
import re
from collections import deque

import pytest

from directapp.domains.people.principal import load_actor
from directapp.domains.people.roles import ROLE_CHOICES
from directapp.interfaces.web.core.render import build_templates
from directapp.kernel.actor import system_actor
from support.browser import Browser, Opener
from support.dealer import Dealer
from support.pages import fill_yard

ROLES = [c.code for c in ROLE_CHOICES]
_LINK = re.compile(r'<a\b[^>]*?href="(/[^"#]*)')
_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}")
# What a template prints where it names a method, a text that nobody has picked, or a value of the program.
_OBJECT = re.compile(r"<(built-in|bound) method|<function|\bText\(|\[object |\bobject at 0x|^\s*None\s*$", re.MULTILINE)
_MOST = 150
# Ends the session, or is a file.
_NOT_FOLLOWED = re.compile(r"^/(sign-out|static|files|assets|docs|openapi)|\.(csv|xlsx|ics|png)")


def kind_of(address: str) -> str:
    """Return what is asked for, whichever record it is of and however it is filtered."""
    path, _, query = address.partition("?")
    names = sorted(part.partition("=")[0] for part in query.split("&") if part)
    return f"{_ID.sub('{}', path)}?{','.join(names)}"


async def crawl(browser: Browser) -> dict[str, str]:
    """Follow every kind of link from the first page on; return what is wrong with each page."""
    wrong: dict[str, str] = {}
    waiting, seen = deque([("/", "")]), {"/?"}
    while waiting and len(seen) < _MOST:
        address, source = waiting.popleft()
        answer = await browser.get(address)
        for _ in range(2):
            if answer.status_code == 303:
                answer = await browser.get(answer.headers["location"])
        if answer.status_code != 200:
            wrong[address] = f"{answer.status_code}, linked from {source}"
            continue
        if found := _OBJECT.search(html.unescape(re.sub(r"<[^>]*>", "\n", answer.text))):
            wrong[address] = f"prints {found[0]}"
        for link in _LINK.findall(answer.text):
            there = html.unescape(link)
            if kind_of(there) not in seen and not _NOT_FOLLOWED.search(there):
                seen.add(kind_of(there))
                waiting.append((there, address))
    return wrong


@pytest.mark.parametrize("role", ROLES)
async def test_every_link_that_a_role_is_shown_opens(role: str, dealer: Dealer, signed: Opener) -> None:
    await fill_yard(dealer, 7)
    assert not await crawl(await signed(role, "499"))


async def test_an_administrator_without_a_site_opens_all_that_is_shown(dealer: Dealer, signed: Opener) -> None:
    await fill_yard(dealer, 2)
    demo = system_actor(dealer.tenant, "demo")
    names = {"first_name": "Ada", "last_name": "Uten sted", "email": f"ada.{dealer.tenant.hex[-10:]}@example.test"}
    user = await dealer.create(demo, "users", **names, roles=["tenant_admin"], active=True)
    async with dealer.application.auth.open(dealer.tenant) as rows:
        dealer.people["tenant_admin", "nowhere"] = await load_actor(rows, dealer.tenant, user)
    browser = await signed("tenant_admin", "nowhere")
    assert "/app/branding" in (await browser.get("/app/admin")).text
    assert 'name="primary"' in (await browser.get("/app/branding")).text
    assert not await crawl(browser)


def test_a_word_goes_before_a_method_of_the_same_name() -> None:
    templates = build_templates({})
    words = {"keys": "Piltaster", "items": "Punkter", "values": "Verdier", "get": "Hent"}
    page = templates.from_string("{{ w.keys }} {{ w.items }} {{ w.values }} {{ w.get }} {{ plain.keys() | length }}")
    assert page.render(w=words, plain={"a": 1}) == "Piltaster Punkter Verdier Hent 1"
