"""Large text: at twice the size everything is there, on a desk and on a phone."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from playwright.async_api import Page

from browser.test_floor import DESK_PAGES
from browser.test_pages import PHONE
from support.axe import violations
from support.dealer import Dealer
from support.floor_cars import planned_car

Opener = Callable[..., Awaitable[Page]]

# What is cut off: words that do not fit where nothing scrolls and nothing says that there is more.
_CUT = """() => [...document.querySelectorAll("h1, h2, .btn, .chip, label, .rail-link, .bottombar-link, dd, legend")]
  .filter(e => e.checkVisibility() && !e.matches(".visually-hidden") && e.clientWidth)
  .filter(e => getComputedStyle(e).overflowX === "hidden")
  .filter(e => e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).textOverflow !== "ellipsis")
  .map(e => e.textContent.trim().slice(0, 60))"""

# What axe holds against a page depends on its size in these alone.
_OF_SIZE = ("target-size", "scrollable-region-focusable", "meta-viewport", "meta-viewport-large")

# A desk's browser at 200 % has half the room; a phone with large letters keeps its room.
ZOOMED: dict[str, Any] = {"viewport": {"width": 720, "height": 450}, "device_scale_factor": 2}
_LARGE = "addEventListener('DOMContentLoaded', () => { document.documentElement.style.fontSize = '200%' })"


@pytest.mark.parametrize(("device", "script"), [(ZOOMED, ""), (PHONE, _LARGE)], ids=["zoomed desk", "large letters"])
async def test_twice_the_size_loses_nothing(
    device: dict[str, Any], script: str, dealer: Dealer, open_as: Opener
) -> None:
    car = await planned_car(dealer, 1)
    found: dict[str, Any] = {}
    for role, places in (
        ("planner", ("/app/cars", "/app/cars/board", "/app/cars/calendar", f"/app/cars/{car}", "/")),
        ("mechanic", DESK_PAGES),
    ):
        page = await open_as(role, "499", **device)
        await page.add_init_script(script)
        for address in places:
            await page.goto(address)
            found[f"{address} cut"] = await page.evaluate(_CUT)
            wide = await page.evaluate("document.documentElement.scrollWidth - innerWidth")
            found[f"{address} wide"] = wide if wide > 0 else None
            found[f"{address} axe"] = await violations(page, *_OF_SIZE)
    assert not {a: p for a, p in found.items() if p}
