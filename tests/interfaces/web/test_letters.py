"""Every letter in both languages: its subject, its words, nothing unfilled, and HTML that is well made."""

import re
from html.parser import HTMLParser
from typing import Any
from uuid import UUID

import pytest

from directapp.connectors.letters import Brand, Letter, write
from directapp.domains.messages.capability import Capabilities
from directapp.domains.messages.catalogue import NOTICES
from directapp.domains.messages.editable import OUTWARD
from directapp.domains.messages.letters import brand_of, compose
from directapp.kernel import colours
from directapp.kernel.ids import uuid7
from directapp.kernel.languages import languages
from support.browser import Browser, Opener

CAPABILITIES = Capabilities("k" * 48, "https://da.example.test")
_VOID = {"meta", "img", "br", "link", "input", "hr"}
# What a mail program would drop, or would run.
_FOREIGN = {"script", "style", "link", "form", "iframe", "svg", "object", "video"}


class Judge(HTMLParser):
    """Finds what is wrong with the HTML of a letter."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.problems: list[str] = []
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag in _FOREIGN:
            self.problems.append(f"{tag} does not belong in a letter")
        if tag == "img" and not given.get("alt"):
            self.problems.append("a picture without words")
        if tag == "a" and not str(given.get("href", "")).startswith(("https://", "tel:", "http://")):
            self.problems.append(f"a link to {given.get('href')}")
        self.problems += [f"{name} on {tag}" for name in given if name.startswith("on") or name == "class"]
        if tag not in _VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.problems.append(f"{tag} is closed where it is not open")

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def judged(html: str) -> Judge:
    validation = Judge()
    validation.feed(html)
    validation.close()
    validation.problems += [f"{tag} is never closed" for tag in validation.open]
    return validation


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("code", [*NOTICES, *OUTWARD])
async def test_every_letter_is_whole_in_both_languages(code: str, language: str, manager: Browser) -> None:
    html = (await manager.get(f"/app/letters/{code}/{language}")).text
    text = (await manager.get(f"/app/letters/{code}/{language}?form=text")).text
    validation = judged(html)
    assert validation.problems == []
    subject = text.splitlines()[0]
    assert 8 <= len(subject) <= 120
    words = " ".join(" ".join(validation.words).split())
    assert words.count(subject) >= 2
    assert f'<html lang="{language}"' in html
    for whole in (subject, words, text):
        assert not re.search(r"\{\w*\}|\[\[|None|undefined|\.\.(?!\.)| ,| \.(?!\.)", whole), whole
    assert ("ID.4" if code.startswith("customer.") else "EL 12345") in text
    button = (NOTICES[code] if code in NOTICES else OUTWARD[code]).button.pick(language)
    assert f">{button}</a>" in html
    assert f"{button}: http" in text
    other = (NOTICES[code] if code in NOTICES else OUTWARD[code]).button.pick("en" if language == "nb" else "nb")
    assert other not in words


@pytest.fixture
async def manager(signed: Opener) -> Any:
    return await signed("manager", "495")


async def test_only_managers_and_administrators_look_at_letters(signed: Opener) -> None:
    seller = await signed("new_car_sales", "495")
    for path in ("/app/letters", "/app/letters/order.new/nb"):
        assert (await seller.get(path)).status_code == 403
    admin = await signed("tenant_admin", "490")
    page = await admin.get("/app/letters?event=customer.pickup")
    assert page.status_code == 200
    assert "Hei Nora! Bilen din er klar for henting" in page.text
    assert "frame-src 'self'" in page.headers["content-security-policy"]
    frame = await admin.get("/app/letters/customer.pickup/nb")
    assert "sandbox" in frame.headers["content-security-policy"]
    assert frame.headers["x-frame-options"] == "SAMEORIGIN"
    assert (await admin.get("/app/letters/no.such/nb")).status_code == 404


@pytest.mark.parametrize("primary", ["#001e50", "#ffffff", "#bb0a30", "#ffe600", "#4ba82e", "", "nonsense"])
def test_a_sites_colours_can_always_be_read(primary: str) -> None:
    site = {"id": str(uuid7()), "name": "Bilhuset", "phone": "+4738000000", "brand_colors": {"primary": primary}}
    brand = brand_of(site, CAPABILITIES, uuid7())
    for over, under in ((brand.on_accent, brand.accent), (brand.on_band, brand.band), (brand.accent, "#ffffff")):
        one, other = colours.parse_hex(over), colours.parse_hex(under)
        assert one
        assert other
        assert colours.contrast(one, other) >= 4.4
    made = write(letter(brand))
    assert f"background-color:{brand.band}" in made.html
    assert "38 00 00 00" in made.text
    assert 'href="tel:38000000"' in made.html


def test_what_people_write_stays_words_in_a_letter() -> None:
    made = write(letter(Brand(name="<b>Bil & Co</b>"), subject="<script>x</script>", body='Ripe "under" <dør>'))
    assert "<script>" not in made.html
    assert "&lt;b&gt;Bil &amp; Co&lt;/b&gt;" in made.html
    assert 'Ripe "under" <dør>' in made.text
    assert judged(made.html).problems == []


def test_a_logo_is_shown_by_a_link_that_opens_nothing_else() -> None:
    tenant, site = uuid7(), uuid7()
    brand = brand_of({"id": str(site), "name": "Bilhuset", "logo": str(uuid7())}, CAPABILITIES, tenant)
    token = brand.logo.rsplit("/", 1)[1]
    found = CAPABILITIES.read(token, "logo")
    assert found
    assert (found.tenant, found.record) == (tenant, site)
    assert CAPABILITIES.read(token, "status") is None
    assert 'alt="Bilhuset"' in write(letter(brand)).html


@pytest.mark.parametrize("place", range(0, 68, 3))
def test_a_link_cannot_be_altered(place: int) -> None:
    token = CAPABILITIES.token("status", UUID(int=7), UUID(int=9))
    other = "A" if token[place] != "A" else "B"
    assert CAPABILITIES.read(token[:place] + other + token[place + 1 :], "status") is None
    assert CAPABILITIES.read(token, "status") is not None
    assert Capabilities("j" * 48, "https://x.test").read(token, "status") is None


def letter(brand: Brand, *, subject: str = "Klar for levering: EL 12345", body: str = "Bilen er klar.") -> Letter:
    return compose(
        subject=subject,
        body=body,
        receiver_kind="user",
        content={"language": "nb", "button": "Åpne bilen", "path": "/app/cars/1", "facts": [["Bil", "EL 12345"]]},
        brand=brand,
        tenant=UUID(int=1),
        capabilities=CAPABILITIES,
    )
