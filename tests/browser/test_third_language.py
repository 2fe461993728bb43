"""A third language on a phone: texts of 1.4 times the length break no page and hide nothing behind its edge."""

from pathlib import Path

import pytest
from playwright.async_api import Page

from browser.conftest import PHONE, Opener
from support import pseudo
from support.dealer import Dealer
from support.pages import fill_yard

PAGES = (
    "/",
    "/app/cars",
    "/app/cars/CAR",
    "/app/cars/board",
    "/app/plan/mine",
    "/app/floor",
    "/app/me",
    "/app/notifications",
)
# What reaches past the page, and is in nothing that scrolls sideways by itself.
REACHES_OUT = """() => [...document.querySelectorAll("main *, nav *, header *")].filter((one) => {
  const box = one.getBoundingClientRect();
  if (!box.width || box.right <= screen.width + 1) return false;
  for (let at = one; at && at !== document.body; at = at.parentElement) {
    const style = getComputedStyle(at);
    if (/auto|scroll|hidden|clip/.test(style.overflowX) || style.position === "absolute") return false;
  }
  return true;
}).map((one) => `${one.tagName} ${one.className} ${one.textContent.trim().slice(0, 60)}`)"""

# Which words of the menu reach out of it, closed or open.
BEYOND_RAIL = """() => {
  for (const more of document.querySelectorAll("details.rail-more")) more.open = true;
  return [...document.querySelectorAll("nav .rail-link")].filter((one) => {
    const words = document.createRange();
    words.selectNodeContents(one);
    const box = words.getBoundingClientRect();
    return box.width && (box.left < 0 || box.right > one.closest("nav").getBoundingClientRect().right);
  }).map((one) => one.textContent.trim());
}"""


async def read_in(page: Page, language: str, user: object) -> None:
    origin = page.url.split("/app")[0].rstrip("/")
    await page.context.add_cookies([{"name": "spoken", "value": f"{language}.{user}", "url": origin}])


@pytest.mark.parametrize("role", ["tenant_admin", "mechanic"])
async def test_longer_texts_fit_a_phone(role: str, dealer: Dealer, open_as: Opener, tmp_path: Path) -> None:
    site = "499"
    car = (await fill_yard(dealer, 7))[5]
    with pseudo.added(tmp_path) as language:
        page = await open_as(role, site, **PHONE)
        await read_in(page, language, (await dealer.person(role, site)).user)
        found = {}
        for address in PAGES:
            await page.goto(address.replace("CAR", str(car)))
            assert await page.locator("html").get_attribute("lang") == language
            wide = await page.evaluate("document.documentElement.scrollWidth - screen.width")
            found[address] = [wide, *await page.evaluate(REACHES_OUT)] if wide > 0 else await page.evaluate(REACHES_OUT)
    assert {address: out for address, out in found.items() if out} == {}


async def test_longer_words_stay_in_the_menu(dealer: Dealer, open_as: Opener, tmp_path: Path) -> None:
    with pseudo.added(tmp_path) as language:
        page = await open_as("tenant_admin", "499")
        await read_in(page, language, (await dealer.person("tenant_admin", "499")).user)
        await page.reload()
        assert await page.locator("nav .rail-link").count() > 8
        assert await page.evaluate(BEYOND_RAIL) == []
