"""What is printed of a list, of the plan and of a car, on a device that is dark: black on white, whole, no menu."""

import re
import zlib
from collections.abc import Awaitable, Callable

from playwright.async_api import Page, expect

from support.dealer import Dealer
from support.pages import fill_yard
from support.plan import lay_plan

Opener = Callable[..., Awaitable[Page]]
# A4 on its side, less its margins, as Chromium lays it out.
PAPER = {"viewport": {"width": 1032, "height": 700}, "color_scheme": "dark"}
MENU = (".rail", ".topbar", ".bottombar", ".page-head-end", ".list-tools", ".acts", ".btn", ".crumbs", ".anchors")
WIDE, TALL = (842, 595), (595, 842)


async def papers(page: Page) -> list[tuple[int, int]]:
    """Print a page; return the sizes of its sheets, in points."""
    made = await page.pdf(prefer_css_page_size=True)
    parts = [made, *(inflated(part) for part in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", made, re.DOTALL))]
    boxes = re.findall(rb"/MediaBox ?\[0 0 ([\d.]+) ([\d.]+)\]", b"\n".join(parts))
    return [(round(float(wide)), round(float(high))) for wide, high in boxes]


def inflated(part: bytes) -> bytes:
    try:
        return zlib.decompress(part)
    except zlib.error:
        return b""


async def look(page: Page, *shown: str) -> None:
    """See a page as it is printed: what must be there stands there whole, and nothing that one presses."""
    await page.emulate_media(media="print", color_scheme="dark")
    for selector in shown:
        await expect(page.locator(selector).first).to_be_visible()
    for selector in MENU:
        assert await page.locator(selector).locator("visible=true").count() == 0, selector
    await expect(page.locator("body")).to_have_css("background-color", "rgb(255, 255, 255)")
    await expect(page.locator("h1").first).to_have_css("color", "rgb(0, 0, 0)")
    beyond = "[...document.querySelectorAll('main *')].filter(e => e.getBoundingClientRect().right > innerWidth + 1)"
    assert await page.evaluate(f"{beyond}.map(e => e.outerHTML.slice(0, 120))") == []


async def test_a_list_is_printed_with_every_column(dealer: Dealer, open_as: Opener) -> None:
    await fill_yard(dealer, 12)
    page = await open_as("manager", "499", at="/app/cars", **PAPER)
    columns = await page.locator("thead th").all_inner_texts()
    await look(page, "h1", "thead", "[data-row]")
    cut = await page.locator("#rows > tr > *").evaluate_all(
        "all => all.filter(e => e.scrollWidth > e.clientWidth + 1).map(e => e.textContent)"
    )
    assert cut == []
    assert await page.locator("thead th").locator("visible=true").all_inner_texts() == columns
    sizes = await papers(page)
    assert sizes
    assert set(sizes) == {WIDE}


async def test_the_plan_is_printed_as_it_is_drawn(dealer: Dealer, open_as: Opener) -> None:
    plan = await lay_plan(dealer)
    await plan.book(await plan.car(), "mechanic", "08:00", "10:00")
    page = await open_as("planner", "499", at=f"/app/plan?span=week&day={plan.day}", **PAPER)
    await expect(page.locator(".ec-event").first).to_be_visible()
    await look(page, "h1", ".plan-title", ".ec-event")
    heads = await page.locator(".ec-main").evaluate(
        "e => [e.scrollWidth <= e.clientWidth + 1 || getComputedStyle(e).overflowX === 'visible',"
        " e.closest('.plan-calendar').getBoundingClientRect().right <= innerWidth]"
    )
    assert heads == [True, True]
    await expect(page.locator(".plan-side")).to_be_hidden()
    assert set(await papers(page)) == {WIDE}


async def test_a_car_is_printed_with_what_is_known_of_it(dealer: Dealer, open_as: Opener) -> None:
    cars = await fill_yard(dealer, 7)
    page = await open_as("new_car_sales", at=f"/app/cars/{cars[3]}", **PAPER)
    shut = page.locator("details.field-group:not([open], .section)").first
    await expect(shut.locator(".field").first).to_be_hidden()
    await look(page, "h1", ".overview-facts", "#g-identity #vin", "#feed")
    assert (
        await page.locator(".field :is(input, textarea)")
        .locator("visible=true")
        .evaluate_all("all => all.every(e => e.value)")
    )
    assert await page.locator("details.field-group:not([open], .section) .field").locator("visible=true").count()
    assert set(await papers(page)) == {TALL}
