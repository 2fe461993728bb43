"""What shuts people out of a page: what axe finds once its parts have come and nothing moves, and what does not fit.

Each page is visited once, at a desk in light or on a phone in the dark, and must fit the width of the other too. That
every pair of colours can be read in both themes is tested by the table of colours (tests/browser/test_colours.py).
"""

from collections.abc import Iterable, Sequence
from functools import cache
from itertools import cycle
from pathlib import Path

from playwright.async_api import Page

from support.sheets import missed

_AXE = Path(__file__).parents[2] / "node_modules/axe-core/axe.min.js"
_SETTLED = """async () => {
  const frame = () => new Promise(requestAnimationFrame);
  const moving = () => document.getAnimations().some((one) => one.playState === "running"
    && one.effect?.getComputedTiming().endTime !== Infinity);
  const coming = () => document.readyState !== "complete" || document.querySelector(".htmx-request")
    || [...document.images].some((one) => one.loading !== "lazy" && !one.complete);
  do { await frame(); await frame(); } while (coming() || moving());
}"""
_RUN = """async ([runOnly, left]) => (
  await axe.run(document, { runOnly, resultTypes: ["violations"], preload: false,
    rules: Object.fromEntries(left.map((rule) => [rule, { enabled: false }])) })
).violations.map(
  v => v.id + ": " + v.nodes.slice(0, 3).map(n => n.html.slice(0, 160) + " | " + n.failureSummary).join("; "))"""
# Once what follows a change of width has followed it.
_WIDE = """async () => {
  for (const _ of "ab") await new Promise(requestAnimationFrame);
  return document.documentElement.scrollWidth;
}"""
_ALL = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
_WIDTHS = (1440, 390)
# These two take two thirds of axe's time; pages of one template are drawn alike.
_DRAWN = ("color-contrast", "target-size")
# Odd: so a desk and a phone get their share.
_EVERY = 5


@cache
def _axe() -> str:
    return _AXE.read_text()


async def violations(page: Page, *rules: str, left_out: Sequence[str] = ()) -> list[str]:
    """Return what axe holds against a page as it stands, by some of its rules, by all, or by all but some."""
    await page.evaluate(_SETTLED)
    await page.evaluate(_axe())
    only = {"type": "rule", "values": rules} if rules else {"type": "tag", "values": _ALL}
    found: list[str] = await page.evaluate(_RUN, [only, list(left_out)])
    return found


async def too_wide(page: Page) -> list[str]:
    """Return by how much a page is too wide for a desk or for a phone."""
    own, found = page.viewport_size, []
    assert own is not None
    # Its own width comes last: so the page stays.
    for width in sorted(_WIDTHS, key=own["width"].__eq__):
        await page.set_viewport_size({"width": width, "height": own["height"]})
        wide = await page.evaluate(_WIDE)
        found += [f"{wide} wide on {width}"] if wide > width else []
    return found


async def problems(page: Page, *, left_out: Sequence[str] = ()) -> list[str]:
    """Return what axe holds against a page as it stands, and whether it is too wide."""
    return [*await violations(page, left_out=left_out), *await too_wide(page)]


async def look(
    pages: Sequence[Page], addresses: Iterable[str], dropped: Sequence[str] = (), *, alike: bool = False
) -> list[str]:
    """Visit addresses, each on the next of some pages, and return what is wrong with them.

    ``dropped`` are the selectors that the style sheet has left out, of which nothing may stand there. Of pages that are
    ``alike`` every fifth is asked how it is drawn.
    """
    found: list[str] = []
    for n, (page, address) in enumerate(zip(cycle(pages), addresses)):
        answer = await page.goto(address)
        assert answer is not None
        assert answer.status == 200, (address, answer.status)
        left_out = _DRAWN if alike and n % _EVERY else ()
        told = [*await problems(page, left_out=left_out), *(f"no rule: {one}" for one in await missed(page, dropped))]
        found += [f"{address}: {problem}" for problem in told]
    return found
